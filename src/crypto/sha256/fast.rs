//! SHA-256 where code may be large: what is hashed is gathered for several blocks at once.
#![forbid(unsafe_code)]

use super::{BLOCK, DIGEST, INITIAL, compress, put_big_endian};
use crate::crypto::hmac::{BlockKey, Mac};
use crate::crypto::{Digest, Hash, copy, copy_lower};
use crate::error::Status;
use zeroize::{Zeroize, ZeroizeOnDrop, optimization_barrier};

/// Bytes that are gathered before they are hashed: a call of the block function for several blocks costs less than several calls.
const BUFFER: usize = 4 * BLOCK;

/// A running SHA-256, wiped when dropped. The buffer comes first, so that it is aligned as the whole is.
#[repr(C)]
pub struct Sha256 {
    buffer: [u8; BUFFER],
    state: [u32; 8],
    /// Bytes in the buffer, fewer than it holds.
    filled: usize,
    /// Bytes hashed so far, without those in the buffer.
    hashed: u64,
}

impl Sha256 {
    /// A hash of no bytes yet.
    pub const fn new() -> Self {
        Self {
            state: INITIAL,
            buffer: [0; BUFFER],
            filled: 0,
            hashed: 0,
        }
    }

    /// All zero: none that has begun.
    pub(crate) const fn blank() -> Self {
        Self {
            state: [0; 8],
            buffer: [0; BUFFER],
            filled: 0,
            hashed: 0,
        }
    }

    /// The digest of `bytes`.
    pub fn digest(bytes: &[u8]) -> [u8; DIGEST] {
        let mut hash = Self::new();
        hash.push(bytes);
        hash.take()
    }

    /// Ends, with the digest of all bytes so far. The state is undefined afterwards.
    pub fn take(&mut self) -> [u8; DIGEST] {
        let mut digest = [0; DIGEST];
        self.end(&mut digest);
        digest
    }

    /// Begins with a state that has hashed so many bytes.
    fn start(&mut self, state: &[u32; 8], hashed: u64) {
        self.state = *state;
        self.filled = 0;
        self.hashed = hashed;
    }

    /// Hashes `bytes` on. Short ones only go into the buffer, which is inlined: of a constant, a move or two are left.
    #[inline(always)]
    fn push(&mut self, bytes: &[u8]) {
        match self
            .buffer
            .get_mut(self.filled..)
            .and_then(|free| free.get_mut(..bytes.len()))
        {
            Some(free) if self.filled.wrapping_add(bytes.len()) < BUFFER => {
                copy(free, bytes);
                self.filled = self.filled.wrapping_add(bytes.len());
            }
            _ => self.push_blocks(bytes),
        }
    }

    /// Hashes what completes the buffer, whole blocks where they are, and keeps what is left over.
    #[inline(never)]
    fn push_blocks(&mut self, bytes: &[u8]) {
        let missing = self.filled.wrapping_neg() % BLOCK;
        let (head, rest) = bytes.split_at_checked(missing).unwrap_or_default();
        copy(self.buffer.get_mut(self.filled..).unwrap_or_default(), head);
        self.filled = self.filled.wrapping_add(missing);
        self.compress_buffer();
        let (blocks, rest) = rest.as_chunks();
        compress(&mut self.state, blocks);
        self.hashed = self
            .hashed
            .wrapping_add(bytes.len().wrapping_sub(head.len()).wrapping_sub(rest.len()) as u64);
        self.filled = rest.len();
        copy(&mut self.buffer, rest);
    }

    /// Hashes the whole blocks in the buffer.
    fn compress_buffer(&mut self) {
        let (blocks, _) = self.buffer.get(..self.filled).unwrap_or_default().as_chunks();
        compress(&mut self.state, blocks);
        self.hashed = self.hashed.wrapping_add(self.filled as u64);
    }

    /// Fills the buffer with zeros up to a place.
    fn clear_to(&mut self, end: usize) {
        self.buffer.get_mut(self.filled..end).unwrap_or_default().fill(0);
        self.filled = end;
    }

