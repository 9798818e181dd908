/* iotcred_fetch without a network: every mistake that a configuration can hold, and every way in which a device's transport can fail. */
#include "offline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fetches, which must fail, and checks all that a failure promises. Returns the error. */
static iotcred_error expect(const iotcred_config *config, const char *row, iotcred_status expected)
{
    static iotcred_credentials credentials;
    iotcred_error error;
    memset(&credentials, PATTERN, sizeof credentials);
    memset(&error, PATTERN, sizeof error);
    const uint64_t start = transport.now;
    iotcred_status status = iotcred_fetch(config, &credentials, &error);
    check_status(row, expected, status);
    check_error(row, &error, status);
    check(all_bytes(&credentials, PATTERN, sizeof credentials), row, "the credentials are untouched");
    uint32_t deadline = config->timeout_ms > 0 ? config->timeout_ms : 15000;
    check_fake(row, &transport, deadline);
    if (transport.tick == 0)
        check(transport.now - start <= deadline, row, "returns by its deadline");
    if (status < IOTCRED_ERR_PLATFORM)
        check(transport.connects == 0, row, "a mistake in the configuration opens no connection");
    return error;
}

/* A good configuration gets as far as the network, where nobody answers. */
static void the_good_configuration_is_good(void **state)
{
    (void)state;
    iotcred_config config = good_config();
    expect(&config, "everything", IOTCRED_ERR_DEADLINE);
    check(strcmp(transport.host, config.endpoint) == 0 && transport.port == 443, "everything", "connects to the endpoint, port 443");
    config = good_config();
    config.thing_name = NULL;
    expect(&config, "without a thing", IOTCRED_ERR_DEADLINE);
    config = good_config();
    config.address = "192.0.2.1";
    config.port = 65535;
    expect(&config, "with address and port", IOTCRED_ERR_DEADLINE);
    check(strcmp(transport.host, "192.0.2.1") == 0 && transport.port == 65535, "with address and port", "connects there");
    all_rows_passed();
}

static void null_pointers(void **state)
{
    (void)state;
    static iotcred_credentials credentials;
    iotcred_config config = good_config();
    iotcred_error error;

    memset(&error, PATTERN, sizeof error);
    memset(&credentials, PATTERN, sizeof credentials);
    check_status("config", IOTCRED_ERR_NULL_ARGUMENT, iotcred_fetch(NULL, &credentials, &error));
    check_error("config", &error, IOTCRED_ERR_NULL_ARGUMENT);
    check(all_bytes(&credentials, PATTERN, sizeof credentials), "config", "the credentials are untouched");
    memset(&error, PATTERN, sizeof error);
    check_status("credentials", IOTCRED_ERR_NULL_ARGUMENT, iotcred_fetch(&config, NULL, &error));
    check_error("credentials", &error, IOTCRED_ERR_NULL_ARGUMENT);
    check_status("all", IOTCRED_ERR_NULL_ARGUMENT, iotcred_fetch(NULL, NULL, NULL));
    check(transport.connects == 0, "all", "nothing was connected");

    check_status("error", IOTCRED_ERR_DEADLINE, iotcred_fetch(&config, &credentials, NULL));
    check(all_bytes(&credentials, PATTERN, sizeof credentials), "error", "the credentials are untouched");
    iotcred_config empty = { 0 };
    check_status("an all-zero config", IOTCRED_ERR_ENDPOINT, iotcred_fetch(&empty, &credentials, NULL));
    all_rows_passed();
}

/* --- Texts ----------------------------------------------------------------------------------------------------- */

#define PLACE(member) offsetof(iotcred_config, member)
#define TEN "aaaaaaaaaa"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LABEL TEN TEN TEN TEN TEN TEN /* 60 of the 63 that a label may have */
#define LONG_HOST LABEL "." LABEL "." LABEL "." LABEL ".aaaaaaaaa" /* 253, the longest */

