//! HMAC (RFC 2104) over any [`Hash`].
#![forbid(unsafe_code)]

use super::{Digest, Hash, Wiped, copy};
use crate::limits::HASH_BLOCK_MAX;
use core::hint::black_box;

/// An HMAC key in a form that a hash can start from.
pub trait Mac<H: Hash> {
    /// Starts the hash of the message: the message is what is hashed next.
    fn begin(&self, hash: &mut H);

    /// Starts the hash around it.
    fn begin_outer(&self, hash: &mut H);

    /// Ends, with the MAC of what was hashed since [`begin`](Mac::begin).
    fn finish(&self, hash: &mut H, mac: &mut Digest) {
        hash.finish(mac);
        self.finish_outer(hash, mac);
    }

    /// The second half of [`finish`](Mac::finish): `mac` is the digest of the message, and becomes the MAC.
    fn finish_outer(&self, hash: &mut H, mac: &mut Digest) {
        self.begin_outer(hash);
        hash.finish_over(mac);
    }
}

/// An HMAC key padded with zeros to the hash's block, wiped when dropped.
pub struct BlockKey {
    block: Wiped<HASH_BLOCK_MAX>,
    block_len: usize,
}

impl BlockKey {
    /// The empty key.
    pub fn new() -> Self {
        Self {
            block: Wiped([0; HASH_BLOCK_MAX]),
            block_len: HASH_BLOCK_MAX,
        }
    }

    /// Makes it `head` and then `tail`. A key that is longer than a block is hashed first, as RFC 2104 says; `digest` is room for that.
    pub fn set<H: Hash>(&mut self, hash: &mut H, head: &[u8], tail: &[u8], digest: &mut Digest) {
        self.block_len = hash.block_len();
        self.block.0 = [0; HASH_BLOCK_MAX];
        if !self.fill(head, tail) {
            hash.init();
            hash.update(head);
            hash.update(tail);
            hash.finish(digest);
            self.take(digest);
        }
    }

    /// Makes it a digest, which is hashed if it is longer than a block.
    pub fn set_digest<H: Hash>(&mut self, hash: &mut H, digest: &mut Digest) {
        if digest.as_slice().len() > self.block_len {
            hash.init();
            hash.update(digest.as_slice());
            hash.finish(digest);
        }
        self.take(digest);
    }

    /// Takes the first bytes of a digest, as many as a block has. RFC 2104 has no digest that is longer.
    fn take(&mut self, digest: &Digest) {
        self.block.0 = [0; HASH_BLOCK_MAX];
        copy(self.bytes(), digest.as_slice());
    }

    fn bytes(&mut self) -> &mut [u8] {
        self.block.0.get_mut(..self.block_len).unwrap_or_default()
    }

    /// Whether both found room.
    fn fill(&mut self, head: &[u8], tail: &[u8]) -> bool {
        let Some((front, rest)) = self.bytes().split_at_mut_checked(head.len()) else {
            return false;
        };
        copy(front, head);
        copy(rest, tail);
        tail.len() <= rest.len()
    }
}

impl Default for BlockKey {
    fn default() -> Self {
        Self::new()
    }
}

// The key is read anew each time: one that the compiler kept in registers from the one reading to the other would be spilled in between, to the stack, where nobody
// wipes it.
impl<H: Hash> Mac<H> for BlockKey {
    fn begin(&self, hash: &mut H) {
        hash.init_padded(black_box(&self.block.0), 0x36);
    }

    fn begin_outer(&self, hash: &mut H) {
        hash.init_padded(black_box(&self.block.0), 0x5c);
    }
}

/// The HMAC of one message.
pub fn hmac<H: Hash>(hash: &mut H, key: &dyn Mac<H>, message: &[u8], mac: &mut Digest) {
    key.begin(hash);
    hash.update(message);
    key.finish(hash, mac);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::sha256::{Midstates, Sha256};

    /// RFC 4231, test cases 1, 2, 3, 6 and 7: key, data, HMAC-SHA-256.
    const RFC_4231: [(&[u8], &[u8], &str); 5] = [
        (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            &[0xaa; 131],
            b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];

    fn bytes(hex: &str) -> [u8; 32] {
        core::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
    }

    fn block_key(head: &[u8], tail: &[u8]) -> BlockKey {
        let mut key = BlockKey::new();
        key.set(&mut Sha256::new(), head, tail, &mut Digest::new());
        key
    }

    fn mac(key: &dyn Mac<Sha256>, message: &[u8]) -> [u8; 32] {
        let mut mac = Digest::new();
        hmac(&mut Sha256::new(), key, message, &mut mac);
        *mac.as_array()
    }

    #[test]
    fn examples_of_rfc_4231() {
        for (key, data, expected) in RFC_4231 {
            assert_eq!(mac(&block_key(key, b""), data), bytes(expected));
        }
    }

    #[test]
    fn midstates_give_the_same() {
        for (key, data, expected) in RFC_4231 {
            let mut midstates = Midstates::default();
            midstates.set(&mut Sha256::new(), &block_key(key, b""));
            assert_eq!(mac(&midstates, data), bytes(expected));
        }
    }

    #[test]
    fn a_key_in_parts_is_the_key() {
        let (_, data, expected) = RFC_4231[3];
        for cut in 0..=131 {
            let (head, tail) = [0xaa; 131].split_at(cut);
            let key = block_key(head, tail);
            assert_eq!(mac(&key, data), bytes(expected));
        }
    }
}
