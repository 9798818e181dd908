//! `iotcred_init`: what belongs to the process and not to a call.

use super::guard::guard;
use super::status::iotcred_status;
use crate::error::Status;
use crate::limits::ARENA_MIN;
use core::ffi::c_void;

/// What a firmware gives once, in the client size. Every function may be called from any thread that calls the library.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct iotcred_port {
    /// Fills `buffer` with `len` random bytes from a source fit for keys. Returns 0; anything else fails the handshake.
    pub random: Option<unsafe extern "C" fn(buffer: *mut u8, len: usize) -> i32>,
    /// Allocates `size` bytes aligned to `align` (a power of two, at most 16), or returns NULL, which leads to `panic`. NULL, as `release`, with an `arena`.
    pub allocate: Option<unsafe extern "C" fn(size: usize, align: usize) -> *mut c_void>,
    /// Frees what `allocate` returned for the same `size` and `align`; the library has cleared it.
    pub release: Option<unsafe extern "C" fn(block: *mut c_void, size: usize, align: usize)>,
    /// Called when the library cannot go on: out of memory, or a defect. Must not return. NULL: a trap instruction.
    pub panic: Option<unsafe extern "C" fn()>,
    /// Memory in place of `allocate` and `release`, the library's from now on: every block that it needs is taken from here, and running out of it is a status
    /// (`IOTCRED_ERR_MEMORY`, whose message says how many bytes are lacking). One call at a time can use it; a second one gets `IOTCRED_ERR_BUSY`. Aligned or
    /// not. NULL: none.
    pub arena: *mut c_void,
    /// Its size in bytes, at least `IOTCRED_ARENA_MIN`; `IOTCRED_ARENA_SIZE` is enough for a fetch.
    pub arena_size: usize,
}

/// The smallest arena, in bytes: less cannot even report an error.
pub const IOTCRED_ARENA_MIN: usize = 2048;
const _: () = assert!(IOTCRED_ARENA_MIN == ARENA_MIN);

/// An arena, in bytes, that is enough for a fetch with a key of up to RSA-2048, server's certificates of 5 KB, and an answer of a known length. Seen on x86_64,
/// where pointers are twice as large as on a Cortex-M: 20 KB for P-256 and 26 KB for RSA-2048 where the server's certificates have 1 KB, 42 KB for RSA-2048 and 5 KB.
/// An answer in chunks takes 12 KB while it comes in.
pub const IOTCRED_ARENA_SIZE: usize = 45056;

/// Gives the library what belongs to the process: randomness, memory and a panic hook. With an operating system (the std size) all of it is
/// built in: the call is not needed, and does nothing.
///
/// `port`: in; copied.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_NOT_INITIALISED` if `random` is NULL, or there is neither an arena nor both
/// `allocate` and `release`, or there are both; `IOTCRED_ERR_MEMORY` if the arena is smaller than `IOTCRED_ARENA_MIN`.
/// Threads: once, before any other call. (A second call replaces what the first one gave; nothing else may be under way.)
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

/// The right to allocate; there is enough of it for everybody.
#[cfg(feature = "std")]
pub(super) struct Turn;

#[cfg(feature = "std")]
impl Turn {
    pub(super) fn take() -> Result<Self, Status> {
        Ok(Self)
    }
}

#[cfg(not(feature = "std"))]
use bare::install;
#[cfg(all(iotcred_archive, not(feature = "std"), target_os = "none"))]
pub(super) use bare::random;
#[cfg(not(feature = "std"))]
pub(super) use bare::{Turn, check_initialised};
#[cfg(all(iotcred_archive, not(feature = "std")))]
pub(super) use bare::{allocate, release};

#[cfg(not(feature = "std"))]
#[cfg_attr(not(iotcred_archive), allow(dead_code))]
mod bare {
    use super::iotcred_port;
    use crate::error::Status;
    use crate::ffi::arena::Arena;
    use crate::ffi::panic_hook;
    use crate::limits::ARENA_MIN;
    use crate::memory;
    use core::alloc::Layout;
    use core::cell::UnsafeCell;
    use core::ptr::{NonNull, null_mut};
    use core::sync::atomic::{AtomicBool, Ordering};

    /// What `iotcred_init` was given.
    struct Installed {
        port: iotcred_port,
        /// The heap in the port's arena; one that is empty goes with `allocate`.
        arena: Arena,
    }

    struct Slot(UnsafeCell<Option<Installed>>);

    // SAFETY: written by `iotcred_init` ("first and alone"), before `READY` is set. Afterwards the port is only read, and the arena is used by the call that
    // has the `Turn`.
    unsafe impl Sync for Slot {}

