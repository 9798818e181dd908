//! The canonical query: parameters encoded, sorted by encoded name and then by encoded value, each with a `=`.
#![forbid(unsafe_code)]

use super::Form;
use super::sink::Sink;
use super::sort::{Items, Order, Position};
use super::text::{cut, until};
use super::uri::{Encoder, Encoding, next_rank};
use core::cmp::Ordering;

/// Writes the canonical query. `order` is room to sort in: what it held is forgotten, and sorted again when it is needed again.
pub fn canonical_query<S: Sink + ?Sized>(query: &[u8], form: Form, order: &mut Order, sink: &mut S) {
    if query.is_empty() {
        return;
    }
    let parameters = Parameters { query, form };
    let mut encoder = Encoding::query(form).onto(sink);
    let mut separators = 0;
    order.begin_others(&parameters);
    let mut last = None;
    while let Some(position) = order.next(&parameters, last) {
        last = Some(position);
        encoder.sink.put(b"&".get(..separators).unwrap_or_default());
        separators = 1;
        parameters.put_encoded(position.index(), &mut encoder);
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
        cut(self.parameter(position), b'=')
    }

    #[inline(always)]
    fn parameter(&self, position: usize) -> &'a [u8] {
        until(self.query.get(position..).unwrap_or_default(), b'&')
    }

    /// Writes the parameter at a position, encoded.
    pub fn put<S: Sink + ?Sized>(&self, position: usize, sink: &mut S) {
        self.put_encoded(position, &mut Encoding::query(self.form).onto(sink));
    }

    #[inline(always)]
    fn put_encoded<S: Sink + ?Sized>(&self, position: usize, encoder: &mut Encoder<'_, S>) {
        let parameter = self.parameter(position);
        let name = until(parameter, b'=');
        encoder.put(name);
        encoder.sink.put(b"=");
        encoder.put(parameter.get(name.len().wrapping_add(1)..).unwrap_or_default());
    }

    /// The [rank](next_rank) of each byte that a text stands for.
    fn ranks<'t>(&self, text: &'t [u8]) -> impl Iterator<Item = u16> + use<'t> {
        let (mut rest, encoding) = (text, Encoding::query(self.form));
        core::iter::from_fn(move || {
            let (first, behind) = rest.split_first()?;
            let (rank, len) = next_rank(*first, behind, encoding);
            rest = rest.get(len..).unwrap_or_default();
            Some(rank)
        })
    }

    /// The bytes that a text stands for.
    pub fn decoded<'t>(&self, text: &'t [u8]) -> impl Iterator<Item = u8> + use<'t> {
        self.ranks(text).map(|rank| rank as u8)
    }

    /// The order of two names, or of two values.
    pub fn compare_encoded(&self, a: &[u8], b: &[u8]) -> Ordering {
        // What is the same as it stands need not be decoded, as long as it is no part of an escape. On a small processor it is not worth the code.
        let same = |(a, b): &(&u8, &u8)| !cfg!(target_os = "none") && a == b && **a != b'%';
        let same = a.iter().zip(b).take_while(same).count();
        self.ranks(a.get(same..).unwrap_or_default())
            .cmp(self.ranks(b.get(same..).unwrap_or_default()))
    }

    /// The order of two parameters, without looking for where their names and values end before that is of use. `a` and `b` are anywhere in them.
    #[cfg(target_os = "none")]
    #[inline(always)]
    fn compare_in_one_go(&self, mut a: usize, mut b: usize) -> i32 {
        let mut end = b'=';
        loop {
            let ((a_rank, a_len), (b_rank, b_len)) = (self.rank_at(a, end), self.rank_at(b, end));
            if a_rank != b_rank {
                return i32::from(a_rank).wrapping_sub(b_rank.into());
            }
            if a_len | b_len == 0 {
                return 0;
            }
            if a_rank == 0 {
                end = b'&';
            }
            (a, b) = (a.wrapping_add(a_len), b.wrapping_add(b_len));
        }
    }

    /// The rank of the next byte of a parameter, above 0, and how many bytes it is written with. Where a name or a value ends that is 0, and the `end` of
    /// the name is passed.
    #[cfg(target_os = "none")]
    #[inline(never)]
    fn rank_at(&self, position: usize, end: u8) -> (u16, usize) {
        match self.query.get(position..) {
            None | Some([] | [b'&', ..]) => (0, 0),
            Some([first, ..]) if *first == end => (0, 1),
            Some([first, behind @ ..]) => {
                let (rank, len) = next_rank(*first, behind, Encoding::query(self.form));
                (rank.wrapping_add(1), len)
            }
        }
    }
}

impl Items for Parameters<'_> {
    fn next(&self, from: usize) -> Option<Position> {
        // A parameter begins with what is no `&`, but comes behind one.
        let mut before = if from == 0 { b'&' } else { 0 };
        let begins = |byte: &u8| core::mem::replace(&mut before, *byte) == b'&' && *byte != b'&';
        let skipped = self.query.get(from..)?.iter().position(begins)?;
        Position::new(from.wrapping_add(skipped))
    }

    fn compare(&self, a: usize, b: usize) -> i32 {
        #[cfg(target_os = "none")]
        return self.compare_in_one_go(a, b);
        #[cfg(not(target_os = "none"))]
        {
            let ((a_name, a_value), (b_name, b_value)) = (self.at(a), self.at(b));
            self.compare_encoded(a_name, b_name)
                .then_with(|| self.compare_encoded(a_value, b_value)) as i32
        }
    }
}
