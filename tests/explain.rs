//! Why a signature was refused. What the server signed comes from AWS's own signer (its test suite, and the `aws-sigv4` crate with one thing of the request
//! changed), never from ours; the shapes of the answers around it are AWS's, from the sources that `src/sign/explain/answer.rs` names.
//!
//! `IOTCRED_CASES=100000 cargo test --test explain` runs as many cases of each property.
#![forbid(unsafe_code)]

mod signing_common;

use aws_credential_types::Credentials as AwsCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use iotcred::credentials::Credentials;
use iotcred::error::Status;
use iotcred::sign::{
    Cause, Error, Explanation, Header, Line, Options, PathRules, Payload, Request, Subject, time_signed,
};
use iotcred::time::UnixTime;
use proptest::prelude::*;
use signing_common::{headers, suite_folder};
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};

/// What `IOTCRED_EXPLANATION_MAX` promises, without the NUL.
const LONGEST: usize = 2047;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const KEY_ID: &str = "AKIDEXAMPLE";

// ---- What a server says ----

/// What a server signed.
#[derive(Clone, Debug)]
struct Server {
    canonical_request: String,
    string_to_sign: String,
    signature: String,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex(&sha2::Sha256::digest(bytes))
}

fn xml_escaped(text: &str) -> String {
    let escape = |character| match character {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '\'' => "&#39;".to_owned(),
        '"' => "&#x22;".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(escape).collect()
}

fn json_escaped(text: &str) -> String {
    let escape = |character| match character {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '/' => "\\/".to_owned(),
        '\'' => "\\u0027".to_owned(),
        '\0'..='\u{1f}' | '\u{7f}'..='\u{ffff}' => format!("\\u{:04x}", character as u32),
        other => other.to_string(),
    };
    text.chars().map(escape).collect()
}

fn spaced_hex(text: &str) -> String {
    text.bytes()
        .map(|byte| format!("{byte:02x} "))
        .collect::<String>()
        .trim_end()
        .to_owned()
}

impl Server {
    /// S3's answer, as in <https://github.com/minio/minio/issues/2986>, with the bytes or without.
    fn s3(&self, with_bytes: bool) -> String {
        let bytes = |name: &str, text: &str| {
            if with_bytes {
                format!("<{name}Bytes>{}</{name}Bytes>", spaced_hex(text))
            } else {
                String::new()
            }
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match \
             the signature you provided. Check your key and signing method.</Message><AWSAccessKeyId>{KEY_ID}</AWSAccessKeyId><StringToSign>{}</StringToSign>\
             <SignatureProvided>{}</SignatureProvided>{}<CanonicalRequest>{}</CanonicalRequest>{}<RequestId>4442587FB7D0A2F9</RequestId></Error>",
            xml_escaped(&self.string_to_sign),
            self.signature,
            bytes("StringToSign", &self.string_to_sign),
            xml_escaped(&self.canonical_request),
            bytes("CanonicalRequest", &self.canonical_request),
        )
    }

    /// The message of every other service, as in <https://github.com/amzn/selling-partner-api-models/issues/1101>.
    fn message(&self) -> String {
        format!(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the \
             service documentation for details.\n\nThe Canonical String for this request should have been\n'{}'\n\nThe String-to-Sign should have been\n'{}'\n",
            self.canonical_request, self.string_to_sign
        )
    }

    /// A JSON service's answer.
    fn json(&self) -> String {
        let message = json_escaped(&self.message());
        format!("{{\"__type\":\"com.amazon.coral.service#InvalidSignatureException\",\"message\":\"{message}\"}}")
    }

    /// A Query service's answer.
    fn query_xml(&self) -> String {
        let message = xml_escaped(&self.message());
        format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>SignatureDoesNotMatch</Code>\n    \
             <Message>{message}</Message>\n  </Error>\n</ErrorResponse>"
        )
    }

    /// Every form of it.
    fn bodies(&self) -> [String; 5] {
        [
            self.s3(true),
            self.s3(false),
            self.json(),
            self.query_xml(),
            self.message(),
        ]
    }
}

// ---- What is asked ----

/// An explanation, with its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Explained {
    cause: Cause,
    line: Line,
    name: String,
    signed: String,
    server: String,
    server_time: Option<UnixTime>,
    text: String,
}

impl Explained {
    fn of(explanation: &Explanation, buffer: &[u8]) -> Self {
        let text = |range: std::ops::Range<usize>| String::from_utf8(buffer[range].to_vec()).unwrap();
        Self {
            cause: explanation.cause,
            line: explanation.line,
            name: text(explanation.name.clone()),
            signed: text(explanation.signed.clone()),
            server: text(explanation.server.clone()),
            server_time: explanation.server_time,
            text: text(0..explanation.len),
        }
    }

    fn what(&self) -> (Cause, Line, &str) {
        (self.cause, self.line, &self.name)
    }
}

