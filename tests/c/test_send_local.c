/* iotcred_send against the local AWS: S3 and DynamoDB, which verify every signature. */
#include "check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S(text) IOTCRED_STR(text)

enum { LARGE = 1 << 20 };

static iotcred_bytes ca;
static iotcred_credentials s3_credentials, dynamodb_credentials;
static uint8_t sent[LARGE], received[LARGE + 64];

static uint16_t port_of(const char *name)
{
    return (uint16_t)strtoul(needed(name), NULL, 10);
}

static int fetch_credentials(const char *role_alias, iotcred_credentials *credentials)
{
    const char *pki = needed("LOCAL_AWS_PKI");
    iotcred_bytes certificate = read_file(pki, "device-p256.cert.pem"), key = read_file(pki, "device-p256.pkcs8.pem");
    iotcred_config config = {
        .endpoint = needed("IOTCRED_ENDPOINT"), .address = needed("IOTCRED_ADDRESS"), .port = port_of("IOTCRED_PORT"),
        .role_alias = needed(role_alias), .thing_name = needed("IOTCRED_THING_NAME"),
        .certificate = certificate, .private_key = key, .ca = ca, .timeout_ms = 60000,
    };
    iotcred_error error;
    if (iotcred_fetch(&config, credentials, &error) != IOTCRED_OK)
        print_error("fetching credentials: %s %s\n", iotcred_status_str(error.status), error.message);
    free((void *)certificate.ptr);
    free((void *)key.ptr);
    return error.status;
}

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sent; i++)
        sent[i] = (uint8_t)(i * 31 + i / 251);
    int s3 = fetch_credentials("IOTCRED_ROLE_ALIAS", &s3_credentials);
    return s3 | fetch_credentials("IOTCRED_DYNAMODB_ROLE_ALIAS", &dynamodb_credentials);
}

static int tear_down(void **state)
{
    (void)state;
    iotcred_credentials_wipe(&s3_credentials);
    iotcred_credentials_wipe(&dynamodb_credentials);
    return 0;
}

/* --- Requests -------------------------------------------------------------------------------------------------- */

/* What the callbacks of a request are given and note. */
typedef struct {
    const uint8_t *source;
    size_t given, piece, fail_at;  /* bytes given so far; how many at once (0: all); where to fail (SIZE_MAX: nowhere) */
    int32_t failure;               /* what a failing callback returns */
    size_t taken, refuse_at;
    uint64_t last_sent, last_received, stop_at;
    int reads, headers, writes, reports;
    bool backwards, date_seen, late_header;
    char content_length[32];
} exchange;

static exchange new_exchange(void)
{
    return (exchange){ .source = sent, .fail_at = SIZE_MAX, .refuse_at = SIZE_MAX, .stop_at = UINT64_MAX };
}

static int32_t read_body(void *context, uint8_t *buffer, size_t size)
{
    exchange *self = context;
    self->reads++;
    if (self->given >= self->fail_at)
        return self->failure == INT32_MAX ? (int32_t)size + 1 : self->failure;
    size_t len = self->piece > 0 && self->piece < size ? self->piece : size;
    len = len < sizeof sent - self->given ? len : sizeof sent - self->given;
    memcpy(buffer, self->source + self->given, len);
    self->given += len;
    return (int32_t)len;
}

static void on_header(void *context, const sigv4_header *header)
{
    exchange *self = context;
    self->headers++;
    self->late_header = self->late_header || self->writes > 0;
    if (header->name.len == 4 && strncmp(header->name.ptr, "date", 4) == 0)
        self->date_seen = true;
    if (header->name.len == 4 && strncmp(header->name.ptr, "Date", 4) == 0)
        self->date_seen = true;
    if (header->name.len == 14 && header->value.len < sizeof self->content_length && (header->name.ptr[8] | 32) == 'l')
        memcpy(self->content_length, header->value.ptr, header->value.len);
}

static int32_t write_body(void *context, const uint8_t *data, size_t len)
{
    exchange *self = context;
    self->writes++;
    if (self->taken + len > self->refuse_at || self->taken + len > sizeof received)
        return -1;
    memcpy(received + self->taken, data, len);
    self->taken += len;
    return 0;
}

