//! TLS: rustls's unbuffered client, the device's identity, the roots, and what a failure means. The only modules that name rustls.
#![forbid(unsafe_code)]

/// `Debug`, which rustls wants of what it is given and does not use. By what would be derived the words for chains, roots and algorithms would be linked; and
/// nothing of a key is to be shown.
macro_rules! shows_its_name {
    ($name:ident) => {
        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

mod der;
mod engine;
mod failure;
mod identity;
#[cfg(any(test, not(feature = "every-suite")))]
mod narrow_key;
mod provider;
mod roots;
mod signer;
mod stream;
mod verifier;

pub use engine::Engine;
pub use identity::{Identity, out_of_date};
pub use roots::Roots;
pub use signer::{External, Scheme, ToSign};
pub use stream::{Received, Stream};

use crate::error::{Error, Status};
use crate::net::Clock;
use crate::time::{UnixTime, believable};
use alloc::sync::Arc;
use core::time::Duration;
use rustls::client::ClientConfig;
use rustls::pki_types::{IpAddr, ServerName};
use rustls::time_provider::TimeProvider;
use signer::ExternalKey;
use verifier::Verifier;

/// What TLS needs to know before it connects.
pub struct Settings {
    config: Arc<ClientConfig>,
    /// Bytes of the device's private key, as it was given.
    key_len: usize,
    verifier: Arc<Verifier>,
    external: Option<ExternalKey>,
}

impl Settings {
    /// TLS 1.2 (feature `tls12`) and 1.3 with SNI and no ALPN; `identity` is shown to a server that asks for a certificate.
    /// On a device that may have no clock, where it has none or one that is earlier than `floor`, all that is known of the date is that `floor` has passed.
    /// Errors: `TimeRequired`, `ClockUnset`: certificates cannot be verified without the date.
    #[inline(never)]
    pub fn new(
        roots: Roots,
        identity: Option<Identity>,
        clock: &dyn Clock,
        floor: Option<UnixTime>,
    ) -> Result<Self, Error> {
        let floor = floor.filter(|floor| clock.unix_time().is_none_or(|now| now < *floor));
        let now = floor.map_or_else(|| date(clock), Ok)?;
        let provider = Arc::new(provider::provider());
        let verifier = Arc::new(Verifier::new(
            roots.into_store(),
            provider.signature_verification_algorithms,
            floor.is_some(),
        ));
        let builder = ClientConfig::builder_with_details(provider, Arc::new(Now(now)))
            .with_protocol_versions(provider::VERSIONS)
            .map_err(|error| failure::explain(&error))?
            .dangerous()
            .with_custom_certificate_verifier(verifier.clone());
        let (config, external) = match identity {
            Some(identity) => {
                let (resolver, external) = identity.into_resolver();
                (builder.with_client_cert_resolver(resolver), external)
            }
            None => (builder.with_no_client_auth(), None),
        };
        Ok(Self {
            config: Arc::new(config),
            key_len: 0,
            verifier,
            external,
        })
    }

    /// The error that a handshake ended with, or what the verifier or the device's signer knows better. `is_late`: the deadline has passed.
    fn explained(&self, error: Error, is_late: bool) -> Error {
        let is_of_signer = is_late || error.status == Status::Tls;
        match self.external.as_ref().and_then(|key| key.blame(is_late)) {
            Some(blame) if is_of_signer => blame,
            _ => self.verifier.explained(error),
        }
    }

    /// The same for a private key of `key_len` bytes: memory is kept to sign with it.
    pub fn with_key_len(self, key_len: usize) -> Self {
        Self { key_len, ..self }
    }
}

/// Checks that `host` can be what a certificate is for. Errors: `Endpoint`.
pub fn check_name(host: &str) -> Result<(), Error> {
    match ServerName::try_from(host) {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::new(
            Status::Endpoint,
            format_args!("a part between two dots is empty, longer than 63 characters, or begins or ends with '-'"),
        )),
    }
}

/// Whether `text` is an IPv4 or IPv6 address, by the parser that is linked already.
pub fn is_ip_address(text: &str) -> bool {
    IpAddr::try_from(text).is_ok()
}

/// The date, if it can be right. Errors: `TimeRequired`, `ClockUnset`.
pub fn date(clock: &dyn Clock) -> Result<UnixTime, Error> {
    let now = clock.unix_time().ok_or(Status::TimeRequired)?;
    believable(now)
        .map_err(|status| Error::new(status, format_args!("the clock says {}", failure::shown(now).as_str())))
}

/// The date at the start of the call, for the whole handshake.
struct Now(UnixTime);

shows_its_name!(Now);

impl TimeProvider for Now {
    fn current_time(&self) -> Option<rustls::pki_types::UnixTime> {
        let seconds = u64::try_from(self.0.0).ok()?;
        Some(rustls::pki_types::UnixTime::since_unix_epoch(Duration::from_secs(
            seconds,
        )))
    }
}
