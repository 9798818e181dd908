// iotcred: AWS credentials for devices with a certificate, and Signature Version 4.
// Generated from src/ffi by cbindgen: change it there.
//
// CONVENTIONS, said once for every declaration below
//
// Status      Functions that can fail return an iotcred_status: IOTCRED_OK (0) or one of IOTCRED_ERR_*. iotcred_status_str() says what it
//             means and iotcred_status_hint() what to do.
// Pointers    No pointer may be NULL unless its documentation says so. A pointer with a length may be NULL if and only if the length is 0.
//             Pointers are aligned as their type asks, and point to memory that is valid for the whole call.
// Outputs     Are the caller's memory. A failed call leaves them untouched, with these exceptions: a `*_len` member receives the size that is needed
//             when the status is IOTCRED_ERR_BUFFER_TOO_SMALL; an iotcred_error is always written whole, all zero on success; and what else an
//             output's own documentation names. Inputs and outputs must not overlap.
// Ownership   The caller owns every struct and buffer. Nothing that is passed in is kept after the call, and there is nothing to free; an
//             iotcred_connection alone keeps something, until it is closed.
// Defaults    A struct that is all zero ({0}) means the defaults. Set what you know, leave the rest.
// Text        What a person types into a configuration is a C string. What comes from a buffer or a wire is pointer and length (sigv4_str), and
//             needs no NUL. IOTCRED_STR("literal") makes a sigv4_str of a literal, IOTCRED_STR_INIT("literal") initialises a static one.
// Time        Unix seconds (int64_t) for dates, milliseconds (uint32_t) for durations.
// Secrets     Are wiped from every temporary before a function returns, and never printed. What is in the caller's memory is the caller's to wipe.
// Callbacks   Return normally: no C++ exception and no longjmp may leave one. A callback may call the library, but must not touch the structs that
//             were passed to the call it was called from.
// Threads     Every function may be called from any number of threads at once, as long as no two of them share an output. Only iotcred_init comes
//             first and alone.
// Sizes       The CMake target iotcred::sigv4 defines IOTCRED_SIGN_ONLY: its archive has the first half of this header alone. iotcred::iotcred
//             defines IOTCRED_CLIENT, which shows all of it also where both are linked.
// Versions    A header of one ABI version does not link with an archive of another: the symbol iotcred_abi_<n> is missing.

#ifndef IOTCRED_H
#define IOTCRED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Kind of a status: what sort of answer it wants. 0: none, it is a success or an outcome that was asked for.
#define IOTCRED_KIND_NONE 0

// The program or its settings are wrong; nothing else will help.
#define IOTCRED_KIND_CONFIGURATION 1

// AWS does not allow it: certificate, policy, role.
#define IOTCRED_KIND_PERMISSION 2

// Too many requests; wait and try again.
#define IOTCRED_KIND_THROTTLED 3

// Network or server trouble; try again.
#define IOTCRED_KIND_TRANSIENT 4

// The device's clock is wrong or missing.
#define IOTCRED_KIND_CLOCK 5

// The server could not be trusted, or no handshake came about.
#define IOTCRED_KIND_TLS 6

// Too little memory.
#define IOTCRED_KIND_MEMORY 7

// A defect, of iotcred's or of a callback.
#define IOTCRED_KIND_BUG 8

// The number of this header's ABI. A header of another number than the archive's does not link.
#define IOTCRED_ABI 1

// The payload is `bytes`; the signer hashes it.
#define IOTCRED_PAYLOAD_BYTES 0

// `bytes` holds the SHA-256 of the payload, 32 bytes, hashed elsewhere.
#define IOTCRED_PAYLOAD_SHA256 1

// The payload is not signed (`UNSIGNED-PAYLOAD`); `bytes` is empty. S3 allows it over TLS.
#define IOTCRED_PAYLOAD_UNSIGNED 2

// The payload comes in chunks, each signed (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD`; see `sigv4_chunk_begin`); `bytes` is empty. S3 alone takes that.
#define IOTCRED_PAYLOAD_STREAMING 3

// The same with a signed trailer, such as a checksum (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`).
#define IOTCRED_PAYLOAD_STREAMING_TRAILER 4

// The same with a trailer, neither it nor the chunks signed (`STREAMING-UNSIGNED-PAYLOAD-TRAILER`). S3 takes that over TLS.
#define IOTCRED_PAYLOAD_STREAMING_UNSIGNED_TRAILER 5

// `flags`: send and sign `x-amz-content-sha256` also for a service that does not ask for it.
#define IOTCRED_SIGN_CONTENT_SHA256 1

// `flags`: sign the path without `.`, `..` and `//`, also for S3. What is sent must be the same without them.
#define IOTCRED_SIGN_PATH_NORMALIZED 2

// `flags`: sign the path with its `.`, `..` and `//`, also for another service than S3.
#define IOTCRED_SIGN_PATH_AS_IT_IS 4

// `flags`: sign the path percent-encoded once, also for another service than S3.
#define IOTCRED_SIGN_PATH_ENCODED_ONCE 8

// `flags`: sign the path percent-encoded twice, also for S3.
#define IOTCRED_SIGN_PATH_ENCODED_TWICE 16

// Bytes that `sigv4_chunk_next` writes, at most.
#define IOTCRED_CHUNK_HEAD_MAX 101

// The answer does not tell the cause.
#define IOTCRED_CAUSE_UNKNOWN 0

// The device's clock is wrong.
#define IOTCRED_CAUSE_CLOCK 1

// The region is not the endpoint's.
#define IOTCRED_CAUSE_REGION 2

// The service is not the endpoint's.
#define IOTCRED_CAUSE_SERVICE 3

// A signed header was changed or removed on the way.
#define IOTCRED_CAUSE_HEADER 4

// The path was changed on the way.
#define IOTCRED_CAUSE_PATH 5

// The path is percent-encoded once more on one side than on the other.
#define IOTCRED_CAUSE_PATH_ENCODING 6

// One side has the path without `.`, `..` and `//`, the other with them.
#define IOTCRED_CAUSE_PATH_NORMALIZATION 7

// The query was changed on the way.
#define IOTCRED_CAUSE_QUERY 8

// The method was changed on the way.
#define IOTCRED_CAUSE_METHOD 9

// The body is not the one whose hash was signed.
#define IOTCRED_CAUSE_PAYLOAD 10

// The session token did not arrive, or the credentials lack theirs.
#define IOTCRED_CAUSE_TOKEN_MISSING 11

// The session token is not the one that belongs to the access key id.
#define IOTCRED_CAUSE_TOKEN_INVALID 12

// The temporary credentials have expired.
#define IOTCRED_CAUSE_TOKEN_EXPIRED 13

// The access key id is unknown.
#define IOTCRED_CAUSE_ACCESS_KEY_ID 14

// Both sides signed the same, so the secret access key is not the access key id's.
#define IOTCRED_CAUSE_SECRET_ACCESS_KEY 15

// What the server got is not this request: another time, another key, other headers.
#define IOTCRED_CAUSE_OTHER_REQUEST 16

// No whole signature arrived.
#define IOTCRED_CAUSE_UNSIGNED 17

// The signature is not to blame: a policy is.
#define IOTCRED_CAUSE_PERMISSION 18

// The presigned URL has expired.
#define IOTCRED_CAUSE_URL_EXPIRED 19

// The server told nothing that differs.
#define IOTCRED_LINE_NONE 0

// Canonical request: the method.
#define IOTCRED_LINE_METHOD 1

// Canonical request: the path.
#define IOTCRED_LINE_PATH 2

// Canonical request: the parameter `name` of the query.
#define IOTCRED_LINE_QUERY 3

// Canonical request: the header `name`.
#define IOTCRED_LINE_HEADER 4

// Canonical request: the names of the signed headers.
#define IOTCRED_LINE_SIGNED_HEADERS 5

// Canonical request: the hash of the payload.
#define IOTCRED_LINE_PAYLOAD_HASH 6

// String to sign: the algorithm.
#define IOTCRED_LINE_ALGORITHM 7

// String to sign: the date and time.
#define IOTCRED_LINE_DATE 8

// String to sign: the scope, in it the `name` "date", "region" or "service".
#define IOTCRED_LINE_SCOPE 9

// String to sign: the hash of the canonical request, and the server does not say what it hashed.
#define IOTCRED_LINE_CANONICAL_REQUEST 10

// The signature itself.
#define IOTCRED_LINE_SIGNATURE 11

// The access key id.
#define IOTCRED_LINE_ACCESS_KEY_ID 12

// Bytes that `sigv4_explain` writes, at most.
#define IOTCRED_EXPLANATION_MAX 2048

// What a function returns: `IOTCRED_OK` (0) or one of the `IOTCRED_ERR_*`.
//
// 1 to 999: the call itself; 1000s: configuration; 2000s: the request to sign or send (2050s: the cache); 3000s: network; 4000s: TLS; 5000s: the server's
// answer; 9000s: defects. A later version appends numbers and never changes one, so treat one that you do not know as a failure.
typedef int32_t iotcred_status;

// Text of the caller's, borrowed for the call; it needs no NUL. `IOTCRED_STR("literal")` makes one.
typedef struct {
    // The text; may be NULL if and only if `len` is 0.
    const char *ptr;
    // Its length in bytes.
    size_t len;
} sigv4_str;

// One HTTP header.
typedef struct {
    // Its name, in any case.
    sigv4_str name;
    // Its value, as it goes on the wire.
    sigv4_str value;
} sigv4_header;

// Bytes of the caller's, borrowed for the call.
typedef struct {
    // The bytes; may be NULL if and only if `len` is 0.
    const uint8_t *ptr;
    // How many.
    size_t len;
} iotcred_bytes;

// What is known of a request's body when it is signed.
typedef struct {
    // One of `IOTCRED_PAYLOAD_*`; 0 is `IOTCRED_PAYLOAD_BYTES`.
    int32_t kind;
    // The payload or its hash, as `kind` says.
    iotcred_bytes bytes;
} sigv4_payload;

// The request to sign: what will be sent, as it will be sent. Everything is borrowed for the call.
typedef struct {
    // The method, such as "GET".
    sigv4_str method;
    // The path as it goes on the wire ("/a%20b"); empty is "/".
    sigv4_str path;
    // The query as it goes on the wire, without the "?"; a "+" is a plus, not a space.
    sigv4_str query;
    // The headers, in any case and order, `host` among them; all are signed but those that `unsigned_headers` names.
    const sigv4_header *headers;
    // How many headers.
    size_t header_count;
    // The body, or what is known of it.
    sigv4_payload payload;
    // The region, such as "eu-west-1".
    sigv4_str region;
    // The service's signing name, such as "s3" or "dynamodb".
    sigv4_str service;
    // The time in Unix seconds, from 2012 (when Signature Version 4 came) to 9999. 0: the system's clock, which counts as unset before 2015 (in the sign
    // and client sizes there is none: the time is required).
    int64_t time;
    // `IOTCRED_SIGN_*`; 0: what the service wants, which for S3 is the path encoded once and as it is, for all others encoded twice and normalised.
    uint32_t flags;
    // Names of headers that are sent but not signed, in any case, with spaces between them. Empty: `IOTCRED_UNSIGNED_HEADERS`, those that proxies and client
    // libraries change; `IOTCRED_STR(IOTCRED_UNSIGNED_HEADERS " via")` leaves out one more, `IOTCRED_STR(" ")` none. `host` and what the signer writes
    // are signed all the same; `authorization` never is.
    sigv4_str unsigned_headers;
} sigv4_request;

