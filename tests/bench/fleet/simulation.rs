//! A fleet that gets its credentials by the library's policy, or naively: what an endpoint sees of it, second by second, and how long devices go without.
//!
//! The moments come from `cache::policy` and `fetch::retry`, the code that a device runs. The network and the endpoint are simple: a response takes 100 to 300 ms, the
//! endpoint takes any load, and during an outage it refuses at once. Every try of a fetch counts as a request.
//! A smaller fleet is looked at in longer steps, so that it has as many requests in each and the same scatter.

use iotcred::cache::policy::{Decision, Policy, startup_spread_ms};
use iotcred::cache::remedy;
use iotcred::error::{Error, Status};
use iotcred::fetch::retry;
use iotcred::limits::{DEFAULT_TIMEOUT_MS, DEFAULT_TRIES};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

pub const SECOND: u64 = 1000;
pub const MINUTE: u64 = 60 * SECOND;
pub const HOUR: u64 = 60 * MINUTE;

/// The size of a fleet that is looked at second by second.
pub const MILLION: u32 = 1_000_000;

const LIFETIME_MS: u64 = HOUR;
const NAIVE_RETRY_MS: u64 = 2 * SECOND;

/// What a device does.
#[derive(Clone)]
enum Client {
    /// The library's cache. `tried`: tries so far of the fetch that is under way, which has `tries` and must end at `deadline`.
    Cache {
        policy: Policy,
        tried: u32,
        tries: u32,
        deadline: u64,
    },
    /// Refreshes at the expiry, and tries every two seconds.
    Naive,
}

#[derive(Clone)]
struct Device {
    client: Client,
    valid_until: u64,
}

/// Numbers that are uniform over 64 bits and the same in every run (splitmix64).
#[derive(Clone)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Cache,
    Naive,
}

#[derive(Clone)]
pub struct Fleet {
    devices: Vec<Device>,
    /// When each device acts next.
    events: BinaryHeap<Reverse<(u64, u32)>>,
    random: Random,
    outage: Range<u64>,
    step_ms: u64,
    requests: Vec<u32>,
    /// The longest time that a device was without credentials.
    pub longest_without_ms: u64,
    /// The same, counted from the outage's end.
    pub longest_after_outage_ms: u64,
}

impl Fleet {
    /// A fleet in which every device starts at the moment that `start` says, and spreads its first request as `spread_ms` says (`startup_spread_ms` of the cache).
    fn new(kind: Kind, count: u32, spread_ms: u32, mut start: impl FnMut(&mut Random) -> u64) -> Self {
        let mut random = Random(2026);
        let mut devices = Vec::new();
        let mut events = BinaryHeap::new();
        for number in 0..count {
            let start = start(&mut random);
            let (client, first) = match kind {
                Kind::Cache => {
                    let mut policy = Policy::default();
                    // The device's own clock begins at its start.
                    policy.start(start, startup_spread_ms(spread_ms, 0), random.next());
                    let client = Client::Cache {
                        policy,
                        tried: 0,
                        tries: 0,
                        deadline: 0,
                    };
                    (client, policy.next_wake(start))
                }
                Kind::Naive => (Client::Naive, start),
            };
            events.push(Reverse((first, number)));
            devices.push(Device {
                client,
                valid_until: start,
            });
        }
        Self {
            devices,
            events,
            random,
            outage: 0..0,
            step_ms: SECOND * u64::from(MILLION / count),
            requests: Vec::new(),
            longest_without_ms: 0,
            longest_after_outage_ms: 0,
        }
    }

    /// A fleet that a power cut starts at moment 0.
    pub fn after_power_cut(kind: Kind, count: u32, spread_ms: u32) -> Self {
        Self::new(kind, count, spread_ms, |_| 0)
    }

    /// A fleet that was switched on over an hour, after `ms` milliseconds: one that is in its stride.
    pub fn after(kind: Kind, count: u32, ms: u64) -> Self {
        let mut fleet = Self::new(kind, count, 0, |random| random.below(HOUR));
        fleet.run(ms);
        fleet.longest_without_ms = 0;
        fleet
    }

    /// The endpoint refuses from `from` to `to`.
    pub fn with_outage(mut self, outage: Range<u64>) -> Self {
        self.outage = outage;
        self
    }

