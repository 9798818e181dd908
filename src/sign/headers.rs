//! Headers as they come in: how they are reached, what they must be like, and which of them the signer has an interest in.
#![forbid(unsafe_code)]

use super::canonical_headers::{SignedHeaders, compare_names, difference};
use super::names::{Lengths, Names};
use super::sort::{Order, Position};
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
/// The four largest numbers that a `usize` can hold are no positions of theirs.
pub trait Headers {
    /// The position of the first header at `from` or behind it, which is 0 or behind a header.
    fn next(&self, from: usize) -> Option<Position>;

    /// The header at a position that [`next`](Headers::next) gave.
    fn at(&self, position: usize) -> Header<'_>;

    /// The name of the header at a position, which is asked for more often than the value.
    fn name(&self, position: usize) -> &[u8] {
        self.at(position).name
    }

    /// Whether the header with a name is signed, where the request leaves out the names in `unsigned`
    /// ([`Options::unsigned_headers`](super::Options::unsigned_headers)): as a rule all are but `authorization` and those, or, where there are none,
    /// [`UNSIGNED_HEADERS`]. The rule is here so that the drop-in, whose headers have another, does not link the names.
    /// Only headers that are not given to [`Request::check`](super::Request) may have another: that sorts them by this one.
    fn is_signed(&self, name: &[u8], unsigned: &[u8]) -> bool {
        // What the signer knows a name for is not up to a list: `host` and what the signer writes are signed, `authorization` is not.
        is_signed(known(name), name, unsigned)
    }
}

impl Headers for &[Header<'_>] {
    fn next(&self, from: usize) -> Option<Position> {
        Position::new(from).filter(|_| from < self.len())
    }

    fn at(&self, position: usize) -> Header<'_> {
        self.get(position).copied().unwrap_or_default()
    }
}

impl<const N: usize> Headers for [Header<'_>; N] {
    fn next(&self, from: usize) -> Option<Position> {
        self.as_slice().next(from)
    }

    fn at(&self, position: usize) -> Header<'_> {
        self.get(position).copied().unwrap_or_default()
    }
}

/// How many headers the signer writes and signs. They are known by their place in [`OWN_NAMES`].
pub const OWN: usize = 3;

/// The names that the signer knows a header for: its own in order, [`AUTHORIZATION`] and [`HOST`].
static KNOWN: Names<'_> = Names(b"x-amz-content-sha256 x-amz-date x-amz-security-token authorization host");

/// The names of the headers that the signer writes, in lower case: its own in order, and that of `authorization`.
pub static NAMES: [&[u8]; OWN + 1] = [KNOWN.at(0), KNOWN.at(1), KNOWN.at(2), KNOWN.at(AUTHORIZATION)];

/// The names of the signer's own, in order.
pub const OWN_NAMES: [&[u8]; OWN] = [KNOWN.at(0), KNOWN.at(1), KNOWN.at(2)];

/// Bytes of them, with one behind each.
#[cfg(not(target_os = "none"))]
const OWN_NAMES_LEN: usize = OWN_NAMES[0].len() + OWN_NAMES[1].len() + OWN_NAMES[2].len() + OWN;

/// The place of `x-amz-content-sha256` among them.
pub const CONTENT_SHA256: usize = 0;

/// The place of `x-amz-date`.
pub const DATE: usize = 1;

/// The place of `x-amz-security-token`.
pub const SECURITY_TOKEN: usize = 2;

/// What [`known`] says of `authorization`, which the signer writes.
pub const AUTHORIZATION: usize = OWN;

/// What [`known`] says of `host`, which every request needs.
pub const HOST: usize = OWN + 1;

/// The name of the header that the signature is in.
pub const AUTHORIZATION_NAME: &[u8] = KNOWN.at(AUTHORIZATION);

/// Headers that are sent but not signed, as `authorization` itself: those that RFC 9110 section 7.6.1 lets every hop change or remove, and those that AWS's
/// SDKs leave out because a proxy or a client library changes them. Every other header is signed.
/// <https://github.com/smithy-lang/smithy-rs/blob/main/aws/rust-runtime/aws-sigv4/src/http_request/settings.rs>,
/// <https://github.com/awslabs/aws-c-auth/blob/main/source/aws_signing.c>
pub const UNSIGNED_HEADERS: &str = "connection expect keep-alive proxy-authorization proxy-connection te trailer transfer-encoding upgrade user-agent \
    x-amzn-trace-id";

