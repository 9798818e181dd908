//! What a fetch needs to know, and whether it can be right.
#![forbid(unsafe_code)]

use crate::error::{Error, Status};
use crate::http::failure::contains;
use crate::limits::{
    DEFAULT_TIMEOUT_MS, DEFAULT_TRIES, EXTERNAL_KEY_RESERVE, HTTPS_PORT, ROLE_ALIAS_MAX, THING_NAME_MAX,
};
use crate::memory;
use crate::net::host::{check_address, check_host};
use crate::net::{Clock, Peer, Timings};
use crate::secret::scrubbed;
use crate::time::UnixTime;
use crate::tls::{External, Identity, Roots, Settings, check_name as check_server_name, date, out_of_date};
use core::cell::Cell;
use core::fmt::{self, Write};

/// How to get credentials.
pub struct Config<'a> {
    /// Host name of the credentials provider.
    pub endpoint: &'a str,
    /// Name of the role alias.
    pub role_alias: &'a str,
    /// Name of the thing, if the certificate's policy wants it.
    pub thing_name: Option<&'a str>,
    /// The device's certificate chain, PEM or DER.
    pub certificate: &'a [u8],
    /// Its private key, PEM or DER; empty where `signer` has it.
    pub private_key: &'a [u8],
    /// The one who has the private key. It is not used after the call.
    pub signer: Option<&'static dyn External>,
    /// CA certificates, PEM or DER; empty for Amazon's.
    pub ca: &'a [u8],
    /// Where to connect in place of `endpoint`.
    pub address: Option<&'a str>,
    /// TCP port; 0 for 443.
    pub port: u16,
    /// Deadline of the whole call in milliseconds; 0 for the default.
    pub timeout_ms: u32,
    /// Tries within the deadline, the first included; 0 for the default.
    pub tries: u32,
    /// Where the device has no clock, or one that is earlier than this: the date that certainly has passed.
    pub clock_floor: Option<UnixTime>,
    /// Where to write how long each phase took.
    pub timings: Option<&'a Cell<Timings>>,
}

impl fmt::Debug for Config<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("endpoint", &self.endpoint)
            .field("role_alias", &self.role_alias)
            .finish_non_exhaustive()
    }
}

impl<'a> Config<'a> {
    /// Checks all that shows with no network, reports every mistake, and makes of certificates and key what TLS needs.
    /// Reports: `Endpoint`, `DataEndpoint`, `RoleAlias`, `ThingName`, `Address`, `Ca`, `Swapped`, `Certificate`, `PrivateKey`, `KeyUnsupported`, `KeyMismatch`,
    /// `TimeRequired`, `ClockUnset`; `Memory`.
    ///
    /// Not inlined: what it needs must not lie on the stack under the handshake.
    #[inline(never)]
    fn prepare(&self, clock: Option<&dyn Clock>, report: &mut dyn FnMut(Error)) -> Option<Settings> {
        memory::check_for_files(&[self.certificate, self.private_key, self.ca])
            .map_err(&mut *report)
            .ok()?;
        for check in [
            Self::check_endpoint,
            Self::check_role_alias,
            Self::check_thing_name,
            Self::check_address,
        ] {
            let _ = check(self).map_err(&mut *report);
        }
        let roots = Roots::from_bytes(self.ca).map_err(&mut *report);
        let identity = match self.signer {
            None => Identity::read(self.certificate, self.private_key, report),
            Some(signer) => Identity::with_signer(self.certificate, self.private_key, signer, report),
        };
        let clock = clock?;
        if self.clock_floor.is_none() {
            date(clock).map_err(&mut *report).ok()?;
        }
        let settings = Settings::new(roots.ok()?, Some(identity?), clock, self.clock_floor);
        Some(settings.map_err(report).ok()?.with_key_len(self.key_reserve()))
    }

    /// Sets TLS up, if there is no mistake. Errors: the first of those that `prepare` reports.
    pub fn tls(&self, clock: &dyn Clock) -> Result<Settings, Error> {
        let mut first = None;
        let settings = self.prepare(Some(clock), &mut |mistake| {
            first.get_or_insert(mistake);
        });
        match (first, settings) {
            (None, Some(settings)) => Ok(settings),
            (first, _) => Err(first.unwrap_or_else(|| Status::Internal.into())),
        }
    }

