//! Presigned URLs: AWS's test suite in its query form and the published example, each asserted stage by stage; what is refused; and the buffer.
#![forbid(unsafe_code)]

mod signing_common;

use iotcred::credentials::Credentials;
use iotcred::error::Status;
use iotcred::sign::{
    Error, Form, Header, KeyCache, MqttWss, Options, PathRules, Payload, Presign, Request, Scheme, Streaming, Url,
    sign_request,
};
use iotcred::time::UnixTime;
use signing_common::{Text, canonical_request, headers, json_text, read_request, suite_folder};
use std::fs;
use std::path::Path;

/// The cases of the suite that have a query form.
const CASES: usize = 38;

fn text(put: impl FnOnce(&mut Text) -> Result<(), Status>) -> String {
    let mut text = Text::default();
    put(&mut text).unwrap();
    String::from_utf8(text.0).unwrap()
}

fn presign<'a>(request: &'a Request<'a>, expires: u32) -> Presign<'a> {
    Presign {
        request,
        scheme: Scheme::Https,
        expires,
        append_token: false,
    }
}

/// The URL, from a buffer that fits exactly.
fn url(presign: &Presign<'_>, credentials: &Credentials<'_>) -> String {
    let needed = needed(presign.url(credentials, None, &mut []));
    let mut buffer = vec![0; needed];
    assert_eq!(presign.url(credentials, None, &mut buffer).unwrap().len, needed);
    String::from_utf8(buffer).unwrap()
}

fn needed(result: Result<Url, Error>) -> usize {
    match result {
        Err(Error::BufferTooSmall { needed }) => needed,
        other => panic!("{other:?}"),
    }
}

/// Parameters in any order; every one of them encoded.
fn parameters(query: &str) -> Vec<&str> {
    let mut parameters: Vec<&str> = query.split('&').collect();
    parameters.sort_unstable();
    parameters
}

/// Runs a case; the name of the first stage that differs, with both texts.
fn run(folder: &Path) -> Result<(), String> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap().replace("\r\n", "\n");
    let context = read("context.json");
    let flag = |name: &str| context.contains(&format!("\"{name}\": true"));
    let value = |name: &str| json_text(&context, name).unwrap_or_default();
    let case = read_request(&read("request.txt"));
    // A target with a space or other bytes in it is no URL yet.
    let encoded = |byte: u8| match byte {
        b'!'..=b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    let target: String = case.target.bytes().map(encoded).collect();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let (key_id, secret, token) = (value("access_key_id"), value("secret_access_key"), value("token"));
    let (region, service) = (value("region"), value("service"));
    let headers = headers(&case.headers);
    let request = Request {
        method: case.method.as_bytes(),
        path: path.as_bytes(),
        query: query.as_bytes(),
        headers: &headers.as_slice(),
        payload: Payload::Bytes(case.body.as_bytes()),
        region: region.as_bytes(),
        service: service.as_bytes(),
        time: UnixTime::parse_rfc3339(value("timestamp").as_bytes()).unwrap(),
        options: Options {
            // The suite's service decodes the path before it signs, as S3 does.
            path: Some(PathRules {
                normalize: flag("normalize"),
                double_encode: false,
            }),
            ..Options::default()
        },
    };
    let credentials = Credentials {
        access_key_id: key_id.as_bytes(),
        secret_access_key: secret.as_bytes(),
        session_token: token.as_bytes(),
    };
    let presign = Presign {
        append_token: flag("omit_session_token"),
        ..presign(&request, 3600)
    };
    assert!(context.contains("\"expiration_in_seconds\": 3600"));
    let same = |stage: &str, ours: &str, theirs: &str| {
        if ours == theirs {
            Ok(())
        } else {
            Err(format!("{stage}\n--- ours\n{ours}\n--- AWS's\n{theirs}"))
        }
    };
    same(
        "canonical request",
        &text(|sink| presign.put_canonical_request(&credentials, sink)),
        &read("query-canonical-request.txt"),
    )?;
    same(
        "string to sign",
        &text(|sink| presign.put_string_to_sign(&credentials, sink)),
        &read("query-string-to-sign.txt"),
    )?;
    let ours = url(&presign, &credentials);
    let signature = ours.split_once("&X-Amz-Signature=").unwrap().1.get(..64).unwrap();
    same("signature", signature, &read("query-signature.txt"))?;
    // The order of the parameters in a URL is nobody's business.
    let signed = read("query-signed-request.txt");
    let line = signed.trim_start_matches('\n').lines().next().unwrap();
    let theirs = line.split_once(' ').unwrap().1.strip_suffix(" HTTP/1.1").unwrap();
    let (their_path, their_query) = theirs.split_once('?').unwrap();
    let host = request_host(&case.headers);
    let (our_path, our_query) = ours
        .strip_prefix(&format!("https://{host}"))
        .unwrap()
        .split_once('?')
        .unwrap();
    let their_path: String = their_path.bytes().map(encoded).collect();
    let their_query: String = their_query.bytes().map(encoded).collect();
    // An empty path is sent as a slash.
    same("path", our_path, &their_path)?;
    // AWS's URL has a `=` behind each name.
    let with_equals = |parameter: &str| {
        if parameter.contains('=') {
            parameter.to_owned()
        } else {
            format!("{parameter}=")
        }
    };
    let all = |query: &str| {
        parameters(query)
            .into_iter()
            .map(with_equals)
            .collect::<Vec<_>>()
            .join("\n")
    };
    same("query", &all(our_query), &all(&their_query))
}

