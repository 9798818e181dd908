//! What a TLS error means to the one who has to mend it.
#![forbid(unsafe_code)]

use super::der::Facts;
use crate::error::{Dates, Error, Status, Text, printable};
use crate::limits::HOST_NAME_MAX;
use crate::time::UnixTime;
use core::fmt::{Display, Write};
use rustls::{AlertDescription, CertificateError, InconsistentKeys, PeerIncompatible};

/// A failed handshake or connection, in the library's words.
pub(super) fn explain(error: &rustls::Error) -> Error {
    match error {
        rustls::Error::AlertReceived(alert) => received(*alert),
        rustls::Error::InvalidCertificate(reason) => server_certificate(reason),
        rustls::Error::PeerIncompatible(reason) => incompatible(reason),
        rustls::Error::FailedToGetRandomBytes => Status::Random.into(),
        rustls::Error::General(words) => Error::new(Status::Tls, format_args!("{words}")),
        other => unexplained(Status::Tls, brief(other), other),
    }
}

/// A failure that is told in rustls's words. Without an operating system in the few of ours: all of rustls's, with the names of the values in them, are 20 KB there.
fn unexplained(status: Status, brief: &str, whole: impl Display) -> Error {
    if cfg!(feature = "std") {
        Error::new(status, format_args!("{whole}"))
    } else {
        Error::new(status, format_args!("{brief}"))
    }
}

fn brief(error: &rustls::Error) -> &'static str {
    use rustls::Error as E;
    match error {
        E::InappropriateMessage { .. } | E::InappropriateHandshakeMessage { .. } => {
            "the server sent a message out of its turn"
        }
        E::InvalidMessage(_) => "a message of the server's is malformed, or is no TLS",
        E::PeerMisbehaved(_) => "the server breaks a rule of TLS",
        E::DecryptError => "what the server sent was changed on its way",
        E::PeerSentOversizedRecord => "the server sent too long a record",
        E::NoCertificatesPresented => "the server sent no certificate",
        _ => "TLS failed",
    }
}

/// A certificate and key that do not go together.
pub(super) fn explain_identity(error: &rustls::Error) -> Error {
    match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => Error::new(
            Status::KeyMismatch,
            format_args!("the certificate is for another public key"),
        ),
        _ => Error::new(
            Status::Certificate,
            format_args!("the certificate is not well-formed X.509"),
        ),
    }
}

/// A certificate that is not valid at `now`: whose it is, its dates and the device's.
pub(super) fn out_of_date(status: Status, whose: &str, certificate: &Facts<'_>, now: UnixTime) -> Error {
    let dates = Dates {
        not_before: certificate.not_before.0,
        not_after: certificate.not_after.0,
        device: now.0,
    };
    let [from, until, clock] = [certificate.not_before, certificate.not_after, now].map(shown);
    let (from, until, clock) = (from.as_str(), until.as_str(), clock.as_str());
    let mut error = Error::new(
        status,
        format_args!("{whose} is valid from {from} to {until}, and the device's clock says {clock}"),
    );
    error.details().dates = dates;
    error
}

/// A date as RFC 3339 writes it; outside the years 0000 to 9999 as Unix seconds.
pub(super) fn shown(date: UnixTime) -> Text<24> {
    let mut text = Text::EMPTY;
    let _ = match date.to_rfc3339() {
        Some(date) => text.write_str(core::str::from_utf8(&date).unwrap_or_default()),
        None => write!(text, "{}{}", if date.0 < 0 { "-" } else { "" }, date.0.unsigned_abs()),
    };
    text
}

