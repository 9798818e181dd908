//! AWS Signature Version 4: one file for each step of the specification, named with its word.
//!
//! ```text
//! Request + Credentials -> check -> order of the headers -> size of the output
//!   -> canonical request -> its hash -> string to sign -> signing key -> signature -> headers in the caller's buffer
//! ```
//!
//! No heap, no limit on any length or count: the canonical request streams into the hash and is never held.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
#![forbid(unsafe_code)]

pub(crate) mod authorization;
pub(crate) mod canonical_headers;
mod canonical_request;
mod chunk;
mod explain;
pub(crate) mod headers;
mod key_cache;
pub(crate) mod payload;
mod presign;
mod presign_mqtt;
pub(crate) mod query;
mod request;
mod signature;
pub(crate) mod signing_key;
pub(crate) mod sink;
pub(crate) mod sort;
pub(crate) mod string_to_sign;
pub(crate) mod text;
mod trailer;
pub(crate) mod uri;

pub use authorization::Signed;
pub use chunk::{Announced, CHUNK_HEAD_MAX, Chunks};
pub use explain::{Cause, Explanation, Line, Subject, time_signed};
pub use headers::{Header, Headers, UNSIGNED_HEADERS};
pub use key_cache::KeyCache;
pub use payload::{Payload, Streaming};
pub use presign::{Presign, Scheme, Url};
pub use presign_mqtt::MqttWss;
pub use request::{Form, Options, PathRules, Request, S3_SERVICES};
pub use signature::{put_canonical_request, put_string_to_sign, signature};
pub use sink::Sink;

use crate::credentials::Credentials;
use crate::crypto::Digest;
use crate::crypto::sha256::Sha256;
use crate::error::Status;
use signature::Signing;
use sort::Order;

/// Why a request was not signed. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The buffer is too small.
    BufferTooSmall {
        /// Bytes that are enough; the largest `usize` if the lengths of the request add up to more than that.
        needed: usize,
    },
    /// The request or the credentials cannot be signed with.
    Invalid(Status),
}

impl Error {
    /// What it is where the buffer cannot be too small.
    #[cfg(feature = "client")]
    pub fn status(self) -> Status {
        match self {
            Self::BufferTooSmall { .. } => Status::Internal,
            Self::Invalid(status) => status,
        }
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self::Invalid(status)
    }
}

/// Signs a request: writes the values of the headers that are to be added into `buffer`, and says where they stand.
///
/// `cache`, if given, keeps the signing key from one call to the next. On an error `buffer` is as it was.
pub fn sign_request(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    cache: Option<&mut KeyCache>,
    buffer: &mut [u8],
) -> Result<Signed, Error> {
    let mut order = Order::new();
    let carried = request.check(credentials)?;
    let mut signing = Signing::new(request, credentials, carried, &mut order)?;
    let signed = signing.lay_out();
    signed.check_fits(buffer)?;

    let (mut hash, mut digest) = (const { Sha256::new() }, Digest::new());
    let own = signing.own_values(&mut hash, &mut digest);
    signing.check_own(&own)?;
    signing.hash_canonical_request(&own, &mut hash, &mut digest);
    signing.sign(cache, &mut hash, &mut digest);

    signing.check_authorization(&digest)?;
    signed.write(&own, &mut signing.authorization(&digest), buffer);
    Ok(signed)
}