static int32_t on_progress(void *context, uint64_t has_sent, uint64_t to_send, uint64_t has_received, uint64_t to_receive)
{
    exchange *self = context;
    self->reports++;
    self->backwards = self->backwards || has_sent < self->last_sent || has_received < self->last_received || has_sent > to_send ||
                      (to_receive > 0 && has_received > to_receive);
    self->last_sent = has_sent;
    self->last_received = has_received;
    return has_sent + has_received >= self->stop_at;
}

/* A request to S3 for an object, or for the bucket itself if `object` is "". `path` holds its path. */
static iotcred_request s3(const char *method, const char *object, char path[256])
{
    snprintf(path, 256, "/%s/%s", needed("IOTCRED_S3_BUCKET"), object);
    return (iotcred_request){
        .endpoint = needed("IOTCRED_S3_ENDPOINT"), .address = needed("IOTCRED_S3_ADDRESS"), .port = port_of("IOTCRED_S3_PORT"),
        .region = needed("AWS_REGION"), .service = "s3", .method = method, .path = path, .ca = ca, .timeout_ms = 60000,
    };
}

/* Sends, and checks all that an outcome promises. */
static iotcred_error expect(const iotcred_request *request, const iotcred_credentials *credentials, iotcred_response *response, const char *row,
                            iotcred_status expected)
{
    const iotcred_response before = *response;
    sigv4_credentials keys = iotcred_credentials_view(credentials);
    iotcred_error error;
    memset(&error, PATTERN, sizeof error);
    iotcred_status status = iotcred_send(request, &keys, response, &error);
    if (!check_status(row, expected, status))
        print_error("    HTTP %u, message: %.255s\n", error.http_status, error.message);
    check_error(row, &error, status);
    check(strstr(error.message, credentials->secret_access_key) == NULL, row, "the message holds no secret");
    check(credentials->session_token[0] == '\0' || strstr(error.message, credentials->session_token) == NULL, row, "the message holds no token");
    if (status == IOTCRED_OK)
        check(response->http_status >= 200 && response->http_status <= 299, row, "the response's http_status");
    else
        check(response->http_status == before.http_status && (status == IOTCRED_ERR_BUFFER_TOO_SMALL || response->body_len == before.body_len),
              row, "the response is untouched");
    check(response->body == before.body && response->body_size == before.body_size, row, "the response's inputs are untouched");
    return error;
}

static void put(const char *object, size_t len)
{
    char path[256];
    iotcred_request request = s3("PUT", object, path);
    request.payload.bytes = (iotcred_bytes){ sent, len };
    iotcred_response response = { 0 };
    expect(&request, &s3_credentials, &response, object, IOTCRED_OK);
}

/* --- S3 -------------------------------------------------------------------------------------------------------- */

static const size_t lengths[] = { 0, 1, 4095, 4096, 4097, 16384, 100000, LARGE };

static void bodies_in_memory_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        char object[64], path[256];
        snprintf(object, sizeof object, "memory-%zu", lengths[i]);
        put(object, lengths[i]);
        memset(received, PATTERN, sizeof received);
        iotcred_request request = s3("GET", object, path);
        iotcred_response response = { .body = received, .body_size = lengths[i] };
        expect(&request, &s3_credentials, &response, object, IOTCRED_OK);
        check_number(object, "body_len", (long long)lengths[i], (long long)response.body_len);
        check(memcmp(sent, received, lengths[i]) == 0, object, "came back identical");
        check(all_bytes(received + lengths[i], PATTERN, 64), object, "nothing is written behind the buffer");
    }
    all_rows_passed();
}

