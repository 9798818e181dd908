/* iotcred_send without a network: one status for each thing that can be wrong with a request, before anything is connected. */
#include "fake.h"
#include "identity.h"

#include <string.h>

#define S(text) IOTCRED_STR(text)

static fake transport;
static iotcred_platform platform;
static sigv4_credentials keys;
static sigv4_header headers[1];

static iotcred_request good_request(void)
{
    transport = fake_new();
    platform = fake_platform(&transport);
    keys = (sigv4_credentials){ S("AKIAIOSFODNN7EXAMPLE"), S("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), S("token") };
    headers[0] = (sigv4_header){ S("content-type"), S("text/plain") };
    return (iotcred_request){
        .endpoint = "my-bucket.s3.eu-west-1.amazonaws.com",
        .region = "eu-west-1",
        .service = "s3",
        .method = "PUT",
        .path = "/a%20b",
        .query = "x=1",
        .headers = headers,
        .header_count = 1,
        .payload = { IOTCRED_PAYLOAD_BYTES, bytes("the body") },
        .platform = &platform,
    };
}

/* Sends, which must fail, and checks all that a failure promises. */
static void expect(const iotcred_request *request, const char *row, iotcred_status expected)
{
    uint8_t body[64];
    iotcred_response response, before;
    iotcred_error error;
    memset(&response, PATTERN, sizeof response);
    response.body = body;
    response.body_size = sizeof body;
    response.refusal = NULL;
    response.refusal_size = 0;
    memcpy(&before, &response, sizeof before);
    before.refusal_len = 0;
    memset(body, PATTERN, sizeof body);
    memset(&error, PATTERN, sizeof error);
    iotcred_status status = iotcred_send(request, &keys, &response, &error);
    check_status(row, expected, status);
    check_error(row, &error, status);
    check(memcmp(&before, &response, sizeof before) == 0 && all_bytes(body, PATTERN, sizeof body), row, "the response is untouched");
    check_fake(row, &transport, request->timeout_ms > 0 ? request->timeout_ms : 15000);
    if (status < 3000 && status != IOTCRED_ERR_BODY_SOURCE && status != IOTCRED_ERR_BODY_SINK)
        check(transport.connects == 0, row, "a mistake in the request opens no connection");
}

static void the_good_request_is_good(void **state)
{
    (void)state;
    iotcred_request request = good_request();
    expect(&request, "everything", IOTCRED_ERR_DEADLINE);
    check(strcmp(transport.host, request.endpoint) == 0 && transport.port == 443, "everything", "connects to the endpoint, port 443");
    request = good_request();
    request = (iotcred_request){ .endpoint = request.endpoint, .region = "r", .service = "dynamodb", .method = "GET", .platform = &platform };
    expect(&request, "the least", IOTCRED_ERR_DEADLINE);
    all_rows_passed();
}

static void null_pointers(void **state)
{
    (void)state;
    iotcred_request request = good_request();
    iotcred_response response = { 0 };
    iotcred_error error;
    check_status("request", IOTCRED_ERR_NULL_ARGUMENT, iotcred_send(NULL, &keys, &response, &error));
    check_error("request", &error, IOTCRED_ERR_NULL_ARGUMENT);
    check_status("credentials", IOTCRED_ERR_NULL_ARGUMENT, iotcred_send(&request, NULL, &response, &error));
    check_error("credentials", &error, IOTCRED_ERR_NULL_ARGUMENT);
    check_status("response", IOTCRED_ERR_NULL_ARGUMENT, iotcred_send(&request, &keys, NULL, &error));
    check_error("response", &error, IOTCRED_ERR_NULL_ARGUMENT);
    check_status("all", IOTCRED_ERR_NULL_ARGUMENT, iotcred_send(NULL, NULL, NULL, NULL));
    response.body_size = 1;
    check_status("body NULL with a size", IOTCRED_ERR_NULL_ARGUMENT, iotcred_send(&request, &keys, &response, &error));
    check(transport.connects == 0, "all", "nothing was connected");
    response.body_size = 0;
    check_status("error", IOTCRED_ERR_DEADLINE, iotcred_send(&request, &keys, &response, NULL));
    all_rows_passed();
}

#define PLACE(member) offsetof(iotcred_request, member)
static const struct {
    const char *row;
    size_t place;
    const char *text;
    iotcred_status status;
} texts[] = {
    { "endpoint NULL", PLACE(endpoint), NULL, IOTCRED_ERR_ENDPOINT },
    { "endpoint empty", PLACE(endpoint), "", IOTCRED_ERR_ENDPOINT },
    { "endpoint with a scheme", PLACE(endpoint), "https://example.com", IOTCRED_ERR_ENDPOINT },
    { "endpoint with CR LF", PLACE(endpoint), "example.com\r\nx: y", IOTCRED_ERR_ENDPOINT },
    { "endpoint not UTF-8", PLACE(endpoint), "ex\xFFmple.com", IOTCRED_ERR_ENDPOINT },
    { "region NULL", PLACE(region), NULL, IOTCRED_ERR_REGION },
    { "region empty", PLACE(region), "", IOTCRED_ERR_REGION },
    { "region with a slash", PLACE(region), "eu/west", IOTCRED_ERR_REGION },
    { "region with LF", PLACE(region), "eu\nwest", IOTCRED_ERR_REGION },
    { "region not UTF-8", PLACE(region), "eu\xFF", IOTCRED_ERR_REGION },
    { "service NULL", PLACE(service), NULL, IOTCRED_ERR_SERVICE },
    { "service empty", PLACE(service), "", IOTCRED_ERR_SERVICE },
    { "service with a space", PLACE(service), "s 3", IOTCRED_ERR_SERVICE },
    { "service with CR", PLACE(service), "s3\r", IOTCRED_ERR_SERVICE },
    { "service not UTF-8", PLACE(service), "s\xFF", IOTCRED_ERR_SERVICE },
    { "method NULL", PLACE(method), NULL, IOTCRED_ERR_METHOD },
    { "method empty", PLACE(method), "", IOTCRED_ERR_METHOD },
    { "method with a space", PLACE(method), "PUT /x", IOTCRED_ERR_METHOD },
    { "method with CR LF", PLACE(method), "PUT\r\n", IOTCRED_ERR_METHOD },
    { "method not UTF-8", PLACE(method), "P\xFFT", IOTCRED_ERR_METHOD },
    { "path NULL", PLACE(path), NULL, IOTCRED_ERR_DEADLINE },
    { "path without a slash", PLACE(path), "a", IOTCRED_ERR_PATH },
    { "path with a space", PLACE(path), "/a b", IOTCRED_ERR_PATH },
    { "path with a question mark", PLACE(path), "/a?b", IOTCRED_ERR_PATH },
    { "path with a broken escape", PLACE(path), "/a%2", IOTCRED_ERR_PATH },
    { "path with CR LF", PLACE(path), "/a\r\nx: y", IOTCRED_ERR_PATH },
    { "path not UTF-8", PLACE(path), "/\xFF", IOTCRED_ERR_PATH },
    { "query NULL", PLACE(query), NULL, IOTCRED_ERR_DEADLINE },
    { "query with a space", PLACE(query), "a b", IOTCRED_ERR_QUERY },
    { "query with a broken escape", PLACE(query), "a=%g0", IOTCRED_ERR_QUERY },
    { "query with LF", PLACE(query), "a\nb", IOTCRED_ERR_QUERY },
    { "query not UTF-8", PLACE(query), "\xFF", IOTCRED_ERR_QUERY },
    { "address empty", PLACE(address), "", IOTCRED_ERR_ADDRESS },
    { "address with a port", PLACE(address), "192.0.2.1:443", IOTCRED_ERR_ADDRESS },
    { "address not UTF-8", PLACE(address), "\xFF", IOTCRED_ERR_ADDRESS },
};

static void every_text_of_the_request(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        iotcred_request request = good_request();
        memcpy((char *)&request + texts[i].place, &texts[i].text, sizeof texts[i].text);
        expect(&request, texts[i].row, texts[i].status);
    }
    all_rows_passed();
}

static void headers_that_cannot_be_sent(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
        iotcred_status status;
    } rows[] = {
        { "", "x", IOTCRED_ERR_HEADER_NAME },
        { "a b", "x", IOTCRED_ERR_HEADER_NAME },
        { "a:b", "x", IOTCRED_ERR_HEADER_NAME },
        { "a\xFF", "x", IOTCRED_ERR_HEADER_NAME },
        { "x-odd", "a\r\nb: c", IOTCRED_ERR_HEADER },
        { "x-odd", "a\nb", IOTCRED_ERR_HEADER },
        { "x-odd", "a\rb", IOTCRED_ERR_HEADER },
        { "x-odd", "", IOTCRED_ERR_DEADLINE },
        { "Host", "example.com", IOTCRED_ERR_HEADER },
        { "content-length", "8", IOTCRED_ERR_HEADER },
        { "Transfer-Encoding", "chunked", IOTCRED_ERR_HEADER },
        { "CONNECTION", "keep-alive", IOTCRED_ERR_HEADER },
        { "expect", "100-continue", IOTCRED_ERR_HEADER },
        { "User-Agent", "me", IOTCRED_ERR_HEADER },
        { "x-amz-date", "20130524T000000Z", IOTCRED_ERR_HEADER_CONFLICT },
        { "x-amz-security-token", "another", IOTCRED_ERR_HEADER_CONFLICT },
        { "Authorization", "another", IOTCRED_ERR_HEADER_CONFLICT },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        iotcred_request request = good_request();
        headers[0] = (sigv4_header){ str(rows[i].name), str(rows[i].value) };
        expect(&request, rows[i].name, rows[i].status);
    }
    iotcred_request request = good_request();
    headers[0].value = (sigv4_str){ "a\0b", 3 };
    expect(&request, "NUL in a value", IOTCRED_ERR_HEADER);
    request = good_request();
    headers[0].value = (sigv4_str){ NULL, 3 };
    expect(&request, "value NULL with a length", IOTCRED_ERR_HEADER);
    request = good_request();
    request.headers = NULL;
    expect(&request, "headers NULL with a count", IOTCRED_ERR_HEADER);
    all_rows_passed();
}

