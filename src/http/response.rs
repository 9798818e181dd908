//! The head of a response (RFC 9112 sections 2.1, 4 and 5), as its bytes come in.
//!
//! ```text
//! bytes -> push -> NeedMore | Interim(100..=199, not 101) -> push ... -> Final(Head) -> body::Body::new(head.framing())
//! ```
#![forbid(unsafe_code)]

use super::framing::{Framing, framing};
use crate::error::Status;
use crate::limits::{INTERIM_RESPONSES_MAX, RESPONSE_HEAD_MAX, RESPONSE_HEADERS_MAX};
use crate::time::UnixTime;
use alloc::vec::Vec;
use core::{fmt, mem};

/// What every response begins with. Another version, or another protocol, shows at its first byte that differs.
const PREFIX: &[u8] = b"HTTP/1.";

/// How far the reader got.
#[derive(Debug)]
pub enum Progress {
    /// All input was taken and the head goes on.
    NeedMore,
    /// An interim response with this status, 100 or 102 to 199, has ended (RFC 9110 section 15.2). Another response follows: push on.
    Interim(u16),
    /// The head of the final response has ended; what follows is its body.
    Final(Head),
}

/// Reads response heads, byte by byte or in any pieces. After an error it is of no more use.
#[derive(Default)]
pub struct ResponseReader {
    bytes: Vec<u8>,
    line: Line,
    to_head: bool,
    interims: u32,
}

impl ResponseReader {
    /// A reader for the response to a request with `method`: one to HEAD has no body.
    pub fn new(method: &[u8]) -> Self {
        Self {
            to_head: method == b"HEAD",
            ..Self::default()
        }
    }

    /// Takes from `input` what belongs to the head, and says how many bytes that is. What is not taken comes after the head.
    ///
    /// Errors: `ResponseTooLarge` beyond `RESPONSE_HEAD_MAX` bytes, `RESPONSE_HEADERS_MAX` headers or `INTERIM_RESPONSES_MAX` interim responses.
    /// `ResponseMalformed` for what is not HTTP/1.0 or 1.1, a line that does not end in CR LF, a CR or LF elsewhere, a folded line, space
    /// before a colon, a line that is no header (such as a second status line), an ambiguous length ([`framing`]), and status 101.
    pub fn push(&mut self, input: &[u8]) -> Result<(usize, Progress), Status> {
        let used = self.take(input)?;
        if self.line != Line::HeadEnded {
            return Ok((used, Progress::NeedMore));
        }
        self.line = Line::default();
        let head = Head::parse(mem::take(&mut self.bytes), self.to_head)?;
        match head.status {
            101 => Err(Status::ResponseMalformed),
            100..=199 => self.interim(head.status).map(|progress| (used, progress)),
            _ => Ok((used, Progress::Final(head))),
        }
    }

    /// Bytes of memory that `push` of `input` may allocate.
    pub fn needs(&self, input: &[u8]) -> usize {
        let length = self.bytes.len() + input.len().min(RESPONSE_HEAD_MAX);
        if length > self.bytes.capacity() {
            length.max(2 * self.bytes.capacity())
        } else {
            0
        }
    }

    /// What it means that the stream ends here: `ConnectionLost` before the first byte of a response, `ResponseMalformed` within its head.
    pub fn end_of_stream(&self) -> Status {
        if self.bytes.is_empty() {
            Status::ConnectionLost
        } else {
            Status::ResponseMalformed
        }
    }

    fn take(&mut self, input: &[u8]) -> Result<usize, Status> {
        let mut used = 0;
        for &byte in input {
            let position = self.bytes.len() + used;
            if position >= RESPONSE_HEAD_MAX {
                return Err(Status::ResponseTooLarge);
            }
            if PREFIX.get(position).is_some_and(|&expected| expected != byte) {
                return Err(Status::ResponseMalformed);
            }
            self.line = self.line.step(byte)?;
            used += 1;
            if self.line == Line::HeadEnded {
                break;
            }
        }
        self.bytes.extend(input.iter().take(used));
        Ok(used)
    }

