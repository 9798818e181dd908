//! The date of a device that has no clock: not before a floor, and otherwise unknown.
//!
//! A certificate that had expired at the floor is refused. One that begins later is no reason to refuse: AWS renews its certificates each year, and a floor
//! gets old. So a chain is taken if there is a date from the floor on at which all of it is valid.
#![forbid(unsafe_code)]

use crate::limits::CHAIN_MAX;

use alloc::sync::Arc;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// Verifies the server's certificate as rustls does, on the first date from the handshake's on at which no certificate of the chain is yet to begin.
#[derive(Debug)]
pub(super) struct FromFloor {
    pub(super) roots: Arc<RootCertStore>,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

impl FromFloor {
    fn verify(&self, leaf: &ParsedCertificate<'_>, others: &[CertificateDer<'_>], now: UnixTime) -> Result<(), Error> {
        verify_server_cert_signed_by_trust_anchor(leaf, &self.roots, others, now, self.algorithms.all)
    }
}

impl ServerCertVerifier for FromFloor {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _: &[u8],
        floor: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let leaf = ParsedCertificate::try_from(end_entity)?;
        let mut outcome = self.verify(&leaf, intermediates, floor);
        // Each certificate moves the date at most once, and only forward.
        for _ in 0..CHAIN_MAX {
            let Err(Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. })) = outcome
            else {
                break;
            };
            outcome = self.verify(&leaf, intermediates, not_before);
        }
        outcome?;
        verify_server_name(&leaf, server_name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> alloc::vec::Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
