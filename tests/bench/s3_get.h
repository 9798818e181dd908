/* What the benches sign: an S3 GET with a session token of 1 KiB. None of it stands on the stack, which is the library's alone to use. */
#ifndef IOTCRED_BENCH_S3_GET_H
#define IOTCRED_BENCH_S3_GET_H

#include <iotcred.h>

static char token[1024], values[512];
static sigv4_signed made = { .buffer = values, .buffer_size = sizeof values };

static iotcred_status sign_s3_get(void)
{
    static const sigv4_header headers[] = {
        { { "host", 4 }, { "bucket.s3.eu-central-1.amazonaws.com", 36 } },
        { { "range", 5 }, { "bytes=0-65535", 13 } },
    };
    static const sigv4_request request = {
        .method = { "GET", 3 }, .path = { "/firmware/2026-01/image.bin", 27 },
        .headers = headers, .header_count = sizeof headers / sizeof headers[0],
        .region = { "eu-central-1", 12 }, .service = { "s3", 2 }, .time = 1768662000,
    };
    static const sigv4_credentials credentials = {
        { "AKIDEXAMPLE", 11 }, { "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", 40 }, { token, sizeof token },
    };
    for (size_t i = 0; i < sizeof token; i++)
        token[i] = 't';
    return sigv4_sign_request(&request, &credentials, NULL, &made);
}

#endif
