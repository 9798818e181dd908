//! Every limit of the library, with its unit and its reason.
#![forbid(unsafe_code)]

/// Earliest wall-clock time that is believed, in Unix seconds: 2015-01-01T00:00:00Z. A device whose clock was never set
/// says 1970 or the date of its firmware's build chain; AWS IoT itself is younger than this.
pub const EARLIEST_BELIEVABLE_TIME: i64 = 1_420_070_400;

/// Latest time that a SigV4 timestamp can hold, in Unix seconds: 9999-12-31T23:59:59Z. Its year has four digits.
pub const LATEST_TIME: i64 = 253_402_300_799;

/// Header and query positions that are sorted in one pass. More of them cost another pass for each further batch, never an error;
/// the array of positions stands on the stack (one `usize` each). A small processor has none.
#[cfg(not(target_os = "none"))]
pub const SORT_BATCH: usize = 64;

/// Earliest time that is signed, in Unix seconds: 2012-01-01T00:00:00Z. Signature Version 4 is of that year, and AWS's published examples are of
/// 2013 and 2015; a clock that was never set is earlier.
pub const EARLIEST_SIGNING_TIME: i64 = 1_325_376_000;

/// How long a presigned URL is valid at most, in seconds: seven days, which is what AWS takes.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
pub const EXPIRES_MAX: u32 = 604_800;

/// Bytes of a block, at most, of a hash that the caller supplies: SHA-256's. Keys are padded to it on the stack.
pub const HASH_BLOCK_MAX: usize = 64;

/// Bytes of a digest, at most, of a hash that the caller supplies: SHA-256's.
pub const HASH_DIGEST_MAX: usize = 32;

/// Bytes of a chunk of a streamed upload, at least, but for the last: S3 refuses smaller ones.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>
pub const CHUNK_MIN: u64 = 8 * 1024;

/// Bytes of the name of a streamed upload's trailer, which the caller's state holds. S3's longest, `x-amz-checksum-crc64nvme`, has 24.
pub const TRAILER_NAME_MAX: usize = 40;

/// Bytes from an entity's `&` to its `;`: `&#1114111;` is the longest that means a character.
pub const ENTITY_MAX: usize = 10;

/// Bytes before and after the first byte that differs that an explanation shows of a line.
pub const SHOWN_BEFORE: usize = 48;

/// See [`SHOWN_BEFORE`].
pub const SHOWN_AFTER: usize = 96;

/// Bytes of a session token from which on its first and last four are shown: AWS's have hundreds, and of a shorter one eight would tell too much.
pub const TOKEN_SHOWN_FROM: usize = 64;

/// Bytes at the front of a secret by which it is known in a text of a server's that should not hold it.
pub const SECRET_KNOWN_BY: usize = 8;

#[cfg(feature = "client")]
pub use client::*;

#[cfg(feature = "client")]
mod client {
    // ---- What an arena must be able to give before a step, in bytes. Measured with the client's archive on x86_64, whose pointers are twice as large as those of
    // the processors that need this; `tests/c/test_device_arena.c` goes through all sizes of an arena.

    /// For an error with its text, and what little is allocated between the checks: always kept besides.
    pub const RESERVE_ERROR: usize = 1024;

    /// To read the configuration, beside `RESERVE_CONFIG_LONGEST` times the longest of certificates, key and CA, and the length of all. Seen: 3.7 KB of files of
    /// 3.0 KB, 5.4 KB of files of 4.8 KB.
    pub const RESERVE_CONFIG: usize = 1024;

    /// PEM is gathered in a buffer that doubles: its last copy and the one before, and what they say.
    pub const RESERVE_CONFIG_LONGEST: usize = 3;

    /// For a connection and the first message of its handshake. Seen: 2.4 KB, and then 0.3 KB for a host name of 26 characters.
    pub const RESERVE_HELLO: usize = 3072;

    /// For a step of a handshake, beside the length of the private key and one and a half times the longest message so far: certificates are copied, and so is
    /// the transcript that the device signs. Seen, with all of it: 5.9 KB for P-256 and 6.9 KB for RSA-2048 with messages of 1.5 KB, 11.9 KB for RSA-2048 and 5.4 KB.
    pub const RESERVE_HANDSHAKE: usize = 4608;

