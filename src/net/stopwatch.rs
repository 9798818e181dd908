//! How long each phase of a call took, for the one who asks why it is slow. Who does not ask pays a NULL check for each phase.
#![forbid(unsafe_code)]

use super::Clock;
use crate::error::Phase;
use core::cell::Cell;

/// Milliseconds of each phase of the last try, and of the whole call.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Looking the name up.
    pub resolve_ms: u32,
    /// Opening the connection.
    pub connect_ms: u32,
    /// The TLS handshake.
    pub handshake_ms: u32,
    /// Sending the request.
    pub send_ms: u32,
    /// Waiting for the response, and receiving it.
    pub receive_ms: u32,
    /// The whole call, with all tries and the pauses between them.
    pub total_ms: u32,
    /// How many tries there were.
    pub tries: u32,
}

impl Timings {
    fn of(&mut self, phase: Phase) -> &mut u32 {
        match phase {
            Phase::Resolve => &mut self.resolve_ms,
            Phase::Connect => &mut self.connect_ms,
            Phase::Handshake => &mut self.handshake_ms,
            Phase::Send => &mut self.send_ms,
            Phase::Receive => &mut self.receive_ms,
        }
    }
}

/// Measures a call, and writes what it measures at each change of phase. Dropped, it writes the rest.
pub struct Stopwatch<'a> {
    clock: &'a dyn Clock,
    times: &'a Cell<Timings>,
    start_ms: u64,
    phase: Cell<Option<Phase>>,
    since_ms: Cell<u64>,
}

impl<'a> Stopwatch<'a> {
    /// A call begins.
    pub fn start(times: &'a Cell<Timings>, clock: &'a dyn Clock) -> Self {
        let start_ms = clock.monotonic_ms();
        times.set(Timings::default());
        Self {
            clock,
            times,
            start_ms,
            phase: Cell::new(None),
            since_ms: Cell::new(start_ms),
        }
    }

    /// A try begins: what the one before took is forgotten.
    pub fn begin_try(&self) {
        self.enter(None);
        self.times.set(Timings {
            tries: self.times.get().tries.saturating_add(1),
            ..Timings::default()
        });
    }

    /// Another phase begins, or none.
    pub fn enter(&self, phase: Option<Phase>) {
        if phase == self.phase.get() {
            return;
        }
        let now = self.clock.monotonic_ms();
        let (before, since) = (self.phase.replace(phase), self.since_ms.replace(now));
        if let Some(before) = before {
            self.change(|times| add(times.of(before), span(since, now)));
        }
    }

    /// Of the phase that is under way `ms` were those of `phase`.
    pub fn credit(&self, phase: Phase, ms: u32) {
        self.since_ms.set(self.since_ms.get().saturating_add(u64::from(ms)));
        self.change(|times| add(times.of(phase), ms));
    }

    fn change(&self, change: impl FnOnce(&mut Timings)) {
        let mut times = self.times.get();
        change(&mut times);
        self.times.set(times);
    }
}

impl Drop for Stopwatch<'_> {
    fn drop(&mut self) {
        self.enter(None);
        let total = span(self.start_ms, self.clock.monotonic_ms());
        self.change(|times| times.total_ms = total);
    }
}

fn add(sum: &mut u32, ms: u32) {
    *sum = sum.saturating_add(ms);
}

fn span(from_ms: u64, to_ms: u64) -> u32 {
    u32::try_from(to_ms.saturating_sub(from_ms)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::UnixTime;

    struct Hand(Cell<u64>);

    impl Clock for Hand {
        fn unix_time(&self) -> Option<UnixTime> {
            None
        }

        fn monotonic_ms(&self) -> u64 {
            self.0.get()
        }
    }

    #[test]
    fn each_phase_gets_its_time_and_the_last_try_counts() {
        let (clock, times) = (Hand(Cell::new(1000)), Cell::new(Timings::default()));
        let pass = |ms| clock.0.set(clock.0.get() + ms);
        let watch = Stopwatch::start(&times, &clock);
        watch.begin_try();
        watch.enter(Some(Phase::Connect));
        pass(500);
        watch.begin_try();
        watch.enter(Some(Phase::Connect));
        pass(30);
        watch.credit(Phase::Resolve, 10);
        watch.enter(Some(Phase::Handshake));
        pass(40);
        watch.enter(Some(Phase::Send));
        pass(1);
        watch.enter(Some(Phase::Send));
        pass(2);
        watch.enter(Some(Phase::Receive));
        pass(70);
        drop(watch);
        assert_eq!(
            times.get(),
            Timings {
                resolve_ms: 10,
                connect_ms: 20,
                handshake_ms: 40,
                send_ms: 3,
                receive_ms: 70,
                total_ms: 643,
                tries: 2,
            }
        );
    }
}
