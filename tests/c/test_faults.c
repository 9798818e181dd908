/* Each fault in each phase of the cache's life, against the stand-in's TLS or nginx's: what comes out, how long it takes, that valid credentials are served whenever
 * there are any, and that nothing is left behind. Prints a table.
 *
 *     test_faults stand-in|nginx [TABLE]      TABLE: a file for the table, beside stdout
 *     IOTCRED_FAULTS=all|some                 `all`: a cut at every byte in every phase, and not in one phase each (minutes). `some`: few cuts, and what runs
 *                                         into its deadline in two phases, for slow tools. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "leftovers.h"
#include "relay.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LONG_MS = 10000, SHORT_MS = 300, SECONDS_MS = 1500, MARGIN_S = 8, TEN_YEARS_S = 315360000 };

#define GOOD "fault-chunked"
#define OK IOTCRED_OK
#define LOST IOTCRED_ERR_CONNECTION_LOST
#define RESET IOTCRED_ERR_CONNECTION_RESET
#define DEADLINE IOTCRED_ERR_DEADLINE
#define MALFORMED IOTCRED_ERR_RESPONSE_MALFORMED
#define TOO_LARGE IOTCRED_ERR_RESPONSE_TOO_LARGE
#define DOCUMENT IOTCRED_ERR_DOCUMENT
#define THROTTLED IOTCRED_ERR_THROTTLED
#define SERVER_FAULT IOTCRED_ERR_SERVER_FAULT

/* --- A device whose clocks the test moves, with the operating system's sockets ---------------------------------- */

static uint64_t jumped_ms, slept_ms;
static int64_t wall_off_s;

static int64_t device_time(void *context)
{
    (void)context;
    return (int64_t)time(NULL) + wall_off_s;
}

static uint64_t device_ms(void *context)
{
    (void)context;
    return now_ms() + jumped_ms;
}

static void device_sleep(void *context, uint32_t ms)
{
    (void)context;
    jumped_ms += ms;
    slept_ms += ms;
}

static const iotcred_platform device = { .unix_time = device_time, .monotonic_ms = device_ms, .sleep = device_sleep };

static void set_clock(uint64_t ms)
{
    jumped_ms = ms - now_ms();
}

/* --- Faults ----------------------------------------------------------------------------------------------------- */

enum { STAND_IN = 1, NGINX = 2, BOTH = STAND_IN | NGINX };

struct fault {
    const char *name;
    iotcred_status status;
    /* What differs from a good request. */
    const char *role_alias;     /* NULL: GOOD */
    const char *server;         /* "MAIN" unless given: a listener's name */
    const char *stand_ins;      /* a listener of the stand-in's, in front of whom no relay stands */
    const char *device;         /* a device's certificate and key */
    const char *address;        /* where to connect in place of 127.0.0.1, by no relay */
    relay_mode mode;
    long n;
    int64_t wall_off_s;
    uint32_t timeout_ms;        /* LONG_MS unless given */
    uint32_t tries;             /* 1 unless given */
    bool is_short;              /* the cache's life is a minute, not an hour */
    int stacks;                 /* BOTH unless given */
    /* What else is expected. */
    uint32_t retry_after_ms;
    uint8_t tls_alert;
    uint16_t http_status;
    int32_t phase;              /* IOTCRED_PHASE_NONE: not looked at */
    iotcred_status or_else;     /* where the kernel decides a race */
    long records;               /* the answer is whole, and the fault none, once so many TLS records went through */
};

#define ANSWER(alias, status_, http) { .name = alias, .role_alias = "fault-" alias, .status = status_, .http_status = http }
/* For an answer without a date that is believed: the test moves the device's time and not the server's, so by little. */
#define UNDATED(alias) { .name = alias, .role_alias = "fault-" alias, .is_short = true }
#define LATE(alias, http) { .name = alias, .role_alias = "fault-" alias, .status = DEADLINE, .timeout_ms = SHORT_MS, .http_status = http, .phase = IOTCRED_PHASE_RECEIVE }
#define GOOD_ANSWER(alias) { .name = alias, .role_alias = "fault-" alias }
#define NGINX_SAYS(alias, status_, http) { .name = "nginx: " alias, .role_alias = "nginx-" alias, .server = "HTTP", .stacks = NGINX, .status = status_, .http_status = http }
#define ALERT(number, status_) { .name = "alert " #number, .mode = RELAY_ALERT, .n = number, .status = status_, .tls_alert = number }