    /// Lets time pass until `end`.
    pub fn run(&mut self, end: u64) {
        while let Some(&Reverse((now, number))) = self.events.peek()
            && now < end
        {
            self.events.pop();
            let next = self.act(now, number as usize);
            self.events.push(Reverse((next, number)));
        }
        // A step of which there is nothing to tell is one too.
        let steps = usize::try_from(end.div_ceil(self.step_ms)).expect("a day or so");
        if self.requests.len() < steps {
            self.requests.resize(steps, 0);
        }
    }

    /// A device does what is due at `now`. Returns when it acts next.
    fn act(&mut self, now: u64, number: usize) -> u64 {
        let is_out = self.outage.contains(&now);
        let received = now + 100 + self.random.below(200);
        let random = self.random.next();
        self.count(now);
        let device = &mut self.devices[number];
        let next = match &mut device.client {
            Client::Naive if is_out => {
                // All its tries at once: hundreds for each device.
                let mut next = now + NAIVE_RETRY_MS;
                while self.outage.contains(&next) {
                    self.count(next);
                    next += NAIVE_RETRY_MS;
                }
                next
            }
            Client::Naive => received + LIFETIME_MS,
            Client::Cache {
                policy,
                tried,
                tries,
                deadline,
            } => {
                if *tried == 0 {
                    assert_eq!(policy.decide(now), Decision::Refresh, "next_wake said so");
                    *tries = policy.tries(DEFAULT_TRIES);
                    policy.begin(now, HOUR);
                    *deadline = now + u64::from(DEFAULT_TIMEOUT_MS);
                }
                if is_out {
                    refused(policy, tried, *tries, now, *deadline, random)
                } else {
                    *tried = 0;
                    policy.succeed(received, LIFETIME_MS, random);
                    policy.next_wake(received)
                }
            }
        };
        if !is_out {
            self.serve(number, received);
        }
        next
    }

    fn count(&mut self, now: u64) {
        let step = usize::try_from(now / self.step_ms).expect("a day or so");
        if self.requests.len() <= step {
            self.requests.resize(step + 1, 0);
        }
        self.requests[step] += 1;
    }

    /// Credentials have come.
    fn serve(&mut self, number: usize, received: u64) {
        let device = &mut self.devices[number];
        let without_since = device.valid_until;
        device.valid_until = received + LIFETIME_MS;
        if without_since >= received {
            return;
        }
        self.longest_without_ms = self.longest_without_ms.max(received - without_since);
        if without_since < self.outage.end {
            let waited = received.saturating_sub(self.outage.end);
            self.longest_after_outage_ms = self.longest_after_outage_ms.max(waited);
        }
    }

    /// Requests per second in each step of a time.
    pub fn rates(&self, time: Range<u64>) -> Vec<f64> {
        let step = |ms: u64| usize::try_from(ms / self.step_ms).expect("a day or so");
        let per_second = self.step_ms as f64 / 1000.0;
        let all = &self.requests[step(time.start)..step(time.end).min(self.requests.len())];
        all.iter().map(|count| f64::from(*count) / per_second).collect()
    }

    pub fn peak(&self, time: Range<u64>) -> f64 {
        self.rates(time).into_iter().fold(0.0, f64::max)
    }

    pub fn mean(&self, time: Range<u64>) -> f64 {
        let rates = self.rates(time);
        rates.iter().sum::<f64>() / rates.len() as f64
    }

    /// The rate that 99 % of the steps do not exceed.
    pub fn p99(&self, time: Range<u64>) -> f64 {
        let mut rates = self.rates(time);
        rates.sort_by(f64::total_cmp);
        rates[(rates.len() - 1) * 99 / 100]
    }
}

/// A try was refused: the next one of the same fetch, or the end of it. Returns when.
fn refused(policy: &mut Policy, tried: &mut u32, tries: u32, now: u64, deadline: u64, random: u64) -> u64 {
    let error = Error::from(Status::Connect);
    *tried += 1;
    let left_ms = u32::try_from(deadline.saturating_sub(now)).expect("15 seconds");
    if *tried < tries
        && let Some(pause_ms) = retry::pause_ms(&error, *tried, left_ms, random)
    {
        return now + u64::from(pause_ms);
    }
    *tried = 0;
    policy.fail(now, remedy(&error), u64::from(error.retry_after_ms), random);
    policy.next_wake(now)
}
