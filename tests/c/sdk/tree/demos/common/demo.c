#define _POSIX_C_SOURCE 200112L
#include "demo.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mbedtls/sha256.h>
#include <mbedtls/version.h>

#if MBEDTLS_VERSION_MAJOR < 3
#define mbedtls_sha256_starts mbedtls_sha256_starts_ret
#define mbedtls_sha256_update mbedtls_sha256_update_ret
#define mbedtls_sha256_finish mbedtls_sha256_finish_ret
#endif

static mbedtls_sha256_context hashContext;

static int32_t hashInit(void *context)
{
    mbedtls_sha256_init((mbedtls_sha256_context *)context);
    return mbedtls_sha256_starts((mbedtls_sha256_context *)context, 0);
}

static int32_t hashUpdate(void *context, const uint8_t *input, size_t len)
{
    return mbedtls_sha256_update((mbedtls_sha256_context *)context, input, len);
}

static int32_t hashFinal(void *context, uint8_t *digest, size_t len)
{
    return len < 32 ? -1 : mbedtls_sha256_finish((mbedtls_sha256_context *)context, digest);
}

SigV4CryptoInterface_t cryptoInterface = { hashInit, hashUpdate, hashFinal, &hashContext, 64, 32 };

void sha256Hex(const char *text, size_t len, char hex[64])
{
    uint8_t digest[32];
    char digits[3];
    size_t i;
    hashInit(&hashContext);
    hashUpdate(&hashContext, (const uint8_t *)text, len);
    hashFinal(&hashContext, digest, sizeof digest);
    for (i = 0; i < sizeof digest; i++) {
        snprintf(digits, sizeof digits, "%02x", (unsigned)digest[i]);
        memcpy(hex + 2 * i, digits, 2);
    }
}

static void append(Request *request, const char *text, size_t len)
{
    if (request->len + len > sizeof request->text)
        abort();
    memcpy(request->text + request->len, text, len);
    request->len += len;
}

static void appendText(Request *request, const char *text)
{
    append(request, text, strlen(text));
}

void requestBegin(Request *request, const char *method, const char *target, const char *host, const char *userAgent, int keepAlive)
{
    request->len = 0;
    appendText(request, method);
    appendText(request, " ");
    appendText(request, target);
    appendText(request, " HTTP/1.1\r\n\r\n");
    if (userAgent != NULL)
        requestAddHeader(request, "User-Agent", userAgent, strlen(userAgent));
    requestAddHeader(request, "Host", host, strlen(host));
    if (keepAlive)
        requestAddHeader(request, "Connection", "keep-alive", 10);
}

void requestAddHeader(Request *request, const char *name, const char *value, size_t valueLen)
{
    request->len -= 2; /* the empty line, which comes again */
    appendText(request, name);
    appendText(request, ": ");
    append(request, value, valueLen);
    appendText(request, "\r\n\r\n");
}

const char *requestHeaders(const Request *request, size_t *len)
{
    size_t line = 0;
    while (request->text[line] != '\n')
        line++;
    *len = request->len - line - 1;
    return request->text + line + 1;
}

static int sendAll(int connection, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(connection, bytes, len, 0);
        if (sent <= 0)
            return 0;
        bytes += sent;
        len -= (size_t)sent;
    }
    return 1;
}

int requestSend(const Request *request, const char *body, size_t bodyLen, char *answer, size_t *answerLen)
{
    static char received[8192];
    Request head = *request;
    struct sockaddr_in address;
    size_t len = 0, wanted = sizeof received - 1;
    int status = 0;
    const char *end = NULL, *length;
    char number[32];
    int connection = socket(AF_INET, SOCK_STREAM, 0);

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)atoi(setting("DEMO_S3_PORT")));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    snprintf(number, sizeof number, "%lu", (unsigned long)bodyLen);
    requestAddHeader(&head, "Content-Length", number, strlen(number));
    if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0 || !sendAll(connection, head.text, head.len) ||
        !sendAll(connection, body, bodyLen))
        return 0;
    /* The head, and then as much as it says. */
    while (len < wanted) {
        ssize_t got = recv(connection, received + len, sizeof received - 1 - len, 0);
        if (got <= 0)
            break;
        len += (size_t)got;
        received[len] = '\0';
        end = strstr(received, "\r\n\r\n");
        length = strstr(received, "Content-Length: ");
        if (end != NULL)
            wanted = (size_t)(end + 4 - received) + (length != NULL && length < end ? (size_t)atoi(length + 16) : 0);
        if (wanted > sizeof received - 1)
            break;
    }
    close(connection);
    if (end == NULL || len < wanted || sscanf(received, "HTTP/1.1 %d", &status) != 1)
        return 0;
    end += 4;
    len -= (size_t)(end - received);
    *answerLen = len < *answerLen ? len : *answerLen;
    memcpy(answer, end, *answerLen);
    return status;
}

const char *setting(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL) {
        fprintf(stderr, "%s is not set\n", name);
        exit(1);
    }
    return value;
}

