//! Step 5, the signature, and the steps before it as one piece of work.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#calculate-signature>
#![forbid(unsafe_code)]

use super::authorization::{Authorization, SIGNATURE_LEN, Signed};
use super::canonical_headers::{Added, SignedHeaders};
use super::canonical_request::put_canonical_request;
use super::headers::{CONTENT_SHA256, DATE, SECURITY_TOKEN};
use super::payload::{Payload, PayloadHash};
use super::request::Checked;
use super::signing_key::derive_signing_key;
use super::sink::{Count, Match, Sink, Writer, direct};
use super::sort::Order;
use super::string_to_sign::{ALGORITHM, Scope, put_digest, put_string_to_sign};
use super::text::put_hex;
use super::{Error, KeyCache, Request};
use crate::credentials::Credentials;
use crate::crypto::hmac::{BlockKey, Mac};
use crate::crypto::sha256::Sha256;
use crate::crypto::{Digest, Hash};
use crate::error::Status;

/// What a signature needs room for from its beginning to its end, beside the order of the headers. Where there is a cache, it begins with a line of it: so does
/// the hash's buffer then, whose blocks would else lie across two, or not, as the stack happens to be.
#[cfg_attr(not(target_os = "none"), repr(C, align(64)))]
pub struct Room {
    pub(super) hash: Sha256,
    pub(super) digest: Digest,
    pub(super) key: BlockKey,
}

impl Room {
    /// Room that nothing is in yet.
    #[cfg_attr(not(target_os = "none"), inline(always))]
    pub fn new() -> Self {
        Self {
            hash: Sha256::blank(),
            digest: Digest::new(),
            key: BlockKey::new(),
        }
    }
}

/// A request on its way to a signature, with what was found out about it so far.
pub struct Signing<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) credentials: &'a Credentials<'a>,
    pub(super) checked: Checked,
}

impl<'a> Signing<'a> {
    /// A request that nothing is known of yet, and to which nothing is added.
    #[inline(always)]
    pub fn new(request: &'a Request<'a>, credentials: &'a Credentials<'a>) -> Self {
        Self {
            request,
            credentials,
            checked: Checked::NOTHING,
        }
    }

    /// [Checks](Request::check) the request, and adds those of the signer's own headers that it needs and does not carry.
    #[inline(always)]
    pub fn check(&mut self, order: &mut Order) -> Result<(), Status> {
        self.request.check(self.credentials, &mut self.checked, order)?;
        let carried = &self.checked.carried;
        self.checked.added = Added::NONE
            .with(
                CONTENT_SHA256,
                !carried.has(CONTENT_SHA256) && self.request.wants_content_sha256(),
            )
            .with(DATE, !carried.has(DATE))
            .with(
                SECURITY_TOKEN,
                !carried.has(SECURITY_TOKEN) && !self.credentials.session_token.is_empty(),
            );
        Ok(())
    }

