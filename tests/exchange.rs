//! `send` and `fetch` against a server in the same process, over a fake transport with a fake clock: what they make of a server that is slow, rude or
//! broken. Every call is also held to this: it never waits beyond its deadline, and it closes once what it opened.
//!
//! `IOTCRED_CASES=100000 cargo test --test exchange` tries as many mutated servers; the default takes a few seconds.
#![cfg(feature = "client")]
#![forbid(unsafe_code)]

mod exchange_common;

use exchange_common::call::{
    Call, Got, Stop, TIMEOUT_MS, download, fetch_dated, fetch_from, fetch_within, request, send_to, upload,
    upload_asking_first, upload_body, upload_from, upload_within,
};
use exchange_common::mutation::{Dice, mutate};
use exchange_common::pki::{HOST, Pki, VERSIONS};
use exchange_common::server::{Server, Step};
use iotcred::error::{Phase, Status};
use iotcred::limits::{BODY_PIECE, BROKEN_SEND_WAIT_MS, CONTINUE_WAIT_MS};
use iotcred::send::{Body, Progress, Request};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
const REFUSAL: &[u8] =
    b"HTTP/1.1 403 Forbidden\r\ncontent-length: 61\r\n\r\n<Error><Code>AccessDenied</Code><Message>No</Message></Error>";

/// `REFUSAL` without the end of its body.
fn cut_refusal() -> &'static [u8] {
    REFUSAL.strip_suffix(b"</Error>").expect("that end")
}

/// So much of the body has come when the server does something in the midst of an upload.
const MIDST: usize = 3 * BODY_PIECE;

fn assert_whole_upload(call: &Call<u16>) {
    assert!(
        call.server.body() == upload_body(),
        "{} bytes came",
        call.server.body().len()
    );
}

// Both ways, with both versions of TLS.

#[test]
fn a_download_gives_headers_length_body_and_progress() {
    for version in VERSIONS {
        let (call, got) = download(Server::of_version(version).says(0, OK).then(0, Step::CloseNotify));
        assert_eq!(call.result.unwrap(), 200);
        assert_eq!(got.headers, [(b"content-length".to_vec(), b"5".to_vec())]);
        assert_eq!((got.length, got.body.as_slice()), (Some(Some(5)), &b"hello"[..]));
        let whole = Progress {
            received: 5,
            to_receive: 5,
            ..Progress::default()
        };
        assert_eq!(got.progress.last(), Some(&whole));
        assert!(
            call.server
                .head()
                .starts_with("GET /key HTTP/1.1\r\nhost: server.test\r\n")
        );
        assert!(call.server.is_content());
    }
}

#[test]
fn an_upload_arrives_as_it_is() {
    for version in VERSIONS {
        let call = upload(Server::of_version(version).says(100_000, OK));
        assert!(call.server.head().contains("\r\ncontent-length: 100000\r\n"));
        assert_whole_upload(&call);
        assert!(call.server.is_content());
        assert_eq!(call.result.unwrap(), 200);
    }
}

#[test]
fn a_transport_may_take_and_give_a_few_bytes_at_a_time() {
    let call = upload(Server::new().says(100_000, OK).taking(100).dripping(1, 0));
    assert_whole_upload(&call);
    assert_eq!(call.result.unwrap(), 200);
}

#[test]
fn a_transport_that_gives_up_early_is_asked_again() {
    let call = upload(Server::new().says(100_000, OK).giving_up_after(1));
    assert_whole_upload(&call);
    assert_eq!(call.result.unwrap(), 200);
    fetch_from(Server::saying(&document()).giving_up_after(1))
        .result
        .unwrap();
}

#[test]
fn a_silent_server_takes_the_whole_deadline_and_no_more() {
    for server in [
        || Server::canned(b""),
        || Server::canned(b"").giving_up_after(7),
        Server::new,
        || Server::new().giving_up_after(7),
        || Server::saying(b"HTTP/1.1 200 OK\r\ncontent-le"),
        || Server::saying(&OK[..OK.len() - 1]),
    ] {
        let (call, _) = download(server());
        assert_eq!((call.status(), call.took_ms), (Status::Deadline, u64::from(TIMEOUT_MS)));
        let call = fetch_from(server());
        assert_eq!((call.status(), call.took_ms), (Status::Deadline, u64::from(TIMEOUT_MS)));
    }
}