static void bodies_of_callbacks_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lengths); i++)
        for (size_t piece = 0; piece <= 1000; piece += 1000) {
            char object[64], path[256];
            snprintf(object, sizeof object, "callback-%zu-%zu", lengths[i], piece);
            exchange up = new_exchange(), down = new_exchange();
            iotcred_request request = s3("PUT", object, path);
            iotcred_response response = { 0 };
            up.piece = piece;
            request.read_body = read_body;
            request.body_length = lengths[i];
            request.on_progress = on_progress;
            request.context = &up;
            expect(&request, &s3_credentials, &response, object, IOTCRED_OK);
            check(up.given == lengths[i], object, "read_body gave just the body");
            check(!up.backwards && up.last_sent == lengths[i], object, "the progress of the upload");

            request = s3("GET", object, path);
            request.write_body = write_body;
            request.on_header = on_header;
            request.on_progress = on_progress;
            request.context = &down;
            memset(received, PATTERN, sizeof received);
            expect(&request, &s3_credentials, &response, object, IOTCRED_OK);
            check(down.taken == lengths[i] && response.body_len == lengths[i], object, "the length that came back");
            check(memcmp(sent, received, lengths[i]) == 0, object, "came back identical");
            check(!down.backwards && down.last_received == lengths[i], object, "the progress of the download");
            check(down.headers > 2 && down.date_seen && !down.late_header, object, "the headers came first");
            check(strtoull(down.content_length, NULL, 10) == lengths[i], object, "content-length was among them");
        }
    all_rows_passed();
}

static void a_body_is_signed_as_it_is_announced(void **state)
{
    (void)state;
    /* The SHA-256 of "hello world". */
    static const uint8_t digest[] = { 0xb9, 0x4d, 0x27, 0xb9, 0x93, 0x4d, 0x3e, 0x08, 0xa5, 0x2e, 0x52, 0xd7, 0xda, 0x7d, 0xab, 0xfa,
                                      0xc4, 0x84, 0xef, 0xe3, 0x7a, 0x53, 0x80, 0xee, 0x90, 0x88, 0xf7, 0xac, 0xe2, 0xef, 0xcd, 0xe9 };
    char path[256];
    exchange up = new_exchange();
    up.source = (const uint8_t *)"hello world";
    up.piece = 11;
    iotcred_request request = s3("PUT", "hello", path);
    request.payload = (sigv4_payload){ IOTCRED_PAYLOAD_SHA256, { digest, sizeof digest } };
    request.read_body = read_body;
    request.body_length = 11;
    request.context = &up;
    iotcred_response response = { 0 };
    expect(&request, &s3_credentials, &response, "a hash that was made beforehand", IOTCRED_OK);
    all_rows_passed();
}

static void a_buffer_that_is_too_small(void **state)
{
    (void)state;
    char path[256];
    put("small", 1000);
    iotcred_request request = s3("GET", "small", path);
    static const size_t sizes[] = { 0, 1, 999 };
    for (size_t i = 0; i < COUNT(sizes); i++) {
        memset(received, PATTERN, sizeof received);
        iotcred_response response = { .body = sizes[i] > 0 ? received : NULL, .body_size = sizes[i] };
        expect(&request, &s3_credentials, &response, "too small", IOTCRED_ERR_BUFFER_TOO_SMALL);
        check_number("too small", "body_len", 1000, (long long)response.body_len);
        check(all_bytes(received + sizes[i], PATTERN, 64), "too small", "nothing is written behind the buffer");
    }
    all_rows_passed();
}

static void head_delete_and_what_is_not_there(void **state)
{
    (void)state;
    char path[256];
    iotcred_response response = { 0 };
    exchange seen = new_exchange();
    put("short-lived", 1234);

    iotcred_request request = s3("HEAD", "short-lived", path);
    request.on_header = on_header;
    request.context = &seen;
    expect(&request, &s3_credentials, &response, "HEAD", IOTCRED_OK);
    check(response.body_len == 0 && strcmp(seen.content_length, "1234") == 0, "HEAD", "has a length and no body");

    request = s3("DELETE", "short-lived", path);
    expect(&request, &s3_credentials, &response, "DELETE", IOTCRED_OK);
    check_number("DELETE", "http_status", 204, response.http_status);

    request = s3("GET", "short-lived", path);
    iotcred_error error = expect(&request, &s3_credentials, &response, "GET", IOTCRED_ERR_NOT_FOUND);
    check_number("GET", "http_status", 404, error.http_status);
    check(strstr(error.message, "NoSuchKey") != NULL, "GET", error.message);
    check(!error.retryable, "GET", "no use in trying again");
    request = s3("HEAD", "short-lived", path);
    error = expect(&request, &s3_credentials, &response, "HEAD of nothing", IOTCRED_ERR_NOT_FOUND);
    check_number("HEAD of nothing", "http_status", 404, error.http_status);
    all_rows_passed();
}

