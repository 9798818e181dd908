//! Why a server refused a signature: the first line that differs between what was signed and what the server says that it signed, and the likely cause.
//!
//! ```text
//! body -> answer: the server's texts, decoded as they are read -+
//!                                                               +-> compare -> difference -> cause -> report, redacted, in the caller's buffer
//! request -> canonical request, string to sign, made again -----+
//! ```
//!
//! For development and support, and in the smallest size: no heap, and no text is held. Each look at a side makes it or decodes it once more, which costs
//! time instead of memory; a payload is hashed once.
#![forbid(unsafe_code)]

mod answer;
mod cause;
mod compare;
mod redact;
mod report;
mod words;

use super::sink::{Sink, Writer};
use super::string_to_sign::{ALGORITHM, Scope};
use super::text::put_hex;
use super::{Error, Payload, Presign, Request, Scheme, put_canonical_request, put_string_to_sign};
use crate::credentials::Credentials;
use crate::crypto::Digest;
use crate::crypto::hmac::{BlockKey, Mac};
use crate::crypto::sha256::Sha256;
use crate::error::Status;
use crate::time::UnixTime;
use answer::{Answer, Text};
use core::ops::Range;
use redact::Redacted;
use report::Report;

/// Why the server most likely refused the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The answer does not tell.
    Unknown,
    /// The device's clock is wrong.
    Clock,
    /// The region is not the endpoint's.
    Region,
    /// The service is not the endpoint's.
    Service,
    /// A signed header was changed or removed on the way.
    Header,
    /// The path was changed on the way.
    Path,
    /// The path is percent-encoded once more on one side than on the other.
    PathEncoding,
    /// One side has the path without `.`, `..` and `//`, the other with them.
    PathNormalization,
    /// The query was changed on the way.
    Query,
    /// The method was changed on the way.
    Method,
    /// The body is not the one whose hash was signed.
    Payload,
    /// The session token did not arrive, or the credentials lack theirs.
    TokenMissing,
    /// The session token is not the one that belongs to the access key id.
    TokenInvalid,
    /// The temporary credentials have expired.
    TokenExpired,
    /// The access key id is unknown.
    AccessKeyId,
    /// Both sides signed the same, so the secret access key is not the access key id's.
    SecretAccessKey,
    /// What the server got is not this request: another time, another key, other headers.
    OtherRequest,
    /// No whole signature arrived.
    Unsigned,
    /// The signature was accepted; the role's policy was not enough.
    Permission,
    /// The presigned URL has expired.
    UrlExpired,
}

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Nothing that the server told.
    None,
    /// Canonical request: the method.
    Method,
    /// Canonical request: the path.
    Path,
    /// Canonical request: a parameter of the query.
    Query,
    /// Canonical request: a header.
    Header,
    /// Canonical request: the names of the signed headers.
    SignedHeaders,
    /// Canonical request: the hash of the payload.
    PayloadHash,
    /// String to sign: the algorithm.
    Algorithm,
    /// String to sign: the date and time.
    Date,
    /// String to sign: the date, region or service of the scope.
    Scope,
    /// String to sign: the hash of the canonical request.
    CanonicalRequest,
    /// The signature itself.
    Signature,
    /// The access key id.
    AccessKeyId,
}

/// What was found; the ranges say where in the caller's buffer it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The likely cause.
    pub cause: Cause,
    /// What differs.
    pub line: Line,
    /// The name of the header or the parameter, or the part of the scope.
    pub name: Range<usize>,
    /// The signer's side, shortened and printable.
    pub signed: Range<usize>,
    /// The server's side, shortened and printable.
    pub server: Range<usize>,
    /// The server's clock, if it told.
    pub server_time: Option<UnixTime>,
    /// Bytes of the whole text.
    pub len: usize,
}

/// A request as it was signed.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The request, with the time at which it was signed.
    pub request: &'a Request<'a>,
    /// What signed it.
    pub credentials: &'a Credentials<'a>,
    /// `None` for the header form; else it was a presigned URL, valid for so many seconds.
    pub expires: Option<u32>,
}

