/* iotcred_fetch against the local AWS: every device key, every server, every fault of tests/local_aws/faults.py that has a status of its own. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A deadline that no good answer comes near, and one for servers that never answer. */
enum { LONG_MS = 10000, SHORT_MS = 400 };

static const char *pki;
static iotcred_bytes certificate, private_key, ca;

static uint16_t port_of(const char *name)
{
    return (uint16_t)strtoul(needed(name), NULL, 10);
}

static iotcred_config config_for(const char *role_alias)
{
    return (iotcred_config){
        .endpoint = needed("IOTCRED_ENDPOINT"),
        .address = needed("IOTCRED_ADDRESS"),
        .port = port_of("IOTCRED_PORT"),
        .role_alias = role_alias,
        .thing_name = needed("IOTCRED_THING_NAME"),
        .certificate = certificate,
        .private_key = private_key,
        .ca = ca,
        .timeout_ms = (uint32_t)(LONG_MS + slack_ms()),
        .tries = 1, /* a second try is test_cache.c's */
    };
}

/* Fetches, and checks all that an outcome promises. Returns the error; credentials are wiped unless `keep` takes them. */
static iotcred_error expect(const iotcred_config *config, const char *row, iotcred_status expected, iotcred_credentials *keep)
{
    static iotcred_credentials own;
    iotcred_credentials *credentials = keep != NULL ? keep : &own;
    iotcred_error error;
    memset(credentials, PATTERN, sizeof *credentials);
    memset(&error, PATTERN, sizeof error);
    uint64_t start = now_ms();
    iotcred_status status = iotcred_fetch(config, credentials, &error);
    uint64_t took = now_ms() - start;
    if (!check_status(row, expected, status))
        print_error("    message: %.255s\n", status == error.status ? error.message : "?");
    check_error(row, &error, status);
    check(took <= config->timeout_ms + slack_ms(), row, "returns within its deadline");
    if (status != IOTCRED_OK) {
        check(all_bytes(credentials, PATTERN, sizeof *credentials), row, "the credentials are untouched");
        check(strstr(error.message, "EXAMPLETOKEN") == NULL && strstr(error.message, "wJalr") == NULL, row, "the message holds no secret");
    } else {
        size_t id = strlen(credentials->access_key_id);
        check(id >= 16 && id <= 128, row, "access_key_id");
        check(strlen(credentials->secret_access_key) > 0 && strlen(credentials->session_token) > 0, row, "secret and token");
        check(strlen(credentials->expiration_text) == 20 && credentials->expiration > 1700000000, row, "expiration");
    }
    if (keep == NULL)
        iotcred_credentials_wipe(&own);
    return error;
}

/* --- Good answers ---------------------------------------------------------------------------------------------- */

static void real_credentials(void **state)
{
    (void)state;
    static iotcred_credentials credentials;
    static const iotcred_credentials zero;
    iotcred_config config = config_for(needed("IOTCRED_ROLE_ALIAS"));
    expect(&config, "a real role alias", IOTCRED_OK, &credentials);
    time_t now = time(NULL);
    check(credentials.server_time >= now - 60 && credentials.server_time <= now + 60, "a real role alias", "the server's time");
    check(credentials.expiration > credentials.server_time, "a real role alias", "is not expired");
    struct tm date = { 0 };
    time_t expiration = (time_t)credentials.expiration;
    char text[21];
    gmtime_r(&expiration, &date);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &date);
    check(strcmp(text, credentials.expiration_text) == 0, "a real role alias", "both expirations are the same");
    size_t token = strlen(credentials.session_token);
    check(all_bytes(credentials.session_token + token, 0, sizeof credentials.session_token - token), "a real role alias", "nothing behind the token");
    iotcred_credentials_wipe(&credentials);
    check(memcmp(&credentials, &zero, sizeof zero) == 0, "a real role alias", "wiped");
    config.role_alias = needed("LOCAL_AWS_ODD_ROLE_ALIAS");
    expect(&config, "a role alias with odd characters", IOTCRED_OK, NULL);
    config = config_for(needed("IOTCRED_ROLE_ALIAS"));
    config.thing_name = NULL;
    expect(&config, "without a thing name", IOTCRED_OK, NULL);
    all_rows_passed();
}

