/* Exchanges the device's certificate for temporary AWS credentials, and prints what of them is not secret. */
#include "common.h"

#include <stdio.h>

static const char usage[] =
    "Usage: fetch_credentials [flags]\n"
    "\n"
    "Fetches temporary AWS credentials from the AWS IoT credentials provider, and prints the key id and the expiry.\n";

int main(int argc, char **argv)
{
    device device;
    device_open(&device, argc, argv, usage, NULL, 0);

    static iotcred_credentials credentials;  /* 4.4 KB: not for a small stack */
    iotcred_error error;
    double start = now_ms();
    if (iotcred_fetch(&device.config, &credentials, &error) == IOTCRED_OK) {
        printf("Fetched credentials for role alias %s in %.0f ms\n", device.config.role_alias, now_ms() - start);
        printf("  access key id: %s\n", credentials.access_key_id);
        printf("  valid until:   %s\n", credentials.expiration_text);
        if (credentials.server_time != 0)
            printf("  lifetime:      %lld s\n", (long long)(credentials.expiration - credentials.server_time));
    } else {
        print_error("fetch_credentials", &error);
    }

    iotcred_credentials_wipe(&credentials);
    device_close(&device);
    return error.status == IOTCRED_OK ? 0 : 1;
}
