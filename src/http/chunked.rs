//! The chunked transfer coding (RFC 9112 section 7.1), strictly.
//!
//! ```text
//! Size -> [Blank] -> [Extension] -> SizeLf -> Data -> DataCr -> DataLf -> Size ...      a size above 0
//!                                   SizeLf -> TrailerStart -> EndLf -> Done              a size of 0
//!                                             TrailerStart -> TrailerName -> TrailerValue -> TrailerLf -> TrailerStart ...
//! ```
#![forbid(unsafe_code)]

use super::request::{is_field_byte, is_token_byte};
use crate::error::Status;
use crate::limits::{CHUNK_LINE_MAX, CHUNK_SIZE_DIGITS_MAX, TRAILERS_MAX};

/// Where in a chunked body the decoder is. `line` counts the bytes of the current line, `total` those of all trailers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Size { size: u64, line: usize },
    Blank { size: u64, line: usize },
    Extension { size: u64, line: usize },
    SizeLf { size: u64 },
    Data { left: u64 },
    DataCr,
    DataLf,
    TrailerStart { total: usize },
    TrailerName { total: usize, line: usize },
    TrailerValue { total: usize, line: usize },
    TrailerLf { total: usize },
    EndLf,
    Done,
}

/// A decoder of the chunked coding. It ignores extensions and trailers, but checks and bounds them.
#[derive(Clone, Copy, Debug)]
pub struct Chunked(State);

impl Default for Chunked {
    fn default() -> Self {
        Self(State::Size { size: 0, line: 0 })
    }
}

impl Chunked {
    /// Takes from `input` up to the end of one piece of data: the bytes taken, and the data as a part of `input`, which may be empty.
    /// As long as the body has not ended, it takes at least one byte of an input that has any.
    ///
    /// Errors: `ResponseMalformed` for a size that is not 1 to `CHUNK_SIZE_DIGITS_MAX` hexadecimal digits, a CR LF that is missing, or a
    /// trailer that is no header line; `ResponseTooLarge` beyond `CHUNK_LINE_MAX` or `TRAILERS_MAX`.
    pub fn decode<'a>(&mut self, input: &'a [u8]) -> Result<(usize, &'a [u8]), Status> {
        for (used, &byte) in input.iter().enumerate() {
            match self.0 {
                State::Done => return Ok((used, &[])),
                State::Data { left } => {
                    let data = self.data(left, input.get(used..).unwrap_or_default());
                    return Ok((used + data.len(), data));
                }
                state => self.0 = state.step(byte)?,
            }
        }
        Ok((input.len(), &[]))
    }

    /// Whether the last chunk and the trailers have ended.
    pub fn is_done(&self) -> bool {
        self.0 == State::Done
    }

    fn data<'a>(&mut self, left: u64, rest: &'a [u8]) -> &'a [u8] {
        let data = super::body::first(rest, left);
        let left = left - data.len() as u64;
        self.0 = if left == 0 { State::DataCr } else { State::Data { left } };
        data
    }
}

impl State {
    fn step(self, byte: u8) -> Result<Self, Status> {
        match self {
            Self::Size { size, line } => size_digit(size, line, byte),
            Self::Blank { size, line } => blank(size, line, byte),
            Self::Extension { size, line } => extension(size, line, byte),
            Self::SizeLf { size: 0 } => expect(byte, b'\n', Self::TrailerStart { total: 0 }),
            Self::SizeLf { size } => expect(byte, b'\n', Self::Data { left: size }),
            Self::DataCr => expect(byte, b'\r', Self::DataLf),
            Self::DataLf => expect(byte, b'\n', Self::Size { size: 0, line: 0 }),
            Self::TrailerStart { .. } if byte == b'\r' => Ok(Self::EndLf),
            Self::TrailerStart { total } => trailer_name(total, 0, byte),
            Self::TrailerName { total, line } => trailer_name(total, line, byte),
            Self::TrailerValue { total, line } => trailer_value(total, line, byte),
            Self::TrailerLf { total } => expect(byte, b'\n', Self::TrailerStart { total }),
            Self::EndLf => expect(byte, b'\n', Self::Done),
            // `decode` steps in neither.
            Self::Data { .. } | Self::Done => Err(Status::Internal),
        }
    }
}

