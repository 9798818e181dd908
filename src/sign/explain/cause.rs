//! From what a server said to the likely cause.
#![forbid(unsafe_code)]

use super::answer::{Answer, Text};
use super::compare::{Compare, Difference, Fate, Outcome, Same};
use super::redact::{Part, Redacted};
use super::{Cause, Line, Subject};
use crate::error::Status;
use crate::limits::SECRET_KNOWN_BY;
use crate::sign::sink::Sink;
use crate::sign::text::unmerged;
use crate::sign::uri::canonical_path;
use crate::sign::{Form, PathRules};

/// What was found, before it is written down.
pub struct Finding<'a> {
    /// The likely cause.
    pub cause: Cause,
    /// What it is told by.
    pub evidence: Evidence<'a>,
}

/// What the cause is told by.
pub enum Evidence<'a> {
    /// The error's name or words alone.
    Words,
    /// Canonical request and string to sign are the same on both sides.
    Equal,
    /// They are the same, but the signature that arrived is not the one of this request.
    Signature([u8; 64], Text<'a>),
    /// The canonical requests differ.
    CanonicalRequest(Difference, Text<'a>),
    /// The strings to sign differ.
    StringToSign(Difference, Text<'a>),
    /// The server names a value of its own.
    Told(Told<'a>),
}

/// A value that the server names beside one of the request's.
pub struct Told<'a> {
    /// What it is.
    pub line: Line,
    /// Its name, where the line has parts.
    pub name: &'static [u8],
    /// The request's.
    pub signed: Text<'a>,
    /// The server's, if it said.
    pub server: Option<Text<'a>>,
}

impl<'a> Subject<'a> {
    /// What an answer tells of this request. Texts tell more than words.
    pub(super) fn find(&self, answer: &Answer<'a>, timestamp: &'a [u8; 16]) -> Result<Finding<'a>, Status> {
        if let Some(other) = self.other_access_key(answer) {
            return Ok(other);
        }
        let canonical = answer.canonical_request();
        let canonical = self.compare(canonical, Line::Method, &|sink| self.put_canonical_request(sink))?;
        if let Some((Outcome::Differs(difference), theirs)) = canonical {
            return Ok(Finding {
                cause: self.cause_in_canonical_request(&difference, &theirs)?,
                evidence: Evidence::CanonicalRequest(difference, theirs),
            });
        }
        let string = answer.string_to_sign();
        let string = self.compare(string, Line::Algorithm, &|sink| self.put_string_to_sign(sink))?;
        match (string, canonical) {
            (Some((Outcome::Differs(difference), theirs)), _) => Ok(Finding {
                cause: cause_in_string_to_sign(&difference, &theirs),
                evidence: Evidence::StringToSign(difference, theirs),
            }),
            (Some((Outcome::Same, _)), _) | (_, Some((Outcome::Same, _))) => self.equal(answer, timestamp),
            _ => Ok(self.by_words(answer, timestamp)),
        }
    }

    /// Compares a text of ours with the server's, if that is there.
    fn compare(
        &self,
        theirs: Option<Text<'a>>,
        first: Line,
        put: &dyn Fn(&mut dyn Sink) -> Result<(), Status>,
    ) -> Result<Option<(Outcome, Text<'a>)>, Status> {
        let Some(theirs) = theirs else {
            return Ok(None);
        };
        let mut compare = Compare::new(theirs.clone(), first);
        put(&mut compare)?;
        Ok(Some((compare.finish(), theirs)))
    }

    fn other_access_key(&self, answer: &Answer<'a>) -> Option<Finding<'a>> {
        let theirs = answer.element("AWSAccessKeyId>").filter(|key| key.complete)?;
        (!theirs.is(self.credentials.access_key_id)).then(|| Finding {
            cause: Cause::OtherRequest,
            evidence: Evidence::Told(Told {
                line: Line::AccessKeyId,
                name: b"",
                signed: Text::plain(self.credentials.access_key_id),
                server: Some(theirs),
            }),
        })
    }

    fn cause_in_canonical_request(&self, difference: &Difference, theirs: &Text<'a>) -> Result<Cause, Status> {
        let cause = match difference.kind {
            Line::Method => Cause::Method,
            Line::Path => self.cause_in_path(theirs),
            Line::Query => self.cause_in_query(difference, theirs)?,
            Line::Header if self.names(difference, theirs, b"x-amz-content-sha256")? => Cause::Payload,
            Line::Header if self.names(difference, theirs, b"x-amz-security-token")? => {
                cause_in_token(difference, theirs)
            }
            Line::Header if difference.fate == Fate::Extra => Cause::OtherRequest,
            Line::Header if self.names(difference, theirs, b"x-amz-date")? => Cause::OtherRequest,
            Line::Header => Cause::Header,
            Line::PayloadHash => Cause::Payload,
            _ => Cause::OtherRequest,
        };
        Ok(cause)
    }

    /// The signer's own parameters, those of a presigned URL, tell more than that the query was changed.
    fn cause_in_query(&self, difference: &Difference, theirs: &Text<'a>) -> Result<Cause, Status> {
        if self.expires.is_none() {
            return Ok(Cause::Query);
        }
        if self.names(difference, theirs, b"X-Amz-Security-Token")? {
            return Ok(cause_in_token(difference, theirs));
        }
        if self.names(difference, theirs, unmerged(b"X-Amz-Credential/"))? {
            return Ok(match difference.part {
                2 => Cause::Region,
                3 => Cause::Service,
                _ => Cause::OtherRequest,
            });
        }
        for name in &[&b"X-Amz-Date"[..], b"X-Amz-Expires", b"X-Amz-SignedHeaders"] {
            if self.names(difference, theirs, name)? {
                return Ok(Cause::OtherRequest);
            }
        }
        Ok(Cause::Query)
    }

    /// Whether the header or the parameter that differs has a name.
    fn names(&self, difference: &Difference, theirs: &Text<'a>, name: &'static [u8]) -> Result<bool, Status> {
        let mut same = Same {
            rest: name.iter().copied(),
            same: true,
        };
        self.put_name(difference, theirs, &mut same)?;
        Ok(same.same && same.rest.next().is_none())
    }

    /// Writes the name of the header or the parameter that differs.
    pub(super) fn put_name(
        &self,
        difference: &Difference,
        theirs: &Text<'a>,
        out: &mut dyn Sink,
    ) -> Result<(), Status> {
        let part = Part {
            line: difference.line,
            start: difference.start,
            from: difference.start,
            to: difference.start.saturating_add(crate::limits::SHOWN_AFTER),
            end: if difference.kind == Line::Query { *b"=&" } else { *b"::" },
        };
        let mut redacted = Redacted::new(Some(part), out);
        match difference.fate {
            Fate::Extra => self.put_theirs(theirs.clone(), &mut redacted),
            Fate::Changed | Fate::Missing => self.put_canonical_request(&mut redacted)?,
        }
        redacted.finish();
        Ok(())
    }

    /// Gives a text of the server's to be shown, with stars for what is known to be secret, wherever it stands.
    pub(super) fn put_theirs(&self, mut text: Text<'_>, redacted: &mut Redacted<'_>) {
        let secrets = [self.credentials.session_token, self.credentials.secret_access_key];
        let mut starred = 0_usize;
        loop {
            let secret = |secret: &&[u8]| text.clone().zip(*secret).take_while(|(a, b)| a == *b).count();
            let longest = secrets.iter().map(secret).max().unwrap_or_default();
            if longest >= SECRET_KNOWN_BY {
                starred = starred.max(longest);
            }
            let Some(byte) = text.next() else {
                return;
            };
            redacted.byte(byte, if starred > 0 { b'*' } else { byte });
            starred = starred.saturating_sub(1);
        }
    }

    /// Whether the server's path is what another rule makes of the request's.
    fn cause_in_path(&self, theirs: &Text<'a>) -> Cause {
        let Some(line) = theirs.after(b"\n") else {
            return Cause::Path;
        };
        let (line, own) = (line.until(|byte| byte == b'\n'), self.request.path_rules());
        for form in &[Form::Wire, Form::Raw] {
            for &(normalize, double_encode) in &[(false, true), (true, false), (false, false), (true, true)] {
                let rules = PathRules {
                    normalize,
                    double_encode,
                };
                let mut same = Same {
                    rest: line.clone(),
                    same: true,
                };
                canonical_path(self.request.path, *form, rules, &mut same as &mut dyn Sink);
                if same.same && same.rest.next().is_none() {
                    let encoded = *form == Form::Raw || double_encode != own.double_encode;
                    return if encoded {
                        Cause::PathEncoding
                    } else {
                        Cause::PathNormalization
                    };
                }
            }
        }
        Cause::Path
    }

    /// Both sides signed the same: either with another key, or the signature is another request's.
    fn equal(&self, answer: &Answer<'a>, timestamp: &'a [u8; 16]) -> Result<Finding<'a>, Status> {
        let provided = answer
            .element("SignatureProvided>")
            .filter(|signature| signature.complete);
        let ours = self.signature(timestamp)?;
        let (cause, evidence) = match provided {
            Some(theirs) if !theirs.is(&ours) => (Cause::OtherRequest, Evidence::Signature(ours, theirs)),
            _ => (Cause::SecretAccessKey, Evidence::Equal),
        };
        Ok(Finding { cause, evidence })
    }
}

/// A token that the server did not get, or got empty, is missing.
fn cause_in_token(difference: &Difference, theirs: &Text<'_>) -> Cause {
    match difference.fate {
        Fate::Missing => Cause::TokenMissing,
        Fate::Extra => Cause::OtherRequest,
        Fate::Changed if theirs.has(b"\nx-amz-security-token:\n") => Cause::TokenMissing,
        Fate::Changed => Cause::TokenInvalid,
    }
}

/// The string to sign of a chunk has another algorithm: what was refused is the body.
fn cause_in_string_to_sign(difference: &Difference, theirs: &Text<'_>) -> Cause {
    let chunk = || {
        theirs
            .array()
            .is_some_and(|front: [u8; 17]| &front == b"AWS4-HMAC-SHA256-")
    };
    match (difference.kind, difference.part) {
        (Line::Algorithm, _) if chunk() => Cause::Payload,
        (Line::Scope, 1) => Cause::Region,
        (Line::Scope, 2) => Cause::Service,
        (Line::CanonicalRequest, _) => Cause::Unknown,
        _ => Cause::OtherRequest,
    }
}
