//! When to refresh, what to serve meanwhile, when to wake: a pure function of times and outcomes.
//!
//! ```text
//!            receipt        advisory window opens   drawn       mandatory window opens   expiry
//! held          |  Fresh            |    Fresh        |   Refresh           |   Refresh     |  Refresh
//! in flight     |                   |                 |   Refreshing        |   Wait        |  Wait
//! failed        |                   |                 |   Stale             |   Stale       |  Fail
//! ```
//!
//! "Failed" lasts until its pause is over; then the line "held" holds again. The windows, "one refresh at a time" and the pause of 5 to 10 minutes are the
//! rules that AWS's SDKs have shared since 2026 (botocore pull requests 3733 and 3760, aws-sdk-java-v2 7028, smithy-rs 4774). That the moment of refresh is drawn
//! uniformly inside the advisory window is ours: a fleet that was switched on in one second does not come back in one second.
//!
//! All moments are milliseconds of one monotonic clock. Random numbers come in, uniform over 64 bits.
#![forbid(unsafe_code)]

use crate::limits::{
    ADVISORY_LONG_MS, ADVISORY_MEDIUM_MS, ADVISORY_SHORT_MS, CREDENTIALS_LIFETIME_MAX_S, EMPTY_PAUSE_MS,
    LIFETIME_MEDIUM_MS, LIFETIME_SHORT_MS, MANDATORY_MS, REFRESH_PAUSE_MAX_MS, REFRESH_PAUSE_MIN_MS, REMEMBERED_MS,
};
use crate::time::UnixTime;

/// What to do with a call that asks for credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Serve what is held.
    Serve(State),
    /// Begin a refresh, and wait for it.
    Refresh,
    /// Nothing may be served before another caller's refresh has ended: wait for it.
    Wait,
    /// Nothing is valid, and it is too early for another try: give the last error again.
    Fail,
}

/// How good the credentials are that are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing is due.
    Fresh,
    /// Valid; a refresh is due and in flight.
    Refreshing,
    /// Valid; the last refresh failed.
    Stale,
}

/// What can mend a refresh that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Time: the same request may succeed later.
    Time,
    /// A change at the server's side or in the account; the same request fails again.
    Change,
    /// A change in this device, before any request: it costs nobody anything to look again.
    Device,
}

/// How long before their expiry credentials are refreshed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// One caller refreshes, the others go on with what is cached.
    pub advisory_ms: u64,
    /// A caller waits for a refresh.
    pub mandatory_ms: u64,
}

impl Windows {
    /// The windows of credentials that live this long. Below ten minutes, which no role alias allows, the windows shrink with the lifetime, so that
    /// they leave half of it alone.
    pub fn of(lifetime_ms: u64) -> Self {
        let advisory_ms = if lifetime_ms <= LIFETIME_SHORT_MS {
            ADVISORY_SHORT_MS.min(lifetime_ms / 2)
        } else if lifetime_ms <= LIFETIME_MEDIUM_MS {
            ADVISORY_MEDIUM_MS
        } else {
            ADVISORY_LONG_MS
        };
        Self {
            advisory_ms,
            mandatory_ms: MANDATORY_MS.min(advisory_ms / 2),
        }
    }
}

/// The lifetime of credentials that have just come, in milliseconds, and whether the server's date was believed. `None`: they are dead.
///
/// The server's date decides, whatever the device's clock says. One that puts the credentials further from their expiry than they can live, either way, is not
/// believed; then the device's clock decides, and nothing lives longer than AWS lets it.
pub fn lifetime(expiration: UnixTime, server: Option<UnixTime>, wall: Option<UnixTime>) -> (Option<u64>, bool) {
    let left = |now: UnixTime| expiration.0.saturating_sub(now.0);
    let believed = |left: &i64| left.unsigned_abs() <= CREDENTIALS_LIFETIME_MAX_S;
    let by_server = server.map(left).filter(believed);
    let seconds = by_server.or(wall.map(left)).unwrap_or(0);
    let seconds = u64::try_from(seconds).unwrap_or(0).min(CREDENTIALS_LIFETIME_MAX_S);
    ((seconds > 0).then(|| seconds.saturating_mul(1000)), by_server.is_some())
}

