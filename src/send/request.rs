//! The request as the caller describes it, and its signed head.
#![forbid(unsafe_code)]

use crate::credentials::Credentials;
use crate::error::{Error, Status};
use crate::http::request::{USER_AGENT, write_head};
use crate::limits::{DEFAULT_TIMEOUT_MS, HTTPS_PORT, RESERVE_HEAD, UPLOAD_CHUNK};
use crate::memory;
use crate::net::host::{check_address, check_host};
use crate::net::{Clock, Peer};
use crate::sign::{self, Announced, Chunks, Header, Options, Payload};
use crate::tls::{Roots, Settings};
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use zeroize::Zeroizing;

/// Gives the next piece of a body: writes into the buffer and says how many bytes, 1 at least. `None`: it failed.
pub type Source<'a> = dyn FnMut(&mut [u8]) -> Option<usize> + 'a;

/// The body of a request.
pub enum Body<'a> {
    /// In memory; what is left of it to send.
    Bytes(&'a [u8]),
    /// From a callback, `length` bytes in all.
    Source {
        /// What is left to send, in bytes.
        length: u64,
        /// Where it comes from.
        read: &'a mut Source<'a>,
    },
}

impl<'b> Body<'b> {
    /// Bytes left to send.
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Source { length, .. } => *length,
        }
    }

    /// Whether nothing is left to send.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The whole body, where it is in memory and so can be sent again.
    pub(super) fn in_memory(&self) -> Option<&'b [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Source { .. } => None,
        }
    }

    /// The next piece, at most as long as `buffer`, which may hold it. Errors: `BodySource`.
    pub(super) fn next<'p>(&'p mut self, buffer: &'p mut [u8]) -> Result<&'p [u8], Status> {
        match self {
            Self::Bytes(bytes) => {
                let (piece, rest) = bytes.split_at_checked(buffer.len()).ok_or(Status::Internal)?;
                *bytes = rest;
                Ok(piece)
            }
            Self::Source { length, read } => {
                let count = read(buffer)
                    .filter(|count| (1..=buffer.len()).contains(count))
                    .ok_or(Status::BodySource)?;
                *length = length.saturating_sub(count as u64);
                buffer.get(..count).ok_or(Status::Internal)
            }
        }
    }

    /// The next bytes, just as many as `buffer` holds. Errors: `BodySource`.
    pub(super) fn next_whole<'p>(&'p mut self, buffer: &'p mut [u8]) -> Result<&'p [u8], Status> {
        if let Self::Bytes(_) = self {
            return self.next(buffer);
        }
        let mut filled = 0;
        while filled < buffer.len() {
            filled += self.next(buffer.get_mut(filled..).unwrap_or_default())?.len();
        }
        Ok(buffer)
    }
}

/// One HTTPS request.
pub struct Request<'a> {
    /// Host name of the service.
    pub endpoint: &'a str,
    /// Region of the signature.
    pub region: &'a [u8],
    /// Service of the signature.
    pub service: &'a [u8],
    /// HTTP method.
    pub method: &'a [u8],
    /// Path in wire form; empty for "/".
    pub path: &'a [u8],
    /// Query in wire form, without the "?".
    pub query: &'a [u8],
    /// More headers.
    pub headers: Vec<Header<'a>>,
    /// The body.
    pub body: Body<'a>,
    /// What the signature says of the body. One in chunks has the headers that say so added, but for the name of a trailer, which is one of the checksums.
    pub payload: Payload<'a>,
    /// Ask before the body is sent.
    pub expect_continue: bool,
    /// CA certificates, PEM or DER; empty for Amazon's.
    pub ca: &'a [u8],
    /// Where to connect in place of `endpoint`.
    pub address: Option<&'a str>,
    /// TCP port; 0 for 443.
    pub port: u16,
    /// Deadline of the whole call in milliseconds; 0 for the default.
    pub timeout_ms: u32,
}

/// Headers that the library writes itself: given twice, they would make two requests of one.
const RESERVED: [&str; 6] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "expect",
    "user-agent",
];

impl<'a> Request<'a> {
    /// TLS without a client certificate. Errors: `Ca`, `Memory`, and the clock's.
    pub(super) fn tls(&self, clock: &dyn Clock) -> Result<Settings, Error> {
        memory::check_for_files(&[self.ca])?;
        Settings::new(Roots::from_bytes(self.ca)?, None, clock, None)
    }

