/* Every form of a signature, for the benches and for the test that none of them uses the heap. What is signed has a session token of 1 KiB. None of it
 * stands on the stack, which is the library's alone to use. */
#ifndef IOTCRED_BENCH_FORMS_H
#define IOTCRED_BENCH_FORMS_H

#include <iotcred.h>

typedef struct {
    const char *name;
    int (*run)(void); /* 0 where every call did what it should */
} form;

#define FORM_TEXT(text) { text, sizeof(text) - 1 }
#define FORM_HOST { FORM_TEXT("host"), FORM_TEXT("bucket.s3.eu-central-1.amazonaws.com") }

static char form_token[1024], form_values[512], form_url[4096], form_head[512];
static uint8_t form_data[8192];
static sigv4_credentials form_credentials = {
    FORM_TEXT("AKIDEXAMPLE"), FORM_TEXT("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), { form_token, sizeof form_token },
};
static sigv4_key_cache form_cache;

static iotcred_status form_sign(const sigv4_request *request, sigv4_key_cache *cache)
{
    static sigv4_signed made = { .buffer = form_values, .buffer_size = sizeof form_values };
    return sigv4_sign_request(request, &form_credentials, cache, &made);
}

static const sigv4_request *form_get(void)
{
    static const sigv4_header headers[] = { FORM_HOST, { FORM_TEXT("range"), FORM_TEXT("bytes=0-65535") } };
    static const sigv4_request request = {
        .method = FORM_TEXT("GET"), .path = FORM_TEXT("/firmware/2026-01/image.bin"), .query = FORM_TEXT("versionId=3&partNumber=7"),
        .headers = headers, .header_count = 2, .region = FORM_TEXT("eu-central-1"), .service = FORM_TEXT("s3"), .time = 1768662000,
    };
    return &request;
}

static int form_derived(void)
{
    return form_sign(form_get(), NULL);
}

/* Derives the key at the first call, and signs with it at the second. */
static int form_kept(void)
{
    sigv4_key_cache_wipe(&form_cache);
    return form_sign(form_get(), &form_cache) != IOTCRED_OK ? 1 : form_sign(form_get(), &form_cache);
}

static int form_body(void)
{
    static const sigv4_header headers[] = {
        { FORM_TEXT("Host"), FORM_TEXT("dynamodb.eu-central-1.amazonaws.com") },
        { FORM_TEXT("Content-Type"), FORM_TEXT("application/x-amz-json-1.0") },
        { FORM_TEXT("X-Amz-Target"), FORM_TEXT("DynamoDB_20120810.PutItem") },
    };
    static const sigv4_request request = {
        .method = FORM_TEXT("POST"), .path = FORM_TEXT("/a/./b/../c//d"), .headers = headers, .header_count = 3,
        .payload = { IOTCRED_PAYLOAD_BYTES, { form_data, 1024 } },
        .region = FORM_TEXT("eu-central-1"), .service = FORM_TEXT("dynamodb"), .time = 1768662000,
    };
    return form_sign(&request, NULL);
}

static int form_presign(void)
{
    static sigv4_url out = { .buffer = form_url, .buffer_size = sizeof form_url };
    return sigv4_presign_url(form_get(), &form_credentials, 3600, NULL, &out);
}

static int form_mqtt(void)
{
    static const sigv4_mqtt_wss connection = {
        .endpoint = FORM_TEXT("a1b2c3d4e5f6g7-ats.iot.eu-central-1.amazonaws.com"), .region = FORM_TEXT("eu-central-1"), .time = 1768662000, .expires = 86400,
    };
    static sigv4_url out = { .buffer = form_url, .buffer_size = sizeof form_url };
    return sigv4_presign_mqtt_wss(&connection, &form_credentials, NULL, &out);
}

/* Two chunks, and a signed trailer that the library computes. */
static int form_chunks(void)
{
    static const sigv4_header headers[] = {
        FORM_HOST, { FORM_TEXT("content-encoding"), FORM_TEXT("aws-chunked") },
        { FORM_TEXT("x-amz-decoded-content-length"), FORM_TEXT("16384") }, { FORM_TEXT("x-amz-trailer"), FORM_TEXT("x-amz-checksum-crc64nvme") },
    };
    static const sigv4_request request = {
        .method = FORM_TEXT("PUT"), .path = FORM_TEXT("/logs/device-0042.gz"), .headers = headers, .header_count = 4,
        .payload = { .kind = IOTCRED_PAYLOAD_STREAMING_TRAILER },
        .region = FORM_TEXT("eu-central-1"), .service = FORM_TEXT("s3"), .time = 1768662000,
    };
    static const iotcred_bytes chunk = { form_data, sizeof form_data };
    static const sigv4_str computed = { NULL, 0 };
    static sigv4_chunks chunks;
    static sigv4_signed made = { .buffer = form_values, .buffer_size = sizeof form_values };
    static size_t len;
    static uint64_t content_length;
    int failed = sigv4_chunk_content_length(&request, sizeof form_data, 0, &content_length) != IOTCRED_OK;
    failed |= sigv4_chunk_begin(&request, &form_credentials, &chunks, &made) != IOTCRED_OK;
    failed |= sigv4_chunk_next(&chunks, chunk, form_head, sizeof form_head, &len) != IOTCRED_OK;
    failed |= sigv4_chunk_next(&chunks, chunk, form_head, sizeof form_head, &len) != IOTCRED_OK;
    failed |= sigv4_chunk_end(&chunks, computed, form_head, sizeof form_head, &len) != IOTCRED_OK;
    sigv4_chunk_wipe(&chunks);
    return failed;
}

static int form_sha256(void)
{
    static sigv4_sha256 hash;
    static uint8_t digest[32];
    int failed = sigv4_sha256_init(&hash) != IOTCRED_OK;
    failed |= sigv4_sha256_update(&hash, form_data, 1000) != IOTCRED_OK;
    return failed | (sigv4_sha256_final(&hash, digest) != IOTCRED_OK);
}

static const form forms[] = {
    { "header, key derived", form_derived },
    { "header, key kept", form_kept },
    { "header, body of 1 KiB", form_body },
    { "presigned URL", form_presign },
    { "MQTT over WebSocket", form_mqtt },
    { "chunks with a trailer", form_chunks },
    { "SHA-256 in pieces", form_sha256 },
};

static void forms_prepare(void)
{
    for (size_t i = 0; i < sizeof form_token; i++)
        form_token[i] = 't';
}

#endif