/* A slice of `text` between two words. */
static const char *between(const char *text, const char *before, const char *after, size_t *len)
{
    const char *start = strstr(text, before), *end;
    if (start == NULL || (end = strstr(start += strlen(before), after)) == NULL) {
        fprintf(stderr, "the response has no %s\n", before);
        exit(1);
    }
    *len = (size_t)(end - start);
    return start;
}

int deviceOpen(Device *device)
{
    static char response[8192];
    const char *name = getenv("DEMO_RESPONSE"), *date;
    size_t dateLen;
    FILE *file;
    if (name == NULL)
        return 0;
    file = fopen(name, "rb");
    if (file == NULL || fread(response, 1, sizeof response - 1, file) == 0)
        exit(1);
    fclose(file);
    device->credentials.pAccessKeyId = between(response, "\"accessKeyId\":\"", "\"", &device->credentials.accessKeyIdLen);
    device->credentials.pSecretAccessKey = between(response, "\"secretAccessKey\":\"", "\"", &device->credentials.secretAccessKeyLen);
    device->token = between(response, "\"sessionToken\":\"", "\"", &device->tokenLen);
    date = between(response, "Date: ", "\r\n", &dateLen);
    if (SigV4_AwsIotDateToIso8601(date, dateLen, device->dateISO8601, sizeof device->dateISO8601) != SigV4Success) {
        fprintf(stderr, "the response's date is %.*s\n", (int)dateLen, date);
        exit(1);
    }
    return 1;
}

static char authorization[2048];
static size_t authorizationLen = sizeof authorization;

/* Signs a GET for a range of the object. Returns 0 on success. */
int signRange(Request *request, const Device *device, const char *region, const char *path, const char *host, const char *range)
{
    static SigV4HttpParameters_t http;
    static SigV4Parameters_t params;
    SigV4Credentials_t credentials = device->credentials;
    SigV4Status_t status;
    char hash[64], *signature;
    size_t signatureLen = 0, before = authorizationLen;

    requestBegin(request, "GET", path, host, "my-platform-name", 1);
    sha256Hex("", 0, hash);
    requestAddHeader(request, SIGV4_HTTP_X_AMZ_DATE_HEADER, device->dateISO8601, SIGV4_ISO_STRING_LEN);
    requestAddHeader(request, SIGV4_HTTP_X_AMZ_SECURITY_TOKEN_HEADER, device->token, device->tokenLen);
    requestAddHeader(request, SIGV4_HTTP_X_AMZ_CONTENT_SHA256_HEADER, hash, sizeof hash);
    requestAddHeader(request, "Range", range, strlen(range));

    memset(&http, 0, sizeof http);
    http.pHttpMethod = "GET";
    http.httpMethodLen = 3;
    http.pPath = path;
    http.pathLen = strlen(path);
    http.pQuery = NULL;
    http.pHeaders = requestHeaders(request, &http.headersLen);
    http.pPayload = "";

    memset(&params, 0, sizeof params);
    params.pCredentials = &credentials;
    params.pDateIso8601 = device->dateISO8601;
    params.pRegion = region;
    params.regionLen = strlen(region);
    params.pService = "s3";
    params.serviceLen = 2;
    params.pCryptoInterface = &cryptoInterface;
    params.pHttpParameters = &http;

    status = SigV4_GenerateHTTPAuthorization(&params, authorization, &authorizationLen, &signature, &signatureLen);
    if (status != SigV4Success || signatureLen != 64 || signature != authorization + authorizationLen - 64) {
        fprintf(stderr, "signing failed: %d\n", (int)status);
        return 1;
    }
    if (before != sizeof authorization && before != authorizationLen) {
        fprintf(stderr, "the length changed from %lu to %lu\n", (unsigned long)before, (unsigned long)authorizationLen);
        return 1;
    }
    requestAddHeader(request, "Authorization", authorization, authorizationLen);
    return 0;
}

/* Without a server: a request of which botocore's signature is known (tests/aws_sdk_vectors). */
int selfTest(int signatures)
{
    static const char token[] = "IQoJb3JpZ2luX2VjEDcaCXVzLXdlc3QtMiJHMEUCIQDQl17z9nEZypd5QpWg04rwKTjBWrvnMC26zTwlt6VAuAIgHKY2IIZDFXy90aNKGEDr65dCj0lN/zUQ8"
                                "3zO69JFAg+w==";
    static const char expected[] = "ff84c078ebf8a89ff8007cb65d8f6dacdb4829bb304ed31d24126cdeead89ca1";
    Request request;
    Device device;
    int i;
    device.credentials.pAccessKeyId = "AKIDEXAMPLE";
    device.credentials.accessKeyIdLen = 11;
    device.credentials.pSecretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    device.credentials.secretAccessKeyLen = 40;
    device.token = token;
    device.tokenLen = sizeof token - 1;
    memcpy(device.dateISO8601, "20150830T123600Z", SIGV4_ISO_STRING_LEN);
    for (i = 0; i < signatures; i++) {
        if (signRange(&request, &device, "us-east-1", "/object.txt", "bucket.s3.us-east-1.amazonaws.com", "bytes=0-1023") != 0 ||
            memcmp(authorization + authorizationLen - 64, expected, 64) != 0)
            return 1;
    }
    puts("signed as botocore signs");
    return 0;
}
