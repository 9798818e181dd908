/* Fetches credentials, and puts an object into S3 with them. The text of a result is the error's message, or of a fetch the access key id. */
#include "board.h"
#include "job.h"
#include "memory.h"
#include "wire.h"

#include <string.h>

static iotcred_credentials credentials;
static iotcred_error error;
static uint64_t started;

static const iotcred_platform *begin(void)
{
    wire_failure failure = { (uint32_t)job_number('f'), job_string('g') ? job_string('g')[0] : 0 };
    const iotcred_platform *platform = wire_platform(job_number('u'), failure);
    memory_watch();
    started = board_instructions();
    return platform;
}

static void end(iotcred_status status, const char *text)
{
    uint64_t instructions = board_instructions() - started - wire_instructions();
    job_says("stack", memory_stack_peak());
    job_says("status", (uint64_t)status);
    job_says("instructions", instructions);
    job_says("heap", memory_heap_peak());
    job_says("leaked", memory_heap_left());
    job_says("calls", wire_calls());
    job_says("closed", wire_closed());
    job_says("alert", error.tls_alert);
    job_says("error-status", (uint64_t)error.status);
    job_ends(text, strlen(text));
}

void job_fetch(void)
{
    iotcred_config config = {
        .endpoint = job_string('e'),
        .port = (uint16_t)job_number('p'),
        .address = job_string('a'),
        .role_alias = job_string('r'),
        .thing_name = job_string('t'),
        .certificate = job_bytes('c'),
        .private_key = job_bytes('k'),
        .ca = job_bytes('s'),
        .timeout_ms = (uint32_t)job_number('m'),
        .tries = 1,
        .platform = begin(),
    };
    iotcred_status status = iotcred_fetch(&config, &credentials, &error);
    end(status, status == IOTCRED_OK ? credentials.access_key_id : error.message);
}

static int32_t read_body(void *context, uint8_t *buffer, size_t size)
{
    uint32_t *at = context;
    for (size_t index = 0; index < size; index++, (*at)++)
        buffer[index] = (uint8_t)(*at * 2654435761u >> 24); /* run.py knows it too */
    return (int32_t)size;
}

void job_put(void)
{
    uint32_t at = 0;
    iotcred_request request = {
        .endpoint = job_string('e'),
        .port = (uint16_t)job_number('p'),
        .address = job_string('a'),
        .region = job_string('R'),
        .service = "s3",
        .method = "PUT",
        .path = job_string('P'),
        .body_length = (uint64_t)job_number('l'),
        .read_body = read_body,
        .context = &at,
        .ca = job_bytes('s'),
        .timeout_ms = (uint32_t)job_number('m'),
        .platform = begin(),
    };
    iotcred_response response = { 0 };
    sigv4_credentials view = iotcred_credentials_view(&credentials);
    iotcred_status status = iotcred_send(&request, &view, &response, &error);
    end(status, error.message);
}
