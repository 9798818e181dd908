//! What a service says when it refuses a request: S3 in XML, the JSON protocols (DynamoDB, IoT, ...) in JSON.
//!
//! There is no XML parser here. S3's error is one element with a few flat ones in it, without attributes, comments or CDATA, and the
//! words in it are shown to a person and matched with a few names: to find the text between two tags is enough. Nothing follows from it but a
//! status and a message.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
#![forbid(unsafe_code)]

use crate::error::{Error, Status, Text, printable};
use crate::http::failure::{Said, class, error, show};
use crate::http::response::Head;
use crate::limits::MESSAGE_MAX;
use crate::unescape;
use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt::Write;

/// Makes an error of a service's response other than 2xx: of its head and as much of its body as was kept (`REFUSAL_BODY_MAX` bytes are
/// enough). The message reads `Code: Message`; for a redirect, `Code: where to`; for a body in neither form it is the body's beginning.
pub fn service_error(head: &Head, body: &[u8]) -> Error {
    let xml = Xml::error_in(body);
    let said = xml
        .as_ref()
        .map(Xml::said)
        .or_else(|| Said::from_json(body))
        .unwrap_or_default()
        .or_header(head);
    let status = class(head.status(), said.code.as_str());
    let place = (status == Status::Redirect)
        .then(|| place(head, xml.as_ref()))
        .flatten();
    let mut error = error(head, status, said.code, message(&said, place, body));
    if error.request_id.as_str().is_empty() {
        let id = xml.as_ref().and_then(|xml| xml.element("RequestId"));
        error.details().request_id = id.map(|id| show(unescape::Xml::of(id))).unwrap_or_default();
    }
    error
}

/// Where a redirect points to: the `Location`, S3's `Endpoint`, or at least the bucket's region (all that a HEAD gets).
fn place<'a>(head: &'a Head, xml: Option<&'a Xml<'_>>) -> Option<Cow<'a, str>> {
    let endpoint = || xml?.element("Endpoint").map(Cow::Borrowed);
    let location = head.header("location").map(String::from_utf8_lossy);
    location
        .or_else(endpoint)
        .or_else(|| head.header("x-amz-bucket-region").map(String::from_utf8_lossy))
}

fn message(said: &Said, place: Option<Cow<'_, str>>, body: &[u8]) -> Text<MESSAGE_MAX> {
    let place = place.map(|place| show::<MESSAGE_MAX>(place.chars()));
    let (code, words) = (said.code.as_str(), place.as_ref().unwrap_or(&said.message).as_str());
    let mut text = Text::default();
    // What does not fit is cut.
    let _ = match (code, words) {
        ("", "") => return printable(body),
        ("", only) | (only, "") => text.write_str(only),
        _ => write!(text, "{code}: {words}"),
    };
    text
}

/// The inside of an `<Error>`.
struct Xml<'a>(Cow<'a, str>);

impl<'a> Xml<'a> {
    fn error_in(body: &'a [u8]) -> Option<Self> {
        const OPEN: &[u8] = b"<Error>";
        let start = body.windows(OPEN.len()).position(|window| window == OPEN)?;
        body.get(start + OPEN.len()..)
            .map(|inside| Self(String::from_utf8_lossy(inside)))
    }

    fn said(&self) -> Said {
        Said {
            code: self
                .element("Code")
                .map(|text| show(unescape::Xml::of(text)))
                .unwrap_or_default(),
            message: self
                .element("Message")
                .map(|text| show(unescape::Xml::of(text)))
                .unwrap_or_default(),
        }
    }

