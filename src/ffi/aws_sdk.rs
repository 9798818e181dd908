//! `SigV4_*`: the interface of the AWS IoT Device SDK's SigV4 module. Its header is `include/sigv4.h`, which is written by hand; the layout of the
//! structs is asserted here and, for C, in `src/aws_sdk/layout.c`.
#![allow(non_camel_case_types, non_snake_case)]

use super::args;
use super::guard;
use crate::aws_sdk::{self, Flags, Parameters, Status};
use crate::crypto::gathered::Gathered;
use crate::crypto::{Digest, Hash};
use crate::error;
use crate::limits::{HASH_BLOCK_MAX, HASH_DIGEST_MAX};
use core::ffi::{c_char, c_void};
use core::mem::offset_of;

/// `SigV4Status_t`. An `int`, also where C makes a shorter type of the enum: a function returns either in the same register.
pub type SigV4Status_t = i32;

/// `SigV4CryptoInterface_t`
#[repr(C)]
pub struct SigV4CryptoInterface_t {
    /// Begins a hash.
    pub hashInit: Option<unsafe extern "C" fn(*mut c_void) -> i32>,
    /// Hashes on.
    pub hashUpdate: Option<unsafe extern "C" fn(*mut c_void, *const u8, usize) -> i32>,
    /// Ends a hash.
    pub hashFinal: Option<unsafe extern "C" fn(*mut c_void, *mut u8, usize) -> i32>,
    /// Handed to each of them.
    pub pHashContext: *mut c_void,
    /// Bytes of a block.
    pub hashBlockLen: usize,
    /// Bytes of a digest.
    pub hashDigestLen: usize,
}

/// `SigV4HttpParameters_t`
#[repr(C)]
pub struct SigV4HttpParameters_t {
    /// The method.
    pub pHttpMethod: *const c_char,
    /// Its length.
    pub httpMethodLen: usize,
    /// `SIGV4_HTTP_*`
    pub flags: u32,
    /// The path.
    pub pPath: *const c_char,
    /// Its length.
    pub pathLen: usize,
    /// The query.
    pub pQuery: *const c_char,
    /// Its length.
    pub queryLen: usize,
    /// The headers.
    pub pHeaders: *const c_char,
    /// Their length.
    pub headersLen: usize,
    /// The body.
    pub pPayload: *const c_char,
    /// Its length.
    pub payloadLen: usize,
}

/// `SigV4Credentials_t`
#[repr(C)]
pub struct SigV4Credentials_t {
    /// The access key id.
    pub pAccessKeyId: *const c_char,
    /// Its length.
    pub accessKeyIdLen: usize,
    /// The secret access key.
    pub pSecretAccessKey: *const c_char,
    /// Its length.
    pub secretAccessKeyLen: usize,
}

/// `SigV4Parameters_t`
#[repr(C)]
pub struct SigV4Parameters_t {
    /// The credentials.
    pub pCredentials: *mut SigV4Credentials_t,
    /// The time, 16 bytes.
    pub pDateIso8601: *const c_char,
    /// The algorithm's name.
    pub pAlgorithm: *const c_char,
    /// Its length.
    pub algorithmLen: usize,
    /// The region.
    pub pRegion: *const c_char,
    /// Its length.
    pub regionLen: usize,
    /// The service.
    pub pService: *const c_char,
    /// Its length.
    pub serviceLen: usize,
    /// The hash.
    pub pCryptoInterface: *mut SigV4CryptoInterface_t,
    /// The request.
    pub pHttpParameters: *mut SigV4HttpParameters_t,
}

