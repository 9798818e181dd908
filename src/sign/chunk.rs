//! A body that is uploaded in chunks, each signed on top of what was signed before it (`aws-chunked`).
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>
//!
//! ```text
//! head                                        begin
//! size;chunk-signature=...CRLF   data   CRLF  chunk: its head, and the CRLF before it if there was a chunk before; the data is the caller's to send
//! 0;chunk-signature=...CRLF                   end
//! name:valueCRLF                              end, where a trailer was announced
//! x-amz-trailer-signature:...CRLF             end, where it is signed
//! CRLF                                        end
//!
//! not begun -- begin --> nothing given -- chunk --> chunks given -- chunk --> ... -- end --> not begun
//! ```
#![forbid(unsafe_code)]

use super::headers::{Headers, same_name};
use super::payload::{EMPTY, Payload, Streaming};
use super::sink::{Sink, Writer};
use super::sort::Position;
use super::string_to_sign::{ALGORITHM, Scope, put_digest};
use super::text::{is_visible, put_hex, unmerged};
use super::trailer::{Checksum, TrailerName};
use super::{Error, KeyCache, Request, Signed, sign_request};
use crate::credentials::Credentials;
use crate::crypto::hmac::Mac;
use crate::crypto::sha256::Sha256;
use crate::crypto::{Digest, Hash};
use crate::error::Status;
use crate::limits::CHUNK_MIN;
use zeroize::optimization_barrier;

const CRLF: &[u8] = b"\r\n";
const CHUNK_SIGNATURE: &[u8] = b";chunk-signature=";
const TRAILER_SIGNATURE: &[u8] = b"x-amz-trailer-signature:";

/// Characters of a signature.
const SIGNATURE: usize = 64;

/// Bytes of a chunk's head, at most: the CRLF before it, 16 digits, the signature, a CRLF.
pub const CHUNK_HEAD_MAX: usize = 2 + 16 + CHUNK_SIGNATURE.len() + SIGNATURE + 2;

/// How far an upload is.
const NOT_BEGUN: u32 = 0;
const NOTHING_GIVEN: u32 = 1;
const CHUNKS_GIVEN: u32 = 2;

/// What the head of a request says about its chunks.
pub struct Announced {
    kind: Streaming,
    length: u64,
    trailer: TrailerName,
}

impl Announced {
    /// Reads the payload's kind and the headers. Errors: `Payload`, `ChunkHeaders`.
    pub fn by(payload: &Payload<'_>, headers: &dyn Headers) -> Result<Self, Status> {
        let Payload::Streaming(kind) = *payload else {
            return Err(Status::Payload);
        };
        let find = |name| find(headers, name);
        let encoding = find(unmerged(b"content-encoding/")).ok_or(Status::ChunkHeaders)?;
        let length = only(headers, b"x-amz-decoded-content-length").ok_or(Status::ChunkHeaders)?;
        let trailer = match (kind.has_trailer(), only(headers, b"x-amz-trailer")) {
            (false, None) if find(b"x-amz-trailer").is_none() => Some(TrailerName::NONE),
            (true, Some(name)) => TrailerName::new(name),
            _ => None,
        };
        let is_chunked = encoding.split(|byte| *byte == b',').next() == Some(b"aws-chunked");
        match (is_chunked, decimal(length), trailer) {
            (true, Some(length), Some(trailer)) => Ok(Self { kind, length, trailer }),
            _ => Err(Status::ChunkHeaders),
        }
    }

    /// Whether the library computes the trailer, or there is none.
    pub fn needs_no_value(&self) -> bool {
        self.trailer.as_bytes().is_empty() || self.trailer.checksum().is_some()
    }

