/* What sigv4FilePaths.cmake calls the sources: C has the structs of sigv4.h laid out as Rust has them (src/ffi/aws_sdk.rs), or this does not compile. */
#include "sigv4.h"

/* All members are as wide as a pointer, or padded to it. */
#define WORDS(words) ((words) * sizeof(void *))
#define IS_AT(type, member, words) char type##_##member[offsetof(type, member) == WORDS(words) ? 1 : -1];
#define HAS_SIZE(type, words) char type##_size[sizeof(type) == WORDS(words) ? 1 : -1];

/* Never made: its declaration is the check. */
struct iotcred_sigv4_layout {
    HAS_SIZE(size_t, 1)
    IS_AT(SigV4CryptoInterface_t, hashInit, 0)
    IS_AT(SigV4CryptoInterface_t, hashUpdate, 1)
    IS_AT(SigV4CryptoInterface_t, hashFinal, 2)
    IS_AT(SigV4CryptoInterface_t, pHashContext, 3)
    IS_AT(SigV4CryptoInterface_t, hashBlockLen, 4)
    IS_AT(SigV4CryptoInterface_t, hashDigestLen, 5)
    HAS_SIZE(SigV4CryptoInterface_t, 6)
    IS_AT(SigV4HttpParameters_t, pHttpMethod, 0)
    IS_AT(SigV4HttpParameters_t, httpMethodLen, 1)
    IS_AT(SigV4HttpParameters_t, flags, 2)
    IS_AT(SigV4HttpParameters_t, pPath, 3)
    IS_AT(SigV4HttpParameters_t, pathLen, 4)
    IS_AT(SigV4HttpParameters_t, pQuery, 5)
    IS_AT(SigV4HttpParameters_t, queryLen, 6)
    IS_AT(SigV4HttpParameters_t, pHeaders, 7)
    IS_AT(SigV4HttpParameters_t, headersLen, 8)
    IS_AT(SigV4HttpParameters_t, pPayload, 9)
    IS_AT(SigV4HttpParameters_t, payloadLen, 10)
    HAS_SIZE(SigV4HttpParameters_t, 11)
    IS_AT(SigV4Credentials_t, pAccessKeyId, 0)
    IS_AT(SigV4Credentials_t, accessKeyIdLen, 1)
    IS_AT(SigV4Credentials_t, pSecretAccessKey, 2)
    IS_AT(SigV4Credentials_t, secretAccessKeyLen, 3)
    HAS_SIZE(SigV4Credentials_t, 4)
    IS_AT(SigV4Parameters_t, pCredentials, 0)
    IS_AT(SigV4Parameters_t, pDateIso8601, 1)
    IS_AT(SigV4Parameters_t, pAlgorithm, 2)
    IS_AT(SigV4Parameters_t, algorithmLen, 3)
    IS_AT(SigV4Parameters_t, pRegion, 4)
    IS_AT(SigV4Parameters_t, regionLen, 5)
    IS_AT(SigV4Parameters_t, pService, 6)
    IS_AT(SigV4Parameters_t, serviceLen, 7)
    IS_AT(SigV4Parameters_t, pCryptoInterface, 8)
    IS_AT(SigV4Parameters_t, pHttpParameters, 9)
    HAS_SIZE(SigV4Parameters_t, 10)
};
