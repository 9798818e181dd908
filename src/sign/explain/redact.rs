//! Canonical text as it may be shown: without its secrets, whole or a part of one line.
//!
//! A secret is known by the name before it, at the beginning of a line (a header) or behind `?` or `&` (a parameter, also of a URL in a header's value
//! or percent-encoded in another parameter's). Nothing is held but the four characters at its ends.
#![forbid(unsafe_code)]

use crate::limits::TOKEN_SHOWN_FROM;
use crate::sign::sink::Sink;

/// Names whose value is a secret, in lower case. Of those of session tokens the ends are shown.
const SECRETS: [&[u8]; 9] = [
    b"x-amz-security-token",
    b"x-amz-s3session-token",
    b"x-amz-signature",
    b"x-amz-server-side-encryption-customer-key",
    b"x-amz-copy-source-server-side-encryption-customer-key",
    b"x-amz-access-token",
    b"x-api-key",
    b"cookie",
    b"proxy-authorization",
];

/// How many of [`SECRETS`] have their ends shown.
const SHORTENED: usize = 3;

/// One bit for each of [`SECRETS`].
const ALL: u16 = (1 << SECRETS.len()) - 1;

/// A part of one line, in columns from 0 on.
#[derive(Clone, Copy)]
pub struct Part {
    /// The line, from 0 on.
    pub line: usize,
    /// The column in which the part begins.
    pub start: usize,
    /// The first column that is shown.
    pub from: usize,
    /// The column behind the last one that is shown.
    pub to: usize,
    /// What ends the part, beside the end of the line: either of two.
    pub end: [u8; 2],
}

/// Passes on what it is given, without secrets. With a part, only that, and printable: `\x1B` for what is not.
pub struct Redacted<'s> {
    out: &'s mut dyn Sink,
    part: Option<Part>,
    line: usize,
    column: usize,
    /// Whether the part is over.
    over: bool,
    /// The last two bytes.
    recent: [u8; 2],
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    /// In a name of so many bytes, which may be one of these.
    Name { candidates: u16, len: usize },
    /// In what is no secret, up to the next name.
    Plain,
    /// In a secret.
    Secret(Secret),
}

#[derive(Clone, Copy)]
struct Secret {
    /// The column of its first byte.
    column: usize,
    /// Bytes so far.
    len: usize,
    /// Its first and last four bytes.
    head: [u8; 4],
    tail: [u8; 4],
    /// Whether they are shown.
    shortened: bool,
    /// Whether it is a parameter's value, which ends at a `&`.
    parameter: bool,
}

const NAME: State = State::Name {
    candidates: ALL,
    len: 0,
};

impl<'s> Redacted<'s> {
    /// All of a text, or a part of it.
    pub fn new(part: Option<Part>, out: &'s mut dyn Sink) -> Self {
        Self {
            out,
            part,
            line: 0,
            column: 0,
            over: false,
            recent: [0; 2],
            state: NAME,
        }
    }

    /// Ends the text: a secret at its end is shown now.
    pub fn finish(mut self) {
        self.close();
    }

    /// Takes the next byte, which is shown as another where it is in no secret that is known by its name.
    pub fn byte(&mut self, byte: u8, shown: u8) {
        if byte == b'\n' {
            return self.end_line();
        }
        if let State::Secret(secret) = &mut self.state {
            if !(secret.parameter && byte == b'&') {
                secret.take(byte);
                self.column = self.column.saturating_add(1);
                return;
            }
            self.close();
        }
        self.show(byte, shown);
        self.column = self.column.saturating_add(1);
        self.state = self.after(byte);
        self.recent = [self.recent[1], byte];
    }

    /// What follows a byte that is in no secret.
    fn after(&self, byte: u8) -> State {
        let encoded = self.recent[0] == b'%' && matches!([self.recent[1], byte], [b'2', b'6'] | [b'3', b'F' | b'f']);
        if encoded || matches!(byte, b'&' | b'?') {
            return NAME;
        }
        let State::Name { candidates, len } = self.state else {
            return State::Plain;
        };
        if matches!(byte, b':' | b'=' | b'%') {
            return self.after_name(candidates, len, byte);
        }
        let mut left = 0;
        for (i, name) in SECRETS.iter().enumerate() {
            let same = name.get(len) == Some(&byte.to_ascii_lowercase());
            left |= u16::from(same) << i;
        }
        match candidates & left {
            0 => State::Plain,
            candidates => State::Name {
                candidates,
                len: len.saturating_add(1),
            },
        }
    }

