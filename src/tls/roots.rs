//! The roots that a server's chain may end in: Amazon's, or the caller's.
#![forbid(unsafe_code)]

use super::identity::certificates;
use crate::error::{Error, Status};
use rustls::RootCertStore;
use rustls::pki_types::{Der, TrustAnchor};

/// Subject and public key of Amazon Root CA 1 to 4 and of Starfield Services Root G2, picked by `build.rs`; of CA 2 and 4, which sign with SHA-384, with
/// `every-suite` alone.
const AMAZON: &[(&[u8], &[u8])] = &include!(concat!(env!("OUT_DIR"), "/roots.rs"));

/// Trusted roots.
pub struct Roots(RootCertStore);

impl Roots {
    /// Amazon's and Starfield's roots.
    pub fn amazon() -> Self {
        let anchor = |(subject, key): &(&'static [u8], &'static [u8])| TrustAnchor {
            subject: Der::from_slice(subject),
            subject_public_key_info: Der::from_slice(key),
            name_constraints: None,
        };
        Self(AMAZON.iter().map(anchor).collect())
    }

    /// The caller's roots, as PEM, or as one certificate in DER; Amazon's if `ca` is empty. Errors: `Ca`.
    pub fn from_bytes(ca: &[u8]) -> Result<Self, Error> {
        if ca.is_empty() {
            return Ok(Self::amazon());
        }
        let mut store = RootCertStore::empty();
        for certificate in certificates(ca, Status::Ca)? {
            store.add(certificate).map_err(|_| {
                Error::new(
                    Status::Ca,
                    format_args!("a certificate in `ca` is not well-formed X.509"),
                )
            })?;
        }
        Ok(Self(store))
    }

    pub(super) fn into_store(self) -> RootCertStore {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amazons_roots_are_there_and_no_others() {
        let store = Roots::amazon().into_store();
        let subjects: alloc::vec::Vec<_> = store.roots.iter().map(|root| root.subject.as_ref()).collect();
        let names: &[&str] = if cfg!(feature = "every-suite") {
            &["CA 1", "CA 2", "CA 3", "CA 4", "G2"]
        } else {
            &["CA 1", "CA 3", "G2"]
        };
        assert_eq!(subjects.len(), names.len());
        for (subject, name) in subjects.iter().zip(names) {
            assert!(subject.ends_with(name.as_bytes()));
        }
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        for ca in [
            &b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"[..],
            b"no PEM",
            b"\x30\x03\x02\x01\x00",
        ] {
            assert_eq!(Roots::from_bytes(ca).err().unwrap().status, Status::Ca);
        }
    }
}
