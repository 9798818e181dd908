/* SigV4_*: what needs pointers and callbacks. Signatures, dates and headers are tested in tests/aws_sdk.rs. */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/sha256.h>
#include <mbedtls/version.h>

#include "sigv4.h"

#if MBEDTLS_VERSION_MAJOR < 3
#define mbedtls_sha256_starts mbedtls_sha256_starts_ret
#define mbedtls_sha256_update mbedtls_sha256_update_ret
#define mbedtls_sha256_finish mbedtls_sha256_finish_ret
#endif

enum { ROOM = 512 };

/* --- mbedTLS's hash, which counts, fails when told, and watches the order of the calls ------------------------- */

typedef struct {
    mbedtls_sha256_context sha256;
    enum { IDLE, RUNNING } state;
    int calls, fails_at; /* the number of the call that fails, from 1 on; 0: none */
    bool out_of_order, called_after_failure, empty_update;
    size_t digest_len;
} hash_context;

static hash_context hash;

static int32_t count(hash_context *context, bool in_order)
{
    context->calls++;
    context->out_of_order |= !in_order;
    context->called_after_failure |= context->fails_at != 0 && context->calls > context->fails_at;
    return context->calls == context->fails_at ? -1 : 0;
}

static int32_t hash_init(void *context)
{
    hash_context *hashing = context;
    int32_t failed = count(hashing, hashing->state == IDLE);
    hashing->state = RUNNING;
    mbedtls_sha256_init(&hashing->sha256);
    return failed | mbedtls_sha256_starts(&hashing->sha256, 0);
}

static int32_t hash_update(void *context, const uint8_t *input, size_t len)
{
    hash_context *hashing = context;
    int32_t failed = count(hashing, hashing->state == RUNNING);
    hashing->empty_update |= len == 0;
    return failed | mbedtls_sha256_update(&hashing->sha256, input, len);
}

static int32_t hash_final(void *context, uint8_t *output, size_t len)
{
    hash_context *hashing = context;
    uint8_t digest[32];
    int32_t failed = count(hashing, hashing->state == RUNNING);
    hashing->state = IDLE;
    hashing->digest_len = len;
    failed |= mbedtls_sha256_finish(&hashing->sha256, digest);
    memcpy(output, digest, len < sizeof digest ? len : sizeof digest);
    return failed;
}

/* --- A request of which every text stands in memory of exactly its length -------------------------------------- */

#define HEADERS "Host: iam.amazonaws.com\r\nX-Amz-Date: 20150830T123600Z\r\n\r\n"
#define TEXTS 9

/* botocore's (tests/aws_sdk_vectors: a plain request). */
static const char expected[] = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=host;x-amz-date, "
                               "Signature=b2e4af44cfad96d9ffa3c5653674a927b9b0995c33de22e1f843745ce37c1d5e";

typedef struct {
    SigV4Parameters_t params;
    SigV4Credentials_t credentials;
    SigV4HttpParameters_t http;
    SigV4CryptoInterface_t crypto;
    void *texts[TEXTS];
    size_t text_count;
    /* The outputs. */
    char buffer[ROOM], *signature;
    size_t len, signature_len;
} signing;

static const char *exactly(signing *s, const char *text, size_t *len)
{
    char *copy = malloc(strlen(text));
    assert_non_null(copy);
    memcpy(copy, text, strlen(text));
    s->texts[s->text_count++] = copy;
    if (len != NULL)
        *len = strlen(text);
    return copy;
}

