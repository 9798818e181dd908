//! `sigv4_chunk_*`: the streamed upload, for C.

use super::args::{HeaderArray, bytes_mut};
use super::guard::guard;
use super::sign::{sigv4_request, sigv4_signed, too_small};
use super::status::iotcred_status;
use super::types::{iotcred_bytes, sigv4_credentials, sigv4_str};
use crate::error::Status;
use crate::sign::{Announced, CHUNK_HEAD_MAX, Chunks, Error};
use core::ffi::c_char;

/// Bytes that `sigv4_chunk_next` writes, at most.
pub const IOTCRED_CHUNK_HEAD_MAX: usize = 101;

/// A streamed upload that is under way. The struct is the caller's; all zero is none. It holds a secret (the signing key): wipe it with
/// `sigv4_chunk_wipe`. One thread at a time.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct sigv4_chunks {
    /// The library's.
    pub opaque: [u64; 48],
}

impl sigv4_chunks {
    fn inner(&mut self) -> &mut Chunks {
        const {
            assert!(size_of::<Chunks>() <= size_of::<sigv4_chunks>());
            assert!(align_of::<Chunks>() <= align_of::<sigv4_chunks>());
            assert!(CHUNK_HEAD_MAX == IOTCRED_CHUNK_HEAD_MAX);
        }
        // SAFETY: large and aligned enough, as was just asserted, and every bit pattern is a `Chunks`: it is plain integers, all zero when none is under way.
        unsafe { &mut *core::ptr::from_mut(self).cast::<Chunks>() }
    }
}

/// Signs the head of an upload in chunks, and begins it: for a body of known length that is not in memory and cannot be read twice. S3 takes that.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>
///
/// On the wire follow the head: for each chunk what `sigv4_chunk_next` writes and then the chunk's data, and at last what `sigv4_chunk_end` writes. Nothing
/// is put between them: the library writes every line end.
///
/// `request`: in. As for `sigv4_sign_request`. The payload is one of `IOTCRED_PAYLOAD_STREAMING*`. Among the headers are `content-encoding: aws-chunked` (other
/// encodings behind it, after a comma), `x-amz-decoded-content-length` with the length of the data, and, where the payload's kind has a trailer,
/// `x-amz-trailer` with its name, such as "x-amz-checksum-crc64nvme", of at most 40 characters. Region and service together have at most 73 characters.
/// `credentials`: in. Access key id and secret are needed; the token may be empty.
/// `chunks`: in and out. All zero, or used before: an upload that was under way in it is over, also on failure, but its signing key is used again if it is the same.
/// `out`: in and out. The headers to add, as for `sigv4_sign_request`. Untouched on failure, but for `buffer_len` when it is too small:
/// `buffer` NULL with `buffer_size` 0 is the way to ask for the size.
///
/// Ownership: nothing is allocated or kept. The headers in `out` are valid as long as `out->buffer` and the credentials' token are.
/// Returns what `sigv4_sign_request` returns, `IOTCRED_ERR_PAYLOAD` also for a payload of another kind; `IOTCRED_ERR_CHUNK_HEADERS`.
/// Threads: any number at once, each with its own `chunks` and `out`.
/// Example: see `tests/c/test_chunk.c`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_chunk_begin(
    request: *const sigv4_request,
    credentials: *const sigv4_credentials,
    chunks: *mut sigv4_chunks,
    out: *mut sigv4_signed,
) -> iotcred_status {
    guard(|| {
        // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, and outputs are nobody else's meanwhile.
        let (request, credentials, chunks, out) =
            unsafe { (request.as_ref(), credentials.as_ref(), chunks.as_mut(), out.as_mut()) };
        let (Some(request), Some(credentials), Some(chunks), Some(out)) = (request, credentials, chunks, out) else {
            return Err(Status::NullArgument);
        };
        // SAFETY: as above, for what the structs point to.
        unsafe { begin(request, credentials, chunks, out) }
    })
}

/// # Safety
/// What `request`, `credentials` and `out` point to is as the header's "Pointers" and "Outputs" say.
unsafe fn begin(
    request: &sigv4_request,
    credentials: &sigv4_credentials,
    chunks: &mut sigv4_chunks,
    out: &mut sigv4_signed,
) -> Result<(), Status> {
    // SAFETY: the caller's promise.
    let (headers, credentials, buffer) = unsafe {
        (
            // The upload reads its headers before the signer does, and has one status for all that it finds in them.
            HeaderArray::readable(request.headers, request.header_count)?,
            credentials.or_refused(),
            bytes_mut(out.buffer.cast(), out.buffer_size, Status::NullArgument)?,
        )
    };
    // SAFETY: the caller's promise.
    let request = unsafe { request.read(&headers) };
    // Where it is: a move would take its room on the stack once more.
    let request = request.as_ref().map_err(|status| *status)?;
    let signed = chunks.inner().begin(request, &credentials, buffer);
    out.take(signed, &credentials)
}