static void odd_keys_and_queries(void **state)
{
    (void)state;
    static const char *const objects[] = { "a%20b", "plus%2Bplus", "quote%27%28%29", "a%3Db%26c", "%C3%A9", "a/b//c", "a..b", "~tilde_-." };
    char path[256];
    for (size_t i = 0; i < COUNT(objects); i++) {
        put(objects[i], 10 + i);
        iotcred_request request = s3("GET", objects[i], path);
        iotcred_response response = { .body = received, .body_size = sizeof received };
        expect(&request, &s3_credentials, &response, objects[i], IOTCRED_OK);
        check_number(objects[i], "body_len", (long long)(10 + i), (long long)response.body_len);
    }
    put("list/one", 1);
    iotcred_request request = s3("GET", "", path);
    path[strlen(path) - 1] = '\0';
    request.query = "prefix=list%2F&list-type=2&delimiter=";
    memset(received, 0, sizeof received);
    iotcred_response response = { .body = received, .body_size = sizeof received - 1 };
    expect(&request, &s3_credentials, &response, "a listing", IOTCRED_OK);
    check(strstr((const char *)received, "list/one") != NULL, "a listing", "names the object");
    all_rows_passed();
}

static void more_headers_are_signed(void **state)
{
    (void)state;
    const sigv4_header headers[] = {
        { S("Content-Type"), S("text/plain; charset=utf-8") }, { S("X-Amz-Meta-Odd"), S("  two   spaces  ") }, { S("x-amz-meta-a"), S("1") },
        { S("X-Amz-Meta-A-B"), S("prefix names sort first") },
    };
    char path[256];
    iotcred_request request = s3("PUT", "headers", path);
    request.headers = headers;
    request.header_count = COUNT(headers);
    request.payload.bytes = bytes("body");
    iotcred_response response = { 0 };
    expect(&request, &s3_credentials, &response, "more headers", IOTCRED_OK);
    all_rows_passed();
}

static void keep_etag(void *context, const sigv4_header *header)
{
    if (header->name.len == 4 && (header->name.ptr[0] | 32) == 'e' && (header->name.ptr[1] | 32) == 't' && header->value.len < 64)
        memcpy(context, header->value.ptr, header->value.len);
}

static void what_has_not_changed_is_not_sent_again(void **state)
{
    (void)state;
    char path[256], etag[64] = "";
    put("unchanged", 100);
    iotcred_request request = s3("HEAD", "unchanged", path);
    request.on_header = keep_etag;
    request.context = etag;
    iotcred_response response = { .body = received, .body_size = sizeof received };
    expect(&request, &s3_credentials, &response, "its etag", IOTCRED_OK);
    const sigv4_header condition = { S("if-none-match"), str(etag) };
    request = s3("GET", "unchanged", path);
    request.headers = &condition;
    request.header_count = 1;
    iotcred_error error = expect(&request, &s3_credentials, &response, "the same etag", IOTCRED_ERR_NOT_MODIFIED);
    check_number("the same etag", "http_status", 304, error.http_status);
    all_rows_passed();
}

/* --- Refusals -------------------------------------------------------------------------------------------------- */

/* Explains a refusal of the request that was sent by the error's message: neither SeaweedFS nor moto says what it signed. */
static void check_cause(const char *row, const iotcred_request *request, const iotcred_credentials *credentials, const iotcred_error *error, int32_t cause)
{
    const sigv4_header host = { S("host"), str(request->endpoint) };
    const sigv4_request sent_request = {
        .method = str(request->method), .path = str(request->path), .headers = &host, .header_count = 1, .payload = request->payload,
        .region = str(request->region), .service = str(request->service),
    };
    const sigv4_credentials keys = iotcred_credentials_view(credentials);
    char text[IOTCRED_EXPLANATION_MAX];
    sigv4_explanation why = { .buffer = text, .buffer_size = sizeof text };
    if (check_status(row, IOTCRED_OK, sigv4_explain(&sent_request, &keys, 0, bytes(error->message), &why)) &&
        !check_number(row, "cause", cause, why.cause))
        print_error("    %s\n", text);
}

