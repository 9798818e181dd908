#include "job.h"

#include "wire.h"

#include <string.h>

#ifdef IOTCRED_SIGN_ONLY
enum { JOB_MAX = 3072, RESULT_MAX = 1280 };
#else
enum { JOB_MAX = 24 * 1024, RESULT_MAX = 6 * 1024 };
#endif

static uint8_t memory[JOB_MAX], result[RESULT_MAX];
static struct {
    const uint8_t *ptr;
    size_t len;
} fields['z' - 'A' + 1];
static size_t result_len;

void job_read(void)
{
    wire_write('J', NULL, 0);
    size_t len = wire_read('j', memory, sizeof memory);
    memset(fields, 0, sizeof fields);
    result_len = 0;
    for (size_t at = 0; at + 3 <= len;) {
        int field = memory[at] - 'A';
        fields[field].len = memory[at + 1] | (size_t)memory[at + 2] << 8;
        fields[field].ptr = memory + at + 3;
        at += 3 + fields[field].len + 1;
    }
}

sigv4_str job_text(char field)
{
    return (sigv4_str){ (const char *)fields[field - 'A'].ptr, fields[field - 'A'].len };
}

iotcred_bytes job_bytes(char field)
{
    return (iotcred_bytes){ fields[field - 'A'].ptr, fields[field - 'A'].len };
}

const char *job_string(char field)
{
    return (const char *)fields[field - 'A'].ptr;
}

int64_t job_number(char field)
{
    sigv4_str text = job_text(field);
    int64_t number = 0;
    for (size_t at = 0; at < text.len; at++)
        number = number * 10 + (text.ptr[at] - '0');
    return number;
}

static void add(const void *bytes, size_t len)
{
    if (len > sizeof result - result_len)
        len = sizeof result - result_len;
    memcpy(result + result_len, bytes, len);
    result_len += len;
}

void job_says(const char *name, uint64_t number)
{
    char digits[22], *start = digits + sizeof digits;
    *--start = '\n';
    do {
        *--start = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    *--start = ' ';
    add(name, strlen(name));
    add(start, (size_t)(digits + sizeof digits - start));
}

void job_ends(const void *text, size_t len)
{
    add("text\n", 5);
    add(text, len);
    wire_write('R', result, result_len);
    memset(result, 0, sizeof result);
}
