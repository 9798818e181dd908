//! Who the device is: its certificate chain and its private key, from PEM or DER.
#![forbid(unsafe_code)]

use super::der::{Facts, Looks, looks, tlv};
use super::failure;
use super::signer::{External, ExternalKey};
use crate::error::{Error, Status};
use crate::limits::{PEM_MAX, RSA_BITS_MAX, RSA_BITS_MIN};
use crate::time::UnixTime;
use alloc::sync::Arc;
use alloc::vec::Vec;
use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
#[cfg(feature = "every-suite")]
use rustls::crypto::ring::sign::{RsaSigningKey, any_ecdsa_type};
use rustls::pki_types::pem::{Error as PemError, PemObject, SectionKind};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};
use rustls::sign::{CertifiedKey, SigningKey};
use zeroize::Zeroizing;

/// A certificate chain with its private key, which match.
#[derive(Debug)]
pub struct Identity {
    certified: CertifiedKey,
    external: Option<ExternalKey>,
}

impl Identity {
    /// Reads `chain` (PEM, leaf first, or one certificate in DER) and `key` (PEM or DER: PKCS#8, PKCS#1, SEC1), and reports all that is wrong with them:
    /// `Certificate`, `PrivateKey`, `KeyUnsupported`, `KeyMismatch`, `Swapped`.
    pub fn read(chain: &[u8], key: &[u8], report: &mut dyn FnMut(Error)) -> Option<Self> {
        if is_swapped(chain, key) {
            report(Status::Swapped.into());
            return None;
        }
        let chain = certificates(chain, Status::Certificate).map_err(&mut *report);
        let key = private_key(key).map_err(&mut *report);
        let certified = CertifiedKey::new(chain.ok()?, key.ok()?);
        match certified.keys_match() {
            Ok(()) => Some(Self {
                certified,
                external: None,
            }),
            Err(error) => {
                report(failure::explain_identity(&error));
                None
            }
        }
    }

    /// The same with a key that is elsewhere; `key` must be empty. Reports `Certificate`, `KeyUnsupported`, `Signer`.
    pub fn with_signer(
        chain: &[u8],
        key: &[u8],
        signer: &'static dyn External,
        report: &mut dyn FnMut(Error),
    ) -> Option<Self> {
        if !key.is_empty() {
            report(Error::new(
                Status::Signer,
                format_args!("`private_key` and `signer` are both there"),
            ));
            return None;
        }
        let chain = certificates(chain, Status::Certificate).map_err(&mut *report).ok()?;
        let leaf = chain.first()?.clone();
        let external = ExternalKey::new(signer, leaf).map_err(report).ok()?;
        Some(Self {
            certified: CertifiedKey::new(chain, Arc::new(external.clone())),
            external: Some(external),
        })
    }

    /// For TLS; and the key that is elsewhere, if it is.
    pub(super) fn into_resolver(self) -> (Arc<dyn ResolvesClientCert>, Option<ExternalKey>) {
        (Arc::new(Only(Arc::new(self.certified))), self.external)
    }
}

/// The device's one certificate, whatever the server asks for: what rustls's `SingleCertAndKey` does, without the text of a chain and a key for debugging, which
/// would be linked.
struct Only(Arc<CertifiedKey>);

impl ResolvesClientCert for Only {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

shows_its_name!(Only);

/// Whether each stands in the other's place.
fn is_swapped(chain: &[u8], key: &[u8]) -> bool {
    kind(chain) == Some(Looks::LikeKey) && kind(key) == Some(Looks::LikeCertificate)
}

/// What PEM or DER is by its outside.
fn kind(bytes: &[u8]) -> Option<Looks> {
    let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    if is_der(bytes) {
        looks(bytes)
    } else if holds(b"BEGIN CERTIFICATE-") {
        Some(Looks::LikeCertificate)
    } else {
        holds(b"PRIVATE KEY-").then_some(Looks::LikeKey)
    }
}

/// Says when the first certificate of `chain` is valid, if it is not at `now`: `CertificateExpired`, `CertificateNotYetValid`. `None` also where it cannot be read.
pub fn out_of_date(chain: &[u8], now: UnixTime) -> Option<Error> {
    let chain = certificates(chain, Status::Certificate).ok()?;
    let leaf = Facts::of(chain.first()?)?;
    let status = if now < leaf.not_before {
        Status::CertificateNotYetValid
    } else {
        Status::CertificateExpired
    };
    (!leaf.holds_at(now)).then(|| failure::out_of_date(status, "the device's certificate", &leaf, now))
}

/// The certificates in `bytes`, one at least; `status` names the field that they come from.
pub(super) fn certificates(bytes: &[u8], status: Status) -> Result<Vec<CertificateDer<'static>>, Error> {
    check_size(bytes, status)?;
    if is_der(bytes) {
        return Ok([CertificateDer::from(bytes.to_vec())].into());
    }
    let mut chain = Vec::new();
    let mut other = None;
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(bytes) {
        match section.map_err(|error| malformed_pem(status, &error))? {
            (SectionKind::Certificate, der) => chain.push(CertificateDer::from(der)),
            (kind, der) => {
                drop(Zeroizing::new(der));
                other = Some(kind);
            }
        }
    }
    match (chain.is_empty(), other) {
        (false, _) => Ok(chain),
        (true, Some(kind)) => Err(Error::new(
            status,
            format_args!("there is {} and no certificate", words(kind)),
        )),
        (true, None) => Err(Error::new(
            status,
            format_args!("there is no \"BEGIN CERTIFICATE\", and it is not DER"),
        )),
    }
}

