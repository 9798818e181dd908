//! `iotcred_connection`: several requests over one connection, for C.

use super::config::iotcred_platform;
use super::error::iotcred_error;
use super::guard::guard;
use super::platform::{kept_transport, with_platform};
use super::port::Turn;
use super::send::{iotcred_request, iotcred_response, send_over};
use super::status::iotcred_status;
use super::types::sigv4_credentials;
use crate::error::{Error, Status};
use crate::limits::RESERVE_ERROR;
use crate::memory;
use crate::send::Reusable;
use alloc::boxed::Box;
use core::ffi::c_void;

/// A connection that is kept from one request to the next: no handshake for the second one. The struct is the caller's; all zero is closed. What it keeps beyond itself, the
/// TLS session, is on the heap, since its size depends on the server: about 8 KB. End with `iotcred_connection_close`. It may be moved, but not copied.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct iotcred_connection {
    /// The library's.
    pub opaque: [u64; 2],
}

/// `iotcred_send` over a connection that is kept. The first request opens it; a further one goes over it if it is to the same host (and address, port and CA), the last one was less
/// than 20 seconds ago, and the server has kept it open; otherwise it is closed and a new one is opened. When the server closes it just as a request is on its way, the
/// request is sent once more over a new connection, if nothing of an answer has come, and sending it twice can do no harm: GET, HEAD, PUT and DELETE, with a body
/// in memory or of which `read_body` has given nothing yet; progress begins anew then. A POST comes back with `IOTCRED_ERR_CONNECTION_LOST`.
///
/// `connection`: in and out.
/// `request`: in. As for `iotcred_send`. The functions of its `platform`, and their `context`, must go on to be valid until the connection is closed; with another `context` a new
/// connection is opened.
/// `credentials`: in.
/// `response`: in and out. As for `iotcred_send`.
/// `error`: out; may be NULL. Always written whole.
///
/// Ownership: `*connection` keeps an open connection and its memory until `iotcred_connection_close`, and no secret of the request.
/// Returns what `iotcred_send` returns.
/// Threads: one at a time for one connection.
/// Example: `static iotcred_connection connection; iotcred_connection_send(&connection, &request, &keys, &response, &error);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_connection_send(
    connection: *mut iotcred_connection,
    request: *const iotcred_request,
    credentials: *const sigv4_credentials,
    response: *mut iotcred_response,
    error: *mut iotcred_error,
) -> iotcred_status {
    // SAFETY: as for `iotcred_send`; the connection is valid and nobody else's for the call.
    unsafe {
        send_over(request, credentials, response, error, |request, _, clock, send| {
            if connection.is_null() {
                return Err(Error::new(Status::NullArgument, format_args!("`connection` is NULL")));
            }
            let open = obtain(connection, request)?;
            send(&mut (*open).line, clock)
        })
    }
}

/// Closes a connection, and frees and wipes what it kept. It can be used again.
///
/// `connection`: in and out; NULL is allowed, and one that is closed, and nothing happens. Nothing happens either while another call uses the arena, if there is one:
/// close it again when that has returned.
/// Threads: one at a time for one connection.
/// Example: `iotcred_connection_close(&connection);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_connection_close(connection: *mut iotcred_connection) {
    guard(|| {
        let _turn = Turn::take()?;
        if !connection.is_null() {
            // SAFETY: not NULL, and valid and nobody else's for the call as the header's "Pointers" and "Outputs" say.
            unsafe { close(connection) };
        }
        Ok(())
    });
}

/// What `opaque` points to.
struct Open {
    line: Reusable,
    platform: Option<iotcred_platform>,
}

/// What the connection keeps; new where there is nothing, or something of another device's.
///
/// # Safety
/// `connection` is valid and nobody else's; the request's platform is as the header says.
unsafe fn obtain(connection: *mut iotcred_connection, request: &iotcred_request) -> Result<*mut Open, Error> {
    // SAFETY: the caller's promise. The pointer is one of `Box::into_raw` below, or NULL: all zero is closed.
    unsafe {
        let open = place(connection);
        let platform = request.platform.as_ref().copied();
        let context = |platform: &Option<iotcred_platform>| platform.map(|platform| platform.context);
        if !(*open).is_null() && context(&(**open).platform) != context(&platform) {
            close(connection);
        }
        if (*open).is_null() {
            memory::check(size_of::<Open>() + RESERVE_ERROR, "the connection")?;
            let line = Reusable::new(kept_transport(request.platform)?);
            *open = Box::into_raw(Box::new(Open { line, platform }));
        }
        Ok(*open)
    }
}

/// # Safety
/// As for `obtain`.
unsafe fn close(connection: *mut iotcred_connection) {
    // SAFETY: the caller's promise. The pointer comes from `Box::into_raw`, and is forgotten before it is used, so that a panic leaks and frees nothing twice.
    unsafe {
        let open = core::mem::replace(&mut *place(connection), core::ptr::null_mut());
        if !open.is_null() {
            let mut open = Box::from_raw(open);
            let platform = open.platform;
            let platform = platform.as_ref().map_or(core::ptr::null(), core::ptr::from_ref);
            let _ = with_platform(platform, |_, clock| {
                open.line.close(clock);
                Ok(())
            });
        }
    }
}

/// Where the pointer stands in the caller's struct.
fn place(connection: *mut iotcred_connection) -> *mut *mut Open {
    const { assert!(size_of::<*mut c_void>() <= size_of::<u64>()) };
    // The struct begins with it.
    connection.cast()
}