    /// What follows a name that ends here.
    fn after_name(&self, candidates: u16, len: usize, end: u8) -> State {
        let mut known = SECRETS.iter().enumerate();
        let known = known.find(|(i, name)| candidates >> i & 1 == 1 && name.len() == len);
        known.map_or(State::Plain, |(i, _)| {
            State::Secret(Secret {
                column: self.column,
                len: 0,
                head: [0; 4],
                tail: [0; 4],
                shortened: i < SHORTENED,
                parameter: end != b':',
            })
        })
    }

    fn end_line(&mut self) {
        self.close();
        match self.part {
            None => self.out.put(b"\n"),
            Some(part) => self.over |= self.line >= part.line,
        }
        self.line = self.line.saturating_add(1);
        (self.column, self.recent, self.state) = (0, [0; 2], NAME);
    }

    /// Shows a byte that is in no secret, if it is in the part.
    fn show(&mut self, byte: u8, shown: u8) {
        let Some(part) = self.part else {
            return self.out.put(&[shown]);
        };
        if self.line != part.line || self.over || self.column < part.start {
            return;
        }
        let [end, other] = part.end;
        self.over |= byte == end || byte == other;
        if !self.over {
            self.mark_cuts(&part, self.column);
            if (part.from..part.to).contains(&self.column) {
                put_printable(shown, self.out);
            }
        }
    }

    /// Shows dots where the part is cut.
    fn mark_cuts(&mut self, part: &Part, column: usize) {
        if part.from > part.start && column == part.from || column == part.to {
            self.out.put(b"...");
        }
    }

    /// Ends a secret, and shows how long it is, if one of its bytes is in the part.
    fn close(&mut self) {
        let State::Secret(secret) = self.state else {
            return;
        };
        self.state = State::Plain;
        let shown = self.part.is_none_or(|part| {
            let end = secret.column.saturating_add(secret.len);
            self.line == part.line && !self.over && secret.column < part.to && end > part.from.max(part.start)
        });
        if shown && secret.len > 0 {
            secret.put(self.out);
        }
    }
}

impl Sink for Redacted<'_> {
    fn put(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.byte(*byte, *byte));
    }
}

impl Secret {
    fn take(&mut self, byte: u8) {
        if let Some(place) = self.head.get_mut(self.len) {
            *place = byte;
        }
        let [_, b, c, d] = self.tail;
        self.tail = [b, c, d, byte];
        self.len = self.len.saturating_add(1);
    }

    fn put(&self, out: &mut dyn Sink) {
        if self.shortened && self.len >= TOKEN_SHOWN_FROM {
            put_ends(self.head, self.tail, out);
            out.put(b" ");
        }
        out.put(b"[");
        put_decimal(self.len, out);
        out.put(b" bytes]");
    }
}

/// Shows four characters at each end: `IQoJ...f3A=`.
pub fn put_ends(head: [u8; 4], tail: [u8; 4], out: &mut dyn Sink) {
    head.iter().for_each(|byte| put_printable(*byte, out));
    out.put(b"...");
    tail.iter().for_each(|byte| put_printable(*byte, out));
}

/// Writes a byte as itself if it is visible or a space, else as `\x1B`.
pub fn put_printable(byte: u8, out: &mut dyn Sink) {
    let digit = |number: u8| number.wrapping_add(if number < 10 { b'0' } else { b'A' - 10 });
    match byte {
        b' '..=b'~' => out.put(&[byte]),
        _ => out.put(&[b'\\', b'x', digit(byte >> 4), digit(byte & 15)]),
    }
}

