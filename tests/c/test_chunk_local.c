/* sigv4_chunk_* and iotcred_send's chunks against the local S3, which verifies the signature of every chunk. What the C code signs goes over a plain
 * socket of its own here, so that a byte can be changed on the way. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define S(text) IOTCRED_STR(text)

enum { TOTAL = 20000, CHUNK = 8192, ROOM = TOTAL + 16384 };

static iotcred_bytes ca;
static iotcred_credentials credentials;
static uint8_t data[TOTAL], received[TOTAL];

static uint16_t port_of(const char *name)
{
    return (uint16_t)strtoul(needed(name), NULL, 10);
}

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 31 + i / 251);
    const char *pki = needed("LOCAL_AWS_PKI");
    iotcred_bytes certificate = read_file(pki, "device-p256.cert.pem"), key = read_file(pki, "device-p256.pkcs8.pem");
    iotcred_config config = {
        .endpoint = needed("IOTCRED_ENDPOINT"), .address = needed("IOTCRED_ADDRESS"), .port = port_of("IOTCRED_PORT"),
        .role_alias = needed("IOTCRED_ROLE_ALIAS"), .thing_name = needed("IOTCRED_THING_NAME"),
        .certificate = certificate, .private_key = key, .ca = ca, .timeout_ms = 60000,
    };
    iotcred_status status = iotcred_fetch(&config, &credentials, NULL);
    free((void *)certificate.ptr);
    free((void *)key.ptr);
    return status;
}

static int tear_down(void **state)
{
    (void)state;
    iotcred_credentials_wipe(&credentials);
    return 0;
}

/* --- Over a socket of its own ---------------------------------------------------------------------------------- */

/* What is changed after it was signed. */
typedef enum { NOTHING, SEED, FIRST_CHUNK, SECOND_CHUNK, LAST_CHUNK, CHUNK_SIGNATURE, END_SIGNATURE } change;

/* Text and data that are put together. */
typedef struct {
    char bytes[ROOM];
    size_t len;
} message;

static void add(message *to, const void *bytes, size_t len)
{
    assert_true(len <= sizeof to->bytes - to->len);
    memcpy(to->bytes + to->len, bytes, len);
    to->len += len;
}

static void add_header(message *to, sigv4_header header)
{
    add(to, header.name.ptr, header.name.len);
    add(to, ": ", 2);
    add(to, header.value.ptr, header.value.len);
    add(to, "\r\n", 2);
}

/* Turns a character of a signature into another hexadecimal digit, or a byte into another. */
static void flip(char *byte)
{
    *byte = *byte == '0' ? '1' : '0';
}

/* Makes the whole request, head and body. */
static void make(message *to, int32_t kind, const char *path, change what)
{
    static char host[64], length[24], values[1024];
    sigv4_chunks chunks = { { 0 } };
    sigv4_header headers[5] = {
        { S("host"), str(host) },
        { S("content-encoding"), S("aws-chunked") },
        { S("x-amz-decoded-content-length"), S("20000") },
        { S("content-length"), { NULL, 0 } },
        { S("x-amz-trailer"), S("x-amz-checksum-crc32") },
    };
    sigv4_request request = {
        .method = S("PUT"), .path = str(path), .headers = headers, .header_count = kind == IOTCRED_PAYLOAD_STREAMING ? 4 : 5,
        .payload = { kind, { NULL, 0 } }, .region = str(needed("AWS_REGION")), .service = S("s3"),
    };
    sigv4_signed out = { .buffer = values, .buffer_size = sizeof values };
    sigv4_credentials keys = iotcred_credentials_view(&credentials);
    uint64_t content_length = 0;
    size_t used, start;
    snprintf(host, sizeof host, "127.0.0.1:%s", needed("LOCAL_AWS_S3_PLAIN_PORT"));
    headers[0].value = str(host);
    assert_int_equal(sigv4_chunk_content_length(&request, CHUNK, 0, &content_length), IOTCRED_OK);
    snprintf(length, sizeof length, "%llu", (unsigned long long)content_length);
    headers[3].value = str(length);
    assert_int_equal(sigv4_chunk_begin(&request, &keys, &chunks, &out), IOTCRED_OK);

    to->len = 0;
    add(to, "PUT ", 4);
    add(to, path, strlen(path));
    add(to, " HTTP/1.1\r\nconnection: close\r\n", 30);
    for (size_t i = 0; i < request.header_count; i++)
        add_header(to, headers[i]);
    for (size_t i = 0; i < out.header_count; i++)
        add_header(to, out.headers[i]);
    if (what == SEED)
        flip(to->bytes + to->len - 3);
    add(to, "\r\n", 2);
    start = to->len;
    for (size_t at = 0; at < TOTAL; at += CHUNK) {
        size_t piece = CHUNK < TOTAL - at ? CHUNK : TOTAL - at;
        change this_chunk = at == 0 ? FIRST_CHUNK : piece == CHUNK ? SECOND_CHUNK : LAST_CHUNK;
        assert_int_equal(sigv4_chunk_next(&chunks, (iotcred_bytes){ data + at, piece }, to->bytes + to->len, sizeof to->bytes - to->len, &used), IOTCRED_OK);
        assert_true(used <= IOTCRED_CHUNK_HEAD_MAX);
        to->len += used;
        if (what == CHUNK_SIGNATURE && at == 0)
            flip(to->bytes + to->len - 3);
        add(to, data + at, piece);
        if (what == this_chunk)
            flip(to->bytes + to->len - piece / 2);
    }
    assert_int_equal(sigv4_chunk_end(&chunks, (sigv4_str){ NULL, 0 }, to->bytes + to->len, sizeof to->bytes - to->len, &used), IOTCRED_OK);
    to->len += used;
    if (what == END_SIGNATURE)
        flip(to->bytes + to->len - 5);
    assert_int_equal(to->len - start, content_length);
    sigv4_chunk_wipe(&chunks);
}

