//! Several requests over one connection, against servers in the same process: when it is used again, when it is not, and what is sent twice.
#![cfg(feature = "client")]
#![forbid(unsafe_code)]

#[allow(dead_code)]
mod exchange_common;

use exchange_common::call::{CREDENTIALS, Got, TIMEOUT_MS, request};
use exchange_common::pki::{HOST, Pki, VERSIONS};
use exchange_common::server::{Server, Step, Ticks};
use iotcred::error::{Error, Status};
use iotcred::limits::{BODY_PIECE, IDLE_MAX_MS};
use iotcred::net::{Peer, Transport};
use iotcred::send::{Body, Request, Reusable, send};
use rustls::SupportedProtocolVersion;
use std::cell::RefCell;
use std::rc::Rc;

const HELLO: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
const REFUSAL: &[u8] = b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno";

/// Servers that are connected to one after the other.
#[derive(Clone)]
struct Servers(Rc<RefCell<(Vec<Server>, usize)>>);

impl Servers {
    fn with<T>(&self, body: impl FnOnce(&mut Server) -> T) -> T {
        let (servers, count) = &mut *self.0.borrow_mut();
        body(&mut servers[*count - 1])
    }
}

impl Transport for Servers {
    fn connect(&mut self, peer: &Peer<'_>, timeout_ms: u32) -> Result<(), Status> {
        self.0.borrow_mut().1 += 1;
        self.with(|server| {
            server.expect_call(TIMEOUT_MS);
            server.connect(peer, timeout_ms)
        })
    }

    fn send(&mut self, data: &[u8], timeout_ms: u32) -> Result<usize, Status> {
        self.with(|server| server.send(data, timeout_ms))
    }

    fn recv(&mut self, buffer: &mut [u8], timeout_ms: u32) -> Result<usize, Status> {
        self.with(|server| server.recv(buffer, timeout_ms))
    }

    fn close(&mut self) {
        self.with(Server::close);
    }
}

/// A device with one connection, and the servers that it meets.
struct Device {
    servers: Servers,
    clock: Ticks,
    line: Reusable,
}

impl Device {
    fn meets(servers: impl IntoIterator<Item = Server>) -> Self {
        let clock = Ticks::default();
        let servers = servers.into_iter().map(|mut server| {
            server.clock = clock.clone();
            server
        });
        let servers = Servers(Rc::new(RefCell::new((servers.collect(), 0))));
        Self {
            line: Reusable::new(Box::new(servers.clone())),
            servers,
            clock,
        }
    }

    fn send(&mut self, mut request: Request<'_>) -> (Result<u16, Error>, Got) {
        let mut got = Got::default();
        if self.connections() > 0 {
            self.servers.with(|server| server.expect_call(TIMEOUT_MS));
        }
        let outcome = send(&mut request, &CREDENTIALS, &mut got, &mut self.line, &self.clock);
        (outcome, got)
    }

    fn get(&mut self) -> Result<u16, Error> {
        let (outcome, got) = self.send(request(Body::Bytes(b"")));
        assert!(outcome.is_err() || got.body == b"hello");
        outcome
    }

    fn connections(&self) -> usize {
        self.servers.0.borrow().1
    }

    /// The end: every connection was closed once, and in good order but for those that a server broke.
    fn close(mut self, contents: &[bool]) {
        self.line.close(&self.clock);
        self.line.close(&self.clock);
        let (servers, count) = &*self.servers.0.borrow();
        assert_eq!(*count, contents.len(), "connections");
        for (server, content) in servers.iter().zip(contents) {
            server.check_closed();
            assert_eq!(server.closes, 1);
            assert_eq!(server.is_content(), *content);
        }
    }
}

/// Answers the first request with this, and each further one with that once its head comes.
fn server(version: &SupportedProtocolVersion, first: &[u8]) -> Server {
    Server::of_version(version).says(0, first)
}

/// The length of a request's head: every further request of the same kind has it too.
fn head_len() -> usize {
    let mut device = Device::meets([server(VERSIONS[0], HELLO)]);
    device.get().unwrap();
    device.servers.with(|server| server.heard.len())
}

#[test]
fn requests_go_over_one_connection() {
    let head = head_len();
    for version in VERSIONS {
        let mut device = Device::meets([server(version, HELLO)
            .says(head, CHUNKED)
            .says(2 * head, REFUSAL)
            .says(3 * head, HELLO)]);
        device.get().unwrap();
        device.clock.pass(IDLE_MAX_MS);
        device.get().unwrap();
        assert_eq!(
            device.get().unwrap_err().status,
            Status::NotFound,
            "a refusal is an answer too"
        );
        device.get().unwrap();
        device.servers.with(|server| {
            let heard = String::from_utf8(server.heard.clone()).unwrap();
            assert_eq!(heard.matches("GET /key HTTP/1.1\r\nhost: server.test\r\n").count(), 4);
            assert!(!heard.to_ascii_lowercase().contains("connection:"));
        });
        device.close(&[true]);
    }
}

#[test]
fn a_connection_that_the_server_has_closed_is_not_used() {
    for (end, content) in [(Step::CloseNotify, true), (Step::End, true), (Step::Nonsense, false)] {
        let mut device = Device::meets([server(VERSIONS[1], HELLO), server(VERSIONS[1], HELLO)]);
        device.get().unwrap();
        device.servers.with(|server| server.take_step(end));
        // A POST: it is not sent twice, but it was not sent once either.
        let post = Request {
            method: b"POST",
            ..request(Body::Bytes(b""))
        };
        device.send(post).0.unwrap();
        device.close(&[content, true]);
    }
}