    /// Bytes of the whole body as it is sent, in chunks of `chunk` bytes; `value` is the length of a trailer's value that the library does not
    /// compute. Errors: `ChunkTooSmall`, and `ChunkTotal` for more than 2^64.
    pub fn content_length(&self, chunk: u64, value: u64) -> Result<u64, Status> {
        if chunk < CHUNK_MIN {
            return Err(Status::ChunkTooSmall);
        }
        let value = self
            .trailer
            .checksum()
            .map_or(value, |checksum| checksum.text_len() as u64);
        let chunks = self.length.checked_div(chunk).unwrap_or_default();
        let last = self.length.checked_rem(chunk).unwrap_or_default();
        let around = |size: u64| head_len(self.kind.is_signed(), size).wrapping_add(CRLF.len() as u64);
        let whole = chunks.checked_mul(around(chunk));
        let parts = [
            Some(self.length),
            whole,
            Some(if last == 0 { 0 } else { around(last) }),
            end_len(self.kind.is_signed(), &self.trailer, value),
        ];
        let sum = parts.iter().try_fold(0_u64, |sum, part| sum.checked_add((*part)?));
        sum.ok_or(Status::ChunkTotal)
    }
}

/// An upload that is under way. All zero is none; plain integers, so that any bytes are one.
#[repr(C)]
pub struct Chunks {
    /// The signing key, and the scope.
    key: KeyCache,
    timestamp: [u8; 16],
    /// The last signature that was made.
    signature: [u8; SIGNATURE],
    /// Bytes that are still to come.
    left: u64,
    checksum: u64,
    trailer: TrailerName,
    signed: u32,
    state: u32,
}

impl Chunks {
    /// No upload.
    pub fn new() -> Self {
        Self {
            key: KeyCache::default(),
            timestamp: [0; 16],
            signature: [0; SIGNATURE],
            left: 0,
            checksum: 0,
            trailer: TrailerName::NONE,
            signed: 0,
            state: NOT_BEGUN,
        }
    }

    /// Signs the head of a request as [`sign_request`] does, and begins its upload. An upload that was under way is over, whatever comes out; its
    /// signing key is used again if it is the same.
    pub fn begin(
        &mut self,
        request: &Request<'_>,
        credentials: &Credentials<'_>,
        buffer: &mut [u8],
    ) -> Result<Signed, Error> {
        self.announce(request)?;
        // What comes out stays where it is: a move would take its room on the stack once more.
        let signed = sign_request(request, credentials, Some(&mut self.key), buffer);
        if let Ok(signed) = &signed {
            self.take_seed(request, signed, buffer);
        }
        signed
    }

    /// Takes the signature of the head.
    #[cfg_attr(target_os = "none", inline(never))]
    fn take_seed(&mut self, request: &Request<'_>, signed: &Signed, buffer: &[u8]) {
        let authorization = match signed.authorization() {
            Some(range) => buffer.get(range),
            None => find(request.headers, b"authorization"),
        };
        if let Some(seed) = authorization.and_then(<[u8]>::last_chunk) {
            self.signature = *seed;
            self.state = NOTHING_GIVEN;
        }
    }

    /// Takes what the head says, ahead of its signature: not on the stack, which the signature needs.
    #[cfg_attr(target_os = "none", inline(never))]
    fn announce(&mut self, request: &Request<'_>) -> Result<(), Status> {
        self.state = NOT_BEGUN;
        let announced = Announced::by(&request.payload, request.headers)?;
        self.timestamp = request.time.iso8601_basic().ok_or(Status::TimeOutOfRange)?;
        self.left = announced.length;
        self.checksum = 0;
        self.trailer = announced.trailer;
        self.signed = announced.kind.is_signed().into();
        let scope = Scope {
            algorithm: ALGORITHM,
            timestamp: &self.timestamp,
            region: request.region,
            service: request.service,
        };
        self.key.expect(&scope).ok_or(Status::Region)
    }

