/* What the benches sign with the drop-in for the SDK's SigV4 module: the download demo's S3 GET, with a hash that hashes nothing, so that the stack and the
 * code are the library's alone. */
#ifndef IOTCRED_BENCH_SDK_GET_H
#define IOTCRED_BENCH_SDK_GET_H

#include <iotcred.h>

#define SIGV4_DO_NOT_USE_CUSTOM_CONFIG
#include <sigv4.h>

static char headers[2048], value[512];

static int32_t hash_init(void *context)
{
    (void)context;
    return 0;
}

static int32_t hash_update(void *context, const uint8_t *input, size_t len)
{
    (void)context;
    (void)input;
    (void)len;
    return 0;
}

static int32_t hash_final(void *context, uint8_t *digest, size_t len)
{
    (void)context;
    for (volatile uint8_t *byte = digest; len > 0; len--)
        *byte++ = 0;
    return 0;
}

static size_t append(size_t at, const char *text)
{
    while (*text != '\0')
        headers[at++] = *text++;
    return at;
}

static iotcred_status sign_s3_get(void)
{
    static SigV4CryptoInterface_t hash = { hash_init, hash_update, hash_final, NULL, 64, 32 };
    static SigV4Credentials_t credentials = { "AKIDEXAMPLE", 11, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", 40 };
    static SigV4HttpParameters_t http = {
        .pHttpMethod = "GET", .httpMethodLen = 3, .pPath = "/firmware/2026-01/image.bin", .pathLen = 27, .pHeaders = headers, .pPayload = "",
    };
    static SigV4Parameters_t params = {
        .pCredentials = &credentials, .pDateIso8601 = "20260117T150000Z", .pRegion = "eu-central-1", .regionLen = 12, .pService = "s3",
        .serviceLen = 2, .pCryptoInterface = &hash, .pHttpParameters = &http,
    };
    static size_t len, signature_len;
    static char *signature;
    size_t at = append(0, "User-Agent: my-platform-name\r\nHost: bucket.s3.eu-central-1.amazonaws.com\r\nConnection: keep-alive\r\n"
                          "x-amz-date: 20260117T150000Z\r\n"
                          "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\r\nx-amz-security-token: ");
    for (size_t token = 0; token < 1024; token++)
        headers[at++] = 't';
    http.headersLen = append(at, "\r\nRange: bytes=0-65535\r\n\r\n");
    len = sizeof value;
    return (iotcred_status)SigV4_GenerateHTTPAuthorization(&params, value, &len, &signature, &signature_len);
}

#endif