/* What the stand-in's dummy answers hold. */
static void every_member_arrives(void **state)
{
    (void)state;
    static iotcred_credentials credentials;
    iotcred_config config = config_for("fault-json-escapes");
    expect(&config, "escapes", IOTCRED_OK, &credentials);
    check(strcmp(credentials.access_key_id, "ASIAIOSFODNN7EXAMPLE") == 0, "escapes", "access_key_id");
    check(strcmp(credentials.secret_access_key, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY") == 0, "escapes", "secret_access_key");
    check(strlen(credentials.session_token) == 900 && strncmp(credentials.session_token, "IQoJb3JpZ2luX2VjEXAMPLETOKEN+/IQo", 33) == 0, "escapes", "token");
    iotcred_credentials_wipe(&credentials);
    all_rows_passed();
}

static void device_keys(void **state)
{
    (void)state;
    static const struct {
        const char *name, *key, *thing;
        iotcred_status status;
    } rows[] = {
        { "p256", "pkcs8.pem", "camera-17", IOTCRED_OK },        { "p256", "sec1.pem", "thermostat-1", IOTCRED_OK },
        { "p256", "pkcs8.der", "camera-17", IOTCRED_OK },        { "p256", "sec1.der", "camera-17", IOTCRED_OK },
        { "p256", "ecparam.pem", "camera-17", IOTCRED_OK },      { "p384", "sec1.pem", "camera-38", IOTCRED_OK },
        { "p384", "pkcs8.pem", "camera-38", IOTCRED_OK },        { "rsa2048", "pkcs1.pem", "gateway-20", IOTCRED_OK },
        { "rsa2048", "pkcs8.der", "gateway-20", IOTCRED_OK },    { "rsa3072", "pkcs8.pem", "gateway-30", IOTCRED_OK },
        { "rsa3072", "pkcs1.der", "gateway-30", IOTCRED_OK },    { "chain", "pkcs8.pem", "camera-18", IOTCRED_OK },
        { "p256", "pkcs8.pem", "camera-18", IOTCRED_ERR_THING_NOT_ATTACHED },
        { "unregistered", "pkcs8.pem", NULL, IOTCRED_ERR_CERTIFICATE_NOT_ACTIVE },
        { "expired", "pkcs8.pem", NULL, IOTCRED_ERR_CLIENT_REFUSED },
        { "rogue", "pkcs8.pem", NULL, IOTCRED_ERR_CLIENT_REFUSED },
    };
    static const char *const listeners[] = { "LOCAL_AWS_PORT_TLS12", "LOCAL_AWS_PORT_TLS13", "LOCAL_AWS_PORT_TLS12_RSA" };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t j = 0; j < COUNT(listeners); j++) {
            char name[64], row[128];
            snprintf(name, sizeof name, "device-%s.cert.pem", rows[i].name);
            iotcred_bytes own_certificate = read_file(pki, name);
            snprintf(name, sizeof name, "device-%s.%s", rows[i].name, rows[i].key);
            iotcred_bytes own_key = read_file(pki, name);
            iotcred_config config = config_for("fault-chunked");
            config.certificate = own_certificate;
            config.private_key = own_key;
            config.thing_name = rows[i].thing;
            config.port = port_of(listeners[j]);
            snprintf(row, sizeof row, "%s at %s", name, listeners[j]);
            expect(&config, row, rows[i].status, NULL);
            free((void *)own_certificate.ptr);
            free((void *)own_key.ptr);
        }
    all_rows_passed();
}

/* --- Servers --------------------------------------------------------------------------------------------------- */

static void servers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        iotcred_status status;
        uint32_t timeout_ms;
    } rows[] = {
        { "P256", IOTCRED_OK, LONG_MS },
        { "RSA", IOTCRED_OK, LONG_MS },
        { "SHORT_CHAIN", IOTCRED_OK, LONG_MS },
        { "LONG_CHAIN", IOTCRED_OK, LONG_MS },
        { "TLS12", IOTCRED_OK, LONG_MS },
        { "TLS12_RSA", IOTCRED_OK, LONG_MS },
        { "TLS13", IOTCRED_OK, LONG_MS },
        { "EXPIRED", IOTCRED_ERR_SERVER_EXPIRED, LONG_MS },
        { "NOT_YET_VALID", IOTCRED_ERR_SERVER_NOT_YET_VALID, LONG_MS },
        { "WRONG_NAME", IOTCRED_ERR_SERVER_NAME, LONG_MS },
        { "UNTRUSTED", IOTCRED_ERR_SERVER_UNTRUSTED, LONG_MS },
        { "SELF_SIGNED", IOTCRED_ERR_SERVER_UNTRUSTED, LONG_MS },
        { "MISSING_INTERMEDIATE", IOTCRED_ERR_SERVER_UNTRUSTED, LONG_MS },
        { "SILENT", IOTCRED_ERR_DEADLINE, SHORT_MS },
        { "HANDSHAKE_STALL", IOTCRED_ERR_DEADLINE, SHORT_MS },
        { "HANDSHAKE_CUT", IOTCRED_ERR_CONNECTION_LOST, LONG_MS },
        { "GARBAGE", IOTCRED_ERR_TLS, LONG_MS },
        { "PLAIN_HTTP", IOTCRED_ERR_TLS, LONG_MS },
        { "ALERT", IOTCRED_ERR_TLS_NO_COMMON, LONG_MS },
        { "CLOSED", IOTCRED_ERR_CONNECTION_REFUSED, LONG_MS },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char name[64];
        snprintf(name, sizeof name, "LOCAL_AWS_PORT_%s", rows[i].name);
        iotcred_config config = config_for("fault-chunked");
        config.port = port_of(name);
        config.timeout_ms = rows[i].timeout_ms == LONG_MS ? config.timeout_ms : SHORT_MS;
        uint64_t start = now_ms();
        iotcred_error error = expect(&config, rows[i].name, rows[i].status, NULL);
        if (rows[i].timeout_ms == SHORT_MS)
            check(now_ms() - start >= SHORT_MS, rows[i].name, "does not give up before the deadline");
        check(error.http_status == 0, rows[i].name, "has no HTTP status");
        check_number(rows[i].name, "tls_alert", strcmp(rows[i].name, "ALERT") == 0 ? 40 : 0, error.tls_alert);
    }
    all_rows_passed();
}