static const struct fault faults[] = {
    { .name = "none", .status = OK },
    /* The network. */
    { .name = "refused", .stand_ins = "CLOSED", .status = IOTCRED_ERR_CONNECTION_REFUSED, .phase = IOTCRED_PHASE_CONNECT },
    { .name = "no such name", .address = "no-such-host.invalid", .status = IOTCRED_ERR_DNS, .or_else = IOTCRED_ERR_DNS_DEADLINE, .timeout_ms = 2000, .phase = IOTCRED_PHASE_RESOLVE },
    { .name = "reset at once", .mode = RELAY_RESET, .n = 0, .status = RESET, .phase = IOTCRED_PHASE_HANDSHAKE },
    { .name = "reset in the handshake", .mode = RELAY_RESET, .n = 700, .status = RESET, .phase = IOTCRED_PHASE_HANDSHAKE },
    { .name = "reset", .role_alias = "fault-reset", .status = RESET, .phase = IOTCRED_PHASE_RECEIVE, .stacks = STAND_IN },
    { .name = "reset-body", .role_alias = "fault-reset-body", .status = RESET, .phase = IOTCRED_PHASE_RECEIVE, .http_status = 200, .stacks = STAND_IN },
    { .name = "silent at once", .mode = RELAY_SILENT, .n = 0, .status = DEADLINE, .timeout_ms = SHORT_MS, .phase = IOTCRED_PHASE_HANDSHAKE },
    { .name = "silent in the handshake", .mode = RELAY_SILENT, .n = 700, .status = DEADLINE, .timeout_ms = SHORT_MS, .phase = IOTCRED_PHASE_HANDSHAKE },
    { .name = "drip: a byte a second", .mode = RELAY_DRIP, .n = 0, .status = DEADLINE, .timeout_ms = SECONDS_MS, .phase = IOTCRED_PHASE_HANDSHAKE },
    { .name = "drip: of the answer", .role_alias = "fault-drip-1000", .status = DEADLINE, .timeout_ms = SECONDS_MS, .phase = IOTCRED_PHASE_RECEIVE },
    LATE("never", 0), LATE("late-3000", 0), LATE("late-body-3000", 200), LATE("stall-head-40", 0), LATE("stall-body-100", 200),
    GOOD_ANSWER("late-50"), GOOD_ANSWER("drip"),
    ANSWER("close", LOST, 0),
    { .name = "cut", .role_alias = "fault-cut", .status = LOST, .stacks = STAND_IN },
    { .name = "garbage in TLS", .role_alias = "fault-garbage-record", .status = IOTCRED_ERR_TLS, .stacks = STAND_IN },
    /* TLS: every alert of RFC 8446, RFC 5246 and IANA's list. */
    { .name = "alert 0, a farewell", .mode = RELAY_ALERT, .n = 0, .status = LOST },
    ALERT(10, IOTCRED_ERR_TLS), ALERT(20, IOTCRED_ERR_TLS), ALERT(21, IOTCRED_ERR_TLS), ALERT(22, IOTCRED_ERR_TLS), ALERT(30, IOTCRED_ERR_TLS),
    ALERT(40, IOTCRED_ERR_TLS_NO_COMMON), ALERT(41, IOTCRED_ERR_CLIENT_REFUSED), ALERT(42, IOTCRED_ERR_CLIENT_REFUSED), ALERT(43, IOTCRED_ERR_CLIENT_REFUSED),
    ALERT(44, IOTCRED_ERR_CLIENT_REFUSED), ALERT(45, IOTCRED_ERR_CLIENT_REFUSED), ALERT(46, IOTCRED_ERR_CLIENT_REFUSED), ALERT(47, IOTCRED_ERR_TLS),
    ALERT(48, IOTCRED_ERR_CLIENT_REFUSED), ALERT(49, IOTCRED_ERR_CLIENT_REFUSED), ALERT(50, IOTCRED_ERR_TLS), ALERT(51, IOTCRED_ERR_CLIENT_REFUSED),
    ALERT(60, IOTCRED_ERR_TLS), ALERT(70, IOTCRED_ERR_TLS_NO_COMMON), ALERT(71, IOTCRED_ERR_TLS_NO_COMMON), ALERT(80, IOTCRED_ERR_TLS), ALERT(86, IOTCRED_ERR_TLS),
    { .name = "alert 90, a warning", .mode = RELAY_ALERT, .n = 90, .status = LOST },
    ALERT(100, IOTCRED_ERR_TLS), ALERT(109, IOTCRED_ERR_TLS), ALERT(110, IOTCRED_ERR_TLS), ALERT(111, IOTCRED_ERR_TLS), ALERT(112, IOTCRED_ERR_NAME_UNKNOWN),
    ALERT(113, IOTCRED_ERR_TLS), ALERT(114, IOTCRED_ERR_TLS), ALERT(115, IOTCRED_ERR_TLS), ALERT(116, IOTCRED_ERR_CLIENT_REFUSED), ALERT(120, IOTCRED_ERR_TLS),
    ALERT(121, IOTCRED_ERR_TLS), ALERT(255, IOTCRED_ERR_TLS),
    /* TLS: certificates. */
    { .name = "server expired", .server = "EXPIRED", .status = IOTCRED_ERR_SERVER_EXPIRED },
    { .name = "server not yet valid", .server = "NOT_YET_VALID", .status = IOTCRED_ERR_SERVER_NOT_YET_VALID },
    { .name = "server of another name", .server = "WRONG_NAME", .status = IOTCRED_ERR_SERVER_NAME },
    { .name = "server untrusted", .server = "UNTRUSTED", .status = IOTCRED_ERR_SERVER_UNTRUSTED },
    { .name = "server signs itself", .server = "SELF_SIGNED", .status = IOTCRED_ERR_SERVER_UNTRUSTED },
    { .name = "device of a wrong CA, TLS 1.3", .device = "rogue", .server = "TLS13", .status = IOTCRED_ERR_CLIENT_REFUSED, .tls_alert = 48, .stacks = STAND_IN },
    { .name = "device of a wrong CA, TLS 1.2", .device = "rogue", .server = "TLS12", .status = IOTCRED_ERR_CLIENT_REFUSED, .tls_alert = 48, .stacks = STAND_IN },
    { .name = "device expired", .device = "expired", .status = IOTCRED_ERR_CLIENT_REFUSED, .tls_alert = 45, .stacks = STAND_IN },
    { .name = "device unregistered", .device = "unregistered", .status = IOTCRED_ERR_CERTIFICATE_NOT_ACTIVE, .http_status = 403, .stacks = STAND_IN },
    { .name = "nginx: device of a wrong CA", .device = "rogue", .stacks = NGINX, .status = LOST },
    { .name = "nginx: device revoked", .device = "revoked", .stacks = NGINX, .status = LOST },
    { .name = "nginx HTTP: device of a wrong CA", .device = "rogue", .server = "HTTP", .stacks = NGINX, .status = IOTCRED_ERR_BAD_REQUEST, .http_status = 400 },
    { .name = "nginx HTTP: device expired", .device = "expired", .server = "HTTP", .stacks = NGINX, .status = IOTCRED_ERR_BAD_REQUEST, .http_status = 400 },
    { .name = "nginx HTTP: device revoked", .device = "revoked", .server = "HTTP", .stacks = NGINX, .status = IOTCRED_ERR_BAD_REQUEST, .http_status = 400 },
    { .name = "nginx HTTP: device revoked, TLS 1.2", .device = "revoked", .server = "HTTP_TLS12", .stacks = NGINX, .status = IOTCRED_ERR_BAD_REQUEST, .http_status = 400 },
    { .name = "nginx: TLS 1.1 alone", .server = "TLS11", .stacks = NGINX, .status = IOTCRED_ERR_TLS_NO_COMMON, .tls_alert = 70 },
    { .name = "nginx: no suite in common", .server = "ODD_SUITE", .stacks = NGINX, .status = IOTCRED_ERR_TLS_NO_COMMON, .tls_alert = 40 },
    { .name = "nginx: no group in common", .server = "ODD_GROUP", .stacks = NGINX, .status = IOTCRED_ERR_TLS_NO_COMMON, .tls_alert = 40 },
    /* Answers: every error of the table, and then what no server should say. */
    ANSWER("invalid-thing-name", IOTCRED_ERR_THING_NOT_ATTACHED, 403),
    ANSWER("access-denied", IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN, 403),
    ANSWER("certificate-invalid", IOTCRED_ERR_CERTIFICATE_NOT_ACTIVE, 403),
    ANSWER("alias-not-found", IOTCRED_ERR_ROLE_ALIAS_UNKNOWN, 404),
    ANSWER("role-not-assumable", IOTCRED_ERR_ROLE_NOT_ASSUMABLE, 400),
    ANSWER("duration-too-long", IOTCRED_ERR_DURATION_TOO_LONG, 400),
    ANSWER("data-endpoint", IOTCRED_ERR_DATA_ENDPOINT, 404),
    ANSWER("missing-authentication-token", IOTCRED_ERR_WRONG_ENDPOINT, 403),
    ANSWER("throttled-400", THROTTLED, 400),
    { .name = "429 with Retry-After", .role_alias = "fault-429", .status = THROTTLED, .http_status = 429, .retry_after_ms = 2000 },
    ANSWER("500", SERVER_FAULT, 500),
    { .name = "503 with Retry-After", .role_alias = "fault-503", .status = SERVER_FAULT, .http_status = 503, .retry_after_ms = 1000 },
    /* A number for each of the two programs that run at once. */
    { .name = "503, and good at the second try", .role_alias = "fault-flaky-1", .tries = 2, .stacks = STAND_IN },
    { .name = "503, and good at the second try", .role_alias = "fault-flaky-2", .tries = 2, .stacks = NGINX },
    ANSWER("error-not-json", IOTCRED_ERR_REFUSED, 403),
    ANSWER("error-hostile-message", IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN, 403),
    ANSWER("redirect", IOTCRED_ERR_REDIRECT, 301),
    GOOD_ANSWER("continue"), ANSWER("continue-9", TOO_LARGE, 0), ANSWER("endless-continue", TOO_LARGE, 0),
    ANSWER("headers-1024", TOO_LARGE, 0), ANSWER("header-long", TOO_LARGE, 0), ANSWER("many-headers", TOO_LARGE, 0),
    ANSWER("endless-head", TOO_LARGE, 0), ANSWER("endless-line", TOO_LARGE, 0), ANSWER("endless-body", TOO_LARGE, 200),
    ANSWER("endless-chunks", TOO_LARGE, 200), ANSWER("endless-trailer", TOO_LARGE, 200), ANSWER("large-body", TOO_LARGE, 200),
    ANSWER("lengths-conflict", MALFORMED, 0), ANSWER("length-plus", MALFORMED, 0), ANSWER("length-negative", MALFORMED, 0),
    ANSWER("length-and-chunked", MALFORMED, 0), ANSWER("short-body", MALFORMED, 200), ANSWER("chunked-no-last", MALFORMED, 200), ANSWER("garbage", MALFORMED, 0),
    GOOD_ANSWER("extra-bytes"),
    /* Clocks and dates. */
    { .name = "the clock 10 years behind", .wall_off_s = -TEN_YEARS_S, .status = IOTCRED_ERR_SERVER_NOT_YET_VALID },
    { .name = "the clock 10 years ahead", .wall_off_s = TEN_YEARS_S, .status = IOTCRED_ERR_SERVER_EXPIRED },
    { .name = "the clock says 1970", .wall_off_s = -1700000000, .status = IOTCRED_ERR_CLOCK_UNSET },
    UNDATED("date-missing"), UNDATED("date-absurd"), UNDATED("date-year-0"), UNDATED("date-year-9999"), UNDATED("date-age"),
    ANSWER("date-ahead-3700", DOCUMENT, 0), GOOD_ANSWER("date-behind-3700"),
    ANSWER("json-expired", DOCUMENT, 0), GOOD_ANSWER("json-lifetime-60"), ANSWER("json-expiration-absurd", DOCUMENT, 200),
    ANSWER("json-truncated", DOCUMENT, 200), ANSWER("json-token-4097", IOTCRED_ERR_CREDENTIAL_TOO_LONG, 200),
    /* nginx's own answers. */
    { .name = "nginx: its own good answer", .role_alias = "nginx-good", .server = "HTTP", .stacks = NGINX },
    { .name = "nginx: a good answer by its proxy", .role_alias = GOOD, .server = "HTTP", .stacks = NGINX },
    NGINX_SAYS("invalid-thing-name", IOTCRED_ERR_THING_NOT_ATTACHED, 403), NGINX_SAYS("access-denied", IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN, 403),
    NGINX_SAYS("certificate-invalid", IOTCRED_ERR_CERTIFICATE_NOT_ACTIVE, 403), NGINX_SAYS("alias-not-found", IOTCRED_ERR_ROLE_ALIAS_UNKNOWN, 404),
    NGINX_SAYS("role-not-assumable", IOTCRED_ERR_ROLE_NOT_ASSUMABLE, 400), NGINX_SAYS("duration-too-long", IOTCRED_ERR_DURATION_TOO_LONG, 400),
    NGINX_SAYS("429", THROTTLED, 429), NGINX_SAYS("500", SERVER_FAULT, 500), NGINX_SAYS("503", SERVER_FAULT, 503), NGINX_SAYS("redirect", IOTCRED_ERR_REDIRECT, 301),
};

