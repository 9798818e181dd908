//! Step 5, the signature, and the steps before it as one piece of work.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#calculate-signature>
#![forbid(unsafe_code)]

use super::authorization::{Authorization, Signed};
use super::canonical_headers::{Added, OwnValues, SignedHeaders};
use super::canonical_request;
use super::headers::Carried;
use super::payload::PayloadHash;
use super::signing_key::derive_signing_key;
use super::sink::{Match, Sink, direct};
use super::sort::Order;
use super::string_to_sign::{self, ALGORITHM, Scope};
use super::text::put_hex;
use super::{KeyCache, Request};
use crate::credentials::Credentials;
use crate::crypto::hmac::{BlockKey, Mac};
use crate::crypto::sha256::Sha256;
use crate::crypto::{Digest, Hash};
use crate::error::Status;

/// A request that was checked, with what is known of its signature before anything is hashed.
pub struct Signing<'a> {
    request: &'a Request<'a>,
    pub(super) credentials: &'a Credentials<'a>,
    pub(super) scope: Scope<'a>,
    carried: Carried,
    added: Added,
    pub(super) headers: SignedHeaders<'a>,
}

impl<'a> Signing<'a> {
    /// Sorts the headers of a request that [`check`](Request::check) let through.
    #[inline(always)]
    pub fn new(
        request: &'a Request<'a>,
        credentials: &'a Credentials<'a>,
        carried: Carried,
        order: &'a mut Order,
    ) -> Result<Self, Status> {
        let added = Added {
            content_sha256: carried.content_sha256.is_none() && request.wants_content_sha256(),
            date: carried.date.is_none(),
            security_token: carried.security_token.is_none() && !credentials.session_token.is_empty(),
        };
        Self::adding(added, request, credentials, carried, order)
    }

    /// The same with the headers that are added.
    #[inline(always)]
    pub fn adding(
        added: Added,
        request: &'a Request<'a>,
        credentials: &'a Credentials<'a>,
        carried: Carried,
        order: &'a mut Order,
    ) -> Result<Self, Status> {
        let timestamp = request.time.iso8601_basic().ok_or(Status::TimeOutOfRange)?;
        let scope = Scope {
            algorithm: ALGORITHM,
            timestamp,
            region: request.region,
            service: request.service,
        };
        let headers = SignedHeaders::new(request.headers, request.options.unsigned_headers, added, order);
        Ok(Self {
            request,
            credentials,
            scope,
            carried,
            added,
            headers,
        })
    }

    /// Where the headers to be added will stand.
    pub fn lay_out(&mut self) -> Signed {
        let authorization = self.authorization(&Digest::new()).len();
        let mut signed = Signed {
            security_token: self.added.security_token,
            ..Signed::default()
        };
        signed.date = signed.place(self.added.date, self.scope.timestamp.len());
        signed.content_sha256 = signed.place(self.added.content_sha256, PayloadHash::len(&self.request.payload));
        signed.authorization = signed.place(self.carried.authorization.is_none(), authorization);
        signed
    }