/// Uniform in `from..to`; `from` where that is empty.
pub fn uniform(from: u64, to: u64, random: u64) -> u64 {
    let span = to.saturating_sub(from).min(u64::from(u32::MAX));
    from.saturating_add((random >> 32).wrapping_mul(span) >> 32)
}

/// The credentials that are held, by their moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    /// Drawn inside the advisory window.
    refresh_ms: u64,
    mandatory_ms: u64,
    expires_ms: u64,
}

/// What has failed since the last success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Failed {
    times: u32,
    /// No request before this moment.
    until_ms: u64,
}

/// The whole state of one cache's policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    held: Option<Held>,
    failed: Option<Failed>,
    /// A refresh is in flight, and given up for lost at this moment.
    flight: Option<u64>,
}

impl Policy {
    /// What to do at `now`.
    pub fn decide(&self, now: u64) -> Decision {
        let in_flight = self.flight.is_some_and(|lost| now < lost);
        let too_early = self.failed.is_some_and(|failed| now < failed.until_ms);
        match (self.valid(now), in_flight, too_early) {
            (Some(held), _, _) if now < held.refresh_ms => Decision::Serve(State::Fresh),
            (Some(held), true, _) if now < held.mandatory_ms => Decision::Serve(State::Refreshing),
            (_, true, _) => Decision::Wait,
            (Some(_), false, true) => Decision::Serve(State::Stale),
            (None, false, true) => Decision::Fail,
            (_, false, false) => Decision::Refresh,
        }
    }

    /// The first moment from `now` on at which `decide` says `Refresh`, if nothing else happens before.
    pub fn next_wake(&self, now: u64) -> u64 {
        let due = self.valid(now).map_or(now, |held| held.refresh_ms);
        let allowed = self.failed.map_or(now, |failed| failed.until_ms);
        due.max(allowed).max(self.flight.unwrap_or(now)).max(now)
    }

    /// How long what is held is valid yet, in milliseconds; 0 where nothing is.
    pub fn valid_ms(&self, now: u64) -> u64 {
        self.valid(now).map_or(0, |held| held.expires_ms.saturating_sub(now))
    }

    /// Whether a refresh has begun and not ended.
    pub fn in_flight(&self) -> bool {
        self.flight.is_some()
    }

    /// A refresh begins, as `decide` said. One that has not ended after `patience_ms` is given up for lost.
    pub fn begin(&mut self, now: u64, patience_ms: u64) {
        self.flight = Some(now.saturating_add(patience_ms));
    }

    /// The refresh has ended without an outcome.
    pub fn abandon(&mut self) {
        self.flight = None;
    }

    /// The refresh has brought credentials, received at `now`, that live for `lifetime_ms`.
    pub fn succeed(&mut self, now: u64, lifetime_ms: u64, random: u64) {
        let windows = Windows::of(lifetime_ms);
        let expires_ms = now.saturating_add(lifetime_ms);
        let mandatory_ms = expires_ms.saturating_sub(windows.mandatory_ms);
        *self = Self {
            held: Some(Held {
                refresh_ms: uniform(expires_ms.saturating_sub(windows.advisory_ms), mandatory_ms, random),
                mandatory_ms,
                expires_ms,
            }),
            ..Self::default()
        };
    }

    /// The refresh has failed at `now`. The server asked to wait for `retry_after_ms`, or 0.
    pub fn fail(&mut self, now: u64, remedy: Remedy, retry_after_ms: u64, random: u64) {
        self.flight = None;
        let times = self.failed.map_or(0, |failed| failed.times);
        let asked_ms = retry_after_ms.min(REFRESH_PAUSE_MAX_MS);
        let until_ms = match (self.valid(now), remedy) {
            (Some(held), _) => held.next_try(now, asked_ms, random),
            (None, Remedy::Time) => now.saturating_add(empty_pause(times, random).max(asked_ms)),
            (None, Remedy::Change) => now.saturating_add(REMEMBERED_MS.max(asked_ms)),
            (None, Remedy::Device) => now,
        };
        self.failed = Some(Failed {
            times: times.saturating_add(1),
            until_ms,
        });
    }

    /// A service has refused the credentials, or the network has come back: nothing is held or remembered, and the next call refreshes. A refresh that is
    /// in flight goes on.
    pub fn invalidate(&mut self) {
        (self.held, self.failed) = (None, None);
    }