/* --- Cells ------------------------------------------------------------------------------------------------------ */

enum { EMPTY, FRESH, ADVISORY, MANDATORY, EXPIRED, PHASES };
static const char *const phases[PHASES] = { "empty", "fresh", "advisory", "mandatory", "expired" };

typedef struct {
    iotcred_status status;
    iotcred_cache_state state;
    iotcred_error error;
    uint64_t took_ms;
    int connections;
} outcome;

static int stack;
static uint16_t relay_port;
static iotcred_bytes ca;
static struct {
    const char *name;
    iotcred_bytes certificate, private_key;
} devices[8];

/* A cache that was filled at one moment, to be copied: between calls a cache is plain memory. */
static struct {
    iotcred_cache cache;
    uint64_t at_ms;
    iotcred_cache_state state;
} filled;
static iotcred_cache cache = { .startup_spread_ms = IOTCRED_CACHE_NO_SPREAD }; /* also on a machine that has just started */

static uint16_t port_of(const char *prefix, const char *name)
{
    char variable[64];
    snprintf(variable, sizeof variable, "%s%s", prefix, name);
    return (uint16_t)strtoul(needed(variable), NULL, 10);
}

static uint16_t server_port(const struct fault *fault)
{
    const char *name = fault->server != NULL ? fault->server : "MAIN";
    if (stack == NGINX)
        return port_of("LOCAL_AWS_NGINX_PORT_", name);
    return strcmp(name, "MAIN") == 0 ? port_of("IOTCRED_", "PORT") : port_of("LOCAL_AWS_PORT_", name);
}