fn request_host(headers: &[(String, String)]) -> &str {
    let host = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host"));
    host.unwrap().1.trim()
}

#[test]
fn aws_test_suite_in_query_form() {
    let (mut passed, mut wrong) = (0, String::new());
    for entry in fs::read_dir(suite_folder()).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.join("query-signature.txt").exists() {
            continue;
        }
        match run(&folder) {
            Ok(()) => passed += 1,
            Err(difference) => wrong += &format!("{}: {difference}\n\n", folder.display()),
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert_eq!(passed, CASES);
}

const HOST: Header<'_> = Header {
    name: b"Host",
    value: b"examplebucket.s3.amazonaws.com",
};

/// The request of the S3 documentation's example.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
fn example<'a>(headers: &'a &'a [Header<'a>]) -> Request<'a> {
    Request {
        method: b"GET",
        path: b"/test.txt",
        query: b"",
        headers,
        payload: Payload::Bytes(b""),
        region: b"us-east-1",
        service: b"s3",
        time: UnixTime::parse_rfc3339(b"2013-05-24T00:00:00Z").unwrap(),
        options: Options::default(),
    }
}

const CREDENTIALS: Credentials<'_> = Credentials {
    access_key_id: b"AKIAIOSFODNN7EXAMPLE",
    secret_access_key: b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    session_token: b"",
};

const TEMPORARY: Credentials<'_> = Credentials {
    session_token: b"tok/en+=",
    ..CREDENTIALS
};

#[test]
fn s3_get_object() {
    let headers = &[HOST][..];
    let request = example(&headers);
    let presign = presign(&request, 86_400);
    assert_eq!(
        text(|sink| presign.put_canonical_request(&CREDENTIALS, sink)),
        "GET\n/test.txt\nX-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\n\
         host:examplebucket.s3.amazonaws.com\n\nhost\nUNSIGNED-PAYLOAD"
    );
    assert_eq!(
        text(|sink| presign.put_string_to_sign(&CREDENTIALS, sink)),
        "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n\
         3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04"
    );
    assert_eq!(
        url(&presign, &CREDENTIALS),
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
         &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    );
}