/* What the certificates say, in the error. */
static void what_is_wrong_with_the_server(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words;
        bool dates;
    } rows[] = {
        { "EXPIRED", "the server's certificate is valid from ", true },
        { "NOT_YET_VALID", "the server's certificate is valid from ", true },
        { "WRONG_NAME", "is for another-host.local-aws.test", false },
        { "UNTRUSTED", "the issuer \"local-aws other root\", which is no trusted root", false },
        { "SELF_SIGNED", "signed by itself", false },
        { "MISSING_INTERMEDIATE", "the issuer \"local-aws server intermediate P-256\"", false },
        { "ALERT", "alert 40", false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char name[64];
        snprintf(name, sizeof name, "LOCAL_AWS_PORT_%s", rows[i].name);
        iotcred_config config = config_for("fault-chunked");
        iotcred_credentials credentials;
        iotcred_error error;
        config.port = port_of(name);
        (void)iotcred_fetch(&config, &credentials, &error);
        check(strstr(error.message, rows[i].words) != NULL, rows[i].name, error.message);
        check_number(rows[i].name, "phase", IOTCRED_PHASE_HANDSHAKE, error.phase);
        const int64_t now = (int64_t)time(NULL), day = 86400;
        if (!rows[i].dates)
            check(error.not_before == 0 && error.not_after == 0 && error.device_time == 0, rows[i].name, "speaks of no dates");
        else
            check(error.device_time >= now - day / 2 && error.device_time <= now, rows[i].name, "has the device's date");
        /* As tests/local_aws/pki.py makes them. */
        if (strcmp(rows[i].name, "EXPIRED") == 0)
            check(error.not_after < now && error.not_after > now - 2 * day && error.not_before < now - 59 * day, rows[i].name, "both dates");
        if (strcmp(rows[i].name, "NOT_YET_VALID") == 0)
            check(error.not_before > now + 29 * day && error.not_after > now + 59 * day, rows[i].name, "both dates");
    }
    all_rows_passed();
}

/* Where the time went, and where a failure came. */
static void phases(void **state)
{
    (void)state;
    static const struct {
        const char *alias, *port;
        iotcred_status status;
        int32_t phase;
    } rows[] = {
        { "fault-late-300", "P256", IOTCRED_OK, IOTCRED_PHASE_NONE },
        { "fault-never", "P256", IOTCRED_ERR_DEADLINE, IOTCRED_PHASE_RECEIVE },
        { "fault-stall-body-100", "P256", IOTCRED_ERR_DEADLINE, IOTCRED_PHASE_RECEIVE },
        { "fault-cut", "P256", IOTCRED_ERR_CONNECTION_LOST, IOTCRED_PHASE_RECEIVE },
        { "fault-close", "P256", IOTCRED_ERR_CONNECTION_LOST, IOTCRED_PHASE_RECEIVE },
        { "fault-chunked", "SILENT", IOTCRED_ERR_DEADLINE, IOTCRED_PHASE_HANDSHAKE },
        { "fault-chunked", "HANDSHAKE_CUT", IOTCRED_ERR_CONNECTION_LOST, IOTCRED_PHASE_HANDSHAKE },
        { "fault-chunked", "CLOSED", IOTCRED_ERR_CONNECTION_REFUSED, IOTCRED_PHASE_CONNECT },
        { "fault-access-denied", "P256", IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN, IOTCRED_PHASE_NONE },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char name[64], row[128];
        snprintf(name, sizeof name, "LOCAL_AWS_PORT_%s", rows[i].port);
        snprintf(row, sizeof row, "%s at %s", rows[i].alias, rows[i].port);
        iotcred_timings timings;
        iotcred_config config = config_for(rows[i].alias);
        config.port = port_of(name);
        config.timings = &timings;
        const bool waits = rows[i].status == IOTCRED_ERR_DEADLINE;
        if (waits)
            config.timeout_ms = (uint32_t)(SHORT_MS + slack_ms() / 10); /* the phases before have the slack */
        iotcred_error error = expect(&config, row, rows[i].status, NULL);
        check_number(row, "phase", rows[i].phase, error.phase);
        const uint32_t sum = timings.resolve_ms + timings.connect_ms + timings.handshake_ms + timings.send_ms + timings.receive_ms;
        check(timings.tries == 1 && sum <= timings.total_ms && timings.total_ms <= config.timeout_ms + slack_ms(), row, "the phases are within the whole");
        if (waits)
            check((rows[i].phase == IOTCRED_PHASE_RECEIVE ? timings.receive_ms : timings.handshake_ms) >= SHORT_MS / 2, row, "the phase has the time");
        if (rows[i].status == IOTCRED_OK)
            check(timings.receive_ms >= 290, row, "the wait was for the response");
        if (rows[i].phase == IOTCRED_PHASE_CONNECT)
            check(timings.handshake_ms + timings.send_ms + timings.receive_ms == 0, row, "what was not reached took no time");
    }
    iotcred_timings timings;
    iotcred_config config = config_for("fault-chunked");
    config.address = "no-such-host.invalid";
    config.timings = &timings;
    config.timeout_ms = 5000;
    iotcred_credentials credentials;
    iotcred_error error;
    (void)iotcred_fetch(&config, &credentials, &error);
    check_number("a name that does not exist", "phase", IOTCRED_PHASE_RESOLVE, error.phase);
    check(timings.handshake_ms + timings.send_ms + timings.receive_ms == 0, "a name that does not exist", "what was not reached took no time");
    all_rows_passed();
}