    /// Whom to connect to.
    pub(super) fn peer(&self) -> Peer<'_> {
        let port = if self.port == 0 { HTTPS_PORT } else { self.port };
        Peer {
            host: self.endpoint,
            address: self.address,
            port,
        }
    }

    /// Whether `Expect: 100-continue` is sent: never without a body (RFC 9110 section 10.1.1).
    pub(super) fn asks_first(&self) -> bool {
        self.expect_continue && !self.body.is_empty()
    }

    /// The deadline in milliseconds.
    pub(super) fn timeout_ms(&self) -> u32 {
        if self.timeout_ms == 0 {
            DEFAULT_TIMEOUT_MS
        } else {
            self.timeout_ms
        }
    }

    /// Whether the request may be sent again, and can be: it is idempotent (RFC 9110 section 9.2.2), and `whole`, its body of `length` bytes, is at hand or untouched. The body
    /// is whole again then.
    pub(super) fn can_be_repeated(&mut self, whole: Option<&'a [u8]>, length: u64) -> bool {
        if let Some(whole) = whole {
            self.body = Body::Bytes(whole);
        }
        let is_idempotent = matches!(
            self.method,
            b"GET" | b"HEAD" | b"PUT" | b"DELETE" | b"OPTIONS" | b"TRACE"
        );
        is_idempotent && self.body.len() == length
    }

    /// Checks the request, signs it, and writes its head; begins `chunks` for a body in chunks; `keeps` asks for a connection that stays open. Errors: `Endpoint`, `Address`, `Header`, and the signer's.
    pub(super) fn signed_head(
        &self,
        credentials: &Credentials<'_>,
        clock: &dyn Clock,
        chunks: &mut Chunks,
        keeps: bool,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.check()?;
        memory::check(RESERVE_HEAD + 4 * self.words(credentials), "the request")?;
        let authority = self.peer().authority();
        let decoded = format!("{}", self.body.len());
        let mut headers = Vec::with_capacity(self.headers.len() + 3);
        headers.push(Header {
            name: b"host",
            value: authority.as_bytes(),
        });
        if self.is_chunked() {
            let announced = [
                (&b"content-encoding"[..], &b"aws-chunked"[..]),
                (b"x-amz-decoded-content-length", decoded.as_bytes()),
            ];
            headers.extend(announced.map(|(name, value)| Header { name, value }));
        }
        headers.extend_from_slice(&self.headers);
        let length = format!("{}", self.content_length(&headers)?);
        let (signed, values) = self.sign(&headers, credentials, clock, chunks)?;
        let mut all: Vec<(&[u8], &[u8])> = headers.iter().map(|header| (header.name, header.value)).collect();
        all.push((b"user-agent", USER_AGENT));
        if !keeps {
            all.push((b"connection", b"close"));
        }
        if length != "0" || matches!(self.method, b"PUT" | b"POST" | b"PATCH") {
            all.push((b"content-length", length.as_bytes()));
        }
        if self.asks_first() {
            all.push((b"expect", b"100-continue"));
        }
        all.extend(
            signed
                .headers(credentials, &values)
                .map(|header| (header.name, header.value)),
        );
        Ok(write_head(self.method, &self.target(), &all)?)
    }

    /// Bytes that go into the request's head, or near it.
    fn words(&self, credentials: &Credentials<'_>) -> usize {
        let headers = self
            .headers
            .iter()
            .map(|header| header.name.len() + header.value.len() + 4 * size_of::<Header<'_>>());
        headers.sum::<usize>()
            + self.endpoint.len()
            + self.path.len()
            + self.query.len()
            + credentials.session_token.len()
    }

    fn check(&self) -> Result<(), Error> {
        check_host(self.endpoint, Status::Endpoint)?;
        self.address.map_or(Ok(()), check_address)?;
        let is_reserved = |name: &[u8]| {
            RESERVED
                .iter()
                .any(|reserved| name.eq_ignore_ascii_case(reserved.as_bytes()))
        };
        match self.headers.iter().find(|header| is_reserved(header.name)) {
            Some(_) => Err(Error::new(
                Status::Header,
                format_args!(
                    "the library writes host, content-length, transfer-encoding, connection, expect and user-agent itself"
                ),
            )),
            None => Ok(()),
        }
    }

    fn is_chunked(&self) -> bool {
        matches!(self.payload, Payload::Streaming(_))
    }

    /// Bytes that follow the head. Errors: `ChunkHeaders`, `ChunkTotal`, `Trailer`.
    fn content_length(&self, headers: &[Header<'_>]) -> Result<u64, Status> {
        if !self.is_chunked() {
            return Ok(self.body.len());
        }
        let announced = Announced::by(&self.payload, &headers)?;
        if !announced.needs_no_value() {
            return Err(Status::Trailer);
        }
        announced.content_length(UPLOAD_CHUNK as u64, 0)
    }

    fn target(&self) -> Vec<u8> {
        let path = if self.path.is_empty() { b"/" } else { self.path };
        if self.query.is_empty() {
            path.to_vec()
        } else {
            [path, b"?", self.query].concat()
        }
    }

    /// The signature's headers, their values in a buffer that is just large enough.
    fn sign(
        &self,
        headers: &[Header<'_>],
        credentials: &Credentials<'_>,
        clock: &dyn Clock,
        chunks: &mut Chunks,
    ) -> Result<(sign::Signed, Vec<u8>), Error> {
        let request = sign::Request {
            method: self.method,
            path: self.path,
            query: self.query,
            headers: &headers,
            payload: self.payload,
            region: self.region,
            service: self.service,
            time: clock.unix_time().ok_or(Status::TimeRequired)?,
            options: Options::default(),
        };
        let mut sign = |values: &mut [u8]| match self.payload {
            Payload::Streaming(_) => chunks.begin(&request, credentials, values),
            _ => sign::sign_request(&request, credentials, None, values),
        };
        let mut values = Vec::new();
        if let Err(sign::Error::BufferTooSmall { needed }) = sign(&mut values) {
            values = vec![0; needed];
        }
        let signed = sign(&mut values).map_err(sign::Error::status)?;
        Ok((signed, values))
    }
}
