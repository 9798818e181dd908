/* What the signer signs is accepted by three servers, and with one thing broken it is refused: SeaweedFS (S3, temporary credentials), s3s (S3, long-term
 * keys) and moto (DynamoDB, IoT and STS, temporary credentials). It prints which server refuses what. Where a server by its nature does not look, a column
 * says so, and another server of the same row must. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define S(text) IOTCRED_STR(text)

enum { TOTAL = 20000, CHUNK = 8192, ROOM = TOTAL + 32768 };

/* --- What can be broken ---------------------------------------------------------------------------------------- */

/* Up to ANOTHER_SERVICE before a request is signed, up to METHOD in its head, and then behind that. */
typedef enum {
    NOTHING, WRONG_SECRET, AN_HOUR_OLD, ANOTHER_SERVICE,
    NO_TOKEN, SIGNATURE, TOKEN, KEY_ID, DATE, REGION, SERVICE, SIGNED_HEADER, PATH, QUERY, METHOD,
    BODY, FIRST_CHUNK, LAST_CHUNK, CHUNK_SIGNATURE, TRAILER, TRAILER_SIGNATURE, BREAKS
} breakage;

/* What it is called, and the text behind which a character is changed: in headers, and in a URL; and how far behind. NULL: nowhere. */
static const struct {
    const char *name, *in_headers, *in_url;
    size_t further;
} breaks[BREAKS] = {
    [NOTHING] = { "nothing", NULL, NULL, 0 },
    [WRONG_SECRET] = { "the secret", NULL, NULL, 0 },
    [AN_HOUR_OLD] = { "signed an hour ago", NULL, NULL, 0 },
    [ANOTHER_SERVICE] = { "signed for another service", NULL, NULL, 0 },
    [NO_TOKEN] = { "the token left out", "x-amz-security-token", "&X-Amz-Security-Token", 0 },
    [SIGNATURE] = { "the signature", " Signature=", "X-Amz-Signature=", 9 },
    [TOKEN] = { "the token", "x-amz-security-token: ", "X-Amz-Security-Token=", 40 },
    [KEY_ID] = { "the access key id", "Credential=", "X-Amz-Credential=", 8 },
    [DATE] = { "the date", "x-amz-date: ", "X-Amz-Date=", 14 },
    [REGION] = { "the region", "/us-east-", "%2Fus-east-", 0 },
    [SERVICE] = { "the service", "/us-east-1/", "%2Fus-east-1%2F", 0 },
    [SIGNED_HEADER] = { "a signed header", "x-amz-meta-a: ", "x-amz-meta-a: ", 2 },
    [PATH] = { "the path", "-path-", "-path-", 0 },
    [QUERY] = { "the query", "x-id=", "x-id=", 0 },
    [METHOD] = { "the method", NULL, NULL, 0 },
    [BODY] = { "a byte of the body", NULL, NULL, 0 },
    [FIRST_CHUNK] = { "a byte of the first chunk", NULL, NULL, 0 },
    [LAST_CHUNK] = { "a byte of the last chunk", NULL, NULL, 0 },
    [CHUNK_SIGNATURE] = { "a chunk's signature", NULL, NULL, 0 },
    [TRAILER] = { "the trailer", NULL, NULL, 0 },
    [TRAILER_SIGNATURE] = { "the trailer's signature", NULL, NULL, 0 },
};

#define BIT(what) (1u << (what))
#define OF_TOKENS (BIT(TOKEN) | BIT(NO_TOKEN))
#define OF_CHUNKS (BIT(FIRST_CHUNK) | BIT(LAST_CHUNK) | BIT(CHUNK_SIGNATURE) | BIT(TRAILER) | BIT(TRAILER_SIGNATURE))

/* --- Where requests go ----------------------------------------------------------------------------------------- */

typedef enum { SEAWEEDFS, S3S, MOTO, SERVERS } server;
typedef enum { IN_HEADERS, IN_URL, IN_CHUNKS } form;

