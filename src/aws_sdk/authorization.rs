//! The signature, and the value of the `Authorization` header around it.
#![forbid(unsafe_code)]

use super::Status;
use super::request::Parameters;
use crate::crypto::hmac::{BlockKey, Mac};
use crate::crypto::{Digest, Hash};
use crate::sign::authorization::Authorization as Value;
use crate::sign::canonical_headers::{Added, NO_VALUES, SignedHeaders};
use crate::sign::signing_key::derive_signing_key;
use crate::sign::sink::{Count, Writer, direct};
use crate::sign::sort::Order;
use crate::sign::string_to_sign::{Scope, put_string_to_sign};

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
    let (mut order, mut digest) = (Order::new(), Digest::new());
    let block = parameters.header_block()?;
    let payload = parameters.payload_line(&block, hash, &mut digest)?;
    #[cfg(target_os = "none")]
    let held = crate::sign::sort::Held::NOTHING;
    let credentials = parameters.credentials();
    let value = Value {
        credentials: &credentials,
        scope: parameters.scope()?,
        headers: SignedHeaders {
            headers: &block,
            unsigned: b"",
            own: NO_VALUES,
            added: Added::NONE,
            sorted: block.is_canonical(),
            other_space: b'\t',
            #[cfg(target_os = "none")]
            held: Some(&held),
        },
    };

    let digits = hash.digest_len().saturating_mul(2);
    let mut before = Count(0);
    value.put_before(&mut order, direct(&mut before));
    let written = Authorization {
        before: before.0,
        digits,
    };
    Status::require(written.end() <= buffer.len(), Status::InsufficientMemory)?;

    hash.init();
    parameters.put_canonical_request(&block, &value.headers, (&payload, &digest), &mut order, hash);
    hash.finish(&mut digest);
    sign(parameters.secret_access_key, &value.scope, hash, &mut digest);
    hash.result().map_err(|_| Status::HashError)?;

    value.put(&digest, &mut order, direct(&mut Writer(buffer)));
    Ok(written)
}

/// Makes the hash of the canonical request the signature.
fn sign<H: Hash>(secret: &[u8], scope: &Scope<'_>, hash: &mut H, digest: &mut Digest) {
    let mut key = BlockKey::new();
    derive_signing_key(hash, secret, scope, &mut key, &mut Digest::new());
    key.begin(hash);
    put_string_to_sign(scope, digest, direct(hash));
    key.finish(hash, digest);
}