/// Explains into a buffer that fits exactly, and checks what holds for every explanation.
fn explain(subject: &Subject<'_>, body: &[u8]) -> Explained {
    let Err(Error::BufferTooSmall { needed }) = subject.explain(body, &mut []) else {
        panic!("no explanation is empty");
    };
    assert!(needed <= LONGEST, "{needed}");
    let mut buffer = vec![0xa5; needed];
    let explanation = subject.explain(body, &mut buffer).unwrap();
    assert_eq!(explanation.len, needed);
    let explained = Explained::of(&explanation, &buffer);
    assert!(
        explained.text.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')),
        "{}",
        explained.text
    );
    let shows =
        |secret: &[u8]| secret.len() >= 12 && explained.text.contains(std::str::from_utf8(&secret[..12]).unwrap());
    assert!(!shows(subject.credentials.secret_access_key), "{}", explained.text);
    assert!(!shows(subject.credentials.session_token), "{}", explained.text);
    explained
}

// ---- AWS's test suite ----

const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/\
    kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FD\
    rypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

const CREDENTIALS: Credentials<'_> = Credentials {
    access_key_id: KEY_ID.as_bytes(),
    secret_access_key: SECRET.as_bytes(),
    session_token: TOKEN.as_bytes(),
};

const HOST: Header<'_> = Header {
    name: b"Host",
    value: b"example.amazonaws.com",
};

const PLAIN: [Header<'_>; 1] = [HOST];

/// The request of the suite's `post-sts-header-before`.
fn vanilla<'a>(headers: &'a [Header<'a>; 1]) -> Request<'a> {
    Request {
        method: b"POST",
        path: b"/",
        query: b"",
        headers,
        payload: Payload::Bytes(b""),
        region: b"us-east-1",
        service: b"service",
        time: UnixTime::parse_rfc3339(b"2015-08-30T12:36:00Z").unwrap(),
        options: Options::default(),
    }
}

/// What AWS says that it signs in that case: `header` or `query` form.
fn suite(form: &str) -> Server {
    let folder = suite_folder().join("post-sts-header-before");
    let read = |name: &str| fs::read_to_string(folder.join(format!("{form}-{name}.txt"))).unwrap();
    Server {
        canonical_request: read("canonical-request"),
        string_to_sign: read("string-to-sign"),
        signature: read("signature"),
    }
}

const fn subject<'a>(request: &'a Request<'a>, credentials: &'a Credentials<'a>) -> Subject<'a> {
    Subject {
        request,
        credentials,
        expires: None,
    }
}

fn presigned<'a>(request: &'a Request<'a>, credentials: &'a Credentials<'a>) -> Subject<'a> {
    Subject {
        request,
        credentials,
        expires: Some(3600),
    }
}

#[test]
fn what_aws_signs_itself_is_the_same_in_every_form() {
    let request = vanilla(&PLAIN);
    for (subject, server) in [
        (subject(&request, &CREDENTIALS), suite("header")),
        (presigned(&request, &CREDENTIALS), suite("query")),
    ] {
        for body in server.bodies() {
            let explained = explain(&subject, body.as_bytes());
            assert_eq!(explained.what(), (Cause::SecretAccessKey, Line::None, ""), "{body}");
            assert_eq!(time_signed(body.as_bytes()), Some(request.time));
        }
        let other = Server {
            signature: "0123".repeat(16),
            ..server.clone()
        };
        let explained = explain(&subject, other.s3(true).as_bytes());
        assert_eq!(explained.what(), (Cause::OtherRequest, Line::Signature, ""));
        assert_eq!(
            explained.signed,
            format!("{}...{}", &server.signature[..4], &server.signature[60..])
        );
        assert_eq!(explained.server, "0123...0123");
        assert!(!explained.text.contains(&server.signature));
        let other_key = other.s3(true).replace(KEY_ID, "ASIAOTHER");
        let explained = explain(&subject, other_key.as_bytes());
        assert_eq!(explained.what(), (Cause::OtherRequest, Line::AccessKeyId, ""));
        assert_eq!(
            (explained.signed.as_str(), explained.server.as_str()),
            (KEY_ID, "ASIAOTHER")
        );
    }
}

#[test]
fn each_thing_that_is_not_as_aws_signs_it_is_named() {
    type Change = fn(&mut Request<'_>, &mut Credentials<'_>);
    type Row<'a> = (Change, (Cause, Line, &'a str), &'a str, &'a str);
    let changes: [Row<'_>; 9] = [
        (
            |r, _| r.method = b"HEAD",
            (Cause::Method, Line::Method, ""),
            "HEAD",
            "POST",
        ),
        (|r, _| r.path = b"/a", (Cause::Path, Line::Path, ""), "/a", "/"),
        (
            |r, _| r.query = b"a=b",
            (Cause::Query, Line::Query, "a"),
            "a=b",
            "(none)",
        ),
        (
            |r, _| r.headers = &OTHER_HOST,
            (Cause::Header, Line::Header, "host"),
            "host:example.amazonaws.com:443",
            "host:example.amazonaws.com",
        ),
        (
            |r, _| r.headers = &ACCEPT,
            (Cause::Header, Line::Header, "accept"),
            "accept:a\\xC3\\xA9b",
            "(none)",
        ),
        (
            |r, _| r.payload = Payload::Sha256(&[0x11; 32]),
            (Cause::Payload, Line::PayloadHash, ""),
            "1111111111111111111111111111111111111111111111111111111111111111",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            |r, _| r.region = b"eu-west-1",
            (Cause::Region, Line::Scope, "region"),
            "20150830/eu-west-1/service/aws4_request",
            "20150830/us-east-1/service/aws4_request",
        ),
        (
            |r, _| r.service = b"serviced",
            (Cause::Service, Line::Scope, "service"),
            "20150830/us-east-1/serviced/aws4_request",
            "20150830/us-east-1/service/aws4_request",
        ),
        (
            |r, _| r.time.0 += 1,
            (Cause::OtherRequest, Line::Header, "x-amz-date"),
            "x-amz-date:20150830T123601Z",
            "x-amz-date:20150830T123600Z",
        ),
    ];
    for (change, what, signed, server) in changes {
        let (mut request, mut credentials) = (vanilla(&PLAIN), CREDENTIALS);
        change(&mut request, &mut credentials);
        for body in suite("header").bodies() {
            let explained = explain(&subject(&request, &credentials), body.as_bytes());
            assert_eq!(explained.what(), what, "{}", explained.text);
            assert_eq!((explained.signed.as_str(), explained.server.as_str()), (signed, server));
            assert!(
                explained
                    .text
                    .contains(&format!("\n  signed: {signed}\n  server: {server}\n"))
            );
        }
    }
}

