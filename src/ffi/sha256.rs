//! `sigv4_sha256_*`: the hash of a payload in pieces, for C.

use super::args::bytes;
use super::guard::guard;
use super::status::iotcred_status;
use crate::crypto::sha256::{DIGEST, Sha256};
use crate::error::Status;

/// A SHA-256 that is being computed. The struct is the caller's; `sigv4_sha256_init` begins. One thread at a time.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct sigv4_sha256 {
    /// The library's.
    pub opaque: [u64; 40],
}

impl sigv4_sha256 {
    fn inner(&mut self) -> &mut Sha256 {
        const {
            assert!(size_of::<Sha256>() <= size_of::<sigv4_sha256>());
            assert!(align_of::<Sha256>() <= align_of::<sigv4_sha256>());
        }
        // SAFETY: large and aligned enough, as was just asserted, and every bit pattern is a `Sha256`: it is plain integers, and its length is checked
        // wherever it is used.
        unsafe { &mut *core::ptr::from_mut(self).cast::<Sha256>() }
    }
}

/// Begins a SHA-256; what the struct held before is lost.
///
/// `hash`: out.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`.
/// Threads: one at a time for one struct.
/// Example: `sigv4_sha256_init(&hash);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_sha256_init(hash: *mut sigv4_sha256) -> iotcred_status {
    guard(|| {
        // SAFETY: the header's "Pointers" and "Outputs": NULL or valid, and nobody else's meanwhile. It is zeroed first, since it may never have been set.
        let hash = unsafe {
            if hash.is_null() {
                return Err(Status::NullArgument);
            }
            hash.write_bytes(0, 1);
            &mut *hash
        };
        *hash.inner() = Sha256::new();
        Ok(())
    })
}

/// Hashes bytes on.
///
/// `hash`: in and out. Begun by `sigv4_sha256_init`.
/// `data`, `len`: in. The next bytes, of any number.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`.
/// Threads: one at a time for one struct.
/// Example: `sigv4_sha256_update(&hash, piece, piece_len);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_sha256_update(hash: *mut sigv4_sha256, data: *const u8, len: usize) -> iotcred_status {
    guard(|| {
        // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, and the hash is nobody else's meanwhile.
        let (hash, data) = unsafe { (hash.as_mut(), bytes(data, len, Status::NullArgument)?) };
        crate::crypto::Hash::update(hash.ok_or(Status::NullArgument)?.inner(), data);
        Ok(())
    })
}

/// Ends: writes the SHA-256 of all bytes since `sigv4_sha256_init`, and wipes the struct. It is what `IOTCRED_PAYLOAD_SHA256` wants.
///
/// `hash`: in and out. Begun by `sigv4_sha256_init`.
/// `digest`: out. 32 bytes.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`.
/// Threads: one at a time for one struct.
/// Example: `uint8_t digest[32]; sigv4_sha256_final(&hash, digest);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigv4_sha256_final(hash: *mut sigv4_sha256, digest: *mut u8) -> iotcred_status {
    guard(|| {
        // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, `digest` for 32 bytes, and nobody else's meanwhile.
        let (hash, digest) = unsafe { (hash.as_mut(), digest.cast::<[u8; DIGEST]>().as_mut()) };
        let (Some(hash), Some(digest)) = (hash, digest) else {
            return Err(Status::NullArgument);
        };
        *digest = hash.inner().take();
        zeroize::Zeroize::zeroize(&mut hash.opaque);
        Ok(())
    })
}