#[test]
fn a_dripping_server_is_cut_off_at_the_deadline() {
    let body = [
        b"HTTP/1.1 200 OK\r\ncontent-length: 3000\r\n\r\n".as_slice(),
        &[b'x'; 3000],
    ]
    .concat();
    let (call, _) = download(Server::saying(&body).dripping(1, 400));
    assert_eq!((call.status(), call.took_ms), (Status::Deadline, u64::from(TIMEOUT_MS)));
    let call = fetch_within(1_000, Server::saying(&document()).dripping(1, 400));
    assert_eq!((call.status(), call.took_ms), (Status::Deadline, 1_000));
}

#[test]
fn a_connection_that_failed_is_closed_too() {
    assert_eq!(
        download(Server::new().refusing_connections()).0.status(),
        Status::Connect
    );
    assert_eq!(
        fetch_from(Server::new().refusing_connections()).status(),
        Status::Connect
    );
}

#[test]
fn a_request_that_cannot_be_right_opens_no_connection() {
    let request = Request {
        region: b"",
        ..request(Body::Bytes(b""))
    };
    let (call, _) = send_to(Server::new(), request, Stop::Never);
    assert_eq!((call.status(), call.server.closes), (Status::Region, 0));
}

// What is no TLS.

fn assert_no_tls(bytes: &[u8]) {
    for call in [
        download(Server::canned(bytes)).0.without_value(),
        fetch_from(Server::canned(bytes)).without_value(),
    ] {
        assert_eq!(call.status(), Status::Tls, "{:?}", String::from_utf8_lossy(bytes));
        assert_eq!(call.took_ms, 0);
    }
}

/// A ServerHello of which only the beginning is there, and then an alert between its parts: once a panic in rustls.
#[test]
fn an_alert_within_a_handshake_message_is_a_tls_failure() {
    let hello = [22, 3, 3, 0, 10, 2, 0, 0, 80, 3, 3, 1, 2, 3, 4];
    assert_no_tls(&[&hello[..], &[21, 3, 3, 0, 2, 2, 40]].concat());
    assert_no_tls(&[&hello[..], &[21, 3, 3, 0, 2, 1, 0]].concat());
}

/// Where rustls has debug assertions, it panics if it is given again what it has refused.
#[test]
fn another_protocol_is_a_tls_failure() {
    for greeting in [
        &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"220 mail.example.com ESMTP\r\n",
        &[0; 100],
        &[0xFF; 5000],
    ] {
        assert_no_tls(greeting);
        // The server learns it: the last record of ours is an alert (RFC 8446 section 6).
        let (call, _) = download(Server::canned(greeting));
        let last_record = call.server.wire.last_chunk::<7>().unwrap();
        assert_eq!((last_record[0], last_record[5]), (21, 2));
    }
}

#[test]
fn an_end_within_the_handshake_is_a_lost_connection() {
    for beginning in [&b""[..], b"\x16\x03\x03", &[22, 3, 3, 0, 10, 2, 0, 0]] {
        assert_eq!(
            download(Server::canned(beginning).ending()).0.status(),
            Status::ConnectionLost
        );
        assert_eq!(
            fetch_from(Server::canned(beginning).ending()).status(),
            Status::ConnectionLost
        );
    }
}

// Uploads that the server cuts short.

#[test]
fn a_refusal_ends_the_upload() {
    for refusal in [REFUSAL, cut_refusal()] {
        let call = upload(Server::new().says(MIDST, refusal).then(MIDST, Step::CloseNotify));
        call.assert_refused(Status::Refused, 403);
        assert_eq!(call.error().message.as_str(), "AccessDenied: No");
        assert_eq!(call.server.body().len(), MIDST);
    }
}

#[test]
fn a_refusal_counts_although_the_connection_breaks_with_it() {
    for refusal in [REFUSAL, cut_refusal()] {
        let call = upload(Server::new().then(MIDST, Step::BreakAndEnd(refusal.to_vec())));
        call.assert_refused(Status::Refused, 403);
        assert_eq!(call.error().message.as_str(), "AccessDenied: No");
    }
}

