//! The operating system's clocks, with a monotonic one that counts suspend.

use crate::net::tcp::SystemClock;

/// The clocks of the operating system.
pub(super) fn system_clock() -> SystemClock {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    return SystemClock::with_monotonic(linux::boot_ms);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    return SystemClock::default();
}

/// std's clock is `CLOCK_MONOTONIC`, which stops in suspend: a device that slept an hour would go on with dead credentials.
#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux {
    use core::ffi::{c_int, c_long};

    /// Linux's number of the clock that goes on in suspend (since 2.6.39).
    const CLOCK_BOOTTIME: c_int = 7;

    /// `struct timespec` of the symbol `clock_gettime`, which on 32 bits has 32-bit members: enough for 68 years since boot.
    #[repr(C)]
    struct Timespec {
        seconds: c_long,
        nanoseconds: c_long,
    }

    unsafe extern "C" {
        fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int;
    }

    /// Milliseconds since boot, suspend included; std's clock where the kernel has no such clock.
    pub(super) fn boot_ms() -> u64 {
        let mut time = Timespec {
            seconds: 0,
            nanoseconds: 0,
        };
        // SAFETY: `time` is a timespec of the C library's that nobody else has.
        let failed = unsafe { clock_gettime(CLOCK_BOOTTIME, &raw mut time) } != 0;
        match (u64::try_from(time.seconds), u64::try_from(time.nanoseconds)) {
            (Ok(seconds), Ok(nanoseconds)) if !failed => seconds * 1000 + nanoseconds / 1_000_000,
            _ => crate::net::tcp::instant_ms(),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::net::Clock;

        #[test]
        fn it_never_goes_back_and_is_as_long_as_the_sleep() {
            let clock = super::super::system_clock();
            let start = clock.monotonic_ms();
            assert!(start > 0 && clock.sleep(20));
            assert!(boot_ms() >= start + 20);
        }
    }
}
