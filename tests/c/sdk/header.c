/* The header as a program includes it, with its own configuration or without; with BOTH beside iotcred.h, in either order. It compiles as C90 and as C++. */
#if defined(BOTH) && BOTH == 1
#include "iotcred.h"
#endif
#include "sigv4.h"
#include "sigv4.h"
#if defined(BOTH) && BOTH == 2
#include "iotcred.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif
SigV4Status_t uses_every_function(const SigV4Parameters_t *params, char *text, size_t *len, char **signature);
#ifdef __cplusplus
}
#endif

SigV4Status_t uses_every_function(const SigV4Parameters_t *params, char *text, size_t *len, char **signature)
{
    SigV4Status_t status = SigV4_GenerateHTTPAuthorization(params, text, len, signature, len);
    LogError(("%d", (int)status));
    LogWarn(("%d", (int)status));
    LogInfo(("%d", (int)status));
    LogDebug(("%d", (int)status));
    if (status == SigV4Success)
        status = SigV4_AwsIotDateToIso8601(text, SIGV4_EXPECTED_LEN_RFC_3339, text, SIGV4_ISO_STRING_LEN);
#if SIGV4_USE_CANONICAL_SUPPORT == 1
    if (status == SigV4Success)
        status = SigV4_EncodeURI(text, 0, text, len, true, false);
#endif
    return status;
}

/* Every macro, and the values that applications rely on. */
#define IS(name, value) char name##_is[(name) == (value) ? 1 : -1];
struct values {
    IS(SIGV4_AWS4_HMAC_SHA256_LENGTH, 16)
    IS(SIGV4_HTTP_X_AMZ_CONTENT_SHA256_HEADER_LENGTH, 20)
    IS(SIGV4_ACCESS_KEY_ID_LENGTH, 20)
    IS(SIGV4_SECRET_ACCESS_KEY_LENGTH, 40)
    IS(SIGV4_ISO_STRING_LEN, 16)
    IS(SIGV4_EXPECTED_LEN_RFC_3339, 20)
    IS(SIGV4_EXPECTED_LEN_RFC_5322, 29)
    IS(SIGV4_HTTP_PATH_IS_CANONICAL_FLAG, 1)
    IS(SIGV4_HTTP_QUERY_IS_CANONICAL_FLAG, 2)
    IS(SIGV4_HTTP_HEADERS_ARE_CANONICAL_FLAG, 4)
    IS(SIGV4_HTTP_ALL_ARE_CANONICAL_FLAG, 7)
    IS(SIGV4_HTTP_PAYLOAD_IS_HASH, 8)
    IS(SIGV4_HTTP_IS_PRESIGNED_URL, 16)
    IS(SIGV4_HASH_MAX_BLOCK_LENGTH, 64)
    IS(SIGV4_HASH_MAX_DIGEST_LENGTH, 32)
    IS(SIGV4_WORST_CASE_SORT_STACK_SIZE, 14)
    IS(SigV4Success, 0)
    IS(SigV4InvalidParameter, 1)
    IS(SigV4InsufficientMemory, 2)
    IS(SigV4ISOFormattingError, 3)
    IS(SigV4MaxHeaderPairCountExceeded, 4)
    IS(SigV4MaxQueryPairCountExceeded, 5)
    IS(SigV4HashError, 6)
    IS(SigV4InvalidHttpHeaders, 7)
#ifdef SIGV4_DO_NOT_USE_CUSTOM_CONFIG
    IS(SIGV4_PROCESSING_BUFFER_LENGTH, 1024)
    IS(SIGV4_MAX_HTTP_HEADER_COUNT, 100)
    IS(SIGV4_MAX_QUERY_PAIR_COUNT, 100)
#else
    IS(SIGV4_PROCESSING_BUFFER_LENGTH, 1600)
    IS(SIGV4_MAX_HTTP_HEADER_COUNT, 10)
    IS(SIGV4_MAX_QUERY_PAIR_COUNT, 1)
#endif
    char texts[sizeof(SIGV4_AWS4_HMAC_SHA256 SIGV4_HTTP_X_AMZ_DATE_HEADER SIGV4_HTTP_X_AMZ_SECURITY_TOKEN_HEADER
                          SIGV4_HTTP_X_AMZ_CONTENT_SHA256_HEADER SIGV4_HTTP_X_AMZ_STORAGE_CLASS_HEADER
                              SIGV4_STREAMING_AWS4_HMAC_SHA256_PAYLOAD) == 16 + 10 + 20 + 20 + 19 + 34 + 1 ? 1 : -1];
};
