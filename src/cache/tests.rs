//! The cache over a fake clock and fetches that say what a test says.
#![forbid(unsafe_code)]

extern crate std;

use super::*;
use crate::limits::MANDATORY_MS;
use crate::secret::Secret;
use crate::time::Sighting;
use core::cell::{Cell, RefCell};
use std::string::{String, ToString};

const MINUTE: u64 = 60_000;
/// What both clocks show at first.
const START_MS: u64 = 20 * MINUTE;
const START: i64 = 1_800_000_000;

struct FakeClock {
    now: Cell<u64>,
    /// How far off the wall clock is.
    off: Cell<i64>,
}

impl FakeClock {
    fn new() -> Self {
        Self {
            now: Cell::new(START_MS),
            off: Cell::new(0),
        }
    }

    fn pass(&self, ms: u64) {
        self.now.set(self.now.get() + ms);
    }

    fn true_time(&self) -> i64 {
        START + (i64::try_from(self.now.get()).unwrap() - i64::try_from(START_MS).unwrap()).div_euclid(1000)
    }
}

impl Clock for FakeClock {
    fn unix_time(&self) -> Option<UnixTime> {
        Some(UnixTime(self.true_time() + self.off.get()))
    }

    fn monotonic_ms(&self) -> u64 {
        self.now.get()
    }

    fn sleep(&self, ms: u32) -> bool {
        self.pass(u64::from(ms));
        true
    }
}

#[derive(Default)]
struct Names {
    kept: Option<String>,
    served: Option<String>,
}

impl Store for Names {
    fn keep(&mut self, credentials: &TemporaryCredentials) -> Result<(), Status> {
        self.kept = Some(credentials.access_key_id.clone());
        Ok(())
    }

    fn serve(&mut self) {
        assert!(self.kept.is_some());
        self.served = self.kept.clone();
    }

    fn wipe(&mut self) {
        self.kept = None;
    }
}

/// One thread's cache.
#[derive(Default)]
struct Alone(RefCell<(Cache, Names)>);

impl Shared for Alone {
    fn with<T>(&self, body: impl FnOnce(&mut Cache, &mut dyn Store) -> T) -> T {
        let (cache, store) = &mut *self.0.borrow_mut();
        body(cache, store)
    }

    fn wait(&self, _: u32, _: &dyn Clock) -> bool {
        false
    }

    fn wake(&self) {}
}

fn credentials(name: &str, expiration: i64) -> TemporaryCredentials {
    TemporaryCredentials {
        access_key_id: name.to_string(),
        secret_access_key: Secret::new(String::new()),
        session_token: Secret::new(String::new()),
        expiration: UnixTime(expiration),
        server_time: None,
    }
}

fn good(clock: &FakeClock, name: &str, lifetime_s: i64) -> Result<Fetched, Error> {
    Ok(Fetched {
        credentials: credentials(name, clock.true_time() + lifetime_s),
        sighting: Sighting {
            date: Some(UnixTime(clock.true_time())),
            is_aged: false,
            sent_ms: clock.monotonic_ms(),
            received_ms: clock.monotonic_ms(),
        },
    })
}

fn call(clock: &FakeClock) -> Call<'_> {
    Call {
        clock,
        random: &|| 0,
        timeout_ms: 15_000,
        tries: 3,
        startup_spread_ms: 0,
    }
}

fn get_with(cache: &Alone, clock: &FakeClock, fetched: Result<Fetched, Error>) -> Result<Report, Error> {
    get(cache, &call(clock), |refresh| {
        assert_eq!(refresh.timeout_ms, 15_000);
        fetched
    })
}

/// Gets the first credentials and then those of a refresh, so that moments are drawn as ever.
fn begin(cache: &Alone, clock: &FakeClock) -> Report {
    get_with(cache, clock, good(clock, "first", 3600)).unwrap();
    clock.pass(30 * MINUTE);
    get_with(cache, clock, good(clock, "a", 3600)).unwrap()
}

/// A get that must not fetch.
fn get_cached(cache: &Alone, clock: &FakeClock) -> Result<Report, Error> {
    get(cache, &call(clock), |_| panic!("no request is due"))
}

fn served(cache: &Alone) -> Option<String> {
    cache.0.borrow_mut().1.served.take()
}