static const struct {
    const char *row;
    size_t place;
    const char *text;
    iotcred_status status;
} texts[] = {
    { "endpoint NULL", PLACE(endpoint), NULL, IOTCRED_ERR_ENDPOINT },
    { "endpoint empty", PLACE(endpoint), "", IOTCRED_ERR_ENDPOINT },
    { "endpoint with a scheme", PLACE(endpoint), "https://example.com", IOTCRED_ERR_ENDPOINT },
    { "endpoint with a path", PLACE(endpoint), "example.com/", IOTCRED_ERR_ENDPOINT },
    { "endpoint with a port", PLACE(endpoint), "example.com:443", IOTCRED_ERR_ENDPOINT },
    { "endpoint with a user", PLACE(endpoint), "me@example.com", IOTCRED_ERR_ENDPOINT },
    { "endpoint with a space", PLACE(endpoint), "example .com", IOTCRED_ERR_ENDPOINT },
    { "endpoint with CR", PLACE(endpoint), "example\r.com", IOTCRED_ERR_ENDPOINT },
    { "endpoint with LF", PLACE(endpoint), "example.com\n", IOTCRED_ERR_ENDPOINT },
    { "endpoint with CR LF and a header", PLACE(endpoint), "example.com\r\nx: y", IOTCRED_ERR_ENDPOINT },
    { "endpoint not UTF-8", PLACE(endpoint), "ex\xFFmple.com", IOTCRED_ERR_ENDPOINT },
    { "endpoint not ASCII", PLACE(endpoint), "ex\xC3\xA4mple.com", IOTCRED_ERR_ENDPOINT },
    { "endpoint with an empty label", PLACE(endpoint), "example..com", IOTCRED_ERR_ENDPOINT },
    { "endpoint that starts with a dot", PLACE(endpoint), ".example.com", IOTCRED_ERR_ENDPOINT },
    { "endpoint with a label of 64", PLACE(endpoint), LABEL "aaaa.com", IOTCRED_ERR_ENDPOINT },
    { "endpoint of 254", PLACE(endpoint), LONG_HOST "a", IOTCRED_ERR_ENDPOINT },
    { "endpoint of 253", PLACE(endpoint), LONG_HOST, IOTCRED_ERR_DEADLINE },
    { "role alias NULL", PLACE(role_alias), NULL, IOTCRED_ERR_ROLE_ALIAS },
    { "role alias empty", PLACE(role_alias), "", IOTCRED_ERR_ROLE_ALIAS },
    { "role alias with a slash", PLACE(role_alias), "a/b", IOTCRED_ERR_ROLE_ALIAS },
    { "role alias with two dots", PLACE(role_alias), "..", IOTCRED_ERR_ROLE_ALIAS },
    { "role alias with a percent", PLACE(role_alias), "a%2Fb", IOTCRED_ERR_ROLE_ALIAS },
    { "role alias with a question mark", PLACE(role_alias), "a?b", IOTCRED_ERR_ROLE_ALIAS },
    { "role alias with a space", PLACE(role_alias), "a b", IOTCRED_ERR_ROLE_ALIAS },
    { "role alias with CR", PLACE(role_alias), "a\rb", IOTCRED_ERR_ROLE_ALIAS },
    { "role alias with LF", PLACE(role_alias), "a\nb", IOTCRED_ERR_ROLE_ALIAS },
    { "role alias not UTF-8", PLACE(role_alias), "a\xFF", IOTCRED_ERR_ROLE_ALIAS },
    { "role alias that is an ARN", PLACE(role_alias), "arn:aws:iot:eu-west-1:1:rolealias/a", IOTCRED_ERR_ROLE_ALIAS },
    { "role alias of 129", PLACE(role_alias), HUNDRED TEN TEN "aaaaaaaaa", IOTCRED_ERR_ROLE_ALIAS },
    { "role alias of 128", PLACE(role_alias), HUNDRED TEN TEN "aaaaaaaa", IOTCRED_ERR_DEADLINE },
    { "role alias of all that is legal", PLACE(role_alias), "aZ09_=,@-", IOTCRED_ERR_DEADLINE },
    { "thing name empty", PLACE(thing_name), "", IOTCRED_ERR_THING_NAME },
    { "thing name with a slash", PLACE(thing_name), "a/b", IOTCRED_ERR_THING_NAME },
    { "thing name with a space", PLACE(thing_name), "a b", IOTCRED_ERR_THING_NAME },
    { "thing name with CR LF and a header", PLACE(thing_name), "a\r\nx: y", IOTCRED_ERR_THING_NAME },
    { "thing name with LF", PLACE(thing_name), "a\n", IOTCRED_ERR_THING_NAME },
    { "thing name not UTF-8", PLACE(thing_name), "a\xFF", IOTCRED_ERR_THING_NAME },
    { "thing name of 129", PLACE(thing_name), HUNDRED TEN TEN "aaaaaaaaa", IOTCRED_ERR_THING_NAME },
    { "thing name of 128", PLACE(thing_name), HUNDRED TEN TEN "aaaaaaaa", IOTCRED_ERR_DEADLINE },
    { "thing name of all that is legal", PLACE(thing_name), "aZ09:_-", IOTCRED_ERR_DEADLINE },
    { "address empty", PLACE(address), "", IOTCRED_ERR_ADDRESS },
    { "address with a port", PLACE(address), "192.0.2.1:443", IOTCRED_ERR_ADDRESS },
    { "address with a space", PLACE(address), "192.0.2. 1", IOTCRED_ERR_ADDRESS },
    { "address with LF", PLACE(address), "192.0.2.1\n", IOTCRED_ERR_ADDRESS },
    { "address not UTF-8", PLACE(address), "\xFF\xFF", IOTCRED_ERR_ADDRESS },
    { "address of 254", PLACE(address), LONG_HOST "a", IOTCRED_ERR_ADDRESS },
    { "address of IPv6", PLACE(address), "2001:db8::1", IOTCRED_ERR_DEADLINE },
    { "address that is a name", PLACE(address), "proxy.example.com", IOTCRED_ERR_DEADLINE },
};

