//! The headers that the signature covers: the request's and the signer's own, sorted by lower-case name, equal names merged.
#![forbid(unsafe_code)]

use super::headers::{Carried, Header, Headers, OWN, OWN_NAMES, same_name};
use super::payload::PayloadHash;
use super::sink::Sink;
use super::sort::{Items, Order};
use super::text::{every, same};
use crate::error::Status;
use core::cmp::Ordering;

/// Bytes of a name that are put in lower case at once.
const NAME_PIECE: usize = 32;

/// The position of the first of the signer's own headers, behind all of the request's. They are the largest positions, in the order of their names.
const FIRST_OWN: usize = usize::MAX - (OWN - 1);

/// The values of the signer's own headers.
#[derive(Clone, Copy)]
pub struct OwnValues<'a> {
    /// What the payload is signed as.
    pub payload_hash: &'a PayloadHash,
    /// `20150830T123600Z`
    pub timestamp: &'a [u8; 16],
    /// The session token.
    pub security_token: &'a [u8],
}

impl<'a> OwnValues<'a> {
    fn of(&self, own: usize) -> &'a [u8] {
        match own {
            0 => self.payload_hash.as_bytes(),
            1 => self.timestamp,
            _ => self.security_token,
        }
    }

    /// Refuses a request that carries one of the signer's own headers with another value.
    pub fn check_carried(&self, carried: &Carried, headers: &dyn Headers) -> Result<(), Status> {
        let same = |(own, position): (usize, &Option<usize>)| {
            position.is_none_or(|position| same(headers.at(position).trimmed(), self.of(own)))
        };
        let good = carried.own().iter().enumerate().all(same);
        good.then_some(()).ok_or(Status::HeaderConflict)
    }
}

/// The headers that are signed: the request's, but for those that a rule leaves out, and those of the signer's own that are added.
///
/// Their order is room of the caller's, which is named at each call.
#[derive(Clone, Copy)]
pub struct SignedHeaders<'a> {
    /// The request's.
    pub headers: &'a dyn Headers,
    /// The names that it leaves out.
    pub unsigned: &'a [u8],
    /// Which of the signer's own are added.
    pub added: [bool; OWN],
}

impl<'a> SignedHeaders<'a> {
    /// Writes `name:value` and a line feed for each name. `own` may be `None` where none of the signer's own headers is added.
    #[cfg_attr(target_os = "none", inline(always))]
    pub fn put_canonical<S: Sink + ?Sized>(&self, own: Option<OwnValues<'_>>, order: &mut Order, sink: &mut S) {
        self.put_each(true, own, order, sink);
        sink.put(b"\n");
    }

    /// Writes the names with a semicolon between them.
    #[cfg_attr(target_os = "none", inline(always))]
    pub fn put_names<S: Sink + ?Sized>(&self, order: &mut Order, sink: &mut S) {
        self.put_each(false, None, order, sink);
    }

    /// Writes each name, with its values or without. Where code may be large there is a copy for either.
    #[cfg_attr(target_os = "none", inline(never))]
    #[cfg_attr(not(target_os = "none"), inline(always))]
    fn put_each<S: Sink + ?Sized>(&self, values: bool, own: Option<OwnValues<'_>>, order: &mut Order, sink: &mut S) {
        let mut previous: &[u8] = b"";
        order.begin(self);
        while let Some(position) = order.next(self) {
            let header = if values || cfg!(target_os = "none") {
                self.at(position, own)
            } else {
                Header {
                    name: self.name(position),
                    value: b"",
                }
            };
            if !same_name(previous, header.name) {
                if !previous.is_empty() {
                    sink.put(if values { b"\n" } else { b";" });
                }
                put_name(position, header.name, sink);
                if values {
                    sink.put(b":");
                }
            } else if values {
                sink.put(b",");
            }
            previous = header.name;
            if !values {
                // Nothing more.
            } else if own_at(position).is_some() {
                sink.put(header.value);
            } else {
                put_folded(header.trimmed(), self.headers, sink);
            }
        }
    }

