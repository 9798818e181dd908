//! The caller's transport and clocks as the library's, and the operating system's in their place where there is one.

use super::config::iotcred_platform;
use super::logged::{Log, Logged};
use super::status::{
    IOTCRED_ERR_CONNECTION_REFUSED, IOTCRED_ERR_CONNECTION_RESET, IOTCRED_ERR_DEADLINE, IOTCRED_ERR_DNS,
    IOTCRED_ERR_DNS_DEADLINE, IOTCRED_ERR_NO_ROUTE,
};
use crate::error::{Error, Status};
use crate::limits::{CALLBACK_PIECE_MAX, HOST_NAME_MAX, IDLE_CALLS_MAX};
use crate::net::{Clock, Peer, Transport};
use crate::time::UnixTime;
use core::ffi::{c_char, c_void};
use core::fmt::Write;

/// Runs `body` with the transport and the clocks that `platform` supplies. Errors: `Platform`, and those of `body`.
///
/// # Safety
/// `platform` is NULL or valid for the call, and its functions keep their contracts.
pub(super) unsafe fn with_platform<T>(
    platform: *const iotcred_platform,
    body: impl FnOnce(&mut dyn Transport, &dyn Clock) -> Result<T, Error>,
) -> Result<T, Error> {
    let (mut body, mut outcome) = (Some(body), None);
    let mut once = |transport: &mut dyn Transport, clock: &dyn Clock| {
        let body = body.take().ok_or(Status::Internal)?;
        outcome = Some(body(transport, clock)?);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { run_with_platform(platform, &mut once) }?;
    outcome.ok_or_else(|| Status::Internal.into())
}

/// What is done on a platform.
type Work<'w> = dyn FnMut(&mut dyn Transport, &dyn Clock) -> Result<(), Error> + 'w;

/// The same for every kind of outcome, so that it is linked once.
///
/// # Safety
/// As for `with_platform`.
unsafe fn run_with_platform(platform: *const iotcred_platform, work: &mut Work<'_>) -> Result<(), Error> {
    super::port::check_initialised()?;
    // SAFETY: the caller's promise.
    let platform = unsafe { platform.as_ref() };
    let mut transport = platform.map_or(Ok(None), CallbackTransport::new)?;
    let clock = platform.map_or(Ok(None), CallbackClock::new)?;
    #[cfg(feature = "std")]
    let system = system_clock();
    #[cfg(feature = "std")]
    let clock: &dyn Clock = clock.as_ref().map_or(&system, |clock| clock);
    #[cfg(not(feature = "std"))]
    let clock: &dyn Clock = &clock.ok_or_else(|| lacking("unix_time"))?;
    let log = platform.and_then(|platform| {
        Some(Log {
            context: platform.context,
            line: platform.log?,
        })
    });
    match &mut transport {
        Some(transport) => {
            let outcome = logged(log, transport, clock, work);
            outcome.map_err(|error| transport.faults.named_in(error))
        }
        #[cfg(feature = "std")]
        None => logged(log, &mut TcpTransport::default(), clock, work),
        #[cfg(not(feature = "std"))]
        None => Err(lacking("connect")),
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
        None => Err(lacking("connect")),
    }
}

/// Does the work, and writes to `log`, if there is one, what it does.
fn logged(
    log: Option<Log>,
    transport: &mut dyn Transport,
    clock: &dyn Clock,
    work: &mut Work<'_>,
) -> Result<(), Error> {
    let Some(log) = log else {
        return work(transport, clock);
    };
    let outcome = work(&mut Logged { transport, log }, clock);
    log.outcome(&outcome);
    outcome
}

#[cfg(feature = "std")]
use super::clock::system_clock;
#[cfg(feature = "std")]
use crate::net::tcp::TcpTransport;

fn lacking(name: &str) -> Error {
    Error::new(Status::Platform, format_args!("the callback `{name}` is NULL"))
}

/// The first callback that is missing in a group that goes together.
fn first_lacking(group: &[(&str, bool)]) -> Error {
    let name = group.iter().find(|(_, is_there)| !is_there);
    lacking(name.map_or("", |(name, _)| name))
}

/// The four functions of the caller's transport.
struct CallbackTransport {
    context: *mut c_void,
    connect: unsafe extern "C" fn(*mut c_void, *const c_char, u16, u32) -> i32,
    send: unsafe extern "C" fn(*mut c_void, *const u8, usize, u32) -> i32,
    recv: unsafe extern "C" fn(*mut c_void, *mut u8, usize, u32) -> i32,
    close: unsafe extern "C" fn(*mut c_void),
    monotonic_ms: Option<unsafe extern "C" fn(*mut c_void) -> u64>,
    /// What each function returned last, as long as it was a failure.
    faults: Faults,
    /// Calls without a result since the clock moved, and where it stood.
    idle: u32,
    idle_since_ms: u64,
}

/// The last failure of each function.
#[derive(Clone, Copy, Default)]
struct Faults {
    connect: Option<Fault>,
    send: Option<Fault>,
    recv: Option<Fault>,
}

/// What a callback returned, and what that means.
#[derive(Clone, Copy)]
struct Fault {
    returned: i32,
    status: Status,
}

impl Faults {
    /// Adds to `error` which callback it comes from.
    fn named_in(&self, mut error: Error) -> Error {
        let named = [("recv", self.recv), ("send", self.send), ("connect", self.connect)];
        let found = named.into_iter().find_map(|(name, fault)| {
            let fault = fault.filter(|fault| fault.status == error.status)?;
            Some((name, fault.returned))
        });
        if let Some((name, returned)) = found {
            let message = &mut error.details().message;
            let gap = if message.as_str().is_empty() { "" } else { ": " };
            let _ = write!(message, "{gap}the callback `{name}` returned {returned}");
        }
        error
    }
}

impl CallbackTransport {
    /// `None` where the caller gave none of them. Errors: `Platform`, when some are missing.
    fn new(platform: &iotcred_platform) -> Result<Option<Self>, Error> {
        let names = [
            ("connect", platform.connect.is_some()),
            ("send", platform.send.is_some()),
            ("recv", platform.recv.is_some()),
            ("close", platform.close.is_some()),
        ];
        match (platform.connect, platform.send, platform.recv, platform.close) {
            (Some(connect), Some(send), Some(recv), Some(close)) => Ok(Some(Self {
                context: platform.context,
                connect,
                send,
                recv,
                close,
                monotonic_ms: platform.monotonic_ms,
                faults: Faults::default(),
                idle: 0,
                idle_since_ms: 0,
            })),
            (None, None, None, None) => Ok(None),
            _ => Err(first_lacking(&names)),
        }
    }

    /// Counts a call that moved nothing. Errors: `ClockStopped`, where the clock stands still meanwhile: the deadline would never come.
    fn count_idle(&mut self) -> Result<(), Status> {
        let Some(monotonic_ms) = self.monotonic_ms else {
            return Ok(());
        };
        // SAFETY: the function is the caller's.
        let now_ms = unsafe { monotonic_ms(self.context) };
        if now_ms != self.idle_since_ms {
            (self.idle, self.idle_since_ms) = (0, now_ms);
        }
        self.idle += 1;
        if self.idle > IDLE_CALLS_MAX {
            Err(Status::ClockStopped)
        } else {
            Ok(())
        }
    }

    /// What a callback that moves bytes returned for `length` of them. More than it was given to move is a defect of the callback's: `Platform`.
    fn count(&mut self, returned: i32, length: usize) -> Result<usize, Fault> {
        let fault = |status| Fault { returned, status };
        match usize::try_from(returned) {
            Err(_) if returned == -IOTCRED_ERR_CONNECTION_RESET => Err(fault(Status::ConnectionReset)),
            Err(_) => Err(fault(Status::ConnectionLost)),
            Ok(0) => Err(fault(self.count_idle().err().unwrap_or(Status::Deadline))),
            Ok(count) if count > length => Err(fault(Status::Platform)),
            Ok(count) => Ok(count),
        }
    }
}

impl Transport for CallbackTransport {
    fn connect(&mut self, peer: &Peer<'_>, timeout_ms: u32) -> Result<(), Status> {
        let host = peer.address.unwrap_or(peer.host).as_bytes();
        let mut name = [0; HOST_NAME_MAX + 1];
        name.get_mut(..host.len())
            .filter(|place| place.len() <= HOST_NAME_MAX)
            .ok_or(Status::Address)?
            .copy_from_slice(host);
        // SAFETY: the name ends in NUL and is valid for the call; the function is the caller's.
        let returned = unsafe { (self.connect)(self.context, name.as_ptr().cast(), peer.port, timeout_ms) };
        let status = match returned {
            0 => return Ok(()),
            IOTCRED_ERR_DNS => Status::Dns,
            IOTCRED_ERR_DNS_DEADLINE => Status::DnsDeadline,
            IOTCRED_ERR_DEADLINE => Status::Deadline,
            IOTCRED_ERR_NO_ROUTE => Status::NoRoute,
            IOTCRED_ERR_CONNECTION_REFUSED => Status::ConnectionRefused,
            IOTCRED_ERR_CONNECTION_RESET => Status::ConnectionReset,
            _ => Status::Connect,
        };
        self.faults.connect = Some(Fault { returned, status });
        Err(status)
    }

    fn send(&mut self, data: &[u8], timeout_ms: u32) -> Result<usize, Status> {
        let length = data.len().min(CALLBACK_PIECE_MAX);
        // SAFETY: the data is valid for `length` bytes; the function is the caller's.
        let returned = unsafe { (self.send)(self.context, data.as_ptr(), length, timeout_ms) };
        let sent = self.count(returned, length);
        self.faults.send = sent.err();
        sent.map_err(|fault| fault.status)
    }

    fn recv(&mut self, buffer: &mut [u8], timeout_ms: u32) -> Result<usize, Status> {
        let length = buffer.len().min(CALLBACK_PIECE_MAX);
        // SAFETY: the buffer is valid for `length` bytes; the function is the caller's.
        let returned = unsafe { (self.recv)(self.context, buffer.as_mut_ptr(), length, timeout_ms) };
        let received = self.count(returned, length);
        self.faults.recv = received.err();
        received.map_err(|fault| fault.status)
    }

    fn close(&mut self) {
        // SAFETY: the function is the caller's.
        unsafe { (self.close)(self.context) }
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
        let names = [
            ("unix_time", platform.unix_time.is_some()),
            ("monotonic_ms", platform.monotonic_ms.is_some()),
        ];
        match (platform.unix_time, platform.monotonic_ms) {
            (Some(unix_time), Some(monotonic_ms)) => Ok(Some(Self {
                context: platform.context,
                unix_time,
                monotonic_ms,
                sleep: platform.sleep,
            })),
            (None, None) => Ok(None),
            _ => Err(first_lacking(&names)),
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