static size_t device_named(const char *name)
{
    for (size_t i = 0; i < COUNT(devices); i++) {
        if (devices[i].name == NULL) {
            char file[64];
            snprintf(file, sizeof file, "device-%s.cert.pem", name);
            devices[i].certificate = read_file(needed("LOCAL_AWS_PKI"), file);
            snprintf(file, sizeof file, "device-%s.pkcs8.pem", name);
            devices[i].private_key = read_file(needed("LOCAL_AWS_PKI"), file);
            devices[i].name = name;
        }
        if (strcmp(devices[i].name, name) == 0)
            return i;
    }
    exit(1);
}

/* Under a slow tool a handshake takes seconds, and a deadline must still leave room for what comes before the fault. */
static uint32_t timeout_of(const struct fault *fault)
{
    uint32_t factor = slack_ms() > 4000 ? 4 : 1;
    return fault->timeout_ms == 0 ? (uint32_t)(LONG_MS + slack_ms()) : fault->timeout_ms * factor;
}

static iotcred_config config_for(const struct fault *fault)
{
    const size_t own = device_named(fault->device != NULL ? fault->device : "p256");
    return (iotcred_config){
        .endpoint = needed("IOTCRED_ENDPOINT"),
        .address = fault->address != NULL ? fault->address : "127.0.0.1",
        .port = fault->stand_ins != NULL ? port_of("LOCAL_AWS_PORT_", fault->stand_ins) : relay_port,
        .role_alias = fault->role_alias != NULL ? fault->role_alias : GOOD,
        .certificate = devices[own].certificate,
        .private_key = devices[own].private_key,
        .ca = ca,
        .timeout_ms = timeout_of(fault),
        .platform = &device,
        .tries = fault->tries != 0 ? fault->tries : 1,
    };
}