/// What the signer knows the name of a header for, if it does: the place of one of its own in [`OWN_NAMES`], `AUTHORIZATION` or [`HOST`].
pub fn known(name: &[u8]) -> Option<usize> {
    const ALL: [&[u8]; OWN + 2] = [
        OWN_NAMES[0],
        OWN_NAMES[1],
        OWN_NAMES[2],
        AUTHORIZATION_NAME,
        KNOWN.at(HOST),
    ];
    const LENGTHS: Lengths = KNOWN.lengths();
    if cfg!(target_os = "none") {
        return KNOWN.place(name);
    }
    if !LENGTHS.may_have(name) {
        return None;
    }
    ALL.iter().position(|other| same_name(other, name))
}

/// Whether the header with a name, and what that is known for, is signed.
fn is_signed(known: Option<usize>, name: &[u8], unsigned: &[u8]) -> bool {
    known.map_or_else(|| !is_unsigned(name, unsigned), |known| known != AUTHORIZATION)
}

/// Whether a request leaves out a name: one in a list of names with spaces between them, or, where that is empty, in [`UNSIGNED_HEADERS`].
fn is_unsigned(name: &[u8], unsigned: &[u8]) -> bool {
    const USUAL: Names<'_> = Names(UNSIGNED_HEADERS.as_bytes());
    const LENGTHS: Lengths = USUAL.lengths();
    match unsigned {
        b"" => LENGTHS.may_have(name) && USUAL.has(name),
        unsigned => Names(unsigned).has(name),
    }
}

/// Whether two names are the same but for case.
pub fn same_name(a: &[u8], b: &[u8]) -> bool {
    if cfg!(target_os = "none") {
        return difference(a, b) == 0;
    }
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

/// Where a request carries the headers that the signer writes, if it does.
pub struct Carried {
    places: [Option<Position>; OWN + 1],
    /// Bytes of the names of all headers, with one behind each, without [`OWN_NAMES_LEN`].
    #[cfg(not(target_os = "none"))]
    names_len: usize,
}

impl Carried {
    /// Nowhere.
    pub const NONE: Self = Self {
        places: [None; OWN + 1],
        #[cfg(not(target_os = "none"))]
        names_len: 0,
    };

    /// The position of one of the signer's own, known by its place in [`OWN_NAMES`], or of `authorization`.
    pub fn at(&self, place: usize) -> Option<usize> {
        let position = (*self.places.get(place)?)?;
        Some(position.index())
    }

    /// The position of `authorization`.
    pub fn authorization(&self) -> Option<usize> {
        self.at(AUTHORIZATION)
    }

    /// Whether it carries one.
    pub fn has(&self, place: usize) -> bool {
        self.places.get(place).is_some_and(Option::is_some)
    }

    /// Bytes of the names of all headers and of all of the signer's own, with one behind each: no fewer than those of the names that are signed.
    #[cfg(not(target_os = "none"))]
    pub fn names_len(&self) -> usize {
        self.names_len.saturating_add(OWN_NAMES_LEN)
    }

    /// Looks through all headers, which it knows none of yet, and puts those that are signed in order, where an order takes items. Refuses one that is not well-formed, one of the signer's
    /// that comes twice, and a request without `host`.
    pub fn find(&mut self, signed: &SignedHeaders<'_>, order: &mut Order) -> Result<(), Status> {
        let headers = signed.headers;
        order.clear();
        let mut last: &[u8] = b"";
        // Above 0 where `host` has a value: one may be empty, but not all.
        let mut host = 0;
        let mut from = 0;
        while let Some(next) = headers.next(from) {
            from = next.behind();
            let position = next.index();
            let header = headers.at(position);
            if !Bytes::TOKEN.holds(header.name) {
                return Err(Status::HeaderName);
            }
            if !header.is_value() {
                return Err(Status::Header);
            }
            #[cfg(not(target_os = "none"))]
            (self.names_len = self.names_len.saturating_add(header.name.len()).saturating_add(1));
            let known = known(header.name);
            if Order::TAKES_ITEMS && is_signed(known, header.name, signed.unsigned) {
                // Most lists come sorted.
                if compare_names(last, header.name).is_le() {
                    order.append(position);
                    last = header.name;
                } else {
                    order.insert(signed, position);
                }
            }
            if let Some(known) = known {
                match self.places.get_mut(known) {
                    None => host |= header.trimmed().len(),
                    Some(Some(_)) => return Err(Status::HeaderConflict),
                    Some(place) => *place = Some(next),
                }
            }
        }
        (host != 0).then_some(()).ok_or(Status::HostMissing)
    }
}
