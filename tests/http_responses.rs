//! Responses as a network delivers them: in any pieces, cut anywhere, and malformed on purpose. However the bytes are cut up, the same bytes
//! must give the same result.
#![cfg(feature = "client")]

use iotcred::error::Status;
use iotcred::http::body::Body;
use iotcred::http::response::{Progress, ResponseReader};
use proptest::prelude::*;

#[derive(Debug, PartialEq)]
struct Response {
    interims: Vec<u16>,
    status: u16,
    body: Vec<u8>,
    /// Bytes after the response.
    left: usize,
}

/// Receives a response whose bytes come in `parts`, as the callers in the library do.
fn receive(method: &str, parts: &[&[u8]]) -> Result<Response, Status> {
    let mut reader = ResponseReader::new(method.as_bytes());
    let mut response = Response {
        interims: vec![],
        status: 0,
        body: vec![],
        left: 0,
    };
    let mut body: Option<Body> = None;
    for part in parts {
        let mut input = *part;
        while !input.is_empty() && !body.as_ref().is_some_and(Body::is_done) {
            let used = match &mut body {
                None => {
                    let (used, progress) = reader.push(input)?;
                    match progress {
                        Progress::NeedMore => assert_eq!(used, input.len()),
                        Progress::Interim(status) => response.interims.push(status),
                        Progress::Final(head) => {
                            response.status = head.status();
                            body = Some(Body::new(head.framing()));
                        }
                    }
                    used
                }
                Some(body) => {
                    let piece = body.decode(input)?;
                    response.body.extend_from_slice(piece.data);
                    assert_eq!(piece.done, body.is_done());
                    piece.used
                }
            };
            assert!(used > 0, "no progress");
            input = &input[used..];
        }
        response.left += input.len();
    }
    body.ok_or(reader.end_of_stream())?.finish()?;
    Ok(response)
}

/// Receives `bytes` whole, byte by byte, and in every two parts, and asserts that it makes no difference.
fn receive_in_every_way(method: &str, bytes: &[u8]) -> Result<Response, Status> {
    let whole = receive(method, &[bytes]);
    assert_eq!(
        receive(method, &bytes.chunks(1).collect::<Vec<_>>()),
        whole,
        "byte by byte"
    );
    for at in 0..=bytes.len() {
        let (first, second) = bytes.split_at(at);
        assert_eq!(receive(method, &[first, second]), whole, "cut in two at {at}");
    }
    whole
}

/// Method, response, interim statuses, status, body.
type Form = (&'static str, &'static str, &'static [u16], u16, &'static str);

/// One response of each form. All but the last two say themselves where they end.
const FORMS: [Form; 12] = [
    (
        "GET",
        "HTTP/1.1 200 OK\r\nDate: Sat, 17 Jan 2026 14:00:00 GMT\r\nContent-Length: 11\r\n\r\nhello world",
        &[],
        200,
        "hello world",
    ),
    (
        "GET",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n\r\n",
        &[],
        200,
        "\r\n",
    ),
    ("GET", "HTTP/1.1 404 \r\ncontent-length:0\r\n\r\n", &[], 404, ""),
    ("GET", "HTTP/1.1 200\r\nContent-Length: 00001\r\n\r\nx", &[], 200, "x"),
    (
        "GET",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1 ;e=\"1\"\r\n \r\n005\r\nworld\r\n0\r\n\r\n",
        &[],
        200,
        "hello world",
    ),
    (
        "GET",
        "HTTP/1.1 500 x\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\nx\r\n0;a\r\nX-Checksum: 1\r\nY:\r\n\r\n",
        &[],
        500,
        "x",
    ),
    (
        "PUT",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ny",
        &[100],
        200,
        "y",
    ),
    (
        "PUT",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100\r\n\r\nHTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno",
        &[103, 100],
        403,
        "no",
    ),
    ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", &[], 200, ""),
    ("DELETE", "HTTP/1.1 204 No Content\r\n\r\n", &[], 204, ""),
    (
        "GET",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end",
        &[],
        200,
        "until the end",
    ),
    ("GET", "HTTP/1.0 200 OK\r\n\r\n", &[], 200, ""),
];

const SELF_DELIMITED: usize = FORMS.len() - 2;

#[test]
fn every_form_is_received_however_it_is_cut_up() {
    for (method, bytes, interims, status, body) in FORMS {
        let expected = Response {
            interims: interims.to_vec(),
            status,
            body: body.into(),
            left: 0,
        };
        assert_eq!(
            receive_in_every_way(method, bytes.as_bytes()),
            Ok(expected),
            "{bytes:?}"
        );
    }
}

#[test]
fn what_follows_a_response_is_left_alone() {
    for (method, bytes, _, status, body) in &FORMS[..SELF_DELIMITED] {
        let followed = [bytes.as_bytes(), b"HTTP/1.1 200 OK\r\n\r\n"].concat();
        let response = receive_in_every_way(method, &followed).unwrap();
        assert_eq!(
            (response.status, response.body.as_slice(), response.left),
            (*status, body.as_bytes(), 19)
        );
    }
}

