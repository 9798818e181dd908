//! SHA-256 and HMAC: the seam to a hash, and one file per backend.
//!
//! A backend may be the caller's (callbacks with one context), so every step can fail and no two states are ever alive at once: whoever
//! needs a second hash first finishes the one that runs.
#![forbid(unsafe_code)]

pub mod hmac;
pub mod sha256;

use crate::error::Status;
use crate::limits::HASH_DIGEST_MAX;
use zeroize::{Zeroize, optimization_barrier};

/// A hash function with one running state.
pub trait Hash {
    /// Bytes of a block, 1 to [`HASH_BLOCK_MAX`](crate::limits::HASH_BLOCK_MAX): what HMAC pads its key to.
    fn block_len(&self) -> usize;

    /// Bytes of a digest, 1 to [`HASH_DIGEST_MAX`].
    fn digest_len(&self) -> usize;

    /// Begins anew; what ran before is lost.
    fn init(&mut self) -> Result<(), Status>;

    /// Hashes `bytes` on.
    fn update(&mut self, bytes: &[u8]) -> Result<(), Status>;

    /// Ends, with the digest of all bytes since [`init`](Hash::init).
    fn finish(&mut self) -> Result<Digest, Status>;
}

/// What a hash gives: 32 bytes from SHA-256, fewer from a caller's shorter hash.
pub struct Digest {
    bytes: [u8; HASH_DIGEST_MAX],
    len: usize,
}

impl Digest {
    /// A digest of `len` bytes, which are the first ones of `bytes`.
    pub fn new(bytes: [u8; HASH_DIGEST_MAX], len: usize) -> Self {
        Self { bytes, len }
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&self.bytes)
    }

    /// The bytes, and zeros after them where the digest is shorter.
    pub fn into_bytes(self) -> [u8; HASH_DIGEST_MAX] {
        self.bytes
    }
}

impl Zeroize for Digest {
    fn zeroize(&mut self) {
        self.bytes = [0; HASH_DIGEST_MAX];
        optimization_barrier(self);
    }
}

/// Whether two arrays are equal, in a time that does not tell where they differ.
pub fn equal<const N: usize>(a: &[u8; N], b: &[u8; N]) -> bool {
    let difference = a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b));
    core::hint::black_box(difference) == 0
}

/// Copies `bytes` to the front of `target`, as far as both go.
pub(crate) fn copy(target: &mut [u8], bytes: &[u8]) {
    target.iter_mut().zip(bytes).for_each(|(target, byte)| *target = *byte);
}