    /// For a signature of the caller's (`SIGNATURE_MAX`) and to verify it: counts as the length of a private key.
    pub const EXTERNAL_KEY_RESERVE: usize = 2048;

    /// For a record of an open connection, beside its length and the longest message so far: a session ticket, which nobody asked for, comes with a copy of
    /// the server's certificates. Seen: 2.2 KB for records of 1.5 KB, 6.6 KB for records of 3.3 KB after certificates of 5.4 KB.
    pub const RESERVE_RECORD: usize = 1024;

    /// To write the head of a request, beside four times the length of what goes into it. Seen: 0.6 KB in all.
    pub const RESERVE_HEAD: usize = 1024;

    /// The smallest arena, in bytes, in which an error can be reported.
    pub const ARENA_MIN: usize = 2048;

    /// Length of an access key id, in characters. Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html>
    pub const ACCESS_KEY_ID_MAX: usize = 128;

    /// Length of a secret access key, in characters. AWS names no bound; keys seen have 40.
    pub const SECRET_ACCESS_KEY_MAX: usize = 128;

    /// Length of a session token, in characters. AWS: "typically less than 4096 bytes, but that can vary".
    pub const SESSION_TOKEN_MAX: usize = 4096;

    /// Length of a role alias, in characters. Source: <https://docs.aws.amazon.com/iot/latest/apireference/API_CreateRoleAlias.html>
    pub const ROLE_ALIAS_MAX: usize = 128;

    /// Length of a thing name, in characters. Source: <https://docs.aws.amazon.com/iot/latest/apireference/API_CreateThing.html>
    pub const THING_NAME_MAX: usize = 128;

    /// Length of a host name, in characters (RFC 1035 section 2.3.4, without the final dot).
    pub const HOST_NAME_MAX: usize = 253;

    /// Bytes of a PEM or DER input (certificate chain, CA bundle, private key). A chain of four RSA-4096 certificates has 9 KB, a bundle of
    /// every public root 220 KB; more than this is a wrong pointer or length.
    pub const PEM_MAX: usize = 512 * 1024;

    /// Bytes of a response's head, status line to empty line. S3's longest seen are under 2 KB.
    pub const RESPONSE_HEAD_MAX: usize = 8 * 1024;

    /// Headers in a response. The array of them stands on the stack (4 words each).
    pub const RESPONSE_HEADERS_MAX: usize = 64;

    /// Interim (1xx) responses before the final one. A server sends one; a hundred of them are an attack.
    pub const INTERIM_RESPONSES_MAX: u32 = 8;

    /// Bytes of a chunk-size line with its extensions, and of one trailer line.
    pub const CHUNK_LINE_MAX: usize = 256;

    /// Hexadecimal digits of a chunk's size, leading zeros included: as many as 64 bits need.
    pub const CHUNK_SIZE_DIGITS_MAX: usize = 16;

    /// Bytes of all trailers together, without their line ends.
    pub const TRAILERS_MAX: usize = 4 * 1024;

    /// Bytes of the credentials document. A token of 4096 characters with every `/` escaped has 8.5 KB.
    pub const DOCUMENT_MAX: usize = 12 * 1024;

    /// Depth of nesting in a JSON document. The credentials document has two levels; the reader recurses, so the stack bounds this.
    pub const JSON_DEPTH_MAX: usize = 8;

    /// Characters of the expiration in the credentials document, before it is read as a date. AWS's have 20.
    pub const EXPIRATION_MAX: usize = 40;

    /// Bytes kept of the body of a refusal, to read the server's words from.
    pub const REFUSAL_BODY_MAX: usize = 4 * 1024;

    /// Bytes of the server's words, or ours, that an error carries.
    pub const MESSAGE_MAX: usize = 255;

    /// Bytes of the name of a certificate's issuer or subject in an error's message. A common name has at most 64 characters (RFC 5280 appendix A.1).
    pub const SHOWN_NAME_MAX: usize = 96;

    /// Bytes of the request id that an error carries. AWS's have 36; S3's 16.
    pub const REQUEST_ID_MAX: usize = 63;

