/* iotcred_config_check: every mistake of a configuration at once, with no network, and as iotcred_fetch sees it. */
#include "offline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static iotcred_error problems[IOTCRED_PROBLEMS_MAX];
static iotcred_credentials credentials;

/* Checks `config`, which must have these problems in this order, and all that a check promises. */
static void expect(const iotcred_config *config, const char *row, size_t expected_count, const iotcred_status *expected)
{
    size_t count = 99;
    memset(problems, PATTERN, sizeof problems);
    iotcred_status status = iotcred_config_check(config, problems, COUNT(problems), &count);
    check_status(row, expected_count > 0 ? expected[0] : IOTCRED_OK, status);
    check_number(row, "count", (long long)expected_count, (long long)count);
    for (size_t i = 0; i < count && i < COUNT(problems); i++) {
        check_error(row, &problems[i], i < expected_count ? expected[i] : IOTCRED_OK);
        if (problems[i].status < 3000 && problems[i].status != IOTCRED_ERR_SWAPPED && problems[i].status != IOTCRED_ERR_TIME_REQUIRED)
            check(problems[i].message[0] != '\0', row, "has a line of its own to say what");
    }
    check(all_bytes(problems + count, PATTERN, (COUNT(problems) - count) * sizeof *problems), row, "what is behind the last problem is untouched");
    check(transport.connects + transport.sends + transport.recvs + transport.closes == 0, row, "there is no network");

    /* Whatever room there is: the same count, the same first ones, and not a byte more. */
    for (size_t room = 0; room < 3; room++) {
        static iotcred_error few[3];
        size_t again = 99;
        memset(few, PATTERN, sizeof few);
        check_status(row, status, iotcred_config_check(config, room > 0 ? few : NULL, room, &again));
        size_t written = room < count ? room : count;
        check(again == count && memcmp(few, problems, written * sizeof *few) == 0, row, "with less room");
        check(all_bytes(few + written, PATTERN, (COUNT(few) - written) * sizeof *few), row, "with less room nothing behind it");
    }
    check_status(row, status, iotcred_config_check(config, NULL, 0, NULL));
}

/* The same for one problem, or none, with which a fetch must agree. */
static void expect_as_fetch(const iotcred_config *config, const char *row, iotcred_status expected)
{
    expect(config, row, expected != IOTCRED_OK, &expected);
    iotcred_error error;
    iotcred_status fetched = iotcred_fetch(config, &credentials, &error);
    if (expected == IOTCRED_OK)
        check_status(row, IOTCRED_ERR_DEADLINE, fetched);
    else
        check(memcmp(&error, &problems[0], sizeof error) == 0, row, "a fetch fails with the very same error");
}

static void what_is_good_has_no_problem(void **state)
{
    (void)state;
    iotcred_config config = good_config();
    expect_as_fetch(&config, "everything", IOTCRED_OK);
    config = good_config();
    config.thing_name = NULL;
    config.address = "192.0.2.1";
    config.ca = bytes(test_certificate);
    expect_as_fetch(&config, "other members", IOTCRED_OK);
    all_rows_passed();
}

static void null_pointers(void **state)
{
    (void)state;
    iotcred_config config = good_config();
    size_t count = 99;
    check_status("config", IOTCRED_ERR_NULL_ARGUMENT, iotcred_config_check(NULL, problems, COUNT(problems), &count));
    check_status("problems", IOTCRED_ERR_NULL_ARGUMENT, iotcred_config_check(&config, NULL, 1, &count));
    check_number("outputs", "count is untouched", 99, (long long)count);
    iotcred_config zero = { .platform = config.platform };
    const iotcred_status expected[] = { IOTCRED_ERR_ENDPOINT, IOTCRED_ERR_ROLE_ALIAS, IOTCRED_ERR_CERTIFICATE, IOTCRED_ERR_PRIVATE_KEY };
    expect(&zero, "nothing at all", COUNT(expected), expected);
    all_rows_passed();
}

