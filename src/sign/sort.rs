//! Order without a heap and without a limit.
#![forbid(unsafe_code)]

#[cfg(not(target_os = "none"))]
mod batches;
#[cfg(any(test, target_os = "none"))]
#[cfg_attr(not(target_os = "none"), allow(dead_code))]
mod scan;

#[cfg(not(target_os = "none"))]
pub use batches::Order;
#[cfg(target_os = "none")]
pub use scan::{Held, Order};

use core::num::NonZeroUsize;

/// Where an item is: an index, or an offset into a text, but not the largest `usize`. It is kept as one more than that, so that none is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(NonZeroUsize);

impl Position {
    /// The position with an index.
    pub fn new(index: usize) -> Option<Self> {
        NonZeroUsize::new(index.wrapping_add(1)).map(Self)
    }

    /// The index.
    pub fn index(self) -> usize {
        self.behind().wrapping_sub(1)
    }

    /// One more than the index.
    pub fn behind(self) -> usize {
        self.0.get()
    }
}

/// Items that are known by a position.
pub trait Items {
    /// The position of the first item at `from` or behind it, which is 0 or behind an item.
    fn next(&self, from: usize) -> Option<Position>;

    /// How an item compares with another one: negative where it comes before it, 0 where they are equal. Equal ones keep the order of their positions.
    fn compare(&self, a: usize, b: usize) -> i32;
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::vec::Vec;

    /// Numbers to be sorted by their tens.
    struct Numbers(Vec<u32>);

    impl Items for Numbers {
        fn next(&self, from: usize) -> Option<Position> {
            Position::new(from).filter(|_| from < self.0.len())
        }

        fn compare(&self, a: usize, b: usize) -> i32 {
            self.0[a] as i32 / 10 - self.0[b] as i32 / 10
        }
    }

    /// All of them, as an order gives them.
    fn visited(numbers: &Numbers, mut next: impl FnMut(Option<Position>) -> Option<Position>) -> Vec<u32> {
        let (mut all, mut last) = (Vec::new(), None);
        while let Some(position) = next(last) {
            all.push(numbers.0[position.index()]);
            last = Some(position);
        }
        all
    }

    #[test]
    fn any_number_of_items_is_sorted_and_stays_stable() {
        for count in [0, 1, 2, 63, 64, 65, 127, 128, 129, 200, 1000] {
            let numbers: Vec<u32> = (0..count).map(|i: u32| i.wrapping_mul(2_654_435_761) >> 22).collect();
            let mut expected = numbers.clone();
            expected.sort_by_key(|number| number / 10);
            let numbers = Numbers(numbers);
            let (mut held, mut found) = (Order::new(), scan::Order::new());
            for time in ["once", "again"] {
                held.begin(&numbers);
                assert_eq!(visited(&numbers, |last| held.next(&numbers, last)), expected, "{time}");
                found.begin(&numbers);
                assert_eq!(visited(&numbers, |last| found.next(&numbers, last)), expected, "{time}");
            }
        }
    }
}
