//! Names with spaces between them, which is a text and no table.
#![forbid(unsafe_code)]

use super::headers::same_name;
use super::text::cut;

/// A list of names.
#[derive(Clone, Copy)]
pub struct Names<'a>(pub &'a [u8]);

impl<'a> Names<'a> {
    /// The name at a place; of a place behind all of them the empty one.
    pub const fn at(self, place: usize) -> &'a [u8] {
        let (mut rest, mut left, mut len) = (self.0, place, 0);
        while let [first, behind @ ..] = rest
            && left > 0
        {
            if *first == b' ' {
                left -= 1;
            }
            rest = behind;
        }
        while len < rest.len() && rest[len] != b' ' {
            len += 1;
        }
        rest.split_at(len).0
    }

    /// The place of a name, whatever its case.
    pub fn place(self, name: &[u8]) -> Option<usize> {
        let (mut rest, mut place) = (self.0, 0_usize);
        loop {
            let (other, behind) = cut(rest, b' ');
            if same_name(other, name) {
                return Some(place);
            }
            if behind.is_empty() {
                return None;
            }
            (rest, place) = (behind, place.wrapping_add(1));
        }
    }

    /// Whether it has a name, whatever its case.
    pub fn has(self, name: &[u8]) -> bool {
        self.place(name).is_some()
    }

    /// One bit for each length of its names: most other names have another, and need not be compared.
    pub const fn lengths(self) -> Lengths {
        let (mut lengths, mut place) = (0, 0);
        while !self.at(place).is_empty() {
            lengths |= 1 << self.at(place).len();
            place += 1;
        }
        Lengths(lengths)
    }
}

/// The lengths of some names.
#[derive(Clone, Copy)]
pub struct Lengths(u32);

impl Lengths {
    /// Whether a name has one of them. Where there is no code to spare, it may have.
    pub fn may_have(self, name: &[u8]) -> bool {
        cfg!(target_os = "none") || self.0.wrapping_shr(name.len() as u32) & 1 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names<'_> = Names(b"one three eleven");

    #[test]
    fn a_name_has_its_place() {
        for (place, name) in [&b"one"[..], b"three", b"eleven"].into_iter().enumerate() {
            assert_eq!(NAMES.at(place), name);
            assert_eq!(NAMES.place(name), Some(place));
            assert_eq!(NAMES.place(&name.to_ascii_uppercase()), Some(place));
            assert!(NAMES.lengths().may_have(name));
        }
        assert_eq!(NAMES.at(3), b"");
        for other in [&b""[..], b"on", b"onee", b"one three", b"eleven ", b" ", b"two"] {
            assert!(!NAMES.has(other));
        }
        // Where there is code to spare for that.
        assert_eq!(NAMES.lengths().may_have(b"four"), cfg!(target_os = "none"));
    }

    #[test]
    fn a_list_of_spaces_has_no_name_but_the_empty_one() {
        for list in [&b""[..], b" ", b"  "] {
            assert!(!Names(list).has(b"a"));
        }
    }
}
