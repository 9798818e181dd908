/* One GET of credentials, done by a TLS library: what peer.c measures. */
#ifndef IOTCRED_BENCH_PEER_H
#define IOTCRED_BENCH_PEER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *endpoint, *port, *address, *role_alias, *thing_name;
    /* PEM texts, which end in NUL, and their lengths without it. */
    char *certificate, *private_key, *ca;
    size_t certificate_len, private_key_len, ca_len;
} peer_settings;

/* Connects, shakes hands with both certificates verified, sends the request, takes the answer, and gives everything back. True: the server answered 200. */
bool peer_get(const peer_settings *settings);

/* For those that leave TCP and HTTP to their users: a connected socket, and the request; its length. */
int peer_connect(const peer_settings *settings);
size_t peer_request(const peer_settings *settings, char *buffer, size_t size);

/* Whether an answer that came in is a 200. */
bool peer_is_ok(const char *answer, size_t len);

enum { PEER_ANSWER_MAX = 8192 };

#endif