/// What the server says is seen only when no more can be sent: by then the deadline has passed.
#[test]
fn a_refusal_counts_although_the_server_stops_reading() {
    for refusal in [REFUSAL, cut_refusal()] {
        upload(Server::new().then(MIDST, Step::Stall(refusal.to_vec()))).assert_refused(Status::Refused, 403);
    }
}

#[test]
fn a_server_that_stops_reading_without_a_word_takes_the_deadline() {
    let call = upload(Server::new().then(MIDST, Step::Stall(Vec::new())));
    assert_eq!((call.status(), call.took_ms), (Status::Deadline, u64::from(TIMEOUT_MS)));
}

#[test]
fn a_connection_that_breaks_without_a_word_is_lost() {
    let call = upload(Server::new().then(MIDST, Step::BreakAndEnd(Vec::new())));
    assert_eq!((call.status(), call.took_ms), (Status::ConnectionLost, 0));
    let call = upload(Server::new().then(MIDST, Step::End));
    assert_eq!((call.status(), call.took_ms), (Status::ConnectionLost, 0));
}

#[test]
fn every_failure_of_the_connection_says_how_far_it_had_come() {
    let phase = |call: Call<u16>, status: Status| {
        assert_eq!(call.status(), status);
        call.error().phase
    };
    let upload_that = |step: Step| upload(Server::new().then(MIDST, step));
    let sending = [
        (Step::Stall(Vec::new()), Status::Deadline),
        (Step::BreakAndEnd(Vec::new()), Status::ConnectionLost),
        (Step::Break(Vec::new()), Status::ConnectionLost),
    ];
    for (step, status) in sending {
        assert_eq!(phase(upload_that(step), status), Some(Phase::Send));
    }
    let got = |server: Server, status| phase(download(server).0, status);
    assert_eq!(got(Server::new(), Status::Deadline), Some(Phase::Receive));
    assert_eq!(
        got(Server::new().then(0, Step::End), Status::ConnectionLost),
        Some(Phase::Receive)
    );
    assert_eq!(
        got(Server::new().then(0, Step::CloseNotify), Status::ConnectionLost),
        Some(Phase::Receive)
    );
    assert_eq!(
        got(Server::new().then(0, Step::Nonsense), Status::Tls),
        Some(Phase::Receive)
    );
    assert_eq!(got(Server::canned(b""), Status::Deadline), Some(Phase::Handshake));
    assert_eq!(
        got(Server::canned(b"no TLS").ending(), Status::Tls),
        Some(Phase::Handshake)
    );
    assert_eq!(
        got(Server::canned(b"").ending(), Status::ConnectionLost),
        Some(Phase::Handshake)
    );
    assert_eq!(
        got(Server::new().refusing_connections(), Status::Connect),
        Some(Phase::Connect)
    );
    // The server's answer is none of the connection's failures.
    assert_eq!(got(Server::saying(REFUSAL), Status::Refused), None);
    assert_eq!(
        got(Server::saying(b"nonsense\r\n\r\n"), Status::ResponseMalformed),
        None
    );
}

#[test]
fn a_server_with_a_key_of_another_kind_and_we_have_nothing_in_common() {
    let (call, _) = download(Server::with(Pki::get().ed25519()));
    let error = call.error();
    assert_eq!(
        (error.status, error.phase, error.tls_alert),
        (Status::TlsNoCommon, Some(Phase::Handshake), 40)
    );
}

/// Asserts that the server was listened to, and no longer than is worth it.
fn assert_heard_for_a_while(call: &Call<u16>) {
    assert!(
        (1..=u64::from(BROKEN_SEND_WAIT_MS)).contains(&call.took_ms),
        "{} ms",
        call.took_ms
    );
}

#[test]
fn after_a_broken_send_the_server_is_heard_for_a_while() {
    for words in [&b""[..], b"HTTP/1.1 403 No\r\n"] {
        let call = upload(Server::new().then(MIDST, Step::Break(words.to_vec())));
        assert_eq!(call.status(), Status::ConnectionLost);
        assert_heard_for_a_while(&call);
    }
    let call = upload(Server::new().then(MIDST, Step::Break(cut_refusal().to_vec())));
    call.assert_refused(Status::Refused, 403);
    assert_heard_for_a_while(&call);
}