#[test]
fn credentials_are_fetched_once_and_served_until_the_window() {
    let (cache, clock) = (Alone::default(), FakeClock::new());
    let report = begin(&cache, &clock);
    assert_eq!((report.state, report.failure), (State::Fresh, None));
    assert_eq!((report.valid_ms, report.wake_ms), (60 * MINUTE, 45 * MINUTE));
    clock.pass(45 * MINUTE - 1);
    assert_eq!(get_cached(&cache, &clock).unwrap().state, State::Fresh);
    assert_eq!(served(&cache).as_deref(), Some("a"));
    clock.pass(1);
    assert_eq!(
        get_with(&cache, &clock, good(&clock, "b", 3600)).unwrap().state,
        State::Fresh
    );
    assert_eq!(served(&cache).as_deref(), Some("b"));
}

#[test]
fn a_failed_refresh_serves_what_is_valid_and_says_why() {
    let (cache, clock) = (Alone::default(), FakeClock::new());
    begin(&cache, &clock);
    clock.pass(45 * MINUTE);
    let report = get_with(&cache, &clock, Err(Status::RoleAliasForbidden.into())).unwrap();
    assert_eq!(
        (report.state, report.failure),
        (State::Stale, Some(Status::RoleAliasForbidden))
    );
    assert_eq!(report.wake_ms, 5 * MINUTE);
    assert_eq!(served(&cache).as_deref(), Some("a"));
    clock.pass(5 * MINUTE - 1);
    assert_eq!(get_cached(&cache, &clock).unwrap().state, State::Stale);
    clock.pass(1);
    assert_eq!(get_with(&cache, &clock, good(&clock, "b", 3600)).unwrap().failure, None);
}

#[test]
fn at_expiry_the_error_comes_out_and_nothing_is_kept() {
    let (cache, clock) = (Alone::default(), FakeClock::new());
    get_with(&cache, &clock, good(&clock, "a", 3600)).unwrap();
    clock.pass(60 * MINUTE);
    served(&cache);
    let error = get_with(&cache, &clock, Err(Status::RoleAliasForbidden.into())).unwrap_err();
    assert_eq!(error.status, Status::RoleAliasForbidden);
    assert_eq!((served(&cache), cache.0.borrow().1.kept.clone()), (None, None));
    clock.pass(5 * MINUTE - 1);
    assert_eq!(
        get_cached(&cache, &clock).unwrap_err().status,
        Status::RoleAliasForbidden
    );
    clock.pass(1);
    get_with(&cache, &clock, good(&clock, "b", 3600)).unwrap();
}

#[test]
fn a_mistake_on_the_device_is_never_remembered() {
    for status in [Status::ClockUnset, Status::Certificate, Status::DataEndpoint] {
        let (cache, clock) = (Alone::default(), FakeClock::new());
        assert_eq!(get_with(&cache, &clock, Err(status.into())).unwrap_err().status, status);
        get_with(&cache, &clock, good(&clock, "a", 3600)).unwrap();
    }
    let (cache, clock) = (Alone::default(), FakeClock::new());
    let mut answered = Error::from(Status::DataEndpoint);
    answered.details().http_status = 404;
    get_with(&cache, &clock, Err(answered)).unwrap_err();
    assert_eq!(get_cached(&cache, &clock).unwrap_err().status, Status::DataEndpoint);
}

#[test]
fn a_step_of_the_wall_clock_neither_kills_nor_keeps() {
    for off in [-315_360_000, 315_360_000, -1_700_000_000] {
        let (cache, clock) = (Alone::default(), FakeClock::new());
        clock.off.set(off);
        assert_eq!(begin(&cache, &clock).valid_ms, 60 * MINUTE);
        clock.off.set(-off);
        clock.pass(44 * MINUTE);
        assert_eq!(get_cached(&cache, &clock).unwrap().state, State::Fresh);
        // The refresh goes by the date that the server told.
        clock.pass(16 * MINUTE);
        let now = clock.true_time();
        get(&cache, &call(&clock), |refresh| {
            assert_eq!(refresh.clock.unix_time(), Some(UnixTime(now)));
            assert_eq!(refresh.clock.monotonic_ms(), clock.now.get());
            good(&clock, "b", 3600)
        })
        .unwrap();
        clock.pass(60 * MINUTE);
        get_with(&cache, &clock, Err(Status::Connect.into())).unwrap_err();
    }
}

#[test]
fn the_time_for_signatures_is_the_servers_where_the_clock_is_off() {
    let (cache, clock) = (Alone::default(), FakeClock::new());
    clock.off.set(3600);
    let time = || cache.with(|cache, _| cache.time(clock.unix_time(), clock.monotonic_ms()));
    assert_eq!(time(), Some(UnixTime(START + 3600)));
    get_with(&cache, &clock, good(&clock, "a", 3600)).unwrap();
    clock.pass(10 * MINUTE);
    assert_eq!(time(), Some(UnixTime(START + 600)));
    clock.off.set(1);
    assert_eq!(time(), Some(UnixTime(START + 601)));
}

