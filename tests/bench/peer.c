/* The same GET by iotcred, by OpenSSL and by mbedTLS (peer_*.c), with the same settings and from the same main:
 *
 *     peer_NAME          once
 *     peer_NAME heap     with its heap measured (under libheap_peak.so)
 *     peer_NAME stack    with its stack measured
 *
 * Settings come from the environment variables of examples-c/. */
#define _POSIX_C_SOURCE 200809L
#include "peer.h"
#include "meter.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    char bytes[16 * 1024];
} file_memory;

static const char *setting(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL || value[0] == '\0') {
        fprintf(stderr, "%s is not set\n", name);
        exit(2);
    }
    return value;
}

static size_t read_file(const char *path, file_memory *memory)
{
    int file = open(path, O_RDONLY);
    ssize_t len = file >= 0 ? read(file, memory->bytes, sizeof memory->bytes - 1) : -1;
    if (len <= 0) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(2);
    }
    close(file);
    memory->bytes[len] = '\0';
    return (size_t)len;
}

int peer_connect(const peer_settings *settings)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(settings->port)) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (inet_pton(AF_INET, settings->address, &address.sin_addr) != 1 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

size_t peer_request(const peer_settings *settings, char *buffer, size_t size)
{
    int len = snprintf(buffer, size,
                       "GET /role-aliases/%s/credentials HTTP/1.1\r\nhost: %s:%s\r\naccept: application/json\r\nconnection: close\r\n"
                       "x-amzn-iot-thingname: %s\r\n\r\n",
                       settings->role_alias, settings->endpoint, settings->port, settings->thing_name);
    return len > 0 && (size_t)len < size ? (size_t)len : 0;
}

bool peer_is_ok(const char *answer, size_t len)
{
    static const char ok[] = "HTTP/1.1 200 ";
    return len > sizeof ok && memcmp(answer, ok, sizeof ok - 1) == 0;
}

static void get(void *settings)
{
    if (!peer_get(settings)) {
        fprintf(stderr, "the GET failed\n");
        exit(1);
    }
}

int main(int argc, char **argv)
{
    static file_memory certificate, private_key, ca;
    const char *wanted = argc == 2 ? argv[1] : "";
    peer_settings settings = {
        .endpoint = setting("IOTCRED_ENDPOINT"),
        .port = setting("IOTCRED_PORT"),
        .address = setting("IOTCRED_ADDRESS"),
        .role_alias = setting("IOTCRED_ROLE_ALIAS"),
        .thing_name = setting("IOTCRED_THING_NAME"),
        .certificate = certificate.bytes,
        .certificate_len = read_file(setting("IOTCRED_CERT"), &certificate),
        .private_key = private_key.bytes,
        .private_key_len = read_file(setting("IOTCRED_KEY"), &private_key),
        .ca = ca.bytes,
        .ca_len = read_file(setting("IOTCRED_CA"), &ca),
    };
    if (strcmp(wanted, "heap") == 0)
        measure_heap("get", get, &settings);
    else if (strcmp(wanted, "stack") == 0)
        measure_stack("get", get, &settings);
    else
        get(&settings);
    return 0;
}
