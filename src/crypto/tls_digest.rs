//! The hashes that a TLS signature is made of, by ring, which TLS brings along.
#![forbid(unsafe_code)]

use ring::digest::{Digest, SHA256, SHA384, digest};

/// The SHA-384 of `message`, or its SHA-256.
pub fn tls_digest(is_384: bool, message: &[u8]) -> Digest {
    digest(if is_384 { &SHA384 } else { &SHA256 }, message)
}
