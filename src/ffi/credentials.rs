//! `iotcred_credentials`: temporary credentials in the caller's memory.

use super::guard::guard;
use super::status::iotcred_status;
use super::types::{sigv4_credentials, sigv4_str};
use core::ffi::c_char;

/// Temporary credentials. The struct is the caller's and takes 4.4 KB: static memory on a small target. It holds secrets: end with
/// `iotcred_credentials_wipe`. Every text ends in NUL.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct iotcred_credentials {
    /// The access key id, 16 to 128 characters. Not secret.
    pub access_key_id: [c_char; 129],
    /// The secret access key, at most 128 characters.
    pub secret_access_key: [c_char; 129],
    /// The session token, at most 4096 characters.
    pub session_token: [c_char; 4097],
    /// When they cease to be valid, as "2026-01-17T15:00:00Z".
    pub expiration_text: [c_char; 21],
    /// The same in Unix seconds.
    pub expiration: i64,
    /// The date that the server's response carried, in Unix seconds; 0 if it carried none. `expiration - server_time` is the lifetime, whatever the
    /// device's clock says.
    pub server_time: i64,
}

/// Shows credentials to the signer.
///
/// `credentials`: in; NULL gives empty text throughout, which no signer accepts.
/// Ownership: the result borrows from `*credentials` and is valid until that is written or wiped.
/// Threads: any, while nobody writes `*credentials`.
/// Example: `sigv4_credentials keys = iotcred_credentials_view(&credentials);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_credentials_view(credentials: *const iotcred_credentials) -> sigv4_credentials {
    loop {}
}

/// Wipes credentials: every byte is 0 afterwards.
///
/// `credentials`: in and out; NULL is allowed and does nothing.
/// Threads: one at a time for one struct.
/// Example: `iotcred_credentials_wipe(&credentials);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_credentials_wipe(credentials: *mut iotcred_credentials) {}
