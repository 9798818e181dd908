//! Dates: Unix seconds, and the three forms in which AWS writes them.
//!
//! The calendar is the proleptic Gregorian one, years 0000 to 9999, and a date that does not exist is refused rather than moved. A leap second
//! (`:60`) is refused too: Unix time has none, and no more are planned.
#![forbid(unsafe_code)]

use crate::crypto::copy;
use crate::error::Status;
use crate::limits::{EARLIEST_BELIEVABLE_TIME, LATEST_TIME};

/// Seconds in a day.
const DAY: u32 = 86_400;

/// Days in 400 years, after which the calendar repeats, weekdays included.
const ERA: u32 = 146_097;

/// Days from the first of March of the year -400 to 1970-01-01. Days are counted from there, so that none of a year from 0000 on is negative and a leap
/// day is the last of its year; in 32 bits, since a 64-bit division is a function of 800 bytes on a small processor.
const EPOCH: u32 = 719_468 + ERA;

/// 0000-01-01T00:00:00Z.
const FIRST: i64 = -62_167_219_200;

/// The weekdays, from that of day 0 on.
/// The days of the week from 1970-01-01 on, as an HTTP date names them.
pub const WEEKDAYS: [&[u8; 3]; 7] = [b"Wed", b"Thu", b"Fri", b"Sat", b"Sun", b"Mon", b"Tue"];

/// The months, as an HTTP date names them.
pub const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixTime(pub i64);

impl UnixTime {
    /// Reads an RFC 3339 date, such as the `expiration` of credentials: `2026-01-17T15:00:00Z`.
    ///
    /// A fraction of a second is read and dropped; a numeric offset (`+01:00`) is applied. `T` and `Z` are capitals. `None` for anything else.
    pub fn parse_rfc3339(text: &[u8]) -> Option<Self> {
        let mut reader = Reader(text);
        let (year, month, day) = (
            reader.number(4)?,
            reader.after(b"-")?.number(2)?,
            reader.after(b"-")?.number(2)?,
        );
        let clock = reader.after(b"T")?.clock()?;
        reader.skip_fraction()?;
        let offset = reader.offset()?;
        reader.end()?;
        let local = unix_time(days(year, month, day)?, clock);
        Some(Self(local.0.wrapping_sub(offset)))
    }

    /// Reads the date of an HTTP header (IMF-fixdate, RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    ///
    /// The weekday must be the date's. `None` for anything else, the two obsolete forms included.
    pub fn parse_http_date(text: &[u8]) -> Option<Self> {
        let mut reader = Reader(text);
        let weekday = reader.name(&WEEKDAYS)?;
        let day = reader.after(b", ")?.number(2)?;
        let month = reader.after(b" ")?.name(&MONTHS)?;
        let year = reader.after(b" ")?.number(4)?;
        let clock = reader.after(b" ")?.clock()?;
        reader.after(b" GMT")?.end()?;
        let day = days(year, month.wrapping_add(1), day)?;
        (day % 7 == weekday).then(|| unix_time(day, clock))
    }

    /// The RFC 3339 form, 20 characters: `2026-01-17T15:00:00Z`. `None` outside the years 0000 to 9999.
    pub fn to_rfc3339(self) -> Option<[u8; 20]> {
        let [a, b, c, d, e, f, g] = self.pairs()?;
        let [date, time] = [
            [b'-', c[0], c[1], b'-', d[0], d[1]],
            [b':', f[0], f[1], b':', g[0], g[1]],
        ];
        let mut text = *b"0000-00-00T00:00:00Z";
        let parts: [(usize, &[u8]); 5] = [(0, &a), (2, &b), (4, &date), (11, &e), (13, &time)];
        for (place, part) in parts {
            copy(text.get_mut(place..).unwrap_or_default(), part);
        }
        Some(text)
    }

    /// Writes the form of `x-amz-date`, 16 characters: `20150830T123600Z`. `None` outside the years 0000 to 9999.
    pub fn put_iso8601_basic(self, text: &mut [u8; 16]) -> Option<()> {
        #[cfg(not(target_os = "none"))]
        (*text = self.iso8601_basic()?);
        #[cfg(target_os = "none")]
        self.put_iso8601_basic_small(text)?;
        Some(())
    }