// Credentials, borrowed for the call: from `iotcred_credentials_view`, or from wherever a device keeps its own.
typedef struct {
    // The access key id.
    sigv4_str access_key_id;
    // The secret access key.
    sigv4_str secret_access_key;
    // The session token; empty for long-term keys.
    sigv4_str session_token;
} sigv4_credentials;

// A signing key, kept from one signature to the next; a signing key lasts a day. The struct is the caller's; all zero is empty. It holds a secret
// (the key, not the secret access key it came from): wipe it with `sigv4_key_cache_wipe`. One thread at a time.
typedef struct {
    // The library's.
    uint64_t opaque[32];
} sigv4_key_cache;

// What to add to a request to make it a signed one.
typedef struct {
    // Out: the headers to add, every one of them, exactly as they are: `x-amz-date`, `x-amz-security-token` if there is a token,
    // `x-amz-content-sha256` if the service wants it, `authorization`; one that the request already had is not among them. Names are
    // static. The token's value is the caller's own text; the other values stand in `buffer`. None of them ends in NUL.
    sigv4_header headers[4];
    // Out: how many headers.
    size_t header_count;
    // In: the caller's memory for the values; may be NULL if `buffer_size` is 0. 512 bytes hold what most requests need.
    char *buffer;
    // In: its size in bytes.
    size_t buffer_size;
    // Out: how many bytes were written, or, with `IOTCRED_ERR_BUFFER_TOO_SMALL`, how many are needed.
    size_t buffer_len;
} sigv4_signed;

// A URL that carries its signature: whoever has it can use it until it expires, so keep it as you would a password.
typedef struct {
    // Out: the URL, in `buffer`. A NUL follows it, which its length does not count.
    sigv4_str url;
    // Out: the end of `url` from the path on, for a client that wants host and target apart. The NUL follows it too.
    sigv4_str target;
    // In: the caller's memory for the URL; may be NULL if `buffer_size` is 0. The URL is about 400 bytes long, and the path, the query and the
    // percent-encoded session token.
    char *buffer;
    // In: its size in bytes.
    size_t buffer_size;
    // Out: how many bytes were written, with the NUL, or, with `IOTCRED_ERR_BUFFER_TOO_SMALL`, how many are needed.
    size_t buffer_len;
} sigv4_url;

// A connection to AWS IoT with MQTT over WebSocket. Everything is borrowed for the call.
typedef struct {
    // The host name of the data endpoint, as `aws iot describe-endpoint --endpoint-type iot:Data-ATS` prints it; `:port` may follow.
    sigv4_str endpoint;
    // The region, such as "eu-west-1".
    sigv4_str region;
    // The time in Unix seconds, as in `sigv4_request`. 0: the system's clock.
    int64_t time;
    // How long the URL can be used to connect, in seconds, 1 to 604 800. The connection may last longer.
    uint32_t expires;
} sigv4_mqtt_wss;

// A SHA-256 that is being computed. The struct is the caller's; `sigv4_sha256_init` begins. One thread at a time.
typedef struct {
    // The library's.
    uint64_t opaque[40];
} sigv4_sha256;

// A streamed upload that is under way. The struct is the caller's; all zero is none. It holds a secret (the signing key): wipe it with
// `sigv4_chunk_wipe`. One thread at a time.
typedef struct {
    // The library's.
    uint64_t opaque[48];
} sigv4_chunks;

// Why a server refused a signature. Nothing in it is secret: of session tokens and signatures the first and last four characters are shown, of other secrets
// (a customer's encryption key, a cookie) the length alone.
typedef struct {
    // Out: the likely cause, `IOTCRED_CAUSE_*`.
    int32_t cause;
    // Out: what differs first, `IOTCRED_LINE_*`.
    int32_t line;
    // Out: all of it in words, to be printed: the difference, both sides, the cause and what to do; several lines. A NUL follows it, which its length does
    // not count.
    sigv4_str text;
    // Out: the name of the header, the parameter or the part of the scope; empty where the line has none. It stands in `text`, as the next two do.
    sigv4_str name;
    // Out: what was signed, printable, and cut around the difference.
    sigv4_str signed_side;
    // Out: what the server signed, the same way.
    sigv4_str server_side;
    // Out: the server's clock in Unix seconds, if it told; else 0.
    int64_t server_time;
    // In: the caller's memory for the text; may be NULL if `buffer_size` is 0. `IOTCRED_EXPLANATION_MAX` bytes are always enough.
    char *buffer;
    // In: its size in bytes.
    size_t buffer_size;
    // Out: how many bytes were written, with the NUL, or, with `IOTCRED_ERR_BUFFER_TOO_SMALL`, how many are needed.
    size_t buffer_len;
} sigv4_explanation;

// Success.
#define IOTCRED_OK 0

// An output buffer is too small.
//
// Returned by every function that writes into a buffer of the caller's.
// What to do: Give the buffer at least as many bytes as the length field now says.
#define IOTCRED_ERR_BUFFER_TOO_SMALL 1

// A pointer that is needed is NULL.
//
// Returned by every function.
// What to do: Give every pointer whose documentation does not allow NULL; a NULL pointer is allowed only with a length of 0.
#define IOTCRED_ERR_NULL_ARGUMENT 2

// `iotcred_init` was not called.
//
// Returned by `iotcred_init`, and the functions of the `client` size.
// What to do: Call iotcred_init once, with every member of the port set, before anything else.
#define IOTCRED_ERR_NOT_INITIALISED 3

// The clock is before 2015: it was never set.
//
// Returned by `iotcred_fetch`, `iotcred_config_check`, `iotcred_send`, `sigv4_sign_request`, `sigv4_presign_url`, `sigv4_presign_mqtt_wss`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: Set the clock (NTP, GNSS, the RTC's battery), or pass the time.
#define IOTCRED_ERR_CLOCK_UNSET 4

// A time is needed and there is no clock to ask.
//
// Returned by `iotcred_fetch`, `iotcred_config_check`, `iotcred_send`, `sigv4_sign_request`, `sigv4_presign_url`, `sigv4_presign_mqtt_wss`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: Set `time` (Unix seconds) in the request, or the clock in `platform`.
#define IOTCRED_ERR_TIME_REQUIRED 5

// The time is after the year 9999.
//
// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_presign_mqtt_wss`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`;
// `iotcred_fetch` for a `clock_floor` that is no date from 2015 to 9999.
// What to do: Pass Unix seconds, not milliseconds.
#define IOTCRED_ERR_TIME_OUT_OF_RANGE 6

// The arena does not hold what the next step may need.
//
// Returned by `iotcred_init`, `iotcred_fetch`, `iotcred_send`.
// What to do: Make the arena larger by what the error's message says is lacking; IOTCRED_ARENA_SIZE is enough for a fetch.
#define IOTCRED_ERR_MEMORY 7

// Another call is using the arena.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Call again when the other call has returned: an arena serves one at a time.
#define IOTCRED_ERR_BUSY 8

// `random` of the port failed.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Look at the random callback: without good random numbers there is no TLS.
#define IOTCRED_ERR_RANDOM 9

// `monotonic_ms` of the platform stands still, while `send` or `recv` move nothing.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Look at the callback monotonic_ms, and whether the timer behind it runs: no deadline would ever come.
#define IOTCRED_ERR_CLOCK_STOPPED 10

// `endpoint` is no host name.
//
// Returned by `iotcred_fetch`, `iotcred_config_check`, `iotcred_send`, `sigv4_presign_mqtt_wss`.
// What to do: Set `endpoint` to the bare host name, without scheme, path or port; for the credentials provider as `aws iot describe-endpoint --endpoint-type iot:CredentialProvider` prints it.
#define IOTCRED_ERR_ENDPOINT 1001

// `role_alias` is missing or malformed.
//
// Returned by `iotcred_fetch`, `iotcred_config_check`.
// What to do: Set `role_alias` to the alias' name (not its ARN): 1 to 128 of A-Z a-z 0-9 _ = , @ -
#define IOTCRED_ERR_ROLE_ALIAS 1002

// `thing_name` is malformed.
//
// Returned by `iotcred_fetch`, `iotcred_config_check`.
// What to do: Set `thing_name` to NULL or to 1 to 128 of A-Z a-z 0-9 : _ -
#define IOTCRED_ERR_THING_NAME 1003

// `certificate` cannot be read.
//
// Returned by `iotcred_fetch`, `iotcred_config_check`.
// What to do: Give the PEM text of the certificate chain, leaf first, or one DER certificate; the length is that of the text.
#define IOTCRED_ERR_CERTIFICATE 1004

// `private_key` cannot be read.
//
// Returned by `iotcred_fetch`, `iotcred_config_check`.
// What to do: Give the key in PEM or DER, as PKCS#8, PKCS#1 or SEC1, and not encrypted.
#define IOTCRED_ERR_PRIVATE_KEY 1005

// `private_key` is of a kind that cannot be used.
//
// Returned by `iotcred_fetch`, `iotcred_config_check`.
// What to do: Use RSA of at least 2048 bits, P-256 or P-384; the error's message names what was given.
#define IOTCRED_ERR_KEY_UNSUPPORTED 1006

// `private_key` is not the key of `certificate`.
//
// Returned by `iotcred_fetch`, `iotcred_config_check`.
// What to do: Pair the certificate with the key that was created with it; the leaf must come first in the chain.
#define IOTCRED_ERR_KEY_MISMATCH 1007

// `ca` cannot be read.
//
// Returned by `iotcred_fetch`, `iotcred_config_check`, `iotcred_send`.
// What to do: Give CA certificates in PEM, or one in DER, or leave `ca` empty for Amazon's roots.
#define IOTCRED_ERR_CA 1008

// `address` is neither an IP address nor a host name.
//
// Returned by `iotcred_fetch`, `iotcred_config_check`, `iotcred_send`.
// What to do: Set `address` to NULL, or to where to connect in place of `endpoint`, without a port.
#define IOTCRED_ERR_ADDRESS 1009

// `platform` lacks a callback, or one broke its contract.
//
// Returned by `iotcred_fetch`, `iotcred_config_check`, `iotcred_send`.
// What to do: Set connect, send, recv and close together, and both clocks; without an operating system all of them. send and recv must not say more than they were given.
#define IOTCRED_ERR_PLATFORM 1010

// `certificate` and `private_key` are in each other's place.
//
// Returned by `iotcred_fetch`, `iotcred_config_check`.
// What to do: Swap them: the certificate is the text with BEGIN CERTIFICATE, the key that with PRIVATE KEY.
#define IOTCRED_ERR_SWAPPED 1011

// The device's certificate has expired by the device's clock.
//
// Returned by `iotcred_config_check`.
// What to do: Check the device's clock; if it is right, give the device a new certificate.
#define IOTCRED_ERR_CERTIFICATE_EXPIRED 1012

// The device's certificate is not valid yet by the device's clock.
//
// Returned by `iotcred_config_check`.
// What to do: Set the device's clock.
#define IOTCRED_ERR_CERTIFICATE_NOT_YET_VALID 1013

// `signer` lacks its callback, or there is a `private_key` besides.
//
// Returned by `iotcred_fetch`, `iotcred_config_check`.
// What to do: Set `sign` of the signer, and leave `private_key` empty; or the other way about.
#define IOTCRED_ERR_SIGNER 1030

// The callback `sign` failed.
//
// Returned by `iotcred_fetch`.
// What to do: Look at what the callback sign returned, which the error's message says: the chip, its session, its PIN.
#define IOTCRED_ERR_SIGNER_FAILED 1031

