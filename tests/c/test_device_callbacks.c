/* Every callback of a device missing, failing, or breaking its contract: a status that names it, within the deadline. Against the local AWS, with the client
 * size's archive. */
#define _POSIX_C_SOURCE 200809L
#include "device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GOOD "fault-connection-close"

enum { SHORT_MS = 600 };

static iotcred_credentials credentials;
static iotcred_error error;

/* --- iotcred_init ---------------------------------------------------------------------------------------------- */

static void nothing_goes_before_init(void **state)
{
    (void)state;
    device device = device_new();
    iotcred_platform platform = device_platform(&device);
    iotcred_config config = device_config(NULL, GOOD);
    config.platform = &platform;
    static iotcred_cache cache;
    uint32_t wait_ms;
    int64_t now;
    iotcred_request request = { .endpoint = "localhost", .region = "eu-west-1", .service = "s3", .method = "GET", .platform = &platform };
    const sigv4_credentials keys = { IOTCRED_STR("AKIDEXAMPLE"), IOTCRED_STR("secret"), IOTCRED_STR("") };
    iotcred_response response = { 0 };
    memset(&error, PATTERN, sizeof error);
    check_status("fetch", IOTCRED_ERR_NOT_INITIALISED, iotcred_fetch(&config, &credentials, &error));
    check_error("fetch", &error, IOTCRED_ERR_NOT_INITIALISED);
    check_status("cache_get", IOTCRED_ERR_NOT_INITIALISED, iotcred_cache_get(&cache, &config, &credentials, NULL, NULL));
    check_status("cache_next_wake", IOTCRED_ERR_NOT_INITIALISED, iotcred_cache_next_wake(&cache, &config, &wait_ms));
    check_status("cache_time", IOTCRED_ERR_NOT_INITIALISED, iotcred_cache_time(&cache, &config, &now));
    check_status("send", IOTCRED_ERR_NOT_INITIALISED, iotcred_send(&request, &keys, &response, NULL));
    check(device.connects == 0, "all", "nothing was connected");
    all_rows_passed();
}

static void ports_that_lack_something(void **state)
{
    (void)state;
    static uint8_t arena[IOTCRED_ARENA_MIN];
    const iotcred_port good = device_port();
    iotcred_port port = good;
    check_status("NULL", IOTCRED_ERR_NULL_ARGUMENT, iotcred_init(NULL));
    port.random = NULL;
    check_status("no random", IOTCRED_ERR_NOT_INITIALISED, iotcred_init(&port));
    port = good;
    port.allocate = NULL;
    check_status("no allocate", IOTCRED_ERR_NOT_INITIALISED, iotcred_init(&port));
    port = good;
    port.release = NULL;
    check_status("no release", IOTCRED_ERR_NOT_INITIALISED, iotcred_init(&port));
    port = good;
    port.arena = arena;
    port.arena_size = sizeof arena;
    check_status("arena and allocate", IOTCRED_ERR_NOT_INITIALISED, iotcred_init(&port));
    port.allocate = NULL;
    port.release = NULL;
    check_status("an arena", IOTCRED_OK, iotcred_init(&port));
    port.arena_size--;
    check_status("an arena that is too small", IOTCRED_ERR_MEMORY, iotcred_init(&port));
    port = good;
    port.panic = NULL;
    check_status("no panic hook", IOTCRED_OK, iotcred_init(&port));
    check_status("all", IOTCRED_OK, iotcred_init(&good));
    all_rows_passed();
}

/* --- The platform ---------------------------------------------------------------------------------------------- */

/* Fetches with the everyday device and `platform`, and checks what every outcome promises. */
static iotcred_status fetch_with(const char *row, const iotcred_platform *platform, uint32_t timeout_ms)
{
    iotcred_config config = device_config("TLS13", GOOD);
    config.platform = platform;
    config.timeout_ms = timeout_ms > 0 ? timeout_ms : config.timeout_ms;
    memset(&credentials, PATTERN, sizeof credentials);
    memset(&error, PATTERN, sizeof error);
    const uint64_t start = now_ms();
    const iotcred_status status = iotcred_fetch(&config, &credentials, &error);
    check(now_ms() - start <= config.timeout_ms + slack_ms(), row, "returns within the deadline");
    check_error(row, &error, status);
    if (status != IOTCRED_OK)
        check(all_bytes(&credentials, PATTERN, sizeof credentials), row, "the credentials are untouched");
    check_number(row, "bytes that were not released", 0, (long long)device_allocated());
    free((void *)config.certificate.ptr);
    free((void *)config.private_key.ptr);
    free((void *)config.ca.ptr);
    return status;
}

