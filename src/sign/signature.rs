//! Step 5, the signature, and the steps before it as one piece of work.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#calculate-signature>
#![forbid(unsafe_code)]

use super::authorization::{Authorization, SIGNATURE_LEN, Signed};
use super::canonical_headers::{OwnValues, SignedHeaders};
use super::canonical_request;
use super::headers::{Carried, OWN};
use super::payload::{Payload, PayloadHash};
use super::signing_key::derive_signing_key;
use super::sink::{Count, Match, Sink, Writer, direct};
use super::sort::Order;
use super::string_to_sign::{self, ALGORITHM, Scope};
use super::text::put_hex;
use super::{KeyCache, Request};
use crate::credentials::Credentials;
use crate::crypto::hmac::{BlockKey, Mac};
use crate::crypto::sha256::Sha256;
use crate::crypto::{Digest, Hash};
use crate::error::Status;

/// What a signature needs room for.
pub struct Room {
    pub(super) order: Order,
    pub(super) hash: Sha256,
    pub(super) digest: Digest,
    pub(super) payload_hash: PayloadHash,
}

impl Room {
    /// Room that nothing is in yet.
    #[inline(always)]
    pub fn new() -> Self {
        Self {
            order: Order::new(),
            hash: Sha256::blank(),
            digest: Digest::new(),
            payload_hash: PayloadHash::new(),
        }
    }
}

/// A request that was checked, with what is known of its signature before anything is hashed.
pub struct Signing<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) credentials: &'a Credentials<'a>,
    pub(super) scope: Scope<'a>,
    carried: Carried,
    pub(super) headers: SignedHeaders<'a>,
}

impl<'a> Signing<'a> {
    /// With what is added to a request that [`check`](Request::check) let through. `timestamp` is the request's time.
    #[inline(always)]
    pub fn new(
        request: &'a Request<'a>,
        credentials: &'a Credentials<'a>,
        carried: Carried,
        timestamp: &'a [u8; 16],
    ) -> Self {
        let [content_sha256, date, security_token] = carried.own().map(|position| position.is_none());
        let added = [
            content_sha256 && request.wants_content_sha256(),
            date,
            security_token && !credentials.session_token.is_empty(),
        ];
        Self::adding(added, request, credentials, carried, timestamp)
    }

    /// The same with the headers that are added.
    #[inline(always)]
    pub fn adding(
        added: [bool; OWN],
        request: &'a Request<'a>,
        credentials: &'a Credentials<'a>,
        carried: Carried,
        timestamp: &'a [u8; 16],
    ) -> Self {
        Self {
            request,
            credentials,
            scope: Scope {
                algorithm: ALGORITHM,
                timestamp,
                region: request.region,
                service: request.service,
            },
            carried,
            headers: SignedHeaders {
                headers: request.headers,
                unsigned: request.options.unsigned_headers,
                added,
            },
        }
    }

    /// Where the headers to be added will stand.
    pub fn lay_out(&self, order: &mut Order) -> Signed {
        let [content_sha256, date, security_token] = self.headers.added;
        let mut signed = Signed {
            security_token,
            ..Signed::default()
        };
        if date {
            signed.date = signed.place(self.scope.timestamp.len());
        }
        if content_sha256 {
            signed.content_sha256 = signed.place(PayloadHash::len(&self.request.payload));
        }
        if self.carried.authorization().is_none() {
            let mut before = Count(0);
            self.authorization().put_before(order, direct(&mut before));
            signed.authorization = signed.place(before.0.saturating_add(SIGNATURE_LEN));
        }
        signed
    }

    /// Writes the values that were laid out, of `authorization` what stands before the signature.
    pub fn write(&self, room: &mut Room, buffer: &mut [u8]) {
        let mut writer = Writer(buffer);
        let [content_sha256, date, _] = self.headers.added;
        if date {
            writer.put(self.scope.timestamp);
        }
        if content_sha256 {
            writer.put(room.payload_hash.as_bytes());
        }
        if self.carried.authorization().is_none() {
            self.authorization().put_before(&mut room.order, direct(&mut writer));
        }
    }

    /// The `authorization` header that the request carries already, without its signature, and that. Refuses one whose signature would stand elsewhere or
    /// that says another thing before it.
    pub fn carried_authorization(&self, order: &mut Order) -> Result<Option<(&'a [u8], &'a [u8; 64])>, Status> {
        let Some(position) = self.carried.authorization() else {
            return Ok(None);
        };
        let value = self.request.headers.at(position).trimmed();
        let (before, signature) = value.split_last_chunk().ok_or(Status::HeaderConflict)?;
        let mut same = Match { rest: Some(before) };
        self.authorization().put_before(order, direct(&mut same));
        match same.rest {
            Some([]) => Ok(Some((before, signature))),
            _ => Err(Status::HeaderConflict),
        }
    }

