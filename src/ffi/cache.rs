//! `iotcred_cache`: credentials that never lapse, for C.

use super::config::iotcred_config;
use super::credentials::{iotcred_credentials, iotcred_credentials_wipe};
use super::error::{guard_with_error, iotcred_error};
use super::guard::guard;
use super::platform::with_platform;
use super::status::{IOTCRED_OK, code, iotcred_status};
use crate::cache::{self, Cache, Call, Report, Shared, State, Store};
use crate::credentials::TemporaryCredentials;
use crate::crypto::random;
use crate::error::{Error, Status};
use crate::fetch::{Config, fetch};
use crate::limits::LOOK_AGAIN_MS;
use crate::net::{Clock, Deadline};
use crate::time::believable;
use core::ffi::c_void;
use core::mem::MaybeUninit;
use zeroize::Zeroize;

/// `state`: no refresh is due.
pub const IOTCRED_CACHE_FRESH: i32 = 0;
/// `state`: valid; a refresh is due, and another thread's is in flight.
pub const IOTCRED_CACHE_REFRESHING: i32 = 1;
/// `state`: valid; the last refresh failed, for the reason in `refresh_status`.
pub const IOTCRED_CACHE_STALE: i32 = 2;

/// `startup_spread_ms`: the first request is made at once.
pub const IOTCRED_CACHE_NO_SPREAD: u32 = u32::MAX;

/// Credentials that are refreshed before they expire. The struct is the caller's and takes 5.1 KB: static memory on a small target. All zero is empty. It
/// must not move while a call uses it. It holds secrets: end with `iotcred_cache_wipe`. One cache is for one configuration.
///
/// With an operating system (the std size) any number of threads may use one cache at once. Without one it is one thread at a time, unless
/// `lock` and `unlock` are given; they are held for moments, never during a request, and nothing of the caller's is called meanwhile.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct iotcred_cache {
    /// The library's.
    pub opaque: [u64; 640],
    /// Passed to both functions below; may be NULL.
    pub lock_context: *mut c_void,
    /// Takes the lock of this cache. NULL, as `unlock`: the operating system's.
    pub lock: Option<unsafe extern "C" fn(context: *mut c_void)>,
    /// Gives it back.
    pub unlock: Option<unsafe extern "C" fn(context: *mut c_void)>,
    /// Over how many milliseconds the first request is spread, so that a fleet which a power cut starts in one second does not ask in one second. Its moment is drawn once. Before
    /// it `iotcred_cache_get` waits, if that takes at most half of `timeout_ms`, or returns `IOTCRED_ERR_CACHE_STARTING` at once. 0: 60 000, but only if
    /// the device started less than 10 minutes ago, by `monotonic_ms` (std size on Linux: the time since boot); a program that is started later does not wait.
    /// `IOTCRED_CACHE_NO_SPREAD`: none.
    pub startup_spread_ms: u32,
}

/// What there is to say of credentials that a cache has served.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct iotcred_cache_state {
    /// One of `IOTCRED_CACHE_*`.
    pub state: i32,
    /// Why the last refresh failed; `IOTCRED_OK` if it did not.
    pub refresh_status: iotcred_status,
    /// How long the credentials are valid yet, in milliseconds.
    pub valid_ms: u32,
    /// How long until the next refresh is due, in milliseconds; see `iotcred_cache_next_wake`.
    pub next_wake_ms: u32,
}

