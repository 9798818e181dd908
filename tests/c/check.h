/* What the C tests share. Tests print every row of a table that fails, and not the first alone. */
#ifndef IOTCRED_TESTS_CHECK_H
#define IOTCRED_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <iotcred.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Exit status of a test that cannot run here (ctest's SKIP_RETURN_CODE). */
enum { SKIPPED = 77 };

/* What an untouched output is full of. */
enum { PATTERN = 0xA5 };

/* How many checks of a table have failed in this program. */
extern int failures;

/* Counts and prints a row that fails; returns `good`. */
bool check(bool good, const char *row, const char *claim);
bool check_status(const char *row, iotcred_status expected, iotcred_status actual);
bool check_number(const char *row, const char *name, long long expected, long long actual);

/* Ends a test over a table: fails it if any row did. */
void all_rows_passed(void);

/* Whether `size` bytes are all `byte`. */
bool all_bytes(const void *memory, int byte, size_t size);

#ifndef IOTCRED_SIGN_ONLY
/* Checks that an error, which was full of PATTERN before the call, is written whole and says `status`. */
void check_error(const char *row, const iotcred_error *error, iotcred_status status);
#endif

sigv4_str str(const char *text);
iotcred_bytes bytes(const char *text);

/* A file's bytes, with a NUL after them that does not count; ends the program if it cannot be read. Free `ptr`. */
iotcred_bytes read_file(const char *folder, const char *name);

/* An environment variable; ends the program with SKIPPED if it is not set. */
const char *needed(const char *variable);

/* Milliseconds, and how many more than it should an operation may take here: IOTCRED_TEST_SLACK times a second. */
uint64_t now_ms(void);
uint64_t slack_ms(void);

#endif
