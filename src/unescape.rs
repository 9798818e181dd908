//! Undoing the escapes of XML and of JSON, one character at a time and with no memory of its own.
#![forbid(unsafe_code)]

use crate::limits::ENTITY_MAX;

/// The characters of an XML text: the five named entities and the numbered ones are undone (XML 1.0 section 4.6 and 4.1), and what is no entity stays as it
/// is.
#[derive(Clone)]
pub struct Xml<'a>(&'a str);

impl<'a> Xml<'a> {
    /// Those of a text between two tags.
    pub fn of(text: &'a str) -> Self {
        Self(text)
    }

    /// Whether what is left may be an entity whose end is cut off.
    pub fn is_cut(&self) -> bool {
        self.0.starts_with('&') && self.0.len() <= ENTITY_MAX && !self.0.bytes().any(|byte| byte == b';')
    }
}

impl Iterator for Xml<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let (character, rest) = entity(self.0).or_else(|| {
            let mut characters = self.0.chars();
            characters.next().map(|character| (character, characters.as_str()))
        })?;
        self.0 = rest;
        Some(character)
    }
}

fn entity(text: &str) -> Option<(char, &str)> {
    let inside = text.strip_prefix('&')?;
    let end = inside.bytes().take(ENTITY_MAX).position(|byte| byte == b';')?;
    let (name, rest) = (inside.get(..end)?, inside.get(end.wrapping_add(1)..)?);
    // By their letters: a text of four would stand in memory among the signer's, and be linked with them.
    let character = match name.as_bytes() {
        [b'a', b'm', b'p'] => '&',
        [b'l', b't'] => '<',
        [b'g', b't'] => '>',
        [b'q', b'u', b'o', b't'] => '"',
        [b'a', b'p', b'o', b's'] => '\'',
        _ => numbered(name.strip_prefix('#')?)?,
    };
    Some((character, rest))
}

fn numbered(number: &str) -> Option<char> {
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |hex| (hex, 16));
    let value = digits.chars().try_fold(0_u32, |value, digit| {
        let digit = hex_digit(u8::try_from(digit).ok()?).filter(|digit| *digit < radix)?;
        value.checked_mul(radix)?.checked_add(digit)
    });
    value.filter(|_| !digits.is_empty()).and_then(char::from_u32)
}

/// The characters of a JSON string, as it stands between its quotes (RFC 8259 section 7). `None` is half of a surrogate pair, which is no character.
#[derive(Clone)]
pub struct Json<'a>(core::str::Chars<'a>);

impl<'a> Json<'a> {
    /// Those of a text between two quotes.
    pub fn of(text: &'a str) -> Self {
        Self(text.chars())
    }

    /// Whether what is left may be an escape, or a pair of them, whose end is cut off.
    pub fn is_cut(&self) -> bool {
        match self.0.as_str().as_bytes() {
            [b'\\'] => true,
            // The first half of a surrogate pair is D800 to DBFF.
            [
                b'\\',
                b'u',
                b'd' | b'D',
                b'8' | b'9' | b'a'..=b'b' | b'A'..=b'B',
                rest @ ..,
            ] => rest.len() < r"34\uDD1E".len(),
            [b'\\', b'u', rest @ ..] => rest.len() < 4,
            _ => false,
        }
    }

    fn escape(&mut self) -> Option<char> {
        match self.0.next()? {
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'u' => self.unicode(),
            literal @ ('"' | '\\' | '/') => Some(literal),
            _ => None,
        }
    }

    fn unicode(&mut self) -> Option<char> {
        let unit = self.hex4()?;
        if !(0xD800..0xDC00).contains(&unit) {
            return char::from_u32(u32::from(unit));
        }
        let rest = self.0.as_str().strip_prefix("\\u")?;
        self.0 = rest.chars();
        let pair = [unit, self.hex4()?];
        char::decode_utf16(pair).next()?.ok()
    }

    fn hex4(&mut self) -> Option<u16> {
        (0..4).try_fold(0, |unit: u16, _| {
            let digit = hex_digit(u8::try_from(self.0.next()?).ok()?)?;
            Some(unit << 4 | digit as u16)
        })
    }
}

impl Iterator for Json<'_> {
    type Item = Option<char>;

    fn next(&mut self) -> Option<Option<char>> {
        match self.0.next()? {
            '\\' => Some(self.escape()),
            character => Some(Some(character)),
        }
    }
}

/// The number that a hexadecimal digit stands for. (`char::to_digit` is as large, and the signer has it inlined where it is its only user.)
pub fn hex_digit(digit: u8) -> Option<u32> {
    let number = match digit {
        b'0'..=b'9' => digit.wrapping_sub(b'0'),
        b'a'..=b'f' => digit.wrapping_sub(b'a' - 10),
        b'A'..=b'F' => digit.wrapping_sub(b'A' - 10),
        _ => return None,
    };
    Some(number.into())
}