    static INSTALLED: Slot = Slot(UnsafeCell::new(None));
    static READY: AtomicBool = AtomicBool::new(false);
    static TAKEN: AtomicBool = AtomicBool::new(false);

    /// Where memory comes from. Errors: `NotInitialised`, `Memory`.
    fn has_arena(port: &iotcred_port) -> Result<bool, Status> {
        match (port.allocate, port.release, port.arena.is_null()) {
            (Some(_), Some(_), true) => Ok(false),
            (None, None, false) if port.arena_size >= ARENA_MIN => Ok(true),
            (None, None, false) => Err(Status::Memory),
            _ => Err(Status::NotInitialised),
        }
    }

    pub(super) fn install(port: &iotcred_port) -> Result<(), Status> {
        let has_arena = has_arena(port)?;
        if port.random.is_none() {
            return Err(Status::NotInitialised);
        }
        READY.store(false, Ordering::Release);
        let arena = if has_arena {
            // SAFETY: the header's words for `arena`: the library's from now on.
            unsafe { Arena::new(port.arena.cast(), port.arena_size) }
        } else {
            memory::publish(usize::MAX);
            Arena::empty()
        };
        // SAFETY: `iotcred_init` comes first and alone: nobody reads or writes the slot meanwhile.
        unsafe { *INSTALLED.0.get() = Some(Installed { port: *port, arena }) };
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
    fn port() -> Option<iotcred_port> {
        let installed = READY.load(Ordering::Acquire).then(|| INSTALLED.0.get())?;
        // SAFETY: `READY` was set after the write, and the port is not written again.
        unsafe { (*installed).as_ref().map(|installed| installed.port) }
    }

    /// The right to allocate, and to be alone with the arena where there is one. Given back when it is dropped, after everything that was allocated.
    pub(in crate::ffi) struct Turn {
        is_alone: bool,
    }

    impl Turn {
        /// Errors: `NotInitialised`, since there is no memory then, not even for an error's words; `Busy`.
        pub(in crate::ffi) fn take() -> Result<Self, Status> {
            let port = port().ok_or(Status::NotInitialised)?;
            let is_alone = !port.arena.is_null();
            if is_alone && TAKEN.swap(true, Ordering::Acquire) {
                return Err(Status::Busy);
            }
            Ok(Self { is_alone })
        }
    }

    impl Drop for Turn {
        fn drop(&mut self) {
            if self.is_alone {
                TAKEN.store(false, Ordering::Release);
            }
        }
    }

    /// Fills `buffer`. Errors: `Random`.
    #[cfg_attr(not(target_os = "none"), allow(dead_code))]
    pub(in crate::ffi) fn random(buffer: &mut [u8]) -> Result<(), Status> {
        let random = port().and_then(|port| port.random).ok_or(Status::Random)?;
        // SAFETY: the buffer is valid for its length; the function is the firmware's.
        match unsafe { random(buffer.as_mut_ptr(), buffer.len()) } {
            0 => Ok(()),
            _ => Err(Status::Random),
        }
    }

    /// A block, or NULL.
    pub(in crate::ffi) fn allocate(layout: Layout) -> *mut u8 {
        match port() {
            Some(iotcred_port {
                allocate: Some(allocate),
                ..
            }) => {
                // SAFETY: the function is the firmware's.
                unsafe { allocate(layout.size(), layout.align()) }.cast()
            }
            Some(_) => with_arena(|arena| arena.allocate(layout)).map_or(null_mut(), NonNull::as_ptr),
            None => null_mut(),
        }
    }

    /// Takes back a block.
    ///
    /// # Safety
    /// It came from `allocate` for the same `layout`, and nobody uses it any more.
    pub(in crate::ffi) unsafe fn release(block: *mut u8, layout: Layout) {
        match (port().and_then(|port| port.release), NonNull::new(block)) {
            // SAFETY: the function is the firmware's; the rest is the caller's promise.
            (Some(release), _) => unsafe { release(block.cast(), layout.size(), layout.align()) },
            // SAFETY: the caller's promise.
            (None, Some(block)) => with_arena(|arena| unsafe { arena.release(block, layout) }),
            (None, None) => {}
        }
    }

    fn with_arena<T>(body: impl FnOnce(&mut Arena) -> T) -> T {
        let mut none = Arena::empty();
        // SAFETY: every function of the library that allocates has the `Turn`, so this is the only one that is here.
        let installed = unsafe { &mut *INSTALLED.0.get() };
        body(installed.as_mut().map_or(&mut none, |installed| &mut installed.arena))
    }
}
