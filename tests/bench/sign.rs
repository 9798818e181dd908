//! What a signature costs, beside the `aws-sigv4` crate and beside the floor: hashing the same bytes once with the same hash.
//!
//! `cargo bench --bench sign` prints tables. The contestants take turns in every round, and of each the fastest round counts, the one that nothing disturbed.
#![forbid(unsafe_code)]

use aws_credential_types::Credentials as AwsCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use bytes::Bytes;
use iotcred::credentials::Credentials;
use iotcred::crypto::sha256::Sha256;
use iotcred::crypto::{Digest, Hash};
use iotcred::sign::{self, Chunks, Header, KeyCache, Options, Payload, Request, Sink, Streaming, sign_request};
use iotcred::time::UnixTime;
use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime};

/// Rounds, each with one turn for every contestant; the fastest of them counts.
const ROUNDS: usize = 301;

/// Rounds where a turn is long or exactness matters less.
const FEW_ROUNDS: usize = 41;

/// How long a contestant runs before its turn.
const WARM_UP: Duration = Duration::from_micros(100);

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

const JOBS: [Job; 2] = [
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
];

const PUT: Job = Job {
    name: "S3 PUT, 1 MiB, 1 KiB token",
    method: "PUT",
    host: "bucket.s3.eu-central-1.amazonaws.com",
    path: "/logs/device-0042/2026-01-17.gz",
    service: "s3",
    headers: &[("Content-Type", "application/gzip"), ("Content-Length", "1048576")],
    body: 1 << 20,
};

/// A body of this size is uploaded in chunks of that size.
const UPLOAD: (usize, usize) = (16 << 20, 64 << 10);

/// So much of it is timed at once.
const UPLOAD_PART: usize = 256 << 10;

/// Text that is collected.
struct Text(Vec<u8>);

