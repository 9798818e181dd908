//! `iotcred_cache_seal`, `iotcred_cache_restore`: a cache through deep sleep, for C.

use super::args::bytes_mut;
use super::cache::{SharedCache, iotcred_cache, null};
use super::config::iotcred_config;
use super::credentials::iotcred_credentials_view;
use super::guard::guard;
use super::platform::with_platform;
use super::port::Turn;
use super::status::iotcred_status;
use super::types::iotcred_bytes;
use crate::cache::Shared;
use crate::cache::seal::{Draft, Opened, SEALED_MAX};
use crate::crypto::sealing;
use crate::error::{Error, Status};
use crate::time::UnixTime;

/// Bytes of the key that a cache is sealed under.
pub const IOTCRED_SEAL_KEY_SIZE: usize = 32;

/// Bytes of a sealed cache, at most: with the longest token that `iotcred_credentials` holds. With AWS's usual tokens it has about 1100.
pub const IOTCRED_CACHE_SEALED_SIZE: usize = 4448;

const _: () = assert!(IOTCRED_SEAL_KEY_SIZE == sealing::KEY && IOTCRED_CACHE_SEALED_SIZE == SEALED_MAX);

/// Seals what a cache holds into the caller's memory, for a deep sleep from which the device starts anew: retained RAM or flash. It is encrypted and authenticated
/// (ChaCha20-Poly1305) under the caller's key. The cache stays as it is: wipe it before the memory is left.
///
/// `cache`: in.
/// `config`: in. As for `iotcred_cache_get`; only its `platform` is looked at.
/// `key`: in. `IOTCRED_SEAL_KEY_SIZE` random bytes that stay on this device, such as from its secure storage. Who has the key and the seal has the credentials.
/// `buffer`: out. The sealed cache; `IOTCRED_CACHE_SEALED_SIZE` bytes are always enough. Untouched on failure. NULL with `size` 0 asks how many are needed.
/// `size`: in. Size of `buffer` in bytes.
/// `sealed_len`: out. How many bytes were written; with `IOTCRED_ERR_BUFFER_TOO_SMALL` how many are needed.
///
/// Ownership: nothing is kept. Takes `IOTCRED_CACHE_SEALED_SIZE` bytes of heap for the call, and wipes them.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_BUFFER_TOO_SMALL`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_NOT_INITIALISED`; `IOTCRED_ERR_PLATFORM`, also when the random
/// source fails; `IOTCRED_ERR_CACHE_EMPTY`; `IOTCRED_ERR_TIME_REQUIRED` or `IOTCRED_ERR_CLOCK_UNSET` as long as `iotcred_cache_time` has no time.
/// Threads: as for `iotcred_cache_get`.
/// Example: `iotcred_cache_seal(&cache, &config, key, retained, sizeof retained, &retained_len);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_cache_seal(
    cache: *mut iotcred_cache,
    config: *const iotcred_config,
    key: *const u8,
    buffer: *mut u8,
    size: usize,
    sealed_len: *mut usize,
) -> iotcred_status {
    // SAFETY: the header's "Pointers" and "Outputs": each is NULL or valid for the call, the key for its size, and outputs are nobody else's meanwhile. No reference
    // to the caller's structs is held while callbacks run.
    unsafe {
        plain(|| {
            if config.is_null() || key.is_null() || sealed_len.is_null() {
                return Err(null("`config`, `key` or `sealed_len`"));
            }
            let shared = SharedCache::new(cache, core::ptr::null_mut())?;
            let (wall, now) = with_platform((*config).platform, |_, clock| {
                Ok((clock.unix_time(), clock.monotonic_ms()))
            })?;
            let mut draft = Draft::new();
            shared.locked(|inner| {
                let credentials = iotcred_credentials_view(inner.vault).get()?;
                let server_time = (inner.vault.server_time != 0).then_some(UnixTime(inner.vault.server_time));
                let dates = (UnixTime(inner.vault.expiration), server_time);
                draft.take(inner.cache, &credentials, dates, wall, now)
            })?;
            let needed = draft.sealed_len();
            if size < needed {
                *sealed_len = needed;
                return Err(Status::BufferTooSmall.into());
            }
            let place = bytes_mut(buffer, size, Status::NullArgument)?;
            let sealed = draft.seal(&*key.cast())?;
            place
                .iter_mut()
                .zip(sealed.iter())
                .for_each(|(place, byte)| *place = *byte);
            *sealed_len = needed;
            Ok(())
        })
    }
}

/// Puts a sealed cache back, so that a device which wakes needs no request. A monotonic clock has no memory of the sleep: the credentials live until their end by the wall
/// clock, corrected as it was when they were sealed; a wall clock that is unset, or earlier than the seal, discards them. Do it before the first `iotcred_cache_get`, and after
/// the clock was set. Whatever it returns, the cache can be used: on failure it is as it was.
///
/// `cache`: in and out. What it holds is replaced.
/// `config`: in. As for `iotcred_cache_get`, and the same as for the seal; only its `platform` is looked at.
/// `key`: in. `IOTCRED_SEAL_KEY_SIZE` bytes, as for the seal.
/// `sealed`: in. All the bytes that `iotcred_cache_seal` wrote, and no others.
///
/// Ownership: nothing is kept. Takes up to twice `IOTCRED_CACHE_SEALED_SIZE` bytes of heap for the call, and wipes them.
/// Returns `IOTCRED_OK`; `IOTCRED_ERR_NULL_ARGUMENT`; `IOTCRED_ERR_NOT_INITIALISED`; `IOTCRED_ERR_PLATFORM`; `IOTCRED_ERR_SEAL_INVALID`; `IOTCRED_ERR_TIME_REQUIRED`,
/// `IOTCRED_ERR_CLOCK_UNSET`, `IOTCRED_ERR_SEAL_CLOCK`; `IOTCRED_ERR_SEAL_EXPIRED`.
/// Threads: as for `iotcred_cache_get`.
/// Example: `iotcred_cache_restore(&cache, &config, key, (iotcred_bytes){ retained, retained_len });`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_cache_restore(
    cache: *mut iotcred_cache,
    config: *const iotcred_config,
    key: *const u8,
    sealed: iotcred_bytes,
) -> iotcred_status {
    // SAFETY: as for `iotcred_cache_seal`.
    unsafe {
        plain(|| {
            if config.is_null() || key.is_null() {
                return Err(null("`config` or `key`"));
            }
            let shared = SharedCache::new(cache, core::ptr::null_mut())?;
            let opened = Opened::new(sealed.get(Status::NullArgument)?, &*key.cast())?;
            let (wall, now) = with_platform((*config).platform, |_, clock| {
                Ok((clock.unix_time(), clock.monotonic_ms()))
            })?;
            shared.with(|cache, store| opened.restore(cache, store, wall, now))
        })
    }
}

/// The guard for a function that reports a status alone.
fn plain(body: impl FnOnce() -> Result<(), Error>) -> iotcred_status {
    guard(|| {
        let _turn = Turn::take()?;
        body().map_err(|error| error.status)
    })
}
