//! Which refusal of the credentials provider this is.
//!
//! AWS documents none of the provider's messages. They are known from users' logs, so they are matched loosely, and the class of the HTTP
//! status decides wherever none of them fits.
#![forbid(unsafe_code)]

use crate::error::{Error, Status, Text, printable};
use crate::http::failure::{Said, class, contains, error};
use crate::http::response::Head;
use crate::limits::MESSAGE_MAX;

/// Parts of messages, the more telling before the less.
const MESSAGES: [(&str, Status); 7] = [
    ("invalid thing name", Status::ThingNotAttached),
    ("certificate is invalid on this endpoint", Status::CertificateNotActive),
    ("role alias does not exist", Status::RoleAliasUnknown),
    ("unable to assume the role", Status::RoleNotAssumable),
    ("exceeds the maxsessionduration", Status::DurationTooLong),
    ("missing authentication token", Status::WrongEndpoint),
    ("access denied", Status::RoleAliasForbidden),
];

/// Parts of error codes, for a message that tells nothing.
const CODES: [(&str, Status); 2] = [
    ("accessdenied", Status::RoleAliasForbidden),
    ("forbiddenexception", Status::WrongEndpoint),
];

/// Makes an error of any response of the credentials provider but a 200: of its head and as much of its body as was kept
/// (`REFUSAL_BODY_MAX` bytes are enough). The message holds the server's words; for a redirect, the place it points to; for a body that is no
/// JSON, its beginning.
pub fn refusal(head: &Head, body: &[u8]) -> Error {
    let said = Said::from_json(body).unwrap_or_default().or_header(head);
    let status = match class(head.status(), said.code.as_str()) {
        Status::Refused | Status::NotFound | Status::BadRequest => client_fault(head.status(), &said),
        class => class,
    };
    error(head, status, said.code, message(head, said.message, body))
}

/// A response of 400 to 499 that does not throttle.
fn client_fault(http_status: u16, said: &Said) -> Status {
    let (code, message) = (said.code.as_str(), said.message.as_str());
    let by_message = MESSAGES.iter().find(|(part, _)| contains(message, part));
    let known = by_message.or_else(|| CODES.iter().find(|(part, _)| contains(code, part)));
    match known {
        Some((_, status)) => *status,
        // The data endpoint knows no role aliases, and says no more than this.
        None if http_status == 404 && message.eq_ignore_ascii_case("not found") => Status::DataEndpoint,
        None => class(http_status, code),
    }
}