    /// Reports every mistake that `tls` would fail for, and besides a certificate that is not valid by the clock (`CertificateExpired`,
    /// `CertificateNotYetValid`): no reason not to ask the server, since it may be the clock that is wrong. `clock`: `None` where it is not known.
    pub fn check(&self, clock: Option<&dyn Clock>, report: &mut dyn FnMut(Error)) {
        // Settings that came of it, with the key, are gone before the stack is cleared.
        scrubbed(|| drop(self.prepare(clock, report)));
        if let Some(Ok(now)) = clock.map(date)
            && memory::check_for_files(&[self.certificate]).is_ok()
            && let Some(mistake) = out_of_date(self.certificate, now)
        {
            report(mistake);
        }
    }

    /// Adds to a refusal of the device's certificate that it is not valid by the clock, if so.
    #[cold]
    #[inline(never)]
    pub fn remark(&self, mut error: Error, clock: &dyn Clock) -> Error {
        if error.status == Status::ClientRefused
            && let Ok(now) = date(clock)
            && memory::check_for_files(&[self.certificate]).is_ok()
            && let Some(remark) = out_of_date(self.certificate, now)
        {
            let details = error.details();
            details.dates = remark.dates;
            let _ = write!(details.message, "; {}", remark.message.as_str());
        }
        error
    }

    fn check_endpoint(&self) -> Result<(), Error> {
        check_host(self.endpoint, Status::Endpoint)?;
        check_server_name(self.endpoint)?;
        check_kind(self.endpoint)
    }

    fn check_role_alias(&self) -> Result<(), Error> {
        check_name(self.role_alias, Status::RoleAlias, ROLE_ALIAS_MAX, b"_=,@-")
    }

    fn check_thing_name(&self) -> Result<(), Error> {
        self.thing_name.map_or(Ok(()), |name| {
            check_name(name, Status::ThingName, THING_NAME_MAX, b":_-")
        })
    }

    fn check_address(&self) -> Result<(), Error> {
        self.address.map_or(Ok(()), check_address)
    }

    /// What it takes to sign, as the length of a private key.
    fn key_reserve(&self) -> usize {
        self.signer.map_or(self.private_key.len(), |_| EXTERNAL_KEY_RESERVE)
    }

    /// Whom to connect to.
    pub fn peer(&self) -> Peer<'a> {
        let port = if self.port == 0 { HTTPS_PORT } else { self.port };
        Peer {
            host: self.endpoint,
            address: self.address,
            port,
        }
    }

    /// The deadline in milliseconds.
    pub fn timeout_ms(&self) -> u32 {
        if self.timeout_ms == 0 {
            DEFAULT_TIMEOUT_MS
        } else {
            self.timeout_ms
        }
    }

    /// How often to try.
    pub fn tries(&self) -> u32 {
        if self.tries == 0 { DEFAULT_TRIES } else { self.tries }
    }
}

/// The most frequent mistake, and it shows with no network. AWS's data endpoints are `ID-ats.iot.REGION.amazonaws.com` and, older, without `-ats`, and
/// `data.iot-fips.REGION…`; those for jobs `ID.jobs.iot.REGION…`; those of the credentials provider have `credentials.iot`. A host that is not AWS's
/// may have any name.
fn check_kind(endpoint: &str) -> Result<(), Error> {
    let has = |part: &str| contains(endpoint, part);
    let is_aws = has(".amazonaws.com");
    if has("-ats.iot.") || is_aws && !has("credentials") && (has(".iot.") || has(".iot-fips.")) {
        return Err(Error::new(
            Status::DataEndpoint,
            format_args!("{endpoint} is the data endpoint"),
        ));
    }
    Ok(())
}

