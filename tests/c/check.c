#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int failures;

bool check(bool good, const char *row, const char *claim)
{
    if (!good) {
        failures++;
        print_error("  row failed: %s: %s\n", row, claim);
    }
    return good;
}

bool check_status(const char *row, iotcred_status expected, iotcred_status actual)
{
    char claim[256];
    snprintf(claim, sizeof claim, "expected %d (%s), got %d (%s)", (int)expected, iotcred_status_str(expected), (int)actual,
             iotcred_status_str(actual));
    return check(expected == actual, row, claim);
}

bool check_number(const char *row, const char *name, long long expected, long long actual)
{
    char claim[256];
    snprintf(claim, sizeof claim, "%s: expected %lld, got %lld", name, expected, actual);
    return check(expected == actual, row, claim);
}

void all_rows_passed(void)
{
    int failed = failures;
    failures = 0;
    assert_int_equal(failed, 0);
}

bool all_bytes(const void *memory, int byte, size_t size)
{
    for (const uint8_t *at = memory; size > 0; at++, size--)
        if (*at != byte)
            return false;
    return true;
}

#ifndef IOTCRED_SIGN_ONLY
/* A text of an error: ends in NUL, nothing but NUL after it, and printable. */
static bool is_text(const char *text, size_t size)
{
    size_t len = 0;
    while (len < size && text[len] != '\0')
        len++;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    return len < size && all_bytes(text + len, 0, size - len);
}

void check_error(const char *row, const iotcred_error *error, iotcred_status status)
{
    check_status(row, status, error->status);
    check(is_text(error->message, sizeof error->message), row, "error.message is text to its last byte");
    check(is_text(error->request_id, sizeof error->request_id), row, "error.request_id is text to its last byte");
    if (status == IOTCRED_OK) {
        check(error->kind == IOTCRED_KIND_NONE && !error->retryable && error->retry_after_ms == 0 && error->http_status == 0 &&
                  error->tls_alert == 0 && error->message[0] == '\0' && error->request_id[0] == '\0' && all_bytes(error, 0, sizeof *error),
              row, "error is all zero on success");
        return;
    }
    const bool failed = status != IOTCRED_ERR_NOT_MODIFIED;
    check(error->kind >= (failed ? IOTCRED_KIND_CONFIGURATION : IOTCRED_KIND_NONE) && error->kind <= (failed ? IOTCRED_KIND_BUG : IOTCRED_KIND_NONE), row,
          "error.kind is one of IOTCRED_KIND_*");
    if (status < IOTCRED_ERR_REFUSED && strstr(iotcred_status_hint(status), "message") != NULL)
        check(error->message[0] != '\0', row, "the hint speaks of a message, and there is none");
    check(is_text(error->error_type, sizeof error->error_type), row, "error.error_type is text to its last byte");
    const bool has_phase = status >= 3000 && status <= 4999;
    check(has_phase ? error->phase >= IOTCRED_PHASE_RESOLVE && error->phase <= IOTCRED_PHASE_RECEIVE : error->phase == IOTCRED_PHASE_NONE, row,
          "error.phase is there for the network and TLS, and for nothing else");
    check((error->not_before != 0) == (error->device_time != 0) && (error->not_after != 0) == (error->device_time != 0), row, "error's dates come together");
    if (status < 3000)
        check(!error->retryable && error->retry_after_ms == 0, row, "no use in trying again");
    if (status < 3000 && status != IOTCRED_ERR_BUFFER_TOO_SMALL && status != IOTCRED_ERR_BODY_SINK)
        check(error->http_status == 0, row, "no response");
}
#endif

sigv4_str str(const char *text)
{
    return (sigv4_str){ text, text != NULL ? strlen(text) : 0 };
}

iotcred_bytes bytes(const char *text)
{
    return (iotcred_bytes){ (const uint8_t *)text, text != NULL ? strlen(text) : 0 };
}

iotcred_bytes read_file(const char *folder, const char *name)
{
    enum { SIZE = 64 * 1024 };
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    uint8_t *content = calloc(SIZE, 1);
    if (file == NULL || content == NULL) {
        print_error("cannot read %s\n", path);
        exit(1);
    }
    size_t len = fread(content, 1, SIZE - 1, file);
    fclose(file);
    return (iotcred_bytes){ content, len };
}

const char *needed(const char *variable)
{
    const char *value = getenv(variable);
    if (value == NULL || value[0] == '\0') {
        print_message("skipped: %s is not set; the local AWS sets it\n", variable);
        exit(SKIPPED);
    }
    return value;
}

uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t slack_ms(void)
{
    const char *factor = getenv("IOTCRED_TEST_SLACK");
    return (uint64_t)(1000 * (factor != NULL ? atof(factor) : 1.0));
}
