//! `sigv4_sign_request`: Signature Version 4 for C.

use super::args::{HeaderArray, bytes_mut};
use super::guard::guard;
use super::status::iotcred_status;
use super::types::{
    IOTCRED_PAYLOAD_BYTES, IOTCRED_PAYLOAD_SHA256, IOTCRED_PAYLOAD_STREAMING, IOTCRED_PAYLOAD_STREAMING_TRAILER,
    IOTCRED_PAYLOAD_STREAMING_UNSIGNED_TRAILER, IOTCRED_PAYLOAD_UNSIGNED, sigv4_credentials, sigv4_header,
    sigv4_payload, sigv4_str,
};
use crate::credentials::Credentials;
use crate::error::Status;
use crate::sign::headers::{AUTHORIZATION, CONTENT_SHA256, DATE, NAMES, SECURITY_TOKEN};
use crate::sign::{self, KeyCache, Options, PathRules, Payload, Request, Signed, Streaming};
use crate::time::UnixTime;
use core::ffi::c_char;

/// `flags`: send and sign `x-amz-content-sha256` also for a service that does not ask for it.
pub const IOTCRED_SIGN_CONTENT_SHA256: u32 = 1;
/// `flags`: sign the path without `.`, `..` and `//`, also for S3. What is sent must be the same without them.
pub const IOTCRED_SIGN_PATH_NORMALIZED: u32 = 2;
/// `flags`: sign the path with its `.`, `..` and `//`, also for another service than S3.
pub const IOTCRED_SIGN_PATH_AS_IT_IS: u32 = 4;
/// `flags`: sign the path percent-encoded once, also for another service than S3.
pub const IOTCRED_SIGN_PATH_ENCODED_ONCE: u32 = 8;
/// `flags`: sign the path percent-encoded twice, also for S3.
pub const IOTCRED_SIGN_PATH_ENCODED_TWICE: u32 = 16;

/// Every flag of a `sigv4_request`.
const FLAGS: u32 = IOTCRED_SIGN_CONTENT_SHA256
    | IOTCRED_SIGN_PATH_NORMALIZED
    | IOTCRED_SIGN_PATH_AS_IT_IS
    | IOTCRED_SIGN_PATH_ENCODED_ONCE
    | IOTCRED_SIGN_PATH_ENCODED_TWICE;

/// The flags that exclude the one of the next bit.
const EXCLUSIVE: u32 = IOTCRED_SIGN_PATH_NORMALIZED | IOTCRED_SIGN_PATH_ENCODED_ONCE;

/// A signing key, kept from one signature to the next; a signing key lasts a day. The struct is the caller's; all zero is empty. It holds a secret
/// (the key, not the secret access key it came from): wipe it with `sigv4_key_cache_wipe`. One thread at a time.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct sigv4_key_cache {
    /// The library's.
    pub opaque: [u64; 32],
}

/// The request to sign: what will be sent, as it will be sent. Everything is borrowed for the call.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct sigv4_request {
    /// The method, such as "GET".
    pub method: sigv4_str,
    /// The path as it goes on the wire ("/a%20b"); empty is "/".
    pub path: sigv4_str,
    /// The query as it goes on the wire, without the "?"; a "+" is a plus, not a space.
    pub query: sigv4_str,
    /// The headers, in any case and order, `host` among them; all are signed but those that `unsigned_headers` names.
    pub headers: *const sigv4_header,
    /// How many headers.
    pub header_count: usize,
    /// The body, or what is known of it.
    pub payload: sigv4_payload,
    /// The region, such as "eu-west-1".
    pub region: sigv4_str,
    /// The service's signing name, such as "s3" or "dynamodb".
    pub service: sigv4_str,
    /// The time in Unix seconds, from 2012 (when Signature Version 4 came) to 9999. 0: the system's clock, which counts as unset before 2015 (in the sign
    /// and client sizes there is none: the time is required).
    pub time: i64,
    /// `IOTCRED_SIGN_*`; 0: what the service wants, which for S3 is the path encoded once and as it is, for all others encoded twice and normalised.
    pub flags: u32,
    /// Names of headers that are sent but not signed, in any case, with spaces between them. Empty: `IOTCRED_UNSIGNED_HEADERS`, those that proxies and client
    /// libraries change; `IOTCRED_STR(IOTCRED_UNSIGNED_HEADERS " via")` leaves out one more, `IOTCRED_STR(" ")` none. `host` and what the signer writes
    /// are signed all the same; `authorization` never is.
    pub unsigned_headers: sigv4_str,
}

/// What to add to a request to make it a signed one.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct sigv4_signed {
    /// Out: the headers to add, every one of them, exactly as they are: `x-amz-date`, `x-amz-security-token` if there is a token,
    /// `x-amz-content-sha256` if the service wants it, `authorization`; one that the request already had is not among them. Names are
    /// static. The token's value is the caller's own text; the other values stand in `buffer`. None of them ends in NUL.
    pub headers: [sigv4_header; 4],
    /// Out: how many headers.
    pub header_count: usize,
    /// In: the caller's memory for the values; may be NULL if `buffer_size` is 0. 512 bytes hold what most requests need.
    pub buffer: *mut c_char,
    /// In: its size in bytes.
    pub buffer_size: usize,
    /// Out: how many bytes were written, or, with `IOTCRED_ERR_BUFFER_TOO_SMALL`, how many are needed.
    pub buffer_len: usize,
}

