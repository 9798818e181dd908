//! The native backend: SHA-256 (FIPS 180-4) over the block function of the `sha2` crate.
//!
//! The state is eight words, so it can be wiped, and a [`KeyCache`](crate::sign::KeyCache) can hold one. Not wiped: what the block
//! function leaves in its own stack frame (its message schedule).
#![forbid(unsafe_code)]

#[cfg(not(target_os = "none"))]
mod fast;
#[cfg(any(test, target_os = "none"))]
pub(crate) mod small;

#[cfg(target_os = "none")]
pub use super::hmac::BlockKey as Midstates;
#[cfg(not(target_os = "none"))]
pub use fast::{Midstates, Sha256};
#[cfg(target_os = "none")]
pub use small::Sha256;

/// Bytes of a block.
pub const BLOCK: usize = 64;

/// Bytes of a digest.
pub const DIGEST: usize = 32;

/// FIPS 180-4 section 5.3.3.
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Hashes blocks, if there are any.
fn compress(state: &mut [u32; 8], blocks: &[[u8; BLOCK]]) {
    if !blocks.is_empty() {
        #[cfg(test)]
        counted::add(blocks.len());
        sha2::block_api::compress256(state, blocks);
    }
}

/// How many blocks a thread has hashed, for tests.
#[cfg(test)]
pub(crate) mod counted {
    extern crate std;
    use core::cell::Cell;

    std::thread_local!(static BLOCKS: Cell<usize> = const { Cell::new(0) });

    pub fn add(blocks: usize) {
        BLOCKS.set(BLOCKS.get() + blocks);
    }

    /// The blocks that a piece of work takes.
    pub fn during(work: impl FnOnce()) -> usize {
        let before = BLOCKS.get();
        work();
        BLOCKS.get() - before
    }
}

fn put_big_endian(state: &[u32; 8], digest: &mut [u8; DIGEST]) {
    let (words, _) = digest.as_chunks_mut();
    for (bytes, word) in words.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Hash;
    extern crate std;
    use std::vec::Vec;

    fn hex(digest: &[u8]) -> std::string::String {
        digest.iter().map(|byte| std::format!("{byte:02x}")).collect()
    }

    #[test]
    fn examples_of_fips_180_4() {
        // <https://csrc.nist.gov/CSRC/media/Projects/Cryptographic-Standards-and-Guidelines/documents/examples/SHA256.pdf>
        let million = std::vec![b'a'; 1_000_000];
        let known: [(&[u8], &str); 4] = [
            (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (
                b"abc",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (
                b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
            (
                &million,
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
            ),
        ];
        for (message, digest) in known {
            assert_eq!(hex(&Sha256::digest(message)), digest);
            assert_eq!(hex(&small::Sha256::digest(message)), digest);
        }
    }

    #[test]
    fn pieces_of_every_length_give_the_same_as_the_whole() {
        use sha2::Digest as _;
        let message: Vec<u8> = (0..300).map(|i| i as u8).collect();
        for length in 0..message.len() {
            let expected: [u8; 32] = sha2::Sha256::digest(&message[..length]).into();
            for piece in 1..=130 {
                let (mut hash, mut small) = (Sha256::new(), small::Sha256::new());
                for piece in message[..length].chunks(piece) {
                    hash.update(piece);
                    small.update(piece);
                }
                assert_eq!(hash.take(), expected, "{length} in pieces of {piece}");
                assert_eq!(small.take(), expected, "{length} in pieces of {piece}, in little code");
            }
        }
    }
}
