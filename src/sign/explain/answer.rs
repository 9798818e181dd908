//! What a service says when it refuses a signature, and where in it stands what it signed itself.
//!
//! S3 answers in XML, with an element for each text; other services put the texts into the message, in JSON or in XML. The shapes are of AWS's own
//! answers: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>, <https://github.com/minio/minio/issues/2986>,
//! <https://github.com/amzn/selling-partner-api-models/issues/1101>, <https://github.com/carsales/aws-request-signer/issues/10>,
//! <https://github.com/versity/versitygw/issues/1514>. Nothing follows from them but words for a person, so to find a text between two tags or behind
//! a name is enough: a body may be cut, and a member may stand at any depth.
#![forbid(unsafe_code)]

use crate::unescape;

/// A body, as far as it is UTF-8.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    body: &'a str,
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Xml,
    Json,
    /// The body is the message.
    Plain,
}

impl<'a> Answer<'a> {
    /// A body of any kind.
    pub fn of(body: &'a [u8]) -> Self {
        let body = core::str::from_utf8(body).or_else(|error| {
            let valid = body.get(..error.valid_up_to()).unwrap_or_default();
            core::str::from_utf8(valid)
        });
        let body = body.unwrap_or_default();
        let form = match body.trim_ascii_start().as_bytes() {
            [b'<', ..] => Form::Xml,
            [b'{' | b'[', ..] => Form::Json,
            _ => Form::Plain,
        };
        Self { body, form }
    }

    /// The name of the error, without what may stand around it: `com.amazon.coral.service#InvalidSignatureException`. An error's message of this library
    /// begins with it, and a colon.
    pub fn code(&self) -> Option<Text<'a>> {
        let code = match self.form {
            Form::Xml => self.element("Code>")?,
            Form::Json => ["__type\"", "code\"", "Code\""]
                .iter()
                .find_map(|name| self.member(name))?,
            Form::Plain => {
                let (code, _) = split(self.body, b':')?;
                return code
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric())
                    .then(|| Text::plain(code.as_bytes()));
            }
        };
        let code = code.after(b"#").unwrap_or(code);
        Some(code.until(|byte| byte == b':' || byte.is_ascii_whitespace()))
    }

    /// What it says to a person.
    pub fn message(&self) -> Option<Text<'a>> {
        match self.form {
            Form::Xml => self.element("Message>"),
            Form::Json => ["message\"", "Message\""].iter().find_map(|name| self.member(name)),
            Form::Plain => {
                let message = self.code().and_then(|_| split(self.body, b':'));
                Some(Text::plain(
                    message
                        .map_or(self.body, |(_, message)| message.trim_ascii_start())
                        .as_bytes(),
                ))
            }
        }
    }

    /// The canonical request that the service made of what it received.
    pub fn canonical_request(&self) -> Option<Text<'a>> {
        let quoted = || self.quoted(b"The Canonical String for this request should have been");
        self.bytes("CanonicalRequestBytes>")
            .or_else(|| self.element("CanonicalRequest>"))
            .or_else(quoted)
    }

    /// The string to sign that the service made of that.
    pub fn string_to_sign(&self) -> Option<Text<'a>> {
        let quoted = || self.quoted(b"The String-to-Sign should have been");
        self.bytes("StringToSignBytes>")
            .or_else(|| self.element("StringToSign>"))
            .or_else(quoted)
    }

    /// The text of the first element with this name, entities undone, if it is XML. The name ends in its `>`, as a member's does in its quote: a text of 4, 8, 16 or
    /// 32 bytes would stand in memory among the signer's of that length, and be linked with them.
    pub fn element(&self, name: &str) -> Option<Text<'a>> {
        let (text, complete) = self.raw_element(name)?;
        let decoded = Decoded::of(Source::Xml(unescape::Xml::of(text)));
        Some(Text::new(decoded, complete))
    }

    /// The bytes that an element gives in hexadecimal digits, if it is whole: they are exact where the text is not.
    fn bytes(&self, name: &str) -> Option<Text<'a>> {
        let (digits, complete) = self.raw_element(name)?;
        complete.then(|| Text::whole(Decoded::of(Source::Hex(digits.as_bytes()))))
    }

    fn raw_element(&self, name: &str) -> Option<(&'a str, bool)> {
        if self.form != Form::Xml {
            return None;
        }
        let mut rest = self.body;
        loop {
            let (_, tag) = split(rest, b'<')?;
            rest = tag;
            if let Some(inside) = tag.strip_prefix(name) {
                return Some(split(inside, b'<').map_or((inside, false), |(text, _)| (text, true)));
            }
        }
    }

    /// The string that is the first member with this name, at any depth, escapes undone, if it is JSON.
    fn member(&self, name: &str) -> Option<Text<'a>> {
        let mut rest = self.body;
        while let Some((_, from)) = split(rest, b'"') {
            let (_, behind) = split_string(from);
            rest = behind.unwrap_or_default();
            let value = rest.trim_ascii_start().strip_prefix(':');
            let named = from.starts_with(name);
            let value = value.and_then(|value| value.trim_ascii_start().strip_prefix('"'));
            if let (true, Some(value)) = (named, value) {
                let (string, behind) = split_string(value);
                let decoded = Decoded::of(Source::Json(unescape::Json::of(string)));
                return Some(Text::new(decoded, behind.is_some()));
            }
        }
        None
    }

    /// What the message says between quotes behind some words. A quote inside is no end: that is where the next words follow.
    fn quoted(&self, words: &[u8]) -> Option<Text<'a>> {
        let message = self.message()?.after(words)?;
        let mut rest = message.after(b"'")?;
        let text = rest.clone();
        let mut length = 0_usize;
        while let Some(byte) = rest.next() {
            if byte == b'\'' && is_end(rest.clone()) {
                return Some(Text {
                    left: length,
                    complete: true,
                    ..text
                });
            }
            length = length.saturating_add(1);
        }
        Some(Text {
            complete: false,
            ..text
        })
    }
}

