/* sigv4_sign_request: AWS's published examples, the law of buffers, and one status for each thing that can be wrong. */
#include "check.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define S(text) IOTCRED_STR(text)
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define EXAMPLE_KEY_ID "AKIAIOSFODNN7EXAMPLE"
#define EXAMPLE_SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define EXAMPLE_TIME 1369353600 /* 2013-05-24T00:00:00Z */
#define EXAMPLE_AUTHORIZATION                                                                        \
    "AWS4-HMAC-SHA256 Credential=" EXAMPLE_KEY_ID "/20130524/us-east-1/s3/aws4_request, "           \
    "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "                                     \
    "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"

enum { GUARD = 64, ROOM = 4096 };

/* A call: what goes in, and an output with guards on both sides of its buffer. */
typedef struct {
    sigv4_header headers[4];
    sigv4_request request;
    sigv4_credentials credentials;
    sigv4_signed out;
    char memory[GUARD + ROOM + GUARD];
} attempt;

/* https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Example: GET Object" */
static void example(attempt *call)
{
    memset(call, 0, sizeof *call);
    memset(call->memory, PATTERN, sizeof call->memory);
    call->headers[0] = (sigv4_header){ S("Host"), S("examplebucket.s3.amazonaws.com") };
    call->headers[1] = (sigv4_header){ S("Range"), S("bytes=0-9") };
    call->request.method = S("GET");
    call->request.path = S("/test.txt");
    call->request.headers = call->headers;
    call->request.header_count = 2;
    call->request.region = S("us-east-1");
    call->request.service = S("s3");
    call->request.time = EXAMPLE_TIME;
    call->credentials.access_key_id = S(EXAMPLE_KEY_ID);
    call->credentials.secret_access_key = S(EXAMPLE_SECRET);
    memset(&call->out, PATTERN, sizeof call->out);
    call->out.buffer = call->memory + GUARD;
    call->out.buffer_size = ROOM;
}

static iotcred_status sign(attempt *call)
{
    return sigv4_sign_request(&call->request, &call->credentials, NULL, &call->out);
}

static bool is(sigv4_str text, const char *expected)
{
    return text.len == strlen(expected) && memcmp(text.ptr, expected, text.len) == 0;
}

static sigv4_str header(const sigv4_signed *out, const char *name)
{
    for (size_t i = 0; i < out->header_count; i++)
        if (is(out->headers[i].name, name))
            return out->headers[i].value;
    return (sigv4_str){ NULL, 0 };
}

static bool signature_is(const sigv4_signed *out, const char *expected)
{
    sigv4_str value = header(out, "authorization");
    return value.len > 64 && memcmp(value.ptr + value.len - 64, expected, 64) == 0;
}

/* Signs, and checks that exactly `expected` came out and that on failure nothing was written. */
static void expect(attempt *call, const char *row, iotcred_status expected)
{
    sigv4_signed before = call->out;
    check_status(row, expected, sign(call));
    if (expected != IOTCRED_OK) {
        check(memcmp(&before, &call->out, sizeof before) == 0, row, "the output struct is untouched");
        check(all_bytes(call->memory, PATTERN, sizeof call->memory), row, "the buffer is untouched");
    }
}

/* --- Published examples ---------------------------------------------------------------------------------------- */

static void the_get_object_example_comes_out_as_published(void **state)
{
    (void)state;
    attempt call;
    example(&call);
    assert_int_equal(sign(&call), IOTCRED_OK);
    assert_int_equal(call.out.header_count, 3);
    assert_true(is(call.out.headers[0].name, "x-amz-date"));
    assert_true(is(call.out.headers[0].value, "20130524T000000Z"));
    assert_true(is(call.out.headers[1].name, "x-amz-content-sha256"));
    assert_true(is(call.out.headers[1].value, EMPTY_SHA256));
    assert_true(is(call.out.headers[2].name, "authorization"));
    assert_true(is(call.out.headers[2].value, EXAMPLE_AUTHORIZATION));
}