static void every_text_of_the_configuration(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        iotcred_config config = good_config();
        memcpy((char *)&config + texts[i].place, &texts[i].text, sizeof texts[i].text);
        expect(&config, texts[i].row, texts[i].status);
    }
    all_rows_passed();
}

/* The most frequent mistake is visible with no network. */
static void the_data_endpoint_is_recognised(void **state)
{
    (void)state;
    iotcred_config config = good_config();
    config.endpoint = "abcdefghijklmn-ats.iot.eu-west-1.amazonaws.com";
    static iotcred_credentials credentials;
    iotcred_status status = iotcred_fetch(&config, &credentials, NULL);
    check_status("the data endpoint", IOTCRED_ERR_DATA_ENDPOINT, status);
    check(transport.connects == 0, "the data endpoint", "is seen before anything is connected");
    all_rows_passed();
}

/* --- Certificates and keys ------------------------------------------------------------------------------------- */

static void expect_pems(const char *row, iotcred_bytes certificate, iotcred_bytes key, iotcred_bytes ca, iotcred_status status)
{
    iotcred_config config = good_config();
    config.certificate = certificate;
    config.private_key = key;
    config.ca = ca;
    expect(&config, row, status);
}

static void certificates_and_keys_that_are_none(void **state)
{
    (void)state;
    const iotcred_bytes certificate = bytes(test_certificate), key = bytes(test_key), none = { NULL, 0 }, null = { NULL, 5 };
    expect_pems("no certificate", none, key, none, IOTCRED_ERR_CERTIFICATE);
    expect_pems("no key", certificate, none, none, IOTCRED_ERR_PRIVATE_KEY);
    expect_pems("certificate of length 0", (iotcred_bytes){ certificate.ptr, 0 }, key, none, IOTCRED_ERR_CERTIFICATE);
    expect_pems("key of length 0", certificate, (iotcred_bytes){ key.ptr, 0 }, none, IOTCRED_ERR_PRIVATE_KEY);
    expect_pems("certificate NULL with a length", null, key, none, IOTCRED_ERR_CERTIFICATE);
    expect_pems("key NULL with a length", certificate, null, none, IOTCRED_ERR_PRIVATE_KEY);
    expect_pems("ca NULL with a length", certificate, key, null, IOTCRED_ERR_CA);
    expect_pems("the key in the certificate's place", key, key, none, IOTCRED_ERR_CERTIFICATE);
    expect_pems("the certificate in the key's place", certificate, certificate, none, IOTCRED_ERR_PRIVATE_KEY);
    expect_pems("both in each other's place", key, certificate, none, IOTCRED_ERR_SWAPPED);
    expect_pems("a key in the CA's place", certificate, key, key, IOTCRED_ERR_CA);
    expect_pems("another key", certificate, bytes(other_key), none, IOTCRED_ERR_KEY_MISMATCH);
    expect_pems("text for a certificate", bytes("device.pem"), key, none, IOTCRED_ERR_CERTIFICATE);
    expect_pems("text for a key", certificate, bytes("device.key"), none, IOTCRED_ERR_PRIVATE_KEY);
    expect_pems("text for a CA", certificate, key, bytes("ca.pem"), IOTCRED_ERR_CA);
    expect_pems("not UTF-8 for a certificate", bytes("\xFF\xFE\xFF"), key, none, IOTCRED_ERR_CERTIFICATE);
    expect_pems("not UTF-8 for a key", certificate, bytes("\xFF\xFE\xFF"), none, IOTCRED_ERR_PRIVATE_KEY);
    expect_pems("not UTF-8 for a CA", certificate, key, bytes("\xFF\xFE\xFF"), IOTCRED_ERR_CA);
    expect_pems("a good CA", certificate, key, certificate, IOTCRED_ERR_DEADLINE);
    all_rows_passed();
}

static void too_long_to_be_a_certificate(void **state)
{
    (void)state;
    const size_t size = 512 * 1024 + 1;
    char *spaces = malloc(size);
    memset(spaces, '\n', size);
    memcpy(spaces, test_certificate, sizeof test_certificate - 1);
    const iotcred_bytes certificate = bytes(test_certificate), key = bytes(test_key), none = { NULL, 0 };
    const iotcred_bytes too_long = { (uint8_t *)spaces, size }, longest = { (uint8_t *)spaces, size - 1 };
    expect_pems("a certificate over 512 KiB", too_long, key, none, IOTCRED_ERR_CERTIFICATE);
    expect_pems("a CA over 512 KiB", certificate, key, too_long, IOTCRED_ERR_CA);
    expect_pems("a certificate of 512 KiB", longest, key, none, IOTCRED_ERR_DEADLINE);
    memcpy(spaces, test_key, sizeof test_key - 1);
    memset(spaces + sizeof test_key - 1, '\n', sizeof test_certificate);
    expect_pems("a key over 512 KiB", certificate, too_long, none, IOTCRED_ERR_PRIVATE_KEY);
    free(spaces);
    all_rows_passed();
}

