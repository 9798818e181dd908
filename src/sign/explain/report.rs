//! What was found, in words: the first difference, both sides of it, and the likely cause with what to do.
#![forbid(unsafe_code)]

use super::answer::{Answer, Text};
use super::cause::{Evidence, Finding, Told};
use super::compare::{Difference, Fate};
use super::redact::{Part, Redacted, put_ends};
use super::words::server_time;
use super::{Cause, Explanation, Line, Subject, parse_time};
use crate::error::Status;
use crate::limits::{SHOWN_AFTER, SHOWN_BEFORE};
use crate::sign::sink::Sink;
use core::ops::Range;

/// What is to be written.
pub struct Report<'a> {
    /// The request.
    pub subject: Subject<'a>,
    /// What the server said.
    pub answer: Answer<'a>,
    /// What follows from that.
    pub finding: Finding<'a>,
}

impl<'a> Report<'a> {
    /// Writes the text, and says where in it what stands.
    pub fn put(&self, out: &mut dyn Sink) -> Result<Explanation, Status> {
        let mut out = Counted { out, len: 0 };
        let mut explanation = Explanation {
            cause: self.finding.cause,
            line: Line::None,
            name: 0..0,
            signed: 0..0,
            server: 0..0,
            server_time: server_time(&self.answer).and_then(|text| parse_time(&text)),
            len: 0,
        };
        match &self.finding.evidence {
            Evidence::Words => self.put_server_words(&mut out),
            Evidence::Equal => out.put(EQUAL),
            Evidence::Signature(ours, theirs) => put_signatures(ours, theirs, &mut explanation, &mut out)?,
            Evidence::Told(told) => {
                explanation.line = told.line;
                self.put_told(told, &mut explanation, &mut out)?;
                self.put_server_words(&mut out);
            }
            Evidence::CanonicalRequest(difference, theirs) | Evidence::StringToSign(difference, theirs) => {
                explanation.line = difference.kind;
                self.put_difference(difference, theirs, &mut explanation, &mut out)?;
            }
        }
        out.put(b"Likely cause: ");
        out.put(advice(self.finding.cause));
        explanation.len = out.len;
        Ok(explanation)
    }

    /// Code and message, the first line of it.
    fn put_server_words(&self, out: &mut Counted<'_>) {
        out.put(b"The server says: ");
        let mut separator: &[u8] = b"";
        for text in [self.answer.code(), self.answer.message()].iter().flatten() {
            out.put(core::mem::replace(&mut separator, b": "));
            self.put_text(text.clone(), out);
        }
        out.put(if separator.is_empty() {
            b"nothing that is known.\n"
        } else {
            b"\n"
        });
    }

    fn put_difference(
        &self,
        difference: &Difference,
        theirs: &Text<'a>,
        explanation: &mut Explanation,
        out: &mut Counted<'_>,
    ) -> Result<(), Status> {
        out.put(b"First difference: ");
        out.put(phrase(difference.kind));
        explanation.name = out.range(|out| match difference.kind {
            Line::Header | Line::Query => self.subject.put_name(difference, theirs, out),
            Line::Scope => out.text(part_of_scope(difference.part)),
            _ => Ok(()),
        })?;
        let part = shown(difference);
        out.put(SIGNED);
        explanation.signed = out.range(|out| match difference.fate {
            Fate::Extra => out.text(NONE),
            Fate::Changed | Fate::Missing => self.put_signed(part, out),
        })?;
        out.put(SERVER);
        explanation.server = out.range(|out| {
            match difference.fate {
                Fate::Missing => out.put(NONE),
                Fate::Changed | Fate::Extra => self.put_part(theirs.clone(), part, out),
            }
            Ok(())
        })?;
        out.put(b"\n");
        Ok(())
    }