impl Subject<'_> {
    /// Says into `buffer` why a server refused the request, by the body of its answer. On an error `buffer` is as it was.
    pub fn explain(&self, body: &[u8], buffer: &mut [u8]) -> Result<Explanation, Error> {
        let mut hash = [0; 32];
        let request = with_hashed_payload(self.request, &mut hash);
        let subject = Subject {
            request: &request,
            ..*self
        };
        subject.check()?;
        let answer = Answer::of(body);
        let timestamp = request.time.iso8601_basic().ok_or(Status::TimeOutOfRange)?;
        let report = Report {
            subject,
            answer,
            finding: subject.find(&answer, &timestamp)?,
        };
        let needed = report.put(&mut Length(0))?.len;
        if needed > buffer.len() {
            return Err(Error::BufferTooSmall { needed });
        }
        Ok(report.put(&mut Writer(buffer))?)
    }

    /// Writes the canonical request, redacted, into `buffer`, and says how long it is. On an error `buffer` is as it was.
    pub fn canonical_request(&self, buffer: &mut [u8]) -> Result<usize, Error> {
        let mut hash = [0; 32];
        let request = with_hashed_payload(self.request, &mut hash);
        let subject = Subject {
            request: &request,
            ..*self
        };
        fill(buffer, &|sink| subject.put_redacted(sink))
    }

    /// Writes the string to sign into `buffer`, and says how long it is. There is no secret in it. On an error `buffer` is as it was.
    pub fn string_to_sign(&self, buffer: &mut [u8]) -> Result<usize, Error> {
        fill(buffer, &|sink| self.put_string_to_sign(sink))
    }

    fn put_redacted(&self, sink: &mut dyn Sink) -> Result<(), Status> {
        let mut redacted = Redacted::new(None, sink);
        self.put_canonical_request(&mut redacted)?;
        redacted.finish();
        Ok(())
    }

    /// Writes the canonical request with its secrets.
    fn put_canonical_request(&self, sink: &mut dyn Sink) -> Result<(), Status> {
        match self.presign() {
            None => put_canonical_request(self.request, self.credentials, sink),
            Some(presign) => presign.put_canonical_request(self.credentials, sink),
        }
    }

    fn put_string_to_sign(&self, sink: &mut dyn Sink) -> Result<(), Status> {
        match self.presign() {
            None => put_string_to_sign(self.request, self.credentials, sink),
            Some(presign) => presign.put_string_to_sign(self.credentials, sink),
        }
    }

    fn presign(&self) -> Option<Presign<'_>> {
        self.expires.map(|expires| Presign {
            request: self.request,
            scheme: Scheme::Https,
            expires,
            append_token: false,
        })
    }

    /// Refuses what cannot be signed.
    fn check(&self) -> Result<(), Status> {
        self.put_string_to_sign(&mut Length(0))
    }

    /// The signature, in hexadecimal digits.
    fn signature(&self, timestamp: &[u8; 16]) -> Result<[u8; 64], Status> {
        let scope = Scope {
            algorithm: ALGORITHM,
            timestamp,
            region: self.request.region,
            service: self.request.service,
        };
        let (mut hash, mut key, mut digest) = (Sha256::new(), BlockKey::new(), Digest::new());
        let secret = self.credentials.secret_access_key;
        super::signing_key::derive_signing_key(&mut hash, secret, &scope, &mut key, &mut digest);
        Mac::<Sha256>::begin(&key, &mut hash);
        self.put_string_to_sign(&mut hash)?;
        key.finish(&mut hash, &mut digest);
        let mut text = [0; 64];
        put_hex(digest.as_slice(), &mut text);
        Ok(text)
    }
}

/// When the request was signed, by the body of the server's answer, if that tells.
pub fn time_signed(body: &[u8]) -> Option<UnixTime> {
    let answer = Answer::of(body);
    let second_line = || answer.string_to_sign()?.after(b"\n");
    let told = || answer.message()?.after(b"Signature expired: ");
    let early = || answer.message()?.after(b"Signature not yet current: ");
    let text = second_line()
        .or_else(|| answer.element("RequestTime>"))
        .or_else(told)
        .or_else(early);
    parse_time(&text?)
}

/// A time at the front of a text, in one of the two forms in which AWS writes it: `20150830T123600Z`, `2015-08-30T12:36:00Z`.
fn parse_time(text: &Text<'_>) -> Option<UnixTime> {
    let rfc3339 = text.array().and_then(|text: [u8; 20]| UnixTime::parse_rfc3339(&text));
    rfc3339.or_else(|| {
        let [y1, y2, y3, y4, m1, m2, d1, d2, t, h1, h2, n1, n2, s1, s2, z] = text.array()?;
        let text = [
            y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, t, h1, h2, b':', n1, n2, b':', s1, s2, z,
        ];
        UnixTime::parse_rfc3339(&text)
    })
}

/// The same request with its payload hashed, so that it is hashed once.
fn with_hashed_payload<'a>(request: &Request<'a>, hash: &'a mut [u8; 32]) -> Request<'a> {
    let payload = match request.payload {
        Payload::Bytes(bytes) if !bytes.is_empty() => {
            *hash = Sha256::digest(bytes);
            Payload::Sha256(hash)
        }
        payload => payload,
    };
    Request { payload, ..*request }
}

/// Lets a text be written twice: counted, and then into `buffer`, if there is room for all of it.
fn fill(buffer: &mut [u8], put: &dyn Fn(&mut dyn Sink) -> Result<(), Status>) -> Result<usize, Error> {
    let mut length = Length(0);
    put(&mut length)?;
    if length.0 > buffer.len() {
        return Err(Error::BufferTooSmall { needed: length.0 });
    }
    put(&mut Writer(buffer))?;
    Ok(length.0)
}

/// Counts what it is given. A sum that overflows stays at the largest `usize`, which no buffer has.
struct Length(usize);

impl Sink for Length {
    fn put(&mut self, bytes: &[u8]) {
        self.0 = self.0.saturating_add(bytes.len());
    }
}