#define PLACE(member) offsetof(iotcred_config, member)

static const struct {
    const char *row;
    size_t place;
    const char *text;
    iotcred_status status;
    const char *words; /* in the problem's message */
} texts[] = {
    { "a scheme", PLACE(endpoint), "https://a.credentials.iot.eu-west-1.amazonaws.com", IOTCRED_ERR_ENDPOINT, "https://" },
    { "a path", PLACE(endpoint), "a.credentials.iot.eu-west-1.amazonaws.com/role-aliases", IOTCRED_ERR_ENDPOINT, "path" },
    { "a port", PLACE(endpoint), "a.credentials.iot.eu-west-1.amazonaws.com:443", IOTCRED_ERR_ENDPOINT, "port" },
    { "no endpoint", PLACE(endpoint), NULL, IOTCRED_ERR_ENDPOINT, "missing" },
    { "an empty label", PLACE(endpoint), "a..com", IOTCRED_ERR_ENDPOINT, "dots" },
    { "the data endpoint", PLACE(endpoint), "a-ats.iot.eu-west-1.amazonaws.com", IOTCRED_ERR_DATA_ENDPOINT, "data endpoint" },
    { "the old data endpoint", PLACE(endpoint), "a.iot.eu-west-1.amazonaws.com", IOTCRED_ERR_DATA_ENDPOINT, "data endpoint" },
    { "the ARN of an alias", PLACE(role_alias), "arn:aws:iot:eu-west-1:1:rolealias/a", IOTCRED_ERR_ROLE_ALIAS, "ARN" },
    { "an alias with a space", PLACE(role_alias), "my alias", IOTCRED_ERR_ROLE_ALIAS, "character 3" },
    { "an alias that is not UTF-8", PLACE(role_alias), "\xFF", IOTCRED_ERR_ROLE_ALIAS, "UTF-8" },
    { "a thing with a slash", PLACE(thing_name), "a/b", IOTCRED_ERR_THING_NAME, "character 2" },
    { "an address with a port", PLACE(address), "192.0.2.1:443", IOTCRED_ERR_ADDRESS, "port" },
};

static void each_text_has_its_problem(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        iotcred_config config = good_config();
        memcpy((char *)&config + texts[i].place, &texts[i].text, sizeof texts[i].text);
        expect_as_fetch(&config, texts[i].row, texts[i].status);
        check(strstr(problems[0].message, texts[i].words) != NULL, texts[i].row, problems[0].message);
    }
    char name[130];
    memset(name, 'a', 129);
    name[129] = '\0';
    iotcred_config config = good_config();
    config.role_alias = config.thing_name = name;
    const iotcred_status expected[] = { IOTCRED_ERR_ROLE_ALIAS, IOTCRED_ERR_THING_NAME };
    expect(&config, "names of 129", COUNT(expected), expected);
    check(strstr(problems[1].message, "129") != NULL, "names of 129", problems[1].message);
    all_rows_passed();
}

static void certificates_and_keys(void **state)
{
    (void)state;
    const iotcred_bytes certificate = bytes(test_certificate), key = bytes(test_key), null = { NULL, 5 }, none = { NULL, 0 };
    const struct {
        const char *row;
        iotcred_bytes certificate, key, ca;
        iotcred_status status[2];
    } rows[] = {
        { "in each other's place", key, certificate, none, { IOTCRED_ERR_SWAPPED } },
        { "the key twice", key, key, none, { IOTCRED_ERR_CERTIFICATE } },
        { "the certificate twice", certificate, certificate, none, { IOTCRED_ERR_PRIVATE_KEY } },
        { "another key", certificate, bytes(other_key), none, { IOTCRED_ERR_KEY_MISMATCH } },
        { "text for both", bytes("device.pem"), bytes("device.key"), none, { IOTCRED_ERR_CERTIFICATE, IOTCRED_ERR_PRIVATE_KEY } },
        { "NULL with a length", null, null, none, { IOTCRED_ERR_CERTIFICATE, IOTCRED_ERR_PRIVATE_KEY } },
        { "neither", none, none, none, { IOTCRED_ERR_CERTIFICATE, IOTCRED_ERR_PRIVATE_KEY } },
        { "a key for a CA", certificate, key, key, { IOTCRED_ERR_CA } },
        { "a CA that is no file", certificate, key, bytes("AmazonRootCA1.pem"), { IOTCRED_ERR_CA } },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        iotcred_config config = good_config();
        config.certificate = rows[i].certificate;
        config.private_key = rows[i].key;
        config.ca = rows[i].ca;
        if (rows[i].status[1] == IOTCRED_OK)
            expect_as_fetch(&config, rows[i].row, rows[i].status[0]);
        else
            expect(&config, rows[i].row, 2, rows[i].status);
    }
    all_rows_passed();
}

