//! The connection of a request: a fresh one, or one that is kept from request to request.
#![forbid(unsafe_code)]

use super::request::Request;
use crate::crypto::Hash;
use crate::crypto::sha256::Sha256;
use crate::error::Error;
use crate::limits::{FAREWELL_MS, IDLE_MAX_MS};
use crate::net::{Clock, Deadline, Transport};
use crate::tls::{Engine, Stream};
use alloc::boxed::Box;

/// Where a request's connection comes from, and what becomes of it.
pub trait Line {
    /// Whether the server is asked to keep the connection.
    fn keeps(&self) -> bool;

    /// A connection for `request`. Errors: those of connecting.
    fn open<'s>(&'s mut self, request: &Request<'_>, deadline: Deadline<'s>) -> Result<Stream<'s>, Error>;

    /// Whether what `open` gave has carried a request before.
    fn was_used(&self) -> bool;

    /// The request is over, and the connection was kept or closed.
    fn over(&mut self, is_kept: bool, clock: &dyn Clock);
}

/// One connection for one request.
pub struct Fresh<'t> {
    transport: &'t mut dyn Transport,
    engine: Option<Engine>,
}

impl<'t> Fresh<'t> {
    /// Over this transport.
    pub fn new(transport: &'t mut dyn Transport) -> Self {
        Self {
            transport,
            engine: None,
        }
    }
}

impl Line for Fresh<'_> {
    fn keeps(&self) -> bool {
        false
    }

    fn open<'s>(&'s mut self, request: &Request<'_>, deadline: Deadline<'s>) -> Result<Stream<'s>, Error> {
        connect(self.transport, &mut self.engine, request, deadline)
    }

    fn was_used(&self) -> bool {
        false
    }

    fn over(&mut self, _: bool, _: &dyn Clock) {
        self.engine = None;
    }
}

/// Connects, with an engine that stands in `place`.
fn connect<'s>(
    transport: &'s mut dyn Transport,
    place: &'s mut Option<Engine>,
    request: &Request<'_>,
    deadline: Deadline<'s>,
) -> Result<Stream<'s>, Error> {
    let peer = request.peer();
    let settings = request.tls(deadline.clock())?;
    Stream::connect(transport, place, &peer, &settings, deadline)
}

/// A connection that outlives its requests. Whoever drops it closes it before.
pub struct Reusable {
    transport: Box<dyn Transport>,
    engine: Option<Engine>,
    /// The connection stands, and nobody uses it.
    is_resting: bool,
    /// What it was opened for: host, address, port and CA.
    purpose: Option<[u8; 32]>,
    since_ms: u64,
    was_used: bool,
}

impl Reusable {
    /// None yet, over this transport.
    pub fn new(transport: Box<dyn Transport>) -> Self {
        Self {
            transport,
            engine: None,
            is_resting: false,
            purpose: None,
            since_ms: 0,
            was_used: false,
        }
    }

    /// Closes the connection, if there is one, and frees its memory.
    pub fn close(&mut self, clock: &dyn Clock) {
        if let (true, Some(engine)) = (self.is_resting, &mut self.engine) {
            self.is_resting = false;
            // Dropped, it says farewell.
            drop(Stream::resume(
                &mut *self.transport,
                engine,
                Deadline::after(clock, FAREWELL_MS),
            ));
        }
        self.engine = None;
    }

    /// Whether the connection can carry a request for this purpose. One that cannot is closed.
    fn is_ready(&mut self, purpose: [u8; 32], clock: &dyn Clock) -> bool {
        let idle_ms = clock.monotonic_ms().saturating_sub(self.since_ms);
        let fits = self.is_resting && self.purpose == Some(purpose) && idle_ms <= IDLE_MAX_MS;
        let is_quiet = match &mut self.engine {
            Some(engine) if fits => {
                self.is_resting = false;
                let mut stream = Stream::resume(&mut *self.transport, engine, Deadline::after(clock, FAREWELL_MS));
                let is_quiet = stream.is_quiet();
                if is_quiet {
                    stream.keep();
                }
                is_quiet
            }
            _ => false,
        };
        if !is_quiet {
            self.close(clock);
        }
        is_quiet
    }
}

impl Line for Reusable {
    fn keeps(&self) -> bool {
        true
    }

    fn open<'s>(&'s mut self, request: &Request<'_>, deadline: Deadline<'s>) -> Result<Stream<'s>, Error> {
        let purpose = purpose(request);
        self.was_used = self.is_ready(purpose, deadline.clock());
        self.is_resting = false;
        self.purpose = Some(purpose);
        match (self.was_used, &mut self.engine) {
            (true, Some(engine)) => Ok(Stream::resume(&mut *self.transport, engine, deadline)),
            (_, place) => connect(&mut *self.transport, place, request, deadline),
        }
    }

    fn was_used(&self) -> bool {
        self.was_used
    }

    fn over(&mut self, is_kept: bool, clock: &dyn Clock) {
        self.is_resting = is_kept;
        self.since_ms = clock.monotonic_ms();
        if !is_kept {
            self.engine = None;
        }
    }
}

/// What a connection is for, and so which requests it can carry: the same server, that was verified by the same roots.
fn purpose(request: &Request<'_>) -> [u8; 32] {
    let peer = request.peer();
    let mut hash = Sha256::default();
    hash.init();
    // No name holds a NUL, so no two purposes read alike.
    for part in [
        peer.host.as_bytes(),
        b"\0",
        peer.address.unwrap_or("\0").as_bytes(),
        b"\0",
        &peer.port.to_be_bytes(),
        request.ca,
    ] {
        hash.update(part);
    }
    hash.take()
}