    /// The values of the signer's own headers.
    #[inline(always)]
    pub fn own_values(&self, hash: &mut impl Hash, digest: &mut Digest) -> OwnValues<'a> {
        OwnValues {
            payload_hash: PayloadHash::of(&self.request.payload, hash, digest),
            timestamp: self.scope.timestamp,
            security_token: self.credentials.session_token,
        }
    }

    /// Refuses a request that carries one of the signer's own headers with another value.
    pub fn check_own(&self, own: &OwnValues<'_>) -> Result<(), Status> {
        own.check_carried(&self.carried, self.request.headers)
    }

    /// Writes the canonical request.
    #[inline(always)]
    pub fn put_canonical_request<S: Sink + ?Sized>(&mut self, own: &OwnValues<'_>, sink: &mut S) {
        canonical_request::put_canonical_request(self.request, &mut self.headers, own, sink);
    }

    /// The hash of the canonical request.
    #[inline(always)]
    pub fn hash_canonical_request(&mut self, own: &OwnValues<'_>, hash: &mut impl Hash, digest: &mut Digest) {
        hash.init();
        self.put_canonical_request(own, direct(hash));
        hash.finish(digest);
    }

    /// Writes the string to sign.
    pub fn put_string_to_sign<S: Sink + ?Sized>(&self, canonical_request: &Digest, sink: &mut S) {
        string_to_sign::put_string_to_sign(&self.scope, canonical_request, sink);
    }

    /// Makes the hash of the canonical request the signature, by the key that is kept or by a new one.
    #[inline(always)]
    pub fn sign(&self, cache: Option<&mut KeyCache>, hash: &mut Sha256, digest: &mut Digest) {
        let secret = self.credentials.secret_access_key;
        let mut key = BlockKey::new();
        let key: &dyn Mac<Sha256> = match cache {
            Some(cache) => cache.key(hash, secret, &self.scope, &mut key),
            None => {
                derive_signing_key(hash, secret, &self.scope, &mut key);
                &key
            }
        };
        self.sign_with(key, hash, digest);
    }

    /// Makes the hash of the canonical request the signature by a given key.
    pub fn sign_with<B: Hash>(&self, key: &dyn Mac<B>, hash: &mut B, digest: &mut Digest) {
        key.begin(hash);
        self.put_string_to_sign(digest, direct(hash));
        key.finish(hash, digest);
    }

    /// The `Authorization` header with a signature.
    pub fn authorization<'s>(&'s mut self, signature: &'s Digest) -> Authorization<'s, 'a> {
        let Self {
            credentials,
            scope,
            headers,
            ..
        } = self;
        Authorization {
            credentials,
            scope,
            headers,
            signature,
        }
    }

    /// Refuses a request that carries an `authorization` header with another value than the signer's.
    pub fn check_authorization(&mut self, signature: &Digest) -> Result<(), Status> {
        let Some(position) = self.carried.authorization else {
            return Ok(());
        };
        let mut same = Match {
            rest: Some(self.request.headers.at(position).trimmed()),
        };
        self.authorization(signature).put(&mut same);
        (same.rest == Some(b"")).then_some(()).ok_or(Status::HeaderConflict)
    }
}

/// Writes the canonical request of a request, for a log or a test. The session token stands in it: a secret.
pub fn put_canonical_request<S: Sink + ?Sized>(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    sink: &mut S,
) -> Result<(), Status> {
    let (mut order, mut hash, mut digest) = (Order::new(), Sha256::new(), Digest::new());
    let carried = request.check(credentials)?;
    let mut signing = Signing::new(request, credentials, carried, &mut order)?;
    let own = signing.own_values(&mut hash, &mut digest);
    signing.check_own(&own)?;
    signing.put_canonical_request(&own, sink);
    Ok(())
}

/// Writes the string to sign of a request.
pub fn put_string_to_sign<S: Sink + ?Sized>(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    sink: &mut S,
) -> Result<(), Status> {
    let (mut order, mut hash, mut digest) = (Order::new(), Sha256::new(), Digest::new());
    let carried = request.check(credentials)?;
    let mut signing = Signing::new(request, credentials, carried, &mut order)?;
    let own = signing.own_values(&mut hash, &mut digest);
    signing.check_own(&own)?;
    signing.hash_canonical_request(&own, &mut hash, &mut digest);
    signing.put_string_to_sign(&digest, sink);
    Ok(())
}

/// The signature of a request alone, 64 hexadecimal digits.
pub fn signature(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    cache: Option<&mut KeyCache>,
) -> Result<[u8; 64], Status> {
    let (mut order, mut hash, mut digest) = (Order::new(), Sha256::new(), Digest::new());
    let carried = request.check(credentials)?;
    let mut signing = Signing::new(request, credentials, carried, &mut order)?;
    let own = signing.own_values(&mut hash, &mut digest);
    signing.check_own(&own)?;
    signing.hash_canonical_request(&own, &mut hash, &mut digest);
    signing.sign(cache, &mut hash, &mut digest);
    let mut text = [0; 64];
    put_hex(digest.as_slice(), &mut text);
    Ok(text)
}
