//! Credentials that never lapse: one cache, any number of threads, at most one request in flight. No thread of its own.
//!
//! ```text
//! get -> enter (locked): served | remembered error | wait, for another's refresh or the first request's moment, and enter again | refresh
//!     -> fetch (not locked) -> leave (locked): served, fresh or stale | error
//! ```
#![forbid(unsafe_code)]

pub mod policy;
pub mod seal;

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
    /// How many tries a refresh has, unless the last one failed.
    pub tries: u32,
    /// Over how many milliseconds the first request is spread: see [`policy::startup_spread_ms`].
    pub startup_spread_ms: u32,
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

/// How a refresh is to be made.
pub struct Refresh<'a> {
    /// The milliseconds that are left.
    pub timeout_ms: u32,
    /// How many tries it has.
    pub tries: u32,
    /// The device's clocks, the date by the server's where the wall clock is known to be off: a step of it must not end the refreshes.
    pub clock: &'a dyn Clock,
}

/// Serves credentials, by a refresh if one is due, which `fetch` makes.
pub fn get(
    shared: &impl Shared,
    call: &Call<'_>,
    fetch: impl FnOnce(Refresh<'_>) -> Result<Fetched, Error>,
) -> Result<Report, Error> {
    let deadline = Deadline::after(call.clock, call.timeout_ms);
    let (timeout_ms, begun) = match admit(shared, call, deadline)? {
        Admitted::Served(report) => return Ok(report),
        Admitted::Refreshes { left_ms, begun } => (left_ms, begun),
    };
    let flight = Flight {
        shared,
        has_landed: false,
    };
    let corrected = Corrected {
        device: call.clock,
        server: begun.clock,
    };
    let fetched = fetch(Refresh {
        timeout_ms,
        tries: begun.tries,
        clock: &corrected,
    });
    flight.land(call, fetched)
}

/// How long, in milliseconds, until the next refresh is due.
pub fn wake_ms(shared: &impl Shared, call: &Call<'_>) -> u64 {
    if !shared.with(|cache, _| cache.policy.has_started()) {
        start(shared, call);
    }
    let now = call.clock.monotonic_ms();
    shared.with(|cache, _| cache.policy.next_wake(now)).saturating_sub(now)
}

/// The cache is used for the first time. The random number is drawn before its lock is taken.
fn start(shared: &impl Shared, call: &Call<'_>) {
    let (now, random) = (call.clock.monotonic_ms(), (call.random)());
    let spread_ms = policy::startup_spread_ms(call.startup_spread_ms, now);
    shared.with(|cache, _| cache.policy.start(now, spread_ms, random));
}

/// The device's clocks, the date by the server's where the wall clock is off.
struct Corrected<'a> {
    device: &'a dyn Clock,
    server: ServerClock,
}

impl Clock for Corrected<'_> {
    fn unix_time(&self) -> Option<UnixTime> {
        self.server.correct(self.device.unix_time(), self.device.monotonic_ms())
    }

    fn monotonic_ms(&self) -> u64 {
        self.device.monotonic_ms()
    }

    fn sleep(&self, ms: u32) -> bool {
        self.device.sleep(ms)
    }
}

enum Admitted {
    Served(Report),
    Refreshes { left_ms: u32, begun: Begun },
}

/// Goes in, and waits there as long as another's refresh must be waited for.
fn admit(shared: &impl Shared, call: &Call<'_>, deadline: Deadline<'_>) -> Result<Admitted, Error> {
    loop {
        let now = call.clock.monotonic_ms();
        let left_ms = deadline.remaining_ms().unwrap_or(0);
        let patience_ms = u64::from(left_ms).saturating_add(LOST_AFTER_MS);
        match shared.with(|cache, store| cache.enter(now, patience_ms, call.tries, store))? {
            Entered::Served(report) => return Ok(Admitted::Served(report)),
            Entered::Refreshes(begun) => return Ok(Admitted::Refreshes { left_ms, begun }),
            Entered::Starts => start(shared, call),
            Entered::Early { wait_ms } => wait_for_the_start(call, wait_ms, left_ms)?,
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

/// Waits for the first request's moment, if that leaves half of the time for the request. Errors: `CacheStarting`, at once, if not.
fn wait_for_the_start(call: &Call<'_>, wait_ms: u64, left_ms: u32) -> Result<(), Error> {
    let wait_ms = u32::try_from(wait_ms).unwrap_or(u32::MAX);
    if wait_ms <= left_ms / 2 && call.clock.sleep(wait_ms) {
        return Ok(());
    }
    let mut error = Error::new(
        Status::CacheStarting,
        format_args!("the moment was drawn at random, so that devices which start together do not ask together"),
    );
    error.details().retry_after_ms = wait_ms;
    Err(error)
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

/// A refresh has begun: what it must know of the cache.
struct Begun {
    clock: ServerClock,
    tries: u32,
}

enum Entered {
    Served(Report),
    Refreshes(Begun),
    /// For the first time: the moment of the first request is to be drawn.
    Starts,
    /// Before that moment.
    Early {
        wait_ms: u64,
    },
    /// For another's refresh, which counts as lost after so long.
    Waits {
        lost_ms: u64,
    },
}

impl Cache {
    /// A call comes in. Errors: the last refresh's, while it is too early for another.
    fn enter(&mut self, now: u64, patience_ms: u64, tries: u32, store: &mut dyn Store) -> Result<Entered, Error> {
        if !self.policy.has_started() {
            return Ok(Entered::Starts);
        }
        match self.policy.decide(now) {
            Decision::Serve(state) => Ok(Entered::Served(self.serve(state, now, store))),
            Decision::Refresh => {
                self.policy.begin(now, patience_ms);
                Ok(Entered::Refreshes(Begun {
                    clock: self.clock,
                    tries: self.policy.tries(tries),
                }))
            }
            Decision::Wait => Ok(Entered::Waits {
                lost_ms: self.policy.next_wake(now).saturating_sub(now),
            }),
            Decision::Fail => {
                store.wipe();
                match &self.failure {
                    Some(failure) => Err(failure.into()),
                    None => Ok(Entered::Early {
                        wait_ms: self.policy.next_wake(now).saturating_sub(now),
                    }),
                }
            }
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
pub fn remedy(error: &Error) -> Remedy {
    let is_local = match error.status {
        Status::NullArgument
        | Status::NotInitialised
        | Status::ClockUnset
        | Status::TimeRequired
        | Status::TimeOutOfRange
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
