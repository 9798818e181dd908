//! Where a response's body ends (RFC 9112 section 6.3), and no two ways to read that.
#![forbid(unsafe_code)]

use super::response::Head;
use crate::error::Status;

/// How the end of a body shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is no body.
    None,
    /// It has this many bytes.
    Length(u64),
    /// It comes in chunks (RFC 9112 section 7.1).
    Chunked,
    /// It goes on until the connection is closed. Such a body can be cut without a trace but for TLS's `close_notify`.
    UntilClose,
}

/// Reads the framing of a response with `head`; `to_head` says that the request was a HEAD.
///
/// Errors: `ResponseMalformed` for whatever two readers could take for two lengths: a repeated `Content-Length` or `Transfer-Encoding`, both
/// together, a length that is not digits alone or exceeds 64 bits, a coding other than `chunked`, a coding in HTTP/1.0.
pub fn framing(head: &Head, to_head: bool) -> Result<Framing, Status> {
    let coding = at_most_one(head, "transfer-encoding")?;
    let length = at_most_one(head, "content-length")?.map(decimal).transpose()?;
    let declared = match (coding, length) {
        (None, None) => Framing::UntilClose,
        (None, Some(length)) => Framing::Length(length),
        (Some(coding), None) if head.is_http_11() && coding.eq_ignore_ascii_case(b"chunked") => Framing::Chunked,
        (Some(_), _) => return Err(Status::ResponseMalformed),
    };
    let bodyless = to_head || matches!(head.status(), 100..=199 | 204 | 304);
    Ok(if bodyless { Framing::None } else { declared })
}

/// RFC 9110 section 8.6 leaves it to the recipient to refuse a length that is repeated with the same value; nobody at AWS sends one.
fn at_most_one<'a>(head: &'a Head, name: &str) -> Result<Option<&'a [u8]>, Status> {
    let mut values = head.all(name);
    let first = values.next();
    if values.next().is_some() {
        Err(Status::ResponseMalformed)
    } else {
        Ok(first)
    }
}

/// RFC 9110 section 8.6: `Content-Length = 1*DIGIT`. No sign, no list.
fn decimal(digits: &[u8]) -> Result<u64, Status> {
    if digits.is_empty() {
        return Err(Status::ResponseMalformed);
    }
    digits
        .iter()
        .try_fold(0_u64, |number, byte| push_digit(number, *byte))
        .ok_or(Status::ResponseMalformed)
}

fn push_digit(number: u64, byte: u8) -> Option<u64> {
    let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
    number.checked_mul(10)?.checked_add(digit)
}
