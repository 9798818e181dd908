//! What a TLS error means to the one who has to mend it.
#![forbid(unsafe_code)]

use crate::error::{Error, Status};
use rustls::{AlertDescription, CertificateError, InconsistentKeys, PeerIncompatible};

/// A failed handshake or connection, in the library's words.
pub(super) fn explain(error: &rustls::Error) -> Error {
    match error {
        rustls::Error::AlertReceived(alert) => received(*alert),
        rustls::Error::InvalidCertificate(reason) => server_certificate(reason),
        rustls::Error::PeerIncompatible(reason) => incompatible(reason),
        rustls::Error::FailedToGetRandomBytes => Status::Random.into(),
        rustls::Error::General(words) => Error::new(Status::Tls, format_args!("{words}")),
        other => Error::new(Status::Tls, format_args!("{other}")),
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

/// An alert from the server. Those that speak of a certificate speak of ours: the server has no other to judge (RFC 8446 section 6.2).
fn received(alert: AlertDescription) -> Error {
    use AlertDescription as A;
    let status = match alert {
        A::BadCertificate
        | A::UnsupportedCertificate
        | A::CertificateRevoked
        | A::CertificateExpired
        | A::CertificateUnknown
        | A::UnknownCA
        | A::AccessDenied
        | A::NoCertificate
        | A::DecryptError
        | A::CertificateRequired => Status::ClientRefused,
        A::ProtocolVersion | A::InsufficientSecurity => Status::TlsNoCommon,
        _ => Status::Tls,
    };
    let mut error = Error::new(status, format_args!("the server sent the TLS alert {alert:?}"));
    error.tls_alert = u8::from(alert);
    error
}

fn server_certificate(reason: &CertificateError) -> Error {
    use CertificateError as C;
    match reason {
        C::Expired | C::ExpiredContext { .. } => Error::new(Status::ServerExpired, format_args!("{reason}")),
        C::NotValidYet | C::NotValidYetContext { .. } => {
            Error::new(Status::ServerNotYetValid, format_args!("{reason}"))
        }
        C::UnknownIssuer | C::BadSignature => Error::new(
            Status::ServerUntrusted,
            format_args!("the server's certificate chain ends in no trusted root"),
        ),
        C::NotValidForName | C::NotValidForNameContext { .. } => {
            Error::new(Status::ServerName, format_args!("{reason}"))
        }
        other => Error::new(Status::ServerCertificate, format_args!("{other}")),
    }
}

fn incompatible(reason: &PeerIncompatible) -> Error {
    Error::new(
        Status::TlsNoCommon,
        format_args!("the server and this library have no parameters in common: {reason:?}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_about_our_certificate_is_a_refusal_and_keeps_its_number() {
        let error = explain(&rustls::Error::AlertReceived(AlertDescription::CertificateUnknown));
        assert_eq!((error.status, error.tls_alert), (Status::ClientRefused, 46));
        let error = explain(&rustls::Error::AlertReceived(AlertDescription::InternalError));
        assert_eq!((error.status, error.tls_alert), (Status::Tls, 80));
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