fn check_size(bytes: &[u8], status: Status) -> Result<(), Error> {
    match bytes.len() {
        0 => Err(Error::new(status, format_args!("it is empty"))),
        1..=PEM_MAX => Ok(()),
        length => Err(Error::new(
            status,
            format_args!("it has {length} bytes; at most {PEM_MAX} are read"),
        )),
    }
}

/// DER of a certificate or key begins with a SEQUENCE; no PEM file begins with its tag, the digit 0, and a byte over 127 or a length.
fn is_der(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, 0x80..=0xff, ..])
        || matches!(bytes, [0x30, length, rest @ ..] if rest.len() == usize::from(*length))
}

fn words(kind: SectionKind) -> &'static str {
    match kind {
        SectionKind::Certificate => "a certificate",
        SectionKind::PublicKey => "a public key",
        SectionKind::RsaPrivateKey | SectionKind::PrivateKey | SectionKind::EcPrivateKey => "a private key",
        SectionKind::Csr => "a certificate request",
        _ => "something else",
    }
}

fn malformed_pem(status: Status, error: &PemError) -> Error {
    match error {
        PemError::MissingSectionEnd { .. } => {
            Error::new(status, format_args!("the PEM text is cut: an \"END\" line is missing"))
        }
        PemError::IllegalSectionStart { .. } => {
            Error::new(status, format_args!("the PEM text has a malformed \"BEGIN\" line"))
        }
        _ => Error::new(status, format_args!("the PEM text is not base64")),
    }
}

fn private_key(bytes: &[u8]) -> Result<Arc<dyn SigningKey>, Error> {
    check_size(bytes, Status::PrivateKey)?;
    let (kind, der) = private_key_der(bytes)?;
    let candidates: &[SectionKind] = match kind {
        Some(kind) => &[kind],
        None => &[
            SectionKind::PrivateKey,
            SectionKind::RsaPrivateKey,
            SectionKind::EcPrivateKey,
        ],
    };
    let mut failure = None;
    for kind in candidates {
        match signing_key(*kind, &der) {
            Ok(key) => return Ok(key),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    Err(unusable_key(&der, failure))
}

/// The key's DER, and its form where PEM names it.
fn private_key_der(bytes: &[u8]) -> Result<(Option<SectionKind>, Zeroizing<Vec<u8>>), Error> {
    if is_der(bytes) {
        return Ok((None, Zeroizing::new(bytes.to_vec())));
    }
    let mut other = None;
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(bytes) {
        let (kind, der) = section.map_err(|error| malformed_pem(Status::PrivateKey, &error))?;
        let der = Zeroizing::new(der);
        match kind {
            SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey => {
                return Ok((Some(kind), der));
            }
            _ => other = Some(kind),
        }
    }
    const ENCRYPTED: &[u8] = b"BEGIN ENCRYPTED PRIVATE KEY";
    if bytes.windows(ENCRYPTED.len()).any(|window| window == ENCRYPTED) {
        return Err(Error::new(
            Status::PrivateKey,
            format_args!("the key is encrypted: decrypt it with `openssl pkey`"),
        ));
    }
    Err(match other {
        Some(kind) => Error::new(
            Status::PrivateKey,
            format_args!("there is {} and no private key", words(kind)),
        ),
        None => Error::new(
            Status::PrivateKey,
            format_args!("there is no \"BEGIN … PRIVATE KEY\", and it is not DER"),
        ),
    })
}

fn signing_key(kind: SectionKind, der: &[u8]) -> Result<Arc<dyn SigningKey>, rustls::Error> {
    let key = match kind {
        SectionKind::RsaPrivateKey => PrivateKeyDer::from(PrivatePkcs1KeyDer::from(der)),
        SectionKind::EcPrivateKey => PrivateKeyDer::from(PrivateSec1KeyDer::from(der)),
        _ => PrivateKeyDer::from(PrivatePkcs8KeyDer::from(der)),
    };
    key_of(&key)
}

#[cfg(feature = "every-suite")]
fn key_of(der: &PrivateKeyDer<'_>) -> Result<Arc<dyn SigningKey>, rustls::Error> {
    any_ecdsa_type(der).or_else(|_| RsaSigningKey::new(der).map(|key| Arc::new(key) as Arc<dyn SigningKey>))
}

#[cfg(not(feature = "every-suite"))]
use super::narrow_key::signing_key as key_of;

/// What `KeyUnsupported` tells to use.
const USABLE: &str = if cfg!(feature = "every-suite") {
    "P-256, P-384"
} else {
    "P-256"
};

/// Object identifiers, as they stand in DER, of what a device's key could be and this library cannot use.
const UNSUPPORTED: &[(&[u8], &str)] = &[
    #[cfg(not(feature = "every-suite"))]
    (
        &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22],
        "on the curve P-384 (secp384r1)",
    ),
    (
        &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23],
        "on the curve P-521 (secp521r1)",
    ),
    (&[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a], "on the curve secp256k1"),
    (
        &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x21],
        "on the curve P-224 (secp224r1)",
    ),
    (&[0x06, 0x03, 0x2b, 0x65, 0x70], "Ed25519"),
    (&[0x06, 0x03, 0x2b, 0x65, 0x71], "Ed448"),
];

