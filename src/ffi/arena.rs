//! The heap inside the caller's buffer: a list of holes in the order of their addresses, of which the first that is large enough is taken. (To take the one that
//! fits best, or large blocks from the end, was tried on the traces of fetches, and needs no smaller arena.)
//!
//! Blocks have no header, since Rust says a block's size when it gives it back: what is handed out is what is used, rounded up to `UNIT`. Crates were looked
//! at (linked_list_allocator, rlsf, talc): none says how large a block it could still give, which is what `memory::check` needs.
//!
//! ```text
//! first -> [hole: size, next]  block  block  [hole: size, next]  block ...  end
//! ```

use crate::memory;
use core::alloc::Layout;
use core::ptr::{NonNull, null_mut};

/// A stretch that nobody uses. It stands at its own beginning.
struct Hole {
    size: usize,
    next: *mut Hole,
}

/// Sizes and addresses are multiples of this, so that every remainder can be a hole: 8 bytes on 32-bit processors, 16 on 64-bit ones.
const UNIT: usize = size_of::<Hole>();

/// The heap. All its methods but `new` want it for themselves.
pub(super) struct Arena {
    first: *mut Hole,
}

impl Arena {
    /// A heap that can give nothing.
    pub(super) const fn empty() -> Self {
        Self { first: null_mut() }
    }

    /// A heap in the `size` bytes at `start`.
    ///
    /// # Safety
    /// They are valid for reads and writes and nobody else's as long as this heap and its blocks are used.
    pub(super) unsafe fn new(start: *mut u8, size: usize) -> Self {
        let skipped = start.align_offset(UNIT);
        let size = size.saturating_sub(skipped) / UNIT * UNIT;
        if size == 0 {
            return Self::empty();
        }
        // SAFETY: `size` is at least UNIT, so the hole lies within what the caller gave, and is aligned.
        let first = unsafe {
            let first = start.add(skipped).cast::<Hole>();
            first.write(Hole { size, next: null_mut() });
            first
        };
        let arena = Self { first };
        memory::publish(arena.largest());
        arena
    }

    /// A block for `layout`, or `None`.
    pub(super) fn allocate(&mut self, layout: Layout) -> Option<NonNull<u8>> {
        let size = round_up(layout.size().max(1), UNIT)?;
        let mut link: *mut *mut Hole = &raw mut self.first;
        // SAFETY: `link` points to `first` or to the `next` of a hole, and each of these to a hole or to nothing: that is what this list is.
        unsafe {
            while !(*link).is_null() {
                let hole = *link;
                // A multiple of UNIT, since an alignment is a power of two: one smaller than UNIT changes nothing.
                let before = hole.cast::<u8>().align_offset(layout.align());
                if (*hole).size >= before.saturating_add(size) {
                    Self::take(link, before, size);
                    memory::publish(self.largest());
                    return NonNull::new(hole.cast::<u8>().add(before));
                }
                link = &raw mut (*hole).next;
            }
        }
        None
    }

    /// Takes `size` bytes out of the hole at `link`, from its byte `before` on; what is left on either side stays a hole.
    ///
    /// # Safety
    /// `link` points to a hole that is as large.
    unsafe fn take(mut link: *mut *mut Hole, before: usize, size: usize) {
        // SAFETY: both remainders lie within the hole, are multiples of UNIT and not empty where a hole is written.
        unsafe {
            let hole = *link;
            let (after, next) = ((*hole).size - before - size, (*hole).next);
            if before > 0 {
                (*hole).size = before;
                link = &raw mut (*hole).next;
            }
            *link = next;
            if after > 0 {
                let rest = hole.cast::<u8>().add(before + size).cast::<Hole>();
                rest.write(Hole { size: after, next });
                *link = rest;
            }
        }
    }

    /// Takes back a block, and joins it with the holes at its sides.
    ///
    /// # Safety
    /// `block` came from `allocate` of this heap for the same `layout`, and nobody uses it any more.
    pub(super) unsafe fn release(&mut self, block: NonNull<u8>, layout: Layout) {
        let size = round_up(layout.size().max(1), UNIT).unwrap_or(UNIT);
        let block = block.as_ptr().cast::<Hole>();
        let (mut before, mut after): (*mut Hole, *mut Hole) = (null_mut(), self.first);
        // SAFETY: as in `allocate`; the block is as large as a hole and aligned for one, and was in no hole.
        unsafe {
            while !after.is_null() && after < block {
                (before, after) = (after, (*after).next);
            }
            block.write(Hole { size, next: after });
            if before.is_null() {
                self.first = block;
            } else {
                (*before).next = block;
            }
            Self::join(block);
            if !before.is_null() {
                Self::join(before);
            }
        }
        memory::publish(self.largest());
    }