/* The server refuses it; the error says besides what the device's own clock thinks of it. */
static void a_certificate_that_has_expired(void **state)
{
    (void)state;
    static const char *const listeners[] = { "LOCAL_AWS_PORT_TLS12", "LOCAL_AWS_PORT_TLS13" };
    for (size_t i = 0; i < COUNT(listeners); i++) {
        iotcred_config config = config_for("fault-chunked");
        config.certificate = read_file(pki, "device-expired.cert.pem");
        config.private_key = read_file(pki, "device-expired.pkcs8.pem");
        config.port = port_of(listeners[i]);
        iotcred_error error = expect(&config, listeners[i], IOTCRED_ERR_CLIENT_REFUSED, NULL);
        check_number(listeners[i], "tls_alert", 45, error.tls_alert); /* certificate_expired: RFC 8446 section 6 */
        check(strstr(error.message, "alert 45") != NULL && strstr(error.message, "the device's clock says") != NULL, listeners[i], error.message);
        check(error.not_after != 0 && error.not_after < error.device_time, listeners[i], "has the dates");
        free((void *)config.certificate.ptr);
        free((void *)config.private_key.ptr);
    }
    all_rows_passed();
}

/* Closes at once: the client's first bytes meet an end or a reset. */
static void a_server_that_closes(void **state)
{
    (void)state;
    static iotcred_credentials credentials;
    iotcred_config config = config_for("fault-chunked");
    config.port = port_of("LOCAL_AWS_PORT_CLOSE");
    iotcred_status status = iotcred_fetch(&config, &credentials, NULL);
    assert_true(status == IOTCRED_ERR_CONNECTION_LOST || status == IOTCRED_ERR_CONNECTION_RESET);
}

/* A reset may come so soon that it meets the connection attempt. */
static void a_server_that_resets(void **state)
{
    (void)state;
    static iotcred_credentials credentials;
    iotcred_config config = config_for("fault-chunked");
    config.port = port_of("LOCAL_AWS_PORT_RESET");
    iotcred_status status = iotcred_fetch(&config, &credentials, NULL);
    assert_int_equal(status, IOTCRED_ERR_CONNECTION_RESET);
}

static void roots(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        iotcred_status status;
    } rows[] = {
        { "server-ca.pem", IOTCRED_OK },
        { "server-ca-p256.pem", IOTCRED_OK },
        { "server-ca-rsa.pem", IOTCRED_ERR_SERVER_UNTRUSTED },
        { "other-ca.pem", IOTCRED_ERR_SERVER_UNTRUSTED },
        { "device-ca.pem", IOTCRED_ERR_SERVER_UNTRUSTED },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        iotcred_config config = config_for("fault-chunked");
        config.ca = read_file(pki, rows[i].file);
        expect(&config, rows[i].file, rows[i].status, NULL);
        free((void *)config.ca.ptr);
    }
    iotcred_config config = config_for("fault-chunked");
    config.ca = (iotcred_bytes){ NULL, 0 };
    expect(&config, "Amazon's roots", IOTCRED_ERR_SERVER_UNTRUSTED, NULL);
    config = config_for("fault-chunked");
    config.endpoint = "another-host.local-aws.test";
    expect(&config, "another endpoint at the same address", IOTCRED_ERR_SERVER_NAME, NULL);
    all_rows_passed();
}

