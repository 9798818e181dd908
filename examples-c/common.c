#define _POSIX_C_SOURCE 200809L
#include "common.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void wipe(void *memory, size_t size)
{
    for (volatile uint8_t *byte = memory; size > 0; size--)
        *byte++ = 0;
}

double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int64_t unix_time(void)
{
    return (int64_t)time(NULL);
}

void print_error(const char *what, const iotcred_error *error)
{
    fprintf(stderr, "%s: %s [%d]\n", what, iotcred_status_str(error->status), (int)error->status);
    if (error->http_status != 0)
        fprintf(stderr, "  HTTP status: %u\n", error->http_status);
    if (error->request_id[0] != '\0')
        fprintf(stderr, "  request id:  %s\n", error->request_id);
    if (error->message[0] != '\0')
        fprintf(stderr, "  message:     %s\n", error->message);
    fprintf(stderr, "  what to do:  %s\n", iotcred_status_hint(error->status));
}

void print_finding(const iotcred_error *error)
{
    static const char *const phases[] = { "", ", while resolving", ", while connecting", ", in the TLS handshake", ", while sending", ", while receiving" };
    const bool known = error->phase >= 0 && (size_t)error->phase < sizeof phases / sizeof phases[0];
    printf("   WRONG: %s%s [%d]\n", iotcred_status_str(error->status), known ? phases[error->phase] : "", (int)error->status);
    if (error->message[0] != '\0')
        printf("      in detail:  %s\n", error->message);
    if (error->http_status != 0)
        printf("      HTTP %u %s, request id %s\n", error->http_status, error->error_type, error->request_id);
    printf("      what to do: %s\n", iotcred_status_hint(error->status));
}

const char *between(const char *text, const char *begin, const char *end, char *copy, size_t size)
{
    const char *from = strstr(text, begin);
    const char *to = from != NULL ? strstr(from, end) : NULL;
    snprintf(copy, size, "(no answer)");
    if (to != NULL) {
        from += strlen(begin);
        snprintf(copy, size, "%.*s", (int)(to - from), from);
        for (char *c = copy; *c != '\0'; c++)
            *c = *c < ' ' || *c > '~' ? '?' : *c;
    }
    return copy;
}

int32_t print_progress(void *unused, uint64_t sent, uint64_t to_send, uint64_t received, uint64_t to_receive)
{
    (void)unused;
    static int shown = -1;
    uint64_t done = sent + received, all = to_send + to_receive;
    int percent = all > 0 ? (int)(done * 100 / all) : 0;
    if (percent == shown)
        return 0;
    shown = percent;
    fprintf(stderr, "\r  [%-25.*s] %3d %%", percent / 4, "=========================", percent);
    return 0;
}

void erase_progress(void)
{
    fputs("\r\033[K", stderr);
}

void object_path(const char *bucket, const char *file_name, char *path, size_t size)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    const char *slash = strrchr(file_name, '/');
    int len = bucket != NULL ? snprintf(path, size, "/%s/", bucket) : snprintf(path, size, "/");
    for (const char *c = slash != NULL ? slash + 1 : file_name; *c != '\0' && (size_t)len + 4 <= size; c++)
        len += snprintf(path + len, 4, strchr(unreserved, *c) != NULL ? "%c" : "%%%02X", (unsigned char)*c);
}
