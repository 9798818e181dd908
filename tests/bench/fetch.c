/* Fetches credentials COUNT times, and nothing else: what the bench times against curl.
 *
 *     fetch COUNT    a fresh connection for each
 *     fetch heap     one, with its heap measured (under libheap_peak.so)
 *     fetch stack    one, with its stack measured
 *
 * Settings come from the environment variables of examples-c/. The program itself uses no heap for them, so that the process's heap is the fetch's. */
#include "meter.h"

#include <iotcred.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    uint8_t bytes[16 * 1024];
} file_memory;

static file_memory certificate, private_key, ca;
static iotcred_credentials credentials;

static const char *setting(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL || value[0] == '\0') {
        fprintf(stderr, "%s is not set\n", name);
        exit(2);
    }
    return value;
}

static iotcred_bytes read_file(const char *path, file_memory *memory)
{
    int file = open(path, O_RDONLY);
    ssize_t len = file >= 0 ? read(file, memory->bytes, sizeof memory->bytes) : -1;
    if (len <= 0) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(2);
    }
    close(file);
    return (iotcred_bytes){ memory->bytes, (size_t)len };
}

static void fetch(void *config)
{
    iotcred_error error;
    if (iotcred_fetch(config, &credentials, &error) != IOTCRED_OK) {
        fprintf(stderr, "%s: %s\n", iotcred_status_str(error.status), error.message);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    const char *wanted = argc == 2 ? argv[1] : "1";
    iotcred_config config = {
        .endpoint = setting("IOTCRED_ENDPOINT"),
        .port = (uint16_t)atoi(setting("IOTCRED_PORT")),
        .address = setting("IOTCRED_ADDRESS"),
        .role_alias = setting("IOTCRED_ROLE_ALIAS"),
        .thing_name = setting("IOTCRED_THING_NAME"),
        .certificate = read_file(setting("IOTCRED_CERT"), &certificate),
        .private_key = read_file(setting("IOTCRED_KEY"), &private_key),
        .ca = read_file(setting("IOTCRED_CA"), &ca),
    };
    if (strcmp(wanted, "heap") == 0)
        measure_heap("fetch", fetch, &config);
    else if (strcmp(wanted, "stack") == 0)
        measure_stack("fetch", fetch, &config);
    else
        for (int left = atoi(wanted); left > 0; left--)
            fetch(&config);
    iotcred_credentials_wipe(&credentials);
    return 0;
}
