/* iotcred_cache against the local AWS, over a transport that counts and clocks that jump: what is served in each phase of its life, whatever fails. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MINUTE = 60000, HOUR = 60 * MINUTE, TIMEOUT_MS = 10000 };

#define GOOD "fault-chunked" /* dummy credentials of one hour */

/* --- A device: sockets that count, and clocks that a test moves ------------------------------------------------ */

static atomic_int connects, in_flight, most_in_flight;
static atomic_ullong jumped_ms, slept_ms;
static atomic_llong wall_off_s;
static atomic_bool no_route;
static atomic_ullong stands_since_ms; /* the monotonic clock stands still since then, but for its jumps; 0: it runs */

static int32_t wire_connect(void *context, const char *host, uint16_t port, uint32_t timeout_ms)
{
    (void)timeout_ms;
    int *wire = context, now = atomic_fetch_add(&in_flight, 1) + 1, most = atomic_load(&most_in_flight);
    while (now > most && !atomic_compare_exchange_weak(&most_in_flight, &most, now))
        continue;
    atomic_fetch_add(&connects, 1);
    *wire = atomic_load(&no_route) ? -1 : socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons(port) };
    if (*wire < 0 || inet_pton(AF_INET, host, &peer.sin_addr) != 1 || connect(*wire, (struct sockaddr *)&peer, sizeof peer) != 0)
        return IOTCRED_ERR_CONNECT;
    return 0;
}

static int32_t wire_send(void *context, const uint8_t *data, size_t len, uint32_t timeout_ms)
{
    (void)timeout_ms;
    return (int32_t)send(*(int *)context, data, len, MSG_NOSIGNAL);
}

static int32_t wire_recv(void *context, uint8_t *buffer, size_t size, uint32_t timeout_ms)
{
    struct pollfd ready = { .fd = *(int *)context, .events = POLLIN };
    if (poll(&ready, 1, (int)timeout_ms) == 0) {
        if (atomic_load(&stands_since_ms) != 0)
            atomic_fetch_add(&jumped_ms, timeout_ms);
        return 0;
    }
    ssize_t got = recv(ready.fd, buffer, size, 0);
    return got > 0 ? (int32_t)got : -1;
}

static void wire_close(void *context)
{
    int *wire = context;
    if (*wire >= 0)
        close(*wire);
    *wire = -1;
    atomic_fetch_sub(&in_flight, 1);
}

static int64_t device_time(void *context)
{
    (void)context;
    return (int64_t)time(NULL) + atomic_load(&wall_off_s);
}

/* The device has been up for an hour when a test begins. */
static uint64_t device_ms(void *context)
{
    (void)context;
    const uint64_t stands = atomic_load(&stands_since_ms);
    return (stands != 0 ? stands : now_ms()) + HOUR + atomic_load(&jumped_ms);
}

/* The clock of one that has just started. */
static atomic_ullong started_at_ms;

static uint64_t ms_since_start(void *context)
{
    return device_ms(context) - atomic_load(&started_at_ms);
}

/* Sleeps by a jump of the clock: no test waits. */
static void device_sleep(void *context, uint32_t ms)
{
    (void)context;
    atomic_fetch_add(&jumped_ms, ms);
    atomic_fetch_add(&slept_ms, ms);
}

/* Sleeps as long as it says: for threads that wait for each other. */
static void real_sleep(void *context, uint32_t ms)
{
    (void)context;
    nanosleep(&(struct timespec){ .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000 }, NULL);
}

static void pass(uint64_t ms)
{
    atomic_fetch_add(&jumped_ms, ms);
}

static int connects_since_last(void)
{
    return atomic_exchange(&connects, 0);
}

static iotcred_bytes certificate, private_key, ca;

static iotcred_platform platform_for(int *wire)
{
    return (iotcred_platform){ wire, wire_connect, wire_send, wire_recv, wire_close, device_time, device_ms, device_sleep, NULL };
}

static iotcred_config config_for(const char *role_alias, const iotcred_platform *platform)
{
    return (iotcred_config){
        .endpoint = needed("IOTCRED_ENDPOINT"),
        .address = needed("IOTCRED_ADDRESS"),
        .port = (uint16_t)strtoul(needed("IOTCRED_PORT"), NULL, 10),
        .role_alias = role_alias,
        .certificate = certificate,
        .private_key = private_key,
        .ca = ca,
        .timeout_ms = (uint32_t)(TIMEOUT_MS + slack_ms()),
        .platform = platform,
        .tries = 1,
    };
}

/* --- One thread ------------------------------------------------------------------------------------------------ */

static iotcred_cache cache;
static int the_wire;
static iotcred_platform device;

static void new_device(void)
{
    iotcred_cache_wipe(&cache);
    device = platform_for(&the_wire);
    atomic_store(&wall_off_s, 0);
    atomic_store(&no_route, false);
    atomic_store(&most_in_flight, 0);
    connects_since_last();
}