    /// The text of the first element with this name, up to the next tag or to where the body was cut; entities are still in it.
    fn element(&self, name: &str) -> Option<&str> {
        let mut tags = self.0.split('<').filter_map(|tag| tag.split_once('>'));
        tags.find(|(tag, _)| *tag == name).map(|(_, text)| text.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::response::tests::head;
    extern crate std;
    use proptest::prelude::*;
    use std::format;

    /// The example of S3's documentation, "Error responses".
    const NO_SUCH_KEY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n  <Code>NoSuchKey</Code>\n  <Message>The resource you requested does not \
        exist</Message>\n  <Resource>/mybucket/myfoto.jpg</Resource> \n  <RequestId>4442587FB7D0A2F9</RequestId>\n</Error>";

    fn shown(http_status: u16, lines: &[&str], body: &str) -> (Status, Text<MESSAGE_MAX>) {
        let error = service_error(&head(http_status, lines), body.as_bytes());
        assert_eq!(error.http_status, http_status);
        (error.status, error.message)
    }

    #[track_caller]
    fn assert_shown(http_status: u16, lines: &[&str], body: &str, status: Status, message: &str) {
        let (found, text) = shown(http_status, lines, body);
        assert_eq!((found, text.as_str()), (status, message), "{body}");
    }

    #[test]
    fn an_error_of_s3_is_read() {
        assert_shown(
            404,
            &[],
            NO_SUCH_KEY,
            Status::NotFound,
            "NoSuchKey: The resource you requested does not exist",
        );
        let request_id = |lines: &[&str]| service_error(&head(404, lines), NO_SUCH_KEY.as_bytes()).request_id;
        assert_eq!(request_id(&[]).as_str(), "4442587FB7D0A2F9");
        assert_eq!(request_id(&["x-amz-request-id: HEADER"]).as_str(), "HEADER");
    }

    #[test]
    fn entities_are_undone() {
        let body = "<Error><Message>&lt;a&gt; &amp;amp; &quot;b&quot; &apos;c&apos; &#65;&#x42;&#x1F600; &#10;</Message></Error>";
        assert_shown(400, &[], body, Status::BadRequest, "<a> &amp; \"b\" 'c' AB\u{1F600}  ");
        let kept = "&nbsp; & &; &#; &#x; &#xD800; &#1114112; &#+65; &#x-1; &amp &lt";
        assert_shown(
            400,
            &[],
            &format!("<Error><Code>{kept}</Code></Error>"),
            Status::BadRequest,
            kept.get(..63).unwrap_or(kept),
        );
    }

    #[test]
    fn an_error_that_is_cut_shows_what_is_left_of_it() {
        assert_shown(
            403,
            &[],
            "<Error><Code>AccessDenied</Code><Message>Access De",
            Status::Refused,
            "AccessDenied: Access De",
        );
        assert_shown(
            403,
            &[],
            "<Error><Code>AccessDenied</Co",
            Status::Refused,
            "AccessDenied",
        );
        assert_shown(403, &[], "<Error><Co", Status::Refused, "<Error><Co");
    }

    #[test]
    fn only_an_error_is_an_error() {
        assert_shown(403, &[], "<Code>A</Code>", Status::Refused, "<Code>A</Code>");
        assert_shown(
            502,
            &[],
            "<html>\nBad Gateway</html>",
            Status::ServerFault,
            "<html> Bad Gateway</html>",
        );
        assert_shown(500, &[], "", Status::ServerFault, "");
        assert_shown(
            400,
            &[],
            "<a><Code>B</Code></a><Error><Code>C</Code></Error>",
            Status::BadRequest,
            "C",
        );
    }

    #[test]
    fn an_error_of_a_json_service_is_read() {
        let kind = "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException";
        let message = "ResourceNotFoundException: Requested resource not found";
        for name in ["message", "Message"] {
            let body = format!("{{\"__type\":\"{kind}\",\"{name}\":\"Requested resource not found\"}}");
            assert_shown(400, &[], &body, Status::BadRequest, message);
        }
        assert_shown(
            404,
            &["x-amzn-ErrorType: ResourceNotFoundException:"],
            "{\"message\":\"Requested resource not found\"}",
            Status::NotFound,
            message,
        );
        assert_shown(
            403,
            &["x-amzn-ErrorType: ForbiddenException"],
            "",
            Status::Refused,
            "ForbiddenException",
        );
        assert_shown(
            400,
            &[],
            "{\"__type\":\"SerializationException\"}",
            Status::BadRequest,
            "SerializationException",
        );
        assert_shown(400, &[], "{\"message\":\"x\"}", Status::BadRequest, "x");
        assert_shown(400, &[], "{\"message\":", Status::BadRequest, "{\"message\":");
    }

    #[test]
    fn throttling_is_told_apart() {
        let xml = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";
        assert_shown(
            503,
            &[],
            xml,
            Status::Throttled,
            "SlowDown: Please reduce your request rate.",
        );
        let json = |code: &str| format!("{{\"__type\":\"com.amazonaws.dynamodb.v20120810#{code}\"}}");
        for code in ["ThrottlingException", "ProvisionedThroughputExceededException"] {
            assert_shown(400, &[], &json(code), Status::Throttled, code);
        }
        assert_shown(
            503,
            &[],
            "<Error><Code>ServiceUnavailable</Code></Error>",
            Status::ServerFault,
            "ServiceUnavailable",
        );
    }

    #[test]
    fn a_redirect_says_where_to() {
        let endpoint = "<Error><Code>PermanentRedirect</Code><Message>Use the endpoint.</Message><Endpoint>b.s3.eu-west-1.amazonaws.com</Endpoint></Error>";
        assert_shown(
            301,
            &[],
            endpoint,
            Status::Redirect,
            "PermanentRedirect: b.s3.eu-west-1.amazonaws.com",
        );
        let location = "Location: https://b.s3.eu-west-1.amazonaws.com/k";
        assert_shown(
            307,
            &[location],
            endpoint,
            Status::Redirect,
            "PermanentRedirect: https://b.s3.eu-west-1.amazonaws.com/k",
        );
        assert_shown(
            307,
            &[location],
            "",
            Status::Redirect,
            "https://b.s3.eu-west-1.amazonaws.com/k",
        );
        assert_shown(
            301,
            &["x-amz-bucket-region: eu-west-1"],
            "",
            Status::Redirect,
            "eu-west-1",
        );
        assert_shown(
            301,
            &[],
            "<Error><Code>A</Code><Message>b</Message></Error>",
            Status::Redirect,
            "A: b",
        );
        assert_shown(
            400,
            &[location],
            "<Error><Code>A</Code><Message>b</Message></Error>",
            Status::BadRequest,
            "A: b",
        );
    }

    #[test]
    fn what_is_shown_is_printable_and_cut() {
        let body = [b"<Error><Code>A</Code><Message>\xff\x1b\r\n".as_slice(), &[b'x'; 4000]].concat();
        let error = service_error(&head(500, &[]), &body);
        assert!(error.message.as_str().starts_with("A: \u{fffd}   xxx"));
        assert!((252..=255).contains(&error.message.as_str().len()));
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..200), text in "[&;#x0-9a-f<>/ErorCd]{0,80}", http_status in 200_u16..=999) {
            let head = head(http_status, &[]);
            service_error(&head, &body);
            service_error(&head, format!("<Error><Code>{text}").as_bytes());
        }
    }
}
