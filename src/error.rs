//! What can go wrong: one list of statuses for the whole library, and what an error carries beside its status.
#![forbid(unsafe_code)]

/// The outcome of a call, other than success: its value is its number in the C ABI, where its remedy stands (`ffi/status.rs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    /// An output buffer is too small; the length field says what is needed.
    BufferTooSmall = 1,
    /// A pointer that is needed is NULL, or NULL with a length other than 0.
    NullArgument = 2,
    /// `iotcred_init` was not called, or with a port that lacks a member.
    NotInitialised = 3,
    /// The wall clock is before 2015: it was never set.
    ClockUnset = 4,
    /// A time is needed and there is no clock to ask.
    TimeRequired = 5,
    /// A time after the year 9999.
    TimeOutOfRange = 6,

    /// Configuration: the endpoint is no host name.
    Endpoint = 1001,
    /// Configuration: the role alias.
    RoleAlias = 1002,
    /// Configuration: the thing name.
    ThingName = 1003,
    /// Configuration: the certificate chain cannot be read.
    Certificate = 1004,
    /// Configuration: the private key cannot be read.
    PrivateKey = 1005,
    /// Configuration: the private key is of a kind that cannot be used.
    KeyUnsupported = 1006,
    /// Configuration: the private key is not the certificate's.
    KeyMismatch = 1007,
    /// Configuration: the CA certificates cannot be read.
    Ca = 1008,
    /// Configuration: the address to connect to is no IP address or host name.
    Address = 1009,
    /// Configuration: a callback that is needed is NULL.
    Platform = 1010,

    /// Request: the method is no token.
    Method = 2001,
    /// Request: the path.
    Path = 2002,
    /// Request: the query.
    Query = 2003,
    /// Request: a header's name or value.
    Header = 2004,
    /// Request: there is no `host` header.
    HostMissing = 2005,
    /// Request: a header that the signer writes is there with another value.
    HeaderConflict = 2006,
    /// Request: the payload.
    Payload = 2007,
    /// Request: the region.
    Region = 2008,
    /// Request: the service.
    Service = 2009,
    /// Request: the access key id.
    AccessKeyId = 2010,
    /// Request: the secret access key.
    SecretAccessKey = 2011,
    /// Request: the session token.
    SessionToken = 2012,
    /// Request: a flag that does not exist, or two that exclude each other.
    Flags = 2013,
    /// The hash that the caller supplied failed.
    HashFailed = 2014,
    /// The caller's body source failed, or gave more or less than it announced.
    BodySource = 2015,
    /// The caller's body sink refused the data.
    BodySink = 2016,
    /// Request: a presigned URL is to be valid for no time, or for more than seven days.
    Expires = 2017,
    /// Streamed upload: a header that announces it is missing, or does not fit the payload's kind.
    ChunkHeaders = 2030,
    /// Streamed upload: there is none under way.
    ChunkOrder = 2031,
    /// Streamed upload: a chunk that is too small and not the last.
    ChunkTooSmall = 2032,
    /// Streamed upload: a chunk that is larger than what is left.
    ChunkTooLarge = 2033,
    /// Streamed upload: the end before all bytes were given, or a total that cannot be sent.
    ChunkTotal = 2034,
    /// Streamed upload: the trailer's value.
    Trailer = 2035,

    /// Cache: the first request after the start waits for its moment.
    CacheStarting = 2050,
    /// Cache: nothing is valid that could be sealed.
    CacheEmpty = 2051,
    /// Sealed cache: cut, changed, of another key or of another version.
    SealInvalid = 2052,
    /// Sealed cache: the clock is earlier than the seal.
    SealClock = 2053,
    /// Sealed cache: the credentials have expired since.
    SealExpired = 2054,

    /// The name could not be resolved.
    Dns = 3001,
    /// The resolver had not answered when the deadline passed.
    DnsDeadline = 3002,
    /// No address accepted a connection.
    Connect = 3003,
    /// The connection broke.
    ConnectionLost = 3004,
    /// The deadline passed.
    Deadline = 3005,

    /// The handshake failed for a reason that has no status of its own.
    Tls = 4001,
    /// The server's certificate comes from no root that is trusted.
    ServerUntrusted = 4002,
    /// The server's certificate has expired.
    ServerExpired = 4003,
    /// The server's certificate is not valid yet, by the device's clock.
    ServerNotYetValid = 4004,
    /// The server's certificate is for another name.
    ServerName = 4005,
    /// The server's certificate is wrong in another way.
    ServerCertificate = 4006,
    /// The server refused the device's certificate, or missed it.
    ClientRefused = 4007,
    /// There is no version or suite that both sides speak.
    TlsNoCommon = 4008,

    /// The response is not well-formed HTTP/1.1.
    ResponseMalformed = 5001,
    /// The response is longer than a limit.
    ResponseTooLarge = 5002,
    /// The credentials document is not what AWS documents.
    Document = 5003,
    /// A credential is longer than the caller's struct can hold.
    CredentialTooLong = 5004,

    /// HTTP 403, and no more specific status.
    Refused = 5010,
    /// HTTP 404, and no more specific status.
    NotFound = 5011,
    /// Another HTTP 4xx.
    BadRequest = 5012,
    /// HTTP 429, or a throttling error.
    Throttled = 5013,
    /// HTTP 5xx.
    ServerFault = 5014,
    /// HTTP 3xx: the resource is elsewhere.
    Redirect = 5015,
    /// HTTP 304: the answer to a conditional request.
    NotModified = 5016,
    /// The thing is not attached to this certificate.
    ThingNotAttached = 5020,
    /// The certificate's IoT policy does not allow the role alias.
    RoleAliasForbidden = 5021,
    /// The certificate is not registered or not active here.
    CertificateNotActive = 5022,
    /// The role alias does not exist here.
    RoleAliasUnknown = 5023,
    /// The role cannot be assumed.
    RoleNotAssumable = 5024,
    /// The role alias asks for a longer duration than the role allows.
    DurationTooLong = 5025,
    /// The endpoint is the data endpoint, not the credentials endpoint.
    DataEndpoint = 5026,
    /// The endpoint did not know the path: it is no credentials endpoint.
    WrongEndpoint = 5027,

    /// A defect of this library.
    Internal = 9001,
}

