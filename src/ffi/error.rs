//! `iotcred_error`: what a failed call says beside its status.

use super::status::iotcred_status;
use core::ffi::c_char;

/// What went wrong, for programs (`kind`, `retryable`) and for people (`message`). The struct is the caller's; where a function takes one, NULL is
/// allowed, and it is always written whole: all zero on success. It never holds a secret.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct iotcred_error {
    /// The status that the function returned.
    pub status: iotcred_status,
    /// One of `IOTCRED_KIND_*`.
    pub kind: i32,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// How long the server asked to wait, in milliseconds; 0 if it did not.
    pub retry_after_ms: u32,
    /// Status code of the HTTP response; 0 if there was no response.
    pub http_status: u16,
    /// The TLS alert that the server sent (RFC 8446 section 6); 0 if it sent none.
    pub tls_alert: u8,
    /// The request id, to quote to AWS; empty if there was none. Ends in NUL.
    pub request_id: [c_char; 64],
    /// The server's words or the library's, printable, UTF-8, cut to fit. Ends in NUL.
    pub message: [c_char; 256],
}