static void credentials_that_sign_nothing(void **state)
{
    (void)state;
    static iotcred_credentials wiped;
    iotcred_request request = good_request();
    keys = iotcred_credentials_view(&wiped);
    expect(&request, "wiped credentials", IOTCRED_ERR_ACCESS_KEY_ID);
    request = good_request();
    keys = iotcred_credentials_view(NULL);
    expect(&request, "no credentials", IOTCRED_ERR_ACCESS_KEY_ID);
    request = good_request();
    keys.access_key_id = S("AKIA\r\n");
    expect(&request, "access key id with CR LF", IOTCRED_ERR_ACCESS_KEY_ID);
    request = good_request();
    keys.secret_access_key = S("");
    expect(&request, "no secret", IOTCRED_ERR_SECRET_ACCESS_KEY);
    request = good_request();
    keys.session_token = S("a\r\nb: c");
    expect(&request, "token with CR LF", IOTCRED_ERR_SESSION_TOKEN);
    request = good_request();
    keys.session_token = (sigv4_str){ NULL, 4 };
    expect(&request, "token NULL with a length", IOTCRED_ERR_SESSION_TOKEN);
    all_rows_passed();
}

static int32_t read_nothing(void *context, uint8_t *buffer, size_t size)
{
    (void)context, (void)buffer, (void)size;
    return 0;
}