fn message(head: &Head, said: Text<MESSAGE_MAX>, body: &[u8]) -> Text<MESSAGE_MAX> {
    match head.header("location") {
        Some(location) if class(head.status(), "") == Status::Redirect => printable(location),
        _ if said.as_str().is_empty() => printable(body),
        _ => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::response::tests::head;
    extern crate std;
    use proptest::prelude::*;
    use std::format;

    fn status(http_status: u16, lines: &[&str], body: &str) -> Status {
        let error = refusal(&head(http_status, lines), body.as_bytes());
        assert_eq!(error.http_status, http_status);
        error.status
    }

    #[test]
    fn each_message_that_is_known_has_its_status() {
        let duration = "The requested CredentialDurationSeconds exceeds the MaxSessionDuration set for the role";
        let role = "Unable to assume the role, or the role to assume does not exist";
        for (http_status, message, expected) in [
            (403, "Invalid thing name passed", Status::ThingNotAttached),
            (403, "Access Denied", Status::RoleAliasForbidden),
            (
                403,
                "Certificate is invalid on this endpoint",
                Status::CertificateNotActive,
            ),
            (404, "Role alias does not exist", Status::RoleAliasUnknown),
            (400, role, Status::RoleNotAssumable),
            (400, duration, Status::DurationTooLong),
            (404, "Not Found", Status::DataEndpoint),
            (403, "Missing Authentication Token", Status::WrongEndpoint),
        ] {
            for body in [
                format!("{{\"message\":\"{message}\"}}"),
                format!("{{\"message\":\"{message}\",\"traceId\":\"0a1b2c3d\"}}"),
                format!(" {{ \"Message\" : \"{}\" }} ", message.to_uppercase()),
            ] {
                assert_eq!(status(http_status, &[], &body), expected, "{body}");
                // The service's own fault, whatever it says.
                assert_eq!(status(500, &[], &body), Status::ServerFault, "{body}");
            }
        }
    }

    #[test]
    fn a_code_tells_where_the_message_does_not() {
        let coded =
            |http_status, code: &str, body: &str| status(http_status, &[&format!("x-amzn-ErrorType: {code}")], body);
        let long = "AccessDeniedException:http://internal.amazon.com/coral/com.amazon.coral.service/";
        assert_eq!(coded(403, "AccessDeniedException", ""), Status::RoleAliasForbidden);
        assert_eq!(coded(403, long, "{\"message\":\"no\"}"), Status::RoleAliasForbidden);
        assert_eq!(
            coded(403, "ForbiddenException:", "{\"message\":null,\"traceId\":\"a\"}"),
            Status::WrongEndpoint
        );
        assert_eq!(
            coded(
                403,
                "AccessDeniedException",
                "{\"message\":\"Invalid thing name passed\"}"
            ),
            Status::ThingNotAttached
        );
        assert_eq!(
            coded(400, "ThrottlingException", "{\"message\":\"Rate exceeded\"}"),
            Status::Throttled
        );
        assert_eq!(
            coded(400, "ThrottlingException:", "{\"message\":\"Access Denied\"}"),
            Status::Throttled
        );
        assert_eq!(coded(403, "Unheard", "{\"message\":\"of\"}"), Status::Refused);
    }

    #[test]
    fn a_code_may_stand_in_the_body() {
        let body = |code: &str| format!("{{\"__type\":\"com.amazonaws.iot#{code}\",\"message\":\"\"}}");
        assert_eq!(
            status(403, &[], &body("AccessDeniedException")),
            Status::RoleAliasForbidden
        );
        assert_eq!(status(403, &[], &body("ForbiddenException")), Status::WrongEndpoint);
        assert_eq!(status(400, &[], &body("ThrottlingException")), Status::Throttled);
        let error = refusal(&head(403, &[]), body("AccessDeniedException").as_bytes());
        assert_eq!(error.error_type.as_str(), "AccessDeniedException");
    }

    #[test]
    fn not_found_means_the_data_endpoint_with_404_alone_and_as_the_whole_message() {
        assert_eq!(
            status(404, &[], "{\"message\":\"The alias was not found\"}"),
            Status::NotFound
        );
        assert_eq!(status(403, &[], "{\"message\":\"Not Found\"}"), Status::Refused);
        assert_eq!(status(400, &[], "{\"message\":\"Not Found\"}"), Status::BadRequest);
    }

    #[test]
    fn the_class_decides_where_nothing_is_known() {
        for body in [
            "",
            "{}",
            "{\"message\":\"\"}",
            "{\"message\":\"of another kind\"}",
            "<html>",
            "{\"message\":",
            "\u{0}",
        ] {
            for (http_status, expected) in [
                (200, Status::ResponseMalformed),
                (204, Status::ResponseMalformed),
                (301, Status::Redirect),
                (400, Status::BadRequest),
                (401, Status::BadRequest),
                (403, Status::Refused),
                (404, Status::NotFound),
                (429, Status::Throttled),
                (500, Status::ServerFault),
                (503, Status::ServerFault),
                (700, Status::ResponseMalformed),
            ] {
                assert_eq!(status(http_status, &[], body), expected, "{http_status} {body}");
            }
        }
    }

    #[test]
    fn the_servers_words_come_through_printable() {
        let message = |http_status, lines: &[&str], body: &[u8]| refusal(&head(http_status, lines), body).message;
        assert_eq!(
            message(403, &[], br#"{"message":"a \"b\"\r\n\u001b[1m\/"}"#).as_str(),
            "a \"b\"   [1m/"
        );
        assert_eq!(
            message(502, &[], b"<html>\r\nBad\xff Gateway").as_str(),
            "<html>  Bad? Gateway"
        );
        assert_eq!(message(403, &[], &[b'x'; 4096]).as_str().len(), 255);
        assert_eq!(
            message(307, &["Location: https://example.com/"], b"{\"message\":\"moved\"}").as_str(),
            "https://example.com/"
        );
        assert_eq!(message(301, &[], b"{\"message\":\"moved\"}").as_str(), "moved");
        assert_eq!(
            message(403, &["Location: https://example.com/"], b"{\"message\":\"no\"}").as_str(),
            "no"
        );
    }

    #[test]
    fn the_error_carries_the_request_id_and_when_to_try_again() {
        let lines = [
            "x-amzn-RequestId: 7b24a3b5-6d5e-4a0e-a8a5-1b7b8a5b7d11",
            "Retry-After: 7",
            "x-amzn-ErrorType: LimitExceededException:",
        ];
        let error = refusal(&head(429, &lines), b"");
        assert_eq!((error.status, error.retry_after_ms), (Status::Throttled, 7000));
        assert_eq!(error.error_type.as_str(), "LimitExceededException");
        assert_eq!(error.request_id.as_str(), "7b24a3b5-6d5e-4a0e-a8a5-1b7b8a5b7d11");
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..200), http_status in 200_u16..=999) {
            prop_assert_eq!(refusal(&head(http_status, &[]), &body).http_status, http_status);
        }
    }
}
