/* sigv4_presign_url and sigv4_presign_mqtt_wss: the published examples, the law of buffers, and what is refused. Also what a caller can choose of any
 * signature: which headers, and which path. */
#include "check.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define S(text) IOTCRED_STR(text)
#define EXAMPLE_TIME 1369353600 /* 2013-05-24T00:00:00Z */
#define HOST "examplebucket.s3.amazonaws.com"
#define TARGET                                                                                         \
    "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"                                                       \
    "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"                \
    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"                        \
    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
#define URL "https://" HOST TARGET
#define MQTT_TARGET                                                                                    \
    "/mqtt?X-Amz-Algorithm=AWS4-HMAC-SHA256"                                                           \
    "&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fiotdevicegateway%2Faws4_request"           \
    "&X-Amz-Date=20150830T123600Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"                        \
    "&X-Amz-Signature=165d9d2d3b3ce14c6c4346742cb128505b738e38591d4c5f2fe693f3f39f645e"                \
    "&X-Amz-Security-Token=tok%2Fen%2B%3D"
#define MQTT_URL "wss://abc-ats.iot.us-east-1.amazonaws.com" MQTT_TARGET

enum { GUARD = 64, ROOM = 4096 };

/* A call: what goes in, and an output with guards on both sides of its buffer. */
typedef struct {
    bool mqtt;
    sigv4_header headers[3];
    sigv4_request request;
    sigv4_mqtt_wss connection;
    sigv4_credentials credentials;
    uint32_t expires;
    sigv4_url out;
    char memory[GUARD + ROOM + GUARD];
} attempt;