static void the_clock_and_the_dates(void **state)
{
    (void)state;
    iotcred_config config = good_config();
    transport.unix_time = 0;
    expect_as_fetch(&config, "no clock", IOTCRED_ERR_TIME_REQUIRED);
    config = good_config();
    transport.unix_time = 86400;
    expect_as_fetch(&config, "a clock at 1970", IOTCRED_ERR_CLOCK_UNSET);
    check(strstr(problems[0].message, "1970-01-02T00:00:00Z") != NULL, "a clock at 1970", problems[0].message);

    /* The certificate of identity.h, by OpenSSL: notBefore Nov 21 11:26:03 2026, notAfter Oct 28 11:26:03 2126. */
    static const struct {
        int64_t now;
        iotcred_status status;
        const char *words;
    } dates[] = {
        { 1795260362, IOTCRED_ERR_CERTIFICATE_NOT_YET_VALID, "2026-11-21T11:26:02Z" },
        { 1795260363, IOTCRED_OK, "" },
        { 4948860363, IOTCRED_OK, "" },
        { 4948860364, IOTCRED_ERR_CERTIFICATE_EXPIRED, "2126-10-28T11:26:04Z" },
    };
    for (size_t i = 0; i < COUNT(dates); i++) {
        config = good_config();
        transport.unix_time = dates[i].now;
        expect(&config, dates[i].words, dates[i].status != IOTCRED_OK, &dates[i].status);
        if (dates[i].status == IOTCRED_OK)
            continue;
        check(strstr(problems[0].message, "2026-11-21T11:26:03Z") != NULL && strstr(problems[0].message, "2126-10-28T11:26:03Z") != NULL &&
                  strstr(problems[0].message, dates[i].words) != NULL,
              "both dates and the device's", problems[0].message);
        check_number(dates[i].words, "not_before", 1795260363, problems[0].not_before);
        check_number(dates[i].words, "not_after", 4948860363, problems[0].not_after);
        check_number(dates[i].words, "device_time", dates[i].now, problems[0].device_time);
        /* It may be the clock that is wrong: the server is asked. */
        check_status(dates[i].words, IOTCRED_ERR_DEADLINE, iotcred_fetch(&config, &credentials, NULL));
    }
    all_rows_passed();
}

static void everything_is_wrong(void **state)
{
    (void)state;
    iotcred_config config = good_config();
    transport.unix_time = 86400;
    config.endpoint = "https://a";
    config.role_alias = "\xFF";
    config.thing_name = "";
    config.address = "a b";
    config.ca = bytes("none");
    config.certificate = bytes("none");
    config.private_key = bytes("none");
    const iotcred_status expected[] = {
        IOTCRED_ERR_ROLE_ALIAS, IOTCRED_ERR_ENDPOINT,    IOTCRED_ERR_THING_NAME,  IOTCRED_ERR_ADDRESS,
        IOTCRED_ERR_CA,         IOTCRED_ERR_CERTIFICATE, IOTCRED_ERR_PRIVATE_KEY, IOTCRED_ERR_CLOCK_UNSET,
    };
    expect(&config, "everything", COUNT(expected), expected);
    platform.send = NULL;
    platform.unix_time = NULL;
    const iotcred_status half[] = {
        IOTCRED_ERR_ROLE_ALIAS, IOTCRED_ERR_ENDPOINT,    IOTCRED_ERR_THING_NAME,  IOTCRED_ERR_ADDRESS,
        IOTCRED_ERR_CA,         IOTCRED_ERR_CERTIFICATE, IOTCRED_ERR_PRIVATE_KEY, IOTCRED_ERR_PLATFORM,
    };
    expect(&config, "and half a platform", COUNT(half), half);
    all_rows_passed();
}