static void expect(const char *row, const iotcred_platform *platform, uint32_t timeout_ms, iotcred_status expected, const char *named)
{
    const iotcred_status status = fetch_with(row, platform, timeout_ms);
    if (!check_status(row, expected, status) || (named != NULL && !check(strstr(error.message, named) != NULL, row, named)))
        print_error("    message: %s\n", error.message);
    const device *device = platform != NULL ? platform->context : NULL;
    if (device != NULL)
        check(device->closes == device->connects, row, "what was connected is closed");
}

static void callbacks_that_are_missing(void **state)
{
    (void)state;
    device device = device_new();
    const iotcred_platform good = device_platform(&device);
    static const char *const names[] = { "connect", "send", "recv", "close", "unix_time", "monotonic_ms" };
    for (size_t i = 0; i < COUNT(names); i++) {
        char named[32];
        iotcred_platform platform = good;
        memset((uint8_t *)&platform + offsetof(iotcred_platform, connect) + i * sizeof platform.connect, 0, sizeof platform.connect);
        snprintf(named, sizeof named, "`%s` is NULL", names[i]);
        expect(names[i], &platform, 0, IOTCRED_ERR_PLATFORM, named);
    }
    const iotcred_platform none = { 0 };
    expect("all", &none, 0, IOTCRED_ERR_PLATFORM, "is NULL");
    expect("platform", NULL, 0, IOTCRED_ERR_PLATFORM, "is NULL");
    check(device.connects == 0, "all", "nothing was connected");
    expect("none", &good, 0, IOTCRED_OK, NULL);
    all_rows_passed();
}

/* What the bad ones return; ONE: a single byte is moved, TOO_MANY: one more than was asked for is claimed. */
enum { ONE = 0x42000000, TOO_MANY };
static int32_t returned;

static int32_t bad_connect(void *context, const char *host, uint16_t port, uint32_t timeout_ms)
{
    return returned == 0 ? device_connect(context, host, port, timeout_ms) : (((device *)context)->connects++, returned);
}

static void wait_ms(uint32_t ms)
{
    nanosleep(&(struct timespec){ ms / 1000, (long)(ms % 1000) * 1000000 }, NULL);
}

static int32_t bad_send(void *context, const uint8_t *data, size_t len, uint32_t timeout_ms)
{
    if (returned == ONE)
        return device_send(context, data, 1, timeout_ms);
    if (returned == 0)
        wait_ms(timeout_ms);
    return returned == TOO_MANY ? (int32_t)len + 1 : returned;
}

static int32_t bad_recv(void *context, uint8_t *buffer, size_t size, uint32_t timeout_ms)
{
    if (returned == ONE)
        return device_recv(context, buffer, 1, timeout_ms);
    if (returned == 0)
        wait_ms(timeout_ms);
    return returned == TOO_MANY ? (int32_t)size + 1 : returned;
}

static int32_t bad_recv_at_once(void *context, uint8_t *buffer, size_t size, uint32_t timeout_ms)
{
    (void)context, (void)buffer, (void)size, (void)timeout_ms;
    return 0;
}

static int32_t bad_send_at_once(void *context, const uint8_t *data, size_t len, uint32_t timeout_ms)
{
    (void)context, (void)data, (void)len, (void)timeout_ms;
    return 0;
}

static uint64_t frozen_ms(void *context)
{
    (void)context;
    return 12345;
}

static uint64_t backwards_ms(void *context)
{
    (void)context;
    static uint64_t now = UINT64_MAX;
    return now -= 10;
}

static int64_t date;

static int64_t set_time(void *context)
{
    (void)context;
    return date;
}

