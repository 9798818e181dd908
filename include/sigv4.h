/* iotcred in the place of "SigV4 for AWS IoT embedded SDK": the interface of its version 1.3.0, over iotcred's signer.
 *
 * An application that was written for that module compiles and links unchanged. Names, types, members and values are the original's (see NOTICE);
 * the words are ours. New code is better off with sigv4_sign_request in iotcred.h, which needs no hash of the caller's and no encoding by hand.
 *
 * Pointers    As each comment says. Lengths are in bytes and count no NUL; no text that comes in needs one, and none that goes out has one.
 * Outputs     Are the caller's memory, and no output may overlap an input. A failed call leaves every output untouched.
 * Limits      None, on the length or the number of anything. The statuses for limits are never returned.
 * Secrets     Are wiped from every temporary before a function returns, and never logged.
 * Threads     Every function may be called from any number of threads at once, as long as they share no output, no hash context and no parameter
 *             that one of them changes.
 */

#ifndef SIGV4_H_
#define SIGV4_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The application's sigv4_config.h, unless it says that it has none, and what that leaves open. */
#ifndef SIGV4_DO_NOT_USE_CUSTOM_CONFIG
#include "sigv4_config.h"
#endif
#include "sigv4_config_defaults.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The name of the signing algorithm. */
#define SIGV4_AWS4_HMAC_SHA256 "AWS4-HMAC-SHA256"
#define SIGV4_AWS4_HMAC_SHA256_LENGTH (sizeof(SIGV4_AWS4_HMAC_SHA256) - 1U)

/* Names of headers, in lower case. */
#define SIGV4_HTTP_X_AMZ_DATE_HEADER "x-amz-date"
#define SIGV4_HTTP_X_AMZ_SECURITY_TOKEN_HEADER "x-amz-security-token"
#define SIGV4_HTTP_X_AMZ_CONTENT_SHA256_HEADER "x-amz-content-sha256"
#define SIGV4_HTTP_X_AMZ_CONTENT_SHA256_HEADER_LENGTH (sizeof(SIGV4_HTTP_X_AMZ_CONTENT_SHA256_HEADER) - 1U)
#define SIGV4_HTTP_X_AMZ_STORAGE_CLASS_HEADER "x-amz-storage-class"

/* The value of x-amz-content-sha256 where the body goes to S3 in signed chunks. */
#define SIGV4_STREAMING_AWS4_HMAC_SHA256_PAYLOAD "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"

/* Lengths of a long-lived pair of keys. Those of temporary credentials may differ: take the lengths that the credentials have. */
#define SIGV4_ACCESS_KEY_ID_LENGTH 20U
#define SIGV4_SECRET_ACCESS_KEY_LENGTH 40U

/* Lengths of the three forms of a date: 20180118T091806Z, 2018-01-18T09:18:06Z and Thu, 18 Jan 2018 09:18:06 GMT. */
#define SIGV4_ISO_STRING_LEN 16U
#define SIGV4_EXPECTED_LEN_RFC_3339 20U
#define SIGV4_EXPECTED_LEN_RFC_5322 29U

/* Flags of a request. Path, query or headers are in canonical form already, and signed as they are; all three of them. */
#define SIGV4_HTTP_PATH_IS_CANONICAL_FLAG 0x1U
#define SIGV4_HTTP_QUERY_IS_CANONICAL_FLAG 0x2U
#define SIGV4_HTTP_HEADERS_ARE_CANONICAL_FLAG 0x4U
#define SIGV4_HTTP_ALL_ARE_CANONICAL_FLAG 0x7U

/* The payload's hash, or a word in place of it, is the value of the header x-amz-content-sha256; the payload is not looked at. */
#define SIGV4_HTTP_PAYLOAD_IS_HASH 0x8U

/* The signature is for a presigned URL of S3: the payload is UNSIGNED-PAYLOAD, and a "=" in a query value is encoded once. */
#define SIGV4_HTTP_IS_PRESIGNED_URL 0x10U