static void wrong_credentials_are_refused(void **state)
{
    (void)state;
    static iotcred_credentials wrong;
    static const char *const rows[] = { "wrong token", "no token", "wrong secret", "wrong key id", "credentials of another service" };
    static const int32_t causes[] = { IOTCRED_CAUSE_ACCESS_KEY_ID, IOTCRED_CAUSE_TOKEN_MISSING, IOTCRED_CAUSE_UNKNOWN, IOTCRED_CAUSE_ACCESS_KEY_ID,
                                      IOTCRED_CAUSE_ACCESS_KEY_ID };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char path[256];
        wrong = s3_credentials;
        size_t middle = strlen(wrong.session_token) / 2;
        if (i == 0)
            wrong.session_token[middle] = wrong.session_token[middle] == 'A' ? 'B' : 'A';
        else if (i == 1)
            wrong.session_token[0] = '\0';
        else if (i == 2)
            wrong.secret_access_key[5] = wrong.secret_access_key[5] == 'A' ? 'B' : 'A';
        else if (i == 3)
            wrong.access_key_id[5] = wrong.access_key_id[5] == 'A' ? 'B' : 'A';
        else
            wrong = dynamodb_credentials;
        iotcred_request request = s3("PUT", "refused", path);
        request.payload.bytes = (iotcred_bytes){ sent, 1000 };
        uint8_t refusal[2048];
        iotcred_response response = { .refusal = refusal, .refusal_size = sizeof refusal };
        iotcred_error error = expect(&request, &wrong, &response, rows[i], IOTCRED_ERR_REFUSED);
        check_number(rows[i], "http_status", 403, error.http_status);
        check(response.refusal_len > 50 && response.refusal_len < sizeof refusal && memcmp(refusal, "<?xml", 5) == 0 &&
              memcmp(refusal + response.refusal_len - 8, "</Error>", 8) == 0, rows[i], "the whole refusal");
        check(error.kind == IOTCRED_KIND_PERMISSION && !error.retryable, rows[i], "kind");
        check(strlen(error.message) > 10, rows[i], "the server's words");
        check_cause(rows[i], &request, &wrong, &error, causes[i]);
    }
    iotcred_credentials_wipe(&wrong);
    all_rows_passed();
}