    /// The same with little code: the date is a number, and the time the second of the day, of which one loop makes the digits.
    #[cfg(any(test, target_os = "none"))]
    fn put_iso8601_basic_small(self, text: &mut [u8; 16]) -> Option<()> {
        const { assert!((LATEST_TIME + 1 - FIRST) % 128 == 0 && DAY.is_multiple_of(128)) }
        let elapsed = self.0.wrapping_sub(FIRST) as u64;
        // What is before the first second is as far away as it can be.
        let parts = u32::try_from(elapsed >> 7).ok()?;
        if parts >= ((LATEST_TIME + 1 - FIRST) / 128) as u32 {
            return None;
        }
        let day = parts / (DAY / 128);
        let second = (elapsed as u32).wrapping_sub(day.wrapping_mul(DAY));
        // Days from the first of March of the year -400 on, and then those that there would be if each century had its leap day. In quarters, with the last
        // one of the day: a century has as many of them as an era has days, a year 1461.
        let day = day.wrapping_add(ERA - 60);
        let century = (day.wrapping_mul(4) | 3) / ERA;
        let quarters = day.wrapping_add(century).wrapping_sub(century / 4).wrapping_mul(4) | 3;
        let (year, day) = (quarters / 1461, quarters % 1461 / 4);
        // A line through the first days of the months, which is exact from March on: 2141 / 65536 of a month for each day.
        let months = day.wrapping_mul(2141).wrapping_add(197_913);
        let (month, day) = (months >> 16, (months & 0xffff) / 2141);
        let date = year
            .wrapping_mul(100)
            .wrapping_add(month)
            .wrapping_mul(100)
            .wrapping_add(day)
            // January and February are the months 13 and 14 of the year before.
            .wrapping_add(if month > 12 { 10_000 - 1200 } else { 0 })
            .wrapping_sub(400 * 10_000 - 1);
        let [date_text @ .., t, _, _, _, _, _, _, z] = text;
        (*t, *z) = (b'T', b'Z');
        put_digits(date_text, date, 10);
        // Sixty seconds or minutes are a digit in base 10 and one in base 6; so are the hours, of which there are fewer.
        put_digits(text.get_mut(9..15)?, second, 6);
        Some(())
    }

    /// The form of `x-amz-date`, 16 characters: `20150830T123600Z`. `None` outside the years 0000 to 9999.
    #[cfg(target_os = "none")]
    pub fn iso8601_basic(self) -> Option<[u8; 16]> {
        let mut text = [0; 16];
        self.put_iso8601_basic(&mut text)?;
        Some(text)
    }

    /// The form of `x-amz-date`, 16 characters: `20150830T123600Z`. `None` outside the years 0000 to 9999.
    #[cfg(not(target_os = "none"))]
    #[inline]
    pub fn iso8601_basic(self) -> Option<[u8; 16]> {
        let [a, b, c, d, e, f, g] = self.numbers()?;
        // In two words, since of bytes that were written one by one a copy would have to wait.
        let date = digits([a, b, c, d]);
        let time = u64::from(b'T') | digits([e, f, g, 0]) << 8 & !(0xff << 56) | u64::from(b'Z') << 56;
        Some((u128::from(date) | u128::from(time) << 64).to_le_bytes())
    }

    /// Century, year, month, day, hour, minute and second, two decimal digits each.
    fn pairs(self) -> Option<[[u8; 2]; 7]> {
        let mut pairs = [[0; 2]; 7];
        for (pair, number) in pairs.iter_mut().zip(self.numbers()?) {
            *pair = decimal(number);
        }
        Some(pairs)
    }

    /// Century, year, month, day, hour, minute and second.
    #[cfg_attr(not(target_os = "none"), inline)]
    fn numbers(self) -> Option<[u32; 7]> {
        if !(FIRST..=LATEST_TIME).contains(&self.0) {
            return None;
        }
        let elapsed = self.0.wrapping_sub(FIRST) as u64;
        let day = (elapsed / 128) as u32 / (DAY / 128);
        let second = elapsed.wrapping_sub(u64::from(day).wrapping_mul(u64::from(DAY))) as u32;
        // Days from 0000-01-01 to the first of March after it: 60.
        let (year, month, day) = civil(day.wrapping_add(ERA - 60));
        let (minute, hour) = (second / 60, second / 3600);
        Some([year / 100, year % 100, month, day, hour, minute % 60, second % 60])
    }
}

