/* A TCP relay that breaks connections below TLS. It is a process of its own, so that its descriptors and its memory are not the test's. */
#ifndef IOTCRED_TESTS_RELAY_H
#define IOTCRED_TESTS_RELAY_H

#include <stdint.h>

/* What happens to the bytes that the server sends, of which `n` go through. */
typedef enum {
    RELAY_PASS,       /* nothing */
    RELAY_CUT,        /* FIN in place of the next byte */
    RELAY_RESET,      /* a reset in place of the next byte */
    RELAY_SILENT,     /* nothing more comes, and the connection stays open */
    RELAY_DRIP,       /* one byte a second */
    RELAY_CUT_RECORD, /* FIN after `n` TLS records */
    RELAY_ALERT,      /* the TLS alert number `n` in answer to the client's first bytes */
} relay_mode;

/* Starts it; its port. Call it before the first thread. It ends with `relay_stop`, or with the test. */
uint16_t relay_start(void);
void relay_stop(void);

/* What it does to the next connections, and where it carries them. */
void relay_set(relay_mode mode, long n, uint16_t server_port);

/* How many connections came since the last call. */
int relay_connections(void);

/* How many bytes of the server's, and how many whole TLS records, went through in the last connection. */
long relay_bytes(void);
long relay_records(void);

/* Waits until it has done with the last connection: after PASS it reads on to the server's end. */
void relay_wait(void);

#endif