static const struct fault no_fault = { .name = "no fault" }, short_life = { .role_alias = "fault-json-lifetime-60" };

/* Asks the cache once. Checks what holds of every call: outputs, error, credentials, and that nothing is left. */
static outcome ask(const char *row, const struct fault *fault)
{
    static iotcred_credentials credentials;
    static outcome got;
    const iotcred_config config = config_for(fault);
    memset(&credentials, PATTERN, sizeof credentials);
    memset(&got, PATTERN, sizeof got);
    relay_wait();
    relay_set(fault->mode, fault->n, server_port(fault));
    relay_connections();
    wall_off_s = fault->wall_off_s;
    const leftovers before = leftovers_now();
    const uint64_t start = now_ms(), slept = slept_ms;
    got.status = iotcred_cache_get(&cache, &config, &credentials, &got.state, &got.error);
    got.took_ms = now_ms() - start + (slept_ms - slept);
    /* The header's one exception: a lookup that outlasts the deadline ends later. */
    const bool is_looking_up = fault->address != NULL;
    while (is_looking_up && leftovers_now().threads > before.threads)
        continue;
    check(leftovers_none(before), row, "no descriptor, thread or byte of heap is left");
    got.connections = relay_connections();
    wall_off_s = 0;
    check_error(row, &got.error, got.status);
    check(got.took_ms <= config.timeout_ms + slack_ms(), row, "within the deadline");
    if (got.status != OK) {
        check(all_bytes(&credentials, PATTERN, sizeof credentials) && all_bytes(&got.state, PATTERN, sizeof got.state), row, "the outputs are untouched");
    } else {
        check(strcmp(credentials.access_key_id, "ASIAIOSFODNN7EXAMPLE") == 0 && strlen(credentials.session_token) == 900, row, "the credentials are whole");
        check(got.state.valid_ms > 0, row, "the credentials are valid");
    }
    iotcred_credentials_wipe(&credentials);
    return got;
}

static void fill(bool is_short)
{
    iotcred_cache_wipe(&cache);
    const outcome got = ask("filling", is_short ? &short_life : &no_fault);
    check_status("filling", OK, got.status);
    filled.cache = cache;
    filled.at_ms = device_ms(NULL);
    filled.state = got.state;
}