/// Whether a message ends here, or goes on with the string to sign.
fn is_end(behind: Text<'_>) -> bool {
    let words = b"The String-to-Sign";
    let mut behind = behind.skip_while(u8::is_ascii_whitespace);
    match behind.next() {
        None => true,
        first => first == words.first().copied() && words.iter().skip(1).all(|word| behind.next() == Some(*word)),
    }
}

/// What stands before and behind the first occurrence of an ASCII character. (`split_once` would bring a search along that is as large as what calls it.)
fn split(text: &str, at: u8) -> Option<(&str, &str)> {
    let end = text.bytes().position(|byte| byte == at)?;
    Some((text.get(..end)?, text.get(end.wrapping_add(1)..)?))
}

/// A JSON string, which begins here behind its quote, as it stands; and what follows it, unless it is cut.
fn split_string(text: &str) -> (&str, Option<&str>) {
    let mut escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    match end.and_then(|end| text.split_at_checked(end)) {
        Some((string, rest)) => (string, rest.strip_prefix('"')),
        None => (text, None),
    }
}

/// A text in an answer, with whatever escapes it undone: an iterator over its bytes.
#[derive(Clone)]
pub struct Text<'a> {
    decoded: Decoded<'a>,
    /// Bytes of it, at most.
    left: usize,
    /// Whether its end was there, and not cut off.
    pub complete: bool,
}

impl<'a> Text<'a> {
    /// One that needs no decoding.
    pub fn plain(text: &'a [u8]) -> Self {
        Self::whole(Decoded::of(Source::Plain(text)))
    }

    fn whole(decoded: Decoded<'a>) -> Self {
        Self::new(decoded, true)
    }

    fn new(decoded: Decoded<'a>, complete: bool) -> Self {
        Self {
            decoded,
            left: usize::MAX,
            complete,
        }
    }

    /// What stands behind the first occurrence of some words.
    pub fn after(&self, words: &[u8]) -> Option<Self> {
        let mut rest = self.clone();
        loop {
            let mut here = rest.clone();
            if words.iter().all(|word| here.next() == Some(*word)) {
                return Some(here);
            }
            rest.next()?;
        }
    }

    /// Whether some words stand in it.
    pub fn has(&self, words: &[u8]) -> bool {
        self.after(words).is_some()
    }

    /// Whether it is the same as another text.
    pub fn is(&self, other: &[u8]) -> bool {
        self.clone().eq(other.iter().copied())
    }

    /// What stands before the first byte that ends it.
    pub fn until(mut self, ends: impl Fn(u8) -> bool) -> Self {
        let length = self.clone().take_while(|byte| !ends(*byte)).count();
        (self.left, self.complete) = (length, true);
        self
    }

    /// The first bytes, as many as `array` has; `None` if there are fewer.
    pub fn array<const N: usize>(&self) -> Option<[u8; N]> {
        let (mut array, mut bytes) = ([0; N], self.clone());
        for place in &mut array {
            *place = bytes.next()?;
        }
        Some(array)
    }
}

impl Iterator for Text<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        self.left = self.left.checked_sub(1)?;
        if !self.complete && self.decoded.is_cut() {
            return None;
        }
        self.decoded.next()
    }
}

