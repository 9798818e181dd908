//! `sigv4_sign_request`: Signature Version 4 for C.

use super::status::iotcred_status;
use super::types::{sigv4_credentials, sigv4_header, sigv4_payload, sigv4_str};
use core::ffi::c_char;

/// `flags`: send and sign `x-amz-content-sha256` also for a service that does not ask for it.
pub const IOTCRED_SIGN_CONTENT_SHA256: u32 = 1;

/// A signing key, kept from one signature to the next; a signing key lasts a day. The struct is the caller's; all zero is empty. It holds a secret
/// (the key, not the secret access key it came from): wipe it with `sigv4_key_cache_wipe`. One thread at a time.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct sigv4_key_cache {
    /// The library's.
    pub opaque: [u64; 32],
}

/// The request to sign: what will be sent, as it will be sent. Everything is borrowed for the call.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct sigv4_request {
    /// The method, such as "GET".
    pub method: sigv4_str,
    /// The path as it goes on the wire ("/a%20b"); empty is "/".
    pub path: sigv4_str,
    /// The query as it goes on the wire, without the "?"; a "+" is a plus, not a space.
    pub query: sigv4_str,
    /// The headers, in any case and order, `host` among them; all are signed but those that proxies change (`connection`, `expect`,
    /// `transfer-encoding`, `user-agent`, `x-amzn-trace-id` and the like).
    pub headers: *const sigv4_header,
    /// How many headers.
    pub header_count: usize,
    /// The body, or what is known of it.
    pub payload: sigv4_payload,
    /// The region, such as "eu-west-1".
    pub region: sigv4_str,
    /// The service's signing name, such as "s3" or "dynamodb".
    pub service: sigv4_str,
    /// The time in Unix seconds, from 2015 to 9999. 0: the system's clock (without an operating system there is none: the time is required).
    pub time: i64,
    /// `IOTCRED_SIGN_*`; 0: what the service wants.
    pub flags: u32,
}

/// What to add to a request to make it a signed one.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct sigv4_signed {
    /// Out: the headers to add, every one of them, exactly as they are: `x-amz-date`, `x-amz-security-token` if there is a token,
    /// `x-amz-content-sha256` if the service wants it, `authorization`; one that the request already had is not among them. Names are
    /// static. The token's value is the caller's own text; the other values stand in `buffer`. None of them ends in NUL.
    pub headers: [sigv4_header; 4],
    /// Out: how many headers.
    pub header_count: usize,
    /// In: the caller's memory for the values; may be NULL if `buffer_size` is 0. 512 bytes hold what most requests need.
    pub buffer: *mut c_char,
    /// In: its size in bytes.
    pub buffer_size: usize,
    /// Out: how many bytes were written, or, with `IOTCRED_ERR_BUFFER_TOO_SMALL`, how many are needed.
    pub buffer_len: usize,
}

/// Signs a request with Signature Version 4 in its header form.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
///
/// `request`: in. The request as it will be sent.
/// `credentials`: in. Access key id and secret are needed; the token may be empty.
/// `cache`: in and out; may be NULL. Spares four of the hashes when date, region, service and secret are those of the last call.
/// `out`: in and out. The headers to add, over the buffer that it names. Untouched on failure, but for `buffer_len` when it is too small:
/// `buffer` NULL with `buffer_size` 0 is the way to ask for the size.
///
/// Ownership: nothing is allocated or kept. The headers in `out` are valid as long as `out->buffer` and the credentials' token are.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_TIME_REQUIRED`,
/// `IOTCRED_ERR_CLOCK_UNSET`, `IOTCRED_ERR_TIME_OUT_OF_RANGE`; `IOTCRED_ERR_HOST_MISSING`, `IOTCRED_ERR_HEADER_CONFLICT`; and for each member that is
/// malformed its own: `IOTCRED_ERR_METHOD`, `_PATH`, `_QUERY`, `_HEADER`, `_PAYLOAD`, `_REGION`, `_SERVICE`, `_FLAGS`, `_ACCESS_KEY_ID`,
/// `_SECRET_ACCESS_KEY`, `_SESSION_TOKEN`.
/// Threads: any number at once, each with its own `cache` and `out`.
/// Example: see `examples-c/sign_request.c`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_sign_request(
    request: *const sigv4_request,
    credentials: *const sigv4_credentials,
    cache: *mut sigv4_key_cache,
    out: *mut sigv4_signed,
) -> iotcred_status {
    0
}

/// Wipes a key cache; it is empty afterwards.
///
/// `cache`: in and out; NULL is allowed and does nothing.
/// Threads: one at a time for one cache.
/// Example: `sigv4_key_cache_wipe(&cache);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_key_cache_wipe(cache: *mut sigv4_key_cache) {}
