//! What a fetch needs to know, and whether it can be right.
#![forbid(unsafe_code)]

use crate::error::{Error, Status};
use crate::limits::{DEFAULT_TIMEOUT_MS, DEFAULT_TRIES, HTTPS_PORT, ROLE_ALIAS_MAX, THING_NAME_MAX};
use crate::net::host::{check_address, check_host};
use crate::net::{Clock, Peer};
use crate::time::UnixTime;
use crate::tls::{Identity, Roots, Settings};
use core::fmt;

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
    /// Its private key, PEM or DER.
    pub private_key: &'a [u8],
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
    /// Checks what is typed. Errors: `Endpoint`, `DataEndpoint`, `RoleAlias`, `ThingName`, `Address`.
    pub fn check(&self) -> Result<(), Error> {
        check_host(self.endpoint, Status::Endpoint)?;
        check_kind(self.endpoint)?;
        check_name(self.role_alias, Status::RoleAlias, ROLE_ALIAS_MAX, b"_=,@-")?;
        self.thing_name.map_or(Ok(()), |name| {
            check_name(name, Status::ThingName, THING_NAME_MAX, b":_-")
        })?;
        self.address.map_or(Ok(()), check_address)
    }

    /// Reads certificates and key, and sets TLS up. Errors: `Ca`, `Certificate`, `PrivateKey`, `KeyUnsupported`, `KeyMismatch`, and the clock's.
    pub fn tls(&self, clock: &dyn Clock) -> Result<Settings, Error> {
        let roots = Roots::from_bytes(self.ca)?;
        let identity = Identity::from_bytes(self.certificate, self.private_key)?;
        match self.clock_floor {
            Some(floor) => Settings::from_floor(roots, Some(identity), clock, floor),
            None => Settings::new(roots, Some(identity), clock),
        }
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

/// The most frequent mistake, and it shows with no network: AWS's data endpoints have `-ats.iot.` in their names, those of the credentials provider
/// `.credentials.iot.`.
fn check_kind(endpoint: &str) -> Result<(), Error> {
    if endpoint.contains("-ats.iot.") {
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
    if !name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte))
    {
        return Err(Error::new(
            status,
            format_args!("it has a character that is not allowed"),
        ));
    }
    Ok(())
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
            ca: b"",
            address: None,
            port: 0,
            timeout_ms: 0,
            tries: 0,
            clock_floor: None,
        }
    }

    fn status(config: Config<'_>) -> Status {
        config.check().unwrap_err().status
    }

    #[test]
    fn each_field_has_its_status() {
        assert!(config().check().is_ok());
        assert!(
            Config {
                role_alias: "a=b,c@d_e-f",
                thing_name: None,
                ..config()
            }
            .check()
            .is_ok()
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
    fn names_have_a_greatest_length() {
        let name = |length: usize| alloc::string::String::from_utf8(alloc::vec![b'a'; length]).unwrap();
        assert!(
            Config {
                role_alias: &name(128),
                ..config()
            }
            .check()
            .is_ok()
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
