/* A fetch whose whole heap is in an arena, of every size: always a status, never the panic hook. Against the local AWS, with the client size's archive. */
#include "device.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A good answer with its length, as AWS gives it. */
#define GOOD "fault-connection-close"

enum { STEP = 64, GUARD = 64, SURE = 8 /* sizes in a row that are enough */ };

static uint8_t memory[IOTCRED_ARENA_SIZE + 2 * GUARD];
static iotcred_credentials credentials;
static iotcred_error error;

/* An arena of `size` bytes, at an odd address where `size` is odd. */
static iotcred_status begin(size_t size)
{
    iotcred_port port = device_port();
    port.allocate = NULL;
    port.release = NULL;
    port.arena = memory + GUARD;
    port.arena_size = size;
    memset(memory, PATTERN, sizeof memory);
    return iotcred_init(&port);
}

static bool contains(const char *secret)
{
    const size_t len = strlen(secret);
    for (size_t i = 0; i + len <= sizeof memory; i++)
        if (memcmp(memory + i, secret, len) == 0)
            return true;
    return false;
}

/* Fetches, and checks what holds whatever comes out. */
static iotcred_status fetch(const char *row, iotcred_config config, size_t size)
{
    device device = device_new();
    iotcred_platform platform = device_platform(&device);
    config.platform = &platform;
    memset(&credentials, PATTERN, sizeof credentials);
    memset(&error, PATTERN, sizeof error);
    const iotcred_status status = iotcred_fetch(&config, &credentials, &error);
    check_error(row, &error, status);
    if (!check(status == IOTCRED_OK || status == IOTCRED_ERR_MEMORY, row, iotcred_status_str(status)))
        print_error("    message: %s\n", error.message);
    check(device.connects == device.closes, row, "what was connected is closed");
    check(all_bytes(memory, PATTERN, GUARD) && all_bytes(memory + GUARD + size, PATTERN, sizeof memory - GUARD - size), row, "nothing outside of the arena");
    check(!contains("wJalrXUtnFEMI") && !contains("IQoJb3JpZ2luX2Vj"), row, "no secret is left in the arena");
    if (status != IOTCRED_OK)
        check(all_bytes(&credentials, PATTERN, sizeof credentials), row, "the credentials are untouched");
    return status;
}

/* Fetches with arenas of every size until SURE in a row were enough, and returns the first of these. */
static size_t smallest_that_is_enough(const char *row, const iotcred_config *config)
{
    size_t enough = 0, in_a_row = 0, lacking = 0;
    for (size_t size = 0; size <= IOTCRED_ARENA_SIZE && in_a_row < SURE; size += STEP) {
        char name[128];
        snprintf(name, sizeof name, "%s, %zu bytes", row, size);
        iotcred_status status = begin(size);
        check_status(name, size < IOTCRED_ARENA_MIN ? IOTCRED_ERR_MEMORY : IOTCRED_OK, status);
        if (status != IOTCRED_OK)
            continue;
        status = fetch(name, *config, size);
        lacking += status == IOTCRED_ERR_MEMORY;
        in_a_row = status == IOTCRED_OK ? in_a_row + 1 : 0;
        enough = in_a_row == 1 ? size : enough;
    }
    check(lacking > 20, row, "most arenas were too small");
    check(in_a_row == SURE, row, "IOTCRED_ARENA_SIZE is enough");
    print_message("%s: an arena of %zu bytes is enough\n", row, enough);
    return enough;
}

