//! `sigv4_explain`, `sigv4_canonical_request`, `sigv4_string_to_sign`: why a signature does not match, for C.

use super::args::{HeaderArray, bytes_mut};
use super::guard::guard;
use super::sign::sigv4_request;
use super::status::iotcred_status;
use super::types::{iotcred_bytes, sigv4_credentials, sigv4_str};
use crate::error::Status;
use crate::sign::{Cause, Error, Explanation, Line, Subject, time_signed};
use core::ffi::c_char;
use core::ops::Range;

/// The answer does not tell the cause.
pub const IOTCRED_CAUSE_UNKNOWN: i32 = 0;
/// The device's clock is wrong.
pub const IOTCRED_CAUSE_CLOCK: i32 = 1;
/// The region is not the endpoint's.
pub const IOTCRED_CAUSE_REGION: i32 = 2;
/// The service is not the endpoint's.
pub const IOTCRED_CAUSE_SERVICE: i32 = 3;
/// A signed header was changed or removed on the way.
pub const IOTCRED_CAUSE_HEADER: i32 = 4;
/// The path was changed on the way.
pub const IOTCRED_CAUSE_PATH: i32 = 5;
/// The path is percent-encoded once more on one side than on the other.
pub const IOTCRED_CAUSE_PATH_ENCODING: i32 = 6;
/// One side has the path without `.`, `..` and `//`, the other with them.
pub const IOTCRED_CAUSE_PATH_NORMALIZATION: i32 = 7;
/// The query was changed on the way.
pub const IOTCRED_CAUSE_QUERY: i32 = 8;
/// The method was changed on the way.
pub const IOTCRED_CAUSE_METHOD: i32 = 9;
/// The body is not the one whose hash was signed.
pub const IOTCRED_CAUSE_PAYLOAD: i32 = 10;
/// The session token did not arrive, or the credentials lack theirs.
pub const IOTCRED_CAUSE_TOKEN_MISSING: i32 = 11;
/// The session token is not the one that belongs to the access key id.
pub const IOTCRED_CAUSE_TOKEN_INVALID: i32 = 12;
/// The temporary credentials have expired.
pub const IOTCRED_CAUSE_TOKEN_EXPIRED: i32 = 13;
/// The access key id is unknown.
pub const IOTCRED_CAUSE_ACCESS_KEY_ID: i32 = 14;
/// Both sides signed the same, so the secret access key is not the access key id's.
pub const IOTCRED_CAUSE_SECRET_ACCESS_KEY: i32 = 15;
/// What the server got is not this request: another time, another key, other headers.
pub const IOTCRED_CAUSE_OTHER_REQUEST: i32 = 16;
/// No whole signature arrived.
pub const IOTCRED_CAUSE_UNSIGNED: i32 = 17;
/// The signature is not to blame: a policy is.
pub const IOTCRED_CAUSE_PERMISSION: i32 = 18;
/// The presigned URL has expired.
pub const IOTCRED_CAUSE_URL_EXPIRED: i32 = 19;

/// The server told nothing that differs.
pub const IOTCRED_LINE_NONE: i32 = 0;
/// Canonical request: the method.
pub const IOTCRED_LINE_METHOD: i32 = 1;
/// Canonical request: the path.
pub const IOTCRED_LINE_PATH: i32 = 2;
/// Canonical request: the parameter `name` of the query.
pub const IOTCRED_LINE_QUERY: i32 = 3;
/// Canonical request: the header `name`.
pub const IOTCRED_LINE_HEADER: i32 = 4;
/// Canonical request: the names of the signed headers.
pub const IOTCRED_LINE_SIGNED_HEADERS: i32 = 5;
/// Canonical request: the hash of the payload.
pub const IOTCRED_LINE_PAYLOAD_HASH: i32 = 6;
/// String to sign: the algorithm.
pub const IOTCRED_LINE_ALGORITHM: i32 = 7;
/// String to sign: the date and time.
pub const IOTCRED_LINE_DATE: i32 = 8;
/// String to sign: the scope, in it the `name` "date", "region" or "service".
pub const IOTCRED_LINE_SCOPE: i32 = 9;
/// String to sign: the hash of the canonical request, and the server does not say what it hashed.
pub const IOTCRED_LINE_CANONICAL_REQUEST: i32 = 10;
/// The signature itself.
pub const IOTCRED_LINE_SIGNATURE: i32 = 11;
/// The access key id.
pub const IOTCRED_LINE_ACCESS_KEY_ID: i32 = 12;

