//! The caller's transport and clocks as the library's, and the operating system's in their place where there is one.

use super::config::iotcred_platform;
use super::status::{IOTCRED_ERR_DEADLINE, IOTCRED_ERR_DNS};
use crate::error::{Error, Status};
use crate::limits::CALLBACK_PIECE_MAX;
use crate::net::{Clock, Peer, Transport};
use crate::time::UnixTime;
use core::ffi::{c_char, c_void};

/// Runs `body` with the transport and the clocks that `platform` supplies. Errors: `Platform`, and those of `body`.
///
/// # Safety
/// `platform` is NULL or valid for the call, and its functions keep their contracts.
pub(super) unsafe fn with_platform<T>(
    platform: *const iotcred_platform,
    body: impl FnOnce(&mut dyn Transport, &dyn Clock) -> Result<T, Error>,
) -> Result<T, Error> {
    super::port::check_initialised()?;
    // SAFETY: the caller's promise.
    let platform = unsafe { platform.as_ref() };
    let transport = platform.map_or(Ok(None), CallbackTransport::new)?;
    let clock = platform.map_or(Ok(None), CallbackClock::new)?;
    match (transport, clock) {
        (Some(mut transport), Some(clock)) => body(&mut transport, &clock),
        #[cfg(feature = "std")]
        (Some(mut transport), None) => body(&mut transport, &system_clock()),
        #[cfg(feature = "std")]
        (None, Some(clock)) => body(&mut TcpTransport::default(), &clock),
        #[cfg(feature = "std")]
        (None, None) => body(&mut TcpTransport::default(), &system_clock()),
        #[cfg(not(feature = "std"))]
        (None, _) => Err(missing("connect, send, recv and close")),
        #[cfg(not(feature = "std"))]
        (_, None) => Err(missing("unix_time and monotonic_ms")),
    }
}

/// The transport that `platform` supplies, to be kept beyond the call. Errors: `Platform`.
///
/// # Safety
/// `platform` is NULL or valid for the call; its functions and its context stay valid as long as the transport is used.
pub(super) unsafe fn kept_transport(
    platform: *const iotcred_platform,
) -> Result<alloc::boxed::Box<dyn Transport>, Error> {
    // SAFETY: the caller's promise.
    let platform = unsafe { platform.as_ref() };
    match platform.map_or(Ok(None), CallbackTransport::new)? {
        Some(transport) => Ok(alloc::boxed::Box::new(transport)),
        #[cfg(feature = "std")]
        None => Ok(alloc::boxed::Box::new(TcpTransport::default())),
        #[cfg(not(feature = "std"))]
        None => Err(missing("connect, send, recv and close")),
    }
}

#[cfg(feature = "std")]
use super::clock::system_clock;
#[cfg(feature = "std")]
use crate::net::tcp::TcpTransport;

fn missing(names: &str) -> Error {
    Error::new(Status::Platform, format_args!("`platform` must have {names}"))
}

/// The four functions of the caller's transport.
struct CallbackTransport {
    context: *mut c_void,
    connect: unsafe extern "C" fn(*mut c_void, *const c_char, u16, u32) -> i32,
    send: unsafe extern "C" fn(*mut c_void, *const u8, usize, u32) -> i32,
    recv: unsafe extern "C" fn(*mut c_void, *mut u8, usize, u32) -> i32,
    close: unsafe extern "C" fn(*mut c_void),
}

impl CallbackTransport {
    /// `None` where the caller gave none of them. Errors: `Platform`, when some are missing.
    fn new(platform: &iotcred_platform) -> Result<Option<Self>, Error> {
        match (platform.connect, platform.send, platform.recv, platform.close) {
            (Some(connect), Some(send), Some(recv), Some(close)) => Ok(Some(Self {
                context: platform.context,
                connect,
                send,
                recv,
                close,
            })),
            (None, None, None, None) => Ok(None),
            _ => Err(missing("connect, send, recv and close together")),
        }
    }
}

impl Transport for CallbackTransport {
    fn connect(&mut self, peer: &Peer<'_>, timeout_ms: u32) -> Result<(), Status> {
        let host = alloc::ffi::CString::new(peer.address.unwrap_or(peer.host)).map_err(|_| Status::Address)?;
        // SAFETY: the name ends in NUL and is valid for the call; the function is the caller's.
        match unsafe { (self.connect)(self.context, host.as_ptr(), peer.port, timeout_ms) } {
            0 => Ok(()),
            IOTCRED_ERR_DNS => Err(Status::Dns),
            IOTCRED_ERR_DEADLINE => Err(Status::Deadline),
            _ => Err(Status::Connect),
        }
    }

    fn send(&mut self, data: &[u8], timeout_ms: u32) -> Result<usize, Status> {
        let length = data.len().min(CALLBACK_PIECE_MAX);
        // SAFETY: the data is valid for `length` bytes; the function is the caller's.
        count(
            unsafe { (self.send)(self.context, data.as_ptr(), length, timeout_ms) },
            length,
        )
    }

    fn recv(&mut self, buffer: &mut [u8], timeout_ms: u32) -> Result<usize, Status> {
        let length = buffer.len().min(CALLBACK_PIECE_MAX);
        // SAFETY: the buffer is valid for `length` bytes; the function is the caller's.
        count(
            unsafe { (self.recv)(self.context, buffer.as_mut_ptr(), length, timeout_ms) },
            length,
        )
    }

    fn close(&mut self) {
        // SAFETY: the function is the caller's.
        unsafe { (self.close)(self.context) }
    }
}

/// What a callback that moves bytes returned. More than it was given to move is a defect of the callback's: `Platform`.
fn count(returned: i32, length: usize) -> Result<usize, Status> {
    match usize::try_from(returned) {
        Err(_) => Err(Status::ConnectionLost),
        Ok(0) => Err(Status::Deadline),
        Ok(count) if count > length => Err(Status::Platform),
        Ok(count) => Ok(count),
    }
}

/// The two functions of the caller's clocks.
struct CallbackClock {
    context: *mut c_void,
    unix_time: unsafe extern "C" fn(*mut c_void) -> i64,
    monotonic_ms: unsafe extern "C" fn(*mut c_void) -> u64,
    sleep: Option<unsafe extern "C" fn(*mut c_void, u32)>,
}

impl CallbackClock {
    /// `None` where the caller gave neither. Errors: `Platform`, when one is missing.
    fn new(platform: &iotcred_platform) -> Result<Option<Self>, Error> {
        match (platform.unix_time, platform.monotonic_ms) {
            (Some(unix_time), Some(monotonic_ms)) => Ok(Some(Self {
                context: platform.context,
                unix_time,
                monotonic_ms,
                sleep: platform.sleep,
            })),
            (None, None) => Ok(None),
            _ => Err(missing("unix_time and monotonic_ms together")),
        }
    }
}

impl Clock for CallbackClock {
    fn unix_time(&self) -> Option<UnixTime> {
        // SAFETY: the function is the caller's.
        match unsafe { (self.unix_time)(self.context) } {
            0 => None,
            seconds => Some(UnixTime(seconds)),
        }
    }

    fn monotonic_ms(&self) -> u64 {
        // SAFETY: the function is the caller's.
        unsafe { (self.monotonic_ms)(self.context) }
    }

    fn sleep(&self, ms: u32) -> bool {
        let Some(sleep) = self.sleep else {
            return false;
        };
        // SAFETY: the function is the caller's.
        unsafe { sleep(self.context, ms) };
        true
    }
}