static void s3_examples_of_the_same_page(void **state)
{
    (void)state;
    attempt call;

    example(&call); /* PUT Object */
    call.request.method = S("PUT");
    call.request.path = S("/test%24file.text");
    call.headers[1] = (sigv4_header){ S("Date"), S("Fri, 24 May 2013 00:00:00 GMT") };
    call.headers[2] = (sigv4_header){ S("x-amz-storage-class"), S("REDUCED_REDUNDANCY") };
    call.request.header_count = 3;
    call.request.payload = (sigv4_payload){ IOTCRED_PAYLOAD_BYTES, bytes("Welcome to Amazon S3.") };
    expect(&call, "PUT Object", IOTCRED_OK);
    check(signature_is(&call.out, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"), "PUT Object", "signature");

    example(&call); /* GET Bucket Lifecycle */
    call.request.path = S("/");
    call.request.query = S("lifecycle");
    call.request.header_count = 1;
    expect(&call, "GET Bucket Lifecycle", IOTCRED_OK);
    check(signature_is(&call.out, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"), "GET Bucket Lifecycle", "signature");

    example(&call); /* GET Bucket (List Objects) */
    call.request.path = S("/");
    call.request.query = S("max-keys=2&prefix=J");
    call.request.header_count = 1;
    expect(&call, "GET Bucket", IOTCRED_OK);
    check(signature_is(&call.out, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"), "GET Bucket", "signature");
    call.request.query = S("prefix=J&max-keys=2");
    expect(&call, "GET Bucket, query in another order", IOTCRED_OK);
    check(signature_is(&call.out, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"), "GET Bucket, other order", "signature");
    all_rows_passed();
}

/* --- The law of buffers ---------------------------------------------------------------------------------------- */

static void null_with_size_0_asks_for_the_size(void **state)
{
    (void)state;
    attempt call;
    example(&call);
    call.out.buffer = NULL;
    call.out.buffer_size = 0;
    sigv4_signed before = call.out;
    assert_int_equal(sign(&call), IOTCRED_ERR_BUFFER_TOO_SMALL);
    assert_int_equal(call.out.buffer_len, 16 + 64 + strlen(EXAMPLE_AUTHORIZATION));
    before.buffer_len = call.out.buffer_len;
    assert_memory_equal(&before, &call.out, sizeof before);
}

static void every_size_up_to_the_exact_one(void **state)
{
    (void)state;
    const size_t needed = 16 + 64 + strlen(EXAMPLE_AUTHORIZATION);
    attempt call;
    for (size_t size = 0; size < needed; size++) {
        example(&call);
        call.out.buffer_size = size;
        sigv4_signed before = call.out;
        check_status("a smaller buffer", IOTCRED_ERR_BUFFER_TOO_SMALL, sign(&call));
        before.buffer_len = needed;
        check(memcmp(&before, &call.out, sizeof before) == 0, "a smaller buffer", "buffer_len says what is needed, all else is untouched");
        check(all_bytes(call.memory, PATTERN, sizeof call.memory), "a smaller buffer", "is untouched");
    }
    example(&call);
    call.out.buffer_size = needed;
    check_status("an exact fit", IOTCRED_OK, sign(&call));
    check(call.out.buffer_len == needed, "an exact fit", "buffer_len");
    check(is(header(&call.out, "authorization"), EXAMPLE_AUTHORIZATION), "an exact fit", "authorization");
    check(all_bytes(call.memory, PATTERN, GUARD), "an exact fit", "nothing is written before the buffer");
    check(all_bytes(call.memory + GUARD + needed, PATTERN, sizeof call.memory - GUARD - needed), "an exact fit", "nor behind it");
    for (size_t i = 0; i < call.out.header_count; i++) {
        sigv4_str value = call.out.headers[i].value;
        check(value.ptr >= call.out.buffer && value.ptr + value.len <= call.out.buffer + needed, "an exact fit", "values stand inside");
    }
    all_rows_passed();
}

/* --- Bad input: one row each ----------------------------------------------------------------------------------- */

static void null_pointers(void **state)
{
    (void)state;
    attempt call;
    example(&call);
    sigv4_signed before = call.out;
    check_status("request", IOTCRED_ERR_NULL_ARGUMENT, sigv4_sign_request(NULL, &call.credentials, NULL, &call.out));
    check_status("credentials", IOTCRED_ERR_NULL_ARGUMENT, sigv4_sign_request(&call.request, NULL, NULL, &call.out));
    check_status("out", IOTCRED_ERR_NULL_ARGUMENT, sigv4_sign_request(&call.request, &call.credentials, NULL, NULL));
    check_status("all", IOTCRED_ERR_NULL_ARGUMENT, sigv4_sign_request(NULL, NULL, NULL, NULL));
    check(memcmp(&before, &call.out, sizeof before) == 0 && all_bytes(call.memory, PATTERN, sizeof call.memory), "out", "is untouched");

    example(&call);
    call.out.buffer = NULL;
    expect(&call, "buffer NULL with a size", IOTCRED_ERR_NULL_ARGUMENT);
    example(&call);
    call.request.headers = NULL;
    expect(&call, "headers NULL with a count", IOTCRED_ERR_HEADER);
    example(&call);
    call.request.payload.bytes = (iotcred_bytes){ NULL, 1 };
    expect(&call, "payload NULL with a length", IOTCRED_ERR_PAYLOAD);
    example(&call);
    call.request.header_count = SIZE_MAX;
    expect(&call, "more headers than memory holds", IOTCRED_ERR_HEADER);
    example(&call);
    call.request.path.len = SIZE_MAX;
    expect(&call, "a path longer than memory", IOTCRED_ERR_PATH);
    all_rows_passed();
}

/* Every text of a call, by its place in the struct. */
#define PLACE(member) offsetof(attempt, member)
static const struct {
    const char *name;
    size_t place;
    iotcred_status when_null, when_empty, when_control; /* NULL with a length; length 0; a control character in it */
} texts[] = {
    { "method", PLACE(request.method), IOTCRED_ERR_METHOD, IOTCRED_ERR_METHOD, IOTCRED_ERR_METHOD },
    { "path", PLACE(request.path), IOTCRED_ERR_PATH, IOTCRED_OK, IOTCRED_ERR_PATH },
    { "query", PLACE(request.query), IOTCRED_ERR_QUERY, IOTCRED_OK, IOTCRED_ERR_QUERY },
    { "header name", PLACE(headers[1].name), IOTCRED_ERR_HEADER_NAME, IOTCRED_ERR_HEADER_NAME, IOTCRED_ERR_HEADER_NAME },
    { "header value", PLACE(headers[1].value), IOTCRED_ERR_HEADER, IOTCRED_OK, IOTCRED_ERR_HEADER },
    { "region", PLACE(request.region), IOTCRED_ERR_REGION, IOTCRED_ERR_REGION, IOTCRED_ERR_REGION },
    { "service", PLACE(request.service), IOTCRED_ERR_SERVICE, IOTCRED_ERR_SERVICE, IOTCRED_ERR_SERVICE },
    { "access key id", PLACE(credentials.access_key_id), IOTCRED_ERR_ACCESS_KEY_ID, IOTCRED_ERR_ACCESS_KEY_ID, IOTCRED_ERR_ACCESS_KEY_ID },
    { "secret access key", PLACE(credentials.secret_access_key), IOTCRED_ERR_SECRET_ACCESS_KEY, IOTCRED_ERR_SECRET_ACCESS_KEY, IOTCRED_OK },
    { "session token", PLACE(credentials.session_token), IOTCRED_ERR_SESSION_TOKEN, IOTCRED_OK, IOTCRED_ERR_SESSION_TOKEN },
};

static void set(attempt *call, size_t place, sigv4_str text)
{
    memcpy((char *)call + place, &text, sizeof text);
}

static void empty_texts(void **state)
{
    (void)state;
    static attempt call;
    for (size_t i = 0; i < COUNT(texts); i++) {
        example(&call);
        set(&call, texts[i].place, (sigv4_str){ NULL, 0 });
        expect(&call, texts[i].name, texts[i].when_empty);
        example(&call);
        set(&call, texts[i].place, S(""));
        expect(&call, texts[i].name, texts[i].when_empty);
        example(&call);
        set(&call, texts[i].place, (sigv4_str){ NULL, 3 });
        expect(&call, texts[i].name, texts[i].when_null);
    }
    all_rows_passed();
}

static void control_characters_in_texts(void **state)
{
    (void)state;
    static const char bad[] = { '\r', '\n', '\0', '\x01', '\x1f', '\x7f' };
    static attempt call;
    for (size_t i = 0; i < COUNT(texts); i++)
        for (size_t j = 0; j < COUNT(bad); j++) {
            char text[] = "/a_b";
            const bool is_path = texts[i].place == PLACE(request.path);
            text[2] = bad[j];
            example(&call);
            set(&call, texts[i].place, is_path ? (sigv4_str){ text, 4 } : (sigv4_str){ text + 1, 3 });
            expect(&call, texts[i].name, texts[i].when_control);
        }
    all_rows_passed();
}

/* What has no meaning beside control characters. Bytes from 0x80 on may stand in a path, a query and a header's value. */
static const struct {
    size_t place;
    const char *text;
    iotcred_status status;
} bad_texts[] = {
    { PLACE(request.method), "GE T", IOTCRED_ERR_METHOD },
    { PLACE(request.method), "GET ", IOTCRED_ERR_METHOD },
    { PLACE(request.method), "G\xC3\xA9T", IOTCRED_ERR_METHOD },
    { PLACE(request.method), "G\xFFT", IOTCRED_ERR_METHOD },
    { PLACE(request.path), "test.txt", IOTCRED_ERR_PATH },
    { PLACE(request.path), "https://host/test.txt", IOTCRED_ERR_PATH },
    { PLACE(request.path), "/a b", IOTCRED_ERR_PATH },
    { PLACE(request.path), "/a?b", IOTCRED_ERR_PATH },
    { PLACE(request.path), "/a#b", IOTCRED_ERR_PATH },
    { PLACE(request.path), "/%", IOTCRED_ERR_PATH },
    { PLACE(request.path), "/%4", IOTCRED_ERR_PATH },
    { PLACE(request.path), "/%4g", IOTCRED_ERR_PATH },
    { PLACE(request.path), "/%%20", IOTCRED_ERR_PATH },
    { PLACE(request.query), "a=b c", IOTCRED_ERR_QUERY },
    { PLACE(request.query), "a#b", IOTCRED_ERR_QUERY },
    { PLACE(request.query), "a=%", IOTCRED_ERR_QUERY },
    { PLACE(request.query), "a=%f", IOTCRED_ERR_QUERY },
    { PLACE(request.query), "%zz=1", IOTCRED_ERR_QUERY },
    { PLACE(headers[1].name), "a b", IOTCRED_ERR_HEADER_NAME },
    { PLACE(headers[1].name), "a:", IOTCRED_ERR_HEADER_NAME },
    { PLACE(headers[1].name), " a", IOTCRED_ERR_HEADER_NAME },
    { PLACE(headers[1].name), "a\xFF", IOTCRED_ERR_HEADER_NAME },
    { PLACE(request.region), "us east", IOTCRED_ERR_REGION },
    { PLACE(request.region), "us/east", IOTCRED_ERR_REGION },
    { PLACE(request.region), "us-east-1\xFF", IOTCRED_ERR_REGION },
    { PLACE(request.service), "s3 ", IOTCRED_ERR_SERVICE },
    { PLACE(request.service), "s/3", IOTCRED_ERR_SERVICE },
    { PLACE(request.service), "s\xFF", IOTCRED_ERR_SERVICE },
    { PLACE(credentials.access_key_id), "AKIA IOSFODNN7EXAMPLE", IOTCRED_ERR_ACCESS_KEY_ID },
    { PLACE(credentials.access_key_id), "AKIA/IOSFODNN7EXAMPLE", IOTCRED_ERR_ACCESS_KEY_ID },
    { PLACE(credentials.access_key_id), "AKIA,IOSFODNN7EXAMPLE", IOTCRED_ERR_ACCESS_KEY_ID },
    { PLACE(credentials.access_key_id), "AKIA\xFFIOSFODNN7EXAMPLE", IOTCRED_ERR_ACCESS_KEY_ID },
    { PLACE(credentials.session_token), "a token", IOTCRED_ERR_SESSION_TOKEN },
    { PLACE(credentials.session_token), "to\xFFken", IOTCRED_ERR_SESSION_TOKEN },
};

static void malformed_texts(void **state)
{
    (void)state;
    static attempt call;
    for (size_t i = 0; i < COUNT(bad_texts); i++) {
        example(&call);
        set(&call, bad_texts[i].place, str(bad_texts[i].text));
        expect(&call, bad_texts[i].text, bad_texts[i].status);
    }
    all_rows_passed();
}

static void there_is_no_limit_on_a_text(void **state)
{
    (void)state;
    static char long_text[70000];
    static attempt call;
    memset(long_text, 'a', sizeof long_text);
    long_text[0] = '/';
    example(&call);
    call.request.path = (sigv4_str){ long_text, sizeof long_text };
    call.request.query = (sigv4_str){ long_text + 1, sizeof long_text - 1 };
    call.headers[1].value = (sigv4_str){ long_text + 1, sizeof long_text - 1 };
    call.request.payload.bytes = (iotcred_bytes){ (const uint8_t *)long_text, sizeof long_text };
    call.credentials.session_token = (sigv4_str){ long_text + 1, sizeof long_text - 1 };
    call.credentials.secret_access_key = (sigv4_str){ long_text + 1, sizeof long_text - 1 };
    expect(&call, "70 000 bytes of each", IOTCRED_OK);
    all_rows_passed();
}

static void payloads(void **state)
{
    (void)state;
    static const uint8_t digest[33] = { 0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
                                        0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55 };
    static const struct {
        const char *name;
        int32_t kind;
        size_t len;
        iotcred_status status;
        const char *hash;
    } rows[] = {
        { "no bytes", IOTCRED_PAYLOAD_BYTES, 0, IOTCRED_OK, EMPTY_SHA256 },
        { "the hash of no bytes", IOTCRED_PAYLOAD_SHA256, 32, IOTCRED_OK, EMPTY_SHA256 },
        { "a hash of no bytes at all", IOTCRED_PAYLOAD_SHA256, 0, IOTCRED_ERR_PAYLOAD, NULL },
        { "a hash of 31 bytes", IOTCRED_PAYLOAD_SHA256, 31, IOTCRED_ERR_PAYLOAD, NULL },
        { "a hash of 33 bytes", IOTCRED_PAYLOAD_SHA256, 33, IOTCRED_ERR_PAYLOAD, NULL },
        { "unsigned", IOTCRED_PAYLOAD_UNSIGNED, 0, IOTCRED_OK, "UNSIGNED-PAYLOAD" },
        { "unsigned with bytes", IOTCRED_PAYLOAD_UNSIGNED, 1, IOTCRED_ERR_PAYLOAD, NULL },
        { "chunks", IOTCRED_PAYLOAD_STREAMING, 0, IOTCRED_OK, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" },
        { "chunks and a trailer", IOTCRED_PAYLOAD_STREAMING_TRAILER, 0, IOTCRED_OK, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" },
        { "unsigned chunks", IOTCRED_PAYLOAD_STREAMING_UNSIGNED_TRAILER, 0, IOTCRED_OK, "STREAMING-UNSIGNED-PAYLOAD-TRAILER" },
        { "chunks with bytes", IOTCRED_PAYLOAD_STREAMING, 1, IOTCRED_ERR_PAYLOAD, NULL },
        { "kind 6", 6, 0, IOTCRED_ERR_PAYLOAD, NULL },
        { "kind -1", -1, 0, IOTCRED_ERR_PAYLOAD, NULL },
        { "the largest kind", INT32_MAX, 0, IOTCRED_ERR_PAYLOAD, NULL },
        { "the smallest kind", INT32_MIN, 0, IOTCRED_ERR_PAYLOAD, NULL },
    };
    static attempt call;
    for (size_t i = 0; i < COUNT(rows); i++) {
        example(&call);
        call.request.payload = (sigv4_payload){ rows[i].kind, { rows[i].len > 0 ? digest : NULL, rows[i].len } };
        expect(&call, rows[i].name, rows[i].status);
        check(rows[i].hash == NULL || is(header(&call.out, "x-amz-content-sha256"), rows[i].hash), rows[i].name, "x-amz-content-sha256");
    }
    all_rows_passed();
}

static void flags(void **state)
{
    (void)state;
    static attempt call;
    for (int bit = 0; bit < 32; bit++) {
        example(&call);
        call.request.flags = UINT32_C(1) << bit;
        expect(&call, "one flag", bit < 5 ? IOTCRED_OK : IOTCRED_ERR_FLAGS);
    }
    example(&call);
    call.request.flags = UINT32_MAX;
    expect(&call, "all flags", IOTCRED_ERR_FLAGS);
    all_rows_passed();
}

/* --- Time ------------------------------------------------------------------------------------------------------ */

static void times(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t time;
        iotcred_status status;
        const char *date;
    } rows[] = {
        { "the last second of 2011", 1325375999, IOTCRED_ERR_CLOCK_UNSET, NULL },
        { "2012", 1325376000, IOTCRED_OK, "20120101T000000Z" },
        { "a leap day", 1709251199, IOTCRED_OK, "20240229T235959Z" },
        { "2100, which has none", 4107542400, IOTCRED_OK, "21000301T000000Z" },
        { "the last second of 9999", 253402300799, IOTCRED_OK, "99991231T235959Z" },
        { "10000", 253402300800, IOTCRED_ERR_TIME_OUT_OF_RANGE, NULL },
        { "milliseconds", 1700000000000, IOTCRED_ERR_TIME_OUT_OF_RANGE, NULL },
        { "the largest number", INT64_MAX, IOTCRED_ERR_TIME_OUT_OF_RANGE, NULL },
        { "1970 and a second", 1, IOTCRED_ERR_CLOCK_UNSET, NULL },
        { "before 1970", -1, IOTCRED_ERR_CLOCK_UNSET, NULL },
        { "the smallest number", INT64_MIN, IOTCRED_ERR_CLOCK_UNSET, NULL },
    };
    static attempt call;
    for (size_t i = 0; i < COUNT(rows); i++) {
        example(&call);
        call.request.time = rows[i].time;
        expect(&call, rows[i].name, rows[i].status);
        check(rows[i].date == NULL || is(header(&call.out, "x-amz-date"), rows[i].date), rows[i].name, "x-amz-date");
    }
    all_rows_passed();
}

static void time_0_is_the_system_s_clock(void **state)
{
    (void)state;
    attempt call;
#ifdef IOTCRED_SIGN_ONLY
    example(&call);
    call.request.time = 0;
    expect(&call, "the sign size has no clock", IOTCRED_ERR_TIME_REQUIRED);
    all_rows_passed();
#else
    char before[17], after[17];
    time_t now = time(NULL);
    strftime(before, sizeof before, "%Y%m%dT%H%M%SZ", gmtime(&now));
    example(&call);
    call.request.time = 0;
    assert_int_equal(sign(&call), IOTCRED_OK);
    now = time(NULL);
    strftime(after, sizeof after, "%Y%m%dT%H%M%SZ", gmtime(&now));
    sigv4_str date = header(&call.out, "x-amz-date");
    assert_int_equal(date.len, 16);
    assert_true(memcmp(before, date.ptr, 16) <= 0 && memcmp(date.ptr, after, 16) <= 0);
#endif
}

/* --- Which headers are added ----------------------------------------------------------------------------------- */

static void the_token_is_added_and_signed(void **state)
{
    (void)state;
    attempt call;
    example(&call);
    call.credentials.session_token = S("to/ken+==");
    assert_int_equal(sign(&call), IOTCRED_OK);
    assert_int_equal(call.out.header_count, 4);
    sigv4_str token = header(&call.out, "x-amz-security-token");
    assert_ptr_equal(token.ptr, call.credentials.session_token.ptr);
    assert_int_equal(token.len, call.credentials.session_token.len);
    sigv4_str authorization = header(&call.out, "authorization");
    char text[1024];
    snprintf(text, sizeof text, "%.*s", (int)authorization.len, authorization.ptr);
    assert_non_null(strstr(text, "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date;x-amz-security-token,"));
}

static void the_content_hash_is_added_where_it_is_wanted(void **state)
{
    (void)state;
    static const struct {
        const char *service;
        uint32_t flags;
        int32_t payload;
        bool wanted;
    } rows[] = {
        { "s3", 0, IOTCRED_PAYLOAD_BYTES, true },
        { "dynamodb", 0, IOTCRED_PAYLOAD_BYTES, false },
        { "dynamodb", IOTCRED_SIGN_CONTENT_SHA256, IOTCRED_PAYLOAD_BYTES, true },
        { "s3", IOTCRED_SIGN_CONTENT_SHA256, IOTCRED_PAYLOAD_BYTES, true },
        { "s3", 0, IOTCRED_PAYLOAD_UNSIGNED, true },
    };
    static attempt call;
    for (size_t i = 0; i < COUNT(rows); i++) {
        example(&call);
        call.request.service = str(rows[i].service);
        call.request.flags |= rows[i].flags;
        call.request.payload.kind = rows[i].payload;
        expect(&call, rows[i].service, IOTCRED_OK);
        check(rows[i].wanted == (header(&call.out, "x-amz-content-sha256").ptr != NULL), rows[i].service, "x-amz-content-sha256");
        check(call.out.header_count == (rows[i].wanted ? 3 : 2), rows[i].service, "number of headers");
    }
    all_rows_passed();
}

static void a_request_needs_a_host(void **state)
{
    (void)state;
    static attempt call;
    example(&call);
    call.request.headers = NULL;
    call.request.header_count = 0;
    expect(&call, "no headers at all", IOTCRED_ERR_HOST_MISSING);
    example(&call);
    call.request.headers = call.headers + 1;
    call.request.header_count = 1;
    expect(&call, "another header", IOTCRED_ERR_HOST_MISSING);
    example(&call);
    call.headers[0].name = S("HOST");
    expect(&call, "in capitals", IOTCRED_OK);
    check(is(header(&call.out, "authorization"), EXAMPLE_AUTHORIZATION), "in capitals", "authorization");
    all_rows_passed();
}

static void headers_of_an_earlier_signature(void **state)
{
    (void)state;
    static const struct {
        const char *name, *ours, *foreign;
    } rows[] = {
        { "X-Amz-Date", "20130524T000000Z", "20130524T000001Z" },
        { "X-Amz-Content-Sha256", EMPTY_SHA256, "UNSIGNED-PAYLOAD" },
        { "X-Amz-Security-Token", "token", "nekot" },
    };
    static attempt call;
    for (size_t i = 0; i < COUNT(rows); i++) {
        example(&call);
        call.credentials.session_token = S("token");
        call.request.header_count = 3;
        call.headers[2] = (sigv4_header){ str(rows[i].name), str(rows[i].foreign) };
        expect(&call, rows[i].name, IOTCRED_ERR_HEADER_CONFLICT);
        call.headers[2].value = S("");
        expect(&call, rows[i].name, IOTCRED_ERR_HEADER_CONFLICT);
        call.headers[2].value = str(rows[i].ours);
        expect(&call, rows[i].name, IOTCRED_OK);
        check(call.out.header_count == 3, rows[i].name, "what is there is not added");
    }
    example(&call);
    call.request.header_count = 3;
    call.headers[2] = (sigv4_header){ S("X-Amz-Security-Token"), S("token") };
    expect(&call, "a token where the credentials have none", IOTCRED_ERR_HEADER_CONFLICT);
    example(&call);
    call.request.header_count = 3;
    call.headers[2] = (sigv4_header){ S("Authorization"), S("AWS4-HMAC-SHA256 Credential=other") };
    expect(&call, "another authorization", IOTCRED_ERR_HEADER_CONFLICT);
    all_rows_passed();
}

/* --- The key cache --------------------------------------------------------------------------------------------- */

static iotcred_status sign_with(attempt *call, sigv4_key_cache *cache)
{
    return sigv4_sign_request(&call->request, &call->credentials, cache, &call->out);
}

static void the_cache_changes_nothing_but_time(void **state)
{
    (void)state;
    static const char *const regions[] = { "us-east-1", "us-east-1", "eu-west-1", "us-east-1" };
    static const char *const secrets[] = { EXAMPLE_SECRET, EXAMPLE_SECRET, EXAMPLE_SECRET, "another secret" };
    static const int64_t days[] = { 0, 3600, 0, 86400 };
    sigv4_key_cache cache = { { 0 } };
    static attempt plain, cached;
    for (size_t i = 0; i < COUNT(regions) * 3; i++) {
        attempt *const calls[] = { &plain, &cached };
        for (size_t j = 0; j < 2; j++) {
            example(calls[j]);
            calls[j]->request.region = str(regions[i % 4]);
            calls[j]->credentials.secret_access_key = str(secrets[(i + i / 4) % 4]);
            calls[j]->request.time += days[(i + i / 2) % 4];
        }
        check_status("without", IOTCRED_OK, sign(&plain));
        check_status("with", IOTCRED_OK, sign_with(&cached, &cache));
        check(memcmp(plain.memory, cached.memory, sizeof plain.memory) == 0, "the cache", "gives the same headers");
    }
    assert_false(all_bytes(&cache, 0, sizeof cache));
    sigv4_key_cache_wipe(&cache);
    assert_true(all_bytes(&cache, 0, sizeof cache));
    sigv4_key_cache_wipe(NULL);
    all_rows_passed();
}

static void the_cache_holds_no_secret_access_key(void **state)
{
    (void)state;
    sigv4_key_cache cache = { { 0 } };
    attempt call;
    example(&call);
    assert_int_equal(sign_with(&call, &cache), IOTCRED_OK);
    static const char secret[] = EXAMPLE_SECRET;
    for (size_t i = 0; i + 8 <= sizeof cache; i++)
        for (size_t j = 0; j + 8 < sizeof secret; j++)
            assert_false(memcmp((const char *)&cache + i, &secret[j], 8) == 0);
    sigv4_key_cache_wipe(&cache);
}

static void a_failed_call_leaves_the_cache_usable(void **state)
{
    (void)state;
    sigv4_key_cache cache = { { 0 } };
    attempt call;
    example(&call);
    call.request.path = S("no slash");
    assert_int_equal(sign_with(&call, &cache), IOTCRED_ERR_PATH);
    assert_true(all_bytes(&cache, 0, sizeof cache));
    example(&call);
    assert_int_equal(sign_with(&call, &cache), IOTCRED_OK);
    assert_true(is(header(&call.out, "authorization"), EXAMPLE_AUTHORIZATION));
}

/* --- Threads --------------------------------------------------------------------------------------------------- */

enum { THREADS = 8, ROUNDS = 200 };

static void *sign_often(void *wrong)
{
    sigv4_key_cache cache = { { 0 } };
    for (int i = 0; i < ROUNDS; i++) {
        attempt call;
        example(&call);
        bool good = sign_with(&call, i % 2 == 0 ? &cache : NULL) == IOTCRED_OK;
        if (!good || !is(header(&call.out, "authorization"), EXAMPLE_AUTHORIZATION))
            ++*(int *)wrong;
    }
    return NULL;
}

static void eight_threads_sign_at_once(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    int wrong[THREADS] = { 0 };
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, sign_often, &wrong[i]), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(wrong[i], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_get_object_example_comes_out_as_published),
        cmocka_unit_test(s3_examples_of_the_same_page),
        cmocka_unit_test(null_with_size_0_asks_for_the_size),
        cmocka_unit_test(every_size_up_to_the_exact_one),
        cmocka_unit_test(null_pointers),
        cmocka_unit_test(empty_texts),
        cmocka_unit_test(control_characters_in_texts),
        cmocka_unit_test(malformed_texts),
        cmocka_unit_test(there_is_no_limit_on_a_text),
        cmocka_unit_test(payloads),
        cmocka_unit_test(flags),
        cmocka_unit_test(times),
        cmocka_unit_test(time_0_is_the_system_s_clock),
        cmocka_unit_test(the_token_is_added_and_signed),
        cmocka_unit_test(the_content_hash_is_added_where_it_is_wanted),
        cmocka_unit_test(a_request_needs_a_host),
        cmocka_unit_test(headers_of_an_earlier_signature),
        cmocka_unit_test(the_cache_changes_nothing_but_time),
        cmocka_unit_test(the_cache_holds_no_secret_access_key),
        cmocka_unit_test(a_failed_call_leaves_the_cache_usable),
        cmocka_unit_test(eight_threads_sign_at_once),
    };
    return cmocka_run_group_tests_name("sigv4_sign_request", tests, NULL, NULL);
}