static void names_and_addresses(void **state)
{
    (void)state;
    iotcred_config config = config_for("fault-chunked");
    config.address = "localhost";
    expect(&config, "an address to be resolved", IOTCRED_OK, NULL);
    config.endpoint = "localhost";
    config.address = NULL;
    expect(&config, "an endpoint to be resolved", IOTCRED_OK, NULL);
    config = config_for("fault-chunked");
    config.address = "no-such-host.invalid";
    config.timeout_ms = 5000;
    static iotcred_credentials credentials;
    iotcred_status status = iotcred_fetch(&config, &credentials, NULL);
    check(status == IOTCRED_ERR_DNS || status == IOTCRED_ERR_DNS_DEADLINE, "a name that does not exist", iotcred_status_str(status));
    config = config_for("fault-chunked");
    config.address = "224.0.0.1"; /* no TCP goes to a multicast address: Linux says so at once, and sends nothing */
    iotcred_error error = expect(&config, "no route", IOTCRED_ERR_NO_ROUTE, NULL);
    check_number("no route", "phase", IOTCRED_PHASE_CONNECT, error.phase);
    if (getenv("LOCAL_AWS_PORT_IPV6") != NULL) {
        config = config_for("fault-chunked");
        config.address = "::1";
        config.port = port_of("LOCAL_AWS_PORT_IPV6");
        expect(&config, "IPv6", IOTCRED_OK, NULL);
    }
    all_rows_passed();
}

/* --- Answers --------------------------------------------------------------------------------------------------- */

#define OK IOTCRED_OK
#define MALFORMED IOTCRED_ERR_RESPONSE_MALFORMED
#define TOO_LARGE IOTCRED_ERR_RESPONSE_TOO_LARGE
#define DOCUMENT IOTCRED_ERR_DOCUMENT
#define LOST IOTCRED_ERR_CONNECTION_LOST
#define RESET IOTCRED_ERR_CONNECTION_RESET
#define DEADLINE IOTCRED_ERR_DEADLINE

