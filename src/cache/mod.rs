//! Credentials that never lapse: one cache, any number of threads, at most one request in flight. No thread of its own.
//!
//! ```text
//! get -> enter (locked): served | remembered error | wait for another's refresh, and enter again | refresh
//!     -> fetch (not locked) -> leave (locked): served, fresh or stale | error
//! ```
#![forbid(unsafe_code)]

pub mod policy;

pub use policy::State;

use crate::credentials::TemporaryCredentials;
use crate::error::{Error, KeptError, Status};
use crate::fetch::Fetched;
use crate::limits::LOST_AFTER_MS;
use crate::net::{Clock, Deadline};
use crate::time::{ServerClock, UnixTime};
use policy::{Decision, Policy, Remedy, lifetime};

/// All of a cache but the credentials, which stand in a [`Store`].
#[derive(Default)]
pub struct Cache {
    policy: Policy,
    clock: ServerClock,
    /// Why the last refresh failed. Without a box: nobody drops a cache, since it is the caller's memory.
    failure: Option<KeptError>,
}

/// Where the credentials are kept, and where they go.
pub trait Store {
    /// Keeps these in place of what is kept.
    fn keep(&mut self, credentials: &TemporaryCredentials) -> Result<(), Status>;

    /// Gives the caller what is kept.
    fn serve(&mut self);

    /// Wipes what is kept.
    fn wipe(&mut self);
}

/// A cache and its store among threads.
pub trait Shared {
    /// Runs `body` while no other thread does with this cache. `body` calls nothing of the caller's.
    fn with<T>(&self, body: impl FnOnce(&mut Cache, &mut dyn Store) -> T) -> T;

    /// Waits until no refresh is in flight, or for `timeout_ms`. `false`, at once, where the device cannot wait.
    fn wait(&self, timeout_ms: u32, clock: &dyn Clock) -> bool;

    /// A refresh has ended: whoever waits shall look.
    fn wake(&self);
}

/// What a call brings along.
pub struct Call<'a> {
    /// The device's clocks.
    pub clock: &'a dyn Clock,
    /// Gives numbers that are uniform over 64 bits.
    pub random: &'a dyn Fn() -> u64,
    /// Deadline of the whole call, in milliseconds.
    pub timeout_ms: u32,
}

/// What there is to say of credentials that are served.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// How good they are.
    pub state: State,
    /// Why the last refresh failed, if they are stale.
    pub failure: Option<Status>,
    /// How long they are valid yet, in milliseconds.
    pub valid_ms: u64,
    /// How long until a refresh is due, in milliseconds.
    pub wake_ms: u64,
}

/// Serves credentials, by a refresh if one is due. `fetch` gets the milliseconds that are left.
pub fn get(
    shared: &impl Shared,
    call: &Call<'_>,
    fetch: impl FnOnce(u32) -> Result<Fetched, Error>,
) -> Result<Report, Error> {
    let deadline = Deadline::after(call.clock, call.timeout_ms);
    let left_ms = match admit(shared, call, deadline)? {
        Admitted::Served(report) => return Ok(report),
        Admitted::Refreshes { left_ms } => left_ms,
    };
    let flight = Flight {
        shared,
        has_landed: false,
    };
    let fetched = fetch(left_ms);
    flight.land(call, fetched)
}

enum Admitted {
    Served(Report),
    Refreshes { left_ms: u32 },
}

/// Goes in, and waits there as long as another's refresh must be waited for.
fn admit(shared: &impl Shared, call: &Call<'_>, deadline: Deadline<'_>) -> Result<Admitted, Error> {
    loop {
        let now = call.clock.monotonic_ms();
        let left_ms = deadline.remaining_ms().unwrap_or(0);
        let patience_ms = u64::from(left_ms).saturating_add(LOST_AFTER_MS);
        match shared.with(|cache, store| cache.enter(now, patience_ms, store))? {
            Entered::Served(report) => return Ok(Admitted::Served(report)),
            Entered::Refreshes => return Ok(Admitted::Refreshes { left_ms }),
            Entered::Waits { lost_ms } => {
                let wait_ms = u32::try_from(lost_ms).unwrap_or(u32::MAX).min(left_ms);
                if left_ms == 0 || !shared.wait(wait_ms, call.clock) {
                    return shared
                        .with(|cache, store| cache.give_up(now, store))
                        .map(Admitted::Served);
                }
            }
        }
    }
}

/// The refresh that is in flight. If it is dropped by a panic, another may begin.
struct Flight<'a, S: Shared> {
    shared: &'a S,
    has_landed: bool,
}

impl<S: Shared> Flight<'_, S> {
    fn land(mut self, call: &Call<'_>, fetched: Result<Fetched, Error>) -> Result<Report, Error> {
        let (now, wall, random) = (call.clock.monotonic_ms(), call.clock.unix_time(), (call.random)());
        self.has_landed = true;
        self.shared
            .with(|cache, store| cache.leave(now, wall, random, fetched, store))
    }
}

impl<S: Shared> Drop for Flight<'_, S> {
    fn drop(&mut self) {
        if !self.has_landed {
            self.shared.with(|cache, _| cache.policy.abandon());
        }
        self.shared.wake();
    }
}

