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
    /// The arena is too small for the next step.
    Memory = 7,
    /// Another call uses the arena.
    Busy = 8,
    /// The firmware's random source failed.
    Random = 9,
    /// The monotonic clock stands still.
    ClockStopped = 10,

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
    /// Configuration: the private key stands in the certificate's place, and the certificate in the key's.
    Swapped = 1011,
    /// Configuration: the device's certificate has expired, by the device's clock.
    CertificateExpired = 1012,
    /// Configuration: the device's certificate is not valid yet, by the device's clock.
    CertificateNotYetValid = 1013,

    /// Configuration: the signer lacks its callback, or there is a private key besides.
    Signer = 1030,
    /// The signer failed.
    SignerFailed = 1031,
    /// What the signer gave is no signature of the certificate's key.
    SignerMismatch = 1032,
    /// The deadline passed while the signer was at work.
    SignerSlow = 1033,

    /// Request: the method is no token.
    Method = 2001,
    /// Request: the path.
    Path = 2002,
    /// Request: the query.
    Query = 2003,
    /// Request: a header's value, or a header as such.
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
    /// Request: a header's name is no token.
    HeaderName = 2040,
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
    /// No address accepted a connection, for a reason that has no status of its own.
    Connect = 3003,
    /// The connection broke, or ended too soon.
    ConnectionLost = 3004,
    /// The deadline passed.
    Deadline = 3005,
    /// There is no route to the server.
    NoRoute = 3006,
    /// The server, or a firewall, refused the connection.
    ConnectionRefused = 3007,
    /// The connection was reset.
    ConnectionReset = 3008,

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
    /// The server does not know the name that it was asked for.
    NameUnknown = 4009,

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
            Self::Busy
                | Self::Dns
                | Self::DnsDeadline
                | Self::Connect
                | Self::ConnectionLost
                | Self::Deadline
                | Self::NoRoute
                | Self::ConnectionRefused
                | Self::ConnectionReset
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
            Self::ClockUnset
                | Self::TimeRequired
                | Self::SealClock
                | Self::ServerExpired
                | Self::ServerNotYetValid
                | Self::CertificateNotYetValid
        )
    }

    /// Whether an open connection came to an end: what the server said before may still be there.
    pub const fn is_cut(self) -> bool {
        matches!(self, Self::ConnectionLost | Self::ConnectionReset)
    }

    /// Whether the network or TLS failed: such an error has a phase.
    pub const fn is_of_connection(self) -> bool {
        matches!(self as i32, 3000..=4999)
    }
}

/// How far a connection had come when something happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[cfg(feature = "client")]
pub enum Phase {
    /// The name is looked up.
    Resolve = 1,
    /// The connection is opened.
    Connect = 2,
    /// TLS shakes hands.
    Handshake = 3,
    /// The request goes out.
    Send = 4,
    /// The response is awaited, and comes in.
    Receive = 5,
}

#[cfg(feature = "client")]
pub use client::{Dates, Details, Error, KeptError, Text, printable};

#[cfg(feature = "client")]
mod client {
    use super::{Phase, Status};
    use crate::limits::{ERROR_CODE_MAX, MESSAGE_MAX, REQUEST_ID_MAX};
    use alloc::boxed::Box;
    use core::fmt::{self, Write};
    use core::ops::Deref;