impl Sink for Text {
    fn put(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

/// Nanoseconds of one call, over a turn. What comes before it is not timed: caches and predictors still know the last contestant then.
fn turn(call: &mut dyn FnMut()) -> f64 {
    timed(WARM_UP, call);
    timed(TURN, call)
}

/// Nanoseconds of one call, over a time.
fn timed(time: Duration, call: &mut dyn FnMut()) -> f64 {
    let start = Instant::now();
    let mut calls = 0_u32;
    loop {
        call();
        calls += 1;
        let elapsed = start.elapsed();
        if elapsed >= time {
            return elapsed.as_nanos() as f64 / f64::from(calls);
        }
    }
}

/// The fastest round of each contestant, in nanoseconds.
fn race<const N: usize>(rounds: usize, mut contestants: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut times = vec![[0.0; N]; rounds];
    for round in &mut times {
        for (time, call) in round.iter_mut().zip(contestants.iter_mut()) {
            *time = turn(*call);
        }
    }
    std::array::from_fn(|i| {
        let column = times.iter().map(|round| round[i]);

        column.fold(f64::INFINITY, f64::min)
    })
}

/// What a signature takes, in nanoseconds, and what it hashes at least, in blocks of SHA-256.
struct Cost {
    kept: f64,
    derived: f64,
    theirs: f64,
    floor: f64,
    blocks: usize,
}

fn headers<'a>(host: &'a str, others: &'a [(&'a str, &'a str)]) -> Vec<Header<'a>> {
    let all = [("Host", host)].into_iter().chain(others.iter().copied());
    all.map(|(name, value)| Header {
        name: name.as_bytes(),
        value: value.as_bytes(),
    })
    .collect()
}

fn credentials(token: &str) -> Credentials<'_> {
    Credentials {
        access_key_id: KEY_ID.as_bytes(),
        secret_access_key: SECRET.as_bytes(),
        session_token: token.as_bytes(),
    }
}

fn measure(job: &Job, rounds: usize) -> Cost {
    let (token, body) = ("t".repeat(1024), vec![b'x'; job.body]);
    let url = format!("https://{}{}", job.host, job.path);
    let headers = headers(job.host, job.headers);
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
    let credentials = credentials(&token);
    let [canonical_request, string_to_sign] = texts(&request, &credentials);

    let (mut cache, mut buffer, mut other) = (KeyCache::default(), [0; 1024], [0; 1024]);
    let mut kept = || {
        black_box(sign_request(black_box(&request), &credentials, Some(&mut cache), &mut buffer).unwrap());
    };
    let mut derived = || {
        black_box(sign_request(black_box(&request), &credentials, None, &mut other).unwrap());
    };
    let identity = AwsCredentials::new(KEY_ID, SECRET, Some(token.clone()), None, "bench").into();
    let mut theirs = || {
        let params = params(&identity, job.service, settings(job.service)).into();
        let headers = black_box(job.headers).iter().copied();
        let request = SignableRequest::new(job.method, url.as_str(), headers, SignableBody::Bytes(&body)).unwrap();
        black_box(aws_sigv4::http_request::sign(request, &params).unwrap());
    };
    let mut floor = || hash_once(black_box(&body), &canonical_request, &string_to_sign);
    let [kept, derived, theirs, floor] = race(rounds, [&mut kept, &mut derived, &mut theirs, &mut floor]);
    let body = if body.is_empty() { 0 } else { blocks(body.len()) };
    Cost {
        kept,
        derived,
        theirs,
        floor,
        // Behind the two blocks of a key that is there: the string to sign, and the digest of that.
        blocks: body + blocks(canonical_request.len()) + blocks(64 + string_to_sign.len()) - 1 + 1,
    }
}

/// An upload in chunks: its head and all of its chunks are signed, and the data is hashed for that. The floor hashes the data at one go.
fn measure_upload() -> Cost {
    let (body, chunk) = UPLOAD;
    let (token, data) = ("t".repeat(1024), Bytes::from(vec![b'x'; UPLOAD_PART]));
    let length = body.to_string();
    let others = [
        ("Content-Encoding", "aws-chunked"),
        ("X-Amz-Decoded-Content-Length", length.as_str()),
    ];
    let headers = headers(PUT.host, &others);
    let request = Request {
        method: b"PUT",
        path: PUT.path.as_bytes(),
        query: b"",
        headers: &headers.as_slice(),
        payload: Payload::Streaming(Streaming::Signed),
        region: REGION.as_bytes(),
        service: b"s3",
        time: UnixTime(TIME as i64),
        options: Options::default(),
    };
    let credentials = credentials(&token);
    // A turn is a part of the upload, so that some are not disturbed. The key is derived once for all uploads, or anew for each.
    let upload = |chunks: &mut Chunks, sent: &mut usize| {
        let mut buffer = [0; 1024];
        if *sent == 0 {
            chunks.begin(black_box(&request), &credentials, &mut buffer).unwrap();
        }
        for data in data.chunks(chunk) {
            black_box(chunks.chunk(data, &mut buffer).unwrap());
        }
        *sent += data.len();
        if *sent == body {
            black_box(chunks.end(b"", &mut buffer).unwrap());
            *sent = 0;
        }
    };
    let (mut state, mut sent) = (Chunks::new(), 0);
    let mut kept = || upload(&mut state, &mut sent);
    let (mut other, mut other_sent) = (Chunks::new(), 0);
    let mut derived = || {
        if other_sent == 0 {
            other.wipe();
        }
        upload(&mut other, &mut other_sent);
    };
    let identity = AwsCredentials::new(KEY_ID, SECRET, Some(token.clone()), None, "bench").into();
    let mut running = "0".repeat(64);
    let mut theirs = || {
        for start in (0..data.len()).step_by(chunk) {
            let data = data.slice(start..start + chunk);
            let params = params(&identity, "s3", ());
            running = v4::sign_chunk(&data, &running, &params).unwrap().into_parts().1;
        }
    };
    let mut floor = || {
        black_box(Sha256::digest(black_box(&data)));
    };
    let [kept, derived, theirs, floor] = race(ROUNDS, [&mut kept, &mut derived, &mut theirs, &mut floor]);
    Cost {
        kept,
        derived,
        theirs,
        floor,
        blocks: blocks(body),
    }
}

/// The canonical request and the string to sign.
fn texts(request: &Request<'_>, credentials: &Credentials<'_>) -> [Vec<u8>; 2] {
    let mut texts = [Text(Vec::new()), Text(Vec::new())];
    sign::put_canonical_request(request, credentials, &mut texts[0]).unwrap();
    sign::put_string_to_sign(request, credentials, &mut texts[1]).unwrap();
    texts.map(|text| text.0)
}

/// Blocks of a text, with the bit and the length that end it.
fn blocks(len: usize) -> usize {
    (len + 1 + 8).div_ceil(64)
}

fn params<'a, S: Default>(identity: &'a Identity, service: &'a str, settings: S) -> v4::SigningParams<'a, S> {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(TIME);
    let params = v4::SigningParams::builder()
        .identity(identity)
        .region(REGION)
        .name(service);
    params.time(time).settings(settings).build().unwrap()
}

/// Time for a request with so many headers and parameters, in no order, and a token of so many bytes: by a key that is kept, and of the hash.
fn growth(header_count: usize, parameter_count: usize, token: usize) -> [f64; 2] {
    let shuffled = |count: usize| (0..count).map(|i| i * 7919 % 10_007).collect::<Vec<_>>();
    let names: Vec<String> = shuffled(header_count)
        .iter()
        .map(|i| format!("X-Header-{i:05}"))
        .collect();
    let others: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "a value")).collect();
    let parameters: Vec<String> = shuffled(parameter_count)
        .iter()
        .map(|i| format!("parameter-{i:05}=value"))
        .collect();
    let (headers, query, token) = (
        headers("example.amazonaws.com", &others),
        parameters.join("&"),
        "t".repeat(token),
    );
    let request = Request {
        method: b"GET",
        path: b"/",
        query: query.as_bytes(),
        headers: &headers.as_slice(),
        payload: Payload::Bytes(b""),
        region: REGION.as_bytes(),
        service: b"execute-api",
        time: UnixTime(TIME as i64),
        options: Options::default(),
    };
    let credentials = credentials(&token);
    let [canonical_request, string_to_sign] = texts(&request, &credentials);
    let (mut cache, mut buffer) = (KeyCache::default(), vec![0; 1024 + 20 * header_count]);
    let mut kept = || {
        black_box(sign_request(black_box(&request), &credentials, Some(&mut cache), &mut buffer).unwrap());
    };
    let mut floor = || hash_once(b"", &canonical_request, &string_to_sign);
    race(FEW_ROUNDS, [&mut kept, &mut floor])
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

