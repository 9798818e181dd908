//! Step 6: the signature as a header, and where the headers stand in the caller's buffer.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#add-signature-to-request>
#![forbid(unsafe_code)]

use super::Error;
use super::canonical_headers::{Own, OwnValues, SignedHeaders};
use super::headers::Header;
use super::sink::{Sink, Writer};
use super::string_to_sign::{Scope, put_digest};
use crate::credentials::Credentials;
use crate::crypto::Digest;
use core::ops::Range;

const CREDENTIAL: &[u8] = b" Credential=";
const SIGNED_HEADERS: &[u8] = b", SignedHeaders=";
const SIGNATURE: &[u8] = b", Signature=";

/// Characters of a signature.
const SIGNATURE_LEN: usize = 64;

/// The `Authorization` header's value, ready to be written.
pub struct Authorization<'s, 'a> {
    /// Whose access key id it names.
    pub credentials: &'s Credentials<'a>,
    /// Its scope.
    pub scope: &'s Scope<'a>,
    /// The headers that it names.
    pub headers: &'s mut SignedHeaders<'a>,
    /// The signature.
    pub signature: &'s Digest,
}

impl Authorization<'_, '_> {
    /// Writes the value.
    pub fn put(&mut self, sink: &mut dyn Sink) {
        sink.put(self.scope.algorithm);
        sink.put(CREDENTIAL);
        sink.put(self.credentials.access_key_id);
        sink.put(b"/");
        self.scope.put(sink);
        sink.put(SIGNED_HEADERS);
        self.headers.put_names(sink);
        sink.put(SIGNATURE);
        put_digest(self.signature, sink);
    }

    /// Bytes that [`put`](Self::put) writes. A sum that overflows stays at the largest `usize`, which no buffer has.
    pub fn len(&mut self) -> usize {
        let fixed = CREDENTIAL.len() + 1 + SIGNED_HEADERS.len() + SIGNATURE.len();
        let variable = [
            self.scope.algorithm.len(),
            self.credentials.access_key_id.len(),
            self.scope.len(),
            self.headers.names_len(),
            SIGNATURE_LEN,
        ];
        variable.iter().fold(fixed, |sum, length| sum.saturating_add(*length))
    }
}

/// The headers to be added to a request. Each range is where a value stands in the caller's buffer; `None` where the request carries the header
/// already, or needs none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signed {
    /// The value of `x-amz-date`, 16 characters.
    pub date: Option<Range<usize>>,
    /// The value of `x-amz-content-sha256`, 64 digits or `UNSIGNED-PAYLOAD`.
    pub content_sha256: Option<Range<usize>>,
    /// The value of `authorization`.
    pub authorization: Option<Range<usize>>,
    /// Whether `x-amz-security-token` is to be added. Its value is the credentials' session token, which is not copied.
    pub security_token: bool,
    /// Bytes of the buffer that are used.
    pub len: usize,
}

impl Signed {
    /// The headers to be added, with `values` the buffer that was written. Their names are static; the token's value is the credentials'.
    pub fn headers<'a>(&self, credentials: &Credentials<'a>, values: &'a [u8]) -> impl Iterator<Item = Header<'a>> {
        let value = |range: &Option<Range<usize>>| range.clone().and_then(|range| values.get(range));
        let token = self.security_token.then_some(credentials.session_token);
        let all = [
            (Own::Date.name(), value(&self.date)),
            (Own::SecurityToken.name(), token),
            (Own::ContentSha256.name(), value(&self.content_sha256)),
            (&b"authorization"[..], value(&self.authorization)),
        ];
        all.into_iter()
            .filter_map(|(name, value)| Some(Header { name, value: value? }))
    }

    /// Gives the next `length` bytes of the buffer to a value, if it is wanted.
    pub(super) fn place(&mut self, wanted: bool, length: usize) -> Option<Range<usize>> {
        let (start, end) = (self.len, self.len.saturating_add(length));
        wanted.then(|| {
            self.len = end;
            start..end
        })
    }

    /// Refuses a buffer that is too small.
    pub(super) fn check_fits(&self, buffer: &[u8]) -> Result<(), Error> {
        if self.len <= buffer.len() {
            Ok(())
        } else {
            Err(Error::BufferTooSmall { needed: self.len })
        }
    }

    /// Writes the values as they were placed.
    pub(super) fn write(&self, own: &OwnValues<'_>, authorization: &mut Authorization<'_, '_>, buffer: &mut [u8]) {
        let mut writer = Writer(buffer);
        if self.date.is_some() {
            writer.put(&own.timestamp);
        }
        if self.content_sha256.is_some() {
            writer.put(own.payload_hash.as_bytes());
        }
        if self.authorization.is_some() {
            authorization.put(&mut writer);
        }
    }
}