const OTHER_HOST: [Header<'_>; 1] = [Header {
    name: b"Host",
    value: b"example.amazonaws.com:443",
}];

const ACCEPT: [Header<'_>; 2] = [
    HOST,
    Header {
        name: b"Accept",
        value: "a\u{e9}b".as_bytes(),
    },
];

#[test]
fn a_token_that_is_not_the_one_that_arrived() {
    let request = vanilla(&PLAIN);
    let changed = TOKEN.replacen("FZTw", "FZTv", 1);
    let credentials = Credentials {
        session_token: changed.as_bytes(),
        ..CREDENTIALS
    };
    let shown = "AQoD...BA== [336 bytes]";
    for body in suite("header").bodies() {
        let explained = explain(&subject(&request, &credentials), body.as_bytes());
        assert_eq!(
            explained.what(),
            (Cause::TokenInvalid, Line::Header, "x-amz-security-token")
        );
        assert!(
            explained.signed.ends_with(shown) && explained.server.ends_with(shown),
            "{explained:?}"
        );
    }
    for body in suite("query").bodies() {
        let explained = explain(&presigned(&request, &credentials), body.as_bytes());
        let token = encode(TOKEN.as_bytes());
        assert_eq!(
            explained.what(),
            (Cause::TokenInvalid, Line::Query, "X-Amz-Security-Token")
        );
        assert_eq!(explained.server, format!("AQoD...D%3D [{} bytes]", token.len()));
    }
    // Without a token the server's is one more; with one that the server did not get, it is missing.
    let none = Credentials {
        session_token: b"",
        ..CREDENTIALS
    };
    let explained = explain(&subject(&request, &none), suite("header").json().as_bytes());
    assert_eq!(
        explained.what(),
        (Cause::OtherRequest, Line::Header, "x-amz-security-token")
    );
    assert_eq!(explained.signed, "(none)");
    let line = format!("x-amz-security-token:{TOKEN}\n");
    for instead in ["", "x-amz-security-token:\n"] {
        let mut server = suite("header");
        server.canonical_request = server.canonical_request.replace(&line, instead);
        let explained = explain(&subject(&request, &CREDENTIALS), server.s3(true).as_bytes());
        assert_eq!(
            explained.what(),
            (Cause::TokenMissing, Line::Header, "x-amz-security-token")
        );
    }
}

// ---- Answers without the texts ----