/* A PEM that is cut anywhere is refused, and blamed on the right member: the last byte, the final newline, may be missing. */
static void pems_cut_at_every_byte(void **state)
{
    (void)state;
    const iotcred_bytes certificate = bytes(test_certificate), key = bytes(test_key), none = { NULL, 0 };
    uint8_t copy[sizeof test_certificate];
    for (size_t len = 0; len + 2 < certificate.len; len++) {
        memcpy(copy, certificate.ptr, len);
        expect_pems("a certificate that is cut", (iotcred_bytes){ copy, len }, key, none, IOTCRED_ERR_CERTIFICATE);
        if (len > 0)
            expect_pems("a CA that is cut", certificate, key, (iotcred_bytes){ copy, len }, IOTCRED_ERR_CA);
    }
    for (size_t len = 0; len + 2 < key.len; len++) {
        memcpy(copy, key.ptr, len);
        expect_pems("a key that is cut", certificate, (iotcred_bytes){ copy, len }, none, IOTCRED_ERR_PRIVATE_KEY);
    }
    expect_pems("no final newlines", (iotcred_bytes){ certificate.ptr, certificate.len - 1 }, (iotcred_bytes){ key.ptr, key.len - 1 }, none,
                IOTCRED_ERR_DEADLINE);
    expect_pems("a NUL at the end, as sizeof counts it", (iotcred_bytes){ certificate.ptr, certificate.len + 1 },
                (iotcred_bytes){ key.ptr, key.len + 1 }, none, IOTCRED_ERR_DEADLINE);
    all_rows_passed();
}

/* One character changed: whatever comes of it, it is a status about certificate or key, or the change did no harm. */
static void pems_with_one_character_changed(void **state)
{
    (void)state;
    static const char changes[] = { '\0', '=', '-', 'A', '\xFF' };
    char certificate[sizeof test_certificate], key[sizeof test_key];
    for (size_t i = 0; i < sizeof key - 1; i++) {
        memcpy(key, test_key, sizeof key);
        key[i] = changes[i % COUNT(changes)];
        iotcred_config config = good_config();
        config.private_key = (iotcred_bytes){ (uint8_t *)key, sizeof key - 1 };
        static iotcred_credentials credentials;
        iotcred_status status = iotcred_fetch(&config, &credentials, NULL);
        check(status == IOTCRED_ERR_PRIVATE_KEY || status == IOTCRED_ERR_KEY_MISMATCH || status == IOTCRED_ERR_KEY_UNSUPPORTED ||
                  status == IOTCRED_ERR_DEADLINE,
              "a key with one character changed", iotcred_status_str(status));
    }
    for (size_t i = 0; i < sizeof certificate - 1; i++) {
        memcpy(certificate, test_certificate, sizeof certificate);
        certificate[i] = changes[i % COUNT(changes)];
        iotcred_config config = good_config();
        config.certificate = (iotcred_bytes){ (uint8_t *)certificate, sizeof certificate - 1 };
        static iotcred_credentials credentials;
        iotcred_status status = iotcred_fetch(&config, &credentials, NULL);
        check(status == IOTCRED_ERR_CERTIFICATE || status == IOTCRED_ERR_KEY_MISMATCH || status == IOTCRED_ERR_DEADLINE,
              "a certificate with one character changed", iotcred_status_str(status));
    }
    all_rows_passed();
}

