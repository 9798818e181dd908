//! The signer against AWS's own signer in Rust, with generated requests.
//!
//! `IOTCRED_CASES=1000000 cargo test --test signing_properties` runs as many cases of the two largest properties, and of the others in proportion;
//! with `CARGO_PROFILE_DEV_OPT_LEVEL=3 CARGO_TARGET_DIR=target/fast` before it that is ten times as fast.
//!
//! The generator stays away from what the two signers rightly see differently, and says so where it does. What it must reach is in `note`.
#![forbid(unsafe_code)]

mod signing_common;

use aws_credential_types::Credentials as AwsCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest, SignatureLocation,
    SigningInstructions, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use iotcred::credentials::Credentials;
use iotcred::sign::{
    Error, Form, Header, KeyCache, Options, PathRules, Payload, Presign, Request, Scheme, UNSIGNED_HEADERS,
    sign_request,
};
use iotcred::time::UnixTime;
use proptest::prelude::*;
use signing_common::{
    Reached, canonical_request, cases, has_equals, has_prefixes, headers, is_in_utf8, is_unreserved, is_unsigned,
    percent_decode, percent_encode as encode,
};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

const HOST: &str = "example.amazonaws.com";

/// Cases of each of the two largest properties, unless `IOTCRED_CASES` says otherwise.
const CASES: u32 = 15_000;

/// A request that both signers can be given.
#[derive(Clone, Debug)]
struct Case {
    method: &'static str,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    payload: Body,
    region: &'static str,
    service: &'static str,
    time: u32,
    path_rules: Option<PathRules>,
    content_sha256: bool,
    secret: String,
    token: String,
}

#[derive(Clone, Debug)]
enum Body {
    Bytes(Vec<u8>),
    Hashed(Vec<u8>),
    Unsigned,
}

/// Bytes of every value, those that matter to a URI more often.
fn uri_bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![3 => prop::sample::select(&b"ab-._~/%+=&,; :@?#'()*"[..]), 1 => any::<u8>()];
    prop::collection::vec(byte, 0..8)
}

/// A path as it is sent. Other services than S3 sign what was sent, so anything goes: reserved characters as they are, digits in either case, `%41` for an
/// `A`. S3 decodes it: there the other signer is right only about what is encoded as S3 will encode it again, and keeps a `%2F`.
fn path(decoded_by_service: bool) -> BoxedStrategy<String> {
    let segment = prop_oneof![
        2 => prop::sample::select(vec![b"".to_vec(), b".".to_vec(), b"..".to_vec(), b"a".to_vec()]),
        3 => uri_bytes(),
    ];
    let strict = (prop::collection::vec(segment.clone(), 0..6), any::<bool>()).prop_map(move |(segments, slash)| {
        let kept = |byte| is_unreserved(byte) || (byte == b'/' && (slash || decoded_by_service));
        segments
            .iter()
            .map(|segment| format!("/{}", encode(segment, kept)))
            .collect::<String>()
    });
    let loose = prop::collection::vec((segment, any::<bool>()), 0..6).prop_map(|segments| {
        let sent = |byte: u8| is_unreserved(byte) || b"/!$&'()*+,;=:@".contains(&byte);
        let one = |(segment, lower): &(Vec<u8>, bool)| {
            let text = encode(segment, sent);
            format!("/{}", if *lower { text.to_lowercase() } else { text })
        };
        segments.iter().map(one).collect::<String>()
    });
    if decoded_by_service {
        strict.boxed()
    } else {
        prop_oneof![strict, loose].boxed()
    }
}