// All members are as wide as a pointer, or padded to it.
const _: () = {
    const WORD: usize = size_of::<usize>();
    assert!(size_of::<*const c_void>() == WORD && align_of::<usize>() == WORD);
    assert!(offset_of!(SigV4CryptoInterface_t, hashInit) == 0);
    assert!(offset_of!(SigV4CryptoInterface_t, hashUpdate) == WORD);
    assert!(offset_of!(SigV4CryptoInterface_t, hashFinal) == 2 * WORD);
    assert!(offset_of!(SigV4CryptoInterface_t, pHashContext) == 3 * WORD);
    assert!(offset_of!(SigV4CryptoInterface_t, hashBlockLen) == 4 * WORD);
    assert!(offset_of!(SigV4CryptoInterface_t, hashDigestLen) == 5 * WORD);
    assert!(size_of::<SigV4CryptoInterface_t>() == 6 * WORD);
    assert!(offset_of!(SigV4HttpParameters_t, pHttpMethod) == 0);
    assert!(offset_of!(SigV4HttpParameters_t, httpMethodLen) == WORD);
    assert!(offset_of!(SigV4HttpParameters_t, flags) == 2 * WORD);
    assert!(offset_of!(SigV4HttpParameters_t, pPath) == 3 * WORD);
    assert!(offset_of!(SigV4HttpParameters_t, pathLen) == 4 * WORD);
    assert!(offset_of!(SigV4HttpParameters_t, pQuery) == 5 * WORD);
    assert!(offset_of!(SigV4HttpParameters_t, queryLen) == 6 * WORD);
    assert!(offset_of!(SigV4HttpParameters_t, pHeaders) == 7 * WORD);
    assert!(offset_of!(SigV4HttpParameters_t, headersLen) == 8 * WORD);
    assert!(offset_of!(SigV4HttpParameters_t, pPayload) == 9 * WORD);
    assert!(offset_of!(SigV4HttpParameters_t, payloadLen) == 10 * WORD);
    assert!(size_of::<SigV4HttpParameters_t>() == 11 * WORD);
    assert!(offset_of!(SigV4Credentials_t, pAccessKeyId) == 0);
    assert!(offset_of!(SigV4Credentials_t, accessKeyIdLen) == WORD);
    assert!(offset_of!(SigV4Credentials_t, pSecretAccessKey) == 2 * WORD);
    assert!(offset_of!(SigV4Credentials_t, secretAccessKeyLen) == 3 * WORD);
    assert!(size_of::<SigV4Credentials_t>() == 4 * WORD);
    assert!(offset_of!(SigV4Parameters_t, pCredentials) == 0);
    assert!(offset_of!(SigV4Parameters_t, pDateIso8601) == WORD);
    assert!(offset_of!(SigV4Parameters_t, pAlgorithm) == 2 * WORD);
    assert!(offset_of!(SigV4Parameters_t, algorithmLen) == 3 * WORD);
    assert!(offset_of!(SigV4Parameters_t, pRegion) == 4 * WORD);
    assert!(offset_of!(SigV4Parameters_t, regionLen) == 5 * WORD);
    assert!(offset_of!(SigV4Parameters_t, pService) == 6 * WORD);
    assert!(offset_of!(SigV4Parameters_t, serviceLen) == 7 * WORD);
    assert!(offset_of!(SigV4Parameters_t, pCryptoInterface) == 8 * WORD);
    assert!(offset_of!(SigV4Parameters_t, pHttpParameters) == 9 * WORD);
    assert!(size_of::<SigV4Parameters_t>() == 10 * WORD);
};

/// Makes the value of a request's `Authorization` header; see `sigv4.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SigV4_GenerateHTTPAuthorization(
    pParams: *const SigV4Parameters_t,
    pAuthBuf: *mut c_char,
    authBufLen: *mut usize,
    pSignature: *mut *mut c_char,
    signatureLen: *mut usize,
) -> SigV4Status_t {
    status(|| {
        // SAFETY: sigv4.h: each pointer is NULL or valid for the call, and the outputs are nobody else's meanwhile.
        let (params, auth_len, signature, signature_len) = unsafe {
            (
                pParams.as_ref(),
                authBufLen.as_mut(),
                pSignature.as_mut(),
                signatureLen.as_mut(),
            )
        };
        let (Some(params), Some(auth_len), Some(signature), Some(signature_len)) =
            (params, auth_len, signature, signature_len)
        else {
            return Err(Status::InvalidParameter);
        };
        // SAFETY: as above, for what the struct points to and for `*authBufLen` bytes.
        let (credentials, http, interface, buffer) = unsafe {
            (
                params.pCredentials.as_ref(),
                params.pHttpParameters.as_ref().filter(|http| http.is_possible()),
                params.pCryptoInterface.as_ref(),
                output(pAuthBuf, *auth_len)?,
            )
        };
        let (Some(credentials), Some(http), Some(interface)) = (credentials, http, interface) else {
            return Err(Status::InvalidParameter);
        };
        // SAFETY: as above, for what these point to.
        let parameters = unsafe { params.read(credentials, http) };
        let mut hash = Gathered::new(CallerHash::new(interface)?);
        let written = aws_sdk::generate_http_authorization(&parameters, &mut hash, buffer)?;
        *signature = pAuthBuf.wrapping_add(written.before);
        (*signature_len, *auth_len) = (written.digits, written.end());
        Ok(())
    })
}

