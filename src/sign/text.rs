//! Sets of bytes, and questions about every byte of a text.
#![forbid(unsafe_code)]

/// A part of a text: one that is in another needs no room of its own.
pub const fn part(text: &'static [u8], from: usize, len: usize) -> &'static [u8] {
    text.split_at(from).1.split_at(len).0
}

/// A text without the slash behind it. One of 4, 8, 16 or 32 bytes is a constant that linkers keep with all others of its length, whether it is used or not:
/// so those that `sigv4_sign_request` does not use have one byte more.
#[inline(always)]
pub const fn unmerged(text: &'static [u8]) -> &'static [u8] {
    match text.split_last() {
        Some((_, text)) => text,
        None => b"",
    }
}

/// A set of ASCII characters: a bit in [`SETS`]; or more than one bit, for what is in any of some sets.
#[derive(Clone, Copy)]
pub struct Bytes(pub(super) u8);

impl Bytes {
    /// What a token is made of (RFC 9110 section 5.6.2).
    pub const TOKEN: Self = Self(1);

    /// What stands for itself in a percent-encoded text (RFC 3986 section 2.3).
    pub const UNRESERVED: Self = Self(2);

    /// What stands for itself in a canonical path.
    pub const PATH: Self = Self(4);

    /// What a region, a service or an access key id is made of: it stands between slashes, in a list with commas, behind an equals sign.
    pub const SCOPE: Self = Self(8);

    /// What a list of tokens with spaces between them is made of.
    pub const LIST: Self = Self(16);

    /// What can be sent in a path, with the `%` of an escape: visible, and not the end of the path.
    pub const PATH_SENT: Self = Self(32);

    /// What can be sent in a query.
    pub const QUERY_SENT: Self = Self(64);

    /// Hexadecimal digits.
    pub const DIGITS: Self = Self(128);

    /// Whether it has a byte.
    pub fn has(self, byte: u8) -> bool {
        self.of(byte) != 0
    }

    /// The bit, if the set has a byte, or 0.
    pub fn of(self, byte: u8) -> u8 {
        SETS.get(usize::from(byte)).map_or(0, |sets| sets & self.0)
    }

    /// Whether a text is not empty and is made of these bytes alone. Of several sets in one a small processor asks for any of them at each byte, and others
    /// for the same one at all.
    pub fn holds(self, text: &[u8]) -> bool {
        if cfg!(target_os = "none") {
            let mut rest = text;
            while let [first, behind @ ..] = rest
                && self.has(*first)
            {
                if behind.is_empty() {
                    return true;
                }
                rest = behind;
            }
            return false;
        }
        // Without a branch for each byte.
        let sets = |byte: &u8| SETS.get(usize::from(*byte)).copied().unwrap_or_default();
        !text.is_empty() && text.iter().fold(self.0, |all, byte| all & sets(byte)) != 0
    }
}

/// For each byte the sets that have it. Where code may be large it goes up to the last byte, so that none needs to be compared with its end.
static SETS: [u8; if cfg!(target_os = "none") { 128 } else { 256 }] = {
    let others: [(Bytes, &[u8]); 7] = [
        (Bytes::TOKEN, b"!#$%&'*+-.^_`|~"),
        (Bytes::UNRESERVED, b"-._~"),
        (Bytes::PATH, b"-._~/"),
        (Bytes::SCOPE, b"!\"#$%&'()*+-.:;<>?@[\\]^_`{|}~"),
        (Bytes::LIST, b"!#$%&'*+-.^_`|~ "),
        (Bytes::PATH_SENT, b"!\"$%&'()*+,-./:;<=>@[\\]^_`{|}~"),
        (Bytes::QUERY_SENT, b"!\"$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
    ];
    let mut sets = [0; if cfg!(target_os = "none") { 128 } else { 256 }];
    let mut byte = 0;
    while byte < 128 {
        if (byte as u8).is_ascii_alphanumeric() {
            sets[byte] = 127;
        }
        if (byte as u8).is_ascii_hexdigit() {
            sets[byte] |= Bytes::DIGITS.0;
        }
        byte += 1;
    }
    let mut set = 0;
    while set < others.len() {
        let mut i = 0;
        while i < others[set].1.len() {
            sets[others[set].1[i] as usize] |= others[set].0.0;
            i += 1;
        }
        set += 1;
    }
    sets
};

/// Whether `good` holds for every byte; without a branch for each, so that the compiler can look at many at once, where there is a use in it.
#[inline(always)]
pub fn every(text: &[u8], good: impl Fn(u8) -> bool) -> bool {
    let one_by_one = |bytes: &[u8]| bytes.iter().all(|byte| good(*byte));
    if cfg!(target_os = "none") {
        return one_by_one(text);
    }
    // The last bytes are looked at as a whole, whatever of them was looked at before.
    if let Some(last) = text.last_chunk::<16>() {
        return text.as_chunks().0.iter().all(|bytes| at_once::<16>(bytes, &good)) && at_once(last, &good);
    }
    match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(first), Some(last)) => at_once(first, &good) && at_once(last, &good),
        _ => one_by_one(text),
    }
}

#[inline(always)]
fn at_once<const N: usize>(bytes: &[u8; N], good: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(0, |bad, byte| bad | u8::from(!good(*byte))) == 0
}

/// Whether two texts are the same. A small image need not have memcmp for it.
#[cfg_attr(not(target_os = "none"), inline(always))]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    if cfg!(target_os = "none") {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b)
    } else {
        a == b
    }
}