    fn put_signed(&self, part: Part, out: &mut Counted<'_>) -> Result<(), Status> {
        let mut redacted = Redacted::new(Some(part), out);
        match self.finding.evidence {
            Evidence::StringToSign(..) => self.subject.put_string_to_sign(&mut redacted)?,
            _ => self.subject.put_canonical_request(&mut redacted)?,
        }
        redacted.finish();
        Ok(())
    }

    fn put_told(&self, told: &Told<'_>, explanation: &mut Explanation, out: &mut Counted<'_>) -> Result<(), Status> {
        out.put(b"Difference: ");
        out.put(phrase(told.line));
        explanation.name = out.range(|out| out.text(told.name))?;
        out.put(SIGNED);
        explanation.signed = out.range(|out| {
            self.put_text(told.signed.clone(), out);
            Ok(())
        })?;
        out.put(SERVER);
        explanation.server = out.range(|out| {
            match &told.server {
                Some(text) => self.put_text(text.clone(), out),
                None => out.put(b"(not said)"),
            }
            Ok(())
        })?;
        out.put(b"\n");
        Ok(())
    }

    /// Shows the first line of a text, as far as an explanation goes, without secrets.
    fn put_text(&self, text: Text<'_>, out: &mut dyn Sink) {
        let part = Part {
            line: 0,
            start: 0,
            from: 0,
            to: SHOWN_BEFORE + SHOWN_AFTER,
            end: *b"\n\n",
        };
        self.put_part(text, part, out);
    }

    fn put_part(&self, text: Text<'_>, part: Part, out: &mut dyn Sink) {
        let mut redacted = Redacted::new(Some(part), out);
        self.subject.put_theirs(text, &mut redacted);
        redacted.finish();
    }
}

const SIGNED: &[u8] = b"\n  signed: ";
const SERVER: &[u8] = b"\n  server: ";
const NONE: &[u8] = b"(none)";
const EQUAL: &[u8] = b"Canonical request and string to sign are the same on both sides.\n";

fn put_signatures(
    ours: &[u8; 64],
    theirs: &Text<'_>,
    explanation: &mut Explanation,
    out: &mut Counted<'_>,
) -> Result<(), Status> {
    explanation.line = Line::Signature;
    out.put(EQUAL);
    out.put(b"Difference: the signature");
    out.put(SIGNED);
    explanation.signed = out.range(|out| {
        put_shortened(Text::plain(ours), out);
        Ok(())
    })?;
    out.put(SERVER);
    explanation.server = out.range(|out| {
        put_shortened(theirs.clone(), out);
        Ok(())
    })?;
    out.put(b"\n");
    Ok(())
}

/// Shows the ends of a signature.
fn put_shortened(text: Text<'_>, out: &mut dyn Sink) {
    let (head, tail) = (
        text.array(),
        text.clone().fold([0; 4], |[_, b, c, d], byte| [b, c, d, byte]),
    );
    if let Some(head) = head {
        put_ends(head, tail, out);
    }
}

/// What is shown of the line: the parameter or the whole, around the difference.
fn shown(difference: &Difference) -> Part {
    let from = difference.column.saturating_sub(SHOWN_BEFORE);
    Part {
        line: difference.line,
        start: difference.start,
        from: from.max(difference.start),
        to: difference.column.saturating_add(SHOWN_AFTER),
        end: if difference.kind == Line::Query {
            *b"&&"
        } else {
            *b"\n\n"
        },
    }
}

fn phrase(line: Line) -> &'static [u8] {
    match line {
        Line::None => b"",
        Line::Method => b"the method",
        Line::Path => b"the path",
        Line::Query => b"the query parameter ",
        Line::Header => b"header ",
        Line::SignedHeaders => b"the names of the signed headers",
        Line::PayloadHash => b"the hash of the payload",
        Line::Algorithm => b"the algorithm",
        Line::Date => b"the date",
        Line::Scope => b"the scope's ",
        Line::CanonicalRequest => b"the hash of the canonical request",
        Line::Signature => b"the signature",
        Line::AccessKeyId => b"the access key id",
    }
}