    /// Bytes of the name that a service gives its error. `ProvisionedThroughputExceededException` has 38.
    pub const ERROR_CODE_MAX: usize = 63;

    /// Default deadline of one call, in milliseconds, from the first DNS packet to the last byte.
    pub const DEFAULT_TIMEOUT_MS: u32 = 15_000;

    /// Bytes of TLS input that are buffered at first. It grows when a record or a handshake message needs it.
    pub const TLS_INCOMING_MIN: usize = 1024;

    /// Bytes by which the buffer of TLS input grows at least, so that a server cannot have it copied for each byte.
    pub const TLS_INCOMING_STEP: usize = 512;

    /// Bytes of TLS input that are buffered at most: one handshake message of the greatest length (rustls refuses longer ones than 64 KiB)
    /// and the record that is being received.
    pub const TLS_INCOMING_MAX: usize = 64 * 1024 + TLS_RECORD_MAX;

    /// Bytes of one encrypted TLS record on the wire (RFC 5246 section 6.2.3: 2^14 + 2048, and a header of 5).
    pub const TLS_RECORD_MAX: usize = 16 * 1024 + 2048 + 5;

    /// Plaintext bytes that are encrypted into one record when sending. Small, so that the buffer for it is small.
    pub const TLS_SEND_FRAGMENT: usize = 4 * 1024;

    /// Certificates in a chain whose beginnings are looked at on a device without a clock; rustls verifies no chain that is longer than six.
    pub const CHAIN_MAX: usize = 8;

    /// The date of this release, in Unix seconds: 2026-11-25T00:00:00Z. Whoever runs it lives later. A constant of the source and not the time of the build,
    /// so that the same source makes the same archive on every machine.
    pub const RELEASE_TIME: i64 = 1_795_564_800;

    /// Port of HTTPS.
    pub const HTTPS_PORT: u16 = 443;

    /// RSA keys shorter than this, in bits, are refused; AWS IoT asks for 2048.
    /// Source: <https://docs.aws.amazon.com/iot/latest/developerguide/x509-client-certs.html>
    pub const RSA_BITS_MIN: usize = 2048;

    /// RSA keys longer than this, in bits, are refused: ring signs with no longer ones.
    pub const RSA_BITS_MAX: usize = 4096;

    /// How long a kept connection may have been idle, in milliseconds, to carry another request. Servers close theirs after some time (S3 after about 5 to 20 seconds), and
    /// a router on the way forgets it without a word, which would cost the whole deadline.
    pub const IDLE_MAX_MS: u64 = 20_000;

    /// Bytes of a line of the log. It stands on the stack; an error's message is cut to fit.
    pub const LOG_LINE_MAX: usize = 159;

    /// Bytes of a signature of the caller's, at most: of an RSA key of 4096 bits.
    pub const SIGNATURE_MAX: usize = 512;

    /// How long a request with `Expect: 100-continue` waits for the interim response before it sends its body all the same, in
    /// milliseconds (RFC 9110 section 10.1.1: a client must not wait for an indefinite time).
    pub const CONTINUE_WAIT_MS: u32 = 1_000;

    /// How long a farewell (TLS's `close_notify`, or an alert) may take when the call is over, in milliseconds.
    pub const FAREWELL_MS: u32 = 200;

    /// Calls of a transport in a row that may move nothing while the clock stands still. A clock that ticks each 100 ms lets pass as many, of one microsecond each.
    pub const IDLE_CALLS_MAX: u32 = 100_000;

    /// The longest piece that is given at once to a callback that counts bytes in an `int32_t`.
    pub const CALLBACK_PIECE_MAX: usize = i32::MAX as usize;

    /// How long, after a send failed, to wait for what the server said before it broke the connection, in milliseconds.
    pub const BROKEN_SEND_WAIT_MS: u32 = 500;

    /// Length of temporary credentials' life, in seconds: a role alias gives at most 12 hours.
    /// Source: <https://docs.aws.amazon.com/iot/latest/apireference/API_CreateRoleAlias.html>
    pub const CREDENTIALS_LIFETIME_MAX_S: u64 = 43_200;

    /// Credentials that live at most this long, in milliseconds, have the short advisory window.
    pub const LIFETIME_SHORT_MS: u64 = 20 * 60_000;

