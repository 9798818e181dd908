//! The headers that the signature covers: the request's and the signer's own, sorted by lower-case name, equal names merged.
#![forbid(unsafe_code)]

use super::headers::{Carried, Header, Headers, NAMES, OWN, OWN_NAMES, same_name};
use super::sink::Sink;
#[cfg(target_os = "none")]
use super::sort::Held;
use super::sort::{Items, Order, Position};
use super::text::{every, same};
use crate::error::Status;
use core::cmp::Ordering;

/// The position of the first of the signer's own headers, behind all of the request's, in the order of their names.
const FIRST_OWN: usize = usize::MAX - OWN;

/// Which of the signer's own headers are added to a request: a bit for the place of each.
#[derive(Clone, Copy)]
pub struct Added(u8);

impl Added {
    /// None.
    pub const NONE: Self = Self(0);

    /// The same, and one more if it is `needed`.
    pub fn with(self, place: usize, needed: bool) -> Self {
        Self(self.0 | u8::from(needed).wrapping_shl(place as u32))
    }

    /// Whether one is.
    pub fn has(self, place: usize) -> bool {
        self.0.wrapping_shr(place as u32) & 1 != 0
    }
}

/// The values of the signer's own headers, in the order of their names: what the payload is signed as, `20150830T123600Z`, and the session token.
pub type OwnValues<'a> = [&'a [u8]; OWN];

/// None yet, or none that are needed.
pub const NO_VALUES: OwnValues<'static> = [b""; OWN];

/// The headers that are signed: the request's, but for those that a rule leaves out, and those of the signer's own that are added.
///
/// Their order is room of the caller's, which is named at each call.
pub struct SignedHeaders<'a> {
    /// The request's.
    pub headers: &'a dyn Headers,
    /// The names that it leaves out.
    pub unsigned: &'a [u8],
    /// The values of the signer's own, where values are written.
    pub own: OwnValues<'a>,
    /// Which of the signer's own are added.
    pub added: Added,
    /// Whether the request's are in their canonical order as they stand.
    pub sorted: bool,
    /// What a run of spaces in a value can be made of beside spaces: a tab, or nothing else. As a rule tabs stay: the specification speaks of spaces, and AWS's
    /// signer in Rust leaves them.
    pub other_space: u8,
    /// Room for their order, so that it is found once.
    #[cfg(target_os = "none")]
    pub held: Option<&'a Held>,
}

impl<'a> SignedHeaders<'a> {
    /// Refuses a request that carries one of the signer's own headers with another value.
    pub fn check_carried(&self, carried: &Carried) -> Result<(), Status> {
        let same = |(place, own): (usize, &&[u8])| {
            let carried = carried.at(place).map(|position| self.headers.at(position).trimmed());
            carried.is_none_or(|value| same(value, own))
        };
        let good = self.own.iter().enumerate().all(same);
        good.then_some(()).ok_or(Status::HeaderConflict)
    }

    /// Writes `name:value` and a line feed for each name.
    #[cfg_attr(target_os = "none", inline(always))]
    pub fn put_canonical<S: Sink + ?Sized>(&self, order: &mut Order, sink: &mut S) {
        self.put_each(true, order, sink);
        sink.put(b"\n");
    }

    /// Writes the names with a semicolon between them.
    #[cfg_attr(target_os = "none", inline(always))]
    pub fn put_names<S: Sink + ?Sized>(&self, order: &mut Order, sink: &mut S) {
        self.put_each(false, order, sink);
    }

    /// Writes each name, with its values or without. Where code may be large there is a copy for either.
    #[cfg_attr(not(target_os = "none"), inline(always))]
    fn put_each<S: Sink + ?Sized>(&self, values: bool, order: &mut Order, sink: &mut S) {
        let mut previous: &[u8] = b"";
        order.begin(self);
        let (mut last, mut given) = (None, 0);
        while let Some(position) = self.next_in_order(last, given, order) {
            last = Some(position);
            given = given.wrapping_add(1);
            let position = position.index();
            let header = if values || cfg!(target_os = "none") {
                self.at(position)
            } else {
                Header {
                    name: self.name(position),
                    value: b"",
                }
            };
            // Elsewhere the order has only those that are signed: there it is no question for each step of a search.
            if cfg!(target_os = "none") && !self.headers.is_signed(header.name, self.unsigned) {
                continue;
            }
            let is_new = !same_name(previous, header.name);
            if !is_new && !values {
                continue;
            }
            if !previous.is_empty() {
                sink.put(&[match (is_new, values) {
                    (false, _) => b',',
                    (true, true) => b'\n',
                    (true, false) => b';',
                }]);
            }
            previous = header.name;
            if is_new {
                put_name(position, header.name, sink);
            }
            if is_new && values {
                sink.put(b":");
            }
            if !values {
                // Nothing more.
            } else if !cfg!(target_os = "none") && own_at(position).is_some() {
                sink.put(header.value);
            } else {
                put_folded(header.trimmed(), self.other_space, sink);
            }
        }
    }