/// Each drop is there in time, but not all of them.
#[test]
fn after_a_broken_send_a_dripping_server_is_heard_for_a_while() {
    let server = || {
        Server::new()
            .then(MIDST, Step::Break(REFUSAL.to_vec()))
            .dripping(1, 100)
    };
    let call = upload(server());
    let expected = (Status::ConnectionLost, u64::from(BROKEN_SEND_WAIT_MS));
    assert_eq!((call.status(), call.took_ms), expected);
    let call = upload_within(250, server());
    assert_eq!((call.status(), call.took_ms), (Status::ConnectionLost, 250));
}

#[test]
fn an_early_success_does_not_truncate_the_upload() {
    let server = || Server::new().says(MIDST, OK);
    let call = upload(server());
    assert_whole_upload(&call);
    assert_eq!(call.result.unwrap(), 200);
    let call = upload(server().then(MIDST, Step::CloseNotify));
    assert_whole_upload(&call);
    assert_eq!(call.result.unwrap(), 200);
}

#[test]
fn an_early_success_is_none_when_the_rest_cannot_be_sent() {
    let server = || Server::new().says(MIDST, OK);
    let more = MIDST + BODY_PIECE;
    for (step, status) in [
        (Step::Break(Vec::new()), Status::ConnectionLost),
        (Step::BreakAndEnd(Vec::new()), Status::ConnectionLost),
        (Step::End, Status::ConnectionLost),
        (Step::Stall(Vec::new()), Status::Deadline),
    ] {
        assert_eq!(upload(server().then(more, step)).status(), status);
    }
    // It comes with the break.
    let call = upload(Server::new().then(MIDST, Step::BreakAndEnd(OK.to_vec())));
    assert_eq!(call.status(), Status::ConnectionLost);
}

#[test]
fn the_server_may_change_its_keys_meanwhile() {
    let call = upload(
        Server::new()
            .then(MIDST, Step::UpdateKeys)
            .says(MIDST, CONTINUE)
            .then(2 * MIDST, Step::UpdateKeys)
            .says(2 * MIDST, CONTINUE)
            .says(100_000, OK),
    );
    assert_whole_upload(&call);
    assert!(call.server.is_content());
    assert_eq!(call.result.unwrap(), 200);
}

// `Expect: 100-continue`.

#[test]
fn a_server_that_says_continue_gets_the_body() {
    let call = upload_asking_first(Server::saying(CONTINUE).says(100_000, OK));
    assert!(call.server.head().contains("\r\nexpect: 100-continue\r\n"));
    assert_whole_upload(&call);
    assert_eq!((call.took_ms, call.result.unwrap()), (0, 200));
}

#[test]
fn nobody_is_asked_about_no_body() {
    let request = Request {
        method: b"PUT",
        expect_continue: true,
        ..request(Body::Bytes(b""))
    };
    let (call, _) = send_to(Server::saying(OK), request, Stop::Never);
    assert!(!call.server.head().contains("expect"));
    assert!(call.server.head().contains("\r\ncontent-length: 0\r\n"));
    assert_eq!((call.took_ms, call.result.unwrap()), (0, 200));
}

#[test]
fn a_server_that_refuses_when_asked_gets_no_body() {
    let cannot = b"HTTP/1.1 417 Expectation Failed\r\ncontent-length: 0\r\n\r\n";
    for (answer, status, http_status) in [
        (REFUSAL, Status::Refused, 403),
        (cut_refusal(), Status::Refused, 403),
        (cannot, Status::BadRequest, 417),
    ] {
        let call = upload_asking_first(Server::saying(answer).then(0, Step::CloseNotify));
        call.assert_refused(status, http_status);
        assert_eq!(call.server.body(), b"");
    }
}

#[test]
fn a_server_that_never_says_continue_gets_the_body_after_a_wait() {
    for server in [Server::new(), Server::new().giving_up_after(7)] {
        let impatient = u64::from(CONTINUE_WAIT_MS) + 7 * 200;
        let call = upload_asking_first(server.says(100_000, OK));
        assert_whole_upload(&call);
        assert!(
            (u64::from(CONTINUE_WAIT_MS)..impatient).contains(&call.took_ms),
            "{} ms",
            call.took_ms
        );
        assert_eq!(call.result.unwrap(), 200);
    }
}

