//! Step 6: the signature as a header, and where the headers stand in the caller's buffer.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#add-signature-to-request>
#![forbid(unsafe_code)]

use super::canonical_headers::SignedHeaders;
use super::headers::{AUTHORIZATION_NAME, CONTENT_SHA256, DATE, Header, OWN_NAMES, SECURITY_TOKEN};
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

/// The `Authorization` header's value up to the signature, which covers the same headers.
pub struct Authorization<'a> {
    /// Whose access key id it names.
    pub credentials: &'a Credentials<'a>,
    /// Its scope.
    pub scope: Scope<'a>,
    /// The headers that it names.
    pub headers: SignedHeaders<'a>,
}

impl Authorization<'_> {
    /// Writes the value up to the signature.
    #[cfg_attr(target_os = "none", inline(never))]
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
    #[cfg(not(target_os = "none"))]
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
    #[cfg_attr(target_os = "none", inline(always))]
    pub fn put<S: Sink + ?Sized>(&self, signature: &Digest, order: &mut Order, sink: &mut S) {
        self.put_before(order, sink);
        put_digest(signature, sink);
    }
}

/// The headers to be added to a request: how long their values are, which stand in the caller's buffer in this order. A length is 0 where the request carries
/// the header already, or needs none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signed {
    pub(crate) date: usize,
    pub(crate) content_sha256: usize,
    pub(crate) authorization: usize,
    pub(crate) security_token: bool,
}

impl Signed {
    /// Where the value of `x-amz-date` stands, 16 characters.
    pub fn date(&self) -> Option<Range<usize>> {
        range(0, self.date)
    }

    /// Where the value of `x-amz-content-sha256` stands, 64 digits or `UNSIGNED-PAYLOAD`.
    pub fn content_sha256(&self) -> Option<Range<usize>> {
        range(self.date, self.content_sha256)
    }

    /// Where the value of `authorization` stands.
    pub fn authorization(&self) -> Option<Range<usize>> {
        range(self.date.wrapping_add(self.content_sha256), self.authorization)
    }

    /// Whether `x-amz-security-token` is to be added. Its value is the credentials' session token, which is not copied.
    pub fn security_token(&self) -> bool {
        self.security_token
    }

    /// Bytes of the buffer that are used.
    pub fn len(&self) -> usize {
        self.date
            .wrapping_add(self.content_sha256)
            .wrapping_add(self.authorization)
    }

    /// Whether the buffer is not used: the request carries everything already.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The headers to be added, with `values` the buffer that was written. Their names are static; the token's value is the credentials'.
    pub fn headers<'a>(&self, credentials: &Credentials<'a>, values: &'a [u8]) -> impl Iterator<Item = Header<'a>> {
        let (date, rest) = values.split_at_checked(self.date).unwrap_or_default();
        let (content_sha256, rest) = rest.split_at_checked(self.content_sha256).unwrap_or_default();
        let authorization = rest.get(..self.authorization).unwrap_or_default();
        let token = if self.security_token {
            credentials.session_token
        } else {
            b""
        };
        let all = [
            (OWN_NAMES[DATE], date),
            (OWN_NAMES[SECURITY_TOKEN], token),
            (OWN_NAMES[CONTENT_SHA256], content_sha256),
            (AUTHORIZATION_NAME, authorization),
        ];
        let all = all.into_iter().map(|(name, value)| Header { name, value });
        all.filter(|header| !header.value.is_empty())
    }
}

fn range(start: usize, len: usize) -> Option<Range<usize>> {
    (len != 0).then(|| start..start.wrapping_add(len))
}