/* Puts the cache into a phase of its life. */
static void enter(int phase)
{
    static const uint64_t second = 1000;
    if (phase == EMPTY) {
        iotcred_cache_wipe(&cache);
        return;
    }
    cache = filled.cache;
    const uint64_t ages[PHASES] = { 0, second, filled.state.next_wake_ms + 1, filled.state.valid_ms - MARGIN_S * second, filled.state.valid_ms + second };
    set_clock(filled.at_ms + ages[phase]);
}

/* What the fault did comes to, once it has happened. A clock that is off does no harm any more once the cache knows the server's date. */
static iotcred_status status_of(const struct fault *fault, int phase)
{
    if (fault->wall_off_s != 0 && phase != EMPTY)
        return OK;
    return fault->records != 0 && relay_records() >= fault->records ? OK : fault->status;
}

static bool is_expected(const struct fault *fault, iotcred_status status)
{
    return status == fault->status || (fault->or_else != OK && status == fault->or_else);
}

/* One cell: what the cache says in this phase while the fault lasts. */
static outcome cell(const char *row, const struct fault *fault, int phase)
{
    enter(phase);
    const outcome got = ask(row, fault);
    const bool is_served = phase == FRESH || phase == ADVISORY || phase == MANDATORY;
    const bool fails = status_of(fault, phase) != OK && phase != FRESH;
    const int requests = phase == FRESH || fault->stand_ins != NULL || fault->address != NULL || (fault->status == IOTCRED_ERR_CLOCK_UNSET && phase == EMPTY) ? 0 : 1;
    check_number(row, "connections", fault->tries > 1 && phase != FRESH ? (long)fault->tries : requests, got.connections);
    if (fails && timeout_of(fault) < LONG_MS && fault->status == DEADLINE)
        check(got.took_ms >= timeout_of(fault), row, "does not give up before the deadline");
    if (!fails || is_served) {
        check_status(row, OK, got.status);
        check_number(row, "state", fails ? IOTCRED_CACHE_STALE : IOTCRED_CACHE_FRESH, got.state.state);
        if (fails && !is_expected(fault, got.state.refresh_status))
            check_status(row, fault->status, got.state.refresh_status);
        return got;
    }
    if (!is_expected(fault, got.status) && !check_status(row, fault->status, got.status))
        print_error("    message: %.255s\n", got.error.message);
    check_number(row, "retry_after_ms", fault->retry_after_ms, got.error.retry_after_ms);
    check_number(row, "tls_alert", fault->tls_alert, got.error.tls_alert);
    check_number(row, "http_status", fault->http_status, got.error.http_status);
    if (fault->phase != IOTCRED_PHASE_NONE)
        check_number(row, "phase", fault->phase, got.error.phase);
    return got;
}

/* After a failure with nothing valid: as soon as the cache says, all is well again. */
static void recovers(const char *row)
{
    uint32_t wait_ms = 0;
    const iotcred_config config = config_for(&no_fault);
    check_status(row, OK, iotcred_cache_next_wake(&cache, &config, &wait_ms));
    check(wait_ms <= 10 * 60000, row, "the pause is at most 10 minutes");
    set_clock(device_ms(NULL) + wait_ms);
    const outcome got = ask(row, &no_fault);
    check_status(row, OK, got.status);
}

/* --- The table -------------------------------------------------------------------------------------------------- */

static FILE *table;
static bool all, some;

static void say(const char *text)
{
    fputs(text, stdout);
    if (table != NULL)
        fputs(text, table);
}

static void say_header(void)
{
    char line[256];
    snprintf(line, sizeof line, "\n%s\n%-36s", stack == NGINX ? "Faults behind nginx" : "Faults of the stand-in", "fault");
    say(line);
    for (int phase = EMPTY; phase < PHASES; phase++) {
        snprintf(line, sizeof line, "  %-15s", phases[phase]);
        say(line);
    }
    say("  deadline\n");
}

/* Under a slow tool what runs into its deadline is asked with nothing valid, and with something. */
static bool is_left_out(const struct fault *fault, int phase)
{
    return some && fault->status == DEADLINE && (phase == MANDATORY || phase == EXPIRED);
}

/* `ok`, `stale`, or the number of the status; and the milliseconds. */
static void say_cell(const outcome *got)
{
    char word[16] = "ok", line[32];
    if (got->status != OK)
        snprintf(word, sizeof word, "%d", (int)got->status);
    else if (got->state.state == IOTCRED_CACHE_STALE)
        snprintf(word, sizeof word, "stale");
    snprintf(line, sizeof line, "  %-5s %6u ms", word, (unsigned)got->took_ms);
    say(line);
}

