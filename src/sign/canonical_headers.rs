//! The headers that the signature covers: the request's and the signer's own, sorted by lower-case name, equal names merged.
#![forbid(unsafe_code)]

use super::headers::{Carried, Headers, same_name};
use super::payload::PayloadHash;
use super::sink::Sink;
use super::sort::{Items, Order};
use super::text::every;
use crate::error::Status;
use core::cmp::Ordering;

/// Bytes of a name that are put in lower case at once.
const NAME_PIECE: usize = 32;

/// A header that the signer adds to a request, unless the request carries it already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// `x-amz-content-sha256`
    ContentSha256,
    /// `x-amz-date`
    Date,
    /// `x-amz-security-token`
    SecurityToken,
}

/// The positions of the signer's own headers.
const CONTENT_SHA256: usize = usize::MAX - 2;
const DATE: usize = usize::MAX - 1;
const SECURITY_TOKEN: usize = usize::MAX;

/// In the order of their positions, which is that of their names.
const OWN: [Own; 3] = [Own::ContentSha256, Own::Date, Own::SecurityToken];

impl Own {
    /// The name, in lower case.
    pub(super) fn name(self) -> &'static [u8] {
        match self {
            Self::ContentSha256 => b"x-amz-content-sha256",
            Self::Date => b"x-amz-date",
            Self::SecurityToken => b"x-amz-security-token",
        }
    }

    /// The position, behind all of the request's headers.
    fn position(self) -> usize {
        match self {
            Self::ContentSha256 => CONTENT_SHA256,
            Self::Date => DATE,
            Self::SecurityToken => SECURITY_TOKEN,
        }
    }

    /// The one that a position stands for.
    fn at(position: usize) -> Option<Self> {
        match position {
            CONTENT_SHA256 => Some(Self::ContentSha256),
            DATE => Some(Self::Date),
            SECURITY_TOKEN => Some(Self::SecurityToken),
            _ => None,
        }
    }
}

/// Which of the signer's own headers are added.
#[derive(Clone, Copy)]
pub struct Added {
    /// `x-amz-content-sha256`
    pub content_sha256: bool,
    /// `x-amz-date`
    pub date: bool,
    /// `x-amz-security-token`
    pub security_token: bool,
}

impl Added {
    /// None of them.
    pub const NONE: Self = Self {
        content_sha256: false,
        date: false,
        security_token: false,
    };

    fn has(self, own: Own) -> bool {
        match own {
            Own::ContentSha256 => self.content_sha256,
            Own::Date => self.date,
            Own::SecurityToken => self.security_token,
        }
    }
}

/// The values of the signer's own headers.
pub struct OwnValues<'a> {
    /// What the payload is signed as.
    pub payload_hash: PayloadHash,
    /// `20150830T123600Z`
    pub timestamp: [u8; 16],
    /// The session token.
    pub security_token: &'a [u8],
}

impl OwnValues<'_> {
    fn of(&self, own: Own) -> &[u8] {
        match own {
            Own::ContentSha256 => self.payload_hash.as_bytes(),
            Own::Date => &self.timestamp,
            Own::SecurityToken => self.security_token,
        }
    }

    /// Refuses a request that carries one of the signer's own headers with another value.
    pub fn check_carried(&self, carried: &Carried, headers: &dyn Headers) -> Result<(), Status> {
        let same = |position: Option<usize>, own| {
            position.is_none_or(|position| headers.at(position).trimmed() == self.of(own))
        };
        let good = same(carried.content_sha256, Own::ContentSha256)
            && same(carried.date, Own::Date)
            && same(carried.security_token, Own::SecurityToken);
        good.then_some(()).ok_or(Status::HeaderConflict)
    }
}

/// The headers that are signed, in order.
pub struct SignedHeaders<'a> {
    names: Names<'a>,
    order: &'a mut Order,
}

impl<'a> SignedHeaders<'a> {
    /// Sorts the request's headers, but for those that the rule leaves out, and those that are added.
    pub fn new(headers: &'a dyn Headers, unsigned: &'a [u8], added: Added, order: &'a mut Order) -> Self {
        let names = Names {
            headers,
            unsigned,
            added,
        };
        order.sort(&names);
        Self { names, order }
    }

    /// The room that their order takes.
    pub fn order(&mut self) -> &mut Order {
        self.order
    }