/// Codes and words that AWS's services send, and what is told by them with temporary credentials.
#[test]
fn what_is_told_by_words() {
    let s3 = |code: &str, message: &str, more: &str| {
        format!("<Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>")
    };
    let json = |code: &str, message: &str| {
        format!("{{\"__type\":\"com.amazonaws.dynamodb.v20120810#{code}\",\"message\":\"{message}\"}}")
    };
    let rows = [
        // https://github.com/versity/versitygw/issues/1514
        (s3("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", "<RequestTime>20150830T123600Z</RequestTime><ServerTime>2015-08-30T13:00:01Z</ServerTime>"), Cause::Clock, "2015-08-30T13:00:01Z"),
        // https://github.com/aws/aws-sdk-js/issues/254
        (json("InvalidSignatureException", "Signature expired: 20150830T123600Z is now earlier than 20150830T124501Z (20150830T130001Z - 15 min.)"), Cause::Clock, "20150830T130001Z"),
        // https://github.com/NickWaterton/Roomba980-Python/issues/118
        ("{\"message\":\"Signature not yet current: 20150830T123600Z is still later than 20150830T112233Z (20150830T111733Z + 5 min.)\"}".to_owned(), Cause::Clock, "20150830T111733Z"),
        // https://github.com/JuliaServices/CloudStore.jl/issues/52
        (s3("AuthorizationHeaderMalformed", "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'", "<Region>eu-west-1</Region>"), Cause::Region, "eu-west-1"),
        (s3("AuthorizationHeaderMalformed", "The authorization header is malformed; the region &apos;us-east-1&apos; is wrong; expecting &#39;eu-west-1&#39;", ""), Cause::Region, "eu-west-1"),
        // https://github.com/aws/aws-sdk-ruby/issues/508
        (json("InvalidSignatureException", "Credential should be scoped to a valid region, not 'us-east-1'. "), Cause::Region, "(not said)"),
        // https://github.com/cllunsford/aws-signing-proxy/issues/25
        ("{\"message\":\"Credential should be scoped to correct service: 'batch'. \"}".to_owned(), Cause::Service, "batch"),
        (s3("AuthorizationHeaderMalformed", "The authorization header is malformed; incorrect service &quot;service&quot;. This endpoint belongs to &quot;s3&quot;.", ""), Cause::Service, "s3"),
        (s3("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.", "<ClientComputedContentSHA256>11</ClientComputedContentSHA256><S3ComputedContentSHA256>22</S3ComputedContentSHA256>"), Cause::Payload, "22"),
        (s3("ExpiredToken", "The provided token has expired.", "<Token-0>AQoDYXdzEPT//////////wEXAMPLE</Token-0>"), Cause::TokenExpired, ""),
        (json("ExpiredTokenException", "The security token included in the request is expired"), Cause::TokenExpired, ""),
        (s3("InvalidToken", "The provided token is malformed or otherwise invalid.", ""), Cause::TokenInvalid, ""),
        (json("UnrecognizedClientException", "The security token included in the request is invalid."), Cause::TokenInvalid, ""),
        ("{\"message\":\"The security token included in the request is invalid.\"}".to_owned(), Cause::TokenInvalid, ""),
        (s3("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", "<AWSAccessKeyId>AKIDEXAMPLE</AWSAccessKeyId>"), Cause::AccessKeyId, ""),
        (json("MissingAuthenticationTokenException", "Missing Authentication Token"), Cause::Unsigned, ""),
        ("{\"message\":\"Missing Authentication Token\"}".to_owned(), Cause::Unsigned, ""),
        (json("IncompleteSignatureException", "Authorization header requires 'Signature' parameter."), Cause::Unsigned, ""),
        (s3("AccessDenied", "Access Denied", ""), Cause::Permission, ""),
        (s3("AccessDenied", "Request has expired", "<X-Amz-Expires>3600</X-Amz-Expires><Expires>2015-08-30T13:36:00Z</Expires><ServerTime>2015-08-31T00:00:00Z</ServerTime>"), Cause::UrlExpired, ""),
        (json("AccessDeniedException", "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: dynamodb:PutItem"), Cause::Permission, ""),
        // The message of an error of `send`.
        ("InvalidToken: The provided token is malformed or otherwise invalid.".to_owned(), Cause::TokenInvalid, ""),
        ("AccessDenied: Request has expired".to_owned(), Cause::UrlExpired, ""),
        // SeaweedFS and moto: no texts.
        (s3("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.", ""), Cause::Unknown, ""),
        ("<html><title>502 Bad Gateway</title></html>".to_owned(), Cause::Unknown, ""),
        (String::new(), Cause::Unknown, ""),
        ("{\"message\":null}".to_owned(), Cause::Unknown, ""),
    ];
    let request = vanilla(&PLAIN);
    for (body, cause, server) in rows {
        let explained = explain(&subject(&request, &CREDENTIALS), body.as_bytes());
        assert_eq!(
            (explained.cause, explained.server.as_str()),
            (cause, server),
            "{body}\n{}",
            explained.text
        );
        let told = body.contains("130001Z") || body.contains("13:00:01");
        assert_eq!(
            explained.server_time.is_some(),
            told || body.contains("111733Z") || body.contains("ServerTime"),
            "{body}"
        );
        assert!(!told || explained.server_time == UnixTime::parse_rfc3339(b"2015-08-30T13:00:01Z"));
        assert!(!told || time_signed(body.as_bytes()) == Some(request.time));
    }
}

/// A temporary access key id is unknown without its token; a long-term one is unknown.
#[test]
fn an_unknown_key_depends_on_the_credentials() {
    let request = vanilla(&PLAIN);
    for (access_key_id, session_token, cause) in [
        (&b"ASIAEXAMPLE"[..], &b""[..], Cause::TokenMissing),
        (b"AKIDEXAMPLE", b"", Cause::AccessKeyId),
        (b"ASIAEXAMPLE", b"token", Cause::TokenInvalid),
    ] {
        let credentials = Credentials {
            access_key_id,
            session_token,
            ..CREDENTIALS
        };
        let body = b"<Error><Code>InvalidClientTokenId</Code></Error>";
        assert_eq!(explain(&subject(&request, &credentials), body).cause, cause);
    }
}

/// The string to sign of a chunk has another algorithm. <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>
#[test]
fn a_chunk_that_was_refused_is_the_payload() {
    let request = vanilla(&PLAIN);
    let body = "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>AWS4-HMAC-SHA256-PAYLOAD\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n\
        4f232c43\nbf718b6f\n2edc9866</StringToSign></Error>";
    let explained = explain(&subject(&request, &CREDENTIALS), body.as_bytes());
    assert_eq!(explained.what(), (Cause::Payload, Line::Algorithm, ""));
}

