//! `iotcred_config_check`: what is wrong with a configuration, with no network, for C.

use super::config::iotcred_config;
use super::error::{iotcred_error, report};
use super::guard::guard;
use super::platform::with_platform;
use super::port::Turn;
use super::status::iotcred_status;
use crate::error::{Error, Status};
use crate::net::{Clock, Transport};

/// So many problems `iotcred_config_check` finds at most.
pub const IOTCRED_PROBLEMS_MAX: usize = 12;

/// Checks a configuration, with no network: all mistakes at once, each as the error that `iotcred_fetch` would fail with; that has `message` and a hint.
/// Besides it looks at the dates of the device's certificate (`IOTCRED_ERR_CERTIFICATE_EXPIRED`, `IOTCRED_ERR_CERTIFICATE_NOT_YET_VALID`), which
/// keep no fetch from asking the server: it may be the device's clock that is wrong.
///
/// `config`: in. Of `platform` the clock is asked.
/// `problems`: out; an array of `capacity`, of which as many are written whole as there are problems, and the others are left untouched. NULL with a capacity of 0.
/// An array of `IOTCRED_PROBLEMS_MAX` is always large enough.
/// `capacity`: in; how many errors `problems` has room for.
/// `count`: out; may be NULL. How many problems there are, which may be more than `capacity`.
///
/// Ownership: nothing is kept.
/// Returns `IOTCRED_OK` if there is no problem, else the status of the first. With the outputs untouched: `IOTCRED_ERR_NULL_ARGUMENT`,
/// `IOTCRED_ERR_NOT_INITIALISED`, `IOTCRED_ERR_BUSY`.
/// Threads: any number at once, each with its own outputs.
/// Example: see `examples-c/doctor.c`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_config_check(
    config: *const iotcred_config,
    problems: *mut iotcred_error,
    capacity: usize,
    count: *mut usize,
) -> iotcred_status {
    guard(|| {
        let _turn = Turn::take()?;
        if config.is_null() || problems.is_null() && capacity != 0 {
            return Err(Status::NullArgument);
        }
        let mut list = List {
            problems,
            capacity,
            found: [None; IOTCRED_PROBLEMS_MAX],
            count: 0,
        };
        // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, and outputs are nobody else's meanwhile. No reference to the
        // caller's structs is held while callbacks run.
        unsafe {
            check(config, &mut |problem| list.add(&problem));
            if !count.is_null() {
                count.write(list.count);
            }
        }
        list.found.into_iter().flatten().next().map_or(Ok(()), Err)
    })
}

/// # Safety
/// `config` is valid for the call.
unsafe fn check(config: *const iotcred_config, report: &mut dyn FnMut(Error)) {
    // SAFETY: the caller's promise.
    let (platform, config) = unsafe { ((*config).platform, (*config).read_each(report)) };
    let with_clock = |_: &mut dyn Transport, clock: &dyn Clock| {
        config.check(Some(clock), report);
        Ok(())
    };
    // SAFETY: the caller's promise.
    if let Err(problem) = unsafe { with_platform(platform, with_clock) } {
        config.check(None, report);
        report(problem);
    }
}

/// The caller's array, filled from its front. One problem of a status is enough: what cannot be read is not missing besides.
struct List {
    problems: *mut iotcred_error,
    capacity: usize,
    found: [Option<Status>; IOTCRED_PROBLEMS_MAX],
    count: usize,
}

impl List {
    fn add(&mut self, problem: &Error) {
        if self.found.contains(&Some(problem.status)) {
            return;
        }
        let Some(place) = self.found.get_mut(self.count) else {
            return;
        };
        *place = Some(problem.status);
        if self.count < self.capacity {
            // SAFETY: within the array, which is the caller's for the call as the header's "Outputs" says.
            unsafe { report(self.problems.add(self.count), problem) };
        }
        self.count += 1;
    }
}