/// The two decimal digits of a number below 100.
fn decimal(number: u32) -> [u8; 2] {
    [number / 10, number % 10].map(|digit| b'0'.wrapping_add(digit as u8))
}

/// Fills a text from its end with the last digits of a number, by turns in base 10 and in another base: ten for a decimal number, six for minutes and seconds.
#[cfg(any(test, target_os = "none"))]
#[inline(never)]
fn put_digits(text: &mut [u8], mut number: u32, other_base: u32) {
    let (mut base, mut next) = (10, other_base);
    for digit in text.iter_mut().rev() {
        *digit = b'0'.wrapping_add(number.checked_rem(base).unwrap_or_default() as u8);
        number = number.checked_div(base).unwrap_or_default();
        (base, next) = (next, base);
    }
}

/// Four numbers below 100 as eight decimal digits, the first of them in the lowest byte.
#[cfg(not(target_os = "none"))]
fn digits(numbers: [u32; 4]) -> u64 {
    let [a, b, c, d] = numbers.map(u64::from);
    // 16 bits for each, in which its product stays. A tenth of it is 103 in 1024.
    let numbers = a | b << 16 | c << 32 | d << 48;
    let tens = numbers.wrapping_mul(103) >> 10 & 0x000f_000f_000f_000f;
    let ones = numbers.wrapping_sub(tens.wrapping_mul(10));
    (tens | ones << 8).wrapping_add(0x3030_3030_3030_3030)
}

fn unix_time(day: u32, second: u32) -> UnixTime {
    let day = i64::from(day).wrapping_sub(i64::from(EPOCH));
    UnixTime(day.wrapping_mul(i64::from(DAY)).wrapping_add(i64::from(second)))
}

/// The day of a date of the years 0000 to 9999, if it exists.
fn days(year: u32, month: u32, day: u32) -> Option<u32> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last_day = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=last_day).contains(&day).then(|| {
        let (year, month) = match month {
            1 | 2 => (year.wrapping_add(399), month.wrapping_add(9)),
            _ => (year.wrapping_add(400), month.wrapping_sub(3)),
        };
        let leap_days = (year / 4).wrapping_sub(year / 100).wrapping_add(year / 400);
        let day_of_year = (month.wrapping_mul(153).wrapping_add(2) / 5)
            .wrapping_add(day)
            .wrapping_sub(1);
        year.wrapping_mul(365).wrapping_add(leap_days).wrapping_add(day_of_year)
    })
}

/// Year, month and day of a day.
fn civil(day: u32) -> (u32, u32, u32) {
    let (era, day) = (day / ERA, day % ERA);
    // Without the leap days of the 400 years: one in 4 years, but not in 100, and the very last day.
    let without = day
        .wrapping_sub(day / 1460)
        .wrapping_add(day / 36_524)
        .wrapping_sub(day / 146_096);
    let year = without / 365;
    let before = year.wrapping_mul(365).wrapping_add(year / 4).wrapping_sub(year / 100);
    let day = day.wrapping_sub(before);
    let month = day.wrapping_mul(5).wrapping_add(2) / 153;
    let day = day
        .wrapping_sub(month.wrapping_mul(153).wrapping_add(2) / 5)
        .wrapping_add(1);
    let year = era.wrapping_mul(400).wrapping_add(year);
    if month < 10 {
        (year.wrapping_sub(400), month.wrapping_add(3), day)
    } else {
        (year.wrapping_sub(399), month.wrapping_sub(9), day)
    }
}

