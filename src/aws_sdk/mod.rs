//! The SigV4 module of the AWS IoT Device SDK for Embedded C, version 1.3.0, over [`sign`](crate::sign): its three functions, with its statuses in
//! its order. What C sees of it stands in `include/sigv4.h`.
//!
//! ```text
//! Parameters -> check -> headers -> payload's hash -> size of the output -> canonical request -> signature -> the caller's buffer
//! ```
#![forbid(unsafe_code)]

mod authorization;
mod date;
mod headers;
mod request;

pub use authorization::{Authorization, generate_http_authorization};
pub use date::aws_iot_date_to_iso8601;
pub use request::{Flags, Parameters};

use crate::sign::sink::{Count, Sink, Writer};
use crate::sign::text::Bytes;
use crate::sign::uri::{Coding, Encoding};

/// How a function fails. The numbers are those of `SigV4Status` in `sigv4.h`, of which two are never returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// A parameter is missing or out of its range, or a header has no name or no value.
    InvalidParameter = 1,
    /// The output buffer is too small.
    InsufficientMemory = 2,
    /// The date is none.
    IsoFormattingError = 3,
    /// A hash callback failed.
    HashError = 6,
    /// The headers are not lines of name, colon, value and line end.
    InvalidHttpHeaders = 7,
}

impl Status {
    /// Fails unless `condition` holds.
    pub fn require(condition: bool, otherwise: Self) -> Result<(), Self> {
        condition.then_some(()).ok_or(otherwise)
    }
}

/// Percent-encodes a text up to its first NUL into `buffer`, and says how many bytes that are. On an error `buffer` is as it was.
pub fn encode_uri(
    text: &[u8],
    buffer: &mut [u8],
    encode_slash: bool,
    double_encode_equals: bool,
) -> Result<usize, Status> {
    let kept = if encode_slash { Bytes::UNRESERVED } else { Bytes::PATH };
    let coding = if double_encode_equals {
        Coding::EqualsTwice
    } else {
        Coding::Once
    };
    let encoding = Encoding::new(kept, coding);
    let text = until_nul(text);
    let mut length = Count(0);
    encoding.onto(&mut length as &mut dyn Sink).put(text);
    Status::require(length.0 <= buffer.len(), Status::InsufficientMemory)?;
    encoding.onto(&mut Writer(buffer) as &mut dyn Sink).put(text);
    Ok(length.0)
}

/// The part of a text before its first NUL.
fn until_nul(text: &[u8]) -> &[u8] {
    text.split(|byte| *byte == 0).next().unwrap_or_default()
}