/* `lacks`: what the form has not. `blind`: what the server does not look at. */
static const struct {
    const char *column;
    server server;
    form form;
    const char *service, *method, *path, *query, *body, *target, *content_type;
    uint32_t lacks, blind;
} targets[] = {
    { "SeaweedFS, headers", SEAWEEDFS, IN_HEADERS, "s3", "PUT", "/$/a-path-a+b%7e", "x-id=PutObject", "Hello", NULL, "text/plain",
      OF_CHUNKS, BIT(BODY) | BIT(ANOTHER_SERVICE) },
    { "SeaweedFS, URL", SEAWEEDFS, IN_URL, "s3", "GET", "/$/a-path-a+b%7e", "x-id=GetObject", "", NULL, NULL,
      OF_CHUNKS | BIT(BODY), BIT(ANOTHER_SERVICE) },
    { "SeaweedFS, chunks", SEAWEEDFS, IN_CHUNKS, "s3", "PUT", "/$/b-path-b", "x-id=PutObject", "", NULL, NULL,
      BIT(BODY), BIT(ANOTHER_SERVICE) | BIT(TRAILER_SIGNATURE) },
    /* To a GET with a body s3s does not answer. */
    { "s3s, headers", S3S, IN_HEADERS, "s3", "PUT", "/$/a-path-a+b%7e", "x-id=PutObject", "Hello", NULL, "text/plain",
      OF_CHUNKS | OF_TOKENS | BIT(METHOD), 0 },
    { "s3s, URL", S3S, IN_URL, "s3", "GET", "/$/a-path-a+b%7e", "x-id=GetObject", "", NULL, NULL,
      OF_CHUNKS | OF_TOKENS | BIT(BODY), 0 },
    { "s3s, chunks", S3S, IN_CHUNKS, "s3", "PUT", "/$/b-path-b", "x-id=PutObject", "", NULL, NULL,
      OF_TOKENS | BIT(BODY) | BIT(METHOD), 0 },
    /* moto knows no such method, and says so before it looks at a signature. */
    { "DynamoDB", MOTO, IN_HEADERS, "dynamodb", "POST", "/", "",
      "{\"TableName\":\"$\",\"Item\":{\"serial_number\":{\"S\":\"a\"},\"timestamp\":{\"S\":\"b\"}}}", "DynamoDB_20120810.PutItem",
      "application/x-amz-json-1.0", OF_CHUNKS | BIT(PATH) | BIT(QUERY) | BIT(METHOD), BIT(AN_HOUR_OLD) },
    { "IoT", MOTO, IN_HEADERS, "iot", "POST", "/things/a-path-a", "x-id=1", "{\"attributePayload\":{\"attributes\":{\"a\":\"b\"}}}", NULL,
      "application/json", OF_CHUNKS | BIT(METHOD), BIT(AN_HOUR_OLD) },
    { "STS", MOTO, IN_HEADERS, "sts", "POST", "/", "", "Action=GetCallerIdentity&Version=2011-06-15", NULL,
      "application/x-www-form-urlencoded", OF_CHUNKS | BIT(PATH) | BIT(QUERY) | BIT(METHOD), BIT(AN_HOUR_OLD) },
};

static uint16_t ports[SERVERS];
static iotcred_credentials fetched[SERVERS];
static sigv4_credentials keys[SERVERS];
static uint8_t data[TOTAL];

static uint16_t port_of(const char *name)
{
    return (uint16_t)strtoul(needed(name), NULL, 10);
}

