//! Steps 2 and 3: the hash of the canonical request, and the string to sign around it.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-string-to-sign>
#![forbid(unsafe_code)]

use super::payload::STREAMING_SIGNED;
use super::sink::Sink;
use super::text::{part, put_hex};
use crate::crypto::Digest;

/// The name of the algorithm.
pub const ALGORITHM: &[u8] = part(STREAMING_SIGNED, b"STREAMING-".len(), b"AWS4-HMAC-SHA256".len());

/// What a scope ends with, behind a slash.
const END: &[u8] = b"/aws4_request";

/// The same without the slash.
pub const TERMINATOR: &[u8] = part(END, 1, END.len() - 1);

/// What a signing key is good for: one day, one region, one service.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// [`ALGORITHM`]
    pub algorithm: &'a [u8],
    /// `20150830T123600Z`
    pub timestamp: &'a [u8; 16],
    /// The region.
    pub region: &'a [u8],
    /// The service's signing name.
    pub service: &'a [u8],
}

impl Scope<'_> {
    /// `20150830`
    pub fn date(&self) -> &[u8] {
        let [date @ .., _, _, _, _, _, _, _, _] = self.timestamp;
        date
    }

    /// Bytes that [`put`](Self::put) writes.
    pub fn len(&self) -> usize {
        let fixed = b"20150830///aws4_request".len();
        fixed
            .saturating_add(self.region.len())
            .saturating_add(self.service.len())
    }

    /// Writes `20150830/us-east-1/iam/aws4_request`.
    pub fn put<S: Sink + ?Sized>(&self, sink: &mut S) {
        sink.put(self.date());
        sink.put(b"/");
        sink.put(self.region);
        sink.put(b"/");
        sink.put(self.service);
        sink.put(END);
    }
}

/// Writes the string to sign.
#[cfg_attr(target_os = "none", inline(always))]
pub fn put_string_to_sign<S: Sink + ?Sized>(scope: &Scope<'_>, canonical_request: &Digest, sink: &mut S) {
    sink.put(scope.algorithm);
    sink.put(b"\n");
    sink.put(scope.timestamp);
    sink.put(b"\n");
    scope.put(sink);
    sink.put(b"\n");
    put_digest(canonical_request, sink);
}

/// Writes a digest in hexadecimal digits.
pub fn put_digest<S: Sink + ?Sized>(digest: &Digest, sink: &mut S) {
    let (digest, mut text) = (digest.as_slice(), [0; 64]);
    put_hex(digest, &mut text);
    sink.put(text.get(..digest.len().wrapping_mul(2)).unwrap_or_default());
}
