//! The streamed upload: AWS's published examples signature by signature, generated ones against AWS's own signer in Rust, and what is refused.
//!
//! `IOTCRED_CASES=1000000 cargo test --test signing_chunks` runs as many generated uploads.
#![forbid(unsafe_code)]

mod signing_common;

use aws_credential_types::Credentials as AwsCredentials;
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::http::Headers as AwsHeaders;
use bytes::Bytes;
use iotcred::credentials::Credentials;
use iotcred::error::Status;
use iotcred::limits::{CHUNK_MIN, TRAILER_NAME_MAX};
use iotcred::sign::{
    Announced, CHUNK_HEAD_MAX, Chunks, Error, Form, Header, Options, Payload, Request, Streaming, sign_request,
};
use iotcred::time::UnixTime;
use proptest::prelude::*;
use signing_common::{Reached, headers};
use std::time::{Duration, SystemTime};

const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// 2013-05-24T00:00:00Z
const TIME: i64 = 1_369_353_600;

const CREDENTIALS: Credentials<'_> = Credentials {
    access_key_id: KEY_ID.as_bytes(),
    secret_access_key: SECRET.as_bytes(),
    session_token: b"",
};

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(own).collect()
}

/// The headers of both published examples, without what differs.
fn example_headers(more: &[(&str, &str)]) -> Vec<(String, String)> {
    let common = [
        ("Host", "s3.amazonaws.com"),
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ("Content-Encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", "66560"),
    ];
    pairs(&[&common, more].concat())
}

fn request<'a>(headers: &'a &'a [Header<'a>], kind: Streaming) -> Request<'a> {
    Request {
        method: b"PUT",
        path: b"/examplebucket/chunkObject.txt",
        query: b"",
        headers,
        payload: Payload::Streaming(kind),
        region: b"us-east-1",
        service: b"s3",
        time: UnixTime(TIME),
        options: Options {
            form: Form::Wire,
            ..Options::default()
        },
    }
}

/// Calls with a buffer of no bytes, then one byte too short, then as long as it must be. Returns what was written.
fn sized(mut step: impl FnMut(&mut [u8]) -> Result<usize, Error>) -> Result<String, Status> {
    let needed = match step(&mut []) {
        Err(Error::BufferTooSmall { needed }) => needed,
        Err(Error::Invalid(status)) => return Err(status),
        Ok(_) => panic!("there is always something to write"),
    };
    let mut buffer = vec![0xa5; needed];
    assert_eq!(step(&mut buffer[..needed - 1]), Err(Error::BufferTooSmall { needed }));
    assert!(buffer.iter().all(|byte| *byte == 0xa5));
    assert_eq!(step(&mut buffer), Ok(needed));
    Ok(String::from_utf8(buffer).unwrap())
}

fn begin(chunks: &mut Chunks, request: &Request<'_>) -> Result<String, Error> {
    let mut buffer = [0; 1024];
    let authorization = chunks.begin(request, &CREDENTIALS, &mut buffer)?.authorization();
    Ok(String::from_utf8(buffer[authorization.unwrap()].to_vec()).unwrap())
}

/// A whole upload: the seed signature, and what is sent behind the head.
fn upload(kind: Streaming, pairs: &[(String, String)], data: &[u8], chunk: usize, value: &str) -> (String, Vec<u8>) {
    let headers = headers(pairs);
    let headers = headers.as_slice();
    let request = request(&headers, kind);
    let mut chunks = Chunks::new();
    let authorization = begin(&mut chunks, &request).unwrap();
    let mut body = Vec::new();
    for piece in data.chunks(chunk) {
        let head = sized(|buffer| chunks.chunk(piece, buffer)).unwrap();
        assert!(head.len() <= CHUNK_HEAD_MAX);
        body.extend(head.as_bytes());
        body.extend(piece);
    }
    body.extend(sized(|buffer| chunks.end(value.as_bytes(), buffer)).unwrap().as_bytes());
    let announced = Announced::by(&request.payload, &headers).unwrap();
    assert_eq!(
        announced.content_length(chunk as u64, value.len() as u64),
        Ok(body.len() as u64)
    );
    (authorization[authorization.len() - 64..].to_owned(), body)
}