// What the callback `sign` wrote is no signature of the certificate's key.
//
// Returned by `iotcred_fetch`.
// What to do: Pair the certificate with the key in the chip. Sign `hash` as it is (do not hash it again), with the padding that `scheme` names; PSS has a salt of 32 bytes.
#define IOTCRED_ERR_SIGNER_MISMATCH 1032

// The deadline passed while the callback `sign` was at work.
//
// Returned by `iotcred_fetch`.
// What to do: Raise `timeout_ms` beyond what the chip needs for a signature.
#define IOTCRED_ERR_SIGNER_SLOW 1033

// `method` is no HTTP method.
//
// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: Set `method` to GET, PUT, POST or another token, in capitals.
#define IOTCRED_ERR_METHOD 2001

// `path` is malformed.
//
// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: Give the path as it goes on the wire: it starts with /, and a space is %20; a % is followed by two hex digits.
#define IOTCRED_ERR_PATH 2002

// `query` is malformed.
//
// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: Give the query as it goes on the wire, without the ?; a % is followed by two hex digits. For a presigned URL, remove X-Amz-Signature and the like of an earlier one.
#define IOTCRED_ERR_QUERY 2003

// A header's value is malformed, or the header is not the caller's.
//
// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: A value holds no control characters, and the names in `unsigned_headers` have spaces between them. `iotcred_send` writes host, content-length, transfer-encoding, connection, expect and user-agent itself.
#define IOTCRED_ERR_HEADER 2004

// There is no `host` header.
//
// Returned by `sigv4_sign_request`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: Add the `host` header exactly as it is sent; the signature covers it.
#define IOTCRED_ERR_HOST_MISSING 2005

// A header that the signer writes is already there with another value.
//
// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: Remove authorization, x-amz-date, x-amz-security-token and x-amz-content-sha256 of an earlier signature from the request; of a presigned URL they are no headers.
#define IOTCRED_ERR_HEADER_CONFLICT 2006

// The payload's kind or length is wrong.
//
// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: Use one of the IOTCRED_PAYLOAD_* kinds; a SHA-256 has 32 bytes.
#define IOTCRED_ERR_PAYLOAD 2007

// `region` is missing or malformed.
//
// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_presign_mqtt_wss`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: Set `region`, such as eu-west-1.
#define IOTCRED_ERR_REGION 2008

// `service` is missing or malformed.
//
// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: Set `service` to the signing name, such as s3 or dynamodb.
#define IOTCRED_ERR_SERVICE 2009

// `access_key_id` is missing or malformed.
//
// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_presign_mqtt_wss`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: Use credentials that iotcred_fetch filled in and that were not wiped.
#define IOTCRED_ERR_ACCESS_KEY_ID 2010

// `secret_access_key` is missing.
//
// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_presign_mqtt_wss`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: Use credentials that iotcred_fetch filled in and that were not wiped.
#define IOTCRED_ERR_SECRET_ACCESS_KEY 2011

// `session_token` is malformed.
//
// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_presign_mqtt_wss`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: Pass the token as AWS gave it; empty for long-term keys.
#define IOTCRED_ERR_SESSION_TOKEN 2012

// `flags` has a bit that does not exist.
//
// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: Use the IOTCRED_SIGN_* and IOTCRED_SEND_* constants of this header's version, and not two that contradict each other.
#define IOTCRED_ERR_FLAGS 2013

// The caller's hash failed.
//
// Returned by none yet.
// What to do: Look at the hash callback that returned an error.
#define IOTCRED_ERR_HASH_FAILED 2014

// The body callback failed or ended early.
//
// Returned by `iotcred_send`.
// What to do: The callback must give exactly the announced number of bytes.
#define IOTCRED_ERR_BODY_SOURCE 2015

// A callback for the response returned an error.
//
// Returned by `iotcred_send`.
// What to do: The callback that takes the response's body, headers or progress asked to stop.
#define IOTCRED_ERR_BODY_SINK 2016

// A presigned URL's time is none or too long.
//
// Returned by `sigv4_presign_url`, `sigv4_presign_mqtt_wss`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: Give 1 to 604800 seconds (seven days). The URL ends earlier with the temporary credentials that signed it.
#define IOTCRED_ERR_EXPIRES 2017

// A header's name is malformed.
//
// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
// What to do: Give a name that is an HTTP token: letters, digits, and !#$%&'*+-.^_`|~ without blanks or a colon.
#define IOTCRED_ERR_HEADER_NAME 2040

// A header that announces a streamed upload is missing or does not fit.
//
// Returned by `sigv4_chunk_begin`, `sigv4_chunk_content_length`, `iotcred_send`.
// What to do: Give content-encoding: aws-chunked (first of its encodings), x-amz-decoded-content-length once, and x-amz-trailer (one name) exactly where the payload's kind has a trailer; iotcred_send writes the first two itself.
#define IOTCRED_ERR_CHUNK_HEADERS 2030

// No streamed upload is under way: it was not begun, or has ended.
//
// Returned by `sigv4_chunk_next`, `sigv4_chunk_end`.
// What to do: Call sigv4_chunk_begin, then sigv4_chunk_next for each chunk, then sigv4_chunk_end once.
#define IOTCRED_ERR_CHUNK_ORDER 2031

// A chunk has fewer than 8192 bytes and is not the last.
//
// Returned by `sigv4_chunk_next`, `sigv4_chunk_content_length`.
// What to do: Gather at least 8192 bytes for each chunk but the last, which completes the announced length; the empty one is sigv4_chunk_end's.
#define IOTCRED_ERR_CHUNK_TOO_SMALL 2032

// A chunk is larger than what is left of the announced length.
//
// Returned by `sigv4_chunk_next`.
// What to do: Announce the whole length in x-amz-decoded-content-length, and give no more than that.
#define IOTCRED_ERR_CHUNK_TOO_LARGE 2033

// The chunks have fewer bytes than announced, or the announced length is too large to be sent.
//
// Returned by `sigv4_chunk_end`, `sigv4_chunk_content_length`, `iotcred_send`.
// What to do: Give as many bytes as x-amz-decoded-content-length says before the end; with its chunks' heads the body must be shorter than 2^64 bytes.
#define IOTCRED_ERR_CHUNK_TOTAL 2034

// The trailer's value is missing, malformed, or not wanted.
//
// Returned by `sigv4_chunk_end`, `iotcred_send`.
// What to do: Give a value of visible ASCII characters for a trailer that is not one of the CRCs, and none otherwise; iotcred_send takes the CRCs alone.
#define IOTCRED_ERR_TRAILER 2035

// The first request after the device's start waits for its moment.
//
// Returned by `iotcred_cache_get`.
// What to do: Call again after `retry_after_ms`, which iotcred_cache_next_wake says too; `startup_spread_ms` in the cache sets the time over which a fleet's first requests are spread.
#define IOTCRED_ERR_CACHE_STARTING 2050

// The cache holds no valid credentials.
//
// Returned by `iotcred_cache_seal`.
// What to do: Get credentials with iotcred_cache_get first; an empty cache needs no seal.
#define IOTCRED_ERR_CACHE_EMPTY 2051

// The sealed cache cannot be opened: it was cut or changed, or is of another key or version.
//
// Returned by `iotcred_cache_restore`.
// What to do: Give all the bytes that iotcred_cache_seal wrote, and the same key; else go on with an empty cache.
#define IOTCRED_ERR_SEAL_INVALID 2052

// The clock is earlier than the seal, so that the age of what is sealed cannot be told.
//
// Returned by `iotcred_cache_restore`.
// What to do: Go on with an empty cache, or set the clock and restore again.
#define IOTCRED_ERR_SEAL_CLOCK 2053

// The credentials have expired since they were sealed.
//
// Returned by `iotcred_cache_restore`.
// What to do: Go on with an empty cache: the next iotcred_cache_get fetches new ones.
#define IOTCRED_ERR_SEAL_EXPIRED 2054

// The name could not be resolved.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Check the spelling of `endpoint` and the device's DNS server.
#define IOTCRED_ERR_DNS 3001

// The name was not resolved before the deadline.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Check the device's DNS server, or raise `timeout_ms`; the operating system's lookup goes on in a thread of its own and ends by itself.
#define IOTCRED_ERR_DNS_DEADLINE 3002

// No address accepted a connection.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Check the network, the port (443) and the firewall.
#define IOTCRED_ERR_CONNECT 3003

// The connection broke.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Try again. If it always breaks at once, a firewall or proxy may be in between.
#define IOTCRED_ERR_CONNECTION_LOST 3004

// The deadline passed.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Try again, or raise `timeout_ms`; the error's `phase` says what took too long.
#define IOTCRED_ERR_DEADLINE 3005

// There is no route to the server.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Check that the device's network is up: link, address, gateway.
#define IOTCRED_ERR_NO_ROUTE 3006

// The connection was refused.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Nothing listens there, or a firewall refuses: check `endpoint`, `address` and the port (443).
#define IOTCRED_ERR_CONNECTION_REFUSED 3007

// The connection was reset.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Try again. If it is reset each time, a firewall or proxy in between does not let this connection pass.
#define IOTCRED_ERR_CONNECTION_RESET 3008

// The TLS handshake failed.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Look at the error's message and `tls_alert`; a middlebox that speaks no TLS is a frequent cause.
#define IOTCRED_ERR_TLS 4001

// The server's certificate comes from no trusted root.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: For AWS leave `ca` empty; for a server of your own give the root of the issuer that the error's message names in `ca`. A proxy that intercepts TLS shows like this.
#define IOTCRED_ERR_SERVER_UNTRUSTED 4002

// The server's certificate has expired by the device's clock.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Compare the dates in the error's message and check the device's clock; AWS renews its certificates in time.
#define IOTCRED_ERR_SERVER_EXPIRED 4003

// The server's certificate is not valid yet by the device's clock.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Set the device's clock; the dates are in the error's message.
#define IOTCRED_ERR_SERVER_NOT_YET_VALID 4004

// The server's certificate is for another name.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Check `endpoint` and `address`: another server answered, for the names in the error's message.
#define IOTCRED_ERR_SERVER_NAME 4005

// The server's certificate is invalid.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Look at the error's message.
#define IOTCRED_ERR_SERVER_CERTIFICATE 4006

// The server refused the device's certificate, or misses one.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Check that the certificate is registered and active in this account and region (aws iot describe-certificate), and not expired; the error's message says what the server objects to.
#define IOTCRED_ERR_CLIENT_REFUSED 4007

// There is no TLS version or suite that both sides speak.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: The server must offer TLS 1.2 or 1.3 with ECDHE and AES-GCM or ChaCha20-Poly1305.
#define IOTCRED_ERR_TLS_NO_COMMON 4008

// The server does not know the name that it was asked for.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Check the spelling of `endpoint`.
#define IOTCRED_ERR_NAME_UNKNOWN 4009

// The response is not well-formed HTTP/1.1.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Check that `endpoint` is AWS's; a proxy or a captive portal may have answered.
#define IOTCRED_ERR_RESPONSE_MALFORMED 5001

// The response is longer than a limit.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Check that `endpoint` is AWS's; the limits are named in the error's message.
#define IOTCRED_ERR_RESPONSE_TOO_LARGE 5002

// The credentials document is not what AWS documents.
//
// Returned by `iotcred_fetch`.
// What to do: Check that `endpoint` is the credentials provider's; the error's message names the member.
#define IOTCRED_ERR_DOCUMENT 5003

// A credential is longer than iotcred_credentials can hold.
//
// Returned by `iotcred_fetch`.
// What to do: Report it: the error's message names the member and the size it needs.
#define IOTCRED_ERR_CREDENTIAL_TOO_LONG 5004