#[test]
fn a_late_continue_does_no_harm() {
    let call = upload_asking_first(Server::new().says(MIDST, CONTINUE).says(100_000, OK));
    assert_whole_upload(&call);
    assert_eq!((call.took_ms, call.result.unwrap()), (u64::from(CONTINUE_WAIT_MS), 200));
}

#[test]
fn a_connection_that_ends_when_asked_is_lost() {
    for step in [Step::CloseNotify, Step::End] {
        assert_eq!(
            upload_asking_first(Server::new().then(0, step)).status(),
            Status::ConnectionLost
        );
    }
}

// How responses end.

#[test]
fn a_refusal_keeps_its_status_however_its_body_ends() {
    for body in [
        "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\nzz",
        "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "content-length: 5000\r\n\r\nhello",
        "\r\nhello",
    ] {
        let answer = format!("HTTP/1.1 403 No\r\n{body}");
        for step in [Step::CloseNotify, Step::End] {
            let (call, _) = download(Server::saying(answer.as_bytes()).then(0, step));
            call.assert_refused(Status::Refused, 403);
            assert_eq!(call.error().message.as_str(), "hello");
        }
        let call = fetch_from(Server::saying(answer.as_bytes()).then(0, Step::End));
        call.assert_refused(Status::Refused, 403);
    }
}

#[test]
fn not_modified_is_a_status_of_its_own() {
    let (call, got) = download(Server::saying(b"HTTP/1.1 304 Not Modified\r\netag: \"x\"\r\n\r\n"));
    call.assert_refused(Status::NotModified, 304);
    assert_eq!((got.length, call.took_ms), (None, 0));
}

#[test]
fn a_head_and_no_content_have_no_body() {
    let head = Request {
        method: b"HEAD",
        ..request(Body::Bytes(b""))
    };
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n";
    let (call, got) = send_to(Server::saying(answer), head, Stop::Never);
    assert_eq!((call.took_ms, call.result.unwrap(), got.body.len()), (0, 200, 0));
    let (call, got) = download(Server::saying(b"HTTP/1.1 204 No Content\r\n\r\n"));
    assert_eq!((call.took_ms, call.result.unwrap(), got.body.len()), (0, 204, 0));
    assert_eq!(got.length, Some(Some(0)));
}

#[test]
fn a_body_that_says_where_it_ends_needs_no_farewell() {
    for answer in [OK, CHUNKED] {
        for server in [Server::saying(answer), Server::saying(answer).then(0, Step::End)] {
            let (call, got) = download(server);
            assert_eq!(
                (call.took_ms, call.result.unwrap(), got.body.as_slice()),
                (0, 200, &b"hello"[..])
            );
        }
    }
}

#[test]
fn a_body_until_the_end_needs_a_farewell() {
    let server = || Server::saying(b"HTTP/1.1 200 OK\r\n\r\nhello");
    let (call, got) = download(server().then(0, Step::CloseNotify));
    assert_eq!(
        (call.result.unwrap(), got.length, got.body.as_slice()),
        (200, Some(None), &b"hello"[..])
    );
    let (call, _) = download(server().then(0, Step::End));
    call.assert_refused(Status::ConnectionLost, 200);
}

#[test]
fn a_body_that_is_cut_is_no_success() {
    for answer in [&OK[..OK.len() - 1], &CHUNKED[..CHUNKED.len() - 5]] {
        let (call, _) = download(Server::saying(answer).then(0, Step::CloseNotify));
        call.assert_refused(Status::ResponseMalformed, 200);
        let (call, _) = download(Server::saying(answer).then(0, Step::End));
        call.assert_refused(Status::ConnectionLost, 200);
    }
}

#[test]
fn a_farewell_instead_of_a_response_is_a_lost_connection() {
    for version in VERSIONS {
        let server = || Server::of_version(version).then(0, Step::CloseNotify);
        assert_eq!(download(server()).0.status(), Status::ConnectionLost);
        assert_eq!(upload(server()).status(), Status::ConnectionLost);
        assert_eq!(fetch_from(server()).status(), Status::ConnectionLost);
    }
}

// The caller's ends of it.