static iotcred_status fetch(server server, const char *role_alias)
{
    const char *pki = needed("LOCAL_AWS_PKI");
    iotcred_bytes certificate = read_file(pki, "device-p256.cert.pem"), key = read_file(pki, "device-p256.pkcs8.pem"), ca = read_file(pki, "server-ca.pem");
    iotcred_config config = {
        .endpoint = needed("IOTCRED_ENDPOINT"), .address = needed("IOTCRED_ADDRESS"), .port = port_of("IOTCRED_PORT"),
        .role_alias = needed(role_alias), .thing_name = needed("IOTCRED_THING_NAME"),
        .certificate = certificate, .private_key = key, .ca = ca, .timeout_ms = 60000,
    };
    iotcred_status status = iotcred_fetch(&config, &fetched[server], NULL);
    keys[server] = iotcred_credentials_view(&fetched[server]);
    free((void *)certificate.ptr);
    free((void *)key.ptr);
    free((void *)ca.ptr);
    return status;
}

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 31 + i / 251);
    ports[SEAWEEDFS] = port_of("LOCAL_AWS_S3_PLAIN_PORT");
    ports[MOTO] = port_of("LOCAL_AWS_MOTO_PLAIN_PORT");
    ports[S3S] = port_of("LOCAL_AWS_S3S_PORT");
    keys[S3S] = (sigv4_credentials){ str(needed("LOCAL_AWS_S3S_KEY_ID")), str(needed("LOCAL_AWS_S3S_SECRET")), { NULL, 0 } };
    return fetch(SEAWEEDFS, "IOTCRED_ROLE_ALIAS") != IOTCRED_OK || fetch(MOTO, "IOTCRED_DYNAMODB_ROLE_ALIAS") != IOTCRED_OK;
}

static int tear_down(void **state)
{
    (void)state;
    iotcred_credentials_wipe(&fetched[SEAWEEDFS]);
    iotcred_credentials_wipe(&fetched[MOTO]);
    return 0;
}

/* --- A request, and what is changed of it ---------------------------------------------------------------------- */

typedef struct {
    char bytes[ROOM];
    size_t len;
} message;

static void add(message *to, const void *bytes, size_t len)
{
    assert_true(len <= sizeof to->bytes - to->len - 1);
    memcpy(to->bytes + to->len, bytes, len);
    to->len += len;
    to->bytes[to->len] = '\0';
}

static void add_text(message *to, const char *text)
{
    add(to, text, strlen(text));
}

static void add_header(message *to, sigv4_header header)
{
    add(to, header.name.ptr, header.name.len);
    add(to, ": ", 2);
    add(to, header.value.ptr, header.value.len);
    add(to, "\r\n", 2);
}

/* Another letter or digit of its kind, so that what is changed stays well-formed. */
static void flip(char *byte)
{
    *byte = (char)(*byte == '0' || *byte == 'a' || *byte == 'A' ? *byte + 1 : *byte >= 'a' ? 'a' : *byte >= 'A' ? 'A' : '0');
}

/* Changes the head of a message, which is all of it so far. */
static void damage(message *to, form form, breakage what)
{
    const char *text = form == IN_URL ? breaks[what].in_url : breaks[what].in_headers;
    if (what == METHOD) /* PUT is GET, and the other way. */
        memcpy(to->bytes, to->bytes[0] == 'P' ? "GET" : "PUT", 3);
    if (text == NULL)
        return;
    char *at = strstr(to->bytes, text), *end;
    assert_non_null(at);
    if (what != NO_TOKEN) {
        flip(at + strlen(text) + breaks[what].further);
        return;
    }
    end = form == IN_URL ? strpbrk(at + 1, "& ") : strstr(at, "\r\n") + 2;
    memmove(at, end, strlen(end) + 1);
    to->len = strlen(to->bytes);
}

/* `text` with the name of the bucket or of the table for its "$". */
static const char *filled(server server, const char *text, char *room, size_t size)
{
    const char *mark = strchr(text, '$');
    if (mark == NULL)
        return text;
    snprintf(room, size, "%.*s%s%s", (int)(mark - text), text, needed(server == MOTO ? "IOTCRED_DYNAMODB_TABLE" : "IOTCRED_S3_BUCKET"), mark + 1);
    return room;
}

static void add_chunks(message *to, sigv4_chunks *chunks, breakage what)
{
    size_t used;
    for (size_t at = 0; at < TOTAL; at += CHUNK) {
        size_t piece = CHUNK < TOTAL - at ? CHUNK : TOTAL - at;
        assert_int_equal(sigv4_chunk_next(chunks, (iotcred_bytes){ data + at, piece }, to->bytes + to->len, sizeof to->bytes - to->len, &used), IOTCRED_OK);
        to->len += used;
        if (what == CHUNK_SIGNATURE && at > 0)
            flip(to->bytes + to->len - 3);
        add(to, data + at, piece);
        if ((what == FIRST_CHUNK && at == 0) || (what == LAST_CHUNK && piece < CHUNK))
            flip(to->bytes + to->len - piece / 2);
    }
    assert_int_equal(sigv4_chunk_end(chunks, (sigv4_str){ NULL, 0 }, to->bytes + to->len, sizeof to->bytes - to->len, &used), IOTCRED_OK);
    if (what == TRAILER)
        flip(strstr(to->bytes + to->len, "crc32:") + 6);
    to->len += used;
    if (what == TRAILER_SIGNATURE)
        flip(to->bytes + to->len - 5);
}

