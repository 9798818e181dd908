//! One request and its response over a TLS stream: the one place where HTTP meets I/O.
#![forbid(unsafe_code)]

use super::body::Body;
use super::failure::in_response;
use super::response::{Head, Progress, ResponseReader};
use crate::error::{Error, Phase, Status};
use crate::limits::{CHUNK_LINE_MAX, INTERIM_RESPONSES_MAX, RESPONSE_HEAD_MAX, RESPONSE_HEADERS_MAX, TRAILERS_MAX};
use crate::memory;
use crate::tls::{Received, Stream};

/// Takes a response as it comes in.
pub trait Answer {
    /// Takes the final head, before any of the body.
    fn head(&mut self, head: &Head) -> Result<(), Error>;

    /// Takes a piece of the body, and says whether it wants more of it. Errors end the exchange.
    fn body(&mut self, data: &[u8]) -> Result<bool, Error>;
}

/// Where the response stands.
enum State {
    Head(ResponseReader),
    Body(Head, Body),
    Done(Head),
    /// Between two states, and after an error.
    Failed,
}

/// The response to one request.
pub struct Exchange<'a, A> {
    answer: &'a mut A,
    state: State,
    /// The server has sent `100 Continue`.
    continued: bool,
    /// The response has ended where it says itself, and nothing came behind it.
    is_whole: bool,
}

/// A response that is over.
pub struct Finished {
    /// Its head.
    pub head: Head,
    /// The server lets the connection carry another request, and the response leaves no doubt where its answer begins (RFC 9112 section 9.3).
    pub can_go_on: bool,
}

impl<'a, A: Answer> Exchange<'a, A> {
    /// An exchange of which nothing has come yet.
    pub fn new(method: &[u8], answer: &'a mut A) -> Self {
        Self {
            answer,
            state: State::Head(ResponseReader::new(method)),
            continued: false,
            is_whole: false,
        }
    }

    /// Whether the final head is there.
    fn is_answered(&self) -> bool {
        matches!(self.state, State::Body(..) | State::Done(_))
    }

    /// Whether the server has refused the request: nothing more of it needs to be sent (RFC 9112 section 9.5). A success that comes before the request was
    /// sent is no reason to stop: the rest would be missing.
    pub fn is_refused(&self) -> bool {
        matches!(&self.state, State::Body(head, _) | State::Done(head) if !is_success(head))
    }

    /// The one who takes the response.
    pub fn answer(&mut self) -> &mut A {
        self.answer
    }

    /// Sends a part of the request. When the server broke the connection or stopped reading, but had refused the request, its answer counts.
    pub fn send(&mut self, stream: &mut Stream<'_>, part: &[u8]) -> Result<(), Error> {
        match stream.send(part) {
            Err(broken) if is_cut(&broken) => self.hear_out(stream, broken),
            sent => sent,
        }
    }

    /// After a broken send: takes what the server said before it closed. A TLS alert is an error that says more than `broken`.
    fn hear_out(&mut self, stream: &mut Stream<'_>, broken: Error) -> Result<(), Error> {
        // When no time is left, what is there is still taken. A success would not count.
        while !self.is_answered() || matches!(&self.state, State::Body(..) if self.is_refused()) {
            let left_ms = stream.deadline().remaining_ms().unwrap_or(0);
            match self.listen(stream, left_ms) {
                Ok(Received::Some) => {}
                // A transport may give up earlier than it was told.
                Ok(Received::Nothing) if left_ms > 0 => {}
                Ok(Received::Nothing | Received::Closed) => break,
                Err(error) if error.status.is_cut() => break,
                Err(error) => return Err(error),
            }
        }
        if self.is_refused() { Ok(()) } else { Err(broken) }
    }

    /// Takes what arrives within `timeout_ms`. The connection may fail behind a refusal, which is the outcome all the same.
    fn listen(&mut self, stream: &mut Stream<'_>, timeout_ms: u32) -> Result<Received, Error> {
        match stream.receive_within(timeout_ms, &mut |input| self.push(input)) {
            Err(_) if self.is_refused() => {
                self.conclude();
                Ok(Received::Nothing)
            }
            received => received,
        }
    }

    /// Takes what has arrived, without waiting.
    pub fn poll(&mut self, stream: &mut Stream<'_>) -> Result<(), Error> {
        match self.listen(stream, 0)? {
            Received::Closed => self.end_of_stream(),
            Received::Some | Received::Nothing => Ok(()),
        }
    }

    /// Waits for `100 Continue` or the final head, at most `timeout_ms` milliseconds.
    pub fn wait_for_continue(&mut self, stream: &mut Stream<'_>, timeout_ms: u32) -> Result<(), Error> {
        let end = stream.deadline().within(timeout_ms);
        while let (false, false, Ok(left)) = (self.continued, self.is_answered(), end.remaining_ms()) {
            if self.listen(stream, left)? == Received::Closed {
                return self.end_of_stream();
            }
        }
        Ok(())
    }