#[test]
fn a_source_may_give_little_at_a_time() {
    let body = upload_body();
    let mut left = body.as_slice();
    let call = upload_from(Server::new().says(100_000, OK), 100_000, &mut |buffer| {
        let count = buffer.len().min(999);
        let (piece, rest) = left.split_at(count);
        buffer[..count].copy_from_slice(piece);
        left = rest;
        Some(count)
    });
    assert_whole_upload(&call);
    assert_eq!(call.result.unwrap(), 200);
}

/// It fails, is at its end too early, and says that it wrote more than there is room for.
#[test]
fn a_source_that_does_not_keep_its_word_ends_the_call() {
    for wrong in [
        |_: &[u8]| None,
        |_: &[u8]| Some(0),
        |buffer: &[u8]| Some(buffer.len() + 1),
    ] {
        let mut pieces = 0;
        let call = upload_from(Server::new().says(100_000, OK), 100_000, &mut |buffer| {
            pieces += 1;
            if pieces < 3 { Some(buffer.len()) } else { wrong(buffer) }
        });
        assert_eq!(call.status(), Status::BodySource);
        assert_eq!(call.server.body().len(), 2 * BODY_PIECE);
    }
}

/// More than was announced is never asked for.
#[test]
fn a_source_is_asked_for_what_was_announced() {
    let mut asked = Vec::new();
    let length = BODY_PIECE + 10;
    let call = upload_from(Server::new().says(length, OK), length as u64, &mut |buffer| {
        asked.push(buffer.len());
        Some(buffer.len())
    });
    assert_eq!((call.result.unwrap(), asked), (200, vec![BODY_PIECE, 10]));
}

/// Longer than what is kept for the server's words.
#[test]
fn a_refusal_goes_to_the_sink_whole() {
    let body = [b"<Error>".as_slice(), &vec![b' '; 10_000], b"</Error>"].concat();
    let head = format!("HTTP/1.1 403 Forbidden\r\ncontent-length: {}\r\n\r\n", body.len());
    let answer = [head.as_bytes(), &body].concat();
    let (call, got) = download(Server::saying(&answer));
    call.assert_refused(Status::Refused, 403);
    assert!(
        got.refusal == body && got.body.is_empty(),
        "{} bytes came",
        got.refusal.len()
    );
}

fn download_until(stop: Stop) -> (Call<u16>, Got) {
    let answer = [
        b"HTTP/1.1 200 OK\r\ncontent-length: 50000\r\n\r\n".as_slice(),
        &[b'x'; 50_000],
    ]
    .concat();
    send_to(Server::saying(&answer), request(Body::Bytes(b"")), stop)
}

#[test]
fn a_sink_ends_a_download() {
    for (stop, status) in [
        (Stop::AtLength, Status::BufferTooSmall),
        (Stop::BeyondBody(20_000), Status::BodySink),
        (Stop::WhenReceived(20_000), Status::BodySink),
    ] {
        let (call, got) = download_until(stop);
        call.assert_refused(status, 200);
        assert!(got.body.len() < 50_000);
    }
    assert_eq!(download_until(Stop::Never).1.body.len(), 50_000);
}

#[test]
fn progress_ends_an_upload() {
    let body = upload_body();
    let server = Server::new().says(100_000, OK);
    let (call, got) = send_to(server, request(Body::Bytes(&body)), Stop::WhenSent(20_000));
    assert_eq!((call.status(), call.error().http_status), (Status::BodySink, 0));
    assert_eq!(call.server.body().len(), 5 * BODY_PIECE);
    let last = got.progress.last().unwrap();
    assert_eq!((last.sent, last.to_send), (5 * BODY_PIECE as u64, 100_000));
}

// Credentials.

fn document() -> Vec<u8> {
    let document = r#"{"credentials":{"accessKeyId":"ASIAEXAMPLE","secretAccessKey":"SECRET/key+1","sessionToken":"token==","expiration":"2026-01-17T15:00:00Z"}}"#;
    format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{document}",
        document.len()
    )
    .into_bytes()
}

#[test]
fn the_devices_certificate_gets_credentials() {
    for version in VERSIONS {
        let call = fetch_from(Server::of_version(version).says(0, &document()));
        assert!(call.server.saw_a_certificate() && call.server.is_content());
        assert!(
            call.server
                .head()
                .starts_with("GET /role-aliases/Uploader/credentials HTTP/1.1\r\n")
        );
        let credentials = call.result.unwrap();
        assert_eq!(credentials.access_key_id, "ASIAEXAMPLE");
        assert_eq!(credentials.secret_access_key.expose(), "SECRET/key+1");
    }
}