#[test]
fn credentials_that_come_expired_are_no_credentials() {
    let (cache, clock) = (Alone::default(), FakeClock::new());
    let error = get_with(&cache, &clock, good(&clock, "a", -5)).unwrap_err();
    assert_eq!(
        (error.status, error.message.as_str()),
        (Status::Document, "the credentials came expired")
    );
    assert!(cache.0.borrow().1.kept.is_none());
    // They do not replace good ones.
    clock.pass(MINUTE);
    get_with(&cache, &clock, good(&clock, "b", 3600)).unwrap();
    clock.pass(50 * MINUTE);
    assert_eq!(
        get_with(&cache, &clock, good(&clock, "c", 0)).unwrap().state,
        State::Stale
    );
    assert_eq!(served(&cache).as_deref(), Some("b"));
}

#[test]
fn without_a_date_the_clock_decides_by_what_was_seen_before() {
    let (cache, clock) = (Alone::default(), FakeClock::new());
    clock.off.set(-7200);
    get_with(&cache, &clock, good(&clock, "a", 3600)).unwrap();
    clock.pass(50 * MINUTE);
    let mut dateless = good(&clock, "b", 3600).unwrap();
    dateless.sighting.date = None;
    assert_eq!(get_with(&cache, &clock, Ok(dateless)).unwrap().valid_ms, 60 * MINUTE);
}

#[test]
fn invalidation_wipes_and_the_next_call_refreshes() {
    let (cache, clock) = (Alone::default(), FakeClock::new());
    get_with(&cache, &clock, good(&clock, "a", 3600)).unwrap();
    cache.with(|cache, store| cache.invalidate(store));
    assert!(cache.0.borrow().1.kept.is_none());
    assert_eq!(wake_ms(&cache, &call(&clock)), 0);
    get_with(&cache, &clock, good(&clock, "b", 3600)).unwrap();
}

#[test]
fn while_another_refreshes_the_rest_are_served_or_told_to_wait() {
    let (cache, clock) = (Alone::default(), FakeClock::new());
    begin(&cache, &clock);
    clock.pass(45 * MINUTE);
    let outer = get(&cache, &call(&clock), |_| {
        assert_eq!(get_cached(&cache, &clock).unwrap().state, State::Refreshing);
        good(&clock, "b", 3600)
    });
    assert_eq!(outer.unwrap().state, State::Fresh);
    // Where nobody can wait, what is valid is served in the mandatory window too, and nothing when it is dead.
    clock.pass(60 * MINUTE - MANDATORY_MS);
    get(&cache, &call(&clock), |_| {
        assert_eq!(get_cached(&cache, &clock).unwrap().state, State::Refreshing);
        clock.pass(MANDATORY_MS);
        assert_eq!(get_cached(&cache, &clock).unwrap_err().status, Status::Deadline);
        good(&clock, "c", 3600)
    })
    .unwrap();
}

#[test]
fn a_device_that_has_just_started_waits_for_its_moment() {
    let started = || {
        let clock = FakeClock::new();
        clock.now.set(20_000);
        (Alone::default(), clock)
    };
    let asks = |random: &dyn Fn() -> u64, timeout_ms, cache: &Alone, clock: &FakeClock| {
        let call = Call {
            random,
            timeout_ms,
            ..call(clock)
        };
        get(cache, &call, |_| good(clock, "a", 3600)).map(|_| clock.now.get())
    };
    // The moment is 30 s later. With a deadline of a minute there is time for it.
    let half: &dyn Fn() -> u64 = &|| 1 << 63;
    let (cache, clock) = started();
    assert_eq!(asks(half, 60_000, &cache, &clock).unwrap(), 50_000);
    // With less there is not; and the moment stays what it is.
    let (cache, clock) = started();
    let error = asks(half, 59_998, &cache, &clock).unwrap_err();
    assert_eq!((error.status, error.retry_after_ms), (Status::CacheStarting, 30_000));
    clock.pass(10_000);
    assert_eq!(wake_ms(&cache, &call(&clock)), 20_000);
    assert_eq!(asks(&|| 0, 15_000, &cache, &clock).unwrap_err().retry_after_ms, 20_000);
    clock.pass(20_000);
    assert_eq!(asks(&|| 0, 15_000, &cache, &clock).unwrap(), 50_000);
    // The moment is drawn also by who asks for it first.
    let (cache, clock) = started();
    let call = Call {
        random: half,
        ..call(&clock)
    };
    assert_eq!(wake_ms(&cache, &call), 30_000);
    // A device that cannot wait is told so.
    let (cache, clock) = started();
    let unable = Unable(&clock);
    let call = Call {
        clock: &unable,
        timeout_ms: 600_000,
        ..call
    };
    let error = get(&cache, &call, |_| panic!("not yet")).unwrap_err();
    assert_eq!((error.status, error.retry_after_ms), (Status::CacheStarting, 30_000));
    // And where no spread is wanted there is none.
    let (cache, clock) = started();
    let call = Call {
        clock: &clock,
        startup_spread_ms: policy::NO_SPREAD,
        ..call
    };
    get(&cache, &call, |_| good(&clock, "a", 3600)).unwrap();
    assert_eq!(clock.now.get(), 20_000);
}

