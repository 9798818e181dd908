/* The version, and the words for every status that the header declares. The CMake build lists those in statuses.h. */
#include "check.h"
#include "statuses.h"

#include <string.h>

static const struct {
    const char *name;
    iotcred_status number;
} statuses[] = { IOTCRED_ALL_STATUSES };

static void the_version_is_semantic(void **state)
{
    (void)state;
    const char *version = iotcred_version();
    assert_non_null(version);
    assert_string_equal(version, IOTCRED_PACKAGE_VERSION);
}

static void every_status_has_words_and_a_hint(void **state)
{
    (void)state;
    assert_true(COUNT(statuses) > 60);
    for (size_t i = 0; i < COUNT(statuses); i++) {
        const char *words = iotcred_status_str(statuses[i].number), *hint = iotcred_status_hint(statuses[i].number);
        check(words != NULL && strlen(words) > 5, statuses[i].name, "has words");
        check(strcmp(words, "unknown status") != 0, statuses[i].name, "is known");
        check(hint != NULL && strlen(hint) > 10, statuses[i].name, "has a hint");
        check(strchr(words, '\n') == NULL && strchr(hint, '\n') == NULL, statuses[i].name, "stands on one line");
    }
    all_rows_passed();
}

static void statuses_do_not_share_their_number_or_their_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(statuses); i++)
        for (size_t j = 0; j < i; j++) {
            check(statuses[i].number != statuses[j].number, statuses[i].name, statuses[j].name);
            check(strcmp(iotcred_status_str(statuses[i].number), iotcred_status_str(statuses[j].number)) != 0, statuses[i].name,
                  statuses[j].name);
        }
    all_rows_passed();
}

static void success_has_words_and_no_hint(void **state)
{
    (void)state;
    assert_true(strlen(iotcred_status_str(IOTCRED_OK)) > 0);
    assert_string_not_equal(iotcred_status_str(IOTCRED_OK), "unknown status");
    assert_string_equal(iotcred_status_hint(IOTCRED_OK), "");
}

/* What to change, and where: the words that a user pastes into a console. */
static void hints_name_what_to_change(void **state)
{
    (void)state;
    static const struct {
        iotcred_status status;
        const char *words[3];
    } rows[] = {
        { IOTCRED_ERR_THING_NOT_ATTACHED, { "aws iot attach-thing-principal", "`thing_name`" } },
        { IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN, { "iot:AssumeRoleWithCertificate", "arn:aws:iot:REGION:ACCOUNT:rolealias/ALIAS", "IoT policy" } },
        { IOTCRED_ERR_CERTIFICATE_NOT_ACTIVE, { "aws iot update-certificate", "ACTIVE", "region" } },
        { IOTCRED_ERR_ROLE_ALIAS_UNKNOWN, { "aws iot list-role-aliases", "region" } },
        { IOTCRED_ERR_ROLE_NOT_ASSUMABLE, { "trust policy", "credentials.iot.amazonaws.com (not iot.amazonaws.com)", "sts:AssumeRole" } },
        { IOTCRED_ERR_DURATION_TOO_LONG, { "credentialDurationSeconds", "MaxSessionDuration" } },
        { IOTCRED_ERR_DATA_ENDPOINT, { "--endpoint-type iot:CredentialProvider", "credentials.iot.REGION" } },
        { IOTCRED_ERR_WRONG_ENDPOINT, { "--endpoint-type iot:CredentialProvider", "credentials.iot.REGION" } },
        { IOTCRED_ERR_THROTTLED, { "`retry_after_ms`" } },
        { IOTCRED_ERR_CLIENT_REFUSED, { "aws iot describe-certificate", "expired" } },
        { IOTCRED_ERR_SERVER_UNTRUSTED, { "`ca`", "proxy" } },
        { IOTCRED_ERR_SERVER_NAME, { "`endpoint`", "`address`" } },
        { IOTCRED_ERR_CLOCK_UNSET, { "clock" } },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t j = 0; j < COUNT(rows[i].words) && rows[i].words[j] != NULL; j++)
            check(strstr(iotcred_status_hint(rows[i].status), rows[i].words[j]) != NULL, rows[i].words[j], iotcred_status_hint(rows[i].status));
    all_rows_passed();
}

static void unknown_numbers_have_words_too(void **state)
{
    (void)state;
    static const iotcred_status unknown[] = { -1, 999, 1999, 9999, INT32_MAX, INT32_MIN };
    for (size_t i = 0; i < COUNT(unknown); i++) {
        assert_string_equal(iotcred_status_str(unknown[i]), "unknown status");
        assert_non_null(iotcred_status_hint(unknown[i]));
    }
}

static void the_abi_symbol_is_there(void **state)
{
    (void)state;
    assert_int_equal(iotcred_abi_1, IOTCRED_ABI);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_version_is_semantic),
        cmocka_unit_test(every_status_has_words_and_a_hint),
        cmocka_unit_test(statuses_do_not_share_their_number_or_their_words),
        cmocka_unit_test(success_has_words_and_no_hint),
        cmocka_unit_test(hints_name_what_to_change),
        cmocka_unit_test(unknown_numbers_have_words_too),
        cmocka_unit_test(the_abi_symbol_is_there),
    };
    return cmocka_run_group_tests_name("about", tests, NULL, NULL);
}