    /// Text that is cut, at a character's end, where it is full.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub struct Text<const N: usize> {
        /// UTF-8 up to `len`, zeros behind it.
        bytes: [u8; N],
        len: u16,
    }

    impl<const N: usize> Text<N> {
        /// No text.
        pub const EMPTY: Self = Self { bytes: [0; N], len: 0 };

        /// The text.
        pub fn as_str(&self) -> &str {
            let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
            // It is UTF-8: characters alone are written.
            core::str::from_utf8(bytes).unwrap_or_default()
        }
    }

    impl<const N: usize> Default for Text<N> {
        fn default() -> Self {
            Self::EMPTY
        }
    }

    impl<const N: usize> fmt::Debug for Text<N> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.as_str().fmt(f)
        }
    }

    /// Errors when it is full: what comes after is left out too.
    impl<const N: usize> Write for Text<N> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            for character in text.chars() {
                let free = self.bytes.get_mut(usize::from(self.len)..).unwrap_or_default();
                let place = free.get_mut(..character.len_utf8()).ok_or(fmt::Error)?;
                self.len += character.encode_utf8(place).len() as u16;
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
                if text.write_char(shown).is_err() {
                    return text;
                }
            }
            if !chunk.invalid().is_empty() && text.write_char('?').is_err() {
                return text;
            }
        }
        text
    }

    /// What a call over the network says when it fails. It goes by value through every layer, so it is small: what there is to say beside the status is boxed,
    /// and where there is nothing to say nothing is allocated. The details are read as if they were members: `error.http_status`.
    #[derive(Clone, Debug)]
    pub struct Error {
        /// What went wrong.
        pub status: Status,
        /// Where the connection stood; `None` where the connection is not to blame.
        pub phase: Option<Phase>,
        details: Option<Box<Details>>,
    }

    /// What an error says beside its status.
    #[derive(Clone, Copy, Debug)]
    pub struct Details {
        /// The status of the HTTP response; 0 when there was none.
        pub http_status: u16,
        /// The TLS alert that the server sent; 0 when there was none (0 itself is `close_notify`, which is no failure).
        pub tls_alert: u8,
        /// How long the server asked to wait, in milliseconds; 0 when it did not.
        pub retry_after_ms: u32,
        /// The dates of the certificate that an error about dates speaks of, and the device's own, in Unix seconds; all 0 for any other error.
        pub dates: Dates,
        /// The request id, to quote to AWS.
        pub request_id: Text<REQUEST_ID_MAX>,
        /// The name that the service gives its error, such as `AccessDeniedException`.
        pub error_type: Text<ERROR_CODE_MAX>,
        /// The server's words or ours, printable; never a secret.
        pub message: Text<MESSAGE_MAX>,
    }

    /// A certificate's dates beside the device's, in Unix seconds.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Dates {
        /// The first moment at which the certificate is valid.
        pub not_before: i64,
        /// The last one.
        pub not_after: i64,
        /// The device's clock.
        pub device: i64,
    }

    impl Details {
        const NONE: Self = Self {
            http_status: 0,
            tls_alert: 0,
            retry_after_ms: 0,
            dates: Dates {
                not_before: 0,
                not_after: 0,
                device: 0,
            },
            request_id: Text::EMPTY,
            error_type: Text::EMPTY,
            message: Text::EMPTY,
        };
    }

    impl Error {
        /// An error with a message of ours: `Error::new(status, format_args!("..."))`. No secret goes into it.
        pub fn new(status: Status, message: fmt::Arguments<'_>) -> Self {
            let mut error = Self::from(status);
            let _ = error.details().message.write_fmt(message);
            error
        }

        /// The same error of a connection that stood at `phase`, unless it says already where.
        pub fn at(self, phase: Phase) -> Self {
            let phase = self.phase.or_else(|| self.status.is_of_connection().then_some(phase));
            Self { phase, ..self }
        }

        /// The details, to be written.
        pub fn details(&mut self) -> &mut Details {
            self.details.get_or_insert_with(|| Box::new(Details::NONE))
        }
    }

    impl Deref for Error {
        type Target = Details;

        fn deref(&self) -> &Details {
            static NONE: Details = Details::NONE;
            self.details.as_deref().unwrap_or(&NONE)
        }
    }

    impl From<Status> for Error {
        fn from(status: Status) -> Self {
            Self {
                status,
                phase: None,
                details: None,
            }
        }
    }

    /// An error without a box, to be kept in memory of the caller's that nobody drops.
    #[derive(Clone, Copy, Debug)]
    pub struct KeptError {
        /// What went wrong.
        pub status: Status,
        phase: Option<Phase>,
        details: Details,
    }

    impl From<&Error> for KeptError {
        fn from(error: &Error) -> Self {
            Self {
                status: error.status,
                phase: error.phase,
                details: **error,
            }
        }
    }

    impl From<&KeptError> for Error {
        fn from(kept: &KeptError) -> Self {
            Self {
                status: kept.status,
                phase: kept.phase,
                details: Some(Box::new(kept.details)),
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn an_error_without_details_is_a_few_bytes_and_no_box() {
            assert!(size_of::<Error>() <= 2 * size_of::<usize>());
            let error = Error::from(Status::Deadline);
            assert!(error.details.is_none() && error.http_status == 0 && error.message.as_str().is_empty());
        }

        #[test]
        fn an_error_of_the_connection_says_where_it_stood_and_no_other_does() {
            let lost = Error::from(Status::ConnectionLost).at(Phase::Send).at(Phase::Receive);
            assert_eq!(lost.phase, Some(Phase::Send));
            assert_eq!(Error::from(Status::Document).at(Phase::Receive).phase, None);
        }

        #[test]
        fn a_kept_error_owns_no_box_and_comes_back_whole() {
            const { assert!(!core::mem::needs_drop::<KeptError>()) };
            let mut error = Error::new(Status::Refused, format_args!("no"));
            error.details().http_status = 403;
            let back = Error::from(&KeptError::from(&error));
            assert_eq!(
                (back.status, back.http_status, back.message.as_str()),
                (Status::Refused, 403, "no")
            );
        }

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
            assert_eq!(printable::<4>("abc\u{e9}d".as_bytes()).as_str(), "abc");
            assert_eq!(printable::<5>("abc\u{e9}d".as_bytes()).as_str(), "abc\u{e9}");
        }
    }
}
