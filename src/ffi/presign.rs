//! `sigv4_presign_url`, `sigv4_presign_mqtt_wss`: requests as URLs for C.

use super::args::{HeaderArray, bytes_mut};
use super::guard::guard;
use super::sign::{IOTCRED_SIGN_CONTENT_SHA256, sigv4_key_cache, sigv4_request, time};
use super::status::iotcred_status;
use super::types::{sigv4_credentials, sigv4_str};
use crate::error::Status;
use crate::sign::{Error, MqttWss, Presign, Scheme, Url};
use core::ffi::c_char;

/// A URL that carries its signature: whoever has it can use it until it expires, so keep it as you would a password.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct sigv4_url {
    /// Out: the URL, in `buffer`. A NUL follows it, which its length does not count.
    pub url: sigv4_str,
    /// Out: the end of `url` from the path on, for a client that wants host and target apart. The NUL follows it too.
    pub target: sigv4_str,
    /// In: the caller's memory for the URL; may be NULL if `buffer_size` is 0. The URL is about 400 bytes long, and the path, the query and the
    /// percent-encoded session token.
    pub buffer: *mut c_char,
    /// In: its size in bytes.
    pub buffer_size: usize,
    /// Out: how many bytes were written, with the NUL, or, with `IOTCRED_ERR_BUFFER_TOO_SMALL`, how many are needed.
    pub buffer_len: usize,
}

/// A connection to AWS IoT with MQTT over WebSocket. Everything is borrowed for the call.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct sigv4_mqtt_wss {
    /// The host name of the data endpoint, as `aws iot describe-endpoint --endpoint-type iot:Data-ATS` prints it; `:port` may follow.
    pub endpoint: sigv4_str,
    /// The region, such as "eu-west-1".
    pub region: sigv4_str,
    /// The time in Unix seconds, as in `sigv4_request`. 0: the system's clock.
    pub time: i64,
    /// How long the URL can be used to connect, in seconds, 1 to 604 800. The connection may last longer.
    pub expires: u32,
}

/// Makes a presigned URL: a request whose signature stands in its query, so that one without credentials can send it.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
///
/// `request`: in. The URL is `https://`, the value of its `host` header, its path, and its query with the signature behind it. Every other signed header
/// must be sent with the URL as it is here; a URL that anybody can open has none. A `payload` that is all zero is what such a URL has: for S3 any
/// body (`UNSIGNED-PAYLOAD`), for the others the empty one; a body or a hash must be exactly the body that is sent, and S3 wants it
/// in a signed header `x-amz-content-sha256` too.
/// `credentials`: in. Access key id and secret are needed; the token may be empty. The URL dies with temporary credentials.
/// `expires`: in. How long the URL is valid, in seconds, 1 to 604 800 (seven days).
/// `cache`: in and out; may be NULL. As in `sigv4_sign_request`.
/// `out`: in and out. The URL in the buffer that it names. Untouched on failure, but for `buffer_len` when it is too small: `buffer` NULL with
/// `buffer_size` 0 is the way to ask for the size.
///
/// Ownership: nothing is allocated or kept. What is in `out` is valid as long as `out->buffer` is.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_EXPIRES`; what `sigv4_sign_request` returns, with `IOTCRED_ERR_QUERY` also for a query
/// that is presigned already, `IOTCRED_ERR_HEADER` for a host that is none or comes twice, `IOTCRED_ERR_HEADER_CONFLICT` for each header that the header form
/// adds (but a right `x-amz-content-sha256`), `IOTCRED_ERR_PAYLOAD` for a streamed one, and `IOTCRED_ERR_FLAGS` for `IOTCRED_SIGN_CONTENT_SHA256`.
/// Threads: any number at once, each with its own `cache` and `out`.
/// Example: `char url[2048]; sigv4_url out = { .buffer = url, .buffer_size = sizeof url }; sigv4_presign_url(&request, &credentials, 3600, NULL, &out);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_presign_url(
    request: *const sigv4_request,
    credentials: *const sigv4_credentials,
    expires: u32,
    cache: *mut sigv4_key_cache,
    out: *mut sigv4_url,
) -> iotcred_status {
    guard(|| {
        // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, and outputs are nobody else's meanwhile.
        let (request, credentials, cache, out) =
            unsafe { (request.as_ref(), credentials.as_ref(), cache.as_mut(), out.as_mut()) };
        let (Some(request), Some(credentials), Some(out)) = (request, credentials, out) else {
            return Err(Status::NullArgument);
        };
        if request.has(IOTCRED_SIGN_CONTENT_SHA256) {
            return Err(Status::Flags);
        }
        // SAFETY: as above, for what the structs point to.
        let (headers, credentials) = unsafe {
            (
                HeaderArray::new(request.headers, request.header_count)?,
                credentials.or_refused(),
            )
        };
        // SAFETY: as above.
        let request = unsafe { request.read(&headers) };
        let presign = Presign {
            // Where it is: a move would take its room on the stack once more.
            request: request.as_ref().map_err(|status| *status)?,
            scheme: Scheme::Https,
            expires,
            append_token: false,
        };
        let cache = cache.map(sigv4_key_cache::inner);
        // SAFETY: as above.
        unsafe { out.fill(|buffer| presign.url(&credentials, cache, buffer)) }
    })
}

