//! `iotcred_fetch`: the certificate for credentials, for C.

use super::args::{optional_text, text};
use super::config::{IOTCRED_CLOCK_FLOOR_RELEASE, iotcred_config};
use super::credentials::iotcred_credentials;
use super::error::{guard_with_error, iotcred_error};
use super::platform::with_platform;
use super::signer::iotcred_signer;
use super::status::iotcred_status;
use crate::crypto::random;
use crate::error::{Error, Status};
use crate::fetch::{Config, fetch};
use crate::limits::{EARLIEST_BELIEVABLE_TIME, LATEST_TIME, RELEASE_TIME};
use crate::net::Timings;
use crate::time::UnixTime;
use crate::tls::External;
use core::cell::Cell;

/// Exchanges the device's certificate for temporary AWS credentials at the AWS IoT credentials provider: one HTTPS request with mutual TLS, and as
/// many more as `tries` allows when one fails for a reason that may pass.
/// Source: <https://docs.aws.amazon.com/iot/latest/developerguide/authorizing-direct-aws.html>
///
/// `config`: in.
/// `credentials`: out. Untouched on failure.
/// `error`: out; may be NULL. Always written whole.
///
/// Ownership: nothing is kept; the connection is closed. What the call allocates it frees and wipes. One exception: where the operating system
/// resolves names, a lookup that outlasts the deadline goes on in a thread of its own, at most one per process, which frees what it holds when it ends.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_NOT_INITIALISED`; `IOTCRED_ERR_CLOCK_UNSET`,
/// `IOTCRED_ERR_TIME_REQUIRED`; `IOTCRED_ERR_TIME_OUT_OF_RANGE` for a `clock_floor` that is no date; for each member of `config` that is wrong its own of the 1000s; the 3000s, the 4000s and the 5000s.
/// Threads: any number at once, each with its own `credentials` and `error`.
/// Example: see `examples-c/fetch_credentials.c`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_fetch(
    config: *const iotcred_config,
    credentials: *mut iotcred_credentials,
    error: *mut iotcred_error,
) -> iotcred_status {
    // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, and outputs are nobody else's meanwhile. No reference to the
    // caller's structs is held while callbacks run.
    unsafe {
        guard_with_error(error, || {
            if config.is_null() || credentials.is_null() {
                return Err(Error::new(
                    Status::NullArgument,
                    format_args!("`config` or `credentials` is NULL"),
                ));
            }
            let (platform, config) = ((*config).platform, (*config).read()?);
            with_platform(platform, |transport, clock| {
                match fetch(&config, transport, clock, &random) {
                    Ok(ref fetched) => Ok((*credentials).set(&fetched.credentials)?),
                    Err(error) => Err(error),
                }
            })
        })
    }
}

/// The floor of a config. Errors: `TimeOutOfRange`.
fn clock_floor(seconds: i64) -> Result<Option<UnixTime>, Error> {
    match seconds {
        0 => Ok(None),
        IOTCRED_CLOCK_FLOOR_RELEASE => Ok(Some(UnixTime(RELEASE_TIME))),
        EARLIEST_BELIEVABLE_TIME..=LATEST_TIME => Ok(Some(UnixTime(seconds))),
        _ => Err(Error::new(
            Status::TimeOutOfRange,
            format_args!("`clock_floor` is no date from 2015 to 9999"),
        )),
    }
}

fn or_empty<T: Default>(value: Result<T, Error>, report: &mut dyn FnMut(Error)) -> T {
    value.map_err(report).unwrap_or_default()
}

impl iotcred_config {
    /// Errors: for the first member that cannot be read its own.
    ///
    /// # Safety
    /// What the config points to is as the header's "Pointers" says.
    pub(super) unsafe fn read<'a>(&self) -> Result<Config<'a>, Error> {
        let mut first = None;
        // SAFETY: the caller's promise.
        let config = unsafe {
            self.read_each(&mut |problem| {
                first.get_or_insert(problem);
            })
        };
        first.map_or(Ok(config), Err)
    }

    /// Reports each member that cannot be read, and leaves it empty.
    ///
    /// # Safety
    /// As for `read`.
    pub(super) unsafe fn read_each<'a>(&self, report: &mut dyn FnMut(Error)) -> Config<'a> {
        let not_text = |status| Error::new(status, format_args!("it is not UTF-8"));
        let no_bytes = |status| Error::new(status, format_args!("it is NULL and has a length"));
        // SAFETY: the caller's promise.
        unsafe {
            Config {
                endpoint: or_empty(text(self.endpoint, Status::Endpoint).map_err(not_text), report),
                role_alias: or_empty(text(self.role_alias, Status::RoleAlias).map_err(not_text), report),
                thing_name: or_empty(
                    optional_text(self.thing_name, Status::ThingName).map_err(not_text),
                    report,
                ),
                certificate: or_empty(self.certificate.get(Status::Certificate).map_err(no_bytes), report),
                private_key: or_empty(self.private_key.get(Status::PrivateKey).map_err(no_bytes), report),
                ca: or_empty(self.ca.get(Status::Ca).map_err(no_bytes), report),
                address: or_empty(optional_text(self.address, Status::Address).map_err(not_text), report),
                port: self.port,
                timeout_ms: self.timeout_ms,
                tries: self.tries,
                signer: self.read_signer(report),
                timings: self.timings.cast::<Cell<Timings>>().as_ref(),
                clock_floor: or_empty(clock_floor(self.clock_floor), report),
            }
        }
    }

    /// The signer, with a lifetime that is as long as TLS wants it: it is used during the call alone.
    ///
    /// # Safety
    /// As for `read`.
    unsafe fn read_signer(&self, report: &mut dyn FnMut(Error)) -> Option<&'static dyn External> {
        // SAFETY: the caller's promise; whatever holds the reference is gone when the call returns.
        let signer: &'static iotcred_signer = unsafe { self.signer.as_ref() }?;
        if signer.sign.is_none() {
            report(Error::new(Status::Signer, format_args!("the callback `sign` is NULL")));
        }
        Some(signer)
    }
}