/* Gets, and checks all that an outcome promises. `state`: what is expected on success, or -1. */
static iotcred_cache_state get(const char *row, const char *role_alias, iotcred_status expected, int32_t state)
{
    static iotcred_credentials credentials;
    iotcred_cache_state said;
    iotcred_error error;
    const iotcred_config config = config_for(role_alias, &device);
    memset(&credentials, PATTERN, sizeof credentials);
    memset(&said, PATTERN, sizeof said);
    memset(&error, PATTERN, sizeof error);
    iotcred_status status = iotcred_cache_get(&cache, &config, &credentials, &said, &error);
    if (!check_status(row, expected, status))
        print_error("    message: %.255s\n", error.message);
    check_error(row, &error, status);
    if (status != IOTCRED_OK) {
        check(all_bytes(&credentials, PATTERN, sizeof credentials) && all_bytes(&said, PATTERN, sizeof said), row, "the outputs are untouched");
        return said;
    }
    check(strcmp(credentials.access_key_id, "ASIAIOSFODNN7EXAMPLE") == 0 && strlen(credentials.session_token) == 900, row, "the credentials");
    check(said.valid_ms > 0, row, "they are valid");
    check(state < 0 || said.state == state, row, "the state");
    check((said.refresh_status != IOTCRED_OK) == (said.state == IOTCRED_CACHE_STALE), row, "stale ones say why");
    iotcred_credentials_wipe(&credentials);
    return said;
}

static uint32_t next_wake(void)
{
    const iotcred_config config = config_for(GOOD, &device);
    uint32_t ms = 12345;
    check_status("next_wake", IOTCRED_OK, iotcred_cache_next_wake(&cache, &config, &ms));
    return ms;
}

static void check_connects(const char *row, int expected)
{
    check_number(row, "connections", expected, connects_since_last());
}