    /// The position of the next header in order, after the last one and as many others as were given.
    #[inline(always)]
    fn next_in_order(&self, last: Option<Position>, _given: usize, order: &mut Order) -> Option<Position> {
        #[cfg(target_os = "none")]
        if let Some(held) = self.held {
            return held.next(self, last, _given);
        }
        order.next(self, last)
    }

    /// The header at a position.
    #[cfg_attr(not(target_os = "none"), inline(always))]
    fn at(&self, position: usize) -> Header<'a> {
        if let Some(place) = own_at(position)
            && let (Some(name), Some(value)) = (NAMES.get(place), self.own.get(place))
        {
            return Header { name, value };
        }
        self.headers.at(position)
    }

    fn name(&self, position: usize) -> &'a [u8] {
        if cfg!(target_os = "none") {
            return self.at(position).name;
        }
        match own_at(position) {
            Some(own) => OWN_NAMES.get(own).copied().unwrap_or_default(),
            None => self.headers.name(position),
        }
    }

    /// Puts those of the signer's own that are added into an order of the request's.
    #[inline(always)]
    pub fn order_own(&self, order: &mut Order) {
        let mut from = 0;
        while Order::TAKES_ITEMS
            && let Some(position) = self.next_own(from)
        {
            order.insert(self, position.index());
            from = position.behind();
        }
    }

    /// The first of the signer's own that is added, from a position on.
    fn next_own(&self, from: usize) -> Option<Position> {
        let mut next = from.max(FIRST_OWN);
        while !self.added.has(own_at(next)?) {
            next = next.wrapping_add(1);
        }
        Position::new(next)
    }
}

impl Items for SignedHeaders<'_> {
    fn next(&self, from: usize) -> Option<Position> {
        let mut from = from;
        while from < FIRST_OWN
            && let Some(position) = self.headers.next(from)
        {
            if cfg!(target_os = "none") || self.headers.is_signed(self.name(position.index()), self.unsigned) {
                return Some(position);
            }
            from = position.behind();
        }
        self.next_own(from)
    }

    fn compare(&self, a: usize, b: usize) -> i32 {
        // Where they are in order as they stand, the positions decide.
        if !cfg!(target_os = "none") && a.min(b) >= FIRST_OWN || self.sorted {
            return 0;
        }
        if cfg!(target_os = "none") {
            return difference(self.name(a), self.name(b));
        }
        compare_names(self.name(a), self.name(b)) as i32
    }
}

/// The first difference of two names, whatever their case; what ends is less than every byte.
#[inline(never)]
pub fn difference(a: &[u8], b: &[u8]) -> i32 {
    let byte = |text: &[u8], i| text.get(i).map_or(-1, |byte: &u8| byte.to_ascii_lowercase().into());
    let mut i = 0_usize;
    loop {
        let (a, b): (i32, i32) = (byte(a, i), byte(b, i));
        if a != b || a < 0 {
            return a.wrapping_sub(b);
        }
        i = i.wrapping_add(1);
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
fn put_name<S: Sink + ?Sized>(_position: usize, name: &[u8], sink: &mut S) {
    #[cfg(not(target_os = "none"))]
    if own_at(_position).is_some() {
        return sink.put(name);
    } else if sink.put_lower(name) {
        return;
    }
    put_changed(name, Change::Case, sink);
}

/// Writes a value, which neither begins nor ends with a space, with each run of spaces as one; `other` is a space too.
fn put_folded<S: Sink + ?Sized>(value: &[u8], other: u8, sink: &mut S) {
    if !cfg!(target_os = "none") && every(value, |byte| byte != b' ' && byte != b'\t') {
        return sink.put(value);
    }
    put_changed(value, Change::Spaces(other), sink);
}

/// What is not written as it stands.
#[derive(Clone, Copy)]
enum Change {
    /// Capitals.
    Case,
    /// Runs of spaces, and what is a space too.
    Spaces(u8),
}

impl Change {
    fn concerns(self, byte: u8) -> bool {
        match self {
            Self::Case => byte.is_ascii_uppercase(),
            Self::Spaces(other) => byte == b' ' || byte == other,
        }
    }
}

/// Writes a text in runs as long as nothing changes.
fn put_changed<S: Sink + ?Sized>(text: &[u8], change: Change, sink: &mut S) {
    let mut rest = text;
    loop {
        let concerned = rest.iter().position(|byte| change.concerns(*byte));
        let (run, changed) = rest
            .split_at_checked(concerned.unwrap_or(rest.len()))
            .unwrap_or_default();
        sink.put(run);
        let Some((first, behind)) = changed.split_first() else {
            return;
        };
        rest = behind;
        // Of a run of spaces the last one.
        let written = match change {
            Change::Case => first | 0x20,
            Change::Spaces(_) if rest.first().is_some_and(|byte| change.concerns(*byte)) => continue,
            Change::Spaces(_) => b' ',
        };
        sink.put(&[written]);
    }
}
