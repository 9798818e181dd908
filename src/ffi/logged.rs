//! The log: what a call does, in lines for people. Sizes, names and numbers; nothing that was sent or received, and no secret.

use super::status::code;
use crate::error::{Error, Status, Text};
use crate::limits::LOG_LINE_MAX;
use crate::net::{Peer, Transport};
use core::ffi::{c_char, c_void};
use core::fmt::{Arguments, Write};

/// Where lines go.
#[derive(Clone, Copy)]
pub(super) struct Log {
    pub(super) context: *mut c_void,
    pub(super) line: unsafe extern "C" fn(context: *mut c_void, line: *const c_char),
}

impl Log {
    fn write(self, line: Arguments<'_>) {
        let mut text = Text::<LOG_LINE_MAX>::EMPTY;
        let _ = text.write_fmt(line);
        let mut ended = [0; LOG_LINE_MAX + 1];
        ended
            .iter_mut()
            .zip(text.as_str().bytes())
            .for_each(|(to, byte)| *to = byte);
        // SAFETY: the line ends in NUL and is valid for the call; the function is the caller's.
        unsafe { (self.line)(self.context, ended.as_ptr().cast()) }
    }

    /// The outcome of a call.
    pub(super) fn outcome(self, outcome: &Result<(), Error>) {
        match outcome {
            Ok(_) => self.write(format_args!("done")),
            // Without the status's words, which would be linked: `iotcred_status_str` has them.
            Err(error) => self.write(format_args!(
                "failed ({}): {}",
                code(error.status),
                error.message.as_str()
            )),
        }
    }
}

/// A transport whose steps are logged.
pub(super) struct Logged<'a> {
    pub(super) transport: &'a mut dyn Transport,
    pub(super) log: Log,
}

impl Logged<'_> {
    fn moved(&self, verb: &str, asked: usize, timeout_ms: u32, moved: Result<usize, Status>) {
        match moved {
            Ok(count) => self.log.write(format_args!("{verb}: {count} bytes")),
            Err(status) => self.log.write(format_args!(
                "{verb}: none of {asked} bytes within {timeout_ms} ms ({})",
                code(status)
            )),
        }
    }
}

impl Transport for Logged<'_> {
    fn connect(&mut self, peer: &Peer<'_>, timeout_ms: u32) -> Result<(), Status> {
        let host = peer.address.unwrap_or(peer.host);
        self.log.write(format_args!(
            "connect to {host} port {}, for {}",
            u32::from(peer.port),
            peer.host
        ));
        let connected = self.transport.connect(peer, timeout_ms);
        match connected {
            Ok(()) => self.log.write(format_args!("connected")),
            Err(status) => self.log.write(format_args!("not connected ({})", code(status))),
        }
        connected
    }

    fn send(&mut self, data: &[u8], timeout_ms: u32) -> Result<usize, Status> {
        let sent = self.transport.send(data, timeout_ms);
        self.moved("sent", data.len(), timeout_ms, sent);
        sent
    }

    fn recv(&mut self, buffer: &mut [u8], timeout_ms: u32) -> Result<usize, Status> {
        let received = self.transport.recv(buffer, timeout_ms);
        self.moved("received", buffer.len(), timeout_ms, received);
        received
    }

    fn resolve_ms(&self) -> u32 {
        self.transport.resolve_ms()
    }

    fn close(&mut self) {
        self.transport.close();
        self.log.write(format_args!("closed"));
    }
}