#[test]
fn the_published_example() {
    // <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html#example-signature-calculations-streaming>
    let pairs = example_headers(&[("Content-Length", "66824")]);
    let (seed, body) = upload(Streaming::Signed, &pairs, &[b'a'; 66560], 65536, "");
    assert_eq!(seed, "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
    let expected = [
        "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n",
        &"a".repeat(65536),
        "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n",
        &"a".repeat(1024),
        "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n",
    ];
    assert_eq!(String::from_utf8(body).unwrap(), expected.concat());
    assert_eq!(expected.concat().len(), 66824);
}

#[test]
fn the_published_example_with_a_trailer() {
    // <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>
    let pairs = example_headers(&[("x-amz-trailer", "x-amz-checksum-crc32c")]);
    let (seed, body) = upload(Streaming::SignedTrailer, &pairs, &[b'a'; 66560], 65536, "");
    assert_eq!(seed, "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
    let expected = [
        "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n",
        &"a".repeat(65536),
        "\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n",
        &"a".repeat(1024),
        "\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n",
        "x-amz-checksum-crc32c:sOO8/Q==\r\n",
        "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n",
    ];
    assert_eq!(String::from_utf8(body).unwrap(), expected.concat());
}

#[test]
fn an_unsigned_upload_has_sizes_and_a_checksum() {
    let trailer = |name| {
        upload(
            Streaming::UnsignedTrailer,
            &example_headers(&[("x-amz-trailer", name)]),
            &[b'a'; 66560],
            65536,
            "",
        )
        .1
    };
    let body = |trailer: &str| {
        [
            b"10000\r\n",
            [b'a'; 65536].as_slice(),
            b"\r\n400\r\n",
            &[b'a'; 1024],
            b"\r\n0\r\n",
            trailer.as_bytes(),
            b"\r\n\r\n",
        ]
        .concat()
    };
    assert_eq!(trailer("X-Amz-Checksum-Crc32c"), body("x-amz-checksum-crc32c:sOO8/Q=="));
    // Of zlib, and of the catalogue's parameters bit by bit.
    assert_eq!(trailer("x-amz-checksum-crc32"), body("x-amz-checksum-crc32:sK4Y7A=="));
    assert_eq!(
        trailer("x-amz-checksum-crc64nvme"),
        body("x-amz-checksum-crc64nvme:pRf+emrnL+A=")
    );
}

/// The other signer's chunks: the signatures, one after the other.
struct Oracle {
    identity: Identity,
    service: String,
    region: String,
    time: i64,
    running: String,
}

impl Oracle {
    fn new(secret: &str, region: &str, service: &str, time: i64, seed: &str) -> Self {
        Self {
            identity: AwsCredentials::new(KEY_ID, secret, None, None, "test").into(),
            service: service.to_owned(),
            region: region.to_owned(),
            time,
            running: seed.to_owned(),
        }
    }

    fn next(&mut self, sign: impl FnOnce(&str, &v4::SigningParams<'_, ()>) -> String) -> String {
        let params = v4::SigningParams::builder()
            .identity(&self.identity)
            .region(&self.region)
            .name(&self.service)
            .time(SystemTime::UNIX_EPOCH + Duration::from_secs(self.time.try_into().unwrap()))
            .settings(())
            .build()
            .unwrap();
        self.running = sign(&self.running, &params);
        self.running.clone()
    }

    fn chunk(&mut self, data: &[u8]) -> String {
        let data = Bytes::copy_from_slice(data);
        self.next(|running, params| v4::sign_chunk(&data, running, params).unwrap().into_parts().1)
    }

    fn trailer(&mut self, name: &str, value: &str) -> String {
        let mut headers = AwsHeaders::new();
        headers.insert(name.to_owned(), value.to_owned());
        self.next(|running, params| v4::sign_trailer(&headers, running, params).unwrap().into_parts().1)
    }
}

/// Generated uploads, unless `IOTCRED_CASES` says otherwise.
const CASES: u32 = 10_000;

/// The checksums by which a trailer's value is computed: their names, bits, and polynomials in reflected form.
/// <https://reveng.sourceforge.io/crc-catalogue/all.htm>
const CHECKSUMS: [(&str, u32, u64); 3] = [
    ("x-amz-checksum-crc32", 32, 0xedb8_8320),
    ("X-Amz-Checksum-Crc32c", 32, 0x82f6_3b78),
    ("x-amz-checksum-CRC64NVME", 64, 0x9a6c_9329_ac4b_c9b5),
];

/// A reflected CRC, bit by bit, in base64.
fn checksum(bits: u32, polynomial: u64, data: &[u8]) -> String {
    let ones = u64::MAX >> (64 - bits);
    let sum = data.iter().fold(ones, |sum, byte| {
        (0..8).fold(sum ^ u64::from(*byte), |sum, _| {
            (sum >> 1) ^ if sum & 1 == 1 { polynomial } else { 0 }
        })
    }) ^ ones;
    let bytes = sum.to_be_bytes();
    base64(&bytes[8 - bits as usize / 8..])
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let of_three = |three: &[u8]| -> String {
        let number = (0..3).fold(0_usize, |number, i| {
            number << 8 | usize::from(*three.get(i).unwrap_or(&0))
        });
        let digit = |i: usize| {
            if i <= three.len() {
                char::from(DIGITS[number >> (18 - 6 * i) & 63])
            } else {
                '='
            }
        };
        (0..4).map(digit).collect()
    };
    bytes.chunks(3).map(of_three).collect()
}

/// An upload, and what it is to be signed with.
#[derive(Clone, Debug)]
struct Upload {
    data: Vec<u8>,
    chunk: usize,
    trailer: Option<Trailer>,
    unsigned: bool,
    secret: String,
    region: String,
    service: &'static str,
    time: i64,
}

#[derive(Clone, Debug)]
enum Trailer {
    Computed((&'static str, u32, u64)),
    Given(String, String),
}

impl Trailer {
    fn name(&self) -> &str {
        match self {
            Self::Computed((name, ..)) => name,
            Self::Given(name, _) => name,
        }
    }
}

fn uploads() -> impl Strategy<Value = Upload> {
    let length = prop_oneof![
        prop::sample::select(vec![0_usize, 8192, 16384]),
        1_usize..100,
        8000_usize..8300,
        16380_usize..16390,
        0_usize..40000
    ];
    let data = (any::<u8>(), length).prop_map(|(seed, length)| {
        (0..length)
            .map(|i| (i as u8).wrapping_mul(31) ^ seed)
            .collect::<Vec<u8>>()
    });
    let trailer = prop_oneof![
        prop::sample::select(&CHECKSUMS[..]).prop_map(Trailer::Computed),
        ("[A-Za-z][A-Za-z0-9-]{0,38}", "[!-~]{1,60}").prop_map(|(name, value)| Trailer::Given(name, value)),
    ];
    let keys = (
        "[ -~]{1,80}",
        "[a-z0-9-]{1,20}",
        prop::sample::select(vec!["s3", "s3express", "s3-outposts"]),
        TIME..TIME + 1_000_000_000,
    );
    (
        data,
        prop_oneof![Just(8192_usize), 8192_usize..20000],
        prop::option::weighted(0.7, trailer),
        prop::bool::weighted(0.2),
        keys,
    )
        .prop_map(
            |(data, chunk, trailer, unsigned, (secret, region, service, time))| Upload {
                data,
                chunk,
                unsigned: unsigned && trailer.is_some(),
                trailer,
                secret,
                region,
                service,
                time,
            },
        )
}

fn note(reached: &Reached, upload: &Upload) {
    let (length, chunk) = (upload.data.len(), upload.chunk);
    let computed = |wanted: &str| matches!(&upload.trailer, Some(Trailer::Computed((name, ..))) if *name == wanted);
    reached.note(&[
        ("no bytes", length == 0),
        ("one chunk that is not full", 0 < length && length < chunk),
        ("one full chunk", length == chunk),
        ("full chunks alone", length > chunk && length % chunk == 0),
        ("a last chunk that is not full", length > chunk && length % chunk != 0),
        (
            "a last chunk of 1 to 9 bytes",
            length > chunk && (1..10).contains(&(length % chunk)),
        ),
        ("four chunks", length.div_ceil(chunk) >= 4),
        ("chunks of the smallest size", chunk == 8192),
        ("no trailer", upload.trailer.is_none()),
        (
            "a trailer whose value is given",
            matches!(upload.trailer, Some(Trailer::Given(..))),
        ),
        ("CRC-32", computed(CHECKSUMS[0].0)),
        ("CRC-32C", computed(CHECKSUMS[1].0)),
        ("CRC-64/NVME", computed(CHECKSUMS[2].0)),
        ("an unsigned upload", upload.unsigned),
        ("a signed trailer", upload.trailer.is_some() && !upload.unsigned),
        ("a secret that is hashed first", upload.secret.len() > 60),
    ]);
}

/// Signs an upload with both, step by step.
fn compare(upload: &Upload) -> Result<(), TestCaseError> {
    let Upload {
        data,
        chunk,
        trailer,
        unsigned,
        ..
    } = upload;
    let mut pairs = pairs(&[("host", "b.s3.amazonaws.com"), ("content-encoding", "aws-chunked,gzip")]);
    pairs.push(("X-Amz-Decoded-Content-Length".to_owned(), data.len().to_string()));
    if let Some(trailer) = trailer {
        pairs.push(("x-amz-trailer".to_owned(), trailer.name().to_owned()));
    }
    let headers = headers(&pairs);
    let headers = headers.as_slice();
    let kind = match (trailer, unsigned) {
        (None, _) => Streaming::Signed,
        (Some(_), false) => Streaming::SignedTrailer,
        (Some(_), true) => Streaming::UnsignedTrailer,
    };
    let credentials = Credentials {
        secret_access_key: upload.secret.as_bytes(),
        ..CREDENTIALS
    };
    let request = Request {
        region: upload.region.as_bytes(),
        service: upload.service.as_bytes(),
        time: UnixTime(upload.time),
        ..request(&headers, kind)
    };
    let (mut buffer, mut plain) = ([0; 1024], [0; 1024]);
    let mut chunks = Chunks::new();
    let signed = chunks.begin(&request, &credentials, &mut buffer).unwrap();
    prop_assert_eq!(
        &signed,
        &sign_request(&request, &credentials, None, &mut plain).unwrap()
    );
    prop_assert_eq!(buffer, plain);
    let end = signed.authorization().unwrap().end;
    let seed = std::str::from_utf8(&buffer[end - 64..end]).unwrap();
    let mut oracle = Oracle::new(&upload.secret, &upload.region, upload.service, upload.time, seed);
    let mut signature = |data: &[u8]| match unsigned {
        true => String::new(),
        false => format!(";chunk-signature={}", oracle.chunk(data)),
    };
    let mut sent = 0;
    for (index, piece) in data.chunks(*chunk).enumerate() {
        let head = sized(|buffer| chunks.chunk(piece, buffer)).unwrap();
        let owed = if index == 0 { "" } else { "\r\n" };
        prop_assert_eq!(&head, &format!("{owed}{:x}{}\r\n", piece.len(), signature(piece)));
        sent += head.len() + piece.len();
    }
    let owed = if data.is_empty() { "" } else { "\r\n" };
    let mut expected = format!("{owed}0{}\r\n", signature(b""));
    let (given, value) = match trailer {
        None => ("", String::new()),
        Some(Trailer::Given(_, value)) => (value.as_str(), value.clone()),
        Some(Trailer::Computed((_, bits, polynomial))) => ("", checksum(*bits, *polynomial, data)),
    };
    if let Some(trailer) = trailer {
        let name = trailer.name().to_lowercase();
        expected += &format!("{name}:{value}\r\n");
        if !unsigned {
            expected += &format!("x-amz-trailer-signature:{}\r\n", oracle.trailer(&name, &value));
        }
    }
    let end = sized(|buffer| chunks.end(given.as_bytes(), buffer)).unwrap();
    prop_assert_eq!(&end, &(expected + "\r\n"));
    let announced = Announced::by(&request.payload, &headers).unwrap();
    let length = announced.content_length(*chunk as u64, given.len() as u64);
    prop_assert_eq!(length, Ok((sent + end.len()) as u64));
    Ok(())
}

#[test]
fn generated_uploads_are_signed_alike() {
    let count = signing_common::cases(CASES, CASES);
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(count)
    };
    let reached = Reached::default();
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner
        .run(&uploads(), |upload| {
            note(&reached, &upload);
            compare(&upload)
        })
        .unwrap();
    reached.check(count, CASES, |_, _| false);
}

/// What it is, the payload's kind, headers beside the host, and whether they are good.
type Row<'a> = (&'a str, Streaming, &'a [(&'a str, &'a str)], bool);

#[test]
fn headers_that_announce_nothing_or_too_much_are_refused() {
    let (encoding, length, trailer) = (
        ("content-encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", "8192"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
    );
    let long = "x".repeat(TRAILER_NAME_MAX + 1);
    let (signed, signed_trailer, unsigned) = (Streaming::Signed, Streaming::SignedTrailer, Streaming::UnsignedTrailer);
    let rows: [Row<'_>; 22] = [
        ("as it should be", signed, &[encoding, length], true),
        ("with a trailer", signed_trailer, &[encoding, length, trailer], true),
        ("unsigned", unsigned, &[encoding, length, trailer], true),
        (
            "another encoding behind",
            signed,
            &[("Content-Encoding", " aws-chunked,gzip"), length],
            true,
        ),
        (
            "another encoding in a header of its own",
            signed,
            &[encoding, ("content-encoding", "gzip"), length],
            true,
        ),
        ("no encoding", signed, &[length], false),
        (
            "another encoding",
            signed,
            &[("content-encoding", "gzip"), length],
            false,
        ),
        (
            "another encoding before",
            signed,
            &[("content-encoding", "gzip,aws-chunked"), length],
            false,
        ),
        (
            "an encoding that begins like it",
            signed,
            &[("content-encoding", "aws-chunkedx"), length],
            false,
        ),
        ("no length", signed, &[encoding], false),
        ("two lengths", signed, &[encoding, length, length], false),
        (
            "an empty length",
            signed,
            &[encoding, ("x-amz-decoded-content-length", "")],
            false,
        ),
        (
            "a signed length",
            signed,
            &[encoding, ("x-amz-decoded-content-length", "+1")],
            false,
        ),
        (
            "a hexadecimal length",
            signed,
            &[encoding, ("x-amz-decoded-content-length", "0x1")],
            false,
        ),
        (
            "a length of 2^64",
            signed,
            &[encoding, ("x-amz-decoded-content-length", "18446744073709551616")],
            false,
        ),
        (
            "a length of 2^64 - 1",
            signed,
            &[encoding, ("x-amz-decoded-content-length", "18446744073709551615")],
            true,
        ),
        (
            "a trailer that is not wanted",
            signed,
            &[encoding, length, trailer],
            false,
        ),
        (
            "two trailers that are not wanted",
            signed,
            &[encoding, length, trailer, trailer],
            false,
        ),
        ("no trailer", signed_trailer, &[encoding, length], false),
        ("two trailers", unsigned, &[encoding, length, trailer, trailer], false),
        (
            "a list of trailers",
            unsigned,
            &[encoding, length, ("x-amz-trailer", "a,b")],
            false,
        ),
        (
            "a long trailer",
            unsigned,
            &[encoding, length, ("x-amz-trailer", &long)],
            false,
        ),
    ];
    for (row, kind, more, good) in rows {
        let pairs = pairs(&[&[("host", "h")], more].concat());
        let headers = headers(&pairs);
        let headers = headers.as_slice();
        let outcome = begin(&mut Chunks::new(), &request(&headers, kind)).err();
        assert_eq!(
            outcome,
            (!good).then_some(Error::Invalid(Status::ChunkHeaders)),
            "{row}"
        );
    }
}

#[test]
fn what_is_no_upload_in_chunks_is_refused() {
    let pairs = example_headers(&[]);
    let headers = headers(&pairs);
    let headers = headers.as_slice();
    let mut chunks = Chunks::new();
    for payload in [Payload::Bytes(b""), Payload::Sha256(&[0; 32]), Payload::Unsigned] {
        let request = Request {
            payload,
            ..request(&headers, Streaming::Signed)
        };
        assert_eq!(
            begin(&mut chunks, &request).err(),
            Some(Error::Invalid(Status::Payload))
        );
    }
    let region = [b'r'; 72];
    let region = |length: usize| Request {
        region: &region[..length],
        ..request(&headers, Streaming::Signed)
    };
    assert_eq!(
        begin(&mut chunks, &region(72)).err(),
        Some(Error::Invalid(Status::Region))
    );
    assert!(begin(&mut chunks, &region(71)).is_ok());
    let late = Request {
        time: UnixTime(i64::MAX),
        ..request(&headers, Streaming::Signed)
    };
    assert_eq!(
        begin(&mut chunks, &late).err(),
        Some(Error::Invalid(Status::TimeOutOfRange))
    );
    assert_eq!(
        chunks.chunk(&[0; 8192], &mut [0; 200]),
        Err(Error::Invalid(Status::ChunkOrder)),
        "the upload before is over"
    );
}

#[test]
fn an_authorization_that_is_there_is_the_seed() {
    let mut pairs = example_headers(&[]);
    let (seed, body) = upload(Streaming::Signed, &pairs, &[b'a'; 66560], 65536, "");
    let authorization = {
        let headers = headers(&pairs);
        begin(&mut Chunks::new(), &request(&headers.as_slice(), Streaming::Signed)).unwrap()
    };
    assert!(authorization.ends_with(&seed));
    pairs.push(("authorization".to_owned(), authorization));
    let headers = headers(&pairs);
    let headers = headers.as_slice();
    let mut chunks = Chunks::new();
    let signed = chunks
        .begin(&request(&headers, Streaming::Signed), &CREDENTIALS, &mut [0; 200])
        .unwrap();
    assert_eq!(signed.authorization(), None);
    let head = sized(|buffer| chunks.chunk(&[b'a'; 65536], buffer)).unwrap();
    assert!(body.starts_with(head.as_bytes()));
}

/// An upload of so many bytes that was begun.
fn begun(length: u64, trailer: Option<&str>) -> Chunks {
    let length = length.to_string();
    let mut all = vec![
        ("host", "h"),
        ("content-encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", &length),
    ];
    all.extend(trailer.map(|trailer| ("x-amz-trailer", trailer)));
    let pairs = pairs(&all);
    let kind = if trailer.is_some() {
        Streaming::SignedTrailer
    } else {
        Streaming::Signed
    };
    let mut chunks = Chunks::new();
    begin(&mut chunks, &request(&headers(&pairs).as_slice(), kind)).unwrap();
    chunks
}

#[test]
fn each_misuse_has_its_status_and_changes_nothing() {
    let data = [0; 20000];
    let give = |chunks: &mut Chunks, length: usize| sized(|buffer| chunks.chunk(&data[..length], buffer));
    let end = |chunks: &mut Chunks| sized(|buffer| chunks.end(b"", buffer));
    let expected = {
        let mut chunks = begun(20000, None);
        [
            give(&mut chunks, 8192),
            give(&mut chunks, 8192),
            give(&mut chunks, 3616),
            end(&mut chunks),
        ]
    };

    let mut chunks = Chunks::new();
    assert_eq!(give(&mut chunks, 8192), Err(Status::ChunkOrder));
    assert_eq!(end(&mut chunks), Err(Status::ChunkOrder));

    let mut chunks = begun(20000, None);
    assert_eq!(give(&mut chunks, 0), Err(Status::ChunkTooSmall));
    assert_eq!(give(&mut chunks, 8191), Err(Status::ChunkTooSmall));
    assert_eq!(end(&mut chunks), Err(Status::ChunkTotal));
    assert_eq!(give(&mut chunks, 8192), expected[0]);
    assert_eq!(give(&mut chunks, 11809), Err(Status::ChunkTooLarge));
    assert_eq!(give(&mut chunks, 8192), expected[1]);
    assert_eq!(give(&mut chunks, 3617), Err(Status::ChunkTooLarge));
    assert_eq!(give(&mut chunks, 3615), Err(Status::ChunkTooSmall));
    assert_eq!(end(&mut chunks), Err(Status::ChunkTotal));
    assert_eq!(give(&mut chunks, 3616), expected[2]);
    assert_eq!(give(&mut chunks, 1), Err(Status::ChunkTooLarge));
    assert_eq!(give(&mut chunks, 0), Err(Status::ChunkTooSmall));
    assert_eq!(sized(|buffer| chunks.end(b"value", buffer)), Err(Status::Trailer));
    assert_eq!(end(&mut chunks), expected[3]);
    assert_eq!(give(&mut chunks, 8192), Err(Status::ChunkOrder));
    assert_eq!(end(&mut chunks), Err(Status::ChunkOrder));

    let mut chunks = begun(8192, None);
    chunks.wipe();
    assert_eq!(give(&mut chunks, 8192), Err(Status::ChunkOrder));
}

#[test]
fn a_trailers_value_is_given_exactly_where_it_is_needed() {
    let end = |trailer: &str, value: &[u8]| sized(|buffer| begun(0, Some(trailer)).end(value, buffer)).err();
    assert_eq!(end("x-amz-checksum-crc32", b""), None);
    assert_eq!(end("X-Amz-Checksum-CRC32", b""), None);
    assert_eq!(end("x-amz-checksum-crc32", b"AAAAAA=="), Some(Status::Trailer));
    assert_eq!(
        end("x-amz-checksum-sha256", b"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
        None
    );
    for bad in [&b""[..], b"a b", b"a\r\nb", b"\xff"] {
        assert_eq!(end("x-amz-checksum-sha256", bad), Some(Status::Trailer));
    }
}

#[test]
fn a_content_length_is_exact_or_refused() {
    let length = |total: u64, chunk: u64| {
        let total = total.to_string();
        let pairs = pairs(&[
            ("content-encoding", "aws-chunked"),
            ("x-amz-decoded-content-length", &total),
        ]);
        Announced::by(&Payload::Streaming(Streaming::Signed), &headers(&pairs).as_slice())
            .unwrap()
            .content_length(chunk, 0)
    };
    assert_eq!(length(0, CHUNK_MIN), Ok(86));
    assert_eq!(length(66560, 65536), Ok(66824));
    assert_eq!(length(66560, CHUNK_MIN - 1), Err(Status::ChunkTooSmall));
    assert_eq!(length(66560, 0), Err(Status::ChunkTooSmall));
    assert_eq!(length(u64::MAX, CHUNK_MIN), Err(Status::ChunkTotal));
    assert_eq!(length(u64::MAX, u64::MAX), Err(Status::ChunkTotal));
    assert_eq!(length(u64::MAX - 300, u64::MAX), Ok(u64::MAX - 300 + 16 + 85 + 86));
}
