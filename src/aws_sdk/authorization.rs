//! The signature, and the value of the `Authorization` header around it.
#![forbid(unsafe_code)]

use super::Status;
use super::headers::HeaderBlock;
use super::request::{Parameters, PayloadLine};
use crate::crypto::hmac::Mac;
use crate::crypto::{Digest, Hash};
use crate::error;
use crate::sign::authorization;
use crate::sign::canonical_headers::{Added, SignedHeaders};
use crate::sign::signing_key::derive_signing_key;
use crate::sign::sink::{Count, Sink, Writer, hex};
use crate::sign::string_to_sign::put_string_to_sign;

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// Bytes before the signature.
    pub before: usize,
    /// Bytes of the signature, which is the end.
    pub digits: usize,
}

impl Authorization {
    /// Bytes written.
    pub fn end(&self) -> usize {
        self.before.saturating_add(self.digits)
    }
}

/// Writes the value of the `Authorization` header into `buffer`. On an error `buffer` is as it was.
///
/// Errors, in the original's order: `InvalidParameter`; `InvalidHttpHeaders`; `InvalidParameter` for a header without name or value; `HashError` of the
/// payload; `InsufficientMemory`; `HashError` of everything else.
pub fn generate_http_authorization<H: Hash>(
    parameters: &Parameters<'_>,
    hash: &mut H,
    buffer: &mut [u8],
) -> Result<Authorization, Status> {
    parameters.check()?;
    let block = parameters.header_block()?;
    let payload = parameters.payload_line(&block, hash)?;
    let mut headers = SignedHeaders::new(&block, Added::NONE);

    let digits = hash.digest_len().saturating_mul(2);
    let mut before = Count::default();
    put_value(parameters, &mut headers, b"", &mut before);
    let written = Authorization {
        before: before.0,
        digits,
    };
    Status::require(written.end() <= buffer.len(), Status::InsufficientMemory)?;

    let request = hash_canonical_request(parameters, &block, &mut headers, &payload, hash);
    let signature = request.and_then(|request| sign(&request, parameters, hash));
    let signature = hex(signature.map_err(|_| Status::HashError)?.as_slice());
    put_value(
        parameters,
        &mut headers,
        signature.get(..digits).unwrap_or_default(),
        &mut Writer(buffer),
    );
    Ok(written)
}

/// Writes the value with a signature.
fn put_value<'a>(parameters: &Parameters<'a>, headers: &mut SignedHeaders<'a>, signature: &[u8], sink: &mut dyn Sink) {
    let (credentials, scope) = (&parameters.credentials(), &parameters.scope());
    authorization::Authorization {
        credentials,
        scope,
        headers,
        signature,
    }
    .put(sink);
}

/// The hash of the canonical request.
fn hash_canonical_request<H: Hash>(
    parameters: &Parameters<'_>,
    block: &HeaderBlock<'_>,
    headers: &mut SignedHeaders<'_>,
    payload: &PayloadLine,
    hash: &mut H,
) -> Result<Digest, error::Status> {
    hash.init();
    parameters.put_canonical_request(block, headers, payload, hash);
    hash.finish()
}

/// The signature of a canonical request.
fn sign<H: Hash>(
    canonical_request: &Digest,
    parameters: &Parameters<'_>,
    hash: &mut H,
) -> Result<Digest, error::Status> {
    let scope = &parameters.scope();
    let key = derive_signing_key(hash, parameters.secret_access_key, scope)?;
    key.begin(hash);
    put_string_to_sign(scope, canonical_request, hash);
    key.finish(hash)
}
