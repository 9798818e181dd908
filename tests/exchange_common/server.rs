//! The server: a transport that answers by a script, and keeps the laws of `Transport` under watch.

use super::pki::Pki;
use iotcred::error::Status;
use iotcred::net::{Clock, Peer, Transport};
use iotcred::time::UnixTime;
use rustls::version::TLS13;
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};
use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{Read, Write};
use std::rc::Rc;
use std::sync::Arc;

/// A clock that stands still but for what waiting takes.
#[derive(Clone, Default)]
pub struct Ticks(Rc<Cell<u64>>);

impl Ticks {
    pub fn pass(&self, ms: u64) {
        self.0.set(self.0.get() + ms);
    }
}

impl Clock for Ticks {
    /// 2026-01-17T14:00:00Z
    fn unix_time(&self) -> Option<UnixTime> {
        Some(UnixTime(1_768_658_400))
    }

    fn monotonic_ms(&self) -> u64 {
        self.0.get()
    }
}

/// What the server does next.
pub enum Step {
    /// Sends this.
    Say(Vec<u8>),
    /// Changes its keys, and asks the client to do so (RFC 8446 section 4.6.3).
    UpdateKeys,
    /// Says that it will send no more.
    CloseNotify,
    /// Sends a record that is not encrypted as it should be.
    Nonsense,
    /// Ends the stream without a word of TLS.
    End,
    /// Lets the client's next send fail, and says this only then.
    Break(Vec<u8>),
    /// The same, and then the stream ends.
    BreakAndEnd(Vec<u8>),
    /// Takes no more, and says this only when the client next tries to send.
    Stall(Vec<u8>),
}

/// Whether the client can send.
enum Ear {
    Open,
    Broken { ends: bool },
    Stalled,
}

enum Line {
    Fresh,
    Connected,
    Closed,
}

/// Changes what the server sends, one flight after the other.
pub type Mutator = Box<dyn FnMut(&mut Vec<u8>)>;

pub struct Server {
    pub clock: Ticks,
    /// The request as far as it came.
    pub heard: Vec<u8>,
    /// What came on the wire.
    pub wire: Vec<u8>,
    pub closes: u32,
    /// When the call must be over.
    end_ms: u64,
    line: Line,
    calls: u32,
    refuses_connection: bool,
    /// None: it sends canned bytes, whatever comes.
    tls: Option<ServerConnection>,
    complaint: Option<rustls::Error>,
    client_said_farewell: bool,
    /// Steps that are done once so many bytes of the request's body are there; with 0 once its head is.
    steps: VecDeque<(usize, Step)>,
    ear: Ear,
    last_words: Vec<u8>,
    ended: bool,
    /// On its way to the client.
    out: VecDeque<u8>,
    mouthful: usize,
    /// How many bytes of an answer the client gets at a time, and how many milliseconds lie between.
    drip: (usize, u64),
    next_drip_ms: u64,
    answering: bool,
    /// Every other wait ends after this many milliseconds.
    patience_ms: Option<u64>,
    gave_up: bool,
    mutator: Option<Mutator>,
}

impl Server {
    /// A server of TLS 1.3 that takes the request and is silent.
    pub fn new() -> Self {
        Self::of_version(&TLS13)
    }

    pub fn of_version(version: &SupportedProtocolVersion) -> Self {
        Self::with(Pki::get().server(version))
    }

    /// A server of this configuration that takes the request and is silent.
    pub fn with(config: Arc<ServerConfig>) -> Self {
        let mut tls = ServerConnection::new(config).expect("a connection");
        tls.set_buffer_limit(None);
        Self {
            tls: Some(tls),
            ..Self::canned(b"")
        }
    }

    /// What is no TLS server, and sends `bytes`.
    pub fn canned(bytes: &[u8]) -> Self {
        Self {
            clock: Ticks::default(),
            heard: Vec::new(),
            wire: Vec::new(),
            closes: 0,
            end_ms: 0,
            line: Line::Fresh,
            calls: 0,
            refuses_connection: false,
            tls: None,
            complaint: None,
            client_said_farewell: false,
            steps: VecDeque::new(),
            ear: Ear::Open,
            last_words: Vec::new(),
            ended: false,
            out: bytes.iter().copied().collect(),
            mouthful: usize::MAX,
            drip: (usize::MAX, 0),
            next_drip_ms: 0,
            answering: false,
            patience_ms: None,
            gave_up: false,
            mutator: None,
        }
    }

