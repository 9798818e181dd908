//! Percent-encoding, and the canonical path.
//!
//! "URI encode every byte except the unreserved characters: 'A'-'Z', 'a'-'z', '0'-'9', '-', '.', '_', and '~'. [...] The hexadecimal letters are
//! upper-case." <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>
#![forbid(unsafe_code)]

use super::sink::Sink;
use super::text::{Bytes, behind};
use super::{Form, PathRules};

/// What becomes of each byte.
#[derive(Clone, Copy)]
pub struct Encoding {
    /// `%41` in the input is an `A`.
    pub decode: bool,
    /// What is encoded is encoded again: `%2520` for a space.
    pub twice: bool,
    /// What stands for itself.
    pub kept: Bytes,
    /// `=` is encoded again: `%253D`.
    pub equals_twice: bool,
}

impl Encoding {
    /// That of names and values in a query.
    pub fn query(form: Form) -> Self {
        Self {
            decode: form == Form::Wire,
            twice: false,
            kept: Bytes::UNRESERVED,
            equals_twice: form == Form::RawEqualsTwice,
        }
    }

    /// That of a path.
    ///
    /// AWS's own signer in C says of the services that are not S3: they "do not decode the path before performing the sig v4 calculation", so what they
    /// encode is what was on the wire: `/a%20b` gives `/a%2520b`, and `/@c` gives `/%40c`. S3 decodes the path, and encodes the key it got.
    /// <https://github.com/awslabs/aws-c-auth/blob/main/source/aws_signing.c>
    pub fn path(form: Form, double_encode: bool) -> Self {
        let wire = form == Form::Wire;
        Self {
            decode: wire && !double_encode,
            twice: double_encode && !wire,
            kept: Bytes::PATH,
            equals_twice: false,
        }
    }

    /// Encodes `bytes`, in runs as long as nothing changes.
    pub fn put<S: Sink + ?Sized>(self, bytes: &[u8], sink: &mut S) {
        let mut rest = bytes;
        loop {
            let after = behind(rest, self.kept);
            let run = rest.len().wrapping_sub(after.len());
            if run != 0 {
                sink.put(rest.get(..run).unwrap_or_default());
            }
            rest = after;
            let Some(byte) = next_byte(&mut rest, self.decode) else {
                return;
            };
            self.put_byte(byte, sink);
        }
    }

    fn put_byte<S: Sink + ?Sized>(self, byte: u8, sink: &mut S) {
        if self.kept.has(byte) {
            return sink.put(&[byte]);
        }
        let twice = self.twice || self.equals_twice && byte == b'=';
        sink.put(if twice { b"%25" } else { b"%" });
        sink.put(&[hex_digit(byte >> 4), hex_digit(byte & 15)]);
    }
}

/// The upper-case digit of a number below 16.
fn hex_digit(number: u8) -> u8 {
    number.wrapping_add(if number < 10 { b'0' } else { b'A' - 10 })
}

/// The next byte of a text, decoded where it is `%` and two digits.
pub fn next_byte(text: &mut &[u8], decode: bool) -> Option<u8> {
    let (first, rest) = text.split_first()?;
    if decode && let Some((byte, rest)) = escaped(text) {
        *text = rest;
        return Some(byte);
    }
    *text = rest;
    Some(*first)
}

/// The byte that `%` and two digits stand for, and what follows.
#[cfg_attr(target_os = "none", inline(always))]
fn escaped(text: &[u8]) -> Option<(u8, &[u8])> {
    let ([b'%', high, low], rest) = text.split_first_chunk()? else {
        return None;
    };
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let number = digit(high)?.wrapping_mul(16).wrapping_add(digit(low)?);
    Some((number as u8, rest))
}

/// Whether a text can stand in the target of an HTTP request: no space, no control character, nothing that ends it there (`excluded`), and no `%` without
/// its two digits. Bytes from 0x80 on are let through, since clients send them, and are encoded.
pub fn is_wire(text: &[u8], excluded: [u8; 2]) -> bool {
    let mut rest = behind(text, Bytes::PATH);
    while let Some((first, after)) = rest.split_first() {
        let after = match first {
            b'%' => match escaped(rest) {
                Some((_, after)) => after,
                None => return false,
            },
            0..=b' ' | 0x7f => return false,
            byte if excluded.contains(byte) => return false,
            _ => after,
        };
        rest = behind(after, Bytes::PATH);
    }
    true
}

/// Writes the canonical path.
pub fn canonical_path<S: Sink + ?Sized>(path: &[u8], form: Form, rules: PathRules, sink: &mut S) {
    let encoding = Encoding::path(form, rules.double_encode);
    match path {
        b"" => sink.put(b"/"),
        path if rules.normalize && needs_normalizing(path) => put_normalized(path, encoding, sink),
        path => encoding.put(path, sink),
    }
}

/// Whether a segment is empty or begins with a dot.
fn needs_normalizing(path: &[u8]) -> bool {
    path.windows(2).any(|pair| matches!(pair, b"//" | b"/."))
}

/// Removes redundant and relative segments (RFC 3986 section 5.2.4, and `//`). Nothing is stored: whether a segment stays is told by what follows it, which
/// costs a look ahead for each segment of a path that has a `..` after it.
fn put_normalized<S: Sink + ?Sized>(path: &[u8], encoding: Encoding, sink: &mut S) {
    let mut rest = path;
    let mut any = false;
    while let Some(segment) = next_segment(&mut rest) {
        if is_name(segment) && !is_undone(rest) {
            sink.put(b"/");
            encoding.put(segment, sink);
            any = true;
        }
    }
    // "/a/.", "/a/.." and "/a/" end in a slash, and so does a path of which nothing is left.
    let ends_in_slash = path
        .rsplit(|byte| *byte == b'/')
        .next()
        .is_some_and(|segment| !is_name(segment));
    if ends_in_slash || !any {
        sink.put(b"/");
    }
}

/// The text up to the next slash. `None` after the last one.
fn next_segment<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    // Not `strip_prefix`, which is a function that calls memcmp, and larger.
    let [b'/', after @ ..] = *rest else {
        return None;
    };
    let end = after.iter().position(|byte| *byte == b'/').unwrap_or(after.len());
    let (segment, next) = after.split_at_checked(end)?;
    *rest = next;
    Some(segment)
}

#[cfg_attr(target_os = "none", inline(never))]
fn is_name(segment: &[u8]) -> bool {
    !matches!(segment, b"" | b"." | b"..")
}

/// Whether a `..` in what follows takes back the segment before it.
fn is_undone(following: &[u8]) -> bool {
    let mut rest = following;
    let mut depth = 0_usize;
    while let Some(segment) = next_segment(&mut rest) {
        match segment {
            b".." if depth == 0 => return true,
            b".." => depth = depth.wrapping_sub(1),
            segment if is_name(segment) => depth = depth.wrapping_add(1),
            _ => {}
        }
    }
    false
}
