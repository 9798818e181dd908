//! `iotcred_init`: what belongs to the process and not to a call.

use super::status::iotcred_status;
use core::ffi::c_void;

/// What a firmware gives once, in the client size. Every function may be called from any thread that calls the library.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct iotcred_port {
    /// Fills `buffer` with `len` random bytes from a source fit for keys. Returns 0; anything else fails the handshake.
    pub random: Option<unsafe extern "C" fn(buffer: *mut u8, len: usize) -> i32>,
    /// Allocates `size` bytes aligned to `align` (a power of two, at most 16), or returns NULL.
    pub allocate: Option<unsafe extern "C" fn(size: usize, align: usize) -> *mut c_void>,
    /// Frees what `allocate` returned for the same `size` and `align`; the library has cleared it.
    pub release: Option<unsafe extern "C" fn(block: *mut c_void, size: usize, align: usize)>,
    /// Called when the library cannot go on: out of memory, or a defect. Must not return. NULL: a trap instruction.
    pub panic: Option<unsafe extern "C" fn()>,
}

/// Gives the library what belongs to the process: randomness, memory and a panic hook. With an operating system (the std size) all of it is
/// built in: the call is not needed, and does nothing.
///
/// `port`: in; copied.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_NOT_INITIALISED` if `random`, `allocate` or `release` is NULL.
/// Threads: once, before any other call.
/// Example: `static const iotcred_port port = { rng_fill, pool_alloc, pool_free, fault }; iotcred_init(&port);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_init(port: *const iotcred_port) -> iotcred_status {
    0
}
