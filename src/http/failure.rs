//! What every error response of AWS has in common: its class, its error code, its request id, when to try again.
#![forbid(unsafe_code)]

use super::json::{JsonStr, strings};
use super::response::Head;
use crate::error::{Error, Status, Text, printable};
use crate::limits::{ERROR_CODE_MAX, MESSAGE_MAX};
use crate::time::UnixTime;
use core::fmt::Write;

/// What the server said. Either may be empty.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// The error code, such as `AccessDeniedException`.
    pub code: Text<ERROR_CODE_MAX>,
    /// The message for humans.
    pub message: Text<MESSAGE_MAX>,
}

impl Said {
    /// Reads the body of an error in one of AWS's JSON protocols: `__type`, and `message` or `Message`. `None` when it is no such JSON.
    pub fn from_json(body: &[u8]) -> Option<Self> {
        let [kind, lower, upper] = strings(body, "", ["__type", "message", "Message"]).ok()?;
        Some(Self {
            code: kind
                .map(show_json::<128>)
                .map(|kind| bare_code(kind.as_str()))
                .unwrap_or_default(),
            message: lower.or(upper).map(show_json).unwrap_or_default(),
        })
    }

    /// Takes the code from the header `x-amzn-ErrorType`, which stands above the body's, if it has one.
    pub fn or_header(mut self, head: &Head) -> Self {
        let header = head
            .header("x-amzn-errortype")
            .map(printable::<256>)
            .unwrap_or_default();
        let code = bare_code(header.as_str());
        if !code.as_str().is_empty() {
            self.code = code;
        }
        self
    }
}

/// An error with this status, error code and message, and whatever the response's head tells.
pub fn error(head: &Head, status: Status, code: Text<ERROR_CODE_MAX>, message: Text<MESSAGE_MAX>) -> Error {
    let mut error = in_response(status.into(), head);
    let details = error.details();
    details.retry_after_ms = retry_after_ms(head);
    details.error_type = code;
    details.message = message;
    error
}

/// An error of ours about a response: it keeps its status and message, and gets what the head tells.
pub fn in_response(mut error: Error, head: &Head) -> Error {
    let details = error.details();
    details.http_status = head.status();
    details.request_id = request_id(head).map(printable).unwrap_or_default();
    error
}

/// The status of a response by its HTTP status and error code, when nothing more specific is known.
pub fn class(http_status: u16, code: &str) -> Status {
    match http_status {
        429 => Status::Throttled,
        400..=599 if is_throttling(code) => Status::Throttled,
        304 => Status::NotModified,
        300..=399 => Status::Redirect,
        403 => Status::Refused,
        404 => Status::NotFound,
        400..=499 => Status::BadRequest,
        500..=599 => Status::ServerFault,
        _ => Status::ResponseMalformed,
    }
}

/// Copies text for a person to read: control characters become spaces, and what does not fit is cut.
pub fn show<const N: usize>(characters: impl Iterator<Item = char>) -> Text<N> {
    let mut text = Text::default();
    for character in characters {
        if text
            .write_char(if character.is_control() { ' ' } else { character })
            .is_err()
        {
            break;
        }
    }
    text
}

/// Whether `text` holds `part`, in any case of ASCII letters.
pub fn contains(text: &str, part: &str) -> bool {
    text.as_bytes()
        .windows(part.len().max(1))
        .any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

fn show_json<const N: usize>(string: JsonStr<'_>) -> Text<N> {
    show(
        string
            .chars()
            .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)),
    )
}

/// An error code comes bare, with a namespace before a `#`, or with a colon and a URL behind it.
/// Source: <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization>
fn bare_code(text: &str) -> Text<ERROR_CODE_MAX> {
    // By bytes, here and elsewhere: the standard library's searches in a text are 200 bytes each on a Cortex-M.
    let before_colon = text.as_bytes().split(|byte| *byte == b':').next().unwrap_or_default();
    let bare = before_colon.rsplit(|byte| *byte == b'#').next().unwrap_or_default();
    printable(bare.trim_ascii())
}

/// The codes with which AWS's services throttle: all but these few have "throttl" in them, and these come with and without an ending.
fn is_throttling(code: &str) -> bool {
    const OTHERS: [&str; 6] = [
        "SlowDown",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "TooManyRequests",
        "BandwidthLimitExceeded",
        "LimitExceededException",
    ];
    contains(code, "throttl") || OTHERS.iter().any(|other| code.starts_with(other))
}

/// S3 writes the name one way and most other services another.
fn request_id(head: &Head) -> Option<&[u8]> {
    head.header("x-amzn-requestid")
        .or_else(|| head.header("x-amz-request-id"))
}

/// `Retry-After` (RFC 9110 section 10.2.3) in milliseconds: a number of seconds, or a date, which the server's own `Date` is taken from.
/// What is neither counts as absent, as does a date in the past; what is too long is cut to `u32::MAX`.
fn retry_after_ms(head: &Head) -> u32 {
    let seconds = head
        .header("retry-after")
        .and_then(|value| seconds(value).or_else(|| seconds_until(head, value)));
    seconds.map_or(0, |seconds| {
        u32::try_from(seconds.saturating_mul(1000)).unwrap_or(u32::MAX)
    })
}

fn seconds(value: &[u8]) -> Option<u64> {
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    let add = |sum: u64, byte: &u8| sum.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
    digits.then(|| value.iter().fold(0, add))
}

fn seconds_until(head: &Head, value: &[u8]) -> Option<u64> {
    let (then, now) = (UnixTime::parse_http_date(value)?, head.date()?);
    u64::try_from(then.0.saturating_sub(now.0)).ok()
}

