//! The SDK's SigV4 module over the signer: botocore's signatures, statuses, forms of headers, dates. What needs a pointer or a callback is tested in
//! tests/c/sdk.
#![forbid(unsafe_code)]

mod signing_common;

use iotcred::aws_sdk::{Flags, Parameters, Status, aws_iot_date_to_iso8601, encode_uri, generate_http_authorization};
use iotcred::credentials::Credentials;
use iotcred::crypto::sha256::Sha256;
use iotcred::sign::{self, Form, Options, Payload, Presign, Request, Scheme};
use iotcred::time::UnixTime;
use proptest::prelude::*;
use signing_common::{canonical_request, headers, is_unreserved, is_unsigned, percent_encode};

const HEADERS: &[u8] = b"Host: h\r\n\r\n";

fn parameters() -> Parameters<'static> {
    Parameters {
        access_key_id: b"AKIDEXAMPLE",
        secret_access_key: b"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        timestamp: b"20150830T123600Z",
        algorithm: None,
        region: b"us-east-1",
        service: b"s3",
        method: b"GET",
        flags: Flags(0),
        path: b"/",
        query: b"",
        headers: HEADERS,
        payload: b"",
    }
}

fn authorization(parameters: &Parameters<'_>) -> Result<String, Status> {
    let mut buffer = [0xa5; 8192];
    let written = generate_http_authorization(parameters, &mut Sha256::new(), &mut buffer)?;
    assert!(buffer[written.end()..].iter().all(|byte| *byte == 0xa5), "past the end");
    let text = String::from_utf8(buffer[..written.end()].to_vec()).unwrap();
    assert_eq!(text.split_once("Signature=").unwrap().1, &text[written.before..]);
    Ok(text)
}

fn with_headers(headers: &[u8]) -> Result<String, Status> {
    authorization(&Parameters {
        headers,
        ..parameters()
    })
}

/// Whether two requests are signed as one and the same.
fn same(a: Parameters<'_>, b: Parameters<'_>) -> bool {
    authorization(&a).unwrap() == authorization(&b).unwrap()
}

/// `\x0d` in a vector is a CR.
fn unescaped(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}

#[test]
fn botocore_gives_the_same() {
    let vectors = include_str!("aws_sdk_vectors/vectors.txt");
    let mut cases = 0;
    for case in vectors.split_terminator("\n\n") {
        let field = |name: &str| {
            let line = case.lines().find_map(|line| line.strip_prefix(&format!("{name} =")));
            unescaped(
                line.unwrap_or_else(|| panic!("{name} is missing"))
                    .strip_prefix(' ')
                    .unwrap_or_default(),
            )
        };
        let (region, service, secret) = (field("region"), field("service"), field("secret"));
        let (method, path, query) = (field("method"), field("path"), field("query"));
        let (headers, payload) = (field("headers"), field("payload"));
        let parameters = Parameters {
            region: &region,
            service: &service,
            secret_access_key: &secret,
            method: &method,
            path: &path,
            query: &query,
            headers: &headers,
            payload: &payload,
            flags: Flags(String::from_utf8(field("flags")).unwrap().parse().unwrap()),
            ..parameters()
        };
        let name = String::from_utf8(field("case")).unwrap();
        assert_eq!(
            authorization(&parameters),
            Ok(String::from_utf8(field("authorization")).unwrap()),
            "{name}"
        );
        cases += 1;
    }
    assert_eq!(cases, 26);
}

/// A path, a query and values of headers as both signers take them.
fn texts() -> impl Strategy<Value = (Vec<u8>, Vec<u8>, Vec<(String, String)>)> {
    let byte = prop_oneof![3 => prop::sample::select(&b"ab-._~/%+=&,; :@?#'()*"[..]), 1 => 1_u8..];
    let path = prop::collection::vec(byte.clone(), 0..20).prop_map(|rest| [b"/".to_vec(), rest].concat());
    let name = "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}".prop_filter("known to the signer", |name| {
        let name = name.to_lowercase();
        let known = [
            "host",
            "authorization",
            "x-amz-date",
            "x-amz-content-sha256",
            "x-amz-security-token",
        ];
        !known.contains(&name.as_str()) && !is_unsigned(&name)
    });
    let value = prop_oneof![
        "[!-~]{1,20}",
        "[ ab]{0,9}c[ ab]{0,9}",
        " {0,2}a[ é\u{1234}]{0,6}a {0,2}"
    ];
    (
        path,
        prop::collection::vec(byte, 0..40),
        prop::collection::vec((name, value), 0..70),
    )
}