// ---- The two texts on request ----

#[test]
fn the_texts_are_aws_own_but_for_the_token() {
    let request = vanilla(&PLAIN);
    for (form, subject) in [
        ("header", subject(&request, &CREDENTIALS)),
        ("query", presigned(&request, &CREDENTIALS)),
    ] {
        let server = suite(form);
        let text = |write: &dyn Fn(&mut [u8]) -> Result<usize, Error>| {
            let Err(Error::BufferTooSmall { needed }) = write(&mut []) else {
                panic!("a text is not empty");
            };
            let mut short = vec![0xa5; needed - 1];
            assert_eq!(write(&mut short), Err(Error::BufferTooSmall { needed }));
            assert!(short.iter().all(|byte| *byte == 0xa5));
            let mut buffer = vec![0; needed];
            assert_eq!(write(&mut buffer), Ok(needed));
            String::from_utf8(buffer).unwrap()
        };
        assert_eq!(text(&|buffer| subject.string_to_sign(buffer)), server.string_to_sign);
        let encoded = encode(TOKEN.as_bytes());
        let expected = server
            .canonical_request
            .replace(TOKEN, "AQoD...BA== [336 bytes]")
            .replace(&encoded, &format!("AQoD...D%3D [{} bytes]", encoded.len()));
        assert_ne!(expected, server.canonical_request);
        assert_eq!(text(&|buffer| subject.canonical_request(buffer)), expected);
    }
}

#[test]
fn secrets_in_headers_are_not_shown() {
    let headers = [
        HOST,
        Header {
            name: b"X-Amz-Server-Side-Encryption-Customer-Key",
            value: b"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        },
        Header {
            name: b"Cookie",
            value: b"session=abcdefghijklmnop",
        },
    ];
    let request = Request {
        headers: &headers,
        ..vanilla(&PLAIN)
    };
    let mut buffer = vec![0; 4096];
    let length = subject(&request, &CREDENTIALS).canonical_request(&mut buffer).unwrap();
    let text = std::str::from_utf8(&buffer[..length]).unwrap();
    assert!(
        text.contains("\nx-amz-server-side-encryption-customer-key:[44 bytes]\n"),
        "{text}"
    );
    assert!(text.contains("\ncookie:[24 bytes]\n"), "{text}");
}

// ---- Buffers, refusals ----

#[test]
fn every_buffer_that_is_too_small_is_told_what_is_enough() {
    let request = vanilla(&PLAIN);
    let other = Request {
        method: b"PUT",
        ..vanilla(&PLAIN)
    };
    let body = suite("header").json();
    for request in [&request, &other] {
        let subject = subject(request, &CREDENTIALS);
        let whole = explain(&subject, body.as_bytes());
        for length in 0..whole.text.len() {
            let mut buffer = vec![0xa5; length];
            let result = subject.explain(body.as_bytes(), &mut buffer);
            assert_eq!(
                result.err(),
                Some(Error::BufferTooSmall {
                    needed: whole.text.len()
                })
            );
            assert!(buffer.iter().all(|byte| *byte == 0xa5));
        }
    }
}

#[test]
fn what_cannot_be_signed_is_not_explained() {
    let request = Request {
        region: b"",
        ..vanilla(&PLAIN)
    };
    let mut buffer = [0xa5; 4096];
    for body in [suite("header").json(), String::new()] {
        let refused = Some(Error::Invalid(Status::Region));
        assert_eq!(
            subject(&request, &CREDENTIALS)
                .explain(body.as_bytes(), &mut buffer)
                .err(),
            refused
        );
        assert_eq!(
            subject(&request, &CREDENTIALS).canonical_request(&mut buffer).err(),
            refused
        );
        assert_eq!(
            presigned(&request, &CREDENTIALS).string_to_sign(&mut buffer).err(),
            refused
        );
    }
    let request = vanilla(&PLAIN);
    let never = Subject {
        expires: Some(604_801),
        ..presigned(&request, &CREDENTIALS)
    };
    assert_eq!(
        never.explain(b"", &mut buffer).err(),
        Some(Error::Invalid(Status::Expires))
    );
    assert_eq!(buffer, [0xa5; 4096]);
}

/// Long names, long values, bytes that are shown as four, and differences in the middle: the promise of the header's constant.
#[test]
fn the_longest_explanation() {
    let (name, value) = ("n".repeat(5000), [0xff; 5000]);
    let headers = [
        HOST,
        Header {
            name: name.as_bytes(),
            value: &value,
        },
    ];
    let request = Request {
        headers: &headers,
        ..vanilla(&PLAIN)
    };
    let subject = subject(&request, &CREDENTIALS);
    let mut longest = 0;
    for cut in [0, 30, 60, 2500, 5000] {
        let bytes: String = (0..9000).map(|i| if i < cut { "n" } else { "\u{1}" }).collect();
        let theirs = format!("POST\n/\n\nhost:example.amazonaws.com\n{bytes}:{bytes}\n\nhost\nx");
        for body in [
            format!(
                "<Error><Code>{bytes}</Code><Message>{bytes}</Message><CanonicalRequest>{theirs}</CanonicalRequest></Error>"
            ),
            format!(
                "<Error><Code>{bytes}</Code><Message>incorrect service \"{bytes} belongs to \"{bytes}</Message></Error>"
            ),
            format!("<Error><Code>{bytes}</Code><Message>{bytes}</Message></Error>"),
        ] {
            longest = longest.max(explain(&subject, body.as_bytes()).text.len());
        }
    }
    assert!((1500..=LONGEST).contains(&longest), "{longest}");
}

// ---- Generated requests ----

/// A request; every name in it is unique, so that what is changed is what differs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Case {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    region: String,
    service: String,
    time: u64,
    token: String,
    /// The server decodes the path and encodes it once, as S3 does.
    encodes_once: bool,
    normalizes: bool,
    presigned: bool,
}

