//! Statuses in the C ABI: a number for each, its words, its remedy and its kind. Numbers are never reused; new ones are appended to their group.
#![forbid(unsafe_code)]

use crate::error::Status;

/// What a function returns: `IOTCRED_OK` (0) or one of the `IOTCRED_ERR_*`.
///
/// 1 to 999: the call itself; 1000s: configuration; 2000s: the request to sign or send (2050s: the cache); 3000s: network; 4000s: TLS; 5000s: the server's
/// answer; 9000s: defects. A later version appends numbers and never changes one, so treat one that you do not know as a failure.
#[allow(non_camel_case_types)]
pub type iotcred_status = i32;

/// Success.
pub const IOTCRED_OK: iotcred_status = 0;
/// An output buffer is too small.
///
/// Returned by every function that writes into a buffer of the caller's.
/// What to do: Give the buffer at least as many bytes as the length field now says.
pub const IOTCRED_ERR_BUFFER_TOO_SMALL: iotcred_status = 1;
/// A pointer that is needed is NULL.
///
/// Returned by every function.
/// What to do: Give every pointer whose documentation does not allow NULL; a NULL pointer is allowed only with a length of 0.
pub const IOTCRED_ERR_NULL_ARGUMENT: iotcred_status = 2;
/// `iotcred_init` was not called.
///
/// Returned by `iotcred_init`, and the functions of the `client` size.
/// What to do: Call iotcred_init once, with every member of the port set, before anything else.
pub const IOTCRED_ERR_NOT_INITIALISED: iotcred_status = 3;
/// The clock is before 2015: it was never set.
///
/// Returned by `iotcred_fetch`, `iotcred_config_check`, `iotcred_send`, `sigv4_sign_request`, `sigv4_presign_url`, `sigv4_presign_mqtt_wss`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: Set the clock (NTP, GNSS, the RTC's battery), or pass the time.
pub const IOTCRED_ERR_CLOCK_UNSET: iotcred_status = 4;
/// A time is needed and there is no clock to ask.
///
/// Returned by `iotcred_fetch`, `iotcred_config_check`, `iotcred_send`, `sigv4_sign_request`, `sigv4_presign_url`, `sigv4_presign_mqtt_wss`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: Set `time` (Unix seconds) in the request, or the clock in `platform`.
pub const IOTCRED_ERR_TIME_REQUIRED: iotcred_status = 5;
/// The time is after the year 9999.
///
/// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_presign_mqtt_wss`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`;
/// `iotcred_fetch` for a `clock_floor` that is no date from 2015 to 9999.
/// What to do: Pass Unix seconds, not milliseconds.
pub const IOTCRED_ERR_TIME_OUT_OF_RANGE: iotcred_status = 6;
/// The arena does not hold what the next step may need.
///
/// Returned by `iotcred_init`, `iotcred_fetch`, `iotcred_send`.
/// What to do: Make the arena larger by what the error's message says is lacking; IOTCRED_ARENA_SIZE is enough for a fetch.
pub const IOTCRED_ERR_MEMORY: iotcred_status = 7;
/// Another call is using the arena.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Call again when the other call has returned: an arena serves one at a time.
pub const IOTCRED_ERR_BUSY: iotcred_status = 8;
/// `random` of the port failed.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Look at the random callback: without good random numbers there is no TLS.
pub const IOTCRED_ERR_RANDOM: iotcred_status = 9;
/// `monotonic_ms` of the platform stands still, while `send` or `recv` move nothing.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Look at the callback monotonic_ms, and whether the timer behind it runs: no deadline would ever come.
pub const IOTCRED_ERR_CLOCK_STOPPED: iotcred_status = 10;
/// `endpoint` is no host name.
///
/// Returned by `iotcred_fetch`, `iotcred_config_check`, `iotcred_send`, `sigv4_presign_mqtt_wss`.
/// What to do: Set `endpoint` to the bare host name, without scheme, path or port; for the credentials provider as `aws iot describe-endpoint --endpoint-type iot:CredentialProvider` prints it.
pub const IOTCRED_ERR_ENDPOINT: iotcred_status = 1001;
/// `role_alias` is missing or malformed.
///
/// Returned by `iotcred_fetch`, `iotcred_config_check`.
/// What to do: Set `role_alias` to the alias' name (not its ARN): 1 to 128 of A-Z a-z 0-9 _ = , @ -
pub const IOTCRED_ERR_ROLE_ALIAS: iotcred_status = 1002;
/// `thing_name` is malformed.
///
/// Returned by `iotcred_fetch`, `iotcred_config_check`.
/// What to do: Set `thing_name` to NULL or to 1 to 128 of A-Z a-z 0-9 : _ -
pub const IOTCRED_ERR_THING_NAME: iotcred_status = 1003;
/// `certificate` cannot be read.
///
/// Returned by `iotcred_fetch`, `iotcred_config_check`.
/// What to do: Give the PEM text of the certificate chain, leaf first, or one DER certificate; the length is that of the text.
pub const IOTCRED_ERR_CERTIFICATE: iotcred_status = 1004;
/// `private_key` cannot be read.
///
/// Returned by `iotcred_fetch`, `iotcred_config_check`.
/// What to do: Give the key in PEM or DER, as PKCS#8, PKCS#1 or SEC1, and not encrypted.
pub const IOTCRED_ERR_PRIVATE_KEY: iotcred_status = 1005;
/// `private_key` is of a kind that cannot be used.
///
/// Returned by `iotcred_fetch`, `iotcred_config_check`.
/// What to do: Use RSA of at least 2048 bits, P-256 or P-384; the error's message names what was given.
pub const IOTCRED_ERR_KEY_UNSUPPORTED: iotcred_status = 1006;
/// `private_key` is not the key of `certificate`.
///
/// Returned by `iotcred_fetch`, `iotcred_config_check`.
/// What to do: Pair the certificate with the key that was created with it; the leaf must come first in the chain.
pub const IOTCRED_ERR_KEY_MISMATCH: iotcred_status = 1007;
/// `ca` cannot be read.
///
/// Returned by `iotcred_fetch`, `iotcred_config_check`, `iotcred_send`.
/// What to do: Give CA certificates in PEM, or one in DER, or leave `ca` empty for Amazon's roots.
pub const IOTCRED_ERR_CA: iotcred_status = 1008;
/// `address` is neither an IP address nor a host name.
///
/// Returned by `iotcred_fetch`, `iotcred_config_check`, `iotcred_send`.
/// What to do: Set `address` to NULL, or to where to connect in place of `endpoint`, without a port.
pub const IOTCRED_ERR_ADDRESS: iotcred_status = 1009;
/// `platform` lacks a callback, or one broke its contract.
///
/// Returned by `iotcred_fetch`, `iotcred_config_check`, `iotcred_send`.
/// What to do: Set connect, send, recv and close together, and both clocks; without an operating system all of them. send and recv must not say more than they were given.
pub const IOTCRED_ERR_PLATFORM: iotcred_status = 1010;
/// `certificate` and `private_key` are in each other's place.
///
/// Returned by `iotcred_fetch`, `iotcred_config_check`.
/// What to do: Swap them: the certificate is the text with BEGIN CERTIFICATE, the key that with PRIVATE KEY.
pub const IOTCRED_ERR_SWAPPED: iotcred_status = 1011;
/// The device's certificate has expired by the device's clock.
///
/// Returned by `iotcred_config_check`.
/// What to do: Check the device's clock; if it is right, give the device a new certificate.
pub const IOTCRED_ERR_CERTIFICATE_EXPIRED: iotcred_status = 1012;
/// The device's certificate is not valid yet by the device's clock.
///
/// Returned by `iotcred_config_check`.
/// What to do: Set the device's clock.
pub const IOTCRED_ERR_CERTIFICATE_NOT_YET_VALID: iotcred_status = 1013;
/// `signer` lacks its callback, or there is a `private_key` besides.
///
/// Returned by `iotcred_fetch`, `iotcred_config_check`.
/// What to do: Set `sign` of the signer, and leave `private_key` empty; or the other way about.
pub const IOTCRED_ERR_SIGNER: iotcred_status = 1030;
/// The callback `sign` failed.
///
/// Returned by `iotcred_fetch`.
/// What to do: Look at what the callback sign returned, which the error's message says: the chip, its session, its PIN.
pub const IOTCRED_ERR_SIGNER_FAILED: iotcred_status = 1031;
/// What the callback `sign` wrote is no signature of the certificate's key.
///
/// Returned by `iotcred_fetch`.
/// What to do: Pair the certificate with the key in the chip. Sign `hash` as it is (do not hash it again), with the padding that `scheme` names; PSS has a salt of 32 bytes.
pub const IOTCRED_ERR_SIGNER_MISMATCH: iotcred_status = 1032;
/// The deadline passed while the callback `sign` was at work.
///
/// Returned by `iotcred_fetch`.
/// What to do: Raise `timeout_ms` beyond what the chip needs for a signature.
pub const IOTCRED_ERR_SIGNER_SLOW: iotcred_status = 1033;
/// `method` is no HTTP method.
///
/// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: Set `method` to GET, PUT, POST or another token, in capitals.
pub const IOTCRED_ERR_METHOD: iotcred_status = 2001;
/// `path` is malformed.
///
/// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: Give the path as it goes on the wire: it starts with /, and a space is %20; a % is followed by two hex digits.
pub const IOTCRED_ERR_PATH: iotcred_status = 2002;
/// `query` is malformed.
///
/// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: Give the query as it goes on the wire, without the ?; a % is followed by two hex digits. For a presigned URL, remove X-Amz-Signature and the like of an earlier one.
pub const IOTCRED_ERR_QUERY: iotcred_status = 2003;
/// A header's value is malformed, or the header is not the caller's.
///
/// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: A value holds no control characters, and the names in `unsigned_headers` have spaces between them. `iotcred_send` writes host, content-length, transfer-encoding, connection, expect and user-agent itself.
pub const IOTCRED_ERR_HEADER: iotcred_status = 2004;
/// There is no `host` header.
///
/// Returned by `sigv4_sign_request`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: Add the `host` header exactly as it is sent; the signature covers it.
pub const IOTCRED_ERR_HOST_MISSING: iotcred_status = 2005;
/// A header that the signer writes is already there with another value.
///
/// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: Remove authorization, x-amz-date, x-amz-security-token and x-amz-content-sha256 of an earlier signature from the request; of a presigned URL they are no headers.
pub const IOTCRED_ERR_HEADER_CONFLICT: iotcred_status = 2006;
/// The payload's kind or length is wrong.
///
/// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: Use one of the IOTCRED_PAYLOAD_* kinds; a SHA-256 has 32 bytes.
pub const IOTCRED_ERR_PAYLOAD: iotcred_status = 2007;
/// `region` is missing or malformed.
///
/// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_presign_mqtt_wss`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: Set `region`, such as eu-west-1.
pub const IOTCRED_ERR_REGION: iotcred_status = 2008;
/// `service` is missing or malformed.
///
/// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: Set `service` to the signing name, such as s3 or dynamodb.
pub const IOTCRED_ERR_SERVICE: iotcred_status = 2009;
/// `access_key_id` is missing or malformed.
///
/// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_presign_mqtt_wss`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: Use credentials that iotcred_fetch filled in and that were not wiped.
pub const IOTCRED_ERR_ACCESS_KEY_ID: iotcred_status = 2010;
/// `secret_access_key` is missing.
///
/// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_presign_mqtt_wss`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: Use credentials that iotcred_fetch filled in and that were not wiped.
pub const IOTCRED_ERR_SECRET_ACCESS_KEY: iotcred_status = 2011;
/// `session_token` is malformed.
///
/// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_presign_mqtt_wss`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: Pass the token as AWS gave it; empty for long-term keys.
pub const IOTCRED_ERR_SESSION_TOKEN: iotcred_status = 2012;
/// `flags` has a bit that does not exist.
///
/// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: Use the IOTCRED_SIGN_* and IOTCRED_SEND_* constants of this header's version, and not two that contradict each other.
pub const IOTCRED_ERR_FLAGS: iotcred_status = 2013;
/// The caller's hash failed.
///
/// Returned by none yet.
/// What to do: Look at the hash callback that returned an error.
pub const IOTCRED_ERR_HASH_FAILED: iotcred_status = 2014;
/// The body callback failed or ended early.
///
/// Returned by `iotcred_send`.
/// What to do: The callback must give exactly the announced number of bytes.
pub const IOTCRED_ERR_BODY_SOURCE: iotcred_status = 2015;
/// A callback for the response returned an error.
///
/// Returned by `iotcred_send`.
/// What to do: The callback that takes the response's body, headers or progress asked to stop.
pub const IOTCRED_ERR_BODY_SINK: iotcred_status = 2016;
/// A presigned URL's time is none or too long.
///
/// Returned by `sigv4_presign_url`, `sigv4_presign_mqtt_wss`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: Give 1 to 604800 seconds (seven days). The URL ends earlier with the temporary credentials that signed it.
pub const IOTCRED_ERR_EXPIRES: iotcred_status = 2017;
/// A header's name is malformed.
///
/// Returned by `sigv4_sign_request`, `iotcred_send`, `sigv4_presign_url`, `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`.
/// What to do: Give a name that is an HTTP token: letters, digits, and !#$%&'*+-.^_`|~ without blanks or a colon.
pub const IOTCRED_ERR_HEADER_NAME: iotcred_status = 2040;
/// A header that announces a streamed upload is missing or does not fit.
///
/// Returned by `sigv4_chunk_begin`, `sigv4_chunk_content_length`, `iotcred_send`.
/// What to do: Give content-encoding: aws-chunked (first of its encodings), x-amz-decoded-content-length once, and x-amz-trailer (one name) exactly where the payload's kind has a trailer; iotcred_send writes the first two itself.
pub const IOTCRED_ERR_CHUNK_HEADERS: iotcred_status = 2030;
/// No streamed upload is under way: it was not begun, or has ended.
///
/// Returned by `sigv4_chunk_next`, `sigv4_chunk_end`.
/// What to do: Call sigv4_chunk_begin, then sigv4_chunk_next for each chunk, then sigv4_chunk_end once.
pub const IOTCRED_ERR_CHUNK_ORDER: iotcred_status = 2031;
/// A chunk has fewer than 8192 bytes and is not the last.
///
/// Returned by `sigv4_chunk_next`, `sigv4_chunk_content_length`.
/// What to do: Gather at least 8192 bytes for each chunk but the last, which completes the announced length; the empty one is sigv4_chunk_end's.
pub const IOTCRED_ERR_CHUNK_TOO_SMALL: iotcred_status = 2032;
/// A chunk is larger than what is left of the announced length.
///
/// Returned by `sigv4_chunk_next`.
/// What to do: Announce the whole length in x-amz-decoded-content-length, and give no more than that.
pub const IOTCRED_ERR_CHUNK_TOO_LARGE: iotcred_status = 2033;
/// The chunks have fewer bytes than announced, or the announced length is too large to be sent.
///
/// Returned by `sigv4_chunk_end`, `sigv4_chunk_content_length`, `iotcred_send`.
/// What to do: Give as many bytes as x-amz-decoded-content-length says before the end; with its chunks' heads the body must be shorter than 2^64 bytes.
pub const IOTCRED_ERR_CHUNK_TOTAL: iotcred_status = 2034;
/// The trailer's value is missing, malformed, or not wanted.
///
/// Returned by `sigv4_chunk_end`, `iotcred_send`.
/// What to do: Give a value of visible ASCII characters for a trailer that is not one of the CRCs, and none otherwise; iotcred_send takes the CRCs alone.
pub const IOTCRED_ERR_TRAILER: iotcred_status = 2035;
/// The first request after the device's start waits for its moment.
///
/// Returned by `iotcred_cache_get`.
/// What to do: Call again after `retry_after_ms`, which iotcred_cache_next_wake says too; `startup_spread_ms` in the cache sets the time over which a fleet's first requests are spread.
pub const IOTCRED_ERR_CACHE_STARTING: iotcred_status = 2050;
/// The cache holds no valid credentials.
///
/// Returned by `iotcred_cache_seal`.
/// What to do: Get credentials with iotcred_cache_get first; an empty cache needs no seal.
pub const IOTCRED_ERR_CACHE_EMPTY: iotcred_status = 2051;
/// The sealed cache cannot be opened: it was cut or changed, or is of another key or version.
///
/// Returned by `iotcred_cache_restore`.
/// What to do: Give all the bytes that iotcred_cache_seal wrote, and the same key; else go on with an empty cache.
pub const IOTCRED_ERR_SEAL_INVALID: iotcred_status = 2052;
/// The clock is earlier than the seal, so that the age of what is sealed cannot be told.
///
/// Returned by `iotcred_cache_restore`.
/// What to do: Go on with an empty cache, or set the clock and restore again.
pub const IOTCRED_ERR_SEAL_CLOCK: iotcred_status = 2053;
/// The credentials have expired since they were sealed.
///
/// Returned by `iotcred_cache_restore`.
/// What to do: Go on with an empty cache: the next iotcred_cache_get fetches new ones.
pub const IOTCRED_ERR_SEAL_EXPIRED: iotcred_status = 2054;
/// The name could not be resolved.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Check the spelling of `endpoint` and the device's DNS server.
pub const IOTCRED_ERR_DNS: iotcred_status = 3001;
/// The name was not resolved before the deadline.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Check the device's DNS server, or raise `timeout_ms`; the operating system's lookup goes on in a thread of its own and ends by itself.
pub const IOTCRED_ERR_DNS_DEADLINE: iotcred_status = 3002;
/// No address accepted a connection.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Check the network, the port (443) and the firewall.
pub const IOTCRED_ERR_CONNECT: iotcred_status = 3003;
/// The connection broke.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Try again. If it always breaks at once, a firewall or proxy may be in between.
pub const IOTCRED_ERR_CONNECTION_LOST: iotcred_status = 3004;
/// The deadline passed.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Try again, or raise `timeout_ms`; the error's `phase` says what took too long.
pub const IOTCRED_ERR_DEADLINE: iotcred_status = 3005;
/// There is no route to the server.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Check that the device's network is up: link, address, gateway.
pub const IOTCRED_ERR_NO_ROUTE: iotcred_status = 3006;
/// The connection was refused.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Nothing listens there, or a firewall refuses: check `endpoint`, `address` and the port (443).
pub const IOTCRED_ERR_CONNECTION_REFUSED: iotcred_status = 3007;
/// The connection was reset.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Try again. If it is reset each time, a firewall or proxy in between does not let this connection pass.
pub const IOTCRED_ERR_CONNECTION_RESET: iotcred_status = 3008;
/// The TLS handshake failed.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Look at the error's message and `tls_alert`; a middlebox that speaks no TLS is a frequent cause.
pub const IOTCRED_ERR_TLS: iotcred_status = 4001;
/// The server's certificate comes from no trusted root.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: For AWS leave `ca` empty; for a server of your own give the root of the issuer that the error's message names in `ca`. A proxy that intercepts TLS shows like this.
pub const IOTCRED_ERR_SERVER_UNTRUSTED: iotcred_status = 4002;
/// The server's certificate has expired by the device's clock.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Compare the dates in the error's message and check the device's clock; AWS renews its certificates in time.
pub const IOTCRED_ERR_SERVER_EXPIRED: iotcred_status = 4003;
/// The server's certificate is not valid yet by the device's clock.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Set the device's clock; the dates are in the error's message.
pub const IOTCRED_ERR_SERVER_NOT_YET_VALID: iotcred_status = 4004;
/// The server's certificate is for another name.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Check `endpoint` and `address`: another server answered, for the names in the error's message.
pub const IOTCRED_ERR_SERVER_NAME: iotcred_status = 4005;
/// The server's certificate is invalid.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Look at the error's message.
pub const IOTCRED_ERR_SERVER_CERTIFICATE: iotcred_status = 4006;
/// The server refused the device's certificate, or misses one.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Check that the certificate is registered and active in this account and region (aws iot describe-certificate), and not expired; the error's message says what the server objects to.
pub const IOTCRED_ERR_CLIENT_REFUSED: iotcred_status = 4007;
/// There is no TLS version or suite that both sides speak.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: The server must offer TLS 1.2 or 1.3 with ECDHE and AES-GCM or ChaCha20-Poly1305.
pub const IOTCRED_ERR_TLS_NO_COMMON: iotcred_status = 4008;
/// The server does not know the name that it was asked for.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Check the spelling of `endpoint`.
pub const IOTCRED_ERR_NAME_UNKNOWN: iotcred_status = 4009;
/// The response is not well-formed HTTP/1.1.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Check that `endpoint` is AWS's; a proxy or a captive portal may have answered.
pub const IOTCRED_ERR_RESPONSE_MALFORMED: iotcred_status = 5001;
/// The response is longer than a limit.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Check that `endpoint` is AWS's; the limits are named in the error's message.
pub const IOTCRED_ERR_RESPONSE_TOO_LARGE: iotcred_status = 5002;
/// The credentials document is not what AWS documents.
///
/// Returned by `iotcred_fetch`.
/// What to do: Check that `endpoint` is the credentials provider's; the error's message names the member.
pub const IOTCRED_ERR_DOCUMENT: iotcred_status = 5003;
/// A credential is longer than iotcred_credentials can hold.
///
/// Returned by `iotcred_fetch`.
/// What to do: Report it: the error's message names the member and the size it needs.
pub const IOTCRED_ERR_CREDENTIAL_TOO_LONG: iotcred_status = 5004;
/// The server refused the request (HTTP 403).
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Read the error's message: it is the server's own.
pub const IOTCRED_ERR_REFUSED: iotcred_status = 5010;
/// The server does not know the resource (HTTP 404).
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Check names and region.
pub const IOTCRED_ERR_NOT_FOUND: iotcred_status = 5011;
/// The server did not accept the request (HTTP 4xx).
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Read the error's message: it is the server's own.
pub const IOTCRED_ERR_BAD_REQUEST: iotcred_status = 5012;
/// The server asks to slow down.
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Wait `retry_after_ms`, or longer each time, and try again.
pub const IOTCRED_ERR_THROTTLED: iotcred_status = 5013;
/// The server failed (HTTP 5xx).
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Wait and try again.
pub const IOTCRED_ERR_SERVER_FAULT: iotcred_status = 5014;
/// The resource is elsewhere (HTTP 3xx).
///
/// Returned by `iotcred_fetch`, `iotcred_send`.
/// What to do: Use the endpoint that the error's message names; S3 redirects when the bucket is in another region.
pub const IOTCRED_ERR_REDIRECT: iotcred_status = 5015;
/// The resource has not changed (HTTP 304): the answer to a conditional request.
///
/// Returned by `iotcred_send`.
/// What to do: Go on with the copy that you have.
pub const IOTCRED_ERR_NOT_MODIFIED: iotcred_status = 5016;
/// The thing is not attached to this certificate.
///
/// Returned by `iotcred_fetch`.
/// What to do: Attach it: aws iot attach-thing-principal --thing-name NAME --principal CERTIFICATE_ARN; or leave `thing_name` NULL.
pub const IOTCRED_ERR_THING_NOT_ATTACHED: iotcred_status = 5020;
/// The certificate's policy does not allow the role alias.
///
/// Returned by `iotcred_fetch`.
/// What to do: Attach an IoT policy that allows iot:AssumeRoleWithCertificate on arn:aws:iot:REGION:ACCOUNT:rolealias/ALIAS to the certificate.
pub const IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN: iotcred_status = 5021;
/// The certificate is not registered or not active at this endpoint.
///
/// Returned by `iotcred_fetch`.
/// What to do: Register the certificate in the account and region of the endpoint, and activate it: aws iot update-certificate --certificate-id ID --new-status ACTIVE.
pub const IOTCRED_ERR_CERTIFICATE_NOT_ACTIVE: iotcred_status = 5022;
/// The role alias does not exist here.
///
/// Returned by `iotcred_fetch`.
/// What to do: Check the alias' spelling and the endpoint's region: aws iot list-role-aliases.
pub const IOTCRED_ERR_ROLE_ALIAS_UNKNOWN: iotcred_status = 5023;
/// The role behind the alias cannot be assumed.
///
/// Returned by `iotcred_fetch`.
/// What to do: Check that the role exists, and let its trust policy name the service credentials.iot.amazonaws.com (not iot.amazonaws.com) for sts:AssumeRole.
pub const IOTCRED_ERR_ROLE_NOT_ASSUMABLE: iotcred_status = 5024;
/// The alias' credential duration exceeds the role's maximum.
///
/// Returned by `iotcred_fetch`.
/// What to do: Lower credentialDurationSeconds of the role alias, or raise MaxSessionDuration of the role.
pub const IOTCRED_ERR_DURATION_TOO_LONG: iotcred_status = 5025;
/// This is the data endpoint, not the credentials endpoint.
///
/// Returned by `iotcred_fetch`, `iotcred_config_check`.
/// What to do: Use the credentials endpoint, ID.credentials.iot.REGION.amazonaws.com, as `aws iot describe-endpoint --endpoint-type iot:CredentialProvider` prints it.
pub const IOTCRED_ERR_DATA_ENDPOINT: iotcred_status = 5026;
/// This is no credentials endpoint.
///
/// Returned by `iotcred_fetch`.
/// What to do: Use the credentials endpoint, ID.credentials.iot.REGION.amazonaws.com, as `aws iot describe-endpoint --endpoint-type iot:CredentialProvider` prints it.
pub const IOTCRED_ERR_WRONG_ENDPOINT: iotcred_status = 5027;
/// A defect of iotcred.
///
/// Returned by every function.
/// What to do: Report it with the error's message.
pub const IOTCRED_ERR_INTERNAL: iotcred_status = 9001;

