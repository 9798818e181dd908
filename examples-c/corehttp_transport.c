/* Fetches over a transport that a firmware has already: coreHTTP's (and coreMQTT's) TransportInterface_t. The adapter is the part between the two lines.
 *
 * Give it the transport without TLS, such as Plaintext_FreeRTOS_send and _recv: TLS is the library's. */
#define _POSIX_C_SOURCE 200809L
#include "common.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#ifdef COREHTTP
#include "transport_interface.h"
#else
/* As coreHTTP has them. Both functions return how many bytes they moved, 0 where none could be moved yet, and a negative number when the connection is broken. */
struct NetworkContext;
typedef struct NetworkContext NetworkContext_t;
typedef struct TransportInterface {
    int32_t (*recv)(NetworkContext_t *network, void *buffer, size_t size);
    int32_t (*send)(NetworkContext_t *network, const void *data, size_t len);
    int32_t (*writev)(NetworkContext_t *network, void *vector, size_t count);
    NetworkContext_t *pNetworkContext;
} TransportInterface_t;
#endif

/* ---- The adapter ---------------------------------------------------------------------------------------------- */

/* A transport of coreHTTP's waits as long as it was set to: shorter than `timeout_ms` is right, since the library asks again until its deadline. */
static int32_t adapter_send(void *context, const uint8_t *data, size_t len, uint32_t timeout_ms)
{
    const TransportInterface_t *transport = context;
    (void)timeout_ms;
    return transport->send(transport->pNetworkContext, data, len);
}

static int32_t adapter_recv(void *context, uint8_t *buffer, size_t size, uint32_t timeout_ms)
{
    const TransportInterface_t *transport = context;
    (void)timeout_ms;
    return transport->recv(transport->pNetworkContext, buffer, size);
}

/* ---- The transport, which a firmware has already: here by the sockets of POSIX ---------------------------------- */

struct NetworkContext {
    int socket;
};

enum { WAIT_MS = 200 };

static int32_t plain_send(NetworkContext_t *network, const void *data, size_t len)
{
    return (int32_t)send(network->socket, data, len, MSG_NOSIGNAL);
}

static int32_t plain_recv(NetworkContext_t *network, void *buffer, size_t size)
{
    const ssize_t got = recv(network->socket, buffer, size, 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return 0;
    return got == 0 ? -1 : (int32_t)got;
}

/* Opening and closing are no part of TransportInterface_t: Plaintext_FreeRTOS_Connect and _Disconnect, or what the firmware has. */
static int32_t plain_connect(void *context, const char *host, uint16_t port, uint32_t timeout_ms)
{
    NetworkContext_t *network = ((TransportInterface_t *)context)->pNetworkContext;
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    const struct timeval wait = { .tv_usec = WAIT_MS * 1000 };
    struct addrinfo *found = NULL;
    char service[6];
    int32_t status = IOTCRED_ERR_CONNECT;
    (void)timeout_ms;
    snprintf(service, sizeof service, "%u", (unsigned)port);
    if (getaddrinfo(host, service, &hints, &found) != 0)
        return IOTCRED_ERR_DNS;
    network->socket = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
    if (network->socket >= 0 && connect(network->socket, found->ai_addr, found->ai_addrlen) == 0 &&
        setsockopt(network->socket, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) == 0)
        status = 0;
    freeaddrinfo(found);
    return status;
}

static void plain_close(void *context)
{
    NetworkContext_t *network = ((TransportInterface_t *)context)->pNetworkContext;
    if (network->socket >= 0)
        close(network->socket);
    network->socket = -1;
}

int main(int argc, char **argv)
{
    device device;
    device_open(&device, argc, argv, "Usage: corehttp_transport [flags]\n\nFetches temporary AWS credentials over a transport of coreHTTP's.\n", NULL, 0);

    NetworkContext_t network = { .socket = -1 };
    TransportInterface_t transport = { .recv = plain_recv, .send = plain_send, .pNetworkContext = &network };
    const iotcred_platform platform = {
        .context = &transport, .connect = plain_connect, .send = adapter_send, .recv = adapter_recv, .close = plain_close,
    };  /* the clocks are this machine's; a firmware gives its own */
    device.config.platform = &platform;

    static iotcred_credentials credentials;
    iotcred_error error;
    if (iotcred_fetch(&device.config, &credentials, &error) == IOTCRED_OK)
        printf("Fetched credentials over coreHTTP's transport: %s, valid until %s\n", credentials.access_key_id, credentials.expiration_text);
    else
        print_error("corehttp_transport", &error);
    iotcred_credentials_wipe(&credentials);
    device_close(&device);
    return error.status == IOTCRED_OK ? 0 : 1;
}