// The server refused the request (HTTP 403).
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Read the error's message: it is the server's own.
#define IOTCRED_ERR_REFUSED 5010

// The server does not know the resource (HTTP 404).
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Check names and region.
#define IOTCRED_ERR_NOT_FOUND 5011

// The server did not accept the request (HTTP 4xx).
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Read the error's message: it is the server's own.
#define IOTCRED_ERR_BAD_REQUEST 5012

// The server asks to slow down.
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Wait `retry_after_ms`, or longer each time, and try again.
#define IOTCRED_ERR_THROTTLED 5013

// The server failed (HTTP 5xx).
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Wait and try again.
#define IOTCRED_ERR_SERVER_FAULT 5014

// The resource is elsewhere (HTTP 3xx).
//
// Returned by `iotcred_fetch`, `iotcred_send`.
// What to do: Use the endpoint that the error's message names; S3 redirects when the bucket is in another region.
#define IOTCRED_ERR_REDIRECT 5015

// The resource has not changed (HTTP 304): the answer to a conditional request.
//
// Returned by `iotcred_send`.
// What to do: Go on with the copy that you have.
#define IOTCRED_ERR_NOT_MODIFIED 5016

// The thing is not attached to this certificate.
//
// Returned by `iotcred_fetch`.
// What to do: Attach it: aws iot attach-thing-principal --thing-name NAME --principal CERTIFICATE_ARN; or leave `thing_name` NULL.
#define IOTCRED_ERR_THING_NOT_ATTACHED 5020

// The certificate's policy does not allow the role alias.
//
// Returned by `iotcred_fetch`.
// What to do: Attach an IoT policy that allows iot:AssumeRoleWithCertificate on arn:aws:iot:REGION:ACCOUNT:rolealias/ALIAS to the certificate.
#define IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN 5021

// The certificate is not registered or not active at this endpoint.
//
// Returned by `iotcred_fetch`.
// What to do: Register the certificate in the account and region of the endpoint, and activate it: aws iot update-certificate --certificate-id ID --new-status ACTIVE.
#define IOTCRED_ERR_CERTIFICATE_NOT_ACTIVE 5022

// The role alias does not exist here.
//
// Returned by `iotcred_fetch`.
// What to do: Check the alias' spelling and the endpoint's region: aws iot list-role-aliases.
#define IOTCRED_ERR_ROLE_ALIAS_UNKNOWN 5023

// The role behind the alias cannot be assumed.
//
// Returned by `iotcred_fetch`.
// What to do: Check that the role exists, and let its trust policy name the service credentials.iot.amazonaws.com (not iot.amazonaws.com) for sts:AssumeRole.
#define IOTCRED_ERR_ROLE_NOT_ASSUMABLE 5024

// The alias' credential duration exceeds the role's maximum.
//
// Returned by `iotcred_fetch`.
// What to do: Lower credentialDurationSeconds of the role alias, or raise MaxSessionDuration of the role.
#define IOTCRED_ERR_DURATION_TOO_LONG 5025

// This is the data endpoint, not the credentials endpoint.
//
// Returned by `iotcred_fetch`, `iotcred_config_check`.
// What to do: Use the credentials endpoint, ID.credentials.iot.REGION.amazonaws.com, as `aws iot describe-endpoint --endpoint-type iot:CredentialProvider` prints it.
#define IOTCRED_ERR_DATA_ENDPOINT 5026

// This is no credentials endpoint.
//
// Returned by `iotcred_fetch`.
// What to do: Use the credentials endpoint, ID.credentials.iot.REGION.amazonaws.com, as `aws iot describe-endpoint --endpoint-type iot:CredentialProvider` prints it.
#define IOTCRED_ERR_WRONG_ENDPOINT 5027

// A defect of iotcred.
//
// Returned by every function.
// What to do: Report it with the error's message.
#define IOTCRED_ERR_INTERNAL 9001

// Present in the archive when it was built from this header's ABI.
extern const uint8_t iotcred_abi_1;

// Says which version of the library is linked.
//
// Ownership: the string is static, ends in NUL and is never NULL.
// Threads: any.
// Example: `printf("iotcred %s\n", iotcred_version());`
const char *iotcred_version(void);

// Says in a few words what a status means.
//
// `status`: in; any number.
// Ownership: the string is static, ends in NUL and is never NULL; for a number that is none of ours it is "unknown status".
// Threads: any.
// Example: `fprintf(stderr, "%s\n", iotcred_status_str(status));`
const char *iotcred_status_str(iotcred_status status);

// Says what to do about a status: one sentence that names what to change, and where.
//
// `status`: in; any number.
// Ownership: the string is static, ends in NUL and is never NULL; empty for success.
// Threads: any.
// Example: `fprintf(stderr, "%s\n", iotcred_status_hint(status));`
const char *iotcred_status_hint(iotcred_status status);

// Signs a request with Signature Version 4 in its header form.
// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
//
// `request`: in. The request as it will be sent.
// `credentials`: in. Access key id and secret are needed; the token may be empty.
// `cache`: in and out; may be NULL. Spares four of the hashes when date, region, service and secret are those of the last call.
// `out`: in and out. The headers to add, over the buffer that it names. Untouched on failure, but for `buffer_len` when it is too small:
// `buffer` NULL with `buffer_size` 0 is the way to ask for the size.
//
// Ownership: nothing is allocated or kept. The headers in `out` are valid as long as `out->buffer` and the credentials' token are.
// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_TIME_REQUIRED`,
// `IOTCRED_ERR_CLOCK_UNSET`, `IOTCRED_ERR_TIME_OUT_OF_RANGE`; `IOTCRED_ERR_HOST_MISSING`, `IOTCRED_ERR_HEADER_CONFLICT`; and for each member that is
// malformed its own: `IOTCRED_ERR_METHOD`, `_PATH`, `_QUERY`, `_HEADER`, `_HEADER_NAME`, `_PAYLOAD`, `_REGION`, `_SERVICE`, `_FLAGS`, `_ACCESS_KEY_ID`,
// `_SECRET_ACCESS_KEY`, `_SESSION_TOKEN`.
// Threads: any number at once, each with its own `cache` and `out`.
// Example: see `examples-c/sign_request.c`.
iotcred_status sigv4_sign_request(const sigv4_request *request,
                                  const sigv4_credentials *credentials,
                                  sigv4_key_cache *cache,
                                  sigv4_signed *out);

// Wipes a key cache; it is empty afterwards.
//
// `cache`: in and out; NULL is allowed and does nothing.
// Threads: one at a time for one cache.
// Example: `sigv4_key_cache_wipe(&cache);`
void sigv4_key_cache_wipe(sigv4_key_cache *cache);

// Makes a presigned URL: a request whose signature stands in its query, so that one without credentials can send it.
// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
//
// `request`: in. The URL is `https://`, the value of its `host` header, its path, and its query with the signature behind it. Every other signed header
// must be sent with the URL as it is here; a URL that anybody can open has none. A `payload` that is all zero is what such a URL has: for S3 any
// body (`UNSIGNED-PAYLOAD`), for the others the empty one; a body or a hash must be exactly the body that is sent, and S3 wants it
// in a signed header `x-amz-content-sha256` too.
// `credentials`: in. Access key id and secret are needed; the token may be empty. The URL dies with temporary credentials.
// `expires`: in. How long the URL is valid, in seconds, 1 to 604 800 (seven days).
// `cache`: in and out; may be NULL. As in `sigv4_sign_request`.
// `out`: in and out. The URL in the buffer that it names. Untouched on failure, but for `buffer_len` when it is too small: `buffer` NULL with
// `buffer_size` 0 is the way to ask for the size.
//
// Ownership: nothing is allocated or kept. What is in `out` is valid as long as `out->buffer` is.
// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_EXPIRES`; what `sigv4_sign_request` returns, with `IOTCRED_ERR_QUERY` also for a query
// that is presigned already, `IOTCRED_ERR_HEADER` for a host that is none or comes twice, `IOTCRED_ERR_HEADER_CONFLICT` for each header that the header form
// adds (but a right `x-amz-content-sha256`), `IOTCRED_ERR_PAYLOAD` for a streamed one, and `IOTCRED_ERR_FLAGS` for `IOTCRED_SIGN_CONTENT_SHA256`.
// Threads: any number at once, each with its own `cache` and `out`.
// Example: `char url[2048]; sigv4_url out = { .buffer = url, .buffer_size = sizeof url }; sigv4_presign_url(&request, &credentials, 3600, NULL, &out);`
iotcred_status sigv4_presign_url(const sigv4_request *request,
                                 const sigv4_credentials *credentials,
                                 uint32_t expires,
                                 sigv4_key_cache *cache,
                                 sigv4_url *out);

// Makes the URL for MQTT over WebSocket: `wss://endpoint/mqtt`, presigned, with the session token behind the signature as AWS IoT wants it.
// Source: <https://docs.aws.amazon.com/iot/latest/developerguide/protocols.html>
//
// `connection`: in. Where to, and from when and how long the URL is valid.
// `credentials`: in. Access key id and secret are needed; the token may be empty.
// `cache`: in and out; may be NULL. As in `sigv4_sign_request`; the service is "iotdevicegateway".
// `out`: in and out. The URL in the buffer that it names. Untouched on failure, but for `buffer_len` when it is too small: `buffer` NULL with
// `buffer_size` 0 is the way to ask for the size.
//
// Ownership: nothing is allocated or kept. What is in `out` is valid as long as `out->buffer` is.
// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_TIME_REQUIRED`, `IOTCRED_ERR_CLOCK_UNSET`,
// `IOTCRED_ERR_TIME_OUT_OF_RANGE`; `IOTCRED_ERR_ENDPOINT`, `_REGION`, `_EXPIRES`, `_ACCESS_KEY_ID`, `_SECRET_ACCESS_KEY`, `_SESSION_TOKEN`.
// Threads: any number at once, each with its own `cache` and `out`.
// Example: see `examples-c/mqtt_url.c`.
iotcred_status sigv4_presign_mqtt_wss(const sigv4_mqtt_wss *connection,
                                      const sigv4_credentials *credentials,
                                      sigv4_key_cache *cache,
                                      sigv4_url *out);

// Begins a SHA-256; what the struct held before is lost.
//
// `hash`: out.
// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`.
// Threads: one at a time for one struct.
// Example: `sigv4_sha256_init(&hash);`
iotcred_status sigv4_sha256_init(sigv4_sha256 *hash);

// Hashes bytes on.
//
// `hash`: in and out. Begun by `sigv4_sha256_init`.
// `data`, `len`: in. The next bytes, of any number.
// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`.
// Threads: one at a time for one struct.
// Example: `sigv4_sha256_update(&hash, piece, piece_len);`
iotcred_status sigv4_sha256_update(sigv4_sha256 *hash, const uint8_t *data, size_t len);

// Ends: writes the SHA-256 of all bytes since `sigv4_sha256_init`, and wipes the struct. It is what `IOTCRED_PAYLOAD_SHA256` wants.
//
// `hash`: in and out. Begun by `sigv4_sha256_init`.
// `digest`: out. 32 bytes.
// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`.
// Threads: one at a time for one struct.
// Example: `uint8_t digest[32]; sigv4_sha256_final(&hash, digest);`
iotcred_status sigv4_sha256_final(sigv4_sha256 *hash,
                                  uint8_t *digest);