    /// Writes `name:value` and a line feed for each name. `own` may be `None` where none of the signer's own headers is added.
    pub fn put_canonical<S: Sink + ?Sized>(&mut self, own: Option<&OwnValues<'_>>, sink: &mut S) {
        let names = &self.names;
        let mut previous: &[u8] = b"";
        self.order.visit(names, &mut |position| {
            let name = names.name(position);
            if same_name(previous, name) {
                sink.put(b",");
            } else {
                if !previous.is_empty() {
                    sink.put(b"\n");
                }
                names.put_name(position, sink);
                sink.put(b":");
            }
            previous = name;
            match (Own::at(position), own) {
                (Some(header), Some(own)) => sink.put(own.of(header)),
                _ => put_folded(names.headers.at(position).trimmed(), names.headers.folds_tabs(), sink),
            }
        });
        sink.put(b"\n");
    }

    /// Writes the names with a semicolon between them.
    pub fn put_names<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        let names = &self.names;
        let mut separator: &[u8] = b"";
        visit_names(names, self.order, &mut |position| {
            sink.put(core::mem::replace(&mut separator, b";"));
            names.put_name(position, sink);
        });
    }

    /// Bytes that [`put_names`](Self::put_names) writes.
    pub fn names_len(&mut self) -> usize {
        let names = &self.names;
        let mut length = 0_usize;
        visit_names(names, self.order, &mut |position| {
            length = length.saturating_add(names.name(position).len()).saturating_add(1);
        });
        length.saturating_sub(1)
    }
}

/// The request's signed headers and, behind them, those that are added.
struct Names<'a> {
    headers: &'a dyn Headers,
    unsigned: &'a [u8],
    added: Added,
}

impl<'a> Names<'a> {
    fn name(&self, position: usize) -> &'a [u8] {
        match Own::at(position) {
            Some(own) => own.name(),
            None => self.headers.name(position),
        }
    }

    /// Writes a name in lower case.
    fn put_name<S: Sink + ?Sized>(&self, position: usize, sink: &mut S) {
        match Own::at(position) {
            Some(own) => sink.put(own.name()),
            None => put_lower_case(self.headers.name(position), sink),
        }
    }

    /// The first of the signer's own that is added, `after` given.
    fn next_own(&self, after: usize) -> Option<usize> {
        let mut added = OWN.iter().filter(|own| self.added.has(**own)).map(|own| own.position());
        added.find(|position| *position > after)
    }
}

impl Items for Names<'_> {
    fn next(&self, after: Option<usize>) -> Option<usize> {
        let mut next = match after {
            Some(after) if Own::at(after).is_some() => return self.next_own(after),
            after => self.headers.next(after),
        };
        while let Some(position) = next {
            if self.headers.is_signed(self.headers.name(position), self.unsigned) {
                return next;
            }
            next = self.headers.next(Some(position));
        }
        self.next_own(0)
    }

    fn compare(&self, a: usize, b: usize) -> Ordering {
        if a.min(b) >= CONTENT_SHA256 || self.headers.is_sorted() {
            return a.cmp(&b);
        }
        let (a, b) = (self.name(a), self.name(b));
        let lower = |(a, b): (&u8, &u8)| (a.to_ascii_lowercase(), b.to_ascii_lowercase());
        let difference = a.iter().zip(b).map(lower).find(|(a, b)| a != b);
        difference.map_or(a.len().cmp(&b.len()), |(a, b)| a.cmp(&b))
    }
}

/// Calls `visit` with the first position of each name.
fn visit_names(names: &Names<'_>, order: &mut Order, visit: &mut dyn FnMut(usize)) {
    let mut previous: &[u8] = b"";
    order.visit(names, &mut |position| {
        let name = names.name(position);
        if !same_name(previous, name) {
            visit(position);
        }
        previous = name;
    });
}

/// Writes a name in lower case.
fn put_lower_case<S: Sink + ?Sized>(name: &[u8], sink: &mut S) {
    for piece in name.chunks(NAME_PIECE) {
        let mut lower = [0; NAME_PIECE];
        for (lower, byte) in lower.iter_mut().zip(piece) {
            *lower = byte.to_ascii_lowercase();
        }
        sink.put(lower.get(..piece.len()).unwrap_or_default());
    }
}

/// Writes a value with each run of spaces as one. Tabs stay as a rule: the specification speaks of spaces, and AWS's signer in Rust leaves them.
fn put_folded<S: Sink + ?Sized>(value: &[u8], fold_tabs: bool, sink: &mut S) {
    let is_space = |byte: u8| byte == b' ' || fold_tabs && byte == b'\t';
    if every(value, |byte| !is_space(byte)) {
        return sink.put(value);
    }
    let mut separator: &[u8] = b"";
    for word in value.split(|byte| is_space(*byte)).filter(|word| !word.is_empty()) {
        sink.put(core::mem::replace(&mut separator, b" "));
        sink.put(word);
    }
}