    /// Receives the rest of the response, until the deadline. Once the head of a refusal is there it is the outcome, however its body ends.
    pub fn finish(mut self, stream: &mut Stream<'_>) -> Result<Finished, Error> {
        loop {
            let received = match self.state {
                State::Done(head) => {
                    let can_go_on = self.is_whole && head.keeps_alive() && stream.is_open();
                    return Ok(Finished { head, can_go_on });
                }
                _ => stream.receive(&mut |input| self.push(input)),
            };
            match (received, &self.state) {
                (Ok(Received::Closed), _) => self.end_of_stream()?,
                // The response is whole, whatever came behind it.
                (Ok(_), _) | (Err(_), State::Done(_)) => {}
                (Err(_), State::Body(head, _)) if !is_success(head) => self.conclude(),
                (Err(error), State::Body(head, _)) => return Err(in_response(error, head)),
                (Err(error), _) => return Err(error),
            }
        }
    }

    /// The stream ended in good order: is the response whole?
    fn end_of_stream(&mut self) -> Result<(), Error> {
        match &self.state {
            State::Head(reader) => return Err(Error::from(reader.end_of_stream()).at(Phase::Receive)),
            State::Body(head, body) if is_success(head) => {
                body.finish()
                    .map_err(|status| in_response(unreadable_body(status), head))?;
            }
            State::Body(..) | State::Done(_) => {}
            State::Failed => return Err(Status::Internal.into()),
        }
        self.conclude();
        Ok(())
    }

    fn conclude(&mut self) {
        self.state = match core::mem::replace(&mut self.state, State::Failed) {
            State::Body(head, _) => State::Done(head),
            state => state,
        };
    }

    /// Takes plaintext. What comes after the response's end is not looked at: such a connection is not used again.
    fn push(&mut self, mut input: &[u8]) -> Result<(), Error> {
        while !input.is_empty() {
            let used = match core::mem::replace(&mut self.state, State::Failed) {
                State::Head(reader) => self.push_head(reader, input)?,
                State::Body(head, body) => self.push_body(head, body, input)?,
                done => {
                    self.state = done;
                    self.is_whole = false;
                    return Ok(());
                }
            };
            input = input.get(used..).unwrap_or_default();
        }
        Ok(())
    }

    fn push_head(&mut self, mut reader: ResponseReader, input: &[u8]) -> Result<usize, Error> {
        memory::check(reader.needs(input), "the response's head")?;
        let (used, progress) = reader.push(input).map_err(unreadable_head)?;
        self.state = match progress {
            Progress::NeedMore => State::Head(reader),
            Progress::Interim(status) => {
                self.continued |= status == 100;
                State::Head(reader)
            }
            Progress::Final(head) => {
                self.answer.head(&head).map_err(|error| in_response(error, &head))?;
                let body = Body::new(head.framing());
                if body.is_done() {
                    self.is_whole = true;
                    State::Done(head)
                } else {
                    State::Body(head, body)
                }
            }
        };
        Ok(used)
    }

    fn push_body(&mut self, head: Head, mut body: Body, input: &[u8]) -> Result<usize, Error> {
        let piece = match body.decode(input) {
            Ok(piece) => piece,
            // What was kept of it is enough to read the server's words.
            Err(_) if !is_success(&head) => {
                self.state = State::Done(head);
                return Ok(input.len());
            }
            Err(status) => return Err(in_response(unreadable_body(status), &head)),
        };
        let wants_more = piece.data.is_empty() || {
            let taken = self.answer.body(piece.data);
            taken.map_err(|error| in_response(error, &head))?
        };
        self.is_whole = piece.done;
        self.state = if piece.done || !wants_more {
            State::Done(head)
        } else {
            State::Body(head, body)
        };
        Ok(piece.used)
    }
}

fn is_success(head: &Head) -> bool {
    (200..300).contains(&head.status())
}

/// The connection failed, and not the response's form or the one who takes it.
fn is_cut(error: &Error) -> bool {
    error.status.is_cut() || error.status == Status::Deadline
}

fn unreadable_head(status: Status) -> Error {
    match status {
        Status::ResponseTooLarge => Error::new(
            status,
            format_args!(
                "the head has more than {RESPONSE_HEAD_MAX} bytes or {RESPONSE_HEADERS_MAX} headers, or follows more than {INTERIM_RESPONSES_MAX} interim ones"
            ),
        ),
        status => Error::new(status, format_args!("the head is not well-formed HTTP/1.1")),
    }
}

fn unreadable_body(status: Status) -> Error {
    match status {
        Status::ResponseTooLarge => Error::new(
            status,
            format_args!(
                "a chunk's size line has more than {CHUNK_LINE_MAX} bytes, or the trailers have more than {TRAILERS_MAX}"
            ),
        ),
        status => Error::new(
            status,
            format_args!("the body is cut, or its chunks are not well-formed"),
        ),
    }
}
