//! Where text goes as it is made: into a hash, into the caller's buffer, or beside a text that should be the same.
#![forbid(unsafe_code)]

use super::text::same;
#[cfg(not(target_os = "none"))]
use crate::crypto::copy_lower;
use crate::crypto::{Hash, copy};

/// Takes text piece by piece. A sink that can fail keeps the failure until it is asked.
pub trait Sink {
    /// Takes the next piece.
    fn put(&mut self, bytes: &[u8]);

    /// Takes the next piece in lower case, if it can do that itself. If not, nothing was taken.
    #[cfg(not(target_os = "none"))]
    fn put_lower(&mut self, _bytes: &[u8]) -> bool {
        false
    }
}

impl<H: Hash> Sink for H {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }

    #[cfg(not(target_os = "none"))]
    #[inline]
    fn put_lower(&mut self, bytes: &[u8]) -> bool {
        self.update_lower(bytes)
    }
}

/// The hash as a sink. Where code may be large there is a copy for it alone; on a small processor it shares the one for all sinks.
#[cfg(not(target_os = "none"))]
pub fn direct<S: Sink>(sink: &mut S) -> &mut S {
    sink
}

/// The hash as a sink. Where code may be large there is a copy for it alone; on a small processor it shares the one for all sinks.
#[cfg(target_os = "none")]
pub fn direct<S: Sink>(sink: &mut S) -> &mut dyn Sink {
    sink
}

/// Writes to a buffer, front to back, as far as there is room.
pub struct Writer<'a>(pub &'a mut [u8]);

impl Sink for Writer<'_> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let free = core::mem::take(&mut self.0);
        let (target, free) = free.split_at_mut_checked(bytes.len()).unwrap_or_default();
        copy(target, bytes);
        self.0 = free;
    }

    #[cfg(not(target_os = "none"))]
    #[inline]
    fn put_lower(&mut self, bytes: &[u8]) -> bool {
        let free = core::mem::take(&mut self.0);
        let (target, free) = free.split_at_mut_checked(bytes.len()).unwrap_or_default();
        copy_lower(target, bytes);
        self.0 = free;
        true
    }
}

/// Counts bytes. A sum that overflows stays at the largest `usize`, which no buffer has.
pub struct Count(pub usize);

impl Sink for Count {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.0 = self.0.saturating_add(bytes.len());
    }

    #[cfg(not(target_os = "none"))]
    #[inline]
    fn put_lower(&mut self, bytes: &[u8]) -> bool {
        self.put(bytes);
        true
    }
}

/// Compares with a text that should be the same.
pub struct Match<'a> {
    /// What is left of the text; `None` once it differed.
    pub rest: Option<&'a [u8]>,
}

impl Match<'_> {
    /// Whether it was all of the text, and nothing else.
    pub fn is_whole(&self) -> bool {
        self.rest.is_some_and(<[u8]>::is_empty)
    }
}

impl Sink for Match<'_> {
    fn put(&mut self, bytes: &[u8]) {
        self.rest = self.rest.and_then(|rest| {
            let (front, rest) = rest.split_at_checked(bytes.len())?;
            same(front, bytes).then_some(rest)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_stops_at_the_end() {
        let mut buffer = [0; 4];
        let mut writer = Writer(&mut buffer);
        writer.put(b"abc");
        writer.put(b"de");
        writer.put(b"f");
        assert_eq!(buffer, *b"abc\0");
    }

    #[test]
    fn a_match_wants_the_whole_text() {
        let matches = |text: &'static [u8], pieces: &[&[u8]]| {
            let mut found = Match { rest: Some(text) };
            pieces.iter().for_each(|piece| found.put(piece));
            found.is_whole()
        };
        assert!(matches(b"abcd", &[b"ab", b"cd"]));
        assert!(!matches(b"abcd", &[b"ab", b"ce"]));
        assert!(!matches(b"abcd", &[b"ab", b"c"]));
        assert!(!matches(b"abcd", &[b"abcd", b"e"]));
    }
}
