//! What is signed: the parameters, and the canonical request that they make.
#![forbid(unsafe_code)]

use super::headers::HeaderBlock;
use super::{Status, until_nul};
use crate::credentials::Credentials;
use crate::crypto::{Digest, Hash};
use crate::sign::canonical_headers::SignedHeaders;
use crate::sign::headers::Headers;
use crate::sign::payload::UNSIGNED;
use crate::sign::query::canonical_query;
use crate::sign::sink::Sink;
use crate::sign::sort::Order;
use crate::sign::string_to_sign::{ALGORITHM, Scope, put_digest};
use crate::sign::uri::canonical_path;
use crate::sign::{Form, PathRules};

/// The flags of a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flags(pub u32);

impl Flags {
    /// The path is signed as it is.
    pub const PATH_IS_CANONICAL: u32 = 0x1;
    /// The query is signed as it is.
    pub const QUERY_IS_CANONICAL: u32 = 0x2;
    /// The headers are signed as they are, and their lines end in LF.
    pub const HEADERS_ARE_CANONICAL: u32 = 0x4;
    /// The payload's hash is the value of `x-amz-content-sha256`.
    pub const PAYLOAD_IS_HASH: u32 = 0x8;
    /// The payload is unsigned, and a `=` in a query value is encoded once.
    pub const PRESIGNED_URL: u32 = 0x10;

    fn has(self, flag: u32) -> bool {
        self.0 & flag != 0
    }
}

/// The parameters of a signature. What C may leave out is empty here, but for the algorithm, where there is a difference.
#[derive(Clone, Copy)]
pub struct Parameters<'a> {
    /// The access key id.
    pub access_key_id: &'a [u8],
    /// The secret access key.
    pub secret_access_key: &'a [u8],
    /// `20150830T123600Z`, or whatever has 16 bytes.
    pub timestamp: &'a [u8],
    /// The name of the algorithm, if another than `AWS4-HMAC-SHA256`.
    pub algorithm: Option<&'a [u8]>,
    /// The region.
    pub region: &'a [u8],
    /// The service.
    pub service: &'a [u8],
    /// The method.
    pub method: &'a [u8],
    /// `SIGV4_HTTP_*`
    pub flags: Flags,
    /// The path, not encoded; empty is `/`.
    pub path: &'a [u8],
    /// The query, not encoded.
    pub query: &'a [u8],
    /// The headers as one text.
    pub headers: &'a [u8],
    /// The body.
    pub payload: &'a [u8],
}

impl<'a> Parameters<'a> {
    /// Refuses parameters that are missing.
    pub(super) fn check(&self) -> Result<(), Status> {
        let complete = !self.access_key_id.is_empty()
            && !self.secret_access_key.is_empty()
            && self.timestamp.len() == 16
            && !self.region.is_empty()
            && !self.service.is_empty()
            && !self.algorithm.is_some_and(<[u8]>::is_empty)
            && !self.method.is_empty()
            && !self.headers.is_empty();
        Status::require(complete, Status::InvalidParameter)
    }

    /// Without a session token, which is the request's own affair.
    pub(super) fn credentials(&self) -> Credentials<'a> {
        Credentials {
            access_key_id: self.access_key_id,
            secret_access_key: self.secret_access_key,
            session_token: b"",
        }
    }

    pub(super) fn scope(&self) -> Result<Scope<'a>, Status> {
        Ok(Scope {
            algorithm: self.algorithm.unwrap_or(ALGORITHM),
            timestamp: self.timestamp.try_into().map_err(|_| Status::InvalidParameter)?,
            region: self.region,
            service: self.service,
        })
    }

    pub(super) fn header_block(&self) -> Result<HeaderBlock<'a>, Status> {
        HeaderBlock::new(self.headers, self.flags.has(Flags::HEADERS_ARE_CANONICAL))
    }

    /// What the payload is signed as. The caller's hash hashes no bytes, too: it may be another than SHA-256.
    pub(super) fn payload_line(
        &self,
        headers: &HeaderBlock<'_>,
        hash: &mut impl Hash,
        digest: &mut Digest,
    ) -> Result<PayloadLine, Status> {
        if self.flags.has(Flags::PAYLOAD_IS_HASH) {
            let value = headers
                .find(b"x-amz-content-sha256")
                .filter(|position| !headers.at(*position).value.is_empty());
            value.map(PayloadLine::Header).ok_or(Status::InvalidParameter)
        } else if self.flags.has(Flags::PRESIGNED_URL) {
            Ok(PayloadLine::Unsigned)
        } else {
            hash.init();
            hash.update(self.payload);
            hash.finish(digest);
            hash.result().map_err(|_| Status::HashError)?;
            Ok(PayloadLine::Digest)
        }
    }

    /// Writes the canonical request.
    pub(super) fn put_canonical_request(
        &self,
        headers: &HeaderBlock<'_>,
        signed: &SignedHeaders<'_>,
        payload: (&PayloadLine, &Digest),
        order: &mut Order,
        sink: &mut dyn Sink,
    ) {
        sink.put(self.method);
        sink.put(b"\n");
        self.put_path(sink);
        sink.put(b"\n");
        self.put_query(order, sink);
        sink.put(b"\n");
        if !headers.put_canonical(sink) {
            signed.put_canonical(order, sink);
        }
        sink.put(b"\n");
        signed.put_names(order, sink);
        sink.put(b"\n");
        payload.0.put(headers, payload.1, sink);
    }

    fn put_path(&self, sink: &mut dyn Sink) {
        let path = until_nul(self.path);
        if self.flags.has(Flags::PATH_IS_CANONICAL) && !self.path.is_empty() {
            sink.put(self.path);
        } else {
            let usual = PathRules::of(self.service);
            let rules = PathRules {
                normalize: usual.normalize && matches!(path, [b'/', ..]),
                ..usual
            };
            canonical_path(path, Form::Raw, rules, sink);
        }
    }

    fn put_query(&self, order: &mut Order, sink: &mut dyn Sink) {
        if self.flags.has(Flags::QUERY_IS_CANONICAL) {
            return sink.put(self.query);
        }
        let form = if self.flags.has(Flags::PRESIGNED_URL) {
            Form::Raw
        } else {
            Form::RawEqualsTwice
        };
        canonical_query(until_nul(self.query), form, order, sink);
    }
}

/// The last line of the canonical request.
pub(super) enum PayloadLine {
    /// The payload's hash.
    Digest,
    /// The value of the header at a position.
    Header(usize),
    /// `UNSIGNED-PAYLOAD`
    Unsigned,
}

impl PayloadLine {
    fn put(&self, headers: &HeaderBlock<'_>, digest: &Digest, sink: &mut dyn Sink) {
        match self {
            Self::Digest => put_digest(digest, sink),
            Self::Header(position) => sink.put(headers.at(*position).value),
            Self::Unsigned => sink.put(UNSIGNED),
        }
    }
}