#[test]
fn mqtt_over_websocket() {
    let mqtt = MqttWss {
        endpoint: b"abc-ats.iot.us-east-1.amazonaws.com",
        region: b"us-east-1",
        time: UnixTime::parse_rfc3339(b"2015-08-30T12:36:00Z").unwrap(),
        expires: 86_400,
    };
    let credentials = Credentials {
        access_key_id: b"AKIDEXAMPLE",
        secret_access_key: b"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        session_token: b"tok/en+=",
    };
    let expected = "wss://abc-ats.iot.us-east-1.amazonaws.com/mqtt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fiotdevicegateway%2Faws4_request\
         &X-Amz-Date=20150830T123600Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
         &X-Amz-Signature=165d9d2d3b3ce14c6c4346742cb128505b738e38591d4c5f2fe693f3f39f645e\
         &X-Amz-Security-Token=tok%2Fen%2B%3D";
    let mut cache = KeyCache::default();
    for _ in 0..2 {
        let mut buffer = vec![0; expected.len()];
        let url = mqtt.url(&credentials, Some(&mut cache), &mut buffer).unwrap();
        assert_eq!(std::str::from_utf8(&buffer).unwrap(), expected);
        assert_eq!(url.len, expected.len());
        assert!(buffer[url.target..].starts_with(b"/mqtt?X-Amz-Algorithm="));
    }
    let long_term = Credentials {
        session_token: b"",
        ..credentials
    };
    let mut buffer = [0; 1024];
    let url = mqtt.url(&long_term, None, &mut buffer).unwrap();
    assert_eq!(
        &buffer[..url.len],
        expected.split_once("&X-Amz-Security-Token").unwrap().0.as_bytes()
    );

    for (endpoint, expires, status) in [
        (&b""[..], 1, Status::Endpoint),
        (b"wss://host", 1, Status::Endpoint),
        (b"host/mqtt", 1, Status::Endpoint),
        (b"host?", 1, Status::Endpoint),
        (b"user@host", 1, Status::Endpoint),
        (b"ho st", 1, Status::Endpoint),
        (b"host", 0, Status::Expires),
        (b"host", 604_801, Status::Expires),
    ] {
        let wrong = MqttWss {
            endpoint,
            expires,
            ..mqtt
        };
        assert_eq!(wrong.url(&credentials, None, &mut buffer), Err(Error::Invalid(status)));
    }
    let wrong = MqttWss { region: b"", ..mqtt };
    assert_eq!(
        wrong.url(&credentials, None, &mut buffer),
        Err(Error::Invalid(Status::Region))
    );
}

#[test]
fn the_payload_is_unsigned_for_s3_and_hashed_elsewhere_and_can_be_given() {
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let headers = &[HOST][..];
    let last_line = |service: &'static [u8], payload| {
        let request = Request {
            service,
            payload,
            ..example(&headers)
        };
        let text = text(|sink| presign(&request, 1).put_canonical_request(&CREDENTIALS, sink));
        text.lines().last().unwrap().to_owned()
    };
    for (payload, s3, other) in [
        (Payload::Bytes(b""), "UNSIGNED-PAYLOAD", EMPTY),
        (Payload::Bytes(b"abc"), ABC, ABC),
        (Payload::Sha256(&[0xab; 32]), &*"ab".repeat(32), &*"ab".repeat(32)),
        (Payload::Unsigned, "UNSIGNED-PAYLOAD", "UNSIGNED-PAYLOAD"),
    ] {
        assert_eq!(last_line(b"s3", payload), s3);
        assert_eq!(last_line(b"s3express", payload), s3);
        assert_eq!(last_line(b"iot", payload), other);
    }
}

#[test]
fn parameters_and_headers_of_the_request_are_signed_too() {
    let headers = &[
        HOST,
        Header {
            name: b"X-Amz-Meta-B",
            value: b" 1  2 ",
        },
        Header {
            name: b"x-a%&",
            value: b"3",
        },
        Header {
            name: b"User-Agent",
            value: b"left out",
        },
    ][..];
    let request = Request {
        query: b"X-Amz-Z&acl&&a=%7e&X-Amz-D=2&X-Amz-Content-Sha256=&X-Amz-SignedHeaders2=&B=1&X-Amz-D=1",
        ..example(&headers)
    };
    let presign = presign(&request, 604_800);
    let text = text(|sink| presign.put_canonical_request(&TEMPORARY, sink));
    assert_eq!(
        text.lines().nth(2).unwrap(),
        "B=1&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Content-Sha256=\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-D=1&X-Amz-D=2\
         &X-Amz-Date=20130524T000000Z&X-Amz-Expires=604800&X-Amz-Security-Token=tok%2Fen%2B%3D\
         &X-Amz-SignedHeaders=host%3Bx-a%25%26%3Bx-amz-meta-b&X-Amz-SignedHeaders2=&X-Amz-Z=&a=~&acl="
    );
    assert!(text.ends_with(
        "\nhost:examplebucket.s3.amazonaws.com\nx-a%&:3\nx-amz-meta-b:1 2\n\nhost;x-a%&;x-amz-meta-b\nUNSIGNED-PAYLOAD"
    ));
    let url = url(&presign, &TEMPORARY);
    let start = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Z&acl&&a=%7e&X-Amz-D=2&X-Amz-Content-Sha256=\
         &X-Amz-SignedHeaders2=&B=1&X-Amz-D=1&X-Amz-Algorithm=AWS4-HMAC-SHA256&";
    assert!(url.starts_with(start), "{url}");
    assert!(url.contains("&X-Amz-Security-Token=tok%2Fen%2B%3D&X-Amz-SignedHeaders=host%3Bx-a%25%26%3Bx-amz-meta-b&"));
}