#[test]
fn interim_responses_change_nothing() {
    let answer = [
        b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".as_slice(),
        CONTINUE,
        &document(),
    ]
    .concat();
    fetch_from(Server::saying(&answer)).result.unwrap();
}

#[test]
fn half_a_document_is_no_document() {
    let document = document();
    let (cut, _) = document.split_at(document.len() - 1);
    for (step, status) in [
        (Step::CloseNotify, Status::ResponseMalformed),
        (Step::End, Status::ConnectionLost),
        (Step::Nonsense, Status::Tls),
    ] {
        fetch_from(Server::saying(cut).then(0, step)).assert_refused(status, 200);
    }
}

/// The same with more words than one read takes.
#[test]
fn a_long_refusal_counts_although_the_server_stops_reading() {
    let refusal = [
        b"HTTP/1.1 403 Forbidden\r\ncontent-length: 3000\r\n\r\n".as_slice(),
        &[b'x'; 3000],
    ]
    .concat();
    upload(Server::new().then(MIDST, Step::Stall(refusal))).assert_refused(Status::Refused, 403);
}

#[test]
fn a_refusal_counts_although_the_transport_gives_up_early() {
    let server = Server::new().then(MIDST, Step::BreakAndEnd(REFUSAL.to_vec()));
    upload(server.giving_up_after(1)).assert_refused(Status::Refused, 403);
}

#[test]
fn a_refusal_counts_whatever_tls_does_behind_it() {
    for refusal in [REFUSAL, cut_refusal()] {
        let server = |at| Server::new().says(at, refusal).then(at, Step::Nonsense);
        upload(server(MIDST)).assert_refused(Status::Refused, 403);
        upload_asking_first(server(0)).assert_refused(Status::Refused, 403);
        fetch_from(server(0)).assert_refused(Status::Refused, 403);
    }
}

/// The connection is used once: what is behind the response is nobody's business.
#[test]
fn a_whole_response_counts_whatever_tls_does_behind_it() {
    let (call, got) = download(Server::saying(OK).then(0, Step::Nonsense));
    assert_eq!((call.result.unwrap(), got.body), (200, b"hello".to_vec()));
}

// Servers that send anything.

/// Says which seed it was if the test fails in its scope.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}", self.0);
        }
    }
}

fn seeds() -> impl Iterator<Item = Seed> {
    let cases = std::env::var("IOTCRED_CASES").map_or(400, |cases| cases.parse().expect("a number"));
    (1..=cases).map(Seed)
}

const LONG_BODY: [u8; 5000] = [b'x'; 5000];

fn long_answer() -> Vec<u8> {
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n".as_slice(),
        &LONG_BODY,
    ]
    .concat()
}

/// One of the server's first three flights is another than it was.
fn mutated(server: Server, dice: &mut Dice) -> Server {
    let mut flights_before = dice.below(3);
    let mut own = dice.clone();
    server.mutated(Box::new(move |flight| match flights_before.checked_sub(1) {
        Some(left) => flights_before = left,
        None => {
            flights_before = usize::MAX;
            mutate(&mut own, flight);
        }
    }))
}

fn any_server(dice: &mut Dice) -> Server {
    let server = Server::of_version(VERSIONS[dice.below(2)]).taking(1 + dice.below(20_000));
    if dice.below(3) == 0 {
        server.dripping(1 + dice.below(50), dice.below(100) as u64)
    } else {
        server
    }
}

/// That it neither panics nor outruns its deadline every call asserts; besides, what TLS lets through is what the server said.
#[test]
fn no_mutated_flight_does_harm() {
    let mut succeeded = 0;
    for seed in seeds() {
        let mut dice = Dice::new(seed.0);
        let body = &LONG_BODY[..dice.below(2) * 5000];
        let server = any_server(&mut dice).says(body.len(), &long_answer());
        let request = Request {
            expect_continue: dice.below(2) == 0,
            ..request(Body::Bytes(body))
        };
        let (call, got) = send_to(mutated(server, &mut dice), request, Stop::Never);
        assert!(LONG_BODY.starts_with(&got.body));
        if call.result.is_ok() {
            succeeded += 1;
            assert!(got.body == LONG_BODY && call.server.body() == body);
        }
        let fetched = fetch_from(mutated(any_server(&mut dice).says(0, &document()), &mut dice));
        assert!(fetched.result.is_err() || fetched.server.saw_a_certificate());
    }
    assert!(
        succeeded > 0,
        "every flight was beyond repair: nothing was tested behind the handshake"
    );
}

