//! AWS's own test suite for Signature Version 4, read from the source folder of the `aws-sigv4` crate, and the published examples of S3's
//! documentation. Each case is asserted stage by stage, so that the first red line names the file to open.
#![forbid(unsafe_code)]

mod signing_common;

use iotcred::credentials::Credentials;
use iotcred::sign::{Error, Form, Header, Headers, Options, PathRules, Payload, Request, sign_request};
use iotcred::time::UnixTime;
use signing_common::{canonical_request, headers, json_text, read_request, signature, string_to_sign, suite_folder};
use std::fs;
use std::path::Path;

/// Cases that do not pass, and why. One that passes all the same fails the test.
const NOT_PASSING: &[(&str, &str)] = &[];

/// The two cases that were added to AWS's suite from an older one: they have a canonical request and no signature, and a date of their own in the request
/// that the expected text does not have (the harness they come from replaces it; this signer refuses the conflict).
const CANONICAL_REQUEST_ONLY: [&str; 2] = ["double-encode-path", "double-url-encode"];

/// Runs a case; the name of the first stage that differs, with both texts.
fn run(folder: &Path) -> Result<(), String> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let context = read("context.json");
    let flag = |name: &str| context.contains(&format!("\"{name}\": true"));
    let text = |name: &str| json_text(&context, name).unwrap_or_default();
    let case = read_request(&read("request.txt"));
    let (path, query) = case.target.split_once('?').unwrap_or((&case.target, ""));
    let token = if flag("omit_session_token") {
        String::new()
    } else {
        text("token")
    };
    let (key_id, secret, region, service) = (
        text("access_key_id"),
        text("secret_access_key"),
        text("region"),
        text("service"),
    );
    let headers = headers(&case.headers);
    let request = Request {
        method: case.method.as_bytes(),
        path: path.as_bytes(),
        query: query.as_bytes(),
        headers: &headers.as_slice(),
        payload: Payload::Bytes(case.body.as_bytes()),
        region: region.as_bytes(),
        service: service.as_bytes(),
        time: UnixTime::parse_rfc3339(text("timestamp").as_bytes()).unwrap(),
        options: Options {
            // A target with a space in it is no HTTP: the path is not encoded yet.
            form: if path.contains(' ') { Form::Raw } else { Form::Wire },
            // The suite's service decodes the path before it signs, as S3 does.
            path: Some(PathRules {
                normalize: flag("normalize"),
                double_encode: false,
            }),
            content_sha256: flag("sign_body"),
            ..Options::default()
        },
    };
    let credentials = Credentials {
        access_key_id: key_id.as_bytes(),
        secret_access_key: secret.as_bytes(),
        session_token: token.as_bytes(),
    };
    let same = |stage: &str, ours: &str, file: &str| {
        let theirs = read(file).replace("\r\n", "\n");
        if ours == theirs {
            Ok(())
        } else {
            Err(format!("{stage}\n--- ours\n{ours}\n--- AWS's\n{theirs}"))
        }
    };
    same(
        "canonical request",
        &canonical_request(&request, &credentials),
        "header-canonical-request.txt",
    )?;
    same(
        "string to sign",
        &string_to_sign(&request, &credentials),
        "header-string-to-sign.txt",
    )?;
    same("signature", &signature(&request, &credentials), "header-signature.txt")?;

    let mut buffer = [0; 1024];
    let signed = sign_request(&request, &credentials, None, &mut buffer).map_err(|error| format!("{error:?}"))?;
    let authorization = std::str::from_utf8(&buffer[signed.authorization().unwrap()]).unwrap();
    let expected = read("header-signed-request.txt");
    let line = expected
        .lines()
        .find_map(|line| line.strip_prefix("Authorization:"))
        .unwrap()
        .trim();
    if authorization == line {
        Ok(())
    } else {
        Err(format!("authorization\n--- ours\n{authorization}\n--- AWS's\n{line}"))
    }
}