/// Signs the next chunk, and writes what goes on the wire before its data: the line end of the chunk before, the chunk's size and its signature.
///
/// `chunks`: in and out. Begun by `sigv4_chunk_begin`. Unchanged on failure.
/// `data`: in. The chunk: at least 8192 bytes, but for the last one, which completes the announced length. It is hashed, not copied: send it behind `buffer`.
/// `buffer`, `buffer_size`: out. Memory for the head; `IOTCRED_CHUNK_HEAD_MAX` bytes are always enough. NULL and 0: asks for the size.
/// `buffer_len`: out. How many bytes were written, or, with `IOTCRED_ERR_BUFFER_TOO_SMALL`, how many are needed.
///
/// Ownership: nothing is allocated or kept.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_CHUNK_ORDER`, `_CHUNK_TOO_LARGE`, `_CHUNK_TOO_SMALL`.
/// Threads: one at a time for one `chunks`.
/// Example: see `tests/c/test_chunk.c`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_chunk_next(
    chunks: *mut sigv4_chunks,
    data: iotcred_bytes,
    buffer: *mut c_char,
    buffer_size: usize,
    buffer_len: *mut usize,
) -> iotcred_status {
    guard(|| {
        // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, and outputs are nobody else's meanwhile.
        unsafe {
            let data = data.get(Status::NullArgument)?;
            write(chunks, buffer, buffer_size, buffer_len, |chunks, buffer| {
                chunks.chunk(data, buffer)
            })
        }
    })
}

/// Ends the upload, and writes what goes on the wire behind its data: the line end of the last chunk, the empty chunk, the trailer and its signature.
///
/// `chunks`: in and out. All data was given. No upload is under way afterwards; the signing key is kept for the next one, until `sigv4_chunk_wipe`. Unchanged
/// on failure.
/// `trailer_value`: in. Empty for `x-amz-checksum-crc32`, `-crc32c` and `-crc64nvme`, which the library computes, and where there is no trailer; else the
/// value of the trailer that was announced, in visible ASCII characters.
/// `buffer`, `buffer_size`: out. Memory for the end: 256 bytes are enough for any checksum. NULL and 0: asks for the size.
/// `buffer_len`: out. How many bytes were written, or, with `IOTCRED_ERR_BUFFER_TOO_SMALL`, how many are needed.
///
/// Ownership: nothing is allocated or kept.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_CHUNK_ORDER`, `_CHUNK_TOTAL`, `_TRAILER`.
/// Threads: one at a time for one `chunks`.
/// Example: see `tests/c/test_chunk.c`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_chunk_end(
    chunks: *mut sigv4_chunks,
    trailer_value: sigv4_str,
    buffer: *mut c_char,
    buffer_size: usize,
    buffer_len: *mut usize,
) -> iotcred_status {
    guard(|| {
        // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, and outputs are nobody else's meanwhile.
        unsafe {
            let value = trailer_value.get(Status::Trailer)?;
            write(chunks, buffer, buffer_size, buffer_len, |chunks, buffer| {
                chunks.end(value, buffer)
            })
        }
    })
}

/// Lets the upload write into the caller's buffer.
///
/// # Safety
/// The pointers are as the header's "Pointers" and "Outputs" say.
unsafe fn write(
    chunks: *mut sigv4_chunks,
    buffer: *mut c_char,
    buffer_size: usize,
    buffer_len: *mut usize,
    step: impl FnOnce(&mut Chunks, &mut [u8]) -> Result<usize, Error>,
) -> Result<(), Status> {
    // SAFETY: the caller's promise.
    let (chunks, buffer, length) = unsafe {
        (
            chunks.as_mut(),
            bytes_mut(buffer.cast(), buffer_size, Status::NullArgument)?,
            buffer_len.as_mut(),
        )
    };
    let (Some(chunks), Some(length)) = (chunks, length) else {
        return Err(Status::NullArgument);
    };
    *length = too_small(step(chunks.inner(), buffer), length)?;
    Ok(())
}

/// The exact `content-length` of an upload in chunks: of all that is sent behind the head.
///
/// `request`: in. As for `sigv4_chunk_begin`; only its payload and headers are looked at, among which `content-length` need not be yet.
/// `chunk_size`: in. Bytes of every chunk but the last, at least 8192.
/// `trailer_value_len`: in. Bytes of the trailer's value that `sigv4_chunk_end` will get; 0 where that is empty.
/// `content_length`: out, in bytes.
///
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_PAYLOAD`, `_HEADER`, `_HEADER_NAME`, `_CHUNK_HEADERS`, `_CHUNK_TOO_SMALL`, `_CHUNK_TOTAL`.
/// Threads: any number at once.
/// Example: `sigv4_chunk_content_length(&request, 65536, 0, &content_length);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_chunk_content_length(
    request: *const sigv4_request,
    chunk_size: u64,
    trailer_value_len: usize,
    content_length: *mut u64,
) -> iotcred_status {
    guard(|| {
        // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, and outputs are nobody else's meanwhile.
        unsafe {
            let (Some(request), Some(content_length)) = (request.as_ref(), content_length.as_mut()) else {
                return Err(Status::NullArgument);
            };
            let headers = HeaderArray::readable(request.headers, request.header_count)?;
            let announced = Announced::by(&request.payload.read()?, &headers)?;
            *content_length = announced.content_length(chunk_size, trailer_value_len as u64)?;
        }
        Ok(())
    })
}

/// Wipes an upload, the signing key too; none is under way afterwards.
///
/// `chunks`: in and out; NULL is allowed and does nothing.
/// Threads: one at a time for one `chunks`.
/// Example: `sigv4_chunk_wipe(&chunks);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_chunk_wipe(chunks: *mut sigv4_chunks) {
    // SAFETY: the header's "Pointers" and "Outputs": NULL or valid, and nobody else's meanwhile.
    if let Some(chunks) = unsafe { chunks.as_mut() } {
        zeroize::Zeroize::zeroize(&mut chunks.opaque);
    }
}
