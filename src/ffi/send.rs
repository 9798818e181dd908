//! `iotcred_send`: one signed HTTPS request for C.

use super::args::{HeaderArray, bytes_mut, optional_text, text};
use super::config::iotcred_platform;
use super::error::{guard_with_error, iotcred_error};
use super::platform::with_platform;
use super::status::iotcred_status;
use super::types::{iotcred_bytes, sigv4_credentials, sigv4_header, sigv4_payload, sigv4_str};
use crate::crypto::copy;
use crate::error::{Error, Status};
use crate::net::{Clock, Transport};
use crate::send::{Body, Dated, Fresh, Line, Progress, Request, Sink, Source, send};
use crate::sign::{Payload, Streaming, is_s3};
use crate::time::UnixTime;
use core::ffi::{c_char, c_void};

/// `flags`: ask the server before the body is sent (`Expect: 100-continue`), so that a refusal or a redirect costs no upload.
pub const IOTCRED_SEND_EXPECT_CONTINUE: u32 = 1;

/// One HTTPS request to AWS. All-zero members mean the defaults. Everything is borrowed for the call.
#[repr(C)]
#[derive(Clone, Copy)]
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
    /// More headers, such as `content-type`. The library writes `host`, `content-length`, `transfer-encoding`, `connection`, `expect`, `user-agent` and the
    /// signature's itself, and for a body in chunks `x-amz-decoded-content-length` and `content-encoding: aws-chunked`, before a `content-encoding` of yours.
    pub headers: *const sigv4_header,
    /// How many headers.
    pub header_count: usize,
    /// The body in memory (`IOTCRED_PAYLOAD_BYTES`). With `read_body`: its SHA-256, or `IOTCRED_PAYLOAD_UNSIGNED`, or `IOTCRED_PAYLOAD_STREAMING*` (then with
    /// the header `x-amz-trailer`, where there is a trailer, naming one of the CRCs), or, all zero, the best that the service allows: a PUT to S3 goes in
    /// signed chunks of 8192 bytes, another method to S3 with `UNSIGNED-PAYLOAD`, and every other service needs the hash.
    pub payload: sigv4_payload,
    /// Length in bytes of the body that `read_body` gives.
    pub body_length: u64,
    /// Gives the body in pieces: writes at most `size` bytes into `buffer` and returns how many, at least 1; 0 or less means failure and ends the
    /// call with `IOTCRED_ERR_BODY_SOURCE`. NULL: the body is `payload`.
    pub read_body: Option<unsafe extern "C" fn(context: *mut c_void, buffer: *mut u8, size: usize) -> i32>,
    /// Takes a header of a successful response, as soon as the head is there; before any `write_body`. NULL: they are not wanted.
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
    /// The date for the signature and for the server's certificate, in Unix seconds: what `iotcred_cache_time` gives, which is right also where the device's clock is not.
    /// 0: the clock's.
    pub time: i64,
}

/// The answer to a request, in the caller's memory.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct iotcred_response {
    /// Out: the status code, 200 to 299.
    pub http_status: u16,
    /// In: memory for the body, when the request has no `write_body`; may be NULL if `body_size` is 0. Undefined when the call fails. Give it enough for what the
    /// service answers (DynamoDB says "{}" to a PutItem): when it turns out too small, the request was carried out all the same.
    pub body: *mut u8,
    /// In: its size in bytes.
    pub body_size: usize,
    /// Out: length of the body in bytes, also of one that went to `write_body`; with `IOTCRED_ERR_BUFFER_TOO_SMALL` the size that is needed, or
    /// 0 if the server did not say.
    pub body_len: u64,
    /// In: memory for the body of a refusal, an answer other than 2xx: what `sigv4_explain` reads when a signature does not match. May be NULL if
    /// `refusal_size` is 0.
    pub refusal: *mut u8,
    /// In: its size in bytes. S3's account of a refused signature has 2 to 8 KB.
    pub refusal_size: usize,
    /// Out, always written: how many bytes of a refusal stand in `refusal`, cut to fit; 0 if there was none.
    pub refusal_len: usize,
}