/* Makes the request for a target, with one thing broken. */
static void make(message *to, size_t target, breakage what)
{
    static char host[32], length[24], values[1024], path[256], body[256], url[16384];
    const server server = targets[target].server;
    const form form = targets[target].form;
    sigv4_credentials credentials = keys[server];
    sigv4_chunks chunks = { { 0 } };
    sigv4_header headers[8] = { { S("host"), str(host) }, { S("x-amz-meta-a"), S("a b c") } };
    sigv4_request request = {
        .method = str(targets[target].method), .path = str(filled(server, targets[target].path, path, sizeof path)), .query = str(targets[target].query),
        .headers = headers, .header_count = 2, .region = str(needed("AWS_REGION")), .service = str(targets[target].service),
    };
    sigv4_signed out = { .buffer = values, .buffer_size = sizeof values };
    sigv4_url signed_url = { .buffer = url, .buffer_size = sizeof url };
    sigv4_str content = str(filled(server, targets[target].body, body, sizeof body));
    uint64_t content_length = content.len;

    snprintf(host, sizeof host, "127.0.0.1:%u", (unsigned)ports[server]);
    headers[0].value = str(host);
    request.time = what == AN_HOUR_OLD ? (int64_t)time(NULL) - 3600 : 0;
    if (what == ANOTHER_SERVICE)
        request.service = str(request.service.len == 3 ? "sqs" : "iot");
    if (what == WRONG_SECRET)
        credentials.secret_access_key = S("wrong");
    request.payload.bytes = (iotcred_bytes){ (const uint8_t *)content.ptr, content.len };
    if (targets[target].content_type != NULL)
        headers[request.header_count++] = (sigv4_header){ S("content-type"), str(targets[target].content_type) };
    if (targets[target].target != NULL)
        headers[request.header_count++] = (sigv4_header){ S("x-amz-target"), str(targets[target].target) };
    /* A service's name decides the rules of the path and the hash in a header. That of S3 stays what it is for S3. */
    if (what == ANOTHER_SERVICE && server != MOTO)
        request.flags = IOTCRED_SIGN_PATH_AS_IT_IS | IOTCRED_SIGN_PATH_ENCODED_ONCE | (form == IN_HEADERS ? IOTCRED_SIGN_CONTENT_SHA256 : 0);
    if (form == IN_CHUNKS) {
        request.payload = (sigv4_payload){ IOTCRED_PAYLOAD_STREAMING_TRAILER, { NULL, 0 } };
        headers[request.header_count++] = (sigv4_header){ S("content-encoding"), S("aws-chunked") };
        headers[request.header_count++] = (sigv4_header){ S("x-amz-decoded-content-length"), S("20000") };
        headers[request.header_count++] = (sigv4_header){ S("x-amz-trailer"), S("x-amz-checksum-crc32") };
        assert_int_equal(sigv4_chunk_content_length(&request, CHUNK, 0, &content_length), IOTCRED_OK);
        assert_int_equal(sigv4_chunk_begin(&request, &credentials, &chunks, &out), IOTCRED_OK);
    } else if (form == IN_URL) {
        request.payload.kind = IOTCRED_PAYLOAD_UNSIGNED;
        assert_int_equal(sigv4_presign_url(&request, &credentials, 300, NULL, &signed_url), IOTCRED_OK);
    } else {
        assert_int_equal(sigv4_sign_request(&request, &credentials, NULL, &out), IOTCRED_OK);
    }

    to->len = 0;
    add(to, request.method.ptr, request.method.len);
    add_text(to, " ");
    if (form == IN_URL) {
        add(to, signed_url.target.ptr, signed_url.target.len);
    } else {
        add(to, request.path.ptr, request.path.len);
        add(to, "?", request.query.len > 0 ? 1 : 0);
        add(to, request.query.ptr, request.query.len);
    }
    snprintf(length, sizeof length, "%llu", (unsigned long long)content_length);
    add_text(to, " HTTP/1.1\r\nconnection: close\r\n");
    add_header(to, (sigv4_header){ S("content-length"), str(length) });
    for (size_t i = 0; i < request.header_count; i++)
        add_header(to, headers[i]);
    for (size_t i = 0; form != IN_URL && i < out.header_count; i++)
        add_header(to, out.headers[i]);
    add_text(to, "\r\n");
    damage(to, form, what);
    if (form == IN_CHUNKS)
        add_chunks(to, &chunks, what);
    else
        add(to, content.ptr, content.len);
    if (what == BODY)
        flip(to->bytes + to->len - 5);
    sigv4_chunk_wipe(&chunks);
}