/// What is changed on the way, or is other at the server.
#[derive(Clone, Debug)]
enum Change {
    Method,
    Path,
    PathEncoding,
    PathNormalization,
    QueryValue(prop::sample::Index, String),
    QueryRemoved(prop::sample::Index),
    QueryAdded(String, String),
    HeaderValue(prop::sample::Index, String),
    HeaderRemoved(prop::sample::Index),
    HeaderAdded(String, String),
    Host,
    Body,
    Time,
    Region,
    Service,
    Token,
    TokenRemoved,
}

fn pairs(name: &'static str) -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::btree_map(name, "[!-%'-~]{0,40}", 0..6).prop_map(|pairs| pairs.into_iter().collect())
}

fn case() -> impl Strategy<Value = Case> {
    let words = (
        prop::sample::select(vec!["GET", "PUT", "DELETE"]),
        prop::collection::vec("[a-z0-9~_.!$'()*,;:@ %-]{1,6}", 1..5),
        pairs("[a-p][a-p-]{0,4}"),
        pairs("x-[a-p][a-p-]{0,4}"),
        prop::collection::vec(any::<u8>(), 0..50),
        "[a-z]{2}-[a-z]{4}-[1-9]",
    );
    let rest = (
        prop::sample::select(vec!["s3", "dynamodb", "execute-api"]),
        1_420_070_400..1_900_000_000_u64,
        prop_oneof![Just(String::new()), "[A-Za-z0-9+/=]{64,300}"],
        any::<bool>(),
    );
    (words, rest).prop_map(|(words, rest)| {
        let (method, segments, query, headers, body, region) = words;
        let (service, time, token, presigned) = rest;
        let segment = |segment: &String| format!("/{}", encode(segment.as_bytes()));
        Case {
            method: method.to_owned(),
            path: segments.iter().map(segment).collect(),
            query,
            headers,
            body,
            region,
            encodes_once: service == "s3",
            normalizes: service != "s3",
            service: service.to_owned(),
            time,
            token,
            presigned,
        }
    })
}

fn change() -> impl Strategy<Value = Change> {
    let any_index = any::<prop::sample::Index>;
    prop_oneof![
        Just(Change::Method),
        Just(Change::Path),
        Just(Change::PathEncoding),
        Just(Change::PathNormalization),
        (any_index(), "[a-z]{1,9}").prop_map(|(i, text)| Change::QueryValue(i, text)),
        any_index().prop_map(Change::QueryRemoved),
        // Between the other names, before and behind them.
        ("[a-z][q-z]", "[a-z]{0,9}").prop_map(|(name, value)| Change::QueryAdded(name, value)),
        (any_index(), "[a-z]{1,9}").prop_map(|(i, text)| Change::HeaderValue(i, text)),
        any_index().prop_map(Change::HeaderRemoved),
        ("[a-z][q-z]", "[a-z]{0,9}").prop_map(|(name, value)| Change::HeaderAdded(name, value)),
        Just(Change::Host),
        Just(Change::Body),
        Just(Change::Time),
        Just(Change::Region),
        Just(Change::Service),
        Just(Change::Token),
        Just(Change::TokenRemoved),
    ]
}

fn encode(bytes: &[u8]) -> String {
    let one = |byte: &u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    bytes.iter().map(one).collect()
}

/// What an explanation must say.
type Expected = (Cause, Line, String);

impl Case {
    fn query(&self) -> String {
        let one = |(name, value): &(String, String)| format!("{name}={}", encode(value.as_bytes()));
        self.query.iter().map(one).collect::<Vec<_>>().join("&")
    }

    fn is_s3(&self) -> bool {
        self.service == "s3"
    }

    /// The header or parameter in which a part of the scope stands, if not in the string to sign alone.
    fn scope(&self, cause: Cause, part: &str) -> Expected {
        if self.presigned {
            (cause, Line::Query, "X-Amz-Credential".to_owned())
        } else {
            (cause, Line::Scope, part.to_owned())
        }
    }

