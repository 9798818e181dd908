//! A signing key that is kept: it is the same for a day.
#![forbid(unsafe_code)]

#[cfg(not(target_os = "none"))]
use super::key_check::Check;
use super::signing_key::derive_signing_key;
#[cfg(not(target_os = "none"))]
use super::sink::Match;
use super::sink::{Writer, direct};
use super::string_to_sign::Scope;
use crate::crypto::copy;
#[cfg(target_os = "none")]
use crate::crypto::equal;
use crate::crypto::hmac::BlockKey;
use crate::crypto::sha256::{DIGEST, Midstates, Sha256};
use crate::crypto::{Digest, Hash};
use zeroize::{Zeroize, optimization_barrier};

/// Bytes of a scope that a [`KeyCache`] has room for. The longest that AWS has are about 70; a key for a longer one is derived each time, but on a small
/// processor, where only an upload in chunks notes the scope.
const SCOPE: usize = 96;

/// A signing key that is kept from one signature to the next. All zero is empty.
///
/// It holds HMAC states, from which the key cannot be had back, what the key is good for, the SHA-256 of the secret, and a check by which the secret is
/// recognised; never the secret. On a small processor the SHA-256 is the check, of scope and secret in one.
#[repr(C)]
pub struct KeyCache {
    midstates: Midstates,
    /// The SHA-256 of the secret; on a small processor of the scope and the secret.
    secret: [u8; DIGEST],
    #[cfg(not(target_os = "none"))]
    check: Check,
    /// `20150830/us-east-1/iam/aws4_request`, and zeros. No name has a slash in it, as [`Request::check`](super::Request) has seen.
    scope: [u8; SCOPE],
}

impl KeyCache {
    /// Forgets the key.
    pub fn wipe(&mut self) {
        self.midstates.zeroize();
        (self.secret, self.scope) = ([0; DIGEST], [0; SCOPE]);
        #[cfg(not(target_os = "none"))]
        (self.check = Check::default());
        optimization_barrier(self);
    }

    /// The key for a secret and a scope: the one that is kept, or, if it is another's, a new one in its place. `spare` and `digest` are room to derive it in.
    #[cfg(not(target_os = "none"))]
    pub(super) fn key(
        &mut self,
        hash: &mut Sha256,
        secret: &[u8],
        scope: &Scope<'_>,
        spare: &mut BlockKey,
        digest: &mut Digest,
    ) -> &Midstates {
        let mut same = Match {
            rest: Some(self.scope()),
        };
        scope.put(&mut same);
        let same_scope = same.is_whole();
        if !self.is_of(secret) || !same_scope {
            self.derive(hash, secret, scope, spare, digest);
            self.keep_scope(scope);
        }
        &self.midstates
    }

    /// The key for a secret and a scope: the one that is kept, or, if it is another's, a new one in its place.
    ///
    /// A small processor has the code for SHA-256 anyway, and none to spare for another check: it recognises both by one hash. Where the scope ends is told by
    /// its third slash, as no name in it has one. The key is made where it is kept, so the spare room is not needed.
    #[cfg(target_os = "none")]
    pub(super) fn key(
        &mut self,
        hash: &mut Sha256,
        secret: &[u8],
        scope: &Scope<'_>,
        _spare: &mut BlockKey,
        digest: &mut Digest,
    ) -> &Midstates {
        hash.init();
        scope.put(direct(hash));
        hash.update(secret);
        hash.finish(digest);
        let same = equal(&self.secret, digest.as_array());
        copy(&mut self.secret, digest.as_array());
        if !same {
            derive_signing_key(hash, secret, scope, &mut self.midstates, digest);
        }
        &self.midstates
    }

    /// Derives the key. The secret is the one that [`is_of`](Self::is_of) was asked for.
    #[cfg(not(target_os = "none"))]
    #[inline(never)]
    fn derive(
        &mut self,
        hash: &mut Sha256,
        secret: &[u8],
        scope: &Scope<'_>,
        spare: &mut BlockKey,
        digest: &mut Digest,
    ) {
        hash.init();
        hash.update(secret);
        hash.finish(digest);
        copy(&mut self.secret, digest.as_array());
        self.check = Check::of(&self.secret, secret);
        derive_signing_key(hash, secret, scope, spare, digest);
        self.midstates.set(hash, spare);
    }