/// Gives credentials that are valid: those in the cache, or, when a refresh is due, new ones. A refresh is due from a moment drawn at random in the last 5, 15 or 60
/// minutes of lifetimes up to 20 minutes, up to 90 minutes, and above; after the first request, and after a failure, in the last two thirds of the lifetime, so that the
/// devices of a fleet which come back together do not stay together. One caller refreshes, and the others go on with what is valid; in the last minute
/// they wait. When a refresh fails, what is valid is served (`IOTCRED_CACHE_STALE`), and the next one is 5 to 10 minutes later, or in the last minute; as long as the trouble lasts
/// each has one try. When nothing is valid any more the
/// error comes out, and is given again without a request: for 5 minutes if no retry can mend it, else for a pause that grows with the trouble, from a second
/// to 10 minutes. What is wrong with the device itself (`config`, an unset clock) is looked at anew each time.
///
/// How long credentials live is measured by the monotonic clock, from the date of the server's response: a wall clock that is wrong, or is set, changes nothing.
///
/// `cache`: in and out.
/// `config`: in. As for `iotcred_fetch`; the same for every call with this cache. `timeout_ms` holds for the call with all waiting in it.
/// `credentials`: out. Untouched on failure. Wipe it after use.
/// `state`: out; may be NULL. Untouched on failure.
/// `error`: out; may be NULL. Always written whole. The error of a refresh behind which valid credentials are served is in `state`.
///
/// Ownership: nothing is kept but in `*cache`; the rest is as for `iotcred_fetch`.
/// Returns what `iotcred_fetch` returns, and `IOTCRED_ERR_DEADLINE` also when another thread's refresh did not end in time; `IOTCRED_ERR_PLATFORM` also if one of
/// `lock` and `unlock` is NULL; `IOTCRED_ERR_CACHE_STARTING` before the first request's moment, see `startup_spread_ms`.
/// Threads: any number at once for one cache, as said there, each with its own other arguments.
/// Example: `status = iotcred_cache_get(&cache, &config, &credentials, NULL, &error);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_cache_get(
    cache: *mut iotcred_cache,
    config: *const iotcred_config,
    credentials: *mut iotcred_credentials,
    state: *mut iotcred_cache_state,
    error: *mut iotcred_error,
) -> iotcred_status {
    // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, and outputs are nobody else's meanwhile; the cache is shared by its
    // lock. No reference to the caller's structs is held while callbacks run.
    unsafe {
        guard_with_error(error, || {
            if config.is_null() || credentials.is_null() {
                return Err(null("`config` or `credentials`"));
            }
            let shared = SharedCache::new(cache, credentials)?;
            let (platform, config) = ((*config).platform, (*config).read()?);
            let report = with_platform(platform, |transport, clock| {
                let call = shared.call(clock, config.timeout_ms(), config.tries());
                cache::get(&shared, &call, |refresh| {
                    let config = Config {
                        timeout_ms: refresh.timeout_ms,
                        tries: refresh.tries,
                        ..config
                    };
                    fetch(&config, transport, refresh.clock, &random)
                })
            })?;
            if !state.is_null() {
                state.write(report.into());
            }
            Ok(())
        })
    }
}

/// Says when the device must be awake: how long until the next refresh is due, or the next try after a failure. A device that sleeps until then and calls
/// `iotcred_cache_get` never has credentials that lapse.
///
/// `cache`: in.
/// `config`: in. As for `iotcred_cache_get`; only its `platform` is looked at.
/// `wait_ms`: out. Milliseconds from now; 0: now. Untouched on failure.
///
/// Ownership: nothing is kept.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_NOT_INITIALISED`; `IOTCRED_ERR_PLATFORM`.
/// Threads: as for `iotcred_cache_get`.
/// Example: `iotcred_cache_next_wake(&cache, &config, &ms); sleep_for(ms);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_cache_next_wake(
    cache: *mut iotcred_cache,
    config: *const iotcred_config,
    wait_ms: *mut u32,
) -> iotcred_status {
    // SAFETY: as for `iotcred_cache_get`.
    unsafe {
        with_clock(cache, config, wait_ms, |shared, clock| {
            Ok(saturate(cache::wake_ms(shared, &shared.call(clock, 0, 0))))
        })
    }
}

