//! TLS: rustls's unbuffered client, the device's identity, the roots, and what a failure means. The only modules that name rustls.
#![forbid(unsafe_code)]

mod engine;
mod failure;
mod floor;
mod identity;
mod roots;
mod stream;

pub use engine::Engine;
pub use identity::Identity;
pub use roots::Roots;
pub use stream::{Received, Stream};

use crate::error::{Error, Status};
use crate::net::Clock;
use crate::time::{UnixTime, believable};
use alloc::sync::Arc;
use core::time::Duration;
use floor::FromFloor;
use rustls::RootCertStore;
use rustls::client::ClientConfig;
use rustls::crypto::ring::default_provider;
use rustls::time_provider::TimeProvider;

/// What TLS needs to know before it connects.
pub struct Settings {
    config: Arc<ClientConfig>,
}

impl Settings {
    /// TLS 1.2 and 1.3 with SNI and no ALPN; `identity` is shown to a server that asks for a certificate.
    /// Errors: `TimeRequired`, `ClockUnset`: certificates cannot be verified without the date.
    pub fn new(roots: Roots, identity: Option<Identity>, clock: &dyn Clock) -> Result<Self, Error> {
        let now = believable(clock.unix_time().ok_or(Status::TimeRequired)?)?;
        Self::at(now, roots.into_store().into(), identity)
    }

    /// The same for a device that may have no clock: where it has none, or one that is earlier than `floor`, all that is known of the date is that `floor` has passed.
    pub fn from_floor(
        roots: Roots,
        identity: Option<Identity>,
        clock: &dyn Clock,
        floor: UnixTime,
    ) -> Result<Self, Error> {
        if clock.unix_time().is_some_and(|wall| wall >= floor) {
            return Self::new(roots, identity, clock);
        }
        let roots: Arc<RootCertStore> = roots.into_store().into();
        let mut settings = Self::at(floor, roots.clone(), identity)?;
        let verifier = FromFloor {
            roots,
            algorithms: default_provider().signature_verification_algorithms,
        };
        if let Some(config) = Arc::get_mut(&mut settings.config) {
            config.dangerous().set_certificate_verifier(Arc::new(verifier));
        }
        Ok(settings)
    }

    /// The TLS of a connection to `host`, which is sent as SNI and which the certificate must be for. Errors: `Endpoint`.
    pub fn engine(&self, host: &str) -> Result<Engine, Error> {
        Engine::new(self.config.clone(), host)
    }

    fn at(now: UnixTime, roots: Arc<RootCertStore>, identity: Option<Identity>) -> Result<Self, Error> {
        let builder = ClientConfig::builder_with_details(Arc::new(default_provider()), Arc::new(Now(now)))
            .with_safe_default_protocol_versions()
            .map_err(|error| failure::explain(&error))?
            .with_root_certificates(roots);
        let config = match identity {
            Some(identity) => builder.with_client_cert_resolver(identity.into_resolver()),
            None => builder.with_no_client_auth(),
        };
        Ok(Self {
            config: Arc::new(config),
        })
    }
}

/// The date at the start of the call, for the whole handshake.
#[derive(Debug)]
struct Now(UnixTime);

impl TimeProvider for Now {
    fn current_time(&self) -> Option<rustls::pki_types::UnixTime> {
        let seconds = u64::try_from(self.0.0).ok()?;
        Some(rustls::pki_types::UnixTime::since_unix_epoch(Duration::from_secs(
            seconds,
        )))
    }
}