/// Kind of a status: what sort of answer it wants. 0: none, it is a success or an outcome that was asked for.
pub const IOTCRED_KIND_NONE: i32 = 0;
/// The program or its settings are wrong; nothing else will help.
pub const IOTCRED_KIND_CONFIGURATION: i32 = 1;
/// AWS does not allow it: certificate, policy, role.
pub const IOTCRED_KIND_PERMISSION: i32 = 2;
/// Too many requests; wait and try again.
pub const IOTCRED_KIND_THROTTLED: i32 = 3;
/// Network or server trouble; try again.
pub const IOTCRED_KIND_TRANSIENT: i32 = 4;
/// The device's clock is wrong or missing.
pub const IOTCRED_KIND_CLOCK: i32 = 5;
/// The server could not be trusted, or no handshake came about.
pub const IOTCRED_KIND_TLS: i32 = 6;
/// Too little memory.
pub const IOTCRED_KIND_MEMORY: i32 = 7;
/// A defect, of iotcred's or of a callback.
pub const IOTCRED_KIND_BUG: i32 = 8;

/// Everything that the C side says about a status.
struct Entry {
    code: iotcred_status,
    #[cfg_attr(not(feature = "client"), allow(dead_code))]
    kind: i32,
    name: &'static core::ffi::CStr,
    hint: &'static core::ffi::CStr,
}