/* The keys that the local AWS makes. */
static const struct {
    const char *certificate, *key;
    iotcred_status status;
    const char *words; /* in the error's message */
} pairs[] = {
    { "device-p256.cert.pem", "device-p256.pkcs8.pem", IOTCRED_ERR_DEADLINE, NULL },
    { "device-p256.cert.pem", "device-p256.sec1.pem", IOTCRED_ERR_DEADLINE, NULL },
    { "device-p256.cert.der", "device-p256.pkcs8.der", IOTCRED_ERR_DEADLINE, NULL },
    { "device-p256.cert.der", "device-p256.sec1.der", IOTCRED_ERR_DEADLINE, NULL },
    { "device-p256.cert.der", "device-p256.pkcs8.pem", IOTCRED_ERR_DEADLINE, NULL },
    { "device-p256.cert.pem", "device-p256.ecparam.pem", IOTCRED_ERR_DEADLINE, NULL },
    { "device-p256.cert-and-key.pem", "device-p256.cert-and-key.pem", IOTCRED_ERR_DEADLINE, NULL },
    { "device-p384.cert.pem", "device-p384.pkcs8.pem", IOTCRED_ERR_DEADLINE, NULL },
    { "device-p384.cert.pem", "device-p384.sec1.pem", IOTCRED_ERR_DEADLINE, NULL },
    { "device-p384.cert.pem", "device-p384.sec1.der", IOTCRED_ERR_DEADLINE, NULL },
    { "device-rsa2048.cert.pem", "device-rsa2048.pkcs8.pem", IOTCRED_ERR_DEADLINE, NULL },
    { "device-rsa2048.cert.pem", "device-rsa2048.pkcs1.pem", IOTCRED_ERR_DEADLINE, NULL },
    { "device-rsa2048.cert.der", "device-rsa2048.pkcs1.der", IOTCRED_ERR_DEADLINE, NULL },
    { "device-rsa3072.cert.pem", "device-rsa3072.pkcs8.der", IOTCRED_ERR_DEADLINE, NULL },
    { "device-chain.cert.pem", "device-chain.pkcs8.pem", IOTCRED_ERR_DEADLINE, NULL },
    { "device-p521.cert.pem", "device-p521.pkcs8.pem", IOTCRED_ERR_KEY_UNSUPPORTED, "P-521" },
    { "device-p521.cert.pem", "device-p521.sec1.pem", IOTCRED_ERR_KEY_UNSUPPORTED, "P-521" },
    { "device-p521.cert.der", "device-p521.sec1.der", IOTCRED_ERR_KEY_UNSUPPORTED, "P-521" },
    { "device-rsa1024.cert.pem", "device-rsa1024.pkcs8.pem", IOTCRED_ERR_KEY_UNSUPPORTED, "1024" },
    { "device-rsa1024.cert.pem", "device-rsa1024.pkcs1.pem", IOTCRED_ERR_KEY_UNSUPPORTED, "1024" },
    { "device-p256.cert.pem", "device-p256.encrypted.pem", IOTCRED_ERR_PRIVATE_KEY, "encrypted" },
    { "device-p256.cert.pem", "device-mismatch.pkcs8.pem", IOTCRED_ERR_KEY_MISMATCH, NULL },
    { "device-p256.cert.pem", "device-p384.pkcs8.pem", IOTCRED_ERR_KEY_MISMATCH, NULL },
    { "device-p256.cert.pem", "device-rsa2048.pkcs8.pem", IOTCRED_ERR_KEY_MISMATCH, NULL },
    { "device-rsa2048.cert.pem", "device-rsa3072.pkcs8.pem", IOTCRED_ERR_KEY_MISMATCH, NULL },
    { "device-ca.pem", "device-p256.pkcs8.pem", IOTCRED_ERR_KEY_MISMATCH, NULL },
    { "things.json", "device-p256.pkcs8.pem", IOTCRED_ERR_CERTIFICATE, NULL },
    { "device-p256.cert.pem", "things.json", IOTCRED_ERR_PRIVATE_KEY, NULL },
    { "device-p256.pkcs8.der", "device-p256.pkcs8.der", IOTCRED_ERR_CERTIFICATE, NULL },
    { "device-p256.cert.der", "device-p256.cert.der", IOTCRED_ERR_PRIVATE_KEY, NULL },
};

static void the_keys_of_the_local_aws(void **state)
{
    (void)state;
    const char *pki = getenv("LOCAL_AWS_PKI");
    if (pki == NULL)
        skip();
    for (size_t i = 0; i < COUNT(pairs); i++) {
        iotcred_bytes certificate = read_file(pki, pairs[i].certificate), key = read_file(pki, pairs[i].key);
        char row[128];
        snprintf(row, sizeof row, "%s with %s", pairs[i].certificate, pairs[i].key);
        iotcred_config config = good_config();
        config.certificate = certificate;
        config.private_key = key;
        iotcred_error error = expect(&config, row, pairs[i].status);
        check(pairs[i].words == NULL || strstr(error.message, pairs[i].words) != NULL, row, error.message);
        free((void *)certificate.ptr);
        free((void *)key.ptr);
    }
    all_rows_passed();
}

static void der_keys_cut_at_every_byte(void **state)
{
    (void)state;
    static const char *const names[] = { "device-p256.pkcs8.der", "device-p256.sec1.der", "device-rsa2048.pkcs1.der" };
    const char *pki = getenv("LOCAL_AWS_PKI");
    if (pki == NULL)
        skip();
    for (size_t i = 0; i < COUNT(names); i++) {
        iotcred_bytes key = read_file(pki, names[i]), certificate = bytes(test_certificate);
        for (size_t len = 0; len < key.len; len += key.len > 500 ? 7 : 1)
            expect_pems(names[i], certificate, (iotcred_bytes){ key.ptr, len }, (iotcred_bytes){ NULL, 0 }, IOTCRED_ERR_PRIVATE_KEY);
        free((void *)key.ptr);
    }
    all_rows_passed();
}

