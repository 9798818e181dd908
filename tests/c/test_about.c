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
        cmocka_unit_test(unknown_numbers_have_words_too),
        cmocka_unit_test(the_abi_symbol_is_there),
    };
    return cmocka_run_group_tests_name("about", tests, NULL, NULL);
}