/// Sends one signed HTTPS request and takes the answer. An answer other than 2xx is a failure: its status says which, `error` carries the
/// server's code and words, and its body goes to the response's `refusal` and nowhere else.
///
/// `request`: in.
/// `credentials`: in. Access key id and secret are needed; the token may be empty.
/// `response`: in and out. Untouched on failure, but for the bytes of `body`, for `body_len` when they are too few, and for `refusal` and its `refusal_len`.
/// `error`: out; may be NULL. Always written whole.
///
/// Ownership: nothing is kept; the connection is closed. What the call allocates it frees and wipes.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_NOT_INITIALISED`; what `sigv4_sign_request`
/// returns, but for a missing host; `IOTCRED_ERR_ENDPOINT`, `_CA`, `_ADDRESS`, `_PLATFORM`; `IOTCRED_ERR_BODY_SOURCE`, `_BODY_SINK`; the 3000s, the 4000s,
/// `IOTCRED_ERR_RESPONSE_MALFORMED`, `_RESPONSE_TOO_LARGE`, and 5010 to 5016.
/// Threads: any number at once, each with its own `response`, `error` and callbacks' contexts.
/// Example: see `examples-c/s3_upload.c`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_send(
    request: *const iotcred_request,
    credentials: *const sigv4_credentials,
    response: *mut iotcred_response,
    error: *mut iotcred_error,
) -> iotcred_status {
    // SAFETY: as for `send_over`.
    unsafe {
        send_over(request, credentials, response, error, |_, transport, clock, send| {
            send(&mut Fresh::new(transport), clock)
        })
    }
}

/// Sends over a given line, once that is known.
pub(super) type SendOver<'a> = dyn FnMut(&mut dyn Line, &dyn Clock) -> Result<u16, Error> + 'a;

/// The body of the functions that send: `with_line` gets the request, transport and clocks, and what sends it over the line that it chooses.
///
/// # Safety
/// As the header says of `iotcred_send`.
pub(super) unsafe fn send_over(
    request: *const iotcred_request,
    credentials: *const sigv4_credentials,
    response: *mut iotcred_response,
    error: *mut iotcred_error,
    with_line: impl FnOnce(&iotcred_request, &mut dyn Transport, &dyn Clock, &mut SendOver<'_>) -> Result<u16, Error>,
) -> iotcred_status {
    // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, and outputs are nobody else's meanwhile. The request is
    // copied: no reference to the caller's structs is held while callbacks run.
    unsafe {
        guard_with_error(error, || {
            if request.is_null() || credentials.is_null() || response.is_null() {
                return Err(Error::new(
                    Status::NullArgument,
                    format_args!("`request`, `credentials` or `response` is NULL"),
                ));
            }
            (*response).refusal_len = 0;
            let (request, credentials) = (request.read(), (*credentials).get()?);
            let memory = bytes_mut((*response).body, (*response).body_size, Status::NullArgument)?;
            let refusal = bytes_mut((*response).refusal, (*response).refusal_size, Status::NullArgument)?;
            let mut sink = CallerSink {
                request: &request,
                memory,
                received: 0,
                needed: None,
                refusal,
                refused: 0,
            };
            let time = (request.time != 0).then_some(UnixTime(request.time));
            let outcome = with_platform(request.platform, |transport, clock| {
                with_line(&request, transport, &Dated { clock, time }, &mut |line, clock| {
                    let mut read = |buffer: &mut [u8]| request.next_piece(buffer);
                    send(&mut request.get(&mut read)?, &credentials, &mut sink, line, clock)
                })
            });
            if let Some(needed) = sink.needed {
                (*response).body_len = needed;
            }
            (*response).refusal_len = sink.refused;
            (*response).http_status = outcome?;
            (*response).body_len = sink.received;
            Ok(())
        })
    }
}

impl iotcred_request {
    /// # Safety
    /// What the request points to is as the header's "Pointers" says.
    unsafe fn get<'a>(&self, read: &'a mut Source<'a>) -> Result<Request<'a>, Error> {
        if self.flags & !IOTCRED_SEND_EXPECT_CONTINUE != 0 {
            return Err(Status::Flags.into());
        }
        // SAFETY: the caller's promise.
        unsafe {
            let service = text(self.service, Status::Service)?.as_bytes();
            let method = text(self.method, Status::Method)?.as_bytes();
            let (body, payload) = self.body(service, method, read)?;
            Ok(Request {
                endpoint: text(self.endpoint, Status::Endpoint)?,
                region: text(self.region, Status::Region)?.as_bytes(),
                service,
                method,
                path: text(self.path, Status::Path)?.as_bytes(),
                query: text(self.query, Status::Query)?.as_bytes(),
                headers: HeaderArray::readable(self.headers, self.header_count)?.iter().collect(),
                body,
                payload,
                expect_continue: self.flags & IOTCRED_SEND_EXPECT_CONTINUE != 0,
                ca: self.ca.get(Status::Ca)?,
                address: optional_text(self.address, Status::Address)?,
                port: self.port,
                timeout_ms: self.timeout_ms,
            })
        }
    }

    /// The body, and what is signed of it.
    ///
    /// # Safety
    /// What the payload points to is as the header's "Pointers" says.
    unsafe fn body<'a>(
        &self,
        service: &[u8],
        method: &[u8],
        read: &'a mut Source<'a>,
    ) -> Result<(Body<'a>, Payload<'a>), Error> {
        // SAFETY: the caller's promise.
        let payload = unsafe { self.payload.read() }?;
        if self.read_body.is_none() {
            return match payload {
                _ if self.body_length != 0 => Err(Error::new(
                    Status::Payload,
                    format_args!("`body_length` is for `read_body`, which is NULL"),
                )),
                Payload::Bytes(bytes) => Ok((Body::Bytes(bytes), payload)),
                _ => Err(Error::new(
                    Status::Payload,
                    format_args!("without `read_body` the payload must be the body itself"),
                )),
            };
        }
        let body = Body::Source {
            length: self.body_length,
            read,
        };
        match payload {
            Payload::Bytes([]) if self.body_length == 0 => Ok((body, payload)),
            Payload::Bytes([]) if is_s3(service) && method == b"PUT" => {
                Ok((body, Payload::Streaming(Streaming::Signed)))
            }
            Payload::Bytes([]) if is_s3(service) => Ok((body, Payload::Unsigned)),
            Payload::Bytes([]) => Err(Error::new(
                Status::Payload,
                format_args!("with `read_body` the payload must be the body's SHA-256: only S3 takes an unsigned one"),
            )),
            Payload::Bytes(_) => Err(Error::new(
                Status::Payload,
                format_args!("the body is given twice: in `payload` and by `read_body`"),
            )),
            payload => Ok((body, payload)),
        }
    }

    fn next_piece(&self, buffer: &mut [u8]) -> Option<usize> {
        let read_body = self.read_body?;
        // SAFETY: the buffer is valid for its length, and the function is the caller's.
        let count = unsafe { read_body(self.context, buffer.as_mut_ptr(), buffer.len()) };
        usize::try_from(count).ok()
    }
}