/* --- The platform ---------------------------------------------------------------------------------------------- */

static void a_platform_is_whole_or_refused(void **state)
{
    (void)state;
    for (unsigned missing = 1; missing < 64; missing++) {
        iotcred_config config = good_config();
        platform.connect = missing & 1 ? NULL : platform.connect;
        platform.send = missing & 2 ? NULL : platform.send;
        platform.recv = missing & 4 ? NULL : platform.recv;
        platform.close = missing & 8 ? NULL : platform.close;
        platform.unix_time = missing & 16 ? NULL : platform.unix_time;
        platform.monotonic_ms = missing & 32 ? NULL : platform.monotonic_ms;
        if ((missing & 15) == 15 || (missing & 15) == 0)
            if ((missing & 48) == 48 || (missing & 48) == 0)
                continue; /* all of a group, or none: right, and the next test's matter */
        expect(&config, "half a platform", IOTCRED_ERR_PLATFORM);
    }
    all_rows_passed();
}

static void a_transport_without_clocks_uses_the_system_s(void **state)
{
    (void)state;
    iotcred_config config = good_config();
    config.timeout_ms = 50;
    config.tries = 1;
    platform.unix_time = NULL;
    platform.monotonic_ms = NULL;
    transport.recv_result = -1;
    expect(&config, "no clocks", IOTCRED_ERR_CONNECTION_LOST);
    all_rows_passed();
}

static void connecting_fails(void **state)
{
    (void)state;
    static const struct {
        int32_t result;
        iotcred_status status;
    } rows[] = {
        { IOTCRED_ERR_DNS, IOTCRED_ERR_DNS },         { IOTCRED_ERR_CONNECT, IOTCRED_ERR_CONNECT }, { IOTCRED_ERR_DEADLINE, IOTCRED_ERR_DEADLINE },
        { IOTCRED_ERR_NO_ROUTE, IOTCRED_ERR_NO_ROUTE },
        { IOTCRED_ERR_DNS_DEADLINE, IOTCRED_ERR_DNS_DEADLINE },
        { IOTCRED_ERR_CONNECTION_REFUSED, IOTCRED_ERR_CONNECTION_REFUSED },
        { IOTCRED_ERR_CONNECTION_RESET, IOTCRED_ERR_CONNECTION_RESET },
        { 1, IOTCRED_ERR_CONNECT },                   { -1, IOTCRED_ERR_CONNECT },                  { IOTCRED_ERR_TLS, IOTCRED_ERR_CONNECT },
        { IOTCRED_ERR_INTERNAL, IOTCRED_ERR_CONNECT }, { INT32_MAX, IOTCRED_ERR_CONNECT },           { INT32_MIN, IOTCRED_ERR_CONNECT },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        iotcred_config config = good_config();
        transport.connect_result = rows[i].result;
        expect(&config, "connect fails", rows[i].status);
        check(transport.connects == 1 && transport.closes == 1, "connect fails", "is closed all the same");
        check(transport.sends + transport.recvs == 0, "connect fails", "and not used");
    }
    all_rows_passed();
}

static void sending_and_receiving_fail(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        int32_t send, recv;
        iotcred_status status;
    } rows[] = {
        { "send fails", -1, -1, IOTCRED_ERR_CONNECTION_LOST },
        { "send fails with the smallest number", INT32_MIN, INT32_MIN, IOTCRED_ERR_CONNECTION_LOST },
        { "send sends nothing", 0, 0, IOTCRED_ERR_DEADLINE },
        { "send sends a byte at a time, then silence", 1, 0, IOTCRED_ERR_DEADLINE },
        { "send sends more than it was given", TOO_MANY, 0, IOTCRED_ERR_PLATFORM },
        { "send sends the largest number", INT32_MAX, 0, IOTCRED_ERR_PLATFORM },
        { "recv fails", ALL, -1, IOTCRED_ERR_CONNECTION_LOST },
        { "recv fails with the smallest number", ALL, INT32_MIN, IOTCRED_ERR_CONNECTION_LOST },
        { "recv says that it was reset", ALL, -IOTCRED_ERR_CONNECTION_RESET, IOTCRED_ERR_CONNECTION_RESET },
        { "recv receives nothing", ALL, 0, IOTCRED_ERR_DEADLINE },
        { "recv receives garbage, a byte at a time", ALL, 1, IOTCRED_ERR_TLS },
        { "recv receives garbage, much of it", ALL, ALL, IOTCRED_ERR_TLS },
        { "recv receives more than there is room for", ALL, TOO_MANY, IOTCRED_ERR_PLATFORM },
        { "recv receives the largest number", ALL, INT32_MAX, IOTCRED_ERR_PLATFORM },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        iotcred_config config = good_config();
        transport.send_result = rows[i].send;
        transport.recv_result = rows[i].recv;
        expect(&config, rows[i].row, rows[i].status);
        check(transport.connects == 1 && transport.closes == 1, rows[i].row, "is closed once");
    }
    all_rows_passed();
}