#[derive(Clone)]
enum Source<'a> {
    Xml(unescape::Xml<'a>),
    Json(unescape::Json<'a>),
    /// Pairs of hexadecimal digits with anything between them.
    Hex(&'a [u8]),
    Plain(&'a [u8]),
}

/// The bytes of a text, with those of a character that are not yet taken.
#[derive(Clone)]
struct Decoded<'a> {
    source: Source<'a>,
    pending: u32,
}

impl<'a> Decoded<'a> {
    fn of(source: Source<'a>) -> Self {
        Self { source, pending: 0 }
    }

    /// Whether what is left may be an escape whose end is cut off.
    fn is_cut(&self) -> bool {
        match &self.source {
            Source::Xml(characters) => self.pending == 0 && characters.is_cut(),
            Source::Json(characters) => self.pending == 0 && characters.is_cut(),
            Source::Hex(_) | Source::Plain(_) => false,
        }
    }

    /// Takes a character, of which the first byte is next: the others wait, the first of them lowest.
    fn character(&mut self, character: char) -> u8 {
        let mut bytes = [0; 4];
        character.encode_utf8(&mut bytes);
        let [first, ..] = bytes;
        // No byte of a character but the only one of NUL is 0.
        self.pending = u32::from_le_bytes(bytes) >> 8;
        first
    }
}

impl Iterator for Decoded<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if self.pending != 0 {
            let [next, ..] = self.pending.to_le_bytes();
            self.pending >>= 8;
            return Some(next);
        }
        let character = match &mut self.source {
            Source::Plain(rest) | Source::Hex(rest) if rest.is_empty() => return None,
            Source::Plain(rest) => return take_first(rest),
            Source::Hex(rest) => {
                let [high, low] = [next_digit(rest)?, next_digit(rest)?];
                return Some(high << 4 | low);
            }
            Source::Xml(characters) => characters.next()?,
            Source::Json(characters) => characters.next()?.unwrap_or(char::REPLACEMENT_CHARACTER),
        };
        Some(self.character(character))
    }
}

fn take_first(rest: &mut &[u8]) -> Option<u8> {
    let (first, behind) = rest.split_first()?;
    *rest = behind;
    Some(*first)
}

/// The next hexadecimal digit, whatever stands before it.
fn next_digit(rest: &mut &[u8]) -> Option<u8> {
    loop {
        if let Some(digit) = unescape::hex_digit(take_first(rest)?) {
            return Some(digit as u8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::{format, string::String, vec::Vec};

    fn text(text: Option<Text<'_>>) -> Option<String> {
        text.map(|text| String::from_utf8(text.collect::<Vec<u8>>()).unwrap())
    }

    fn some(text: &str) -> Option<String> {
        Some(text.into())
    }

    #[test]
    fn an_error_of_s3() {
        let body = "<?xml version=\"1.0\"?>\n<Error><Code>SignatureDoesNotMatch</Code><Message>a &amp; b</Message><StringToSign>A\nB&#x27;&#39;&lt;\u{e9}</StringToSign>\
            <CanonicalRequest>GET\n/</CanonicalRequest></Error>";
        let answer = Answer::of(body.as_bytes());
        assert_eq!(text(answer.code()), some("SignatureDoesNotMatch"));
        assert_eq!(text(answer.message()), some("a & b"));
        assert_eq!(text(answer.string_to_sign()), some("A\nB''<\u{e9}"));
        assert_eq!(text(answer.canonical_request()), some("GET\n/"));
        assert_eq!(text(answer.element("Host>")), None);
    }

    #[test]
    fn bytes_are_taken_before_the_text_if_they_are_whole() {
        let body = "<Error><StringToSign>x</StringToSign><StringToSignBytes>41 0a c3 A9</StringToSignBytes><CanonicalRequest>y</CanonicalRequest><CanonicalRequestBytes>41";
        let answer = Answer::of(body.as_bytes());
        assert_eq!(text(answer.string_to_sign()), some("A\n\u{e9}"));
        assert_eq!(text(answer.canonical_request()), some("y"));
    }

    #[test]
    fn texts_in_a_message() {
        let message = r"no.\n\nThe Canonical String for this request should have been\n'GET\n/it\u0027s\n'x'\n\nhost'\n\nThe String-to-Sign should have been\n'A\nB'\n";
        for body in [
            format!(r#"{{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"{message}"}}"#),
            format!(r#" {{ "errors" : [ {{ "message" : "{message}" , "code": "InvalidSignatureException:x" }} ] }}"#),
            format!("<ErrorResponse xmlns=\"x\"><Error><Code>\n InvalidSignatureException\n</Code><Message>{}</Message></Error></ErrorResponse>", message.replace("\\n", "\n").replace("\\u0027", "&apos;")).replace("\n Inv", "Inv"),
        ] {
            let answer = Answer::of(body.as_bytes());
            assert_eq!(text(answer.code()), some("InvalidSignatureException"), "{body}");
            assert_eq!(text(answer.canonical_request()), some("GET\n/it's\n'x'\n\nhost"));
            assert_eq!(text(answer.string_to_sign()), some("A\nB"));
        }
        let plain = message.replace("\\n", "\n").replace("\\u0027", "'");
        assert_eq!(text(Answer::of(plain.as_bytes()).string_to_sign()), some("A\nB"));
    }

    #[test]
    fn what_is_cut_says_so() {
        let complete = |body: &str| Answer::of(body.as_bytes()).canonical_request().unwrap().complete;
        assert!(complete("<CanonicalRequest>a<"));
        assert!(!complete("<CanonicalRequest>a"));
        let json = "{\"message\":\"The Canonical String for this request should have been\\n'GET\\n'";
        assert!(!complete(&json[..json.len() - 1]));
        assert!(complete(json));
        assert!(Answer::of(b"<Error><CanonicalReq").canonical_request().is_none());
        assert!(Answer::of(b"").message().is_some_and(|message| message.is(b"")));
        assert!(Answer::of(b"\xff<Code>a</Code>").code().is_none());
    }
}
