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

/// What a signature needs room for from its beginning to its end. The order of the headers is not among it: it is as large as all of this, and not needed
/// where the stack is deepest.
pub struct Room {
    pub(super) hash: Sha256,
    pub(super) digest: Digest,
    pub(super) payload_hash: PayloadHash,
}

impl Room {
    /// Room that nothing is in yet.
    #[inline(always)]
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
    /// With what is added to a request that [`check`](Request::check) let through.
    #[inline(always)]
    pub fn new(request: &'a Request<'a>, credentials: &'a Credentials<'a>, checked: &'a Checked) -> Self {
        let [content_sha256, date, security_token] = checked.carried.own();
        let added = [
            content_sha256.is_none() && request.wants_content_sha256(),
            date.is_none(),
            security_token.is_none() && !credentials.session_token.is_empty(),
        ];
        Self::adding(added, request, credentials, checked)
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

    /// Hashes the payload and the canonical request, and writes the headers that are added, but for the signature, unless the request carries that already.
    /// Returns how many bytes of the buffer are used.
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn prepare(&self, room: &mut Room, buffer: &mut [u8]) -> Result<usize, Error> {
        let mut order = Order::new();
        let mut needed = match self.len_at_most() {
            Some(most) if most <= buffer.len() => most,
            _ => self.len(&mut order),
        };
        let buffer = buffer.get_mut(..needed).ok_or(Error::BufferTooSmall { needed })?;
        self.hash_payload(&self.request.payload, room)?;
        if self.carried.authorization().is_some() {
            self.check_carried_authorization(&mut order)?;
        } else {
            let mut writer = self.write_values(room, buffer);
            self.authorization().put_before(&mut order, direct(&mut writer));
            let left = writer.0.len();
            needed = needed.wrapping_sub(left).wrapping_add(SIGNATURE_LEN);
        }
        let used = buffer.get(..needed).unwrap_or_default();
        let names = self.authorization().names(self.before_signature(used));
        self.hash_canonical_request(names, &mut order, room);
        Ok(needed)
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
        let [content_sha256, date, _] = self.headers.added;
        let date = if date { self.scope.timestamp.len() } else { 0 };
        let content_sha256 = if content_sha256 {
            PayloadHash::len(&self.request.payload)
        } else {
            0
        };
        date.wrapping_add(content_sha256)
    }

    /// Where the values that are added stand in so many bytes.
    pub fn layout(&self, len: usize) -> Signed {
        let [content_sha256, date, security_token] = self.headers.added;
        let timestamp = self.scope.timestamp.len();
        let before = self.values_len();
        Signed {
            date: date.then_some(0..timestamp),
            content_sha256: content_sha256.then_some(if date { timestamp } else { 0 }..before),
            authorization: self.carried.authorization().is_none().then_some(before..len),
            security_token,
            len,
        }
    }

    /// Writes the values of the signer's own headers that are added.
    fn write_values<'b>(&self, room: &Room, buffer: &'b mut [u8]) -> Writer<'b> {
        let mut writer = Writer(buffer);
        let [content_sha256, date, _] = self.headers.added;
        if date {
            writer.put(self.scope.timestamp);
        }
        if content_sha256 {
            writer.put(room.payload_hash.as_bytes());
        }
        writer
    }

    /// Refuses a request that carries an `authorization` header that says another thing than the signer's before the signature.
    #[cfg_attr(target_os = "none", inline(never))]
    fn check_carried_authorization(&self, order: &mut Order) -> Result<(), Status> {
        let mut same = Match {
            rest: self.carried_authorization(),
        };
        self.authorization().put_before(order, direct(&mut same));
        same.rest
            .filter(|rest| rest.len() == SIGNATURE_LEN)
            .map_or(Err(Status::HeaderConflict), |_| Ok(()))
    }

    fn carried_authorization(&self) -> Option<&'a [u8]> {
        let position = self.carried.authorization()?;
        Some(self.request.headers.at(position).trimmed())
    }

    /// The value of `authorization` up to the signature: it ends what is used of the buffer, or the request carries it.
    fn before_signature<'s>(&self, used: &'s [u8]) -> &'s [u8]
    where
        'a: 's,
    {
        let value = match self.carried_authorization() {
            Some(value) => value,
            None => used.get(self.values_len()..).unwrap_or_default(),
        };
        let (before, _) = value
            .split_last_chunk::<SIGNATURE_LEN>()
            .unwrap_or((b"", &[0; SIGNATURE_LEN]));
        before
    }

    /// Writes the signature at the end of what is used of the buffer; or, where the request carries it already, refuses another one, and writes the rest.
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn finish(&self, room: &mut Room, used: &mut [u8]) -> Result<(), Status> {
        let Some(carried) = self.carried_authorization() else {
            let signature = used.last_chunk_mut::<SIGNATURE_LEN>();
            let mut writer = Writer(signature.map_or(&mut [][..], |place| place));
            put_digest(&room.digest, direct(&mut writer));
            return Ok(());
        };
        let mut same = Match {
            rest: carried.last_chunk::<SIGNATURE_LEN>().map(<[u8; _]>::as_slice),
        };
        put_digest(&room.digest, direct(&mut same));
        same.rest.ok_or(Status::HeaderConflict)?;
        self.write_values(room, used);
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
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn hash_canonical_request(&self, names: Option<&[u8]>, order: &mut Order, room: &mut Room) {
        let Room {
            hash,
            digest,
            payload_hash,
        } = room;
        hash.init();
        self.put_canonical_request(payload_hash, names, order, direct(hash));
        hash.finish(digest);
    }

    /// Writes the string to sign.
    pub fn put_string_to_sign<S: Sink + ?Sized>(&self, canonical_request: &Digest, sink: &mut S) {
        string_to_sign::put_string_to_sign(&self.scope, canonical_request, sink);
    }

    /// Makes the hash of the canonical request the signature, by the key that is kept or by a new one.
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn sign(&self, cache: Option<&mut KeyCache>, room: &mut Room) {
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
        self.put_string_to_sign(digest, direct(hash));
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
    let checked = request.check(credentials)?;
    let signing = Signing::new(request, credentials, &checked);
    signing.hash_payload(&request.payload, &mut room)?;
    signing.put_canonical_request(&room.payload_hash, None, &mut Order::new(), sink);
    Ok(())
}

/// Writes the string to sign of a request.
pub fn put_string_to_sign<S: Sink + ?Sized>(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    sink: &mut S,
) -> Result<(), Status> {
    let mut room = Room::new();
    let checked = request.check(credentials)?;
    let signing = Signing::new(request, credentials, &checked);
    signing.hash_payload(&request.payload, &mut room)?;
    signing.hash_canonical_request(None, &mut Order::new(), &mut room);
    signing.put_string_to_sign(&room.digest, sink);
    Ok(())
}

/// The signature of a request alone, 64 hexadecimal digits.
pub fn signature(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    cache: Option<&mut KeyCache>,
) -> Result<[u8; 64], Status> {
    let mut room = Room::new();
    let checked = request.check(credentials)?;
    let signing = Signing::new(request, credentials, &checked);
    signing.hash_payload(&request.payload, &mut room)?;
    signing.hash_canonical_request(None, &mut Order::new(), &mut room);
    signing.sign(cache, &mut room);
    let mut text = [0; 64];
    put_hex(room.digest.as_slice(), &mut text);
    Ok(text)
}
