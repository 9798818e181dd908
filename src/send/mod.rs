//! One signed HTTPS request to an AWS service, its bodies streamed.
#![forbid(unsafe_code)]

pub mod line;
pub mod request;
pub mod service_error;

pub use line::{Fresh, Line, Reusable};
pub use request::{Body, Request, Source};

use crate::credentials::Credentials;
use crate::error::{Error, Status};
use crate::http::exchange::{Answer, Exchange, Finished};
use crate::http::framing::Framing;
use crate::http::kept::Kept;
use crate::http::response::Head;
use crate::limits::{BODY_PIECE, CONTINUE_WAIT_MS, REFUSAL_BODY_MAX, TRAILER_NAME_MAX, UPLOAD_CHUNK};
use crate::memory;
use crate::net::{Clock, Deadline};
use crate::secret::scrubbed;
use crate::sign::{self, CHUNK_HEAD_MAX, Chunks, Payload};
use crate::time::UnixTime;
use crate::tls::Stream;
use alloc::vec::Vec;
use zeroize::Zeroizing;

/// The device's clocks, with a date that the caller knows better.
pub struct Dated<'a> {
    /// The clocks.
    pub clock: &'a dyn Clock,
    /// The date for the signature and for certificates; `None`: the clock's.
    pub time: Option<UnixTime>,
}

impl Clock for Dated<'_> {
    fn unix_time(&self) -> Option<UnixTime> {
        self.time.or_else(|| self.clock.unix_time())
    }

    fn monotonic_ms(&self) -> u64 {
        self.clock.monotonic_ms()
    }

    fn sleep(&self, ms: u32) -> bool {
        self.clock.sleep(ms)
    }
}

/// How far the bodies are, in bytes. A total of 0 is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Sent of the request's body.
    pub sent: u64,
    /// Its length.
    pub to_send: u64,
    /// Received of the response's body.
    pub received: u64,
    /// Its length.
    pub to_receive: u64,
}

/// Takes a response: a successful one, but for `refusal`. An error ends the call.
pub trait Sink {
    /// Takes a header.
    fn header(&mut self, name: &[u8], value: &[u8]);

    /// Told the body's length before it comes; `None` where the server does not say. Errors: `BufferTooSmall`.
    fn length(&mut self, length: Option<u64>) -> Result<(), Status>;

    /// Takes a piece of the body. Errors: `BodySink`, `BufferTooSmall`.
    fn body(&mut self, data: &[u8]) -> Result<(), Status>;

    /// Told of progress. Errors: `BodySink`, to stop.
    fn progress(&mut self, progress: Progress) -> Result<(), Status>;

    /// Takes a piece of the body of a refusal, and says whether more is wanted.
    fn refusal(&mut self, data: &[u8]) -> bool;
}

/// Sends `request`, signed with `credentials`, over `line`, and gives the response to `sink`. Returns the HTTP status, 200 to 299; any other is an error.
///
/// On a connection that was used before, the server may close just as the request is on its way. If nothing of an answer came, and to repeat the request can do no harm, it is
/// sent once more on a fresh connection (RFC 9110 section 9.2.2).
pub fn send(
    request: &mut Request<'_>,
    credentials: &Credentials<'_>,
    sink: &mut dyn Sink,
    line: &mut dyn Line,
    clock: &dyn Clock,
) -> Result<u16, Error> {
    scrubbed(|| send_with_secrets(request, credentials, sink, line, clock))
}

fn send_with_secrets(
    request: &mut Request<'_>,
    credentials: &Credentials<'_>,
    sink: &mut dyn Sink,
    line: &mut dyn Line,
    clock: &dyn Clock,
) -> Result<u16, Error> {
    let deadline = Deadline::after(clock, request.timeout_ms());
    let whole = request.body.in_memory();
    let length = request.body.len();
    let mut answer = Response {
        sink,
        progress: Progress {
            to_send: length,
            ..Progress::default()
        },
        refusal: None,
    };
    let head = loop {
        match attempt(request, credentials, &mut answer, line, deadline) {
            Ok(head) => break head,
            Err(Failed::Unheard(_)) if request.can_be_repeated(whole, length) => answer.progress.sent = 0,
            Err(Failed::Unheard(error) | Failed::Finally(error)) => return Err(error),
        }
    };
    match answer.refusal {
        None => Ok(head.status()),
        Some(body) => Err(service_error::service_error(&head, body.bytes())),
    }
}

/// Why an attempt failed.
enum Failed {
    /// A connection that was used before was lost without a word of an answer.
    Unheard(Error),
    /// Anything else.
    Finally(Error),
}

impl<E: Into<Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Finally(error.into())
    }
}

