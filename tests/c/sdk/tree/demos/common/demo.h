/* What the demos share: a request that is built as coreHTTP builds it, mbedTLS's SHA-256, and the credentials. It compiles as C and as C++. */
#ifndef DEMO_H
#define DEMO_H

#include <stddef.h>
#include <stdint.h>

#include "sigv4.h"

/* A request in the making: the request line and the headers, always ended by an empty line. */
typedef struct Request {
    char text[4096];
    size_t len;
} Request;

/* Writes the request line, User-Agent (NULL: none), Host and, if asked for, Connection. */
void requestBegin(Request *request, const char *method, const char *target, const char *host, const char *userAgent, int keepAlive);

/* Appends a header. */
void requestAddHeader(Request *request, const char *name, const char *value, size_t valueLen);

/* The headers without the request line, up to and with the empty line. */
const char *requestHeaders(const Request *request, size_t *len);

/* Sends a request and receives the answer's body. Returns the HTTP status, or 0 if there is none. */
int requestSend(const Request *request, const char *body, size_t bodyLen, char *answer, size_t *answerLen);

/* The hash for the SigV4 module: one context for all. */
extern SigV4CryptoInterface_t cryptoInterface;

/* The SHA-256 of a text in hexadecimal digits. */
void sha256Hex(const char *text, size_t len, char hex[64]);

/* The temporary credentials, as slices of the response that they came in. */
typedef struct Device {
    SigV4Credentials_t credentials;
    const char *token;
    size_t tokenLen;
    char dateISO8601[SIGV4_ISO_STRING_LEN];
} Device;

/* Reads the response of the credentials provider from the file that DEMO_RESPONSE names; 0 if there is none. */
int deviceOpen(Device *device);

/* Signs a GET for a range of an object, as the download demos do: one authorization buffer for all, whose length goes in and out. Returns 0 on success. */
int signRange(Request *request, const Device *device, const char *region, const char *path, const char *host, const char *range);

/* Without a server: signs a request, so many times, of which botocore's signature is known (tests/aws_sdk_vectors). Returns 0 on success. */
int selfTest(int signatures);

/* What an environment variable says. */
const char *setting(const char *name);

#endif
