/* The functions of the drop-in for the SDK's SigV4 module: the download demo's S3 GET, with a hash that hashes nothing, so that the stack is the library's
 * alone. */
#ifndef IOTCRED_BENCH_SDK_FORMS_H
#define IOTCRED_BENCH_SDK_FORMS_H

#include "forms.h"

#define SIGV4_DO_NOT_USE_CUSTOM_CONFIG
#include <sigv4.h>

static char sdk_headers[2048], sdk_value[512];

static int32_t sdk_hash_init(void *context)
{
    (void)context;
    return 0;
}

static int32_t sdk_hash_update(void *context, const uint8_t *input, size_t len)
{
    (void)context;
    (void)input;
    (void)len;
    return 0;
}

static int32_t sdk_hash_final(void *context, uint8_t *digest, size_t len)
{
    (void)context;
    for (volatile uint8_t *byte = digest; len > 0; len--)
        *byte++ = 0;
    return 0;
}

static size_t sdk_append(size_t at, const char *text)
{
    while (*text != '\0')
        sdk_headers[at++] = *text++;
    return at;
}

static int sdk_sign(void)
{
    static SigV4CryptoInterface_t hash = { sdk_hash_init, sdk_hash_update, sdk_hash_final, NULL, 64, 32 };
    static SigV4Credentials_t credentials = { "AKIDEXAMPLE", 11, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", 40 };
    static SigV4HttpParameters_t http = {
        .pHttpMethod = "GET", .httpMethodLen = 3, .pPath = "/firmware/2026-01/image.bin", .pathLen = 27, .pHeaders = sdk_headers, .pPayload = "",
    };
    static SigV4Parameters_t params = {
        .pCredentials = &credentials, .pDateIso8601 = "20260117T150000Z", .pRegion = "eu-central-1", .regionLen = 12, .pService = "s3",
        .serviceLen = 2, .pCryptoInterface = &hash, .pHttpParameters = &http,
    };
    static size_t len, signature_len;
    static char *signature;
    size_t at = sdk_append(0, "User-Agent: my-platform-name\r\nHost: bucket.s3.eu-central-1.amazonaws.com\r\nConnection: keep-alive\r\n"
                          "x-amz-date: 20260117T150000Z\r\n"
                          "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\r\nx-amz-security-token: ");
    for (size_t token = 0; token < 1024; token++)
        sdk_headers[at++] = 't';
    http.headersLen = sdk_append(at, "\r\nRange: bytes=0-65535\r\n\r\n");
    len = sizeof sdk_value;
    return SigV4_GenerateHTTPAuthorization(&params, sdk_value, &len, &signature, &signature_len);
}

static int sdk_date(void)
{
    static char date[16];
    return SigV4_AwsIotDateToIso8601("Sat, 17 Jan 2026 15:00:00 GMT", 29, date, sizeof date);
}

static int sdk_encode(void)
{
    static size_t len;
    len = sizeof sdk_value;
    return SigV4_EncodeURI("/firmware/a b=c", 15, sdk_value, &len, false, true);
}

static const form sdk_forms[] = {
    { "SigV4_GenerateHTTPAuthorization", sdk_sign },
    { "SigV4_AwsIotDateToIso8601", sdk_date },
    { "SigV4_EncodeURI", sdk_encode },
};

#endif