    /// Signs the next chunk, and writes what is to be sent before its data: [`CHUNK_HEAD_MAX`] bytes at most. Returns how many.
    pub fn chunk(&mut self, data: &[u8], buffer: &mut [u8]) -> Result<usize, Error> {
        let len = data.len() as u64;
        self.check_under_way()?;
        if len > self.left {
            return Err(Status::ChunkTooLarge.into());
        }
        if len == 0 || len < CHUNK_MIN && len != self.left {
            return Err(Status::ChunkTooSmall.into());
        }
        let used = fit(self.owed().len() as u64, head_len(self.is_signed(), len), buffer)?;
        let mut writer = Writer(buffer);
        self.put_chunk(data, &mut Sha256::new(), &mut Digest::new(), &mut writer);
        if let Some(checksum) = self.trailer.checksum() {
            self.checksum = checksum.update(self.checksum, data);
        }
        self.left = self.left.wrapping_sub(len);
        self.state = CHUNKS_GIVEN;
        Ok(used)
    }

    /// Ends the upload, and writes what is to be sent behind its data. `value` is the trailer's where the library does not compute it, else empty.
    /// Returns how many bytes were written.
    pub fn end(&mut self, value: &[u8], buffer: &mut [u8]) -> Result<usize, Error> {
        self.check_under_way()?;
        if self.left != 0 {
            return Err(Status::ChunkTotal.into());
        }
        let computed = self
            .trailer
            .checksum()
            .map(|checksum: Checksum| checksum.text(self.checksum));
        let wanted = computed.is_none() && !self.trailer.as_bytes().is_empty();
        if wanted == value.is_empty() || !is_visible(value) {
            return Err(Status::Trailer.into());
        }
        let value = computed.as_ref().map_or(value, |text| text.as_bytes());
        let end = end_len(self.is_signed(), &self.trailer, value.len() as u64).unwrap_or(u64::MAX);
        let used = fit(self.owed().len() as u64, end, buffer)?;
        let mut writer = Writer(buffer);
        let (mut hash, mut digest) = (Sha256::new(), Digest::new());
        self.put_chunk(b"", &mut hash, &mut digest, &mut writer);
        if !self.trailer.as_bytes().is_empty() {
            self.put_trailer(value, &mut hash, &mut digest, &mut writer);
        }
        writer.put(CRLF);
        self.state = NOT_BEGUN;
        Ok(used)
    }

    /// Forgets everything, the signing key too.
    pub fn wipe(&mut self) {
        self.key.wipe();
        (self.timestamp, self.signature) = ([0; 16], [0; SIGNATURE]);
        (self.left, self.checksum, self.trailer) = (0, 0, TrailerName::NONE);
        (self.signed, self.state) = (0, NOT_BEGUN);
        optimization_barrier(self);
    }

    fn check_under_way(&self) -> Result<(), Status> {
        match self.state {
            NOTHING_GIVEN | CHUNKS_GIVEN => Ok(()),
            _ => Err(Status::ChunkOrder),
        }
    }

    fn is_signed(&self) -> bool {
        self.signed != 0
    }

    /// What ends the data of the chunk before.
    fn owed(&self) -> &'static [u8] {
        if self.state == CHUNKS_GIVEN { CRLF } else { b"" }
    }

    /// Writes the head of a chunk.
    fn put_chunk(&mut self, data: &[u8], hash: &mut Sha256, digest: &mut Digest, writer: &mut Writer<'_>) {
        let mut digits = [0; 64];
        put_hex(&(data.len() as u64).to_be_bytes(), &mut digits);
        let used = digit_count(data.len() as u64) as usize;
        writer.put(self.owed());
        writer.put(digits.get(16_usize.wrapping_sub(used)..16).unwrap_or_default());
        if self.is_signed() {
            hash.init();
            hash.update(data);
            hash.finish(digest);
            self.sign(b"AWS4-HMAC-SHA256-PAYLOAD\n", &[EMPTY, b"\n"], hash, digest);
            writer.put(CHUNK_SIGNATURE);
            writer.put(&self.signature);
        }
        writer.put(CRLF);
    }

    /// Writes the trailer, and the signature of `name:value` and a line feed.
    fn put_trailer(&mut self, value: &[u8], hash: &mut Sha256, digest: &mut Digest, writer: &mut Writer<'_>) {
        let line = [self.trailer.as_bytes(), b":", value];
        line.iter().for_each(|piece| writer.put(piece));
        writer.put(CRLF);
        if self.is_signed() {
            hash.init();
            line.iter().for_each(|piece| hash.update(piece));
            hash.update(b"\n");
            hash.finish(digest);
            self.sign(b"AWS4-HMAC-SHA256-TRAILER\n", &[], hash, digest);
            writer.put(TRAILER_SIGNATURE);
            writer.put(&self.signature);
            writer.put(CRLF);
        }
    }

    /// Makes the next signature: of the algorithm, the time, the scope, the signature before, what comes `between`, and a digest.
    fn sign(&mut self, algorithm: &[u8], between: &[&[u8]], hash: &mut Sha256, digest: &mut Digest) {
        let key = self.key.midstates();
        key.begin(hash);
        let lines = [
            algorithm,
            &self.timestamp,
            b"\n",
            self.key.scope(),
            b"\n",
            &self.signature,
            b"\n",
        ];
        lines.iter().chain(between).for_each(|piece| hash.update(piece));
        put_digest(digest, hash);
        key.finish(hash, digest);
        put_hex(digest.as_slice(), &mut self.signature);
    }
}