/// A text up to a byte, and what comes behind it; all of it and nothing where it has none.
#[inline(always)]
pub fn cut(text: &[u8], byte: u8) -> (&[u8], &[u8]) {
    let before = until(text, byte);
    (before, text.get(before.len().wrapping_add(1)..).unwrap_or_default())
}

/// A text up to a byte.
pub fn until(text: &[u8], byte: u8) -> &[u8] {
    let end = text.iter().position(|other| *other == byte).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// Whether a text is of visible ASCII characters.
#[cfg_attr(target_os = "none", inline(always))]
pub fn is_visible(text: &[u8]) -> bool {
    if cfg!(target_os = "none") {
        // A `#`, which ends a query, is no end of a scope.
        return text.is_empty() || Bytes(Bytes::QUERY_SENT.0 | Bytes::SCOPE.0).holds(text);
    }
    // The farthest from `!`, so that the compiler can look at many at once.
    text.iter()
        .fold(0, |farthest: u8, byte| farthest.max(byte.wrapping_sub(b'!')))
        <= b'~' - b'!'
}

/// Whether a text is of letters, digits, and what is between them in [`Bytes::PATH`], which most paths are.
#[inline(always)]
fn is_plain_path(text: &[u8]) -> bool {
    every(text, |byte| {
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        letter | (byte.wrapping_sub(b'-') <= b'9' - b'-') | (byte == b'_') | (byte == b'~')
    })
}

/// The bytes in front of a text that a set has, and what is behind them.
#[cfg_attr(any(target_os = "none", target_pointer_width = "64"), inline(always))]
pub fn split(text: &[u8], set: Bytes) -> (&[u8], &[u8]) {
    // Many at once, where the compiler knows which set it is.
    if !cfg!(target_os = "none") && set.0 == Bytes::PATH.0 && is_plain_path(text) {
        return (text, b"");
    }
    let run = text.iter().position(|byte| !set.has(*byte)).unwrap_or(text.len());
    text.split_at_checked(run).unwrap_or_default()
}

/// Writes lower-case hexadecimal digits, twice as many as bytes, at most 64.
pub fn put_hex(bytes: &[u8], text: &mut [u8; 64]) {
    let (pairs, _) = text.as_chunks_mut();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        *pair = hex_pair(*byte, LOWER_CASE);
    }
}

