//! Whether the server is who it should be. The judgement is webpki's; what is added are the words for why not.
#![forbid(unsafe_code)]

use super::der::{Facts, readable};
use super::failure;
use crate::error::{Error, Status, Text, printable};
use crate::limits::{CHAIN_MAX, SHOWN_NAME_MAX};
use crate::time::UnixTime;
use core::fmt::Write;
use once_cell::race::OnceBox;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};

/// Verifies as rustls's own verifier does without revocation lists, by the same two functions. rustls carries no words of ours, so what the presented chain says
/// about its refusal is left here.
pub(super) struct Verifier {
    roots: RootCertStore,
    algorithms: WebPkiSupportedAlgorithms,
    /// The handshake's date is not the time but a floor for it.
    by_floor: bool,
    finding: OnceBox<Error>,
}

impl Verifier {
    pub(super) fn new(roots: RootCertStore, algorithms: WebPkiSupportedAlgorithms, by_floor: bool) -> Self {
        Self {
            roots,
            algorithms,
            by_floor,
            finding: OnceBox::new(),
        }
    }

    /// Verifies the chain at `now`. By a floor, a certificate that had expired then is refused, and one that begins later is not: AWS renews its certificates each year, and a
    /// floor gets old. So the chain is good if there is a date from the floor on at which all of it is valid.
    fn verify_chain(
        &self,
        leaf: &ParsedCertificate<'_>,
        intermediates: &[CertificateDer<'_>],
        now: rustls::pki_types::UnixTime,
    ) -> Result<(), rustls::Error> {
        let verify = |now| {
            let algorithms = self.algorithms.all;
            verify_server_cert_signed_by_trust_anchor(leaf, &self.roots, intermediates, now, algorithms)
        };
        let mut judgement = verify(now);
        // Each certificate moves the date at most once, and only forward.
        for _ in 0..if self.by_floor { CHAIN_MAX } else { 0 } {
            match judgement {
                Err(rustls::Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. })) => {
                    judgement = verify(not_before);
                }
                _ => break,
            }
        }
        judgement
    }

    fn note(&self, error: Error) {
        let _ = self.finding.set(error.into());
    }

    /// The error that a connection ended with, with what was found out about the server's certificate.
    pub(super) fn explained(&self, error: Error) -> Error {
        match self.finding.get() {
            Some(finding) if finding.status == error.status => finding.clone(),
            _ => error,
        }
    }
}

shows_its_name!(Verifier);

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: rustls::pki_types::UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        // By reference, since a verification is the deepest of the stack: it has no room for the certificate twice.
        let judgement = match ParsedCertificate::try_from(end_entity) {
            Ok(ref leaf) => self
                .verify_chain(leaf, intermediates, now)
                .and_then(|()| verify_server_name(leaf, server_name)),
            Err(error) => Err(error),
        };
        if let Err(rustls::Error::InvalidCertificate(reason)) = &judgement {
            let now = UnixTime(i64::try_from(now.as_secs()).unwrap_or(i64::MAX));
            self.note(explain(reason, end_entity, intermediates, now));
        }
        judgement.map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> alloc::vec::Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Why the chain was refused, in the words of its own certificates. Not inlined: a verification is the deepest of the stack, and mostly finds nothing.
#[cold]
#[inline(never)]
fn explain(
    reason: &CertificateError,
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    now: UnixTime,
) -> Error {
    let error = failure::server_certificate(reason);
    let words = match (error.status, Facts::of(leaf)) {
        (Status::ServerExpired | Status::ServerNotYetValid, Some(leaf)) => {
            out_of_date(error.status, &leaf, intermediates, now)
        }
        (Status::ServerUntrusted, Some(leaf)) => {
            let is_forged = matches!(reason, CertificateError::BadSignature);
            Some(untrusted(&leaf, intermediates, is_forged))
        }
        _ => None,
    };
    words.unwrap_or(error)
}

/// Names the certificate that is not valid now, its dates and the device's. `None` where all of them are valid.
fn out_of_date(status: Status, leaf: &Facts<'_>, intermediates: &[CertificateDer<'_>], now: UnixTime) -> Option<Error> {
    if !leaf.holds_at(now) {
        return Some(failure::out_of_date(status, "the server's certificate", leaf, now));
    }
    let mut others = intermediates.iter().filter_map(|other| Facts::of(other));
    let other = others.find(|other| !other.holds_at(now))?;
    let mut whose = Text::<{ SHOWN_NAME_MAX + 40 }>::EMPTY;
    let _ = write!(
        whose,
        "the certificate of its issuer \"{}\"",
        shown(other.subject).as_str()
    );
    Some(failure::out_of_date(status, whose.as_str(), &other, now))
}