#[test]
fn a_connection_that_is_old_or_for_another_purpose_is_not_used() {
    let pair = || Device::meets([server(VERSIONS[1], HELLO), server(VERSIONS[1], HELLO)]);
    let mut device = pair();
    device.get().unwrap();
    device.clock.pass(IDLE_MAX_MS + 1);
    device.get().unwrap();
    device.close(&[true, true]);
    let other_ca = [Pki::get().ca.as_bytes(), b"\n"].concat();
    let changes: [fn(Request<'static>) -> Request<'static>; 2] = [
        |request| Request { port: 8443, ..request },
        |request| Request {
            address: Some("127.0.0.1"),
            ..request
        },
    ];
    for change in changes {
        let mut device = pair();
        device.get().unwrap();
        device.send(change(request(Body::Bytes(b"")))).0.unwrap();
        device.close(&[true, true]);
    }
    let mut device = pair();
    device.get().unwrap();
    let trusting = Request {
        ca: &other_ca,
        ..request(Body::Bytes(b""))
    };
    device.send(trusting).0.unwrap();
    device.close(&[true, true]);
    let mut device = pair();
    device.get().unwrap();
    let elsewhere = Request {
        endpoint: "other.test",
        ..request(Body::Bytes(b""))
    };
    assert_eq!(device.send(elsewhere).0.unwrap_err().status, Status::ServerName);
    assert!(HOST != "other.test");
    device.close(&[true, false]);
}

#[test]
fn a_response_that_closes_or_is_not_whole_ends_the_connection() {
    for first in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello"[..],
        b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nx",
    ] {
        let mut device = Device::meets([server(VERSIONS[1], first), server(VERSIONS[1], HELLO)]);
        device.get().unwrap();
        device.get().unwrap();
        device.close(&[true, true]);
    }
}

/// What happens to a request on a connection that was used before, and that the server then closes at once.
fn lost(end: fn() -> (usize, Step), request: Request<'_>) -> (Result<u16, Error>, Device) {
    let (at, step) = end();
    let first = server(VERSIONS[1], HELLO).then(at, step);
    let mut device = Device::meets([first, server(VERSIONS[1], HELLO)]);
    device.get().unwrap();
    let (outcome, _) = device.send(request);
    (outcome, device)
}

#[test]
fn what_is_lost_unheard_is_sent_once_more_where_that_can_do_no_harm() {
    // When the request comes, or before its first byte can be sent.
    let ends: [fn() -> (usize, Step); 4] = [
        || (1, Step::End),
        || (1, Step::CloseNotify),
        || (0, Step::Break(Vec::new())),
        || (0, Step::BreakAndEnd(Vec::new())),
    ];
    for (number, end) in ends.into_iter().enumerate() {
        for method in [&b"GET"[..], b"HEAD", b"PUT", b"DELETE"] {
            let again = Request {
                method,
                ..request(Body::Bytes(b""))
            };
            let (outcome, device) = lost(end, again);
            assert_eq!(outcome.unwrap(), 200, "{number}");
            assert_eq!(device.connections(), 2);
        }
        let post = Request {
            method: b"POST",
            ..request(Body::Bytes(b""))
        };
        let (outcome, device) = lost(end, post);
        assert_eq!(outcome.unwrap_err().status, Status::ConnectionLost, "{number}");
        assert_eq!(device.connections(), 1);
    }
}

#[test]
fn a_body_is_sent_again_if_it_is_at_hand() {
    let body = vec![b'x'; 3 * BODY_PIECE];
    let first = server(VERSIONS[1], HELLO).then(2 * BODY_PIECE, Step::End);
    let second = Server::of_version(VERSIONS[1]).says(body.len(), HELLO);
    let mut device = Device::meets([first, second]);
    device.get().unwrap();
    let (outcome, got) = device.send(request(Body::Bytes(&body)));
    assert_eq!(outcome.unwrap(), 200);
    assert_eq!(device.servers.with(|server| server.body().to_vec()), body);
    let sent: Vec<u64> = got.progress.iter().map(|progress| progress.sent).collect();
    assert_eq!(
        sent.iter().filter(|sent| **sent == BODY_PIECE as u64).count(),
        2,
        "it began anew: {sent:?}"
    );

    // One from a source is not, once a part of it was taken.
    let first = server(VERSIONS[1], HELLO).then(2 * BODY_PIECE, Step::End);
    let mut device = Device::meets([first, server(VERSIONS[1], HELLO)]);
    device.get().unwrap();
    let mut read = |buffer: &mut [u8]| {
        buffer.fill(b'x');
        Some(buffer.len())
    };
    let source = Body::Source {
        length: 3 * BODY_PIECE as u64,
        read: &mut read,
    };
    assert_eq!(
        device.send(request(source)).0.unwrap_err().status,
        Status::ConnectionLost
    );
    assert_eq!(device.connections(), 1);
}

#[test]
fn it_is_sent_no_third_time_and_not_at_all_after_a_word() {
    let first = server(VERSIONS[1], HELLO).then(1, Step::End);
    let second = Server::of_version(VERSIONS[1]).then(0, Step::End);
    let mut device = Device::meets([first, second, server(VERSIONS[1], HELLO)]);
    device.get().unwrap();
    assert_eq!(device.get().unwrap_err().status, Status::ConnectionLost);
    assert_eq!(device.connections(), 2);
    // The device is not confused by that.
    device.get().unwrap();
    device.close(&[true, true, true]);

    let words: [&[u8]; 2] = [b"HTTP/1.1 20", b"HTTP/1.1 100 Continue\r\n\r\n"];
    for word in words {
        let first = server(VERSIONS[1], HELLO).says(1, word).then(1, Step::End);
        let mut device = Device::meets([first, server(VERSIONS[1], HELLO)]);
        device.get().unwrap();
        assert_eq!(device.get().unwrap_err().status, Status::ConnectionLost);
        assert_eq!(device.connections(), 1);
    }
}
