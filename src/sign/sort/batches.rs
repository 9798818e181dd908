//! The order that is computed once: for processors with memory to spare.
//!
//! An array of [`SORT_BATCH`] positions on the stack is filled with the smallest items, in order, by binary insertion: n log n comparisons. Where
//! there are more items, the array is emptied and filled with the smallest of those that come after the last one, and so on: one pass more
//! for each further batch, and never an error.
#![forbid(unsafe_code)]

use super::{Items, Position};
use crate::limits::SORT_BATCH;

/// The order of some items. It is computed once, as long as all fit into one batch.
///
/// The items are named at each call, and must be the same.
pub struct Order {
    batch: [usize; SORT_BATCH],
    len: usize,
    /// How many of the batch were given.
    given: usize,
    /// Whether the batch is the first one.
    at_start: bool,
    /// Whether items come after the batch.
    more: bool,
}

impl Order {
    /// No order yet.
    pub fn new() -> Self {
        Self {
            batch: [0; SORT_BATCH],
            len: 0,
            given: 0,
            at_start: false,
            more: false,
        }
    }

    /// Whether items can be put in one by one, by one who walks through them anyway.
    pub const TAKES_ITEMS: bool = true;

    /// Goes to the beginning of `items`, which [`next`](Self::next) then gives.
    #[inline(always)]
    pub fn begin<I: Items>(&mut self, items: &I) {
        if !self.at_start {
            self.fill(items, None);
        }
        self.given = 0;
    }

    /// The same for items that the order is not of yet.
    #[inline(always)]
    pub fn begin_others<I: Items>(&mut self, items: &I) {
        self.forget();
        self.begin(items);
    }

    /// Begins an order that items are put in one by one.
    #[inline(always)]
    pub fn clear(&mut self) {
        (self.len, self.at_start, self.more) = (0, true, false);
    }

    /// Puts in another of the items, behind those of smaller positions: where it belongs, which in many lists is the end.
    #[inline(always)]
    pub fn insert<I: Items>(&mut self, items: &I, position: usize) {
        let last = self.batch.get(self.len.wrapping_sub(1)).copied();
        if last.is_none_or(|last| comes_before(items, last, position)) {
            self.append(position);
        } else {
            self.insert_before_last(items, position);
        }
    }

    /// Puts in one that comes behind all others; it falls out of a full batch.
    #[inline(always)]
    pub fn append(&mut self, position: usize) {
        match self.batch.get_mut(self.len) {
            Some(end) => {
                *end = position;
                self.len = self.len.wrapping_add(1);
            }
            None => self.more = true,
        }
    }

    /// Forgets the order.
    #[inline(always)]
    pub fn forget(&mut self) {
        self.at_start = false;
    }

    /// The position of the next item in order. The last one need not be named.
    #[inline(always)]
    pub fn next<I: Items>(&mut self, items: &I, _: Option<Position>) -> Option<Position> {
        Position::new(self.next_index(items)?)
    }

    fn next_index<I: Items>(&mut self, items: &I) -> Option<usize> {
        if self.given == self.len && self.more {
            let last = self.batch.get(self.given.wrapping_sub(1)).copied();
            self.fill(items, last);
            self.given = 0;
        }
        let position = *self.batch.get(..self.len)?.get(self.given)?;
        self.given = self.given.wrapping_add(1);
        Some(position)
    }

    /// Fills the batch with the smallest items after `last`.
    #[inline(never)]
    fn fill<I: Items>(&mut self, items: &I, last: Option<usize>) {
        (self.len, self.at_start, self.more) = (0, last.is_none(), false);
        let mut from = 0;
        while let Some(position) = items.next(from) {
            from = position.behind();
            let position = position.index();
            if last.is_none_or(|last| comes_before(items, last, position)) {
                self.insert(items, position);
            }
        }
    }

    /// Puts a position where it belongs before the last one, which falls out of a full batch.
    #[inline(never)]
    fn insert_before_last<I: Items>(&mut self, items: &I, position: usize) {
        let (mut low, mut high) = (0, self.len.saturating_sub(1));
        while low < high {
            let middle = low.midpoint(high);
            let other = self.batch.get(middle).copied().unwrap_or_default();
            (low, high) = if comes_before(items, other, position) {
                (middle.wrapping_add(1), high)
            } else {
                (low, middle)
            };
        }
        let full = self.len == SORT_BATCH;
        self.more |= full;
        self.len = if full { SORT_BATCH } else { self.len.wrapping_add(1) };
        let mut carried = position;
        for slot in self.batch.get_mut(low..self.len).unwrap_or_default() {
            core::mem::swap(slot, &mut carried);
        }
    }
}

fn comes_before<I: Items>(items: &I, a: usize, b: usize) -> bool {
    match items.compare(a, b) {
        0 => a < b,
        difference => difference < 0,
    }
}
