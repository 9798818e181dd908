//! The network as the library sees it: a transport that carries bytes, and clocks. Each may be the operating system's or the firmware's.
#![forbid(unsafe_code)]

pub mod host;
pub mod stopwatch;
#[cfg(feature = "std")]
pub mod tcp;

pub use stopwatch::{Stopwatch, Timings};

use crate::error::{Phase, Status};
use crate::limits::HTTPS_PORT;
use crate::time::UnixTime;
use alloc::format;
use alloc::string::String;

/// Whom to connect to.
#[derive(Clone, Copy, Debug)]
pub struct Peer<'a> {
    /// The name that the server's certificate must carry.
    pub host: &'a str,
    /// Where to connect in its place: an IP address or another name.
    pub address: Option<&'a str>,
    /// The TCP port.
    pub port: u16,
}

impl Peer<'_> {
    /// What the `host` header says: the name, and the port where it is not HTTPS's own (RFC 9110 section 7.2).
    pub fn authority(&self) -> String {
        if self.port == HTTPS_PORT {
            String::from(self.host)
        } else {
            format!("{}:{}", self.host, u32::from(self.port))
        }
    }
}

/// A blocking byte stream. Every call returns within `timeout_ms`, or as near to it as its platform can.
pub trait Transport {
    /// Opens the stream. Errors: `Dns`, `DnsDeadline`, `NoRoute`, `ConnectionRefused`, `ConnectionReset`, `Connect`, `Deadline`.
    fn connect(&mut self, peer: &Peer<'_>, timeout_ms: u32) -> Result<(), Status>;

    /// Sends a part of `data`, at least one byte, and says how many. Errors: `ConnectionLost`, `ConnectionReset`, `Deadline`.
    fn send(&mut self, data: &[u8], timeout_ms: u32) -> Result<usize, Status>;

    /// Receives at least one byte and says how many; 0 is the end of the stream. With a timeout of 0 it takes only what is there.
    /// Errors: `ConnectionLost`, `ConnectionReset`, `Deadline`.
    fn recv(&mut self, buffer: &mut [u8], timeout_ms: u32) -> Result<usize, Status>;

    /// How much of the time of the last `connect` went into looking the name up, in milliseconds; 0 where that cannot be told.
    fn resolve_ms(&self) -> u32 {
        0
    }

    /// Closes the stream. Is called once after every `connect`, also one that failed.
    fn close(&mut self);
}

/// The two clocks of a device.
pub trait Clock {
    /// The date, for certificates and signatures; `None` where there is none.
    fn unix_time(&self) -> Option<UnixTime>;

    /// Milliseconds from an arbitrary start that never go back and count sleep, for deadlines and lifetimes. The start is the same for every call of a process.
    fn monotonic_ms(&self) -> u64;

    /// Waits for `ms` milliseconds. `false`, at once, where the device cannot.
    fn sleep(&self, ms: u32) -> bool {
        let _ = ms;
        false
    }
}

/// The time of a call: the moment at which it must have returned, and who stops the time meanwhile.
#[derive(Clone, Copy)]
pub struct Deadline<'a> {
    clock: &'a dyn Clock,
    end_ms: u64,
    watch: Option<&'a Stopwatch<'a>>,
}

impl<'a> Deadline<'a> {
    /// The deadline `timeout_ms` milliseconds from now.
    pub fn after(clock: &'a dyn Clock, timeout_ms: u32) -> Self {
        Self {
            clock,
            end_ms: clock.monotonic_ms().saturating_add(u64::from(timeout_ms)),
            watch: None,
        }
    }

    /// The same deadline with a stopwatch, if there is one.
    pub fn watched(self, watch: Option<&'a Stopwatch<'a>>) -> Self {
        Self { watch, ..self }
    }

    /// A phase begins.
    pub fn enter(&self, phase: Phase) {
        if let Some(watch) = self.watch {
            watch.enter(Some(phase));
        }
    }

    /// Of the time of the phase that is under way so much was another's.
    pub fn credit(&self, phase: Phase, ms: u32) {
        if let Some(watch) = self.watch {
            watch.credit(phase, ms);
        }
    }

    /// Milliseconds that are left. Errors: `Deadline` when there are none.
    pub fn remaining_ms(&self) -> Result<u32, Status> {
        match self.end_ms.saturating_sub(self.clock.monotonic_ms()) {
            0 => Err(Status::Deadline),
            left => Ok(u32::try_from(left).unwrap_or(u32::MAX)),
        }
    }

    /// The earlier of this deadline and `timeout_ms` milliseconds from now.
    pub fn within(&self, timeout_ms: u32) -> Self {
        let sooner = Self::after(self.clock, timeout_ms);
        Self {
            clock: self.clock,
            end_ms: sooner.end_ms.min(self.end_ms),
            watch: self.watch,
        }
    }

    /// The clock that this deadline is measured by.
    pub fn clock(&self) -> &'a dyn Clock {
        self.clock
    }
}