static const struct {
    const char *name;
    iotcred_status status;
    uint16_t http_status;
} faults[] = {
    /* What the credentials provider refuses, and its words. */
    { "invalid-thing-name", IOTCRED_ERR_THING_NOT_ATTACHED, 403 },
    { "access-denied", IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN, 403 },
    { "certificate-invalid", IOTCRED_ERR_CERTIFICATE_NOT_ACTIVE, 403 },
    { "alias-not-found", IOTCRED_ERR_ROLE_ALIAS_UNKNOWN, 404 },
    { "role-not-assumable", IOTCRED_ERR_ROLE_NOT_ASSUMABLE, 400 },
    { "duration-too-long", IOTCRED_ERR_DURATION_TOO_LONG, 400 },
    { "data-endpoint", IOTCRED_ERR_DATA_ENDPOINT, 404 },
    { "missing-authentication-token", IOTCRED_ERR_WRONG_ENDPOINT, 403 },
    { "throttled-400", IOTCRED_ERR_THROTTLED, 400 },
    { "429", IOTCRED_ERR_THROTTLED, 429 },
    { "500", IOTCRED_ERR_SERVER_FAULT, 500 },
    { "503", IOTCRED_ERR_SERVER_FAULT, 503 },
    { "status-401", IOTCRED_ERR_BAD_REQUEST, 401 },
    { "status-403", IOTCRED_ERR_REFUSED, 403 },
    { "status-404", IOTCRED_ERR_NOT_FOUND, 404 },
    { "status-418", IOTCRED_ERR_BAD_REQUEST, 418 },
    { "status-502", IOTCRED_ERR_SERVER_FAULT, 502 },
    { "status-599", IOTCRED_ERR_SERVER_FAULT, 599 },
    { "status-no-body-403", IOTCRED_ERR_REFUSED, 403 },
    { "status-no-body-503", IOTCRED_ERR_SERVER_FAULT, 503 },
    { "error-not-json", IOTCRED_ERR_REFUSED, 403 },
    { "error-long-message", IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN, 403 },
    { "error-hostile-message", IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN, 403 },
    { "redirect", IOTCRED_ERR_REDIRECT, 301 },
    /* Time, and connections that end too soon. */
    { "late-100", OK, 0 },
    { "late-body-100", OK, 0 },
    { "drip", OK, 0 },
    { "never", DEADLINE, 0 },
    { "late-5000", DEADLINE, 0 },
    { "stall-head-0", DEADLINE, 0 },
    { "stall-head-40", DEADLINE, 0 },
    { "stall-body-0", DEADLINE, 0 },
    { "stall-body-100", DEADLINE, 0 },
    { "drip-10", DEADLINE, 0 },
    { "close", LOST, 0 },
    { "cut", LOST, 0 },
    { "reset", RESET, 0 },
    { "cut-head", LOST, 0 },
    { "cut-body", LOST, 0 },
    { "reset-body", RESET, 0 },
    { "short-head", MALFORMED, 0 },
    { "short-body", MALFORMED, 0 },
    { "garbage-record", IOTCRED_ERR_TLS, 0 },
    /* Framing. */
    { "chunked", OK, 0 },
    { "chunked-upper", OK, 0 },
    { "chunked-extension", OK, 0 },
    { "chunked-trailer", OK, 0 },
    { "chunked-bytes", OK, 0 },
    { "header-case", OK, 0 },
    { "no-reason", OK, 0 },
    { "continue", OK, 0 },
    { "early-hints", OK, 0 },
    { "close-delimited", OK, 0 },
    { "http10", OK, 0 },
    { "connection-close", OK, 0 },
    { "header-not-ascii", OK, 0 },
    { "two-responses", OK, 0 }, /* the second answers nothing that was asked */
    { "extra-bytes", OK, 0 },
    { "close-delimited-cut", LOST, 0 },
    { "headers-5", OK, 0 },
    { "headers-10", TOO_LARGE, 0 },
    { "many-headers", TOO_LARGE, 0 },
    { "headers-1024", TOO_LARGE, 0 },
    { "header-long", TOO_LARGE, 0 },
    { "large-body", TOO_LARGE, 0 },
    { "endless-head", TOO_LARGE, 0 },
    { "endless-line", TOO_LARGE, 0 },
    { "endless-body", TOO_LARGE, 0 },
    { "endless-chunks", TOO_LARGE, 0 },
    { "endless-trailer", TOO_LARGE, 0 },
    { "chunked-plus", MALFORMED, 0 },
    { "chunked-minus", MALFORMED, 0 },
    { "chunked-0x", MALFORMED, 0 },
    { "chunked-empty-size", MALFORMED, 0 },
    { "chunked-bad-end", MALFORMED, 0 },
    { "chunked-bare-lf", MALFORMED, 0 },
    { "chunked-no-last", MALFORMED, 0 },
    { "lengths-conflict", MALFORMED, 0 },
    { "lengths-list", MALFORMED, 0 },
    { "length-plus", MALFORMED, 0 },
    { "length-negative", MALFORMED, 0 },
    { "length-empty", MALFORMED, 0 },
    { "length-hex", MALFORMED, 0 },
    { "length-and-chunked", MALFORMED, 0 },
    { "transfer-unknown", MALFORMED, 0 },
    { "transfer-chunked-first", MALFORMED, 0 },
    { "transfer-chunked-twice", MALFORMED, 0 },
    { "lone-cr", MALFORMED, 0 },
    { "lone-cr-end", MALFORMED, 0 },
    { "lone-lf", MALFORMED, 0 },
    { "nul-in-header", MALFORMED, 0 },
    { "header-no-colon", MALFORMED, 0 },
    { "header-no-name", MALFORMED, 0 },
    { "header-space-name", MALFORMED, 0 },
    { "header-folded", MALFORMED, 0 },
    { "two-heads", DOCUMENT, 200 },
    { "garbage", MALFORMED, 0 },
    { "http2", MALFORMED, 0 },
    { "http09", MALFORMED, 0 },
    { "status-line-short", MALFORMED, 0 },
    { "status-line-long", MALFORMED, 0 },
    { "status-line-letters", MALFORMED, 0 },
    { "switching", MALFORMED, 0 },
    /* Dates. */
    { "date-missing", OK, 0 },
    { "date-absurd", OK, 0 },
    { "date-age", OK, 0 },
    /* The document. */
    { "json-spaces", OK, 0 },
    { "json-unknown-members", OK, 0 },
    { "json-escapes", OK, 0 },
    { "json-escaped-name", OK, 0 },
    { "json-surrogates", OK, 0 },
    { "json-token-4096", OK, 0 },
    { "json-token-4097", IOTCRED_ERR_CREDENTIAL_TOO_LONG, 200 },
    { "json-access-key-id-16", OK, 0 },
    { "json-access-key-id-128", OK, 0 },
    { "json-access-key-id-129", IOTCRED_ERR_CREDENTIAL_TOO_LONG, 200 },
    { "json-secret-128", OK, 0 },
    { "json-secret-129", IOTCRED_ERR_CREDENTIAL_TOO_LONG, 200 },
    { "json-null-access-key-id", DOCUMENT, 200 },
    { "json-missing-access-key-id", DOCUMENT, 200 },
    { "json-empty-access-key-id", DOCUMENT, 200 },
    { "json-duplicate-access-key-id", DOCUMENT, 200 },
    { "json-number-access-key-id", DOCUMENT, 200 },
    { "json-object-access-key-id", DOCUMENT, 200 },
    { "json-array-access-key-id", DOCUMENT, 200 },
    { "json-newline-access-key-id", DOCUMENT, 200 },
    { "json-nul-access-key-id", DOCUMENT, 200 },
    { "json-null-secret", DOCUMENT, 200 },
    { "json-missing-secret", DOCUMENT, 200 },
    { "json-empty-secret", DOCUMENT, 200 },
    { "json-duplicate-secret", DOCUMENT, 200 },
    { "json-number-secret", DOCUMENT, 200 },
    { "json-newline-secret", DOCUMENT, 200 },
    { "json-nul-secret", DOCUMENT, 200 },
    { "json-null-token", DOCUMENT, 200 },
    { "json-missing-token", DOCUMENT, 200 },
    { "json-empty-token", DOCUMENT, 200 },
    { "json-duplicate-token", DOCUMENT, 200 },
    { "json-number-token", DOCUMENT, 200 },
    { "json-newline-token", DOCUMENT, 200 },
    { "json-nul-token", DOCUMENT, 200 },
    { "json-null-expiration", DOCUMENT, 200 },
    { "json-missing-expiration", DOCUMENT, 200 },
    { "json-empty-expiration", DOCUMENT, 200 },
    { "json-duplicate-expiration", DOCUMENT, 200 },
    { "json-number-expiration", DOCUMENT, 200 },
    { "json-newline-expiration", DOCUMENT, 200 },
    { "json-nul-expiration", DOCUMENT, 200 },
    { "json-null-credentials", DOCUMENT, 200 },
    { "json-missing-credentials", DOCUMENT, 200 },
    { "json-empty-credentials", DOCUMENT, 200 },
    { "json-duplicate-credentials", DOCUMENT, 200 },
    { "json-array-credentials", DOCUMENT, 200 },
    { "json-string-credentials", DOCUMENT, 200 },
    { "json-array", DOCUMENT, 200 },
    { "json-null", DOCUMENT, 200 },
    { "json-truncated", DOCUMENT, 200 },
    { "json-trailing", DOCUMENT, 200 },
    { "json-two", DOCUMENT, 200 },
    { "json-escaped-duplicate", DOCUMENT, 200 },
    { "json-lone-surrogate", DOCUMENT, 200 },
    { "json-bad-escape", DOCUMENT, 200 },
    { "json-bad-hex", DOCUMENT, 200 },
    { "json-control", DOCUMENT, 200 },
    { "json-not-ascii-token", DOCUMENT, 200 },
    { "json-not-utf8", DOCUMENT, 200 },
    { "json-not-utf8-elsewhere", DOCUMENT, 200 },
    { "json-bom", DOCUMENT, 200 },
    { "json-utf16", DOCUMENT, 200 },
    { "json-deep", DOCUMENT, 200 },
    { "json-comma", DOCUMENT, 200 },
    { "json-quotes", DOCUMENT, 200 },
    { "json-comment", DOCUMENT, 200 },
    { "json-number-leading-zero", DOCUMENT, 200 },
    { "json-case", DOCUMENT, 200 },
    { "json-expiration-absurd", DOCUMENT, 200 },
    { "json-expiration-no-zone", DOCUMENT, 200 },
    { "empty-body", DOCUMENT, 200 },
};