static void servers_that_speak_no_tls(void **state)
{
    (void)state;
    static const uint8_t alert[] = { 21, 3, 3, 0, 2, 2, 40 }, warning[] = { 21, 3, 3, 0, 2, 1, 0 }, odd_alert[] = { 21, 3, 3, 0, 2, 2, 255 },
                         empty_record[] = { 22, 3, 3, 0, 0 }, huge_record[] = { 22, 3, 3, 0xFF, 0xFF, 2 },
                         huge_message[] = { 22, 3, 3, 0, 4, 2, 0xFF, 0xFF, 0xFF }, ssh[] = "SSH-2.0-OpenSSH_9.2\r\n",
                         http[] = "HTTP/1.1 400 Bad Request\r\n\r\n", zeros[64] = { 0 };
    static const struct {
        const char *row;
        const uint8_t *script;
        size_t len;
        uint8_t tls_alert;
    } rows[] = {
        { "an alert", alert, sizeof alert, 40 },
        { "close_notify", warning, sizeof warning, 0 },
        { "an alert that nobody knows", odd_alert, sizeof odd_alert, 255 },
        { "an empty record", empty_record, sizeof empty_record, 0 },
        { "a record of 64 KiB", huge_record, sizeof huge_record, 0 },
        { "a message of 16 MiB", huge_message, sizeof huge_message, 0 },
        { "SSH", ssh, sizeof ssh - 1, 0 },
        { "HTTP", http, sizeof http - 1, 0 },
        { "zeros", zeros, sizeof zeros, 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t step = 0; step < 2; step++) {
            static iotcred_credentials credentials;
            iotcred_config config = good_config();
            iotcred_error error;
            transport.script = rows[i].script;
            transport.script_len = rows[i].len;
            transport.step = step;
            transport.recv_result = -1;
            memset(&error, PATTERN, sizeof error);
            iotcred_status status = iotcred_fetch(&config, &credentials, &error);
            check(status == IOTCRED_ERR_TLS || status == IOTCRED_ERR_TLS_NO_COMMON || status == IOTCRED_ERR_CONNECTION_LOST, rows[i].row,
                  iotcred_status_str(status));
            check_error(rows[i].row, &error, status);
            check_number(rows[i].row, "tls_alert", rows[i].tls_alert, error.tls_alert);
            check_fake(rows[i].row, &transport, 15000);
        }
    all_rows_passed();
}

static void clocks(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        int64_t unix_time;
        uint64_t start;
        uint64_t tick;
        iotcred_status status;
    } rows[] = {
        { "the date is not known", 0, 5, 0, IOTCRED_ERR_TIME_REQUIRED },
        { "the date is 1970", 86400, 5, 0, IOTCRED_ERR_CLOCK_UNSET },
        { "the date is the end of 2014", 1420070399, 5, 0, IOTCRED_ERR_CLOCK_UNSET },
        { "the date is before 1970", -1, 5, 0, IOTCRED_ERR_CLOCK_UNSET },
        { "the date is the smallest number", INT64_MIN, 5, 0, IOTCRED_ERR_CLOCK_UNSET },
        { "the date is the largest number", INT64_MAX, 5, 0, IOTCRED_ERR_DEADLINE },
        { "the clock starts at 0", 1800000000, 0, 0, IOTCRED_ERR_DEADLINE },
        { "the clock is about to overflow", 1800000000, UINT64_MAX, 0, IOTCRED_ERR_DEADLINE },
        { "the clock overflows soon", 1800000000, UINT64_MAX - 10000, 0, IOTCRED_ERR_DEADLINE },
        { "the clock leaps", 1800000000, 5, 20000, IOTCRED_ERR_DEADLINE },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        iotcred_config config = good_config();
        transport.unix_time = rows[i].unix_time;
        transport.now = rows[i].start;
        transport.tick = rows[i].tick;
        expect(&config, rows[i].row, rows[i].status);
    }
    all_rows_passed();
}

static void timeouts(void **state)
{
    (void)state;
    static const uint32_t timeouts[] = { 1, 2, 999, 15000, INT32_MAX, UINT32_MAX };
    for (size_t i = 0; i < COUNT(timeouts); i++) {
        iotcred_config config = good_config();
        config.timeout_ms = timeouts[i];
        uint64_t start = transport.now;
        expect(&config, "a deadline", IOTCRED_ERR_DEADLINE);
        check(transport.now - start >= timeouts[i] && transport.now - start <= (uint64_t)timeouts[i] + 1, "a deadline", "is kept to the millisecond");
    }
    all_rows_passed();
}

