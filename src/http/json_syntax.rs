//! The grammar of JSON (RFC 8259) without recursion: a loop over tokens, with the open brackets in one word.
#![forbid(unsafe_code)]

use super::json::Flaw;

/// Checks that `text` is one JSON value in UTF-8, nested at most `depth_max` deep (and never deeper than 31), and returns it as text.
///
/// Errors: `Syntax`, `TooDeep`.
pub fn check(text: &[u8], depth_max: usize) -> Result<&str, Flaw> {
    let text = core::str::from_utf8(text).map_err(|_| Flaw::Syntax)?;
    let mut scanner = Scanner {
        rest: text.as_bytes(),
        brackets: Brackets::default(),
        depth_max,
    };
    let mut next = Expect::Value;
    while next != Expect::End {
        scanner.skip_blanks();
        next = scanner.step(next)?;
    }
    scanner.skip_blanks();
    if scanner.rest.is_empty() {
        Ok(text)
    } else {
        Err(Flaw::Syntax)
    }
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    /// After `[`.
    ValueOrClose,
    /// After a comma in an object.
    Key,
    /// After `{`.
    KeyOrClose,
    /// After a value.
    CommaOrClose,
    End,
}

/// The open brackets, innermost in the lowest bit: 1 is an object, 0 an array. The highest bit set is a mark below the outermost one.
struct Brackets(u32);

impl Default for Brackets {
    fn default() -> Self {
        Self(1)
    }
}

impl Brackets {
    fn depth(&self) -> usize {
        self.0.checked_ilog2().unwrap_or(0) as usize
    }

    fn in_object(&self) -> bool {
        self.0 & 1 == 1
    }
}

struct Scanner<'a> {
    rest: &'a [u8],
    brackets: Brackets,
    depth_max: usize,
}