    /// The scope and the names of the headers in what stands before the signature.
    pub fn parts<'t>(&self, before: &'t [u8]) -> (Option<&'t [u8]>, Option<&'t [u8]>) {
        self.authorization().parts(before).unzip()
    }

    /// Hashes the payload, and refuses a request that carries one of the signer's own headers with another value.
    pub fn hash_payload(&self, payload: &Payload<'_>, room: &mut Room) -> Result<(), Status> {
        room.payload_hash.set(payload, &mut room.hash, &mut room.digest);
        self.own(&room.payload_hash)
            .check_carried(&self.carried, self.request.headers)
    }

    /// The values of the signer's own headers.
    pub fn own<'s>(&'s self, payload_hash: &'s PayloadHash) -> OwnValues<'s> {
        OwnValues {
            payload_hash,
            timestamp: self.scope.timestamp,
            security_token: self.credentials.session_token,
        }
    }

    /// Writes the canonical request, after [`hash_payload`](Self::hash_payload).
    #[inline(always)]
    pub fn put_canonical_request<S: Sink + ?Sized>(
        &self,
        payload_hash: &PayloadHash,
        names: Option<&[u8]>,
        order: &mut Order,
        sink: &mut S,
    ) {
        let own = self.own(payload_hash);
        canonical_request::put_canonical_request(self.request, &self.headers, own, names, order, sink);
    }

    /// The hash of the canonical request, after [`hash_payload`](Self::hash_payload).
    pub fn hash_canonical_request(&self, names: Option<&[u8]>, room: &mut Room) {
        let Room {
            order,
            hash,
            digest,
            payload_hash,
        } = room;
        hash.init();
        self.put_canonical_request(payload_hash, names, order, direct(hash));
        hash.finish(digest);
    }

    /// Writes the string to sign.
    pub fn put_string_to_sign<S: Sink + ?Sized>(
        &self,
        scope_text: Option<&[u8]>,
        canonical_request: &Digest,
        sink: &mut S,
    ) {
        string_to_sign::put_string_to_sign(&self.scope, scope_text, canonical_request, sink);
    }

    /// Makes the hash of the canonical request the signature, by the key that is kept or by a new one.
    pub fn sign(&self, cache: Option<&mut KeyCache>, scope_text: Option<&[u8]>, room: &mut Room) {
        let (secret, hash, digest) = (self.credentials.secret_access_key, &mut room.hash, &mut room.digest);
        let mut key = BlockKey::new();
        let key: &dyn Mac<Sha256> = match cache {
            Some(cache) => cache.key(hash, secret, &self.scope, &mut key),
            None => {
                derive_signing_key(hash, secret, &self.scope, &mut key);
                &key
            }
        };
        key.begin(hash);
        self.put_string_to_sign(scope_text, digest, direct(hash));
        key.finish(hash, digest);
    }

    fn authorization(&self) -> Authorization<'_> {
        Authorization {
            credentials: self.credentials,
            scope: &self.scope,
            headers: &self.headers,
        }
    }
}

/// Writes the canonical request of a request, for a log or a test. The session token stands in it: a secret.
pub fn put_canonical_request<S: Sink + ?Sized>(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    sink: &mut S,
) -> Result<(), Status> {
    let mut room = Room::new();
    let (carried, timestamp) = request.check(credentials)?;
    let signing = Signing::new(request, credentials, carried, &timestamp);
    signing.hash_payload(&request.payload, &mut room)?;
    signing.put_canonical_request(&room.payload_hash, None, &mut room.order, sink);
    Ok(())
}

/// Writes the string to sign of a request.
pub fn put_string_to_sign<S: Sink + ?Sized>(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    sink: &mut S,
) -> Result<(), Status> {
    let mut room = Room::new();
    let (carried, timestamp) = request.check(credentials)?;
    let signing = Signing::new(request, credentials, carried, &timestamp);
    signing.hash_payload(&request.payload, &mut room)?;
    signing.hash_canonical_request(None, &mut room);
    signing.put_string_to_sign(None, &room.digest, sink);
    Ok(())
}

/// The signature of a request alone, 64 hexadecimal digits.
pub fn signature(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    cache: Option<&mut KeyCache>,
) -> Result<[u8; 64], Status> {
    let mut room = Room::new();
    let (carried, timestamp) = request.check(credentials)?;
    let signing = Signing::new(request, credentials, carried, &timestamp);
    signing.hash_payload(&request.payload, &mut room)?;
    signing.hash_canonical_request(None, &mut room);
    signing.sign(cache, None, &mut room);
    let mut text = [0; 64];
    put_hex(room.digest.as_slice(), &mut text);
    Ok(text)
}