fn expect(byte: u8, expected: u8, next: State) -> Result<State, Status> {
    if byte == expected {
        Ok(next)
    } else {
        Err(Status::ResponseMalformed)
    }
}

/// In this state the line has digits alone, so their count is the line's length, and 16 of them cannot overflow.
fn size_digit(size: u64, line: usize, byte: u8) -> Result<State, Status> {
    match (byte, char::from(byte).to_digit(16)) {
        (_, Some(digit)) if line < CHUNK_SIZE_DIGITS_MAX => Ok(State::Size {
            size: size << 4 | u64::from(digit),
            line: line + 1,
        }),
        (b'\r', _) if line > 0 => Ok(State::SizeLf { size }),
        (_, None) if line > 0 => blank(size, line, byte),
        _ => Err(Status::ResponseMalformed),
    }
}

/// Blanks may stand before an extension (RFC 9112 section 7.1.1: `BWS`), and nowhere else.
fn blank(size: u64, line: usize, byte: u8) -> Result<State, Status> {
    match byte {
        b';' => longer(line, CHUNK_LINE_MAX).map(|line| State::Extension { size, line }),
        b' ' | b'\t' => longer(line, CHUNK_LINE_MAX).map(|line| State::Blank { size, line }),
        _ => Err(Status::ResponseMalformed),
    }
}

fn extension(size: u64, line: usize, byte: u8) -> Result<State, Status> {
    match byte {
        b'\r' => Ok(State::SizeLf { size }),
        _ if is_field_byte(byte) => longer(line, CHUNK_LINE_MAX).map(|line| State::Extension { size, line }),
        _ => Err(Status::ResponseMalformed),
    }
}

fn trailer_name(total: usize, line: usize, byte: u8) -> Result<State, Status> {
    let name = is_token_byte(byte);
    if !name && (byte != b':' || line == 0) {
        return Err(Status::ResponseMalformed);
    }
    let (total, line) = (longer(total, TRAILERS_MAX)?, longer(line, CHUNK_LINE_MAX)?);
    Ok(if name {
        State::TrailerName { total, line }
    } else {
        State::TrailerValue { total, line }
    })
}

fn trailer_value(total: usize, line: usize, byte: u8) -> Result<State, Status> {
    match byte {
        b'\r' => Ok(State::TrailerLf { total }),
        _ if is_field_byte(byte) => Ok(State::TrailerValue {
            total: longer(total, TRAILERS_MAX)?,
            line: longer(line, CHUNK_LINE_MAX)?,
        }),
        _ => Err(Status::ResponseMalformed),
    }
}