/// Makes the URL for MQTT over WebSocket: `wss://endpoint/mqtt`, presigned, with the session token behind the signature as AWS IoT wants it.
/// Source: <https://docs.aws.amazon.com/iot/latest/developerguide/protocols.html>
///
/// `connection`: in. Where to, and from when and how long the URL is valid.
/// `credentials`: in. Access key id and secret are needed; the token may be empty.
/// `cache`: in and out; may be NULL. As in `sigv4_sign_request`; the service is "iotdevicegateway".
/// `out`: in and out. The URL in the buffer that it names. Untouched on failure, but for `buffer_len` when it is too small: `buffer` NULL with
/// `buffer_size` 0 is the way to ask for the size.
///
/// Ownership: nothing is allocated or kept. What is in `out` is valid as long as `out->buffer` is.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_TIME_REQUIRED`, `IOTCRED_ERR_CLOCK_UNSET`,
/// `IOTCRED_ERR_TIME_OUT_OF_RANGE`; `IOTCRED_ERR_ENDPOINT`, `_REGION`, `_EXPIRES`, `_ACCESS_KEY_ID`, `_SECRET_ACCESS_KEY`, `_SESSION_TOKEN`.
/// Threads: any number at once, each with its own `cache` and `out`.
/// Example: see `examples-c/mqtt_url.c`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_presign_mqtt_wss(
    connection: *const sigv4_mqtt_wss,
    credentials: *const sigv4_credentials,
    cache: *mut sigv4_key_cache,
    out: *mut sigv4_url,
) -> iotcred_status {
    guard(|| {
        // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, and outputs are nobody else's meanwhile.
        let (connection, credentials, cache, out) =
            unsafe { (connection.as_ref(), credentials.as_ref(), cache.as_mut(), out.as_mut()) };
        let (Some(connection), Some(credentials), Some(out)) = (connection, credentials, out) else {
            return Err(Status::NullArgument);
        };
        // SAFETY: as above, for what the structs point to.
        let (endpoint, region, credentials) = unsafe {
            (
                connection.endpoint.or_refused(),
                connection.region.or_refused(),
                credentials.or_refused(),
            )
        };
        let mqtt = MqttWss {
            endpoint,
            region,
            time: time(connection.time)?,
            expires: connection.expires,
        };
        let cache = cache.map(sigv4_key_cache::inner);
        // SAFETY: as above.
        unsafe { out.fill(|buffer| mqtt.url(&credentials, cache, buffer)) }
    })
}

impl sigv4_url {
    /// Lets `write` write the URL into the buffer, and a NUL behind it.
    ///
    /// # Safety
    /// The buffer is as the header's "Pointers" and "Outputs" say.
    unsafe fn fill(&mut self, write: impl FnOnce(&mut [u8]) -> Result<Url, Error>) -> Result<(), Status> {
        // SAFETY: the caller's promise.
        let buffer = unsafe { bytes_mut(self.buffer.cast(), self.buffer_size, Status::NullArgument) }?;
        // An empty buffer has no room for the NUL, and no URL is empty.
        let (nul, room) = buffer
            .split_last_mut()
            .map_or((None, &mut [][..]), |(nul, room)| (Some(nul), room));
        let url = match write(room) {
            Ok(url) => url,
            Err(Error::Invalid(status)) => return Err(status),
            Err(Error::BufferTooSmall { needed }) => {
                self.buffer_len = needed.saturating_add(1);
                return Err(Status::BufferTooSmall);
            }
        };
        let (text, rest) = room.split_at_mut_checked(url.len).unwrap_or_default();
        if let Some(end) = rest.first_mut().or(nul) {
            *end = 0;
        }
        self.url = sigv4_str::of(text);
        self.target = sigv4_str::of(text.get(url.target..).unwrap_or_default());
        self.buffer_len = url.len.saturating_add(1);
        Ok(())
    }
}
