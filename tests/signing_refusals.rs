//! What the signer refuses, with which status, and that it then writes nothing; and what it does with headers that are there already.
#![forbid(unsafe_code)]

mod signing_common;

use iotcred::credentials::Credentials;
use iotcred::error::Status;
use iotcred::sign::{Error, Form, Header, Options, Payload, Request, Signed, sign_request};
use iotcred::time::UnixTime;
use signing_common::canonical_request;

const HOST: Header<'_> = Header {
    name: b"Host",
    value: b"example.amazonaws.com",
};

const CREDENTIALS: Credentials<'_> = Credentials {
    access_key_id: b"AKIDEXAMPLE",
    secret_access_key: b"secret",
    session_token: b"token",
};

fn request<'a>(headers: &'a [Header<'a>; 2]) -> Request<'a> {
    Request {
        method: b"GET",
        path: b"/",
        query: b"",
        headers,
        payload: Payload::Bytes(b""),
        region: b"us-east-1",
        service: b"s3",
        time: UnixTime(1_440_938_160),
        options: Options::default(),
    }
}

const PLAIN: [Header<'_>; 2] = [
    HOST,
    Header {
        name: b"x-test",
        value: b"1",
    },
];

/// Signs into a buffer that must stay as it was, and gives the status.
fn refused(request: &Request<'_>, credentials: &Credentials<'_>) -> Status {
    let mut buffer = [0xa5; 1024];
    let result = sign_request(request, credentials, None, &mut buffer);
    assert_eq!(buffer, [0xa5; 1024]);
    match result {
        Err(Error::Invalid(status)) => status,
        other => panic!("{other:?}"),
    }
}

fn with_header(name: &[u8], value: &[u8]) -> Result<Signed, Error> {
    let headers = [HOST, Header { name, value }];
    sign_request(&request(&headers), &CREDENTIALS, None, &mut [0; 1024])
}

#[test]
fn each_field_has_its_status() {
    type Change = fn(&mut Request<'_>);
    let changes: [(Change, Status); 28] = [
        (|r| r.method = b"", Status::Method),
        (|r| r.method = b"GET ", Status::Method),
        (|r| r.method = b"G\r\n", Status::Method),
        (|r| r.path = b"a", Status::Path),
        (|r| r.path = b"/a b", Status::Path),
        (|r| r.path = b"/a\r\n", Status::Path),
        (|r| r.path = b"/a\0", Status::Path),
        (|r| r.path = b"/a\x7f", Status::Path),
        (|r| r.path = b"/a?b", Status::Path),
        (|r| r.path = b"/a#b", Status::Path),
        (|r| r.path = b"/%", Status::Path),
        (|r| r.path = b"/%4", Status::Path),
        (|r| r.path = b"/%4g", Status::Path),
        (|r| r.path = b"/%%41", Status::Path),
        (|r| r.query = b"a=%", Status::Query),
        (|r| r.query = b"a=%zz", Status::Query),
        (|r| r.query = b"a b", Status::Query),
        (|r| r.query = b"a#b", Status::Query),
        (|r| r.query = b"a\n", Status::Query),
        (|r| r.region = b"", Status::Region),
        (|r| r.region = b"us/east", Status::Region),
        (|r| r.region = b"us east", Status::Region),
        (|r| r.service = b"", Status::Service),
        (|r| r.service = b"s3,s3", Status::Service),
        (|r| r.service = b"s3\xe9", Status::Service),
        (|r| r.time = UnixTime(0), Status::ClockUnset),
        (|r| r.time = UnixTime(i64::MIN), Status::ClockUnset),
        (|r| r.time = UnixTime(253_402_300_800), Status::TimeOutOfRange),
    ];
    for (i, (change, status)) in changes.iter().enumerate() {
        let mut request = request(&PLAIN);
        change(&mut request);
        assert_eq!(refused(&request, &CREDENTIALS), *status, "{i}");
    }
}

#[test]
fn each_credential_has_its_status() {
    let request = request(&PLAIN);
    for access_key_id in [&b""[..], b"AK/ID", b"AK ID", b"AK,ID", b"AK=ID", b"AKID\n", b"AK\0"] {
        assert_eq!(
            refused(
                &request,
                &Credentials {
                    access_key_id,
                    ..CREDENTIALS
                }
            ),
            Status::AccessKeyId
        );
    }
    assert_eq!(
        refused(
            &request,
            &Credentials {
                secret_access_key: b"",
                ..CREDENTIALS
            }
        ),
        Status::SecretAccessKey
    );
    for session_token in [&b"to ken"[..], b"token\r\n", b"\0", b"\xff", b"\x7f"] {
        assert_eq!(
            refused(
                &request,
                &Credentials {
                    session_token,
                    ..CREDENTIALS
                }
            ),
            Status::SessionToken
        );
    }
}

#[test]
fn headers_must_be_well_formed() {
    for name in [&b""[..], b"a b", b"a:", b"a\n", b"\xe9", b"a\0", b"(a)"] {
        assert_eq!(
            with_header(name, b"1"),
            Err(Error::Invalid(Status::HeaderName)),
            "{name:?}"
        );
    }
    for value in [&b"a\r\nb: c"[..], b"\n", b"\0", b"a\x7f", b"\x1b[0m"] {
        assert_eq!(
            with_header(b"a", value),
            Err(Error::Invalid(Status::Header)),
            "{value:?}"
        );
    }
    for value in [&b""[..], b"\t", b"a\tb", b"\xff\x80"] {
        assert!(with_header(b"a", value).is_ok(), "{value:?}");
    }
}

#[test]
fn a_host_is_needed() {
    for header in [
        Header {
            name: b"hosts",
            value: b"a",
        },
        Header {
            name: b"host",
            value: b" \t",
        },
    ] {
        let headers = [
            Header {
                name: b"a",
                value: b"b",
            },
            header,
        ];
        assert_eq!(refused(&request(&headers), &CREDENTIALS), Status::HostMissing);
    }
}

#[test]
fn a_header_of_the_signers_must_have_its_value() {
    for name in [
        "X-Amz-Date",
        "x-amz-content-sha256",
        "X-AMZ-SECURITY-TOKEN",
        "Authorization",
    ] {
        let conflict = Err(Error::Invalid(Status::HeaderConflict));
        assert_eq!(with_header(name.as_bytes(), b"other"), conflict, "{name}");
        assert_eq!(with_header(name.as_bytes(), b""), conflict, "{name}");
    }
    let headers = [
        HOST,
        Header {
            name: b"x-amz-security-token",
            value: b"",
        },
    ];
    let no_token = Credentials {
        session_token: b"",
        ..CREDENTIALS
    };
    // Without a token of ours, one in the request is nobody's; an empty header is one that the server would see.
    assert!(sign_request(&request(&headers), &no_token, None, &mut [0; 1024]).is_ok());
    let headers = [
        HOST,
        Header {
            name: b"x-amz-security-token",
            value: b"theirs",
        },
    ];
    assert_eq!(refused(&request(&headers), &no_token), Status::HeaderConflict);
}

#[test]
fn a_header_of_the_signers_comes_once() {
    let date = Header {
        name: b"x-amz-date",
        value: b"20150830T123600Z",
    };
    let headers = [
        HOST,
        date,
        Header {
            name: b"X-Amz-Date",
            ..date
        },
    ];
    let request = Request {
        headers: &headers,
        ..request(&PLAIN)
    };
    assert_eq!(refused(&request, &CREDENTIALS), Status::HeaderConflict);
}

#[test]
fn what_the_request_carries_already_is_not_added_again() {
    let mut buffer = [0; 1024];
    let signed = sign_request(&request(&PLAIN), &CREDENTIALS, None, &mut buffer).unwrap();
    let whole = canonical_request(&request(&PLAIN), &CREDENTIALS);
    let value = |range: &Option<std::ops::Range<usize>>| buffer[range.clone().unwrap()].to_vec();
    let (date, hash, authorization) = (
        value(&signed.date()),
        value(&signed.content_sha256()),
        value(&signed.authorization()),
    );
    let all = [
        HOST,
        Header {
            name: b"Authorization",
            value: &[b" ", authorization.as_slice(), b" "].concat(),
        },
        Header {
            name: b"X-Amz-Content-Sha256",
            value: &hash,
        },
        Header {
            name: b"X-Amz-Security-Token",
            value: b"token",
        },
        PLAIN[1],
        Header {
            name: b"X-Amz-Date",
            value: &date,
        },
    ];
    for left_out in 1..all.len() {
        let mut headers = all.to_vec();
        let missing = headers.remove(left_out).name.to_ascii_lowercase();
        if missing == b"x-test" {
            continue;
        }
        let request = Request {
            headers: &headers.as_slice(),
            ..request(&PLAIN)
        };
        assert_eq!(canonical_request(&request, &CREDENTIALS), whole);
        let mut buffer = [0; 1024];
        let signed = sign_request(&request, &CREDENTIALS, None, &mut buffer).unwrap();
        assert_eq!(signed.date().is_some(), missing == b"x-amz-date");
        assert_eq!(signed.content_sha256().is_some(), missing == b"x-amz-content-sha256");
        assert_eq!(signed.security_token(), missing == b"x-amz-security-token");
        assert_eq!(
            signed
                .authorization()
                .as_ref()
                .map(|range| buffer[range.clone()].to_vec()),
            (missing == b"authorization").then(|| authorization.clone())
        );
    }
    let request = Request {
        headers: &all,
        ..request(&PLAIN)
    };
    assert_eq!(
        sign_request(&request, &CREDENTIALS, None, &mut []),
        Ok(Signed::default())
    );
}

#[test]
fn every_buffer_that_is_too_small_is_told_what_is_enough() {
    let request = request(&PLAIN);
    let mut whole = [0; 1024];
    let signed = sign_request(&request, &CREDENTIALS, None, &mut whole).unwrap();
    for length in 0..signed.len() {
        let mut buffer = vec![0xa5; length];
        let result = sign_request(&request, &CREDENTIALS, None, &mut buffer);
        assert_eq!(result, Err(Error::BufferTooSmall { needed: signed.len() }));
        assert!(buffer.iter().all(|byte| *byte == 0xa5));
    }
    let mut exact = vec![0; signed.len()];
    assert_eq!(
        sign_request(&request, &CREDENTIALS, None, &mut exact),
        Ok(signed.clone())
    );
    assert_eq!(exact, whole[..signed.len()]);
    assert!(whole[signed.len()..].iter().all(|byte| *byte == 0));
}

#[test]
fn the_path_and_the_query_are_made_canonical() {
    let line = |service: &'static [u8], form, path: &'static str, query: &'static str| {
        let options = Options {
            form,
            ..Options::default()
        };
        let request = Request {
            service,
            path: path.as_bytes(),
            query: query.as_bytes(),
            options,
            ..request(&PLAIN)
        };
        let text = canonical_request(&request, &CREDENTIALS);
        let mut lines = text.lines().skip(1);
        (lines.next().unwrap().to_owned(), lines.next().unwrap().to_owned())
    };
    // S3 decodes the path and encodes the key once; the others encode what was sent.
    for (path, s3, other) in [
        ("", "/", "/"),
        ("/a%20b", "/a%20b", "/a%2520b"),
        ("/a%2fb", "/a/b", "/a%252fb"),
        ("/%41%7e", "/A~", "/%2541%257e"),
        ("/@:+", "/%40%3A%2B", "/%40%3A%2B"),
        ("/\u{e9}", "/%C3%A9", "/%C3%A9"),
        ("/a/../b//c/.", "/a/../b//c/.", "/b/c/"),
        ("/../..", "/../..", "/"),
        ("/a/b/../../c/..", "/a/b/../../c/..", "/"),
        ("/a/b/../../../c", "/a/b/../../../c", "/c"),
        ("/.hidden/..x/...", "/.hidden/..x/...", "/.hidden/..x/..."),
    ] {
        assert_eq!(line(b"s3", Form::Wire, path, "").0, s3, "{path}");
        assert_eq!(line(b"iot", Form::Wire, path, "").0, other, "{path}");
    }
    assert_eq!(line(b"s3", Form::Raw, "/a b%41?", "").0, "/a%20b%2541%3F");
    assert_eq!(line(b"iot", Form::Raw, "/a b%41?", "").0, "/a%2520b%252541%253F");
    for (query, canonical) in [
        ("acl", "acl="),
        ("a=1&&b=2&", "a=1&b=2"),
        ("a-b=1&a=2", "a=2&a-b=1"),
        ("a=b&a=%20&a", "a=&a=%20&a=b"),
        ("b=a=c", "b=a%3Dc"),
        ("t=1+1", "t=1%2B1"),
        ("%61=%7e%2f", "a=~%2F"),
        ("=1", "=1"),
        ("a=\u{e9}", "a=%C3%A9"),
        ("B=1&a=1&%C3%A9=1&_=1", "%C3%A9=1&B=1&_=1&a=1"),
    ] {
        assert_eq!(line(b"s3", Form::Wire, "/", query).1, canonical, "{query}");
    }
    assert_eq!(line(b"s3", Form::Raw, "/", "a=%41 +&b==").1, "a=%2541%20%2B&b=%3D");
}

#[test]
fn which_services_sign_the_payloads_hash_in_a_header() {
    let mut request = request(&PLAIN);
    let has = |request: &Request<'_>| canonical_request(request, &CREDENTIALS).contains("x-amz-content-sha256:");
    for service in [&b"s3"[..], b"s3-object-lambda", b"s3-outposts", b"s3express"] {
        request.service = service;
        assert!(has(&request));
    }
    request.service = b"dynamodb";
    assert!(!has(&request));
    request.options.content_sha256 = true;
    assert!(has(&request));
    request.options.content_sha256 = false;
    request.payload = Payload::Unsigned;
    assert!(has(&request));
}

#[test]
fn headers_that_change_on_the_way_are_not_signed() {
    let headers = [
        HOST,
        Header {
            name: b"User-Agent",
            value: b"a",
        },
        Header {
            name: b"CONNECTION",
            value: b"close",
        },
        Header {
            name: b"Expect",
            value: b"100-continue",
        },
        Header {
            name: b"Transfer-Encoding",
            value: b"chunked",
        },
        Header {
            name: b"X-Amzn-Trace-Id",
            value: b"1",
        },
        Header {
            name: b"User-Agents",
            value: b"signed",
        },
    ];
    let request = Request {
        headers: &headers,
        ..request(&PLAIN)
    };
    let text = canonical_request(&request, &CREDENTIALS);
    assert!(
        text.contains("\nhost;user-agents;x-amz-content-sha256;x-amz-date;x-amz-security-token\n"),
        "{text}"
    );
}