/// A query as it is sent: repeated names, names without `=`, prefixes of each other, every byte; what is reserved as it is or encoded.
///
/// The other signer reads a query as a form: a `+` is a space to it, and bytes that are no UTF-8 are replaced. So a plus is always encoded here, and every
/// parameter is UTF-8.
fn query() -> impl Strategy<Value = String> {
    use prop::char::range;
    // Of one, two, three and four bytes, so that every byte of UTF-8 is as good as certain to come in a run.
    let character = prop_oneof![
        range('\0', '\u{7f}'),
        range('\u{80}', '\u{7ff}'),
        range('\u{800}', '\u{d7ff}'),
        range('\u{e000}', '\u{ffff}'),
        range('\u{10000}', '\u{10ffff}'),
    ];
    let text = prop_oneof![
        3 => prop::sample::select(vec!["a", "a-b", "a.b", "ab", "A", "", "acl", "b"]).prop_map(str::to_owned),
        2 => prop::collection::vec(character, 0..6).prop_map(|chars| chars.into_iter().collect()),
    ];
    let parameter = (text.clone(), prop::option::of(text), any::<bool>()).prop_map(|(name, value, loose)| {
        let kept = |byte| is_unreserved(byte) || (loose && b"/:@!$'()*,;?".contains(&byte));
        let value = value.map_or(String::new(), |value| {
            format!(
                "={}",
                encode(value.as_bytes(), |byte| kept(byte) || (loose && byte == b'='))
            )
        });
        encode(name.as_bytes(), kept) + &value
    });
    prop::collection::vec(parameter, 0..8).prop_map(|parameters| parameters.join("&"))
}

/// Headers in any case and order, with prefixes of each other, repetitions, empty values, runs of spaces, and every byte from 0x20 on. The other signer wants
/// UTF-8, keeps a tab at the ends of a value (an HTTP parser takes it off), and knows fewer unsigned headers.
fn extra_headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let known = [
        "x-amz-copy-source",
        "X-Amz-Copy-Source-Range",
        "x-amz-meta-a",
        "X-Amz-Meta-A",
        "Range",
        "content-type",
        "User-Agent",
    ];
    let name = prop_oneof![
        3 => prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}",
    ];
    let value = prop_oneof![
        "[ -~]{0,20}",
        "[ ab]{0,12}",
        " {0,2}a[ a\u{e9}\u{1234}\t]{0,6}a {0,2}",
        "a[\u{a0}-\u{7ff}]{0,6}a[\u{a0}-\u{10ffff}]{0,2}a",
    ];
    let signed_alike = |name: &String| {
        let name = name.to_lowercase();
        let alike = ["user-agent", "transfer-encoding", "x-amzn-trace-id"].contains(&name.as_str());
        !["host", "authorization"].contains(&name.as_str()) && (alike || !is_unsigned(&name))
    };
    let header = (name.prop_filter("signed by both or by neither", signed_alike), value);
    prop_oneof![
        100 => prop::collection::vec(header.clone(), 0..10),
        1 => prop::collection::vec(header, 100..110),
    ]
}

fn case(
    token: impl Strategy<Value = String> + 'static,
    headers: impl Strategy<Value = Vec<(String, String)>> + 'static,
) -> impl Strategy<Value = Case> {
    let services = prop::sample::select(vec!["s3", "s3express", "dynamodb", "iotdevicegateway", "execute-api"]);
    let rules = prop::option::weighted(0.3, (any::<bool>(), any::<bool>()));
    let payload = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200).prop_map(Body::Bytes),
        prop::collection::vec(any::<u8>(), 0..200).prop_map(Body::Hashed),
        Just(Body::Unsigned),
    ];
    (services, rules)
        .prop_flat_map(move |(service, rules)| {
            let usual = !service.starts_with("s3");
            let rules = rules.map(|(normalize, double_encode)| PathRules {
                normalize,
                double_encode,
            });
            let effective = rules.unwrap_or(PathRules {
                normalize: usual,
                double_encode: usual,
            });
            (Just((service, rules)), path(!effective.double_encode))
        })
        .prop_flat_map(move |((service, path_rules), path)| (Just((service, path_rules, path)), query()))
        .prop_flat_map({
            let payload = payload.boxed();
            let (token, headers) = (token.boxed(), headers.boxed());
            move |((service, path_rules, path), query)| {
                let others = (
                    prop::sample::select(vec!["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"]),
                    headers.clone(),
                    payload.clone(),
                    prop::sample::select(vec!["us-east-1", "eu-central-1", "x"]),
                    1_420_070_400..u32::MAX,
                    any::<bool>(),
                    "[!-~]{1,80}",
                    token.clone(),
                );
                let rest = (Just(service), Just(path_rules), Just(path.clone()), Just(query));
                (rest, others).prop_map(|((service, path_rules, path, query), others)| {
                    let (method, headers, payload, region, time, content_sha256, secret, token) = others;
                    Case {
                        method,
                        path,
                        query,
                        headers,
                        payload,
                        region,
                        service,
                        time,
                        path_rules,
                        content_sha256,
                        secret,
                        token,
                    }
                })
            }
        })
}

