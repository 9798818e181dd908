//! A signing key that is kept: it is the same for a day.
#![forbid(unsafe_code)]

use super::signing_key::derive_signing_key;
use super::sink::{Sink, Writer};
use super::string_to_sign::Scope;
use crate::crypto::sha256::{DIGEST, Midstates, Sha256};
use crate::crypto::{Digest, Hash, equal};
use zeroize::{Zeroize, optimization_barrier};

/// Bytes of date, region and service that a [`KeyCache`] has room for. The longest names that AWS has make about 60; a key for longer ones is derived
/// each time.
const SCOPE: usize = 96;

/// A signing key that is kept from one signature to the next. All zero is empty.
///
/// It holds HMAC states, from which the key cannot be had back, what the key is good for, and the SHA-256 of the secret; never the secret.
#[repr(C)]
pub struct KeyCache {
    midstates: Midstates,
    secret: [u8; DIGEST],
    /// `20150830us-east-1/iam`, and zeros. No name has a slash in it.
    scope: [u8; SCOPE],
}

impl KeyCache {
    /// Forgets the key.
    pub fn wipe(&mut self) {
        self.midstates.zeroize();
        (self.secret, self.scope) = ([0; DIGEST], [0; SCOPE]);
        optimization_barrier(self);
    }

    /// The key for a secret and a scope: the one that is kept, or, if it is another's, a new one in its place.
    pub(super) fn key(&mut self, hash: &mut Sha256, secret: &[u8], scope: &Scope<'_>) -> &Midstates {
        let mut fingerprint = Digest::new();
        hash.init();
        hash.update(secret);
        hash.finish(&mut fingerprint);
        let text = scope_text(scope);
        let kept = text.is_some_and(|text| text == self.scope) && equal(&self.secret, fingerprint.as_array());
        if !kept {
            self.wipe();
            let key = derive_signing_key(hash, secret, scope);
            self.midstates.set(hash, &key);
            self.secret = *fingerprint.as_array();
            self.scope = text.unwrap_or([0; SCOPE]);
        }
        &self.midstates
    }
}

/// What is kept of a scope, unless it is too long.
fn scope_text(scope: &Scope<'_>) -> Option<[u8; SCOPE]> {
    let mut text = [0; SCOPE];
    let length = 8_usize
        .checked_add(scope.region.len())?
        .checked_add(1)?
        .checked_add(scope.service.len())?;
    let mut writer = Writer(&mut text);
    writer.put(scope.date());
    writer.put(scope.region);
    writer.put(b"/");
    writer.put(scope.service);
    (length <= SCOPE).then_some(text)
}

impl Default for KeyCache {
    fn default() -> Self {
        Self {
            midstates: Midstates::default(),
            secret: [0; DIGEST],
            scope: [0; SCOPE],
        }
    }
}

impl Drop for KeyCache {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::hmac::{Mac, hmac};

    fn scope<'a>(timestamp: &[u8; 16], region: &'a [u8], service: &'a [u8]) -> Scope<'a> {
        Scope {
            timestamp: *timestamp,
            region,
            service,
        }
    }

    /// The MAC of nothing by a key, which tells keys apart.
    fn mac(hash: &mut Sha256, key: &dyn Mac<Sha256>) -> [u8; DIGEST] {
        let mut mac = Digest::new();
        hmac(hash, key, b"", &mut mac);
        *mac.as_array()
    }

    #[test]
    fn the_key_is_the_derived_one_whatever_was_kept_before() {
        let (mut hash, mut cache) = (Sha256::new(), KeyCache::default());
        let long = [b'r'; 200];
        let scopes = [
            scope(b"20150830T123600Z", b"us-east-1", b"iam"),
            scope(b"20150830T235959Z", b"us-east-1", b"iam"),
            scope(b"20150831T123600Z", b"us-east-1", b"iam"),
            scope(b"20150830T123600Z", b"us-east-1i", b"am"),
            scope(b"20150830T123600Z", b"us-east-1", b"s3"),
            scope(b"20150830T123600Z", &long, b"s3"),
            scope(b"20150830T123600Z", &long[1..], b"s3"),
        ];
        for first in &scopes {
            for second in &scopes {
                for secret in [&b"one"[..], b"another", &[7; 100]] {
                    for scope in [first, second, second] {
                        let derived = derive_signing_key(&mut hash, secret, scope);
                        let expected = mac(&mut hash, &derived);
                        let mut spare = Sha256::new();
                        let kept = cache.key(&mut spare, secret, scope);
                        assert_eq!(mac(&mut hash, kept), expected);
                    }
                }
            }
        }
    }

    #[test]
    fn a_kept_key_is_used_and_can_be_wiped() {
        let (mut hash, mut cache) = (Sha256::new(), KeyCache::default());
        let scope = scope(b"20150830T123600Z", b"us-east-1", b"iam");
        cache.key(&mut hash, b"secret", &scope);
        // Were the key derived anew, this would be undone.
        cache.midstates.zeroize();
        let zero = mac(&mut hash, &Midstates::default());
        let mut spare = Sha256::new();
        assert_eq!(mac(&mut hash, cache.key(&mut spare, b"secret", &scope)), zero);
        cache.wipe();
        assert_ne!(mac(&mut hash, cache.key(&mut spare, b"secret", &scope)), zero);
        cache.wipe();
        assert!(cache.secret == [0; DIGEST] && cache.scope == [0; SCOPE]);
    }

    #[test]
    fn it_fits_where_the_c_header_keeps_it() {
        assert!(size_of::<KeyCache>() <= 32 * size_of::<u64>());
        assert!(align_of::<KeyCache>() <= align_of::<u64>());
    }
}