static void every_fault_in_every_phase(void **state)
{
    (void)state;
    say_header();
    for (size_t i = 0; i < COUNT(faults); i++) {
        const struct fault *fault = &faults[i];
        if (fault->stacks != 0 && (fault->stacks & stack) == 0)
            continue;
        char line[160];
        snprintf(line, sizeof line, "%-36s", fault->name);
        say(line);
        fill(fault->is_short);
        for (int phase = EMPTY; phase < PHASES; phase++) {
            if (is_left_out(fault, phase)) {
                say("  -              ");
                continue;
            }
            snprintf(line, sizeof line, "%s, %s", fault->name, phases[phase]);
            const outcome got = cell(line, fault, phase);
            if (phase == EXPIRED && got.status != OK)
                recovers(line);
            say_cell(&got);
        }
        snprintf(line, sizeof line, "  %6u ms  %s\n", (unsigned)timeout_of(fault), fault->status != OK ? iotcred_status_str(fault->status) : "");
        say(line);
    }
    say("stale: valid credentials were served although the refresh failed, for the reason that stands under `expired`.\n");
    all_rows_passed();
}

/* --- Cuts ------------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    long cells, good;
    uint64_t longest_ms;
} sweep;

static void say_sweep(const sweep *sweep)
{
    char line[256];
    snprintf(line, sizeof line, "%-60s %6ld cells, %5ld good, longest %u ms\n", sweep->name, sweep->cells, sweep->good, (unsigned)sweep->longest_ms);
    say(line);
}

/* The cells of one cut: one phase, taken in turn, or all of them. `row` begins with the fault's name. */
static void cut(sweep *sweep, struct fault *fault, bool in_every_phase)
{
    static int turn;
    static const int asking[] = { EMPTY, ADVISORY, MANDATORY, EXPIRED };
    const size_t cells = in_every_phase ? COUNT(asking) : 1;
    for (size_t i = 0; i < cells; i++, turn++) {
        const int phase = asking[(size_t)turn % COUNT(asking)];
        char row[128];
        snprintf(row, sizeof row, "%s %ld, %s", fault->name, fault->n, phases[phase]);
        if (sweep->cells++ % 500 == 0)
            fill(false);
        const outcome got = cell(row, fault, phase);
        sweep->good += status_of(fault, phase) == OK;
        sweep->longest_ms = got.took_ms > sweep->longest_ms ? got.took_ms : sweep->longest_ms;
    }
}

/* The answer ends at each of its bytes: cut by the network, or ended by a server that should know better. */
static void answers_cut_at_every_byte(void **state)
{
    (void)state;
    const long head = strtol(needed("LOCAL_AWS_GOOD_HEAD_BYTES"), NULL, 10), body = strtol(needed("LOCAL_AWS_GOOD_BODY_BYTES"), NULL, 10);
    /* Behind nginx each cut becomes a close_notify. */
    for (int ended = stack == NGINX; ended <= 1; ended++) {
        sweep sweep = { .name = ended ? "the answer ended by close_notify after N of its bytes" : "the answer cut after N of its bytes" };
        for (long n = 0; n < head + body; n += some ? 101 : 1) {
            char alias[64];
            snprintf(alias, sizeof alias, "fault-%s-%s-%ld", ended ? "short" : "cut", n < head ? "head" : "body", n < head ? n : n - head);
            const bool is_unanswered = !ended || n == 0;
            struct fault fault = { .name = sweep.name, .role_alias = alias, .n = n, .status = is_unanswered ? LOST : MALFORMED };
            fault.http_status = n >= head ? 200 : 0;
            cut(&sweep, &fault, all);
        }
        say_sweep(&sweep);
    }
    all_rows_passed();
}

/* Where a good answer ends on the wire: how many TLS records and bytes that is. At most close_notify comes behind it. */
static void measure(struct fault *fault, long *bytes)
{
    enum { CLOSE_NOTIFY_MAX = 64 };
    enter(EMPTY);
    fault->mode = RELAY_PASS;
    check_status(fault->name, OK, ask(fault->name, fault).status);
    relay_wait();
    const long all_records = relay_records(), all_bytes = relay_bytes();
    fault->mode = RELAY_CUT_RECORD;
    for (fault->n = all_records - 1; fault->n <= all_records; fault->n++) {
        enter(EMPTY);
        if (ask(fault->name, fault).status == OK)
            break;
    }
    fault->records = fault->n;
    *bytes = relay_bytes();
    check(fault->n <= all_records && all_bytes - *bytes <= CLOSE_NOTIFY_MAX, fault->name, "no more than close_notify comes behind the answer");
}