const fn entry(
    code: iotcred_status,
    kind: i32,
    name: &'static core::ffi::CStr,
    hint: &'static core::ffi::CStr,
) -> Entry {
    Entry { code, kind, name, hint }
}

/// The one table. Exhaustive, so that a new status cannot be forgotten here.
const fn describe(status: Status) -> Entry {
    match status {
        Status::BufferTooSmall => entry(IOTCRED_ERR_BUFFER_TOO_SMALL, IOTCRED_KIND_CONFIGURATION, c"an output buffer is too small", c"Give the buffer at least as many bytes as the length field now says."),
        Status::NullArgument => entry(IOTCRED_ERR_NULL_ARGUMENT, IOTCRED_KIND_CONFIGURATION, c"a pointer that is needed is NULL", c"Give every pointer whose documentation does not allow NULL; a NULL pointer is allowed only with a length of 0."),
        Status::NotInitialised => entry(IOTCRED_ERR_NOT_INITIALISED, IOTCRED_KIND_CONFIGURATION, c"iotcred_init was not called", c"Call iotcred_init once, with every member of the port set, before anything else."),
        Status::ClockUnset => entry(IOTCRED_ERR_CLOCK_UNSET, IOTCRED_KIND_CLOCK, c"the clock is before 2015: it was never set", c"Set the clock (NTP, GNSS, the RTC's battery), or pass the time."),
        Status::TimeRequired => entry(IOTCRED_ERR_TIME_REQUIRED, IOTCRED_KIND_CLOCK, c"a time is needed and there is no clock to ask", c"Set `time` (Unix seconds) in the request, or the clock in `platform`."),
        Status::TimeOutOfRange => entry(IOTCRED_ERR_TIME_OUT_OF_RANGE, IOTCRED_KIND_CLOCK, c"the time is after the year 9999", c"Pass Unix seconds, not milliseconds."),
        Status::Memory => entry(IOTCRED_ERR_MEMORY, IOTCRED_KIND_MEMORY, c"the arena does not hold what the next step may need", c"Make the arena larger by what the error's message says is lacking; IOTCRED_ARENA_SIZE is enough for a fetch."),
        Status::Busy => entry(IOTCRED_ERR_BUSY, IOTCRED_KIND_TRANSIENT, c"another call is using the arena", c"Call again when the other call has returned: an arena serves one at a time."),
        Status::Random => entry(IOTCRED_ERR_RANDOM, IOTCRED_KIND_BUG, c"`random` of the port failed", c"Look at the random callback: without good random numbers there is no TLS."),
        Status::ClockStopped => entry(IOTCRED_ERR_CLOCK_STOPPED, IOTCRED_KIND_CLOCK, c"the callback monotonic_ms stands still", c"Look at the callback monotonic_ms, and whether the timer behind it runs: no deadline would ever come."),
        Status::Endpoint => entry(IOTCRED_ERR_ENDPOINT, IOTCRED_KIND_CONFIGURATION, c"`endpoint` is no host name", c"Set `endpoint` to the bare host name, without scheme, path or port; for the credentials provider as `aws iot describe-endpoint --endpoint-type iot:CredentialProvider` prints it."),
        Status::RoleAlias => entry(IOTCRED_ERR_ROLE_ALIAS, IOTCRED_KIND_CONFIGURATION, c"`role_alias` is missing or malformed", c"Set `role_alias` to the alias' name (not its ARN): 1 to 128 of A-Z a-z 0-9 _ = , @ -"),
        Status::ThingName => entry(IOTCRED_ERR_THING_NAME, IOTCRED_KIND_CONFIGURATION, c"`thing_name` is malformed", c"Set `thing_name` to NULL or to 1 to 128 of A-Z a-z 0-9 : _ -"),
        Status::Certificate => entry(IOTCRED_ERR_CERTIFICATE, IOTCRED_KIND_CONFIGURATION, c"`certificate` cannot be read", c"Give the PEM text of the certificate chain, leaf first, or one DER certificate; the length is that of the text."),
        Status::PrivateKey => entry(IOTCRED_ERR_PRIVATE_KEY, IOTCRED_KIND_CONFIGURATION, c"`private_key` cannot be read", c"Give the key in PEM or DER, as PKCS#8, PKCS#1 or SEC1, and not encrypted."),
        Status::KeyUnsupported => entry(IOTCRED_ERR_KEY_UNSUPPORTED, IOTCRED_KIND_CONFIGURATION, c"`private_key` is of a kind that cannot be used", c"Use RSA of at least 2048 bits, P-256 or P-384; the error's message names what was given."),
        Status::KeyMismatch => entry(IOTCRED_ERR_KEY_MISMATCH, IOTCRED_KIND_CONFIGURATION, c"`private_key` is not the key of `certificate`", c"Pair the certificate with the key that was created with it; the leaf must come first in the chain."),
        Status::Ca => entry(IOTCRED_ERR_CA, IOTCRED_KIND_CONFIGURATION, c"`ca` cannot be read", c"Give CA certificates in PEM, or one in DER, or leave `ca` empty for Amazon's roots."),
        Status::Address => entry(IOTCRED_ERR_ADDRESS, IOTCRED_KIND_CONFIGURATION, c"`address` is neither an IP address nor a host name", c"Set `address` to NULL, or to where to connect in place of `endpoint`, without a port."),
        Status::Platform => entry(IOTCRED_ERR_PLATFORM, IOTCRED_KIND_CONFIGURATION, c"`platform` lacks a callback, or one broke its contract", c"Set connect, send, recv and close together, and both clocks; without an operating system all of them. send and recv must not say more than they were given."),
        Status::Swapped => entry(IOTCRED_ERR_SWAPPED, IOTCRED_KIND_CONFIGURATION, c"`certificate` and `private_key` are in each other's place", c"Swap them: the certificate is the text with BEGIN CERTIFICATE, the key that with PRIVATE KEY."),
        Status::CertificateExpired => entry(IOTCRED_ERR_CERTIFICATE_EXPIRED, IOTCRED_KIND_CONFIGURATION, c"the device's certificate has expired by the device's clock", c"Check the device's clock; if it is right, give the device a new certificate."),
        Status::CertificateNotYetValid => entry(IOTCRED_ERR_CERTIFICATE_NOT_YET_VALID, IOTCRED_KIND_CLOCK, c"the device's certificate is not valid yet by the device's clock", c"Set the device's clock."),
        Status::Signer => entry(IOTCRED_ERR_SIGNER, IOTCRED_KIND_CONFIGURATION, c"`signer` lacks its callback, or there is a private key besides", c"Set `sign` of the signer, and leave `private_key` empty; or the other way about."),
        Status::SignerFailed => entry(IOTCRED_ERR_SIGNER_FAILED, IOTCRED_KIND_BUG, c"the callback sign failed", c"Look at what the callback sign returned, which the error's message says: the chip, its session, its PIN."),
        Status::SignerMismatch => entry(IOTCRED_ERR_SIGNER_MISMATCH, IOTCRED_KIND_CONFIGURATION, c"the callback sign wrote no signature of the certificate's key", c"Pair the certificate with the key in the chip. Sign `hash` as it is (do not hash it again), with the padding that `scheme` names; PSS has a salt of 32 bytes."),
        Status::SignerSlow => entry(IOTCRED_ERR_SIGNER_SLOW, IOTCRED_KIND_CONFIGURATION, c"the deadline passed while the callback sign was at work", c"Raise `timeout_ms` beyond what the chip needs for a signature."),
        Status::Method => entry(IOTCRED_ERR_METHOD, IOTCRED_KIND_CONFIGURATION, c"`method` is no HTTP method", c"Set `method` to GET, PUT, POST or another token, in capitals."),
        Status::Path => entry(IOTCRED_ERR_PATH, IOTCRED_KIND_CONFIGURATION, c"`path` is malformed", c"Give the path as it goes on the wire: it starts with /, and a space is %20; a % is followed by two hex digits."),
        Status::Query => entry(IOTCRED_ERR_QUERY, IOTCRED_KIND_CONFIGURATION, c"`query` is malformed", c"Give the query as it goes on the wire, without the ?; a % is followed by two hex digits. For a presigned URL, remove X-Amz-Signature and the like of an earlier one."),
        Status::Header => entry(IOTCRED_ERR_HEADER, IOTCRED_KIND_CONFIGURATION, c"a header's value is malformed, or the header is not the caller's", c"A value holds no control characters, and the names in `unsigned_headers` have spaces between them. `iotcred_send` writes host, content-length, transfer-encoding, connection, expect and user-agent itself."),
        Status::HeaderName => entry(IOTCRED_ERR_HEADER_NAME, IOTCRED_KIND_CONFIGURATION, c"a header's name is malformed", c"Give a name that is an HTTP token: letters, digits, and !#$%&'*+-.^_`|~ without blanks or a colon."),
        Status::HostMissing => entry(IOTCRED_ERR_HOST_MISSING, IOTCRED_KIND_CONFIGURATION, c"there is no `host` header", c"Add the `host` header exactly as it is sent; the signature covers it."),
        Status::HeaderConflict => entry(IOTCRED_ERR_HEADER_CONFLICT, IOTCRED_KIND_CONFIGURATION, c"a header that the signer writes is already there with another value", c"Remove authorization, x-amz-date, x-amz-security-token and x-amz-content-sha256 of an earlier signature from the request; of a presigned URL they are no headers."),
        Status::Payload => entry(IOTCRED_ERR_PAYLOAD, IOTCRED_KIND_CONFIGURATION, c"the payload's kind or length is wrong", c"Use one of the IOTCRED_PAYLOAD_* kinds; a SHA-256 has 32 bytes."),
        Status::Region => entry(IOTCRED_ERR_REGION, IOTCRED_KIND_CONFIGURATION, c"`region` is missing or malformed", c"Set `region`, such as eu-west-1."),
        Status::Service => entry(IOTCRED_ERR_SERVICE, IOTCRED_KIND_CONFIGURATION, c"`service` is missing or malformed", c"Set `service` to the signing name, such as s3 or dynamodb."),
        Status::AccessKeyId => entry(IOTCRED_ERR_ACCESS_KEY_ID, IOTCRED_KIND_CONFIGURATION, c"`access_key_id` is missing or malformed", c"Use credentials that iotcred_fetch filled in and that were not wiped."),
        Status::SecretAccessKey => entry(IOTCRED_ERR_SECRET_ACCESS_KEY, IOTCRED_KIND_CONFIGURATION, c"`secret_access_key` is missing", c"Use credentials that iotcred_fetch filled in and that were not wiped."),
        Status::SessionToken => entry(IOTCRED_ERR_SESSION_TOKEN, IOTCRED_KIND_CONFIGURATION, c"`session_token` is malformed", c"Pass the token as AWS gave it; empty for long-term keys."),
        Status::Flags => entry(IOTCRED_ERR_FLAGS, IOTCRED_KIND_CONFIGURATION, c"`flags` has a bit that does not exist", c"Use the IOTCRED_SIGN_* and IOTCRED_SEND_* constants of this header's version, and not two that contradict each other."),
        Status::HashFailed => entry(IOTCRED_ERR_HASH_FAILED, IOTCRED_KIND_BUG, c"the caller's hash failed", c"Look at the hash callback that returned an error."),
        Status::BodySource => entry(IOTCRED_ERR_BODY_SOURCE, IOTCRED_KIND_CONFIGURATION, c"the body callback failed or ended early", c"The callback must give exactly the announced number of bytes."),
        Status::BodySink => entry(IOTCRED_ERR_BODY_SINK, IOTCRED_KIND_CONFIGURATION, c"a callback for the response returned an error", c"The callback that takes the response's body, headers or progress asked to stop."),
        Status::Expires => entry(IOTCRED_ERR_EXPIRES, IOTCRED_KIND_CONFIGURATION, c"a presigned URL's time is none or too long", c"Give 1 to 604800 seconds (seven days). The URL ends earlier with the temporary credentials that signed it."),
        Status::ChunkHeaders => entry(IOTCRED_ERR_CHUNK_HEADERS, IOTCRED_KIND_CONFIGURATION, c"a header that announces a streamed upload is missing or does not fit", c"Give content-encoding: aws-chunked (first of its encodings), x-amz-decoded-content-length once, and x-amz-trailer (one name) exactly where the payload's kind has a trailer; iotcred_send writes the first two itself."),
        Status::ChunkOrder => entry(IOTCRED_ERR_CHUNK_ORDER, IOTCRED_KIND_CONFIGURATION, c"no streamed upload is under way: it was not begun, or has ended", c"Call sigv4_chunk_begin, then sigv4_chunk_next for each chunk, then sigv4_chunk_end once."),
        Status::ChunkTooSmall => entry(IOTCRED_ERR_CHUNK_TOO_SMALL, IOTCRED_KIND_CONFIGURATION, c"a chunk has fewer than 8192 bytes and is not the last", c"Gather at least 8192 bytes for each chunk but the last, which completes the announced length; the empty one is sigv4_chunk_end's."),
        Status::ChunkTooLarge => entry(IOTCRED_ERR_CHUNK_TOO_LARGE, IOTCRED_KIND_CONFIGURATION, c"a chunk is larger than what is left of the announced length", c"Announce the whole length in x-amz-decoded-content-length, and give no more than that."),
        Status::ChunkTotal => entry(IOTCRED_ERR_CHUNK_TOTAL, IOTCRED_KIND_CONFIGURATION, c"the chunks have fewer bytes than announced, or the announced length is too large to be sent", c"Give as many bytes as x-amz-decoded-content-length says before the end; with its chunks' heads the body must be shorter than 2^64 bytes."),
        Status::Trailer => entry(IOTCRED_ERR_TRAILER, IOTCRED_KIND_CONFIGURATION, c"the trailer's value is missing, malformed, or not wanted", c"Give a value of visible ASCII characters for a trailer that is not one of the CRCs, and none otherwise; iotcred_send takes the CRCs alone."),
        Status::CacheStarting => entry(IOTCRED_ERR_CACHE_STARTING, IOTCRED_KIND_TRANSIENT, c"the first request after the start waits for its moment", c"Call again after `retry_after_ms`, which iotcred_cache_next_wake says too; `startup_spread_ms` in the cache sets the time over which a fleet's first requests are spread."),
        Status::CacheEmpty => entry(IOTCRED_ERR_CACHE_EMPTY, IOTCRED_KIND_NONE, c"the cache holds no valid credentials", c"Get credentials with iotcred_cache_get first; an empty cache needs no seal."),
        Status::SealInvalid => entry(IOTCRED_ERR_SEAL_INVALID, IOTCRED_KIND_CONFIGURATION, c"the sealed cache cannot be opened", c"Give all the bytes that iotcred_cache_seal wrote, and the same key; else go on with an empty cache."),
        Status::SealClock => entry(IOTCRED_ERR_SEAL_CLOCK, IOTCRED_KIND_CLOCK, c"the clock is earlier than the seal", c"Go on with an empty cache, or set the clock and restore again."),
        Status::SealExpired => entry(IOTCRED_ERR_SEAL_EXPIRED, IOTCRED_KIND_NONE, c"the sealed credentials have expired", c"Go on with an empty cache: the next iotcred_cache_get fetches new ones."),
        Status::Dns => entry(IOTCRED_ERR_DNS, IOTCRED_KIND_TRANSIENT, c"the name could not be resolved", c"Check the spelling of `endpoint` and the device's DNS server."),
        Status::DnsDeadline => entry(IOTCRED_ERR_DNS_DEADLINE, IOTCRED_KIND_TRANSIENT, c"the name was not resolved before the deadline", c"Check the device's DNS server, or raise `timeout_ms`; the operating system's lookup goes on in a thread of its own and ends by itself."),
        Status::Connect => entry(IOTCRED_ERR_CONNECT, IOTCRED_KIND_TRANSIENT, c"no address accepted a connection", c"Check the network, the port (443) and the firewall."),
        Status::ConnectionLost => entry(IOTCRED_ERR_CONNECTION_LOST, IOTCRED_KIND_TRANSIENT, c"the connection broke", c"Try again. If it always breaks at once, a firewall or proxy may be in between."),
        Status::Deadline => entry(IOTCRED_ERR_DEADLINE, IOTCRED_KIND_TRANSIENT, c"the deadline passed", c"Try again, or raise `timeout_ms`; the error's `phase` says what took too long."),
        Status::NoRoute => entry(IOTCRED_ERR_NO_ROUTE, IOTCRED_KIND_TRANSIENT, c"there is no route to the server", c"Check that the device's network is up: link, address, gateway."),
        Status::ConnectionRefused => entry(IOTCRED_ERR_CONNECTION_REFUSED, IOTCRED_KIND_TRANSIENT, c"the connection was refused", c"Nothing listens there, or a firewall refuses: check `endpoint`, `address` and the port (443)."),
        Status::ConnectionReset => entry(IOTCRED_ERR_CONNECTION_RESET, IOTCRED_KIND_TRANSIENT, c"the connection was reset", c"Try again. If it is reset each time, a firewall or proxy in between does not let this connection pass."),
        Status::Tls => entry(IOTCRED_ERR_TLS, IOTCRED_KIND_TLS, c"the TLS handshake failed", c"Look at the error's message and `tls_alert`; a middlebox that speaks no TLS is a frequent cause."),
        Status::ServerUntrusted => entry(IOTCRED_ERR_SERVER_UNTRUSTED, IOTCRED_KIND_TLS, c"the server's certificate comes from no trusted root", c"For AWS leave `ca` empty; for a server of your own give the root of the issuer that the error's message names in `ca`. A proxy that intercepts TLS shows like this."),
        Status::ServerExpired => entry(IOTCRED_ERR_SERVER_EXPIRED, IOTCRED_KIND_CLOCK, c"the server's certificate has expired by the device's clock", c"Compare the dates in the error's message and check the device's clock; AWS renews its certificates in time."),
        Status::ServerNotYetValid => entry(IOTCRED_ERR_SERVER_NOT_YET_VALID, IOTCRED_KIND_CLOCK, c"the server's certificate is not valid yet by the device's clock", c"Set the device's clock; the dates are in the error's message."),
        Status::ServerName => entry(IOTCRED_ERR_SERVER_NAME, IOTCRED_KIND_TLS, c"the server's certificate is for another name", c"Check `endpoint` and `address`: another server answered, for the names in the error's message."),
        Status::ServerCertificate => entry(IOTCRED_ERR_SERVER_CERTIFICATE, IOTCRED_KIND_TLS, c"the server's certificate is invalid", c"Look at the error's message."),
        Status::ClientRefused => entry(IOTCRED_ERR_CLIENT_REFUSED, IOTCRED_KIND_PERMISSION, c"the server refused the device's certificate, or misses one", c"Check that the certificate is registered and active in this account and region (aws iot describe-certificate), and not expired; the error's message says what the server objects to."),
        Status::TlsNoCommon => entry(IOTCRED_ERR_TLS_NO_COMMON, IOTCRED_KIND_TLS, c"there is no TLS version or suite that both sides speak", c"The server must offer TLS 1.2 or 1.3 with ECDHE and AES-GCM or ChaCha20-Poly1305."),
        Status::NameUnknown => entry(IOTCRED_ERR_NAME_UNKNOWN, IOTCRED_KIND_TLS, c"the server does not know the name that it was asked for", c"Check the spelling of `endpoint`."),
        Status::ResponseMalformed => entry(IOTCRED_ERR_RESPONSE_MALFORMED, IOTCRED_KIND_TRANSIENT, c"the response is not well-formed HTTP/1.1", c"Check that `endpoint` is AWS's; a proxy or a captive portal may have answered."),
        Status::ResponseTooLarge => entry(IOTCRED_ERR_RESPONSE_TOO_LARGE, IOTCRED_KIND_TRANSIENT, c"the response is longer than a limit", c"Check that `endpoint` is AWS's; the limits are named in the error's message."),
        Status::Document => entry(IOTCRED_ERR_DOCUMENT, IOTCRED_KIND_TRANSIENT, c"the credentials document is not what AWS documents", c"Check that `endpoint` is the credentials provider's; the error's message names the member."),
        Status::CredentialTooLong => entry(IOTCRED_ERR_CREDENTIAL_TOO_LONG, IOTCRED_KIND_CONFIGURATION, c"a credential is longer than iotcred_credentials can hold", c"Report it: the error's message names the member and the size it needs."),
        Status::Refused => entry(IOTCRED_ERR_REFUSED, IOTCRED_KIND_PERMISSION, c"the server refused the request (HTTP 403)", c"Read the error's message: it is the server's own."),
        Status::NotFound => entry(IOTCRED_ERR_NOT_FOUND, IOTCRED_KIND_CONFIGURATION, c"the server does not know the resource (HTTP 404)", c"Check names and region."),
        Status::BadRequest => entry(IOTCRED_ERR_BAD_REQUEST, IOTCRED_KIND_CONFIGURATION, c"the server did not accept the request (HTTP 4xx)", c"Read the error's message: it is the server's own."),
        Status::Throttled => entry(IOTCRED_ERR_THROTTLED, IOTCRED_KIND_THROTTLED, c"the server asks to slow down", c"Wait `retry_after_ms`, or longer each time, and try again."),
        Status::ServerFault => entry(IOTCRED_ERR_SERVER_FAULT, IOTCRED_KIND_TRANSIENT, c"the server failed (HTTP 5xx)", c"Wait and try again."),
        Status::Redirect => entry(IOTCRED_ERR_REDIRECT, IOTCRED_KIND_CONFIGURATION, c"the resource is elsewhere (HTTP 3xx)", c"Use the endpoint that the error's message names; S3 redirects when the bucket is in another region."),
        Status::NotModified => entry(
            IOTCRED_ERR_NOT_MODIFIED,
            IOTCRED_KIND_NONE,
            c"the resource has not changed (HTTP 304)",
            c"Go on with the copy that you have.",
        ),
        Status::ThingNotAttached => entry(IOTCRED_ERR_THING_NOT_ATTACHED, IOTCRED_KIND_PERMISSION, c"the thing is not attached to this certificate", c"Attach it: aws iot attach-thing-principal --thing-name NAME --principal CERTIFICATE_ARN; or leave `thing_name` NULL."),
        Status::RoleAliasForbidden => entry(IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN, IOTCRED_KIND_PERMISSION, c"the certificate's policy does not allow the role alias", c"Attach an IoT policy that allows iot:AssumeRoleWithCertificate on arn:aws:iot:REGION:ACCOUNT:rolealias/ALIAS to the certificate."),
        Status::CertificateNotActive => entry(IOTCRED_ERR_CERTIFICATE_NOT_ACTIVE, IOTCRED_KIND_PERMISSION, c"the certificate is not registered or not active at this endpoint", c"Register the certificate in the account and region of the endpoint, and activate it: aws iot update-certificate --certificate-id ID --new-status ACTIVE."),
        Status::RoleAliasUnknown => entry(IOTCRED_ERR_ROLE_ALIAS_UNKNOWN, IOTCRED_KIND_CONFIGURATION, c"the role alias does not exist here", c"Check the alias' spelling and the endpoint's region: aws iot list-role-aliases."),
        Status::RoleNotAssumable => entry(IOTCRED_ERR_ROLE_NOT_ASSUMABLE, IOTCRED_KIND_PERMISSION, c"the role behind the alias cannot be assumed", c"Check that the role exists, and let its trust policy name the service credentials.iot.amazonaws.com (not iot.amazonaws.com) for sts:AssumeRole."),
        Status::DurationTooLong => entry(IOTCRED_ERR_DURATION_TOO_LONG, IOTCRED_KIND_CONFIGURATION, c"the alias' credential duration exceeds the role's maximum", c"Lower credentialDurationSeconds of the role alias, or raise MaxSessionDuration of the role."),
        Status::DataEndpoint => entry(IOTCRED_ERR_DATA_ENDPOINT, IOTCRED_KIND_CONFIGURATION, c"this is the data endpoint, not the credentials endpoint", c"Use the credentials endpoint, ID.credentials.iot.REGION.amazonaws.com, as `aws iot describe-endpoint --endpoint-type iot:CredentialProvider` prints it."),
        Status::WrongEndpoint => entry(IOTCRED_ERR_WRONG_ENDPOINT, IOTCRED_KIND_CONFIGURATION, c"this is no credentials endpoint", c"Use the credentials endpoint, ID.credentials.iot.REGION.amazonaws.com, as `aws iot describe-endpoint --endpoint-type iot:CredentialProvider` prints it."),
        Status::Internal => entry(IOTCRED_ERR_INTERNAL, IOTCRED_KIND_BUG, c"a defect of iotcred", c"Report it with the error's message."),
    }
}

