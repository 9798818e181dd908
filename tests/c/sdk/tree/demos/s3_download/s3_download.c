/* Downloads an object of S3 in ranges, as http_demo_s3_download does. */
#include "demo.h"

#include <stdio.h>
#include <string.h>

#define OBJECT_LEN 1000
#define RANGES 4

int main(void)
{
    Device device;
    Request request;
    char path[256], range[64], answer[OBJECT_LEN], object[OBJECT_LEN];
    size_t i, at, answerLen;

    if (!deviceOpen(&device))
        return selfTest(RANGES);
    for (i = 0; i < OBJECT_LEN; i++)
        object[i] = (char)('a' + i % 26);
    snprintf(path, sizeof path, "/%s/%s", setting("DEMO_S3_BUCKET"), setting("DEMO_S3_OBJECT"));
    for (at = 0; at < OBJECT_LEN; at += OBJECT_LEN / RANGES) {
        size_t part = OBJECT_LEN / RANGES;
        int status;
        snprintf(range, sizeof range, "bytes=%03lu-%03lu", (unsigned long)at, (unsigned long)(at + part - 1));
        if (signRange(&request, &device, setting("DEMO_REGION"), path, setting("DEMO_S3_HOST"), range) != 0)
            return 1;
        answerLen = sizeof answer;
        status = requestSend(&request, "", 0, answer, &answerLen);
        if (status != 206 || answerLen != part || memcmp(answer, object + at, part) != 0) {
            fprintf(stderr, "S3 answers %d: %.*s\n", status, (int)answerLen, answer);
            return 1;
        }
    }
    /* One changed byte of the signature, and S3 must refuse. */
    request.text[request.len - 5] = (char)(request.text[request.len - 5] == '0' ? '1' : '0');
    answerLen = sizeof answer;
    if (requestSend(&request, "", 0, answer, &answerLen) != 403) {
        fprintf(stderr, "S3 does not look at the signature\n");
        return 1;
    }
    puts("downloaded in 4 ranges");
    return 0;
}
