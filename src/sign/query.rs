//! The canonical query: parameters encoded, sorted by encoded name and then by encoded value, each with a `=`.
#![forbid(unsafe_code)]

use super::Form;
use super::sink::Sink;
use super::sort::{Items, Order, Position};
use super::text::{Bytes, cut};
use super::uri::{Encoding, next_byte};
use core::cmp::Ordering;

/// Writes the canonical query. `order` is room to sort in: what it held is forgotten, and sorted again when it is needed again.
pub fn canonical_query<S: Sink + ?Sized>(query: &[u8], form: Form, order: &mut Order, sink: &mut S) {
    if query.is_empty() {
        return;
    }
    let mut separator: &[u8] = b"";
    let parameters = Parameters { query, form };
    order.begin_others(&parameters);
    let mut last = None;
    while let Some(position) = order.next(&parameters, last) {
        last = Some(position);
        let position = position.index();
        sink.put(core::mem::replace(&mut separator, b"&"));
        parameters.put(position, sink);
    }
    order.forget();
}

/// The parameters of a query; a position is the offset of one's first byte. Empty ones (`a=1&&b=2`) are none.
#[derive(Clone, Copy)]
pub struct Parameters<'a> {
    /// The query.
    pub query: &'a [u8],
    /// How it is written.
    pub form: Form,
}

impl<'a> Parameters<'a> {
    /// The name and the value. A parameter without `=` has an empty value.
    pub fn at(&self, position: usize) -> (&'a [u8], &'a [u8]) {
        let rest = self.query.get(position..).unwrap_or_default();
        cut(cut(rest, b'&').0, b'=')
    }

    /// Writes the parameter at a position, encoded.
    pub fn put<S: Sink + ?Sized>(&self, position: usize, sink: &mut S) {
        let (encoding, (name, value)) = (Encoding::query(self.form), self.at(position));
        encoding.put(name, sink);
        sink.put(b"=");
        encoding.put(value, sink);
    }

    /// The bytes that a text stands for, each as a number that sorts as its encoded form does: `%` comes before every unreserved
    /// character, and the digits after it are in the order of the bytes.
    fn ranks<'t>(&self, text: &'t [u8]) -> impl Iterator<Item = u16> + use<'t> {
        self.decoded(text)
            .map(|byte| u16::from(byte) | if Bytes::UNRESERVED.has(byte) { 0x100 } else { 0 })
    }

    /// The bytes that a text stands for.
    pub fn decoded<'t>(&self, text: &'t [u8]) -> impl Iterator<Item = u8> + use<'t> {
        let (mut rest, decode) = (text, self.form == Form::Wire);
        core::iter::from_fn(move || next_byte(&mut rest, decode))
    }

    /// The order of two names, or of two values.
    pub fn compare_encoded(&self, a: &[u8], b: &[u8]) -> Ordering {
        // What is the same as it stands need not be decoded, as long as it is no part of an escape. On a small processor it is not worth the code.
        let same = |(a, b): &(&u8, &u8)| !cfg!(target_os = "none") && a == b && **a != b'%';
        let same = a.iter().zip(b).take_while(same).count();
        self.ranks(a.get(same..).unwrap_or_default())
            .cmp(self.ranks(b.get(same..).unwrap_or_default()))
    }
}

impl Items for Parameters<'_> {
    fn next(&self, from: usize) -> Option<Position> {
        let mut rest = self.query;
        if let Some(after) = from.checked_sub(1) {
            rest = cut(rest.get(after..)?, b'&').1;
        }
        while let [b'&', behind @ ..] = rest {
            rest = behind;
        }
        Position::new(self.query.len().wrapping_sub(rest.len())).filter(|_| !rest.is_empty())
    }

    fn compare(&self, a: usize, b: usize) -> i32 {
        let ((a_name, a_value), (b_name, b_value)) = (self.at(a), self.at(b));
        self.compare_encoded(a_name, b_name)
            .then_with(|| self.compare_encoded(a_value, b_value)) as i32
    }
}
