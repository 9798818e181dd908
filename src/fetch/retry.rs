//! Whether to try again within one call, and when: a pure function.
#![forbid(unsafe_code)]

use crate::error::{Error, Status};
use crate::limits::{THROTTLED_PAUSE_MS, TRY_PAUSE_MAX_MS, TRY_PAUSE_MS};

/// How long to wait before the next try, after `tried` of them and with `left_ms` until the deadline. `None`: another try cannot mend it, or could not
/// begin in time.
///
/// Full jitter: uniform from 0 to a bound that doubles, on top of what the server asked for: no try is sooner, and those of a fleet
/// that it sent away together still spread.
pub fn pause_ms(error: &Error, tried: u32, left_ms: u32, random: u64) -> Option<u32> {
    if !error.status.is_retryable() {
        return None;
    }
    let first = if error.status == Status::Throttled {
        THROTTLED_PAUSE_MS
    } else {
        TRY_PAUSE_MS
    };
    let longest = (first << tried.saturating_sub(1).min(16)).min(TRY_PAUSE_MAX_MS);
    let jitter = ((random >> 32) * (longest + 1)) >> 32;
    let pause = u64::from(error.retry_after_ms) + jitter;
    u32::try_from(pause).ok().filter(|pause| *pause < left_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(status: Status, retry_after_ms: u32, tried: u32, left_ms: u32, random: u64) -> Option<u32> {
        let mut error = Error::from(status);
        error.details().retry_after_ms = retry_after_ms;
        pause_ms(&error, tried, left_ms, random)
    }

    #[test]
    fn the_pause_is_drawn_from_a_bound_that_doubles() {
        for (tried, longest) in [(1, 200), (2, 400), (3, 800), (8, 20_000), (u32::MAX, 20_000)] {
            assert_eq!(pause(Status::Connect, 0, tried, u32::MAX, u64::MAX), Some(longest));
            assert_eq!(pause(Status::Connect, 0, tried, u32::MAX, 0), Some(0));
        }
        assert_eq!(pause(Status::Throttled, 0, 1, u32::MAX, u64::MAX), Some(1000));
    }

    #[test]
    fn no_try_is_sooner_than_the_server_asked_or_later_than_the_deadline() {
        assert_eq!(pause(Status::ServerFault, 2000, 1, 15_000, 0), Some(2000));
        assert_eq!(pause(Status::ServerFault, 2000, 1, 15_000, u64::MAX), Some(2200));
        assert_eq!(pause(Status::ServerFault, 2000, 1, 2000, 0), None);
        assert_eq!(pause(Status::ServerFault, u32::MAX, 1, u32::MAX, u64::MAX), None);
    }

    #[test]
    fn what_a_try_cannot_mend_is_not_tried() {
        for status in [
            Status::RoleAliasForbidden,
            Status::ServerUntrusted,
            Status::ClockUnset,
            Status::Ca,
        ] {
            assert_eq!(pause(status, 0, 1, 15_000, 0), None, "{status:?}");
        }
    }
}
