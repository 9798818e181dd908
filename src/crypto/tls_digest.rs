//! The hashes that a TLS signature is made of, by ring, which TLS brings along.
#![forbid(unsafe_code)]

use ring::digest::{Digest, SHA256, digest};

/// The SHA-384 of `message`, or its SHA-256; without `every-suite` always that.
pub fn tls_digest(is_384: bool, message: &[u8]) -> Digest {
    #[cfg(feature = "every-suite")]
    if is_384 {
        return digest(&ring::digest::SHA384, message);
    }
    let _ = is_384;
    digest(&SHA256, message)
}