    /// What is signed and named in `authorization`, without the [payload's hash](Authorization::hash_payload).
    #[cfg_attr(not(target_os = "none"), inline(always))]
    pub fn authorization(&self) -> Authorization<'_> {
        Authorization {
            credentials: self.credentials,
            scope: Scope {
                algorithm: ALGORITHM,
                timestamp: &self.checked.timestamp,
                region: self.request.region,
                service: self.request.service,
            },
            headers: SignedHeaders {
                headers: self.request.headers,
                unsigned: self.request.options.unsigned_headers,
                own: [b"", &self.checked.timestamp, self.credentials.session_token],
                added: self.checked.added,
                sorted: false,
                other_space: b' ',
                #[cfg(target_os = "none")]
                held: Some(&self.checked.held),
            },
        }
    }

    /// Refuses a buffer that is too small for the values that are added.
    #[inline(always)]
    pub fn check_size(&self, authorization: &Authorization<'_>, order: &mut Order, size: usize) -> Result<(), Error> {
        let needed = match self.len_at_most(authorization) {
            Some(most) if most <= size => most,
            _ => self.len(authorization, order),
        };
        if needed > size {
            return Err(Error::BufferTooSmall { needed });
        }
        Ok(())
    }

    /// Bytes that are surely enough for the values that are added, for which no order is needed. `None` where the exact ones are as cheap.
    #[inline(always)]
    fn len_at_most(&self, _authorization: &Authorization<'_>) -> Option<usize> {
        #[cfg(not(target_os = "none"))]
        if self.checked.carried.authorization().is_none() {
            let names = self.checked.carried.names_len();
            let (date, content_sha256) = self.value_lens();
            let values = date.wrapping_add(content_sha256);
            return Some(values.saturating_add(_authorization.len_at_most(names)));
        }
        None
    }

    /// Bytes of the values that are added.
    fn len(&self, authorization: &Authorization<'_>, order: &mut Order) -> usize {
        let (date, content_sha256) = self.value_lens();
        let mut len = Count(date.wrapping_add(content_sha256));
        if self.checked.carried.authorization().is_none() {
            authorization.put_before(order, direct(&mut len));
            len.0 = len.0.saturating_add(SIGNATURE_LEN);
        }
        len.0
    }

    /// Bytes of the values of `x-amz-date` and `x-amz-content-sha256`, as far as they are added: those that stand before that of `authorization`.
    fn value_lens(&self) -> (usize, usize) {
        let content_sha256 = if self.checked.added.has(CONTENT_SHA256) {
            PayloadHash::len(&self.request.payload)
        } else {
            0
        };
        (
            if self.checked.added.has(DATE) {
                self.checked.timestamp.len()
            } else {
                0
            },
            content_sha256,
        )
    }

    /// How long the values are that are added, where all of them have so many bytes.
    pub fn layout(&self, len: usize) -> Signed {
        let (date, content_sha256) = self.value_lens();
        Signed {
            date,
            content_sha256,
            authorization: len.wrapping_sub(date).wrapping_sub(content_sha256),
            security_token: self.checked.added.has(SECURITY_TOKEN),
        }
    }

    /// Writes the values that are added before that of `authorization`.
    fn write_values(&self, authorization: &Authorization<'_>, writer: &mut Writer<'_>) {
        let (date, content_sha256) = self.value_lens();
        let [payload_hash, ..] = authorization.headers.own;
        writer.put(self.checked.timestamp.get(..date).unwrap_or_default());
        writer.put(payload_hash.get(..content_sha256).unwrap_or_default());
    }

    /// Writes the values that are added, up to the signature. Nothing where the request carries `authorization`: that is to be compared first. In all other
    /// cases nothing can fail any more. Where there is no time to gain, all is written at once.
    pub fn write_before(&self, authorization: &Authorization<'_>, order: &mut Order, writer: &mut Writer<'_>) {
        if !cfg!(target_os = "none") && self.checked.carried.authorization().is_none() {
            self.write_values(authorization, writer);
            authorization.put_before(order, direct(writer));
        }
    }

    /// Writes the signature behind them, which ends `authorization`. Refuses a request that carries that with another value; if it is the same, the other values
    /// are written.
    #[cfg_attr(not(target_os = "none"), inline(always))]
    pub fn write_signature(
        &self,
        authorization: &Authorization<'_>,
        signature: &Digest,
        order: &mut Order,
        writer: &mut Writer<'_>,
    ) -> Result<(), Status> {
        let carried = self.checked.carried.authorization();
        if let Some(position) = carried {
            let mut same = Match {
                rest: Some(self.request.headers.at(position).trimmed()),
            };
            authorization.put(signature, order, direct(&mut same));
            same.is_whole().then_some(()).ok_or(Status::HeaderConflict)?;
        }
        // Else they were written before.
        if carried.is_some() || cfg!(target_os = "none") {
            self.write_values(authorization, writer);
        }
        if carried.is_none() {
            if cfg!(target_os = "none") {
                authorization.put_before(order, direct(writer));
            }
            put_digest(signature, direct(writer));
        }
        Ok(())
    }
}