/// Every status, for looking one up by its number.
const ALL: [Status; 93] = [
    Status::BufferTooSmall,
    Status::NullArgument,
    Status::NotInitialised,
    Status::ClockUnset,
    Status::TimeRequired,
    Status::TimeOutOfRange,
    Status::Memory,
    Status::Busy,
    Status::Random,
    Status::ClockStopped,
    Status::Endpoint,
    Status::RoleAlias,
    Status::ThingName,
    Status::Certificate,
    Status::PrivateKey,
    Status::KeyUnsupported,
    Status::KeyMismatch,
    Status::Ca,
    Status::Address,
    Status::Platform,
    Status::Swapped,
    Status::CertificateExpired,
    Status::CertificateNotYetValid,
    Status::Signer,
    Status::SignerFailed,
    Status::SignerMismatch,
    Status::SignerSlow,
    Status::Method,
    Status::Path,
    Status::Query,
    Status::Header,
    Status::HostMissing,
    Status::HeaderConflict,
    Status::Payload,
    Status::Region,
    Status::Service,
    Status::AccessKeyId,
    Status::SecretAccessKey,
    Status::SessionToken,
    Status::Flags,
    Status::HashFailed,
    Status::BodySource,
    Status::BodySink,
    Status::Expires,
    Status::ChunkHeaders,
    Status::ChunkOrder,
    Status::ChunkTooSmall,
    Status::ChunkTooLarge,
    Status::ChunkTotal,
    Status::Trailer,
    Status::CacheStarting,
    Status::CacheEmpty,
    Status::SealInvalid,
    Status::SealClock,
    Status::SealExpired,
    Status::HeaderName,
    Status::Dns,
    Status::DnsDeadline,
    Status::Connect,
    Status::ConnectionLost,
    Status::Deadline,
    Status::NoRoute,
    Status::ConnectionRefused,
    Status::ConnectionReset,
    Status::Tls,
    Status::ServerUntrusted,
    Status::ServerExpired,
    Status::ServerNotYetValid,
    Status::ServerName,
    Status::ServerCertificate,
    Status::ClientRefused,
    Status::TlsNoCommon,
    Status::NameUnknown,
    Status::ResponseMalformed,
    Status::ResponseTooLarge,
    Status::Document,
    Status::CredentialTooLong,
    Status::Refused,
    Status::NotFound,
    Status::BadRequest,
    Status::Throttled,
    Status::ServerFault,
    Status::Redirect,
    Status::NotModified,
    Status::ThingNotAttached,
    Status::RoleAliasForbidden,
    Status::CertificateNotActive,
    Status::RoleAliasUnknown,
    Status::RoleNotAssumable,
    Status::DurationTooLong,
    Status::DataEndpoint,
    Status::WrongEndpoint,
    Status::Internal,
];

