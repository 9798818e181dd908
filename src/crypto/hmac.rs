//! HMAC (RFC 2104) over any [`Hash`].
#![forbid(unsafe_code)]

use super::{Digest, Hash, Wiped};
use crate::limits::HASH_BLOCK_MAX;
use zeroize::{Zeroize, optimization_barrier};

/// An HMAC key in a form that a hash can start from.
pub trait Mac<H: Hash> {
    /// Starts the hash of the message: the message is what is hashed next.
    fn begin(&self, hash: &mut H);

    /// Starts the hash around it.
    fn begin_outer(&self, hash: &mut H);

    /// Ends, with the MAC of what was hashed since [`begin`](Mac::begin).
    #[cfg_attr(target_os = "none", inline(always))]
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

/// An HMAC key in the form that its hash makes of it, which is padded with zeros to the block as a rule. Wiped when dropped.
pub struct BlockKey(Wiped<HASH_BLOCK_MAX>);

impl BlockKey {
    /// The empty key.
    pub const fn new() -> Self {
        Self(Wiped([0; HASH_BLOCK_MAX]))
    }

    /// Makes it `head` and then `tail`. A key that is longer than a block is hashed first, as RFC 2104 says; `digest` is room for that.
    pub fn set<H: Hash>(&mut self, hash: &mut H, head: &[u8], tail: &[u8], digest: &mut Digest) {
        let (mut head, mut tail) = (head, tail);
        if head.len().saturating_add(tail.len()) > hash.block_len() {
            hash.init();
            hash.update(head);
            hash.update(tail);
            hash.finish(digest);
            (head, tail) = (digest.of(hash), b"");
        }
        hash.set_key(&mut self.0.0, head, tail);
    }

    /// Makes it a digest, which is hashed if it is longer than a block.
    pub fn set_digest<H: Hash>(&mut self, hash: &mut H, digest: &mut Digest) {
        if hash.digest_len() > hash.block_len() {
            hash.init();
            hash.update(digest.as_slice());
            hash.finish(digest);
        }
        hash.set_key(&mut self.0.0, digest.of(hash), b"");
    }
}

impl Zeroize for BlockKey {
    fn zeroize(&mut self) {
        self.0.0 = [0; HASH_BLOCK_MAX];
        optimization_barrier(self);
    }
}

impl Default for BlockKey {
    fn default() -> Self {
        Self::new()
    }
}

impl<H: Hash> Mac<H> for BlockKey {
    #[cfg_attr(target_os = "none", inline(always))]
    fn begin(&self, hash: &mut H) {
        hash.begin_inner(&self.0.0);
    }

    fn begin_outer(&self, hash: &mut H) {
        hash.begin_outer(&self.0.0);
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
    use crate::crypto::sha256::{Midstates, Sha256, small};

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
    fn in_little_code_it_is_the_same() {
        let (mut hash, mut small) = (Sha256::new(), small::Sha256::new());
        let (mut key, mut mac) = (BlockKey::new(), [Digest::new(), Digest::new()]);
        let bytes = [0x5a; 200];
        for len in 0..bytes.len() {
            let (text, message) = bytes.split_at(len);
            let (head, tail) = text.split_at(len / 3);
            key.set(&mut hash, head, tail, &mut mac[0]);
            hmac(&mut hash, &key, message, &mut mac[0]);
            key.set(&mut small, head, tail, &mut mac[1]);
            hmac(&mut small, &key, message, &mut mac[1]);
            assert_eq!(mac[0].as_slice(), mac[1].as_slice(), "{len}");
            key.set_digest(&mut hash, &mut mac[0]);
            hmac(&mut hash, &key, message, &mut mac[0]);
            key.set_digest(&mut small, &mut mac[1]);
            hmac(&mut small, &key, message, &mut mac[1]);
            assert_eq!(mac[0].as_slice(), mac[1].as_slice(), "{len}, by a digest");
        }
    }

    #[cfg(not(target_os = "none"))]
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
