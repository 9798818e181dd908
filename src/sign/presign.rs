//! The query form: a URL that carries its own signature, good for whoever holds it until it expires.
//!
//! The signer's own parameters are sorted in among the request's. None of them is held: each is written where it belongs, into the hash as into the URL.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
#![forbid(unsafe_code)]

use super::authorization::Authorization;
use super::canonical_request::{put_headers, put_target};
use super::headers::{AUTHORIZATION, Carried, DATE, HOST, Headers, known};
use super::payload::PayloadHash;
use super::query::Parameters;
use super::signature::{Room, Signing};
use super::sink::{Count, Sink, Writer, direct};
use super::sort::{Items, Order, Position};
use super::string_to_sign::{ALGORITHM, Scope, put_digest, put_string_to_sign};
use super::text::{Bytes, unmerged};
use super::uri::Encoding;
use super::{Error, Form, KeyCache, Payload, Request};
use crate::credentials::Credentials;
use crate::crypto::sha256::Sha256;
use crate::crypto::{Digest, Hash};
use crate::error::Status;
use crate::limits::EXPIRES_MAX;
use core::cmp::Ordering;

/// What a URL begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `https`
    Https,
    /// `wss`: WebSocket over TLS.
    Wss,
}

/// A request as a URL.
#[derive(Clone, Copy)]
pub struct Presign<'a> {
    /// The request. Path and query stand in the URL as they are, so they are in [`Form::Wire`]; its host is the value of the `host` header. Every other signed
    /// header must be sent with the URL. A payload of no bytes is signed as `UNSIGNED-PAYLOAD` for S3: a URL is given away before its body is known.
    pub request: &'a Request<'a>,
    /// What the URL begins with.
    pub scheme: Scheme,
    /// How long it is valid, in seconds.
    pub expires: u32,
    /// Whether the session token stands after the signature, which then does not cover it. AWS IoT wants that; others want it signed.
    pub append_token: bool,
}

/// A URL in the caller's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Url {
    /// Where the path begins: what stands from there on is the target of the request.
    pub target: usize,
    /// Its length in bytes.
    pub len: usize,
}

impl Presign<'_> {
    /// Writes the URL into `buffer`, from its front.
    ///
    /// `cache`, if given, keeps the signing key from one call to the next. On an error `buffer` is as it was.
    pub fn url(
        &self,
        credentials: &Credentials<'_>,
        cache: Option<&mut KeyCache>,
        buffer: &mut [u8],
    ) -> Result<Url, Error> {
        let mut order = Order::new();
        let mut signing = Signing::new(self.request, credentials);
        let host = self.check(&mut signing, &mut order)?;
        let mut presigning = Presigning::new(self, &signing, host);
        let url = presigning.lay_out(&mut order, buffer)?;
        let (mut room, mut payload_hash) = (Room::new(), PayloadHash::new());
        let Room { hash, digest, key } = &mut room;
        presigning.hash_payload(&signing.checked.carried, hash, digest, &mut payload_hash)?;
        let key = presigning.authorization.key(cache, hash, digest, key);
        presigning.hash_canonical_request(&mut order, hash, digest);
        presigning.authorization.sign(key, hash, digest, || ());
        presigning.write(digest, &mut order, buffer);
        Ok(url)
    }

    /// Writes the canonical request, for a log or a test. A signed session token stands in it: a secret.
    pub fn put_canonical_request(&self, credentials: &Credentials<'_>, sink: &mut dyn Sink) -> Result<(), Status> {
        self.with(credentials, |presigning, order, _| {
            presigning.put_canonical_request(order, sink);
        })
    }

    /// Writes the string to sign.
    pub fn put_string_to_sign(&self, credentials: &Credentials<'_>, sink: &mut dyn Sink) -> Result<(), Status> {
        self.with(credentials, |presigning, order, room| {
            presigning.hash_canonical_request(order, &mut room.hash, &mut room.digest);
            put_string_to_sign(&presigning.authorization.scope, &room.digest, sink);
        })
    }

    /// Works with a request whose headers have their values.
    fn with(
        &self,
        credentials: &Credentials<'_>,
        work: impl FnOnce(&Presigning<'_>, &mut Order, &mut Room),
    ) -> Result<(), Status> {
        let mut order = Order::new();
        let mut signing = Signing::new(self.request, credentials);
        let host = self.check(&mut signing, &mut order)?;
        let mut presigning = Presigning::new(self, &signing, host);
        let (mut room, mut payload_hash) = (Room::new(), PayloadHash::new());
        let Room { hash, digest, .. } = &mut room;
        presigning.hash_payload(&signing.checked.carried, hash, digest, &mut payload_hash)?;
        work(&presigning, &mut order, &mut room);
        Ok(())
    }

    /// The request's host. Refuses what [`Request::check`] refuses, and then, in this order: the expiry, a request in the raw form, a streamed payload, a query
    /// that is signed already, headers of another signature, the host. Nothing is added to the headers: date and token are none.
    #[cfg_attr(target_os = "none", inline(never))]
    fn check(&self, signing: &mut Signing<'_>, order: &mut Order) -> Result<&[u8], Status> {
        let checked = &mut signing.checked;
        self.request.check(signing.credentials, checked, order)?;
        if !(1..=EXPIRES_MAX).contains(&self.expires) {
            return Err(Status::Expires);
        }
        if self.request.options.form != Form::Wire {
            return Err(Status::Path);
        }
        if matches!(self.request.payload, Payload::Streaming(_)) {
            return Err(Status::Payload); // Its chunks are signed by someone with the key.
        }
        if is_presigned(&parameters(self.request)) {
            return Err(Status::Query);
        }
        if (DATE..=AUTHORIZATION).any(|place| checked.carried.has(place)) {
            return Err(Status::HeaderConflict);
        }
        host(self.request.headers)
    }

    /// What the payload is signed as.
    fn payload(&self) -> &Payload<'_> {
        match &self.request.payload {
            Payload::Bytes([]) if self.request.is_s3() => &Payload::Unsigned,
            payload => payload,
        }
    }
}

