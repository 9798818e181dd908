//! Step 4: the signing key, derived from the secret key for one day, region and service, and kept if the caller has room for it.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#derive-signing-key>
#![forbid(unsafe_code)]

use super::string_to_sign::Scope;
use crate::crypto::hmac::{BlockKey, hmac};
use crate::crypto::sha256::{Midstates, Sha256};
use crate::crypto::{Digest, Hash, equal};
use crate::error::Status;
use zeroize::Zeroize;

/// Derives the signing key.
pub fn derive_signing_key<H: Hash>(hash: &mut H, secret: &[u8], scope: &Scope<'_>) -> Result<BlockKey, Status> {
    let mut key = BlockKey::new(hash, b"AWS4", secret)?;
    for message in [scope.date().as_slice(), scope.region, scope.service, b"aws4_request"] {
        let digest = hmac(hash, &key, message)?;
        key.set(hash, &digest)?;
    }
    Ok(key)
}

/// A signing key that is kept from one signature to the next. All zero is empty.
///
/// It holds HMAC states, from which the key cannot be had back, and a fingerprint of what the key was derived from; never the secret.
#[repr(C)]
#[derive(Default)]
pub struct KeyCache {
    filled: u32,
    fingerprint: [u8; 32],
    midstates: Midstates,
}

impl KeyCache {
    /// Forgets the key.
    pub fn wipe(&mut self) {
        self.filled = 0;
        self.fingerprint = [0; 32];
        self.midstates.zeroize();
    }

    /// The key for a scope: the one that is kept, or, if it is another's, a new one in its place.
    pub fn key(&mut self, hash: &mut Sha256, secret: &[u8], scope: &Scope<'_>) -> Result<&Midstates, Status> {
        let fingerprint = fingerprint(hash, secret, scope)?;
        if self.filled != 1 || !equal(&self.fingerprint, fingerprint.as_array()) {
            self.wipe();
            let key = derive_signing_key(hash, secret, scope)?;
            self.midstates.set(hash, &key);
            (self.fingerprint, self.filled) = (*fingerprint.as_array(), 1);
        }
        Ok(&self.midstates)
    }
}

impl Drop for KeyCache {
    fn drop(&mut self) {
        self.wipe();
    }
}

/// The SHA-256 of everything that the key depends on, each part behind its length.
fn fingerprint(hash: &mut Sha256, secret: &[u8], scope: &Scope<'_>) -> Result<Digest, Status> {
    hash.init();
    for part in [secret, scope.date(), scope.region, scope.service] {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finish()
}