static void callbacks_that_fail(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        int32_t returned;
        bool connects, sends, receives;
        uint32_t timeout_ms;
        iotcred_status status;
        const char *named;
    } rows[] = {
        { "connect: -5", -5, true, false, false, 0, IOTCRED_ERR_CONNECT, "`connect` returned -5" },
        { "connect: 1", 1, true, false, false, 0, IOTCRED_ERR_CONNECT, "`connect` returned 1" },
        { "connect: no DNS", IOTCRED_ERR_DNS, true, false, false, 0, IOTCRED_ERR_DNS, "`connect`" },
        { "connect: too late", IOTCRED_ERR_DEADLINE, true, false, false, 0, IOTCRED_ERR_DEADLINE, "`connect`" },
        { "connect: no route", IOTCRED_ERR_NO_ROUTE, true, false, false, 0, IOTCRED_ERR_NO_ROUTE, "`connect`" },
        { "connect: refused", IOTCRED_ERR_CONNECTION_REFUSED, true, false, false, 0, IOTCRED_ERR_CONNECTION_REFUSED, "`connect`" },
        { "connect: the smallest number", INT32_MIN, true, false, false, 0, IOTCRED_ERR_CONNECT, "`connect`" },
        { "send: -9", -9, false, true, false, 0, IOTCRED_ERR_CONNECTION_LOST, "`send` returned -9" },
        { "send: reset", -IOTCRED_ERR_CONNECTION_RESET, false, true, false, 0, IOTCRED_ERR_CONNECTION_RESET, "`send`" },
        { "send: nothing", 0, false, true, false, SHORT_MS, IOTCRED_ERR_DEADLINE, "`send` returned 0" },
        { "send: more than was asked", TOO_MANY, false, true, false, 0, IOTCRED_ERR_PLATFORM, "`send`" },
        { "send: one byte at a time", ONE, false, true, false, 0, IOTCRED_OK, NULL },
        { "recv: -9", -9, false, false, true, 0, IOTCRED_ERR_CONNECTION_LOST, "`recv` returned -9" },
        { "recv: nothing", 0, false, false, true, SHORT_MS, IOTCRED_ERR_DEADLINE, "`recv` returned 0" },
        { "recv: more than was asked", TOO_MANY, false, false, true, 0, IOTCRED_ERR_PLATFORM, "`recv`" },
        { "recv: the greatest number", INT32_MAX, false, false, true, 0, IOTCRED_ERR_PLATFORM, "`recv`" },
        { "recv: one byte at a time", ONE, false, false, true, 0, IOTCRED_OK, NULL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        device device = device_new();
        iotcred_platform platform = device_platform(&device);
        returned = rows[i].returned;
        platform.connect = rows[i].connects ? bad_connect : platform.connect;
        platform.send = rows[i].sends ? bad_send : platform.send;
        platform.recv = rows[i].receives ? bad_recv : platform.recv;
        expect(rows[i].row, &platform, rows[i].timeout_ms, rows[i].status, rows[i].named);
    }
    all_rows_passed();
}

/* A callback that returns at once and never moves anything ends with the deadline, or where the clock stands still with a status of its own. */
static void callbacks_that_never_do_anything(void **state)
{
    (void)state;
    for (int stands_still = 0; stands_still <= 1; stands_still++)
        for (int sends = 0; sends <= 1; sends++) {
            device device = device_new();
            iotcred_platform platform = device_platform(&device);
            platform.monotonic_ms = stands_still ? frozen_ms : platform.monotonic_ms;
            platform.send = sends ? bad_send_at_once : platform.send;
            platform.recv = sends ? platform.recv : bad_recv_at_once;
            expect(sends ? "send" : "recv", &platform, SHORT_MS, stands_still ? IOTCRED_ERR_CLOCK_STOPPED : IOTCRED_ERR_DEADLINE, sends ? "`send`" : "`recv`");
        }
    all_rows_passed();
}

static void clocks_that_are_wrong(void **state)
{
    (void)state;
    device device = device_new();
    iotcred_platform platform = device_platform(&device);
    platform.unix_time = set_time;
    date = 0;
    expect("no date", &platform, 0, IOTCRED_ERR_TIME_REQUIRED, NULL);
    date = -1;
    expect("before 1970", &platform, 0, IOTCRED_ERR_CLOCK_UNSET, NULL);
    date = INT64_MIN;
    expect("the smallest number", &platform, 0, IOTCRED_ERR_CLOCK_UNSET, NULL);
    date = INT64_MAX;
    expect("the greatest number", &platform, 0, IOTCRED_ERR_SERVER_EXPIRED, NULL);
    platform = device_platform(&device);
    platform.monotonic_ms = backwards_ms;
    const iotcred_status status = fetch_with("backwards", &platform, 0);
    check(status == IOTCRED_OK || status == IOTCRED_ERR_DEADLINE, "backwards", iotcred_status_str(status));
    all_rows_passed();
}