#[test]
fn aws_test_suite() {
    let (mut passed, mut wrong) = (0, String::new());
    for entry in fs::read_dir(suite_folder()).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        if CANONICAL_REQUEST_ONLY.contains(&name.as_str()) {
            continue;
        }
        let reason = NOT_PASSING.iter().find(|(case, _)| *case == name);
        match (run(&folder), reason) {
            (Ok(()), None) => passed += 1,
            (Err(_), Some(_)) => {}
            (Ok(()), Some(_)) => wrong += &format!("{name} passes, and is listed as one that does not\n"),
            (Err(difference), None) => wrong += &format!("{name}: {difference}\n\n"),
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert_eq!(passed + NOT_PASSING.len(), 38);
}

#[test]
fn aws_test_suite_double_encoding() {
    for name in CANONICAL_REQUEST_ONLY {
        let folder = suite_folder().join(name);
        let mut case = read_request(&fs::read_to_string(folder.join("request.txt")).unwrap());
        case.headers
            .retain(|(name, _)| !name.eq_ignore_ascii_case("x-amz-date"));
        let headers = headers(&case.headers);
        let request = Request {
            method: case.method.as_bytes(),
            path: case.target.as_bytes(),
            query: b"",
            headers: &headers.as_slice(),
            payload: Payload::Bytes(b""),
            region: b"us-east-1",
            service: b"execute-api",
            time: UnixTime::parse_rfc3339(b"2021-05-11T15:40:45Z").unwrap(),
            options: Options::default(),
        };
        let credentials = Credentials {
            access_key_id: b"AK",
            secret_access_key: b"SK",
            session_token: b"",
        };
        let expected = fs::read_to_string(folder.join("header-canonical-request.txt")).unwrap();
        assert_eq!(canonical_request(&request, &credentials), expected, "{name}");
    }
}

/// The request of the S3 documentation's examples.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>
fn s3_example<'a>(
    method: &'a str,
    path: &'a str,
    query: &'a str,
    headers: &'a dyn Headers,
    body: &'a str,
) -> Request<'a> {
    Request {
        method: method.as_bytes(),
        path: path.as_bytes(),
        query: query.as_bytes(),
        headers,
        payload: Payload::Bytes(body.as_bytes()),
        region: b"us-east-1",
        service: b"s3",
        time: UnixTime::parse_rfc3339(b"2013-05-24T00:00:00Z").unwrap(),
        options: Options::default(),
    }
}

const S3_CREDENTIALS: Credentials<'_> = Credentials {
    access_key_id: b"AKIAIOSFODNN7EXAMPLE",
    secret_access_key: b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    session_token: b"",
};

const S3_HOST: Header<'_> = Header {
    name: b"Host",
    value: b"examplebucket.s3.amazonaws.com",
};

#[test]
fn s3_get_object() {
    let headers = [
        S3_HOST,
        Header {
            name: b"Range",
            value: b"bytes=0-9",
        },
    ];
    let request = s3_example("GET", "/test.txt", "", &headers, "");
    assert_eq!(
        canonical_request(&request, &S3_CREDENTIALS),
        "GET\n/test.txt\n\nhost:examplebucket.s3.amazonaws.com\nrange:bytes=0-9\n\
         x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n\
         x-amz-date:20130524T000000Z\n\nhost;range;x-amz-content-sha256;x-amz-date\n\
         e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    assert_eq!(
        string_to_sign(&request, &S3_CREDENTIALS),
        "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n\
         7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972"
    );
    let mut buffer = [0; 512];
    let signed = sign_request(&request, &S3_CREDENTIALS, None, &mut buffer).unwrap();
    assert_eq!(&buffer[signed.date().unwrap()], b"20130524T000000Z");
    assert_eq!(
        std::str::from_utf8(&buffer[signed.authorization().unwrap()]).unwrap(),
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
         SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, \
         Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    );
}

#[test]
fn s3_put_object() {
    let headers = [
        S3_HOST,
        Header {
            name: b"Date",
            value: b"Fri, 24 May 2013 00:00:00 GMT",
        },
        Header {
            name: b"x-amz-storage-class",
            value: b"REDUCED_REDUNDANCY",
        },
    ];
    let request = s3_example("PUT", "/test%24file.text", "", &headers, "Welcome to Amazon S3.");
    assert_eq!(
        signature(&request, &S3_CREDENTIALS),
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
    );
}

#[test]
fn s3_get_bucket_lifecycle() {
    let headers = [S3_HOST];
    let request = s3_example("GET", "/", "lifecycle", &headers, "");
    assert_eq!(
        signature(&request, &S3_CREDENTIALS),
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
    );
}

#[test]
fn s3_list_objects() {
    let headers = [S3_HOST];
    let request = s3_example("GET", "/", "max-keys=2&prefix=J", &headers, "");
    assert_eq!(
        signature(&request, &S3_CREDENTIALS),
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    );
}

#[test]
fn a_folded_header_is_refused_by_the_signer_itself() {
    let headers = [
        S3_HOST,
        Header {
            name: b"My-Header1",
            value: b"value1\n  value2",
        },
    ];
    let request = s3_example("GET", "/", "", &headers, "");
    let refused = sign_request(&request, &S3_CREDENTIALS, None, &mut [0; 1024]);
    assert_eq!(refused, Err(Error::Invalid(iotcred::error::Status::Header)));
}
