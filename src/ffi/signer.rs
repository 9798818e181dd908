//! `iotcred_signer`: a private key that never leaves its chip, for C.

use super::types::iotcred_bytes;
use crate::tls::{External, Scheme, ToSign};
use core::ffi::c_void;

/// `scheme`: ECDSA on P-256. `hash` is a SHA-256. The signature is in DER, or its two numbers of 32 bytes one after the other, as PKCS#11 gives them.
pub const IOTCRED_SCHEME_ECDSA_P256: i32 = 0x0403;
/// `scheme`: ECDSA on P-384. `hash` is a SHA-384. The signature is in DER, or its two numbers of 48 bytes.
pub const IOTCRED_SCHEME_ECDSA_P384: i32 = 0x0503;
/// `scheme`: RSA with PSS. `hash` is a SHA-256; MGF1 with SHA-256, a salt of 32 bytes.
pub const IOTCRED_SCHEME_RSA_PSS: i32 = 0x0804;
/// `scheme`: RSA with PKCS#1 v1.5. `hash` is a SHA-256, without its DigestInfo (RFC 8017 section 9.2).
pub const IOTCRED_SCHEME_RSA_PKCS1: i32 = 0x0401;

const _: () = {
    assert!(IOTCRED_SCHEME_ECDSA_P256 == Scheme::EcdsaP256 as i32);
    assert!(IOTCRED_SCHEME_ECDSA_P384 == Scheme::EcdsaP384 as i32);
    assert!(IOTCRED_SCHEME_RSA_PSS == Scheme::RsaPss as i32);
    assert!(IOTCRED_SCHEME_RSA_PKCS1 == Scheme::RsaPkcs1 as i32);
};

/// `flags`: the chip cannot pad with PSS. TLS 1.3 has nothing else for RSA, so such a chip needs a server with TLS 1.2.
pub const IOTCRED_SIGNER_NO_PSS: u32 = 1;

/// What is to be signed. Borrowed for the call of `sign`.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct iotcred_to_sign {
    /// One of `IOTCRED_SCHEME_*`, by the key in the certificate.
    pub scheme: i32,
    /// The hash of `message`, which is what most chips sign.
    pub hash: iotcred_bytes,
    /// The whole message, for a chip that hashes itself.
    pub message: iotcred_bytes,
}

/// A private key that never leaves its chip: a secure element, a TPM, a PKCS#11 token. All zero but `sign` is a valid one.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Debug)]
pub struct iotcred_signer {
    /// Passed to `sign`; may be NULL.
    pub context: *mut c_void,
    /// Signs: writes at most `size` bytes (512) into `signature`, and returns how many; 0 or a negative number means failure. Called once in a fetch's try, in the
    /// handshake, by the thread that called the library. What it writes is verified with the certificate before it is sent.
    pub sign: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            what: *const iotcred_to_sign,
            signature: *mut u8,
            size: usize,
        ) -> i32,
    >,
    /// `IOTCRED_SIGNER_*`; 0: none.
    pub flags: u32,
}

// SAFETY: rustls asks that a key can go to another thread; none does: the handshake runs in the thread that called the library.
unsafe impl Send for iotcred_signer {}
// SAFETY: as above.
unsafe impl Sync for iotcred_signer {}

impl External for iotcred_signer {
    fn sign(&self, what: &ToSign<'_>, signature: &mut [u8]) -> Result<usize, i32> {
        let borrowed = |bytes: &[u8]| iotcred_bytes {
            ptr: bytes.as_ptr(),
            len: bytes.len(),
        };
        let to_sign = iotcred_to_sign {
            scheme: what.scheme as i32,
            hash: borrowed(what.hash),
            message: borrowed(what.message),
        };
        let sign = self.sign.ok_or(FAILED)?;
        // SAFETY: what is passed is valid for the call; the function is the caller's.
        let returned = unsafe {
            sign(
                self.context,
                &raw const to_sign,
                signature.as_mut_ptr(),
                signature.len(),
            )
        };
        match usize::try_from(returned) {
            Ok(length) if (1..=signature.len()).contains(&length) => Ok(length),
            _ => Err(returned.min(FAILED)),
        }
    }

    fn has_pss(&self) -> bool {
        self.flags & IOTCRED_SIGNER_NO_PSS == 0
    }
}

/// What an impossible length counts as.
const FAILED: i32 = -1;
