/* sigv4_explain, sigv4_canonical_request, sigv4_string_to_sign: what C sees of them. The server's texts are AWS's, from its test suite ("post-sts-header-before") and
 * its published S3 example; tests/explain.rs has every kind of difference. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#define S(text) IOTCRED_STR(text)
#define TOKEN                                                                                                                                        \
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/"                \
    "kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz"     \
    "+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define CANONICAL_BEFORE_TOKEN "POST\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\nx-amz-security-token:"
#define CANONICAL_BEHIND_TOKEN "\n\nhost;x-amz-date;x-amz-security-token\n" EMPTY_SHA256
#define STRING_TO_SIGN                                                                                                                               \
    "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\nc237e1b440d4c63c32ca95b5b99481081cb7b13c7e40434868e71567c1a882f6"
#define ANSWER                                                                                                                                       \
    "<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>AKIDEXAMPLE</AWSAccessKeyId><StringToSign>" STRING_TO_SIGN "</StringToSign>"           \
    "<SignatureProvided>85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead</SignatureProvided><CanonicalRequest>" CANONICAL_BEFORE_TOKEN \
    TOKEN CANONICAL_BEHIND_TOKEN "</CanonicalRequest></Error>"

enum { GUARD = 64, ROOM = 4096 };

typedef struct {
    sigv4_header headers[2];
    sigv4_request request;
    sigv4_credentials credentials;
    sigv4_explanation out;
    char memory[GUARD + ROOM + GUARD];
} attempt;

static void example(attempt *call)
{
    memset(call, 0, sizeof *call);
    memset(call->memory, PATTERN, sizeof call->memory);
    memset(&call->out, PATTERN, sizeof call->out);
    call->headers[0] = (sigv4_header){ S("Host"), S("example.amazonaws.com") };
    call->headers[1] = (sigv4_header){ S("x-test"), S("1") };
    call->request.method = S("POST");
    call->request.path = S("/");
    call->request.headers = call->headers;
    call->request.header_count = 1;
    call->request.region = S("us-east-1");
    call->request.service = S("service");
    call->request.time = 1440938160; /* 2015-08-30T12:36:00Z */
    call->credentials.access_key_id = S("AKIDEXAMPLE");
    call->credentials.secret_access_key = S("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    call->credentials.session_token = S(TOKEN);
    call->out.buffer = call->memory + GUARD;
    call->out.buffer_size = ROOM;
}

static iotcred_status explain(attempt *call, const char *body)
{
    return sigv4_explain(&call->request, &call->credentials, 0, bytes(body), &call->out);
}

static bool is(sigv4_str text, const char *expected)
{
    return text.len == strlen(expected) && memcmp(text.ptr, expected, text.len) == 0;
}

/* Explains, and checks what holds for every explanation. */
static void expect(attempt *call, const char *body, const char *row, int32_t cause, int32_t line, const char *name)
{
    if (!check_status(row, IOTCRED_OK, explain(call, body)))
        return;
    const sigv4_explanation *out = &call->out;
    check_number(row, "cause", cause, out->cause);
    check_number(row, "line", line, out->line);
    check(is(out->name, name), row, "name");
    check(out->text.ptr == out->buffer && out->text.ptr[out->text.len] == '\0' && strlen(out->text.ptr) == out->text.len, row, "text ends in NUL");
    check(out->buffer_len == out->text.len + 1 && out->buffer_len <= IOTCRED_EXPLANATION_MAX, row, "buffer_len");
    const sigv4_str parts[] = { out->name, out->signed_side, out->server_side };
    for (size_t i = 0; i < COUNT(parts); i++)
        check(parts[i].ptr >= out->text.ptr && parts[i].ptr + parts[i].len <= out->text.ptr + out->text.len, row, "parts stand in the text");
    check(all_bytes(call->memory, PATTERN, GUARD), row, "nothing is written before the buffer");
    check(all_bytes(call->memory + GUARD + out->buffer_len, PATTERN, GUARD + ROOM - out->buffer_len), row, "nor behind the text");
    check(strstr(out->text.ptr, "EXAMPLEtc764bNrC9") == NULL && strstr(out->text.ptr, "wJalrXUt") == NULL, row, "no secret is shown");
}

