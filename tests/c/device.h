/* A device without an operating system, played on this machine: what the client size asks of a firmware, by sockets and malloc. */
#ifndef IOTCRED_TESTS_DEVICE_H
#define IOTCRED_TESTS_DEVICE_H

#include "check.h"

/* The context of a platform: one connection. */
typedef struct {
    int socket;
    int connects, closes;
} device;

device device_new(void);

/* A platform with all its callbacks; `device` must live as long. */
iotcred_platform device_platform(device *device);

/* A port with all its callbacks and no arena. Its panic hook prints a line and ends the program with PANICKED. */
iotcred_port device_port(void);

enum { PANICKED = 42 };

/* How the good callbacks are made, for those that are bad now and then. */
int32_t device_connect(void *context, const char *host, uint16_t port, uint32_t timeout_ms);
int32_t device_send(void *context, const uint8_t *data, size_t len, uint32_t timeout_ms);
int32_t device_recv(void *context, uint8_t *buffer, size_t size, uint32_t timeout_ms);
void device_close(void *context);

/* Bytes that `allocate` has handed out and that were not released. */
size_t device_allocated(void);

/* The configuration of the everyday device, for one of the listeners of the local AWS ("TLS12"); NULL: the main one. Without a platform. */
iotcred_config device_config(const char *listener, const char *role_alias);

/* The same with the device's RSA-2048 key. */
iotcred_config device_config_rsa(const char *listener, const char *role_alias);

#endif
