//! Which cryptography TLS uses: ring's, without what no server of AWS's asks for (Ed25519, QUIC) or needs (X25519: all of them take P-256,
//! and those of FIPS endpoints nothing else; its table and code are 40 KB), and as much of the rest as the features say.
//!
//! | feature | what |
//! |---|---|
//! | none | TLS 1.3 with AES-128-GCM and P-256; certificates of RSA (PKCS#1 and PSS) and of P-256, with SHA-256; device keys of RSA and P-256 |
//! | `every-suite` | besides AES-256-GCM, ChaCha20-Poly1305, P-384; certificates of P-384, and with SHA-384 and SHA-512; device keys of P-384 |
//! | `tls12` | besides TLS 1.2 |
//!
//! Amazon Root CA 2 and 4 sign with SHA-384: a chain that ends in one of them wants `every-suite`.
//! What AWS offers: <https://docs.aws.amazon.com/iot/latest/developerguide/transport-security.html>.
#![forbid(unsafe_code)]

use crate::crypto::fill_random;
use alloc::sync::Arc;
use rustls::crypto::ring::{cipher_suite, kx_group};
use rustls::crypto::{
    CipherSuiteCommon, CryptoProvider, GetRandomFailed, KeyProvider, SecureRandom, SupportedKxGroup,
    WebPkiSupportedAlgorithms,
};
use rustls::pki_types::{PrivateKeyDer, SignatureVerificationAlgorithm};
use rustls::sign::SigningKey;
use rustls::{Error, SignatureScheme, SupportedCipherSuite, SupportedProtocolVersion, Tls13CipherSuite, version};
use webpki::ring as algorithms;

/// The versions that are offered.
pub(super) const VERSIONS: &[&SupportedProtocolVersion] = &[
    &version::TLS13,
    #[cfg(feature = "tls12")]
    &version::TLS12,
];

/// What is offered, the best first.
pub(super) fn provider() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: SUITES.to_vec(),
        kx_groups: GROUPS.to_vec(),
        signature_verification_algorithms: ALGORITHMS,
        secure_random: &Random,
        key_provider: &NoKeys,
    }
}

const SUITES: &[SupportedCipherSuite] = &[
    #[cfg(feature = "every-suite")]
    SupportedCipherSuite::Tls13(&TLS13_AES_256),
    SupportedCipherSuite::Tls13(&TLS13_AES_128),
    #[cfg(feature = "every-suite")]
    SupportedCipherSuite::Tls13(&TLS13_CHACHA20),
    #[cfg(all(feature = "every-suite", feature = "tls12"))]
    cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    #[cfg(feature = "tls12")]
    cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    #[cfg(all(feature = "every-suite", feature = "tls12"))]
    cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    #[cfg(all(feature = "every-suite", feature = "tls12"))]
    cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    #[cfg(feature = "tls12")]
    cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    #[cfg(all(feature = "every-suite", feature = "tls12"))]
    cipher_suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
];

#[cfg(feature = "every-suite")]
static TLS13_AES_256: Tls13CipherSuite = without_quic(&cipher_suite::TLS13_AES_256_GCM_SHA384);
static TLS13_AES_128: Tls13CipherSuite = without_quic(&cipher_suite::TLS13_AES_128_GCM_SHA256);
#[cfg(feature = "every-suite")]
static TLS13_CHACHA20: Tls13CipherSuite = without_quic(&cipher_suite::TLS13_CHACHA20_POLY1305_SHA256);

/// ring's suite, without the way to QUIC, which would be linked.
const fn without_quic(suite: &'static SupportedCipherSuite) -> Tls13CipherSuite {
    match suite {
        SupportedCipherSuite::Tls13(suite) => Tls13CipherSuite {
            common: CipherSuiteCommon {
                suite: suite.common.suite,
                hash_provider: suite.common.hash_provider,
                confidentiality_limit: suite.common.confidentiality_limit,
            },
            hkdf_provider: suite.hkdf_provider,
            aead_alg: suite.aead_alg,
            quic: None,
        },
        // At compile time.
        #[allow(unreachable_patterns)]
        _ => panic!("a suite of TLS 1.3 is wanted"),
    }
}

const GROUPS: &[&dyn SupportedKxGroup] = &[
    kx_group::SECP256R1,
    #[cfg(feature = "every-suite")]
    kx_group::SECP384R1,
];

type Algorithm = &'static dyn SignatureVerificationAlgorithm;

/// Of the server's signature each scheme, in the order in which they are offered, with the algorithms that verify it: TLS 1.2 fixes no curve, and tries
/// them all. In a chain each of `all` may stand.
pub(super) const ALGORITHMS: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[
        algorithms::ECDSA_P256_SHA256,
        #[cfg(feature = "every-suite")]
        algorithms::ECDSA_P256_SHA384,
        algorithms::RSA_PKCS1_2048_8192_SHA256,
        #[cfg(feature = "every-suite")]
        algorithms::RSA_PKCS1_2048_8192_SHA384,
        algorithms::RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
        #[cfg(feature = "every-suite")]
        algorithms::RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
        algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        #[cfg(feature = "every-suite")]
        algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
        #[cfg(feature = "every-suite")]
        algorithms::ECDSA_P384_SHA256,
        #[cfg(feature = "every-suite")]
        algorithms::ECDSA_P384_SHA384,
        #[cfg(feature = "every-suite")]
        algorithms::RSA_PKCS1_2048_8192_SHA512,
        #[cfg(feature = "every-suite")]
        algorithms::RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS,
        #[cfg(feature = "every-suite")]
        algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
    ],
    mapping: &[
        #[cfg(feature = "every-suite")]
        (SignatureScheme::ECDSA_NISTP384_SHA384, WITH_SHA384),
        (SignatureScheme::ECDSA_NISTP256_SHA256, WITH_SHA256),
        #[cfg(feature = "every-suite")]
        (
            SignatureScheme::RSA_PSS_SHA512,
            &[algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY],
        ),
        #[cfg(feature = "every-suite")]
        (
            SignatureScheme::RSA_PSS_SHA384,
            &[algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY],
        ),
        (
            SignatureScheme::RSA_PSS_SHA256,
            &[algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY],
        ),
        #[cfg(feature = "every-suite")]
        (
            SignatureScheme::RSA_PKCS1_SHA512,
            &[algorithms::RSA_PKCS1_2048_8192_SHA512],
        ),
        #[cfg(feature = "every-suite")]
        (
            SignatureScheme::RSA_PKCS1_SHA384,
            &[algorithms::RSA_PKCS1_2048_8192_SHA384],
        ),
        (
            SignatureScheme::RSA_PKCS1_SHA256,
            &[algorithms::RSA_PKCS1_2048_8192_SHA256],
        ),
    ],
};

#[cfg(feature = "every-suite")]
const WITH_SHA384: &[Algorithm] = &[algorithms::ECDSA_P384_SHA384, algorithms::ECDSA_P256_SHA384];
const WITH_SHA256: &[Algorithm] = &[
    algorithms::ECDSA_P256_SHA256,
    #[cfg(feature = "every-suite")]
    algorithms::ECDSA_P384_SHA256,
];

/// ring's source: the operating system's or the firmware's.
#[derive(Debug)]
struct Random;

impl SecureRandom for Random {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), GetRandomFailed> {
        fill_random(buffer).ok_or(GetRandomFailed)
    }
}

/// The device's key comes another way (`identity`), so nothing that reads keys is linked here.
#[derive(Debug)]
struct NoKeys;

impl KeyProvider for NoKeys {
    fn load_private_key(&self, _: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Error> {
        Err(Error::General("no key is read here".into()))
    }
}