impl Scheme {
    fn as_bytes(self) -> &'static [u8] {
        match self {
            Self::Https => b"https://",
            Self::Wss => b"wss://",
        }
    }
}

/// A request that was checked, on its way to a URL.
struct Presigning<'a> {
    presign: &'a Presign<'a>,
    host: &'a [u8],
    authorization: Authorization<'a>,
}

/// Where the session token stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    None,
    Signed,
    Appended,
}

impl<'a> Presigning<'a> {
    #[inline(always)]
    fn new(presign: &'a Presign<'a>, signing: &'a Signing<'a>, host: &'a [u8]) -> Self {
        Self {
            presign,
            host,
            authorization: signing.authorization(),
        }
    }

    /// Writes the URL into the buffer.
    #[cfg_attr(target_os = "none", inline(never))]
    fn write(&self, signature: &Digest, order: &mut Order, buffer: &mut [u8]) {
        self.put_url(signature, order, direct(&mut Writer(buffer)));
    }

    /// Where the parts of the URL will stand. Refuses a buffer that is too small.
    #[cfg_attr(target_os = "none", inline(never))]
    fn lay_out(&self, order: &mut Order, buffer: &[u8]) -> Result<Url, Error> {
        // A digest of no bytes, where there will be 64 digits.
        let mut length = Count(64);
        self.put_url(&Digest::new(), order, direct(&mut length));
        if length.0 > buffer.len() {
            return Err(Error::BufferTooSmall { needed: length.0 });
        }
        Ok(Url {
            target: self.presign.scheme.as_bytes().len().saturating_add(self.host.len()),
            len: length.0,
        })
    }

    /// Hashes the payload, and refuses a request that carries its hash with another value.
    fn hash_payload(
        &mut self,
        carried: &Carried,
        hash: &mut Sha256,
        digest: &mut Digest,
        payload_hash: &'a mut PayloadHash,
    ) -> Result<(), Status> {
        self.authorization
            .hash_payload(self.presign.payload(), hash, digest, payload_hash);
        self.authorization.headers.check_carried(carried)
    }

    /// The hash of the canonical request, after [`hash_payload`](Self::hash_payload).
    #[cfg_attr(target_os = "none", inline(never))]
    fn hash_canonical_request(&self, order: &mut Order, hash: &mut Sha256, digest: &mut Digest) {
        hash.init();
        self.put_canonical_request(order, direct(hash));
        hash.finish(digest);
    }

    /// Writes the canonical request.
    fn put_canonical_request<S: Sink + ?Sized>(&self, order: &mut Order, sink: &mut S) {
        put_target(self.presign.request, sink);
        self.put_canonical_query(order, sink);
        put_headers(&self.authorization.headers, order, sink);
    }