/// Sends the request once.
fn attempt(
    request: &mut Request<'_>,
    credentials: &Credentials<'_>,
    answer: &mut Response<'_>,
    line: &mut dyn Line,
    deadline: Deadline<'_>,
) -> Result<Head, Failed> {
    let clock = deadline.clock();
    let mut chunks = Chunks::new();
    let head = request.signed_head(credentials, clock, &mut chunks, line.keeps())?;
    let keeps = line.keeps();
    let mut stream = line.open(request, deadline)?;
    let outcome = talk(request, head, &mut chunks, answer, &mut stream);
    let has_heard = stream.has_heard();
    let is_kept = keeps && matches!(&outcome, Ok(finished) if finished.can_go_on && request.body.is_empty());
    if is_kept {
        stream.keep();
    } else {
        drop(stream);
    }
    line.over(is_kept, clock);
    match outcome {
        Ok(finished) => Ok(finished.head),
        Err(error) if error.status.is_cut() && line.was_used() && !has_heard => Err(Failed::Unheard(error)),
        Err(error) => Err(error.into()),
    }
}

/// The request goes out, the response comes in.
fn talk(
    request: &mut Request<'_>,
    head: Zeroizing<Vec<u8>>,
    chunks: &mut Chunks,
    answer: &mut Response<'_>,
    stream: &mut Stream<'_>,
) -> Result<Finished, Error> {
    let mut exchange = Exchange::new(request.method, answer);
    exchange.send(stream, &head)?;
    drop(head);
    if request.asks_first() {
        exchange.wait_for_continue(stream, CONTINUE_WAIT_MS)?;
    }
    match request.payload {
        Payload::Streaming(_) => send_chunks(&mut request.body, chunks, &mut exchange, stream)?,
        _ => send_body(&mut request.body, &mut exchange, stream)?,
    }
    exchange.finish(stream)
}

/// Sends the body piece by piece, unless the server refuses it before it is over.
fn send_body(
    body: &mut Body<'_>,
    exchange: &mut Exchange<'_, Response<'_>>,
    stream: &mut Stream<'_>,
) -> Result<(), Error> {
    let mut left = body.len();
    let mut piece = memory::zeros(if left == 0 { 0 } else { BODY_PIECE }, "the request's body")?;
    while left > 0 && !exchange.is_refused() {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(BODY_PIECE);
        let data = body.next(piece.get_mut(..wanted).unwrap_or_default())?;
        exchange.send(stream, data)?;
        if exchange.is_refused() {
            break;
        }
        left = left.saturating_sub(data.len() as u64);
        exchange.answer().sent(data.len())?;
        exchange.poll(stream)?;
    }
    Ok(())
}

/// The same in chunks, each with its head, and an end.
fn send_chunks(
    body: &mut Body<'_>,
    chunks: &mut Chunks,
    exchange: &mut Exchange<'_, Response<'_>>,
    stream: &mut Stream<'_>,
) -> Result<(), Error> {
    let mut head = [0; CHUNK_HEAD_MAX];
    let mut room = memory::zeros(if body.is_empty() { 0 } else { UPLOAD_CHUNK }, "the request's body")?;
    while !body.is_empty() && !exchange.is_refused() {
        let wanted = usize::try_from(body.len()).unwrap_or(usize::MAX).min(UPLOAD_CHUNK);
        let data = body.next_whole(room.get_mut(..wanted).unwrap_or_default())?;
        let used = chunks.chunk(data, &mut head).map_err(sign::Error::status)?;
        exchange.send(stream, head.get(..used).unwrap_or_default())?;
        exchange.send(stream, data)?;
        if exchange.is_refused() {
            break;
        }
        exchange.answer().sent(data.len())?;
        exchange.poll(stream)?;
    }
    if exchange.is_refused() {
        return Ok(());
    }
    let mut end = [0; 2 * CHUNK_HEAD_MAX + TRAILER_NAME_MAX];
    let used = chunks.end(b"", &mut end).map_err(sign::Error::status)?;
    exchange.send(stream, end.get(..used).unwrap_or_default())
}

/// The response: a success goes to the sink, of anything else as much is kept as is wanted to read the server's words.
struct Response<'a> {
    sink: &'a mut dyn Sink,
    progress: Progress,
    refusal: Option<Kept>,
}

impl Response<'_> {
    fn sent(&mut self, count: usize) -> Result<(), Error> {
        self.progress.sent += count as u64;
        Ok(self.sink.progress(self.progress)?)
    }
}

impl Answer for Response<'_> {
    fn head(&mut self, head: &Head) -> Result<(), Error> {
        if !(200..300).contains(&head.status()) {
            let mut kept = Kept::default();
            kept.expect(None, REFUSAL_BODY_MAX)?;
            self.refusal = Some(kept);
            return Ok(());
        }
        head.headers().for_each(|(name, value)| self.sink.header(name, value));
        let length = match head.framing() {
            Framing::None => Some(0),
            Framing::Length(length) => Some(length),
            Framing::Chunked | Framing::UntilClose => None,
        };
        self.progress.to_receive = length.unwrap_or(0);
        Ok(self.sink.length(length)?)
    }

    fn body(&mut self, data: &[u8]) -> Result<bool, Error> {
        if let Some(kept) = &mut self.refusal {
            let (ours, theirs) = (kept.append_some(data), self.sink.refusal(data));
            return Ok(ours || theirs);
        }
        self.sink.body(data)?;
        self.progress.received += data.len() as u64;
        self.sink.progress(self.progress)?;
        Ok(true)
    }
}
