/* Downloads an object of S3 in ranges, as http_demo_s3_download does: one authorization buffer for all, whose length goes in and out. */
#include "demo.h"

#include <stdio.h>
#include <string.h>

#define OBJECT_LEN 1000
#define RANGES 4

static char authorization[2048];
static size_t authorizationLen = sizeof authorization;

/* Signs a GET for a range of the object. Returns 0 on success. */
static int signRange(Request *request, const Device *device, const char *region, const char *path, const char *host, const char *range)
{
    static SigV4HttpParameters_t http;
    static SigV4Parameters_t params;
    SigV4Credentials_t credentials = device->credentials;
    SigV4Status_t status;
    char hash[64], *signature;
    size_t signatureLen = 0, before = authorizationLen;

    requestBegin(request, "GET", path, host, "my-platform-name", 1);
    sha256Hex("", 0, hash);
    requestAddHeader(request, SIGV4_HTTP_X_AMZ_DATE_HEADER, device->dateISO8601, SIGV4_ISO_STRING_LEN);
    requestAddHeader(request, SIGV4_HTTP_X_AMZ_SECURITY_TOKEN_HEADER, device->token, device->tokenLen);
    requestAddHeader(request, SIGV4_HTTP_X_AMZ_CONTENT_SHA256_HEADER, hash, sizeof hash);
    requestAddHeader(request, "Range", range, strlen(range));

    memset(&http, 0, sizeof http);
    http.pHttpMethod = "GET";
    http.httpMethodLen = 3;
    http.pPath = path;
    http.pathLen = strlen(path);
    http.pQuery = NULL;
    http.pHeaders = requestHeaders(request, &http.headersLen);
    http.pPayload = "";

    memset(&params, 0, sizeof params);
    params.pCredentials = &credentials;
    params.pDateIso8601 = device->dateISO8601;
    params.pRegion = region;
    params.regionLen = strlen(region);
    params.pService = "s3";
    params.serviceLen = 2;
    params.pCryptoInterface = &cryptoInterface;
    params.pHttpParameters = &http;

    status = SigV4_GenerateHTTPAuthorization(&params, authorization, &authorizationLen, &signature, &signatureLen);
    if (status != SigV4Success || signatureLen != 64 || signature != authorization + authorizationLen - 64) {
        fprintf(stderr, "signing failed: %d\n", (int)status);
        return 1;
    }
    if (before != sizeof authorization && before != authorizationLen) {
        fprintf(stderr, "the length changed from %lu to %lu\n", (unsigned long)before, (unsigned long)authorizationLen);
        return 1;
    }
    requestAddHeader(request, "Authorization", authorization, authorizationLen);
    return 0;
}

/* Without a server: a request of which botocore's signature is known (tests/aws_sdk_vectors). */
static int selfTest(void)
{
    static const char token[] = "IQoJb3JpZ2luX2VjEDcaCXVzLXdlc3QtMiJHMEUCIQDQl17z9nEZypd5QpWg04rwKTjBWrvnMC26zTwlt6VAuAIgHKY2IIZDFXy90aNKGEDr65dCj0lN/zUQ8"
                                "3zO69JFAg+w==";
    static const char expected[] = "ff84c078ebf8a89ff8007cb65d8f6dacdb4829bb304ed31d24126cdeead89ca1";
    Request request;
    Device device;
    int i;
    device.credentials.pAccessKeyId = "AKIDEXAMPLE";
    device.credentials.accessKeyIdLen = 11;
    device.credentials.pSecretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    device.credentials.secretAccessKeyLen = 40;
    device.token = token;
    device.tokenLen = sizeof token - 1;
    memcpy(device.dateISO8601, "20150830T123600Z", SIGV4_ISO_STRING_LEN);
    for (i = 0; i < RANGES; i++) {
        if (signRange(&request, &device, "us-east-1", "/object.txt", "bucket.s3.us-east-1.amazonaws.com", "bytes=0-1023") != 0 ||
            memcmp(authorization + authorizationLen - 64, expected, 64) != 0)
            return 1;
    }
    puts("signed as botocore signs");
    return 0;
}

int main(void)
{
    Device device;
    Request request;
    char path[256], range[64], answer[OBJECT_LEN], object[OBJECT_LEN];
    size_t i, at, answerLen;

    if (!deviceOpen(&device))
        return selfTest();
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
