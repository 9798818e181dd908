//! Headers as they come in: how they are reached, what they must be like, and which of them the signer has an interest in.
#![forbid(unsafe_code)]

use super::canonical_headers::{SignedHeaders, compare_names};
use super::sort::Order;
use super::text::{Bytes, cut, every};
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
    /// Only headers that are not given to [`Request::check`](super::Request) may have another: that sorts them by this one.
    fn is_signed(&self, name: &[u8], unsigned: &[u8]) -> bool {
        // What the signer knows a name for is not up to a list: `host` and what the signer writes are signed, `authorization` is not.
        is_signed(known(name), name, unsigned)
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

/// How many headers the signer writes and signs. They are known by their place in [`OWN_NAMES`].
pub const OWN: usize = 3;

/// Their names, in order and in lower case.
pub const OWN_NAMES: [&[u8]; OWN] = [b"x-amz-content-sha256", b"x-amz-date", b"x-amz-security-token"];

/// Bytes of them, with one behind each.
#[cfg(not(target_os = "none"))]
const OWN_NAMES_LEN: usize = OWN_NAMES[0].len() + OWN_NAMES[1].len() + OWN_NAMES[2].len() + OWN;

/// What [`known`] says of `authorization`, which the signer writes.
const AUTHORIZATION: usize = OWN;

/// What [`known`] says of `host`, which every request needs.
pub const HOST: usize = OWN + 1;

/// The name of the header that the signature is in.
pub const AUTHORIZATION_NAME: &[u8] = b"authorization";

/// Headers that are sent but not signed, as `authorization` itself: those that RFC 9110 section 7.6.1 lets every hop change or remove, and those that AWS's
/// SDKs leave out because a proxy or a client library changes them. Every other header is signed.
/// <https://github.com/smithy-lang/smithy-rs/blob/main/aws/rust-runtime/aws-sigv4/src/http_request/settings.rs>,
/// <https://github.com/awslabs/aws-c-auth/blob/main/source/aws_signing.c>
pub const UNSIGNED_HEADERS: &str = "connection expect keep-alive proxy-authorization proxy-connection te trailer transfer-encoding upgrade user-agent \
    x-amzn-trace-id";

/// One bit for each length of the names in a list: most names have another, and need not be compared.
const fn lengths(list: &[u8]) -> u32 {
    let (mut lengths, mut len, mut i) = (0, 0, 0);
    while i < list.len() {
        len = if list[i] == b' ' { 0 } else { len + 1 };
        if i + 1 == list.len() || list[i + 1] == b' ' {
            lengths |= 1 << len;
        }
        i += 1;
    }
    lengths
}

/// Whether a list of names with spaces between them has a name.
#[cfg_attr(target_os = "none", inline(never))]
fn has_name(list: &[u8], name: &[u8]) -> bool {
    let mut rest = list;
    loop {
        let (other, behind) = cut(rest, b' ');
        if same_name(other, name) {
            return true;
        }
        if behind.is_empty() {
            return false;
        }
        rest = behind;
    }
}

/// What the signer knows the name of a header for, if it does: the place of one of its own in [`OWN_NAMES`], `AUTHORIZATION` or [`HOST`].
#[cfg_attr(target_os = "none", inline(never))]
pub fn known(name: &[u8]) -> Option<usize> {
    const NAMES: [&[u8]; OWN + 2] = [OWN_NAMES[0], OWN_NAMES[1], OWN_NAMES[2], AUTHORIZATION_NAME, b"host"];
    const LENGTHS: u32 =
        1 << NAMES[0].len() | 1 << NAMES[1].len() | 1 << NAMES[2].len() | 1 << NAMES[3].len() | 1 << NAMES[4].len();
    if !may_be(name, LENGTHS) {
        return None;
    }
    NAMES.iter().position(|other| same_name(other, name))
}

/// Whether a name has the length of one in a list.
fn may_be(name: &[u8], lengths: u32) -> bool {
    lengths.wrapping_shr(name.len() as u32) & 1 != 0
}

/// Whether the header with a name, and what that is known for, is signed.
fn is_signed(known: Option<usize>, name: &[u8], unsigned: &[u8]) -> bool {
    known.map_or_else(|| !is_unsigned(name, unsigned), |known| known != AUTHORIZATION)
}

/// Whether a request leaves out a name: one in a list of names with spaces between them, or, where that is empty, in [`UNSIGNED_HEADERS`].
fn is_unsigned(name: &[u8], unsigned: &[u8]) -> bool {
    const LENGTHS: u32 = lengths(UNSIGNED_HEADERS.as_bytes());
    match unsigned {
        b"" => may_be(name, LENGTHS) && has_name(UNSIGNED_HEADERS.as_bytes(), name),
        unsigned => has_name(unsigned, name),
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

/// Where a request carries the headers that the signer writes, if it does.
#[derive(Clone, Copy, Default)]
pub struct Carried {
    places: [Option<usize>; OWN + 1],
    /// Bytes of the names of all headers, with one behind each, without [`OWN_NAMES_LEN`].
    #[cfg(not(target_os = "none"))]
    names_len: usize,
}

impl Carried {
    /// `authorization`
    pub fn authorization(&self) -> Option<usize> {
        self.places[AUTHORIZATION]
    }

    /// Those that are signed, by their places in [`OWN_NAMES`].
    pub fn own(&self) -> &[Option<usize>; OWN] {
        let [own @ .., _] = &self.places;
        own
    }

    /// Bytes of the names of all headers and of all of the signer's own, with one behind each: no fewer than those of the names that are signed.
    #[cfg(not(target_os = "none"))]
    pub fn names_len(&self) -> usize {
        self.names_len.saturating_add(OWN_NAMES_LEN)
    }

    /// Looks through all headers, which it knows none of yet, and puts those that are signed in order. Refuses one that is not well-formed, one of the signer's
    /// that comes twice, and a request without `host`.
    pub fn find(&mut self, signed: &SignedHeaders<'_>, order: &mut Order) -> Result<(), Status> {
        let headers = signed.headers;
        order.clear();
        let mut last: &[u8] = b"";
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
                    None => host |= !header.trimmed().is_empty(),
                    Some(Some(_)) => return Err(Status::HeaderConflict),
                    Some(place) => *place = next,
                }
            }
            next = headers.next(next);
        }
        host.then_some(()).ok_or(Status::HostMissing)
    }
}