/// A query that is not encoded yet, as a client sends it.
fn sent(query: &[u8]) -> String {
    let parameter = |parameter: &[u8]| match parameter.iter().position(|byte| *byte == b'=') {
        Some(at) => [
            percent_encode(&parameter[..at], is_unreserved),
            percent_encode(&parameter[at + 1..], is_unreserved),
        ]
        .join("="),
        None => percent_encode(parameter, is_unreserved),
    };
    let parameters: Vec<String> = query.split(|byte| *byte == b'&').map(parameter).collect();
    parameters.join("&")
}

fn hex_of_sha256(payload: &[u8]) -> String {
    Sha256::digest(payload)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn cases() -> ProptestConfig {
    let cases = std::env::var("IOTCRED_CASES").map_or(500, |cases| cases.parse().unwrap());
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

proptest! {
    #![proptest_config(cases())]

    /// With and without the flag by which the payload's hash is a header's value, and with all of it in canonical form.
    #[test]
    fn it_is_the_native_signer(
        (path, query, mut pairs) in texts(),
        service in prop::sample::select(vec!["s3", "iot", "s3express", "execute-api"]),
        payload in prop::collection::vec(any::<u8>(), 0..80),
        hashed in any::<bool>(),
        time in 1_325_376_000_i64..253_402_300_799,
    ) {
        let iso8601 = UnixTime(time).iso8601_basic().unwrap();
        pairs.push(("X-Amz-Date".into(), String::from_utf8(iso8601.to_vec()).unwrap()));
        pairs.insert(pairs.len() / 2, ("HOST".into(), "example.amazonaws.com".into()));
        if hashed || ["s3", "s3-object-lambda", "s3-outposts", "s3express"].contains(&service) {
            pairs.push(("x-amz-Content-SHA256".into(), hex_of_sha256(&payload)));
        }
        let block: String = pairs.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let sdk = Parameters {
            timestamp: &iso8601, service: service.as_bytes(), path: &path, query: &query, headers: block.as_bytes(),
            payload: if hashed { b"another" } else { &payload }, flags: Flags(if hashed { Flags::PAYLOAD_IS_HASH } else { 0 }), ..parameters()
        };

        let native = headers(&pairs);
        let request = Request {
            method: b"GET", path: &path, query: &query, headers: &native.as_slice(), payload: Payload::Bytes(&payload), region: b"us-east-1",
            service: service.as_bytes(), time: UnixTime(time), options: Options { form: Form::RawEqualsTwice, ..Options::default() },
        };
        let credentials = Credentials { access_key_id: sdk.access_key_id, secret_access_key: sdk.secret_access_key, session_token: b"" };
        let mut buffer = [0; 8192];
        let signed = sign::sign_request(&request, &credentials, None, &mut buffer).unwrap();
        let native = std::str::from_utf8(&buffer[signed.authorization().unwrap()]).unwrap();
        prop_assert_eq!(authorization(&sdk).unwrap(), native);

        let canonical = canonical_request(&request, &credentials);
        let mut lines = canonical.split('\n').skip(1);
        let (path, query) = (lines.next().unwrap(), lines.next().unwrap());
        let headers: String = lines.take_while(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect();
        let all = Flags::PATH_IS_CANONICAL | Flags::QUERY_IS_CANONICAL | Flags::HEADERS_ARE_CANONICAL;
        let sdk = Parameters {
            path: path.as_bytes(), query: query.as_bytes(), headers: headers.as_bytes(), flags: Flags(sdk.flags.0 | all), ..sdk
        };
        prop_assert_eq!(authorization(&sdk).unwrap(), native, "canonical");
    }

    #[test]
    fn it_is_the_native_signer_of_urls(
        (path, query, mut pairs) in texts(),
        time in 1_325_376_000_i64..253_402_300_799,
        expires in 1_u32..604_801,
        token in "[!-%'-~]{0,80}", // No "&", which ends a value that is not encoded.
    ) {
        pairs.retain(|(name, _)| !name.contains('&')); // Nor here, where names are listed.
        pairs.push(("host".into(), "bucket.s3.amazonaws.com".into()));
        let native = headers(&pairs);
        let (wire_path, wire_query) = (percent_encode(&path, |byte| is_unreserved(byte) || byte == b'/'), sent(&query));
        let request = Request {
            method: b"GET", path: wire_path.as_bytes(), query: wire_query.as_bytes(), headers: &native.as_slice(), payload: Payload::Bytes(b""),
            region: b"us-east-1", service: b"s3", time: UnixTime(time), options: Options { form: Form::Wire, ..Options::default() },
        };
        let credentials = Credentials {
            access_key_id: parameters().access_key_id, secret_access_key: parameters().secret_access_key, session_token: token.as_bytes(),
        };
        let mut buffer = [0; 32 * 1024];
        let presign = Presign { request: &request, scheme: Scheme::Https, expires, append_token: false };
        let url = presign.url(&credentials, None, &mut buffer).unwrap();
        let url = std::str::from_utf8(&buffer[..url.len]).unwrap();

        // The application writes these parameters itself, not encoded yet.
        let iso8601 = UnixTime(time).iso8601_basic().unwrap();
        let date = std::str::from_utf8(&iso8601).unwrap();
        let mut names: Vec<String> = pairs.iter().map(|(name, _)| name.to_lowercase()).collect();
        names.sort_unstable();
        names.dedup();
        let mut own = format!(
            "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE/{}/us-east-1/s3/aws4_request&X-Amz-Date={date}&X-Amz-Expires={expires}\
             &X-Amz-SignedHeaders={}", &date[..8], names.join(";")
        );
        if !token.is_empty() {
            own += &format!("&X-Amz-Security-Token={token}");
        }
        let block: String = pairs.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let sdk = Parameters {
            timestamp: &iso8601, path: &path, query: &[&query, own.as_bytes()].concat(), headers: block.as_bytes(),
            flags: Flags(Flags::PRESIGNED_URL), ..parameters()
        };
        let ours = authorization(&sdk).unwrap();
        prop_assert_eq!(ours.split_once("Signature=").unwrap().1, url.split_once("&X-Amz-Signature=").unwrap().1);
    }

    #[test]
    fn no_headers_make_it_panic(headers in prop::collection::vec(prop::sample::select(&b"a: \r\n\t\0"[..]), 1..40), flags in 0_u32..32) {
        let _ = authorization(&Parameters { headers: &headers, flags: Flags(flags), ..parameters() });
    }

    #[test]
    fn no_date_makes_it_panic(date in prop::collection::vec(any::<u8>(), 0..32)) {
        let _ = aws_iot_date_to_iso8601(&date);
    }
}

#[test]
fn what_is_missing_is_refused() {
    let good = parameters();
    for bad in [
        Parameters {
            access_key_id: b"",
            ..good
        },
        Parameters {
            secret_access_key: b"",
            ..good
        },
        Parameters { timestamp: b"", ..good },
        Parameters {
            timestamp: b"20150830T123600",
            ..good
        },
        Parameters {
            algorithm: Some(b""),
            ..good
        },
        Parameters { region: b"", ..good },
        Parameters { service: b"", ..good },
        Parameters { method: b"", ..good },
        Parameters { headers: b"", ..good },
    ] {
        assert_eq!(authorization(&bad), Err(Status::InvalidParameter));
    }
    assert!(authorization(&Parameters { path: b"", ..good }).is_ok());
}

#[test]
fn another_algorithm_is_named_and_signed() {
    let named = |algorithm| {
        authorization(&Parameters {
            algorithm,
            ..parameters()
        })
        .unwrap()
    };
    assert_eq!(named(None), named(Some(b"AWS4-HMAC-SHA256")));
    let other = named(Some(b"AWS4-OTHER"));
    assert!(
        other.starts_with("AWS4-OTHER Credential=AKIDEXAMPLE/20150830/us-east-1/s3/aws4_request, SignedHeaders=host, ")
    );
    assert_ne!(
        other.split_once("Signature=").unwrap().1,
        named(None).split_once("Signature=").unwrap().1
    );
}

#[test]
fn a_buffer_of_every_size() {
    let needed = authorization(&parameters()).unwrap().len();
    for size in 0..=needed + 1 {
        let mut buffer = vec![0xa5; size];
        let result = generate_http_authorization(&parameters(), &mut Sha256::new(), &mut buffer);
        if size < needed {
            assert_eq!(result, Err(Status::InsufficientMemory), "{size}");
            assert!(buffer.iter().all(|byte| *byte == 0xa5), "{size}");
        } else {
            assert_eq!(result.unwrap().end(), needed, "{size}");
            assert!(buffer[needed..].iter().all(|byte| *byte == 0xa5), "{size}");
        }
    }
}

#[test]
fn headers_that_are_no_lines_are_refused() {
    for headers in [
        "no colon",
        "no colon\r\n",
        "no line end: a",
        "Host: h\r\nno line end: a",
        "Host: h\r\nLF alone: a\n",
        "Host: h\nX: a\r\n",
        "Host: h\r\nno colon\r\n",
        "Host: h\r\nno colon",
        "Host: h\r\n\r\nbehind the end: a\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n",
        "\r\n",
        "\r\nHost: h\r\n",
        "Host: h\r",
        "Host: h\r\n\r",
        "two words: a\r\n",
        "na(me: a\r\n",
        "na\u{e9}me: a\r\n",
        "Host: a\0b\r\n",
        "Host: a\rb\r\n",
        "Host: a\u{7f}\r\n",
        "Host: a\r\n continued\r\n",
    ] {
        assert_eq!(
            with_headers(headers.as_bytes()),
            Err(Status::InvalidHttpHeaders),
            "{headers:?}"
        );
    }
}

#[test]
fn a_header_without_name_or_value_is_an_invalid_parameter() {
    for headers in [
        ": a\r\n",
        " : a\r\n",
        "Host:\r\n",
        "Host:  \t \r\n",
        "Host: h\r\nX:\r\n",
        "X: \r\nHost: h\r\n\r\n",
    ] {
        assert_eq!(
            with_headers(headers.as_bytes()),
            Err(Status::InvalidParameter),
            "{headers:?}"
        );
    }
    // As in the original, all lines are looked at before their names and values are.
    assert_eq!(with_headers(b"X: \r\nno colon\r\n"), Err(Status::InvalidHttpHeaders));
}

#[test]
fn the_end_of_the_headers_may_be_there_or_not() {
    assert_eq!(with_headers(b"Host: h\r\n"), with_headers(b"Host: h\r\n\r\n"));
    assert_eq!(
        with_headers(b"Host:h\r\n"),
        with_headers(b" \tHost\t : \t h \t\r\n\r\n")
    );
}

#[test]
fn every_header_is_signed() {
    let signed =
        with_headers(b"User-Agent: u\r\nHost: h\r\nConnection: c\r\nAuthorization: a\r\nExpect: e\r\n").unwrap();
    assert!(signed.contains("SignedHeaders=authorization;connection;expect;host;user-agent,"));
}

#[test]
fn what_is_canonical_is_signed_as_it_is() {
    let canonical = |headers, flags| {
        authorization(&Parameters {
            headers,
            flags: Flags(flags),
            ..parameters()
        })
    };
    let all = Flags::PATH_IS_CANONICAL | Flags::QUERY_IS_CANONICAL | Flags::HEADERS_ARE_CANONICAL;
    assert_eq!(
        canonical(b"host:h\n", Flags::HEADERS_ARE_CANONICAL),
        with_headers(HEADERS)
    );
    for bad in [
        &b"host:h"[..],
        b"host\n",
        b"host:h\r\n",
        b"host:h\n\r\n",
        b"host:h\n\n",
        b"host:h\nx\n",
        b"two words:x\n",
    ] {
        assert_eq!(canonical(bad, all), Err(Status::InvalidHttpHeaders));
    }
    assert_eq!(canonical(b":x\n", all), Err(Status::InvalidParameter));
    // In the caller's order, whatever it is; values may be empty.
    assert!(
        canonical(b"b:\na:x  y\nHost:h\n", all)
            .unwrap()
            .contains("SignedHeaders=b;a;host,")
    );

    let flagged = |flags, path, query| Parameters {
        flags: Flags(flags),
        path,
        query,
        ..parameters()
    };
    assert!(same(
        flagged(all & 3, b"/a%20b", b"a=%20&b="),
        flagged(0, b"/a b", b"b&a= ")
    ));
    assert!(same(flagged(Flags::PATH_IS_CANONICAL, b"", b""), flagged(0, b"/", b"")));
    assert!(!same(
        flagged(Flags::QUERY_IS_CANONICAL, b"/", b"b&a"),
        flagged(0, b"/", b"b&a")
    ));
}

#[test]
fn a_text_ends_at_its_first_nul() {
    let other = |path, query| Parameters {
        path,
        query,
        ..parameters()
    };
    assert!(same(other(b"/pa\0th", b"a=b\0"), other(b"/pa", b"a=b")));
    assert!(same(other(b"\0/", b"\0"), other(b"/", b"")));
    let mut buffer = [0; 9];
    assert_eq!(encode_uri(b"a/\0b", &mut buffer, true, false), Ok(4));
    assert_eq!(&buffer, b"a%2F\0\0\0\0\0");
}

#[test]
fn a_hash_comes_from_the_last_header_of_its_name() {
    let flagged = |headers| {
        authorization(&Parameters {
            headers,
            flags: Flags(Flags::PAYLOAD_IS_HASH),
            ..parameters()
        })
    };
    for bad in [&b"Host: h\r\n"[..], b"Host: h\r\nx-amz-content-sha512: a\r\n"] {
        assert_eq!(flagged(bad), Err(Status::InvalidParameter));
    }
    assert!(flagged(b"Host: h\r\nX-AMZ-Content-SHA256: a\r\n").is_ok());
    // The flag comes before that of a presigned URL.
    let both = Flags(Flags::PAYLOAD_IS_HASH | Flags::PRESIGNED_URL);
    let headers = b"Host: h\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\n";
    assert!(same(
        Parameters {
            headers,
            flags: both,
            ..parameters()
        },
        Parameters {
            headers,
            flags: Flags(Flags::PRESIGNED_URL),
            ..parameters()
        }
    ));
    // In canonical headers the value may be empty, which is no hash.
    let canonical = Flags(Flags::PAYLOAD_IS_HASH | Flags::HEADERS_ARE_CANONICAL);
    let empty = Parameters {
        headers: b"host:h\nx-amz-content-sha256:\n",
        flags: canonical,
        ..parameters()
    };
    assert_eq!(authorization(&empty), Err(Status::InvalidParameter));
}

#[test]
fn an_equals_sign_in_a_value_is_encoded_twice_unless_the_url_is_presigned() {
    let query = |query, flags| Parameters {
        query,
        flags: Flags(flags),
        headers: b"Host: h\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\n",
        ..parameters()
    };
    let canonical = Flags::QUERY_IS_CANONICAL;
    assert!(same(query(b"a=b=c", 0), query(b"a=b%253Dc", canonical)));
    let hash = Flags::PAYLOAD_IS_HASH;
    assert!(same(
        query(b"a=b=c", Flags::PRESIGNED_URL),
        query(b"a=b%3Dc", canonical | hash)
    ));
}

#[test]
fn texts_are_encoded() {
    let encode = |text: &str, slash, equals| {
        let mut buffer = [0xa5; 64];
        let length = encode_uri(text.as_bytes(), &mut buffer, slash, equals).unwrap();
        assert!(buffer[length..].iter().all(|byte| *byte == 0xa5));
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    };
    assert_eq!(encode("", true, true), "");
    assert_eq!(encode("azAZ09-._~", true, true), "azAZ09-._~");
    assert_eq!(encode("/a b/", false, false), "/a%20b/");
    assert_eq!(encode("/a=b+%\u{e9}", true, false), "%2Fa%3Db%2B%25%C3%A9");
    assert_eq!(encode("/a=b", true, true), "%2Fa%253Db");
    for (text, slash, equals) in [
        ("a=b c/d", true, true),
        ("==", false, true),
        ("a", true, false),
        ("\u{1}", true, false),
    ] {
        let needed = encode(text, slash, equals).len();
        for size in 0..=needed + 1 {
            let mut buffer = vec![0xa5; size];
            let expected = if size < needed {
                Err(Status::InsufficientMemory)
            } else {
                Ok(needed)
            };
            assert_eq!(encode_uri(text.as_bytes(), &mut buffer, slash, equals), expected);
            let untouched = if size < needed { 0 } else { needed };
            assert!(buffer[untouched..].iter().all(|byte| *byte == 0xa5));
        }
    }
}

/// Dates of the right length that are none.
const NO_DATES: [&str; 62] = [
    // The calendar and the clock.
    "1899-12-31T23:59:59Z",
    "1776-01-18T09:18:06Z",
    "0000-01-01T00:00:00Z",
    "2018-00-18T09:18:06Z",
    "2018-13-18T09:18:06Z",
    "2018-99-18T09:18:06Z",
    "2018-01-00T09:18:06Z",
    "2018-01-32T09:18:06Z",
    "2018-04-31T09:18:06Z",
    "2018-02-29T09:18:06Z",
    "1900-02-29T09:18:06Z",
    "2100-02-29T09:18:06Z",
    "2016-02-30T09:18:06Z",
    "2018-01-18T24:00:00Z",
    "2018-01-18T09:60:06Z",
    "2018-01-18T09:18:61Z",
    "2018-01-18T09:18:60Z",
    "2018-01-18T23:58:60Z",
    "2018-02-29T23:59:60Z",
    // The form.
    "2018-01-18 09:18:06Z",
    "2018-01-18t09:18:06Z",
    "2018-01-18T09:18:06z",
    "2018-01-18T09:18:06+",
    "2018/01/18T09:18:06Z",
    "2018-01-18T09.18.06Z",
    "2018-01-18T09-18-06Z",
    "2018-1-018T09:18:06Z",
    "2018-01-1 T09:18:06Z",
    "2018-01- 1T09:18:06Z",
    "2018-01-+1T09:18:06Z",
    "-018-01-18T09:18:06Z",
    "+018-01-18T09:18:06Z",
    "2o18-01-18T09:18:06Z",
    "2018-Jan-8T09:18:06Z",
    "2018-01-18T9:18:06.Z",
    "20180118T09:18:06.1Z",
    " 018-01-18T09:18:06Z",
    "2018-01-18T09:18:0\0Z",
    "2018-01-18T09:18:06\0",
    "Thu, 18 Jan 2018 09Z",
    // The other form.
    "Thu, 18 Jan 1899 09:18:06 GMT",
    "Thu, 00 Jan 2018 09:18:06 GMT",
    "Thu, 32 Jan 2018 09:18:06 GMT",
    "Thu, 31 Apr 2018 09:18:06 GMT",
    "Thu, 29 Feb 2018 09:18:06 GMT",
    "Thu, 18 Jan 2018 24:18:06 GMT",
    "Thu, 18 Jan 2018 09:60:06 GMT",
    "Thu, 18 Jan 2018 09:18:60 GMT",
    "Thu, 18 Jam 2018 09:18:06 GMT",
    "Thu, 18 jan 2018 09:18:06 GMT",
    "Thu, 18 JAN 2018 09:18:06 GMT",
    "Thu, 18 a01 2018 09:18:06 GMT",
    "Thu. 18 Jan 2018 09:18:06 GMT",
    "Thu,  8 Jan 2018 09:18:06 GMT",
    "Thu, 18-Jan-2018 09:18:06 GMT",
    "Thu, 18 Jan 2018 09:18:06 UTC",
    "Thu, 18 Jan 2018 09:18:06 gmt",
    "Thu, 18 Jan 2018T09:18:06 GMT",
    "Thu, 18 Jan 2018 9:18:006 GMT",
    "thu, 18 Jan 2018 09:18:06 GMT",
    "Day, 18 Jan 2018 09:18:06 GMT",
    "2018-01-18T09:18:06.12345678Z",
];

#[test]
fn malformed_dates_are_refused() {
    for date in NO_DATES {
        assert!(matches!(date.len(), 20 | 29), "{date} is of another length");
        assert_eq!(
            aws_iot_date_to_iso8601(date.as_bytes()),
            Err(Status::IsoFormattingError),
            "{date:?}"
        );
    }
}

#[test]
fn dates_of_other_lengths_are_invalid_parameters() {
    let text = [b'2'; 64];
    for length in (0..=64).filter(|length| !matches!(length, 20 | 29)) {
        assert_eq!(
            aws_iot_date_to_iso8601(&text[..length]),
            Err(Status::InvalidParameter),
            "{length}"
        );
    }
}