/// The headers that each signer adds, by name, and the other signer's canonical request for a failure to show.
type Added = BTreeMap<String, String>;

fn theirs(case: &Case) -> Added {
    let instructions = sign_theirs(case, settings(case));
    instructions
        .headers()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn settings(case: &Case) -> SigningSettings {
    let usual = !case.service.starts_with("s3");
    let rules = case.path_rules.unwrap_or(PathRules {
        normalize: usual,
        double_encode: usual,
    });
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = if rules.double_encode {
        PercentEncodingMode::Double
    } else {
        PercentEncodingMode::Single
    };
    settings.uri_path_normalization_mode = if rules.normalize {
        UriPathNormalizationMode::Enabled
    } else {
        UriPathNormalizationMode::Disabled
    };
    if case.content_sha256 || !usual || matches!(case.payload, Body::Unsigned) {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    // Its own list and ours are meant to differ, so it leaves out what we leave out.
    let excluded = UNSIGNED_HEADERS.split(' ').map(Cow::Borrowed);
    settings.excluded_headers = Some(excluded.chain([Cow::Borrowed("authorization")]).collect());
    settings
}

fn sign_theirs(case: &Case, settings: SigningSettings) -> SigningInstructions {
    let token = (!case.token.is_empty()).then(|| case.token.clone());
    let identity = AwsCredentials::new("AKIDEXAMPLE", &case.secret, token, None, "test").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(case.region)
        .name(case.service)
        .time(SystemTime::UNIX_EPOCH + Duration::from_secs(case.time.into()))
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let body = match &case.payload {
        Body::Bytes(bytes) => SignableBody::Bytes(bytes),
        Body::Hashed(bytes) => SignableBody::Precomputed(hex(&sha256(bytes))),
        Body::Unsigned => SignableBody::UnsignedPayload,
    };
    let question = if case.query.is_empty() { "" } else { "?" };
    let url = format!("https://{HOST}{}{question}{}", case.path, case.query);
    let headers = case.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let request = SignableRequest::new(case.method, url, headers, body).unwrap();
    sign(request, &params).unwrap().into_parts().0
}

fn ours(case: &Case, cache: Option<&mut KeyCache>) -> Added {
    with_request(case, |request, credentials| {
        let mut buffer = vec![0; 64 * 1024];
        let signed = sign_request(request, credentials, cache, &mut buffer).unwrap();
        let text = |range: Option<std::ops::Range<usize>>| {
            range.map(|range| String::from_utf8(buffer[range].to_vec()).unwrap())
        };
        let token = signed.security_token().then(|| case.token.clone());
        [
            ("authorization", text(signed.authorization())),
            ("x-amz-content-sha256", text(signed.content_sha256())),
            ("x-amz-date", text(signed.date())),
            ("x-amz-security-token", token),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
    })
}

fn with_request<T>(case: &Case, then: impl FnOnce(&Request<'_>, &Credentials<'_>) -> T) -> T {
    let mut pairs = case.headers.clone();
    pairs.insert(pairs.len() / 2, ("Host".to_owned(), HOST.to_owned()));
    let headers = headers(&pairs);
    let hash;
    let request = Request {
        method: case.method.as_bytes(),
        path: case.path.as_bytes(),
        query: case.query.as_bytes(),
        headers: &headers.as_slice(),
        payload: match &case.payload {
            Body::Bytes(bytes) => Payload::Bytes(bytes),
            Body::Hashed(bytes) => {
                hash = sha256(bytes);
                Payload::Sha256(&hash)
            }
            Body::Unsigned => Payload::Unsigned,
        },
        region: case.region.as_bytes(),
        service: case.service.as_bytes(),
        time: UnixTime(case.time.into()),
        options: Options {
            form: Form::Wire,
            path: case.path_rules,
            content_sha256: case.content_sha256,
            ..Options::default()
        },
    };
    let credentials = Credentials {
        access_key_id: b"AKIDEXAMPLE",
        secret_access_key: case.secret.as_bytes(),
        session_token: case.token.as_bytes(),
    };
    then(&request, &credentials)
}

/// What is added to a query, each value encoded once.
fn theirs_presigned(case: &Case, expires: u32, append_token: bool) -> Added {
    let mut case = case.clone();
    let of_no_bytes = matches!(&case.payload, Body::Bytes(bytes) if bytes.is_empty());
    if of_no_bytes && case.service.starts_with("s3") {
        case.payload = Body::Unsigned; // As a URL for S3 is.
    }
    let mut settings = settings(&case);
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(expires.into()));
    if append_token {
        settings.session_token_mode = SessionTokenMode::Exclude;
    }
    let instructions = sign_theirs(&case, settings);
    let parameters = instructions.params().iter();
    let mut added: Added = parameters
        .map(|(name, value)| ((*name).to_owned(), encode(value.as_bytes(), is_unreserved)))
        .collect();
    if append_token && !case.token.is_empty() {
        added.insert(
            "X-Amz-Security-Token".to_owned(),
            encode(case.token.as_bytes(), is_unreserved),
        );
    }
    added
}

fn ours_presigned(case: &Case, expires: u32, append_token: bool, cache: Option<&mut KeyCache>) -> Added {
    with_request(case, |request, credentials| {
        let presign = Presign {
            request,
            scheme: Scheme::Https,
            expires,
            append_token,
        };
        let Err(Error::BufferTooSmall { needed }) = presign.url(credentials, None, &mut []) else {
            panic!("nothing fits into no buffer");
        };
        let mut buffer = vec![0; needed];
        let url = presign.url(credentials, cache, &mut buffer).unwrap();
        assert_eq!(url.len, needed);
        let text = String::from_utf8(buffer).unwrap();
        let slash = if case.path.is_empty() { "/" } else { "" };
        let separator = if case.query.is_empty() { "" } else { "&" };
        let start = format!("https://{HOST}{}{slash}?{}{separator}", case.path, case.query);
        let added = text
            .strip_prefix(&start)
            .expect("the request stands in the URL as it is");
        assert!(append_token || added.rsplit('&').next().unwrap().starts_with("X-Amz-Signature="));
        added
            .split('&')
            .map(|parameter| parameter.split_once('=').unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    })
}

/// SHA-256 by another implementation than the signer's.
fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn config(default: u32) -> ProptestConfig {
    ProptestConfig {
        cases: cases(default, CASES),
        failure_persistence: None,
        max_global_rejects: u32::MAX,
        ..ProptestConfig::default()
    }
}

/// Notes the rules that a case reaches.
fn note(reached: &Reached, case: &Case) {
    let segments: Vec<&str> = case.path.split('/').skip(1).collect();
    let decoded: Vec<Vec<u8>> = segments.iter().map(|segment| percent_decode(segment)).collect();
    let last = segments.last().copied();
    let parameters: Vec<&str> = case.query.split('&').filter(|_| !case.query.is_empty()).collect();
    let pairs: Vec<(&str, Option<&str>)> = parameters
        .iter()
        .map(|parameter| {
            parameter
                .split_once('=')
                .map_or((*parameter, None), |(name, value)| (name, Some(value)))
        })
        .collect();
    let names: Vec<Vec<u8>> = pairs.iter().map(|(name, _)| percent_decode(name)).collect();
    let header_names: Vec<String> = case.headers.iter().map(|(name, _)| name.to_lowercase()).collect();
    let values = || case.headers.iter().map(|(_, value)| value.as_str());
    let sent = || [case.path.as_str(), case.query.as_str()].into_iter();
    let encoded = |lower: bool| {
        let digit = move |byte: u8| {
            if lower {
                byte.is_ascii_lowercase()
            } else {
                byte.is_ascii_uppercase()
            }
        };
        sent().any(|text| text.split('%').skip(1).any(|part| part.bytes().take(2).any(digit)))
    };
    let rules = case.path_rules.map(|rules| (rules.normalize, rules.double_encode));
    let usual = !case.service.starts_with("s3");
    for segment in &decoded {
        reached.note_bytes(if usual { "a path" } else { "a path of S3" }, segment);
    }
    for (name, (_, value)) in names.iter().zip(&pairs) {
        reached.note_bytes("a query's name", name);
        reached.note_bytes("a query's value", &percent_decode(value.unwrap_or_default()));
    }
    for (name, value) in &case.headers {
        reached.note_bytes("a header's name", name.as_bytes());
        reached.note_bytes("a header's value", value.as_bytes());
    }
    reached.note(&[
        ("an empty path", case.path.is_empty()),
        ("a path with '.'", segments.contains(&".")),
        ("a path with '..'", segments.contains(&"..")),
        (
            "a path with '//'",
            segments.iter().rev().skip(1).any(|segment| segment.is_empty()),
        ),
        ("a path that ends in '/'", last == Some("")),
        (
            "a path to normalise that ends in '/.'",
            last == Some(".") && usual && rules.is_none(),
        ),
        (
            "a path to normalise that ends in '/..'",
            last == Some("..") && usual && rules.is_none(),
        ),
        (
            "an encoded slash",
            usual && segments.iter().any(|segment| segment.to_lowercase().contains("%2f")),
        ),
        ("digits in upper case", encoded(false)),
        ("digits in lower case", encoded(true)),
        (
            "a reserved character as it is",
            sent().any(|text| text.contains(['!', '$', '(', ':', '@', ';'])),
        ),
        ("an empty query", case.query.is_empty()),
        (
            "a name without '='",
            pairs.iter().any(|(name, value)| !name.is_empty() && value.is_none()),
        ),
        ("an empty parameter", parameters.contains(&"")),
        ("an empty name", names.contains(&Vec::new())),
        ("an empty value", pairs.iter().any(|(_, value)| *value == Some(""))),
        (
            "a '=' in a value as it is",
            pairs
                .iter()
                .any(|(_, value)| value.is_some_and(|value| value.contains('='))),
        ),
        ("a name that begins with another", has_prefixes(&names)),
        ("equal names", has_equals(&names)),
        ("equal parameters", has_equals(&parameters)),
    ]);
    reached.note(&[
        ("no header but the host", case.headers.is_empty()),
        ("100 headers", case.headers.len() >= 100),
        ("header names that begin alike", has_prefixes(&header_names)),
        ("equal header names", has_equals(&header_names)),
        (
            "a header name in mixed case",
            case.headers.iter().any(|(name, _)| name.to_lowercase() != *name),
        ),
        ("an empty header value", values().any(str::is_empty)),
        (
            "a header value of spaces",
            values().any(|value| !value.is_empty() && value.trim_matches(' ').is_empty()),
        ),
        (
            "runs of spaces",
            values().any(|value| value.trim_matches(' ').contains("  ")),
        ),
        (
            "white space around a value",
            values().any(|value| value.trim_matches(' ') != value),
        ),
        ("a tab within a value", values().any(|value| value.contains('\t'))),
        (
            "a header that is not signed",
            header_names.iter().any(|name| is_unsigned(name)),
        ),
        ("no token", case.token.is_empty()),
        ("a token", (1..8192).contains(&case.token.len())),
        ("a token of 8 KiB", case.token.len() >= 8192),
        ("a secret that is hashed first", case.secret.len() > 60),
        (
            "no payload",
            matches!(&case.payload, Body::Bytes(bytes) if bytes.is_empty()),
        ),
        (
            "a payload",
            matches!(&case.payload, Body::Bytes(bytes) if !bytes.is_empty()),
        ),
        (
            "a payload that was hashed elsewhere",
            matches!(case.payload, Body::Hashed(_)),
        ),
        ("an unsigned payload", matches!(case.payload, Body::Unsigned)),
        ("x-amz-content-sha256 on request", case.content_sha256 && usual),
        ("S3", case.service == "s3"),
        ("S3 Express", case.service == "s3express"),
        ("another service", usual),
        ("normalised, encoded once", rules == Some((true, false))),
        ("as it is, encoded twice", rules == Some((false, true))),
        ("normalised, encoded twice", rules == Some((true, true))),
        ("as it is, encoded once", rules == Some((false, false))),
    ]);
}

/// The bytes that every place must have had.
fn is_wanted(place: &str, byte: u8) -> bool {
    match place {
        "a path" => true,
        "a path of S3" => byte != b'/', // It parts the segments, encoded or not.
        "a query's name" | "a query's value" => is_in_utf8(byte),
        "a header's value" => is_in_utf8(byte) && byte >= b' ' && byte != 0x7f,
        "a header's name" => byte.is_ascii_alphanumeric() || b"!#$%&'*+^_`|~-.".contains(&byte),
        _ => false,
    }
}

fn token() -> impl Strategy<Value = String> {
    prop_oneof![20 => Just(String::new()), 20 => "[!-~]{1,300}", 1 => "[!-~]{8192}"]
}

#[test]
fn requests_are_signed_as_by_aws() {
    let config = config(CASES);
    let (count, reached) = (config.cases, Reached::default());
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner
        .run(&case(token(), extra_headers()), |case| {
            note(&reached, &case);
            prop_assert_eq!(ours(&case, None), theirs(&case));
            Ok(())
        })
        .unwrap();
    reached.check(count, CASES, is_wanted);
}

#[test]
fn a_cache_that_is_handed_from_request_to_request_changes_nothing() {
    let mut runner = proptest::test_runner::TestRunner::new(config(1000));
    let cache = std::cell::RefCell::new(KeyCache::default());
    runner
        .run(&case(token(), extra_headers()), |case| {
            let expected = theirs(&case);
            prop_assert_eq!(&ours(&case, Some(&mut cache.borrow_mut())), &expected, "the key is new");
            prop_assert_eq!(
                &ours(&case, Some(&mut cache.borrow_mut())),
                &expected,
                "the key is kept"
            );
            Ok(())
        })
        .unwrap();
}

#[test]
fn urls_are_presigned_as_by_aws() {
    let config = config(CASES);
    let (count, reached) = (config.cases, Reached::default());
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let cache = std::cell::RefCell::new(KeyCache::default());
    let strategy = (
        case(token(), extra_headers()),
        1..=604_800_u32,
        any::<bool>(),
        any::<bool>(),
    );
    runner
        .run(&strategy, |(mut case, expires, append_token, own_names)| {
            note(&reached, &case);
            reached.note(&[
                ("a token behind the signature", append_token && !case.token.is_empty()),
                ("names around the signer's own", own_names),
            ]);
            if own_names {
                // Names on both sides of the signer's own, and between them.
                case.query +=
                    "&X-Amz-Z=1&X-Amz&X-Amz-Content-Sha256=%20&X-Amz-T&X-Amz-SignedHeader&X-Amz-SignedHeaders2";
            }
            let ours = ours_presigned(&case, expires, append_token, Some(&mut cache.borrow_mut()));
            prop_assert_eq!(ours, theirs_presigned(&case, expires, append_token));
            Ok(())
        })
        .unwrap();
    reached.check(count, CASES, is_wanted);
}

#[test]
fn there_is_no_limit_on_counts_and_lengths() {
    let name =
        (0..400_u32, any::<bool>()).prop_map(|(i, upper)| if upper { format!("X-H{i}") } else { format!("x-h{i}") });
    let headers = prop::collection::vec((name, "[ab]{0,3}"), 0..300);
    let token = (1..120_usize * 1024).prop_map(|length| "t".repeat(length));
    let strategy = (
        case(token, headers),
        prop::collection::vec((0..300_u32, 0..3_u32), 0..300),
    );
    let mut runner = proptest::test_runner::TestRunner::new(config(32));
    runner
        .run(&strategy, |(mut case, parameters)| {
            case.query = parameters
                .iter()
                .map(|(name, value)| format!("p{name}={value}"))
                .collect::<Vec<_>>()
                .join("&");
            prop_assert_eq!(ours(&case, None), theirs(&case));
            case.token.truncate(32 * 1024); // The other signer's URLs have at most 64 KiB.
            prop_assert_eq!(
                ours_presigned(&case, 60, false, None),
                theirs_presigned(&case, 60, false),
                "presigned"
            );
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_raw_form_is_signed_as_what_a_client_would_send_for_it() {
    let text = || prop::collection::vec(any::<u8>(), 0..6);
    let segment = prop_oneof![
        prop::sample::select(vec![b".".to_vec(), b"..".to_vec(), b"".to_vec()]),
        text()
    ];
    let parameter = (text(), prop::option::of(text()));
    let strategy = (
        prop::collection::vec(segment, 0..5),
        prop::collection::vec(parameter, 0..5),
        any::<bool>(),
    );
    let mut runner = proptest::test_runner::TestRunner::new(config(3000));
    runner
        .run(&strategy, |(segments, parameters, s3)| {
            let (mut raw_path, mut wire_path) = (Vec::new(), String::new());
            for segment in &segments {
                raw_path.extend([b"/", segment.as_slice()].concat());
                wire_path += &format!("/{}", encode(segment, |byte| is_unreserved(byte) || byte == b'/'));
            }
            let (mut raw_query, mut wire_query) = (Vec::new(), String::new());
            for (name, value) in &parameters {
                let strip = |text: &[u8], other: u8| {
                    text.iter()
                        .copied()
                        .filter(|byte| *byte != b'&' && *byte != other)
                        .collect::<Vec<u8>>()
                };
                let (name, value) = (strip(name, b'='), value.as_ref().map(|value| strip(value, b'&')));
                raw_query.extend([name.as_slice(), b"&"].concat());
                wire_query += &(encode(&name, is_unreserved) + "&");
                if let Some(value) = value {
                    raw_query.splice(raw_query.len() - 1.., [b"=", value.as_slice(), b"&"].concat());
                    wire_query.truncate(wire_query.len() - 1);
                    wire_query += &format!("={}&", encode(&value, is_unreserved));
                }
            }
            let text = |form, path: &[u8], query: &[u8]| {
                let headers = [Header {
                    name: b"host",
                    value: HOST.as_bytes(),
                }];
                let request = Request {
                    method: b"GET",
                    path,
                    query,
                    headers: &headers,
                    payload: Payload::Bytes(b""),
                    region: b"us-east-1",
                    service: if s3 { b"s3" } else { b"iot" },
                    time: UnixTime(1_440_938_160),
                    options: Options {
                        form,
                        ..Options::default()
                    },
                };
                canonical_request(
                    &request,
                    &Credentials {
                        access_key_id: b"A",
                        secret_access_key: b"S",
                        session_token: b"",
                    },
                )
            };
            prop_assert_eq!(
                text(Form::Raw, &raw_path, &raw_query),
                text(Form::Wire, wire_path.as_bytes(), wire_query.as_bytes())
            );
            Ok(())
        })
        .unwrap();
}