#[cfg(test)]
mod tests {
    use super::super::response::tests::head;
    use super::*;

    const DATE: &str = "Date: Sat, 17 Jan 2026 14:00:00 GMT";

    #[test]
    fn every_http_status_has_a_class() {
        for (http_status, status) in [
            (200, Status::ResponseMalformed),
            (204, Status::ResponseMalformed),
            (300, Status::Redirect),
            (307, Status::Redirect),
            (399, Status::Redirect),
            (400, Status::BadRequest),
            (403, Status::Refused),
            (404, Status::NotFound),
            (429, Status::Throttled),
            (499, Status::BadRequest),
            (500, Status::ServerFault),
            (599, Status::ServerFault),
            (600, Status::ResponseMalformed),
            (999, Status::ResponseMalformed),
        ] {
            assert_eq!(class(http_status, ""), status, "{http_status}");
            assert_eq!(class(http_status, "SomeException"), status, "{http_status}");
        }
    }

    #[test]
    fn throttling_shows_in_the_code_whatever_the_http_status() {
        for code in [
            "ThrottlingException",
            "Throttling",
            "RequestThrottled",
            "EC2ThrottledException",
            "SlowDown",
            "ProvisionedThroughputExceededException",
            "TooManyRequestsException",
            "RequestLimitExceeded",
        ] {
            for http_status in [400, 429, 503] {
                assert_eq!(class(http_status, code), Status::Throttled, "{code}");
            }
        }
        // AWS IoT: a thing that is there for good, not for a while.
        assert_eq!(class(409, "VersionsLimitExceededException"), Status::BadRequest);
    }

    #[test]
    fn codes_come_in_three_forms() {
        for (text, code) in [
            ("AccessDeniedException", "AccessDeniedException"),
            ("ForbiddenException:", "ForbiddenException"),
            (
                "FooError:http://internal.amazon.com/coral/com.amazon.coral.validate/",
                "FooError",
            ),
            ("aws.protocoltests.restjson#FooError", "FooError"),
            (
                "aws.protocoltests.restjson#FooError:http://internal.amazon.com/a#b/",
                "FooError",
            ),
            (" Spaced :", "Spaced"),
            ("", ""),
            (":", ""),
            ("#", ""),
        ] {
            assert_eq!(bare_code(text).as_str(), code, "{text}");
        }
    }

    #[test]
    fn the_header_stands_above_the_body() {
        let said = || Said::from_json(br#"{"__type":"a#B","message":"m"}"#).unwrap();
        assert_eq!(
            said().or_header(&head(400, &["x-amzn-errortype: C:"])).code.as_str(),
            "C"
        );
        assert_eq!(
            said().or_header(&head(400, &["x-amzn-ErrorType: :"])).code.as_str(),
            "B"
        );
        assert_eq!(said().or_header(&head(400, &[])).code.as_str(), "B");
    }

    #[test]
    fn messages_come_in_two_spellings_and_printable() {
        let message = |json: &str| Said::from_json(json.as_bytes()).map(|said| said.message);
        assert_eq!(
            message(r#"{"message":"a\u0041\n\u001b\ud800b"}"#).unwrap().as_str(),
            "aA  \u{fffd}b"
        );
        assert_eq!(message(r#"{"Message":"b","message":"a"}"#).unwrap().as_str(), "a");
        assert_eq!(message(r#"{"Message":"b"}"#).unwrap().as_str(), "b");
        assert_eq!(message("{}").unwrap().as_str(), "");
        assert!(message("<html>").is_none());
        assert!(message(r#"{"message":null}"#).is_none());
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_by_the_servers_clock() {
        let after = |lines: &[&str]| retry_after_ms(&head(503, lines));
        assert_eq!(after(&[]), 0);
        assert_eq!(after(&["Retry-After: 0"]), 0);
        assert_eq!(after(&["Retry-After: 120"]), 120_000);
        assert_eq!(after(&["Retry-After: 4294967"]), 4_294_967_000);
        assert_eq!(after(&["Retry-After: 4294968"]), u32::MAX);
        assert_eq!(after(&["Retry-After: 99999999999999999999999999"]), u32::MAX);
        assert_eq!(after(&[DATE, "Retry-After: Sat, 17 Jan 2026 14:00:30 GMT"]), 30_000);
        assert_eq!(after(&[DATE, "Retry-After: Sat, 17 Jan 2026 13:59:59 GMT"]), 0);
        for nonsense in [
            "Retry-After:",
            "Retry-After: -1",
            "Retry-After: 1.5",
            "Retry-After: soon",
            "Retry-After: Sat, 17 Jan 2026 14:00:30 GMT",
        ] {
            assert_eq!(after(&[nonsense]), 0, "{nonsense}");
        }
    }

    #[test]
    fn the_error_carries_what_the_head_tells() {
        let head_503 = head(503, &[DATE, "x-amzn-RequestId: 0a1b-2c", "Retry-After: 1"]);
        let error = error(&head_503, Status::Throttled, Text::default(), Text::default());
        assert_eq!(
            (error.status, error.http_status, error.retry_after_ms),
            (Status::Throttled, 503, 1000)
        );
        assert_eq!((error.request_id.as_str(), error.tls_alert), ("0a1b-2c", 0));
        assert_eq!(
            request_id(&head(403, &["x-amz-request-id: 4442587FB7D0A2F9"])),
            Some(b"4442587FB7D0A2F9".as_slice())
        );
    }

    #[test]
    fn parts_are_found_in_any_case() {
        assert!(contains("The Role ALIAS does not exist.", "role alias"));
        assert!(!contains("rol", "role") && !contains("", "role"));
    }
}
