//! What a signature costs, beside the `aws-sigv4` crate and beside the floor: hashing the same bytes once with the same hash.
//!
//! `cargo bench --bench sign` prints a table of medians. The contestants take turns in every round, so that what disturbs one disturbs all.
#![forbid(unsafe_code)]

use aws_credential_types::Credentials as AwsCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
};
use aws_sigv4::sign::v4;
use iotcred::credentials::Credentials;
use iotcred::crypto::sha256::Sha256;
use iotcred::crypto::{Digest, Hash};
use iotcred::sign::{self, Header, KeyCache, Options, Payload, Request, Sink, sign_request};
use iotcred::time::UnixTime;
use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime};

/// Rounds, each with one turn for every contestant; the median of the rounds counts.
const ROUNDS: usize = 301;

/// How long a turn takes.
const TURN: Duration = Duration::from_micros(400);

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const KEY_ID: &str = "AKIDEXAMPLE";
const REGION: &str = "eu-central-1";
const TIME: u64 = 1_768_662_000;

/// A request, in the form that both signers can be built from.
struct Job {
    name: &'static str,
    method: &'static str,
    host: &'static str,
    path: &'static str,
    service: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: usize,
}

const JOBS: [Job; 3] = [
    Job {
        name: "S3 GET, 1 KiB token",
        method: "GET",
        host: "bucket.s3.eu-central-1.amazonaws.com",
        path: "/firmware/2026-01/image.bin",
        service: "s3",
        headers: &[("Range", "bytes=0-65535")],
        body: 0,
    },
    Job {
        name: "DynamoDB PutItem, 1 KiB, 1 KiB token",
        method: "POST",
        host: "dynamodb.eu-central-1.amazonaws.com",
        path: "/",
        service: "dynamodb",
        headers: &[
            ("Content-Type", "application/x-amz-json-1.0"),
            ("X-Amz-Target", "DynamoDB_20120810.PutItem"),
        ],
        body: 1024,
    },
    Job {
        name: "S3 PUT, 1 MiB, 1 KiB token",
        method: "PUT",
        host: "bucket.s3.eu-central-1.amazonaws.com",
        path: "/logs/device-0042/2026-01-17.gz",
        service: "s3",
        headers: &[("Content-Type", "application/gzip"), ("Content-Length", "1048576")],
        body: 1 << 20,
    },
];

/// Text that is collected.
struct Text(Vec<u8>);

impl Sink for Text {
    fn put(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

/// Nanoseconds of one call, over a turn.
fn turn(call: &mut dyn FnMut()) -> f64 {
    let start = Instant::now();
    let mut calls = 0_u32;
    loop {
        (0..4).for_each(|_| call());
        calls += 4;
        let elapsed = start.elapsed();
        if elapsed >= TURN {
            return elapsed.as_nanos() as f64 / f64::from(calls);
        }
    }
}

/// The median of each contestant, in nanoseconds.
fn race<const N: usize>(mut contestants: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut times = vec![[0.0; N]; ROUNDS];
    for round in &mut times {
        for (time, call) in round.iter_mut().zip(contestants.iter_mut()) {
            *time = turn(*call);
        }
    }
    std::array::from_fn(|i| {
        let mut column: Vec<f64> = times.iter().map(|round| round[i]).collect();
        column.sort_by(f64::total_cmp);
        column[ROUNDS / 2]
    })
}

/// One row of the table.
fn measure(job: &Job) {
    let token = "t".repeat(1024);
    let body = vec![b'x'; job.body];
    let url = format!("https://{}{}", job.host, job.path);
    let mut headers = vec![Header {
        name: b"Host",
        value: job.host.as_bytes(),
    }];
    headers.extend(job.headers.iter().map(|(name, value)| Header {
        name: name.as_bytes(),
        value: value.as_bytes(),
    }));
    let request = Request {
        method: job.method.as_bytes(),
        path: job.path.as_bytes(),
        query: b"",
        headers: &headers.as_slice(),
        payload: Payload::Bytes(&body),
        region: REGION.as_bytes(),
        service: job.service.as_bytes(),
        time: UnixTime(TIME as i64),
        options: Options::default(),
    };
    let credentials = Credentials {
        access_key_id: KEY_ID.as_bytes(),
        secret_access_key: SECRET.as_bytes(),
        session_token: token.as_bytes(),
    };

    let mut texts = [Text(Vec::new()), Text(Vec::new())];
    sign::put_canonical_request(&request, &credentials, &mut texts[0]).unwrap();
    sign::put_string_to_sign(&request, &credentials, &mut texts[1]).unwrap();
    let [canonical_request, string_to_sign] = texts;

    let mut cache = KeyCache::default();
    let mut buffer = [0; 1024];
    let mut kept = || {
        black_box(sign_request(black_box(&request), &credentials, Some(&mut cache), &mut buffer).unwrap());
    };
    let mut other = [0; 1024];
    let mut derived = || {
        black_box(sign_request(black_box(&request), &credentials, None, &mut other).unwrap());
    };
    let identity = AwsCredentials::new(KEY_ID, SECRET, Some(token.clone()), None, "bench").into();
    let mut theirs = || {
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name(job.service)
            .time(SystemTime::UNIX_EPOCH + Duration::from_secs(TIME))
            .settings(settings(job.service))
            .build()
            .unwrap()
            .into();
        let headers = black_box(job.headers).iter().copied();
        let request = SignableRequest::new(job.method, url.as_str(), headers, SignableBody::Bytes(&body)).unwrap();
        black_box(aws_sigv4::http_request::sign(request, &params).unwrap());
    };
    let mut floor = || hash_once(black_box(&body), &canonical_request.0, &string_to_sign.0);
    let [kept, derived, theirs, floor] = race([&mut kept, &mut derived, &mut theirs, &mut floor]);
    println!(
        "| {} | **{:.2}** | **{:.2}** | {:.1} | {:.2} | {:.2} | {:.2} | {:.2} |",
        job.name,
        kept / floor,
        derived / floor,
        theirs / kept,
        kept / 1000.0,
        derived / 1000.0,
        theirs / 1000.0,
        floor / 1000.0,
    );
}

/// The floor: the body, the canonical request, and the HMAC of the string to sign by a key whose two states are there, each byte once.
fn hash_once(body: &[u8], canonical_request: &[u8], string_to_sign: &[u8]) {
    let (mut hash, mut digest) = (Sha256::new(), Digest::new());
    for text in [body, canonical_request] {
        if !text.is_empty() {
            hash.init();
            hash.update(text);
            hash.finish(&mut digest);
            black_box(&digest);
        }
    }
    // As long as the message behind the key's block, and as the digest behind the other one.
    for text in [string_to_sign, &[0; 32]] {
        hash.init();
        hash.update(text);
        hash.finish(&mut digest);
        black_box(&digest);
    }
}

/// How the other signer is set for a service.
fn settings(service: &str) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    settings
}

fn main() {
    println!(
        "| request | kept / hash | derived / hash | aws-sigv4 / kept | key kept, us | key derived, us | aws-sigv4, us | hash once, us |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    JOBS.iter().for_each(measure);
}