/// The caller's memory and callbacks for a response.
struct CallerSink<'a> {
    request: &'a iotcred_request,
    memory: &'a mut [u8],
    received: u64,
    /// Set when the memory is too small: the size that is needed, 0 if it is not known.
    needed: Option<u64>,
    refusal: &'a mut [u8],
    /// Bytes of it that are filled.
    refused: usize,
}

impl Sink for CallerSink<'_> {
    fn header(&mut self, name: &[u8], value: &[u8]) {
        if let Some(on_header) = self.request.on_header {
            let header = sigv4_header {
                name: sigv4_str::of(name),
                value: sigv4_str::of(value),
            };
            // SAFETY: the header is valid for the call, and the function is the caller's.
            unsafe { on_header(self.request.context, &raw const header) };
        }
    }

    fn length(&mut self, length: Option<u64>) -> Result<(), Status> {
        match length {
            Some(length) if self.request.write_body.is_none() && length > self.memory.len() as u64 => {
                self.needed = Some(length);
                Err(Status::BufferTooSmall)
            }
            _ => Ok(()),
        }
    }

    fn body(&mut self, data: &[u8]) -> Result<(), Status> {
        match self.request.write_body {
            // SAFETY: the data is valid for its length, and the function is the caller's.
            Some(write_body) => match unsafe { write_body(self.request.context, data.as_ptr(), data.len()) } {
                0 => {}
                _ => return Err(Status::BodySink),
            },
            None => self.keep(data)?,
        }
        self.received += data.len() as u64;
        Ok(())
    }

    fn progress(&mut self, progress: Progress) -> Result<(), Status> {
        let Some(on_progress) = self.request.on_progress else {
            return Ok(());
        };
        let Progress {
            sent,
            to_send,
            received,
            to_receive,
        } = progress;
        // SAFETY: the function is the caller's.
        match unsafe { on_progress(self.request.context, sent, to_send, received, to_receive) } {
            0 => Ok(()),
            _ => Err(Status::BodySink),
        }
    }

    fn refusal(&mut self, data: &[u8]) -> bool {
        let free = self.refusal.get_mut(self.refused..).unwrap_or_default();
        let count = free.len().min(data.len());
        copy(free, data);
        self.refused += count;
        self.refused < self.refusal.len()
    }
}

impl CallerSink<'_> {
    fn keep(&mut self, data: &[u8]) -> Result<(), Status> {
        let start = usize::try_from(self.received).map_err(|_| Status::Internal)?;
        match self.memory.get_mut(start..).and_then(|free| free.get_mut(..data.len())) {
            Some(place) => {
                place.copy_from_slice(data);
                Ok(())
            }
            None => {
                self.needed = Some(0);
                Err(Status::BufferTooSmall)
            }
        }
    }
}