/* Sends a message and returns the status of the answer. */
static int status_of(const message *message)
{
    struct sockaddr_in place = { .sin_family = AF_INET, .sin_port = htons(port_of("LOCAL_AWS_S3_PLAIN_PORT")) };
    char answer[16] = "";
    size_t have = 0;
    ssize_t count = 1;
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(connection, (struct sockaddr *)&place, sizeof place), 0);
    for (size_t at = 0; at < message->len && count > 0; at += (size_t)count)
        count = send(connection, message->bytes + at, message->len - at, MSG_NOSIGNAL);
    while (have < 12 && (count = recv(connection, answer + have, 12 - have, 0)) > 0)
        have += (size_t)count;
    close(connection);
    return have == 12 ? atoi(answer + 9) : 0;
}

static iotcred_status get(const char *path)
{
    iotcred_request request = {
        .endpoint = needed("IOTCRED_S3_ENDPOINT"), .address = needed("IOTCRED_S3_ADDRESS"), .port = port_of("IOTCRED_S3_PORT"),
        .region = needed("AWS_REGION"), .service = "s3", .method = "GET", .path = path, .ca = ca, .timeout_ms = 60000,
    };
    iotcred_response response = { .body = received, .body_size = sizeof received };
    sigv4_credentials keys = iotcred_credentials_view(&credentials);
    memset(received, PATTERN, sizeof received);
    return iotcred_send(&request, &keys, &response, NULL);
}

static const int32_t kinds[] = { IOTCRED_PAYLOAD_STREAMING, IOTCRED_PAYLOAD_STREAMING_TRAILER, IOTCRED_PAYLOAD_STREAMING_UNSIGNED_TRAILER };

static void every_kind_of_upload_is_taken(void **state)
{
    (void)state;
    static message message;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        char path[256];
        snprintf(path, sizeof path, "/%s/chunks-%d", needed("IOTCRED_S3_BUCKET"), (int)kinds[i]);
        make(&message, kinds[i], path, NOTHING);
        check_number(path, "HTTP status", 200, status_of(&message));
        check_status(path, IOTCRED_OK, get(path));
        check(memcmp(data, received, TOTAL) == 0, path, "came back identical");
    }
    all_rows_passed();
}

