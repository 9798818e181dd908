/* Makes presigned URLs as http_demo_s3_generate_presigned_url does, uploads to one and downloads from another. */
#include "demo.h"

#include <stdio.h>
#include <string.h>

#define OBJECT_LEN 1000

static char authorization[2048];
static size_t authorizationLen = sizeof authorization;

/* Appends a parameter whose value is percent-encoded. */
static int appendEncoded(char *target, size_t size, const char *name, const char *value, size_t valueLen)
{
    size_t len = strlen(target), room;
    len += (size_t)snprintf(target + len, size - len, "%s", name);
    room = size - len - 1;
    if (SigV4_EncodeURI(value, valueLen, target + len, &room, true, false) != SigV4Success)
        return 0;
    target[len + room] = '\0';
    return 1;
}

/* Writes the target of a presigned URL: path and query. Returns 0 on success. */
static int presign(char *target, size_t size, const Device *device, const char *method, const char *region, const char *path, const char *host)
{
    static SigV4HttpParameters_t http;
    static SigV4Parameters_t params;
    SigV4Credentials_t credentials = device->credentials;
    SigV4Status_t status;
    Request request;
    char credential[256], query[2048], *signature = NULL;
    size_t signatureLen = 0;

    snprintf(credential, sizeof credential, "%.*s/%.8s/%s/s3/aws4_request", (int)credentials.accessKeyIdLen, credentials.pAccessKeyId,
             device->dateISO8601, region);
    snprintf(query, sizeof query, "X-Amz-Algorithm=%s&X-Amz-Credential=%s&X-Amz-Date=%.16s&X-Amz-Expires=3600&X-Amz-Security-Token=%.*s&X-Amz-SignedHeaders=host",
             SIGV4_AWS4_HMAC_SHA256, credential, device->dateISO8601, (int)device->tokenLen, device->token);
    requestBegin(&request, method, path, host, NULL, 0);

    memset(&http, 0, sizeof http);
    http.pHttpMethod = method;
    http.httpMethodLen = strlen(method);
    http.flags = SIGV4_HTTP_IS_PRESIGNED_URL;
    http.pPath = path;
    http.pathLen = strlen(path);
    http.pQuery = query;
    http.queryLen = strlen(query);
    http.pHeaders = requestHeaders(&request, &http.headersLen);
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
    if (status != SigV4Success) {
        fprintf(stderr, "signing failed: %d\n", (int)status);
        return 1;
    }
    snprintf(target, size, "%s?X-Amz-Algorithm=%s", path, SIGV4_AWS4_HMAC_SHA256);
    if (!appendEncoded(target, size, "&X-Amz-Credential=", credential, strlen(credential)) ||
        !appendEncoded(target, size, "&X-Amz-Date=", device->dateISO8601, SIGV4_ISO_STRING_LEN) ||
        !appendEncoded(target, size, "&X-Amz-Expires=", "3600", 4) ||
        !appendEncoded(target, size, "&X-Amz-SignedHeaders=", "host", 4) ||
        !appendEncoded(target, size, "&X-Amz-Security-Token=", device->token, device->tokenLen) ||
        !appendEncoded(target, size, "&X-Amz-Signature=", signature, signatureLen))
        return 1;
    return 0;
}

int main(void)
{
    static char target[4096], answer[OBJECT_LEN], object[OBJECT_LEN];
    Device device;
    Request request;
    char path[256];
    size_t i, answerLen = sizeof answer;
    int status;

    if (!deviceOpen(&device)) {
        puts("skipped: DEMO_RESPONSE is not set");
        return 0;
    }
    for (i = 0; i < OBJECT_LEN; i++)
        object[i] = (char)('a' + i % 26);
    snprintf(path, sizeof path, "/%s/%s", setting("DEMO_S3_BUCKET"), setting("DEMO_S3_OBJECT"));

    if (presign(target, sizeof target, &device, "PUT", setting("DEMO_REGION"), path, setting("DEMO_S3_HOST")) != 0)
        return 1;
    requestBegin(&request, "PUT", target, setting("DEMO_S3_HOST"), NULL, 0);
    status = requestSend(&request, object, sizeof object, answer, &answerLen);
    if (status != 200) {
        fprintf(stderr, "S3 answers %d to the upload: %.*s\n", status, (int)answerLen, answer);
        return 1;
    }
    if (presign(target, sizeof target, &device, "GET", setting("DEMO_REGION"), path, setting("DEMO_S3_HOST")) != 0)
        return 1;
    requestBegin(&request, "GET", target, setting("DEMO_S3_HOST"), NULL, 0);
    answerLen = sizeof answer;
    status = requestSend(&request, "", 0, answer, &answerLen);
    if (status != 200 || answerLen != sizeof object || memcmp(answer, object, sizeof object) != 0) {
        fprintf(stderr, "S3 answers %d to the download: %.*s\n", status, (int)answerLen, answer);
        return 1;
    }
    target[strlen(target) - 1] = (char)(target[strlen(target) - 1] == '0' ? '1' : '0');
    requestBegin(&request, "GET", target, setting("DEMO_S3_HOST"), NULL, 0);
    answerLen = sizeof answer;
    if (requestSend(&request, "", 0, answer, &answerLen) != 403) {
        fprintf(stderr, "S3 does not look at the signature\n");
        return 1;
    }
    puts("uploaded and downloaded by presigned URLs");
    return 0;
}
