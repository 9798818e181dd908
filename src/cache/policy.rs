//! When to refresh, what to serve meanwhile, when to wake: a pure function of times and outcomes.
//!
//! ```text
//!            receipt        advisory window opens   drawn       mandatory window opens   expiry
//! held          |  Fresh            |    Fresh        |   Refresh           |   Refresh     |  Refresh
//! in flight     |                   |                 |   Refreshing        |   Wait        |  Wait
//! failed        |                   |                 |   Stale             |   Stale       |  Fail
//! ```
//!
//! At the start nothing is held, and the line "failed" holds until the first request's moment.
//!
//! "Failed" lasts until its pause is over; then the line "held" holds again. The windows, "one refresh at a time" and the pause of 5 to 10 minutes are the
//! rules that AWS's SDKs have shared since 2026 (botocore pull requests 3733 and 3760, aws-sdk-java-v2 7028, smithy-rs 4774). Ours is that moments are drawn, so that a
//! fleet which was switched on in one second does not come back in one second: the first request within a minute of the start, a refresh uniformly inside the advisory
//! window, and one after a start or a failure, when a fleet's devices are close together, over the last two thirds of the lifetime. The rules bound how late a refresh may
//! be, and not how early: it costs such a device a quarter of a request, once. `tests/bench/fleet.rs` shows what becomes of it.
//!
//! All moments are milliseconds of one monotonic clock. Random numbers come in, uniform over 64 bits.
#![forbid(unsafe_code)]

use crate::limits::{
    ADVISORY_LONG_MS, ADVISORY_MEDIUM_MS, ADVISORY_SHORT_MS, CREDENTIALS_LIFETIME_MAX_S, EMPTY_PAUSE_MS,
    LIFETIME_MEDIUM_MS, LIFETIME_SHORT_MS, MANDATORY_MS, REFRESH_PAUSE_MAX_MS, REFRESH_PAUSE_MIN_MS, REMEMBERED_MS,
    STARTUP_MS, STARTUP_SPREAD_MS,
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
    /// Nothing is valid, and it is too early for another try: give the last error again. Before the first one there is none.
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

/// Says that the first request is not put off.
pub const NO_SPREAD: u32 = u32::MAX;

/// Over how many milliseconds the first request of a cache is spread: as `configured`, or for 0 over a minute, if the device has just started by its monotonic clock,
/// which most devices' begins at. A program that is started later is not one of a fleet that starts together, and does not wait.
pub fn startup_spread_ms(configured: u32, now: u64) -> u64 {
    match configured {
        0 if now < STARTUP_MS => STARTUP_SPREAD_MS,
        0 | NO_SPREAD => 0,
        configured => u64::from(configured),
    }
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

/// How long before the expiry what is due is due, in milliseconds: the moments without the clock that they were measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remaining {
    /// A refresh, as it was drawn.
    pub refresh_ms: u64,
    /// A refresh that is waited for.
    pub mandatory_ms: u64,
}

/// No request yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pause {
    /// When the first refresh failed since the last success; `None` before a first request.
    failing_since: Option<u64>,
    until_ms: u64,
}

/// The whole state of one cache's policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    held: Option<Held>,
    pause: Option<Pause>,
    /// A refresh is in flight, and given up for lost at this moment.
    flight: Option<u64>,
    /// The first request's moment was drawn.
    started: bool,
}

impl Policy {
    /// Whether `start` was called, or is not needed any more.
    pub fn has_started(&self) -> bool {
        self.started
    }

    /// The cache is used for the first time, at `now`: draws the moment of the first request, within `spread_ms`.
    pub fn start(&mut self, now: u64, spread_ms: u64, random: u64) {
        if !self.started {
            self.started = true;
            self.pause = Some(Pause {
                failing_since: None,
                until_ms: uniform(now, now.saturating_add(spread_ms), random),
            });
        }
    }