/* https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html, "An example" */
static void example(attempt *call)
{
    memset(call, 0, sizeof *call);
    memset(call->memory, PATTERN, sizeof call->memory);
    call->headers[0] = (sigv4_header){ S("Host"), S(HOST) };
    call->headers[1] = (sigv4_header){ S("User-Agent"), S("any") };
    call->headers[2] = (sigv4_header){ S("Via"), S("1.1 a") };
    call->request.method = S("GET");
    call->request.path = S("/test.txt");
    call->request.headers = call->headers;
    call->request.header_count = 1;
    call->request.region = S("us-east-1");
    call->request.service = S("s3");
    call->request.time = EXAMPLE_TIME;
    call->credentials.access_key_id = S("AKIAIOSFODNN7EXAMPLE");
    call->credentials.secret_access_key = S("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    call->expires = 86400;
    memset(&call->out, PATTERN, sizeof call->out);
    call->out.buffer = call->memory + GUARD;
    call->out.buffer_size = ROOM;
}

static void mqtt_example(attempt *call)
{
    example(call);
    call->mqtt = true;
    call->connection = (sigv4_mqtt_wss){ S("abc-ats.iot.us-east-1.amazonaws.com"), S("us-east-1"), 1440938160, 86400 };
    call->credentials.access_key_id = S("AKIDEXAMPLE");
    call->credentials.secret_access_key = S("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    call->credentials.session_token = S("tok/en+=");
}

static iotcred_status presign(attempt *call, sigv4_key_cache *cache)
{
    return call->mqtt ? sigv4_presign_mqtt_wss(&call->connection, &call->credentials, cache, &call->out)
                      : sigv4_presign_url(&call->request, &call->credentials, call->expires, cache, &call->out);
}

static bool is(sigv4_str text, const char *expected)
{
    return text.len == strlen(expected) && memcmp(text.ptr, expected, text.len) == 0;
}

/* Presigns, and checks that on failure nothing was written. */
static void expect(attempt *call, const char *row, iotcred_status expected)
{
    sigv4_url before = call->out;
    check_status(row, expected, presign(call, NULL));
    if (expected != IOTCRED_OK) {
        check(memcmp(&before, &call->out, sizeof before) == 0, row, "the output struct is untouched");
        check(all_bytes(call->memory, PATTERN, sizeof call->memory), row, "the buffer is untouched");
    }
}

static const struct {
    const char *name;
    void (*make)(attempt *);
    const char *url, *target;
} published[] = {
    { "S3", example, URL, TARGET },
    { "MQTT", mqtt_example, MQTT_URL, MQTT_TARGET },
};

static void published_examples_come_out_with_and_without_a_cache(void **state)
{
    (void)state;
    static attempt call;
    sigv4_key_cache cache = { { 0 } };
    for (size_t i = 0; i < COUNT(published); i++)
        for (int round = 0; round < 3; round++) {
            published[i].make(&call);
            check_status(published[i].name, IOTCRED_OK, presign(&call, round == 0 ? NULL : &cache));
            check(is(call.out.url, published[i].url), published[i].name, "url");
            check(is(call.out.target, published[i].target), published[i].name, "target");
            check(call.out.url.ptr == call.memory + GUARD, published[i].name, "the URL stands at the front of the buffer");
            check(strlen(call.out.url.ptr) == call.out.url.len, published[i].name, "a NUL follows");
            check(call.out.buffer_len == call.out.url.len + 1, published[i].name, "buffer_len");
        }
    sigv4_key_cache_wipe(&cache);
    all_rows_passed();
}

static void every_size_up_to_the_exact_one(void **state)
{
    (void)state;
    static attempt call;
    for (size_t i = 0; i < COUNT(published); i++) {
        const size_t needed = strlen(published[i].url) + 1;
        for (size_t size = 0; size < needed; size++) {
            published[i].make(&call);
            call.out.buffer_size = size;
            if (size == 0)
                call.out.buffer = NULL;
            sigv4_url before = call.out;
            check_status("a smaller buffer", IOTCRED_ERR_BUFFER_TOO_SMALL, presign(&call, NULL));
            before.buffer_len = needed;
            check(memcmp(&before, &call.out, sizeof before) == 0, "a smaller buffer", "buffer_len says what is needed, all else is untouched");
            check(all_bytes(call.memory, PATTERN, sizeof call.memory), "a smaller buffer", "is untouched");
        }
        published[i].make(&call);
        call.out.buffer_size = needed;
        check_status("an exact fit", IOTCRED_OK, presign(&call, NULL));
        check(is(call.out.url, published[i].url) && call.out.url.ptr[needed - 1] == '\0', "an exact fit", "url");
        check(all_bytes(call.memory, PATTERN, GUARD), "an exact fit", "nothing is written before the buffer");
        check(all_bytes(call.memory + GUARD + needed, PATTERN, sizeof call.memory - GUARD - needed), "an exact fit", "nor behind it");
    }
    all_rows_passed();
}

static void null_pointers(void **state)
{
    (void)state;
    static attempt call;
    example(&call);
    sigv4_url before = call.out;
    check_status("request", IOTCRED_ERR_NULL_ARGUMENT, sigv4_presign_url(NULL, &call.credentials, 1, NULL, &call.out));
    check_status("credentials", IOTCRED_ERR_NULL_ARGUMENT, sigv4_presign_url(&call.request, NULL, 1, NULL, &call.out));
    check_status("out", IOTCRED_ERR_NULL_ARGUMENT, sigv4_presign_url(&call.request, &call.credentials, 1, NULL, NULL));
    check_status("connection", IOTCRED_ERR_NULL_ARGUMENT, sigv4_presign_mqtt_wss(NULL, &call.credentials, NULL, &call.out));
    check_status("credentials", IOTCRED_ERR_NULL_ARGUMENT, sigv4_presign_mqtt_wss(&call.connection, NULL, NULL, &call.out));
    check_status("out", IOTCRED_ERR_NULL_ARGUMENT, sigv4_presign_mqtt_wss(&call.connection, &call.credentials, NULL, NULL));
    check(memcmp(&before, &call.out, sizeof before) == 0 && all_bytes(call.memory, PATTERN, sizeof call.memory), "out", "is untouched");
    for (size_t i = 0; i < COUNT(published); i++) {
        published[i].make(&call);
        call.out.buffer = NULL;
        expect(&call, "buffer NULL with a size", IOTCRED_ERR_NULL_ARGUMENT);
    }
    example(&call);
    call.request.headers = NULL;
    expect(&call, "headers NULL with a count", IOTCRED_ERR_HEADER);
    all_rows_passed();
}

/* Every text, by its place in the struct; and what has no meaning there. */
#define PLACE(member) offsetof(attempt, member)
static const struct {
    bool mqtt;
    size_t place;
    const char *text; /* NULL: NULL with a length */
    iotcred_status status;
} bad_texts[] = {
    { false, PLACE(request.method), NULL, IOTCRED_ERR_METHOD },
    { false, PLACE(request.method), "", IOTCRED_ERR_METHOD },
    { false, PLACE(request.path), NULL, IOTCRED_ERR_PATH },
    { false, PLACE(request.path), "test.txt", IOTCRED_ERR_PATH },
    { false, PLACE(request.path), "/a b", IOTCRED_ERR_PATH },
    { false, PLACE(request.query), NULL, IOTCRED_ERR_QUERY },
    { false, PLACE(request.query), "a#b", IOTCRED_ERR_QUERY },
    { false, PLACE(request.query), "X-Amz-Signature=0", IOTCRED_ERR_QUERY },
    { false, PLACE(request.query), "a=1&X-Amz-Expires=9&b", IOTCRED_ERR_QUERY },
    { false, PLACE(request.query), "x-amz-algorithm", IOTCRED_ERR_QUERY },
    { false, PLACE(request.query), "X%2DAmz%2dDate=", IOTCRED_ERR_QUERY },
    { false, PLACE(request.query), "X-Amz-Credential=a", IOTCRED_ERR_QUERY },
    { false, PLACE(request.query), "&X-Amz-SignedHeaders=a", IOTCRED_ERR_QUERY },
    { false, PLACE(request.query), "X-Amz-Security-Token=a", IOTCRED_ERR_QUERY },
    { false, PLACE(headers[0].name), "via", IOTCRED_ERR_HOST_MISSING },
    { false, PLACE(headers[0].name), "a:", IOTCRED_ERR_HEADER_NAME },
    { false, PLACE(headers[0].value), NULL, IOTCRED_ERR_HEADER },
    { false, PLACE(headers[0].value), "", IOTCRED_ERR_HOST_MISSING },
    { false, PLACE(headers[0].value), "https://" HOST, IOTCRED_ERR_HEADER },
    { false, PLACE(headers[0].value), "user@" HOST, IOTCRED_ERR_HEADER },
    { false, PLACE(headers[0].value), HOST "?", IOTCRED_ERR_HEADER },
    { false, PLACE(request.region), "", IOTCRED_ERR_REGION },
    { false, PLACE(request.service), "s/3", IOTCRED_ERR_SERVICE },
    { false, PLACE(request.unsigned_headers), NULL, IOTCRED_ERR_HEADER },
    { false, PLACE(request.unsigned_headers), "via, te", IOTCRED_ERR_HEADER },
    { false, PLACE(credentials.access_key_id), "", IOTCRED_ERR_ACCESS_KEY_ID },
    { false, PLACE(credentials.secret_access_key), "", IOTCRED_ERR_SECRET_ACCESS_KEY },
    { false, PLACE(credentials.session_token), "a token", IOTCRED_ERR_SESSION_TOKEN },
    { true, PLACE(connection.endpoint), NULL, IOTCRED_ERR_ENDPOINT },
    { true, PLACE(connection.endpoint), "", IOTCRED_ERR_ENDPOINT },
    { true, PLACE(connection.endpoint), "wss://host", IOTCRED_ERR_ENDPOINT },
    { true, PLACE(connection.endpoint), "host/mqtt", IOTCRED_ERR_ENDPOINT },
    { true, PLACE(connection.endpoint), "ho\xC3\xA9st", IOTCRED_ERR_ENDPOINT },
    { true, PLACE(connection.region), NULL, IOTCRED_ERR_REGION },
    { true, PLACE(connection.region), "", IOTCRED_ERR_REGION },
    { true, PLACE(credentials.access_key_id), "AKIA/", IOTCRED_ERR_ACCESS_KEY_ID },
    { true, PLACE(credentials.secret_access_key), NULL, IOTCRED_ERR_SECRET_ACCESS_KEY },
    { true, PLACE(credentials.session_token), "to\nken", IOTCRED_ERR_SESSION_TOKEN },
};

static void malformed_texts(void **state)
{
    (void)state;
    static attempt call;
    for (size_t i = 0; i < COUNT(bad_texts); i++) {
        published[bad_texts[i].mqtt].make(&call);
        sigv4_str text = bad_texts[i].text != NULL ? str(bad_texts[i].text) : (sigv4_str){ NULL, 3 };
        memcpy((char *)&call + bad_texts[i].place, &text, sizeof text);
        expect(&call, bad_texts[i].text != NULL ? bad_texts[i].text : "NULL with a length", bad_texts[i].status);
    }
    all_rows_passed();
}

static void expiries_times_and_flags(void **state)
{
    (void)state;
    static attempt call;
    static const uint32_t good[] = { 1, 604800 }, bad[] = { 0, 604801, UINT32_MAX };
    for (size_t i = 0; i < COUNT(published); i++) {
        for (size_t j = 0; j < COUNT(good); j++) {
            published[i].make(&call);
            call.expires = call.connection.expires = good[j];
            expect(&call, "the shortest and the longest expiry", IOTCRED_OK);
            check(strstr(call.out.url.ptr, good[j] == 1 ? "&X-Amz-Expires=1&" : "&X-Amz-Expires=604800&") != NULL, "expiry", "X-Amz-Expires");
        }
        for (size_t j = 0; j < COUNT(bad); j++) {
            published[i].make(&call);
            call.expires = call.connection.expires = bad[j];
            expect(&call, "a bad expiry", IOTCRED_ERR_EXPIRES);
        }
        published[i].make(&call);
        call.request.time = call.connection.time = 1;
        expect(&call, "1970", IOTCRED_ERR_CLOCK_UNSET);
        published[i].make(&call);
        call.request.time = call.connection.time = INT64_MAX;
        expect(&call, "after 9999", IOTCRED_ERR_TIME_OUT_OF_RANGE);
    }
    static const uint32_t bad_flags[] = {
        IOTCRED_SIGN_CONTENT_SHA256, 32, 1u << 31, IOTCRED_SIGN_PATH_NORMALIZED | IOTCRED_SIGN_PATH_AS_IT_IS,
        IOTCRED_SIGN_PATH_ENCODED_ONCE | IOTCRED_SIGN_PATH_ENCODED_TWICE,
    };
    for (size_t i = 0; i < COUNT(bad_flags); i++) {
        example(&call);
        call.request.flags = bad_flags[i];
        expect(&call, "flags", IOTCRED_ERR_FLAGS);
    }
    all_rows_passed();
}

static void without_a_time_the_clock_is_asked(void **state)
{
    (void)state;
    static attempt call;
    for (size_t i = 0; i < COUNT(published); i++) {
        published[i].make(&call);
        call.request.time = call.connection.time = 0;
#ifdef IOTCRED_SIGN_ONLY
        expect(&call, published[i].name, IOTCRED_ERR_TIME_REQUIRED);
#else
        char date[32];
        time_t now = time(NULL);
        strftime(date, sizeof date, "&X-Amz-Date=%Y", gmtime(&now));
        expect(&call, published[i].name, IOTCRED_OK);
        check(strstr(call.out.url.ptr, date) != NULL, published[i].name, "this year");
#endif
    }
    all_rows_passed();
}

/* --- What a caller can choose ---------------------------------------------------------------------------------- */

static void names_of_signed_headers_follow_the_callers_rule(void **state)
{
    (void)state;
    static const struct {
        sigv4_str unsigned_headers;
        const char *names;
    } rows[] = {
        { { NULL, 0 }, "=host%3Bvia&" },
        { IOTCRED_STR_INIT(IOTCRED_UNSIGNED_HEADERS), "=host%3Bvia&" },
        { IOTCRED_STR_INIT(IOTCRED_UNSIGNED_HEADERS " VIA"), "=host&" },
        { IOTCRED_STR_INIT(" "), "=host%3Buser-agent%3Bvia&" },
        { IOTCRED_STR_INIT("via host"), "=host%3Buser-agent&" },
    };
    static attempt call;
    for (size_t i = 0; i < COUNT(rows); i++) {
        example(&call);
        call.request.header_count = 3;
        call.request.unsigned_headers = rows[i].unsigned_headers;
        expect(&call, rows[i].names, IOTCRED_OK);
        check(strstr(call.out.url.ptr, rows[i].names) != NULL, rows[i].names, call.out.url.ptr);
    }
    all_rows_passed();
}

/* A signature, so that two can be compared. */
static void signature_of(const char *service, const char *path, uint32_t flags, char signature[65])
{
    static attempt call;
    example(&call);
    call.request.service = str(service);
    call.request.path = str(path);
    call.request.flags = flags;
    call.request.payload.kind = IOTCRED_PAYLOAD_UNSIGNED;
    expect(&call, path, IOTCRED_OK);
    memcpy(signature, call.out.url.ptr + call.out.url.len - 64, 65);
}

static void the_path_that_is_signed_follows_flags(void **state)
{
    (void)state;
    static const struct {
        const char *service, *path;
        uint32_t flags;
        const char *same_path; /* with same_flags it has the same signature, or not */
        uint32_t same_flags;
        bool same;
    } rows[] = {
        { "s3", "/a/../b", 0, "/a/../b", IOTCRED_SIGN_PATH_AS_IT_IS | IOTCRED_SIGN_PATH_ENCODED_ONCE, true },
        { "iot", "/a/../b", 0, "/a/../b", IOTCRED_SIGN_PATH_NORMALIZED | IOTCRED_SIGN_PATH_ENCODED_TWICE, true },
        { "s3", "/a/../b", IOTCRED_SIGN_PATH_NORMALIZED, "/b", 0, true },
        { "s3", "/a/../b", 0, "/b", 0, false },
        { "iot", "/a/../b", 0, "/b", 0, true },
        { "iot", "/a/../b", IOTCRED_SIGN_PATH_AS_IT_IS, "/b", 0, false },
        { "s3", "/a%20b", IOTCRED_SIGN_PATH_ENCODED_TWICE, "/a%2520b", 0, true },
        { "iot", "/a%2520b", IOTCRED_SIGN_PATH_ENCODED_ONCE, "/a%20b", 0, true },
        { "iot", "/a%20b", IOTCRED_SIGN_PATH_ENCODED_ONCE, "/a%20b", 0, false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char one[65], other[65];
        signature_of(rows[i].service, rows[i].path, rows[i].flags, one);
        signature_of(rows[i].service, rows[i].same_path, rows[i].same_flags, other);
        check((strcmp(one, other) == 0) == rows[i].same, rows[i].path, rows[i].same_path);
    }
    all_rows_passed();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_examples_come_out_with_and_without_a_cache),
        cmocka_unit_test(every_size_up_to_the_exact_one),
        cmocka_unit_test(null_pointers),
        cmocka_unit_test(malformed_texts),
        cmocka_unit_test(expiries_times_and_flags),
        cmocka_unit_test(without_a_time_the_clock_is_asked),
        cmocka_unit_test(names_of_signed_headers_follow_the_callers_rule),
        cmocka_unit_test(the_path_that_is_signed_follows_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