/// What is left of a text that is read from its front.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take(&mut self, length: usize) -> Option<&[u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }

    /// Passes over `text`, which must come next.
    fn after(&mut self, text: &[u8]) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(text)?;
        Some(self)
    }

    /// A number of exactly so many digits, at most 4.
    fn number(&mut self, digits: usize) -> Option<u32> {
        self.take(digits)?.iter().try_fold(0_u32, |number, digit| {
            digit
                .is_ascii_digit()
                .then(|| number.wrapping_mul(10).wrapping_add(u32::from(digit & 0x0f)))
        })
    }

    /// One of `names`, as its place among them.
    fn name(&mut self, names: &[&[u8; 3]]) -> Option<u32> {
        let name = self.take(3)?;
        let place = names.iter().position(|candidate| candidate.as_slice() == name)?;
        u32::try_from(place).ok()
    }

    /// `hh:mm:ss`, as the second of the day.
    fn clock(&mut self) -> Option<u32> {
        let (hour, minute, second) = (
            self.number(2)?,
            self.after(b":")?.number(2)?,
            self.after(b":")?.number(2)?,
        );
        let exists = hour < 24 && minute < 60 && second < 60;
        exists.then(|| {
            hour.wrapping_mul(3600)
                .wrapping_add(minute.wrapping_mul(60))
                .wrapping_add(second)
        })
    }

    fn skip_fraction(&mut self) -> Option<()> {
        let Some(fraction) = self.0.strip_prefix(b".") else {
            return Some(());
        };
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.0 = fraction.get(digits..)?;
        (digits > 0).then_some(())
    }

    /// `Z`, `+hh:mm` or `-hh:mm`, in seconds east of Greenwich.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.take(1)? {
            b"Z" => return Some(0),
            b"+" => 60_i64,
            b"-" => -60,
            _ => return None,
        };
        let (hour, minute) = (self.number(2)?, self.after(b":")?.number(2)?);
        (hour < 24 && minute < 60).then(|| i64::from(hour.wrapping_mul(60).wrapping_add(minute)).wrapping_mul(sign))
    }

    fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// The time, if a clock that was set can say so. Errors: `ClockUnset`.
pub fn believable(time: UnixTime) -> Result<UnixTime, Status> {
    if time.0 < EARLIEST_BELIEVABLE_TIME {
        Err(Status::ClockUnset)
    } else {
        Ok(time)
    }
}

#[cfg(feature = "client")]
pub use server::{ServerClock, Sighting};

#[cfg(feature = "client")]
mod server {
    use super::UnixTime;
    use crate::limits::{ROUND_TRIP_MAX_MS, SKEW_MIN_S};

    /// What one response said of the server's clock. Moments are milliseconds of the device's monotonic clock.
    #[derive(Clone, Copy, Debug)]
    pub struct Sighting {
        /// The response's `Date`.
        pub date: Option<UnixTime>,
        /// It has an `Age`: a cache on the way kept it, and its date is an old one (RFC 9111 section 5.1).
        pub is_aged: bool,
        /// When the request was sent.
        pub sent_ms: u64,
        /// When the response was there.
        pub received_ms: u64,
    }

    impl Sighting {
        /// The server's date, if it tells the time: the response comes from no cache and took no longer than 15 minutes.
        pub fn trusted(&self) -> Option<UnixTime> {
            let round_trip_ms = self.received_ms.saturating_sub(self.sent_ms);
            self.date
                .filter(|_| !self.is_aged && round_trip_ms <= ROUND_TRIP_MAX_MS)
        }
    }