/// The number of a status in the C ABI. It does not touch the texts, so that a program which asks for none links none.
pub(super) const fn code(status: Status) -> iotcred_status {
    status as iotcred_status
}

/// What `describe` says of every status, ready to be looked up. The texts, 14 KB, stand in one block that nothing else refers to: as C string literals they would share
/// a section with all others, and a program that asks for none would have them all the same.
struct Row {
    code: iotcred_status,
    #[cfg(feature = "client")]
    kind: i32,
    /// Where in `TEXTS` its name begins, and its hint.
    name: u16,
    hint: u16,
}

const TEXTS_LEN: usize = {
    let (mut length, mut index) = (0, 0);
    while index < ALL.len() {
        let entry = describe(ALL[index]);
        length += entry.name.to_bytes_with_nul().len() + entry.hint.to_bytes_with_nul().len();
        index += 1;
    }
    assert!(length <= u16::MAX as usize);
    length
};

static TEXTS: [u8; TEXTS_LEN] = {
    let (mut texts, mut end, mut index) = ([0; TEXTS_LEN], 0, 0);
    while index < ALL.len() {
        let entry = describe(ALL[index]);
        end = put(&mut texts, end, entry.name.to_bytes_with_nul());
        end = put(&mut texts, end, entry.hint.to_bytes_with_nul());
        index += 1;
    }
    texts
};