/// Makes the date of `x-amz-date` of another; see `sigv4.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SigV4_AwsIotDateToIso8601(
    pDate: *const c_char,
    dateLen: usize,
    pDateISO8601: *mut c_char,
    dateISO8601Len: usize,
) -> SigV4Status_t {
    status(|| {
        // SAFETY: sigv4.h: each pointer is NULL or valid for its length, and the output is nobody else's meanwhile.
        let (date, iso8601) = unsafe { (text(pDate, dateLen), output(pDateISO8601, dateISO8601Len)?) };
        let iso8601 = iso8601.first_chunk_mut().ok_or(Status::InvalidParameter)?;
        *iso8601 = aws_sdk::aws_iot_date_to_iso8601(date)?;
        Ok(())
    })
}

/// Percent-encodes a text; see `sigv4.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SigV4_EncodeURI(
    pUri: *const c_char,
    uriLen: usize,
    pCanonicalURI: *mut c_char,
    canonicalURILen: *mut usize,
    encodeSlash: bool,
    doubleEncodeEquals: bool,
) -> SigV4Status_t {
    status(|| {
        Status::require(
            !pUri.is_null() && isize::try_from(uriLen).is_ok(),
            Status::InvalidParameter,
        )?;
        // SAFETY: sigv4.h: each pointer is NULL or valid for its length, and the outputs are nobody else's meanwhile.
        let (text, length) = unsafe {
            (
                text(pUri, uriLen),
                canonicalURILen.as_mut().ok_or(Status::InvalidParameter)?,
            )
        };
        // SAFETY: as above, for `*canonicalURILen` bytes.
        let buffer = unsafe { output(pCanonicalURI, *length) }?;
        *length = aws_sdk::encode_uri(text, buffer, encodeSlash, doubleEncodeEquals)?;
        Ok(())
    })
}

/// Runs the body of a function. A panic is a defect, for which the original has no status.
fn status(body: impl FnOnce() -> Result<(), Status>) -> SigV4Status_t {
    match guard::run(|| Ok(body())) {
        Ok(Ok(())) => 0,
        Ok(Err(status)) => status as SigV4Status_t,
        Err(_) => Status::InvalidParameter as SigV4Status_t,
    }
}

/// A text; empty for NULL, and for a length that cannot be.
///
/// # Safety
/// As sigv4.h says: `text` is NULL or points to `len` bytes that are valid and unchanged for `'a`.
#[inline(never)]
unsafe fn text<'a>(text: *const c_char, len: usize) -> &'a [u8] {
    // SAFETY: the caller's promise.
    unsafe { args::bytes(text.cast(), len, error::Status::NullArgument) }.unwrap_or_default()
}

/// Memory to write to. Errors: `InvalidParameter` for NULL.
///
/// # Safety
/// As for `text`, and nobody else reads or writes it meanwhile.
unsafe fn output<'a>(memory: *mut c_char, len: usize) -> Result<&'a mut [u8], Status> {
    if memory.is_null() {
        return Err(Status::InvalidParameter);
    }
    // SAFETY: the caller's promise.
    unsafe { args::bytes_mut(memory.cast(), len, error::Status::NullArgument) }.map_err(|_| Status::InvalidParameter)
}