/// From the character after `9` to `a`.
const LOWER_CASE: u16 = 0x27;

/// From the character after `9` to `A`.
pub const UPPER_CASE: u16 = 7;

/// The two hexadecimal digits of a byte.
#[cfg_attr(not(target_os = "none"), inline(always))]
pub fn hex_pair(byte: u8, case: u16) -> [u8; 2] {
    // Both digits at once, each in its own half of a word: 6 carries a digit above 9 into the next four bits.
    let digits = u16::from_le_bytes([byte >> 4, byte & 15]);
    let letters = (digits.wrapping_add(0x0606) >> 4) & 0x0101;
    digits
        .wrapping_add(0x3030)
        .wrapping_add(letters.wrapping_mul(case))
        .to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;

    #[test]
    fn sets_have_what_the_rfcs_say() {
        for byte in 0..=255_u8 {
            let alphanumeric = byte.is_ascii_alphanumeric();
            assert_eq!(
                Bytes::UNRESERVED.has(byte),
                alphanumeric || b"-._~".contains(&byte),
                "{byte}"
            );
            let delimiter = b"\"(),/:;<=>?@[\\]{}".contains(&byte);
            assert_eq!(
                Bytes::PATH.has(byte),
                alphanumeric || b"-._~/".contains(&byte),
                "{byte}"
            );
            assert_eq!(
                Bytes::SCOPE.has(byte),
                byte.is_ascii_graphic() && !b"/,=".contains(&byte),
                "{byte}"
            );
            assert_eq!(Bytes::TOKEN.has(byte), byte.is_ascii_graphic() && !delimiter, "{byte}");
            assert_eq!(Bytes::LIST.has(byte), byte == b' ' || Bytes::TOKEN.has(byte), "{byte}");
            let sent = byte.is_ascii_graphic() && byte != b'#';
            assert_eq!(Bytes::QUERY_SENT.has(byte), sent, "{byte}");
            assert_eq!(Bytes::PATH_SENT.has(byte), sent && byte != b'?', "{byte}");
            assert_eq!(Bytes::DIGITS.has(byte), byte.is_ascii_hexdigit(), "{byte}");
        }
        assert!(!Bytes::TOKEN.holds(b""));
    }

    #[test]
    fn hexadecimal_is_lower_case() {
        for byte in 0..=255_u8 {
            let mut text = [b' '; 64];
            put_hex(&[byte], &mut text);
            assert_eq!(std::str::from_utf8(&text).unwrap(), std::format!("{byte:02x}{:62}", ""));
        }
    }

    #[test]
    fn one_bad_byte_is_found_at_any_place() {
        for length in 0..200 {
            let mut text = [b'a'; 200];
            assert!(is_visible(&text[..length]));
            for place in 0..length {
                text[place] = b' ';
                assert!(!is_visible(&text[..length]), "{place} of {length}");
                text[place] = b'a';
            }
        }
    }

    #[test]
    fn every_looks_at_every_byte() {
        let mut text = [b'a'; 70];
        for length in 0..text.len() {
            assert!(every(&text[..length], |byte| byte == b'a'));
            for place in 0..length {
                text[place] = b'b';
                assert!(!every(&text[..length], |byte| byte == b'a'), "{place} of {length}");
                text[place] = b'a';
            }
        }
    }

    #[test]
    fn a_text_is_split_before_the_first_byte_that_the_set_has_not() {
        let mut text = [b'a'; 40];
        for byte in 0..=255 {
            for set in [Bytes::TOKEN, Bytes::UNRESERVED, Bytes::PATH] {
                for place in 0..text.len() {
                    for length in [place + 1, 40] {
                        text[place] = byte;
                        let end = if set.has(byte) { length } else { place };
                        let expected = text[..length].split_at(end);
                        assert_eq!(split(&text[..length], set), expected, "{byte} at {place} of {length}");
                        text[place] = b'a';
                    }
                }
            }
        }
    }
}
