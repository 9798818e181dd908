//! `iotcred_error`: what a failed call says beside its status.

use super::credentials::put;
use super::guard::run;
use super::port::Turn;
use super::status::{IOTCRED_KIND_NONE, IOTCRED_OK, code, iotcred_status, kind};
use crate::error::{Error, Status};
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

impl iotcred_error {
    /// What an outcome looks like from C.
    fn of(outcome: &Result<(), Error>) -> Self {
        let (mut request_id, mut message) = ([0; 64], [0; 256]);
        let Err(error) = outcome else {
            return Self {
                status: IOTCRED_OK,
                kind: IOTCRED_KIND_NONE,
                retryable: false,
                retry_after_ms: 0,
                http_status: 0,
                tls_alert: 0,
                request_id,
                message,
            };
        };
        put(&mut request_id, error.request_id.as_str().as_bytes());
        put(&mut message, error.message.as_str().as_bytes());
        let kind = kind(error.status);
        Self {
            status: code(error.status),
            kind,
            retryable: error.status.is_retryable(),
            retry_after_ms: error.retry_after_ms,
            http_status: error.http_status,
            tls_alert: error.tls_alert,
            request_id,
            message,
        }
    }
}

/// The guard of the functions that have an `iotcred_error`: writes it, whatever happens, and gives the status.
///
/// # Safety
/// `error` is NULL, or valid and nobody else's for the call.
pub(super) unsafe fn guard_with_error(
    error: *mut iotcred_error,
    body: impl FnOnce() -> Result<(), Error>,
) -> iotcred_status {
    let report = {
        // Given back when the outcome is gone, which may stand in the arena.
        let turn = Turn::take();
        let outcome = match &turn {
            Ok(_) => run(|| Ok(body())).unwrap_or_else(|status: Status| Err(status.into())),
            Err(status) => Err((*status).into()),
        };
        iotcred_error::of(&outcome)
    };
    let status = report.status;
    if !error.is_null() {
        // SAFETY: not NULL, and the caller's promise. Zeroed first and then written member by member, so that the padding is 0 too.
        unsafe {
            error.write_bytes(0, 1);
            (*error).status = report.status;
            (*error).kind = report.kind;
            (*error).retryable = report.retryable;
            (*error).retry_after_ms = report.retry_after_ms;
            (*error).http_status = report.http_status;
            (*error).tls_alert = report.tls_alert;
            (*error).request_id = report.request_id;
            (*error).message = report.message;
        }
    }
    status
}