static void files_of_the_local_aws(void **state)
{
    (void)state;
    static const struct {
        const char *certificate, *key;
        iotcred_status status;
        const char *words;
    } rows[] = {
        { "device-p256.cert.pem", "device-p256.pkcs8.pem", IOTCRED_OK, "" },
        { "device-rsa2048.cert.der", "device-rsa2048.pkcs1.der", IOTCRED_OK, "" },
        { "device-p256.pkcs8.der", "device-p256.cert.der", IOTCRED_ERR_SWAPPED, "" },
        { "device-p256.sec1.pem", "device-p256.cert.der", IOTCRED_ERR_SWAPPED, "" },
        { "device-rsa2048.pkcs1.pem", "device-rsa2048.cert.pem", IOTCRED_ERR_SWAPPED, "" },
        { "device-p256.cert.der", "device-p256.cert.der", IOTCRED_ERR_PRIVATE_KEY, "certificate" },
        { "device-p256.cert-and-key.pem", "device-p256.cert-and-key.pem", IOTCRED_OK, "" },
        { "device-p521.cert.pem", "device-p521.pkcs8.pem", IOTCRED_ERR_KEY_UNSUPPORTED, "P-521" },
        { "device-rsa1024.cert.pem", "device-rsa1024.pkcs1.pem", IOTCRED_ERR_KEY_UNSUPPORTED, "1024" },
        { "device-p256.cert.pem", "device-p256.encrypted.pem", IOTCRED_ERR_PRIVATE_KEY, "encrypted" },
        { "device-p256.cert.pem", "device-mismatch.pkcs8.pem", IOTCRED_ERR_KEY_MISMATCH, "another" },
    };
    const char *pki = getenv("LOCAL_AWS_PKI");
    if (pki == NULL)
        skip();
    for (size_t i = 0; i < COUNT(rows); i++) {
        char row[128];
        snprintf(row, sizeof row, "%s with %s", rows[i].certificate, rows[i].key);
        iotcred_config config = good_config();
        config.certificate = read_file(pki, rows[i].certificate);
        config.private_key = read_file(pki, rows[i].key);
        transport.unix_time = (int64_t)time(NULL);
        expect_as_fetch(&config, row, rows[i].status);
        check(rows[i].status == IOTCRED_OK || strstr(problems[0].message, rows[i].words) != NULL, row, problems[0].message);
        free((void *)config.certificate.ptr);
        free((void *)config.private_key.ptr);
    }
    iotcred_config config = good_config();
    config.certificate = read_file(pki, "device-expired.cert.pem");
    config.private_key = read_file(pki, "device-expired.pkcs8.pem");
    transport.unix_time = (int64_t)time(NULL);
    const iotcred_status expired = IOTCRED_ERR_CERTIFICATE_EXPIRED;
    expect(&config, "an expired certificate", 1, &expired);
    free((void *)config.certificate.ptr);
    free((void *)config.private_key.ptr);
    all_rows_passed();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_good_has_no_problem),
        cmocka_unit_test(null_pointers),
        cmocka_unit_test(each_text_has_its_problem),
        cmocka_unit_test(certificates_and_keys),
        cmocka_unit_test(the_clock_and_the_dates),
        cmocka_unit_test(everything_is_wrong),
        cmocka_unit_test(files_of_the_local_aws),
    };
    return cmocka_run_group_tests_name("iotcred_config_check", tests, NULL, NULL);
}