/* What a function returns. */
typedef enum SigV4Status {
    /* It is done. All functions. */
    SigV4Success,

    /* A pointer is NULL or a length 0 that may not be; the hash has too long a block or digest; a header has no name or no value; with
     * SIGV4_HTTP_PAYLOAD_IS_HASH there is no x-amz-content-sha256; or a date has another length than its two forms. All functions. */
    SigV4InvalidParameter,

    /* The output buffer is too small. SigV4_GenerateHTTPAuthorization, SigV4_EncodeURI. */
    SigV4InsufficientMemory,

    /* The date is none. SigV4_AwsIotDateToIso8601. */
    SigV4ISOFormattingError,

    /* Never returned: there is no limit to the number of headers. */
    SigV4MaxHeaderPairCountExceeded,

    /* Never returned: there is no limit to the number of query parameters. */
    SigV4MaxQueryPairCountExceeded,

    /* One of the application's hash functions failed. SigV4_GenerateHTTPAuthorization. */
    SigV4HashError,

    /* The headers are not lines of name, ":", value and line end. SigV4_GenerateHTTPAuthorization. */
    SigV4InvalidHttpHeaders
} SigV4Status_t;

/* The application's SHA-256. It does all of the hashing, and one hash at a time: hashInit, any number of hashUpdate, hashFinal. Each function
 * returns 0, or anything else if it failed; after a failure none of them is called again. */
typedef struct SigV4CryptoInterface {
    /* Begins a hash in the context. */
    int32_t (*hashInit)(void *pHashContext);

    /* Hashes `inputLen` bytes on. Never called with none. */
    int32_t (*hashUpdate)(void *pHashContext, const uint8_t *pInput, size_t inputLen);

    /* Ends the hash and writes the digest; `outputLen` is hashDigestLen. */
    int32_t (*hashFinal)(void *pHashContext, uint8_t *pOutput, size_t outputLen);

    /* Handed to each of them, and never looked at; may be NULL. */
    void *pHashContext;

    /* Bytes of a block: 64 for SHA-256, and at most 64. */
    size_t hashBlockLen;

    /* Bytes of a digest: 32 for SHA-256, 1 to 32. */
    size_t hashDigestLen;
} SigV4CryptoInterface_t;

/* The request. */
typedef struct SigV4HttpParameters {
    /* The method, such as "GET". */
    const char *pHttpMethod;
    size_t httpMethodLen;

    /* SIGV4_HTTP_*_FLAG, SIGV4_HTTP_PAYLOAD_IS_HASH, SIGV4_HTTP_IS_PRESIGNED_URL, or 0. */
    uint32_t flags;

    /* The path, not encoded yet, so that a "%" is one; up to its first NUL, if it has one. NULL or length 0: "/". */
    const char *pPath;
    size_t pathLen;

    /* The query without its "?", not encoded yet. A "&" separates parameters, and the first "=" of one its name from its value, in which a "="
     * is encoded twice ("%253D", as the original does) unless the URL is a presigned one. NULL: none. */
    const char *pQuery;
    size_t queryLen;

    /* The headers, one of them host: lines of name, ":" and value, each ended by CR LF; an empty line may follow. All of them are signed. Canonical
     * ones end in LF alone, and have no empty line. */
    const char *pHeaders;
    size_t headersLen;

    /* The body. May be NULL if its length is 0. */
    const char *pPayload;
    size_t payloadLen;
} SigV4HttpParameters_t;

/* The credentials. A session token is no part of them: it goes into a header x-amz-security-token, or into a presigned URL. */
typedef struct SigV4Credentials {
    /* The access key id, at least 1 byte. */
    const char *pAccessKeyId;
    size_t accessKeyIdLen;

    /* The secret access key, at least 1 byte. */
    const char *pSecretAccessKey;
    size_t secretAccessKeyLen;
} SigV4Credentials_t;