impl Scanner<'_> {
    fn step(&mut self, expect: Expect) -> Result<Expect, Flaw> {
        let byte = self.next()?;
        match (expect, byte) {
            (Expect::Value | Expect::ValueOrClose, _) if byte != b']' => self.value(byte),
            (Expect::Key | Expect::KeyOrClose, b'"') => self.key(),
            (Expect::CommaOrClose, b',') if self.brackets.in_object() => Ok(Expect::Key),
            (Expect::CommaOrClose, b',') => Ok(Expect::Value),
            (Expect::CommaOrClose | Expect::KeyOrClose, b'}') if self.brackets.in_object() => Ok(self.close()),
            (Expect::CommaOrClose | Expect::ValueOrClose, b']') if !self.brackets.in_object() => Ok(self.close()),
            _ => Err(Flaw::Syntax),
        }
    }

    fn value(&mut self, first: u8) -> Result<Expect, Flaw> {
        match first {
            b'{' => return self.open(1, Expect::KeyOrClose),
            b'[' => return self.open(0, Expect::ValueOrClose),
            b'"' => self.string()?,
            b't' => self.literal(b"rue")?,
            b'f' => self.literal(b"alse")?,
            b'n' => self.literal(b"ull")?,
            _ => self.number(first)?,
        }
        Ok(self.after_value())
    }

    fn key(&mut self) -> Result<Expect, Flaw> {
        self.string()?;
        self.skip_blanks();
        self.literal(b":")?;
        Ok(Expect::Value)
    }

    fn open(&mut self, kind: u32, next: Expect) -> Result<Expect, Flaw> {
        if self.brackets.depth() >= self.depth_max.min(31) {
            return Err(Flaw::TooDeep);
        }
        self.brackets.0 = self.brackets.0 << 1 | kind;
        Ok(next)
    }

    fn close(&mut self) -> Expect {
        self.brackets.0 >>= 1;
        self.after_value()
    }

    fn after_value(&self) -> Expect {
        if self.brackets.depth() == 0 {
            Expect::End
        } else {
            Expect::CommaOrClose
        }
    }

    fn string(&mut self) -> Result<(), Flaw> {
        loop {
            match self.next()? {
                b'"' => return Ok(()),
                b'\\' => self.escape()?,
                0..=0x1F => return Err(Flaw::Syntax),
                _ => {}
            }
        }
    }

    fn escape(&mut self) -> Result<(), Flaw> {
        match self.next()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(()),
            b'u' => (0..4).try_for_each(|_| self.next()?.is_ascii_hexdigit().then_some(()).ok_or(Flaw::Syntax)),
            _ => Err(Flaw::Syntax),
        }
    }

    /// `-? (0 | [1-9] [0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    fn number(&mut self, first: u8) -> Result<(), Flaw> {
        match if first == b'-' { self.next()? } else { first } {
            b'0' => {}
            b'1'..=b'9' => self.skip_digits(),
            _ => return Err(Flaw::Syntax),
        }
        if self.skip_one(b".") {
            self.digits()?;
        }
        if self.skip_one(b"eE") {
            self.skip_one(b"+-");
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Flaw> {
        if !self.next()?.is_ascii_digit() {
            return Err(Flaw::Syntax);
        }
        self.skip_digits();
        Ok(())
    }

    fn skip_digits(&mut self) {
        while self.skip_one(b"0123456789") {}
    }

    fn skip_blanks(&mut self) {
        while self.skip_one(b" \t\r\n") {}
    }

    fn skip_one(&mut self, any_of: &[u8]) -> bool {
        match self.rest.split_first() {
            Some((byte, rest)) if any_of.contains(byte) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn literal(&mut self, expected: &[u8]) -> Result<(), Flaw> {
        self.rest = self.rest.strip_prefix(expected).ok_or(Flaw::Syntax)?;
        Ok(())
    }

    fn next(&mut self) -> Result<u8, Flaw> {
        let (byte, rest) = self.rest.split_first().ok_or(Flaw::Syntax)?;
        self.rest = rest;
        Ok(*byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use proptest::prelude::*;
    use std::string::{String, ToString};
    use std::{format, vec};

    #[test]
    fn what_the_rfc_allows_passes() {
        for text in [
            "{}",
            "[]",
            "\"\"",
            "0",
            "-0",
            "10",
            "-1.50e+07",
            "1E5",
            "2e-1",
            "true",
            "false",
            "null",
            " \t\r\n{ } ",
            "[ ]",
            "[[],{}]",
            r#"{"":0}"#,
            r#" { "a" : [ 1 , "b" , { "c" : null } ] , "d" : true } "#,
            r#""\"\\\/\b\f\n\r\t\u00e9\uD834\uDD1E""#,
            "\"\u{e9}\u{7f}\"",
        ] {
            assert_eq!(check(text.as_bytes(), 8), Ok(text));
        }
    }

    #[test]
    fn what_the_rfc_does_not_allow_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "[",
            "}",
            "]",
            "{]",
            "[}",
            "{}{}",
            "{} x",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1:2]",
            "{,}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{\"a\":1 \"b\":2}",
            "{a:1}",
            "{1:1}",
            "{'a':1}",
            "{\"a\":1]",
            "[1}",
            "[[1]",
            "tru",
            "trux",
            "True",
            "nul",
            "NaN",
            "undefined",
            "+1",
            "01",
            "-",
            "-a",
            "1.",
            ".5",
            "1e",
            "1e+",
            "0x1",
            "1 2",
            "\"",
            "\"a",
            "\"\\",
            "\"\\\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u+123\"",
            "\"\\u123g\"",
            "\"\n\"",
            "\"\u{1f}\"",
            "\"\0\"",
            "\u{feff}{}",
            "// c\n{}",
            "{}\0",
        ] {
            assert_eq!(check(text.as_bytes(), 8), Err(Flaw::Syntax), "{text:?}");
        }
        assert_eq!(check(b"\"\xff\"", 8), Err(Flaw::Syntax));
    }

    #[test]
    fn nesting_is_bounded() {
        let nested =
            |depth: usize| format!("{}{}", "[{\"a\":".repeat(depth / 2), "}]".repeat(depth / 2)).replace(":}", ":0}");
        assert!(check(nested(8).as_bytes(), 8).is_ok());
        assert_eq!(check(nested(10).as_bytes(), 8), Err(Flaw::TooDeep));
        assert_eq!(check("[".repeat(100_000).as_bytes(), 8), Err(Flaw::TooDeep));
        assert_eq!(check("[".repeat(100_000).as_bytes(), usize::MAX), Err(Flaw::TooDeep));
        assert!(check(format!("{}{}", "[".repeat(31), "]".repeat(31)).as_bytes(), usize::MAX).is_ok());
    }

    #[test]
    fn brackets_in_strings_are_text() {
        let text = format!("[\"{}\\\"{}\"]", "[{".repeat(50), "]}".repeat(50));
        assert_eq!(check(text.as_bytes(), 1), Ok(text.as_str()));
    }

    fn value() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_string()),
            Just("true".to_string()),
            any::<i64>().prop_map(|n| n.to_string()),
            (-1e300..1e300).prop_map(|n: f64| format!("{n:e}")),
            "[ -!#-\\[\\]-~\u{e9}]{0,9}".prop_map(|s| format!("\"{s}\"")),
            Just(r#""\"\u0041""#.to_string()),
        ];
        leaf.prop_recursive(4, 30, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(" ,"))),
                prop::collection::vec(inner, 0..5).prop_map(|items| {
                    let members: vec::Vec<_> = items
                        .iter()
                        .enumerate()
                        .map(|(i, item)| format!("\"{i}\":{item}"))
                        .collect();
                    format!("{{{}}}", members.join(", "))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_value_passes_and_none_that_is_cut(value in value()) {
            let text = format!("[{value}]");
            prop_assert_eq!(check(text.as_bytes(), 8), Ok(text.as_str()));
            for cut in 0..text.len() {
                prop_assert_eq!(check(&text.as_bytes()[..cut], 8), Err(Flaw::Syntax));
            }
        }
    }
}