static void fetched_once_and_served_until_it_is_due(void **state)
{
    (void)state;
    new_device();
    check_number("empty", "next_wake", 0, next_wake());
    iotcred_cache_state first = get("empty", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    check_connects("empty", 1);
    check(first.valid_ms > 59 * MINUTE && first.valid_ms <= 60 * MINUTE, "empty", "they live an hour");
    check(first.next_wake_ms > 19 * MINUTE && first.next_wake_ms < 59 * MINUTE, "empty", "due in the last two thirds of their life");
    uint32_t wake = next_wake();
    check(wake <= first.next_wake_ms && first.next_wake_ms - wake < 5000, "empty", "next_wake says the same");
    pass(wake - (wake > 2000 + slack_ms() ? 2000 + slack_ms() : 0));
    get("before it is due", "no-such-alias", IOTCRED_OK, IOTCRED_CACHE_FRESH);
    check_connects("before it is due", 0);
    pass(2000 + slack_ms());
    check_number("due", "next_wake", 0, next_wake());
    iotcred_cache_state second = get("due", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    check_connects("due", 1);
    check(second.valid_ms > 59 * MINUTE, "due", "new ones");
    check(second.next_wake_ms > 44 * MINUTE && second.next_wake_ms < 59 * MINUTE, "due", "due in the advisory window");
    all_rows_passed();
}

static void moments_are_drawn(void **state)
{
    (void)state;
    uint32_t least = UINT32_MAX, most = 0;
    for (int i = 0; i < 12; i++) {
        new_device();
        uint32_t wake = get("a draw", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH).next_wake_ms;
        least = wake < least ? wake : least;
        most = wake > most ? wake : most;
    }
    check(most - least > MINUTE, "a draw", "twelve of them are apart"); /* fails by chance once in 10^11 */
    all_rows_passed();
}

/* Each fault in each phase of the cache's life: what comes out, and that valid credentials are served as long as they are there. The clock stands while a request
   is made: a moment may be drawn a millisecond before the expiry. */
static void every_fault_in_every_phase(void **state)
{
    (void)state;
    static const struct {
        const char *fault;
        iotcred_status status;
    } faults[] = {
        { "fault-500", IOTCRED_ERR_SERVER_FAULT },
        { "fault-429", IOTCRED_ERR_THROTTLED },
        { "fault-access-denied", IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN },
        { "fault-alias-not-found", IOTCRED_ERR_ROLE_ALIAS_UNKNOWN },
        { "fault-close", IOTCRED_ERR_CONNECTION_LOST },
        { "fault-reset", IOTCRED_ERR_CONNECTION_LOST }, /* the transport of this test does not tell */
        { "fault-cut-body-100", IOTCRED_ERR_CONNECTION_LOST },
        { "fault-garbage", IOTCRED_ERR_RESPONSE_MALFORMED },
        { "fault-redirect", IOTCRED_ERR_REDIRECT },
        { "fault-json-expired", IOTCRED_ERR_DOCUMENT },
        { "fault-date-ahead-3700", IOTCRED_ERR_DOCUMENT },
        { "no route", IOTCRED_ERR_CONNECT },
    };
    atomic_store(&stands_since_ms, now_ms());
    for (size_t i = 0; i < COUNT(faults); i++) {
        const char *row = faults[i].fault;
        const iotcred_status status = faults[i].status;
        new_device();
        atomic_store(&no_route, status == IOTCRED_ERR_CONNECT);
        const char *alias = status == IOTCRED_ERR_CONNECT ? GOOD : row;
        get(row, alias, status, -1);
        get(row, alias, status, -1);
        check_connects("empty: one request, and the error is remembered", 1);
        uint32_t wake = next_wake();
        const bool mends = status == IOTCRED_ERR_DOCUMENT || iotcred_status_hint(status) == NULL || status == IOTCRED_ERR_SERVER_FAULT ||
                           status == IOTCRED_ERR_THROTTLED || status == IOTCRED_ERR_CONNECTION_LOST || status == IOTCRED_ERR_CONNECT ||
                           status == IOTCRED_ERR_RESPONSE_MALFORMED;
        check(mends ? wake <= 2000 : wake > 4 * MINUTE && wake <= 5 * MINUTE, row, "how long it is remembered");
        pass(wake);
        atomic_store(&no_route, false);
        get(row, GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
        check_connects("empty: then it is tried again", 1);

        atomic_store(&no_route, status == IOTCRED_ERR_CONNECT);
        get(row, alias, IOTCRED_OK, IOTCRED_CACHE_FRESH);
        check_connects("fresh: no request", 0);

        pass(next_wake());
        iotcred_cache_state stale = get(row, alias, IOTCRED_OK, IOTCRED_CACHE_STALE);
        check_status(row, status, stale.refresh_status);
        get(row, alias, IOTCRED_OK, IOTCRED_CACHE_STALE);
        check_connects("advisory: one request, then a pause", 1);
        check(next_wake() <= 10 * MINUTE, row, "the pause is at most 10 minutes");

        /* From try to try, until one falls into the mandatory window. */
        int rounds = 0;
        while (stale.valid_ms > MINUTE && rounds++ < 12) {
            pass(stale.next_wake_ms);
            stale = get(row, alias, IOTCRED_OK, IOTCRED_CACHE_STALE);
        }
        check(stale.valid_ms <= MINUTE, row, "a try in the mandatory window");
        get(row, alias, IOTCRED_OK, IOTCRED_CACHE_STALE);
        check_connects("advisory and mandatory: one request for each pause", rounds);

        pass(stale.valid_ms);
        get(row, alias, status, -1);
        get(row, alias, status, -1);
        check(connects_since_last() <= 1, row, "expired: the error is remembered");
        check(next_wake() <= 10 * MINUTE, row, "the pause is at most 10 minutes");
        pass(next_wake());
        atomic_store(&no_route, false);
        get(row, GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
        check_connects("and in the end all is well", 1);
    }
    atomic_store(&stands_since_ms, 0);
    all_rows_passed();
}

static void short_lives(void **state)
{
    (void)state;
    new_device();
    iotcred_cache_state first = get("60 s", "fault-json-lifetime-60", IOTCRED_OK, IOTCRED_CACHE_FRESH);
    check(first.next_wake_ms >= 15000 && first.next_wake_ms <= 45000, "60 s", "a third of it is left alone");
    check_connects("60 s", 1);
    pass(first.next_wake_ms);
    iotcred_cache_state stale = get("60 s", "fault-500", IOTCRED_OK, IOTCRED_CACHE_STALE);
    check(next_wake() <= stale.valid_ms, "60 s", "the next try is not after the end");
    get("60 s", "fault-500", IOTCRED_OK, IOTCRED_CACHE_STALE);
    check_connects("60 s", 1);
    all_rows_passed();
}

static void clocks(void **state)
{
    (void)state;
    const iotcred_config config = config_for(GOOD, &device);
    int64_t at = 0;
    new_device();
    check_status("before the first response", IOTCRED_OK, iotcred_cache_time(&cache, &config, &at));
    check(llabs(at - (int64_t)time(NULL)) <= 2, "before the first response", "the device's time");
    atomic_store(&wall_off_s, -1700000000);
    check_status("never set", IOTCRED_ERR_CLOCK_UNSET, iotcred_cache_time(&cache, &config, &at));
    get("never set", GOOD, IOTCRED_ERR_CLOCK_UNSET, -1);
    atomic_store(&wall_off_s, 1200);
    iotcred_cache_state said = get("20 minutes off, and set since: at once", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    check(said.valid_ms > 59 * MINUTE, "20 minutes off", "the lifetime is the server's");
    check_connects("20 minutes off", 1);
    check_status("20 minutes off", IOTCRED_OK, iotcred_cache_time(&cache, &config, &at));
    check(llabs(at - (int64_t)time(NULL)) <= 3, "20 minutes off", "the time is the server's");
    static const long long steps[] = { 200, -200, 315360000, -315360000, -1700000000 };
    for (size_t i = 0; i < COUNT(steps); i++) {
        atomic_store(&wall_off_s, steps[i]);
        check_status("a step", IOTCRED_OK, iotcred_cache_time(&cache, &config, &at));
        check(llabs(at - (int64_t)time(NULL) - (i < 2 ? steps[i] : 0)) <= 3, "a step", "within 4 minutes the device's, else the server's");
        get("a step", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    }
    check_connects("steps", 0);
    pass(said.next_wake_ms);
    get("due with the clock at 1970: by the server's date", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    check_connects("due with the clock at 1970", 1);
    pass(HOUR);
    atomic_store(&wall_off_s, 315360000);
    get("expired with the clock 10 years ahead", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    atomic_store(&wall_off_s, 0);
    get("the clock is set", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    check_connects("10 years ahead", 1);
    all_rows_passed();
}

/* A device whose clock says 1970, or nothing. */
static void a_device_without_a_clock(void **state)
{
    (void)state;
    static iotcred_credentials credentials;
    new_device();
    iotcred_config config = config_for(GOOD, &device);
    int64_t at = 77;
    atomic_store(&wall_off_s, -(int64_t)time(NULL) + 60);
    check_status("no floor", IOTCRED_ERR_CLOCK_UNSET, iotcred_cache_get(&cache, &config, &credentials, NULL, NULL));
    check_connects("no floor", 0);
    static const int64_t absurd[] = { -1, 2, 1420070399, 253402300800, INT64_MAX, INT64_MIN };
    for (size_t i = 0; i < COUNT(absurd); i++) {
        config.clock_floor = absurd[i];
        check_status("no date", IOTCRED_ERR_TIME_OUT_OF_RANGE, iotcred_cache_get(&cache, &config, &credentials, NULL, NULL));
    }
    config.clock_floor = IOTCRED_CLOCK_FLOOR_RELEASE;
    check_status("the release", IOTCRED_OK, iotcred_cache_get(&cache, &config, &credentials, NULL, NULL));
    check_status("the time is known since", IOTCRED_OK, iotcred_cache_time(&cache, &config, &at));
    check(llabs(at - (int64_t)time(NULL)) <= 3, "the time is known since", "it is the server's");
    new_device();
    atomic_store(&wall_off_s, -(int64_t)time(NULL));
    config.clock_floor = (int64_t)time(NULL) - 100 * 86400;
    check_status("a date of the firmware's", IOTCRED_OK, iotcred_cache_get(&cache, &config, &credentials, NULL, NULL));
    new_device();
    atomic_store(&wall_off_s, -(int64_t)time(NULL));
    config.clock_floor = (int64_t)time(NULL) + 50LL * 365 * 86400;
    check_status("the server's certificate had expired by it", IOTCRED_ERR_SERVER_EXPIRED, iotcred_cache_get(&cache, &config, &credentials, NULL, NULL));
    iotcred_credentials_wipe(&credentials);
    all_rows_passed();
}

static void the_first_request_waits_for_its_moment(void **state)
{
    (void)state;
    iotcred_error error;
    static iotcred_credentials credentials;
    for (int set = 0; set <= 1; set++) {
        const uint32_t most = set ? 30000 : 60000;
        new_device();
        cache.startup_spread_ms = set ? most : 0;
        if (!set) {
            atomic_store(&started_at_ms, device_ms(NULL));
            device.monotonic_ms = ms_since_start;
        }
        device.sleep = NULL;
        const iotcred_config config = config_for(GOOD, &device);
        const uint32_t wake = next_wake();
        iotcred_status status = iotcred_cache_get(&cache, &config, &credentials, NULL, &error);
        check(wake <= most, "waits", "within the spread");
        check(status == IOTCRED_ERR_CACHE_STARTING || wake <= 1000 + slack_ms(), "waits", "but for a moment that has come meanwhile");
        if (status != IOTCRED_OK) {
            check_status("waits", IOTCRED_ERR_CACHE_STARTING, status);
            check(error.retryable && error.retry_after_ms <= wake && error.retry_after_ms > 0, "waits", "says how long");
            check_connects("waits", 0);
            pass(wake);
            check_status("the moment has come", IOTCRED_OK, iotcred_cache_get(&cache, &config, &credentials, NULL, NULL));
        }
        check_connects("the moment has come", 1);
        new_device();
        atomic_store(&started_at_ms, device_ms(NULL));
        device.monotonic_ms = set ? device_ms : ms_since_start;
        cache.startup_spread_ms = set ? 0 : IOTCRED_CACHE_NO_SPREAD;
        get(set ? "up for long" : "no spread is wanted", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
        cache.startup_spread_ms = 0;
    }
    /* Where the deadline leaves time for it, it waits by itself. */
    new_device();
    cache.startup_spread_ms = 20000;
    iotcred_config config = config_for(GOOD, &device);
    config.timeout_ms = 60000;
    check_status("by itself", IOTCRED_OK, iotcred_cache_get(&cache, &config, &credentials, NULL, NULL));
    cache.startup_spread_ms = 0;
    iotcred_credentials_wipe(&credentials);
    all_rows_passed();
}

static void dates_that_tell_no_time(void **state)
{
    (void)state;
    static const char *const faults[] = { "fault-date-missing", "fault-date-absurd", "fault-date-year-0", "fault-date-year-9999", "fault-date-age" };
    const iotcred_config config = config_for(GOOD, &device);
    for (size_t i = 0; i < COUNT(faults); i++) {
        int64_t at = 0;
        new_device();
        check(get(faults[i], faults[i], IOTCRED_OK, IOTCRED_CACHE_FRESH).valid_ms > 59 * MINUTE, faults[i], "an hour by the device's clock");
        atomic_store(&wall_off_s, 1000);
        check_status(faults[i], IOTCRED_OK, iotcred_cache_time(&cache, &config, &at));
        check(llabs(at - (int64_t)time(NULL) - 1000) <= 2, faults[i], "no skew was learnt");
    }
    new_device();
    uint32_t valid_ms = get("year 9999", "fault-json-expiration-year-9999", IOTCRED_OK, IOTCRED_CACHE_FRESH).valid_ms;
    check(valid_ms > 12 * HOUR - MINUTE && valid_ms <= 12 * HOUR, "year 9999", "at most 12 hours");
    all_rows_passed();
}

static void invalidation(void **state)
{
    (void)state;
    static iotcred_credentials refused, others;
    const iotcred_config config = config_for(GOOD, &device);
    new_device();
    check_status("refused", IOTCRED_OK, iotcred_cache_get(&cache, &config, &refused, NULL, NULL));
    strcpy(others.access_key_id, "ASIAANOTHER");
    check_connects("first", 1);
    iotcred_cache_invalidate(&cache, &others);
    get("others were refused", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    check_connects("others were refused", 0);
    iotcred_cache_invalidate(&cache, &refused);
    check_number("these were refused", "next_wake", 0, next_wake());
    get("these were refused", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    check_connects("these were refused", 1);
    iotcred_cache_invalidate(&cache, NULL);
    get("whatever", "fault-access-denied", IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN, -1);
    iotcred_cache_invalidate(&cache, NULL);
    get("the account was put right", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    check_connects("the account was put right", 2);
    iotcred_cache_invalidate(NULL, NULL);
    iotcred_credentials_wipe(&refused);
    all_rows_passed();
}

static bool holds(const char *text)
{
    for (size_t i = 0; i + strlen(text) <= sizeof cache; i++)
        if (memcmp((const char *)&cache + i, text, strlen(text)) == 0)
            return true;
    return false;
}

static void a_wiped_cache_holds_nothing(void **state)
{
    (void)state;
    new_device();
    get("wipe", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    check(holds("wJalrXUtnFEMI/K7MDENG") && holds("EXAMPLETOKEN"), "wipe", "the search finds the secrets");
    iotcred_cache_invalidate(&cache, NULL);
    check(!holds("wJalrXUtnFEMI/K7MDENG") && !holds("EXAMPLETOKEN") && !holds("ASIA"), "wipe", "they are gone after invalidation");
    get("wipe", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    pass(HOUR);
    get("wipe", "fault-500", IOTCRED_ERR_SERVER_FAULT, -1);
    check(!holds("wJalrXUtnFEMI/K7MDENG") && !holds("EXAMPLETOKEN"), "wipe", "they are gone when they expired");
    iotcred_cache_wipe(&cache);
    check(all_bytes(&cache, 0, sizeof cache), "wipe", "every byte is 0");
    iotcred_cache_wipe(NULL);
    all_rows_passed();
}

/* --- Deep sleep ------------------------------------------------------------------------------------------------ */

static uint8_t sealed[IOTCRED_CACHE_SEALED_SIZE + 1], key[IOTCRED_SEAL_KEY_SIZE] = "a key of 32 bytes for the tests";

/* Gets credentials, seals them, and starts the device anew; returns the seal's length. */
static size_t sleep_deeply(long long s)
{
    size_t len = 77, needed = 77;
    const iotcred_config config = config_for(GOOD, &device);
    new_device();
    get("before the sleep", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    check_status("asked", IOTCRED_ERR_BUFFER_TOO_SMALL, iotcred_cache_seal(&cache, &config, key, NULL, 0, &needed));
    memset(sealed, PATTERN, sizeof sealed);
    check_status("one byte less", IOTCRED_ERR_BUFFER_TOO_SMALL, iotcred_cache_seal(&cache, &config, key, sealed, needed - 1, &len));
    check(len == needed && all_bytes(sealed, PATTERN, sizeof sealed), "one byte less", "says how many, and writes nothing");
    check_status("sealed", IOTCRED_OK, iotcred_cache_seal(&cache, &config, key, sealed, needed, &len));
    check(len == needed && len < IOTCRED_CACHE_SEALED_SIZE, "sealed", "the length");
    check(all_bytes(sealed + len, PATTERN, sizeof sealed - len), "sealed", "nothing is written behind it");
    new_device();
    atomic_fetch_add(&wall_off_s, s);
    return len;
}

static iotcred_status restore(size_t len)
{
    const iotcred_config config = config_for(GOOD, &device);
    return iotcred_cache_restore(&cache, &config, key, (iotcred_bytes){ sealed, len });
}

static void deep_sleep(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        long long s;
        iotcred_status status;
    } rows[] = {
        { "ten minutes", 600, IOTCRED_OK },
        { "two hours", 7200, IOTCRED_ERR_SEAL_EXPIRED },
        { "behind the seal", -30, IOTCRED_ERR_SEAL_CLOCK },
        { "a year behind", -31536000, IOTCRED_ERR_SEAL_CLOCK },
        { "1970", -1700000000, IOTCRED_ERR_CLOCK_UNSET },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t len = sleep_deeply(rows[i].s);
        check_status(rows[i].row, rows[i].status, restore(len));
        if (rows[i].status == IOTCRED_OK) {
            iotcred_cache_state said = get(rows[i].row, GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
            check_connects(rows[i].row, 0);
            check(said.valid_ms > 49 * MINUTE && said.valid_ms <= 50 * MINUTE, rows[i].row, "what is left of the hour");
            check(said.next_wake_ms > 9 * MINUTE && said.next_wake_ms < 49 * MINUTE, rows[i].row, "the refresh keeps its moment");
        } else {
            check_number(rows[i].row, "next_wake", 0, next_wake());
            check(!holds("ASIA"), rows[i].row, "the cache is as it was");
        }
    }
    all_rows_passed();
}

static void a_seal_that_was_changed(void **state)
{
    (void)state;
    const size_t len = sleep_deeply(0);
    for (size_t i = 0; i + 8 < len; i++)
        check(memcmp(sealed + i, "wJalrXUt", 8) != 0 && memcmp(sealed + i, "ASIAIOSF", 8) != 0, "sealed", "no credential shows");
    for (size_t i = 0; i < len; i++) {
        sealed[i] ^= 0x10;
        check_status("a changed byte", IOTCRED_ERR_SEAL_INVALID, restore(len));
        sealed[i] ^= 0x10;
        check_status("cut", IOTCRED_ERR_SEAL_INVALID, restore(i));
    }
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] ^= 1;
        check_status("another key", IOTCRED_ERR_SEAL_INVALID, restore(len));
        key[i] ^= 1;
    }
    check_status("too long", IOTCRED_ERR_SEAL_INVALID, restore(len + 1));
    check(!holds("ASIA"), "changed", "the cache is empty");
    check_status("unchanged", IOTCRED_OK, restore(len));
    get("unchanged", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    check_connects("unchanged", 0);

    const iotcred_config config = config_for(GOOD, &device);
    size_t sealed_len = 77;
    check_status("cache", IOTCRED_ERR_NULL_ARGUMENT, iotcred_cache_seal(NULL, &config, key, sealed, sizeof sealed, &sealed_len));
    check_status("config", IOTCRED_ERR_NULL_ARGUMENT, iotcred_cache_seal(&cache, NULL, key, sealed, sizeof sealed, &sealed_len));
    check_status("key", IOTCRED_ERR_NULL_ARGUMENT, iotcred_cache_seal(&cache, &config, NULL, sealed, sizeof sealed, &sealed_len));
    check_status("sealed_len", IOTCRED_ERR_NULL_ARGUMENT, iotcred_cache_seal(&cache, &config, key, sealed, sizeof sealed, NULL));
    check_status("buffer", IOTCRED_ERR_NULL_ARGUMENT, iotcred_cache_seal(&cache, &config, key, NULL, sizeof sealed, &sealed_len));
    check_status("restore: cache", IOTCRED_ERR_NULL_ARGUMENT, iotcred_cache_restore(NULL, &config, key, (iotcred_bytes){ sealed, len }));
    check_status("restore: config", IOTCRED_ERR_NULL_ARGUMENT, iotcred_cache_restore(&cache, NULL, key, (iotcred_bytes){ sealed, len }));
    check_status("restore: key", IOTCRED_ERR_NULL_ARGUMENT, iotcred_cache_restore(&cache, &config, NULL, (iotcred_bytes){ sealed, len }));
    check_status("restore: bytes", IOTCRED_ERR_NULL_ARGUMENT, iotcred_cache_restore(&cache, &config, key, (iotcred_bytes){ NULL, len }));
    new_device();
    check_status("empty", IOTCRED_ERR_CACHE_EMPTY, iotcred_cache_seal(&cache, &config, key, sealed, sizeof sealed, &sealed_len));
    check_number("failures", "sealed_len", 77, (long long)sealed_len);
    all_rows_passed();
}

static void wrong_arguments(void **state)
{
    (void)state;
    static iotcred_credentials credentials;
    const iotcred_config config = config_for(GOOD, &device);
    uint32_t ms = 77;
    int64_t at = 77;
    new_device();
    check_status("cache", IOTCRED_ERR_NULL_ARGUMENT, iotcred_cache_get(NULL, &config, &credentials, NULL, NULL));
    check_status("config", IOTCRED_ERR_NULL_ARGUMENT, iotcred_cache_get(&cache, NULL, &credentials, NULL, NULL));
    check_status("credentials", IOTCRED_ERR_NULL_ARGUMENT, iotcred_cache_get(&cache, &config, NULL, NULL, NULL));
    check_status("next_wake", IOTCRED_ERR_NULL_ARGUMENT, iotcred_cache_next_wake(NULL, &config, &ms));
    check_status("next_wake", IOTCRED_ERR_NULL_ARGUMENT, iotcred_cache_next_wake(&cache, &config, NULL));
    check_status("time", IOTCRED_ERR_NULL_ARGUMENT, iotcred_cache_time(NULL, &config, &at));
    check_status("time", IOTCRED_ERR_NULL_ARGUMENT, iotcred_cache_time(&cache, NULL, &at));
    iotcred_cache half = { .unlock = wire_close };
    check_status("half a lock", IOTCRED_ERR_PLATFORM, iotcred_cache_get(&half, &config, &credentials, NULL, NULL));
    check(ms == 77 && at == 77, "failures", "the outputs are untouched");
    get("a mistake in the configuration", "a/b", IOTCRED_ERR_ROLE_ALIAS, -1);
    check_connects("wrong arguments", 0);
    get("is not remembered", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    /* Memory that was never set to zero is an empty cache too. */
    memset(cache.opaque, PATTERN, sizeof cache.opaque);
    check_number("not zeroed", "next_wake", 0, next_wake());
    get("not zeroed", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    all_rows_passed();
}

/* --- Tries within one fetch ------------------------------------------------------------------------------------ */

static void tries(void **state)
{
    (void)state;
    static const struct {
        const char *row, *alias;
        uint32_t tries, timeout_ms;
        iotcred_status status;
        int connects;
        uint64_t least_ms, most_ms;
    } rows[] = {
        { "the default", "fault-500", 0, 0, IOTCRED_ERR_SERVER_FAULT, 3, 0, 600 },
        { "one", "fault-500", 1, 0, IOTCRED_ERR_SERVER_FAULT, 1, 0, 0 },
        { "five", "fault-close", 5, 0, IOTCRED_ERR_CONNECTION_LOST, 5, 0, 3000 },
        { "garbage", "fault-garbage", 2, 0, IOTCRED_ERR_RESPONSE_MALFORMED, 2, 0, 200 },
        { "what no try can mend", "fault-access-denied", 0, 0, IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN, 1, 0, 0 },
        { "Retry-After of 2 s", "fault-429", 0, 60000, IOTCRED_ERR_THROTTLED, 3, 4000, 7000 },
        { "Retry-After beyond the deadline", "fault-429", 0, 1900, IOTCRED_ERR_THROTTLED, 1, 0, 0 },
        { "good", GOOD, 0, 0, IOTCRED_OK, 1, 0, 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        static iotcred_credentials credentials;
        iotcred_error error;
        new_device();
        iotcred_config config = config_for(rows[i].alias, &device);
        config.tries = rows[i].tries;
        config.timeout_ms = rows[i].timeout_ms > 0 ? rows[i].timeout_ms : config.timeout_ms;
        atomic_store(&slept_ms, 0);
        check_status(rows[i].row, rows[i].status, iotcred_fetch(&config, &credentials, &error));
        check_connects(rows[i].row, rows[i].connects);
        uint64_t slept = atomic_load(&slept_ms);
        check(slept >= rows[i].least_ms && slept <= rows[i].most_ms, rows[i].row, "the pauses");
        check_number(rows[i].row, "open connections", 0, atomic_load(&in_flight));
        iotcred_credentials_wipe(&credentials);
    }
    new_device();
    device.sleep = NULL;
    iotcred_config config = config_for("fault-500", &device);
    config.tries = 0;
    static iotcred_credentials credentials;
    check_status("a device that cannot wait", IOTCRED_ERR_SERVER_FAULT, iotcred_fetch(&config, &credentials, NULL));
    check_connects("a device that cannot wait", 1);
    all_rows_passed();
}

/* --- Threads --------------------------------------------------------------------------------------------------- */

enum { THREADS = 8 };

typedef struct {
    const char *alias;
    int good, refreshing, failed;
    uint64_t longest_ms;
    int rounds;
} worker;

static void *work(void *argument)
{
    worker *self = argument;
    int wire = -1;
    iotcred_platform platform = platform_for(&wire);
    platform.sleep = real_sleep;
    const iotcred_config config = config_for(self->alias, &platform);
    for (int i = 0; i < self->rounds; i++) {
        iotcred_credentials credentials;
        iotcred_cache_state state;
        const uint64_t start = now_ms();
        iotcred_status status = iotcred_cache_get(&cache, &config, &credentials, &state, NULL);
        const uint64_t took = now_ms() - start;
        self->longest_ms = took > self->longest_ms ? took : self->longest_ms;
        if (status != IOTCRED_OK)
            self->failed++;
        else if (strcmp(credentials.access_key_id, "ASIAIOSFODNN7EXAMPLE") == 0 && strlen(credentials.session_token) == 900)
            self->good++;
        self->refreshing += status == IOTCRED_OK && state.state == IOTCRED_CACHE_REFRESHING;
        iotcred_credentials_wipe(&credentials);
    }
    return NULL;
}

static worker together(const char *alias, int rounds)
{
    pthread_t threads[THREADS];
    worker workers[THREADS], sum = { 0 };
    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (worker){ .alias = alias, .rounds = rounds };
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        sum.good += workers[i].good;
        sum.refreshing += workers[i].refreshing;
        sum.failed += workers[i].failed;
    }
    return sum;
}

static void threads_share(const char *whose)
{
    worker all = together("fault-late-400", 1);
    check_number(whose, "empty: served", THREADS, all.good);
    check_connects(whose, 1);
    pass(next_wake());
    all = together("fault-late-400", 3);
    check_number(whose, "advisory: served", 3 * THREADS, all.good);
    check(all.refreshing > 0, whose, "advisory: the others do not wait");
    check_connects(whose, 1);
    pass(HOUR - 30000); /* the mandatory window */
    all = together("fault-late-400", 1);
    check_number(whose, "mandatory: served", THREADS, all.good);
    check_number(whose, "mandatory: they wait", 0, all.refreshing);
    check_connects(whose, 1);
    pass(HOUR + 1000);
    all = together("fault-access-denied", 2);
    check_number(whose, "expired: failed", 2 * THREADS, all.failed);
    check_connects(whose, 1);
    check_number(whose, "in flight at most", 1, atomic_load(&most_in_flight));
}

static void many_threads_and_one_request(void **state)
{
    (void)state;
    new_device();
    threads_share("the system's lock");
    all_rows_passed();
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static atomic_int held;

static void lock(void *context)
{
    pthread_mutex_lock(context);
    atomic_fetch_add(&held, 1);
}

static void unlock(void *context)
{
    atomic_fetch_sub(&held, 1);
    pthread_mutex_unlock(context);
}

static void many_threads_with_the_callers_lock(void **state)
{
    (void)state;
    new_device();
    cache.lock_context = &mutex;
    cache.lock = lock;
    cache.unlock = unlock;
    threads_share("the caller's lock");
    check_number("the caller's lock", "held", 0, atomic_load(&held));
    iotcred_cache_wipe(&cache);
    check(cache.lock == lock, "the caller's lock", "stays after a wipe");
    memset(&cache, 0, sizeof cache);
    all_rows_passed();
}

/* Days in seconds: 8 threads, half of the refreshes failing, the clock running and the wall clock stepping. No get without credentials while valid ones exist.
 *
 * IOTCRED_SOAK_SECONDS=600 makes it as many; by default it takes a few. */
static uint64_t soak_ms(void)
{
    const char *seconds = getenv("IOTCRED_SOAK_SECONDS");
    return seconds != NULL ? 1000 * strtoull(seconds, NULL, 10) : slack_ms() > 1000 ? 10000 : 4000;
}

static atomic_bool soaking;
static atomic_ullong valid_until;

static void *soak_one(void *argument)
{
    int *wrong = argument, wire = -1;
    iotcred_platform platform = platform_for(&wire);
    platform.sleep = real_sleep;
    for (unsigned i = 0; atomic_load(&soaking); i++) {
        iotcred_credentials credentials;
        iotcred_config config = config_for(i % 2 == 0 ? GOOD : "fault-500", &platform);
        config.timeout_ms = 10 * HOUR; /* two seconds: a request that is overtaken by its end counts as lost, and another begins */
        iotcred_cache_state state;
        const uint64_t start = device_ms(NULL);
        unsigned long long known = atomic_load(&valid_until);
        if (iotcred_cache_get(&cache, &config, &credentials, &state, NULL) == IOTCRED_OK) {
            /* At the least: they are valid for so long from a moment in the call. */
            const unsigned long long until = start + state.valid_ms;
            while (until > known && !atomic_compare_exchange_weak(&valid_until, &known, until))
                continue;
        } else if (device_ms(NULL) < known) {
            *wrong += 1; /* known before the call, and valid after it */
        }
        iotcred_credentials_wipe(&credentials);
    }
    return NULL;
}

static void days_of_refreshes_half_of_which_fail(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    int wrong[THREADS] = { 0 };
    new_device();
    get("soak", GOOD, IOTCRED_OK, IOTCRED_CACHE_FRESH);
    atomic_store(&soaking, true);
    atomic_store(&valid_until, 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, soak_one, &wrong[i]), 0);
    /* The clock runs in steps that are short against the deadline, which is long: no request is overtaken by its own end. */
    const bool slow = slack_ms() > 1000;
    static const long long steps[] = { 0, 200, -200, 86400, -86400, 315360000, -315360000, -1700000000 };
    const uint64_t start = now_ms(), device_start = device_ms(NULL);
    for (unsigned i = 0; now_ms() - start < soak_ms() || (atomic_load(&connects) <= 5 && now_ms() - start < 60000); i++) {
        real_sleep(NULL, slow ? 20 : 3);
        pass(50000);
        atomic_store(&wall_off_s, steps[i / 50 % COUNT(steps)]);
    }
    atomic_store(&soaking, false);
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        check_number("soak", "gets without credentials", 0, wrong[i]);
    }
    check_number("soak", "in flight at most", 1, atomic_load(&most_in_flight));
    const int refreshes = connects_since_last();
    check(refreshes > 5, "soak", "there were refreshes");
    print_message("soak: %.1f days, %d requests\n", (double)(device_ms(NULL) - device_start) / (24.0 * HOUR), refreshes);
    all_rows_passed();
}

int main(void)
{
    const char *pki = needed("LOCAL_AWS_PKI");
    certificate = read_file(pki, "device-p256.cert.pem");
    private_key = read_file(pki, "device-p256.pkcs8.pem");
    ca = read_file(pki, "server-ca.pem");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fetched_once_and_served_until_it_is_due),
        cmocka_unit_test(moments_are_drawn),
        cmocka_unit_test(every_fault_in_every_phase),
        cmocka_unit_test(short_lives),
        cmocka_unit_test(clocks),
        cmocka_unit_test(a_device_without_a_clock),
        cmocka_unit_test(the_first_request_waits_for_its_moment),
        cmocka_unit_test(dates_that_tell_no_time),
        cmocka_unit_test(invalidation),
        cmocka_unit_test(a_wiped_cache_holds_nothing),
        cmocka_unit_test(deep_sleep),
        cmocka_unit_test(a_seal_that_was_changed),
        cmocka_unit_test(wrong_arguments),
        cmocka_unit_test(tries),
        cmocka_unit_test(many_threads_and_one_request),
        cmocka_unit_test(many_threads_with_the_callers_lock),
        cmocka_unit_test(days_of_refreshes_half_of_which_fail),
    };
    int failed = cmocka_run_group_tests_name("iotcred_cache against the local AWS", tests, NULL, NULL);
    iotcred_cache_wipe(&cache);
    free((void *)certificate.ptr);
    free((void *)private_key.ptr);
    free((void *)ca.ptr);
    return failed;
}