    /// What to do at `now`.
    pub fn decide(&self, now: u64) -> Decision {
        let in_flight = self.flight.is_some_and(|lost| now < lost);
        let too_early = self.pause.is_some_and(|pause| now < pause.until_ms);
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
        let allowed = self.pause.map_or(now, |pause| pause.until_ms);
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

    /// How many tries the next refresh has, where the caller allows so many: one, as long as the last one's failure is not mended. So a fleet asks a third as often while its
    /// endpoint is out.
    pub fn tries(&self, allowed: u32) -> u32 {
        if self.pause.is_some_and(|pause| pause.failing_since.is_some()) {
            1
        } else {
            allowed
        }
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
        let is_regular = self.valid(now).is_some() && self.pause.is_none();
        let earliest_ms = if is_regular {
            windows.advisory_ms
        } else {
            windows.advisory_ms.max(lifetime_ms / 3 * 2)
        };
        *self = Self {
            held: Some(Held {
                refresh_ms: uniform(expires_ms.saturating_sub(earliest_ms), mandatory_ms, random),
                mandatory_ms,
                expires_ms,
            }),
            pause: None,
            flight: None,
            started: true,
        };
    }

    /// The moments of what is held, by whatever clock comes next; `None` where nothing is valid.
    pub fn remaining(&self, now: u64) -> Option<Remaining> {
        self.valid(now).map(|held| Remaining {
            refresh_ms: held.expires_ms.saturating_sub(held.refresh_ms),
            mandatory_ms: held.expires_ms.saturating_sub(held.mandatory_ms),
        })
    }

    /// Credentials that were fetched before this clock began are valid for `valid_ms` from `now` on.
    pub fn resume(&mut self, now: u64, valid_ms: u64, remaining: Remaining) {
        let expires_ms = now.saturating_add(valid_ms);
        self.held = Some(Held {
            refresh_ms: expires_ms.saturating_sub(remaining.refresh_ms),
            mandatory_ms: expires_ms.saturating_sub(remaining.mandatory_ms),
            expires_ms,
        });
        (self.pause, self.started) = (None, true);
    }

    /// The refresh has failed at `now`. The server asked to wait for `retry_after_ms`, or 0.
    pub fn fail(&mut self, now: u64, remedy: Remedy, retry_after_ms: u64, random: u64) {
        self.flight = None;
        let failing_since = self.pause.and_then(|pause| pause.failing_since).unwrap_or(now);
        let asked_ms = retry_after_ms.min(REFRESH_PAUSE_MAX_MS);
        let failing_ms = now.saturating_sub(failing_since);
        let until_ms = match (self.valid(now), remedy) {
            (Some(held), _) => held.next_try(now, asked_ms, failing_ms, random),
            (None, Remedy::Time) => now.saturating_add(empty_pause(failing_ms, random).max(asked_ms)),
            (None, Remedy::Change) => now.saturating_add(REMEMBERED_MS.max(asked_ms)),
            (None, Remedy::Device) => now,
        };
        self.pause = Some(Pause {
            failing_since: Some(failing_since),
            until_ms,
        });
    }

    /// A service has refused the credentials, or the network has come back: nothing is held or remembered, and the next call refreshes. A refresh that is
    /// in flight goes on, and the first request keeps its moment.
    pub fn invalidate(&mut self) {
        self.held = None;
        self.pause = self.pause.filter(|pause| pause.failing_since.is_none());
    }

    fn valid(&self, now: u64) -> Option<Held> {
        self.held.filter(|held| now < held.expires_ms)
    }
}

impl Held {
    /// After a failure, while these are valid: 5 to 10 minutes later. If the mandatory window opens before that, at a moment inside it and still within 10 minutes,
    /// since a caller waits there for a refresh; and after a failure there, when they expire, or when the pause is over that holds once nothing is valid. What the
    /// server asked for comes first.
    fn next_try(&self, now: u64, asked_ms: u64, failing_ms: u64, random: u64) -> u64 {
        let pause = uniform(REFRESH_PAUSE_MIN_MS, REFRESH_PAUSE_MAX_MS, random);
        let next = if now >= self.mandatory_ms {
            self.expires_ms.max(now.saturating_add(empty_pause(failing_ms, random)))
        } else if now.saturating_add(pause) < self.mandatory_ms {
            now.saturating_add(pause)
        } else {
            let latest_ms = self.expires_ms.min(now.saturating_add(REFRESH_PAUSE_MAX_MS));
            uniform(self.mandatory_ms, latest_ms, random)
        };
        next.max(now.saturating_add(asked_ms))
    }
}

/// The pause before another try when nothing is valid: as long as the trouble has lasted, from a second up to 10 minutes, and drawn from the upper half of that. So a
/// device comes back at once after a short trouble, and a fleet after a long one spreads over minutes.
fn empty_pause(failing_ms: u64, random: u64) -> u64 {
    let longest = failing_ms.clamp(EMPTY_PAUSE_MS, REFRESH_PAUSE_MAX_MS);
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

    /// Credentials of a first request.
    fn first(lifetime_ms: u64, random: u64) -> Policy {
        let mut policy = Policy::default();
        policy.start(T, 0, random);
        assert_eq!(policy.decide(T), Decision::Refresh);
        policy.begin(T, 1000);
        policy.succeed(T, lifetime_ms, random);
        policy
    }

    /// Credentials of a refresh.
    fn held(lifetime_ms: u64, random: u64) -> Policy {
        let mut policy = first(lifetime_ms, random);
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
    fn after_a_start_or_a_failure_it_is_drawn_from_two_thirds_of_the_life() {
        assert_eq!(first(HOUR, 0).next_wake(T), T + 20 * MINUTE);
        let last = first(HOUR, u64::MAX).next_wake(T);
        assert!((T + 59 * MINUTE - 10..T + 59 * MINUTE).contains(&last), "{last}");
        assert_eq!(first(15 * MINUTE, 0).next_wake(T), T + 5 * MINUTE);
        assert_eq!(first(91 * MINUTE, 0).next_wake(T), T + 91 * MINUTE / 3);
        assert_eq!(first(12 * HOUR, 0).next_wake(T), T + 4 * HOUR);
        let due = T + 45 * MINUTE;
        let mut policy = held(HOUR, 0);
        policy.fail(due, Remedy::Time, 0, 0);
        policy.succeed(due, HOUR, 0);
        assert_eq!(policy.next_wake(due), due + 20 * MINUTE);
        policy.succeed(due, HOUR, 0);
        assert_eq!(policy.next_wake(due), due + 45 * MINUTE, "and then as ever");
        policy.succeed(due + HOUR, HOUR, 0);
        assert_eq!(
            policy.next_wake(due + HOUR),
            due + HOUR + 20 * MINUTE,
            "they had expired"
        );
    }

    #[test]
    fn the_first_request_has_a_moment_that_is_drawn_once() {
        let mut policy = Policy::default();
        policy.start(T, MINUTE, HALF);
        policy.start(T, MINUTE, 0);
        assert_eq!(policy.next_wake(T), T + MINUTE / 2);
        policy.invalidate();
        assert_eq!(policy.decide(T + MINUTE / 2 - 1), Decision::Fail);
        assert_eq!(policy.decide(T + MINUTE / 2), Decision::Refresh);
        policy.fail(T + MINUTE / 2, Remedy::Change, 0, 0);
        policy.invalidate();
        assert_eq!(
            policy.decide(T + MINUTE / 2),
            Decision::Refresh,
            "the failure is forgotten"
        );
    }

    #[test]
    fn the_first_request_is_spread_over_a_minute_where_the_device_has_just_started() {
        assert_eq!(startup_spread_ms(0, 0), MINUTE);
        assert_eq!(startup_spread_ms(0, 10 * MINUTE - 1), MINUTE);
        assert_eq!(startup_spread_ms(0, 10 * MINUTE), 0);
        for now in [0, HOUR] {
            assert_eq!(startup_spread_ms(5000, now), 5000);
            assert_eq!(startup_spread_ms(NO_SPREAD, now), 0);
        }
    }

    #[test]
    fn while_a_trouble_lasts_a_refresh_has_one_try() {
        let mut policy = Policy::default();
        policy.start(T, MINUTE, 0);
        assert_eq!(policy.tries(3), 3);
        policy.fail(T, Remedy::Time, 0, 0);
        assert_eq!(policy.tries(3), 1);
        policy.succeed(T, HOUR, 0);
        assert_eq!(policy.tries(3), 3);
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
        // Where that is too late there is one in the mandatory window.
        policy.fail(T + 57 * MINUTE, Remedy::Time, 0, HALF);
        assert_eq!(policy.next_wake(T + 57 * MINUTE), T + 59 * MINUTE + MINUTE / 2);
        // And no later than 10 minutes after the failure, where the window is still open then: it lasts from the 59th minute to the 60th.
        let before = T + 49 * MINUTE + MINUTE / 6;
        policy.fail(before, Remedy::Time, 0, u64::MAX);
        let last = policy.next_wake(before);
        assert!(
            (before + 10 * MINUTE - 10..=before + 10 * MINUTE).contains(&last),
            "{}",
            last - before
        );
        // After it, as with nothing valid: the trouble has lasted 14.5 minutes.
        let failed = T + 59 * MINUTE + MINUTE / 2;
        policy.fail(failed, Remedy::Time, 0, HALF);
        assert_eq!(policy.decide(T + 60 * MINUTE - 1), Decision::Serve(State::Stale));
        assert_eq!(policy.decide(T + 60 * MINUTE), Decision::Fail);
        assert_eq!(policy.next_wake(failed), failed + 7 * MINUTE + MINUTE / 2);
        // A trouble that has just begun is looked at again when they expire.
        let mut policy = held(HOUR, u64::MAX);
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
        let (mut policy, mut now) = (Policy::default(), T);
        let mut pauses = Vec::new();
        for _ in 0..20 {
            policy.fail(now, Remedy::Time, 0, u64::MAX);
            pauses.push(policy.next_wake(now) - now);
            now = policy.next_wake(now);
        }
        assert!((EMPTY_PAUSE_MS - 1..=EMPTY_PAUSE_MS).contains(&pauses[0]));
        assert!(
            pauses[1..]
                .windows(2)
                .all(|pair| pair[0] <= pair[1] && pair[1] <= 2 * pair[0])
        );
        assert!((10 * MINUTE - 10..=10 * MINUTE).contains(&pauses[19]));
        // What failed while the credentials were valid counts.
        let mut policy = held(HOUR, 0);
        policy.fail(T + 50 * MINUTE, Remedy::Time, 0, 0);
        policy.fail(T + 60 * MINUTE, Remedy::Time, 0, 0);
        assert_eq!(policy.next_wake(T + 60 * MINUTE), T + 65 * MINUTE);
        policy.fail(T + 60 * MINUTE, Remedy::Time, u64::MAX, 0);
        assert_eq!(
            policy.next_wake(T + 60 * MINUTE),
            T + 70 * MINUTE,
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
            spread in prop_oneof![Just(0), 0..20 * MINUTE],
            events in prop::collection::vec((event(), any::<u64>()), 1..200),
        ) {
            let (mut policy, mut now) = (Policy::default(), start);
            policy.start(now, spread, !start);
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