impl<'a> Authorization<'a> {
    /// Hashes the payload, with which the signer's own headers have their values. `payload_hash` is room for that.
    pub fn hash_payload(
        &mut self,
        payload: &Payload<'_>,
        hash: &mut Sha256,
        digest: &mut Digest,
        payload_hash: &'a mut PayloadHash,
    ) {
        payload_hash.set(payload, hash, digest);
        let [content_sha256, ..] = &mut self.headers.own;
        *content_sha256 = payload_hash.as_bytes();
    }

    /// The signing key: the one that is kept, or a new one. `digest` is room, and `spare` that of a new one.
    #[inline(always)]
    pub fn key<'k>(
        &self,
        cache: Option<&'k mut KeyCache>,
        hash: &mut Sha256,
        digest: &mut Digest,
        spare: &'k mut BlockKey,
    ) -> &'k dyn Mac<Sha256> {
        let secret = self.credentials.secret_access_key;
        match cache {
            Some(cache) => cache.key(hash, secret, &self.scope, spare, digest),
            None => {
                derive_signing_key(hash, secret, &self.scope, spare, digest);
                spare
            }
        }
    }

    /// Makes `digest` the hash of the canonical request.
    #[inline(always)]
    pub fn hash_canonical_request(
        &self,
        request: &Request<'_>,
        order: &mut Order,
        hash: &mut Sha256,
        digest: &mut Digest,
    ) {
        hash.init();
        put_canonical_request(request, &self.headers, order, direct(hash));
        hash.finish(digest);
    }

    /// Makes the hash of the canonical request the signature.
    ///
    /// `meanwhile` is work that needs no signature. It stands where a processor that runs ahead still waits for the blocks of the string to sign, so that
    /// it costs less than elsewhere.
    #[inline(always)]
    pub fn sign(&self, key: &dyn Mac<Sha256>, hash: &mut Sha256, digest: &mut Digest, meanwhile: impl FnOnce()) {
        key.begin(hash);
        put_string_to_sign(&self.scope, digest, direct(hash));
        hash.finish(digest);
        meanwhile();
        key.finish_outer(hash, digest);
    }
}

/// Writes the canonical request of a request, for a log or a test. The session token stands in it: a secret.
pub fn canonical_request<S: Sink + ?Sized>(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    sink: &mut S,
) -> Result<(), Status> {
    with(request, credentials, |authorization, order, _| {
        put_canonical_request(request, &authorization.headers, order, sink);
    })
}

/// Writes the string to sign of a request.
pub fn string_to_sign<S: Sink + ?Sized>(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    sink: &mut S,
) -> Result<(), Status> {
    with(request, credentials, |authorization, order, room| {
        let Room { hash, digest, .. } = room;
        authorization.hash_canonical_request(request, order, hash, digest);
        put_string_to_sign(&authorization.scope, digest, sink);
    })
}

/// The signature of a request alone, 64 hexadecimal digits.
pub fn signature(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    cache: Option<&mut KeyCache>,
) -> Result<[u8; 64], Status> {
    let mut text = [0; 64];
    with(request, credentials, |authorization, order, room| {
        let Room { hash, digest, key } = room;
        let key = authorization.key(cache, hash, digest, key);
        authorization.hash_canonical_request(request, order, hash, digest);
        authorization.sign(key, hash, digest, || ());
        put_hex(digest.as_slice(), &mut text);
    })?;
    Ok(text)
}

/// Works with a request whose headers have their values.
fn with(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    work: impl FnOnce(&Authorization<'_>, &mut Order, &mut Room),
) -> Result<(), Status> {
    let (mut room, mut order, mut payload_hash) = (Room::new(), Order::new(), PayloadHash::new());
    let mut signing = Signing::new(request, credentials);
    signing.check(&mut order)?;
    let mut authorization = signing.authorization();
    authorization.headers.order_own(&mut order);
    authorization.hash_payload(&request.payload, &mut room.hash, &mut room.digest, &mut payload_hash);
    authorization.headers.check_carried(&signing.checked.carried)?;
    work(&authorization, &mut order, &mut room);
    Ok(())
}
