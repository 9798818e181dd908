//! Step 6: the signature as a header, and where the headers stand in the caller's buffer.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#add-signature-to-request>
#![forbid(unsafe_code)]

use super::canonical_headers::SignedHeaders;
use super::headers::{AUTHORIZATION_NAME, Header, OWN_NAMES};
use super::sink::Sink;
use super::sort::Order;
use super::string_to_sign::{Scope, put_digest};
use crate::credentials::Credentials;
use crate::crypto::Digest;
use core::ops::Range;

const CREDENTIAL: &[u8] = b" Credential=";
const SIGNED_HEADERS: &[u8] = b", SignedHeaders=";
const SIGNATURE: &[u8] = b", Signature=";

/// Characters of a signature.
pub const SIGNATURE_LEN: usize = 64;

/// The `Authorization` header's value, ready to be written.
#[derive(Clone, Copy)]
pub struct Authorization<'a> {
    /// Whose access key id it names.
    pub credentials: &'a Credentials<'a>,
    /// Its scope.
    pub scope: &'a Scope<'a>,
    /// The headers that it names.
    pub headers: &'a SignedHeaders<'a>,
}

impl Authorization<'_> {
    /// Writes the value up to the signature.
    pub fn put_before<S: Sink + ?Sized>(&self, order: &mut Order, sink: &mut S) {
        sink.put(self.scope.algorithm);
        sink.put(CREDENTIAL);
        sink.put(self.credentials.access_key_id);
        sink.put(b"/");
        self.scope.put(sink);
        sink.put(SIGNED_HEADERS);
        self.headers.put_names(order, sink);
        sink.put(SIGNATURE);
    }

    /// Bytes of the value before the names.
    fn before_names(&self) -> usize {
        let fixed = CREDENTIAL.len() + 1 + SIGNED_HEADERS.len();
        let variable = [
            self.scope.algorithm.len(),
            self.credentials.access_key_id.len(),
            self.scope.len(),
        ];
        variable.iter().fold(fixed, |sum, len| sum.saturating_add(*len))
    }

    /// Bytes of the value, where those of the names are not more than so many.
    #[cfg(not(target_os = "none"))]
    pub fn len_at_most(&self, names: usize) -> usize {
        let rest = SIGNATURE.len() + SIGNATURE_LEN;
        self.before_names().saturating_add(names).saturating_add(rest)
    }

    /// Writes the value.
    pub fn put<S: Sink + ?Sized>(&self, signature: &Digest, order: &mut Order, sink: &mut S) {
        self.put_before(order, sink);
        put_digest(signature, sink);
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
            (OWN_NAMES[1], value(&self.date)),
            (OWN_NAMES[2], token),
            (OWN_NAMES[0], value(&self.content_sha256)),
            (AUTHORIZATION_NAME, value(&self.authorization)),
        ];
        all.into_iter()
            .filter_map(|(name, value)| Some(Header { name, value: value? }))
    }
}