static void payloads_and_flags(void **state)
{
    (void)state;
    static const struct {
        const char *row, *service;
        bool read_body;
        int32_t kind;
        size_t len;
        iotcred_status status;
    } rows[] = {
        { "kind 6", "s3", true, 6, 0, IOTCRED_ERR_PAYLOAD },
        { "chunks of a body in memory", "s3", false, IOTCRED_PAYLOAD_STREAMING, 0, IOTCRED_ERR_PAYLOAD },
        { "chunks", "s3", true, IOTCRED_PAYLOAD_STREAMING, 0, IOTCRED_ERR_DEADLINE },
        { "a trailer without a name", "s3", true, IOTCRED_PAYLOAD_STREAMING_TRAILER, 0, IOTCRED_ERR_CHUNK_HEADERS },
        { "a hash and no body", "s3", false, IOTCRED_PAYLOAD_SHA256, 32, IOTCRED_ERR_PAYLOAD },
        { "unsigned and no body", "s3", false, IOTCRED_PAYLOAD_UNSIGNED, 0, IOTCRED_ERR_PAYLOAD },
        { "a short hash", "s3", true, IOTCRED_PAYLOAD_SHA256, 31, IOTCRED_ERR_PAYLOAD },
        { "two bodies", "s3", true, IOTCRED_PAYLOAD_BYTES, 8, IOTCRED_ERR_PAYLOAD },
        { "no hash where it is needed", "dynamodb", true, IOTCRED_PAYLOAD_BYTES, 0, IOTCRED_ERR_PAYLOAD },
        { "S3 needs no hash", "s3", true, IOTCRED_PAYLOAD_BYTES, 0, IOTCRED_ERR_DEADLINE },
        { "a hash", "dynamodb", true, IOTCRED_PAYLOAD_SHA256, 32, IOTCRED_ERR_DEADLINE },
    };
    static const uint8_t zeros[32];
    for (size_t i = 0; i < COUNT(rows); i++) {
        iotcred_request request = good_request();
        request.service = rows[i].service;
        request.payload = (sigv4_payload){ rows[i].kind, { rows[i].len > 0 ? zeros : NULL, rows[i].len } };
        request.read_body = rows[i].read_body ? read_nothing : NULL;
        request.body_length = rows[i].read_body ? 8 : 0;
        expect(&request, rows[i].row, rows[i].status);
    }
    iotcred_request request = good_request();
    request.payload.bytes = (iotcred_bytes){ NULL, 8 };
    expect(&request, "payload NULL with a length", IOTCRED_ERR_PAYLOAD);
    for (int bit = 0; bit < 32; bit++) {
        request = good_request();
        request.flags = UINT32_C(1) << bit;
        expect(&request, "one flag", bit == 0 ? IOTCRED_ERR_DEADLINE : IOTCRED_ERR_FLAGS);
    }
    all_rows_passed();
}

