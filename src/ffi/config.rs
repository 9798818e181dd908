//! `iotcred_config`, `iotcred_platform`: what a caller tells the library about its device.

use super::signer::iotcred_signer;
use super::types::iotcred_bytes;
use crate::net::Timings;
use core::ffi::{c_char, c_void};

/// What a device supplies in place of an operating system. All members are optional where there is one (the std size): the four of the
/// transport are given together or not at all, and so are the two clocks. Without one (the client size) all of them are needed.
///
/// Every function gets `context`. The library calls them from the thread that called it, never after its call has returned.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct iotcred_platform {
    /// Passed to every function below; may be NULL. One context carries one connection: concurrent calls need one each.
    pub context: *mut c_void,
    /// Opens a TCP connection to `host` (a name or an IP address) within `timeout_ms` milliseconds. Returns 0, or `IOTCRED_ERR_DNS`,
    /// `IOTCRED_ERR_DNS_DEADLINE`, `IOTCRED_ERR_NO_ROUTE`, `IOTCRED_ERR_CONNECTION_REFUSED`, `IOTCRED_ERR_CONNECTION_RESET`, `IOTCRED_ERR_CONNECT` or
    /// `IOTCRED_ERR_DEADLINE`; any other number counts as `IOTCRED_ERR_CONNECT`.
    pub connect:
        Option<unsafe extern "C" fn(context: *mut c_void, host: *const c_char, port: u16, timeout_ms: u32) -> i32>,
    /// Sends at most `len` bytes of `data`. Returns how many, 0 if none could be sent within `timeout_ms`, or a negative number if the connection
    /// is broken: `-IOTCRED_ERR_CONNECTION_RESET` if it was reset.
    pub send: Option<unsafe extern "C" fn(context: *mut c_void, data: *const u8, len: usize, timeout_ms: u32) -> i32>,
    /// Receives at most `size` bytes into `buffer`. Returns how many as soon as there are any, 0 if none came within `timeout_ms` (0: take only
    /// what is there), or a negative number if the connection is closed or broken: `-IOTCRED_ERR_CONNECTION_RESET` if it was reset.
    pub recv: Option<unsafe extern "C" fn(context: *mut c_void, buffer: *mut u8, size: usize, timeout_ms: u32) -> i32>,
    /// Closes the connection. Called once after every `connect`, also after one that failed.
    pub close: Option<unsafe extern "C" fn(context: *mut c_void)>,
    /// The date in Unix seconds, for certificates and signatures; 0 if it is not known.
    pub unix_time: Option<unsafe extern "C" fn(context: *mut c_void) -> i64>,
    /// Milliseconds from an arbitrary start. It never goes back, and it counts the device's sleep: credentials expire meanwhile. The start is the same for
    /// every call with one `iotcred_cache`.
    pub monotonic_ms: Option<unsafe extern "C" fn(context: *mut c_void) -> u64>,
    /// Waits for `ms` milliseconds; goes with the clocks. NULL: the library never waits, and so makes one try in a fetch.
    pub sleep: Option<unsafe extern "C" fn(context: *mut c_void, ms: u32)>,
    /// Takes a line for people, which ends in NUL and is gone after the call: what the library does with the transport, and the outcome. Sizes, names and numbers,
    /// but nothing that was sent or received, and no secret. May be given alone. NULL: no log.
    pub log: Option<unsafe extern "C" fn(context: *mut c_void, line: *const c_char)>,
}

/// How long each phase of a fetch took, in milliseconds, and how far it came: the phases that were not reached are 0. Of several tries the last one's.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types)]
pub struct iotcred_timings {
    /// Looking the name up. 0 with a transport of the device's own, where `connect_ms` has it.
    pub resolve_ms: u32,
    /// Opening the connection.
    pub connect_ms: u32,
    /// The TLS handshake.
    pub handshake_ms: u32,
    /// Sending the request.
    pub send_ms: u32,
    /// Waiting for the response, and receiving it.
    pub receive_ms: u32,
    /// The whole call, with all tries and the pauses between them.
    pub total_ms: u32,
    /// How many tries there were; 0: none, the configuration has a mistake.
    pub tries: u32,
}

/// How to get credentials. All-zero members mean the defaults; the first five are what only the user can know. Everything is borrowed for
/// the call, and nothing is kept.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct iotcred_config {
    /// Host name of the credentials provider, as `aws iot describe-endpoint --endpoint-type iot:CredentialProvider` prints it: no
    /// scheme, path or port. At most 253 characters.
    pub endpoint: *const c_char,
    /// Name (not ARN) of the role alias: 1 to 128 of `A-Z a-z 0-9 _ = , @ -`.
    pub role_alias: *const c_char,
    /// Name of the thing, 1 to 128 of `A-Z a-z 0-9 : _ -`. NULL: the header is not sent; policies that use thing variables need it.
    pub thing_name: *const c_char,
    /// The device's certificate: a PEM chain, leaf first, or one certificate in DER. At most 512 KiB.
    pub certificate: iotcred_bytes,
    /// Its private key, in PEM or DER, as PKCS#8, PKCS#1 or SEC1, not encrypted: RSA of 2048 to 4096 bits, P-256 or P-384. Empty with a `signer`.
    pub private_key: iotcred_bytes,
    /// CA certificates in PEM, or one in DER, that the server's chain must end in. Empty: Amazon's and Starfield's roots.
    pub ca: iotcred_bytes,
    /// Where to connect in place of `endpoint`, an IP address or another name; the certificate must still be `endpoint`'s. NULL: `endpoint`.
    pub address: *const c_char,
    /// TCP port. 0: 443.
    pub port: u16,
    /// Deadline of the whole call in milliseconds, from the first DNS packet to the last byte. 0: 15 000.
    pub timeout_ms: u32,
    /// The device's transport and clocks. NULL: the operating system's.
    pub platform: *const iotcred_platform,
    /// Tries within the deadline, the first included; only what another try can mend is tried again (`retryable` in `iotcred_error`), after a random pause that grows,
    /// and no sooner than the server asked. 0: 3. 1: no second try.
    pub tries: u32,
    /// Where to write how long each phase of the call took; NULL: nowhere. An output, written whether the fetch succeeds or fails (`iotcred_cache_get` writes it
    /// when it refreshes): one for each thread.
    pub timings: *mut iotcred_timings,
    /// The device's private key where it cannot be had as bytes: a secure element, a TPM, a PKCS#11 token. NULL: `private_key`.
    pub signer: *const iotcred_signer,
    /// For a device without a clock: a date that has certainly passed, in Unix seconds from 2015 to 9999, such as its firmware's, or `IOTCRED_CLOCK_FLOOR_RELEASE`. Where
    /// `unix_time` says nothing, or an earlier date, a server's certificate is then accepted unless it had expired by the floor: weaker than with a clock, since one that expired
    /// later passes too. What the server says of the time comes into the cache, and `iotcred_cache_time` gives it. 0: none; certificates need a clock.
    pub clock_floor: i64,
}

/// `clock_floor`: the date of this release of the library. It stands in the source, not in the build, so that builds are reproducible.
pub const IOTCRED_CLOCK_FLOOR_RELEASE: i64 = 1;

const _: () = assert!(
    size_of::<iotcred_timings>() == size_of::<Timings>() && align_of::<iotcred_timings>() == align_of::<Timings>()
);