static ROWS: [Row; ALL.len()] = {
    let mut rows = [const {
        Row {
            code: IOTCRED_OK,
            #[cfg(feature = "client")]
            kind: IOTCRED_KIND_NONE,
            name: 0,
            hint: 0,
        }
    }; ALL.len()];
    let (mut end, mut index) = (0, 0);
    while index < ALL.len() {
        let entry = describe(ALL[index]);
        let hint = end + entry.name.to_bytes_with_nul().len();
        rows[index] = Row {
            code: entry.code,
            #[cfg(feature = "client")]
            kind: entry.kind,
            name: end as u16,
            hint: hint as u16,
        };
        end = hint + entry.hint.to_bytes_with_nul().len();
        index += 1;
    }
    rows
};

/// Copies `text` to `at`, and gives its end.
const fn put(texts: &mut [u8], at: usize, text: &[u8]) -> usize {
    let mut index = 0;
    while index < text.len() {
        texts[at + index] = text[index];
        index += 1;
    }
    at + text.len()
}

fn find(code: iotcred_status) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.code == code)
}

fn text(at: u16) -> Option<&'static core::ffi::CStr> {
    core::ffi::CStr::from_bytes_until_nul(TEXTS.get(usize::from(at)..)?).ok()
}

/// The words for a number; `None` where it is not ours.
pub(super) fn name(code: iotcred_status) -> Option<&'static core::ffi::CStr> {
    if code == IOTCRED_OK {
        Some(c"success")
    } else {
        find(code).and_then(|row| text(row.name))
    }
}

/// The remedy for a number.
pub(super) fn hint(code: iotcred_status) -> Option<&'static core::ffi::CStr> {
    if code == IOTCRED_OK {
        Some(c"")
    } else {
        find(code).and_then(|row| text(row.hint))
    }
}

/// The kind of a status.
#[cfg(feature = "client")]
pub(super) fn kind(status: Status) -> i32 {
    find(code(status)).map_or(IOTCRED_KIND_BUG, |row| row.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_number_of_its_own_and_a_remedy() {
        for (index, status) in ALL.iter().enumerate() {
            let entry = describe(*status);
            assert!(entry.code > 0);
            assert_eq!(entry.code, code(*status), "{status:?}");
            assert!(!entry.name.is_empty() && !entry.hint.is_empty());
            assert_eq!(
                (name(entry.code), hint(entry.code)),
                (Some(entry.name), Some(entry.hint))
            );
            #[cfg(feature = "client")]
            assert_eq!(
                status.is_retryable(),
                matches!(entry.kind, IOTCRED_KIND_TRANSIENT | IOTCRED_KIND_THROTTLED),
                "{status:?}"
            );
            for other in &ALL[..index] {
                assert_ne!(describe(*other).code, entry.code, "{status:?} {other:?}");
            }
        }
    }
}
