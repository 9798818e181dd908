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