#[cfg(feature = "client")]
impl Status {
    /// Whether the same call may succeed later, with nothing changed.
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::Dns
                | Self::DnsDeadline
                | Self::Connect
                | Self::ConnectionLost
                | Self::Deadline
                | Self::ResponseMalformed
                | Self::ResponseTooLarge
                | Self::Document
                | Self::CacheStarting
                | Self::Throttled
                | Self::ServerFault
        )
    }

    /// Whether the device's clock is to blame: setting it mends the call.
    pub const fn is_of_clock(self) -> bool {
        matches!(
            self,
            Self::ClockUnset | Self::TimeRequired | Self::SealClock | Self::ServerExpired | Self::ServerNotYetValid
        )
    }
}

#[cfg(feature = "client")]
pub use client::{Error, Text, printable};

#[cfg(feature = "client")]
mod client {
    use super::Status;
    use crate::limits::{MESSAGE_MAX, REQUEST_ID_MAX};
    use core::fmt::{self, Write};

    /// Text that is cut, at a character's end, where it is full.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Text<const N: usize>(heapless::String<N>);

    impl<const N: usize> Text<N> {
        /// The text.
        pub fn as_str(&self) -> &str {
            self.0.as_str()
        }
    }

    impl<const N: usize> Write for Text<N> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            for character in text.chars() {
                if self.0.push(character).is_err() {
                    break;
                }
            }
            Ok(())
        }
    }

    /// Copies what a server said: control characters become spaces, what is not UTF-8 a question mark, and what does not fit is cut.
    pub fn printable<const N: usize>(bytes: &[u8]) -> Text<N> {
        let mut text = Text::default();
        for chunk in bytes.utf8_chunks() {
            for character in chunk.valid().chars() {
                let shown = if character.is_control() { ' ' } else { character };
                let _ = text.write_char(shown);
            }
            if !chunk.invalid().is_empty() {
                let _ = text.write_char('?');
            }
        }
        text
    }

    /// What a call over the network says when it fails.
    #[derive(Clone, Debug)]
    pub struct Error {
        /// What went wrong.
        pub status: Status,
        /// The status of the HTTP response; 0 when there was none.
        pub http_status: u16,
        /// The TLS alert that the server sent; 0 when there was none (0 itself is `close_notify`, which is no failure).
        pub tls_alert: u8,
        /// How long the server asked to wait, in milliseconds; 0 when it did not.
        pub retry_after_ms: u32,
        /// The request id, to quote to AWS.
        pub request_id: Text<REQUEST_ID_MAX>,
        /// The server's words or ours, printable; never a secret.
        pub message: Text<MESSAGE_MAX>,
    }

    impl Error {
        /// An error with a message of ours: `Error::new(status, format_args!("..."))`. No secret goes into it.
        pub fn new(status: Status, message: fmt::Arguments<'_>) -> Self {
            let mut error = Self::from(status);
            let _ = error.message.write_fmt(message);
            error
        }
    }

    impl From<Status> for Error {
        fn from(status: Status) -> Self {
            Self {
                status,
                http_status: 0,
                tls_alert: 0,
                retry_after_ms: 0,
                request_id: Text::default(),
                message: Text::default(),
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_the_server_said_is_made_printable() {
            assert_eq!(
                printable::<32>(b"Access\r\nDenied\x1b[0m").as_str(),
                "Access  Denied [0m"
            );
            assert_eq!(printable::<32>(b"a\xffb").as_str(), "a?b");
        }

        #[test]
        fn what_does_not_fit_is_cut_at_a_character() {
            assert_eq!(printable::<4>("abc\u{e9}".as_bytes()).as_str(), "abc");
        }
    }
}