    /// The header at a position; of the signer's own the value is in `own`, if anywhere.
    #[inline(always)]
    fn at<'s>(&'s self, position: usize, own: Option<OwnValues<'s>>) -> Header<'s> {
        match own_at(position) {
            Some(place) => Header {
                name: OWN_NAMES.get(place).copied().unwrap_or_default(),
                value: own.map(|own| own.of(place)).unwrap_or_default(),
            },
            None => self.headers.at(position),
        }
    }

    fn name(&self, position: usize) -> &'a [u8] {
        match own_at(position) {
            Some(own) => OWN_NAMES.get(own).copied().unwrap_or_default(),
            None => self.headers.name(position),
        }
    }

    /// Puts those of the signer's own that are added into an order of the request's.
    #[inline(always)]
    pub fn order_own(&self, order: &mut Order) {
        let mut next = Order::TAKES_ITEMS.then(|| self.next_own(0)).flatten();
        while let Some(position) = next {
            order.insert(self, position);
            next = position.checked_add(1).and_then(|from| self.next_own(from));
        }
    }

    /// The first of the signer's own that is added, from a position on.
    fn next_own(&self, from: usize) -> Option<usize> {
        let first = from.saturating_sub(FIRST_OWN);
        let next = self.added.iter().skip(first).position(|added| *added)?;
        Some(FIRST_OWN.wrapping_add(first).wrapping_add(next))
    }
}

impl Items for SignedHeaders<'_> {
    fn next(&self, after: Option<usize>) -> Option<usize> {
        let mut next = match after {
            Some(after) if after >= FIRST_OWN => return self.next_own(after.checked_add(1)?),
            after => self.headers.next(after),
        };
        while let Some(position) = next {
            if self.headers.is_signed(self.headers.name(position), self.unsigned) {
                return next;
            }
            next = self.headers.next(next);
        }
        self.next_own(0)
    }

    fn compare(&self, a: usize, b: usize) -> Ordering {
        if a.min(b) >= FIRST_OWN || self.headers.is_sorted() {
            return a.cmp(&b);
        }
        compare_names(self.name(a), self.name(b))
    }
}

/// The order of two names, whatever their case.
#[inline]
pub fn compare_names(a: &[u8], b: &[u8]) -> Ordering {
    let lower = |(a, b): (&u8, &u8)| (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    // Most bytes are the same as they are.
    let different = a.iter().zip(b).filter(|(a, b)| a != b);
    let difference = different.map(lower).find(|(a, b)| a != b);
    difference.map_or(a.len().cmp(&b.len()), |(a, b)| a.cmp(&b))
}

/// Which of the signer's own headers a position stands for.
fn own_at(position: usize) -> Option<usize> {
    position.checked_sub(FIRST_OWN)
}

/// Writes the name at a position in lower case, which the signer's own are.
fn put_name<S: Sink + ?Sized>(position: usize, name: &[u8], sink: &mut S) {
    if own_at(position).is_some() {
        return sink.put(name);
    }
    #[cfg(not(target_os = "none"))]
    if sink.put_lower(name) {
        return;
    }
    for piece in name.chunks(NAME_PIECE) {
        let mut lower = [0; NAME_PIECE];
        for (lower, byte) in lower.iter_mut().zip(piece) {
            *lower = byte.to_ascii_lowercase();
        }
        sink.put(lower.get(..piece.len()).unwrap_or_default());
    }
}

/// Writes a value, which neither begins nor ends with a space, with each run of spaces as one. Tabs stay as a rule: the specification speaks of spaces, and
/// AWS's signer in Rust leaves them.
fn put_folded<S: Sink + ?Sized>(value: &[u8], headers: &dyn Headers, sink: &mut S) {
    if !cfg!(target_os = "none") && every(value, |byte| byte != b' ' && byte != b'\t') {
        return sink.put(value);
    }
    let folds_tabs = headers.folds_tabs();
    let is_space = |byte: &u8| *byte == b' ' || *byte == b'\t' && folds_tabs;
    let mut rest = value;
    loop {
        let end = rest.iter().position(is_space).unwrap_or(rest.len());
        let (word, spaces) = rest.split_at_checked(end).unwrap_or_default();
        sink.put(word);
        let run = spaces.iter().take_while(|byte| is_space(byte)).count();
        rest = spaces.get(run..).unwrap_or_default();
        if rest.is_empty() {
            return;
        }
        sink.put(b" ");
    }
}
