/* The two laws of every function of the signer, in tables over all of them: bad input gets the status that is its own and writes nothing; and a buffer that is too
 * small, NULL with size 0 among them, is told what is enough and stays as it was. */
#include "check.h"

#include <string.h>

#define S(text) IOTCRED_STR(text)

enum { ROOM = 4096, DATA = 9000 };

static uint8_t data[DATA];

/* Everything that goes into any of the functions, and one buffer that all of them write into. */
typedef struct {
    sigv4_header headers[4];
    sigv4_request request;
    sigv4_credentials credentials;
    sigv4_mqtt_wss connection;
    uint32_t expires;
    iotcred_bytes chunk;
    sigv4_chunks chunks;
    char memory[ROOM];
} input;

static void example(input *in)
{
    memset(in, 0, sizeof *in);
    memset(in->memory, PATTERN, sizeof in->memory);
    in->headers[0] = (sigv4_header){ S("Host"), S("examplebucket.s3.amazonaws.com") };
    in->headers[1] = (sigv4_header){ S("x-test"), S("1") };
    in->headers[2] = (sigv4_header){ S("content-encoding"), S("aws-chunked") };
    in->headers[3] = (sigv4_header){ S("x-amz-decoded-content-length"), S("9000") };
    in->request.method = S("PUT");
    in->request.path = S("/test.txt");
    in->request.headers = in->headers;
    in->request.header_count = 4;
    in->request.region = S("us-east-1");
    in->request.service = S("s3");
    in->request.time = 1369353600; /* 2013-05-24T00:00:00Z */
    in->credentials = (sigv4_credentials){ S("AKIAIOSFODNN7EXAMPLE"), S("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), S("token") };
    in->connection = (sigv4_mqtt_wss){ S("abc-ats.iot.us-east-1.amazonaws.com"), S("us-east-1"), 1440938160, 86400 };
    in->expires = 60;
    in->chunk = (iotcred_bytes){ data, DATA };
}

/* --- The functions, each over the same buffer ------------------------------------------------------------------- */

typedef iotcred_status call(input *in, char *buffer, size_t size, size_t *len);

static iotcred_status sign(input *in, char *buffer, size_t size, size_t *len)
{
    sigv4_signed out = { .buffer = buffer, .buffer_size = size, .buffer_len = *len };
    iotcred_status status = sigv4_sign_request(&in->request, &in->credentials, NULL, &out);
    *len = out.buffer_len;
    return status;
}

static iotcred_status presign(input *in, char *buffer, size_t size, size_t *len)
{
    sigv4_url out = { .buffer = buffer, .buffer_size = size, .buffer_len = *len };
    iotcred_status status = sigv4_presign_url(&in->request, &in->credentials, in->expires, NULL, &out);
    *len = out.buffer_len;
    return status;
}

static iotcred_status presign_mqtt(input *in, char *buffer, size_t size, size_t *len)
{
    sigv4_url out = { .buffer = buffer, .buffer_size = size, .buffer_len = *len };
    iotcred_status status = sigv4_presign_mqtt_wss(&in->connection, &in->credentials, NULL, &out);
    *len = out.buffer_len;
    return status;
}

static iotcred_status begin(input *in, char *buffer, size_t size, size_t *len)
{
    sigv4_signed out = { .buffer = buffer, .buffer_size = size, .buffer_len = *len };
    in->request.payload.kind = IOTCRED_PAYLOAD_STREAMING;
    iotcred_status status = sigv4_chunk_begin(&in->request, &in->credentials, &in->chunks, &out);
    *len = out.buffer_len;
    return status;
}

/* Begins, if it was not yet, and gives the chunk. */
static iotcred_status next(input *in, char *buffer, size_t size, size_t *len)
{
    char head[ROOM];
    size_t head_len = 0;
    iotcred_status status = in->request.payload.kind == 0 ? begin(in, head, sizeof head, &head_len) : IOTCRED_OK;
    return status != IOTCRED_OK ? status : sigv4_chunk_next(&in->chunks, in->chunk, buffer, size, len);
}

/* Begins and gives the chunk, if that was not done yet, and ends. */
static iotcred_status end(input *in, char *buffer, size_t size, size_t *len)
{
    char head[ROOM];
    size_t head_len = 0;
    iotcred_status status = in->request.payload.kind == 0 ? next(in, head, sizeof head, &head_len) : IOTCRED_OK;
    return status != IOTCRED_OK ? status : sigv4_chunk_end(&in->chunks, (sigv4_str){ NULL, 0 }, buffer, size, len);
}

static iotcred_status explain(input *in, char *buffer, size_t size, size_t *len)
{
    sigv4_explanation out = { .buffer = buffer, .buffer_size = size, .buffer_len = *len };
    iotcred_status status = sigv4_explain(&in->request, &in->credentials, 0, bytes("<Error><Code>AccessDenied</Code></Error>"), &out);
    *len = out.buffer_len;
    return status;
}

static iotcred_status explain_url(input *in, char *buffer, size_t size, size_t *len)
{
    sigv4_explanation out = { .buffer = buffer, .buffer_size = size, .buffer_len = *len };
    iotcred_status status = sigv4_explain(&in->request, &in->credentials, in->expires, bytes(""), &out);
    *len = out.buffer_len;
    return status;
}

static iotcred_status canonical(input *in, char *buffer, size_t size, size_t *len)
{
    return sigv4_canonical_request(&in->request, &in->credentials, 0, buffer, size, len);
}

static iotcred_status to_sign(input *in, char *buffer, size_t size, size_t *len)
{
    return sigv4_string_to_sign(&in->request, &in->credentials, 0, buffer, size, len);
}

/* What a function looks at. */
enum { REQUEST = 1, MQTT = 2, EXPIRES = 4, CHUNK = 8 };

static const struct {
    const char *name;
    call *run;
    int looks_at;
} functions[] = {
    { "sigv4_sign_request", sign, REQUEST },
    { "sigv4_presign_url", presign, REQUEST | EXPIRES },
    { "sigv4_presign_mqtt_wss", presign_mqtt, MQTT },
    { "sigv4_chunk_begin", begin, REQUEST },
    { "sigv4_chunk_next", next, CHUNK },
    { "sigv4_chunk_end", end, CHUNK },
    { "sigv4_explain", explain, REQUEST },
    { "sigv4_explain of a URL", explain_url, REQUEST | EXPIRES },
    { "sigv4_canonical_request", canonical, REQUEST },
    { "sigv4_string_to_sign", to_sign, REQUEST },
};

/* --- Two passes ------------------------------------------------------------------------------------------------- */

static void null_and_0_ask_for_the_size_and_every_smaller_buffer_is_told_it(void **state)
{
    (void)state;
    static input in;
    for (size_t i = 0; i < COUNT(functions); i++) {
        size_t needed = 0;
        example(&in);
        check_status(functions[i].name, IOTCRED_ERR_BUFFER_TOO_SMALL, functions[i].run(&in, NULL, 0, &needed));
        check(needed > 0 && needed < ROOM, functions[i].name, "NULL and 0 give the size needed");
        for (size_t size = 0; size < needed; size++) {
            size_t len = 0;
            example(&in);
            check_status(functions[i].name, IOTCRED_ERR_BUFFER_TOO_SMALL, functions[i].run(&in, in.memory, size, &len));
            check(len == needed, functions[i].name, "a smaller buffer is told the same size");
            check(all_bytes(in.memory, PATTERN, ROOM), functions[i].name, "a smaller buffer is untouched");
            /* What was asked for in vain goes on with enough room: no state has moved. */
            if (size == needed - 1) {
                check_status(functions[i].name, IOTCRED_OK, functions[i].run(&in, in.memory, needed, &len));
                check(len == needed, functions[i].name, "an exact fit");
                check(all_bytes(in.memory + needed, PATTERN, ROOM - needed), functions[i].name, "nothing is written behind it");
            }
        }
    }
    all_rows_passed();
}

/* --- Bad input -------------------------------------------------------------------------------------------------- */

#define PLACE(member) offsetof(input, member)
#define LONG (SIZE_MAX / 2 + 1) /* longer than any object: two of them add up to 0 */

static const struct {
    const char *what;
    int looked_at_by;
    iotcred_status status;
    size_t place;        /* of a sigv4_str, or 0: see `number` */
    const char *text;    /* NULL: NULL with a length */
    size_t number_place; /* of a number, or 0 */
    int64_t number;
} rows[] = {
    { "a time before 2012", REQUEST, IOTCRED_ERR_CLOCK_UNSET, 0, NULL, PLACE(request.time), 1325375999 },
    { "a time after 9999", REQUEST, IOTCRED_ERR_TIME_OUT_OF_RANGE, 0, NULL, PLACE(request.time), 253402300800 },
    { "the latest time", REQUEST, IOTCRED_ERR_TIME_OUT_OF_RANGE, 0, NULL, PLACE(request.time), INT64_MAX },
    { "a time before 2012", MQTT, IOTCRED_ERR_CLOCK_UNSET, 0, NULL, PLACE(connection.time), -1 },
    { "a time after 9999", MQTT, IOTCRED_ERR_TIME_OUT_OF_RANGE, 0, NULL, PLACE(connection.time), INT64_MAX },
    { "an empty region", REQUEST, IOTCRED_ERR_REGION, PLACE(request.region), "", 0, 0 },
    { "an odd region", REQUEST, IOTCRED_ERR_REGION, PLACE(request.region), "us/east", 0, 0 },
    { "a region with a line end", REQUEST, IOTCRED_ERR_REGION, PLACE(request.region), "us\n", 0, 0 },
    { "a region with a comma", MQTT, IOTCRED_ERR_REGION, PLACE(connection.region), "us,", 0, 0 },
    { "an empty region", MQTT, IOTCRED_ERR_REGION, PLACE(connection.region), "", 0, 0 },
    { "an empty service", REQUEST, IOTCRED_ERR_SERVICE, PLACE(request.service), "", 0, 0 },
    { "an odd service", REQUEST, IOTCRED_ERR_SERVICE, PLACE(request.service), "s 3", 0, 0 },
    { "a service that is no ASCII", REQUEST, IOTCRED_ERR_SERVICE, PLACE(request.service), "s\xC3\xA9", 0, 0 },
    { "a control character in a name", REQUEST, IOTCRED_ERR_HEADER_NAME, PLACE(headers[1].name), "x\r\ny", 0, 0 },
    { "DEL in a name", REQUEST, IOTCRED_ERR_HEADER_NAME, PLACE(headers[1].name), "x\x7F", 0, 0 },
    { "a name that is no token", REQUEST, IOTCRED_ERR_HEADER_NAME, PLACE(headers[1].name), "x y", 0, 0 },
    { "a name with a colon", REQUEST, IOTCRED_ERR_HEADER_NAME, PLACE(headers[1].name), "x:", 0, 0 },
    { "an empty name", REQUEST, IOTCRED_ERR_HEADER_NAME, PLACE(headers[1].name), "", 0, 0 },
    { "a control character in a value", REQUEST, IOTCRED_ERR_HEADER, PLACE(headers[1].value), "a\r\nb: c", 0, 0 },
    { "DEL in a value", REQUEST, IOTCRED_ERR_HEADER, PLACE(headers[1].value), "\x7F", 0, 0 },
    { "a method that is no token", REQUEST, IOTCRED_ERR_METHOD, PLACE(request.method), "P T", 0, 0 },
    { "a control character in the path", REQUEST, IOTCRED_ERR_PATH, PLACE(request.path), "/\n", 0, 0 },
    { "a control character in the query", REQUEST, IOTCRED_ERR_QUERY, PLACE(request.query), "a\n", 0, 0 },
    { "a control character in the key id", REQUEST | MQTT, IOTCRED_ERR_ACCESS_KEY_ID, PLACE(credentials.access_key_id), "A\n", 0, 0 },
    { "an empty secret", REQUEST | MQTT, IOTCRED_ERR_SECRET_ACCESS_KEY, PLACE(credentials.secret_access_key), "", 0, 0 },
    { "a control character in the token", REQUEST | MQTT, IOTCRED_ERR_SESSION_TOKEN, PLACE(credentials.session_token), "t\n", 0, 0 },
    { "a length of the method that overflows", REQUEST, IOTCRED_ERR_METHOD, PLACE(request.method), NULL, 0, 0 },
    { "a length of the path that overflows", REQUEST, IOTCRED_ERR_PATH, PLACE(request.path), NULL, 0, 0 },
    { "a length of the query that overflows", REQUEST, IOTCRED_ERR_QUERY, PLACE(request.query), NULL, 0, 0 },
    { "a length of the region that overflows", REQUEST, IOTCRED_ERR_REGION, PLACE(request.region), NULL, 0, 0 },
    { "a length of the service that overflows", REQUEST, IOTCRED_ERR_SERVICE, PLACE(request.service), NULL, 0, 0 },
    { "a length of a name that overflows", REQUEST, IOTCRED_ERR_HEADER_NAME, PLACE(headers[1].name), NULL, 0, 0 },
    { "a length of a value that overflows", REQUEST, IOTCRED_ERR_HEADER, PLACE(headers[1].value), NULL, 0, 0 },
    { "a length of a name that an upload needs", REQUEST, IOTCRED_ERR_HEADER_NAME, PLACE(headers[2].name), NULL, 0, 0 },
    { "a length of a value that an upload needs", REQUEST, IOTCRED_ERR_HEADER, PLACE(headers[3].value), NULL, 0, 0 },
    { "a length of the secret that overflows", REQUEST | MQTT, IOTCRED_ERR_SECRET_ACCESS_KEY, PLACE(credentials.secret_access_key), NULL, 0, 0 },
    { "a length of the token that overflows", REQUEST | MQTT, IOTCRED_ERR_SESSION_TOKEN, PLACE(credentials.session_token), NULL, 0, 0 },
    { "an expiry of 0", MQTT, IOTCRED_ERR_EXPIRES, 0, NULL, PLACE(connection.expires), 0 },
    { "an expiry of more than seven days", MQTT, IOTCRED_ERR_EXPIRES, 0, NULL, PLACE(connection.expires), 604801 },
    { "an expiry of more than seven days", EXPIRES, IOTCRED_ERR_EXPIRES, 0, NULL, PLACE(expires), 604801 },
};

static void set(input *in, size_t row)
{
    char *base = (char *)in;
    if (rows[row].number_place == PLACE(expires) || rows[row].number_place == PLACE(connection.expires)) {
        uint32_t number = (uint32_t)rows[row].number;
        memcpy(base + rows[row].number_place, &number, sizeof number);
    } else if (rows[row].number_place != 0) {
        memcpy(base + rows[row].number_place, &rows[row].number, sizeof rows[row].number);
    } else {
        /* A pointer that is not NULL, to a text that would be good: its length alone is bad. */
        sigv4_str text = rows[row].text != NULL ? str(rows[row].text) : (sigv4_str){ "/good", LONG };
        memcpy(base + rows[row].place, &text, sizeof text);
    }
}

static void each_bad_input_has_its_status_and_writes_nothing(void **state)
{
    (void)state;
    static input in;
    for (size_t row = 0; row < COUNT(rows); row++)
        for (size_t i = 0; i < COUNT(functions); i++) {
            if ((functions[i].looks_at & rows[row].looked_at_by) == 0)
                continue;
            size_t len = 7;
            example(&in);
            set(&in, row);
            if (!check_status(rows[row].what, rows[row].status, functions[i].run(&in, in.memory, ROOM, &len)))
                print_error("    in %s\n", functions[i].name);
            check(len == 7, rows[row].what, "buffer_len is untouched");
            check(all_bytes(in.memory, PATTERN, ROOM), rows[row].what, "the buffer is untouched");
            /* The same with no buffer: what is bad is found before what is small. */
            example(&in);
            set(&in, row);
            check_status(rows[row].what, rows[row].status, functions[i].run(&in, NULL, 0, &len));
            check(len == 7, rows[row].what, "buffer_len is untouched");
        }
    all_rows_passed();
}

static void an_expiry_of_0(void **state)
{
    (void)state;
    static input in;
    size_t len = 7;
    example(&in);
    in.expires = 0;
    assert_int_equal(presign(&in, in.memory, ROOM, &len), IOTCRED_ERR_EXPIRES);
    assert_true(len == 7 && all_bytes(in.memory, PATTERN, ROOM));
}

static void counts_that_overflow(void **state)
{
    (void)state;
    static input in;
    for (size_t i = 0; i < COUNT(functions); i++)
        if (functions[i].looks_at & REQUEST) {
            size_t len = 7;
            example(&in);
            in.request.header_count = SIZE_MAX / sizeof(sigv4_header) + 1;
            check_status(functions[i].name, IOTCRED_ERR_HEADER, functions[i].run(&in, in.memory, ROOM, &len));
            check(len == 7 && all_bytes(in.memory, PATTERN, ROOM), functions[i].name, "nothing is written");
        }
    uint64_t length = 7;
    example(&in);
    in.request.payload.kind = IOTCRED_PAYLOAD_STREAMING;
    in.headers[3].value = S("18446744073709551615");
    check_status("a content-length", IOTCRED_ERR_CHUNK_TOTAL, sigv4_chunk_content_length(&in.request, 8192, 0, &length));
    in.headers[3].value = S("18446744073709551616");
    check_status("a decoded length", IOTCRED_ERR_CHUNK_HEADERS, sigv4_chunk_content_length(&in.request, 8192, 0, &length));
    check(length == 7, "a content-length", "is untouched");
    all_rows_passed();
}

static void chunks_out_of_order(void **state)
{
    (void)state;
    static input in;
    char head[ROOM];
    size_t len = 7, ignored;
    example(&in);
    in.request.payload.kind = IOTCRED_PAYLOAD_STREAMING;
    check_status("a chunk before the beginning", IOTCRED_ERR_CHUNK_ORDER, next(&in, in.memory, ROOM, &len));
    check_status("an end before the beginning", IOTCRED_ERR_CHUNK_ORDER, end(&in, in.memory, ROOM, &len));

    example(&in);
    in.chunk.len = DATA - 1;
    check_status("a first chunk", IOTCRED_OK, next(&in, head, sizeof head, &ignored));
    in.chunk.len = 2;
    check_status("a chunk larger than announced", IOTCRED_ERR_CHUNK_TOO_LARGE, next(&in, in.memory, ROOM, &len));
    in.chunk.len = SIZE_MAX;
    check_status("a chunk longer than memory", IOTCRED_ERR_NULL_ARGUMENT, next(&in, in.memory, ROOM, &len));
    check_status("an end too early", IOTCRED_ERR_CHUNK_TOTAL, end(&in, in.memory, ROOM, &len));

    example(&in);
    check_status("an upload", IOTCRED_OK, end(&in, head, sizeof head, &ignored));
    check_status("a chunk after the end", IOTCRED_ERR_CHUNK_ORDER, next(&in, in.memory, ROOM, &len));
    check_status("an end after the end", IOTCRED_ERR_CHUNK_ORDER, end(&in, in.memory, ROOM, &len));
    check(len == 7 && all_bytes(in.memory, PATTERN, ROOM), "all of them", "nothing is written");
    all_rows_passed();
}

/* The kinds of bad input of the issue, each with a status that no other one has. */
static void the_statuses_are_different(void **state)
{
    (void)state;
    static const iotcred_status own[] = {
        IOTCRED_ERR_CLOCK_UNSET, IOTCRED_ERR_TIME_OUT_OF_RANGE, IOTCRED_ERR_REGION, IOTCRED_ERR_SERVICE, IOTCRED_ERR_HEADER_NAME, IOTCRED_ERR_HEADER,
        IOTCRED_ERR_CHUNK_ORDER, IOTCRED_ERR_CHUNK_TOO_LARGE, IOTCRED_ERR_CHUNK_TOTAL, IOTCRED_ERR_EXPIRES,
    };
    for (size_t i = 0; i < COUNT(own); i++)
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(own[i], own[j]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_and_0_ask_for_the_size_and_every_smaller_buffer_is_told_it),
        cmocka_unit_test(each_bad_input_has_its_status_and_writes_nothing),
        cmocka_unit_test(an_expiry_of_0),
        cmocka_unit_test(counts_that_overflow),
        cmocka_unit_test(chunks_out_of_order),
        cmocka_unit_test(the_statuses_are_different),
    };
    return cmocka_run_group_tests_name("bad input", tests, NULL, NULL);
}