static void ca_and_platform(void **state)
{
    (void)state;
    iotcred_request request = good_request();
    request.ca = bytes(test_certificate);
    expect(&request, "a good CA", IOTCRED_ERR_DEADLINE);
    request = good_request();
    request.ca = bytes(test_key);
    expect(&request, "a key for a CA", IOTCRED_ERR_CA);
    request = good_request();
    request.ca = (iotcred_bytes){ (const uint8_t *)test_certificate, 300 };
    expect(&request, "a CA that is cut", IOTCRED_ERR_CA);
    request = good_request();
    request.ca = (iotcred_bytes){ NULL, 300 };
    expect(&request, "CA NULL with a length", IOTCRED_ERR_CA);
    request = good_request();
    platform.close = NULL;
    expect(&request, "no close", IOTCRED_ERR_PLATFORM);
    request = good_request();
    platform.unix_time = NULL;
    expect(&request, "one clock", IOTCRED_ERR_PLATFORM);
    request = good_request();
    transport.unix_time = 0;
    expect(&request, "the date is not known", IOTCRED_ERR_TIME_REQUIRED);
    request = good_request();
    transport.unix_time = 86400;
    expect(&request, "the date is 1970", IOTCRED_ERR_CLOCK_UNSET);
    request = good_request();
    transport.unix_time = INT64_MAX;
    expect(&request, "the date is the largest number", IOTCRED_ERR_TIME_OUT_OF_RANGE);
    request = good_request();
    transport.connect_result = IOTCRED_ERR_DNS;
    expect(&request, "no name server", IOTCRED_ERR_DNS);
    request = good_request();
    transport.send_result = -1;
    transport.recv_result = -1;
    expect(&request, "the connection breaks", IOTCRED_ERR_CONNECTION_LOST);
    request = good_request();
    request.timeout_ms = UINT32_MAX;
    request.port = 65535;
    request.address = "2001:db8::1";
    expect(&request, "the largest numbers", IOTCRED_ERR_DEADLINE);
    check(strcmp(transport.host, "2001:db8::1") == 0 && transport.port == 65535, "the largest numbers", "connects there");
    all_rows_passed();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_good_request_is_good),
        cmocka_unit_test(null_pointers),
        cmocka_unit_test(every_text_of_the_request),
        cmocka_unit_test(headers_that_cannot_be_sent),
        cmocka_unit_test(credentials_that_sign_nothing),
        cmocka_unit_test(payloads_and_flags),
        cmocka_unit_test(ca_and_platform),
    };
    return cmocka_run_group_tests_name("iotcred_send without a network", tests, NULL, NULL);
}