    fn valid(&self, now: u64) -> Option<Held> {
        self.held.filter(|held| now < held.expires_ms)
    }
}

impl Held {
    /// After a failure, while these are valid: 5 to 10 minutes later, but never past the opening of the mandatory window or the expiry without a try. What the
    /// server asked for comes first.
    fn next_try(&self, now: u64, asked_ms: u64, random: u64) -> u64 {
        let pause = uniform(REFRESH_PAUSE_MIN_MS, REFRESH_PAUSE_MAX_MS, random);
        let edge = if now < self.mandatory_ms {
            self.mandatory_ms
        } else {
            self.expires_ms
        };
        now.saturating_add(pause).min(edge).max(now.saturating_add(asked_ms))
    }
}

/// The pause before another try when nothing is valid: doubled each time, up to 10 minutes, and drawn from its upper half. So a device comes back at once after
/// a short trouble, and a fleet after a long one spreads over minutes.
fn empty_pause(times: u32, random: u64) -> u64 {
    let longest = EMPTY_PAUSE_MS
        .checked_shl(times.min(16))
        .map_or(REFRESH_PAUSE_MAX_MS, |pause| pause.min(REFRESH_PAUSE_MAX_MS));
    uniform(longest / 2, longest, random)
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use proptest::prelude::*;
    use std::vec::Vec;

    const MINUTE: u64 = 60_000;
    const HOUR: u64 = 60 * MINUTE;
    /// Receipt.
    const T: u64 = 1_000_000;
    /// The middle of every draw.
    const HALF: u64 = 1 << 63;

    fn held(lifetime_ms: u64, random: u64) -> Policy {
        let mut policy = Policy::default();
        assert_eq!(policy.decide(T), Decision::Refresh);
        policy.begin(T, 1000);
        policy.succeed(T, lifetime_ms, random);
        policy
    }

    #[test]
    fn the_windows_are_those_of_2026() {
        let minutes = |lifetime| {
            let windows = Windows::of(lifetime);
            (windows.advisory_ms / MINUTE, windows.mandatory_ms / MINUTE)
        };
        for (lifetime, advisory) in [
            (15 * MINUTE, 5),
            (20 * MINUTE, 5),
            (20 * MINUTE + 1, 15),
            (HOUR, 15),
            (90 * MINUTE, 15),
            (90 * MINUTE + 1, 60),
            (12 * HOUR, 60),
        ] {
            assert_eq!(minutes(lifetime), (advisory, 1), "{lifetime}");
        }
    }

    #[test]
    fn short_lifetimes_keep_half_of_themselves() {
        assert_eq!(
            Windows::of(MINUTE),
            Windows {
                advisory_ms: 30_000,
                mandatory_ms: 15_000
            }
        );
        assert_eq!(held(MINUTE, 0).next_wake(T), T + 30_000);
        assert_eq!(held(1, 0).decide(T), Decision::Serve(State::Fresh));
        assert_eq!(held(1, 0).decide(T + 1), Decision::Refresh);
    }

    #[test]
    fn the_moment_is_drawn_inside_the_advisory_window() {
        assert_eq!(held(HOUR, 0).next_wake(T), T + 45 * MINUTE);
        assert_eq!(held(HOUR, HALF).next_wake(T), T + 52 * MINUTE);
        let last = held(HOUR, u64::MAX).next_wake(T);
        assert!((T + 59 * MINUTE - 10..T + 59 * MINUTE).contains(&last), "{last}");
    }

    #[test]
    fn one_refreshes_and_the_others_are_served_until_the_mandatory_window() {
        let mut policy = held(HOUR, HALF);
        let due = T + 52 * MINUTE;
        assert_eq!(policy.decide(due - 1), Decision::Serve(State::Fresh));
        assert_eq!(policy.decide(due), Decision::Refresh);
        policy.begin(due, 20 * MINUTE);
        assert_eq!(policy.decide(due), Decision::Serve(State::Refreshing));
        assert_eq!(policy.decide(T + 59 * MINUTE - 1), Decision::Serve(State::Refreshing));
        assert_eq!(policy.decide(T + 59 * MINUTE), Decision::Wait);
        assert_eq!(policy.decide(T + 61 * MINUTE), Decision::Wait);
        assert_eq!(policy.decide(due + 20 * MINUTE), Decision::Refresh, "lost");
        policy.succeed(T + 59 * MINUTE, HOUR, 0);
        assert_eq!(policy.decide(T + 59 * MINUTE), Decision::Serve(State::Fresh));
    }

    #[test]
    fn a_refresh_that_failed_leaves_what_is_valid() {
        let mut policy = held(HOUR, 0);
        let due = T + 45 * MINUTE;
        for remedy in [Remedy::Time, Remedy::Change, Remedy::Device] {
            policy.begin(due, 1000);
            policy.fail(due, remedy, 0, HALF);
            assert_eq!(policy.decide(due), Decision::Serve(State::Stale));
            assert_eq!(policy.next_wake(due), due + 7 * MINUTE + MINUTE / 2);
        }
        // Never past the opening of the mandatory window, nor past the expiry, without a try.
        policy.fail(T + 57 * MINUTE, Remedy::Time, 0, HALF);
        assert_eq!(policy.next_wake(T + 57 * MINUTE), T + 59 * MINUTE);
        policy.fail(T + 59 * MINUTE, Remedy::Time, 0, HALF);
        assert_eq!(policy.decide(T + 60 * MINUTE - 1), Decision::Serve(State::Stale));
        assert_eq!(policy.decide(T + 60 * MINUTE), Decision::Refresh);
        // But no sooner than the server asked.
        policy.fail(T + 59 * MINUTE, Remedy::Time, 2 * MINUTE, HALF);
        assert_eq!(policy.decide(T + 61 * MINUTE - 1), Decision::Fail);
        assert_eq!(policy.decide(T + 61 * MINUTE), Decision::Refresh);
    }

    #[test]
    fn with_nothing_valid_an_error_that_no_retry_mends_is_remembered_for_five_minutes() {
        let mut policy = Policy::default();
        policy.begin(T, 1000);
        policy.fail(T, Remedy::Change, 0, HALF);
        assert_eq!(policy.decide(T + 5 * MINUTE - 1), Decision::Fail);
        assert_eq!(policy.decide(T + 5 * MINUTE), Decision::Refresh);
        policy.fail(T, Remedy::Device, 0, HALF);
        assert_eq!(policy.decide(T), Decision::Refresh);
    }

    #[test]
    fn with_nothing_valid_the_pauses_grow_to_ten_minutes() {
        let mut policy = Policy::default();
        let mut pauses = Vec::new();
        for _ in 0..40 {
            policy.fail(T, Remedy::Time, 0, u64::MAX);
            pauses.push(policy.next_wake(T) - T);
        }
        assert!((EMPTY_PAUSE_MS - 1..=EMPTY_PAUSE_MS).contains(&pauses[0]));
        assert!(pauses.is_sorted());
        assert!((10 * MINUTE - 10..=10 * MINUTE).contains(&pauses[39]));
        policy.fail(T, Remedy::Time, u64::MAX, 0);
        assert_eq!(
            policy.next_wake(T),
            T + 10 * MINUTE,
            "what a server asks for is bounded"
        );
    }

    #[test]
    fn after_invalidation_nothing_is_left_but_the_flight() {
        let mut policy = held(HOUR, 0);
        policy.invalidate();
        assert_eq!(policy.decide(T), Decision::Refresh);
        policy.begin(T, 1000);
        policy.invalidate();
        assert_eq!(policy.decide(T), Decision::Wait);
        policy.abandon();
        assert_eq!(policy.decide(T), Decision::Refresh);
    }

    #[test]
    fn the_lifetime_is_by_the_servers_date() {
        let at = |seconds: i64| Some(UnixTime(1_800_000_000 + seconds));
        let life = |server, wall| lifetime(UnixTime(1_800_003_600), server, wall);
        assert_eq!(life(at(0), None), (Some(HOUR), true));
        // Ten years off either way, or unset.
        for wall in [at(-315_360_000), at(315_360_000), None] {
            assert_eq!(life(at(600), wall), (Some(50 * MINUTE), true));
        }
        assert_eq!(life(at(3600), at(0)), (None, true), "dead by the server's date");
        // A date that is missing or absurd leaves it to the clock.
        for server in [
            None,
            Some(UnixTime(i64::MIN)),
            Some(UnixTime(i64::MAX)),
            at(50_000),
            at(-50_000),
        ] {
            assert_eq!(life(server, at(0)), (Some(HOUR), false), "{server:?}");
            assert_eq!(life(server, at(-315_360_000)), (Some(12 * HOUR), false));
            assert_eq!(life(server, at(3600)), (None, false));
            assert_eq!(life(server, None), (None, false));
        }
    }

    #[test]
    fn draws_stay_inside() {
        assert_eq!(uniform(5, 5, u64::MAX), 5);
        assert_eq!(uniform(9, 5, u64::MAX), 9);
        assert_eq!(uniform(0, 10, u64::MAX), 9);
        assert_eq!(uniform(u64::MAX, u64::MAX, 1), u64::MAX);
    }

    /// One thing that happens to a cache.
    #[derive(Clone, Debug)]
    enum Event {
        Pass(u64),
        Get,
        Succeed(u64),
        Fail(Remedy, u64),
        Invalidate,
    }

    fn event() -> impl Strategy<Value = Event> {
        let remedy = prop_oneof![Just(Remedy::Time), Just(Remedy::Change), Just(Remedy::Device)];
        prop_oneof![
            4 => (0..20 * MINUTE).prop_map(Event::Pass),
            6 => Just(Event::Get),
            2 => (1..14 * HOUR).prop_map(Event::Succeed),
            2 => (remedy, 0..20 * MINUTE).prop_map(|(remedy, after)| Event::Fail(remedy, after)),
            1 => Just(Event::Invalidate),
        ]
    }

    proptest! {
        #[test]
        fn valid_credentials_are_served_and_one_refresh_runs_at_a_time(
            start in prop_oneof![Just(0), any::<u32>().prop_map(u64::from)],
            events in prop::collection::vec((event(), any::<u64>()), 1..200),
        ) {
            let (mut policy, mut now) = (Policy::default(), start);
            // What the policy must know, kept apart: when the credentials die, and when the flight is lost.
            let (mut dies, mut lost) = (None::<u64>, None::<u64>);
            for (event, random) in events {
                let valid = dies.is_some_and(|dies| now < dies);
                let in_flight = lost.is_some_and(|lost| now < lost);
                prop_assert_eq!(policy.valid_ms(now) > 0, valid);
                let wake = policy.next_wake(now);
                prop_assert!(wake >= now);
                prop_assert_eq!(policy.decide(wake), Decision::Refresh);
                if wake > now {
                    prop_assert_ne!(policy.decide(wake - 1), Decision::Refresh);
                    prop_assert_ne!(policy.decide(uniform(now, wake, random)), Decision::Refresh);
                }
                match event {
                    Event::Pass(ms) => now += ms,
                    Event::Get => match policy.decide(now) {
                        Decision::Serve(state) => {
                            prop_assert!(valid);
                            prop_assert!(state != State::Refreshing || in_flight);
                        }
                        Decision::Refresh => {
                            prop_assert!(!in_flight);
                            policy.begin(now, MINUTE);
                            lost = Some(now + MINUTE);
                        }
                        Decision::Wait => {
                            prop_assert!(in_flight);
                            prop_assert!(!valid || dies.is_some_and(|dies| dies - now <= MINUTE));
                        }
                        Decision::Fail => prop_assert!(!valid && !in_flight),
                    },
                    Event::Succeed(lifetime_ms) if policy.in_flight() => {
                        policy.succeed(now, lifetime_ms, random);
                        (dies, lost) = (Some(now + lifetime_ms), None);
                        prop_assert_eq!(policy.decide(now), Decision::Serve(State::Fresh));
                    }
                    Event::Fail(remedy, after) if policy.in_flight() => {
                        policy.fail(now, remedy, after, random);
                        lost = None;
                        let pause = policy.next_wake(now) - now;
                        prop_assert!(pause <= 10 * MINUTE || policy.decide(now) == Decision::Serve(State::Fresh));
                        // Whoever waited is served what is valid.
                        prop_assert!(!valid || matches!(policy.decide(now), Decision::Serve(_) | Decision::Refresh));
                    }
                    Event::Invalidate => {
                        policy.invalidate();
                        dies = None;
                    }
                    Event::Succeed(_) | Event::Fail(..) => {}
                }
            }
        }
    }
}
