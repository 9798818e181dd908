//! Headers as they come in.
#![forbid(unsafe_code)]

use crate::error::Status;

/// Headers that are sent but not signed: those that RFC 9110 section 7.6.1 lets every hop change or remove, and those that AWS's SDKs leave out because a
/// proxy or a client library changes them. Every other header is signed.
/// <https://github.com/smithy-lang/smithy-rs/blob/main/aws/rust-runtime/aws-sigv4/src/http_request/settings.rs>,
/// <https://github.com/awslabs/aws-c-auth/blob/main/source/aws_signing.c>
pub const UNSIGNED_HEADERS: [&[u8]; 12] = [
    b"authorization",
    b"connection",
    b"expect",
    b"keep-alive",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
    b"user-agent",
    b"x-amzn-trace-id",
];

/// One header of a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Header<'a> {
    /// The name, in any case: a token (RFC 9110 section 5.6.2).
    pub name: &'a [u8],
    /// The value: no control character but the tab.
    pub value: &'a [u8],
}

impl<'a> Header<'a> {
    /// Whether this is the header of that name, which is in lower case.
    pub fn is(&self, name: &[u8]) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether the signature covers it.
    pub fn is_signed(&self) -> bool {
        !UNSIGNED_HEADERS.iter().any(|name| self.is(name))
    }

    /// The value without the spaces and tabs around it, which are no part of it (RFC 9110 section 5.5).
    pub fn trimmed(&self) -> &'a [u8] {
        let start = self.value.iter().take_while(|byte| is_blank(**byte)).count();
        let value = self.value.get(start..).unwrap_or_default();
        let end = value.iter().rev().take_while(|byte| is_blank(**byte)).count();
        value.get(..value.len().saturating_sub(end)).unwrap_or_default()
    }

    fn check(&self) -> Result<(), Status> {
        let good = is_token(self.name) && every(self.value, |byte| byte == b'\t' || (byte >= b' ' && byte != 0x7f));
        good.then_some(()).ok_or(Status::Header)
    }
}

/// A request's headers, wherever they stand: each is known by a position, such as an index or an offset into a text.
///
/// The three largest positions a `usize` can hold are the signer's own.
pub trait Headers {
    /// The position of the header after `after`, or of the first one. Positions grow.
    fn next(&self, after: Option<usize>) -> Option<usize>;

    /// The header at a position that [`next`](Headers::next) gave.
    fn at(&self, position: usize) -> Header<'_>;
}

impl Headers for [Header<'_>] {
    fn next(&self, after: Option<usize>) -> Option<usize> {
        let next = after.map_or(0, |after| after.wrapping_add(1));
        (next < self.len()).then_some(next)
    }

    fn at(&self, position: usize) -> Header<'_> {
        self.get(position).copied().unwrap_or_default()
    }
}

/// All headers, in the order in which they came.
pub fn each<H: Headers + ?Sized>(headers: &H) -> impl Iterator<Item = Header<'_>> {
    core::iter::successors(headers.next(None), |position| headers.next(Some(*position)))
        .map(|position| headers.at(position))
}

/// Refuses a header that is not well-formed, and a request without a `host`.
pub fn check<H: Headers + ?Sized>(headers: &H) -> Result<(), Status> {
    each(headers).try_for_each(|header| header.check())?;
    let has_host = each(headers).any(|header| header.is(b"host") && !header.trimmed().is_empty());
    has_host.then_some(()).ok_or(Status::HostMissing)
}

/// Whether a text is a token (RFC 9110 section 5.6.2).
pub fn is_token(text: &[u8]) -> bool {
    let is_token_byte = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !text.is_empty() && text.iter().all(is_token_byte)
}

/// Whether a text is of visible ASCII characters.
pub fn is_visible(text: &[u8]) -> bool {
    every(text, |byte| byte.is_ascii_graphic())
}

/// Whether `good` holds for every byte; without a branch for each, so that the compiler can look at many at once.
pub fn every(text: &[u8], good: impl Fn(u8) -> bool) -> bool {
    let good = |bytes: &[u8]| bytes.iter().fold(true, |all, byte| all & good(*byte));
    let (chunks, rest) = text.as_chunks::<64>();
    chunks.iter().all(|chunk| good(chunk)) && good(rest)
}

/// A space or a tab.
pub fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}