    /// Whether the key that is kept is a secret's.
    #[cfg(not(target_os = "none"))]
    fn is_of(&self, secret: &[u8]) -> bool {
        self.check.equals(&Check::of(&self.secret, secret))
    }

    /// Notes a scope. Of one that there is no room for only the front, which is none.
    fn keep_scope(&mut self, scope: &Scope<'_>) {
        self.scope = [0; SCOPE];
        scope.put(direct(&mut Writer(&mut self.scope)));
    }

    /// Says which key will be asked for, to be told its [`scope`](Self::scope) again. Refuses one that there is no room for.
    pub(super) fn expect(&mut self, scope: &Scope<'_>) -> Option<()> {
        // Elsewhere it is noted with the key.
        if cfg!(target_os = "none") {
            self.keep_scope(scope);
        }
        (scope.len() <= SCOPE).then_some(())
    }

    /// The key that is kept.
    pub(super) fn midstates(&self) -> &Midstates {
        &self.midstates
    }

    /// What it is good for.
    pub(super) fn scope(&self) -> &[u8] {
        let len = self.scope.iter().position(|byte| *byte == 0).unwrap_or(SCOPE);
        self.scope.get(..len).unwrap_or_default()
    }
}

impl Default for KeyCache {
    fn default() -> Self {
        Self {
            midstates: Midstates::default(),
            secret: [0; DIGEST],
            #[cfg(not(target_os = "none"))]
            check: Check::default(),
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
    extern crate std;

    fn scope<'a>(timestamp: &'a [u8; 16], region: &'a [u8], service: &'a [u8]) -> Scope<'a> {
        Scope {
            algorithm: crate::sign::string_to_sign::ALGORITHM,
            timestamp,
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
                        let mut derived = BlockKey::new();
                        derive_signing_key(&mut hash, secret, scope, &mut derived, &mut Digest::new());
                        let expected = mac(&mut hash, &derived);
                        let mut spare = Sha256::new();
                        let kept = cache.key(&mut spare, secret, scope, &mut BlockKey::new(), &mut Digest::new());
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
        cache.key(&mut hash, b"secret", &scope, &mut BlockKey::new(), &mut Digest::new());
        // Were the key derived anew, this would be undone.
        cache.midstates.zeroize();
        let zero = mac(&mut hash, &Midstates::default());
        let mut spare = Sha256::new();
        assert_eq!(
            mac(
                &mut hash,
                cache.key(&mut spare, b"secret", &scope, &mut BlockKey::new(), &mut Digest::new())
            ),
            zero
        );
        cache.wipe();
        assert_ne!(
            mac(
                &mut hash,
                cache.key(&mut spare, b"secret", &scope, &mut BlockKey::new(), &mut Digest::new())
            ),
            zero
        );
        cache.wipe();
        assert!(cache.secret == [0; DIGEST] && cache.scope == [0; SCOPE]);
        assert!(cache.check.equals(&Check::default()));
    }

    #[test]
    fn the_key_of_a_secret_that_differs_in_one_bit_or_in_its_length_is_derived_anew() {
        let (mut hash, mut spare) = (Sha256::new(), Sha256::new());
        let scope = scope(b"20150830T123600Z", b"us-east-1", b"iam");
        let secret = *b"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let longer = [secret.as_slice(), b"\0"].concat();
        let mut others = std::vec![&secret[..39], &secret[1..], &longer];
        let flipped: std::vec::Vec<[u8; 40]> = (0..320)
            .map(|bit| {
                let mut other = secret;
                other[bit / 8] ^= 1 << (bit % 8);
                other
            })
            .collect();
        others.extend(flipped.iter().map(<[u8; 40]>::as_slice));
        let mut cache = KeyCache::default();
        for other in others {
            for secret in [secret.as_slice(), other] {
                let mut derived = BlockKey::new();
                derive_signing_key(&mut hash, secret, &scope, &mut derived, &mut Digest::new());
                let expected = mac(&mut hash, &derived);
                let kept = cache.key(&mut spare, secret, &scope, &mut BlockKey::new(), &mut Digest::new());
                assert_eq!(mac(&mut hash, kept), expected);
            }
        }
    }

    #[test]
    fn it_fits_where_the_c_header_keeps_it() {
        assert!(size_of::<KeyCache>() <= 32 * size_of::<u64>());
        assert!(align_of::<KeyCache>() <= align_of::<u64>());
    }
}
