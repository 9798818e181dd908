//! What a fleet of a million devices does to the credentials endpoint: with the library's policy, and with a client that refreshes when its credentials expire and tries
//! again every two seconds.
//!
//! `cargo bench --bench fleet` prints Markdown tables and writes the plot `tests/bench/fleet.svg`; every run gives the same. It fails if a goal is missed. A smaller fleet
//! is held to the same goals by `tests/fleet.rs`, in a second or two.
#![forbid(unsafe_code)]

#[path = "fleet/plot.rs"]
mod plot;
#[path = "fleet/simulation.rs"]
mod simulation;

use iotcred::cache::policy::NO_SPREAD;
use plot::{Line, Panel};
use simulation::{Fleet, HOUR, Kind, MILLION, MINUTE};
use std::ops::Range;

/// When the outage begins: the fleet is in its stride then.
const OUTAGE: u64 = 6 * HOUR;
const OUTAGE_END: u64 = OUTAGE + 30 * MINUTE;
/// What is looked at of it: until the second wave has passed, if there is one.
const SEEN: Range<u64> = OUTAGE..OUTAGE + 4 * HOUR;
const POWER_CUT_SEEN: Range<u64> = 0..4 * HOUR;

fn main() {
    let kinds = [Kind::Cache, Kind::Naive];
    let steady = kinds.map(|kind| Fleet::after(kind, MILLION, OUTAGE));
    let rate = steady[0].mean(OUTAGE - HOUR..OUTAGE);
    println!(
        "1 000 000 devices with credentials of one hour. Requests per second; the longest time that a device was without credentials.\n"
    );
    println!(
        "| | iotcred: peak | 99th percentile | of the steady rate | longest without | naive: peak | 99th percentile | longest without |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    row("steady state", OUTAGE - HOUR..OUTAGE, &steady, rate);

    let outage = steady.clone().map(|fleet| {
        let mut fleet = fleet.with_outage(OUTAGE..OUTAGE_END);
        fleet.run(SEEN.end);
        fleet
    });
    row("30 minutes of outage", OUTAGE..OUTAGE_END, &outage, rate);
    let after = row("after it", OUTAGE_END..SEEN.end, &outage, rate);
    let cut = kinds.map(|kind| {
        let mut fleet = Fleet::after_power_cut(kind, MILLION, 0);
        fleet.run(POWER_CUT_SEEN.end);
        fleet
    });
    row("power cut: the first minute", 0..MINUTE, &cut, rate);
    let second = row("after it", 2 * MINUTE..POWER_CUT_SEEN.end, &cut, rate);
    let waited_ms = outage[0].longest_after_outage_ms;
    println!(
        "\nThe last device has credentials {} after the outage.\n",
        time(waited_ms)
    );

    outages(&steady[0], rate);
    spreads();
    let svg = plot::svg(&[
        panel(
            "An outage of the endpoint for 30 minutes",
            &outage,
            OUTAGE - 10 * MINUTE..OUTAGE + 3 * HOUR,
            OUTAGE,
        ),
        panel(
            "A power cut starts all devices in the same second",
            &cut,
            0..3 * HOUR + 10 * MINUTE,
            0,
        ),
    ]);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/fleet.svg");
    std::fs::write(path, svg).expect("tests/bench is writable");

    assert!(
        after <= 6.0 * rate,
        "after the outage a peak of at most 6 times the steady rate"
    );
    assert!(
        waited_ms <= 10 * MINUTE,
        "no device waits more than 10 minutes from its end"
    );
    assert!(
        second <= 2.0 * rate,
        "after the power cut a second wave of at most twice the steady rate"
    );
}

/// One line of the first table. Returns the peak of the library's.
fn row(name: &str, time_seen: Range<u64>, fleets: &[Fleet; 2], rate: f64) -> f64 {
    let peaks = fleets.each_ref().map(|fleet| fleet.peak(time_seen.clone()));
    let p99s = fleets.each_ref().map(|fleet| fleet.p99(time_seen.clone()));
    let without = fleets.each_ref().map(|fleet| time(fleet.longest_without_ms));
    println!(
        "| {name} | {} | {} | **{:.2}** | {} | {} | {} | {} |",
        number(peaks[0]),
        number(p99s[0]),
        peaks[0] / rate,
        without[0],
        number(peaks[1]),
        number(p99s[1]),
        without[1]
    );
    peaks[0]
}

/// The peak after an outage against the time without credentials, by the outage's length.
fn outages(steady: &Fleet, rate: f64) {
    println!(
        "| outage | peak after it, of the steady rate | last device served after its end | longest without |\n| ---: | ---: | ---: | ---: |"
    );
    for minutes in [1, 5, 10, 30, 60, 120] {
        let end = OUTAGE + minutes * MINUTE;
        let mut fleet = steady.clone().with_outage(OUTAGE..end);
        fleet.run(end + 3 * HOUR);
        println!(
            "| {minutes} min | {:.2} | {} | {} |",
            fleet.peak(end..end + 3 * HOUR) / rate,
            time(fleet.longest_after_outage_ms),
            time(fleet.longest_without_ms)
        );
    }
    println!();
}

/// The peak after a power cut against the time without credentials, by `startup_spread_ms`.
fn spreads() {
    println!(
        "| `startup_spread_ms` | peak of the first wave | longest without | peak after it |\n| ---: | ---: | ---: | ---: |"
    );
    for seconds in [0, 10, 30, 60, 120, 300, 600] {
        let spread_ms = if seconds == 0 { NO_SPREAD } else { seconds * 1000 };
        let mut fleet = Fleet::after_power_cut(Kind::Cache, MILLION, spread_ms);
        fleet.run(3 * HOUR);
        println!(
            "| {seconds} 000 | {} | {} | {} |",
            number(fleet.peak(0..15 * MINUTE)),
            time(fleet.longest_without_ms),
            number(fleet.peak(15 * MINUTE..3 * HOUR))
        );
    }
}

fn panel<'a>(title: &'a str, fleets: &[Fleet; 2], time_seen: Range<u64>, zero: u64) -> Panel<'a> {
    let line = |name, colour, fleet: &Fleet| Line {
        name,
        colour,
        rates: fleet.rates(time_seen.clone()),
    };
    Panel {
        title,
        from_ms: time_seen.start as f64 - zero as f64,
        to_ms: time_seen.end as f64 - zero as f64,
        lines: [
            line("naive", "#c2410c", &fleets[1]),
            line("iotcred", "#0f766e", &fleets[0]),
        ],
    }
}

/// Three digits apart.
fn number(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn time(ms: u64) -> String {
    match ms {
        0..2000 => format!("{ms} ms"),
        2000..120_000 => format!("{:.1} s", ms as f64 / 1000.0),
        _ => format!("{:.1} min", ms as f64 / 60_000.0),
    }
}