/// Bytes that `sigv4_explain` writes, at most.
pub const IOTCRED_EXPLANATION_MAX: usize = 2048;

/// Why a server refused a signature. Nothing in it is secret: of session tokens and signatures the first and last four characters are shown, of other secrets
/// (a customer's encryption key, a cookie) the length alone.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct sigv4_explanation {
    /// Out: the likely cause, `IOTCRED_CAUSE_*`.
    pub cause: i32,
    /// Out: what differs first, `IOTCRED_LINE_*`.
    pub line: i32,
    /// Out: all of it in words, to be printed: the difference, both sides, the cause and what to do; several lines. A NUL follows it, which its length does
    /// not count.
    pub text: sigv4_str,
    /// Out: the name of the header, the parameter or the part of the scope; empty where the line has none. It stands in `text`, as the next two do.
    pub name: sigv4_str,
    /// Out: what was signed, printable, and cut around the difference.
    pub signed_side: sigv4_str,
    /// Out: what the server signed, the same way.
    pub server_side: sigv4_str,
    /// Out: the server's clock in Unix seconds, if it told; else 0.
    pub server_time: i64,
    /// In: the caller's memory for the text; may be NULL if `buffer_size` is 0. `IOTCRED_EXPLANATION_MAX` bytes are always enough.
    pub buffer: *mut c_char,
    /// In: its size in bytes.
    pub buffer_size: usize,
    /// Out: how many bytes were written, with the NUL, or, with `IOTCRED_ERR_BUFFER_TOO_SMALL`, how many are needed.
    pub buffer_len: usize,
}

/// Says why a server refused a signed request: names the first line that differs between what was signed and what the server says that it signed, and the
/// likely cause. For development and support; a program that does not call it does not link it.
///
/// S3 (in XML) and most other services (in the message of a JSON or XML error) say what they signed when a signature does not match; other refusals are told by
/// their names and words.
///
/// `request`: in. The request that was sent, with what it was signed with. If its `time` is 0, the time is read from the answer, where the answer tells.
/// `credentials`: in. What signed it.
/// `expires`: in. 0 for a request that `sigv4_sign_request` signed; for a URL of `sigv4_presign_url` what that was given. (One of `sigv4_presign_mqtt_wss` is the
/// request GET /mqtt of the service "iotdevicegateway" with a `host` header, and credentials without their token.)
/// `body`: in. The body of the answer; may be empty, cut, or of any kind. What the server signed stands at the end of S3's: 4 KiB hold most. The `message` of
/// an `iotcred_error` will do too: it begins with the error's name and words.
/// `out`: in and out. The explanation, over the buffer that it names. Untouched on failure, but for `buffer_len` when it is too small: `buffer` NULL with
/// `buffer_size` 0 is the way to ask for the size.
///
/// Ownership: nothing is allocated or kept. What is in `out` is valid as long as `out->buffer` is.
/// Returns `IOTCRED_OK`, also when the cause is unknown; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; else what `sigv4_sign_request` or
/// `sigv4_presign_url` return for such a request.
/// Threads: any number at once, each with its own `out`.
/// Example: see `examples-c/explain.c`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_explain(
    request: *const sigv4_request,
    credentials: *const sigv4_credentials,
    expires: u32,
    body: iotcred_bytes,
    out: *mut sigv4_explanation,
) -> iotcred_status {
    guard(|| {
        // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, and outputs are nobody else's meanwhile.
        unsafe {
            let (Some(request), Some(out)) = (request.as_ref(), out.as_mut()) else {
                return Err(Status::NullArgument);
            };
            let body = body.get(Status::NullArgument)?;
            let buffer = bytes_mut(out.buffer.cast(), out.buffer_size, Status::NullArgument)?;
            let time = match request.time {
                0 => time_signed(body).map_or(0, |time| time.0),
                time => time,
            };
            let request = sigv4_request { time, ..*request };
            let explain = |subject: &Subject<'_>| {
                let (explanation, text) = write_text(buffer, &mut out.buffer_len, |room| {
                    let explanation = subject.explain(body, room)?;
                    let length = explanation.len;
                    Ok((explanation, length))
                })?;
                Ok((explanation, sigv4_str::of(text)))
            };
            let (explanation, text) = with_subject(&request, credentials, expires, explain)?;
            out.take(&explanation, text);
        }
        Ok(())
    })
}