/// Signs a request with Signature Version 4 in its header form.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
///
/// `request`: in. The request as it will be sent.
/// `credentials`: in. Access key id and secret are needed; the token may be empty.
/// `cache`: in and out; may be NULL. Spares four of the hashes when date, region, service and secret are those of the last call.
/// `out`: in and out. The headers to add, over the buffer that it names. Untouched on failure, but for `buffer_len` when it is too small:
/// `buffer` NULL with `buffer_size` 0 is the way to ask for the size.
///
/// Ownership: nothing is allocated or kept. The headers in `out` are valid as long as `out->buffer` and the credentials' token are.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_TIME_REQUIRED`,
/// `IOTCRED_ERR_CLOCK_UNSET`, `IOTCRED_ERR_TIME_OUT_OF_RANGE`; `IOTCRED_ERR_HOST_MISSING`, `IOTCRED_ERR_HEADER_CONFLICT`; and for each member that is
/// malformed its own: `IOTCRED_ERR_METHOD`, `_PATH`, `_QUERY`, `_HEADER`, `_HEADER_NAME`, `_PAYLOAD`, `_REGION`, `_SERVICE`, `_FLAGS`, `_ACCESS_KEY_ID`,
/// `_SECRET_ACCESS_KEY`, `_SESSION_TOKEN`.
/// Threads: any number at once, each with its own `cache` and `out`.
/// Example: see `examples-c/sign_request.c`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_sign_request(
    request: *const sigv4_request,
    credentials: *const sigv4_credentials,
    cache: *mut sigv4_key_cache,
    out: *mut sigv4_signed,
) -> iotcred_status {
    guard(|| {
        // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, and outputs are nobody else's meanwhile.
        let (request, credentials, cache, out) =
            unsafe { (request.as_ref(), credentials.as_ref(), cache.as_mut(), out.as_mut()) };
        let (Some(request), Some(credentials), Some(out)) = (request, credentials, out) else {
            return Err(Status::NullArgument);
        };
        // SAFETY: as above, for what the structs point to.
        unsafe { sign(request, credentials, cache, out) }
    })
}

/// # Safety
/// What `request`, `credentials` and `out` point to is as the header's "Pointers" and "Outputs" say.
unsafe fn sign(
    request: &sigv4_request,
    credentials: &sigv4_credentials,
    cache: Option<&mut sigv4_key_cache>,
    out: &mut sigv4_signed,
) -> Result<(), Status> {
    // SAFETY: the caller's promise.
    let headers = unsafe { HeaderArray::new(request.headers, request.header_count) }?;
    // SAFETY: as above.
    let buffer = unsafe { bytes_mut(out.buffer.cast(), out.buffer_size, Status::NullArgument) }?;
    // SAFETY: as above.
    let credentials = unsafe { credentials.or_refused() };
    // SAFETY: the caller's promise.
    let request = unsafe { request.read(&headers) };
    // Where it is: a move would take its room on the stack once more.
    let request = request.as_ref().map_err(|status| *status)?;
    let signed = sign::sign_request(request, &credentials, cache.map(sigv4_key_cache::inner), buffer);
    out.take(signed, &credentials)
}

impl sigv4_signed {
    /// Takes what the signer said of the buffer.
    #[cfg_attr(target_os = "none", inline(always))]
    pub(super) fn take(
        &mut self,
        signed: Result<Signed, sign::Error>,
        credentials: &Credentials<'_>,
    ) -> Result<(), Status> {
        let signed = match signed {
            Ok(signed) => signed,
            Err(error) => return too_small(Err(error), &mut self.buffer_len),
        };
        (self.header_count, self.buffer_len) = (0, signed.len());
        // The values stand one behind the other, but for the token, which is the caller's own.
        let rest = self.add(DATE, self.buffer.cast_const().cast(), signed.date);
        if signed.security_token() {
            self.add(
                SECURITY_TOKEN,
                credentials.session_token.as_ptr(),
                credentials.session_token.len(),
            );
        }
        let rest = self.add(CONTENT_SHA256, rest, signed.content_sha256);
        self.add(AUTHORIZATION, rest, signed.authorization);
        Ok(())
    }

    /// Adds the header whose name has a place in [`NAMES`], unless it has no value. Gives what is behind the value.
    fn add(&mut self, place: usize, ptr: *const u8, len: usize) -> *const u8 {
        if let (Some(slot), Some(name), false) = (self.headers.get_mut(self.header_count), NAMES.get(place), len == 0) {
            *slot = sigv4_header {
                name: sigv4_str::of(name),
                value: sigv4_str { ptr: ptr.cast(), len },
            };
            self.header_count = self.header_count.wrapping_add(1);
        }
        ptr.wrapping_add(len)
    }
}

