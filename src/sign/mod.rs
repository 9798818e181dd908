//! AWS Signature Version 4: one file for each step of the specification, named with its word.
//!
//! ```text
//! Request + Credentials -> check -> order of the headers -> size of the output -> hash of the payload -> signing key
//!   -> canonical request -> its hash -> string to sign -> signature -> headers in the caller's buffer
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
#[cfg(not(target_os = "none"))]
mod key_check;
mod names;
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
#[cfg(feature = "client")]
pub(crate) use request::is_s3;
pub use request::{Form, Options, PathRules, Request};
pub use signature::{canonical_request as put_canonical_request, signature, string_to_sign as put_string_to_sign};
pub use sink::Sink;
pub use sort::Position;

use crate::credentials::Credentials;
use crate::error::Status;
use payload::PayloadHash;
use signature::{Room, Signing};
use sink::Writer;
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
#[cfg_attr(target_os = "none", inline(always))]
pub fn sign_request(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    cache: Option<&mut KeyCache>,
    buffer: &mut [u8],
) -> Result<Signed, Error> {
    sign_in(&mut Room::new(), request, credentials, cache, buffer)
}

/// The same in room of the caller's: apart, so that the room is wiped at one place.
#[cfg_attr(not(target_os = "none"), inline(always))]
fn sign_in(
    room: &mut Room,
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    cache: Option<&mut KeyCache>,
    buffer: &mut [u8],
) -> Result<Signed, Error> {
    let (mut order, mut payload_hash) = (Order::new(), PayloadHash::new());
    let mut signing = Signing::new(request, credentials);
    signing.check(&mut order)?;
    let mut authorization = signing.authorization();
    authorization.headers.order_own(&mut order);
    signing.check_size(&authorization, &mut order, buffer.len())?;
    let Room { hash, digest, key } = room;
    authorization.hash_payload(&request.payload, hash, digest, &mut payload_hash);
    authorization.headers.check_carried(&signing.checked.carried)?;
    // The key first: the room for a digest is free then.
    let key = authorization.key(cache, hash, digest, key);
    authorization.hash_canonical_request(request, &mut order, hash, digest);
    let (size, mut writer) = (buffer.len(), Writer(buffer));
    authorization.sign(key, hash, digest, || {
        signing.write_before(&authorization, &mut order, &mut writer)
    });
    signing.write_signature(&authorization, digest, &mut order, &mut writer)?;
    Ok(signing.layout(size.wrapping_sub(writer.0.len())))
}