/// Why no signing key came of `der`: of a kind that ring cannot sign with, or no key at all.
fn unusable_key(der: &[u8], failure: Option<rustls::Error>) -> Error {
    let named = UNSUPPORTED
        .iter()
        .find(|(oid, _)| der.windows(oid.len()).any(|window| window == *oid));
    if let Some((_, name)) = named {
        return Error::new(
            Status::KeyUnsupported,
            format_args!("the key is {name}; use {USABLE} or RSA of 2048 bits and more"),
        );
    }
    match failure {
        Some(rustls::Error::General(words)) if words.ends_with("TooSmall") || words.ends_with("TooLarge") => {
            let bits = modulus_bits(der).unwrap_or_default();
            Error::new(
                Status::KeyUnsupported,
                format_args!("the RSA key has {bits} bits; use one of {RSA_BITS_MIN} to {RSA_BITS_MAX}"),
            )
        }
        _ if looks(der) == Some(Looks::LikeCertificate) => Error::new(
            Status::PrivateKey,
            format_args!("there is a certificate and no private key"),
        ),
        _ => Error::new(
            Status::PrivateKey,
            format_args!("the key is neither PKCS#8 nor PKCS#1 nor SEC1"),
        ),
    }
}

/// Bits of an RSA key's modulus (RFC 8017 appendix A.1.2), for an error message: the first long INTEGER, within PKCS#8's wrapping or without.
fn modulus_bits(mut der: &[u8]) -> Option<usize> {
    const LONG: usize = 16;
    loop {
        let (tag, contents, rest) = tlv(der)?;
        der = match (tag, contents) {
            (0x02, [0, modulus @ ..] | modulus) if modulus.len() > LONG => {
                return Some(modulus.len() * 8 - modulus.first()?.leading_zeros() as usize);
            }
            // A SEQUENCE that begins with an INTEGER is a key, an OCTET STRING wraps one; anything else is passed over.
            (0x30, [0x02, ..]) | (0x04, [0x30, ..]) => contents,
            _ => rest,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_p384_key_is_told_where_it_cannot_be_used() {
        let made = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        let read = private_key(&made.serialize_der());
        if cfg!(feature = "every-suite") {
            assert!(read.is_ok());
            return;
        }
        let error = read.unwrap_err();
        assert_eq!(error.status, Status::KeyUnsupported);
        assert_eq!(
            error.message.as_str(),
            "the key is on the curve P-384 (secp384r1); use P-256 or RSA of 2048 bits and more"
        );
    }

    #[test]
    fn a_modulus_is_found_with_and_without_its_wrapping() {
        // SEQUENCE { INTEGER 0, INTEGER 2^135 + ... }: 17 bytes after a sign byte.
        let mut pkcs1 = [&[0x30, 0x17, 0x02, 0x01, 0x00, 0x02, 0x12, 0x00][..], &[0x80; 17]].concat();
        assert_eq!(modulus_bits(&pkcs1), Some(136));
        let head = [0x30, 0x2b, 0x02, 0x01, 0x00, 0x30, 0x0b, 0x06, 0x09];
        let pkcs8 = [&head[..], &[0x2a; 9], &[0x04, 0x19], &pkcs1].concat();
        assert_eq!(modulus_bits(&pkcs8), Some(136));
        pkcs1.truncate(12);
        assert_eq!(modulus_bits(&pkcs1), None);
        assert_eq!(modulus_bits(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