/* What a signature is made of. */
typedef struct SigV4Parameters {
    SigV4Credentials_t *pCredentials;

    /* The time, 16 bytes: "20150830T123600Z". It must be that of the request's x-amz-date, and is not looked at any further. */
    const char *pDateIso8601;

    /* The name of the algorithm; NULL: SIGV4_AWS4_HMAC_SHA256. If it is not NULL its length is at least 1. */
    const char *pAlgorithm;
    size_t algorithmLen;

    /* The region, such as "eu-west-1". */
    const char *pRegion;
    size_t regionLen;

    /* The service's signing name, such as "s3". S3's paths are encoded once; those of others are normalised and encoded twice. */
    const char *pService;
    size_t serviceLen;

    SigV4CryptoInterface_t *pCryptoInterface;
    SigV4HttpParameters_t *pHttpParameters;
} SigV4Parameters_t;

/* Makes the value of a request's Authorization header.
 *
 * `pParams`: in. All of its pointers may be NULL only where their comments say so.
 * `pAuthBuf`: out. The value: algorithm, credential, signed headers and, at its end, the signature.
 * `authBufLen`: in and out. In: bytes of `pAuthBuf`, which may be exactly enough. Out: bytes written.
 * `pSignature`: out. Where in `pAuthBuf` the signature stands, for a presigned URL.
 * `signatureLen`: out. Its length: two hexadecimal digits for each byte of a digest, 64 for SHA-256.
 *
 * Ownership: nothing is allocated or kept.
 * Returns SigV4Success, SigV4InvalidParameter, SigV4InvalidHttpHeaders, SigV4InsufficientMemory, SigV4HashError.
 * Example:
 *     char authorization[1024], *signature;
 *     size_t authorization_len = sizeof authorization, signature_len;
 *     SigV4_GenerateHTTPAuthorization(&params, authorization, &authorization_len, &signature, &signature_len);
 */
SigV4Status_t SigV4_GenerateHTTPAuthorization(const SigV4Parameters_t *pParams, char *pAuthBuf, size_t *authBufLen, char **pSignature,
                                              size_t *signatureLen);

/* Makes the date of x-amz-date of the one in a Date header, or in the expiration of credentials.
 *
 * `pDate`: in. "Thu, 18 Jan 2018 09:18:06 GMT" or "2018-01-18T09:18:06Z", of the year 1900 or later, and a day that exists. The day of the week may
 *     be any. A leap second is the last one of a day.
 * `dateLen`: SIGV4_EXPECTED_LEN_RFC_5322 or SIGV4_EXPECTED_LEN_RFC_3339.
 * `pDateISO8601`: out. 16 bytes: "20180118T091806Z".
 * `dateISO8601Len`: bytes of it, at least SIGV4_ISO_STRING_LEN.
 *
 * Returns SigV4Success, SigV4InvalidParameter, SigV4ISOFormattingError.
 * Example: SigV4_AwsIotDateToIso8601(date, date_len, iso8601, sizeof iso8601);
 */
SigV4Status_t SigV4_AwsIotDateToIso8601(const char *pDate, size_t dateLen, char *pDateISO8601, size_t dateISO8601Len);

#if SIGV4_USE_CANONICAL_SUPPORT == 1

/* Percent-encodes a text, as a path or a part of a query is in a URL: every byte but letters, digits, "-", ".", "_" and "~".
 *
 * `pUri`: in. The text; it ends at its first NUL, if it has one.
 * `uriLen`: its length.
 * `pCanonicalURI`: out. What it becomes; three times `uriLen` bytes are always enough, five times with `doubleEncodeEquals`.
 * `canonicalURILen`: in and out. In: bytes of `pCanonicalURI`, which may be exactly enough. Out: bytes written.
 * `encodeSlash`: whether a "/" is encoded, as it is in a query and not in a path.
 * `doubleEncodeEquals`: whether a "=" becomes "%253D" and not "%3D".
 *
 * Returns SigV4Success, SigV4InvalidParameter, SigV4InsufficientMemory.
 * Example: SigV4_EncodeURI(token, token_len, url + url_len, &room, true, false);
 */
SigV4Status_t SigV4_EncodeURI(const char *pUri, size_t uriLen, char *pCanonicalURI, size_t *canonicalURILen, bool encodeSlash,
                              bool doubleEncodeEquals);

#endif

#ifdef __cplusplus
}
#endif

#endif /* SIGV4_H_ */
