#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A certificate, a key, a few roots: a longer file is a wrong file. */
enum { FILE_MAX = 512 * 1024 };

void usage_error(const char *culprit, const char *words)
{
    fprintf(stderr, "%s: %s (see --help)\n", culprit, words);
    exit(USAGE_ERROR);
}

static void store(const setting *setting, const char *value)
{
    if (setting->text != NULL) {
        *setting->text = value;
    } else if (setting->on != NULL) {
        *setting->on = strcmp(value, "0") != 0;
    } else {
        char *end;
        unsigned long number = strtoul(value, &end, 10);
        if (*end != '\0' || number == 0 || number > UINT16_MAX)
            usage_error(setting->flag, "takes a port, 1 to 65535");
        *setting->port = (uint16_t)number;
    }
}

static void read_environment(const setting *settings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *value = getenv(settings[i].variable);
        if (value != NULL && value[0] != '\0')
            store(&settings[i], value);
    }
}

/* Stores the flag at `arguments`, if it is one of these settings. Returns how many arguments that took. */
static int read_flag(const setting *settings, size_t count, char **arguments)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(settings[i].flag, arguments[0]) != 0)
            continue;
        bool takes_value = settings[i].on == NULL;
        if (takes_value && arguments[1] == NULL)
            usage_error(arguments[0], "takes a value");
        store(&settings[i], takes_value ? arguments[1] : "1");
        return takes_value ? 2 : 1;
    }
    return 0;
}

static void print_settings(const setting *settings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("  %-22s %-28s %s\n", settings[i].flag, settings[i].variable, settings[i].meaning);
}

static iotcred_bytes read_file(const char *path)
{
    if (path == NULL)
        return (iotcred_bytes){ NULL, 0 };
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(FILE_MAX);
    if (file == NULL || bytes == NULL)
        usage_error(path, "cannot be read");
    setvbuf(file, NULL, _IONBF, 0);  /* no copy of a key in stdio's buffer */
    size_t len = fread(bytes, 1, FILE_MAX, file);
    fclose(file);
    return (iotcred_bytes){ bytes, len };
}

void device_open(device *device, int argc, char **argv, const char *usage, const setting *own, size_t own_count)
{
    iotcred_config *config = &device->config;
    const setting settings[] = {
        { "--endpoint", "IOTCRED_ENDPOINT", "host name of the credentials provider", &config->endpoint, NULL, NULL },
        { "--port", "IOTCRED_PORT", "its port, if not 443", NULL, &config->port, NULL },
        { "--address", "IOTCRED_ADDRESS", "where to connect in its place", &config->address, NULL, NULL },
        { "--role-alias", "IOTCRED_ROLE_ALIAS", "name of the role alias", &config->role_alias, NULL, NULL },
        { "--thing-name", "IOTCRED_THING_NAME", "name of the thing, if policies ask for it", &config->thing_name, NULL, NULL },
        { "--cert", "IOTCRED_CERT", "file of the device's certificate", &device->certificate_file, NULL, NULL },
        { "--key", "IOTCRED_KEY", "file of its private key", &device->key_file, NULL, NULL },
        { "--ca", "IOTCRED_CA", "file of the servers' root certificates, if not Amazon's", &device->ca_file, NULL, NULL },
        { "--region", "AWS_REGION", "region, such as eu-west-1", &device->region, NULL, NULL },
    };
    const size_t count = sizeof settings / sizeof settings[0];
    memset(device, 0, sizeof *device);
    read_environment(settings, count);
    read_environment(own, own_count);
    for (int i = 1, taken; i < argc; i += taken) {
        if (strcmp(argv[i], "--help") == 0) {
            printf("%s\nSettings, each a flag or an environment variable:\n", usage);
            print_settings(settings, count);
            print_settings(own, own_count);
            exit(0);
        }
        taken = read_flag(settings, count, argv + i) + read_flag(own, own_count, argv + i);
        if (taken > 0)
            continue;
        if (argv[i][0] == '-' || device->argument != NULL)
            usage_error(argv[i], "is not known");
        device->argument = argv[i];
        taken = 1;
    }
    config->certificate = read_file(device->certificate_file);
    config->ca = read_file(device->ca_file);
    config->private_key = read_file(device->key_file);
}

void device_close(device *device)
{
    wipe((void *)device->config.private_key.ptr, device->config.private_key.len);
    free((void *)device->config.private_key.ptr);
    free((void *)device->config.certificate.ptr);
    free((void *)device->config.ca.ptr);
}