static void what_differs_is_named(void **state)
{
    (void)state;
    static attempt call;
    example(&call);
    expect(&call, ANSWER, "nothing", IOTCRED_CAUSE_SECRET_ACCESS_KEY, IOTCRED_LINE_NONE, "");

    example(&call);
    call.headers[0].value = S("example.amazonaws.com:443");
    expect(&call, ANSWER, "host", IOTCRED_CAUSE_HEADER, IOTCRED_LINE_HEADER, "host");
    check(is(call.out.signed_side, "host:example.amazonaws.com:443"), "host", "signed_side");
    check(is(call.out.server_side, "host:example.amazonaws.com"), "host", "server_side");

    example(&call);
    call.request.header_count = 2;
    expect(&call, ANSWER, "a header that did not arrive", IOTCRED_CAUSE_HEADER, IOTCRED_LINE_HEADER, "x-test");

    example(&call);
    call.request.query = S("a=1");
    expect(&call, ANSWER, "query", IOTCRED_CAUSE_QUERY, IOTCRED_LINE_QUERY, "a");

    example(&call);
    call.request.payload = (sigv4_payload){ IOTCRED_PAYLOAD_BYTES, bytes("body") };
    expect(&call, ANSWER, "payload", IOTCRED_CAUSE_PAYLOAD, IOTCRED_LINE_PAYLOAD_HASH, "");

    example(&call);
    call.request.region = S("eu-west-1");
    expect(&call, ANSWER, "region", IOTCRED_CAUSE_REGION, IOTCRED_LINE_SCOPE, "region");

    example(&call);
    call.credentials.session_token.len--;
    expect(&call, ANSWER, "token", IOTCRED_CAUSE_TOKEN_INVALID, IOTCRED_LINE_HEADER, "x-amz-security-token");
    check(strstr(call.out.text.ptr, "AQoD...BA== [336 bytes]") != NULL, "token", "the server's is shortened");

    example(&call);
    expect(&call, "", "an empty body", IOTCRED_CAUSE_UNKNOWN, IOTCRED_LINE_NONE, "");
    check_number("an empty body", "server_time", 0, call.out.server_time);
    all_rows_passed();
}

static void time_0_is_the_time_of_the_answer(void **state)
{
    (void)state;
    static attempt call;
    example(&call);
    call.request.time = 0;
    expect(&call, ANSWER, "time 0", IOTCRED_CAUSE_SECRET_ACCESS_KEY, IOTCRED_LINE_NONE, "");
    example(&call);
    call.request.time = 0;
    expect(&call,
           "<Error><Code>RequestTimeTooSkewed</Code><RequestTime>20150830T123600Z</RequestTime><ServerTime>2015-08-30T13:00:01Z</ServerTime></Error>",
           "a wrong clock", IOTCRED_CAUSE_CLOCK, IOTCRED_LINE_DATE, "");
    check_number("a wrong clock", "server_time", 1440939601, call.out.server_time);
    check(is(call.out.signed_side, "20150830T123600Z"), "a wrong clock", "signed_side");
    all_rows_passed();
}

static void every_size_up_to_the_exact_one(void **state)
{
    (void)state;
    static attempt call;
    example(&call);
    call.request.region = S("eu-west-1");
    assert_int_equal(explain(&call, ANSWER), IOTCRED_OK);
    const size_t needed = call.out.buffer_len;
    for (size_t size = 0; size < needed; size++) {
        example(&call);
        call.request.region = S("eu-west-1");
        call.out.buffer_size = size;
        if (size == 0)
            call.out.buffer = NULL;
        sigv4_explanation before = call.out;
        check_status("a smaller buffer", IOTCRED_ERR_BUFFER_TOO_SMALL, explain(&call, ANSWER));
        before.buffer_len = needed;
        check(memcmp(&before, &call.out, sizeof before) == 0, "a smaller buffer", "buffer_len says what is needed, all else is untouched");
        check(all_bytes(call.memory, PATTERN, sizeof call.memory), "a smaller buffer", "is untouched");
    }
    example(&call);
    call.request.region = S("eu-west-1");
    call.out.buffer_size = needed;
    expect(&call, ANSWER, "an exact fit", IOTCRED_CAUSE_REGION, IOTCRED_LINE_SCOPE, "region");
    all_rows_passed();
}

typedef iotcred_status writer(const sigv4_request *, const sigv4_credentials *, uint32_t, char *, size_t, size_t *);

static void check_text(const char *row, writer *write, const char *expected)
{
    static attempt call;
    const size_t needed = strlen(expected) + 1;
    for (size_t size = 0; size <= needed; size++) {
        example(&call);
        size_t len = 7;
        char *buffer = size > 0 ? call.memory + GUARD : NULL;
        iotcred_status status = write(&call.request, &call.credentials, 0, buffer, size, &len);
        check_status(row, size < needed ? IOTCRED_ERR_BUFFER_TOO_SMALL : IOTCRED_OK, status);
        check_number(row, "buffer_len", (long long)needed, (long long)len);
        if (size < needed)
            check(all_bytes(call.memory, PATTERN, sizeof call.memory), row, "a buffer that is too small is untouched");
    }
    check(strcmp(call.memory + GUARD, expected) == 0, row, "the text");
    check(all_bytes(call.memory + GUARD + needed, PATTERN, ROOM + GUARD - needed), row, "nothing is written behind it");
}

