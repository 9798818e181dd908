/* Signs what against_botocore.py sends: all requests come on stdin, then all answers go to stdout. Numbers are in the machine's own byte order, texts
 * have their length before them.
 *
 *     request: kind ('H' header, 'P' presigned), cached, payload's kind, flags, expires, time (8 bytes), method, path, query, region, service, key id,
 *              secret, token, unsigned headers, payload, number of headers, and for each its name and value
 *     answer:  status, and the headers to add as lines, or the URL
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <iotcred.h>

enum { HEADERS_MAX = 256, ROOM = 256 * 1024 };

static char *input;
static size_t input_len, at;

static void read_everything(void)
{
    size_t room = 1 << 20, count;
    input = malloc(room);
    while (input != NULL && (count = fread(input + input_len, 1, room - input_len, stdin)) > 0) {
        input_len += count;
        if (input_len == room)
            input = realloc(input, room *= 2);
    }
    if (input == NULL)
        exit(1);
}

static const char *next(size_t len)
{
    const char *here = input + at;
    if (len > input_len - at) {
        fprintf(stderr, "the input is cut\n");
        exit(1);
    }
    at += len;
    return here;
}

static uint32_t number(void)
{
    uint32_t value;
    memcpy(&value, next(sizeof value), sizeof value);
    return value;
}

static sigv4_str text(void)
{
    size_t len = number();
    return (sigv4_str){ next(len), len };
}

static void answer(iotcred_status status, const char *bytes, size_t len)
{
    uint32_t head[2] = { (uint32_t)status, (uint32_t)len };
    fwrite(head, sizeof head, 1, stdout);
    fwrite(bytes, 1, len, stdout);
}

static void sign(const sigv4_request *request, const sigv4_credentials *credentials, sigv4_key_cache *cache)
{
    static char values[ROOM], lines[2 * ROOM];
    sigv4_signed out = { .buffer = values, .buffer_size = sizeof values };
    iotcred_status status = sigv4_sign_request(request, credentials, cache, &out);
    size_t len = 0;
    for (size_t i = 0; status == IOTCRED_OK && i < out.header_count; i++) {
        const sigv4_header *header = &out.headers[i];
        memcpy(lines + len, header->name.ptr, header->name.len);
        len += header->name.len;
        lines[len++] = ':';
        memcpy(lines + len, header->value.ptr, header->value.len);
        len += header->value.len;
        lines[len++] = '\n';
    }
    answer(status, lines, len);
}

static void presign(const sigv4_request *request, const sigv4_credentials *credentials, uint32_t expires, sigv4_key_cache *cache)
{
    static char buffer[ROOM];
    sigv4_url out = { .buffer = buffer, .buffer_size = sizeof buffer };
    iotcred_status status = sigv4_presign_url(request, credentials, expires, cache, &out);
    answer(status, buffer, status == IOTCRED_OK ? out.url.len : 0);
}

int main(void)
{
    static sigv4_header headers[HEADERS_MAX];
    static sigv4_key_cache kept;
    read_everything();
    while (at < input_len) {
        sigv4_request request = { .headers = headers };
        sigv4_credentials credentials;
        uint32_t kind = number(), cached = number(), expires;
        request.payload.kind = (int32_t)number();
        request.flags = number();
        expires = number();
        memcpy(&request.time, next(sizeof request.time), sizeof request.time);
        request.method = text();
        request.path = text();
        request.query = text();
        request.region = text();
        request.service = text();
        credentials.access_key_id = text();
        credentials.secret_access_key = text();
        credentials.session_token = text();
        request.unsigned_headers = text();
        sigv4_str payload = text();
        request.payload.bytes = (iotcred_bytes){ (const uint8_t *)payload.ptr, payload.len };
        request.header_count = number();
        if (request.header_count > HEADERS_MAX)
            return 1;
        for (size_t i = 0; i < request.header_count; i++) {
            headers[i].name = text();
            headers[i].value = text();
        }
        if (kind == 'H')
            sign(&request, &credentials, cached ? &kept : NULL);
        else
            presign(&request, &credentials, expires, cached ? &kept : NULL);
    }
    free(input);
    return fflush(stdout) != 0;
}
