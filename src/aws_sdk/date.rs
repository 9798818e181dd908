//! The date in an HTTP response of AWS, as the one that a signature wants.
#![forbid(unsafe_code)]

use super::Status;
use crate::sign::text::unmerged;
use crate::time::{MONTHS, UnixTime, WEEKDAYS};

/// Length of `2018-01-18T09:18:06Z`.
const RFC_3339_LEN: usize = 20;

/// Length of `Thu, 18 Jan 2018 09:18:06 GMT`.
const RFC_5322_LEN: usize = 29;

/// Earliest year, in its digits: the original's.
const EARLIEST_YEAR: &[u8] = unmerged(b"1900/");

/// Reads a date of one of two forms, told apart by their lengths, and gives it in a third: `20180118T091806Z`.
///
/// The day of the week is not compared with the date, as in the original. Its leap second is taken where one can be, in the last minute of a day.
pub fn aws_iot_date_to_iso8601(date: &[u8]) -> Result<[u8; 16], Status> {
    let mut date = match date.len() {
        RFC_3339_LEN => date.try_into().ok(),
        RFC_5322_LEN => rearranged(date),
        _ => return Err(Status::InvalidParameter),
    }
    .ok_or(Status::IsoFormattingError)?;
    let leap_second = replace_end(&mut date, b"T23:59:60Z", b"T23:59:59Z");
    let time = UnixTime::parse_rfc3339(&date).filter(|_| date.as_slice() >= EARLIEST_YEAR);
    let mut iso8601 = time
        .and_then(UnixTime::iso8601_basic)
        .ok_or(Status::IsoFormattingError)?;
    if leap_second {
        replace_end(&mut iso8601, b"59Z", b"60Z");
    }
    Ok(iso8601)
}

/// The date of an HTTP header in the form of RFC 3339. Its digits are not looked at. `None` if another part is not as it must be.
fn rearranged(date: &[u8]) -> Option<[u8; RFC_3339_LEN]> {
    let (weekday, date) = date.split_at_checked(3)?;
    let [
        b',',
        b' ',
        d1,
        d2,
        b' ',
        month @ ..,
        b' ',
        y1,
        y2,
        y3,
        y4,
        b' ',
        h1,
        h2,
        b':',
        m1,
        m2,
        b':',
        s1,
        s2,
        b' ',
        b'G',
        b'M',
        b'T',
    ] = date
    else {
        return None;
    };
    let place = |names: &[&[u8; 3]], name: &[u8]| names.iter().position(|other| other.as_slice() == name);
    place(&WEEKDAYS, weekday)?;
    let month = place(&MONTHS, month)?.wrapping_add(1);
    let [n1, n2] = [month / 10, month % 10].map(|digit| b'0'.wrapping_add(digit as u8));
    Some([
        *y1, *y2, *y3, *y4, b'-', n1, n2, b'-', *d1, *d2, b'T', *h1, *h2, b':', *m1, *m2, b':', *s1, *s2, b'Z',
    ])
}

/// Writes `new` over the end of a text if that is `old`.
fn replace_end(text: &mut [u8], old: &[u8], new: &[u8]) -> bool {
    let found = text.ends_with(old);
    if found {
        text.iter_mut()
            .rev()
            .zip(new.iter().rev())
            .for_each(|(byte, new)| *byte = *new);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        for (date, expected) in [
            ("2018-01-18T09:18:06Z", b"20180118T091806Z"),
            ("Thu, 18 Jan 2018 09:18:06 GMT", b"20180118T091806Z"),
            ("2004-02-29T11:04:59Z", b"20040229T110459Z"),
            ("Tue, 29 Feb 2000 11:04:59 GMT", b"20000229T110459Z"),
            ("1900-01-01T00:00:00Z", b"19000101T000000Z"),
            ("Fri, 31 Dec 9999 23:59:59 GMT", b"99991231T235959Z"),
            ("2016-12-31T23:59:60Z", b"20161231T235960Z"),
            ("Sat, 31 Dec 2016 23:59:60 GMT", b"20161231T235960Z"),
        ] {
            assert_eq!(
                aws_iot_date_to_iso8601(date.as_bytes()).as_ref(),
                Ok(expected),
                "{date}"
            );
        }
    }

    #[test]
    fn the_day_of_the_week_may_be_any() {
        for day in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] {
            let date = [day, ", 18 Jan 2018 09:18:06 GMT"].concat();
            assert_eq!(
                aws_iot_date_to_iso8601(date.as_bytes()).as_ref(),
                Ok(b"20180118T091806Z"),
                "{date}"
            );
        }
    }

    #[test]
    fn every_month_has_its_name() {
        let names = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        for (name, number) in names.iter().zip(1..) {
            let date = std::format!("Sun, 01 {name} 2023 00:00:00 GMT");
            let expected = std::format!("2023{number:02}01T000000Z");
            assert_eq!(
                aws_iot_date_to_iso8601(date.as_bytes()).as_ref().map(|date| &date[..]),
                Ok(expected.as_bytes()),
                "{date}"
            );
        }
    }

    extern crate std;
}