    /// The case as it is at the server, and what must be said; `None` if there is nothing to change.
    fn changed(&self, change: &Change) -> Option<(Self, Expected)> {
        let mut server = self.clone();
        let expected = match change {
            Change::Method => {
                "POST".clone_into(&mut server.method);
                (Cause::Method, Line::Method, String::new())
            }
            Change::Path => {
                server.path += "x";
                (Cause::Path, Line::Path, String::new())
            }
            Change::PathEncoding => {
                server.encodes_once = !server.encodes_once;
                self.path.contains('%').then_some(())?;
                (Cause::PathEncoding, Line::Path, String::new())
            }
            Change::PathNormalization => {
                server.normalizes = !server.normalizes;
                let dots = |segment: &str| matches!(segment, "." | "..");
                self.path.split('/').any(dots).then_some(())?;
                (Cause::PathNormalization, Line::Path, String::new())
            }
            Change::QueryValue(i, text) => {
                let i = pick(i, &self.query)?;
                server.query[i].1 += text;
                (Cause::Query, Line::Query, self.query[i].0.clone())
            }
            Change::QueryRemoved(i) => {
                let (name, _) = server.query.remove(pick(i, &self.query)?);
                (Cause::Query, Line::Query, name)
            }
            Change::QueryAdded(name, value) => {
                server.query.push((name.clone(), value.clone()));
                (Cause::Query, Line::Query, name.clone())
            }
            Change::HeaderValue(i, text) => {
                let i = pick(i, &self.headers)?;
                server.headers[i].1 += text;
                (Cause::Header, Line::Header, self.headers[i].0.clone())
            }
            Change::HeaderRemoved(i) => {
                let (name, _) = server.headers.remove(pick(i, &self.headers)?);
                self.with_names(Cause::Header, name)
            }
            Change::HeaderAdded(name, value) => {
                server.headers.push((name.clone(), value.clone()));
                self.with_names(Cause::OtherRequest, name.clone())
            }
            Change::Host => {
                server.headers.push(("host".to_owned(), "example.com:8080".to_owned()));
                (Cause::Header, Line::Header, "host".to_owned())
            }
            Change::Body => {
                server.body.push(b'x');
                match (self.is_s3(), self.presigned) {
                    (true, true) => return None,
                    (true, false) => (Cause::Payload, Line::Header, "x-amz-content-sha256".to_owned()),
                    (false, _) => (Cause::Payload, Line::PayloadHash, String::new()),
                }
            }
            Change::Time => {
                server.time -= 1;
                if self.presigned {
                    let day = |time| time / 86_400;
                    let name = if day(self.time) == day(server.time) {
                        "X-Amz-Date"
                    } else {
                        "X-Amz-Credential"
                    };
                    (Cause::OtherRequest, Line::Query, name.to_owned())
                } else {
                    (Cause::OtherRequest, Line::Header, "x-amz-date".to_owned())
                }
            }
            Change::Region => {
                server.region += "1";
                self.scope(Cause::Region, "region")
            }
            Change::Service => {
                server.service += "x";
                self.scope(Cause::Service, "service")
            }
            Change::Token | Change::TokenRemoved if self.token.is_empty() => return None,
            Change::Token => {
                server.token += "x";
                self.with_token(Cause::TokenInvalid)
            }
            Change::TokenRemoved => {
                server.token.clear();
                self.with_token(Cause::TokenMissing)
            }
        };
        Some((server, expected))
    }

    /// Of a presigned URL the names of the headers stand in the query, which comes first.
    fn with_names(&self, cause: Cause, name: String) -> Expected {
        if self.presigned {
            (Cause::OtherRequest, Line::Query, "X-Amz-SignedHeaders".to_owned())
        } else {
            (cause, Line::Header, name)
        }
    }

    fn with_token(&self, cause: Cause) -> Expected {
        if self.presigned {
            (cause, Line::Query, "X-Amz-Security-Token".to_owned())
        } else {
            (cause, Line::Header, "x-amz-security-token".to_owned())
        }
    }

    fn explain(&self, body: &str) -> Explained {
        let mut pairs = self.headers.clone();
        pairs.push(("Host".to_owned(), "example.com".to_owned()));
        let (headers, query) = (headers(&pairs), self.query());
        let request = Request {
            method: self.method.as_bytes(),
            path: self.path.as_bytes(),
            query: query.as_bytes(),
            headers: &headers.as_slice(),
            payload: if self.presigned && self.is_s3() {
                Payload::Unsigned
            } else {
                Payload::Bytes(&self.body)
            },
            region: self.region.as_bytes(),
            service: self.service.as_bytes(),
            time: UnixTime(self.time.try_into().unwrap()),
            options: Options {
                path: Some(PathRules {
                    normalize: self.normalizes,
                    double_encode: !self.encodes_once,
                }),
                ..Options::default()
            },
        };
        let credentials = Credentials {
            session_token: self.token.as_bytes(),
            ..CREDENTIALS
        };
        let subject = Subject {
            expires: self.presigned.then_some(3600),
            ..subject(&request, &credentials)
        };
        explain(&subject, body.as_bytes())
    }