/// A clock that cannot sleep.
struct Unable<'a>(&'a FakeClock);

impl Clock for Unable<'_> {
    fn unix_time(&self) -> Option<UnixTime> {
        self.0.unix_time()
    }

    fn monotonic_ms(&self) -> u64 {
        self.0.monotonic_ms()
    }
}

#[cfg(feature = "std")]
#[test]
fn a_panic_in_a_refresh_leaves_the_way_free() {
    let (cache, clock) = (Alone::default(), FakeClock::new());
    let panics = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        get(&cache, &call(&clock), |_| panic!("as a test"))
    }));
    assert!(panics.is_err());
    get_with(&cache, &clock, good(&clock, "a", 3600)).unwrap();
}

// Sealed, and opened again.

const KEY: [u8; 32] = *b"0123456789abcdef0123456789ABCDEF";

fn seal_with(cache: &Alone, clock: &FakeClock, wall: Option<UnixTime>) -> Result<std::vec::Vec<u8>, Status> {
    let mut draft = seal::Draft::new();
    let credentials = TemporaryCredentials {
        secret_access_key: Secret::new("the secret".to_string()),
        session_token: Secret::new("a token".to_string()),
        ..credentials("kept", START + 3600)
    };
    cache.with(|cache, _| {
        draft.take(
            cache,
            &credentials.view(),
            (credentials.expiration, Some(UnixTime(START))),
            wall,
            clock.monotonic_ms(),
        )
    })?;
    let expected = draft.sealed_len();
    let sealed = draft.seal(&KEY)?.to_vec();
    assert_eq!(sealed.len(), expected);
    Ok(sealed)
}

/// A cache whose credentials live for so long, sealed after 10 minutes.
fn sealed(lifetime_s: i64, off: i64) -> (std::vec::Vec<u8>, FakeClock) {
    let (cache, clock) = (Alone::default(), FakeClock::new());
    clock.off.set(off);
    get_with(&cache, &clock, good(&clock, "a", lifetime_s)).unwrap();
    clock.pass(10 * MINUTE);
    let sealed = seal_with(&cache, &clock, clock.unix_time()).unwrap();
    // The device starts anew after that.
    (sealed, clock)
}

/// Opens it on a device whose monotonic clock begins again.
fn restore(sealed: &[u8], wall: Option<i64>) -> (Result<(), Status>, Alone) {
    let cache = Alone::default();
    let opened = seal::Opened::new(sealed, &KEY).and_then(|opened| {
        cache
            .with(|cache, store| opened.restore(cache, store, wall.map(UnixTime), 7000))
            .map_err(|error| error.status)
    });
    (opened, cache)
}

fn left_ms(cache: &Alone) -> (u64, u64) {
    cache.with(|cache, _| {
        (
            cache.policy.valid_ms(7000),
            cache.policy.next_wake(7000).saturating_sub(7000),
        )
    })
}

const SEALED_AT: i64 = START + 600;

#[test]
fn two_hours_of_deep_sleep_are_two_hours_of_life() {
    let (sealed, _) = sealed(12 * 3600, 0);
    let (outcome, cache) = restore(&sealed, Some(SEALED_AT + 7200));
    outcome.unwrap();
    // Of 12 hours 2 hours and 10 minutes are gone; the refresh was drawn a third of the life after receipt.
    assert_eq!(left_ms(&cache), ((9 * 60 + 50) * MINUTE, (60 + 50) * MINUTE));
    assert_eq!(cache.0.borrow().1.kept.as_deref(), Some("kept"));
    let clock = FakeClock::new();
    clock.now.set(7000);
    assert_eq!(get_cached(&cache, &clock).unwrap().state, State::Fresh);
    // Of one hour nothing is left.
    let (short, _) = self::sealed(3600, 0);
    assert_eq!(restore(&short, Some(SEALED_AT + 7200)).0, Err(Status::SealExpired));
    assert_eq!(restore(&short, Some(SEALED_AT + 3000)).0, Err(Status::SealExpired));
    assert_eq!(restore(&short, Some(SEALED_AT + 2999)).0, Ok(()));
    // A refresh that was due meanwhile is due at once.
    let (outcome, cache) = restore(&short, Some(SEALED_AT + 2990));
    assert_eq!((outcome, left_ms(&cache)), (Ok(()), (10_000, 0)));
}

