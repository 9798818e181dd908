//! `iotcred_send`: one signed HTTPS request for C.

use super::config::iotcred_platform;
use super::error::iotcred_error;
use super::status::iotcred_status;
use super::types::{iotcred_bytes, sigv4_credentials, sigv4_header, sigv4_payload};
use core::ffi::{c_char, c_void};

/// `flags`: ask the server before the body is sent (`Expect: 100-continue`), so that a refusal or a redirect costs no upload.
pub const IOTCRED_SEND_EXPECT_CONTINUE: u32 = 1;

/// One HTTPS request to AWS. All-zero members mean the defaults. Everything is borrowed for the call.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct iotcred_request {
    /// Host name, such as "my-bucket.s3.eu-west-1.amazonaws.com"; it becomes the `host` header.
    pub endpoint: *const c_char,
    /// The region, such as "eu-west-1".
    pub region: *const c_char,
    /// The service's signing name, such as "s3" or "dynamodb".
    pub service: *const c_char,
    /// The method: "GET", "PUT", "POST", "HEAD", "DELETE", …
    pub method: *const c_char,
    /// The path as it goes on the wire ("/a%20b"). NULL: "/".
    pub path: *const c_char,
    /// The query as it goes on the wire, without the "?". NULL: none.
    pub query: *const c_char,
    /// More headers, such as `content-type`. The library writes `host`, `content-length`, `connection`, `expect` and the signature's itself.
    pub headers: *const sigv4_header,
    /// How many headers.
    pub header_count: usize,
    /// The body in memory (`IOTCRED_PAYLOAD_BYTES`). With `read_body`: its SHA-256, or `IOTCRED_PAYLOAD_UNSIGNED`, or, all zero, what the
    /// service allows: S3 gets `UNSIGNED-PAYLOAD`, every other service needs the hash.
    pub payload: sigv4_payload,
    /// Length in bytes of the body that `read_body` gives.
    pub body_length: u64,
    /// Gives the body in pieces: writes at most `size` bytes into `buffer` and returns how many, at least 1; 0 or less means failure and ends the
    /// call with `IOTCRED_ERR_BODY_SOURCE`. NULL: the body is `payload`.
    pub read_body: Option<unsafe extern "C" fn(context: *mut c_void, buffer: *mut u8, size: usize) -> i32>,
    /// Takes a header of the response, as soon as the head is there; before any `write_body`. NULL: they are not wanted.
    pub on_header: Option<unsafe extern "C" fn(context: *mut c_void, header: *const sigv4_header)>,
    /// Takes a piece of a successful response's body. Returns 0 to go on; anything else ends the call with `IOTCRED_ERR_BODY_SINK`. NULL: the body goes
    /// into the memory that the response names.
    pub write_body: Option<unsafe extern "C" fn(context: *mut c_void, data: *const u8, len: usize) -> i32>,
    /// Told of bytes sent and received of the bodies; a total of 0 is not known. Returns 0 to go on; anything else ends the call with
    /// `IOTCRED_ERR_BODY_SINK`. NULL: not wanted.
    pub on_progress: Option<
        unsafe extern "C" fn(context: *mut c_void, sent: u64, to_send: u64, received: u64, to_receive: u64) -> i32,
    >,
    /// Passed to the four functions above; may be NULL.
    pub context: *mut c_void,
    /// CA certificates in PEM, or one in DER, that the server's chain must end in. Empty: Amazon's and Starfield's roots.
    pub ca: iotcred_bytes,
    /// Where to connect in place of `endpoint`. NULL: `endpoint`.
    pub address: *const c_char,
    /// TCP port. 0: 443; another one becomes part of the `host` header.
    pub port: u16,
    /// Deadline of the whole call in milliseconds, from the first DNS packet to the last byte. 0: 15 000; a large upload wants more.
    pub timeout_ms: u32,
    /// `IOTCRED_SEND_*`; 0: none.
    pub flags: u32,
    /// The device's transport and clocks. NULL: the operating system's.
    pub platform: *const iotcred_platform,
}

/// The answer to a request, in the caller's memory.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct iotcred_response {
    /// Out: the status code, 200 to 299.
    pub http_status: u16,
    /// In: memory for the body, when the request has no `write_body`; may be NULL if `body_size` is 0. Undefined when the call fails.
    pub body: *mut u8,
    /// In: its size in bytes.
    pub body_size: usize,
    /// Out: length of the body in bytes, also of one that went to `write_body`; with `IOTCRED_ERR_BUFFER_TOO_SMALL` the size that is needed, or
    /// 0 if the server did not say.
    pub body_len: u64,
}

/// Sends one signed HTTPS request and takes the answer. An answer other than 2xx is a failure: its status says which, `error` carries the
/// server's code and words, and its body goes neither to `write_body` nor to the response's memory.
///
/// `request`: in.
/// `credentials`: in. Access key id and secret are needed; the token may be empty.
/// `response`: in and out. Untouched on failure, but for the bytes of `body`, and for `body_len` when they are too few.
/// `error`: out; may be NULL. Always written whole.
///
/// Ownership: nothing is kept; the connection is closed. What the call allocates it frees and wipes.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; what `sigv4_sign_request` returns;
/// `IOTCRED_ERR_ENDPOINT`, `_CA`, `_ADDRESS`, `_PLATFORM`; `IOTCRED_ERR_BODY_SOURCE`, `_BODY_SINK`; the 3000s, the 4000s, and of the 5000s up to 5015.
/// Threads: any number at once, each with its own `response`, `error` and callbacks' contexts.
/// Example: see `examples-c/s3_upload.c`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_send(
    request: *const iotcred_request,
    credentials: *const sigv4_credentials,
    response: *mut iotcred_response,
    error: *mut iotcred_error,
) -> iotcred_status {
    0
}