/// Names the issuer that the chain ends in. `is_forged`: one of that name is known, and did not sign this.
fn untrusted(leaf: &Facts<'_>, intermediates: &[CertificateDer<'_>], is_forged: bool) -> Error {
    if leaf.issuer == leaf.subject {
        return Error::new(
            Status::ServerUntrusted,
            format_args!(
                "the server's certificate, of \"{}\", is signed by itself",
                shown(leaf.subject).as_str()
            ),
        );
    }
    let mut issuer = leaf.issuer;
    // No longer than the chain: certificates may name each other as issuers.
    for _ in intermediates {
        let mut others = intermediates.iter().filter_map(|other| Facts::of(other));
        issuer = others
            .find(|other| other.subject == issuer)
            .map_or(issuer, |other| other.issuer);
    }
    Error::new(
        Status::ServerUntrusted,
        format_args!(
            "the server's certificate chain ends in the issuer \"{}\", which is {}",
            shown(issuer).as_str(),
            if is_forged {
                "not the trusted one of that name"
            } else {
                "no trusted root"
            }
        ),
    )
}

fn shown(name: &[u8]) -> Text<SHOWN_NAME_MAX> {
    printable(readable(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
    use rustls::client::WebPkiServerVerifier;
    use rustls::crypto::ring::default_provider;
    use std::sync::Arc;
    extern crate std;

    const HOST: &str = "server.test";
    /// 2026-06-01T00:00:00Z.
    const NOW: u64 = 1_780_272_000;

    type Years = (i32, i32);
    const NOW_VALID: Years = (2026, 2027);

    struct Made {
        der: CertificateDer<'static>,
        issuer: Issuer<'static, KeyPair>,
    }

    fn make(name: &str, host: &str, years: Years, is_ca: bool, by: Option<&Made>) -> Made {
        let mut params = CertificateParams::new([host.to_string()]).unwrap();
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        params.distinguished_name.push(DnType::CommonName, name);
        if is_ca {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = match by {
            Some(by) => params.signed_by(&key, &by.issuer),
            None => params.self_signed(&key),
        };
        Made {
            der: certificate.unwrap().der().clone(),
            issuer: Issuer::new(params, key),
        }
    }

    fn at(seconds: u64) -> rustls::pki_types::UnixTime {
        rustls::pki_types::UnixTime::since_unix_epoch(core::time::Duration::from_secs(seconds))
    }

    /// Verifies with ours and with rustls's own, which must agree; gives the finding.
    fn verify(root: &Made, chain: &[&Made], host: &str) -> Result<(), Error> {
        let mut roots = RootCertStore::empty();
        roots.add(root.der.clone()).unwrap();
        let provider = default_provider();
        let ours = Verifier::new(roots.clone(), provider.signature_verification_algorithms, false);
        let theirs = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(provider))
            .build()
            .unwrap();
        let (leaf, rest) = chain.split_first().unwrap();
        let rest = rest.iter().map(|made| made.der.clone()).collect::<Vec<_>>();
        let host = ServerName::try_from(host).unwrap();
        let judgement = ours.verify_server_cert(&leaf.der, &rest, &host, &[], at(NOW));
        let oracle = theirs.verify_server_cert(&leaf.der, &rest, &host, &[], at(NOW));
        assert_eq!(
            judgement.as_ref().map(|_| ()).map_err(ToString::to_string),
            oracle.map(|_| ()).map_err(|error| error.to_string())
        );
        judgement
            .map(|_| ())
            .map_err(|error| ours.explained(failure::explain(&error)))
    }

    fn words(error: &Error) -> String {
        error.message.as_str().to_string()
    }

    #[test]
    fn a_good_chain_is_good() {
        let root = make("root", "r", NOW_VALID, true, None);
        let between = make("between", "b", NOW_VALID, true, Some(&root));
        let leaf = make("leaf", HOST, NOW_VALID, false, Some(&between));
        assert!(verify(&root, &[&leaf, &between], HOST).is_ok());
    }

    #[test]
    fn a_chain_that_is_signed_with_sha384_wants_every_suite() {
        let mut params = CertificateParams::new(["r".to_string()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        let root = Made {
            der: params.self_signed(&key).unwrap().der().clone(),
            issuer: Issuer::new(params, key),
        };
        let leaf = make("leaf", HOST, NOW_VALID, false, Some(&root));
        let mut roots = RootCertStore::empty();
        roots.add(root.der).unwrap();
        let ours = Verifier::new(roots, super::super::provider::ALGORITHMS, false);
        let host = ServerName::try_from(HOST).unwrap();
        let judgement = ours.verify_server_cert(&leaf.der, &[], &host, &[], at(NOW));
        assert_eq!(judgement.is_ok(), cfg!(feature = "every-suite"));
        if let Err(error) = judgement {
            let error = ours.explained(failure::explain(&error));
            assert_eq!(error.status, Status::ServerCertificate);
            assert!(
                words(&error).contains("signed by an algorithm that this build does not verify"),
                "{error:?}"
            );
        }
    }

    #[test]
    fn a_chain_to_elsewhere_names_the_issuer_that_it_ends_in() {
        let trusted = make("trusted root", "r", NOW_VALID, true, None);
        let root = make("Proxy Root", "r", NOW_VALID, true, None);
        let between = make("between", "b", NOW_VALID, true, Some(&root));
        let leaf = make("leaf", HOST, NOW_VALID, false, Some(&between));
        for (chain, name) in [
            (&[&leaf, &between][..], "Proxy Root"),
            (&[&leaf, &between, &root], "Proxy Root"),
            (&[&leaf], "between"),
        ] {
            let error = verify(&trusted, chain, HOST).unwrap_err();
            assert_eq!(error.status, Status::ServerUntrusted);
            assert!(
                words(&error).ends_with(&std::format!("issuer \"{name}\", which is no trusted root")),
                "{error:?}"
            );
            assert_eq!(error.dates, crate::error::Dates::default());
        }
    }

    #[test]
    fn a_certificate_that_signs_itself_and_a_root_with_a_borrowed_name_are_told() {
        let trusted = make("root", "r", NOW_VALID, true, None);
        let own = make("a router", HOST, NOW_VALID, false, None);
        let error = verify(&trusted, &[&own], HOST).unwrap_err();
        assert_eq!(
            words(&error),
            "the server's certificate, of \"a router\", is signed by itself"
        );
        let forged = make("root", "r", NOW_VALID, true, None);
        let leaf = make("leaf", HOST, NOW_VALID, false, Some(&forged));
        let error = verify(&trusted, &[&leaf], HOST).unwrap_err();
        assert_eq!(error.status, Status::ServerUntrusted);
        assert!(
            words(&error).ends_with("\"root\", which is not the trusted one of that name"),
            "{error:?}"
        );
    }

    #[test]
    fn dates_are_told_with_the_certificate_that_has_them() {
        let root = make("root", "r", NOW_VALID, true, None);
        let between = make("between", "b", NOW_VALID, true, Some(&root));
        let old = make("old one", "b", (2020, 2025), true, Some(&root));
        for (status, years, by, whose) in [
            (
                Status::ServerExpired,
                (2020, 2025),
                &between,
                "the server's certificate",
            ),
            (
                Status::ServerNotYetValid,
                (2027, 2030),
                &between,
                "the server's certificate",
            ),
            (
                Status::ServerExpired,
                NOW_VALID,
                &old,
                "the certificate of its issuer \"old one\"",
            ),
        ] {
            let leaf = make("leaf", HOST, years, false, Some(by));
            let error = verify(&root, &[&leaf, by], HOST).unwrap_err();
            assert_eq!(error.status, status);
            let (from, until) = if years == NOW_VALID { (2020, 2025) } else { years };
            assert_eq!(
                words(&error),
                std::format!(
                    "{whose} is valid from {from}-01-01T00:00:00Z to {until}-01-01T00:00:00Z, and the device's clock says 2026-06-01T00:00:00Z"
                )
            );
            assert_eq!(error.dates.device, NOW as i64);
            assert_eq!(error.dates.not_before, date_time_ymd(from, 1, 1).unix_timestamp());
            assert_eq!(error.dates.not_after, date_time_ymd(until, 1, 1).unix_timestamp());
        }
    }

    #[test]
    fn another_name_is_refused_with_the_names() {
        let root = make("root", "r", NOW_VALID, true, None);
        let leaf = make("leaf", "other.test", NOW_VALID, false, Some(&root));
        let error = verify(&root, &[&leaf], HOST).unwrap_err();
        assert_eq!(error.status, Status::ServerName);
        assert_eq!(words(&error), "the server's certificate is for other.test");
    }

    #[test]
    fn every_changed_byte_is_judged_as_rustls_judges_it() {
        let root = make("root", "r", NOW_VALID, true, None);
        let mut leaf = make("leaf", HOST, NOW_VALID, false, Some(&root));
        let good = leaf.der.clone();
        for place in 0..good.len() {
            let mut changed = good.to_vec();
            changed[place] ^= 1 << (place % 8);
            leaf.der = CertificateDer::from(changed);
            assert!(verify(&root, &[&leaf], HOST).is_err(), "{place}");
        }
    }
}
