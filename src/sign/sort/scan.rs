//! An order that is searched for: for small processors.
//!
//! Each item is found as the smallest of those that come after the last one, which is n^2 comparisons; the first headers are remembered, as they are written
//! several times. For the few headers and parameters that most requests have that is no more than the hash costs; an order by n log n comparisons would be
//! 400 bytes of code more.
#![forbid(unsafe_code)]

use super::{Items, Position};
use core::cell::Cell;

/// The order of some items, which are named at each call. It holds nothing.
pub struct Order;

impl Order {
    /// Whether items can be put in one by one: there is nothing to put them in, and no more to do for an order than to ask for it.
    pub const TAKES_ITEMS: bool = false;

    /// No order.
    pub fn new() -> Self {
        Self
    }

    /// Begins an order that items are put in one by one.
    pub fn clear(&mut self) {}

    /// Puts in an item.
    pub fn insert<I: Items>(&mut self, _: &I, _: usize) {}

    /// Puts in one that comes behind all others.
    pub fn append(&mut self, _: usize) {}

    /// Goes to the beginning of `items`.
    pub fn begin<I: Items>(&mut self, _: &I) {}

    /// The same for other items than before.
    pub fn begin_others<I: Items>(&mut self, _: &I) {}

    /// Forgets the order.
    pub fn forget(&mut self) {}

    /// The position of the item after `last` in order, or of the first.
    pub fn next<I: Items>(&mut self, items: &I, last: Option<Position>) -> Option<Position> {
        smallest_after(items, last)
    }
}

/// How many items are remembered in their order.
const HELD: usize = 16;

/// The first items in order, as far as they were asked for. They must be the same each time.
pub struct Held([Cell<Option<Position>>; HELD]);

impl Held {
    /// None yet: each use is another one.
    #[allow(clippy::declare_interior_mutable_const)]
    pub const NOTHING: Self = Self([const { Cell::new(None) }; HELD]);

    /// The position of the item after `last` in order, or of the first; `given` were given before it.
    pub fn next(&self, items: &dyn Items, last: Option<Position>, given: usize) -> Option<Position> {
        let place = self.0.get(given);
        if let Some(position) = place.and_then(Cell::get) {
            return Some(position);
        }
        let next = smallest_after(items, last);
        if let Some(place) = place {
            place.set(next);
        }
        next
    }
}

/// Of equal items the first one: a later one does not take its place.
#[inline(never)]
fn smallest_after(items: &dyn Items, last: Option<Position>) -> Option<Position> {
    let (mut smallest, mut from) = (None, 0);
    while let Some(position) = items.next(from) {
        from = position.behind();
        let compare = |a: Position, b: Position| items.compare(a.index(), b.index());
        // One that is equal to the last comes after it if its position does.
        if last.is_none_or(|last| compare(last, position) < i32::from(last < position))
            && smallest.is_none_or(|smallest| compare(position, smallest) < 0)
        {
            smallest = Some(position);
        }
    }
    smallest
}