static void the_texts_are_aws_own_but_for_the_token(void **state)
{
    (void)state;
    check_text("canonical request", sigv4_canonical_request, CANONICAL_BEFORE_TOKEN "AQoD...BA== [336 bytes]" CANONICAL_BEHIND_TOKEN);
    check_text("string to sign", sigv4_string_to_sign, STRING_TO_SIGN);
    all_rows_passed();
}

/* https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
static void the_texts_of_a_presigned_url(void **state)
{
    (void)state;
    static attempt call;
    size_t len;
    example(&call);
    call.headers[0].value = S("examplebucket.s3.amazonaws.com");
    call.request.method = S("GET");
    call.request.path = S("/test.txt");
    call.request.service = S("s3");
    call.request.time = 1369353600; /* 2013-05-24T00:00:00Z */
    call.credentials = (sigv4_credentials){ S("AKIAIOSFODNN7EXAMPLE"), S("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), { NULL, 0 } };
    assert_int_equal(sigv4_string_to_sign(&call.request, &call.credentials, 86400, call.memory, ROOM, &len), IOTCRED_OK);
    assert_string_equal(call.memory, "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"
                                     "3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04");
    call.credentials.session_token = S(TOKEN);
    assert_int_equal(sigv4_canonical_request(&call.request, &call.credentials, 86400, call.memory, ROOM, &len), IOTCRED_OK);
    assert_non_null(strstr(call.memory, "&X-Amz-Security-Token=AQoD...D%3D [370 bytes]&X-Amz-SignedHeaders=host\n"));
    assert_int_equal(sigv4_explain(&call.request, &call.credentials, 604801, bytes(""), &call.out), IOTCRED_ERR_EXPIRES);
}

static void null_pointers(void **state)
{
    (void)state;
    static attempt call;
    example(&call);
    const sigv4_explanation before = call.out;
    const iotcred_bytes body = bytes(ANSWER), bad = { NULL, 1 };
    size_t len = 7;
    check_status("request", IOTCRED_ERR_NULL_ARGUMENT, sigv4_explain(NULL, &call.credentials, 0, body, &call.out));
    check_status("credentials", IOTCRED_ERR_NULL_ARGUMENT, sigv4_explain(&call.request, NULL, 0, body, &call.out));
    check_status("body", IOTCRED_ERR_NULL_ARGUMENT, sigv4_explain(&call.request, &call.credentials, 0, bad, &call.out));
    check_status("out", IOTCRED_ERR_NULL_ARGUMENT, sigv4_explain(&call.request, &call.credentials, 0, body, NULL));
    check(memcmp(&before, &call.out, sizeof before) == 0, "out", "is untouched");
    writer *const writers[] = { sigv4_canonical_request, sigv4_string_to_sign };
    for (size_t i = 0; i < COUNT(writers); i++) {
        check_status("request", IOTCRED_ERR_NULL_ARGUMENT, writers[i](NULL, &call.credentials, 0, call.memory, ROOM, &len));
        check_status("credentials", IOTCRED_ERR_NULL_ARGUMENT, writers[i](&call.request, NULL, 0, call.memory, ROOM, &len));
        check_status("buffer", IOTCRED_ERR_NULL_ARGUMENT, writers[i](&call.request, &call.credentials, 0, NULL, ROOM, &len));
        check_status("length", IOTCRED_ERR_NULL_ARGUMENT, writers[i](&call.request, &call.credentials, 0, call.memory, ROOM, NULL));
    }
    example(&call);
    call.out.buffer = NULL;
    check_status("buffer", IOTCRED_ERR_NULL_ARGUMENT, explain(&call, ANSWER));
    example(&call);
    call.request.region = S("us east");
    check_status("region", IOTCRED_ERR_REGION, explain(&call, ANSWER));
    check_status("region", IOTCRED_ERR_REGION, sigv4_canonical_request(&call.request, &call.credentials, 0, call.memory, ROOM, &len));
    check_number("length", "is untouched", 7, (long long)len);
    check(all_bytes(call.memory, PATTERN, sizeof call.memory), "memory", "is untouched");
    all_rows_passed();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_differs_is_named),
        cmocka_unit_test(time_0_is_the_time_of_the_answer),
        cmocka_unit_test(every_size_up_to_the_exact_one),
        cmocka_unit_test(the_texts_are_aws_own_but_for_the_token),
        cmocka_unit_test(the_texts_of_a_presigned_url),
        cmocka_unit_test(null_pointers),
    };
    return cmocka_run_group_tests_name("sigv4_explain", tests, NULL, NULL);
}
