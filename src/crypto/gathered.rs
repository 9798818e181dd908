//! A hash that is dear to call: an application's, perhaps in another chip.
#![forbid(unsafe_code)]

use super::{Digest, Hash, Wiped, copy};
use crate::error::Status;

/// Bytes that are gathered: a block of SHA-256.
const GATHERED: usize = 64;

/// A hash that is called for many short pieces at once, and for a long one as it is. What is gathered is wiped when dropped.
pub struct Gathered<H> {
    hash: H,
    pieces: Wiped<GATHERED>,
    filled: usize,
}

impl<H: Hash> Gathered<H> {
    /// Over a hash that has not begun.
    pub fn new(hash: H) -> Self {
        Self {
            hash,
            pieces: Wiped([0; GATHERED]),
            filled: 0,
        }
    }

    /// Hands on what was gathered, if anything was.
    fn flush(&mut self) {
        if let Some(pieces @ [_, ..]) = self.pieces.0.get(..self.filled) {
            self.hash.update(pieces);
        }
        self.filled = 0;
    }
}

impl<H: Hash> Hash for Gathered<H> {
    fn block_len(&self) -> usize {
        self.hash.block_len()
    }

    fn digest_len(&self) -> usize {
        self.hash.digest_len()
    }

    fn init(&mut self) {
        self.filled = 0;
        self.hash.init();
    }

    fn update(&mut self, bytes: &[u8]) {
        if bytes.len() > GATHERED.wrapping_sub(self.filled) {
            self.flush();
        }
        if bytes.len() > GATHERED {
            return self.hash.update(bytes);
        }
        copy(self.pieces.0.get_mut(self.filled..).unwrap_or_default(), bytes);
        self.filled = self.filled.wrapping_add(bytes.len());
    }

    fn finish(&mut self, digest: &mut Digest) {
        self.flush();
        self.hash.finish(digest);
    }

    fn result(&self) -> Result<(), Status> {
        self.hash.result()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use crate::crypto::sha256::Sha256;
    use std::vec::Vec;

    /// A hash that notes the lengths of its pieces.
    struct Noted(Sha256, Vec<usize>);

    impl Hash for Noted {
        fn block_len(&self) -> usize {
            self.0.block_len()
        }

        fn digest_len(&self) -> usize {
            self.0.digest_len()
        }

        fn init(&mut self) {
            self.1.clear();
            self.0.init();
        }

        fn update(&mut self, bytes: &[u8]) {
            self.1.push(bytes.len());
            self.0.update(bytes);
        }

        fn finish(&mut self, digest: &mut Digest) {
            self.0.finish(digest);
        }

        fn result(&self) -> Result<(), Status> {
            Ok(())
        }
    }

    #[test]
    fn pieces_of_every_length_give_the_same_in_few_calls() {
        let message: Vec<u8> = (0..300).map(|i| i as u8).collect();
        let mut hash = Gathered::new(Noted(Sha256::new(), Vec::new()));
        for length in 0..message.len() {
            let expected = Sha256::digest(&message[..length]);
            for piece in 1..=130 {
                hash.init();
                message[..length].chunks(piece).for_each(|piece| hash.update(piece));
                let mut digest = Digest::new();
                hash.finish(&mut digest);
                assert_eq!(*digest.as_array(), expected, "{length} in pieces of {piece}");
                let calls = &hash.hash.1;
                assert!(
                    !calls.contains(&0) && calls.len() <= length.div_ceil(33),
                    "{length} in pieces of {piece}"
                );
            }
        }
    }

    #[test]
    fn what_was_gathered_before_the_beginning_is_lost() {
        let mut hash = Gathered::new(Noted(Sha256::new(), Vec::new()));
        hash.update(b"before");
        hash.init();
        let mut digest = Digest::new();
        hash.finish(&mut digest);
        assert_eq!(*digest.as_array(), Sha256::digest(b""));
    }
}
