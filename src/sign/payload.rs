//! What a payload is signed as.
#![forbid(unsafe_code)]

use super::text::{part, put_hex};
use crate::crypto::{Digest, Hash, copy};

/// The SHA-256 of no bytes.
pub(super) const EMPTY: &[u8; 64] = b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// What stands in place of the hash of a payload in chunks that are signed, with a trailer.
pub(super) const STREAMING_SIGNED: &[u8] = b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

/// The same where the chunks are not signed.
const STREAMING_UNSIGNED: &[u8] = b"STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// The same where the signature does not cover the body.
pub const UNSIGNED: &[u8] = part(STREAMING_UNSIGNED, b"STREAMING-".len(), b"UNSIGNED-PAYLOAD".len());

/// The body of a request, as far as the signature is concerned.
#[derive(Clone, Copy)]
pub enum Payload<'a> {
    /// The body itself.
    Bytes(&'a [u8]),
    /// The SHA-256 of the body.
    Sha256(&'a [u8; 32]),
    /// The signature does not cover the body. S3 alone takes that.
    Unsigned,
    /// The body comes in chunks ([`Chunks`](super::Chunks)).
    Streaming(Streaming),
}

/// How a body in chunks is signed. S3 alone takes these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Streaming {
    /// Each chunk.
    Signed,
    /// Each chunk, and a trailer behind them.
    SignedTrailer,
    /// Not at all; there is a trailer, mostly a checksum.
    UnsignedTrailer,
}

impl Streaming {
    /// What stands in place of the payload's hash.
    fn word(self) -> &'static [u8] {
        match self {
            Self::Signed => part(STREAMING_SIGNED, 0, STREAMING_SIGNED.len() - b"-TRAILER".len()),
            Self::SignedTrailer => STREAMING_SIGNED,
            Self::UnsignedTrailer => STREAMING_UNSIGNED,
        }
    }

    /// Whether chunks are signed.
    pub(super) fn is_signed(self) -> bool {
        self != Self::UnsignedTrailer
    }

    /// Whether there is a trailer.
    pub(super) fn has_trailer(self) -> bool {
        self != Self::Signed
    }
}

/// The last line of the canonical request, and the value of `x-amz-content-sha256`: the SHA-256 in hexadecimal digits, or a word in place of it.
pub struct PayloadHash {
    text: [u8; 64],
    len: usize,
}

impl PayloadHash {
    /// None yet.
    pub const fn new() -> Self {
        Self { text: [0; 64], len: 0 }
    }

    /// Makes it that of a payload, which is hashed if it has to be.
    pub fn set<H: Hash>(&mut self, payload: &Payload<'_>, hash: &mut H, digest: &mut Digest) {
        self.len = EMPTY.len();
        match payload {
            // A small processor hashes nothing: that is a block, and no text.
            Payload::Bytes([]) if !cfg!(target_os = "none") => copy(&mut self.text, EMPTY),
            Payload::Bytes(bytes) => {
                hash.init();
                hash.update(bytes);
                hash.finish(digest);
                put_hex(digest.of(hash), &mut self.text);
            }
            Payload::Sha256(digest) => put_hex(*digest, &mut self.text),
            Payload::Unsigned | Payload::Streaming(_) => {
                let word = payload.word();
                copy(&mut self.text, word);
                self.len = word.len();
            }
        }
    }

    /// Its length in bytes, which is known before the payload is hashed.
    pub fn len(payload: &Payload<'_>) -> usize {
        match payload.word().len() {
            0 => EMPTY.len(),
            len => len,
        }
    }

    /// The text.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.len).unwrap_or(&self.text)
    }
}

impl Payload<'_> {
    /// What stands in place of the hash, if anything does.
    #[cfg_attr(target_os = "none", inline(always))]
    fn word(&self) -> &'static [u8] {
        match self {
            Self::Bytes(_) | Self::Sha256(_) => b"",
            Self::Unsigned => UNSIGNED,
            Self::Streaming(kind) => kind.word(),
        }
    }
}