fn put_decimal(number: usize, out: &mut dyn Sink) {
    let (mut digits, mut rest) = ([0; 20], number);
    let mut first = digits.len();
    for (i, digit) in digits.iter_mut().enumerate().rev() {
        *digit = b'0'.wrapping_add((rest % 10) as u8);
        (rest, first) = (rest / 10, i);
        if rest == 0 {
            break;
        }
    }
    out.put(digits.get(first..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::{format, string::String, vec::Vec};

    struct Text(Vec<u8>);

    impl Sink for Text {
        fn put(&mut self, bytes: &[u8]) {
            self.0.extend_from_slice(bytes);
        }
    }

    fn shown(text: &str, part: Option<Part>) -> String {
        let mut out = Text(Vec::new());
        let mut redacted = Redacted::new(part, &mut out);
        redacted.put(text.as_bytes());
        redacted.finish();
        String::from_utf8(out.0).unwrap()
    }

    #[test]
    fn a_secret_is_known_by_its_name_wherever_it_stands() {
        let secret = "SECRET".repeat(20);
        for (before, behind) in [
            ("x-amz-security-token:", "\nb:c"),
            ("a:b\nX-Amz-Security-Token:", ""),
            ("GET\n/\nX-Amz-Security-Token=", "&a=b\n"),
            ("GET\n/\na=b&X-Amz-Signature=", "\n\n"),
            ("a:http://b/?x-amz-security-token=", "&c"),
            ("u=http%3A%2F%2Fb%2F%3Fa%3Db%26X-Amz-Security-Token%3D", "&c=d"),
            ("u=http%3A%2F%2Fb%2F%3fX-Amz-S3session-Token%3D", ""),
            ("a\nx-amz-s3session-token:", "\n"),
        ] {
            let text = shown(&format!("{before}{secret}{behind}"), None);
            assert!(!text.contains("SECRETS"), "{text}");
            assert!(text.starts_with(before.trim_end_matches("%3D")), "{text}");
            assert!(
                text.ends_with(&format!("ET [{} bytes]{behind}", secret.len())) || text.contains("CRET ["),
                "{text}"
            );
            assert!(text.ends_with(behind), "{text}");
        }
        for name in [
            "x-amz-server-side-encryption-customer-key",
            "x-amz-copy-source-server-side-encryption-customer-key",
            "cookie",
            "x-api-key",
            "proxy-authorization",
            "x-amz-access-token",
        ] {
            assert_eq!(
                shown(&format!("{name}:{secret}\na:b"), None),
                format!("{name}:[120 bytes]\na:b")
            );
        }
        assert_eq!(
            shown("x-amz-security-token:short&x\nb:c", None),
            "x-amz-security-token:[7 bytes]\nb:c"
        );
    }

    #[test]
    fn what_is_no_secret_stays_as_it_is() {
        for text in [
            "GET\n/x-amz-security-token:/a\na=b\nhost:a\n\nhost;x-amz-security-token\nabc",
            "x-amz-security-tokens:abc",
            "x-amz-server-side-encryption-customer-key-md5:abc",
            "x-amz-security-token:",
            "a=b&X-Amz-Security-Token=&c=\u{e9}",
            "?&?=:%%26&&\n\n",
            "",
        ] {
            assert_eq!(shown(text, None), text);
        }
    }

    #[test]
    fn a_part_is_cut_and_printable() {
        let part = |start, from, to, end: &[u8; 1]| {
            Some(Part {
                line: 1,
                start,
                from,
                to,
                end: [end[0]; 2],
            })
        };
        assert_eq!(shown("0123\n4567\n89", part(0, 0, 9, b"\n")), "4567");
        assert_eq!(shown("0123\n4567\n89", part(0, 2, 9, b"\n")), "...67");
        assert_eq!(shown("0123\n4567\n89", part(0, 1, 3, b"\n")), "...56...");
        assert_eq!(shown("0\na=b&c=d&e\n89", part(4, 4, 9, b"&")), "c=d");
        assert_eq!(shown("0\na=b&c=d&e\n89", part(4, 4, 9, b"=")), "c");
        assert_eq!(shown("0\na\tb\u{e9}\\\n", part(0, 0, 9, b"\n")), "a\\x09b\\xC3\\xA9\\");
        let token = format!("0\nx-amz-security-token:{}", "t".repeat(100));
        assert_eq!(shown(&token, part(0, 60, 90, b"\n")), "tttt...tttt [100 bytes]");
        assert_eq!(
            shown(&token, part(0, 0, 200, b"\n")),
            "x-amz-security-token:tttt...tttt [100 bytes]"
        );
        assert_eq!(shown(&token, part(0, 0, 200, b":")), "x-amz-security-token");
    }
}