fn part_of_scope(part: usize) -> &'static [u8] {
    let mut parts = b"date/region/service/end".split(|byte| *byte == b'/');
    parts.nth(part).unwrap_or_default()
}

/// What the cause is, and what to do about it. The longest has under 400 bytes.
fn advice(cause: Cause) -> &'static [u8] {
    match cause {
        Cause::Unknown => b"unknown. The answer does not hold what the server signed, or is cut before the difference. Put sigv4_canonical_request into a log, and compare it with what was sent.",
        Cause::Clock => b"the clock. Set the device's clock by NTP or by the Date of the answer; most services take 5 minutes, S3 takes 15.",
        Cause::Region => b"the region. Sign for the region of the endpoint; a global endpoint (IAM, STS) wants us-east-1.",
        Cause::Service => b"the service. Sign with the signing name of the endpoint's service, such as s3, dynamodb, iotdata or execute-api.",
        Cause::Header => b"the header was changed on the way, by the HTTP client or a proxy. Send it as it was signed (clients add a port to host, and a charset to \
            content-type), or name it in `unsigned_headers`.",
        Cause::Path => b"the path was changed on the way, or another one was signed. Send exactly the path that was signed.",
        Cause::PathEncoding => b"the path is percent-encoded once more on one side. S3 encodes it once, all others twice: is `service` right, does the HTTP client encode \
            again? IOTCRED_SIGN_PATH_ENCODED_ONCE and _TWICE choose.",
        Cause::PathNormalization => b"one side has removed `.`, `..` or `//` from the path: all services but S3 do so, and many HTTP clients. Send a path without them, or choose \
            IOTCRED_SIGN_PATH_NORMALIZED or _AS_IT_IS.",
        Cause::Query => b"the query was changed on the way. Send exactly the query that was signed; a + is a plus to the signer and a space to many clients: write \
            %2B or %20.",
        Cause::Method => b"the method was changed on the way. Sign the method that is sent; a redirect may change it.",
        Cause::Payload => b"the body is not the one that was signed: changed, cut or compressed on the way, or hashed before it was complete. e3b0c442... is the hash of an \
            empty body.",
        Cause::TokenMissing => b"the session token is missing. Temporary credentials (ASIA...) are three: sign with the token, and send x-amz-security-token.",
        Cause::TokenInvalid => b"the session token does not belong to the access key id, or was cut or changed. Take all three credentials from one answer, whole.",
        Cause::TokenExpired => b"the credentials have expired. Fetch new ones.",
        Cause::AccessKeyId => b"the access key id is unknown, inactive or of another partition. Fetch new credentials; temporary ones (ASIA...) need their token.",
        Cause::SecretAccessKey => b"the secret access key is not that of the access key id. Take both from one answer, without blanks or escapes of JSON around them.",
        Cause::OtherRequest => b"the server got another request than this one: one that was signed at another time, with another key or other headers. Explain the request that \
            was sent, with its time.",
        Cause::Unsigned => b"no whole signature arrived. Send every header that the signer made; a proxy may drop authorization.",
        Cause::Permission => b"not the signature: the policy of the role or the bucket does not allow this. (S3 says the same where no authorization header arrived.)",
        Cause::UrlExpired => b"the URL has expired. Make a new one, valid for longer; it ends with the credentials that signed it.",
    }
}

/// Counts what it passes on.
struct Counted<'s> {
    out: &'s mut dyn Sink,
    len: usize,
}

impl Counted<'_> {
    fn text(&mut self, text: &[u8]) -> Result<(), Status> {
        self.put(text);
        Ok(())
    }

    /// Where stands what is written now.
    fn range(&mut self, write: impl FnOnce(&mut Self) -> Result<(), Status>) -> Result<Range<usize>, Status> {
        let start = self.len;
        write(self)?;
        Ok(start..self.len)
    }
}

impl Sink for Counted<'_> {
    fn put(&mut self, bytes: &[u8]) {
        self.len = self.len.saturating_add(bytes.len());
        self.out.put(bytes);
    }
}