/// The signer's error as a status; what a buffer needs goes into its length.
pub(super) fn too_small<T>(outcome: Result<T, sign::Error>, length: &mut usize) -> Result<T, Status> {
    outcome.map_err(|error| match error {
        sign::Error::Invalid(status) => status,
        sign::Error::BufferTooSmall { needed } => {
            *length = needed;
            Status::BufferTooSmall
        }
    })
}

impl sigv4_request {
    /// # Safety
    /// What the request points to is as the header's "Pointers" says.
    pub(super) unsafe fn read<'a>(&'a self, headers: &'a HeaderArray<'a>) -> Result<Request<'a>, Status> {
        if self.flags & !FLAGS != 0 || self.flags & self.flags >> 1 & EXCLUSIVE != 0 {
            return Err(Status::Flags);
        }
        // SAFETY: the caller's promise.
        unsafe {
            // First what can fail: the rest is then written where it belongs, one by one. What is held until all is there has to be held somewhere.
            let (payload, time) = (self.payload.read()?, time(self.time)?);
            let mut request = Ok(Request {
                method: b"",
                path: b"",
                query: b"",
                headers,
                payload,
                region: b"",
                service: b"",
                time,
                options: Options::default(),
            });
            if let Ok(request) = &mut request {
                request.method = self.method.or_refused();
                request.path = self.path.or_refused();
                request.query = self.query.or_refused();
                request.region = self.region.or_refused();
                request.service = self.service.or_refused();
                request.options.unsigned_headers = self.unsigned_headers.or_refused();
                request.options.content_sha256 = self.has(IOTCRED_SIGN_CONTENT_SHA256);
                let usual = PathRules::of(request.service);
                request.options.path = Some(PathRules {
                    normalize: if usual.normalize {
                        !self.has(IOTCRED_SIGN_PATH_AS_IT_IS)
                    } else {
                        self.has(IOTCRED_SIGN_PATH_NORMALIZED)
                    },
                    double_encode: if usual.double_encode {
                        !self.has(IOTCRED_SIGN_PATH_ENCODED_ONCE)
                    } else {
                        self.has(IOTCRED_SIGN_PATH_ENCODED_TWICE)
                    },
                });
            }
            request
        }
    }

    pub(super) fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }
}

impl sigv4_payload {
    /// What the payload is signed as. Errors: `Payload`.
    ///
    /// # Safety
    /// What it points to is as the header's "Pointers" says.
    #[cfg_attr(target_os = "none", inline(always))]
    pub(super) unsafe fn read<'a>(&self) -> Result<Payload<'a>, Status> {
        // SAFETY: the caller's promise.
        let bytes = unsafe { self.bytes.get(Status::Payload) }?;
        match self.kind {
            IOTCRED_PAYLOAD_BYTES => Ok(Payload::Bytes(bytes)),
            IOTCRED_PAYLOAD_SHA256 => bytes.try_into().map(Payload::Sha256).map_err(|_| Status::Payload),
            _ if !bytes.is_empty() => Err(Status::Payload),
            IOTCRED_PAYLOAD_UNSIGNED => Ok(Payload::Unsigned),
            IOTCRED_PAYLOAD_STREAMING => Ok(Payload::Streaming(Streaming::Signed)),
            IOTCRED_PAYLOAD_STREAMING_TRAILER => Ok(Payload::Streaming(Streaming::SignedTrailer)),
            IOTCRED_PAYLOAD_STREAMING_UNSIGNED_TRAILER => Ok(Payload::Streaming(Streaming::UnsignedTrailer)),
            _ => Err(Status::Payload),
        }
    }
}

/// A time of the caller's; 0 is the system's clock.
pub(super) fn time(seconds: i64) -> Result<UnixTime, Status> {
    if seconds == 0 { clock() } else { Ok(UnixTime(seconds)) }
}

/// The system's clock, where there is one.
#[cfg(feature = "std")]
fn clock() -> Result<UnixTime, Status> {
    crate::time::believable(crate::net::tcp::system_time())
}

#[cfg(not(feature = "std"))]
fn clock() -> Result<UnixTime, Status> {
    Err(Status::TimeRequired)
}

impl sigv4_key_cache {
    pub(super) fn inner(&mut self) -> &mut KeyCache {
        const {
            assert!(size_of::<KeyCache>() <= size_of::<sigv4_key_cache>());
            assert!(align_of::<KeyCache>() <= align_of::<sigv4_key_cache>());
        }
        // SAFETY: large and aligned enough, as was just asserted, and every bit pattern is a `KeyCache`: it is plain integers, all zero when empty.
        unsafe { &mut *core::ptr::from_mut(self).cast::<KeyCache>() }
    }
}

/// Wipes a key cache; it is empty afterwards.
///
/// `cache`: in and out; NULL is allowed and does nothing.
/// Threads: one at a time for one cache.
/// Example: `sigv4_key_cache_wipe(&cache);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_key_cache_wipe(cache: *mut sigv4_key_cache) {
    // SAFETY: the header's "Pointers" and "Outputs": NULL or valid, and nobody else's meanwhile.
    if let Some(cache) = unsafe { cache.as_mut() } {
        zeroize::Zeroize::zeroize(&mut cache.opaque);
    }
}
