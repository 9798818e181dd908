//! Headers as they come in: how they are reached, what they must be like, and which of them the signer has an interest in.
#![forbid(unsafe_code)]

use super::text::{Bytes, every};
use crate::error::Status;

/// One header of a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Header<'a> {
    /// The name, in any case: a token (RFC 9110 section 5.6.2).
    pub name: &'a [u8],
    /// The value: no control character but the tab.
    pub value: &'a [u8],
}

/// A request's headers, wherever they stand: each is known by a position, such as an index or an offset into a text.
///
/// The three largest positions that a `usize` can hold are the signer's own.
pub trait Headers {
    /// The position of the header after `after`, or of the first one. Positions grow.
    fn next(&self, after: Option<usize>) -> Option<usize>;

    /// The header at a position that [`next`](Headers::next) gave.
    fn at(&self, position: usize) -> Header<'_>;

    /// The name of the header at a position, which is asked for more often than the value.
    fn name(&self, position: usize) -> &[u8] {
        self.at(position).name
    }

    /// Whether the header with a name is signed, where the request leaves out the names in `unsigned`
    /// ([`Options::unsigned_headers`](super::Options::unsigned_headers)): as a rule all are but `authorization` and those, or, where there are none,
    /// [`UNSIGNED_HEADERS`]. The rule is here so that the drop-in, whose headers have another, does not link the names.
    fn is_signed(&self, name: &[u8], unsigned: &[u8]) -> bool {
        match unsigned {
            b"" => !matches!(known(name), Some(Known::Authorization | Known::Unsigned)),
            unsigned => is_signed_beside(name, unsigned),
        }
    }

    /// Whether they are in their canonical order as they stand.
    fn is_sorted(&self) -> bool {
        false
    }

    /// Whether a tab in a value is folded like a space.
    fn folds_tabs(&self) -> bool {
        false
    }
}

impl Headers for &[Header<'_>] {
    fn next(&self, after: Option<usize>) -> Option<usize> {
        let next = after.map_or(0, |after| after.wrapping_add(1));
        (next < self.len()).then_some(next)
    }

    fn at(&self, position: usize) -> Header<'_> {
        self.get(position).copied().unwrap_or_default()
    }
}

impl<const N: usize> Headers for [Header<'_>; N] {
    fn next(&self, after: Option<usize>) -> Option<usize> {
        self.as_slice().next(after)
    }

    fn at(&self, position: usize) -> Header<'_> {
        self.get(position).copied().unwrap_or_default()
    }
}

/// What the signer knows a name for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// `host`, which every request needs.
    Host,
    /// `authorization`, which the signer writes.
    Authorization,
    /// `x-amz-content-sha256`, which the signer writes and signs.
    ContentSha256,
    /// `x-amz-date`, which the signer writes and signs.
    Date,
    /// `x-amz-security-token`, which the signer writes and signs.
    SecurityToken,
    /// Sent, but not signed.
    Unsigned,
}

/// The names that the signer knows, in lower case.
const KNOWN: [(&[u8], Known); 5] = [
    (b"host", Known::Host),
    (b"authorization", Known::Authorization),
    (b"x-amz-content-sha256", Known::ContentSha256),
    (b"x-amz-date", Known::Date),
    (b"x-amz-security-token", Known::SecurityToken),
];