    /// Writes the query in order. The names of the signed headers have an order of their own, and there is room for one order at a time: so the parameters
    /// before them are sorted, then the names, then the parameters after them.
    fn put_canonical_query<S: Sink + ?Sized>(&self, order: &mut Order, sink: &mut S) {
        let own = self.own();
        let mut separator: &[u8] = b"";
        for half in [Ordering::Less, Ordering::Greater] {
            let parameters = Half { own: &own, half };
            order.begin_others(&parameters);
            let mut last = None;
            while let Some(position) = order.next(&parameters, last) {
                last = Some(position);
                let position = position.index();
                sink.put(core::mem::replace(&mut separator, b"&"));
                match Own::at(position) {
                    Some(parameter) => own.put(parameter, sink),
                    None => own.theirs.put(position, sink),
                }
            }
            order.forget();
            if half == Ordering::Less {
                self.put_signed_headers(order, sink);
            }
        }
    }

    /// Writes the URL.
    fn put_url<S: Sink + ?Sized>(&self, signature: &Digest, order: &mut Order, sink: &mut S) {
        let (path, query) = (self.presign.request.path, self.presign.request.query);
        sink.put(self.presign.scheme.as_bytes());
        sink.put(self.host);
        sink.put(if path.is_empty() { b"/" } else { path });
        sink.put(b"?");
        sink.put(query);
        let mut separator: &[u8] = if query.is_empty() { b"" } else { b"&" };
        let own = self.own();
        for parameter in OWN_PARAMETERS.into_iter().filter(|parameter| own.has(*parameter)) {
            sink.put(core::mem::replace(&mut separator, b"&"));
            own.put(parameter, sink);
        }
        self.put_signed_headers(order, sink);
        sink.put(b"&");
        sink.put(SIGNATURE);
        sink.put(b"=");
        put_digest(signature, sink);
        if own.token == Token::Appended {
            sink.put(b"&");
            own.put(Own::SecurityToken, sink);
        }
    }

    fn put_signed_headers<S: Sink + ?Sized>(&self, order: &mut Order, sink: &mut S) {
        sink.put(b"&");
        sink.put(SIGNED_HEADERS);
        sink.put(b"=");
        self.authorization.headers.put_names(order, direct(&mut Encoded(sink)));
    }

    /// The signer's own parameters.
    fn own(&self) -> OwnParameters<'_> {
        OwnParameters {
            theirs: parameters(self.presign.request),
            credentials: self.authorization.credentials,
            scope: &self.authorization.scope,
            expires: self.presign.expires,
            token: match (self.authorization.credentials.session_token, self.presign.append_token) {
                (b"", _) => Token::None,
                (_, false) => Token::Signed,
                (_, true) => Token::Appended,
            },
        }
    }
}

/// A parameter that the signer adds before `X-Amz-SignedHeaders`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    Algorithm,
    Credential,
    Date,
    Expires,
    SecurityToken,
}

/// In order. Their positions are the largest that a `usize` can hold, which no offset into a query is.
const OWN_PARAMETERS: [Own; 5] = [
    Own::Algorithm,
    Own::Credential,
    Own::Date,
    Own::Expires,
    Own::SecurityToken,
];
const FIRST: usize = usize::MAX - OWN_PARAMETERS.len();

const SIGNED_HEADERS: &[u8] = b"X-Amz-SignedHeaders";
const SIGNATURE: &[u8] = b"X-Amz-Signature";

impl Own {
    fn name(self) -> &'static [u8] {
        match self {
            Self::Algorithm => b"X-Amz-Algorithm",
            Self::Credential => unmerged(b"X-Amz-Credential/"),
            Self::Date => b"X-Amz-Date",
            Self::Expires => b"X-Amz-Expires",
            Self::SecurityToken => b"X-Amz-Security-Token",
        }
    }

    /// The one that a position stands for.
    fn at(position: usize) -> Option<Self> {
        OWN_PARAMETERS.get(position.checked_sub(FIRST)?).copied()
    }
}

/// The signer's own parameters, with what their values are made of, beside the request's.
struct OwnParameters<'a> {
    theirs: Parameters<'a>,
    credentials: &'a Credentials<'a>,
    scope: &'a Scope<'a>,
    expires: u32,
    token: Token,
}

impl OwnParameters<'_> {
    /// Whether one is signed.
    fn has(&self, parameter: Own) -> bool {
        parameter != Own::SecurityToken || self.token == Token::Signed
    }

    /// Writes name and value.
    fn put<S: Sink + ?Sized>(&self, parameter: Own, sink: &mut S) {
        sink.put(parameter.name());
        sink.put(b"=");
        match parameter {
            Own::Algorithm => sink.put(ALGORITHM),
            Own::Credential => {
                let encoded: &mut dyn Sink = &mut Encoded(sink);
                encoded.put(self.credentials.access_key_id);
                encoded.put(b"/");
                self.scope.put(encoded);
            }
            Own::Date => sink.put(self.scope.timestamp),
            Own::Expires => put_decimal(self.expires, sink),
            Own::SecurityToken => Encoded(sink).put(self.credentials.session_token),
        }
    }
}

