//! A TLS connection over a transport, within a deadline.
#![forbid(unsafe_code)]

use super::Settings;
use super::engine::{Engine, Sink, Stage};
use crate::error::{Error, Phase, Status};
use crate::limits::{BROKEN_SEND_WAIT_MS, FAREWELL_MS, TLS_SEND_FRAGMENT};
use crate::net::{Deadline, Peer, Transport};

/// What `receive` found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Bytes were handed to the sink, or at least something of TLS's own arrived.
    Some,
    /// Nothing arrived in time.
    Nothing,
    /// The server has closed the connection in good order; no more will come.
    Closed,
}

/// An open connection; dropping it closes it, unless it is kept.
pub struct Stream<'a> {
    wire: Wire<'a>,
    engine: &'a mut Engine,
    deadline: Deadline<'a>,
    /// The server has said that it will send no more.
    closed: bool,
    /// How sending has failed: what is still to come is what the server said before.
    broken: Option<Status>,
    /// Plaintext has come.
    heard: bool,
}

impl<'a> Stream<'a> {
    /// Connects to `peer` and shakes hands. The engine comes to stand in `place`.
    pub fn connect(
        transport: &'a mut dyn Transport,
        place: &'a mut Option<Engine>,
        peer: &Peer<'_>,
        settings: &Settings,
        deadline: Deadline<'a>,
    ) -> Result<Self, Error> {
        let mut stream = Self::open(transport, place, peer, settings, deadline)?;
        deadline.enter(Phase::Handshake);
        stream.shake_hands().map_err(|error| {
            let is_late = deadline.remaining_ms().is_err();
            settings.explained(error, is_late).at(Phase::Handshake)
        })?;
        Ok(stream)
    }

    /// Goes on with a connection that was kept, with the transport and the engine that it had.
    pub fn resume(transport: &'a mut dyn Transport, engine: &'a mut Engine, deadline: Deadline<'a>) -> Self {
        let wire = Wire {
            transport,
            stays_open: false,
        };
        Self::new(wire, engine, deadline)
    }

    fn new(wire: Wire<'a>, engine: &'a mut Engine, deadline: Deadline<'a>) -> Self {
        Self {
            wire,
            engine,
            deadline,
            closed: false,
            broken: None,
            heard: false,
        }
    }

    /// Leaves the connection open for a later `resume`.
    pub fn keep(mut self) {
        self.engine.rest();
        self.wire.stays_open = true;
    }

    /// Whether plaintext has come since the connection was opened or resumed.
    pub fn has_heard(&self) -> bool {
        self.heard
    }

    /// Whether both sides can still send.
    pub fn is_open(&self) -> bool {
        !self.closed && self.broken.is_none()
    }

    /// Whether nothing has come on a connection that was kept but what TLS itself has to say: the server has not closed it, so far as can be seen.
    pub fn is_quiet(&mut self) -> bool {
        while self.deadline.remaining_ms().is_ok() {
            match self.receive_within(0, &mut no_data_yet) {
                Ok(Received::Some) => {}
                Ok(Received::Nothing) => return self.is_open(),
                Ok(Received::Closed) | Err(_) => return false,
            }
        }
        false
    }

    /// Not inlined, as what follows: a handshake is the deepest of the stack, and what was needed to begin it must be gone.
    #[inline(never)]
    fn open(
        transport: &'a mut dyn Transport,
        place: &'a mut Option<Engine>,
        peer: &Peer<'_>,
        settings: &Settings,
        deadline: Deadline<'a>,
    ) -> Result<Self, Error> {
        let engine = place.insert(Engine::new(settings, peer.host).map_err(|error| error.at(Phase::Handshake))?);
        let wire = Wire::open(transport, peer, deadline)?;
        Ok(Self::new(wire, engine, deadline))
    }

    #[inline(never)]
    fn shake_hands(&mut self) -> Result<(), Error> {
        loop {
            match self.advance(&mut no_data_yet)? {
                Stage::Open => return Ok(()),
                Stage::Handshaking => match self.fill(self.left_ms()?) {
                    Err(error) if error.status == Status::Deadline => {}
                    filled => filled?,
                },
                Stage::PeerClosed => {
                    return Err(Error::new(
                        Status::Tls,
                        format_args!("the server closed the connection during the handshake"),
                    ));
                }
            }
        }
    }

    /// Milliseconds that are left. Errors: `Deadline`, or how sending has failed before.
    fn left_ms(&self) -> Result<u32, Status> {
        let left = self.deadline.remaining_ms();
        self.broken.map_or(left, |broken| left.or(Err(broken)))
    }