static void set_up(signing *s)
{
    memset(s, 0, sizeof *s);
    memset(&hash, 0, sizeof hash);
    s->credentials.pAccessKeyId = exactly(s, "AKIDEXAMPLE", &s->credentials.accessKeyIdLen);
    s->credentials.pSecretAccessKey = exactly(s, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", &s->credentials.secretAccessKeyLen);
    s->http.pHttpMethod = exactly(s, "GET", &s->http.httpMethodLen);
    s->http.pPath = exactly(s, "/", &s->http.pathLen);
    s->http.pQuery = exactly(s, "Action=ListUsers&Version=2010-05-08", &s->http.queryLen);
    s->http.pHeaders = exactly(s, HEADERS, &s->http.headersLen);
    s->http.pPayload = "";
    s->crypto = (SigV4CryptoInterface_t){ hash_init, hash_update, hash_final, &hash, 64, 32 };
    s->params.pCredentials = &s->credentials;
    s->params.pDateIso8601 = exactly(s, "20150830T123600Z", NULL);
    s->params.pRegion = exactly(s, "us-east-1", &s->params.regionLen);
    s->params.pService = exactly(s, "iam", &s->params.serviceLen);
    s->params.pCryptoInterface = &s->crypto;
    s->params.pHttpParameters = &s->http;
    memset(s->buffer, PATTERN, sizeof s->buffer);
    s->len = sizeof s->buffer;
    s->signature = (char *)s;
    s->signature_len = PATTERN;
}

static void tear_down(signing *s)
{
    while (s->text_count > 0)
        free(s->texts[--s->text_count]);
}

static SigV4Status_t generate(signing *s)
{
    return SigV4_GenerateHTTPAuthorization(&s->params, s->buffer, &s->len, &s->signature, &s->signature_len);
}

static void check_outcome(const char *row, SigV4Status_t wanted, SigV4Status_t actual)
{
    check_number(row, "status", (long long)wanted, (long long)actual);
}

/* No output was written. */
static void check_untouched(const char *row, const signing *s, size_t len)
{
    check(all_bytes(s->buffer, PATTERN, sizeof s->buffer), row, "the buffer is untouched");
    check(s->len == len && s->signature == (const char *)s && s->signature_len == PATTERN, row, "the other outputs are untouched");
}

/* --- Tests ----------------------------------------------------------------------------------------------------- */

static void test_known_answer(void **state)
{
    (void)state;
    signing s;
    set_up(&s);
    assert_int_equal(generate(&s), SigV4Success);
    assert_int_equal(s.len, sizeof expected - 1);
    assert_memory_equal(s.buffer, expected, s.len);
    assert_true(all_bytes(s.buffer + s.len, PATTERN, sizeof s.buffer - s.len));
    assert_ptr_equal(s.signature, s.buffer + s.len - 64);
    assert_int_equal(s.signature_len, 64);
    assert_false(hash.out_of_order);
    assert_false(hash.empty_update);
    assert_int_equal(hash.state, IDLE);
    assert_int_equal(hash.digest_len, 32);
    /* Again, with the length that came out. */
    assert_int_equal(generate(&s), SigV4Success);
    assert_int_equal(s.len, sizeof expected - 1);
    tear_down(&s);
}

/* Calls with one parameter changed; `change` stands for statements on `s`. */
#define ROW(wanted, change)                                                                                                               \
    do {                                                                                                                                  \
        signing s;                                                                                                                        \
        set_up(&s);                                                                                                                       \
        change;                                                                                                                           \
        size_t len = s.len;                                                                                                               \
        check_outcome(#change, wanted, generate(&s));                                                                                     \
        if ((wanted) != SigV4Success)                                                                                                     \
            check_untouched(#change, &s, len);                                                                                            \
        tear_down(&s);                                                                                                                    \
    } while (0)

static void test_every_parameter(void **state)
{
    (void)state;
    signing s;
    set_up(&s);
    check_outcome("pParams", SigV4InvalidParameter, SigV4_GenerateHTTPAuthorization(NULL, s.buffer, &s.len, &s.signature, &s.signature_len));
    check_outcome("pAuthBuf", SigV4InvalidParameter, SigV4_GenerateHTTPAuthorization(&s.params, NULL, &s.len, &s.signature, &s.signature_len));
    check_outcome("authBufLen", SigV4InvalidParameter, SigV4_GenerateHTTPAuthorization(&s.params, s.buffer, NULL, &s.signature, &s.signature_len));
    check_outcome("pSignature", SigV4InvalidParameter, SigV4_GenerateHTTPAuthorization(&s.params, s.buffer, &s.len, NULL, &s.signature_len));
    check_outcome("signatureLen", SigV4InvalidParameter, SigV4_GenerateHTTPAuthorization(&s.params, s.buffer, &s.len, &s.signature, NULL));
    check_untouched("NULL arguments", &s, sizeof s.buffer);
    check(hash.calls == 0, "NULL arguments", "no hashing");
    tear_down(&s);

    ROW(SigV4InvalidParameter, s.params.pCredentials = NULL);
    ROW(SigV4InvalidParameter, s.params.pCryptoInterface = NULL);
    ROW(SigV4InvalidParameter, s.params.pHttpParameters = NULL);
    ROW(SigV4InvalidParameter, s.credentials.pAccessKeyId = NULL);
    ROW(SigV4InvalidParameter, s.credentials.accessKeyIdLen = 0);
    ROW(SigV4InvalidParameter, s.credentials.pSecretAccessKey = NULL);
    ROW(SigV4InvalidParameter, s.credentials.secretAccessKeyLen = 0);
    ROW(SigV4InvalidParameter, s.params.pDateIso8601 = NULL);
    ROW(SigV4InvalidParameter, s.params.pRegion = NULL);
    ROW(SigV4InvalidParameter, s.params.regionLen = 0);
    ROW(SigV4InvalidParameter, s.params.pService = NULL);
    ROW(SigV4InvalidParameter, s.params.serviceLen = 0);
    ROW(SigV4InvalidParameter, s.params.pAlgorithm = SIGV4_AWS4_HMAC_SHA256);
    ROW(SigV4Success, s.params.algorithmLen = 7);
    ROW(SigV4Success, (s.params.pAlgorithm = SIGV4_AWS4_HMAC_SHA256, s.params.algorithmLen = SIGV4_AWS4_HMAC_SHA256_LENGTH));
    ROW(SigV4InvalidParameter, s.crypto.hashInit = NULL);
    ROW(SigV4InvalidParameter, s.crypto.hashUpdate = NULL);
    ROW(SigV4InvalidParameter, s.crypto.hashFinal = NULL);
    ROW(SigV4InvalidParameter, s.http.pHttpMethod = NULL);
    ROW(SigV4InvalidParameter, s.http.httpMethodLen = 0);
    ROW(SigV4InvalidParameter, s.http.pHeaders = NULL);
    ROW(SigV4InvalidParameter, s.http.headersLen = 0);
    ROW(SigV4Success, s.http.pPath = NULL);
    ROW(SigV4Success, s.http.pathLen = 0);
    ROW(SigV4Success, s.http.pQuery = NULL);
    ROW(SigV4Success, s.http.queryLen = 0);
    ROW(SigV4Success, (s.http.pQuery = NULL, s.http.flags = SIGV4_HTTP_QUERY_IS_CANONICAL_FLAG));
    ROW(SigV4Success, s.http.pPayload = NULL);
    ROW(SigV4InvalidParameter, (s.http.pPayload = NULL, s.http.payloadLen = 1));
    /* Lengths that are negative numbers, as an unchecked error code is. */
    ROW(SigV4InvalidParameter, s.credentials.accessKeyIdLen = (size_t)-1);
    ROW(SigV4InvalidParameter, s.params.regionLen = (size_t)-1);
    ROW(SigV4InvalidParameter, s.http.pathLen = (size_t)-1);
    ROW(SigV4InvalidParameter, s.http.queryLen = (size_t)-1);
    ROW(SigV4InvalidParameter, s.http.headersLen = (size_t)-1);
    ROW(SigV4InvalidParameter, s.http.payloadLen = (size_t)-1);
    ROW(SigV4InvalidParameter, s.len = (size_t)-1);
    all_rows_passed();
}

static void test_lengths_of_the_hash(void **state)
{
    (void)state;
    for (size_t block = 0; block <= 66; block++)
        ROW(block <= 64 ? SigV4Success : SigV4InvalidParameter, s.crypto.hashBlockLen = block);
    for (size_t digest = 0; digest <= 34; digest++)
        ROW(digest >= 1 && digest <= 32 ? SigV4Success : SigV4InvalidParameter, s.crypto.hashDigestLen = digest);
    ROW(SigV4InvalidParameter, s.crypto.hashBlockLen = (size_t)-1);
    ROW(SigV4InvalidParameter, s.crypto.hashDigestLen = (size_t)-1);

    /* A shorter digest makes a shorter signature, and is never written past. */
    signing s;
    set_up(&s);
    s.crypto.hashDigestLen = 20;
    assert_int_equal(generate(&s), SigV4Success);
    assert_int_equal(s.signature_len, 40);
    assert_int_equal(s.len, sizeof expected - 1 - 24);
    assert_ptr_equal(s.signature, s.buffer + s.len - 40);
    assert_int_equal(hash.digest_len, 20);
    tear_down(&s);
    all_rows_passed();
}

static int32_t no_context(void *context)
{
    return context == NULL ? 0 : -1;
}

static int32_t no_update(void *context, const uint8_t *input, size_t len)
{
    return context == NULL && input != NULL && len > 0 ? 0 : -1;
}

static int32_t no_final(void *context, uint8_t *output, size_t len)
{
    memset(output, 0x5a, len);
    return context == NULL ? 0 : -1;
}

static void test_a_hash_without_context(void **state)
{
    (void)state;
    signing s;
    set_up(&s);
    s.crypto = (SigV4CryptoInterface_t){ no_context, no_update, no_final, NULL, 64, 32 };
    assert_int_equal(generate(&s), SigV4Success);
    assert_memory_equal(s.signature, "5a5a5a5a5a5a5a5a", 16);
    tear_down(&s);
}

static void test_each_call_of_the_hash_fails(void **state)
{
    (void)state;
    static const uint32_t flags[] = { 0, SIGV4_HTTP_IS_PRESIGNED_URL, SIGV4_HTTP_PATH_IS_CANONICAL_FLAG | SIGV4_HTTP_QUERY_IS_CANONICAL_FLAG };
    for (size_t i = 0; i < COUNT(flags); i++) {
        signing s;
        set_up(&s);
        s.http.flags = flags[i];
        s.credentials.pSecretAccessKey = "a secret that is longer than a block of the hash, so that it is hashed itself, with calls of its own";
        s.credentials.secretAccessKeyLen = strlen(s.credentials.pSecretAccessKey);
        assert_int_equal(generate(&s), SigV4Success);
        int calls = hash.calls;
        tear_down(&s);
        assert_true(calls > 30);
        for (int call = 1; call <= calls; call++) {
            char row[64];
            snprintf(row, sizeof row, "flags %u, call %d", (unsigned)flags[i], call);
            set_up(&s);
            s.http.flags = flags[i];
            s.credentials.pSecretAccessKey = "a secret that is longer than a block of the hash, so that it is hashed itself, with calls of its own";
            s.credentials.secretAccessKeyLen = strlen(s.credentials.pSecretAccessKey);
            hash.fails_at = call;
            check_outcome(row, SigV4HashError, generate(&s));
            check_untouched(row, &s, sizeof s.buffer);
            check(!hash.called_after_failure, row, "no call after the one that failed");
            check(!hash.out_of_order, row, "one hash at a time");
            tear_down(&s);
        }
    }
    all_rows_passed();
}

static void test_a_buffer_of_every_size(void **state)
{
    (void)state;
    for (size_t size = 0; size <= sizeof expected; size++) {
        char row[32], *memory = malloc(size > 0 ? size : 1);
        assert_non_null(memory);
        snprintf(row, sizeof row, "%zu bytes", size);
        signing s;
        set_up(&s);
        memset(memory, PATTERN, size > 0 ? size : 1);
        s.len = size;
        SigV4Status_t status = SigV4_GenerateHTTPAuthorization(&s.params, memory, &s.len, &s.signature, &s.signature_len);
        if (size < sizeof expected - 1) {
            check_outcome(row, SigV4InsufficientMemory, status);
            check_untouched(row, &s, size);
            check(all_bytes(memory, PATTERN, size), row, "the memory is untouched");
        } else {
            check_outcome(row, SigV4Success, status);
            check(s.len == sizeof expected - 1 && memcmp(memory, expected, s.len) == 0, row, "the value");
            check(all_bytes(memory + s.len, PATTERN, size - s.len), row, "nothing past the value");
        }
        tear_down(&s);
        free(memory);
    }
    all_rows_passed();
}

static void test_two_things_wrong(void **state)
{
    (void)state;
    /* In the original's order: parameters, headers, the payload's hash, the size of the buffer, every other hash. */
    ROW(SigV4InvalidParameter, (s.params.regionLen = 0, s.http.pHeaders = "x", s.http.headersLen = 1));
    ROW(SigV4InvalidHttpHeaders, (s.http.pHeaders = "x", s.http.headersLen = 1, hash.fails_at = 1, s.len = 0));
    ROW(SigV4InvalidParameter, (s.http.pHeaders = "x: \r\n", s.http.headersLen = 5, hash.fails_at = 1, s.len = 0));
    ROW(SigV4HashError, (hash.fails_at = 1, s.len = 0));
    ROW(SigV4HashError, (hash.fails_at = 2, s.len = 0));
    ROW(SigV4InsufficientMemory, (hash.fails_at = 3, s.len = 0));
    ROW(SigV4InsufficientMemory, (s.http.flags = SIGV4_HTTP_IS_PRESIGNED_URL, hash.fails_at = 1, s.len = 0));
    ROW(SigV4InvalidParameter, (s.http.flags = SIGV4_HTTP_PAYLOAD_IS_HASH, s.len = 0));
    all_rows_passed();
}

static void test_date(void **state)
{
    (void)state;
    static const char date[] = "Thu, 18 Jan 2018 09:18:06 GMT";
    char iso8601[20];
    memset(iso8601, PATTERN, sizeof iso8601);
    check_outcome("date", SigV4InvalidParameter, SigV4_AwsIotDateToIso8601(NULL, 29, iso8601, sizeof iso8601));
    check_outcome("output", SigV4InvalidParameter, SigV4_AwsIotDateToIso8601(date, 29, NULL, sizeof iso8601));
    for (size_t len = 0; len < 64; len++)
        if (len != SIGV4_EXPECTED_LEN_RFC_3339 && len != SIGV4_EXPECTED_LEN_RFC_5322)
            check_outcome("length", SigV4InvalidParameter, SigV4_AwsIotDateToIso8601("0000000000000000000000000000000000000000000000000000000000000000", len, iso8601, sizeof iso8601));
    for (size_t size = 0; size < SIGV4_ISO_STRING_LEN; size++)
        check_outcome("size", SigV4InvalidParameter, SigV4_AwsIotDateToIso8601(date, 29, iso8601, size));
    check_outcome("both", SigV4InvalidParameter, SigV4_AwsIotDateToIso8601("Thu, 99 Jan 2018 09:18:06 GMT", 29, iso8601, 15));
    check_outcome("day", SigV4ISOFormattingError, SigV4_AwsIotDateToIso8601("Thu, 99 Jan 2018 09:18:06 GMT", 29, iso8601, sizeof iso8601));
    check_outcome("negative", SigV4InvalidParameter, SigV4_AwsIotDateToIso8601(date, (size_t)-1, iso8601, sizeof iso8601));
    check(all_bytes(iso8601, PATTERN, sizeof iso8601), "date", "the output is untouched");
    for (size_t size = SIGV4_ISO_STRING_LEN; size <= sizeof iso8601; size++) {
        char *exact = malloc(29), *memory = malloc(size);
        memcpy(exact, date, 29);
        memset(memory, PATTERN, size);
        check_outcome(date, SigV4Success, SigV4_AwsIotDateToIso8601(exact, 29, memory, size));
        check(memcmp(memory, "20180118T091806Z", 16) == 0 && all_bytes(memory + 16, PATTERN, size - 16), date, "16 bytes and no more");
        free(exact);
        free(memory);
    }
    check_outcome("RFC 3339", SigV4Success, SigV4_AwsIotDateToIso8601("2018-01-18T09:18:06Z", 20, iso8601, sizeof iso8601));
    check(memcmp(iso8601, "20180118T091806Z", 16) == 0, "RFC 3339", "the date");
    all_rows_passed();
}

static void test_encode(void **state)
{
    (void)state;
    char output[16];
    size_t len = sizeof output;
    memset(output, PATTERN, sizeof output);
    check_outcome("text", SigV4InvalidParameter, SigV4_EncodeURI(NULL, 1, output, &len, true, false));
    check_outcome("output", SigV4InvalidParameter, SigV4_EncodeURI("a", 1, NULL, &len, true, false));
    check_outcome("length", SigV4InvalidParameter, SigV4_EncodeURI("a", 1, output, NULL, true, false));
    check_outcome("negative", SigV4InvalidParameter, SigV4_EncodeURI("a", (size_t)-1, output, &len, true, false));
    check(len == sizeof output && all_bytes(output, PATTERN, sizeof output), "encode", "the outputs are untouched");
    check_outcome("no text", SigV4Success, SigV4_EncodeURI("", 0, output, &len, true, false));
    check(len == 0, "no text", "no output");
    for (size_t size = 0; size <= 12; size++) {
        char *memory = malloc(size > 0 ? size : 1), *text = malloc(5), row[32];
        snprintf(row, sizeof row, "%zu bytes", size);
        memcpy(text, "a/b=c", 5);
        memset(memory, PATTERN, size > 0 ? size : 1);
        len = size;
        SigV4Status_t status = SigV4_EncodeURI(text, 5, memory, &len, true, true);
        if (size < 11) {
            check_outcome(row, SigV4InsufficientMemory, status);
            check(len == size && all_bytes(memory, PATTERN, size), row, "the outputs are untouched");
        } else {
            check_outcome(row, SigV4Success, status);
            check(len == 11 && memcmp(memory, "a%2Fb%253Dc", 11) == 0 && all_bytes(memory + 11, PATTERN, size - 11), row, "11 bytes and no more");
        }
        free(memory);
        free(text);
    }
    all_rows_passed();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answer),
        cmocka_unit_test(test_every_parameter),
        cmocka_unit_test(test_lengths_of_the_hash),
        cmocka_unit_test(test_a_hash_without_context),
        cmocka_unit_test(test_each_call_of_the_hash_fails),
        cmocka_unit_test(test_a_buffer_of_every_size),
        cmocka_unit_test(test_two_things_wrong),
        cmocka_unit_test(test_date),
        cmocka_unit_test(test_encode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