/// Writes the canonical request of a request, for a log: what is hashed, hashed again with a key, and so the signature. Its secrets are shortened as in
/// `sigv4_explanation`, so a hash of a text with a session token is not the one in the string to sign.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request>
///
/// `request`, `credentials`, `expires`: in. As for `sigv4_explain`.
/// `buffer`, `buffer_size`: out. Memory for the text and a NUL. NULL and 0: asks for the size.
/// `buffer_len`: out. How many bytes were written, with the NUL, or, with `IOTCRED_ERR_BUFFER_TOO_SMALL`, how many are needed.
///
/// Ownership: nothing is allocated or kept.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; else what `sigv4_sign_request` or `sigv4_presign_url` return.
/// Threads: any number at once, each with its own buffer.
/// Example: see `examples-c/explain.c`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_canonical_request(
    request: *const sigv4_request,
    credentials: *const sigv4_credentials,
    expires: u32,
    buffer: *mut c_char,
    buffer_size: usize,
    buffer_len: *mut usize,
) -> iotcred_status {
    guard(|| {
        // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, and outputs are nobody else's meanwhile.
        unsafe {
            let out = Output::of(buffer, buffer_size, buffer_len)?;
            let request = request.as_ref().ok_or(Status::NullArgument)?;
            with_subject(request, credentials, expires, |subject| {
                out.fill(|room| subject.canonical_request(room))
            })
        }
    })
}

/// Writes the string to sign of a request, for a log. There is no secret in it.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-string-to-sign>
///
/// `request`, `credentials`, `expires`, `buffer`, `buffer_size`, `buffer_len`: as for `sigv4_canonical_request`.
///
/// Ownership: nothing is allocated or kept.
/// Returns what `sigv4_canonical_request` returns.
/// Threads: any number at once, each with its own buffer.
/// Example: see `tests/c/test_explain.c`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_string_to_sign(
    request: *const sigv4_request,
    credentials: *const sigv4_credentials,
    expires: u32,
    buffer: *mut c_char,
    buffer_size: usize,
    buffer_len: *mut usize,
) -> iotcred_status {
    guard(|| {
        // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, and outputs are nobody else's meanwhile.
        unsafe {
            let out = Output::of(buffer, buffer_size, buffer_len)?;
            let request = request.as_ref().ok_or(Status::NullArgument)?;
            with_subject(request, credentials, expires, |subject| {
                out.fill(|room| subject.string_to_sign(room))
            })
        }
    })
}

/// Reads request and credentials.
///
/// # Safety
/// `credentials` is NULL or valid, and it and what `request` points to are as the header's "Pointers" says.
unsafe fn with_subject<T>(
    request: &sigv4_request,
    credentials: *const sigv4_credentials,
    expires: u32,
    then: impl FnOnce(&Subject<'_>) -> Result<T, Status>,
) -> Result<T, Status> {
    // SAFETY: the caller's promise.
    let (headers, credentials) = unsafe {
        (
            HeaderArray::readable(request.headers, request.header_count)?,
            credentials.as_ref().ok_or(Status::NullArgument)?.get()?,
        )
    };
    // SAFETY: the caller's promise.
    let request = unsafe { request.read(&headers) }?;
    then(&Subject {
        request: &request,
        credentials: &credentials,
        expires: (expires != 0).then_some(expires),
    })
}

/// Where a text goes.
struct Output<'a> {
    buffer: &'a mut [u8],
    length: &'a mut usize,
}

impl Output<'_> {
    /// # Safety
    /// The pointers are as the header's "Pointers" and "Outputs" say.
    unsafe fn of(buffer: *mut c_char, size: usize, length: *mut usize) -> Result<Self, Status> {
        // SAFETY: the caller's promise.
        unsafe {
            Ok(Self {
                buffer: bytes_mut(buffer.cast(), size, Status::NullArgument)?,
                length: length.as_mut().ok_or(Status::NullArgument)?,
            })
        }
    }

    fn fill(self, write: impl FnOnce(&mut [u8]) -> Result<usize, Error>) -> Result<(), Status> {
        write_text(self.buffer, self.length, |room| write(room).map(|length| ((), length))).map(|_| ())
    }
}

