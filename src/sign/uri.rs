//! Percent-encoding, and the canonical path.
//!
//! "URI encode every byte except the unreserved characters: 'A'-'Z', 'a'-'z', '0'-'9', '-', '.', '_', and '~'. [...] The hexadecimal letters are
//! upper-case." <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>
#![forbid(unsafe_code)]

use super::sink::Sink;
use super::text::{Bytes, UPPER_CASE, hex_pair, split};
use super::{Form, PathRules};

/// What becomes of the bytes that do not stand for themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// They are encoded, and `%41` in the input is an `A`.
    Decoded,
    /// They are encoded.
    Once,
    /// They are encoded, `=` twice: `%253D`.
    EqualsTwice,
    /// They are encoded twice: `%2520` for a space.
    Twice,
}

/// What becomes of each byte: in the lower half the [set](Bytes) of what stands for itself, in the upper one the [`Coding`] of the others. It is one number
/// because that goes to a function in one register.
#[derive(Clone, Copy)]
pub struct Encoding(u16);

impl Encoding {
    /// One where `kept` stands for itself.
    pub fn new(kept: Bytes, coding: Coding) -> Self {
        Self(u16::from(kept.0) | (coding as u16) << 8)
    }

    fn kept(self) -> Bytes {
        Bytes(self.0 as u8)
    }

    fn is(self, coding: Coding) -> bool {
        self.0 >> 8 == coding as u16
    }

    /// That of names and values in a query.
    pub fn query(form: Form) -> Self {
        let coding = match form {
            Form::Wire => Coding::Decoded,
            Form::Raw => Coding::Once,
            Form::RawEqualsTwice => Coding::EqualsTwice,
        };
        Self::new(Bytes::UNRESERVED, coding)
    }

    /// That of a path.
    ///
    /// AWS's own signer in C says of the services that are not S3: they "do not decode the path before performing the sig v4 calculation", so what they
    /// encode is what was on the wire: `/a%20b` gives `/a%2520b`, and `/@c` gives `/%40c`. S3 decodes the path, and encodes the key it got.
    /// <https://github.com/awslabs/aws-c-auth/blob/main/source/aws_signing.c>
    pub fn path(form: Form, double_encode: bool) -> Self {
        let coding = match (form == Form::Wire, double_encode) {
            (true, false) => Coding::Decoded,
            (false, true) => Coding::Twice,
            _ => Coding::Once,
        };
        Self::new(Bytes::PATH, coding)
    }

    /// Writes encoded texts to a sink.
    pub fn onto<S: Sink + ?Sized>(self, sink: &mut S) -> Encoder<'_, S> {
        Encoder { encoding: self, sink }
    }
}

/// An encoding with the sink that it writes to.
pub struct Encoder<'s, S: ?Sized> {
    encoding: Encoding,
    /// The sink, for what is not encoded.
    pub sink: &'s mut S,
}

impl<S: Sink + ?Sized> Encoder<'_, S> {
    /// Encodes `bytes`, in runs as long as nothing changes.
    #[cfg_attr(all(not(target_os = "none"), target_pointer_width = "64"), inline(always))]
    pub fn put(&mut self, bytes: &[u8]) {
        let kept = self.encoding.kept();
        let mut rest = bytes;
        loop {
            let (run, after) = split(rest, kept);
            if !run.is_empty() {
                self.sink.put(run);
            }
            let [first, behind @ ..] = after else {
                return;
            };
            let (rank, len) = next_rank(*first, behind, self.encoding);
            rest = after.get(len..).unwrap_or_default();
            self.put_one(rank);
        }
    }

    /// Writes the byte of a rank.
    #[inline(always)]
    fn put_one(&mut self, rank: u16) {
        // One that stands for itself after all, since it was encoded without need.
        let mut text = rank.to_le_bytes();
        let mut len = 1;
        if rank < 0x100 {
            let [byte, _] = text;
            let twice = self.encoding.is(Coding::Twice) || self.encoding.is(Coding::EqualsTwice) && byte == b'=';
            self.sink
                .put(b"%25".get(..if twice { 3 } else { 1 }).unwrap_or_default());
            text = hex_pair(byte, UPPER_CASE);
            if !cfg!(target_os = "none") {
                // Of a length that the compiler knows.
                return self.sink.put(&text);
            }
            len = 2;
        }
        self.sink.put(text.get(..len).unwrap_or_default());
    }
}