/// Headers that are sent but not signed, as `authorization` itself: those that RFC 9110 section 7.6.1 lets every hop change or remove, and those that AWS's
/// SDKs leave out because a proxy or a client library changes them. Every other header is signed.
/// <https://github.com/smithy-lang/smithy-rs/blob/main/aws/rust-runtime/aws-sigv4/src/http_request/settings.rs>,
/// <https://github.com/awslabs/aws-c-auth/blob/main/source/aws_signing.c>
pub const UNSIGNED_HEADERS: [&[u8]; 11] = [
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

/// One bit for each length that a name in the two lists has: most names have another, and need not be compared.
const LENGTHS: u32 = {
    let mut lengths = 0;
    let mut i = 0;
    while i < KNOWN.len() {
        lengths |= 1 << KNOWN[i].0.len();
        i += 1;
    }
    i = 0;
    while i < UNSIGNED_HEADERS.len() {
        lengths |= 1 << UNSIGNED_HEADERS[i].len();
        i += 1;
    }
    lengths
};

/// What the signer knows the name of a header for, if it does.
pub fn known(name: &[u8]) -> Option<Known> {
    if name.len() > 31 || LENGTHS >> name.len() & 1 == 0 {
        return None;
    }
    let known = KNOWN
        .iter()
        .find(|(known, _)| same_name(known, name))
        .map(|(_, known)| *known);
    let unsigned = || {
        UNSIGNED_HEADERS
            .iter()
            .find(|unsigned| same_name(unsigned, name))
            .map(|_| Known::Unsigned)
    };
    known.or_else(unsigned)
}

/// Whether a header is signed when those in a list of names, with spaces between them, are not. What the signer knows a name for is not up to a list:
/// `host` and what the signer writes are signed, `authorization` is not.
fn is_signed_beside(name: &[u8], unsigned: &[u8]) -> bool {
    match known(name) {
        Some(Known::Authorization) => false,
        Some(Known::Unsigned) | None => !unsigned.split(|byte| *byte == b' ').any(|other| same_name(other, name)),
        Some(Known::Host | Known::ContentSha256 | Known::Date | Known::SecurityToken) => true,
    }
}

/// Whether two names are the same but for case.
#[cfg_attr(target_os = "none", inline(never))]
pub fn same_name(a: &[u8], b: &[u8]) -> bool {
    let lower = |byte: &u8| byte.to_ascii_lowercase();
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| lower(a) == lower(b))
}

impl<'a> Header<'a> {
    /// The value without the spaces and tabs around it, which are no part of it (RFC 9110 section 5.5).
    pub fn trimmed(&self) -> &'a [u8] {
        let mut value = self.value;
        while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
            value = rest;
        }
        value
    }

    fn is_value(&self) -> bool {
        every(self.value, |byte| byte >= b' ' && byte != 0x7f || byte == b'\t')
    }
}

/// Where a request carries the headers that the signer writes.
#[derive(Clone, Copy, Default)]
pub struct Carried {
    /// `authorization`
    pub authorization: Option<usize>,
    /// `x-amz-content-sha256`
    pub content_sha256: Option<usize>,
    /// `x-amz-date`
    pub date: Option<usize>,
    /// `x-amz-security-token`
    pub security_token: Option<usize>,
}

impl Carried {
    /// Looks through all headers. Refuses one that is not well-formed, one of the signer's that comes twice, and a request without `host`.
    pub fn by(headers: &dyn Headers) -> Result<Self, Status> {
        let mut carried = Self::default();
        let mut host = false;
        let mut next = headers.next(None);
        while let Some(position) = next {
            let header = headers.at(position);
            if !Bytes::TOKEN.holds(header.name) {
                return Err(Status::HeaderName);
            }
            if !header.is_value() {
                return Err(Status::Header);
            }
            let place = match known(header.name) {
                Some(Known::Host) => {
                    host |= !header.trimmed().is_empty();
                    None
                }
                Some(Known::Authorization) => Some(&mut carried.authorization),
                Some(Known::ContentSha256) => Some(&mut carried.content_sha256),
                Some(Known::Date) => Some(&mut carried.date),
                Some(Known::SecurityToken) => Some(&mut carried.security_token),
                Some(Known::Unsigned) | None => None,
            };
            if place.is_some_and(|place| place.replace(position).is_some()) {
                return Err(Status::HeaderConflict);
            }
            next = headers.next(Some(position));
        }
        host.then_some(carried).ok_or(Status::HostMissing)
    }
}