enum Entered {
    Served(Report),
    Refreshes,
    /// For another's refresh, which counts as lost after so long.
    Waits {
        lost_ms: u64,
    },
}

impl Cache {
    /// A call comes in. Errors: the last refresh's, while it is too early for another.
    fn enter(&mut self, now: u64, patience_ms: u64, store: &mut dyn Store) -> Result<Entered, Error> {
        match self.policy.decide(now) {
            Decision::Serve(state) => Ok(Entered::Served(self.serve(state, now, store))),
            Decision::Refresh => {
                self.policy.begin(now, patience_ms);
                Ok(Entered::Refreshes)
            }
            Decision::Wait => Ok(Entered::Waits {
                lost_ms: self.policy.next_wake(now).saturating_sub(now),
            }),
            Decision::Fail => Err(self
                .failure
                .as_ref()
                .map_or_else(|| Status::Internal.into(), Error::from)),
        }
    }

    /// A refresh has ended.
    fn leave(
        &mut self,
        now: u64,
        wall: Option<UnixTime>,
        random: u64,
        fetched: Result<Fetched, Error>,
        store: &mut dyn Store,
    ) -> Result<Report, Error> {
        let error = match fetched.and_then(|fetched| self.take(now, wall, random, &fetched, store)) {
            Ok(()) => return Ok(self.serve(State::Fresh, now, store)),
            Err(error) => error,
        };
        self.policy
            .fail(now, remedy(&error), u64::from(error.retry_after_ms), random);
        self.failure = Some(KeptError::from(&error));
        if self.policy.valid_ms(now) > 0 {
            Ok(self.serve(State::Stale, now, store))
        } else {
            store.wipe();
            Err(error)
        }
    }

    /// Takes new credentials. Errors: `Document`, when they are dead already.
    fn take(
        &mut self,
        now: u64,
        wall: Option<UnixTime>,
        random: u64,
        fetched: &Fetched,
        store: &mut dyn Store,
    ) -> Result<(), Error> {
        let sighting = &fetched.sighting;
        let wall = self.clock.correct(wall, now);
        let (lifetime_ms, is_believed) = lifetime(fetched.credentials.expiration, sighting.trusted(), wall);
        if is_believed {
            self.clock.set(sighting);
        }
        let lifetime_ms =
            lifetime_ms.ok_or_else(|| Error::new(Status::Document, format_args!("the credentials came expired")))?;
        store.keep(&fetched.credentials)?;
        self.policy.succeed(sighting.received_ms, lifetime_ms, random);
        self.failure = None;
        Ok(())
    }

    /// The deadline has passed while another's refresh was in flight: what is still valid is served all the same. Errors: `Deadline`.
    fn give_up(&mut self, now: u64, store: &mut dyn Store) -> Result<Report, Error> {
        if self.policy.valid_ms(now) > 0 {
            Ok(self.serve(State::Refreshing, now, store))
        } else {
            Err(Error::new(
                Status::Deadline,
                format_args!("the refresh of another thread has not ended"),
            ))
        }
    }

    fn serve(&self, state: State, now: u64, store: &mut dyn Store) -> Report {
        store.serve();
        Report {
            state,
            failure: self
                .failure
                .as_ref()
                .filter(|_| state != State::Fresh)
                .map(|failure| failure.status),
            valid_ms: self.policy.valid_ms(now),
            wake_ms: self.policy.next_wake(now).saturating_sub(now),
        }
    }

    /// How long after `now`, in milliseconds, the next refresh is due.
    pub fn wake_ms(&self, now: u64) -> u64 {
        self.policy.next_wake(now).saturating_sub(now)
    }

    /// Whether a refresh has begun and not ended.
    pub fn in_flight(&self) -> bool {
        self.policy.in_flight()
    }

    /// Forgets credentials and errors; the next call refreshes.
    pub fn invalidate(&mut self, store: &mut dyn Store) {
        store.wipe();
        self.policy.invalidate();
        self.failure = None;
    }

    /// The time for a signature, by the server's clock where the wall clock is off.
    pub fn time(&self, wall: Option<UnixTime>, now: u64) -> Option<UnixTime> {
        self.clock.correct(wall, now)
    }
}

/// What can mend a fetch that failed. An error without a response that is not the network's or TLS's was found before any request.
fn remedy(error: &Error) -> Remedy {
    let is_local = match error.status {
        Status::NullArgument
        | Status::NotInitialised
        | Status::ClockUnset
        | Status::TimeRequired
        | Status::Endpoint
        | Status::RoleAlias
        | Status::ThingName
        | Status::Certificate
        | Status::PrivateKey
        | Status::KeyUnsupported
        | Status::KeyMismatch
        | Status::Ca
        | Status::Address
        | Status::Platform
        | Status::Swapped
        | Status::CertificateExpired
        | Status::CertificateNotYetValid => true,
        Status::DataEndpoint => error.http_status == 0,
        _ => false,
    };
    if is_local {
        Remedy::Device
    } else if error.status.is_retryable() || error.status.is_of_clock() {
        Remedy::Time
    } else {
        Remedy::Change
    }
}

#[cfg(test)]
mod tests;