/* The ciphertext ends, or the connection breaks, at each byte and behind each record of the handshake and the answer. */
static void connections_cut_at_every_byte_and_record(void **state)
{
    (void)state;
    static const struct {
        const char *server, *cut_at_byte, *reset_at_byte, *cut_at_record;
        int step;
    } rows[] = {
        { "TLS13", "TLS 1.3 cut after N bytes", "TLS 1.3 reset after N bytes", "TLS 1.3 cut after N records", 1 },
        { "TLS12", "TLS 1.2 cut after N bytes", "TLS 1.2 reset after N bytes", "TLS 1.2 cut after N records", 1 },
    };
    enum { RESET_STEP = 13, SOME_STEP = 211 };
    for (size_t i = 0; i < COUNT(rows); i++) {
        long bytes = 0;
        struct fault fault = { .name = rows[i].cut_at_byte, .server = rows[i].server };
        measure(&fault, &bytes);
        fault.status = LOST;
        sweep at_record = { .name = fault.name = rows[i].cut_at_record };
        fault.mode = RELAY_CUT_RECORD;
        for (fault.n = 0; fault.n <= fault.records; fault.n++)
            cut(&at_record, &fault, !some);
        check_number(fault.name, "whole answers", some ? 1 : 4, at_record.good);
        say_sweep(&at_record);
        sweep at_byte = { .name = fault.name = rows[i].cut_at_byte };
        fault.mode = RELAY_CUT;
        for (fault.n = 0; fault.n <= bytes; fault.n += some ? SOME_STEP : rows[i].step)
            cut(&at_byte, &fault, all);
        say_sweep(&at_byte);
        sweep reset = { .name = fault.name = rows[i].reset_at_byte };
        fault.mode = RELAY_RESET;
        fault.status = RESET;
        /* A reset behind the answer may still overtake it. */
        for (fault.n = 0; fault.n < bytes - 1500; fault.n += some ? SOME_STEP : RESET_STEP)
            cut(&reset, &fault, all);
        say_sweep(&reset);
    }
    all_rows_passed();
}

/* --- The tools do their work ------------------------------------------------------------------------------------ */

static void leftovers_are_seen(void **state)
{
    (void)state;
    const leftovers before = leftovers_now();
    assert_true(leftovers_none(before));
    FILE *file = fopen("/dev/null", "r");
    assert_false(leftovers_none(before));
    fclose(file);
    void *volatile block = malloc(1);
    assert_false(leftovers_none(before));
    free(block);
    assert_true(leftovers_none(before));
    enter(EMPTY);
    assert_int_equal(ask("the library's heap", &no_fault).status, OK);
    assert_true(leftovers_now().allocations - before.allocations > 100);
}

/* std keeps something for each thread that has had to wait for a lookup, until the thread ends. */
static void *look_up(void *row)
{
    static const struct fault by_name = { .name = "by name", .address = "localhost", .stand_ins = "CLOSED" };
    const iotcred_config config = config_for(&by_name);
    static iotcred_credentials credentials;
    check_status(row, IOTCRED_ERR_CONNECTION_REFUSED, iotcred_fetch(&config, &credentials, NULL));
    return NULL;
}

static void a_thread_that_looks_a_name_up_leaves_nothing(void **state)
{
    (void)state;
    const leftovers before = leftovers_now();
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, look_up, "a thread"), 0);
    pthread_join(thread, NULL);
    check(leftovers_none(before), "a thread", "nothing is left");
    all_rows_passed();
}

static void remember(int argc, char **argv)
{
    const char *how_many = getenv("IOTCRED_FAULTS");
    all = how_many != NULL && strcmp(how_many, "all") == 0;
    some = how_many != NULL && strcmp(how_many, "some") == 0;
    stack = argc > 1 && strcmp(argv[1], "nginx") == 0 ? NGINX : STAND_IN;
    if (stack == NGINX)
        needed("LOCAL_AWS_NGINX_PORT_MAIN");
    ca = read_file(needed("LOCAL_AWS_PKI"), "server-ca.pem");
    table = argc > 2 ? fopen(argv[2], "w") : NULL;
    static const char *const names[] = { "p256", "rogue", "expired", "unregistered", "revoked" };
    for (size_t i = 0; i < COUNT(names); i++)
        device_named(names[i]);
    const leftovers before = leftovers_now();
    for (int i = 0; i < 20 && leftovers_now().blocks == before.blocks; i++) {
        look_up("the main thread");
        while (leftovers_now().threads > before.threads)
            continue;
    }
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    relay_port = relay_start();
    remember(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leftovers_are_seen),
        cmocka_unit_test(a_thread_that_looks_a_name_up_leaves_nothing),
        cmocka_unit_test(every_fault_in_every_phase),
        cmocka_unit_test(answers_cut_at_every_byte),
        cmocka_unit_test(connections_cut_at_every_byte_and_record),
    };
    int failed = cmocka_run_group_tests_name("each fault in each phase of the cache's life", tests, NULL, NULL);
    for (size_t i = 0; i < COUNT(devices); i++) {
        free((void *)devices[i].certificate.ptr);
        free((void *)devices[i].private_key.ptr);
    }
    free((void *)ca.ptr);
    if (table != NULL)
        fclose(table);
    relay_stop();
    return failed;
}