fn longer(length: usize, limit: usize) -> Result<usize, Status> {
    if length < limit {
        Ok(length + 1)
    } else {
        Err(Status::ResponseTooLarge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::{format, string::String, vec::Vec};

    /// The data, whether the body ended, and how much input it left.
    fn decode(input: &[u8]) -> Result<(Vec<u8>, bool, usize), Status> {
        let (mut chunked, mut data, mut rest) = (Chunked::default(), Vec::new(), input);
        while !rest.is_empty() && !chunked.is_done() {
            let (used, piece) = chunked.decode(rest)?;
            assert!(used > 0, "no progress");
            data.extend_from_slice(piece);
            rest = &rest[used..];
        }
        Ok((data, chunked.is_done(), rest.len()))
    }

    fn refused(input: &str) -> Status {
        decode(input.as_bytes()).expect_err(input)
    }

    #[test]
    fn every_part_of_the_grammar_is_decoded() {
        let whole =
            decode(b"4\r\nWiki\r\n6;a=b;c=\"d\"\r\npedia \r\nA \t;x\r\nin chunks.\r\n000\r\nX-T: v\r\nY:\r\n\r\nmore");
        assert_eq!(whole.unwrap(), (b"Wikipedia in chunks.".to_vec(), true, 4));
    }

    #[test]
    fn a_size_is_hexadecimal_digits_and_nothing_else() {
        for size in [
            "", "+5", "-5", " 5", "\t5", "0x5", "5 ", "5\t", "5 5", "g", "5h", ";a", "\u{ff15}",
        ] {
            assert_eq!(
                refused(&format!("{size}\r\nabcde\r\n0\r\n\r\n")),
                Status::ResponseMalformed,
                "{size:?}"
            );
        }
    }

    #[test]
    fn a_size_that_is_missing_is_not_0() {
        for bad in ["\r\n\r\n", ";x\r\n\r\n", " ;x\r\n\r\n", "1\r\na\r\n\r\n\r\n"] {
            assert_eq!(refused(bad), Status::ResponseMalformed, "{bad:?}");
        }
    }

    #[test]
    fn a_size_has_at_most_16_digits() {
        assert_eq!(
            decode(b"0000000000000001\r\na\r\n0\r\n\r\n").unwrap(),
            (b"a".to_vec(), true, 0)
        );
        assert_eq!(refused("00000000000000001\r\na\r\n"), Status::ResponseMalformed);
        assert_eq!(refused("10000000000000000\r\n"), Status::ResponseMalformed);
    }

    #[test]
    fn lines_end_in_cr_lf_alone() {
        for bad in [
            "1\na",
            "1\r\ra",
            "1\ra",
            "1;x\na",
            "1\r\na\n0",
            "1\r\naX",
            "1\r\na\rX",
            "1\r\nab\r\n",
            "0\n\n",
            "0\r\n\n",
            "0\r\n\rX",
            "0\r\nA: b\n",
            "0\r\nA: b\rX",
        ] {
            assert_eq!(refused(bad), Status::ResponseMalformed, "{bad:?}");
        }
    }

    #[test]
    fn trailers_are_header_lines() {
        for bad in [
            "HTTP/1.1 200 OK",
            "no colon",
            ": v",
            " folded: v",
            "a b: v",
            "a: \0",
            "a: \u{7f}",
        ] {
            assert_eq!(
                refused(&format!("0\r\n{bad}\r\n\r\n")),
                Status::ResponseMalformed,
                "{bad:?}"
            );
        }
        assert_eq!(refused("1;\0\r\na\r\n"), Status::ResponseMalformed);
    }

    #[test]
    fn a_size_line_has_at_most_256_bytes() {
        let line = |length: usize| format!("0;{}\r\n\r\n", "x".repeat(length - 2));
        assert_eq!(decode(line(256).as_bytes()).unwrap(), (Vec::new(), true, 0));
        assert_eq!(refused(&line(257)), Status::ResponseTooLarge);
        assert_eq!(refused(&format!("0{};", " ".repeat(256))), Status::ResponseTooLarge);
    }

    #[test]
    fn trailers_are_bounded_one_by_one_and_together() {
        let trailers = |lengths: &[usize]| {
            let lines: String = lengths
                .iter()
                .map(|length| format!("a:{}\r\n", "x".repeat(length - 2)))
                .collect();
            format!("0\r\n{lines}\r\n")
        };
        assert_eq!(decode(trailers(&[256; 16]).as_bytes()).unwrap(), (Vec::new(), true, 0));
        assert_eq!(refused(&trailers(&[257])), Status::ResponseTooLarge);
        assert_eq!(
            refused(&trailers(&[
                256, 256, 256, 256, 256, 256, 256, 256, 256, 256, 256, 256, 256, 256, 256, 255, 2
            ])),
            Status::ResponseTooLarge
        );
        assert_eq!(refused(&format!("0\r\n{}", "n".repeat(257))), Status::ResponseTooLarge);
    }
}