// Signs the head of an upload in chunks, and begins it: for a body of known length that is not in memory and cannot be read twice. S3 takes that.
// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>
//
// On the wire follow the head: for each chunk what `sigv4_chunk_next` writes and then the chunk's data, and at last what `sigv4_chunk_end` writes. Nothing
// is put between them: the library writes every line end.
//
// `request`: in. As for `sigv4_sign_request`. The payload is one of `IOTCRED_PAYLOAD_STREAMING*`. Among the headers are `content-encoding: aws-chunked` (other
// encodings behind it, after a comma), `x-amz-decoded-content-length` with the length of the data, and, where the payload's kind has a trailer,
// `x-amz-trailer` with its name, such as "x-amz-checksum-crc64nvme", of at most 40 characters. Region and service together have at most 73 characters.
// `credentials`: in. Access key id and secret are needed; the token may be empty.
// `chunks`: in and out. All zero, or used before: an upload that was under way in it is over, also on failure, but its signing key is used again if it is the same.
// `out`: in and out. The headers to add, as for `sigv4_sign_request`. Untouched on failure, but for `buffer_len` when it is too small:
// `buffer` NULL with `buffer_size` 0 is the way to ask for the size.
//
// Ownership: nothing is allocated or kept. The headers in `out` are valid as long as `out->buffer` and the credentials' token are.
// Returns what `sigv4_sign_request` returns, `IOTCRED_ERR_PAYLOAD` also for a payload of another kind; `IOTCRED_ERR_CHUNK_HEADERS`.
// Threads: any number at once, each with its own `chunks` and `out`.
// Example: see `tests/c/test_chunk.c`.
iotcred_status sigv4_chunk_begin(const sigv4_request *request,
                                 const sigv4_credentials *credentials,
                                 sigv4_chunks *chunks,
                                 sigv4_signed *out);

// Signs the next chunk, and writes what goes on the wire before its data: the line end of the chunk before, the chunk's size and its signature.
//
// `chunks`: in and out. Begun by `sigv4_chunk_begin`. Unchanged on failure.
// `data`: in. The chunk: at least 8192 bytes, but for the last one, which completes the announced length. It is hashed, not copied: send it behind `buffer`.
// `buffer`, `buffer_size`: out. Memory for the head; `IOTCRED_CHUNK_HEAD_MAX` bytes are always enough. NULL and 0: asks for the size.
// `buffer_len`: out. How many bytes were written, or, with `IOTCRED_ERR_BUFFER_TOO_SMALL`, how many are needed.
//
// Ownership: nothing is allocated or kept.
// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_CHUNK_ORDER`, `_CHUNK_TOO_LARGE`, `_CHUNK_TOO_SMALL`.
// Threads: one at a time for one `chunks`.
// Example: see `tests/c/test_chunk.c`.
iotcred_status sigv4_chunk_next(sigv4_chunks *chunks,
                                iotcred_bytes data,
                                char *buffer,
                                size_t buffer_size,
                                size_t *buffer_len);

// Ends the upload, and writes what goes on the wire behind its data: the line end of the last chunk, the empty chunk, the trailer and its signature.
//
// `chunks`: in and out. All data was given. No upload is under way afterwards; the signing key is kept for the next one, until `sigv4_chunk_wipe`. Unchanged
// on failure.
// `trailer_value`: in. Empty for `x-amz-checksum-crc32`, `-crc32c` and `-crc64nvme`, which the library computes, and where there is no trailer; else the
// value of the trailer that was announced, in visible ASCII characters.
// `buffer`, `buffer_size`: out. Memory for the end: 256 bytes are enough for any checksum. NULL and 0: asks for the size.
// `buffer_len`: out. How many bytes were written, or, with `IOTCRED_ERR_BUFFER_TOO_SMALL`, how many are needed.
//
// Ownership: nothing is allocated or kept.
// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_CHUNK_ORDER`, `_CHUNK_TOTAL`, `_TRAILER`.
// Threads: one at a time for one `chunks`.
// Example: see `tests/c/test_chunk.c`.
iotcred_status sigv4_chunk_end(sigv4_chunks *chunks,
                               sigv4_str trailer_value,
                               char *buffer,
                               size_t buffer_size,
                               size_t *buffer_len);

// The exact `content-length` of an upload in chunks: of all that is sent behind the head.
//
// `request`: in. As for `sigv4_chunk_begin`; only its payload and headers are looked at, among which `content-length` need not be yet.
// `chunk_size`: in. Bytes of every chunk but the last, at least 8192.
// `trailer_value_len`: in. Bytes of the trailer's value that `sigv4_chunk_end` will get; 0 where that is empty.
// `content_length`: out, in bytes.
//
// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_PAYLOAD`, `_HEADER`, `_HEADER_NAME`, `_CHUNK_HEADERS`, `_CHUNK_TOO_SMALL`, `_CHUNK_TOTAL`.
// Threads: any number at once.
// Example: `sigv4_chunk_content_length(&request, 65536, 0, &content_length);`
iotcred_status sigv4_chunk_content_length(const sigv4_request *request,
                                          uint64_t chunk_size,
                                          size_t trailer_value_len,
                                          uint64_t *content_length);

// Wipes an upload, the signing key too; none is under way afterwards.
//
// `chunks`: in and out; NULL is allowed and does nothing.
// Threads: one at a time for one `chunks`.
// Example: `sigv4_chunk_wipe(&chunks);`
void sigv4_chunk_wipe(sigv4_chunks *chunks);

// Says why a server refused a signed request: names the first line that differs between what was signed and what the server says that it signed, and the
// likely cause. For development and support; a program that does not call it does not link it.
//
// S3 (in XML) and most other services (in the message of a JSON or XML error) say what they signed when a signature does not match; other refusals are told by
// their names and words.
//
// `request`: in. The request that was sent, with what it was signed with. If its `time` is 0, the time is read from the answer, where the answer tells.
// `credentials`: in. What signed it.
// `expires`: in. 0 for a request that `sigv4_sign_request` signed; for a URL of `sigv4_presign_url` what that was given. (One of `sigv4_presign_mqtt_wss` is the
// request GET /mqtt of the service "iotdevicegateway" with a `host` header, and credentials without their token.)
// `body`: in. The body of the answer; may be empty, cut, or of any kind. What the server signed stands at the end of S3's: 4 KiB hold most. The `message` of
// an `iotcred_error` will do too: it begins with the error's name and words.
// `out`: in and out. The explanation, over the buffer that it names. Untouched on failure, but for `buffer_len` when it is too small: `buffer` NULL with
// `buffer_size` 0 is the way to ask for the size.
//
// Ownership: nothing is allocated or kept. What is in `out` is valid as long as `out->buffer` is.
// Returns `IOTCRED_OK`, also when the cause is unknown; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; else what `sigv4_sign_request` or
// `sigv4_presign_url` return for such a request.
// Threads: any number at once, each with its own `out`.
// Example: see `examples-c/explain.c`.
iotcred_status sigv4_explain(const sigv4_request *request,
                             const sigv4_credentials *credentials,
                             uint32_t expires,
                             iotcred_bytes body,
                             sigv4_explanation *out);

// Writes the canonical request of a request, for a log: what is hashed, hashed again with a key, and so the signature. Its secrets are shortened as in
// `sigv4_explanation`, so a hash of a text with a session token is not the one in the string to sign.
// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request>
//
// `request`, `credentials`, `expires`: in. As for `sigv4_explain`.
// `buffer`, `buffer_size`: out. Memory for the text and a NUL. NULL and 0: asks for the size.
// `buffer_len`: out. How many bytes were written, with the NUL, or, with `IOTCRED_ERR_BUFFER_TOO_SMALL`, how many are needed.
//
// Ownership: nothing is allocated or kept.
// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; else what `sigv4_sign_request` or `sigv4_presign_url` return.
// Threads: any number at once, each with its own buffer.
// Example: see `examples-c/explain.c`.
iotcred_status sigv4_canonical_request(const sigv4_request *request,
                                       const sigv4_credentials *credentials,
                                       uint32_t expires,
                                       char *buffer,
                                       size_t buffer_size,
                                       size_t *buffer_len);

// Writes the string to sign of a request, for a log. There is no secret in it.
// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-string-to-sign>
//
// `request`, `credentials`, `expires`, `buffer`, `buffer_size`, `buffer_len`: as for `sigv4_canonical_request`.
//
// Ownership: nothing is allocated or kept.
// Returns what `sigv4_canonical_request` returns.
// Threads: any number at once, each with its own buffer.
// Example: see `tests/c/test_explain.c`.
iotcred_status sigv4_string_to_sign(const sigv4_request *request,
                                    const sigv4_credentials *credentials,
                                    uint32_t expires,
                                    char *buffer,
                                    size_t buffer_size,
                                    size_t *buffer_len);

#if !defined(IOTCRED_SIGN_ONLY) || defined(IOTCRED_CLIENT)

// The smallest arena, in bytes: less cannot even report an error.
#define IOTCRED_ARENA_MIN 2048

// An arena, in bytes, that is enough for a fetch with a key of up to RSA-2048, server's certificates of 5 KB, and an answer of a known length. Seen on x86_64,
// where pointers are twice as large as on a Cortex-M: 20 KB for P-256 and 26 KB for RSA-2048 where the server's certificates have 1 KB, 42 KB for RSA-2048 and 5 KB.
// An answer in chunks takes 12 KB while it comes in.
#define IOTCRED_ARENA_SIZE 45056

// `scheme`: ECDSA on P-256. `hash` is a SHA-256. The signature is in DER, or its two numbers of 32 bytes one after the other, as PKCS#11 gives them.
#define IOTCRED_SCHEME_ECDSA_P256 1027

// `scheme`: ECDSA on P-384. `hash` is a SHA-384. The signature is in DER, or its two numbers of 48 bytes.
#define IOTCRED_SCHEME_ECDSA_P384 1283

// `scheme`: RSA with PSS. `hash` is a SHA-256; MGF1 with SHA-256, a salt of 32 bytes.
#define IOTCRED_SCHEME_RSA_PSS 2052

// `scheme`: RSA with PKCS#1 v1.5. `hash` is a SHA-256, without its DigestInfo (RFC 8017 section 9.2).
#define IOTCRED_SCHEME_RSA_PKCS1 1025

// `flags`: the chip cannot pad with PSS. TLS 1.3 has nothing else for RSA, so such a chip needs a server with TLS 1.2.
#define IOTCRED_SIGNER_NO_PSS 1

// `clock_floor`: the date of this release of the library. It stands in the source, not in the build, so that builds are reproducible.
#define IOTCRED_CLOCK_FLOOR_RELEASE 1

// `phase`: the failure is none of the connection's.
#define IOTCRED_PHASE_NONE 0

// `phase`: the name was being looked up.
#define IOTCRED_PHASE_RESOLVE 1

// `phase`: the connection was being opened.
#define IOTCRED_PHASE_CONNECT 2

// `phase`: the TLS handshake.
#define IOTCRED_PHASE_HANDSHAKE 3

// `phase`: the request was being sent.
#define IOTCRED_PHASE_SEND 4

// `phase`: the response was awaited, or was coming in. With TLS 1.3 a server that refuses the device's certificate says so here.
#define IOTCRED_PHASE_RECEIVE 5

// So many problems `iotcred_config_check` finds at most.
#define IOTCRED_PROBLEMS_MAX 12

// `state`: no refresh is due.
#define IOTCRED_CACHE_FRESH 0

// `state`: valid; a refresh is due, and another thread's is in flight.
#define IOTCRED_CACHE_REFRESHING 1

// `state`: valid; the last refresh failed, for the reason in `refresh_status`.
#define IOTCRED_CACHE_STALE 2