/// Checks a name of letters, digits and `others`. So no slash, line end or percent sign gets into the request's path or headers.
fn check_name(name: &str, status: Status, max: usize, others: &[u8]) -> Result<(), Error> {
    if name.is_empty() {
        return Err(Error::new(status, format_args!("it is missing")));
    }
    if name.len() > max {
        return Err(Error::new(
            status,
            format_args!("it has {} characters; at most {max} are allowed", name.len()),
        ));
    }
    if name.starts_with("arn:") {
        return Err(Error::new(status, format_args!("give the name, not the ARN")));
    }
    let is_allowed = |character: char| {
        character.is_ascii_alphanumeric() || u8::try_from(character).is_ok_and(|byte| others.contains(&byte))
    };
    match name.chars().position(|character| !is_allowed(character)) {
        None => Ok(()),
        Some(place) => Err(Error::new(
            status,
            format_args!("its character {} is not allowed", place + 1),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config<'static> {
        Config {
            endpoint: "c2sak5sldr9l3k.credentials.iot.eu-west-1.amazonaws.com",
            role_alias: "MyDeviceS3Uploader",
            thing_name: Some("camera-17"),
            certificate: b"",
            private_key: b"",
            signer: None,
            ca: b"",
            address: None,
            port: 0,
            timeout_ms: 0,
            tries: 0,
            clock_floor: None,
            timings: None,
        }
    }

    impl Config<'_> {
        /// The mistakes in what is typed.
        fn mistakes(&self) -> alloc::vec::Vec<Status> {
            let mut found = alloc::vec::Vec::new();
            self.check(None, &mut |mistake| found.push(mistake.status));
            assert_eq!(
                found.split_off(found.len() - 2),
                [Status::Certificate, Status::PrivateKey]
            );
            found
        }
    }

    fn status(config: Config<'_>) -> Status {
        config.mistakes()[0]
    }

    #[test]
    fn each_field_has_its_status() {
        assert!(config().mistakes().is_empty());
        assert!(
            Config {
                role_alias: "a=b,c@d_e-f",
                thing_name: None,
                ..config()
            }
            .mistakes()
            .is_empty()
        );
        assert_eq!(
            status(Config {
                endpoint: "a/b",
                ..config()
            }),
            Status::Endpoint
        );
        assert_eq!(
            status(Config {
                endpoint: "a1-ats.iot.eu-west-1.amazonaws.com",
                ..config()
            }),
            Status::DataEndpoint
        );
        for endpoint in [
            "a1.iot.eu-west-1.amazonaws.com",
            "A1-ATS.IOT.EU-WEST-1.AMAZONAWS.COM",
            "a1-ats.iot.cn-north-1.amazonaws.com.cn",
            "data.iot-fips.us-east-1.amazonaws.com",
            "a1.jobs.iot.us-east-1.amazonaws.com",
        ] {
            assert_eq!(
                status(Config { endpoint, ..config() }),
                Status::DataEndpoint,
                "{endpoint}"
            );
        }
        for endpoint in [
            "c1.credentials.iot.cn-north-1.amazonaws.com.cn",
            "data.credentials.iot-fips.us-east-1.amazonaws.com",
            "credentials.iot.example.com",
            "my.iot.example.com",
        ] {
            assert!(Config { endpoint, ..config() }.mistakes().is_empty(), "{endpoint}");
        }
        for alias in [
            "",
            "a/b",
            "a\r\nb",
            "a%2Fb",
            "a b",
            "\u{e9}",
            "arn:aws:iot:eu-west-1:1:rolealias/a",
        ] {
            assert_eq!(
                status(Config {
                    role_alias: alias,
                    ..config()
                }),
                Status::RoleAlias,
                "{alias:?}"
            );
        }
        for name in ["", "a/b", "a\r\nb: c", "a=b"] {
            assert_eq!(
                status(Config {
                    thing_name: Some(name),
                    ..config()
                }),
                Status::ThingName,
                "{name:?}"
            );
        }
        assert_eq!(
            status(Config {
                address: Some("a b"),
                ..config()
            }),
            Status::Address
        );
    }

    #[test]
    fn every_mistake_is_reported_in_the_order_of_a_fetch() {
        let wrong = Config {
            endpoint: "https://a",
            role_alias: "a/b",
            thing_name: Some(""),
            address: Some("a b"),
            ca: b"none",
            ..config()
        };
        assert_eq!(
            wrong.mistakes(),
            [
                Status::Endpoint,
                Status::RoleAlias,
                Status::ThingName,
                Status::Address,
                Status::Ca
            ]
        );
    }

    #[test]
    fn names_have_a_greatest_length() {
        let name = |length: usize| alloc::string::String::from_utf8(alloc::vec![b'a'; length]).unwrap();
        assert!(
            Config {
                role_alias: &name(128),
                ..config()
            }
            .mistakes()
            .is_empty()
        );
        assert_eq!(
            status(Config {
                role_alias: &name(129),
                ..config()
            }),
            Status::RoleAlias
        );
        assert_eq!(
            status(Config {
                thing_name: Some(&name(129)),
                ..config()
            }),
            Status::ThingName
        );
    }
}