    /// Joins a hole with the next one, if nothing is between them.
    ///
    /// # Safety
    /// `hole` is in the list.
    unsafe fn join(hole: *mut Hole) {
        // SAFETY: the caller's promise; the sum of two holes that touch is a stretch that nobody uses.
        unsafe {
            let next = (*hole).next;
            if !next.is_null() && hole.cast::<u8>().add((*hole).size) == next.cast::<u8>() {
                (*hole).size += (*next).size;
                (*hole).next = (*next).next;
            }
        }
    }

    /// The largest block, aligned as a hole is, that could be given now.
    fn largest(&self) -> usize {
        let (mut largest, mut hole) = (0, self.first);
        while !hole.is_null() {
            // SAFETY: as in `allocate`.
            let (size, next) = unsafe { ((*hole).size, (*hole).next) };
            (largest, hole) = (largest.max(size), next);
        }
        largest
    }
}

fn round_up(size: usize, unit: usize) -> Option<usize> {
    Some(size.checked_add(unit - 1)? / unit * unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::vec::Vec;

    /// A generator of numbers below `bound`, the same in every run (Knuth's MMIX).
    fn random(state: &mut u64, bound: usize) -> usize {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*state >> 33).unwrap() % bound
    }

    fn holes(arena: &Arena) -> Vec<(usize, usize)> {
        let (mut found, mut hole) = (Vec::new(), arena.first);
        while !hole.is_null() {
            // SAFETY: a hole of the list.
            let (size, next) = unsafe { ((*hole).size, (*hole).next) };
            found.push((hole.addr(), size));
            hole = next;
        }
        found
    }

    /// Blocks are aligned, within the buffer, and apart from each other and from the holes; holes are in order and never touch; in the end there is one again.
    #[test]
    fn blocks_and_holes_share_the_buffer() {
        let mut state = 1;
        for start in [0, 1, 7] {
            let mut buffer = Vec::from([0_u8; 4099]);
            let range = buffer.as_ptr_range();
            // SAFETY: within the buffer, which outlives the arena.
            let mut arena = unsafe { Arena::new(buffer.as_mut_ptr().add(start), buffer.len() - start) };
            let whole = arena.largest();
            assert!(whole > 4099 - start - 2 * UNIT);
            let mut blocks: Vec<(NonNull<u8>, Layout)> = Vec::new();
            for _ in 0..if cfg!(miri) { 300 } else { 20_000 } {
                if random(&mut state, 5) < 3 {
                    let layout = Layout::from_size_align(random(&mut state, 400), 1 << random(&mut state, 6)).unwrap();
                    if let Some(block) = arena.allocate(layout) {
                        assert_eq!(block.addr().get() % layout.align(), 0);
                        // SAFETY: the block is that large, and this test's own.
                        unsafe { block.write_bytes(0xA5, layout.size()) };
                        blocks.push((block, layout));
                    } else {
                        assert!(arena.largest() < layout.size() + layout.align() + UNIT);
                    }
                } else if !blocks.is_empty() {
                    let (block, layout) = blocks.swap_remove(random(&mut state, blocks.len()));
                    // SAFETY: it came from `allocate` for this layout.
                    unsafe { arena.release(block, layout) };
                }
                let mut pieces = holes(&arena);
                assert!(pieces.is_sorted() && pieces.windows(2).all(|two| two[0].0 + two[0].1 < two[1].0));
                pieces.extend(blocks.iter().map(|(block, layout)| (block.addr().get(), layout.size())));
                pieces.sort_unstable();
                assert!(pieces.windows(2).all(|two| two[0].0 + two[0].1 <= two[1].0));
                let (first, last) = (pieces[0], pieces[pieces.len() - 1]);
                assert!(first.0 >= range.start.addr() + start && last.0 + last.1 <= range.end.addr());
            }
            for (block, layout) in blocks.drain(..) {
                // SAFETY: as above.
                unsafe { arena.release(block, layout) };
            }
            assert_eq!((holes(&arena).len(), arena.largest()), (1, whole));
        }
    }

    #[test]
    fn what_is_too_small_gives_nothing() {
        let mut buffer = [0_u8; 2 * UNIT];
        for size in 0..UNIT {
            // SAFETY: as above.
            let mut arena = unsafe { Arena::new(buffer.as_mut_ptr(), size) };
            assert_eq!(arena.allocate(Layout::new::<u8>()), None);
        }
        assert_eq!(Arena::empty().allocate(Layout::new::<u8>()), None);
    }

    #[test]
    fn a_size_that_cannot_be_rounded_up_is_refused() {
        let mut buffer = [0_u8; 100];
        // SAFETY: as above.
        let mut arena = unsafe { Arena::new(buffer.as_mut_ptr(), buffer.len()) };
        let huge = Layout::from_size_align(isize::MAX as usize, 1).unwrap();
        assert_eq!(arena.allocate(huge), None);
    }
}