    /// Says `answer` when the request's head is there.
    pub fn saying(answer: &[u8]) -> Self {
        Self::new().says(0, answer)
    }

    /// Says `answer` when `at` bytes of the request's body are there.
    pub fn says(self, at: usize, answer: &[u8]) -> Self {
        self.then(at, Step::Say(answer.to_vec()))
    }

    pub fn then(mut self, at: usize, step: Step) -> Self {
        self.steps.push_back((at, step));
        self
    }

    pub fn refusing_connections(mut self) -> Self {
        self.refuses_connection = true;
        self
    }

    /// The stream is at its end after what was said without TLS.
    pub fn ending(mut self) -> Self {
        self.ended = true;
        self
    }

    /// Gives its answer in drops of `count` bytes, one every `ms` milliseconds.
    pub fn dripping(mut self, count: usize, ms: u64) -> Self {
        self.drip = (count, ms);
        self
    }

    /// Takes at most `count` bytes of each send.
    pub fn taking(mut self, count: usize) -> Self {
        self.mouthful = count;
        self
    }

    /// Gives every other call up after `ms` milliseconds, with time left.
    pub fn giving_up_after(mut self, ms: u64) -> Self {
        self.patience_ms = Some(ms);
        self
    }

    pub fn mutated(mut self, mutator: Mutator) -> Self {
        self.mutator = Some(mutator);
        self
    }

    /// The request's head.
    pub fn head(&self) -> &str {
        let end = self.head_len().unwrap_or(self.heard.len());
        std::str::from_utf8(&self.heard[..end]).expect("a head in ASCII")
    }

    /// The request's body as far as it came.
    pub fn body(&self) -> &[u8] {
        &self.heard[self.head_len().unwrap_or(self.heard.len())..]
    }

    fn head_len(&self) -> Option<usize> {
        let end = self.heard.windows(4).position(|window| window == b"\r\n\r\n")?;
        Some(end + 4)
    }

    /// Whether the client showed a certificate.
    pub fn saw_a_certificate(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.peer_certificates().is_some())
    }

    /// Whether the client closed TLS in good order, and broke no rule before.
    pub fn is_content(&self) -> bool {
        self.client_said_farewell && self.complaint.is_none()
    }

    /// The call that comes next may wait so long.
    pub fn expect_call(&mut self, timeout_ms: u32) {
        self.end_ms = self.clock.monotonic_ms() + u64::from(timeout_ms);
    }

    /// The call is over: was the connection closed exactly once?
    pub fn check_closed(&self) {
        let expected = u32::from(!matches!(self.line, Line::Fresh));
        assert_eq!(self.closes, expected, "close after connect");
    }

    /// Every call that may wait comes by here.
    fn enter(&mut self, timeout_ms: u32) {
        if std::thread::panicking() {
            return;
        }
        self.calls += 1;
        assert!(self.calls < 200_000, "it runs in circles");
        let until = self.clock.monotonic_ms() + u64::from(timeout_ms);
        assert!(
            until <= self.end_ms,
            "it would wait {} ms too long",
            until - self.end_ms
        );
    }

    fn enter_connected(&mut self, timeout_ms: u32) {
        self.enter(timeout_ms);
        assert!(matches!(self.line, Line::Connected), "not connected");
    }

    /// The timeout passes, or the transport's patience.
    fn wait(&self, timeout_ms: u32) -> Status {
        let patience_ms = self.patience_ms.unwrap_or(u64::MAX);
        self.clock.pass(u64::from(timeout_ms).min(patience_ms));
        Status::Deadline
    }

    fn gives_up(&mut self) -> bool {
        self.gave_up = self.patience_ms.is_some() && !self.gave_up;
        self.gave_up
    }

    fn hear(&mut self, mut data: &[u8]) {
        self.wire.extend_from_slice(data);
        let Some(tls) = &mut self.tls else { return };
        while !data.is_empty() && self.complaint.is_none() {
            tls.read_tls(&mut data).expect("room, since all was read before");
            match tls.process_new_packets() {
                Ok(state) => self.client_said_farewell = state.peer_has_closed(),
                Err(complaint) => self.complaint = Some(complaint),
            }
            // That there is no more for now is an error here, and none to us.
            let _ = tls.reader().read_to_end(&mut self.heard);
        }
        self.transmit();
        self.take_steps();
    }

    fn take_steps(&mut self) {
        let Some(head_len) = self.head_len() else { return };
        let body_len = self.heard.len() - head_len;
        while self.steps.front().is_some_and(|(at, _)| *at <= body_len) {
            if let Some((_, step)) = self.steps.pop_front() {
                self.take_step(step);
            }
        }
    }

    pub fn take_step(&mut self, step: Step) {
        let tls = self.tls.as_mut().expect("TLS, since there is a request");
        match step {
            Step::Say(words) => self.say(&words),
            Step::UpdateKeys => tls.refresh_traffic_keys().expect("TLS 1.3"),
            Step::CloseNotify => tls.send_close_notify(),
            Step::Nonsense => self.out.extend([21, 3, 3, 0, 2, 2, 80]),
            Step::End => self.ended = true,
            Step::Break(words) => (self.ear, self.last_words) = (Ear::Broken { ends: false }, words),
            Step::BreakAndEnd(words) => (self.ear, self.last_words) = (Ear::Broken { ends: true }, words),
            Step::Stall(words) => (self.ear, self.last_words) = (Ear::Stalled, words),
        }
        self.transmit();
    }

    fn say(&mut self, words: &[u8]) {
        self.answering = true;
        let tls = self.tls.as_mut().expect("TLS, since there is a request");
        tls.writer().write_all(words).expect("room without a limit");
        self.transmit();
    }

    fn say_last_words(&mut self) {
        let words = std::mem::take(&mut self.last_words);
        if !words.is_empty() {
            self.say(&words);
        }
    }

    fn transmit(&mut self) {
        let mut flight = Vec::new();
        while let Some(tls) = &mut self.tls
            && tls.wants_write()
        {
            tls.write_tls(&mut flight).expect("a Vec takes all");
        }
        match &mut self.mutator {
            Some(mutate) if !flight.is_empty() => mutate(&mut flight),
            _ => {}
        }
        self.out.extend(flight);
    }
}