static void an_arena_of_every_size(void **state)
{
    (void)state;
    struct {
        const char *row;
        iotcred_config config;
    } rows[] = {
        { "P-256, TLS 1.2", device_config("TLS12", GOOD) },
        { "P-256, TLS 1.3", device_config("TLS13", GOOD) },
        { "RSA-2048, TLS 1.2", device_config_rsa("TLS12", GOOD) },
        { "RSA-2048, TLS 1.2, RSA server", device_config_rsa("TLS12_RSA", GOOD) },
        { "RSA-2048, TLS 1.3, chain of 5 KB", device_config_rsa("LONG_CHAIN", GOOD) },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        smallest_that_is_enough(rows[i].row, &rows[i].config);
    all_rows_passed();
}

/* Who adds each time what the message says is lacking comes to an end, and soon. */
static void the_message_says_how_many_bytes_are_lacking(void **state)
{
    (void)state;
    const iotcred_config config = device_config_rsa("LONG_CHAIN", GOOD);
    size_t size = IOTCRED_ARENA_MIN;
    int tries = 0;
    while (tries++ < 30 && size <= IOTCRED_ARENA_SIZE) {
        size_t lacking = 0;
        assert_int_equal(begin(size), IOTCRED_OK);
        if (fetch("lacking", config, size) == IOTCRED_OK)
            break;
        assert_int_equal(sscanf(error.message, "the arena lacks %zu bytes for ", &lacking), 1);
        assert_true(lacking > 0);
        size += lacking;
    }
    print_message("%d tries, %zu bytes\n", tries, size);
    assert_true(tries < 30 && size <= IOTCRED_ARENA_SIZE);
    all_rows_passed();
}

static void nothing_is_left_behind(void **state)
{
    (void)state;
    const iotcred_config config = device_config("TLS13", GOOD);
    const size_t size = smallest_that_is_enough("again and again", &config);
    assert_int_equal(begin(size + 1), IOTCRED_OK);
    for (int i = 0; i < 10; i++)
        check_status("again", IOTCRED_OK, fetch("again", config, size + 1));
    all_rows_passed();
}

/* Errors of all kinds while memory is scarce. */
static void other_failures_are_statuses_too(void **state)
{
    (void)state;
    static const struct {
        const char *listener, *role_alias;
        iotcred_status status;
    } rows[] = {
        { "UNTRUSTED", GOOD, IOTCRED_ERR_SERVER_UNTRUSTED }, { "EXPIRED", GOOD, IOTCRED_ERR_SERVER_EXPIRED },
        { NULL, "fault-access-denied", IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN }, { NULL, "fault-error-long-message", IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN },
        { NULL, "fault-headers-4", IOTCRED_OK }, { NULL, "fault-chunked", IOTCRED_OK },
        { "ALERT", GOOD, IOTCRED_ERR_TLS_NO_COMMON }, { NULL, "fault-cut-body", IOTCRED_ERR_CONNECTION_LOST },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        iotcred_config config = device_config(rows[i].listener, rows[i].role_alias);
        iotcred_status status = IOTCRED_OK;
        for (size_t size = IOTCRED_ARENA_MIN; size <= IOTCRED_ARENA_SIZE; size += 32 * STEP) {
            device device = device_new();
            iotcred_platform platform = device_platform(&device);
            config.platform = &platform;
            assert_int_equal(begin(size), IOTCRED_OK);
            status = iotcred_fetch(&config, &credentials, &error);
            if (status != rows[i].status && status != IOTCRED_ERR_MEMORY)
                print_error("  %s: %s\n", error.message, iotcred_status_str(status));
            check(status == rows[i].status || status == IOTCRED_ERR_MEMORY, rows[i].role_alias, "its status, or that of memory");
        }
        check_status(rows[i].role_alias, rows[i].status, status);
    }
    all_rows_passed();
}

/* --- One at a time --------------------------------------------------------------------------------------------- */

static iotcred_status second_status;

static void *second_fetch(void *config)
{
    static iotcred_credentials own;
    second_status = iotcred_fetch(config, &own, NULL);
    return NULL;
}

static const iotcred_config *second;

static int32_t connect_while_another_fetches(void *context, const char *host, uint16_t port, uint32_t timeout_ms)
{
    pthread_t thread;
    pthread_create(&thread, NULL, second_fetch, (void *)(uintptr_t)second);
    pthread_join(thread, NULL);
    return device_connect(context, host, port, timeout_ms);
}

static void a_second_fetch_is_told_to_wait(void **state)
{
    (void)state;
    iotcred_config config = device_config(NULL, GOOD);
    device device = device_new(), other = device_new();
    iotcred_platform platform = device_platform(&device), others = device_platform(&other);
    iotcred_config seconds = config;
    seconds.platform = &others;
    second = &seconds;
    platform.connect = connect_while_another_fetches;
    config.platform = &platform;
    assert_int_equal(begin(IOTCRED_ARENA_SIZE), IOTCRED_OK);
    assert_int_equal(iotcred_fetch(&config, &credentials, &error), IOTCRED_OK);
    assert_int_equal(second_status, IOTCRED_ERR_BUSY);
    assert_int_equal(other.connects, 0);
    /* The turn is given back, after a success and after an error. */
    second_fetch(&seconds);
    assert_int_equal(second_status, IOTCRED_OK);
    config.endpoint = "no host name";
    assert_int_equal(iotcred_fetch(&config, &credentials, &error), IOTCRED_ERR_ENDPOINT);
    second_fetch(&seconds);
    assert_int_equal(second_status, IOTCRED_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arena_of_every_size),
        cmocka_unit_test(the_message_says_how_many_bytes_are_lacking),
        cmocka_unit_test(nothing_is_left_behind),
        cmocka_unit_test(other_failures_are_statuses_too),
        cmocka_unit_test(a_second_fetch_is_told_to_wait),
    };
    needed("LOCAL_AWS_PKI");
    return cmocka_run_group_tests_name("the arena", tests, NULL, NULL);
}
