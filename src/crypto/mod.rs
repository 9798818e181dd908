//! SHA-256 and HMAC: the seam to a hash, and one file per backend.
//!
//! A backend may be the caller's: callbacks with one context, any of which can fail. So no two states are ever alive at once (whoever needs a second
//! hash first finishes the one that runs), and a failure is kept until [`result`](Hash::result) is asked, so that what lies between is free of it.
#![forbid(unsafe_code)]

pub mod gathered;
pub mod hmac;
#[cfg(feature = "client")]
mod random;
#[cfg(feature = "client")]
pub mod sealing;
pub mod sha256;
#[cfg(feature = "client")]
mod tls_digest;

#[cfg(feature = "client")]
pub use random::{fill_random, random};
#[cfg(feature = "client")]
pub use tls_digest::tls_digest;

use crate::error::Status;
use crate::limits::{HASH_BLOCK_MAX, HASH_DIGEST_MAX};
use core::hint::black_box;
use zeroize::optimization_barrier;

/// A hash function with one running state.
pub trait Hash {
    /// Bytes of a block, 1 to [`HASH_BLOCK_MAX`]: what HMAC pads its key to.
    fn block_len(&self) -> usize;

    /// Bytes of a digest, 1 to [`HASH_DIGEST_MAX`].
    fn digest_len(&self) -> usize;

    /// Begins anew; what ran before is lost.
    fn init(&mut self);

    /// Hashes `bytes` on.
    fn update(&mut self, bytes: &[u8]);

    /// Ends, with the digest of all bytes since [`init`](Hash::init).
    fn finish(&mut self, digest: &mut Digest);

    /// Hashes `bytes` on in lower case, if it can do that itself. If not, nothing was hashed.
    #[cfg(not(target_os = "none"))]
    fn update_lower(&mut self, _bytes: &[u8]) -> bool {
        false
    }

    /// Makes `key` the form of an HMAC key that the next two begin with, of `head` and then `tail`, a block at most: as a rule both, padded with zeros to the
    /// block. Of a digest that is longer than a block, which RFC 2104 has not, only what fits.
    fn set_key(&mut self, key: &mut [u8; HASH_BLOCK_MAX], head: &[u8], tail: &[u8]) {
        *key = [0; HASH_BLOCK_MAX];
        let block = key.get_mut(..self.block_len()).unwrap_or_default();
        copy(block, head);
        copy(block.get_mut(head.len()..).unwrap_or_default(), tail);
    }

    // The key is read anew each time: one that the compiler kept in registers from the one reading to the other would be spilled in between, to the
    // stack, where nobody wipes it.

    /// Begins the hash of a message with a key.
    fn begin_inner(&mut self, key: &[u8; HASH_BLOCK_MAX]) {
        self.init_padded(black_box(key), 0x36);
    }

    /// Begins the hash around it.
    fn begin_outer(&mut self, key: &[u8; HASH_BLOCK_MAX]) {
        self.init_padded(black_box(key), 0x5c);
    }

    /// Begins anew with a block of a key that is padded with zeros, each byte of it XORed with `pad`.
    fn init_padded(&mut self, key: &[u8; HASH_BLOCK_MAX], pad: u8) {
        let mut padded = Wiped([0; HASH_BLOCK_MAX]);
        padded
            .0
            .iter_mut()
            .zip(key)
            .for_each(|(padded, byte)| *padded = byte ^ pad);
        self.init();
        self.update(padded.0.get(..self.block_len()).unwrap_or_default());
    }

    /// Hashes a digest on, and ends with that of it.
    fn finish_over(&mut self, digest: &mut Digest) {
        self.update(digest.of(self));
        self.finish(digest);
    }

    /// Whether every call so far did what it should. If not, the digests are worth nothing.
    fn result(&self) -> Result<(), Status>;
}

/// What a hash gives: 32 bytes from SHA-256, fewer from a caller's shorter hash. Wiped when dropped.
pub struct Digest {
    bytes: Wiped<HASH_DIGEST_MAX>,
    len: usize,
}

impl Digest {
    /// None yet.
    pub fn new() -> Self {
        Self {
            bytes: Wiped([0; HASH_DIGEST_MAX]),
            len: 0,
        }
    }

    /// The room for a digest of `len` bytes.
    pub fn room(&mut self, len: usize) -> &mut [u8; HASH_DIGEST_MAX] {
        self.len = len;
        &mut self.bytes.0
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.0.get(..self.len).unwrap_or(&self.bytes.0)
    }

    /// The bytes, of a digest of a hash. Of one whose digests all have one length the compiler knows it.
    pub fn of<H: Hash + ?Sized>(&self, hash: &H) -> &[u8] {
        self.bytes.0.get(..hash.digest_len()).unwrap_or_default()
    }

    /// The bytes, and others after them where the digest is shorter.
    pub fn as_array(&self) -> &[u8; HASH_DIGEST_MAX] {
        &self.bytes.0
    }
}

