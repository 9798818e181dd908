//! What a fleet of the library's devices does to the endpoint: the goals that `tests/bench/fleet.rs` shows with a million devices, held here with fewer.
#![cfg(feature = "client")]
#![forbid(unsafe_code)]

#[path = "bench/fleet/simulation.rs"]
#[allow(dead_code)]
mod simulation;

use simulation::{Fleet, HOUR, Kind, MINUTE};
use std::sync::OnceLock;

const DEVICES: u32 = 50_000;

/// A fleet in its stride, and its rate.
fn steady() -> &'static (Fleet, f64) {
    static STEADY: OnceLock<(Fleet, f64)> = OnceLock::new();
    STEADY.get_or_init(|| {
        let fleet = Fleet::after(Kind::Cache, DEVICES, 6 * HOUR);
        let rate = fleet.mean(4 * HOUR..6 * HOUR);
        (fleet, rate)
    })
}

#[test]
fn after_an_outage_the_fleet_comes_back_within_ten_minutes_and_spread() {
    let (fleet, rate) = steady();
    // A refresh comes 45 to 59 minutes after the one before.
    let expected = f64::from(DEVICES) / (52.0 * 60.0);
    assert!((rate / expected - 1.0).abs() < 0.02, "{rate} requests per second");
    let (from, to) = (6 * HOUR, 6 * HOUR + 30 * MINUTE);
    let mut fleet = fleet.clone().with_outage(from..to);
    fleet.run(10 * HOUR);
    let peak = fleet.peak(to..10 * HOUR);
    assert!(peak <= 6.0 * rate, "{peak} against {rate}");
    assert!(
        fleet.longest_after_outage_ms <= 10 * MINUTE,
        "{} ms",
        fleet.longest_after_outage_ms
    );
    // Whoever has an hour of life and fails for half of it is without for less than the outage and the wait after it.
    assert!((20 * MINUTE..40 * MINUTE).contains(&fleet.longest_without_ms));
}

#[test]
fn after_a_power_cut_the_first_wave_takes_a_minute_and_there_is_no_second() {
    let (_, rate) = steady();
    let mut fleet = Fleet::after_power_cut(Kind::Cache, DEVICES, 0);
    fleet.run(6 * HOUR);
    let first = fleet.peak(0..MINUTE);
    assert!(first <= f64::from(DEVICES) / 60.0 * 1.05, "{first}");
    assert!(fleet.longest_without_ms <= MINUTE + 300);
    let later = fleet.peak(2 * MINUTE..6 * HOUR);
    assert!(later <= 2.0 * rate, "{later} against {rate}");
}

#[test]
fn a_naive_client_is_worse_so_that_the_simulation_can_tell() {
    let (_, rate) = steady();
    let mut fleet = Fleet::after_power_cut(Kind::Naive, DEVICES, 0);
    fleet.run(2 * HOUR);
    assert!(fleet.peak(30 * MINUTE..2 * HOUR) > 20.0 * rate);
    let mut fleet = Fleet::after(Kind::Naive, DEVICES, 2 * HOUR).with_outage(2 * HOUR..2 * HOUR + 30 * MINUTE);
    fleet.run(2 * HOUR + 40 * MINUTE);
    assert!(fleet.peak(2 * HOUR..2 * HOUR + 40 * MINUTE) > 20.0 * rate);
}
