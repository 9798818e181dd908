//! AWS credentials: the one word that fetching and signing share.
#![forbid(unsafe_code)]

use core::fmt;

/// Borrowed credentials, as a signature needs them.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// The access key id. Not secret: it stands in every signed request.
    pub access_key_id: &'a [u8],
    /// The secret access key.
    pub secret_access_key: &'a [u8],
    /// The session token; empty for long-term keys.
    pub session_token: &'a [u8],
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials { [redacted] }")
    }
}

#[cfg(feature = "client")]
pub use temporary::TemporaryCredentials;

#[cfg(feature = "client")]
mod temporary {
    use super::Credentials;
    use crate::secret::Secret;
    use crate::time::UnixTime;
    use alloc::string::String;

    /// Temporary credentials as the credentials provider handed them out, wiped when dropped.
    #[derive(Debug)]
    pub struct TemporaryCredentials {
        /// The access key id, 16 to 128 characters.
        pub access_key_id: String,
        /// The secret access key, at most 128 characters.
        pub secret_access_key: Secret<String>,
        /// The session token, at most 4096 characters.
        pub session_token: Secret<String>,
        /// When they cease to be valid.
        pub expiration: UnixTime,
        /// The response's `Date`, by which the lifetime is `expiration - server_time` whatever the device's clock says.
        pub server_time: Option<UnixTime>,
    }

    impl TemporaryCredentials {
        /// The credentials for a signature.
        pub fn view(&self) -> Credentials<'_> {
            Credentials {
                access_key_id: self.access_key_id.as_bytes(),
                secret_access_key: self.secret_access_key.expose().as_bytes(),
                session_token: self.session_token.expose().as_bytes(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;

    #[test]
    fn debug_shows_nothing() {
        let credentials = Credentials {
            access_key_id: b"AKIDEXAMPLE",
            secret_access_key: b"secret",
            session_token: b"token",
        };
        assert_eq!(std::format!("{credentials:?}"), "Credentials { [redacted] }");
    }
}
