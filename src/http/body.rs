//! The body of a response as its bytes come in: decoded in place, never copied (RFC 9112 section 6).
#![forbid(unsafe_code)]

use super::chunked::Chunked;
use super::framing::Framing;
use crate::error::Status;

/// A decoder of one body, by its framing. After an error it is of no more use.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// So many bytes are still to come; 0 is the end.
    Length(u64),
    /// In chunks.
    Chunked(Chunked),
    /// Everything until the stream's end.
    UntilClose,
}

/// One step of decoding. It has no `Debug` and no `PartialEq`: a body may hold credentials.
#[derive(Clone, Copy)]
pub struct Piece<'a> {
    /// Bytes taken from the input. What is not taken belongs to the next step, or comes after the body when that has ended.
    pub used: usize,
    /// The data that they hold: a part of the input, empty when they are framing alone.
    pub data: &'a [u8],
    /// Whether the body has ended.
    pub done: bool,
}

impl Body {
    /// A decoder for a body that is framed so.
    pub fn new(framing: Framing) -> Self {
        match framing {
            Framing::None => Self::Length(0),
            Framing::Length(length) => Self::Length(length),
            Framing::Chunked => Self::Chunked(Chunked::default()),
            Framing::UntilClose => Self::UntilClose,
        }
    }

    /// Decodes the next piece of the body. Call it again with what was not used until the input is empty or the piece is `done`; as long as
    /// the body has not ended, it uses at least one byte of an input that has any. That more bytes are needed is no error.
    ///
    /// Errors: those of [`Chunked::decode`].
    pub fn decode<'a>(&mut self, input: &'a [u8]) -> Result<Piece<'a>, Status> {
        let (used, data) = match self {
            Self::Length(left) => take(left, input),
            Self::Chunked(chunked) => chunked.decode(input)?,
            Self::UntilClose => (input.len(), input),
        };
        Ok(Piece {
            used,
            data,
            done: self.is_done(),
        })
    }

    /// Whether the body has ended, by what it says itself: never so for one that goes on until the stream's end.
    pub fn is_done(&self) -> bool {
        match self {
            Self::Length(left) => *left == 0,
            Self::Chunked(chunked) => chunked.is_done(),
            Self::UntilClose => false,
        }
    }

    /// Says whether the body is whole when the stream ends here: in TLS by a `close_notify`, since anyone can cut a TCP connection.
    ///
    /// Errors: `ResponseMalformed` when it is cut.
    pub fn finish(&self) -> Result<(), Status> {
        let whole = matches!(self, Self::UntilClose) || self.is_done();
        if whole { Ok(()) } else { Err(Status::ResponseMalformed) }
    }
}

/// The first `count` bytes of `input`, or all when there are fewer.
pub(super) fn first(input: &[u8], count: u64) -> &[u8] {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    input.get(..count).unwrap_or(input)
}

fn take<'a>(left: &mut u64, input: &'a [u8]) -> (usize, &'a [u8]) {
    let data = first(input, *left);
    *left -= data.len() as u64;
    (data.len(), data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step<'a>(body: &mut Body, input: &'a [u8]) -> (usize, &'a [u8], bool) {
        let piece = body.decode(input).unwrap();
        (piece.used, piece.data, piece.done)
    }

    #[test]
    fn a_length_ends_where_it_says() {
        let mut body = Body::new(Framing::Length(4));
        assert_eq!(step(&mut body, b"ab"), (2, b"ab".as_slice(), false));
        assert_eq!(body.finish().unwrap_err(), Status::ResponseMalformed);
        assert_eq!(step(&mut body, b"cdHTTP"), (2, b"cd".as_slice(), true));
        assert_eq!(step(&mut body, b"HTTP"), (0, b"".as_slice(), true));
        assert!(body.finish().is_ok());
    }

    #[test]
    fn no_body_is_done_at_once() {
        for framing in [Framing::None, Framing::Length(0)] {
            assert!(Body::new(framing).is_done());
            assert!(Body::new(framing).finish().is_ok());
        }
    }

    #[test]
    fn until_close_takes_everything_and_ends_with_the_stream() {
        let mut body = Body::new(Framing::UntilClose);
        assert_eq!(step(&mut body, b"0\r\n\r\n"), (5, b"0\r\n\r\n".as_slice(), false));
        assert!(body.finish().is_ok());
    }

    #[test]
    fn the_greatest_lengths_do_not_overflow() {
        let mut body = Body::new(Framing::Length(u64::MAX));
        assert_eq!(step(&mut body, b"abc"), (3, b"abc".as_slice(), false));
        let mut body = Body::new(Framing::Chunked);
        assert_eq!(
            step(&mut body, b"ffffffffffffffff\r\nabc"),
            (21, b"abc".as_slice(), false)
        );
    }
}