/* However little memory there is for it; and a success leaves none of an older one. */
static void a_refusal_is_cut_to_its_memory(void **state)
{
    (void)state;
    static iotcred_credentials wrong;
    wrong = s3_credentials;
    wrong.secret_access_key[5] = wrong.secret_access_key[5] == 'A' ? 'B' : 'A';
    static const size_t sizes[] = { 0, 1, 5, 40 };
    for (size_t i = 0; i < COUNT(sizes); i++) {
        char path[256], row[32];
        snprintf(row, sizeof row, "memory of %zu bytes", sizes[i]);
        iotcred_request request = s3("GET", "refused", path);
        uint8_t refusal[64];
        memset(refusal, PATTERN, sizeof refusal);
        iotcred_response response = { .refusal = sizes[i] > 0 ? refusal : NULL, .refusal_size = sizes[i], .refusal_len = 9 };
        expect(&request, &wrong, &response, row, IOTCRED_ERR_REFUSED);
        check_number(row, "refusal_len", (intmax_t)sizes[i], (intmax_t)response.refusal_len);
        check(memcmp(refusal, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", sizes[i] < 38 ? sizes[i] : 38) == 0, row, "its beginning");
        for (size_t at = sizes[i]; at < sizeof refusal; at++)
            check(refusal[at] == PATTERN, row, "nothing behind it");
    }
    iotcred_credentials_wipe(&wrong);
    put("taken", 3);
    char path[256];
    iotcred_request request = s3("GET", "taken", path);
    iotcred_response response = { .body = received, .body_size = sizeof received, .refusal_len = 9 };
    expect(&request, &s3_credentials, &response, "a success", IOTCRED_OK);
    check_number("a success", "refusal_len", 0, (intmax_t)response.refusal_len);
    response.refusal_size = 1;
    expect(&request, &s3_credentials, &response, "NULL with a size", IOTCRED_ERR_NULL_ARGUMENT);
    all_rows_passed();
}

static void expect_100_continue(void **state)
{
    (void)state;
    char path[256];
    exchange up = new_exchange();
    iotcred_request request = s3("PUT", "continued", path);
    request.flags = IOTCRED_SEND_EXPECT_CONTINUE;
    request.read_body = read_body;
    request.body_length = 100000;
    request.context = &up;
    iotcred_response response = { 0 };
    expect(&request, &s3_credentials, &response, "a body that is asked for", IOTCRED_OK);
    check(up.given == 100000, "a body that is asked for", "was sent");

    static iotcred_credentials wrong;
    wrong = s3_credentials;
    wrong.secret_access_key[5] ^= 1;
    up = new_exchange();
    expect(&request, &wrong, &response, "a body that is refused", IOTCRED_ERR_REFUSED);
    iotcred_credentials_wipe(&wrong);
    all_rows_passed();
}

/* --- Callbacks that fail --------------------------------------------------------------------------------------- */

static void sources_that_fail(void **state)
{
    (void)state;
    static const int32_t failures_of_a_source[] = { 0, -1, INT32_MIN, INT32_MAX };
    static const size_t places[] = { 0, 4096, 50000 };
    for (size_t i = 0; i < COUNT(failures_of_a_source); i++)
        for (size_t j = 0; j < COUNT(places); j++) {
            char path[256];
            exchange up = new_exchange();
            up.failure = failures_of_a_source[i];
            up.fail_at = places[j];
            iotcred_request request = s3("PUT", "never-whole", path);
            request.read_body = read_body;
            request.body_length = 100000;
            request.context = &up;
            iotcred_response response = { 0 };
            expect(&request, &s3_credentials, &response, "a source that fails", IOTCRED_ERR_BODY_SOURCE);
        }
    all_rows_passed();
}

static void sinks_that_refuse(void **state)
{
    (void)state;
    static const size_t places[] = { 0, 1, 50000, 99999 };
    put("refused-by-the-sink", 100000);
    for (size_t i = 0; i < COUNT(places); i++) {
        char path[256];
        exchange down = new_exchange();
        down.refuse_at = places[i];
        iotcred_request request = s3("GET", "refused-by-the-sink", path);
        request.write_body = write_body;
        request.context = &down;
        iotcred_response response = { 0 };
        expect(&request, &s3_credentials, &response, "a sink that refuses", IOTCRED_ERR_BODY_SINK);

        exchange watched = new_exchange();
        watched.stop_at = places[i];
        request.on_progress = on_progress;
        request.context = &watched;
        expect(&request, &s3_credentials, &response, "a progress that stops", IOTCRED_ERR_BODY_SINK);
        check(watched.taken <= places[i] + 20000, "a progress that stops", "stops soon");
    }
    all_rows_passed();
}

static void a_refusal_goes_into_no_sink(void **state)
{
    (void)state;
    char path[256];
    exchange down = new_exchange();
    iotcred_request request = s3("GET", "no-such-object", path);
    request.write_body = write_body;
    request.on_header = on_header;
    request.context = &down;
    iotcred_response response = { .body = received, .body_size = sizeof received };
    memset(received, PATTERN, sizeof received);
    expect(&request, &s3_credentials, &response, "a refusal", IOTCRED_ERR_NOT_FOUND);
    check(down.headers == 0 && down.writes == 0 && all_bytes(received, PATTERN, sizeof received), "a refusal", "was written nowhere");
    all_rows_passed();
}

/* A callback may call the library. */
static int32_t ask_again(void *context, const uint8_t *data, size_t len)
{
    char path[256];
    iotcred_request request = s3("HEAD", "asked-again", path);
    iotcred_response response = { 0 };
    sigv4_credentials keys = iotcred_credentials_view(&s3_credentials);
    (void)data, (void)len;
    *(int *)context += 1;
    return iotcred_send(&request, &keys, &response, NULL);
}

static void a_callback_calls_the_library(void **state)
{
    (void)state;
    char path[256];
    int calls = 0;
    put("asked-again", 1000);
    iotcred_request request = s3("GET", "asked-again", path);
    request.write_body = ask_again;
    request.context = &calls;
    iotcred_response response = { 0 };
    expect(&request, &s3_credentials, &response, "a request within a request", IOTCRED_OK);
    check(calls > 0, "a request within a request", "was made");
    all_rows_passed();
}

static void servers_that_cannot_be_reached(void **state)
{
    (void)state;
    char path[256];
    iotcred_response response = { 0 };
    iotcred_request request = s3("GET", "x", path);
    request.port = port_of("LOCAL_AWS_PORT_CLOSED");
    expect(&request, &s3_credentials, &response, "a closed port", IOTCRED_ERR_CONNECTION_REFUSED);
    request.port = port_of("LOCAL_AWS_PORT_SILENT");
    request.timeout_ms = 300;
    uint64_t start = now_ms();
    expect(&request, &s3_credentials, &response, "silence", IOTCRED_ERR_DEADLINE);
    check(now_ms() - start >= 300 && now_ms() - start < 300 + slack_ms(), "silence", "ends with the deadline");
    request = s3("GET", "x", path);
    request.ca = (iotcred_bytes){ NULL, 0 };
    expect(&request, &s3_credentials, &response, "Amazon's roots", IOTCRED_ERR_SERVER_UNTRUSTED);
    request = s3("GET", "x", path);
    request.endpoint = "my-bucket.s3.us-east-1.amazonaws.com";
    expect(&request, &s3_credentials, &response, "another name", IOTCRED_ERR_SERVER_NAME);
    request = s3("GET", "x", path);
    request.port = port_of("LOCAL_AWS_PORT_P256");
    iotcred_error error = expect(&request, &s3_credentials, &response, "a server that wants a certificate", IOTCRED_ERR_CLIENT_REFUSED);
    check(error.tls_alert != 0, "a server that wants a certificate", "says so by an alert");
    all_rows_passed();
}

/* --- DynamoDB -------------------------------------------------------------------------------------------------- */

static iotcred_error dynamodb(const char *target, const char *body, const char *row, iotcred_status expected, iotcred_response *response)
{
    const sigv4_header headers[] = { { S("content-type"), S("application/x-amz-json-1.0") }, { S("x-amz-target"), str(target) } };
    iotcred_request request = {
        .endpoint = needed("IOTCRED_DYNAMODB_ENDPOINT"), .address = needed("IOTCRED_DYNAMODB_ADDRESS"), .port = port_of("IOTCRED_DYNAMODB_PORT"),
        .region = needed("AWS_REGION"), .service = "dynamodb", .method = "POST", .headers = headers, .header_count = COUNT(headers),
        .payload = { IOTCRED_PAYLOAD_BYTES, bytes(body) }, .ca = ca, .timeout_ms = 60000,
    };
    memset(received, 0, sizeof received);
    *response = (iotcred_response){ .body = received, .body_size = sizeof received - 1 };
    return expect(&request, &dynamodb_credentials, response, row, expected);
}

static void an_item_comes_back(void **state)
{
    (void)state;
    char body[512];
    iotcred_response response;
    snprintf(body, sizeof body,
             "{\"TableName\":\"%s\",\"Item\":{\"serial_number\":{\"S\":\"c-suite\"},\"timestamp\":{\"S\":\"2017-11-20T06:00:00.000Z\"},"
             "\"current_temp\":{\"N\":\"65\"}}}",
             needed("IOTCRED_DYNAMODB_TABLE"));
    dynamodb("DynamoDB_20120810.PutItem", body, "PutItem", IOTCRED_OK, &response);
    snprintf(body, sizeof body,
             "{\"TableName\":\"%s\",\"ConsistentRead\":true,\"Key\":{\"serial_number\":{\"S\":\"c-suite\"},"
             "\"timestamp\":{\"S\":\"2017-11-20T06:00:00.000Z\"}}}",
             needed("IOTCRED_DYNAMODB_TABLE"));
    dynamodb("DynamoDB_20120810.GetItem", body, "GetItem", IOTCRED_OK, &response);
    check(strstr((const char *)received, "\"65\"") != NULL, "GetItem", (const char *)received);

    /* What moto calls each wrong credential, and what that means. */
    static const iotcred_request request = { .endpoint = "host", .region = "us-east-1", .service = "dynamodb", .method = "POST", .path = "/" };
    const char *const rows[] = { "no token", "wrong token", "wrong secret" };
    const int32_t causes[] = { IOTCRED_CAUSE_TOKEN_MISSING, IOTCRED_CAUSE_TOKEN_INVALID, IOTCRED_CAUSE_UNKNOWN };
    static iotcred_credentials right;
    right = dynamodb_credentials;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *changed = i == 0 ? dynamodb_credentials.session_token
                        : i == 1 ? dynamodb_credentials.session_token + 9
                                 : dynamodb_credentials.secret_access_key + 5;
        *changed = i == 0 ? '\0' : *changed == 'A' ? 'B' : 'A';
        iotcred_error refusal = dynamodb("DynamoDB_20120810.ListTables", "{}", rows[i], IOTCRED_ERR_REFUSED, &response);
        check_cause(rows[i], &request, &dynamodb_credentials, &refusal, causes[i]);
        dynamodb_credentials = right;
    }
    iotcred_credentials_wipe(&right);

    iotcred_error error = dynamodb("DynamoDB_20120810.GetItem", "{\"TableName\":\"no-such-table\",\"Key\":{}}", "no table", IOTCRED_ERR_BAD_REQUEST, &response);
    check(strstr(error.message, "ResourceNotFoundException") != NULL, "no table", error.message);
    check_number("no table", "http_status", 400, error.http_status);
    all_rows_passed();
}

/* --- Threads and leftovers ------------------------------------------------------------------------------------- */

enum { THREADS = 8, ROUNDS = 4, LENGTH = 20000 };

typedef struct {
    size_t number;
    int wrong;
    uint8_t body[LENGTH];
} worker;

static void *put_and_get_often(void *argument)
{
    worker *self = argument;
    sigv4_credentials keys = iotcred_credentials_view(&s3_credentials);
    for (int i = 0; i < ROUNDS; i++) {
        char object[64], path[256];
        snprintf(object, sizeof object, "thread-%zu", self->number);
        iotcred_request request = s3("PUT", object, path);
        request.payload.bytes = (iotcred_bytes){ sent + self->number * 100, LENGTH };
        iotcred_response response = { 0 };
        self->wrong += iotcred_send(&request, &keys, &response, NULL) != IOTCRED_OK;
        request = s3("GET", object, path);
        response = (iotcred_response){ .body = self->body, .body_size = LENGTH };
        self->wrong += iotcred_send(&request, &keys, &response, NULL) != IOTCRED_OK;
        self->wrong += memcmp(self->body, sent + self->number * 100, LENGTH) != 0;
    }
    return NULL;
}

static void eight_threads_send_at_once(void **state)
{
    (void)state;
    static worker workers[THREADS];
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        workers[i].number = i;
        assert_int_equal(pthread_create(&threads[i], NULL, put_and_get_often, &workers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(workers[i].wrong, 0);
}

int main(void)
{
    ca = read_file(needed("LOCAL_AWS_PKI"), "server-ca.pem");
    (void)needed("IOTCRED_S3_ENDPOINT");
    (void)needed("IOTCRED_DYNAMODB_ENDPOINT");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_in_memory_come_back),
        cmocka_unit_test(bodies_of_callbacks_come_back),
        cmocka_unit_test(a_body_is_signed_as_it_is_announced),
        cmocka_unit_test(a_buffer_that_is_too_small),
        cmocka_unit_test(head_delete_and_what_is_not_there),
        cmocka_unit_test(odd_keys_and_queries),
        cmocka_unit_test(more_headers_are_signed),
        cmocka_unit_test(what_has_not_changed_is_not_sent_again),
        cmocka_unit_test(wrong_credentials_are_refused),
        cmocka_unit_test(a_refusal_is_cut_to_its_memory),
        cmocka_unit_test(expect_100_continue),
        cmocka_unit_test(sources_that_fail),
        cmocka_unit_test(sinks_that_refuse),
        cmocka_unit_test(a_refusal_goes_into_no_sink),
        cmocka_unit_test(a_callback_calls_the_library),
        cmocka_unit_test(servers_that_cannot_be_reached),
        cmocka_unit_test(an_item_comes_back),
        cmocka_unit_test(eight_threads_send_at_once),
    };
    int failed = cmocka_run_group_tests_name("iotcred_send against the local AWS", tests, set_up, tear_down);
    free((void *)ca.ptr);
    return failed;
}