// `startup_spread_ms`: the first request is made at once.
#define IOTCRED_CACHE_NO_SPREAD UINT32_MAX

// Bytes of the key that a cache is sealed under.
#define IOTCRED_SEAL_KEY_SIZE 32

// Bytes of a sealed cache, at most: with the longest token that `iotcred_credentials` holds. With AWS's usual tokens it has about 1100.
#define IOTCRED_CACHE_SEALED_SIZE 4448

// `flags`: ask the server before the body is sent (`Expect: 100-continue`), so that a refusal or a redirect costs no upload.
#define IOTCRED_SEND_EXPECT_CONTINUE 1

// What a firmware gives once, in the client size. Every function may be called from any thread that calls the library.
typedef struct {
    // Fills `buffer` with `len` random bytes from a source fit for keys. Returns 0; anything else fails the handshake.
    int32_t (*random)(uint8_t *buffer, size_t len);
    // Allocates `size` bytes aligned to `align` (a power of two, at most 16), or returns NULL, which leads to `panic`. NULL, as `release`, with an `arena`.
    void *(*allocate)(size_t size, size_t align);
    // Frees what `allocate` returned for the same `size` and `align`; the library has cleared it.
    void (*release)(void *block, size_t size, size_t align);
    // Called when the library cannot go on: out of memory, or a defect. Must not return. NULL: a trap instruction.
    void (*panic)(void);
    // Memory in place of `allocate` and `release`, the library's from now on: every block that it needs is taken from here, and running out of it is a status
    // (`IOTCRED_ERR_MEMORY`, whose message says how many bytes are lacking). One call at a time can use it; a second one gets `IOTCRED_ERR_BUSY`. Aligned or
    // not. NULL: none.
    void *arena;
    // Its size in bytes, at least `IOTCRED_ARENA_MIN`; `IOTCRED_ARENA_SIZE` is enough for a fetch.
    size_t arena_size;
} iotcred_port;

// Temporary credentials. The struct is the caller's and takes 4.4 KB: static memory on a small target. It holds secrets: end with
// `iotcred_credentials_wipe`. Every text ends in NUL.
typedef struct {
    // The access key id, 16 to 128 characters. Not secret.
    char access_key_id[129];
    // The secret access key, at most 128 characters.
    char secret_access_key[129];
    // The session token, at most 4096 characters.
    char session_token[4097];
    // When they cease to be valid, as "2026-01-17T15:00:00Z".
    char expiration_text[21];
    // The same in Unix seconds.
    int64_t expiration;
    // The date that the server's response carried, in Unix seconds; 0 if it carried none. `expiration - server_time` is the lifetime, whatever the
    // device's clock says.
    int64_t server_time;
} iotcred_credentials;

// What a device supplies in place of an operating system. All members are optional where there is one (the std size): the four of the
// transport are given together or not at all, and so are the two clocks. Without one (the client size) all of them are needed.
//
// Every function gets `context`. The library calls them from the thread that called it, never after its call has returned.
typedef struct {
    // Passed to every function below; may be NULL. One context carries one connection: concurrent calls need one each.
    void *context;
    // Opens a TCP connection to `host` (a name or an IP address) within `timeout_ms` milliseconds. Returns 0, or `IOTCRED_ERR_DNS`,
    // `IOTCRED_ERR_DNS_DEADLINE`, `IOTCRED_ERR_NO_ROUTE`, `IOTCRED_ERR_CONNECTION_REFUSED`, `IOTCRED_ERR_CONNECTION_RESET`, `IOTCRED_ERR_CONNECT` or
    // `IOTCRED_ERR_DEADLINE`; any other number counts as `IOTCRED_ERR_CONNECT`.
    int32_t (*connect)(void *context, const char *host, uint16_t port, uint32_t timeout_ms);
    // Sends at most `len` bytes of `data`. Returns how many, 0 if none could be sent within `timeout_ms`, or a negative number if the connection
    // is broken: `-IOTCRED_ERR_CONNECTION_RESET` if it was reset.
    int32_t (*send)(void *context, const uint8_t *data, size_t len, uint32_t timeout_ms);
    // Receives at most `size` bytes into `buffer`. Returns how many as soon as there are any, 0 if none came within `timeout_ms` (0: take only
    // what is there), or a negative number if the connection is closed or broken: `-IOTCRED_ERR_CONNECTION_RESET` if it was reset.
    int32_t (*recv)(void *context, uint8_t *buffer, size_t size, uint32_t timeout_ms);
    // Closes the connection. Called once after every `connect`, also after one that failed.
    void (*close)(void *context);
    // The date in Unix seconds, for certificates and signatures; 0 if it is not known.
    int64_t (*unix_time)(void *context);
    // Milliseconds from an arbitrary start. It never goes back, and it counts the device's sleep: credentials expire meanwhile. The start is the same for
    // every call with one `iotcred_cache`.
    uint64_t (*monotonic_ms)(void *context);
    // Waits for `ms` milliseconds; goes with the clocks. NULL: the library never waits, and so makes one try in a fetch.
    void (*sleep)(void *context, uint32_t ms);
    // Takes a line for people, which ends in NUL and is gone after the call: what the library does with the transport, and the outcome. Sizes, names and numbers,
    // but nothing that was sent or received, and no secret. May be given alone. NULL: no log.
    void (*log)(void *context, const char *line);
} iotcred_platform;

// How long each phase of a fetch took, in milliseconds, and how far it came: the phases that were not reached are 0. Of several tries the last one's.
typedef struct {
    // Looking the name up. 0 with a transport of the device's own, where `connect_ms` has it.
    uint32_t resolve_ms;
    // Opening the connection.
    uint32_t connect_ms;
    // The TLS handshake.
    uint32_t handshake_ms;
    // Sending the request.
    uint32_t send_ms;
    // Waiting for the response, and receiving it.
    uint32_t receive_ms;
    // The whole call, with all tries and the pauses between them.
    uint32_t total_ms;
    // How many tries there were; 0: none, the configuration has a mistake.
    uint32_t tries;
} iotcred_timings;

// What is to be signed. Borrowed for the call of `sign`.
typedef struct {
    // One of `IOTCRED_SCHEME_*`, by the key in the certificate.
    int32_t scheme;
    // The hash of `message`, which is what most chips sign.
    iotcred_bytes hash;
    // The whole message, for a chip that hashes itself.
    iotcred_bytes message;
} iotcred_to_sign;

// A private key that never leaves its chip: a secure element, a TPM, a PKCS#11 token. All zero but `sign` is a valid one.
typedef struct {
    // Passed to `sign`; may be NULL.
    void *context;
    // Signs: writes at most `size` bytes (512) into `signature`, and returns how many; 0 or a negative number means failure. Called once in a fetch's try, in the
    // handshake, by the thread that called the library. What it writes is verified with the certificate before it is sent.
    int32_t (*sign)(void *context, const iotcred_to_sign *what, uint8_t *signature, size_t size);
    // `IOTCRED_SIGNER_*`; 0: none.
    uint32_t flags;
} iotcred_signer;

// How to get credentials. All-zero members mean the defaults; the first five are what only the user can know. Everything is borrowed for
// the call, and nothing is kept.
typedef struct {
    // Host name of the credentials provider, as `aws iot describe-endpoint --endpoint-type iot:CredentialProvider` prints it: no
    // scheme, path or port. At most 253 characters.
    const char *endpoint;
    // Name (not ARN) of the role alias: 1 to 128 of `A-Z a-z 0-9 _ = , @ -`.
    const char *role_alias;
    // Name of the thing, 1 to 128 of `A-Z a-z 0-9 : _ -`. NULL: the header is not sent; policies that use thing variables need it.
    const char *thing_name;
    // The device's certificate: a PEM chain, leaf first, or one certificate in DER. At most 512 KiB.
    iotcred_bytes certificate;
    // Its private key, in PEM or DER, as PKCS#8, PKCS#1 or SEC1, not encrypted: RSA of 2048 to 4096 bits, P-256 or P-384. Empty with a `signer`.
    iotcred_bytes private_key;
    // CA certificates in PEM, or one in DER, that the server's chain must end in. Empty: Amazon's and Starfield's roots.
    iotcred_bytes ca;
    // Where to connect in place of `endpoint`, an IP address or another name; the certificate must still be `endpoint`'s. NULL: `endpoint`.
    const char *address;
    // TCP port. 0: 443.
    uint16_t port;
    // Deadline of the whole call in milliseconds, from the first DNS packet to the last byte. 0: 15 000.
    uint32_t timeout_ms;
    // The device's transport and clocks. NULL: the operating system's.
    const iotcred_platform *platform;
    // Tries within the deadline, the first included; only what another try can mend is tried again (`retryable` in `iotcred_error`), after a random pause that grows,
    // and no sooner than the server asked. 0: 3. 1: no second try.
    uint32_t tries;
    // Where to write how long each phase of the call took; NULL: nowhere. An output, written whether the fetch succeeds or fails (`iotcred_cache_get` writes it
    // when it refreshes): one for each thread.
    iotcred_timings *timings;
    // The device's private key where it cannot be had as bytes: a secure element, a TPM, a PKCS#11 token. NULL: `private_key`.
    const iotcred_signer *signer;
    // For a device without a clock: a date that has certainly passed, in Unix seconds from 2015 to 9999, such as its firmware's, or `IOTCRED_CLOCK_FLOOR_RELEASE`. Where
    // `unix_time` says nothing, or an earlier date, a server's certificate is then accepted unless it had expired by the floor: weaker than with a clock, since one that expired
    // later passes too. What the server says of the time comes into the cache, and `iotcred_cache_time` gives it. 0: none; certificates need a clock.
    int64_t clock_floor;
} iotcred_config;

// What went wrong, for programs (`kind`, `retryable`) and for people (`message`). The struct is the caller's; where a function takes one, NULL is
// allowed, and it is always written whole: all zero on success. It never holds a secret.
typedef struct {
    // The status that the function returned.
    iotcred_status status;
    // One of `IOTCRED_KIND_*`.
    int32_t kind;
    // How far the connection had come, for the 3000s and 4000s: one of `IOTCRED_PHASE_*`. None where a cache waited in vain for another thread's refresh.
    int32_t phase;
    // How long the server asked to wait, in milliseconds; 0 if it did not.
    uint32_t retry_after_ms;
    // Status code of the HTTP response; 0 if there was no response.
    uint16_t http_status;
    // The TLS alert that the server sent (RFC 8446 section 6); 0 if it sent none.
    uint8_t tls_alert;
    // Whether the same call may succeed later.
    bool retryable;
    // Where the dates of a certificate are to blame: the first second of its validity, in Unix seconds; else 0.
    int64_t not_before;
    // The last one; 0 as `not_before`.
    int64_t not_after;
    // The device's clock beside them; 0 as `not_before`.
    int64_t device_time;
    // The request id, to quote to AWS; empty if there was none. Ends in NUL.
    char request_id[64];
    // The name that the service gives its error, such as "AccessDeniedException"; empty if it gave none. Ends in NUL.
    char error_type[64];
    // The server's words or the library's, printable, UTF-8, cut to fit. Ends in NUL.
    char message[256];
} iotcred_error;