    /// The server's clock, carried on by the device's monotonic one. So a step of the wall clock neither makes a skew nor leaves a stale one behind.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct ServerClock {
        /// A date of the server's, and the moment that it is taken for: the midpoint between sending and receiving.
        seen: Option<(UnixTime, u64)>,
    }

    impl ServerClock {
        /// Sets it by a sighting that is trusted.
        pub fn set(&mut self, sighting: &Sighting) {
            let half = sighting.received_ms.saturating_sub(sighting.sent_ms) / 2;
            if let Some(date) = sighting.trusted() {
                self.seen = Some((date, sighting.sent_ms.saturating_add(half)));
            }
        }

        /// The time: the wall clock's, unless it is over 4 minutes off the server's. `None` where neither is known.
        pub fn correct(&self, wall: Option<UnixTime>, now_ms: u64) -> Option<UnixTime> {
            let Some((date, at_ms)) = self.seen else {
                return wall;
            };
            let elapsed_s = i64::try_from(now_ms.saturating_sub(at_ms) / 1000).unwrap_or(i64::MAX);
            let server = UnixTime(date.0.saturating_add(elapsed_s));
            wall.filter(|wall| wall.0.abs_diff(server.0) <= SKEW_MIN_S)
                .or(Some(server))
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn sighting() -> Sighting {
            Sighting {
                date: Some(UnixTime(1_800_000_000)),
                is_aged: false,
                sent_ms: 10_000,
                received_ms: 14_000,
            }
        }

        fn correct(sighting: Sighting, wall: i64, now_ms: u64) -> i64 {
            let mut clock = ServerClock::default();
            clock.set(&sighting);
            clock.correct(Some(UnixTime(wall)), now_ms).unwrap().0
        }

        #[test]
        fn a_skew_over_four_minutes_is_corrected() {
            // At 12 000 the server's clock said so.
            for off in [0, 239, -239, 240, -240] {
                assert_eq!(correct(sighting(), 1_800_000_060 + off, 72_000), 1_800_000_060 + off);
            }
            for off in [241, -241, 315_360_000, -315_360_000, -1_800_000_060] {
                assert_eq!(correct(sighting(), 1_800_000_060 + off, 72_000), 1_800_000_060);
            }
        }

        #[test]
        fn a_wall_clock_that_is_set_right_later_is_believed_again() {
            let mut clock = ServerClock::default();
            clock.set(&sighting());
            let at = |wall, now_ms| clock.correct(Some(UnixTime(wall)), now_ms);
            assert_eq!(at(1_800_000_600, 12_000), Some(UnixTime(1_800_000_000)));
            assert_eq!(at(1_800_000_061, 72_000), Some(UnixTime(1_800_000_061)));
            assert_eq!(clock.correct(None, 72_000), Some(UnixTime(1_800_000_060)));
        }

        #[test]
        fn responses_that_tell_no_time_are_ignored() {
            let aged = Sighting {
                is_aged: true,
                ..sighting()
            };
            let late = Sighting {
                received_ms: 10_000 + ROUND_TRIP_MAX_MS + 1,
                ..sighting()
            };
            let mute = Sighting {
                date: None,
                ..sighting()
            };
            for ignored in [aged, late, mute] {
                assert_eq!(ignored.trusted(), None);
                assert_eq!(correct(ignored, 5, 72_000), 5);
            }
            assert_eq!(ServerClock::default().correct(None, 5), None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dates and their Unix seconds, from `date -u +%s`.
    const KNOWN: &[(&[u8; 20], i64)] = &[
        (b"1970-01-01T00:00:00Z", 0),
        (b"1969-12-31T23:59:59Z", -1),
        (b"2000-02-29T12:00:00Z", 951_825_600),
        (b"2015-08-30T12:36:00Z", 1_440_938_160),
        (b"2026-01-17T15:00:00Z", 1_768_662_000),
        (b"2100-03-01T00:00:00Z", 4_107_542_400),
        (b"9999-12-31T23:59:59Z", 253_402_300_799),
        (b"0000-01-01T00:00:00Z", -62_167_219_200),
    ];

    #[test]
    fn known_dates_read_and_write() {
        for (text, time) in KNOWN {
            assert_eq!(UnixTime::parse_rfc3339(*text), Some(UnixTime(*time)));
            assert_eq!(UnixTime(*time).to_rfc3339().as_ref(), Some(*text));
        }
        assert_eq!(
            UnixTime(1_440_938_160).iso8601_basic().as_ref(),
            Some(b"20150830T123600Z")
        );
    }

    #[test]
    fn both_forms_have_the_same_digits() {
        let without = |text: &[u8]| {
            let digits = text.iter().filter(|byte| byte.is_ascii_digit());
            digits.fold(0_u64, |number, digit| 10 * number + u64::from(digit - b'0'))
        };
        // Every century, year, month, day, hour, minute and second.
        for time in (FIRST..=LATEST_TIME).step_by(2_000_003).chain(0..86_400) {
            let (basic, long) = (
                UnixTime(time).iso8601_basic().unwrap(),
                UnixTime(time).to_rfc3339().unwrap(),
            );
            assert_eq!(without(&basic), without(&long));
            assert!(
                basic[8] == b'T'
                    && basic[15] == b'Z'
                    && basic.iter().filter(|byte| byte.is_ascii_digit()).count() == 14
            );
        }
    }

    #[test]
    fn every_day_of_ten_millennia_follows_the_one_before() {
        let (mut year, mut month, mut day) = (0, 1, 1);
        for count in days(0, 1, 1).unwrap()..=days(9999, 12, 31).unwrap() {
            assert_eq!(civil(count), (year, month, day));
            assert_eq!(days(year, month, day), Some(count));
            if days(year, month, day + 1).is_some() {
                day += 1;
            } else {
                (year, month, day) = if month == 12 {
                    (year + 1, 1, 1)
                } else {
                    (year, month + 1, 1)
                };
            }
        }
        assert_eq!((year, month, day), (10_000, 1, 1));
    }

    #[test]
    fn the_small_form_is_the_same() {
        let small = |time| {
            let mut text = [b'#'; 16];
            UnixTime(time).put_iso8601_basic_small(&mut text).map(|()| text)
        };
        // A second of every day, in every hour and minute; each second of a day; what is out of range.
        let days = (FIRST..=LATEST_TIME).step_by(86_311);
        for time in days.chain(0..86_400).chain([FIRST, LATEST_TIME, LATEST_TIME + 1]) {
            assert_eq!(small(time), UnixTime(time).iso8601_basic(), "{time}");
        }
        for time in [
            FIRST - 1,
            FIRST - 128,
            LATEST_TIME + 128,
            i64::MAX,
            i64::MIN,
            FIRST + (1 << 39),
        ] {
            assert_eq!(small(time), None, "{time}");
        }
    }

    #[test]
    fn years_without_four_digits_cannot_be_written() {
        for time in [253_402_300_800, -62_167_219_201, i64::MAX, i64::MIN] {
            assert_eq!(UnixTime(time).to_rfc3339(), None);
            assert_eq!(UnixTime(time).iso8601_basic(), None);
        }
    }

    #[test]
    fn fractions_and_offsets_are_read() {
        let noon = Some(UnixTime(1_440_936_000));
        for text in [
            "2015-08-30T12:00:00.5Z",
            "2015-08-30T12:00:00.123456789Z",
            "2015-08-30T14:00:00+02:00",
            "2015-08-30T06:30:00-05:30",
        ] {
            assert_eq!(UnixTime::parse_rfc3339(text.as_bytes()), noon, "{text}");
        }
    }

    #[test]
    fn what_is_no_rfc3339_date_is_refused() {
        for text in [
            "",
            "2015",
            "2015-08-30",
            "2015-08-30T12:00:00",
            "2015-08-30 12:00:00Z",
            "2015-08-30t12:00:00Z",
            "2015-08-30T12:00:00z",
            "2015-00-30T12:00:00Z",
            "2015-13-30T12:00:00Z",
            "2015-08-00T12:00:00Z",
            "2015-08-32T12:00:00Z",
            "2015-06-31T12:00:00Z",
            "2015-02-29T12:00:00Z",
            "1900-02-29T12:00:00Z",
            "2015-08-30T24:00:00Z",
            "2015-08-30T12:60:00Z",
            "2015-08-30T12:00:60Z",
            "2015-08-30T12:00:00.Z",
            "2015-08-30T12:00:00+2:00",
            "2015-08-30T12:00:00+24:00",
            "2015-08-30T12:00:00+02:60",
            "2015-08-30T12:00:00+0200",
            "2015-08-30T12:00:00Z ",
            " 2015-08-30T12:00:00Z",
            "2015-08-30T12:00:00ZZ",
            "+015-08-30T12:00:00Z",
            "2015-8-30T12:00:00Z",
            "2015-08-30T1:00:00Z",
            "20150830T120000Z",
            "2015-08-30T12:00:0aZ",
            "2015-08-30T12:00:00.1",
        ] {
            assert_eq!(UnixTime::parse_rfc3339(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn http_dates_are_read() {
        // The example of RFC 9110 section 5.6.7, and `date -u`.
        assert_eq!(
            UnixTime::parse_http_date(b"Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(UnixTime(784_111_777))
        );
        assert_eq!(
            UnixTime::parse_http_date(b"Thu, 29 Feb 2024 23:59:59 GMT"),
            Some(UnixTime(1_709_251_199))
        );
        assert_eq!(
            UnixTime::parse_http_date(b"Wed, 31 Dec 1969 23:59:59 GMT"),
            Some(UnixTime(-1))
        );
    }

    #[test]
    fn what_is_no_http_date_is_refused() {
        for text in [
            "",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 94 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 +0000",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Thu, 30 Feb 2023 00:00:00 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun,06 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(UnixTime::parse_http_date(text.as_bytes()), None, "{text}");
        }
    }
}