impl Default for Digest {
    fn default() -> Self {
        Self::new()
    }
}

/// Bytes that are wiped when dropped: by wide stores and a barrier that keeps them, where `Zeroizing` would store byte by byte.
pub struct Wiped<const N: usize>(pub [u8; N]);

impl<const N: usize> Drop for Wiped<N> {
    fn drop(&mut self) {
        self.0 = [0; N];
        optimization_barrier(&self.0);
    }
}

/// Whether two arrays are equal, in a time that does not tell where they differ.
pub fn equal<const N: usize>(a: &[u8; N], b: &[u8; N]) -> bool {
    let difference = a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b));
    core::hint::black_box(difference) == 0
}

/// Copies what is as long as the target: a text of 64 bytes or fewer by two moves that may overlap, which costs less than the call of memcpy.
#[inline(always)]
fn copy_all(target: &mut [u8], bytes: &[u8]) {
    let moved = copy_ends::<32>(target, bytes, |moved| moved)
        || copy_ends::<16>(target, bytes, |moved| moved)
        || copy_ends::<8>(target, bytes, |moved| moved)
        || copy_ends::<4>(target, bytes, |moved| moved)
        || copy_ends::<2>(target, bytes, |moved| moved)
        || copy_ends::<1>(target, bytes, |moved| moved);
    if !moved && !bytes.is_empty() {
        target.copy_from_slice(bytes);
    }
}

/// Copies the first and the last `N` bytes, if those are all, as `map` makes them.
#[inline(always)]
fn copy_ends<const N: usize>(target: &mut [u8], bytes: &[u8], map: impl Fn([u8; N]) -> [u8; N]) -> bool {
    let (Some(first), Some(last), true) = (bytes.first_chunk::<N>(), bytes.last_chunk::<N>(), bytes.len() <= 2 * N)
    else {
        return false;
    };
    if let Some(place) = target.first_chunk_mut::<N>() {
        *place = map(*first);
    }
    if let Some(place) = target.last_chunk_mut::<N>() {
        *place = map(*last);
    }
    true
}

/// Copies `bytes` to the front of `target`, as far as both go.
#[cfg_attr(target_os = "none", inline(never))]
#[cfg_attr(not(target_os = "none"), inline)]
pub(crate) fn copy(target: &mut [u8], bytes: &[u8]) {
    let both = target.len().min(bytes.len());
    match (target.get_mut(..both), bytes.get(..both)) {
        // A small image need not have memcpy for it.
        (Some(target), Some(bytes)) if !cfg!(target_os = "none") => copy_all(target, bytes),
        _ => target.iter_mut().zip(bytes).for_each(|(target, byte)| *target = *byte),
    }
}

/// The same in lower case.
#[cfg(not(target_os = "none"))]
#[inline]
pub(crate) fn copy_lower(target: &mut [u8], bytes: &[u8]) {
    let moved = copy_ends::<16>(target, bytes, |text| lower(u128::from_ne_bytes(text)).to_ne_bytes())
        || copy_ends::<8>(target, bytes, |text| {
            (lower(u64::from_ne_bytes(text).into()) as u64).to_ne_bytes()
        })
        || copy_ends::<4>(target, bytes, |text| {
            (lower(u32::from_ne_bytes(text).into()) as u32).to_ne_bytes()
        });
    if !moved {
        let both = target.iter_mut().zip(bytes);
        both.for_each(|(target, byte)| *target = byte.to_ascii_lowercase());
    }
}

/// ASCII letters in lower case, all of a word at once.
#[cfg(not(target_os = "none"))]
#[inline(always)]
const fn lower(word: u128) -> u128 {
    const ONES: u128 = u128::MAX / 0xff;
    const HIGH: u128 = ONES * 0x80;
    // The high bit of a byte's sum says whether it is at least `A`, or above `Z`. A byte that has it from the start is no letter.
    let ascii = word & !HIGH;
    let from_a = ascii.wrapping_add(ONES * (0x80 - b'A' as u128));
    let above_z = ascii.wrapping_add(ONES * (0x7f - b'Z' as u128));
    word | (from_a & !above_z & !word & HIGH) >> 2
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::vec::Vec;

    #[test]
    fn every_byte_at_any_place_is_copied_as_it_is_or_in_lower_case() {
        for len in 0..80_usize {
            for first in 0..=255_u8 {
                let bytes: Vec<u8> = (0..len).map(|i| first.wrapping_add(i as u8)).collect();
                let (mut copied, mut lower) = ([b'#'; 80], [b'#'; 80]);
                copy(&mut copied[..len], &bytes);
                copy_lower(&mut lower[..len], &bytes);
                assert!(copied[..len] == bytes && copied[len..].iter().all(|byte| *byte == b'#'));
                assert!(lower[..len] == bytes.to_ascii_lowercase() && lower[len..].iter().all(|byte| *byte == b'#'));
            }
        }
    }
}