#[test]
fn a_response_that_is_cut_is_refused_at_every_offset() {
    for (method, bytes, ..) in &FORMS[..SELF_DELIMITED] {
        for cut in 0..bytes.len() {
            let start_of_a_head = cut == 0 || bytes[..cut].ends_with("\r\n\r\n") && bytes[cut..].starts_with("HTTP");
            let expected = if start_of_a_head {
                Status::ConnectionLost
            } else {
                Status::ResponseMalformed
            };
            assert_eq!(
                receive(method, &[&bytes.as_bytes()[..cut]]),
                Err(expected),
                "{bytes:?} cut at {cut}"
            );
        }
    }
}

#[test]
fn a_body_until_close_ends_with_the_stream_but_its_head_does_not() {
    let (method, bytes, ..) = FORMS[SELF_DELIMITED];
    let head = bytes.find("until").unwrap();
    for cut in 1..head {
        assert_eq!(
            receive(method, &[&bytes.as_bytes()[..cut]]),
            Err(Status::ResponseMalformed),
            "cut at {cut}"
        );
    }
    for cut in head..bytes.len() {
        let response = receive(method, &[&bytes.as_bytes()[..cut]]).unwrap();
        assert_eq!(response.body, &bytes.as_bytes()[head..cut]);
    }
}

#[track_caller]
fn refused(response: &str, expected: Status) {
    assert_eq!(
        receive_in_every_way("GET", response.as_bytes()),
        Err(expected),
        "{response:?}"
    );
}

/// Asserts that the head alone is refused, and not only the body that does not come.
#[track_caller]
fn head_refused(response: &str, expected: Status) {
    let pushed = ResponseReader::new(b"GET").push(response.as_bytes());
    assert_eq!(pushed.unwrap_err(), expected, "{response:?}");
    refused(response, expected);
}

#[test]
fn what_is_not_http_1_is_refused_at_its_first_byte_that_differs() {
    for text in [
        "S",
        "SSH-2.0-OpenSSH_9.9\r\n",
        "\r\nHTTP/1.1 200 OK\r\n\r\n",
        "\n",
        "http/1.1",
        "HTTP/2",
        "HTTP/0.9",
        "HTTP /",
        "\0",
    ] {
        head_refused(text, Status::ResponseMalformed);
    }
}

#[test]
fn status_lines_have_one_form() {
    for line in [
        "HTTP/1.2 200 OK",
        "HTTP/1.10 200 OK",
        "HTTP/1.1",
        "HTTP/1.1 ",
        "HTTP/1.1 OK",
        "HTTP/1.1 20 OK",
        "HTTP/1.1 2000 OK",
        "HTTP/1.1 +20 OK",
        "HTTP/1.1 099 OK",
        "HTTP/1.1 000",
        "HTTP/1.1  200 OK",
        "HTTP/1.1\t200 OK",
        "HTTP/1.1 200\tOK",
        "HTTP/1.1 200 O\0K",
        "HTTP/1.1 200 O\u{7f}K",
        "HTTP/1.1 0x1 OK",
    ] {
        head_refused(
            &format!("{line}\r\nContent-Length: 0\r\n\r\n"),
            Status::ResponseMalformed,
        );
    }
}

#[test]
fn header_lines_have_one_form() {
    for line in [
        "A : b",
        "A\t: b",
        " A: b",
        "\tA: b",
        ": b",
        "A",
        "A b: c",
        "A: b\0",
        "A: \u{7f}",
        "A\0: b",
        "\u{e9}: b",
        "A: b\r\n folded",
        "A: b\r\n\tfolded",
        "A:\r\n folded",
        "A(: b",
        "\"A\": b",
    ] {
        head_refused(
            &format!("HTTP/1.1 200 OK\r\n{line}\r\nContent-Length: 0\r\n\r\n"),
            Status::ResponseMalformed,
        );
    }
}

#[test]
fn lines_end_in_cr_lf_alone() {
    for head in [
        "HTTP/1.1 200 O\rK",
        "HTTP/1.1 200 OK\r\nA: b\r\r",
        "HTTP/1.1 200 OK\r\n\rA",
        "HTTP/1.1 200 OK\n",
        "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\n\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\n\r\n",
        "HTTP/1.1 200 OK\rContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\r\n",
        "HTTP/1.1 200 OK\r\nA: b\rc\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 O\rK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\nContent-Length: 0\r\n\r\n",
    ] {
        head_refused(head, Status::ResponseMalformed);
    }
}

#[test]
fn two_heads_in_one_are_refused() {
    for head in [
        "HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nHTTP/1.1 403 No\r\n\r\n",
        "HTTP/1.1 200 OK\r\nHTTP/1.1 200: OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nGET / HTTP/1.1\r\n\r\n",
    ] {
        head_refused(head, Status::ResponseMalformed);
    }
    let in_trailers = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHTTP/1.1 200 OK\r\n\r\n";
    refused(in_trailers, Status::ResponseMalformed);
}