#[test]
fn a_clock_that_is_unset_or_behind_the_seal_discards_it() {
    let (sealed, _) = sealed(3600, 0);
    for (wall, status) in [
        (None, Status::TimeRequired),
        (Some(0), Status::ClockUnset),
        (Some(86_400), Status::ClockUnset),
        (Some(SEALED_AT - 1), Status::SealClock),
        (Some(i64::MAX), Status::SealExpired),
        (Some(i64::MIN), Status::ClockUnset),
    ] {
        let (outcome, cache) = restore(&sealed, wall);
        assert_eq!(outcome, Err(status), "{wall:?}");
        assert!(cache.0.borrow().1.kept.is_none());
        assert_eq!(left_ms(&cache), (0, 0));
    }
    assert_eq!(restore(&sealed, Some(SEALED_AT)).0, Ok(()));
}

#[test]
fn the_skew_outlasts_the_sleep() {
    for off in [-7200, 7200, 315_360_000] {
        let (sealed, _) = sealed(3600, off);
        let (outcome, cache) = restore(&sealed, Some(SEALED_AT + 600 + off));
        assert_eq!((outcome, left_ms(&cache).0), (Ok(()), 40 * MINUTE), "{off}");
        let time = cache.with(|cache, _| cache.time(Some(UnixTime(SEALED_AT + 600 + off)), 8000));
        assert_eq!(time, Some(UnixTime(SEALED_AT + 601)));
        assert_eq!(restore(&sealed, Some(SEALED_AT - 1 + off)).0, Err(Status::SealClock));
    }
    // A clock that was never set has none: it must be set before the cache is opened.
    let (sealed, _) = sealed(3600, 77 - START);
    assert_eq!(restore(&sealed, Some(677)).0, Err(Status::ClockUnset));
    let (outcome, cache) = restore(&sealed, Some(SEALED_AT + 600));
    assert_eq!((outcome, left_ms(&cache).0), (Ok(()), 40 * MINUTE));
}

#[test]
fn whatever_is_changed_or_missing_is_refused() {
    let (sealed, _) = sealed(3600, 0);
    let wall = Some(SEALED_AT);
    restore(&sealed, wall).0.unwrap();
    for position in 0..sealed.len() {
        for bit in [1, 0x80] {
            let mut changed = sealed.clone();
            changed[position] ^= bit;
            assert_eq!(restore(&changed, wall).0, Err(Status::SealInvalid), "byte {position}");
        }
        assert_eq!(
            restore(&sealed[..position], wall).0,
            Err(Status::SealInvalid),
            "cut at {position}"
        );
    }
    let longer = [&sealed[..], &[0]].concat();
    assert_eq!(restore(&longer, wall).0, Err(Status::SealInvalid));
    assert_eq!(restore(&[0; seal::SEALED_MAX + 1], wall).0, Err(Status::SealInvalid));
    for position in 0..KEY.len() {
        let mut key = KEY;
        key[position] ^= 1;
        assert_eq!(seal::Opened::new(&sealed, &key).err(), Some(Status::SealInvalid));
    }
}

#[test]
fn no_two_seals_are_alike_and_none_shows_the_secrets() {
    let (cache, clock) = (Alone::default(), FakeClock::new());
    assert_eq!(seal_with(&cache, &clock, clock.unix_time()), Err(Status::CacheEmpty));
    get_with(&cache, &clock, good(&clock, "a", 3600)).unwrap();
    let [one, two] = [(); 2].map(|()| seal_with(&cache, &clock, clock.unix_time()).unwrap());
    assert_eq!(one[..8], two[..8]);
    assert!(one.chunks(4).zip(two.chunks(4)).skip(2).all(|(one, two)| one != two));
    assert!(!one.windows(6).any(|window| window == b"secret" || window == b"a toke"));
    clock.pass(60 * MINUTE);
    assert_eq!(seal_with(&cache, &clock, clock.unix_time()), Err(Status::CacheEmpty));
}
