//! A certificate authority of the tests' own, the server's certificate and the device's.

use rcgen::{
    BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, date_time_ymd,
};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// The name in the server's certificate.
pub const HOST: &str = "server.test";

pub const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

/// Made once: keys, certificates and configurations.
pub struct Pki {
    /// PEM.
    pub ca: String,
    /// PEM.
    pub device_certificate: String,
    /// PEM.
    pub device_key: String,
    tls12: Arc<ServerConfig>,
    tls13: Arc<ServerConfig>,
    authority: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    ed25519: Arc<ServerConfig>,
}

impl Pki {
    pub fn get() -> &'static Self {
        static PKI: OnceLock<Pki> = OnceLock::new();
        PKI.get_or_init(Self::new)
    }

    /// A server that asks for a certificate, and is content without one.
    pub fn server(&self, version: &SupportedProtocolVersion) -> Arc<ServerConfig> {
        if version == &TLS12 { &self.tls12 } else { &self.tls13 }.clone()
    }

    /// A server of TLS 1.3 whose certificate is for a key of a kind that the client does not verify. It notices after its ServerHello.
    pub fn ed25519(&self) -> Arc<ServerConfig> {
        self.ed25519.clone()
    }

    /// The same whose certificate is for `name` and valid in these years: from the first one's beginning to the last one's.
    pub fn server_for(
        &self,
        version: &'static SupportedProtocolVersion,
        name: &str,
        years: Range<i32>,
    ) -> Arc<ServerConfig> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        let mut params = CertificateParams::new([name.to_string()]).expect("a name");
        params.not_before = date_time_ymd(years.start, 1, 1);
        params.not_after = date_time_ymd(years.end, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        server_config(version, &self.authority, certificate.der(), &key)
    }

    pub fn new() -> Self {
        let mut params = CertificateParams::new([]).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        let ca = params.self_signed(&ca_key).expect("a certificate");
        let issuer = Issuer::new(params, ca_key);
        // A signature's length varies by a byte or two: a seed of the mutations hits nearly the same place in each run.
        let server_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        let odd_key = KeyPair::generate_for(&PKCS_ED25519).expect("a key");
        let device_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        let issue = |name: &str, key| {
            let params = CertificateParams::new([name.to_string()]).expect("a name");
            params.signed_by(key, &issuer).expect("a certificate")
        };
        let server = issue(HOST, &server_key);
        let odd_server = issue(HOST, &odd_key);
        let config = |version| server_config(version, ca.der(), server.der(), &server_key);
        Self {
            ca: ca.pem(),
            device_certificate: issue("device.test", &device_key).pem(),
            device_key: device_key.serialize_pem(),
            tls12: config(&TLS12),
            tls13: config(&TLS13),
            authority: ca.der().clone(),
            issuer,
            ed25519: server_config(&TLS13, ca.der(), odd_server.der(), &odd_key),
        }
    }
}

fn server_config(
    version: &'static SupportedProtocolVersion,
    ca: &CertificateDer<'static>,
    certificate: &CertificateDer<'static>,
    key: &KeyPair,
) -> Arc<ServerConfig> {
    let provider = Arc::new(default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(ca.clone()).expect("a certificate");
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone())
        .allow_unauthenticated()
        .build()
        .expect("a verifier");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .expect("a version")
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate.clone()], key)
        .expect("a key and its certificate");
    Arc::new(config)
}