/// Presigns into a buffer that must stay as it was, and gives the status.
fn refused(presign: &Presign<'_>, credentials: &Credentials<'_>) -> Status {
    let mut buffer = [0xa5; 2048];
    let result = presign.url(credentials, None, &mut buffer);
    assert_eq!(buffer, [0xa5; 2048]);
    match result {
        Err(Error::Invalid(status)) => status,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_cannot_be_presigned_is_refused_and_nothing_is_written() {
    let headers = &[HOST][..];
    let good = example(&headers);
    for expires in [0, 604_801, u32::MAX] {
        assert_eq!(refused(&presign(&good, expires), &CREDENTIALS), Status::Expires);
    }
    for query in [
        "X-Amz-Signature=0",
        "a=b&X-Amz-Expires=1",
        "X-Amz-Date",
        "X-Amz-Algorithm=",
        "X-Amz-Credential",
        "&&X-Amz-SignedHeaders=host",
        "X-Amz-Security-Token=t",
        "x-amz-signature=0",
        "%58-Amz%2dSignature=0",
    ] {
        let request = Request {
            query: query.as_bytes(),
            ..example(&headers)
        };
        assert_eq!(refused(&presign(&request, 1), &CREDENTIALS), Status::Query, "{query}");
    }
    for query in ["a%", "a b", "a#"] {
        let request = Request {
            query: query.as_bytes(),
            ..example(&headers)
        };
        assert_eq!(refused(&presign(&request, 1), &CREDENTIALS), Status::Query, "{query}");
    }
    for (name, value, status) in [
        ("authorization", "x", Status::HeaderConflict),
        ("X-Amz-Date", "20130524T000000Z", Status::HeaderConflict),
        ("x-amz-security-token", "tok/en+=", Status::HeaderConflict),
        ("x-amz-content-sha256", "0", Status::HeaderConflict),
        ("host", "examplebucket.s3.amazonaws.com", Status::Header),
        ("a b", "", Status::HeaderName),
    ] {
        let headers = &[
            HOST,
            Header {
                name: name.as_bytes(),
                value: value.as_bytes(),
            },
        ][..];
        assert_eq!(refused(&presign(&example(&headers), 1), &TEMPORARY), status, "{name}");
    }
    for (host, status) in [
        ("", Status::HostMissing),
        ("a/b", Status::Header),
        ("a?b", Status::Header),
        ("a#b", Status::Header),
        ("u@b", Status::Header),
        ("a b", Status::Header),
        ("a,b", Status::Header),
    ] {
        let headers = &[Header {
            name: b"host",
            value: host.as_bytes(),
        }][..];
        assert_eq!(refused(&presign(&example(&headers), 1), &CREDENTIALS), status, "{host}");
    }
    assert_eq!(
        refused(&presign(&example(&(&[][..])), 1), &CREDENTIALS),
        Status::HostMissing
    );
    let no_secret = Credentials {
        secret_access_key: b"",
        ..CREDENTIALS
    };
    assert_eq!(refused(&presign(&good, 1), &no_secret), Status::SecretAccessKey);
    for (request, status) in [
        (
            Request {
                method: b"",
                ..example(&headers)
            },
            Status::Method,
        ),
        (
            Request {
                path: b"x",
                ..example(&headers)
            },
            Status::Path,
        ),
        (
            Request {
                region: b"",
                ..example(&headers)
            },
            Status::Region,
        ),
        (
            Request {
                service: b"/",
                ..example(&headers)
            },
            Status::Service,
        ),
        (
            Request {
                time: UnixTime(0),
                ..example(&headers)
            },
            Status::ClockUnset,
        ),
        (
            Request {
                time: UnixTime(i64::MAX),
                ..example(&headers)
            },
            Status::TimeOutOfRange,
        ),
    ] {
        assert_eq!(refused(&presign(&request, 1), &CREDENTIALS), status);
    }
}

#[test]
fn a_right_content_sha256_is_signed_as_any_header() {
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let headers = &[
        HOST,
        Header {
            name: b"X-Amz-Content-Sha256",
            value: hash.as_bytes(),
        },
    ][..];
    let request = Request {
        method: b"PUT",
        payload: Payload::Bytes(b"abc"),
        ..example(&headers)
    };
    let text = text(|sink| presign(&request, 1).put_canonical_request(&CREDENTIALS, sink));
    assert!(
        text.ends_with(&format!("\nhost;x-amz-content-sha256\n{hash}")),
        "{text}"
    );
}

#[test]
fn every_buffer_that_is_too_small_is_told_what_is_enough() {
    let headers = &[HOST][..];
    let request = example(&headers);
    for append_token in [false, true] {
        let presign = Presign {
            append_token,
            ..presign(&request, 9)
        };
        let mut whole = [0xa5; 1024];
        let url = presign.url(&TEMPORARY, None, &mut whole).unwrap();
        assert!(whole[url.len..].iter().all(|byte| *byte == 0xa5));
        for length in 0..url.len {
            let mut buffer = vec![0xa5; length];
            assert_eq!(needed(presign.url(&TEMPORARY, None, &mut buffer)), url.len);
            assert!(buffer.iter().all(|byte| *byte == 0xa5));
        }
        let mut exact = vec![0; url.len];
        assert_eq!(presign.url(&TEMPORARY, None, &mut exact), Ok(url));
        assert_eq!(exact, whole[..url.len]);
    }
}

#[test]
fn what_is_not_encoded_yet_is_no_url() {
    let headers = &[HOST][..];
    let raw = Request {
        options: Options {
            form: Form::Raw,
            ..Options::default()
        },
        ..example(&headers)
    };
    assert_eq!(refused(&presign(&raw, 1), &CREDENTIALS), Status::Path);
    let streamed = Request {
        payload: Payload::Streaming(Streaming::Signed),
        ..example(&headers)
    };
    assert_eq!(refused(&presign(&streamed, 1), &CREDENTIALS), Status::Payload);
}

#[test]
fn which_headers_are_signed_can_be_chosen() {
    let names = ["Via", "User-Agent", "EXPECT", "x-amz-meta-a", "Authorization"];
    let headers: Vec<Header<'_>> = names
        .iter()
        .map(|name| Header {
            name: name.as_bytes(),
            value: b"1",
        })
        .chain([HOST])
        .collect();
    let signed = |unsigned: &str| {
        let headers = &headers[..];
        let request = Request {
            options: Options {
                unsigned_headers: unsigned.as_bytes(),
                ..Options::default()
            },
            service: b"iot",
            ..example(&headers)
        };
        let text = canonical_request(&request, &CREDENTIALS);
        let mut lines = text.lines().rev();
        lines.nth(1).unwrap().to_owned()
    };
    assert_eq!(signed(""), "host;via;x-amz-date;x-amz-meta-a");
    assert_eq!(signed(" "), "expect;host;user-agent;via;x-amz-date;x-amz-meta-a");
    assert_eq!(signed("VIA"), "expect;host;user-agent;x-amz-date;x-amz-meta-a");
    assert_eq!(signed("via  user-agent "), "expect;host;x-amz-date;x-amz-meta-a");
    assert_eq!(
        signed("host x-amz-date vi viaa x-amz-meta-a"),
        "expect;host;user-agent;via;x-amz-date"
    );
    for list in ["a,b", "a\tb", "a\nb", "a:"] {
        let headers = &[HOST][..];
        let request = Request {
            options: Options {
                unsigned_headers: list.as_bytes(),
                ..Options::default()
            },
            ..example(&headers)
        };
        let refused = sign_request(&request, &CREDENTIALS, None, &mut [0; 1024]);
        assert_eq!(refused, Err(Error::Invalid(Status::Header)), "{list}");
    }
}