static void what_is_changed_on_the_way_is_refused(void **state)
{
    (void)state;
    static message message;
    static const struct {
        const char *row;
        int32_t kind;
        change what;
    } rows[] = {
        { "seed", IOTCRED_PAYLOAD_STREAMING, SEED },
        { "first-chunk", IOTCRED_PAYLOAD_STREAMING, FIRST_CHUNK },
        { "second-chunk", IOTCRED_PAYLOAD_STREAMING, SECOND_CHUNK },
        { "last-chunk", IOTCRED_PAYLOAD_STREAMING, LAST_CHUNK },
        { "chunk-signature", IOTCRED_PAYLOAD_STREAMING, CHUNK_SIGNATURE },
        { "end-signature", IOTCRED_PAYLOAD_STREAMING, END_SIGNATURE },
        { "trailer-chunk", IOTCRED_PAYLOAD_STREAMING_TRAILER, SECOND_CHUNK },
        { "checksum", IOTCRED_PAYLOAD_STREAMING_UNSIGNED_TRAILER, SECOND_CHUNK },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char path[256];
        snprintf(path, sizeof path, "/%s/%s", needed("IOTCRED_S3_BUCKET"), rows[i].row);
        make(&message, rows[i].kind, path, rows[i].what);
        /* SeaweedFS says 403 of the head and 500 of a chunk; either way there is no object. */
        int status = status_of(&message);
        if (!check(status == 403 || (rows[i].what != SEED && status >= 400), rows[i].row, "is refused"))
            print_error("    HTTP %d\n", status);
        check_status(rows[i].row, IOTCRED_ERR_NOT_FOUND, get(path));
    }
    all_rows_passed();
}

/* --- By iotcred_send ------------------------------------------------------------------------------------------- */

typedef struct {
    size_t given, piece;
} source;

static int32_t read_body(void *context, uint8_t *buffer, size_t size)
{
    source *self = context;
    size_t len = self->piece < size ? self->piece : size;
    memcpy(buffer, data + self->given, len);
    self->given += len;
    return (int32_t)len;
}

static void send_takes_every_kind(void **state)
{
    (void)state;
    static const char *const checksums[] = { "x-amz-checksum-crc32", "x-amz-checksum-crc32c", "x-amz-checksum-crc64nvme" };
    static const size_t lengths[] = { 1, CHUNK - 1, CHUNK, CHUNK + 1, TOTAL };
    sigv4_credentials keys = iotcred_credentials_view(&credentials);
    for (size_t i = 0; i < COUNT(kinds) * COUNT(checksums) * COUNT(lengths); i++) {
        size_t length = lengths[i / (COUNT(kinds) * COUNT(checksums))];
        int32_t kind = kinds[i / COUNT(checksums) % COUNT(kinds)];
        sigv4_header headers[] = { { S("x-amz-trailer"), str(checksums[i % COUNT(checksums)]) } };
        source up = { 0, 1000 };
        char path[256];
        snprintf(path, sizeof path, "/%s/send-%u", needed("IOTCRED_S3_BUCKET"), (unsigned)i);
        iotcred_request request = {
            .endpoint = needed("IOTCRED_S3_ENDPOINT"), .address = needed("IOTCRED_S3_ADDRESS"), .port = port_of("IOTCRED_S3_PORT"),
            .region = needed("AWS_REGION"), .service = "s3", .method = "PUT", .path = path, .ca = ca, .timeout_ms = 60000,
            .headers = headers, .header_count = kind == IOTCRED_PAYLOAD_STREAMING ? 0 : 1, .payload = { kind, { NULL, 0 } },
            .read_body = read_body, .body_length = length, .context = &up,
        };
        iotcred_response response = { 0 };
        iotcred_error error;
        if (!check_status(path, IOTCRED_OK, iotcred_send(&request, &keys, &response, &error)))
            print_error("    HTTP %u, kind %d, %zu bytes: %.255s\n", error.http_status, (int)kind, length, error.message);
        check_status(path, IOTCRED_OK, get(path));
        check(memcmp(data, received, length) == 0 && up.given == length, path, "came back identical");
    }
    all_rows_passed();
}

int main(void)
{
    ca = read_file(needed("LOCAL_AWS_PKI"), "server-ca.pem");
    needed("LOCAL_AWS_S3_PLAIN_PORT");
    needed("IOTCRED_S3_BUCKET");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_upload_is_taken),
        cmocka_unit_test(what_is_changed_on_the_way_is_refused),
        cmocka_unit_test(send_takes_every_kind),
    };
    int failed = cmocka_run_group_tests_name("chunks at S3", tests, set_up, tear_down);
    free((void *)ca.ptr);
    return failed;
}
