//! What is signed, and what is refused before anything is computed.
#![forbid(unsafe_code)]

use super::canonical_headers::{Added, NO_VALUES, SignedHeaders};
use super::headers::{Carried, Headers};
use super::names::Names;
use super::payload::Payload;
#[cfg(target_os = "none")]
use super::sort::Held;
use super::sort::Order;
use super::text::{Bytes, is_visible};
use super::uri::is_wire;
use crate::credentials::Credentials;
use crate::error::Status;
use crate::limits::EARLIEST_SIGNING_TIME;
use crate::time::UnixTime;

/// Services whose path is encoded once and not normalised, and that want `x-amz-content-sha256`: S3 under all of its signing names. They are those
/// with `disableDoubleEncoding` in S3's endpoint rules.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>
static S3_SERVICES: Names<'_> = Names(b"s3 s3-object-lambda s3-outposts s3express");

/// Whether a service is S3 under one of its names.
pub(crate) fn is_s3(service: &[u8]) -> bool {
    const ALL: [&[u8]; 4] = [
        S3_SERVICES.at(0),
        S3_SERVICES.at(1),
        S3_SERVICES.at(2),
        S3_SERVICES.at(3),
    ];
    const { assert!(S3_SERVICES.at(ALL.len()).is_empty()) }
    if cfg!(target_os = "none") {
        // The list does not look at the case.
        return S3_SERVICES.has(service) && !service.iter().any(u8::is_ascii_uppercase);
    }
    // Not `==`, which is a call.
    let same = |name: &&[u8]| name.len() == service.len() && name.iter().zip(service).all(|(a, b)| a == b);
    ALL.iter().any(same)
}

/// How path and query are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As they are sent: percent-encoded where that is needed. A `+` is a plus.
    #[default]
    Wire,
    /// Not encoded yet: every byte is itself, but for `/` in a path, `&` and the first `=` of a parameter in a query.
    Raw,
    /// The same, but a `=` in a query value is encoded twice, as the SigV4 module of the AWS IoT Device SDK does.
    RawEqualsTwice,
}

/// What the canonical path is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathRules {
    /// Remove `.`, `..` and `//`.
    pub normalize: bool,
    /// Encode the encoded path again.
    pub double_encode: bool,
}

impl PathRules {
    /// What a service wants.
    #[cfg_attr(target_os = "none", inline(always))]
    pub fn of(service: &[u8]) -> Self {
        let usual = !is_s3(service);
        Self {
            normalize: usual,
            double_encode: usual,
        }
    }
}

/// What can be chosen; nothing needs to be.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// How path and query are written.
    pub form: Form,
    /// What the canonical path is like. `None`: as the service wants it.
    pub path: Option<PathRules>,
    /// Adds `x-amz-content-sha256`, which is added anyway for S3 and where the payload is unsigned.
    pub content_sha256: bool,
    /// Names of headers that are not signed, with spaces between them, in place of [`UNSIGNED_HEADERS`](super::UNSIGNED_HEADERS). Empty: those.
    pub unsigned_headers: &'a [u8],
}

/// A request to be signed.
pub struct Request<'a> {
    /// The method: a token, signed as it is.
    pub method: &'a [u8],
    /// The path, from its first slash on; empty is `/`.
    pub path: &'a [u8],
    /// The query, without the `?`; may be empty.
    pub query: &'a [u8],
    /// The headers, of which `host` is needed.
    pub headers: &'a dyn Headers,
    /// The body.
    pub payload: Payload<'a>,
    /// The region, such as `eu-central-1`.
    pub region: &'a [u8],
    /// The service's signing name, such as `s3`.
    pub service: &'a [u8],
    /// When the request is signed.
    pub time: UnixTime,
    /// What can be chosen.
    pub options: Options<'a>,
}

impl Request<'_> {
    /// Whether the service is S3 under one of its names.
    pub fn is_s3(&self) -> bool {
        is_s3(self.service)
    }

    /// What the canonical path is like.
    #[cfg_attr(target_os = "none", inline(always))]
    pub fn path_rules(&self) -> PathRules {
        match self.options.path {
            Some(rules) => rules,
            None => PathRules::of(self.service),
        }
    }

    /// Whether `x-amz-content-sha256` is signed.
    #[inline(always)]
    pub fn wants_content_sha256(&self) -> bool {
        self.options.content_sha256 || self.is_s3() || matches!(self.payload, Payload::Unsigned | Payload::Streaming(_))
    }

    /// Finds out where the request carries the signer's own headers, the order of its headers, and its time. Refuses what cannot be signed, in this order:
    /// method, path, query, headers, host, region, service, time, access key id, secret access key, session token.
    pub fn check(&self, credentials: &Credentials<'_>, checked: &mut Checked, order: &mut Order) -> Result<(), Status> {
        require(Bytes::TOKEN.holds(self.method), Status::Method)?;
        require(self.is_path(), Status::Path)?;
        require(self.is_raw() || is_wire(self.query, Bytes::QUERY_SENT), Status::Query)?;
        checked.carried.find(&self.signed_headers(), order)?;
        require(is_list(self.options.unsigned_headers), Status::Header)?;
        require(Bytes::SCOPE.holds(self.region), Status::Region)?;
        require(Bytes::SCOPE.holds(self.service), Status::Service)?;
        require(self.time.0 >= EARLIEST_SIGNING_TIME, Status::ClockUnset)?;
        let time = self.time.put_iso8601_basic(&mut checked.timestamp);
        require(time.is_some(), Status::TimeOutOfRange)?;
        require(Bytes::SCOPE.holds(credentials.access_key_id), Status::AccessKeyId)?;
        require(!credentials.secret_access_key.is_empty(), Status::SecretAccessKey)?;
        require(is_visible(credentials.session_token), Status::SessionToken)
    }

    /// The headers that are signed, without any of the signer's own.
    pub(super) fn signed_headers(&self) -> SignedHeaders<'_> {
        SignedHeaders {
            headers: self.headers,
            unsigned: self.options.unsigned_headers,
            own: NO_VALUES,
            added: Added::NONE,
            sorted: false,
            other_space: b' ',
            #[cfg(target_os = "none")]
            held: None,
        }
    }

    fn is_raw(&self) -> bool {
        self.options.form != Form::Wire
    }

    fn is_path(&self) -> bool {
        self.path.first().is_none_or(|byte| *byte == b'/') && (self.is_raw() || is_wire(self.path, Bytes::PATH_SENT))
    }
}

/// What is found out about a request on its way to a signature.
pub struct Checked {
    /// Where it carries the headers that the signer writes.
    pub carried: Carried,
    /// Which of them are added.
    pub added: Added,
    /// Its time: `20150830T123600Z`.
    pub timestamp: [u8; 16],
    /// The order of its headers.
    #[cfg(target_os = "none")]
    pub held: Held,
}

impl Checked {
    /// Nothing yet.
    pub const NOTHING: Self = Self {
        carried: Carried::NONE,
        added: Added::NONE,
        timestamp: [0; 16],
        #[cfg(target_os = "none")]
        held: Held::NOTHING,
    };
}

/// Whether a text is of header names with spaces between them, or of none.
fn is_list(names: &[u8]) -> bool {
    names.is_empty() || Bytes::LIST.holds(names)
}

fn require(condition: bool, otherwise: Status) -> Result<(), Status> {
    condition.then_some(()).ok_or(otherwise)
}
