//! SHA-256 in little code, for a small processor: it takes its bytes one by one, as the block function costs several times more for each of them anyway.
#![forbid(unsafe_code)]

use super::{BLOCK, DIGEST, INITIAL, compress, put_big_endian};
use crate::crypto::{Digest, Hash};
use crate::error::Status;
use crate::limits::HASH_BLOCK_MAX;
use zeroize::{ZeroizeOnDrop, optimization_barrier};

/// [`INITIAL`], as the other states are kept.
const INITIAL_BYTES: [u8; DIGEST] = {
    let (mut bytes, mut i) = ([0; DIGEST], 0);
    while i < DIGEST {
        bytes[i] = INITIAL[i / 4].to_be_bytes()[i % 4];
        i += 1;
    }
    bytes
};

/// What ends a message: a bit, and zeros. Not two texts, since a linker keeps one that is a zero with all of C's strings.
const PADDING: &[u8; 2] = &[0, 0x80];
const ZERO: &[u8] = PADDING.split_at(1).0;
const BIT: &[u8] = PADDING.split_at(1).1;

/// A running SHA-256, wiped when dropped.
pub struct Sha256 {
    state: [u32; 8],
    /// The bytes of the last block, as far as there are any.
    block: [u8; BLOCK],
    /// Bytes hashed so far, those in the block included.
    hashed: u64,
    /// With what each byte is XORed before it is hashed: a byte, in as many as leave no gap behind it, so that all is cleared at once.
    pad: u64,
}

impl Sha256 {
    /// A hash of no bytes yet.
    pub fn new() -> Self {
        let mut hash = Self::blank();
        hash.init();
        hash
    }

    /// All zero: none that has begun.
    pub(crate) const fn blank() -> Self {
        Self {
            state: [0; 8],
            block: [0; BLOCK],
            hashed: 0,
            pad: 0,
        }
    }

    /// The digest of `bytes`.
    pub fn digest(bytes: &[u8]) -> [u8; DIGEST] {
        let mut hash = Self::new();
        hash.update(bytes);
        hash.take()
    }

    /// Ends, with the digest of all bytes so far. The state is undefined afterwards.
    pub fn take(&mut self) -> [u8; DIGEST] {
        let mut digest = Digest::new();
        self.finish(&mut digest);
        *digest.as_array()
    }
}

impl Hash for Sha256 {
    fn block_len(&self) -> usize {
        BLOCK
    }

    fn digest_len(&self) -> usize {
        DIGEST
    }

    fn init(&mut self) {
        self.begin(&INITIAL_BYTES, 0);
    }

    #[inline(never)]
    fn update(&mut self, bytes: &[u8]) {
        let (mut hashed, pad) = (self.hashed, self.pad);
        for byte in bytes {
            if let Some(place) = self.block.get_mut(hashed as usize % BLOCK) {
                *place = byte ^ pad as u8;
            }
            hashed = hashed.wrapping_add(1);
            if hashed.is_multiple_of(BLOCK as u64) {
                compress(&mut self.state, core::slice::from_ref(&self.block));
            }
        }
        self.hashed = hashed;
    }

    fn finish(&mut self, digest: &mut Digest) {
        let bits = self.hashed.wrapping_mul(8).to_be_bytes();
        self.update(BIT);
        // The length ends the block, or else the next one.
        while self.hashed as usize % BLOCK != BLOCK - bits.len() {
            self.update(ZERO);
        }
        self.update(&bits);
        put_big_endian(&self.state, digest.room(DIGEST));
    }

    // The two states that have hashed a block of the key.
    fn set_key(&mut self, key: &mut [u8; HASH_BLOCK_MAX], head: &[u8], tail: &[u8]) {
        let (states, _) = key.as_chunks_mut();
        let mut pad = 0x36;
        for state in states {
            self.init();
            self.pad = pad;
            self.update(head);
            self.update(tail);
            while self.hashed < BLOCK as u64 {
                self.update(ZERO);
            }
            put_big_endian(&self.state, state);
            pad = 0x5c;
        }
    }

    fn begin_inner(&mut self, key: &[u8; HASH_BLOCK_MAX]) {
        let (states, _) = key.as_chunks();
        self.begin(states.first().unwrap_or(&INITIAL_BYTES), BLOCK as u64);
    }

    fn begin_outer(&mut self, key: &[u8; HASH_BLOCK_MAX]) {
        let (states, _) = key.as_chunks();
        self.begin(states.last().unwrap_or(&INITIAL_BYTES), BLOCK as u64);
    }

    fn result(&self) -> Result<(), Status> {
        Ok(())
    }
}

impl Sha256 {
    /// Begins with a state that has hashed so many bytes.
    #[inline(never)]
    fn begin(&mut self, state: &[u8; DIGEST], hashed: u64) {
        let (words, _) = state.as_chunks();
        for (word, bytes) in self.state.iter_mut().zip(words) {
            *word = u32::from_be_bytes(*bytes);
        }
        (self.hashed, self.pad) = (hashed, 0);
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Sha256 {
    fn drop(&mut self) {
        (self.state, self.block) = ([0; 8], [0; BLOCK]);
        optimization_barrier(self);
    }
}

impl ZeroizeOnDrop for Sha256 {}