static void the_times_of_the_phases(void **state)
{
    (void)state;
    iotcred_timings timings;
    iotcred_config config = good_config();
    config.timings = &timings;
    config.timeout_ms = 700;
    memset(&timings, PATTERN, sizeof timings);
    iotcred_error error = expect(&config, "silence in the handshake", IOTCRED_ERR_DEADLINE);
    check_number("silence in the handshake", "phase", IOTCRED_PHASE_HANDSHAKE, error.phase);
    check(timings.handshake_ms == 700 && timings.total_ms == 700 && timings.tries == 1, "silence in the handshake", "has the time");
    check(timings.resolve_ms + timings.connect_ms + timings.send_ms + timings.receive_ms == 0, "silence in the handshake", "no other phase has");
    transport.connects = 0;
    config = good_config();
    config.timings = &timings;
    transport.connect_result = IOTCRED_ERR_DNS;
    memset(&timings, PATTERN, sizeof timings);
    error = expect(&config, "no such name", IOTCRED_ERR_DNS);
    check_number("no such name", "phase", IOTCRED_PHASE_RESOLVE, error.phase);
    check(timings.tries == 1 && timings.handshake_ms == 0, "no such name", "no handshake");
    config = good_config();
    config.timings = &timings;
    config.endpoint = "";
    memset(&timings, PATTERN, sizeof timings);
    expect(&config, "a mistake", IOTCRED_ERR_ENDPOINT);
    check(all_bytes(&timings, 0, sizeof timings), "a mistake", "all is 0");
    all_rows_passed();
}

/* --- Small things ---------------------------------------------------------------------------------------------- */

static void the_view_and_the_wipe(void **state)
{
    (void)state;
    static iotcred_credentials credentials;
    memset(&credentials, 0, sizeof credentials);
    strcpy(credentials.access_key_id, "ASIAEXAMPLEEXAMPLE");
    strcpy(credentials.secret_access_key, "secret");
    memset(credentials.session_token, 't', sizeof credentials.session_token - 1);
    sigv4_credentials view = iotcred_credentials_view(&credentials);
    assert_ptr_equal(view.access_key_id.ptr, credentials.access_key_id);
    assert_int_equal(view.access_key_id.len, 18);
    assert_ptr_equal(view.secret_access_key.ptr, credentials.secret_access_key);
    assert_int_equal(view.secret_access_key.len, 6);
    assert_ptr_equal(view.session_token.ptr, credentials.session_token);
    assert_int_equal(view.session_token.len, 4096);

    /* Not one of the texts ends in NUL: the view ends where the array does. */
    memset(&credentials, 'x', sizeof credentials);
    view = iotcred_credentials_view(&credentials);
    assert_true(view.access_key_id.len <= sizeof credentials.access_key_id);
    assert_true(view.secret_access_key.len <= sizeof credentials.secret_access_key);
    assert_true(view.session_token.len <= sizeof credentials.session_token);

    iotcred_credentials_wipe(&credentials);
    assert_true(all_bytes(&credentials, 0, sizeof credentials));
    iotcred_credentials_wipe(NULL);
    view = iotcred_credentials_view(NULL);
    assert_int_equal(view.access_key_id.len + view.secret_access_key.len + view.session_token.len, 0);
}

static void init_is_not_needed_and_does_nothing(void **state)
{
    (void)state;
    static const iotcred_port empty;
    assert_int_equal(iotcred_init(NULL), IOTCRED_ERR_NULL_ARGUMENT);
    (void)iotcred_init(&empty);
    iotcred_config config = good_config();
    expect(&config, "after iotcred_init", IOTCRED_ERR_DEADLINE);
    all_rows_passed();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_good_configuration_is_good),
        cmocka_unit_test(null_pointers),
        cmocka_unit_test(every_text_of_the_configuration),
        cmocka_unit_test(the_data_endpoint_is_recognised),
        cmocka_unit_test(certificates_and_keys_that_are_none),
        cmocka_unit_test(too_long_to_be_a_certificate),
        cmocka_unit_test(pems_cut_at_every_byte),
        cmocka_unit_test(pems_with_one_character_changed),
        cmocka_unit_test(the_keys_of_the_local_aws),
        cmocka_unit_test(der_keys_cut_at_every_byte),
        cmocka_unit_test(a_platform_is_whole_or_refused),
        cmocka_unit_test(a_transport_without_clocks_uses_the_system_s),
        cmocka_unit_test(connecting_fails),
        cmocka_unit_test(sending_and_receiving_fail),
        cmocka_unit_test(servers_that_speak_no_tls),
        cmocka_unit_test(clocks),
        cmocka_unit_test(timeouts),
        cmocka_unit_test(the_times_of_the_phases),
        cmocka_unit_test(the_view_and_the_wipe),
        cmocka_unit_test(init_is_not_needed_and_does_nothing),
    };
    return cmocka_run_group_tests_name("iotcred_fetch without a network", tests, NULL, NULL);
}