/// That a bound is no size, and that no byte is hashed twice: the blocks of SHA-256 that a signature takes are those that its texts have by their lengths.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::sha256::counted::during;
    use crate::time::UnixTime;
    extern crate std;
    use std::vec;
    use std::vec::Vec;

    const TIME: UnixTime = UnixTime(1_768_662_000);

    impl Sink for Vec<u8> {
        fn put(&mut self, bytes: &[u8]) {
            self.extend_from_slice(bytes);
        }
    }

    /// Blocks of a text, with the bit and the length that end it.
    fn blocks(len: usize) -> usize {
        (len + 1 + 8).div_ceil(64)
    }

    /// Blocks of an HMAC behind the two of its key: the message, and the digest of that.
    fn mac(len: usize) -> usize {
        blocks(64 + len) - 1 + 1
    }

    /// Blocks of a signing key: four HMACs, each with the two of its key, and the two of the last one's outcome.
    fn key(secret: usize, request: &Request<'_>) -> usize {
        let too_long = if 4 + secret > 64 { blocks(4 + secret) } else { 0 };
        let messages = [8, request.region.len(), request.service.len(), 12];
        too_long + messages.iter().map(|len| 2 + mac(*len)).sum::<usize>() + 2
    }

    fn credentials<'a>(secret: &'a [u8], token: &'a [u8]) -> Credentials<'a> {
        Credentials {
            access_key_id: b"AKIDEXAMPLE",
            secret_access_key: secret,
            session_token: token,
        }
    }

    fn request<'a>(headers: &'a dyn Headers, payload: Payload<'a>, region: &'a [u8]) -> Request<'a> {
        Request {
            method: b"PUT",
            path: b"/a/b",
            query: b"b=2&a=1",
            headers,
            payload,
            region,
            service: b"s3",
            time: TIME,
            options: Options::default(),
        }
    }

    #[test]
    fn a_buffer_that_is_just_enough_is_written_as_one_that_is_larger() {
        // Of these names some are signed once, one twice, and some not at all, so that the bound is above the size.
        let names: [&[u8]; 8] = [
            b"Host",
            b"User-Agent",
            b"b",
            b"B",
            b"TE",
            b"Expect",
            b"connection",
            b"a",
        ];
        let headers = names.map(|name| Header { name, value: b"v" });
        let credentials = credentials(b"secret", b"token");
        for (payload, service) in [(Payload::Bytes(b"x"), b"s3".as_slice()), (Payload::Unsigned, b"iam")] {
            let request = Request {
                service,
                ..request(&headers, payload, b"us-east-1")
            };
            let sign = |room: usize| {
                let mut buffer = vec![b'#'; room];
                sign_request(&request, &credentials, None, &mut buffer).map(|signed| (signed, buffer))
            };
            let Err(Error::BufferTooSmall { needed }) = sign(0) else {
                panic!("nothing is enough");
            };
            for room in 0..needed {
                assert_eq!(sign(room), Err(Error::BufferTooSmall { needed }));
            }
            let (signed, text) = sign(needed).unwrap();
            assert!(signed.len() == needed && !text.contains(&b'#'));
            for room in needed..needed + 100 {
                let (other, buffer) = sign(room).unwrap();
                assert_eq!(other, signed);
                assert!(buffer[..needed] == text && buffer[needed..].iter().all(|byte| *byte == b'#'));
            }
        }
    }

    #[test]
    fn a_header_takes_the_blocks_of_its_texts() {
        let (mut buffer, bytes) = ([0; 1024], vec![b'x'; 200]);
        let (token, secret, region) = (vec![b't'; 3000], vec![b's'; 130], vec![b'r'; 130]);
        let headers = [
            Header {
                name: b"Host",
                value: b"h",
            },
            Header {
                name: b"range",
                value: b"bytes=0-1",
            },
        ];
        for n in (0..200).chain([1024, 2999]) {
            let credentials = credentials(&secret[..1 + n % 130], &token[..n]);
            let payload = Payload::Bytes(&bytes[..n % 200]);
            let request = request(&headers, payload, &region[..1 + n % 97 % 60]);
            let (mut canonical_request, mut string_to_sign) = (Vec::new(), Vec::new());
            put_canonical_request(&request, &credentials, &mut canonical_request).unwrap();
            put_string_to_sign(&request, &credentials, &mut string_to_sign).unwrap();
            let body = if n % 200 == 0 { 0 } else { blocks(n % 200) };
            let least = body + blocks(canonical_request.len()) + mac(string_to_sign.len());
            let (secret, key) = (
                credentials.secret_access_key.len(),
                key(credentials.secret_access_key.len(), &request),
            );

            let mut sign = |cache: Option<&mut KeyCache>| {
                during(|| _ = sign_request(&request, &credentials, cache, &mut buffer).unwrap())
            };
            let mut cache = KeyCache::default();
            assert_eq!(sign(None), least + key, "{n}: derived");
            assert_eq!(
                sign(Some(&mut cache)),
                least + key + blocks(secret),
                "{n}: into the cache"
            );
            assert_eq!(sign(Some(&mut cache)), least, "{n}: kept");
        }
    }

    #[test]
    fn a_url_takes_the_blocks_of_its_texts() {
        let (mut buffer, token) = ([0; 2048], vec![b't'; 1000]);
        let headers = [Header {
            name: b"Host",
            value: b"h",
        }];
        for n in 0..200 {
            let credentials = credentials(b"secret", &token[..n * 5]);
            let request = request(&headers, Payload::Unsigned, b"us-east-1");
            let presign = Presign {
                request: &request,
                scheme: Scheme::Https,
                expires: 60,
                append_token: false,
            };
            let (mut canonical_request, mut string_to_sign) = (Vec::new(), Vec::new());
            presign
                .put_canonical_request(&credentials, &mut canonical_request)
                .unwrap();
            presign.put_string_to_sign(&credentials, &mut string_to_sign).unwrap();
            let least = blocks(canonical_request.len()) + mac(string_to_sign.len());
            let made = during(|| _ = presign.url(&credentials, None, &mut buffer).unwrap());
            assert_eq!(made, least + key(6, &request), "{n}");
        }
    }

    #[test]
    fn a_chunk_takes_the_blocks_of_its_data_and_of_one_string_to_sign() {
        let (mut buffer, data) = ([0; 1024], vec![b'x'; 9000]);
        let headers = [
            Header {
                name: b"Host",
                value: b"h",
            },
            Header {
                name: b"content-encoding",
                value: b"aws-chunked",
            },
            Header {
                name: b"x-amz-decoded-content-length",
                value: b"18000",
            },
        ];
        let request = request(&headers, Payload::Streaming(Streaming::Signed), b"us-east-1");
        let mut chunks = Chunks::new();
        chunks
            .begin(&request, &credentials(b"secret", b""), &mut buffer)
            .unwrap();
        // AWS4-HMAC-SHA256-PAYLOAD, the time, the scope, the signature before, the hash of nothing, that of the data.
        let string_to_sign = 24 + 1 + 16 + 1 + b"20260117/us-east-1/s3/aws4_request".len() + 3 * (1 + 64);
        for _ in 0..2 {
            let made = during(|| _ = chunks.chunk(&data, &mut buffer).unwrap());
            assert_eq!(made, blocks(data.len()) + mac(string_to_sign));
        }
        let made = during(|| _ = chunks.end(b"", &mut buffer).unwrap());
        assert_eq!(made, blocks(0) + mac(string_to_sign));
    }
}
