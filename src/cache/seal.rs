//! A cache for deep sleep: sealed under the caller's key, and opened again by who has that key, a clock, and every byte.
//!
//! ```text
//! name and version (8) | nonce (12) | ChaCha20-Poly1305 over: moments (56), lengths (4), access key id, secret, token | tag (16)
//! ```
//!
//! The first 8 bytes are authenticated too. The nonce is random, and 2^32 seals under one key are safe (NIST SP 800-38D section 8.3 has the bound for 96 bits). Deep
//! sleep resets a monotonic clock, so what is sealed are dates: an opened cache lives until its end by the wall clock, corrected as it was when it was
//! sealed. The pause after a failed refresh is not kept.
#![forbid(unsafe_code)]

use super::policy::Remaining;
use super::{Cache, Store};
use crate::credentials::{Credentials, TemporaryCredentials};
use crate::crypto::sealing;
use crate::error::{Error, Status};
use crate::limits::{ACCESS_KEY_ID_MAX, CREDENTIALS_LIFETIME_MAX_S, SECRET_ACCESS_KEY_MAX, SESSION_TOKEN_MAX};
use crate::secret::Secret;
use crate::time::{Sighting, UnixTime, believable};
use alloc::string::String;
use alloc::vec::Vec;
use zeroize::Zeroizing;

/// Another layout gets another last byte.
const NAME: &[u8; 8] = b"iotcred\x01";
const TEXT_AT: usize = NAME.len() + sealing::NONCE;
const MOMENTS: usize = 7 * 8;
const LENGTHS: usize = 1 + 1 + 2;

/// Bytes of a sealed cache, at most.
pub const SEALED_MAX: usize = size_for(ACCESS_KEY_ID_MAX + SECRET_ACCESS_KEY_MAX + SESSION_TOKEN_MAX);

const fn size_for(characters: usize) -> usize {
    TEXT_AT + MOMENTS + LENGTHS + characters + sealing::TAG
}

/// What is sealed beside the credentials' texts. Dates are Unix seconds.
struct Moments {
    /// When it was sealed, by the corrected clock.
    sealed: i64,
    /// What corrects the wall clock.
    skew_s: i64,
    /// When the credentials cease to be valid, by the corrected clock: as the cache measures it, and not as the document says.
    end: i64,
    expiration: i64,
    server_time: i64,
    remaining: Remaining,
}

/// A cache on its way to be sealed: everything in the clear, in memory that is wiped.
pub struct Draft(Zeroizing<Vec<u8>>);

impl Draft {
    /// An empty one. It has all its memory from the start: under a cache's lock nothing is allocated, and growing leaves no copy.
    pub fn new() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(SEALED_MAX)))
    }

    /// Takes what the cache holds. Errors: `CacheEmpty` where nothing is valid, `TimeRequired` and `ClockUnset` where no clock tells the date.
    pub fn take(
        &mut self,
        cache: &Cache,
        credentials: &Credentials<'_>,
        dates: (UnixTime, Option<UnixTime>),
        wall: Option<UnixTime>,
        now: u64,
    ) -> Result<(), Status> {
        let remaining = cache.policy.remaining(now).ok_or(Status::CacheEmpty)?;
        let sealed = believable(cache.time(wall, now).ok_or(Status::TimeRequired)?)?.0;
        // A wall clock that was never set tells no skew. It will have been set, or not be believed, when the cache is opened.
        let wall = wall.and_then(|wall| believable(wall).ok());
        let left_s = i64::try_from(cache.policy.valid_ms(now) / 1000).unwrap_or(0);
        let moments = Moments {
            sealed,
            skew_s: wall.map_or(0, |wall| sealed.saturating_sub(wall.0)),
            end: sealed.saturating_add(left_s),
            expiration: dates.0.0,
            server_time: dates.1.map_or(0, |time| time.0),
            remaining,
        };
        self.write(&moments, credentials).ok_or(Status::CredentialTooLong)
    }

    fn write(&mut self, moments: &Moments, credentials: &Credentials<'_>) -> Option<()> {
        let texts = [
            credentials.access_key_id,
            credentials.secret_access_key,
            credentials.session_token,
        ];
        let size = size_for(texts.iter().map(|text| text.len()).sum());
        let [id, secret, token] = texts.map(<[u8]>::len);
        let lengths = (u8::try_from(id), u8::try_from(secret), u16::try_from(token));
        let (Ok(id), Ok(secret), Ok(token)) = lengths else {
            return None;
        };
        if size > SEALED_MAX {
            return None;
        }
        let Moments { remaining, .. } = moments;
        let numbers = [
            moments.sealed,
            moments.skew_s,
            moments.end,
            moments.expiration,
            moments.server_time,
            i64::try_from(remaining.refresh_ms).ok()?,
            i64::try_from(remaining.mandatory_ms).ok()?,
        ];
        let text = &mut *self.0;
        text.clear();
        text.extend_from_slice(NAME);
        text.extend_from_slice(&[0; sealing::NONCE]);
        numbers
            .iter()
            .for_each(|number| text.extend_from_slice(&number.to_le_bytes()));
        text.extend_from_slice(&[id, secret]);
        text.extend_from_slice(&token.to_le_bytes());
        texts.iter().for_each(|bytes| text.extend_from_slice(bytes));
        Some(())
    }

    /// Bytes that it has once it is sealed.
    pub fn sealed_len(&self) -> usize {
        self.0.len() + sealing::TAG
    }

    /// Seals it. Errors: `Platform` where the random source fails.
    pub fn seal(mut self, key: &[u8; sealing::KEY]) -> Result<Zeroizing<Vec<u8>>, Status> {
        let nonce = sealing::nonce().ok_or(Status::Platform)?;
        let (head, text) = self.0.split_at_mut_checked(TEXT_AT).ok_or(Status::Internal)?;
        let (name, place) = head.split_at_mut_checked(NAME.len()).ok_or(Status::Internal)?;
        place.copy_from_slice(&nonce);
        let tag = sealing::seal(key, &nonce, name, text).ok_or(Status::Internal)?;
        self.0.extend_from_slice(&tag);
        Ok(self.0)
    }
}