/// Lets a text be written, and a NUL behind it. `length` receives how long both are, or must be.
fn write_text<'a, T>(
    buffer: &'a mut [u8],
    length: &mut usize,
    write: impl FnOnce(&mut [u8]) -> Result<(T, usize), Error>,
) -> Result<(T, &'a [u8]), Status> {
    // An empty buffer has no room for the NUL, and no text is empty.
    let (nul, room) = buffer
        .split_last_mut()
        .map_or((None, &mut [][..]), |(nul, room)| (Some(nul), room));
    let (written, text_length) = match write(room) {
        Ok(written) => written,
        Err(Error::Invalid(status)) => return Err(status),
        Err(Error::BufferTooSmall { needed }) => {
            *length = needed.saturating_add(1);
            return Err(Status::BufferTooSmall);
        }
    };
    let (text, rest) = room.split_at_mut_checked(text_length).unwrap_or_default();
    if let Some(end) = rest.first_mut().or(nul) {
        *end = 0;
    }
    *length = text_length.saturating_add(1);
    Ok((written, text))
}

impl sigv4_explanation {
    fn take(&mut self, explanation: &Explanation, text: sigv4_str) {
        let part = |range: &Range<usize>| sigv4_str {
            ptr: text.ptr.wrapping_add(range.start),
            len: range.len(),
        };
        self.cause = cause_code(explanation.cause);
        self.line = line_code(explanation.line);
        self.text = text;
        self.name = part(&explanation.name);
        self.signed_side = part(&explanation.signed);
        self.server_side = part(&explanation.server);
        self.server_time = explanation.server_time.map_or(0, |time| time.0);
    }
}

fn cause_code(cause: Cause) -> i32 {
    match cause {
        Cause::Unknown => IOTCRED_CAUSE_UNKNOWN,
        Cause::Clock => IOTCRED_CAUSE_CLOCK,
        Cause::Region => IOTCRED_CAUSE_REGION,
        Cause::Service => IOTCRED_CAUSE_SERVICE,
        Cause::Header => IOTCRED_CAUSE_HEADER,
        Cause::Path => IOTCRED_CAUSE_PATH,
        Cause::PathEncoding => IOTCRED_CAUSE_PATH_ENCODING,
        Cause::PathNormalization => IOTCRED_CAUSE_PATH_NORMALIZATION,
        Cause::Query => IOTCRED_CAUSE_QUERY,
        Cause::Method => IOTCRED_CAUSE_METHOD,
        Cause::Payload => IOTCRED_CAUSE_PAYLOAD,
        Cause::TokenMissing => IOTCRED_CAUSE_TOKEN_MISSING,
        Cause::TokenInvalid => IOTCRED_CAUSE_TOKEN_INVALID,
        Cause::TokenExpired => IOTCRED_CAUSE_TOKEN_EXPIRED,
        Cause::AccessKeyId => IOTCRED_CAUSE_ACCESS_KEY_ID,
        Cause::SecretAccessKey => IOTCRED_CAUSE_SECRET_ACCESS_KEY,
        Cause::OtherRequest => IOTCRED_CAUSE_OTHER_REQUEST,
        Cause::Unsigned => IOTCRED_CAUSE_UNSIGNED,
        Cause::Permission => IOTCRED_CAUSE_PERMISSION,
        Cause::UrlExpired => IOTCRED_CAUSE_URL_EXPIRED,
    }
}

fn line_code(line: Line) -> i32 {
    match line {
        Line::None => IOTCRED_LINE_NONE,
        Line::Method => IOTCRED_LINE_METHOD,
        Line::Path => IOTCRED_LINE_PATH,
        Line::Query => IOTCRED_LINE_QUERY,
        Line::Header => IOTCRED_LINE_HEADER,
        Line::SignedHeaders => IOTCRED_LINE_SIGNED_HEADERS,
        Line::PayloadHash => IOTCRED_LINE_PAYLOAD_HASH,
        Line::Algorithm => IOTCRED_LINE_ALGORITHM,
        Line::Date => IOTCRED_LINE_DATE,
        Line::Scope => IOTCRED_LINE_SCOPE,
        Line::CanonicalRequest => IOTCRED_LINE_CANONICAL_REQUEST,
        Line::Signature => IOTCRED_LINE_SIGNATURE,
        Line::AccessKeyId => IOTCRED_LINE_ACCESS_KEY_ID,
    }
}