impl Default for Chunks {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Chunks {
    fn drop(&mut self) {
        self.wipe();
    }
}

/// Refuses a buffer that is too small for two lengths. Returns their sum.
fn fit(owed: u64, len: u64, buffer: &[u8]) -> Result<usize, Error> {
    let needed = usize::try_from(owed.saturating_add(len)).unwrap_or(usize::MAX);
    if needed <= buffer.len() {
        Ok(needed)
    } else {
        Err(Error::BufferTooSmall { needed })
    }
}

/// Hexadecimal digits of a number.
fn digit_count(number: u64) -> u64 {
    u64::from(16_u32.wrapping_sub(number.leading_zeros() / 4).max(1))
}

/// Bytes of a chunk's head, without the CRLF that the chunk before is owed.
fn head_len(signed: bool, size: u64) -> u64 {
    let signature = if signed { CHUNK_SIGNATURE.len() + SIGNATURE } else { 0 };
    digit_count(size).wrapping_add((signature + CRLF.len()) as u64)
}

/// Bytes of the end, without the CRLF that the chunk before is owed.
fn end_len(signed: bool, trailer: &TrailerName, value: u64) -> Option<u64> {
    let name = trailer.as_bytes().len() as u64;
    let signature = if signed {
        (TRAILER_SIGNATURE.len() + SIGNATURE + CRLF.len()) as u64
    } else {
        0
    };
    let trailer = if name == 0 {
        0
    } else {
        value.checked_add(name)?.checked_add(signature)?.checked_add(3)?
    };
    head_len(signed, 0).checked_add(trailer)?.checked_add(CRLF.len() as u64)
}

/// A number in decimal digits and nothing else.
fn decimal(text: &[u8]) -> Option<u64> {
    let digit = |number: u64, byte: &u8| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then_some(())?;
        number.checked_mul(10)?.checked_add(digit.into())
    };
    (!text.is_empty()).then_some(())?;
    text.iter().try_fold(0, digit)
}

/// The value of the first header with a name.
fn find<'a>(headers: &'a dyn Headers, name: &[u8]) -> Option<&'a [u8]> {
    let position = position(headers, name, 0)?;
    Some(headers.at(position.index()).trimmed())
}

/// The value of the only header with a name.
fn only<'a>(headers: &'a dyn Headers, name: &[u8]) -> Option<&'a [u8]> {
    let first = position(headers, name, 0)?;
    position(headers, name, first.behind())
        .is_none()
        .then(|| headers.at(first.index()).trimmed())
}

fn position(headers: &dyn Headers, name: &[u8], from: usize) -> Option<Position> {
    let mut from = from;
    loop {
        let position = headers.next(from)?;
        if same_name(headers.at(position.index()).name, name) {
            return Some(position);
        }
        from = position.behind();
    }
}
