/* The narrow profile (IOTCRED_NARROW): what it offers, and that RSA and P-256 chains and keys are all the same to it. Against the local AWS. */
#include "device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOOD "fault-connection-close"

/* The first record that was sent. */
static uint8_t hello[2048];
static size_t hello_len;

static int32_t send_and_keep(void *context, const uint8_t *data, size_t len, uint32_t timeout_ms)
{
    const int32_t sent = device_send(context, data, len, timeout_ms);
    for (int32_t i = 0; hello_len < 5 + (size_t)(hello[3] << 8 | hello[4]) && i < sent && hello_len < sizeof hello; i++)
        hello[hello_len++] = data[i];
    return sent;
}

static iotcred_status fetch(iotcred_config config)
{
    static iotcred_credentials credentials;
    iotcred_error error;
    device device = device_new();
    iotcred_platform platform = device_platform(&device);
    hello_len = 0;
    memset(hello, 0, sizeof hello);
    platform.send = send_and_keep;
    config.platform = &platform;
    const iotcred_status status = iotcred_fetch(&config, &credentials, &error);
    if (status != IOTCRED_OK)
        print_error("    message: %s\n", error.message);
    iotcred_credentials_wipe(&credentials);
    return status;
}

static void servers_and_keys(void **state)
{
    (void)state;
    static const char *const listeners[] = { "P256", "RSA", "RSA_PSS", "LONG_CHAIN", "TLS12", "TLS12_RSA", "TLS13" };
    for (size_t i = 0; i < COUNT(listeners); i++) {
        check_status(listeners[i], IOTCRED_OK, fetch(device_config(listeners[i], GOOD)));
        check_status(listeners[i], IOTCRED_OK, fetch(device_config_rsa(listeners[i], GOOD)));
    }
    all_rows_passed();
}

/* A list in the ClientHello: the length at `at` in two bytes, and then the numbers. */
static void check_list(const char *row, const uint8_t *at, const uint16_t *wanted, size_t count)
{
    check_number(row, "bytes", (long long)(2 * count), at[0] << 8 | at[1]);
    for (size_t i = 0; i < count; i++)
        check_number(row, "number", wanted[i], at[2 + 2 * i] << 8 | at[3 + 2 * i]);
}

/* RFC 8446 section 4.1.2: after record and message head (9 bytes), version (2) and random (32) come the session id, the suites, a byte of compression with its
 * length, and the extensions. */
static void what_it_offers(void **state)
{
    (void)state;
    static const uint16_t suites[] = { 0x1301, 0xc02b, 0xc02f, 0x00ff }, groups[] = { 0x0017 };
    static const uint16_t schemes[] = { 0x0403, 0x0804, 0x0401 };
    assert_int_equal(fetch(device_config("TLS13", GOOD)), IOTCRED_OK);
    const uint8_t *at = hello + 43 + 1 + hello[43], *end = hello + hello_len;
    check_list("suites", at, suites, COUNT(suites));
    at += 2 + (at[0] << 8 | at[1]) + 2;
    int found = 0;
    for (at += 2; at + 4 <= end; at += 4 + (at[2] << 8 | at[3])) {
        const int extension = at[0] << 8 | at[1];
        if (extension == 10)
            check_list("groups", at + 4, groups, COUNT(groups));
        if (extension == 13)
            check_list("signature schemes", at + 4, schemes, COUNT(schemes));
        found += extension == 10 || extension == 13;
    }
    check_number("extensions", "of the two", 2, found);
    all_rows_passed();
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(servers_and_keys), cmocka_unit_test(what_it_offers) };
    needed("LOCAL_AWS_PKI");
    const iotcred_port port = device_port();
    if (iotcred_init(&port) != IOTCRED_OK)
        return 1;
    return cmocka_run_group_tests_name("the narrow profile", tests, NULL, NULL);
}