/// An alert from the server. Those that speak of a certificate speak of ours: the server has no other to judge (RFC 8446 section 6.2).
fn received(alert: AlertDescription) -> Error {
    use AlertDescription as A;
    let (status, meaning) = match alert {
        A::BadCertificate => (Status::ClientRefused, "the device's certificate is refused"),
        A::UnsupportedCertificate => (
            Status::ClientRefused,
            "the device's certificate is of a kind that it does not take",
        ),
        A::CertificateRevoked => (Status::ClientRefused, "the device's certificate was revoked"),
        A::CertificateExpired => (Status::ClientRefused, "the device's certificate has expired"),
        A::CertificateUnknown => (
            Status::ClientRefused,
            "the device's certificate is not known or not active",
        ),
        A::UnknownCA => (
            Status::ClientRefused,
            "it does not know the issuer of the device's certificate",
        ),
        A::AccessDenied => (Status::ClientRefused, "the device's certificate has no access"),
        A::NoCertificate | A::CertificateRequired => (Status::ClientRefused, "it got no certificate from the device"),
        A::DecryptError => (Status::ClientRefused, "the device's signature is wrong"),
        A::ProtocolVersion => (Status::TlsNoCommon, "it speaks neither TLS 1.2 nor 1.3"),
        A::InsufficientSecurity => (Status::TlsNoCommon, "no suite is good enough for it"),
        A::UnrecognisedName => (Status::NameUnknown, "it does not know the name that it was asked for"),
        A::HandshakeFailure => (
            Status::Tls,
            "what the device offers, or its certificate, does not suit it",
        ),
        _ => (Status::Tls, "it says no more"),
    };
    let number = u8::from(alert);
    // Without an operating system without its name: all of them are 1.5 KB there, and the number says as much.
    let mut error = if cfg!(feature = "std") {
        Error::new(
            status,
            format_args!("the server sent the TLS alert {number}, {alert:?}: {meaning}"),
        )
    } else {
        Error::new(
            status,
            format_args!("the server sent the TLS alert {number}: {meaning}"),
        )
    };
    error.details().tls_alert = number;
    error
}

pub(super) fn server_certificate(reason: &CertificateError) -> Error {
    use CertificateError as C;
    match reason {
        C::Expired | C::ExpiredContext { .. } => unexplained(Status::ServerExpired, "it has expired", reason),
        C::NotValidYet | C::NotValidYetContext { .. } => {
            unexplained(Status::ServerNotYetValid, "it is not valid yet", reason)
        }
        C::UnknownIssuer | C::BadSignature => Error::new(
            Status::ServerUntrusted,
            format_args!("the server's certificate chain ends in no trusted root"),
        ),
        C::NotValidForNameContext { presented, .. } => other_name(presented),
        C::NotValidForName => unexplained(Status::ServerName, "it is for another name", reason),
        other => unexplained(Status::ServerCertificate, brief_certificate(other), other),
    }
}

fn brief_certificate(reason: &CertificateError) -> &'static str {
    use CertificateError as C;
    match reason {
        C::BadEncoding => "the server's certificate is not well-formed X.509",
        C::UnhandledCriticalExtension => "the server's certificate has a critical extension that is not known here",
        C::UnsupportedSignatureAlgorithmContext { .. } | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "the server's certificate chain is signed by an algorithm that this build does not verify"
        }
        C::InvalidPurpose | C::InvalidPurposeContext { .. } => "the server's certificate is not for servers",
        _ => "the server's certificate cannot be used",
    }
}

/// Names whom the certificate is for; webpki gives each name with its kind, such as `DnsName("host")`.
fn other_name(presented: &[alloc::string::String]) -> Error {
    let mut error = Error::new(Status::ServerName, format_args!("the server's certificate is for "));
    let message = &mut error.details().message;
    if presented.is_empty() {
        let _ = message.write_str("no name at all");
    }
    for (place, name) in presented.iter().enumerate() {
        let _ = message.write_str(if place == 0 { "" } else { ", " });
        let _ = message.write_str(printable::<HOST_NAME_MAX>(bare_name(name.as_bytes())).as_str());
    }
    error
}

/// What stands in the brackets, without quotation marks.
fn bare_name(mut name: &[u8]) -> &[u8] {
    if let Some(open) = name.iter().position(|byte| *byte == b'(') {
        name = name.get(open + 1..).unwrap_or_default();
    }
    while let [rest @ .., b')'] = name {
        name = rest;
    }
    while let [b'"', rest @ ..] = name {
        name = rest;
    }
    while let [rest @ .., b'"'] = name {
        name = rest;
    }
    name
}

fn incompatible(reason: &PeerIncompatible) -> Error {
    const WORDS: &str = "the server and this library have no parameters in common";
    unexplained(
        Status::TlsNoCommon,
        brief_incompatible(reason),
        format_args!("{WORDS}: {reason:?}"),
    )
}

