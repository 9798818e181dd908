//! What a payload is signed as.
#![forbid(unsafe_code)]

use super::text::put_hex;
use crate::crypto::{Digest, Hash, copy};

/// The SHA-256 of no bytes.
const EMPTY: &[u8; 64] = b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const UNSIGNED: &[u8] = b"UNSIGNED-PAYLOAD";

/// The body of a request, as far as the signature is concerned.
#[derive(Clone, Copy)]
pub enum Payload<'a> {
    /// The body itself.
    Bytes(&'a [u8]),
    /// The SHA-256 of the body.
    Sha256([u8; 32]),
    /// The signature does not cover the body. S3 alone takes that.
    Unsigned,
}

/// The last line of the canonical request, and the value of `x-amz-content-sha256`: the SHA-256 in hexadecimal digits, or a word in place of it.
pub struct PayloadHash {
    text: [u8; 64],
    len: usize,
}

impl PayloadHash {
    /// That of a payload.
    pub fn of<H: Hash>(payload: &Payload<'_>, hash: &mut H, digest: &mut Digest) -> Self {
        let mut text = *EMPTY;
        match payload {
            Payload::Bytes([]) => {}
            Payload::Bytes(bytes) => {
                hash.init();
                hash.update(bytes);
                hash.finish(digest);
                put_hex(digest.as_slice(), &mut text);
            }
            Payload::Sha256(digest) => put_hex(digest, &mut text),
            Payload::Unsigned => copy(&mut text, UNSIGNED),
        }
        Self {
            text,
            len: Self::len(payload),
        }
    }

    /// Its length in bytes, which is known before the payload is hashed.
    pub fn len(payload: &Payload<'_>) -> usize {
        match payload {
            Payload::Bytes(_) | Payload::Sha256(_) => EMPTY.len(),
            Payload::Unsigned => UNSIGNED.len(),
        }
    }

    /// The text.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.len).unwrap_or_default()
    }
}