// Credentials that are refreshed before they expire. The struct is the caller's and takes 5.1 KB: static memory on a small target. All zero is empty. It
// must not move while a call uses it. It holds secrets: end with `iotcred_cache_wipe`. One cache is for one configuration.
//
// With an operating system (the std size) any number of threads may use one cache at once. Without one it is one thread at a time, unless
// `lock` and `unlock` are given; they are held for moments, never during a request, and nothing of the caller's is called meanwhile.
typedef struct {
    // The library's.
    uint64_t opaque[640];
    // Passed to both functions below; may be NULL.
    void *lock_context;
    // Takes the lock of this cache. NULL, as `unlock`: the operating system's.
    void (*lock)(void *context);
    // Gives it back.
    void (*unlock)(void *context);
    // Over how many milliseconds the first request is spread, so that a fleet which a power cut starts in one second does not ask in one second. Its moment is drawn once. Before
    // it `iotcred_cache_get` waits, if that takes at most half of `timeout_ms`, or returns `IOTCRED_ERR_CACHE_STARTING` at once. 0: 60 000, but only if
    // the device started less than 10 minutes ago, by `monotonic_ms` (std size on Linux: the time since boot); a program that is started later does not wait.
    // `IOTCRED_CACHE_NO_SPREAD`: none.
    uint32_t startup_spread_ms;
} iotcred_cache;

// What there is to say of credentials that a cache has served.
typedef struct {
    // One of `IOTCRED_CACHE_*`.
    int32_t state;
    // Why the last refresh failed; `IOTCRED_OK` if it did not.
    iotcred_status refresh_status;
    // How long the credentials are valid yet, in milliseconds.
    uint32_t valid_ms;
    // How long until the next refresh is due, in milliseconds; see `iotcred_cache_next_wake`.
    uint32_t next_wake_ms;
} iotcred_cache_state;

// One HTTPS request to AWS. All-zero members mean the defaults. Everything is borrowed for the call.
typedef struct {
    // Host name, such as "my-bucket.s3.eu-west-1.amazonaws.com"; it becomes the `host` header.
    const char *endpoint;
    // The region, such as "eu-west-1".
    const char *region;
    // The service's signing name, such as "s3" or "dynamodb".
    const char *service;
    // The method: "GET", "PUT", "POST", "HEAD", "DELETE", …
    const char *method;
    // The path as it goes on the wire ("/a%20b"). NULL: "/".
    const char *path;
    // The query as it goes on the wire, without the "?". NULL: none.
    const char *query;
    // More headers, such as `content-type`. The library writes `host`, `content-length`, `transfer-encoding`, `connection`, `expect`, `user-agent` and the
    // signature's itself, and for a body in chunks `x-amz-decoded-content-length` and `content-encoding: aws-chunked`, before a `content-encoding` of yours.
    const sigv4_header *headers;
    // How many headers.
    size_t header_count;
    // The body in memory (`IOTCRED_PAYLOAD_BYTES`). With `read_body`: its SHA-256, or `IOTCRED_PAYLOAD_UNSIGNED`, or `IOTCRED_PAYLOAD_STREAMING*` (then with
    // the header `x-amz-trailer`, where there is a trailer, naming one of the CRCs), or, all zero, the best that the service allows: a PUT to S3 goes in
    // signed chunks of 8192 bytes, another method to S3 with `UNSIGNED-PAYLOAD`, and every other service needs the hash.
    sigv4_payload payload;
    // Length in bytes of the body that `read_body` gives.
    uint64_t body_length;
    // Gives the body in pieces: writes at most `size` bytes into `buffer` and returns how many, at least 1; 0 or less means failure and ends the
    // call with `IOTCRED_ERR_BODY_SOURCE`. NULL: the body is `payload`.
    int32_t (*read_body)(void *context, uint8_t *buffer, size_t size);
    // Takes a header of a successful response, as soon as the head is there; before any `write_body`. NULL: they are not wanted.
    void (*on_header)(void *context, const sigv4_header *header);
    // Takes a piece of a successful response's body. Returns 0 to go on; anything else ends the call with `IOTCRED_ERR_BODY_SINK`. NULL: the body goes
    // into the memory that the response names.
    int32_t (*write_body)(void *context, const uint8_t *data, size_t len);
    // Told of bytes sent and received of the bodies; a total of 0 is not known. Returns 0 to go on; anything else ends the call with
    // `IOTCRED_ERR_BODY_SINK`. NULL: not wanted.
    int32_t (*on_progress)(void *context,
                           uint64_t sent,
                           uint64_t to_send,
                           uint64_t received,
                           uint64_t to_receive);
    // Passed to the four functions above; may be NULL.
    void *context;
    // CA certificates in PEM, or one in DER, that the server's chain must end in. Empty: Amazon's and Starfield's roots.
    iotcred_bytes ca;
    // Where to connect in place of `endpoint`. NULL: `endpoint`.
    const char *address;
    // TCP port. 0: 443; another one becomes part of the `host` header.
    uint16_t port;
    // Deadline of the whole call in milliseconds, from the first DNS packet to the last byte. 0: 15 000; a large upload wants more.
    uint32_t timeout_ms;
    // `IOTCRED_SEND_*`; 0: none.
    uint32_t flags;
    // The device's transport and clocks. NULL: the operating system's.
    const iotcred_platform *platform;
    // The date for the signature and for the server's certificate, in Unix seconds: what `iotcred_cache_time` gives, which is right also where the device's clock is not.
    // 0: the clock's.
    int64_t time;
} iotcred_request;

// The answer to a request, in the caller's memory.
typedef struct {
    // Out: the status code, 200 to 299.
    uint16_t http_status;
    // In: memory for the body, when the request has no `write_body`; may be NULL if `body_size` is 0. Undefined when the call fails. Give it enough for what the
    // service answers (DynamoDB says "{}" to a PutItem): when it turns out too small, the request was carried out all the same.
    uint8_t *body;
    // In: its size in bytes.
    size_t body_size;
    // Out: length of the body in bytes, also of one that went to `write_body`; with `IOTCRED_ERR_BUFFER_TOO_SMALL` the size that is needed, or
    // 0 if the server did not say.
    uint64_t body_len;
    // In: memory for the body of a refusal, an answer other than 2xx: what `sigv4_explain` reads when a signature does not match. May be NULL if
    // `refusal_size` is 0.
    uint8_t *refusal;
    // In: its size in bytes. S3's account of a refused signature has 2 to 8 KB.
    size_t refusal_size;
    // Out, always written: how many bytes of a refusal stand in `refusal`, cut to fit; 0 if there was none.
    size_t refusal_len;
} iotcred_response;

// A connection that is kept from one request to the next: no handshake for the second one. The struct is the caller's; all zero is closed. What it keeps beyond itself, the
// TLS session, is on the heap, since its size depends on the server: about 8 KB. End with `iotcred_connection_close`. It may be moved, but not copied.
typedef struct {
    // The library's.
    uint64_t opaque[2];
} iotcred_connection;

// Gives the library what belongs to the process: randomness, memory and a panic hook. With an operating system (the std size) all of it is
// built in: the call is not needed, and does nothing.
//
// `port`: in; copied.
// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_NOT_INITIALISED` if `random` is NULL, or there is neither an arena nor both
// `allocate` and `release`, or there are both; `IOTCRED_ERR_MEMORY` if the arena is smaller than `IOTCRED_ARENA_MIN`.
// Threads: once, before any other call. (A second call replaces what the first one gave; nothing else may be under way.)
// Example: `static const iotcred_port port = { rng_fill, pool_alloc, pool_free, fault }; iotcred_init(&port);`
iotcred_status iotcred_init(const iotcred_port *port);

// Shows credentials to the signer.
//
// `credentials`: in; NULL gives empty text throughout, which no signer accepts.
// Ownership: the result borrows from `*credentials` and is valid until that is written or wiped.
// Threads: any, while nobody writes `*credentials`.
// Example: `sigv4_credentials keys = iotcred_credentials_view(&credentials);`
sigv4_credentials iotcred_credentials_view(const iotcred_credentials *credentials);

// Wipes credentials: every byte is 0 afterwards.
//
// `credentials`: in and out; NULL is allowed and does nothing.
// Threads: one at a time for one struct.
// Example: `iotcred_credentials_wipe(&credentials);`
void iotcred_credentials_wipe(iotcred_credentials *credentials);

// Checks a configuration, with no network: all mistakes at once, each as the error that `iotcred_fetch` would fail with; that has `message` and a hint.
// Besides it looks at the dates of the device's certificate (`IOTCRED_ERR_CERTIFICATE_EXPIRED`, `IOTCRED_ERR_CERTIFICATE_NOT_YET_VALID`), which
// keep no fetch from asking the server: it may be the device's clock that is wrong.
//
// `config`: in. Of `platform` the clock is asked.
// `problems`: out; an array of `capacity`, of which as many are written whole as there are problems, and the others are left untouched. NULL with a capacity of 0.
// An array of `IOTCRED_PROBLEMS_MAX` is always large enough.
// `capacity`: in; how many errors `problems` has room for.
// `count`: out; may be NULL. How many problems there are, which may be more than `capacity`.
//
// Ownership: nothing is kept.
// Returns `IOTCRED_OK` if there is no problem, else the status of the first. With the outputs untouched: `IOTCRED_ERR_NULL_ARGUMENT`,
// `IOTCRED_ERR_NOT_INITIALISED`, `IOTCRED_ERR_BUSY`.
// Threads: any number at once, each with its own outputs.
// Example: see `examples-c/doctor.c`.
iotcred_status iotcred_config_check(const iotcred_config *config,
                                    iotcred_error *problems,
                                    size_t capacity,
                                    size_t *count);

// Exchanges the device's certificate for temporary AWS credentials at the AWS IoT credentials provider: one HTTPS request with mutual TLS, and as
// many more as `tries` allows when one fails for a reason that may pass.
// Source: <https://docs.aws.amazon.com/iot/latest/developerguide/authorizing-direct-aws.html>
//
// `config`: in.
// `credentials`: out. Untouched on failure.
// `error`: out; may be NULL. Always written whole.
//
// Ownership: nothing is kept; the connection is closed. What the call allocates it frees and wipes. One exception: where the operating system
// resolves names, a lookup that outlasts the deadline goes on in a thread of its own, at most one per process, which frees what it holds when it ends.
// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_NOT_INITIALISED`; `IOTCRED_ERR_CLOCK_UNSET`,
// `IOTCRED_ERR_TIME_REQUIRED`; `IOTCRED_ERR_TIME_OUT_OF_RANGE` for a `clock_floor` that is no date; for each member of `config` that is wrong its own of the 1000s; the 3000s, the 4000s and the 5000s.
// Threads: any number at once, each with its own `credentials` and `error`.
// Example: see `examples-c/fetch_credentials.c`.
iotcred_status iotcred_fetch(const iotcred_config *config,
                             iotcred_credentials *credentials,
                             iotcred_error *error);