/* Sends a message, and gives the status of the answer. */
static int status_of(const message *message, uint16_t port)
{
    struct sockaddr_in place = { .sin_family = AF_INET, .sin_port = htons(port) };
    char answer[16] = "";
    size_t have = 0;
    ssize_t count = 1;
    struct timeval patience = { .tv_sec = 60 };
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(connection, (struct sockaddr *)&place, sizeof place), 0);
    for (size_t at = 0; at < message->len && count > 0; at += (size_t)count)
        count = send(connection, message->bytes + at, message->len - at, MSG_NOSIGNAL);
    while (have < 12 && (count = recv(connection, answer + have, 12 - have, 0)) > 0)
        have += (size_t)count;
    close(connection);
    return have == 12 ? atoi(answer + 9) : 0;
}

/* --- The table ------------------------------------------------------------------------------------------------- */

/* A cell: what was answered. Returns whether it was refused. */
static bool try_cell(size_t target, breakage what, char *cell, size_t size)
{
    static message message;
    char row[96];
    make(&message, target, what);
    int status = status_of(&message, ports[targets[target].server]);
    bool refused = status >= 400;
    snprintf(row, sizeof row, "%s: %s", targets[target].column, breaks[what].name);
    snprintf(cell, size, "%s %d", refused ? "refused" : "taken", status);
    if (what == NOTHING)
        check_number(row, "HTTP status", 200, status);
    else if (targets[target].blind & BIT(what))
        check(status >= 200, row, "there is an answer");
    else
        /* To what stands behind the head SeaweedFS says 500, and of another service s3s and moto know nothing; none of it happens to what is not broken. */
        check(what >= BODY || what == SERVICE || what == ANOTHER_SERVICE ? refused : status == 400 || status == 401 || status == 403, row, "is refused");
    if (targets[target].blind & BIT(what) && !refused)
        snprintf(cell, size, "does not look");
    return refused;
}

static void each_broken_thing_is_refused(void **state)
{
    (void)state;
    print_message("%-28s", "broken");
    for (size_t target = 0; target < COUNT(targets); target++)
        print_message("| %-19s", targets[target].column);
    print_message("\n");
    for (breakage what = NOTHING; what < BREAKS; what++) {
        size_t refused = 0;
        print_message("%-28s", breaks[what].name);
        for (size_t target = 0; target < COUNT(targets); target++) {
            char cell[32] = "-";
            if (!(targets[target].lacks & BIT(what)))
                refused += try_cell(target, what, cell, sizeof cell);
            print_message("| %-19s", cell);
        }
        print_message("\n");
        check(what == NOTHING ? refused == 0 : refused > 0, breaks[what].name, "is refused by a server");
    }
    all_rows_passed();
}

int main(void)
{
    needed("LOCAL_AWS_S3_PLAIN_PORT");
    needed("LOCAL_AWS_MOTO_PLAIN_PORT");
    needed("LOCAL_AWS_S3S_PORT");
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_broken_thing_is_refused) };
    return cmocka_run_group_tests_name("one thing broken", tests, set_up, tear_down);
}
