/* The values of the configuration macros that sigv4_config.h leaves open. See sigv4.h. */

#ifndef SIGV4_CONFIG_DEFAULTS_H_
#define SIGV4_CONFIG_DEFAULTS_H_

/* Bytes of memory in which the original module held the canonical request. Here it streams into the hash: the value is not used, and nothing is too long. */
#ifndef SIGV4_PROCESSING_BUFFER_LENGTH
#define SIGV4_PROCESSING_BUFFER_LENGTH 1024U
#endif

/* Headers of a request. Not used: there is no limit. */
#ifndef SIGV4_MAX_HTTP_HEADER_COUNT
#define SIGV4_MAX_HTTP_HEADER_COUNT 100U
#endif

/* Parameters of a query. Not used: there is no limit. */
#ifndef SIGV4_MAX_QUERY_PAIR_COUNT
#define SIGV4_MAX_QUERY_PAIR_COUNT 100U
#endif

/* Depth of the original's sort. Not used. */
#ifndef SIGV4_WORST_CASE_SORT_STACK_SIZE
#define SIGV4_WORST_CASE_SORT_STACK_SIZE 14U
#endif

/* Bytes of a block, at most, of the application's hash. What the library takes is 64, whatever stands here. */
#ifndef SIGV4_HASH_MAX_BLOCK_LENGTH
#define SIGV4_HASH_MAX_BLOCK_LENGTH 64U
#endif

/* Bytes of a digest, at most, of the application's hash. What the library takes is 32, whatever stands here. */
#ifndef SIGV4_HASH_MAX_DIGEST_LENGTH
#define SIGV4_HASH_MAX_DIGEST_LENGTH 32U
#endif

/* 1: SigV4_EncodeURI is declared. Whatever stands here, what is not flagged as canonical is made so. */
#ifndef SIGV4_USE_CANONICAL_SUPPORT
#define SIGV4_USE_CANONICAL_SUPPORT 1
#endif

/* Logging, with one argument in two pairs of parentheses. The library logs nothing; applications use these macros for themselves. */
#ifndef LogError
#define LogError(message)
#endif
#ifndef LogWarn
#define LogWarn(message)
#endif
#ifndef LogInfo
#define LogInfo(message)
#endif
#ifndef LogDebug
#define LogDebug(message)
#endif

#endif /* SIGV4_CONFIG_DEFAULTS_H_ */
