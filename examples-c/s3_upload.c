/* Uploads a file to S3 with credentials that the device's certificate fetched, downloads it again, and compares. */
#define _POSIX_C_SOURCE 200809L
#include "common.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
    "Usage: s3_upload [flags] FILE\n"
    "\n"
    "Fetches temporary AWS credentials, uploads FILE to an S3 bucket under its own name, downloads it, and compares.\n"
    "With --wrong-token it damages the session token first, and exits with 3 if S3 refuses the upload as it must.\n";

static const char *bucket, *endpoint, *address;
static uint16_t port;
static bool wrong_token;

static const setting settings[] = {
    { "--bucket", "IOTCRED_S3_BUCKET", "bucket", &bucket, NULL, NULL },
    { "--s3-endpoint", "IOTCRED_S3_ENDPOINT", "host name for path-style requests, if not BUCKET.s3.REGION.amazonaws.com", &endpoint, NULL, NULL },
    { "--s3-port", "IOTCRED_S3_PORT", "its port, if not 443", NULL, &port, NULL },
    { "--s3-address", "IOTCRED_S3_ADDRESS", "where to connect in its place", &address, NULL, NULL },
    { "--wrong-token", "IOTCRED_WRONG_TOKEN", "damage the session token, to see it refused", NULL, NULL, &wrong_token },
};

/* Gives the file's next bytes to the upload. */
static int32_t read_body(void *file, uint8_t *buffer, size_t size)
{
    return (int32_t)fread(buffer, 1, size < INT32_MAX ? size : INT32_MAX, file);
}

/* Compares a piece of the download with the file's next bytes. */
static int32_t compare_body(void *file, const uint8_t *data, size_t len)
{
    uint8_t expected[1024];
    for (size_t piece; len > 0; data += piece, len -= piece) {
        piece = fread(expected, 1, len < sizeof expected ? len : sizeof expected, file);
        if (piece == 0 || memcmp(data, expected, piece) != 0)
            return -1;
    }
    return 0;
}

/* Sends one request, times it, and says how it went. */
static iotcred_status transfer(const iotcred_request *request, const iotcred_credentials *credentials)
{
    sigv4_credentials keys = iotcred_credentials_view(credentials);
    iotcred_response response = { 0 };
    iotcred_error error;
    rewind(request->context);
    double start = now_ms();
    iotcred_send(request, &keys, &response, &error);
    if (request->on_progress != NULL)
        erase_progress();
    if (error.status == IOTCRED_OK)
        printf("%s %s in %.0f ms\n", request->method, request->path, now_ms() - start);
    else
        print_error(request->method, &error);
    return error.status;
}

/* Uploads, downloads and compares. Returns the program's exit status. */
static int there_and_back(const device *device, const iotcred_credentials *credentials, FILE *file)
{
    char host[254], path[1024];
    struct stat about;
    fstat(fileno(file), &about);
    snprintf(host, sizeof host, "%s.s3.%s.amazonaws.com", bucket, device->region);
    object_path(endpoint != NULL ? bucket : NULL, device->argument, path, sizeof path);
    iotcred_request request = {
        .endpoint = endpoint != NULL ? endpoint : host, .port = port, .address = address, .ca = device->config.ca,
        .region = device->region, .service = "s3",
        .method = "PUT", .path = path,
        .read_body = read_body, .body_length = (uint64_t)about.st_size, .context = file,
        .on_progress = isatty(STDERR_FILENO) ? print_progress : NULL,
        .timeout_ms = 10 * 60 * 1000,
    };
    iotcred_status status = transfer(&request, credentials);
    if (wrong_token)
        return status == IOTCRED_ERR_REFUSED ? REFUSED_AS_EXPECTED : 1;
    if (status != IOTCRED_OK)
        return 1;
    request.method = "GET";
    request.read_body = NULL;
    request.body_length = 0;
    request.write_body = compare_body;
    if (transfer(&request, credentials) != IOTCRED_OK || fgetc(file) != EOF)
        return 1;
    printf("The object came back identical, %lld bytes\n", (long long)about.st_size);
    return 0;
}

int main(int argc, char **argv)
{
    device device;
    device_open(&device, argc, argv, usage, settings, sizeof settings / sizeof settings[0]);
    static iotcred_credentials credentials;
    iotcred_error error;
    int exit_status = 1;
    FILE *file = device.argument != NULL ? fopen(device.argument, "rb") : NULL;
    if (file == NULL || bucket == NULL || device.region == NULL) {
        fputs("A file that can be read, a bucket and a region are needed: see --help\n", stderr);
        exit_status = USAGE_ERROR;
    } else if (iotcred_fetch(&device.config, &credentials, &error) != IOTCRED_OK) {
        print_error("fetching credentials", &error);
    } else {
        printf("Fetched credentials, valid until %s\n", credentials.expiration_text);
        if (wrong_token)
            credentials.session_token[strlen(credentials.session_token) / 2] ^= 1;
        exit_status = there_and_back(&device, &credentials, file);
    }
    if (file != NULL)
        fclose(file);
    iotcred_credentials_wipe(&credentials);
    device_close(&device);
    return exit_status;
}