static void answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(faults); i++) {
        char alias[128];
        snprintf(alias, sizeof alias, "fault-%s", faults[i].name);
        iotcred_config config = config_for(alias);
        if (faults[i].status == DEADLINE)
            config.timeout_ms = SHORT_MS;
        iotcred_error error = expect(&config, alias, faults[i].status, NULL);
        if (faults[i].http_status != 0)
            check_number(alias, "http_status", faults[i].http_status, error.http_status);
    }
    all_rows_passed();
}

static void what_an_error_carries(void **state)
{
    (void)state;
    iotcred_config config = config_for("fault-429");
    iotcred_error error = expect(&config, "429", IOTCRED_ERR_THROTTLED, NULL);
    check(error.kind == IOTCRED_KIND_THROTTLED && error.retryable, "429", "kind and retryable");
    check_number("429", "retry_after_ms", 2000, error.retry_after_ms);
    check(strcmp(error.message, "Too many requests") == 0, "429", error.message);
    check(strcmp(error.error_type, "LimitExceededException") == 0, "429", error.error_type);
    check(strlen(error.request_id) > 0, "429", "has a request id");
    config.role_alias = "fault-503";
    error = expect(&config, "503", IOTCRED_ERR_SERVER_FAULT, NULL);
    check(error.kind == IOTCRED_KIND_TRANSIENT && error.retryable, "503", "kind and retryable");
    check_number("503", "retry_after_ms", 1000, error.retry_after_ms);
    config.role_alias = "fault-access-denied";
    error = expect(&config, "403", IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN, NULL);
    check(error.kind == IOTCRED_KIND_PERMISSION && !error.retryable && strcmp(error.message, "Access Denied") == 0, "403", error.message);
    check(strcmp(error.error_type, "AccessDeniedException") == 0, "403", error.error_type);
    config.role_alias = "fault-missing-authentication-token";
    error = expect(&config, "a colon behind the type", IOTCRED_ERR_WRONG_ENDPOINT, NULL);
    check(strcmp(error.error_type, "ForbiddenException") == 0, "a colon behind the type", error.error_type);
    config.role_alias = "fault-redirect";
    error = expect(&config, "301", IOTCRED_ERR_REDIRECT, NULL);
    check(strstr(error.message, "another-host.local-aws.test") != NULL, "301 names the other host", error.message);
    config.role_alias = "fault-json-token-4097";
    error = expect(&config, "a token of 4097", IOTCRED_ERR_CREDENTIAL_TOO_LONG, NULL);
    check(strstr(error.message, "sessionToken") != NULL && strstr(error.message, "4097") != NULL, "a token of 4097", error.message);
    all_rows_passed();
}

