//! The headers that the signature covers: the request's and the signer's own, sorted by lower-case name, equal names merged.
#![forbid(unsafe_code)]

use super::headers::{Header, Headers, each};
use super::payload::PayloadHash;
use super::sink::Sink;
use super::sort::{Items, Order};
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

/// In the order of their names.
const OWN: [Own; 3] = [Own::ContentSha256, Own::Date, Own::SecurityToken];

impl Own {
    /// The name, in lower case.
    pub fn name(self) -> &'static [u8] {
        match self {
            Self::ContentSha256 => b"x-amz-content-sha256",
            Self::Date => b"x-amz-date",
            Self::SecurityToken => b"x-amz-security-token",
        }
    }

    /// The position behind all of the request's headers.
    fn position(self) -> usize {
        usize::MAX.wrapping_sub(self as usize)
    }
}

/// Which of the signer's own headers are added.
#[derive(Clone, Copy, Default)]
pub struct Added {
    /// `x-amz-content-sha256`
    pub content_sha256: bool,
    /// `x-amz-date`
    pub date: bool,
    /// `x-amz-security-token`
    pub security_token: bool,
}

impl Added {
    /// Those of `wanted` that the request does not carry.
    pub fn of<H: Headers + ?Sized>(wanted: Self, headers: &H) -> Self {
        let mut added = wanted;
        for header in each(headers) {
            added.content_sha256 &= !header.is(Own::ContentSha256.name());
            added.date &= !header.is(Own::Date.name());
            added.security_token &= !header.is(Own::SecurityToken.name());
        }
        added
    }

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
    /// The value of one.
    pub fn of(&self, own: Own) -> &[u8] {
        match own {
            Own::ContentSha256 => self.payload_hash.as_bytes(),
            Own::Date => &self.timestamp,
            Own::SecurityToken => self.security_token,
        }
    }

    /// Refuses a request that carries one of the signer's own headers twice or with another value.
    pub fn check_carried<H: Headers + ?Sized>(&self, headers: &H) -> Result<(), Status> {
        OWN.iter().try_for_each(|own| {
            let mut carried = each(headers).filter(|header| header.is(own.name()));
            let same = carried.next().is_none_or(|header| header.trimmed() == self.of(*own));
            (same && carried.next().is_none())
                .then_some(())
                .ok_or(Status::HeaderConflict)
        })
    }
}

/// The headers that are signed, in order.
pub struct SignedHeaders<'a, H: Headers + ?Sized> {
    names: Names<'a, H>,
    order: Order,
}

impl<'a, H: Headers + ?Sized> SignedHeaders<'a, H> {
    /// Sorts the request's headers and those that are added.
    pub fn new(headers: &'a H, added: Added) -> Self {
        let names = Names { headers, added };
        Self {
            order: Order::of(&names),
            names,
        }
    }

    /// Writes `name:value` and a line feed for each name.
    pub fn put_canonical(&mut self, own: &OwnValues<'_>, sink: &mut dyn Sink) -> Result<(), Status> {
        let Self { names, order } = self;
        let mut previous = None;
        order.visit(names, &mut |position| {
            if names.same(previous, position) {
                sink.put(b",")?;
            } else {
                previous.map_or(Ok(()), |_| sink.put(b"\n"))?;
                put_lower_case(names.name(position), sink)?;
                sink.put(b":")?;
            }
            previous = Some(position);
            names.put_value(position, own, sink)
        })?;
        sink.put(b"\n")
    }

    /// Writes the names with a semicolon between them.
    pub fn put_names(&mut self, sink: &mut dyn Sink) -> Result<(), Status> {
        let Self { names, order } = self;
        let mut previous = None;
        order.visit(names, &mut |position| {
            if names.same(previous, position) {
                return Ok(());
            }
            previous.map_or(Ok(()), |_| sink.put(b";"))?;
            previous = Some(position);
            put_lower_case(names.name(position), sink)
        })
    }
}

/// The request's signed headers and, behind them, those that are added.
struct Names<'a, H: Headers + ?Sized> {
    headers: &'a H,
    added: Added,
}

impl<H: Headers + ?Sized> Names<'_, H> {
    fn name(&self, position: usize) -> &[u8] {
        match own(position) {
            Some(own) => own.name(),
            None => self.headers.at(position).name,
        }
    }

    fn same(&self, previous: Option<usize>, position: usize) -> bool {
        previous.is_some_and(|previous| self.name(previous).eq_ignore_ascii_case(self.name(position)))
    }

    fn put_value(&self, position: usize, values: &OwnValues<'_>, sink: &mut dyn Sink) -> Result<(), Status> {
        match own(position) {
            Some(own) => sink.put(values.of(own)),
            None => put_folded(self.headers.at(position).trimmed(), sink),
        }
    }

    /// The first of the signer's own that is added, `after` given.
    fn next_own(&self, after: Option<usize>) -> Option<usize> {
        let mut added = OWN
            .iter()
            .rev()
            .filter(|own| self.added.has(**own))
            .map(|own| own.position());
        added.find(|position| after.is_none_or(|after| *position > after))
    }
}

impl<H: Headers + ?Sized> Items for Names<'_, H> {
    fn next(&self, after: Option<usize>) -> Option<usize> {
        if after.and_then(own).is_some() {
            return self.next_own(after);
        }
        core::iter::successors(self.headers.next(after), |position| self.headers.next(Some(*position)))
            .find(|position| self.headers.at(*position).is_signed())
            .or_else(|| self.next_own(None))
    }

    fn compare(&self, a: usize, b: usize) -> Ordering {
        let lower_case = |position| self.name(position).iter().map(u8::to_ascii_lowercase);
        lower_case(a).cmp(lower_case(b))
    }
}

/// The signer's own header that a position stands for.
fn own(position: usize) -> Option<Own> {
    OWN.iter().find(|own| own.position() == position).copied()
}

/// Writes a name in lower case.
fn put_lower_case(name: &[u8], sink: &mut dyn Sink) -> Result<(), Status> {
    name.chunks(NAME_PIECE).try_for_each(|piece| {
        let mut lower = [0; NAME_PIECE];
        lower
            .iter_mut()
            .zip(piece)
            .for_each(|(lower, byte)| *lower = byte.to_ascii_lowercase());
        sink.put(lower.get(..piece.len()).unwrap_or_default())
    })
}

/// Writes a value with each run of spaces as one. Tabs stay: the specification speaks of spaces, and so does AWS's signer in Rust.
fn put_folded(value: &[u8], sink: &mut dyn Sink) -> Result<(), Status> {
    let mut rest = value;
    while let Some(run) = rest.windows(2).position(|pair| pair == b"  ") {
        let (head, tail) = rest.split_at_checked(run.wrapping_add(1)).unwrap_or_default();
        sink.put(head)?;
        let spaces = tail.iter().take_while(|byte| **byte == b' ').count();
        rest = tail.get(spaces..).unwrap_or_default();
    }
    sink.put(rest)
}

impl<'a> From<(&'a [u8], &'a [u8])> for Header<'a> {
    fn from((name, value): (&'a [u8], &'a [u8])) -> Self {
        Self { name, value }
    }
}
