//! What C hands over, as Rust takes it: every raw pointer is looked at here, and nowhere else.

use super::types::{iotcred_bytes, sigv4_credentials, sigv4_header, sigv4_str};
use crate::credentials::Credentials;
use crate::error::Status;
use crate::sign::{Header, Headers, Position};
#[cfg(feature = "client")]
use core::ffi::c_char;

/// A pointer to `len` bytes that are at `ptr`, fit for a slice; NULL where there can be no such bytes. NULL is allowed exactly where `len` is 0.
#[cfg_attr(target_os = "none", inline(never))]
fn object(ptr: *const u8, len: usize) -> *const u8 {
    match len {
        0 => core::ptr::dangling(),
        // A length above `isize::MAX` cannot be an object of C's (C11 section 6.5.6), and Rust has no slice of it.
        _ if isize::try_from(len).is_err() => core::ptr::null(),
        _ => ptr,
    }
}

/// The bytes of `ptr` and `len`. NULL is allowed exactly where `len` is 0; else the status is `null`.
///
/// # Safety
/// As the header's "Pointers" says: `ptr` is NULL or points to `len` bytes that are valid and unchanged for `'a`.
pub(super) unsafe fn bytes<'a>(ptr: *const u8, len: usize, null: Status) -> Result<&'a [u8], Status> {
    let ptr = object(ptr, len);
    if ptr.is_null() {
        return Err(null);
    }
    // SAFETY: not NULL, not too long, and valid as the header's "Pointers" says.
    Ok(unsafe { core::slice::from_raw_parts(ptr, len) })
}

/// The same to write into.
///
/// # Safety
/// As for `bytes`, and nobody else reads or writes them meanwhile (the header's "Outputs": no overlap).
pub(super) unsafe fn bytes_mut<'a>(ptr: *mut u8, len: usize, null: Status) -> Result<&'a mut [u8], Status> {
    let ptr = object(ptr, len).cast_mut();
    if ptr.is_null() {
        return Err(null);
    }
    // SAFETY: not NULL, not too long, valid and not aliased as the header's "Pointers" and "Outputs" say.
    Ok(unsafe { core::slice::from_raw_parts_mut(ptr, len) })
}

impl sigv4_str {
    /// A text that lives as long as the value that it comes from.
    pub(super) fn of(text: &[u8]) -> Self {
        Self {
            ptr: text.as_ptr().cast(),
            len: text.len(),
        }
    }

    /// Its bytes. Errors: `malformed`, for NULL with a length.
    ///
    /// # Safety
    /// As for `bytes`.
    pub(super) unsafe fn get<'a>(self, malformed: Status) -> Result<&'a [u8], Status> {
        // SAFETY: the caller's promise.
        unsafe { bytes(self.ptr.cast(), self.len, malformed) }
    }

    /// Its bytes; for NULL with a length a text that the signer refuses, with the status of the member that it is.
    ///
    /// # Safety
    /// As for `bytes`.
    pub(super) unsafe fn or_refused<'a>(self) -> &'a [u8] {
        // SAFETY: the caller's promise.
        unsafe { self.get(Status::NullArgument) }.unwrap_or(b"\x7f")
    }
}

impl iotcred_bytes {
    /// The bytes. Errors: `malformed`, for NULL with a length.
    ///
    /// # Safety
    /// As for `bytes`.
    pub(super) unsafe fn get<'a>(self, malformed: Status) -> Result<&'a [u8], Status> {
        // SAFETY: the caller's promise.
        unsafe { bytes(self.ptr, self.len, malformed) }
    }
}

impl sigv4_credentials {
    /// The credentials. Errors: `AccessKeyId`, `SecretAccessKey`, `SessionToken`, for NULL with a length.
    ///
    /// # Safety
    /// As for `bytes`, for each text.
    pub(super) unsafe fn get<'a>(&self) -> Result<Credentials<'a>, Status> {
        // SAFETY: the caller's promise.
        unsafe {
            Ok(Credentials {
                access_key_id: self.access_key_id.get(Status::AccessKeyId)?,
                secret_access_key: self.secret_access_key.get(Status::SecretAccessKey)?,
                session_token: self.session_token.get(Status::SessionToken)?,
            })
        }
    }