    /// Credentials that live at most this long, in milliseconds, have the medium advisory window.
    pub const LIFETIME_MEDIUM_MS: u64 = 90 * 60_000;

    /// The advisory window of short-lived credentials, in milliseconds before their expiry. This and the next five are the rules that AWS's SDKs share since 2026
    /// (botocore pull requests 3733 and 3760, aws-sdk-java-v2 7028, smithy-rs 4774).
    pub const ADVISORY_SHORT_MS: u64 = 5 * 60_000;

    /// The advisory window of credentials that live up to 90 minutes.
    pub const ADVISORY_MEDIUM_MS: u64 = 15 * 60_000;

    /// The advisory window of long-lived credentials.
    pub const ADVISORY_LONG_MS: u64 = 60 * 60_000;

    /// The mandatory window, in milliseconds before the expiry.
    pub const MANDATORY_MS: u64 = 60_000;

    /// The shortest pause after a refresh that failed while the credentials were valid, in milliseconds.
    pub const REFRESH_PAUSE_MIN_MS: u64 = 5 * 60_000;

    /// The longest one; and what a cache waits at most, whatever a server asks for.
    pub const REFRESH_PAUSE_MAX_MS: u64 = 10 * 60_000;

    /// How long an error that no retry can mend is remembered when nothing is valid, in milliseconds.
    pub const REMEMBERED_MS: u64 = 5 * 60_000;

    /// The longest first pause after a failure when nothing is valid, in milliseconds; a later one is as long as the trouble has lasted.
    pub const EMPTY_PAUSE_MS: u64 = 1_000;

    /// How long after the device's start, by its monotonic clock, a first request counts as one of those that a power cut starts together, in milliseconds.
    pub const STARTUP_MS: u64 = 10 * 60_000;

    /// The time over which such first requests are spread, in milliseconds, unless the caller says otherwise.
    pub const STARTUP_SPREAD_MS: u64 = 60_000;

    /// How long after its deadline a refresh is given up for lost, in milliseconds, so that a thread that died in it blocks nobody for ever.
    pub const LOST_AFTER_MS: u64 = 60_000;

    /// How often a thread that waits for another's refresh looks, in milliseconds, where there is no built-in lock to wake it.
    pub const LOOK_AGAIN_MS: u32 = 20;

    /// Skew of the device's clock that is corrected, in seconds. Services tolerate 5 to 15 minutes (the SDKs' rule of 2026: smithy-rs pull request 4800,
    /// aws-sdk-go-v2 3472).
    pub const SKEW_MIN_S: u64 = 4 * 60;

    /// The longest round trip, in milliseconds, whose response tells the time (the same rule).
    pub const ROUND_TRIP_MAX_MS: u64 = 15 * 60_000;

    /// Tries within one fetch, the first included: as many as the SDKs' standard mode makes.
    pub const DEFAULT_TRIES: u32 = 3;

    /// The longest first pause between two tries of one fetch, in milliseconds; it doubles with each further one.
    pub const TRY_PAUSE_MS: u64 = 200;

    /// The same when the server throttled.
    pub const THROTTLED_PAUSE_MS: u64 = 1_000;

    /// The longest pause between two tries that the library chooses itself, in milliseconds (the SDKs' bound).
    pub const TRY_PAUSE_MAX_MS: u64 = 20_000;

    /// Bytes of the stack that are cleared when a call is over that has used keys: as much as a fetch with little to do takes below the same place (24 KB in all with 64
    /// bits, 15 KB on a Cortex-M4), so that no larger stack is needed.
    pub const STACK_SCRUB: usize = if usize::BITS == 64 { 19 * 1024 } else { 10 * 1024 };

    /// Bytes of a request body that are asked of the caller and sent at a time; the buffer is on the heap.
    pub const BODY_PIECE: usize = 4 * 1024;

    /// Bytes of a chunk of an upload to S3 that `send` signs chunk by chunk: the fewest that S3 takes. A chunk's signature goes before it, so the whole
    /// chunk stands on the heap; a larger one would save little of the 1 % that the signatures add to the wire.
    pub const UPLOAD_CHUNK: usize = super::CHUNK_MIN as usize;
}