impl SigV4Parameters_t {
    /// What is signed. What is missing is empty.
    ///
    /// # Safety
    /// What the structs point to is as sigv4.h says.
    unsafe fn read<'a>(
        &'a self,
        credentials: &'a SigV4Credentials_t,
        http: &'a SigV4HttpParameters_t,
    ) -> Parameters<'a> {
        // SAFETY: the caller's promise; the date has 16 bytes, if there is one.
        unsafe {
            Parameters {
                access_key_id: text(credentials.pAccessKeyId, credentials.accessKeyIdLen),
                secret_access_key: text(credentials.pSecretAccessKey, credentials.secretAccessKeyLen),
                timestamp: text(self.pDateIso8601, 16),
                algorithm: (!self.pAlgorithm.is_null()).then(|| text(self.pAlgorithm, self.algorithmLen)),
                region: text(self.pRegion, self.regionLen),
                service: text(self.pService, self.serviceLen),
                method: text(http.pHttpMethod, http.httpMethodLen),
                flags: Flags(http.flags),
                path: text(http.pPath, http.pathLen),
                query: text(http.pQuery, http.queryLen),
                headers: text(http.pHeaders, http.headersLen),
                payload: text(http.pPayload, http.payloadLen),
            }
        }
    }
}

impl SigV4HttpParameters_t {
    /// Whether no length is one that cannot be (a negative number, say), and the payload is there if it has a length.
    fn is_possible(&self) -> bool {
        let possible = isize::try_from(self.pathLen | self.queryLen | self.payloadLen).is_ok();
        possible && (self.payloadLen == 0 || !self.pPayload.is_null())
    }
}

/// The application's hash. After its first failure it is not called again.
struct CallerHash<'a> {
    interface: &'a SigV4CryptoInterface_t,
    failed: bool,
}

impl<'a> CallerHash<'a> {
    /// Errors: `InvalidParameter`, for a function that is missing, and for a block or a digest of a length that cannot be.
    fn new(interface: &'a SigV4CryptoInterface_t) -> Result<Self, Status> {
        let complete = interface.hashInit.is_some() && interface.hashUpdate.is_some() && interface.hashFinal.is_some();
        let fits = interface.hashBlockLen <= HASH_BLOCK_MAX && (1..=HASH_DIGEST_MAX).contains(&interface.hashDigestLen);
        let hash = Self {
            interface,
            failed: false,
        };
        (complete && fits).then_some(hash).ok_or(Status::InvalidParameter)
    }

    /// Calls one of the functions, unless one has failed.
    fn call(&mut self, function: impl FnOnce(&SigV4CryptoInterface_t) -> Option<i32>) {
        self.failed = self.failed || function(self.interface) != Some(0);
    }
}

impl Hash for CallerHash<'_> {
    fn block_len(&self) -> usize {
        self.interface.hashBlockLen
    }

    fn digest_len(&self) -> usize {
        self.interface.hashDigestLen
    }

    #[inline(never)]
    fn init(&mut self) {
        // SAFETY: sigv4.h: the functions may be called with their context, in this order.
        self.call(|hash| hash.hashInit.map(|init| unsafe { init(hash.pHashContext) }));
    }

    #[inline(never)]
    fn update(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            // SAFETY: as above, and the bytes are valid for their length.
            self.call(|hash| {
                hash.hashUpdate
                    .map(|update| unsafe { update(hash.pHashContext, bytes.as_ptr(), bytes.len()) })
            });
        }
    }

    fn finish(&mut self, digest: &mut Digest) {
        let room = digest.room(self.interface.hashDigestLen);
        // SAFETY: as above, and there is room for `hashDigestLen` bytes, as `new` has checked.
        self.call(|hash| {
            hash.hashFinal
                .map(|finish| unsafe { finish(hash.pHashContext, room.as_mut_ptr(), hash.hashDigestLen) })
        });
    }

    fn result(&self) -> Result<(), error::Status> {
        if self.failed {
            Err(error::Status::HashFailed)
        } else {
            Ok(())
        }
    }
}