    /// The credentials. For a text that is NULL with a length there is one that the signer refuses.
    ///
    /// # Safety
    /// As for `bytes`, for each text.
    #[cfg_attr(target_os = "none", inline(always))]
    pub(super) unsafe fn or_refused<'a>(&self) -> Credentials<'a> {
        let mut credentials = Credentials {
            access_key_id: b"",
            secret_access_key: b"",
            session_token: b"",
        };
        // SAFETY: the caller's promise.
        unsafe {
            credentials.access_key_id = self.access_key_id.or_refused();
            // Any text can be a secret, but no empty one.
            credentials.secret_access_key = self.secret_access_key.get(Status::NullArgument).unwrap_or_default();
            credentials.session_token = self.session_token.or_refused();
        }
        credentials
    }
}

/// An array of headers of the caller's. For a text that is NULL with a length there is one that the signer refuses.
pub(super) struct HeaderArray<'a>(&'a [sigv4_header]);

impl<'a> HeaderArray<'a> {
    /// The array. Errors: `Header`, for NULL with a length.
    ///
    /// # Safety
    /// As for `bytes`, for the array and for each text in it.
    pub(super) unsafe fn new(headers: *const sigv4_header, count: usize) -> Result<Self, Status> {
        let array = match (headers.is_null(), count) {
            (_, 0) => &[],
            (true, _) => return Err(Status::Header),
            // As for `bytes`.
            (false, _) if count > isize::MAX as usize / size_of::<sigv4_header>() => return Err(Status::Header),
            // SAFETY: not NULL, not too long, valid as the caller promises, and aligned as the header's "Pointers" says.
            (false, _) => unsafe { core::slice::from_raw_parts(headers, count) },
        };
        Ok(Self(array))
    }

    /// The array, for another than the signer: each text was found readable. Errors: `Header`, `HeaderName`.
    ///
    /// # Safety
    /// As for `new`.
    pub(super) unsafe fn readable(headers: *const sigv4_header, count: usize) -> Result<Self, Status> {
        // SAFETY: the caller's promise.
        let array = unsafe { Self::new(headers, count) }?;
        for header in array.0 {
            // SAFETY: the caller's promise.
            unsafe { (header.name.get(Status::HeaderName)?, header.value.get(Status::Header)?) };
        }
        Ok(array)
    }

    /// The headers in the order given.
    #[cfg(feature = "client")]
    pub(super) fn iter(&self) -> impl Iterator<Item = Header<'a>> {
        (0..self.0.len()).map(|position| self.header(position))
    }

    /// The header at a position, or an empty one behind the last.
    fn header(&self, position: usize) -> Header<'a> {
        let mut header = Header::default();
        if let Some(found) = self.0.get(position) {
            // SAFETY: `new` was given the promise.
            unsafe {
                header.name = found.name.or_refused();
                header.value = found.value.or_refused();
            }
        }
        header
    }
}

impl Headers for HeaderArray<'_> {
    fn next(&self, from: usize) -> Option<Position> {
        Position::new(from).filter(|_| from < self.0.len())
    }

    fn at(&self, position: usize) -> Header<'_> {
        self.header(position)
    }
}

/// A C string as UTF-8; NULL is "". Errors: `malformed`, when it is not UTF-8.
///
/// # Safety
/// `text` is NULL or ends in NUL, and is valid and unchanged for `'a`.
#[cfg(feature = "client")]
pub(super) unsafe fn text<'a>(text: *const c_char, malformed: Status) -> Result<&'a str, Status> {
    if text.is_null() {
        return Ok("");
    }
    // SAFETY: not NULL, and the caller's promise.
    unsafe { core::ffi::CStr::from_ptr(text) }
        .to_str()
        .map_err(|_| malformed)
}

/// The same, where NULL means that there is none.
///
/// # Safety
/// As for `text`.
#[cfg(feature = "client")]
pub(super) unsafe fn optional_text<'a>(c_text: *const c_char, malformed: Status) -> Result<Option<&'a str>, Status> {
    // SAFETY: the caller's promise.
    let value = unsafe { text(c_text, malformed) }?;
    Ok((!c_text.is_null()).then_some(value))
}
