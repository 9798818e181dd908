//! `iotcred_init`: what belongs to the process and not to a call.

use super::guard::guard;
use super::status::iotcred_status;
use crate::error::Status;
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
    guard(|| {
        // SAFETY: the header's "Pointers": NULL or valid.
        let port = unsafe { port.as_ref() }.ok_or(Status::NullArgument)?;
        install(port)
    })
}

#[cfg(feature = "std")]
fn install(_: &iotcred_port) -> Result<(), Status> {
    Ok(())
}

/// Whether the process may use the library. Errors: `NotInitialised`.
#[cfg(feature = "std")]
pub(super) fn check_initialised() -> Result<(), Status> {
    Ok(())
}

#[cfg(not(feature = "std"))]
pub(super) use bare::check_initialised;
#[cfg(not(feature = "std"))]
use bare::install;
#[cfg(all(iotcred_archive, not(feature = "std")))]
pub(super) use bare::port;

#[cfg(not(feature = "std"))]
mod bare {
    use super::iotcred_port;
    use crate::error::Status;
    use crate::ffi::panic_hook;
    use core::cell::UnsafeCell;
    use core::sync::atomic::{AtomicBool, Ordering};

    /// The port of the process.
    struct Slot(UnsafeCell<Option<iotcred_port>>);

    // SAFETY: written once, by `iotcred_init` ("first and alone"), before `READY` is set; only read afterwards.
    unsafe impl Sync for Slot {}

    static PORT: Slot = Slot(UnsafeCell::new(None));
    static READY: AtomicBool = AtomicBool::new(false);

    pub(super) fn install(port: &iotcred_port) -> Result<(), Status> {
        if port.random.is_none() || port.allocate.is_none() || port.release.is_none() {
            return Err(Status::NotInitialised);
        }
        // SAFETY: `iotcred_init` comes first and alone: nobody reads or writes the slot meanwhile.
        unsafe { *PORT.0.get() = Some(*port) };
        if let Some(panic) = port.panic {
            panic_hook::set(panic);
        }
        READY.store(true, Ordering::Release);
        Ok(())
    }

    /// Whether the process may use the library. Errors: `NotInitialised`.
    pub(in crate::ffi) fn check_initialised() -> Result<(), Status> {
        port().map(|_| ()).ok_or(Status::NotInitialised)
    }

    /// The port, once it is there.
    pub(in crate::ffi) fn port() -> Option<iotcred_port> {
        // SAFETY: `READY` was set after the only write.
        if READY.load(Ordering::Acquire) {
            unsafe { *PORT.0.get() }
        } else {
            None
        }
    }
}