fn brief_incompatible(reason: &PeerIncompatible) -> &'static str {
    use PeerIncompatible as P;
    match reason {
        P::NoCipherSuitesInCommon => "the server and this library have no cipher suite in common",
        P::NoKxGroupsInCommon => "the server and this library have no group for the key exchange in common",
        P::NoSignatureSchemesInCommon | P::NoCertificateRequestSignatureSchemesInCommon => {
            "the server and this library have no signature scheme in common"
        }
        P::ServerDoesNotSupportTls12Or13 | P::ServerTlsVersionIsDisabledByOurConfig => {
            "the server speaks none of the versions of TLS that this build does"
        }
        _ => "the server and this library have no parameters in common",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::borrow::ToOwned;

    #[test]
    fn an_alert_about_our_certificate_is_a_refusal_and_keeps_its_number() {
        let error = explain(&rustls::Error::AlertReceived(AlertDescription::CertificateUnknown));
        assert_eq!((error.status, error.tls_alert), (Status::ClientRefused, 46));
        assert!(error.message.as_str().contains("46"), "{}", error.message.as_str());
        let error = explain(&rustls::Error::AlertReceived(AlertDescription::UnrecognisedName));
        assert_eq!((error.status, error.tls_alert), (Status::NameUnknown, 112));
        let error = explain(&rustls::Error::AlertReceived(AlertDescription::InternalError));
        assert_eq!((error.status, error.tls_alert), (Status::Tls, 80));
    }

    #[test]
    fn every_alert_of_the_standards_has_a_status_and_says_what_it_means() {
        // RFC 8446 section 6 and RFC 5246 section 7.2.
        const OF_OUR_CERTIFICATE: [u8; 10] = [41, 42, 43, 44, 45, 46, 48, 49, 51, 116];
        for number in 1..=255 {
            let error = explain(&rustls::Error::AlertReceived(AlertDescription::from(number)));
            let expected = match number {
                _ if OF_OUR_CERTIFICATE.contains(&number) => Status::ClientRefused,
                70 | 71 => Status::TlsNoCommon,
                112 => Status::NameUnknown,
                _ => Status::Tls,
            };
            assert_eq!((error.status, error.tls_alert), (expected, number));
            let end = if cfg!(feature = "std") { ", " } else { ": " };
            assert!(error.message.as_str().contains(&std::format!("alert {number}{end}")));
        }
    }

    #[test]
    fn without_an_operating_system_the_words_are_ours() {
        let misbehaved = rustls::Error::PeerMisbehaved(rustls::PeerMisbehaved::TooMuchEarlyDataReceived);
        let no_suite = rustls::Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon);
        let purpose = rustls::Error::InvalidCertificate(CertificateError::InvalidPurpose);
        for (error, status, ours) in [
            (misbehaved, Status::Tls, "the server breaks a rule of TLS"),
            (
                no_suite,
                Status::TlsNoCommon,
                "the server and this library have no cipher suite in common",
            ),
            (
                purpose,
                Status::ServerCertificate,
                "the server's certificate is not for servers",
            ),
        ] {
            let explained = explain(&error);
            assert_eq!(explained.status, status);
            assert_eq!(explained.message.as_str() == ours, !cfg!(feature = "std"), "{ours}");
        }
    }

    #[test]
    fn another_name_is_told_with_the_names_that_there_are() {
        let words = |presented: &[&str]| {
            let presented = presented
                .iter()
                .map(|name| (*name).into())
                .collect::<alloc::vec::Vec<_>>();
            let error = other_name(&presented);
            assert_eq!(error.status, Status::ServerName);
            error.message.as_str().to_owned()
        };
        assert_eq!(
            words(&[
                "DnsName(\"a.test\")",
                "IpAddress(127.0.0.1)",
                "DnsName(\"b\r\n\u{1b}.test\")"
            ]),
            "the server's certificate is for a.test, 127.0.0.1, b   .test"
        );
        assert_eq!(words(&[]), "the server's certificate is for no name at all");
        assert!(words(&[&"x".repeat(300)]).len() < 256);
    }

    #[test]
    fn each_fault_of_the_servers_certificate_has_a_status() {
        let status = |reason| explain(&rustls::Error::InvalidCertificate(reason)).status;
        assert_eq!(status(CertificateError::Expired), Status::ServerExpired);
        assert_eq!(status(CertificateError::NotValidYet), Status::ServerNotYetValid);
        assert_eq!(status(CertificateError::UnknownIssuer), Status::ServerUntrusted);
        assert_eq!(status(CertificateError::NotValidForName), Status::ServerName);
        assert_eq!(status(CertificateError::BadEncoding), Status::ServerCertificate);
    }
}