/* A head or body that ends at any byte is never taken for an answer: cut by the network, or ended by a server that should know better. */
static void answers_cut_at_every_byte(void **state)
{
    (void)state;
    const long head = strtol(needed("LOCAL_AWS_GOOD_HEAD_BYTES"), NULL, 10), body = strtol(needed("LOCAL_AWS_GOOD_BODY_BYTES"), NULL, 10);
    const long step = slack_ms() > 1000 ? 37 : 7; /* every byte is tested in Rust, without a network */
    for (long n = 0; n < head + body; n += step)
        for (int ended = 0; ended <= 1; ended++) {
            char alias[64];
            snprintf(alias, sizeof alias, "fault-%s-%s-%ld", ended ? "short" : "cut", n < head ? "head" : "body", n < head ? n : n - head);
            iotcred_config config = config_for(alias);
            expect(&config, alias, ended && n > 0 ? MALFORMED : LOST, NULL);
        }
    all_rows_passed();
}

/* --- Threads and leftovers ------------------------------------------------------------------------------------- */

enum { THREADS = 8, ROUNDS = 4 };

static void *fetch_often(void *argument)
{
    int *wrong = argument;
    for (int i = 0; i < ROUNDS; i++) {
        iotcred_credentials credentials;
        iotcred_error error;
        iotcred_config config = config_for(i % 2 == 0 ? "fault-chunked" : "fault-access-denied");
        iotcred_status expected = i % 2 == 0 ? IOTCRED_OK : IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN;
        iotcred_status status = iotcred_fetch(&config, &credentials, &error);
        if (status != expected || error.status != status || (status == OK && strcmp(credentials.access_key_id, "ASIAIOSFODNN7EXAMPLE") != 0))
            *wrong += 1;
        iotcred_credentials_wipe(&credentials);
    }
    return NULL;
}

static void eight_threads_fetch_at_once(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    int wrong[THREADS] = { 0 };
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, fetch_often, &wrong[i]), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(wrong[i], 0);
}

static int open_files(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL)
        return -1;
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static void nothing_is_left_open(void **state)
{
    (void)state;
    static const char *const aliases[] = { "fault-chunked", "fault-close", "fault-garbage", "fault-never", "fault-access-denied", "a/b" };
    int before = open_files();
    if (before < 0)
        skip();
    for (size_t i = 0; i < COUNT(aliases); i++) {
        static iotcred_credentials credentials;
        iotcred_config config = config_for(aliases[i]);
        config.timeout_ms = SHORT_MS;
        (void)iotcred_fetch(&config, &credentials, NULL);
        iotcred_credentials_wipe(&credentials);
    }
    assert_int_equal(open_files(), before);
}

int main(void)
{
    pki = needed("LOCAL_AWS_PKI");
    certificate = read_file(pki, "device-p256.cert.pem");
    private_key = read_file(pki, "device-p256.pkcs8.pem");
    ca = read_file(pki, "server-ca.pem");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_credentials),
        cmocka_unit_test(every_member_arrives),
        cmocka_unit_test(device_keys),
        cmocka_unit_test(servers),
        cmocka_unit_test(what_is_wrong_with_the_server),
        cmocka_unit_test(phases),
        cmocka_unit_test(a_certificate_that_has_expired),
        cmocka_unit_test(a_server_that_closes),
        cmocka_unit_test(a_server_that_resets),
        cmocka_unit_test(roots),
        cmocka_unit_test(names_and_addresses),
        cmocka_unit_test(answers),
        cmocka_unit_test(what_an_error_carries),
        cmocka_unit_test(answers_cut_at_every_byte),
        cmocka_unit_test(eight_threads_fetch_at_once),
        cmocka_unit_test(nothing_is_left_open),
    };
    int failed = cmocka_run_group_tests_name("iotcred_fetch against the local AWS", tests, NULL, NULL);
    free((void *)certificate.ptr);
    free((void *)private_key.ptr);
    free((void *)ca.ptr);
    return failed;
}