#[test]
fn a_length_that_can_be_read_in_two_ways_is_refused() {
    for lines in [
        "Content-Length: 1\r\nContent-Length: 2",
        "Content-Length: 1\r\ncontent-length: 1",
        "Content-Length: 1, 1",
        "Content-Length: 1,2",
        "Content-Length:",
        "Content-Length: +1",
        "Content-Length: -1",
        "Content-Length: 0x1",
        "Content-Length: 1 1",
        "Content-Length: 1.0",
        "Content-Length: 1a",
        "Content-Length: \u{ff11}",
        "Content-Length: 18446744073709551616",
        "Content-Length: 99999999999999999999999999",
    ] {
        head_refused(
            &format!("HTTP/1.1 200 OK\r\n{lines}\r\n\r\nx"),
            Status::ResponseMalformed,
        );
    }
}

#[test]
fn a_coding_other_than_chunked_once_and_alone_is_refused() {
    for lines in [
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding:",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\ntransfer-encoding: gzip",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: 5\r\nTransfer-Encoding: gzip",
    ] {
        head_refused(
            &format!("HTTP/1.1 200 OK\r\n{lines}\r\n\r\n0\r\n\r\n"),
            Status::ResponseMalformed,
        );
    }
    // RFC 9112 section 6.1: HTTP/1.0 has no transfer codings, and one is a sign of broken framing.
    head_refused(
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        Status::ResponseMalformed,
    );
}

#[test]
fn a_head_has_at_most_8_kib() {
    let head = |length: usize| {
        let (start, end) = ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: ", "\r\n\r\n");
        format!("{start}{}{end}", "x".repeat(length - start.len() - end.len()))
    };
    let receive = |text: &str| receive("GET", &text.as_bytes().chunks(1000).collect::<Vec<_>>());
    assert_eq!(receive(&head(8 * 1024)).unwrap().status, 200);
    assert_eq!(receive(&head(8 * 1024 + 1)), Err(Status::ResponseTooLarge));
    assert_eq!(receive(&head(100_000)), Err(Status::ResponseTooLarge));
}

#[test]
fn a_head_has_at_most_64_headers() {
    let head = |count: usize| format!("HTTP/1.1 204 No\r\n{}\r\n", "a: b\r\n".repeat(count));
    assert_eq!(receive("GET", &[head(64).as_bytes()]).unwrap().status, 204);
    assert_eq!(receive("GET", &[head(65).as_bytes()]), Err(Status::ResponseTooLarge));
}

#[test]
fn at_most_8_interim_responses_are_skipped() {
    let responses = |count: usize| {
        format!(
            "{}HTTP/1.1 204 No\r\n\r\n",
            "HTTP/1.1 102 Processing\r\n\r\n".repeat(count)
        )
    };
    assert_eq!(receive("GET", &[responses(8).as_bytes()]).unwrap().interims, [102; 8]);
    assert_eq!(
        receive("GET", &[responses(9).as_bytes()]),
        Err(Status::ResponseTooLarge)
    );
}

#[test]
fn nobody_asked_to_switch_protocols() {
    refused(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
        Status::ResponseMalformed,
    );
    refused(
        "HTTP/1.1 100 Continue\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        Status::ResponseMalformed,
    );
}

/// Cuts `bytes` into parts of the lengths in `cuts`, over and over.
fn parts<'a>(mut bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut parts = vec![];
    for length in cuts.iter().cycle() {
        if bytes.is_empty() {
            break;
        }
        let (part, rest) = bytes.split_at((*length).min(bytes.len()));
        parts.push(part);
        bytes = rest;
    }
    parts
}

fn chunked(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for chunk in chunks {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(head in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let starts = ["", "HTTP/1.1 ", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"];
        let response = [starts[head.index(starts.len())].as_bytes(), &bytes].concat();
        let whole = receive("GET", &[&response]);
        prop_assert_eq!(receive("GET", &response.chunks(1).collect::<Vec<_>>()), whole);
    }

    #[test]
    fn a_changed_byte_gives_the_same_result_however_it_is_cut_up(
        form in 0..FORMS.len(), at in any::<prop::sample::Index>(), to in prop::sample::select(b"\r\n\0 :;0f5Hx\t,\xff".to_vec()), cut in 1..40_usize,
    ) {
        let (method, bytes, ..) = FORMS[form];
        let mut bytes = bytes.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = to;
        prop_assert_eq!(receive(method, &parts(&bytes, &[cut])), receive(method, &[&bytes]));
    }

    #[test]
    fn chunks_of_any_size_give_the_body(
        chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..80), 0..20), cuts in prop::collection::vec(1..50_usize, 1..10),
    ) {
        let bytes = chunked(&chunks);
        let expected = Response { interims: vec![], status: 200, body: chunks.concat(), left: 0 };
        prop_assert_eq!(receive("GET", &parts(&bytes, &cuts)), Ok(expected));
        for cut in 1..bytes.len() {
            prop_assert_eq!(receive("GET", &[&bytes[..cut]]), Err(Status::ResponseMalformed));
        }
    }
}