/* --- A transport that fails at every call in turn --------------------------------------------------------------- */

static int calls, fail_at;

static bool fails_now(void)
{
    return ++calls == fail_at;
}

static int32_t connect_until(void *context, const char *host, uint16_t port, uint32_t timeout_ms)
{
    return fails_now() ? (((device *)context)->connects++, -1) : device_connect(context, host, port, timeout_ms);
}

static int32_t send_until(void *context, const uint8_t *data, size_t len, uint32_t timeout_ms)
{
    return fails_now() ? -1 : device_send(context, data, len, timeout_ms);
}

static int32_t recv_until(void *context, uint8_t *buffer, size_t size, uint32_t timeout_ms)
{
    return fails_now() ? -1 : device_recv(context, buffer, size < 700 ? size : 700, timeout_ms);
}

static void a_transport_that_fails_at_every_call(void **state)
{
    (void)state;
    iotcred_status status = IOTCRED_ERR_INTERNAL;
    int failures_seen = 0;
    for (fail_at = 1; fail_at < 100 && !(status == IOTCRED_OK && calls < fail_at); fail_at++) {
        char row[32];
        device device = device_new();
        iotcred_platform platform = device_platform(&device);
        platform.connect = connect_until;
        platform.send = send_until;
        platform.recv = recv_until;
        calls = 0;
        snprintf(row, sizeof row, "call %d", fail_at);
        status = fetch_with(row, &platform, 0);
        if (!check(status == IOTCRED_OK || status == IOTCRED_ERR_CONNECT || status == IOTCRED_ERR_CONNECTION_LOST, row, iotcred_status_str(status)))
            print_error("    message: %s\n", error.message);
        check(device.closes == device.connects, row, "what was connected is closed");
        failures_seen += status != IOTCRED_OK;
    }
    check(status == IOTCRED_OK && failures_seen >= 6, "all", "it fails until it does not");
    all_rows_passed();
}

/* --- The log --------------------------------------------------------------------------------------------------- */

static char log_text[16384];

static void take_line(void *context, const char *line)
{
    (void)context;
    check(strlen(line) < 160 && strchr(line, '\n') == NULL, line, "a line is a line");
    if (strlen(log_text) + strlen(line) + 2 < sizeof log_text)
        strcat(strcat(log_text, line), "\n");
}

static void the_log_says_what_happens_and_no_secret(void **state)
{
    (void)state;
    device device = device_new();
    iotcred_platform platform = device_platform(&device);
    platform.log = take_line;
    expect("good", &platform, 0, IOTCRED_OK, NULL);
    static const char *const wanted[] = { "connect to 127.0.0.1 port ", "connected\n", "sent: ", "received: ", "closed\n", "done\n" };
    for (size_t i = 0; i < COUNT(wanted); i++)
        check(strstr(log_text, wanted[i]) != NULL, "good", wanted[i]);
    static const char *const secrets[] = { "wJalr", "IQoJb3JpZ2lu", "PRIVATE KEY", "ASIAIOSFODNN7EXAMPLE" };
    for (size_t i = 0; i < COUNT(secrets); i++)
        check(strstr(log_text, secrets[i]) == NULL, "good", secrets[i]);
    log_text[0] = '\0';
    returned = -7;
    platform.connect = bad_connect;
    expect("bad", &platform, 0, IOTCRED_ERR_CONNECT, "`connect`");
    check(strstr(log_text, "not connected (3003)\n") != NULL && strstr(log_text, "failed (3003): ") != NULL, "bad", log_text);
    all_rows_passed();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_goes_before_init),
        cmocka_unit_test(ports_that_lack_something),
        cmocka_unit_test(callbacks_that_are_missing),
        cmocka_unit_test(callbacks_that_fail),
        cmocka_unit_test(callbacks_that_never_do_anything),
        cmocka_unit_test(clocks_that_are_wrong),
        cmocka_unit_test(a_transport_that_fails_at_every_call),
        cmocka_unit_test(the_log_says_what_happens_and_no_secret),
    };
    needed("LOCAL_AWS_PKI");
    return cmocka_run_group_tests_name("the callbacks of a device", tests, NULL, NULL);
}