impl Transport for Server {
    fn connect(&mut self, _: &Peer<'_>, timeout_ms: u32) -> Result<(), Status> {
        self.enter(timeout_ms);
        assert!(matches!(self.line, Line::Fresh), "connected twice");
        self.line = Line::Connected;
        if self.refuses_connection {
            return Err(Status::Connect);
        }
        Ok(())
    }

    fn send(&mut self, data: &[u8], timeout_ms: u32) -> Result<usize, Status> {
        self.enter_connected(timeout_ms);
        assert!(!data.is_empty(), "nothing to send");
        if self.gives_up() {
            return Err(self.wait(timeout_ms));
        }
        match self.ear {
            Ear::Open => {
                let taken = &data[..data.len().min(self.mouthful)];
                self.hear(taken);
                Ok(taken.len())
            }
            Ear::Broken { ends } => {
                self.say_last_words();
                self.ended = ends;
                Err(Status::ConnectionLost)
            }
            Ear::Stalled => {
                self.say_last_words();
                Err(self.wait(timeout_ms))
            }
        }
    }

    fn recv(&mut self, buffer: &mut [u8], timeout_ms: u32) -> Result<usize, Status> {
        self.enter_connected(timeout_ms);
        assert!(!buffer.is_empty(), "no room");
        if self.out.is_empty() && self.ended {
            return Ok(0);
        }
        if self.out.is_empty() || self.gives_up() {
            return Err(self.wait(timeout_ms));
        }
        let mut count = buffer.len();
        if self.answering {
            let wait_ms = self.next_drip_ms.saturating_sub(self.clock.monotonic_ms());
            if wait_ms > u64::from(timeout_ms) {
                return Err(self.wait(timeout_ms));
            }
            self.clock.pass(wait_ms);
            count = count.min(self.drip.0);
            self.next_drip_ms = self.clock.monotonic_ms() + self.drip.1;
        }
        Ok(self.out.read(&mut buffer[..count]).expect("memory"))
    }

    fn close(&mut self) {
        assert!(!matches!(self.line, Line::Fresh), "closed before it was opened");
        self.line = Line::Closed;
        self.closes += 1;
    }
}
