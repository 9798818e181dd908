//! A private key that never leaves its chip: the caller signs. What it signs is checked against the certificate before it goes out, so that a chip with the wrong key
//! or a wrong form is found here, and not by the words "decrypt error" of a server.
#![forbid(unsafe_code)]

use super::provider;
use crate::crypto::tls_digest;
use crate::error::{Error, Status};
use crate::limits::SIGNATURE_MAX;
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicI32, Ordering};
use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use rustls::sign::{Signer, SigningKey};
use rustls::{SignatureAlgorithm, SignatureScheme};

/// How a key signs: the number is TLS's (RFC 8446 section 4.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Scheme {
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256 = 0x0403,
    /// ECDSA on P-384 with SHA-384.
    EcdsaP384 = 0x0503,
    /// RSA, PSS with SHA-256 and a salt of 32 bytes.
    RsaPss = 0x0804,
    /// RSA, PKCS#1 v1.5 with SHA-256.
    RsaPkcs1 = 0x0401,
}

impl Scheme {
    fn name(self) -> SignatureScheme {
        SignatureScheme::from(self as u16)
    }

    /// Bytes of each half of an ECDSA signature; `None` for RSA.
    fn half(self) -> Option<usize> {
        match self {
            Self::EcdsaP256 => Some(32),
            Self::EcdsaP384 => Some(48),
            Self::RsaPss | Self::RsaPkcs1 => None,
        }
    }
}

/// What is to be signed.
pub struct ToSign<'a> {
    /// How.
    pub scheme: Scheme,
    /// All of it.
    pub message: &'a [u8],
    /// Its hash, by the scheme's.
    pub hash: &'a [u8],
}

/// The one who has the key.
pub trait External: Send + Sync {
    /// Writes a signature, and says how long it is. `Err`: it failed, with what it returned.
    fn sign(&self, what: &ToSign<'_>, signature: &mut [u8]) -> Result<usize, i32>;

    /// Whether it signs PSS.
    fn has_pss(&self) -> bool;
}

/// A key of `External`, for the public key in a certificate.
#[derive(Clone)]
pub(super) struct ExternalKey(Arc<Shared>);

struct Shared {
    signer: &'static dyn External,
    certificate: CertificateDer<'static>,
    schemes: Vec<Scheme>,
    /// How the last signature went: one of the three below, or the negative number that the signer returned.
    outcome: AtomicI32,
}

const NOT_ASKED: i32 = 0;
const SIGNED: i32 = 1;
const DOES_NOT_VERIFY: i32 = 2;

impl ExternalKey {
    /// Errors: `Certificate`, `KeyUnsupported`.
    pub(super) fn new(signer: &'static dyn External, certificate: CertificateDer<'static>) -> Result<Self, Error> {
        let schemes = schemes(&certificate, signer.has_pss())?;
        Ok(Self(Arc::new(Shared {
            signer,
            certificate,
            schemes,
            outcome: AtomicI32::new(NOT_ASKED),
        })))
    }

    /// Why a handshake failed in which the key was wanted, if the signer is to blame. `is_late`: the deadline has passed.
    pub(super) fn blame(&self, is_late: bool) -> Option<Error> {
        match self.0.outcome.load(Ordering::Relaxed) {
            NOT_ASKED => None,
            SIGNED if is_late => Some(Status::SignerSlow.into()),
            SIGNED => None,
            DOES_NOT_VERIFY => Some(Error::new(
                Status::SignerMismatch,
                format_args!("what the callback `sign` wrote is no signature of the certificate's key"),
            )),
            returned => Some(Error::new(
                Status::SignerFailed,
                format_args!("the callback `sign` returned {returned}"),
            )),
        }
    }
}

impl SigningKey for ExternalKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let scheme = *self.0.schemes.iter().find(|scheme| offered.contains(&scheme.name()))?;
        Some(Box::new(ExternalSigner {
            key: self.clone(),
            scheme,
        }))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        match self.0.schemes.first() {
            Some(Scheme::EcdsaP256 | Scheme::EcdsaP384) => SignatureAlgorithm::ECDSA,
            _ => SignatureAlgorithm::RSA,
        }
    }
}

struct ExternalSigner {
    key: ExternalKey,
    scheme: Scheme,
}

shows_its_name!(ExternalKey);
shows_its_name!(ExternalSigner);

impl Signer for ExternalSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let signed = self.signature(message);
        let outcome = signed.as_ref().map_or_else(|outcome| *outcome, |_| SIGNED);
        self.key.0.outcome.store(outcome, Ordering::Relaxed);
        signed.map_err(|_| rustls::Error::General("the device's signer failed".into()))
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme.name()
    }
}