    fn interim(&mut self, status: u16) -> Result<Progress, Status> {
        self.interims += 1;
        if self.interims > INTERIM_RESPONSES_MAX {
            return Err(Status::ResponseTooLarge);
        }
        Ok(Progress::Interim(status))
    }
}

/// Where in a line the reader is. Lines end in CR LF alone: RFC 9112 section 2.2 would let a bare LF pass, but what one reader takes for a
/// line's end and another does not is how two heads come in one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Line {
    #[default]
    Text,
    Cr,
    Start,
    EmptyCr,
    HeadEnded,
}

impl Line {
    fn step(self, byte: u8) -> Result<Self, Status> {
        match (self, byte) {
            (Self::Cr, b'\n') => Ok(Self::Start),
            (Self::EmptyCr, b'\n') => Ok(Self::HeadEnded),
            (Self::Cr | Self::EmptyCr, _) | (_, b'\n') => Err(Status::ResponseMalformed),
            (Self::Start, b'\r') => Ok(Self::EmptyCr),
            (_, b'\r') => Ok(Self::Cr),
            _ => Ok(Self::Text),
        }
    }
}

/// The head of a response: well-formed, and with one reading of where the body ends.
pub struct Head {
    bytes: Vec<u8>,
    status: u16,
    is_http_11: bool,
    framing: Framing,
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Head {{ status: {}, framing: {:?} }}", self.status, self.framing)
    }
}

impl Head {
    fn parse(bytes: Vec<u8>, to_head: bool) -> Result<Self, Status> {
        let (minor, status) = status_line_and_headers(&bytes)?;
        let mut head = Self {
            bytes,
            status,
            is_http_11: minor == 1,
            framing: Framing::None,
        };
        head.framing = framing(&head, to_head)?;
        Ok(head)
    }

    /// The status code, 100 to 999.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether the response is of HTTP/1.1 (otherwise of 1.0).
    pub fn is_http_11(&self) -> bool {
        self.is_http_11
    }

    /// How the end of the body shows.
    pub fn framing(&self) -> Framing {
        self.framing
    }

    /// The headers in their order: name, and value without the blanks around it.
    pub fn headers(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.bytes.split(|byte| *byte == b'\n').skip(1).filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (name, value) = line.split_at(colon);
            Some((name, value.get(1..)?.trim_ascii()))
        })
    }

    /// The values of every header with this name, in any case.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.headers()
            .filter(move |header| header.0.eq_ignore_ascii_case(name.as_bytes()))
            .map(|header| header.1)
    }

    /// The value of the first header with this name, in any case.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.all(name).next()
    }

    /// The server's clock when it answered: the `Date` header (RFC 9110 section 6.6.1), if it is there and is a date.
    pub fn date(&self) -> Option<UnixTime> {
        self.header("date").and_then(UnixTime::parse_http_date)
    }

    /// Whether the connection can carry another request after this response (RFC 9112 section 9.3). HTTP/1.0 always closes here.
    pub fn keeps_alive(&self) -> bool {
        let mut options = self
            .all("connection")
            .flat_map(|value| value.split(|byte| *byte == b','));
        let closes = options.any(|option| option.trim_ascii().eq_ignore_ascii_case(b"close"));
        self.is_http_11 && !closes && self.framing != Framing::UntilClose
    }
}