/// The next byte of a text, decoded where it is `%` and two digits, as a number that sorts as the byte does that is encoded once, and how many bytes of the text
/// that are.
///
/// `%` comes before every unreserved character, and the digits after it are in the order of the bytes. So the lower half of the number is the byte, and the
/// upper one is 0 unless it stands for itself.
#[cfg_attr(all(not(target_os = "none"), target_pointer_width = "64"), inline(always))]
pub fn next_rank(first: u8, behind: &[u8], encoding: Encoding) -> (u16, usize) {
    let (mut byte, mut len) = (first, 1);
    if encoding.is(Coding::Decoded)
        && first == b'%'
        && let Some(digits) = behind.first_chunk()
        && Bytes::DIGITS.holds(digits)
    {
        let [high, low] = *digits;
        let value = |digit: u8| (digit & 15).wrapping_add((digit >> 6).wrapping_mul(9));
        (byte, len) = (value(high) << 4 | value(low), 3);
    }
    (u16::from(byte) | u16::from(encoding.kept().of(byte)) << 8, len)
}

/// Whether a text can stand in the target of an HTTP request: no space, no control character, nothing that ends it there (which `allowed` has not), and no
/// `%` without its two digits. Bytes from 0x80 on are let through, since clients send them, and are encoded.
pub fn is_wire(text: &[u8], allowed: Bytes) -> bool {
    // Many at once, where code may be large.
    let skip_plain = |text| {
        if cfg!(target_os = "none") {
            text
        } else {
            split(text, Bytes::PATH).1
        }
    };
    let mut rest = skip_plain(text);
    while let [first, after @ ..] = rest {
        let fine = match first {
            b'%' => after
                .first_chunk::<2>()
                .is_some_and(|digits| Bytes::DIGITS.holds(digits)),
            byte => *byte >= 0x80 || allowed.has(*byte),
        };
        if !fine {
            return false;
        }
        rest = skip_plain(after);
    }
    true
}

/// Writes the canonical path.
pub fn canonical_path<S: Sink + ?Sized>(path: &[u8], form: Form, rules: PathRules, sink: &mut S) {
    let mut encoder = Encoding::path(form, rules.double_encode).onto(sink);
    let path = if path.is_empty() { b"/" } else { path };
    if rules.normalize && needs_normalizing(path) {
        put_normalized(path, &mut encoder);
    } else {
        encoder.put(path);
    }
}

/// Whether a segment is empty or begins with a dot. If not, the path goes out as it is, and nothing is looked ahead for.
fn needs_normalizing(path: &[u8]) -> bool {
    path.windows(2).any(|pair| matches!(pair, b"//" | b"/."))
}

/// Removes redundant and relative segments (RFC 3986 section 5.2.4, and `//`). Nothing is stored: whether a segment stays is told by what follows it, which
/// costs a look ahead to the end of the path for each one that stays.
fn put_normalized<S: Sink + ?Sized>(path: &[u8], encoder: &mut Encoder<'_, S>) {
    let mut rest = path;
    while !rest.is_empty() {
        let (kept, following) = first_kept(rest);
        encoder.put(kept);
        rest = following;
    }
}

/// What stays of the front of a path, and the path behind it: a segment that no `..` takes back, or nothing, if the front is a segment that does not stay, with
/// all that goes with it.
#[inline(always)]
fn first_kept(path: &[u8]) -> (&[u8], &[u8]) {
    let (mut rest, mut name, mut following) = (path, path, path);
    // How many names a `..` could take back.
    let mut depth = 0_isize;
    while let Some((segment, after)) = next_segment(rest) {
        if depth == 0 {
            (name, following) = (segment, after);
        }
        // Smaller than comparisons with "/", "/." and "/..".
        let dots = segment.len() <= 3 && segment.iter().skip(1).all(|byte| *byte == b'.');
        depth = depth.wrapping_add(match segment.len() {
            _ if !dots => 1,
            3 => -1,
            _ => 0,
        });
        if depth <= 0 {
            // "/a/.", "/a/.." and "/a/" end in a slash, and so does a path of which nothing is left.
            return (segment.get(..usize::from(after.is_empty())).unwrap_or_default(), after);
        }
        rest = after;
    }
    (name, following)
}

/// A slash with the text up to the next one, and what follows.
fn next_segment(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, behind) = text.split_first()?;
    let len = behind.iter().position(|byte| *byte == b'/').unwrap_or(behind.len());
    text.split_at_checked(len.wrapping_add(1))
}