/// The parameters, the request's and the signer's, on one side of `X-Amz-SignedHeaders`. A position is an offset into the query, or one of the signer's.
struct Half<'s> {
    own: &'s OwnParameters<'s>,
    half: Ordering,
}

impl<'s> Half<'s> {
    fn at(&self, position: usize) -> (&'s [u8], &'s [u8]) {
        match Own::at(position) {
            Some(own) => (own.name(), b""),
            None => self.own.theirs.at(position),
        }
    }

    /// The first position of the signer's own from a position on.
    fn next_own(&self, from: usize) -> Option<Position> {
        let place = from.saturating_sub(FIRST);
        let mut rest = OWN_PARAMETERS.get(place..)?.iter();
        let next = rest.position(|own| self.half == Ordering::Less && self.own.has(*own))?;
        Position::new(FIRST.wrapping_add(place).wrapping_add(next))
    }
}

impl Items for Half<'_> {
    fn next(&self, from: usize) -> Option<Position> {
        let (theirs, mut from) = (&self.own.theirs, from);
        while from < FIRST
            && let Some(position) = theirs.next(from)
        {
            if theirs.compare_encoded(theirs.at(position.index()).0, SIGNED_HEADERS) == self.half {
                return Some(position);
            }
            from = position.behind();
        }
        self.next_own(from)
    }

    fn compare(&self, a: usize, b: usize) -> i32 {
        let ((a_name, a_value), (b_name, b_value)) = (self.at(a), self.at(b));
        let theirs = &self.own.theirs;
        theirs
            .compare_encoded(a_name, b_name)
            .then_with(|| theirs.compare_encoded(a_value, b_value)) as i32
    }
}

/// Percent-encodes what it is given.
struct Encoded<'s, S: ?Sized>(&'s mut S);

impl<S: Sink + ?Sized> Sink for Encoded<'_, S> {
    fn put(&mut self, bytes: &[u8]) {
        Encoding::query(Form::Raw).onto(self.0).put(bytes);
    }
}

/// Writes a number of at most six digits.
fn put_decimal<S: Sink + ?Sized>(number: u32, sink: &mut S) {
    for unit in [100_000, 10_000, 1000, 100, 10, 1] {
        if number >= unit {
            sink.put(&[b'0'.wrapping_add((number.checked_div(unit).unwrap_or_default() % 10) as u8)]);
        }
    }
}

fn parameters<'a>(request: &Request<'a>) -> Parameters<'a> {
    Parameters {
        query: request.query,
        form: Form::Wire,
    }
}

/// Whether a query has one of the signer's parameters, in any case and however it is encoded: of two with one name a server may take the other one.
fn is_presigned(parameters: &Parameters<'_>) -> bool {
    let mut from = 0;
    while let Some(position) = parameters.next(from) {
        from = position.behind();
        let (name, _) = parameters.at(position.index());
        let is = |own: &[u8]| {
            let lower = own.iter().map(u8::to_ascii_lowercase);
            parameters.decoded(name).map(|byte| byte.to_ascii_lowercase()).eq(lower)
        };
        if OWN_PARAMETERS.iter().any(|own| is(own.name())) || is(SIGNED_HEADERS) || is(SIGNATURE) {
            return true;
        }
    }
    false
}

/// Whether a text is made of what a host name or an address has, with its port (RFC 3986 section 3.2.2, without percent-encoding and what no name in the DNS
/// has).
pub fn is_host(text: &[u8]) -> bool {
    !text.is_empty()
        && text
            .iter()
            .all(|byte| Bytes::UNRESERVED.has(*byte) || b":[]".contains(byte))
}

/// The one value of `host`, which must be one: a name or an address, and perhaps a port.
fn host(headers: &dyn Headers) -> Result<&[u8], Status> {
    let mut host = None;
    let mut from = 0;
    while let Some(position) = headers.next(from) {
        from = position.behind();
        let header = headers.at(position.index());
        if known(header.name) == Some(HOST) && host.replace(header.trimmed()).is_some() {
            return Err(Status::Header);
        }
    }
    host.filter(|host| is_host(host)).ok_or(Status::Header)
}