// Gives credentials that are valid: those in the cache, or, when a refresh is due, new ones. A refresh is due from a moment drawn at random in the last 5, 15 or 60
// minutes of lifetimes up to 20 minutes, up to 90 minutes, and above; after the first request, and after a failure, in the last two thirds of the lifetime, so that the
// devices of a fleet which come back together do not stay together. One caller refreshes, and the others go on with what is valid; in the last minute
// they wait. When a refresh fails, what is valid is served (`IOTCRED_CACHE_STALE`), and the next one is 5 to 10 minutes later, or in the last minute; as long as the trouble lasts
// each has one try. When nothing is valid any more the
// error comes out, and is given again without a request: for 5 minutes if no retry can mend it, else for a pause that grows with the trouble, from a second
// to 10 minutes. What is wrong with the device itself (`config`, an unset clock) is looked at anew each time.
//
// How long credentials live is measured by the monotonic clock, from the date of the server's response: a wall clock that is wrong, or is set, changes nothing.
//
// `cache`: in and out.
// `config`: in. As for `iotcred_fetch`; the same for every call with this cache. `timeout_ms` holds for the call with all waiting in it.
// `credentials`: out. Untouched on failure. Wipe it after use.
// `state`: out; may be NULL. Untouched on failure.
// `error`: out; may be NULL. Always written whole. The error of a refresh behind which valid credentials are served is in `state`.
//
// Ownership: nothing is kept but in `*cache`; the rest is as for `iotcred_fetch`.
// Returns what `iotcred_fetch` returns, and `IOTCRED_ERR_DEADLINE` also when another thread's refresh did not end in time; `IOTCRED_ERR_PLATFORM` also if one of
// `lock` and `unlock` is NULL; `IOTCRED_ERR_CACHE_STARTING` before the first request's moment, see `startup_spread_ms`.
// Threads: any number at once for one cache, as said there, each with its own other arguments.
// Example: `status = iotcred_cache_get(&cache, &config, &credentials, NULL, &error);`
iotcred_status iotcred_cache_get(iotcred_cache *cache,
                                 const iotcred_config *config,
                                 iotcred_credentials *credentials,
                                 iotcred_cache_state *state,
                                 iotcred_error *error);

// Says when the device must be awake: how long until the next refresh is due, or the next try after a failure. A device that sleeps until then and calls
// `iotcred_cache_get` never has credentials that lapse.
//
// `cache`: in.
// `config`: in. As for `iotcred_cache_get`; only its `platform` is looked at.
// `wait_ms`: out. Milliseconds from now; 0: now. Untouched on failure.
//
// Ownership: nothing is kept.
// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_NOT_INITIALISED`; `IOTCRED_ERR_PLATFORM`.
// Threads: as for `iotcred_cache_get`.
// Example: `iotcred_cache_next_wake(&cache, &config, &ms); sleep_for(ms);`
iotcred_status iotcred_cache_next_wake(iotcred_cache *cache,
                                       const iotcred_config *config,
                                       uint32_t *wait_ms);

// The time for a signature, for `time` in a `sigv4_request`: the device's, unless it is more than 4 minutes off what the server's responses said; then
// the server's, carried on by the monotonic clock.
//
// `cache`: in.
// `config`: in. As for `iotcred_cache_get`; only its `platform` is looked at.
// `time`: out. Unix seconds. Untouched on failure.
//
// Ownership: nothing is kept.
// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_NOT_INITIALISED`; `IOTCRED_ERR_PLATFORM`; `IOTCRED_ERR_TIME_REQUIRED` or
// `IOTCRED_ERR_CLOCK_UNSET` as long as neither clock is known.
// Threads: as for `iotcred_cache_get`.
// Example: `iotcred_cache_time(&cache, &config, &request.time);`
iotcred_status iotcred_cache_time(iotcred_cache *cache,
                                  const iotcred_config *config,
                                  int64_t *time);

// Throws credentials away that a service has refused (`ExpiredToken` and the like): the next `iotcred_cache_get` fetches new ones. With `refused` NULL it also
// forgets the last error, and is what to call when the network has come back, or the account was put right.
//
// `cache`: in and out; NULL is allowed and does nothing.
// `refused`: in; may be NULL. The credentials that were refused: those that another thread has fetched since stay. NULL: whatever the cache holds.
// Ownership: what is thrown away is wiped. A request that is in flight goes on, and its credentials are taken.
// Threads: as for `iotcred_cache_get`.
// Example: `iotcred_cache_invalidate(&cache, &credentials);`
void iotcred_cache_invalidate(iotcred_cache *cache,
                              const iotcred_credentials *refused);

// Wipes a cache; it is empty afterwards, and keeps its lock and `startup_spread_ms`.
//
// `cache`: in and out; NULL is allowed and does nothing.
// Threads: one alone; no other call may use the cache.
// Example: `iotcred_cache_wipe(&cache);`
void iotcred_cache_wipe(iotcred_cache *cache);

// Seals what a cache holds into the caller's memory, for a deep sleep from which the device starts anew: retained RAM or flash. It is encrypted and authenticated
// (ChaCha20-Poly1305) under the caller's key. The cache stays as it is: wipe it before the memory is left.
//
// `cache`: in.
// `config`: in. As for `iotcred_cache_get`; only its `platform` is looked at.
// `key`: in. `IOTCRED_SEAL_KEY_SIZE` random bytes that stay on this device, such as from its secure storage. Who has the key and the seal has the credentials.
// `buffer`: out. The sealed cache; `IOTCRED_CACHE_SEALED_SIZE` bytes are always enough. Untouched on failure. NULL with `size` 0 asks how many are needed.
// `size`: in. Size of `buffer` in bytes.
// `sealed_len`: out. How many bytes were written; with `IOTCRED_ERR_BUFFER_TOO_SMALL` how many are needed.
//
// Ownership: nothing is kept. Takes `IOTCRED_CACHE_SEALED_SIZE` bytes of heap for the call, and wipes them.
// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_NOT_INITIALISED`; `IOTCRED_ERR_PLATFORM`, also when the random
// source fails; `IOTCRED_ERR_CACHE_EMPTY`; `IOTCRED_ERR_TIME_REQUIRED` or `IOTCRED_ERR_CLOCK_UNSET` as long as `iotcred_cache_time` has no time.
// Threads: as for `iotcred_cache_get`.
// Example: `iotcred_cache_seal(&cache, &config, key, retained, sizeof retained, &retained_len);`
iotcred_status iotcred_cache_seal(iotcred_cache *cache,
                                  const iotcred_config *config,
                                  const uint8_t *key,
                                  uint8_t *buffer,
                                  size_t size,
                                  size_t *sealed_len);

// Puts a sealed cache back, so that a device which wakes needs no request. A monotonic clock has no memory of the sleep: the credentials live until their end by the wall
// clock, corrected as it was when they were sealed; a wall clock that is unset, or earlier than the seal, discards them. Do it before the first `iotcred_cache_get`, and after
// the clock was set. Whatever it returns, the cache can be used: on failure it is as it was.
//
// `cache`: in and out. What it holds is replaced.
// `config`: in. As for `iotcred_cache_get`, and the same as for the seal; only its `platform` is looked at.
// `key`: in. `IOTCRED_SEAL_KEY_SIZE` bytes, as for the seal.
// `sealed`: in. All the bytes that `iotcred_cache_seal` wrote, and no others.
//
// Ownership: nothing is kept. Takes up to twice `IOTCRED_CACHE_SEALED_SIZE` bytes of heap for the call, and wipes them.
// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_NOT_INITIALISED`; `IOTCRED_ERR_PLATFORM`; `IOTCRED_ERR_SEAL_INVALID`; `IOTCRED_ERR_TIME_REQUIRED`,
// `IOTCRED_ERR_CLOCK_UNSET`, `IOTCRED_ERR_SEAL_CLOCK`; `IOTCRED_ERR_SEAL_EXPIRED`.
// Threads: as for `iotcred_cache_get`.
// Example: `iotcred_cache_restore(&cache, &config, key, (iotcred_bytes){ retained, retained_len });`
iotcred_status iotcred_cache_restore(iotcred_cache *cache,
                                     const iotcred_config *config,
                                     const uint8_t *key,
                                     iotcred_bytes sealed);

// Sends one signed HTTPS request and takes the answer. An answer other than 2xx is a failure: its status says which, `error` carries the
// server's code and words, and its body goes to the response's `refusal` and nowhere else.
//
// `request`: in.
// `credentials`: in. Access key id and secret are needed; the token may be empty.
// `response`: in and out. Untouched on failure, but for the bytes of `body`, for `body_len` when they are too few, and for `refusal` and its `refusal_len`.
// `error`: out; may be NULL. Always written whole.
//
// Ownership: nothing is kept; the connection is closed. What the call allocates it frees and wipes.
// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_NOT_INITIALISED`; what `sigv4_sign_request`
// returns, but for a missing host; `IOTCRED_ERR_ENDPOINT`, `_CA`, `_ADDRESS`, `_PLATFORM`; `IOTCRED_ERR_BODY_SOURCE`, `_BODY_SINK`; the 3000s, the 4000s,
// `IOTCRED_ERR_RESPONSE_MALFORMED`, `_RESPONSE_TOO_LARGE`, and 5010 to 5016.
// Threads: any number at once, each with its own `response`, `error` and callbacks' contexts.
// Example: see `examples-c/s3_upload.c`.
iotcred_status iotcred_send(const iotcred_request *request,
                            const sigv4_credentials *credentials,
                            iotcred_response *response,
                            iotcred_error *error);

// `iotcred_send` over a connection that is kept. The first request opens it; a further one goes over it if it is to the same host (and address, port and CA), the last one was less
// than 20 seconds ago, and the server has kept it open; otherwise it is closed and a new one is opened. When the server closes it just as a request is on its way, the
// request is sent once more over a new connection, if nothing of an answer has come, and sending it twice can do no harm: GET, HEAD, PUT and DELETE, with a body
// in memory or of which `read_body` has given nothing yet; progress begins anew then. A POST comes back with `IOTCRED_ERR_CONNECTION_LOST`.
//
// `connection`: in and out.
// `request`: in. As for `iotcred_send`. The functions of its `platform`, and their `context`, must go on to be valid until the connection is closed; with another `context` a new
// connection is opened.
// `credentials`: in.
// `response`: in and out. As for `iotcred_send`.
// `error`: out; may be NULL. Always written whole.
//
// Ownership: `*connection` keeps an open connection and its memory until `iotcred_connection_close`, and no secret of the request.
// Returns what `iotcred_send` returns.
// Threads: one at a time for one connection.
// Example: `static iotcred_connection connection; iotcred_connection_send(&connection, &request, &keys, &response, &error);`
iotcred_status iotcred_connection_send(iotcred_connection *connection,
                                       const iotcred_request *request,
                                       const sigv4_credentials *credentials,
                                       iotcred_response *response,
                                       iotcred_error *error);

// Closes a connection, and frees and wipes what it kept. It can be used again.
//
// `connection`: in and out; NULL is allowed, and one that is closed, and nothing happens. Nothing happens either while another call uses the arena, if there is one:
// close it again when that has returned.
// Threads: one at a time for one connection.
// Example: `iotcred_connection_close(&connection);`
void iotcred_connection_close(iotcred_connection *connection);

#endif // IOTCRED_SIGN_ONLY

// A sigv4_str of a string literal: as an expression, and as the initialiser of a static one.
#define IOTCRED_STR_INIT(literal) {(literal), sizeof(literal) - 1}
#ifdef __cplusplus
#define IOTCRED_STR(literal) (sigv4_str{(literal), sizeof(literal) - 1})
#else
#define IOTCRED_STR(literal) ((sigv4_str){(literal), sizeof(literal) - 1})
#endif

// The headers that are not signed, unless `unsigned_headers` names others: those that a hop may change or remove (RFC 9110 section 7.6.1), and those
// that AWS's SDKs leave out because a proxy or a client library changes them. A list of your own can begin with it, as literals concatenate.
#define IOTCRED_UNSIGNED_HEADERS \
    "connection expect keep-alive proxy-authorization proxy-connection te trailer transfer-encoding upgrade user-agent x-amzn-trace-id"

// Not for use: makes a program fail to link with an archive of another ABI.
#if defined(__GNUC__)
__attribute__((used)) static const uint8_t *const iotcred_abi_needed = &iotcred_abi_1;
#endif

#ifdef __cplusplus
}
#endif

#endif // IOTCRED_H
