/* Gives the AWS CLI and every AWS SDK on the device the credentials of its certificate. In ~/.aws/config:
 *
 *     [profile device]
 *     credential_process = /usr/bin/credential_process --endpoint … --role-alias … --cert … --key …
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 * They run it again when what it printed is about to expire. Its standard output is the secret itself: into nothing but the tool that asked.
 */
#include "common.h"

#include <stdio.h>

static const char usage[] =
    "Usage: credential_process [flags]\n"
    "\n"
    "Fetches temporary AWS credentials and prints them as the AWS CLI and SDKs read them from a credential_process: JSON with\n"
    "Version, AccessKeyId, SecretAccessKey, SessionToken and Expiration. Errors go to the standard error.\n";

/* A member of the JSON. What AWS gives needs no escapes; what would is escaped all the same. */
static void print_member(FILE *out, const char *name, const char *value)
{
    fprintf(out, ", \"%s\": \"", name);
    for (const char *c = value; *c != '\0'; c++)
        fprintf(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    fputc('"', out);
}

int main(int argc, char **argv)
{
    static iotcred_credentials credentials;
    static char buffer[8192];  /* stdio's own would keep the secrets */
    iotcred_error error;
    device device;
    device_open(&device, argc, argv, usage, NULL, 0);
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    bool printed = false;
    if (iotcred_fetch(&device.config, &credentials, &error) == IOTCRED_OK) {
        fputs("{\"Version\": 1", stdout);
        print_member(stdout, "AccessKeyId", credentials.access_key_id);
        print_member(stdout, "SecretAccessKey", credentials.secret_access_key);
        print_member(stdout, "SessionToken", credentials.session_token);
        print_member(stdout, "Expiration", credentials.expiration_text);
        fputs("}\n", stdout);
        printed = fflush(stdout) == 0 && !ferror(stdout);
        if (!printed)
            fputs("credential_process: what reads the output is gone\n", stderr);
    } else {
        print_error("credential_process", &error);
    }
    wipe(buffer, sizeof buffer);
    iotcred_credentials_wipe(&credentials);
    device_close(&device);
    return printed ? 0 : 1;
}
