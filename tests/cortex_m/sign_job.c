/* Signs a request; its text is the value of the authorization header. */
#include "board.h"
#include "job.h"
#include "memory.h"

#include <string.h>

enum { HEADERS_MAX = 101, VALUES_MAX = 1024 };

/* "name:value" lines. */
static size_t headers_of(sigv4_str text, sigv4_header *headers)
{
    size_t count = 0;
    const char *at = text.ptr, *end = at + text.len;
    while (at < end && count < HEADERS_MAX) {
        const char *colon = memchr(at, ':', (size_t)(end - at));
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        headers[count].name = (sigv4_str){ at, (size_t)(colon - at) };
        headers[count].value = (sigv4_str){ colon + 1, (size_t)(line_end - colon - 1) };
        count++;
        at = line_end + 1;
    }
    return count;
}

void job_sign(void)
{
    static sigv4_header headers[HEADERS_MAX];
    static sigv4_key_cache cache;
    static char values[VALUES_MAX];
    sigv4_request request = {
        .method = job_text('M'),
        .path = job_text('P'),
        .query = job_text('Q'),
        .headers = headers,
        .header_count = headers_of(job_text('H'), headers),
        .payload = { IOTCRED_PAYLOAD_BYTES, job_bytes('B') },
        .region = job_text('R'),
        .service = job_text('V'),
        .time = job_number('u'),
        .flags = (uint32_t)job_number('G'),
    };
    sigv4_credentials credentials = { job_text('A'), job_text('S'), job_text('T') };
    sigv4_signed made = { .buffer = values, .buffer_size = sizeof values };

    memory_watch();
    uint64_t start = board_instructions();
    iotcred_status status = sigv4_sign_request(&request, &credentials, job_number('K') != 0 ? &cache : NULL, &made);
    uint64_t instructions = board_instructions() - start;

    job_says("stack", memory_stack_peak());
    job_says("status", (uint64_t)status);
    job_says("instructions", instructions);
    sigv4_str value = status == IOTCRED_OK ? made.headers[made.header_count - 1].value : (sigv4_str){ "", 0 };
    job_ends(value.ptr, value.len);
}
