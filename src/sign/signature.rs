//! Step 5, the signature, and the steps before it as one piece of work.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#calculate-signature>
#![forbid(unsafe_code)]

use super::authorization::{Authorization, SIGNATURE_LEN, Signed};
use super::canonical_headers::{OwnValues, SignedHeaders};
use super::canonical_request;
use super::headers::{Carried, OWN};
use super::payload::{Payload, PayloadHash};
use super::request::Checked;
use super::signing_key::derive_signing_key;
use super::sink::{Count, Match, Sink, Writer, direct};
use super::sort::Order;
use super::string_to_sign::{self, ALGORITHM, Scope, put_digest};
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
    pub(super) payload_hash: PayloadHash,
}

impl Room {
    /// Room that nothing is in yet.
    #[cfg_attr(not(target_os = "none"), inline(always))]
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn new() -> Self {
        Self {
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
    carried: &'a Carried,
    pub(super) headers: SignedHeaders<'a>,
}

impl<'a> Signing<'a> {
    /// With what is added to a request that [`check`](Request::check) let through, and also to the order of its headers.
    #[inline(always)]
    pub fn new(
        request: &'a Request<'a>,
        credentials: &'a Credentials<'a>,
        checked: &'a Checked,
        order: &mut Order,
    ) -> Self {
        let [content_sha256, date, security_token] = checked.carried.own();
        let added = [
            content_sha256.is_none() && request.wants_content_sha256(),
            date.is_none(),
            security_token.is_none() && !credentials.session_token.is_empty(),
        ];
        let signing = Self::adding(added, request, credentials, checked);
        signing.headers.order_own(order);
        signing
    }

    /// The same with the headers that are added.
    #[inline(always)]
    pub fn adding(
        added: [bool; OWN],
        request: &'a Request<'a>,
        credentials: &'a Credentials<'a>,
        checked: &'a Checked,
    ) -> Self {
        Self {
            request,
            credentials,
            scope: Scope {
                algorithm: ALGORITHM,
                timestamp: &checked.timestamp,
                region: request.region,
                service: request.service,
            },
            carried: &checked.carried,
            headers: SignedHeaders {
                headers: request.headers,
                unsigned: request.options.unsigned_headers,
                added,
            },
        }
    }

    /// Refuses a buffer that is too small, and hashes the payload and the canonical request.
    pub fn prepare(&self, room: &mut Room, order: &mut Order, buffer: &[u8]) -> Result<(), Error> {
        let needed = match self.len_at_most() {
            Some(most) if most <= buffer.len() => most,
            _ => self.len(order),
        };
        if needed > buffer.len() {
            return Err(Error::BufferTooSmall { needed });
        }
        self.hash_payload(&self.request.payload, room)?;
        self.hash_canonical_request(order, room);
        Ok(())
    }

    /// Bytes that are surely enough for the values that are added, for which no order is needed. `None` where the exact ones are as cheap.
    #[inline(always)]
    fn len_at_most(&self) -> Option<usize> {
        #[cfg(not(target_os = "none"))]
        if self.carried.authorization().is_none() {
            let authorization = self.authorization().len_at_most(self.carried.names_len());
            return Some(self.values_len().saturating_add(authorization));
        }
        None
    }

    /// Bytes of the values that are added.
    fn len(&self, order: &mut Order) -> usize {
        let mut len = Count(self.values_len());
        if self.carried.authorization().is_none() {
            self.authorization().put_before(order, direct(&mut len));
            len.0 = len.0.saturating_add(SIGNATURE_LEN);
        }
        len.0
    }

    /// Bytes of those values that stand before that of `authorization`.
    fn values_len(&self) -> usize {
        let [date, content_sha256] = self.value_lens();
        date.wrapping_add(content_sha256)
    }

    /// Bytes of the values of `x-amz-date` and `x-amz-content-sha256`, as far as they are added.
    #[cfg_attr(target_os = "none", inline(never))]
    fn value_lens(&self) -> [usize; 2] {
        let [content_sha256, date, _] = self.headers.added;
        let content_sha256 = if content_sha256 {
            PayloadHash::len(&self.request.payload)
        } else {
            0
        };
        [if date { self.scope.timestamp.len() } else { 0 }, content_sha256]
    }

    /// How long the values are that are added, where all of them have so many bytes.
    pub fn layout(&self, len: usize) -> Signed {
        let [date, content_sha256] = self.value_lens();
        let [.., security_token] = self.headers.added;
        Signed {
            date,
            content_sha256,
            authorization: len.wrapping_sub(date).wrapping_sub(content_sha256),
            security_token,
        }
    }

    /// Writes the values of the signer's own headers that are added.
    fn write_values(&self, payload_hash: &PayloadHash, writer: &mut Writer<'_>) {
        let [content_sha256, date, _] = self.headers.added;
        if date {
            writer.put(self.scope.timestamp);
        }
        if content_sha256 {
            writer.put(payload_hash.as_bytes());
        }
    }

    /// Writes the values that are added, up to the signature. Nothing where the request carries `authorization`: that is to be compared first. In all other
    /// cases nothing can fail any more.
    pub fn write_before(&self, payload_hash: &PayloadHash, order: &mut Order, writer: &mut Writer<'_>) {
        if self.carried.authorization().is_none() {
            self.write_values(payload_hash, writer);
            self.authorization().put_before(order, direct(writer));
        }
    }

    /// Writes the signature behind them, which ends `authorization`. Refuses a request that carries that with another value; if it is the same, the other values
    /// are written.
    pub fn write_signature(
        &self,
        signature: &Digest,
        payload_hash: &PayloadHash,
        order: &mut Order,
        writer: &mut Writer<'_>,
    ) -> Result<(), Status> {
        let Some(position) = self.carried.authorization() else {
            put_digest(signature, direct(writer));
            return Ok(());
        };
        let mut same = Match {
            rest: Some(self.request.headers.at(position).trimmed()),
        };
        self.authorization().put(signature, order, direct(&mut same));
        same.is_whole().then_some(()).ok_or(Status::HeaderConflict)?;
        self.write_values(payload_hash, writer);
        Ok(())
    }

    /// Hashes the payload, and refuses a request that carries one of the signer's own headers with another value.
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn hash_payload(&self, payload: &Payload<'_>, room: &mut Room) -> Result<(), Status> {
        room.payload_hash.set(payload, &mut room.hash, &mut room.digest);
        self.own(&room.payload_hash)
            .check_carried(self.carried, self.request.headers)
    }

    /// The values of the signer's own headers.
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn own<'s>(&'s self, payload_hash: &'s PayloadHash) -> OwnValues<'s> {
        OwnValues {
            payload_hash,
            timestamp: self.scope.timestamp,
            security_token: self.credentials.session_token,
        }
    }

    /// Writes the canonical request, after [`hash_payload`](Self::hash_payload).
    #[inline(always)]
    pub fn put_canonical_request<S: Sink + ?Sized>(&self, payload_hash: &PayloadHash, order: &mut Order, sink: &mut S) {
        let own = self.own(payload_hash);
        canonical_request::put_canonical_request(self.request, &self.headers, own, order, sink);
    }

    /// The hash of the canonical request, after [`hash_payload`](Self::hash_payload).
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn hash_canonical_request(&self, order: &mut Order, room: &mut Room) {
        let Room {
            hash,
            digest,
            payload_hash,
        } = room;
        hash.init();
        self.put_canonical_request(payload_hash, order, direct(hash));
        hash.finish(digest);
    }

    /// Writes the string to sign.
    pub fn put_string_to_sign<S: Sink + ?Sized>(&self, canonical_request: &Digest, sink: &mut S) {
        string_to_sign::put_string_to_sign(&self.scope, canonical_request, sink);
    }

    /// Makes the hash of the canonical request the signature, by the key that is kept or by a new one.
    ///
    /// `meanwhile` is work that needs no signature. It stands where a processor that runs ahead still waits for the blocks of the string to sign, so that
    /// it costs less than elsewhere.
    pub fn sign(&self, cache: Option<&mut KeyCache>, hash: &mut Sha256, digest: &mut Digest, meanwhile: impl FnOnce()) {
        let secret = self.credentials.secret_access_key;
        let mut key = BlockKey::new();
        let key: &dyn Mac<Sha256> = match cache {
            Some(cache) => cache.key(hash, secret, &self.scope, &mut key),
            None => {
                derive_signing_key(hash, secret, &self.scope, &mut key);
                &key
            }
        };
        key.begin(hash);
        self.put_string_to_sign(digest, direct(hash));
        hash.finish(digest);
        meanwhile();
        key.finish_outer(hash, digest);
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
    let (mut room, mut order) = (Room::new(), Order::new());
    let mut checked = Checked::default();
    request.check(credentials, &mut checked, &mut order)?;
    let signing = Signing::new(request, credentials, &checked, &mut order);
    signing.hash_payload(&request.payload, &mut room)?;
    signing.put_canonical_request(&room.payload_hash, &mut order, sink);
    Ok(())
}

/// Writes the string to sign of a request.
pub fn put_string_to_sign<S: Sink + ?Sized>(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    sink: &mut S,
) -> Result<(), Status> {
    let (mut room, mut order) = (Room::new(), Order::new());
    let mut checked = Checked::default();
    request.check(credentials, &mut checked, &mut order)?;
    let signing = Signing::new(request, credentials, &checked, &mut order);
    signing.hash_payload(&request.payload, &mut room)?;
    signing.hash_canonical_request(&mut order, &mut room);
    signing.put_string_to_sign(&room.digest, sink);
    Ok(())
}

/// The signature of a request alone, 64 hexadecimal digits.
pub fn signature(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    cache: Option<&mut KeyCache>,
) -> Result<[u8; 64], Status> {
    let (mut room, mut order) = (Room::new(), Order::new());
    let mut checked = Checked::default();
    request.check(credentials, &mut checked, &mut order)?;
    let signing = Signing::new(request, credentials, &checked, &mut order);
    signing.hash_payload(&request.payload, &mut room)?;
    signing.hash_canonical_request(&mut order, &mut room);
    signing.sign(cache, &mut room.hash, &mut room.digest, || ());
    let mut text = [0; 64];
    put_hex(room.digest.as_slice(), &mut text);
    Ok(text)
}
