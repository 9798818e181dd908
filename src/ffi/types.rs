//! The small structs that the others are made of, and how they are read.

use core::ffi::c_char;

/// Bytes of the caller's, borrowed for the call.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct iotcred_bytes {
    /// The bytes; may be NULL if and only if `len` is 0.
    pub ptr: *const u8,
    /// How many.
    pub len: usize,
}

/// Text of the caller's, borrowed for the call; it needs no NUL. `IOTCRED_STR("literal")` makes one.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct sigv4_str {
    /// The text; may be NULL if and only if `len` is 0.
    pub ptr: *const c_char,
    /// Its length in bytes.
    pub len: usize,
}

/// One HTTP header.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct sigv4_header {
    /// Its name, in any case.
    pub name: sigv4_str,
    /// Its value, as it goes on the wire.
    pub value: sigv4_str,
}

/// Credentials, borrowed for the call: from `iotcred_credentials_view`, or from wherever a device keeps its own.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct sigv4_credentials {
    /// The access key id.
    pub access_key_id: sigv4_str,
    /// The secret access key.
    pub secret_access_key: sigv4_str,
    /// The session token; empty for long-term keys.
    pub session_token: sigv4_str,
}

/// The payload is `bytes`; the signer hashes it.
pub const IOTCRED_PAYLOAD_BYTES: i32 = 0;
/// `bytes` holds the SHA-256 of the payload, 32 bytes, hashed elsewhere.
pub const IOTCRED_PAYLOAD_SHA256: i32 = 1;
/// The payload is not signed (`UNSIGNED-PAYLOAD`); `bytes` is empty. S3 allows it over TLS.
pub const IOTCRED_PAYLOAD_UNSIGNED: i32 = 2;

/// The payload comes in chunks, each signed (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD`; see `sigv4_chunk_begin`); `bytes` is empty. S3 alone takes that.
pub const IOTCRED_PAYLOAD_STREAMING: i32 = 3;
/// The same with a signed trailer, such as a checksum (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`).
pub const IOTCRED_PAYLOAD_STREAMING_TRAILER: i32 = 4;
/// The same with a trailer, neither it nor the chunks signed (`STREAMING-UNSIGNED-PAYLOAD-TRAILER`). S3 takes that over TLS.
pub const IOTCRED_PAYLOAD_STREAMING_UNSIGNED_TRAILER: i32 = 5;

/// What is known of a request's body when it is signed.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct sigv4_payload {
    /// One of `IOTCRED_PAYLOAD_*`; 0 is `IOTCRED_PAYLOAD_BYTES`.
    pub kind: i32,
    /// The payload or its hash, as `kind` says.
    pub bytes: iotcred_bytes,
}