/// A row: a name, and figures in microseconds or ratios, the first `bold` of them in bold.
fn row(name: &str, bold: usize, figures: &[f64], others: &[String]) {
    let cell = |(i, figure): (usize, &f64)| {
        if i < bold {
            format!("**{figure:.2}**")
        } else {
            format!("{figure:.2}")
        }
    };
    let cells: Vec<String> = figures
        .iter()
        .enumerate()
        .map(cell)
        .chain(others.iter().cloned())
        .collect();
    println!("| {name} | {} |", cells.join(" | "));
}

fn title(columns: &[&str]) {
    println!("| {} |\n|{}", columns.join(" | "), " --- |".repeat(columns.len()));
}

fn main() {
    title(&[
        "request",
        "key kept / hash",
        "derived / hash",
        "aws-sigv4 / kept",
        "kept, us",
        "derived, us",
        "aws-sigv4, us",
        "hash once, us",
        "blocks hashed: once",
        "key kept",
        "derived",
    ]);
    for job in &JOBS {
        let cost = measure(job, ROUNDS);
        let times = [cost.kept, cost.derived, cost.theirs, cost.floor].map(|time| time / 1000.0);
        let ratios = [
            cost.kept / cost.floor,
            cost.derived / cost.floor,
            cost.theirs / cost.kept,
        ];
        // A key takes 18 blocks.
        let blocks = [cost.blocks, cost.blocks, cost.blocks + 18].map(|blocks| blocks.to_string());
        let figures: Vec<f64> = ratios.into_iter().chain(times).collect();
        row(job.name, 3, &figures, &blocks);
    }
    println!();
    title(&[
        "body",
        "throughput / hash's, key kept",
        "derived",
        "aws-sigv4",
        "key kept, MB/s",
        "derived, MB/s",
        "aws-sigv4, MB/s",
        "hash alone, MB/s",
    ]);
    for (name, body, cost) in [
        ("S3 PUT of 1 MiB", PUT.body, measure(&PUT, ROUNDS)),
        ("16 MiB in chunks of 64 KiB", UPLOAD_PART, measure_upload()),
    ] {
        let times = [cost.kept, cost.derived, cost.theirs];
        let speeds = [cost.kept, cost.derived, cost.theirs, cost.floor].map(|time| 1000.0 * body as f64 / time);
        let figures: Vec<f64> = times.iter().map(|time| cost.floor / time).chain(speeds).collect();
        row(name, 3, &figures, &[]);
    }
    println!();
    title(&[
        "how many",
        "headers: / hash",
        "us",
        "us for each",
        "query parameters: / hash",
        "us",
        "us for each",
    ]);
    for count in [8, 32, 64, 65, 128, 256, 1000] {
        let [headers, floor] = growth(count, 0, 1024);
        let [parameters, other_floor] = growth(0, count, 1024);
        let figures = |time: f64, floor: f64| [time / floor, time / 1000.0, time / 1000.0 / count as f64];
        row(
            &count.to_string(),
            1,
            &[figures(headers, floor), figures(parameters, other_floor)].concat(),
            &[],
        );
    }
    println!();
    title(&["token", "key kept / hash", "kept, us", "hash once, us"]);
    for kib in [1, 4, 8, 64] {
        let [kept, floor] = growth(1, 0, kib << 10);
        row(
            &format!("{kib} KiB"),
            1,
            &[kept / floor, kept / 1000.0, floor / 1000.0],
            &[],
        );
    }
}
