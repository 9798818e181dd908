//! `iotcred_credentials`: temporary credentials in the caller's memory.

use super::types::{sigv4_credentials, sigv4_str};
use crate::credentials::TemporaryCredentials;
use crate::error::Status;
use core::ffi::c_char;
use zeroize::Zeroize;

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
    let empty = sigv4_str {
        ptr: core::ptr::null(),
        len: 0,
    };
    // SAFETY: the header's "Pointers": NULL or valid.
    match unsafe { credentials.as_ref() } {
        None => sigv4_credentials {
            access_key_id: empty,
            secret_access_key: empty,
            session_token: empty,
        },
        Some(credentials) => sigv4_credentials {
            access_key_id: view(&credentials.access_key_id),
            secret_access_key: view(&credentials.secret_access_key),
            session_token: view(&credentials.session_token),
        },
    }
}

/// The text up to its NUL; all of it where there is none.
fn view(text: &[c_char]) -> sigv4_str {
    let len = text.iter().position(|character| *character == 0).unwrap_or(text.len());
    sigv4_str {
        ptr: text.as_ptr(),
        len,
    }
}

/// Wipes credentials: every byte is 0 afterwards.
///
/// `credentials`: in and out; NULL is allowed and does nothing.
/// Threads: one at a time for one struct.
/// Example: `iotcred_credentials_wipe(&credentials);`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iotcred_credentials_wipe(credentials: *mut iotcred_credentials) {
    if !credentials.is_null() {
        // SAFETY: not NULL, and valid and nobody else's meanwhile as the header's "Pointers" and "Outputs" say. Its bytes may all be overwritten, the
        // padding too: the struct has no bit pattern that is not valid.
        unsafe { core::slice::from_raw_parts_mut(credentials.cast::<u8>(), size_of::<iotcred_credentials>()) }
            .zeroize();
    }
}

impl iotcred_credentials {
    /// Writes credentials, each member to its end. Errors: `CredentialTooLong`, before anything is written.
    pub(super) fn set(&mut self, credentials: &TemporaryCredentials) -> Result<(), Status> {
        let view = credentials.view();
        let expiration = credentials.expiration.to_rfc3339().ok_or(Status::Document)?;
        let fit = [
            view.access_key_id.len() < self.access_key_id.len(),
            view.secret_access_key.len() < self.secret_access_key.len(),
            view.session_token.len() < self.session_token.len(),
        ];
        if fit.contains(&false) {
            return Err(Status::CredentialTooLong);
        }
        put(&mut self.access_key_id, view.access_key_id);
        put(&mut self.secret_access_key, view.secret_access_key);
        put(&mut self.session_token, view.session_token);
        put(&mut self.expiration_text, &expiration);
        self.expiration = credentials.expiration.0;
        self.server_time = credentials.server_time.map_or(0, |time| time.0);
        Ok(())
    }
}

/// Writes text and fills what is left with NULs; what does not fit is left out.
pub(super) fn put(field: &mut [c_char], text: &[u8]) {
    let padded = text.iter().copied().chain(core::iter::repeat(0));
    field
        .iter_mut()
        .zip(padded)
        .for_each(|(character, byte)| *character = byte as c_char);
    if let Some(last) = field.last_mut() {
        *last = 0;
    }
}