/// The time for a signature, for `time` in a `sigv4_request`: the device's, unless it is more than 4 minutes off what the server's responses said; then
/// the server's, carried on by the monotonic clock.
///
/// `cache`: in.
/// `config`: in. As for `iotcred_cache_get`; only its `platform` is looked at.
/// `time`: out. Unix seconds. Untouched on failure.
///
/// Ownership: nothing is kept.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_NOT_INITIALISED`; `IOTCRED_ERR_PLATFORM`; `IOTCRED_ERR_TIME_REQUIRED` or
/// `IOTCRED_ERR_CLOCK_UNSET` as long as neither clock is known.
/// Threads: as for `iotcred_cache_get`.
/// Example: `iotcred_cache_time(&cache, &config, &request.time);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_cache_time(
    cache: *mut iotcred_cache,
    config: *const iotcred_config,
    time: *mut i64,
) -> iotcred_status {
    // SAFETY: as for `iotcred_cache_get`.
    unsafe {
        with_clock(cache, config, time, |shared, clock| {
            let (wall, now) = (clock.unix_time(), clock.monotonic_ms());
            let time = shared.with(|cache, _| cache.time(wall, now));
            Ok(believable(time.ok_or(Status::TimeRequired)?)?.0)
        })
    }
}

/// Throws credentials away that a service has refused (`ExpiredToken` and the like): the next `iotcred_cache_get` fetches new ones. With `refused` NULL it also
/// forgets the last error, and is what to call when the network has come back, or the account was put right.
///
/// `cache`: in and out; NULL is allowed and does nothing.
/// `refused`: in; may be NULL. The credentials that were refused: those that another thread has fetched since stay. NULL: whatever the cache holds.
/// Ownership: what is thrown away is wiped. A request that is in flight goes on, and its credentials are taken.
/// Threads: as for `iotcred_cache_get`.
/// Example: `iotcred_cache_invalidate(&cache, &credentials);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_cache_invalidate(cache: *mut iotcred_cache, refused: *const iotcred_credentials) {
    // SAFETY: as for `iotcred_cache_get`.
    let Ok(shared) = (unsafe { SharedCache::new(cache, core::ptr::null_mut()) }) else {
        return;
    };
    guard(|| {
        shared.locked(|inner| {
            // SAFETY: NULL or valid for the call as the header's "Pointers" says.
            let refused = unsafe { refused.as_ref() };
            if refused.is_none_or(|refused| refused.access_key_id == inner.vault.access_key_id) {
                inner.cache.invalidate(&mut Place {
                    vault: inner.vault,
                    output: core::ptr::null_mut(),
                });
            }
        });
        Ok(())
    });
}

/// Wipes a cache; it is empty afterwards, and keeps its lock and `startup_spread_ms`.
///
/// `cache`: in and out; NULL is allowed and does nothing.
/// Threads: one alone; no other call may use the cache.
/// Example: `iotcred_cache_wipe(&cache);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_cache_wipe(cache: *mut iotcred_cache) {
    if !cache.is_null() {
        // SAFETY: not NULL, and valid and nobody else's meanwhile as the header's "Pointers" and this function's documentation say.
        unsafe { (*cache).opaque.zeroize() };
    }
}

/// The body of a function that asks the cache something by the clock.
///
/// # Safety
/// As for `iotcred_cache_get`.
unsafe fn with_clock<T>(
    cache: *mut iotcred_cache,
    config: *const iotcred_config,
    output: *mut T,
    ask: impl FnOnce(&SharedCache, &dyn Clock) -> Result<T, Error>,
) -> iotcred_status {
    // SAFETY: the caller's promise.
    unsafe {
        guard_with_error(core::ptr::null_mut(), || {
            if config.is_null() || output.is_null() {
                return Err(null("`config` or an output"));
            }
            let shared = SharedCache::new(cache, core::ptr::null_mut())?;
            let answer = with_platform((*config).platform, |_, clock| ask(&shared, clock))?;
            output.write(answer);
            Ok(())
        })
    }
}

pub(super) fn null(names: &str) -> Error {
    Error::new(Status::NullArgument, format_args!("{names} is NULL"))
}

