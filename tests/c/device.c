#define _POSIX_C_SOURCE 200809L
#include "device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

device device_new(void)
{
    return (device){ .socket = -1 };
}

int32_t device_connect(void *context, const char *host, uint16_t port, uint32_t timeout_ms)
{
    (void)timeout_ms;
    device *self = context;
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
    self->connects++;
    if (inet_pton(AF_INET, host, &to.sin_addr) != 1)
        return IOTCRED_ERR_DNS;
    self->socket = socket(AF_INET, SOCK_STREAM, 0);
    return connect(self->socket, (struct sockaddr *)&to, sizeof to) == 0 ? 0 : IOTCRED_ERR_CONNECT;
}

/* 1: ready; 0: not in time; -1: broken. */
static int wait_until(int socket, short event, uint32_t timeout_ms)
{
    struct pollfd one = { .fd = socket, .events = event };
    return poll(&one, 1, (int)timeout_ms);
}

int32_t device_send(void *context, const uint8_t *data, size_t len, uint32_t timeout_ms)
{
    device *self = context;
    int ready = wait_until(self->socket, POLLOUT, timeout_ms);
    return ready <= 0 ? ready : (int32_t)send(self->socket, data, len, MSG_NOSIGNAL);
}

int32_t device_recv(void *context, uint8_t *buffer, size_t size, uint32_t timeout_ms)
{
    device *self = context;
    int ready = wait_until(self->socket, POLLIN, timeout_ms);
    if (ready <= 0)
        return ready;
    int32_t got = (int32_t)recv(self->socket, buffer, size, 0);
    return got == 0 ? -1 : got;
}

void device_close(void *context)
{
    device *self = context;
    self->closes++;
    if (self->socket >= 0)
        close(self->socket);
    self->socket = -1;
}

static int64_t unix_time(void *context)
{
    (void)context;
    return time(NULL);
}

static uint64_t monotonic_ms(void *context)
{
    (void)context;
    return now_ms();
}

iotcred_platform device_platform(device *device)
{
    return (iotcred_platform){ device, device_connect, device_send, device_recv, device_close, unix_time, monotonic_ms, NULL, NULL };
}

static int32_t fill_random(uint8_t *buffer, size_t len)
{
    return getrandom(buffer, len, 0) == (ssize_t)len ? 0 : -1;
}

static size_t allocated;

size_t device_allocated(void)
{
    return allocated;
}

static void *allocate(size_t size, size_t align)
{
    void *block = NULL;
    if (posix_memalign(&block, align < sizeof(void *) ? sizeof(void *) : align, size) != 0)
        return NULL;
    allocated += size;
    return block;
}

static void release(void *block, size_t size, size_t align)
{
    (void)align;
    check(all_bytes(block, 0, size), "release", "the block was cleared");
    allocated -= size;
    free(block);
}

static void panicked(void)
{
    fputs("the panic hook was reached\n", stderr);
    _exit(PANICKED);
}

iotcred_port device_port(void)
{
    return (iotcred_port){ fill_random, allocate, release, panicked, NULL, 0 };
}

static iotcred_config config_with(const char *name, const char *thing, const char *listener, const char *role_alias)
{
    char variable[64], file[64];
    const char *pki = needed("LOCAL_AWS_PKI");
    snprintf(variable, sizeof variable, "LOCAL_AWS_PORT_%s", listener != NULL ? listener : "");
    iotcred_config config = {
        .endpoint = needed("IOTCRED_ENDPOINT"),
        .address = needed("IOTCRED_ADDRESS"),
        .port = (uint16_t)atoi(needed(listener != NULL ? variable : "IOTCRED_PORT")),
        .role_alias = role_alias,
        .thing_name = thing,
        .ca = read_file(pki, "server-ca.pem"),
        .timeout_ms = (uint32_t)(10000 + slack_ms()),
        .tries = 1,
    };
    snprintf(file, sizeof file, "device-%s.cert.pem", name);
    config.certificate = read_file(pki, file);
    snprintf(file, sizeof file, "device-%s.pkcs8.pem", name);
    config.private_key = read_file(pki, file);
    return config;
}

iotcred_config device_config(const char *listener, const char *role_alias)
{
    return config_with("p256", "camera-17", listener, role_alias);
}

iotcred_config device_config_rsa(const char *listener, const char *role_alias)
{
    return config_with("rsa2048", "gateway-20", listener, role_alias);
}

/* The precompiled `core` of a target with an operating system names this in its tables for unwinding, which the client size never does. Firmware's
 * targets have no such tables. */
void rust_eh_personality(void);
void rust_eh_personality(void)
{
    abort();
}