    /// What AWS's signer makes of it.
    fn server(&self, is_s3: bool) -> Server {
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = if self.encodes_once {
            PercentEncodingMode::Single
        } else {
            PercentEncodingMode::Double
        };
        settings.uri_path_normalization_mode = if self.normalizes {
            UriPathNormalizationMode::Enabled
        } else {
            UriPathNormalizationMode::Disabled
        };
        if self.presigned {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(Duration::from_secs(3600));
        } else if is_s3 {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let token = (!self.token.is_empty()).then(|| self.token.clone());
        let identity = AwsCredentials::new(KEY_ID, SECRET, token, None, "test").into();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(self.time);
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(&self.service)
            .time(time)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let question = if self.query.is_empty() { "" } else { "?" };
        let url = format!("https://example.com{}{question}{}", self.path, self.query());
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let body = if self.presigned && is_s3 {
            SignableBody::UnsignedPayload
        } else {
            SignableBody::Bytes(&self.body)
        };
        let request = SignableRequest::new(&self.method, url, headers, body).unwrap();
        let heard = Heard::default();
        let signature =
            tracing::subscriber::with_default(heard.clone(), || sign(request, &params).unwrap().into_parts().1);
        let token_shown = format!("** redacted (length={}) **", self.token.len());
        let encoded_token = encode(self.token.as_bytes());
        let canonical_request = heard
            .0
            .lock()
            .unwrap()
            .replace(&token_shown, if self.presigned { &encoded_token } else { &self.token });
        let date = UnixTime(self.time.try_into().unwrap()).iso8601_basic().unwrap();
        let date = std::str::from_utf8(&date).unwrap();
        let string_to_sign = format!(
            "AWS4-HMAC-SHA256\n{date}\n{}/{}/{}/aws4_request\n{}",
            &date[..8],
            self.region,
            self.service,
            sha256(canonical_request.as_bytes())
        );
        Server {
            canonical_request,
            string_to_sign,
            signature,
        }
    }
}

fn pick<T>(index: &prop::sample::Index, of: &[T]) -> Option<usize> {
    (!of.is_empty()).then(|| index.index(of.len()))
}

/// Hears the canonical request that AWS's signer traces.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<String>>);

impl tracing::Subscriber for Heard {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Visitor(&self.0));
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Visitor<'a>(&'a Mutex<String>);

impl Visit for Visitor<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "canonical_request" {
            *self.0.lock().unwrap() = format!("{value:?}");
        }
    }
}

fn config(default: u32) -> ProptestConfig {
    let cases = std::env::var("IOTCRED_CASES").map_or(default, |cases| cases.parse().unwrap());
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn the_one_thing_that_was_changed_is_named(case in case(), change in change()) {
        for body in case.server(case.is_s3()).bodies() {
            prop_assert_eq!(case.explain(&body).cause, Cause::SecretAccessKey, "{}", body);
        }
        if let Some((server, expected)) = case.changed(&change) {
            let signed = server.server(case.is_s3());
            for body in signed.bodies() {
                let explained = case.explain(&body);
                let found = (explained.cause, explained.line, explained.name.clone());
                prop_assert_eq!(&found, &expected, "{}\n{}", body, explained.text);
            }
            // Cut anywhere, nothing else is named.
            let whole = signed.s3(true);
            for cut in (0..whole.len()).step_by(whole.len() / 12 + 1) {
                let found = case.explain(&whole[..cut]);
                // The string to sign comes first, and may be all there is.
                let by_string = matches!(found.line, Line::Date | Line::Scope | Line::CanonicalRequest)
                    && (found.cause == expected.0 || matches!(found.cause, Cause::Unknown | Cause::OtherRequest));
                let nothing = (found.cause, found.line) == (Cause::Unknown, Line::None);
                // A path that is cut is no other rule's.
                let path = (found.cause, found.line) == (Cause::Path, Line::Path) && expected.1 == Line::Path;
                // A name may be cut too.
                let name = expected.2.starts_with(&found.name);
                let whole_difference = path || (found.cause, found.line) == (expected.0, expected.1) && name;
                prop_assert!(by_string || nothing || whole_difference, "{}\n{}", &whole[..cut], found.text);
            }
        }
    }

    #[test]
    fn garbage_explains_nothing_and_does_no_harm(
        body in prop::collection::vec(any::<u8>(), 0..300),
        soup in "([<>/&;'\"{}:,\\\\ \nx0]|Code|Message|CanonicalRequest(Bytes)?|StringToSign(Bytes)?|Error|message|__type|&#x41|should have been|The Canonical String for this request|AQoDYXdzEPT//////////w){0,60}",
        tail in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let request = vanilla(&PLAIN);
        for subject in [subject(&request, &CREDENTIALS), presigned(&request, &CREDENTIALS)] {
            prop_assert_eq!(explain(&subject, &body).cause, Cause::Unknown);
            let soup = [soup.as_bytes(), &tail].concat();
            explain(&subject, &soup);
            let boiled = [b"<Error><CanonicalRequest>POST\n/\n".as_slice(), &soup].concat();
            explain(&subject, &boiled);
            let json = [b"{\"message\":\"The Canonical String for this request should have been\n'POST\n/\n".as_slice(), &soup].concat();
            explain(&subject, &json);
            let _ = time_signed(&soup);
        }
    }
}