impl ExternalSigner {
    /// The signature as TLS wants it. Errors: the outcome.
    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, i32> {
        let hash = tls_digest(self.scheme == Scheme::EcdsaP384, message);
        let what = ToSign {
            scheme: self.scheme,
            message,
            hash: hash.as_ref(),
        };
        let mut signature = vec![0; SIGNATURE_MAX];
        let length = self.key.0.signer.sign(&what, &mut signature)?;
        signature.truncate(length);
        if self.verifies(message, &signature) {
            return Ok(signature);
        }
        // PKCS#11 and secure elements give the two numbers of ECDSA as they are.
        let from_halves = self.scheme.half().and_then(|half| ecdsa_der(&signature, half));
        from_halves
            .filter(|signature| self.verifies(message, signature))
            .ok_or(DOES_NOT_VERIFY)
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let certificate = webpki::EndEntityCert::try_from(&self.key.0.certificate);
        let algorithm = verifier(self.scheme);
        matches!((certificate, algorithm), (Ok(certificate), Some(algorithm))
            if certificate.verify_signature(algorithm, message, signature).is_ok())
    }
}

fn verifier(scheme: Scheme) -> Option<&'static dyn SignatureVerificationAlgorithm> {
    let mapping = provider::ALGORITHMS.mapping.iter();
    let (_, algorithms) = mapping.into_iter().find(|(name, _)| *name == scheme.name())?;
    algorithms.first().copied()
}

/// Object identifiers as they stand in DER.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];

/// What the certificate's key can be asked for, the best first. Errors: `Certificate`, `KeyUnsupported`.
fn schemes(certificate: &CertificateDer<'_>, has_pss: bool) -> Result<Vec<Scheme>, Error> {
    let parsed = webpki::EndEntityCert::try_from(certificate).map_err(|_| {
        Error::new(
            Status::Certificate,
            format_args!("the certificate is not well-formed X.509"),
        )
    })?;
    let public_key = parsed.subject_public_key_info();
    // The algorithm's identifier is at the beginning: SEQUENCE, SEQUENCE, and one or two identifiers.
    let algorithm = public_key.get(..32).unwrap_or_default();
    let is = |identifier: &[u8]| algorithm.windows(identifier.len()).any(|window| window == identifier);
    let found: &[Scheme] = if is(P256) {
        &[Scheme::EcdsaP256]
    } else if is(P384) {
        &[Scheme::EcdsaP384]
    } else if is(RSA) && has_pss {
        &[Scheme::RsaPss, Scheme::RsaPkcs1]
    } else if is(RSA) {
        &[Scheme::RsaPkcs1]
    } else {
        &[]
    };
    let found: Vec<Scheme> = found
        .iter()
        .copied()
        .filter(|scheme| verifier(*scheme).is_some())
        .collect();
    if found.is_empty() {
        return Err(Error::new(
            Status::KeyUnsupported,
            format_args!("the certificate's key is none that this build can use"),
        ));
    }
    Ok(found)
}

/// An ECDSA signature in DER (RFC 3279 section 2.2.3) from its two numbers of `half` bytes each; `None` where the length is another.
fn ecdsa_der(halves: &[u8], half: usize) -> Option<Vec<u8>> {
    if halves.len() != 2 * half {
        return None;
    }
    let mut numbers = Vec::with_capacity(2 * half + 6);
    for number in halves.chunks(half) {
        let digits = number.iter().position(|byte| *byte != 0)?;
        let digits = number.get(digits..)?;
        let pad = digits.first().is_some_and(|first| *first >= 0x80);
        numbers.extend([0x02, u8::try_from(digits.len()).ok()? + u8::from(pad)]);
        numbers.extend(pad.then_some(0));
        numbers.extend_from_slice(digits);
    }
    let mut der = Vec::from([0x30, u8::try_from(numbers.len()).ok()?]);
    der.append(&mut numbers);
    Some(der)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, after X.690 section 8.3: no leading zeros, but one where the first bit is set.
    #[test]
    fn the_two_numbers_of_ecdsa_become_der() {
        let halves = [0, 0, 0x7f, 1, 0, 0x80, 2, 3];
        let der = [0x30, 10, 0x02, 2, 0x7f, 1, 0x02, 4, 0, 0x80, 2, 3];
        assert_eq!(ecdsa_der(&halves, 4).unwrap(), der);
        assert_eq!(ecdsa_der(&halves, 3), None);
        assert_eq!(ecdsa_der(&[0, 0, 0, 1], 2), None);
        assert_eq!(ecdsa_der(&[0xff; 96], 48).unwrap().len(), 2 + 2 * (2 + 49));
    }
}