fn saturate(ms: u64) -> u32 {
    u32::try_from(ms).unwrap_or(u32::MAX)
}

impl From<Report> for iotcred_cache_state {
    fn from(report: Report) -> Self {
        Self {
            state: match report.state {
                State::Fresh => IOTCRED_CACHE_FRESH,
                State::Refreshing => IOTCRED_CACHE_REFRESHING,
                State::Stale => IOTCRED_CACHE_STALE,
            },
            refresh_status: report.failure.map_or(IOTCRED_OK, code),
            valid_ms: saturate(report.valid_ms),
            next_wake_ms: saturate(report.wake_ms),
        }
    }
}

/// Says that the memory holds a `Cache`; all else, zero above all, is empty.
const PRESENT: u64 = 0x696f_7463_7265_6431;

/// What `opaque` holds.
#[repr(C)]
struct Memory {
    present: u64,
    cache: MaybeUninit<Cache>,
    /// The credentials: plain characters and numbers, all zero when there are none.
    vault: iotcred_credentials,
}

/// The same, once it is known to be there.
pub(super) struct Inner<'a> {
    pub(super) cache: &'a mut Cache,
    pub(super) vault: &'a mut iotcred_credentials,
}

/// The credentials in the cache, and the caller's memory for a copy of them.
struct Place<'a> {
    vault: &'a mut iotcred_credentials,
    output: *mut iotcred_credentials,
}

impl Store for Place<'_> {
    fn keep(&mut self, credentials: &TemporaryCredentials) -> Result<(), Status> {
        self.vault.set(credentials)
    }

    fn serve(&mut self) {
        if !self.output.is_null() {
            // SAFETY: not NULL, and valid and nobody else's for the call as the header's "Outputs" says; inputs and outputs do not overlap.
            unsafe { core::ptr::copy_nonoverlapping(&raw const *self.vault, self.output, 1) };
        }
    }

    fn wipe(&mut self) {
        // SAFETY: a reference is valid.
        unsafe { iotcred_credentials_wipe(self.vault) };
    }
}

/// A lock of the caller's.
#[derive(Clone, Copy)]
struct Lock {
    context: *mut c_void,
    lock: unsafe extern "C" fn(*mut c_void),
    unlock: unsafe extern "C" fn(*mut c_void),
}

impl Lock {
    fn take(self) -> Locked {
        // SAFETY: the function is the caller's.
        unsafe { (self.lock)(self.context) };
        Locked(self)
    }
}

/// A lock that is held; gives it back when dropped, also by a panic.
struct Locked(Lock);

impl Drop for Locked {
    fn drop(&mut self) {
        // SAFETY: the function is the caller's.
        unsafe { (self.0.unlock)(self.0.context) }
    }
}

/// The caller's cache, to be looked at under its lock alone.
pub(super) struct SharedCache {
    memory: *mut Memory,
    lock: Option<Lock>,
    startup_spread_ms: u32,
    output: *mut iotcred_credentials,
}

impl SharedCache {
    /// Errors: `NullArgument`; `Platform`, for half a lock.
    ///
    /// # Safety
    /// `cache` and `output` are each NULL, or valid for as long as the result is used.
    pub(super) unsafe fn new(cache: *mut iotcred_cache, output: *mut iotcred_credentials) -> Result<Self, Error> {
        const {
            assert!(size_of::<Memory>() <= size_of::<[u64; 640]>());
            assert!(align_of::<Memory>() <= align_of::<[u64; 640]>());
            // `iotcred_cache_wipe` clears the memory and drops nothing.
            assert!(!core::mem::needs_drop::<Cache>());
        }
        if cache.is_null() {
            return Err(null("`cache`"));
        }
        // SAFETY: not NULL, and the caller's promise. Only the members behind `opaque` are read, which nobody writes.
        let (context, lock, unlock) = unsafe { ((*cache).lock_context, (*cache).lock, (*cache).unlock) };
        let lock = match (lock, unlock) {
            (Some(lock), Some(unlock)) => Some(Lock { context, lock, unlock }),
            (None, None) => None,
            _ => {
                return Err(Error::new(
                    Status::Platform,
                    format_args!("`lock` and `unlock` go together"),
                ));
            }
        };
        Ok(Self {
            // SAFETY: not NULL, and the caller's promise.
            memory: unsafe { &raw mut (*cache).opaque }.cast(),
            lock,
            // SAFETY: the same.
            startup_spread_ms: unsafe { (*cache).startup_spread_ms },
            output,
        })
    }

