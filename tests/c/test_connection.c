/* iotcred_connection against the local AWS, over a transport that counts: many requests, one handshake, and nothing left at the end. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static iotcred_bytes ca;
static iotcred_credentials credentials;
static iotcred_connection connection;
static uint8_t sent[100000], received[sizeof sent];

/* --- A device: sockets that count, and a clock that a test moves ------------------------------------------------ */

typedef struct {
    int wire, connects, closes;
    uint64_t jumped_ms;
} device;

static device first, second;

static int32_t wire_connect(void *context, const char *host, uint16_t port, uint32_t timeout_ms)
{
    (void)timeout_ms;
    device *self = context;
    self->connects++;
    self->wire = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons(port) };
    if (inet_pton(AF_INET, host, &peer.sin_addr) != 1 || connect(self->wire, (struct sockaddr *)&peer, sizeof peer) != 0)
        return IOTCRED_ERR_CONNECT;
    return 0;
}

static int32_t wire_send(void *context, const uint8_t *data, size_t len, uint32_t timeout_ms)
{
    (void)timeout_ms;
    ssize_t count = send(((device *)context)->wire, data, len, MSG_NOSIGNAL);
    return count > 0 ? (int32_t)count : -1;
}

static int32_t wire_recv(void *context, uint8_t *buffer, size_t size, uint32_t timeout_ms)
{
    struct pollfd ready = { .fd = ((device *)context)->wire, .events = POLLIN };
    if (poll(&ready, 1, (int)timeout_ms) == 0)
        return 0;
    ssize_t got = recv(ready.fd, buffer, size, 0);
    return got > 0 ? (int32_t)got : -1;
}

static void wire_close(void *context)
{
    device *self = context;
    self->closes++;
    if (self->wire >= 0)
        close(self->wire);
    self->wire = -1;
}

static int64_t device_time(void *context)
{
    (void)context;
    return (int64_t)time(NULL);
}

static uint64_t device_ms(void *context)
{
    return now_ms() + ((device *)context)->jumped_ms;
}

static iotcred_platform platform_of(device *self)
{
    return (iotcred_platform){
        .context = self, .connect = wire_connect, .send = wire_send, .recv = wire_recv, .close = wire_close,
        .unix_time = device_time, .monotonic_ms = device_ms,
    };
}

/* --- Requests --------------------------------------------------------------------------------------------------- */

static uint16_t port_of(const char *name)
{
    return (uint16_t)strtoul(needed(name), NULL, 10);
}

/* Sends over the connection, and checks the answer. A GET's body must be the first `len` bytes of `sent`. */
static void ask(const char *row, const char *method, size_t len, const iotcred_platform *platform, iotcred_status expected)
{
    char path[256];
    snprintf(path, sizeof path, "/%s/over-one-connection", needed("IOTCRED_S3_BUCKET"));
    iotcred_request request = {
        .endpoint = needed("IOTCRED_S3_ENDPOINT"), .address = needed("IOTCRED_S3_ADDRESS"), .port = port_of("IOTCRED_S3_PORT"),
        .region = needed("AWS_REGION"), .service = "s3", .method = method, .path = path, .ca = ca, .timeout_ms = 60000,
        .platform = platform,
    };
    if (strcmp(method, "PUT") == 0)
        request.payload.bytes = (iotcred_bytes){ sent, len };
    iotcred_response response = { .body = received, .body_size = sizeof received };
    iotcred_error error;
    sigv4_credentials keys = iotcred_credentials_view(&credentials);
    memset(&error, PATTERN, sizeof error);
    memset(received, PATTERN, sizeof received);
    iotcred_status status = iotcred_connection_send(&connection, &request, &keys, &response, &error);
    if (!check_status(row, expected, status))
        print_error("    %s: %.255s\n", method, error.message);
    check_error(row, &error, status);
    if (status == IOTCRED_OK && strcmp(method, "GET") == 0)
        check(response.body_len == len && memcmp(received, sent, len) == 0, row, "the body came back");
}

static void check_counts(const char *row, const device *self, int connects, int closes)
{
    check_number(row, "connections", connects, self->connects);
    check_number(row, "closed", closes, self->closes);
}

static void new_device(device *self)
{
    iotcred_connection_close(&connection);
    *self = (device){ .wire = -1 };
}

static void one_handshake_for_many_requests(void **state)
{
    (void)state;
    static const size_t lengths[] = { 0, 1, 5000, sizeof sent };
    const iotcred_platform platform = platform_of(&first);
    new_device(&first);
    for (size_t i = 0; i < COUNT(lengths); i++) {
        ask("in a row", "PUT", lengths[i], &platform, IOTCRED_OK);
        ask("in a row", "GET", lengths[i], &platform, IOTCRED_OK);
        ask("in a row", "HEAD", 0, &platform, IOTCRED_OK);
    }
    ask("in a row", "DELETE", 0, &platform, IOTCRED_OK);
    ask("what is not there", "GET", 0, &platform, IOTCRED_ERR_NOT_FOUND);
    ask("in a row", "PUT", 10, &platform, IOTCRED_OK);
    check_counts("in a row", &first, 1, 0);
    iotcred_connection_close(&connection);
    check_counts("closed", &first, 1, 1);
    check(all_bytes(&connection, 0, sizeof connection), "closed", "nothing is left");
    iotcred_connection_close(&connection);
    iotcred_connection_close(NULL);
    check_counts("closed again", &first, 1, 1);
    ask("opened again", "GET", 10, &platform, IOTCRED_OK);
    iotcred_connection_close(&connection);
    check_counts("opened again", &first, 2, 2);
    all_rows_passed();
}