    /// The deadline: of the whole call, and soon after a broken send.
    pub fn deadline(&self) -> Deadline<'a> {
        self.deadline
    }

    /// Sends `plaintext`. When this fails because the connection broke, the server may have said why: `receive` what is left.
    pub fn send(&mut self, plaintext: &[u8]) -> Result<(), Error> {
        self.deadline.enter(Phase::Send);
        let mut fragments = plaintext.chunks(TLS_SEND_FRAGMENT);
        fragments
            .try_for_each(|fragment| {
                self.engine.encrypt(fragment)?;
                self.flush()
            })
            .map_err(|error| error.at(Phase::Send))
    }

    /// Waits until bytes arrive, at most until the deadline, and hands their plaintext to `sink`. Errors: `Deadline` among others.
    pub fn receive(&mut self, sink: &mut Sink<'_>) -> Result<Received, Error> {
        loop {
            // A transport may give up earlier than it was told.
            let left_ms = self
                .left_ms()
                .map_err(|status| Error::from(status).at(Phase::Receive))?;
            match self.receive_within(left_ms, sink)? {
                Received::Nothing => {}
                received => return Ok(received),
            }
        }
    }

    /// The same for at most `timeout_ms`; 0 takes only what is there.
    pub fn receive_within(&mut self, timeout_ms: u32, sink: &mut Sink<'_>) -> Result<Received, Error> {
        if self.closed {
            return Ok(Received::Closed);
        }
        self.deadline.enter(Phase::Receive);
        match self.fill(timeout_ms).and_then(|()| self.advance(sink)) {
            Ok(stage) => {
                self.closed = stage == Stage::PeerClosed;
                Ok(Received::Some)
            }
            Err(error) if error.status == Status::Deadline => Ok(Received::Nothing),
            Err(error) => Err(error.at(Phase::Receive)),
        }
    }

    /// Lets the engine work. What it has to say in reply goes out; that this fails shows at the next receive, after what the server said before.
    fn advance(&mut self, sink: &mut Sink<'_>) -> Result<Stage, Error> {
        let heard = &mut self.heard;
        let stage = self.engine.advance(&mut |data| {
            *heard = true;
            sink(data)
        });
        let stage = stage.inspect_err(|_| self.say_farewell())?;
        match self.flush() {
            Err(error) if !error.status.is_cut() => Err(error),
            _ => Ok(stage),
        }
    }

    /// Receives once. Errors: `Deadline` when nothing came, `ConnectionLost` when the stream ended without TLS's own farewell; how sending has failed, where it
    /// did: an operating system tells of a reset once.
    fn fill(&mut self, timeout_ms: u32) -> Result<(), Error> {
        match self.wire.transport.recv(self.engine.space()?, timeout_ms) {
            Ok(0) | Err(Status::ConnectionLost) => Err(self.broken.unwrap_or(Status::ConnectionLost).into()),
            Ok(count) => {
                self.engine.received(count);
                Ok(())
            }
            Err(status) => Err(status.into()),
        }
    }

    /// Sends what the engine has to say. Once that has failed nothing more goes out: the server would miss what was lost before.
    fn flush(&mut self) -> Result<(), Error> {
        let sent = match self.broken {
            Some(status) => Err(status),
            None => self.wire.send_all(self.engine.outgoing(), self.deadline),
        };
        self.engine.sent();
        if let Err(status) = sent
            && status.is_cut()
        {
            self.broken = Some(status);
            self.deadline = self.deadline.within(BROKEN_SEND_WAIT_MS);
        }
        Ok(sent?)
    }

    /// Sends what the engine has left to say. The call is decided already, so a failure changes nothing.
    fn say_farewell(&mut self) {
        if self.broken.is_none() {
            let deadline = self.deadline.within(FAREWELL_MS);
            let _ = self.wire.send_all(self.engine.outgoing(), deadline);
        }
        self.engine.sent();
    }
}

impl Drop for Stream<'_> {
    fn drop(&mut self) {
        if !self.wire.stays_open && self.engine.close().is_ok() {
            self.say_farewell();
        }
    }
}

/// No HTTP server speaks before it was asked.
fn no_data_yet(_: &[u8]) -> Result<(), Error> {
    Err(Status::ResponseMalformed.into())
}

/// A transport that is closed exactly once, however the call ends, unless it is to stay open.
struct Wire<'a> {
    transport: &'a mut dyn Transport,
    stays_open: bool,
}

impl<'a> Wire<'a> {
    fn open(transport: &'a mut dyn Transport, peer: &Peer<'_>, deadline: Deadline<'_>) -> Result<Self, Error> {
        let timeout_ms = deadline
            .remaining_ms()
            .map_err(|status| Error::from(status).at(Phase::Connect))?;
        let wire = Self {
            transport,
            stays_open: false,
        };
        deadline.enter(Phase::Connect);
        let outcome = wire.transport.connect(peer, timeout_ms);
        deadline.credit(Phase::Resolve, wire.transport.resolve_ms());
        outcome.map_err(|status| {
            let host = peer.address.unwrap_or(peer.host);
            let phase = match status {
                Status::Dns | Status::DnsDeadline => Phase::Resolve,
                _ => Phase::Connect,
            };
            Error::new(status, format_args!("could not connect to {host} port {}", peer.port)).at(phase)
        })?;
        Ok(wire)
    }

    fn send_all(&mut self, mut data: &[u8], deadline: Deadline<'_>) -> Result<(), Status> {
        while !data.is_empty() {
            match self.transport.send(data, deadline.remaining_ms()?) {
                Ok(sent) => data = data.get(sent..).ok_or(Status::Platform)?,
                // A transport may give up earlier than it was told.
                Err(Status::Deadline) => {}
                Err(status) => return Err(status),
            }
        }
        Ok(())
    }
}

impl Drop for Wire<'_> {
    fn drop(&mut self) {
        if !self.stays_open {
            self.transport.close();
        }
    }
}