    /// A call of the caller's by this clock.
    fn call<'a>(&self, clock: &'a dyn Clock, timeout_ms: u32, tries: u32) -> Call<'a> {
        Call {
            clock,
            random: &random,
            timeout_ms,
            tries,
            startup_spread_ms: self.startup_spread_ms,
        }
    }

    /// Runs `body` on what the cache holds, under its lock.
    pub(super) fn locked<T>(&self, body: impl FnOnce(Inner<'_>) -> T) -> T {
        let _held = match self.lock {
            Some(lock) => Held::Callers(lock.take()),
            None => Held::system(),
        };
        body(self.inner())
    }

    /// What the cache holds; makes it if it is empty.
    #[allow(clippy::mut_from_ref)]
    fn inner(&self) -> Inner<'_> {
        // SAFETY: `new` was given the promise that the memory is valid, it is large and aligned enough, and the lock is held by whoever calls this (without one
        // the header allows one thread at a time): nobody else looks. `cache` is written before `present` says so, and the vault is plain integers.
        unsafe {
            if (*self.memory).present != PRESENT {
                self.memory.write_bytes(0, 1);
                (*self.memory).cache.write(Cache::default());
                (*self.memory).present = PRESENT;
            }
            Inner {
                cache: (*self.memory).cache.assume_init_mut(),
                vault: &mut (*self.memory).vault,
            }
        }
    }
}

/// Whose lock is held.
enum Held {
    Callers(#[allow(dead_code)] Locked),
    #[cfg(feature = "std")]
    System(#[allow(dead_code)] std::sync::MutexGuard<'static, ()>),
    #[cfg(not(feature = "std"))]
    None,
}

/// The lock of all caches that bring none of their own: held for moments, so that one is enough for the process, needs no memory of the caller's, and leaves nothing to
/// free. What it guards is in the caller's memory.
#[cfg(feature = "std")]
static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());
#[cfg(feature = "std")]
static REFRESH_ENDED: std::sync::Condvar = std::sync::Condvar::new();

impl Held {
    #[cfg(feature = "std")]
    fn system() -> Self {
        Self::System(LOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    #[cfg(not(feature = "std"))]
    fn system() -> Self {
        Self::None
    }
}

impl Shared for SharedCache {
    fn with<T>(&self, body: impl FnOnce(&mut Cache, &mut dyn Store) -> T) -> T {
        self.locked(|inner| {
            body(
                inner.cache,
                &mut Place {
                    vault: inner.vault,
                    output: self.output,
                },
            )
        })
    }

    fn wait(&self, timeout_ms: u32, clock: &dyn Clock) -> bool {
        #[cfg(feature = "std")]
        if self.lock.is_none() {
            let _ = clock;
            let timeout = std::time::Duration::from_millis(u64::from(timeout_ms));
            let held = LOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            drop(REFRESH_ENDED.wait_timeout_while(held, timeout, |()| self.inner().cache.in_flight()));
            return true;
        }
        let end = Deadline::after(clock, timeout_ms);
        while let (true, Ok(left_ms)) = (self.with(|cache, _| cache.in_flight()), end.remaining_ms()) {
            if !clock.sleep(left_ms.min(LOOK_AGAIN_MS)) {
                return false;
            }
        }
        true
    }

    fn wake(&self) {
        #[cfg(feature = "std")]
        REFRESH_ENDED.notify_all();
    }
}