#[test]
fn no_mutated_answer_does_harm() {
    let document = document();
    let long_answer = long_answer();
    for seed in seeds() {
        let mut dice = Dice::new(seed.0);
        let mut answer = [&long_answer, REFUSAL, CONTINUE, CHUNKED, &document][dice.below(5)].to_vec();
        mutate(&mut dice, &mut answer);
        let at = dice.below(LONG_BODY.len());
        let server = any_server(&mut dice).says(at, &answer).then(at, any_end(&mut dice));
        send_to(server, request(Body::Bytes(&LONG_BODY)), Stop::Never);
        fetch_from(any_server(&mut dice).says(0, &answer).then(0, any_end(&mut dice)));
    }
}

fn any_end(dice: &mut Dice) -> Step {
    match dice.below(6) {
        0 => Step::CloseNotify,
        1 => Step::End,
        2 => Step::Nonsense,
        3 => Step::BreakAndEnd(OK.to_vec()),
        4 => Step::Stall(REFUSAL.to_vec()),
        _ => Step::Say(OK.to_vec()),
    }
}

// A device without a clock.

const DAY: i64 = 86_400;
/// 2026-11-25 and 2026-01-17, by `date -u -d ... +%s`.
const FLOOR: i64 = 1_795_564_800;
const EARLIER: i64 = 1_768_608_000;

fn dated(years: std::ops::Range<i32>, name: &str, wall: Option<i64>, floor: Option<i64>) -> Result<(), Status> {
    let [old, new] = VERSIONS.map(|version| {
        let server = Server::with(Pki::get().server_for(version, name, years.clone()));
        let call = fetch_dated(server.says(0, &document()), wall, floor);
        call.result.map(drop).map_err(|error| error.status)
    });
    assert_eq!(old, new);
    new
}

#[test]
fn without_a_clock_a_certificate_is_taken_unless_it_had_expired_by_the_floor() {
    for wall in [None, Some(0), Some(77), Some(EARLIER), Some(FLOOR - 1)] {
        assert_eq!(dated(2026..2028, HOST, wall, Some(FLOOR)), Ok(()), "{wall:?}");
        assert_eq!(dated(2027..2028, HOST, wall, Some(FLOOR)), Ok(()), "it begins later");
        assert_eq!(dated(2040..2041, HOST, wall, Some(FLOOR)), Ok(()));
        assert_eq!(dated(2020..2026, HOST, wall, Some(FLOOR)), Err(Status::ServerExpired));
        assert_eq!(
            dated(2026..2028, "other.test", wall, Some(FLOOR)),
            Err(Status::ServerName)
        );
    }
}

#[test]
fn a_clock_that_is_later_than_the_floor_is_believed() {
    let wall = Some(FLOOR + DAY);
    assert_eq!(dated(2026..2028, HOST, wall, Some(FLOOR)), Ok(()));
    assert_eq!(
        dated(2027..2028, HOST, wall, Some(FLOOR)),
        Err(Status::ServerNotYetValid)
    );
    assert_eq!(dated(2020..2026, HOST, wall, Some(FLOOR)), Err(Status::ServerExpired));
}

#[test]
fn without_a_floor_there_must_be_a_clock() {
    assert_eq!(dated(2026..2028, HOST, None, None), Err(Status::TimeRequired));
    assert_eq!(dated(2026..2028, HOST, Some(77), None), Err(Status::ClockUnset));
    assert_eq!(
        dated(2027..2028, HOST, Some(FLOOR), None),
        Err(Status::ServerNotYetValid)
    );
}

#[test]
fn the_floor_trusts_nobody_else() {
    let server = Server::with(Pki::new().server_for(VERSIONS[1], HOST, 2026..2028));
    assert_eq!(fetch_dated(server, None, Some(FLOOR)).status(), Status::ServerUntrusted);
}