/// The minor version and the status of a complete head, once httparse found every line well-formed.
fn status_line_and_headers(bytes: &[u8]) -> Result<(u8, u16), Status> {
    let mut headers = [httparse::EMPTY_HEADER; RESPONSE_HEADERS_MAX];
    let mut response = httparse::Response::new(&mut headers);
    let complete = match response.parse(bytes) {
        Ok(parsed) => parsed.is_complete(),
        Err(httparse::Error::TooManyHeaders) => return Err(Status::ResponseTooLarge),
        Err(_) => false,
    };
    match (response.version, response.code) {
        (Some(minor), Some(status @ 100..)) if complete => Ok((minor, status)),
        _ => Err(Status::ResponseMalformed),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    extern crate std;
    use std::{format, string::String};

    /// The head of a response with this status and these header lines.
    pub(crate) fn head(status: u16, lines: &[&str]) -> Head {
        let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        read("GET", &format!("HTTP/1.1 {status} Reason\r\n{lines}\r\n")).unwrap()
    }

    fn read(method: &str, text: &str) -> Result<Head, Status> {
        match ResponseReader::new(method.as_bytes()).push(text.as_bytes())? {
            (used, Progress::Final(head)) if used == text.len() => Ok(head),
            (used, progress) => panic!("{used} {progress:?}"),
        }
    }

    #[test]
    fn headers_are_found_in_any_case_without_the_blanks_around_them() {
        let head = head(
            200,
            &[
                "Date: Sat, 17 Jan 2026 14:00:00 GMT",
                "X-a:",
                "x-A: \t b c\t ",
                "Y:d:e",
                "z: \u{e9}",
            ],
        );
        assert_eq!(head.status(), 200);
        assert_eq!(head.header("x-a"), Some(b"".as_slice()));
        assert!(head.all("X-A").eq([b"".as_slice(), b"b c"]));
        assert_eq!(head.header("y"), Some(b"d:e".as_slice()));
        assert_eq!(head.header("Z"), Some("\u{e9}".as_bytes()));
        assert_eq!(head.header("x"), None);
        assert_eq!(head.headers().count(), 5);
        // 2026-01-17T14:00:00Z by `date -u -d ... +%s`.
        assert_eq!(head.date(), Some(UnixTime(1_768_658_400)));
    }

    #[test]
    fn a_body_ends_as_rfc_9112_section_6_3_has_it() {
        let framed = |method, status, lines: &str| {
            read(method, &format!("HTTP/1.1 {status}\r\n{lines}\r\n"))
                .unwrap()
                .framing()
        };
        for lines in ["", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"] {
            assert_eq!(framed("HEAD", 200, lines), Framing::None);
            assert_eq!(framed("GET", 204, lines), Framing::None);
            assert_eq!(framed("GET", 304, lines), Framing::None);
        }
        assert_eq!(framed("GET", 200, ""), Framing::UntilClose);
        assert_eq!(framed("GET", 200, "content-length:0\r\n"), Framing::Length(0));
        assert_eq!(
            framed("PUT", 500, "Content-Length: 18446744073709551615\r\n"),
            Framing::Length(u64::MAX)
        );
        assert_eq!(framed("GET", 200, "Transfer-Encoding: Chunked\r\n"), Framing::Chunked);
    }

    #[test]
    fn a_connection_is_kept_unless_something_speaks_against_it() {
        let kept = |text: &str| read("GET", text).unwrap().keeps_alive();
        assert!(kept("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        assert!(kept("HTTP/1.1 204\r\nConnection: keep-alive\r\n\r\n"));
        assert!(!kept(
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: a\r\nconnection: b , CLOSE\r\n\r\n"
        ));
        assert!(!kept("HTTP/1.1 200 OK\r\n\r\n"));
        assert!(!kept(
            "HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"
        ));
    }

    #[test]
    fn the_end_of_the_stream_is_told_apart() {
        let mut reader = ResponseReader::new(b"GET");
        assert_eq!(reader.end_of_stream(), Status::ConnectionLost);
        assert!(matches!(
            reader.push(b"HTTP/1.1 100\r\n\r\nHT"),
            Ok((16, Progress::Interim(100)))
        ));
        assert_eq!(reader.end_of_stream(), Status::ConnectionLost);
        assert!(matches!(reader.push(b"HT"), Ok((2, Progress::NeedMore))));
        assert_eq!(reader.end_of_stream(), Status::ResponseMalformed);
    }
}