static void a_dead_connection_is_replaced(void **state)
{
    (void)state;
    const iotcred_platform platform = platform_of(&first);
    new_device(&first);
    ask("first", "PUT", 3000, &platform, IOTCRED_OK);
    shutdown(first.wire, SHUT_RDWR);
    ask("the peer is gone", "GET", 3000, &platform, IOTCRED_OK);
    check_counts("the peer is gone", &first, 2, 1);
    shutdown(first.wire, SHUT_WR);
    ask("sending fails", "GET", 3000, &platform, IOTCRED_OK);
    check_counts("sending fails", &first, 3, 2);
    first.jumped_ms += 20001 + slack_ms();
    ask("idle for long", "GET", 3000, &platform, IOTCRED_OK);
    check_counts("idle for long", &first, 4, 3);
    iotcred_connection_close(&connection);
    check_counts("closed", &first, 4, 4);
    all_rows_passed();
}

static void each_platform_has_its_own(void **state)
{
    (void)state;
    const iotcred_platform one = platform_of(&first), other = platform_of(&second);
    new_device(&first);
    new_device(&second);
    ask("one", "PUT", 100, &one, IOTCRED_OK);
    ask("the other", "GET", 100, &other, IOTCRED_OK);
    check_counts("one", &first, 1, 1);
    check_counts("the other", &second, 1, 0);
    ask("the system's", "GET", 100, NULL, IOTCRED_OK);
    check_counts("the other", &second, 1, 1);
    ask("the system's, again", "GET", 100, NULL, IOTCRED_OK);
    iotcred_connection_close(&connection);
    all_rows_passed();
}

static void wrong_arguments(void **state)
{
    (void)state;
    const iotcred_request request = { 0 };
    iotcred_response response = { 0 };
    sigv4_credentials keys = iotcred_credentials_view(&credentials);
    check_status("connection", IOTCRED_ERR_NULL_ARGUMENT, iotcred_connection_send(NULL, &request, &keys, &response, NULL));
    check_status("request", IOTCRED_ERR_NULL_ARGUMENT, iotcred_connection_send(&connection, NULL, &keys, &response, NULL));
    check_status("credentials", IOTCRED_ERR_NULL_ARGUMENT, iotcred_connection_send(&connection, &request, NULL, &response, NULL));
    check_status("response", IOTCRED_ERR_NULL_ARGUMENT, iotcred_connection_send(&connection, &request, &keys, NULL, NULL));
    iotcred_connection_close(&connection);
    all_rows_passed();
}

/* A request can say the date: of its signature, and for the server's certificate. */
static void a_date_of_the_callers(void **state)
{
    (void)state;
    static const struct {
        int64_t off;
        iotcred_status status;
    } rows[] = {
        { 0, IOTCRED_OK },
        { 60, IOTCRED_OK },
        { -86400 / 2, IOTCRED_ERR_REFUSED }, /* S3: RequestTimeTooSkewed */
        { 60LL * 365 * 86400, IOTCRED_ERR_SERVER_EXPIRED },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char path[256];
        snprintf(path, sizeof path, "/%s/", needed("IOTCRED_S3_BUCKET"));
        const iotcred_request request = {
            .endpoint = needed("IOTCRED_S3_ENDPOINT"), .address = needed("IOTCRED_S3_ADDRESS"), .port = port_of("IOTCRED_S3_PORT"),
            .region = needed("AWS_REGION"), .service = "s3", .method = "GET", .path = path, .query = "max-keys=1", .ca = ca,
            .timeout_ms = 60000, .time = (int64_t)time(NULL) + rows[i].off,
        };
        iotcred_response response = { .body = received, .body_size = sizeof received };
        iotcred_error error;
        sigv4_credentials keys = iotcred_credentials_view(&credentials);
        if (!check_status("a date", rows[i].status, iotcred_send(&request, &keys, &response, &error)))
            print_error("    %lld: %.255s\n", (long long)rows[i].off, error.message);
    }
    all_rows_passed();
}

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sent; i++)
        sent[i] = (uint8_t)(i * 31 + i / 251);
    const char *pki = needed("LOCAL_AWS_PKI");
    iotcred_bytes certificate = read_file(pki, "device-p256.cert.pem"), key = read_file(pki, "device-p256.pkcs8.pem");
    const iotcred_config config = {
        .endpoint = needed("IOTCRED_ENDPOINT"), .address = needed("IOTCRED_ADDRESS"), .port = port_of("IOTCRED_PORT"),
        .role_alias = needed("IOTCRED_ROLE_ALIAS"), .thing_name = needed("IOTCRED_THING_NAME"),
        .certificate = certificate, .private_key = key, .ca = ca, .timeout_ms = 60000,
    };
    iotcred_error error;
    if (iotcred_fetch(&config, &credentials, &error) != IOTCRED_OK)
        print_error("fetching credentials: %s %s\n", iotcred_status_str(error.status), error.message);
    free((void *)certificate.ptr);
    free((void *)key.ptr);
    return error.status;
}

int main(void)
{
    needed("IOTCRED_S3_BUCKET");
    ca = read_file(needed("LOCAL_AWS_PKI"), "server-ca.pem");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_handshake_for_many_requests),
        cmocka_unit_test(a_dead_connection_is_replaced),
        cmocka_unit_test(each_platform_has_its_own),
        cmocka_unit_test(wrong_arguments),
        cmocka_unit_test(a_date_of_the_callers),
    };
    int failed = cmocka_run_group_tests_name("iotcred_connection against the local AWS", tests, set_up, NULL);
    iotcred_connection_close(&connection);
    iotcred_credentials_wipe(&credentials);
    free((void *)ca.ptr);
    return failed;
}
