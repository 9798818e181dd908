//! Step 5, the signature, and the steps before it as one piece of work.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#calculate-signature>
#![forbid(unsafe_code)]

use super::authorization::{Authorization, Signed};
use super::canonical_headers::{Added, OwnValues, SignedHeaders};
use super::canonical_request;
use super::headers::{Headers, each};
use super::payload::PayloadHash;
use super::sink::{Count, Sink, hex};
use super::string_to_sign::{self, Scope};
use super::{KeyCache, Request};
use crate::credentials::Credentials;
use crate::crypto::hmac::Mac;
use crate::crypto::sha256::{Midstates, Sha256};
use crate::crypto::{Digest, Hash};
use crate::error::Status;

/// A request that was checked, with what is known of its signature before anything is hashed.
pub struct Signing<'a, H: Headers + ?Sized> {
    request: &'a Request<'a, H>,
    credentials: &'a Credentials<'a>,
    scope: Scope<'a>,
    added: Added,
    headers: SignedHeaders<'a, H>,
}

impl<'a, H: Headers + ?Sized> Signing<'a, H> {
    /// Checks the request and sorts its headers.
    pub fn new(request: &'a Request<'a, H>, credentials: &'a Credentials<'a>) -> Result<Self, Status> {
        request.check(credentials)?;
        let timestamp = request.time.iso8601_basic().ok_or(Status::TimeOutOfRange)?;
        let scope = Scope {
            timestamp,
            region: request.region,
            service: request.service,
        };
        let wanted = Added {
            content_sha256: request.wants_content_sha256(),
            date: true,
            security_token: !credentials.session_token.is_empty(),
        };
        let added = Added::of(wanted, request.headers);
        Ok(Self {
            request,
            credentials,
            scope,
            added,
            headers: SignedHeaders::new(request.headers, added),
        })
    }

    /// Where the headers to be added will stand.
    pub fn lay_out(&mut self) -> Result<Signed, Status> {
        let mut authorization = Count::default();
        self.authorization(&[0; 64]).put(&mut authorization)?;
        let carried = each(self.request.headers).any(|header| header.is(b"authorization"));
        let mut signed = Signed {
            security_token: self.added.security_token,
            ..Signed::default()
        };
        signed.date = signed.place(self.added.date, self.scope.timestamp.len());
        signed.content_sha256 = signed.place(self.added.content_sha256, PayloadHash::len(&self.request.payload));
        signed.authorization = signed.place(!carried, authorization.0);
        Ok(signed)
    }

    /// The values of the signer's own headers, which those that the request carries must equal.
    pub fn own_values(&self, hash: &mut impl Hash) -> Result<OwnValues<'a>, Status> {
        let own = OwnValues {
            payload_hash: PayloadHash::of(&self.request.payload, hash)?,
            timestamp: self.scope.timestamp,
            security_token: self.credentials.session_token,
        };
        own.check_carried(self.request.headers)?;
        Ok(own)
    }

    /// Writes the canonical request.
    pub fn put_canonical_request(&mut self, own: &OwnValues<'_>, sink: &mut dyn Sink) -> Result<(), Status> {
        canonical_request::put_canonical_request(self.request, &mut self.headers, own, sink)
    }

    /// The hash of the canonical request.
    pub fn hash_canonical_request(&mut self, own: &OwnValues<'_>, hash: &mut impl Hash) -> Result<Digest, Status> {
        hash.init()?;
        self.put_canonical_request(own, hash)?;
        hash.finish()
    }

    /// Writes the string to sign.
    pub fn put_string_to_sign(&self, canonical_request: &Digest, sink: &mut dyn Sink) -> Result<(), Status> {
        string_to_sign::put_string_to_sign(&self.scope, canonical_request, sink)
    }

    /// The signature, by the key that is kept or by a new one.
    pub fn sign(
        &self,
        canonical_request: &Digest,
        cache: Option<&mut KeyCache>,
        hash: &mut Sha256,
    ) -> Result<[u8; 64], Status> {
        let secret = self.credentials.secret_access_key;
        let derived;
        let key = match cache {
            Some(cache) => cache.key(hash, secret, &self.scope)?,
            None => {
                derived = Midstates::derive(hash, secret, &self.scope)?;
                &derived
            }
        };
        self.sign_with(key, canonical_request, hash)
    }

    /// The signature by a given key.
    pub fn sign_with<B: Hash>(
        &self,
        key: &impl Mac<B>,
        canonical_request: &Digest,
        hash: &mut B,
    ) -> Result<[u8; 64], Status> {
        key.begin(hash)?;
        self.put_string_to_sign(canonical_request, hash)?;
        Ok(hex(key.finish(hash)?.as_slice()))
    }

    /// The `Authorization` header with a signature.
    pub fn authorization<'s>(&'s mut self, signature: &'s [u8]) -> Authorization<'s, 'a, H> {
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
}

/// Writes the canonical request of a request, for a log or a test. The session token stands in it: a secret.
pub fn put_canonical_request<H: Headers + ?Sized>(
    request: &Request<'_, H>,
    credentials: &Credentials<'_>,
    sink: &mut dyn Sink,
) -> Result<(), Status> {
    let mut signing = Signing::new(request, credentials)?;
    let own = signing.own_values(&mut Sha256::new())?;
    signing.put_canonical_request(&own, sink)
}

/// Writes the string to sign of a request.
pub fn put_string_to_sign<H: Headers + ?Sized>(
    request: &Request<'_, H>,
    credentials: &Credentials<'_>,
    sink: &mut dyn Sink,
) -> Result<(), Status> {
    let mut hash = Sha256::new();
    let mut signing = Signing::new(request, credentials)?;
    let own = signing.own_values(&mut hash)?;
    let canonical_request = signing.hash_canonical_request(&own, &mut hash)?;
    signing.put_string_to_sign(&canonical_request, sink)
}

/// The signature of a request alone, 64 hexadecimal digits.
pub fn signature<H: Headers + ?Sized>(
    request: &Request<'_, H>,
    credentials: &Credentials<'_>,
    cache: Option<&mut KeyCache>,
) -> Result<[u8; 64], Status> {
    let mut hash = Sha256::new();
    let mut signing = Signing::new(request, credentials)?;
    let own = signing.own_values(&mut hash)?;
    let canonical_request = signing.hash_canonical_request(&own, &mut hash)?;
    signing.sign(&canonical_request, cache, &mut hash)
}
