//! The certificate for credentials: one request to the AWS IoT credentials provider.
//! Source: <https://docs.aws.amazon.com/iot/latest/developerguide/authorizing-direct-aws.html>
#![forbid(unsafe_code)]

pub mod config;
pub mod document;
pub mod refusal;
pub mod retry;

pub use config::Config;

use crate::credentials::TemporaryCredentials;
use crate::error::Error;
use crate::http::exchange::{Answer, Exchange};
use crate::http::failure::in_response;
use crate::http::framing::Framing;
use crate::http::kept::Kept;
use crate::http::request::{USER_AGENT, encode_segment, write_head};
use crate::http::response::Head;
use crate::limits::{DOCUMENT_MAX, REFUSAL_BODY_MAX, RESERVE_HEAD};
use crate::memory;
use crate::net::{Clock, Deadline, Stopwatch, Transport};
use crate::secret::scrubbed;
use crate::time::Sighting;
use crate::tls::{Settings, Stream};
use alloc::format;
use alloc::vec::Vec;
use zeroize::Zeroizing;

const METHOD: &[u8] = b"GET";

/// What a fetch brings.
#[derive(Debug)]
pub struct Fetched {
    /// The credentials.
    pub credentials: TemporaryCredentials,
    /// The server's clock, as it was seen.
    pub sighting: Sighting,
}

/// Fetches credentials, within the deadline of `config` and with as many tries as it allows. `random` gives numbers that are uniform over 64 bits.
pub fn fetch(
    config: &Config<'_>,
    transport: &mut dyn Transport,
    clock: &dyn Clock,
    random: &dyn Fn() -> u64,
) -> Result<Fetched, Error> {
    scrubbed(|| fetch_with_secrets(config, transport, clock, random))
}

fn fetch_with_secrets(
    config: &Config<'_>,
    transport: &mut dyn Transport,
    clock: &dyn Clock,
    random: &dyn Fn() -> u64,
) -> Result<Fetched, Error> {
    let watch = config.timings.map(|times| Stopwatch::start(times, clock));
    let deadline = Deadline::after(clock, config.timeout_ms()).watched(watch.as_ref());
    let settings = config.tls(clock)?;
    let mut tried = 1;
    loop {
        if let Some(watch) = &watch {
            watch.begin_try();
        }
        let error = match attempt(config, &settings, transport, deadline) {
            Ok(fetched) => return Ok(fetched),
            Err(error) => config.remark(error, clock),
        };
        let left_ms = deadline.remaining_ms().ok().filter(|_| tried < config.tries());
        let pause = left_ms.and_then(|left| retry::pause_ms(&error, tried, left, random()));
        if !pause.is_some_and(|pause| clock.sleep(pause)) {
            return Err(error);
        }
        tried += 1;
    }
}

/// One try: connect, send, receive, parse.
fn attempt(
    config: &Config<'_>,
    settings: &Settings,
    transport: &mut dyn Transport,
    deadline: Deadline<'_>,
) -> Result<Fetched, Error> {
    let mut body = Document::default();
    let (head, sent_ms) = converse(config, settings, transport, deadline, &mut body)?;
    body.read(&head, sent_ms, deadline.clock())
}

/// The part with a connection: connect, send, receive. Neither this nor what follows is inlined: a handshake is the deepest of the stack, and under it lies the
/// engine alone, without room for what comes after.
#[inline(never)]
fn converse(
    config: &Config<'_>,
    settings: &Settings,
    transport: &mut dyn Transport,
    deadline: Deadline<'_>,
    body: &mut Document,
) -> Result<(Head, u64), Error> {
    let mut engine = None;
    let mut stream = Stream::connect(transport, &mut engine, &config.peer(), settings, deadline)?;
    let sent_ms = deadline.clock().monotonic_ms();
    Ok((exchange(config, &mut stream, body)?, sent_ms))
}

/// Sends the request and takes the response; its head.
#[inline(never)]
fn exchange(config: &Config<'_>, stream: &mut Stream<'_>, body: &mut Document) -> Result<Head, Error> {
    let mut exchange = Exchange::new(METHOD, body);
    // Written only now: the handshake is the peak of the heap.
    exchange.send(stream, &request(config)?)?;
    Ok(exchange.finish(stream)?.head)
}

/// The whole request.
fn request(config: &Config<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
    let words = config.endpoint.len() + config.role_alias.len() + config.thing_name.map_or(0, str::len);
    memory::check(RESERVE_HEAD + 4 * words, "the request")?;
    let target = format!(
        "/role-aliases/{}/credentials",
        encode_segment(config.role_alias.as_bytes())
    );
    let authority = config.peer().authority();
    let mut headers = Vec::from([
        (&b"host"[..], authority.as_bytes()),
        (b"user-agent", USER_AGENT),
        (b"accept", b"application/json"),
        (b"connection", b"close"),
    ]);
    headers.extend(
        config
            .thing_name
            .map(|name| (&b"x-amzn-iot-thingname"[..], name.as_bytes())),
    );
    Ok(write_head(METHOD, target.as_bytes(), &headers)?)
}

/// The response's body: of a 200 the whole document, of anything else as much as is wanted to read the server's words.
#[derive(Default)]
struct Document {
    is_document: bool,
    kept: Kept,
}

impl Document {
    /// What the response says, of which `head` is the head.
    #[inline(never)]
    fn read(self, head: &Head, sent_ms: u64, clock: &dyn Clock) -> Result<Fetched, Error> {
        let bytes = self.kept.bytes();
        if !self.is_document {
            return Err(refusal::refusal(head, bytes));
        }
        memory::check(bytes.len(), "the credentials")?;
        let credentials = document::parse(bytes).map_err(|error| in_response(error, head))?;
        Ok(Fetched {
            credentials: TemporaryCredentials {
                server_time: head.date(),
                ..credentials
            },
            sighting: Sighting {
                date: head.date(),
                is_aged: head.header("age").is_some(),
                sent_ms,
                received_ms: clock.monotonic_ms(),
            },
        })
    }
}

impl Answer for Document {
    fn head(&mut self, head: &Head) -> Result<(), Error> {
        self.is_document = head.status() == 200;
        match (self.is_document, head.framing()) {
            (true, Framing::Length(length)) => self.kept.expect(Some(length), DOCUMENT_MAX),
            (true, _) => self.kept.expect(None, DOCUMENT_MAX),
            (false, _) => self.kept.expect(None, REFUSAL_BODY_MAX),
        }
    }

    fn body(&mut self, data: &[u8]) -> Result<bool, Error> {
        if self.is_document {
            self.kept.append(data).map(|()| true)
        } else {
            Ok(self.kept.append_some(data))
        }
    }
}
