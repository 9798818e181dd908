//! Sets of bytes, and questions about every byte of a text.
#![forbid(unsafe_code)]

/// A set of ASCII characters, one bit for each.
#[derive(Clone, Copy)]
pub struct Bytes([u32; 8]);

impl Bytes {
    /// What a token is made of (RFC 9110 section 5.6.2).
    pub const TOKEN: Self = Self::of(b"!#$%&'*+-.^_`|~");

    /// What stands for itself in a percent-encoded text (RFC 3986 section 2.3).
    pub const UNRESERVED: Self = Self::of(b"-._~");

    /// What stands for itself in a canonical path.
    pub const PATH: Self = Self::of(b"-._~/");

    /// What a region, a service or an access key id is made of: it stands between slashes, in a list with commas, behind an equals sign.
    pub const SCOPE: Self = Self::of(b"!\"#$%&'()*+-.:;<>?@[\\]^_`{|}~");

    /// What a host name or an address is made of, with its port (RFC 3986 section 3.2.2, without percent-encoding and what no name in the DNS has).
    pub const HOST: Self = Self::of(b"-._~:[]");

    /// The letters, the digits and `others`.
    const fn of(others: &[u8]) -> Self {
        let mut words = [0; 8];
        let mut byte = 0;
        while byte < 128 {
            if (byte as u8).is_ascii_alphanumeric() {
                words[byte >> 5] |= 1 << (byte & 31);
            }
            byte += 1;
        }
        let mut i = 0;
        while i < others.len() {
            words[(others[i] >> 5) as usize] |= 1 << (others[i] & 31);
            i += 1;
        }
        Self(words)
    }

    /// Whether it has a byte.
    pub fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 5)] >> (byte & 31) & 1 == 1
    }

    /// Whether a text is not empty and is made of these bytes alone.
    pub fn holds(&self, text: &[u8]) -> bool {
        !text.is_empty() && text.iter().all(|byte| self.has(*byte))
    }
}

/// Whether `good` holds for every byte; without a branch for each, so that the compiler can look at many at once, where there is a use in it.
pub fn every(text: &[u8], good: impl Fn(u8) -> bool) -> bool {
    if cfg!(target_os = "none") {
        return text.iter().all(|byte| good(*byte));
    }
    let good = |bytes: &[u8]| bytes.iter().fold(true, |all, byte| all & good(*byte));
    let (chunks, rest) = text.as_chunks::<64>();
    chunks.iter().all(|chunk| good(chunk)) && good(rest)
}

/// Whether a text is of visible ASCII characters.
pub fn is_visible(text: &[u8]) -> bool {
    // The farthest from `!`, so that the compiler can look at many at once.
    text.iter()
        .fold(0, |farthest: u8, byte| farthest.max(byte.wrapping_sub(b'!')))
        <= b'~' - b'!'
}

/// Writes lower-case hexadecimal digits, twice as many as bytes, at most 64.
pub fn put_hex(bytes: &[u8], text: &mut [u8; 64]) {
    let (pairs, _) = text.as_chunks_mut();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        // Both digits at once, each in its own half of a word: 6 carries a digit above 9 into the next four bits.
        let digits = u16::from_be_bytes([byte >> 4, byte & 15]);
        let letters = (digits.wrapping_add(0x0606) >> 4) & 0x0101;
        *pair = digits
            .wrapping_add(0x3030)
            .wrapping_add(letters.wrapping_mul(0x27))
            .to_be_bytes();
    }
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
}
