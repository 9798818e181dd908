//! `iotcred_error`: what a failed call says beside its status.

use super::credentials::put;
use super::guard::run;
use super::port::Turn;
use super::status::{IOTCRED_OK, code, iotcred_status, kind};
use crate::error::{Error, Phase, Status};
use core::ffi::c_char;

/// `phase`: the failure is none of the connection's.
pub const IOTCRED_PHASE_NONE: i32 = 0;
/// `phase`: the name was being looked up.
pub const IOTCRED_PHASE_RESOLVE: i32 = 1;
/// `phase`: the connection was being opened.
pub const IOTCRED_PHASE_CONNECT: i32 = 2;
/// `phase`: the TLS handshake.
pub const IOTCRED_PHASE_HANDSHAKE: i32 = 3;
/// `phase`: the request was being sent.
pub const IOTCRED_PHASE_SEND: i32 = 4;
/// `phase`: the response was awaited, or was coming in. With TLS 1.3 a server that refuses the device's certificate says so here.
pub const IOTCRED_PHASE_RECEIVE: i32 = 5;

/// What went wrong, for programs (`kind`, `retryable`) and for people (`message`). The struct is the caller's; where a function takes one, NULL is
/// allowed, and it is always written whole: all zero on success. It never holds a secret.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct iotcred_error {
    /// The status that the function returned.
    pub status: iotcred_status,
    /// One of `IOTCRED_KIND_*`.
    pub kind: i32,
    /// How far the connection had come, for the 3000s and 4000s: one of `IOTCRED_PHASE_*`. None where a cache waited in vain for another thread's refresh.
    pub phase: i32,
    /// How long the server asked to wait, in milliseconds; 0 if it did not.
    pub retry_after_ms: u32,
    /// Status code of the HTTP response; 0 if there was no response.
    pub http_status: u16,
    /// The TLS alert that the server sent (RFC 8446 section 6); 0 if it sent none.
    pub tls_alert: u8,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// Where the dates of a certificate are to blame: the first second of its validity, in Unix seconds; else 0.
    pub not_before: i64,
    /// The last one; 0 as `not_before`.
    pub not_after: i64,
    /// The device's clock beside them; 0 as `not_before`.
    pub device_time: i64,
    /// The request id, to quote to AWS; empty if there was none. Ends in NUL.
    pub request_id: [c_char; 64],
    /// The name that the service gives its error, such as "AccessDeniedException"; empty if it gave none. Ends in NUL.
    pub error_type: [c_char; 64],
    /// The server's words or the library's, printable, UTF-8, cut to fit. Ends in NUL.
    pub message: [c_char; 256],
}

impl iotcred_error {
    /// Writes an error into a struct that is all zero, its padding too.
    fn set(&mut self, error: &Error) {
        self.status = code(error.status);
        self.kind = kind(error.status);
        self.phase = error.phase.map_or(IOTCRED_PHASE_NONE, |phase| phase as i32);
        self.retry_after_ms = error.retry_after_ms;
        self.http_status = error.http_status;
        self.tls_alert = error.tls_alert;
        self.retryable = error.status.is_retryable();
        self.not_before = error.dates.not_before;
        self.not_after = error.dates.not_after;
        self.device_time = error.dates.device;
        put(&mut self.request_id, error.request_id.as_str().as_bytes());
        put(&mut self.error_type, error.error_type.as_str().as_bytes());
        put(&mut self.message, error.message.as_str().as_bytes());
    }
}

/// Writes an error into the caller's struct: all of it, the padding too.
///
/// # Safety
/// `place` is valid and nobody else's for the call.
pub(super) unsafe fn report(place: *mut iotcred_error, error: &Error) {
    // SAFETY: the caller's promise. All zero is a value of each member: IOTCRED_OK, `false`, empty text.
    unsafe {
        place.write_bytes(0, 1);
        (*place).set(error);
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
    // Given back when the outcome is gone, which may stand in the arena.
    let turn = Turn::take();
    let outcome = match &turn {
        Ok(_) => run(|| Ok(body())).unwrap_or_else(|status: Status| Err(status.into())),
        Err(status) => Err((*status).into()),
    };
    match (outcome, error.is_null()) {
        (Ok(()), true) => IOTCRED_OK,
        (Ok(()), false) => {
            // SAFETY: not NULL, and the caller's promise; all zero is a value of each member.
            unsafe { error.write_bytes(0, 1) };
            IOTCRED_OK
        }
        (Err(failure), is_null) => {
            if !is_null {
                // SAFETY: not NULL, and the caller's promise.
                unsafe { report(error, &failure) };
            }
            code(failure.status)
        }
    }
}

const _: () = {
    // The numbers of the phases are those of the library.
    assert!(IOTCRED_PHASE_RESOLVE == Phase::Resolve as i32);
    assert!(IOTCRED_PHASE_CONNECT == Phase::Connect as i32);
    assert!(IOTCRED_PHASE_HANDSHAKE == Phase::Handshake as i32);
    assert!(IOTCRED_PHASE_SEND == Phase::Send as i32);
    assert!(IOTCRED_PHASE_RECEIVE == Phase::Receive as i32);
};