impl Default for Draft {
    fn default() -> Self {
        Self::new()
    }
}

/// A cache that was opened, and may be old.
pub struct Opened {
    moments: Moments,
    credentials: TemporaryCredentials,
}

impl Opened {
    /// Opens what was sealed. Errors: `SealInvalid` for anything else.
    pub fn new(sealed: &[u8], key: &[u8; sealing::KEY]) -> Result<Self, Status> {
        if sealed.len() > SEALED_MAX {
            return Err(Status::SealInvalid);
        }
        let mut copy = Zeroizing::new(sealed.to_vec());
        Self::open(&mut copy, key).ok_or(Status::SealInvalid)
    }

    fn open(sealed: &mut [u8], key: &[u8; sealing::KEY]) -> Option<Self> {
        let (head, text) = sealed.split_at_mut_checked(TEXT_AT)?;
        let (name, nonce) = head.split_at_checked(NAME.len())?;
        if name != NAME {
            return None;
        }
        let text = sealing::open(key, nonce.try_into().ok()?, name, text)?;
        Self::read(text)
    }

    /// Reads what was written, and nothing shorter or longer.
    fn read(text: &[u8]) -> Option<Self> {
        let mut rest = text;
        let mut take = |count: usize| {
            let (taken, left) = rest.split_at_checked(count)?;
            rest = left;
            Some(taken)
        };
        let mut numbers = [0; MOMENTS / 8];
        for number in &mut numbers {
            *number = i64::from_le_bytes(take(8)?.try_into().ok()?);
        }
        let &[id, secret, low, high] = take(LENGTHS)? else {
            return None;
        };
        let mut string = |count: usize| String::from_utf8(take(count)?.to_vec()).ok();
        let access_key_id = string(usize::from(id))?;
        let secret_access_key = Secret::new(string(usize::from(secret))?);
        let session_token = Secret::new(string(usize::from(u16::from_le_bytes([low, high])))?);
        if !rest.is_empty() {
            return None;
        }
        let [sealed, skew_s, end, expiration, server_time, refresh_ms, mandatory_ms] = numbers;
        Some(Self {
            moments: Moments {
                sealed,
                skew_s,
                end,
                expiration,
                server_time,
                remaining: Remaining {
                    refresh_ms: u64::try_from(refresh_ms).ok()?,
                    mandatory_ms: u64::try_from(mandatory_ms).ok()?,
                },
            },
            credentials: TemporaryCredentials {
                access_key_id,
                secret_access_key,
                session_token,
                expiration: UnixTime(expiration),
                server_time: (server_time != 0).then_some(UnixTime(server_time)),
            },
        })
    }

    /// Puts it into `cache`, in place of what it holds. Errors, which leave the cache as it was: `TimeRequired` and `ClockUnset` where there is no date, `SealClock` where it is
    /// before the seal's, `SealExpired`.
    pub fn restore(
        &self,
        cache: &mut Cache,
        store: &mut dyn Store,
        wall: Option<UnixTime>,
        now: u64,
    ) -> Result<(), Error> {
        let Moments {
            sealed,
            skew_s,
            end,
            remaining,
            ..
        } = &self.moments;
        let wall = believable(wall.ok_or(Status::TimeRequired)?)?;
        let date = wall.0.saturating_add(*skew_s);
        if date < *sealed {
            return Err(Status::SealClock.into());
        }
        let left_s = u64::try_from(end.saturating_sub(date)).unwrap_or(0);
        if !(1..=CREDENTIALS_LIFETIME_MAX_S).contains(&left_s) {
            return Err(Status::SealExpired.into());
        }
        store.keep(&self.credentials)?;
        cache.policy.resume(now, left_s.saturating_mul(1000), *remaining);
        cache.failure = None;
        if *skew_s != 0 {
            cache.clock.set(&Sighting {
                date: Some(UnixTime(date)),
                is_aged: false,
                sent_ms: now,
                received_ms: now,
            });
        }
        Ok(())
    }
}