    /// Ends, with the digest in its place: it may be a key, and one that is returned could leave a copy on the stack.
    fn end(&mut self, digest: &mut [u8; DIGEST]) {
        let bits = self
            .hashed
            .wrapping_add(self.filled as u64)
            .wrapping_mul(8)
            .to_be_bytes();
        self.push(&[0x80]);
        // The length ends the block, or else the next one.
        let zeros = (BLOCK - bits.len()).wrapping_sub(self.filled) % BLOCK;
        let mut end = self.filled.wrapping_add(zeros);
        if end > BUFFER {
            self.clear_to(BUFFER);
            self.compress_buffer();
            self.filled = 0;
            end = end.wrapping_sub(BUFFER);
        }
        self.clear_to(end);
        self.push(&bits);
        self.compress_buffer();
        put_big_endian(&self.state, digest);
    }
}

/// The block that ends a hash of so many bytes, of which the last are a digest.
fn last_block(digest: &[u8; DIGEST], hashed: u64) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let (front, back) = block.split_at_mut(DIGEST);
    copy(front, digest);
    if let [end, .., _, _, _, _, _, _, _, _] = back {
        *end = 0x80;
    }
    if let Some(length) = back.last_chunk_mut() {
        *length = hashed.wrapping_mul(8).to_be_bytes();
    }
    block
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
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
        self.start(&INITIAL, 0);
    }

    #[inline]
    fn update(&mut self, bytes: &[u8]) {
        self.push(bytes);
    }

    fn finish(&mut self, digest: &mut Digest) {
        self.end(digest.room(DIGEST));
    }

    // In the buffer: of bytes that were written one by one elsewhere a copy would have to wait.
    #[inline]
    fn update_lower(&mut self, bytes: &[u8]) -> bool {
        let free = self.buffer.get_mut(self.filled..).unwrap_or_default();
        match free.get_mut(..bytes.len()) {
            Some(place) if self.filled.wrapping_add(bytes.len()) < BUFFER => {
                copy_lower(place, bytes);
                self.filled = self.filled.wrapping_add(bytes.len());
                true
            }
            _ => false,
        }
    }

    // These two put whole blocks into place at once: the block function waits for bytes that were written one by one.
    fn init_padded(&mut self, key: &[u8; BLOCK], pad: u8) {
        self.start(&INITIAL, 0);
        self.buffer
            .iter_mut()
            .zip(key)
            .for_each(|(padded, byte)| *padded = byte ^ pad);
        self.filled = BLOCK;
    }

    fn finish_over(&mut self, digest: &mut Digest) {
        let hashed = self.hashed.wrapping_add((self.filled + DIGEST) as u64);
        let last = self.buffer.get_mut(self.filled..).and_then(<[u8]>::first_chunk_mut);
        match last {
            Some(last) if self.filled.is_multiple_of(BLOCK) => {
                *last = last_block(digest.as_array(), hashed);
                self.filled += BLOCK;
                self.compress_buffer();
                put_big_endian(&self.state, digest.room(DIGEST));
            }
            _ => {
                self.push(digest.as_slice());
                self.finish(digest);
            }
        }
    }

    fn result(&self) -> Result<(), Status> {
        Ok(())
    }
}

impl Drop for Sha256 {
    fn drop(&mut self) {
        // Wide stores, which the barrier keeps from being optimised away; `zeroize` would go byte by byte.
        (self.state, self.buffer) = ([0; 8], [0; BUFFER]);
        optimization_barrier(self);
    }
}

impl ZeroizeOnDrop for Sha256 {}

/// An HMAC key as the two states that have hashed its padded block: 64 bytes, all zero when wiped.
#[repr(C)]
#[derive(Default)]
pub struct Midstates {
    inner: [u32; 8],
    outer: [u32; 8],
}

impl Midstates {
    /// Takes the states of a key. The hash is used, and left in an undefined state.
    pub fn set(&mut self, hash: &mut Sha256, key: &BlockKey) {
        key.begin(hash);
        hash.compress_buffer();
        self.inner = hash.state;
        key.begin_outer(hash);
        hash.compress_buffer();
        self.outer = hash.state;
    }
}

impl Zeroize for Midstates {
    fn zeroize(&mut self) {
        (self.inner, self.outer) = ([0; 8], [0; 8]);
        optimization_barrier(self);
    }
}

impl Drop for Midstates {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl ZeroizeOnDrop for Midstates {}

impl Mac<Sha256> for Midstates {
    fn begin(&self, hash: &mut Sha256) {
        hash.start(&self.inner, BLOCK as u64);
    }

    fn begin_outer(&self, hash: &mut Sha256) {
        hash.start(&self.outer, BLOCK as u64);
    }
}
