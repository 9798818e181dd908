//! The calls: `send` and `fetch` with a server, and what came of them.

use super::pki::{HOST, Pki};
use super::server::{Server, Ticks};
use iotcred::credentials::{Credentials, TemporaryCredentials};
use iotcred::error::{Error, Status};
use iotcred::fetch::{self, Config};
use iotcred::net::Clock;
use iotcred::send::{self, Body, Fresh, Progress, Request, Sink};
use iotcred::sign::Payload;
use iotcred::time::UnixTime;

/// The deadline of every call that does not set its own, in milliseconds.
pub const TIMEOUT_MS: u32 = 10_000;

/// What is uploaded: many pieces, and no two alike.
pub fn upload_body() -> Vec<u8> {
    (0..100_000_u32).map(|n| (n.wrapping_mul(n) >> 8) as u8).collect()
}

/// A call that is over.
pub struct Call<T> {
    pub result: Result<T, Error>,
    pub server: Server,
    pub took_ms: u64,
}

impl<T> Call<T> {
    pub fn error(&self) -> &Error {
        self.result.as_ref().err().expect("an error")
    }

    pub fn status(&self) -> Status {
        self.error().status
    }

    /// The same call, whatever it would have given.
    pub fn without_value(self) -> Call<()> {
        Call {
            result: self.result.map(drop),
            server: self.server,
            took_ms: self.took_ms,
        }
    }

    /// Asserts that the server refused the request, with this HTTP status.
    pub fn assert_refused(&self, status: Status, http_status: u16) {
        let error = self.error();
        assert_eq!((error.status, error.http_status), (status, http_status), "{error:?}");
    }
}

/// Times a call, and asserts what holds for every one: it ends in time, and closes what it opened once.
fn timed<T>(mut server: Server, timeout_ms: u32, call: impl FnOnce(&mut Server) -> Result<T, Error>) -> Call<T> {
    server.expect_call(timeout_ms);
    let start_ms = server.clock.monotonic_ms();
    let result = call(&mut server);
    let took_ms = server.clock.monotonic_ms() - start_ms;
    assert!(took_ms <= u64::from(timeout_ms), "{took_ms} ms of {timeout_ms}");
    server.check_closed();
    Call {
        result,
        server,
        took_ms,
    }
}

/// Where a sink stops.
#[derive(Clone, Copy, Default)]
pub enum Stop {
    #[default]
    Never,
    /// When it hears the body's length.
    AtLength,
    /// When it was given more than this of the body.
    BeyondBody(usize),
    /// When it hears that so much was sent.
    WhenSent(u64),
    /// When it hears that so much was received.
    WhenReceived(u64),
}

/// Keeps all that it is given.
#[derive(Default)]
pub struct Got {
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub length: Option<Option<u64>>,
    pub body: Vec<u8>,
    pub progress: Vec<Progress>,
    pub refusal: Vec<u8>,
    stop: Stop,
}

impl Sink for Got {
    fn header(&mut self, name: &[u8], value: &[u8]) {
        self.headers.push((name.to_vec(), value.to_vec()));
    }

    fn length(&mut self, length: Option<u64>) -> Result<(), Status> {
        self.length = Some(length);
        stop_if(matches!(self.stop, Stop::AtLength), Status::BufferTooSmall)
    }

    fn body(&mut self, data: &[u8]) -> Result<(), Status> {
        self.body.extend_from_slice(data);
        let full = matches!(self.stop, Stop::BeyondBody(most) if self.body.len() > most);
        stop_if(full, Status::BodySink)
    }

    fn progress(&mut self, progress: Progress) -> Result<(), Status> {
        self.progress.push(progress);
        let enough = match self.stop {
            Stop::WhenSent(enough) => progress.sent >= enough,
            Stop::WhenReceived(enough) => progress.received >= enough,
            _ => false,
        };
        stop_if(enough, Status::BodySink)
    }

    fn refusal(&mut self, data: &[u8]) -> bool {
        self.refusal.extend_from_slice(data);
        true
    }
}

fn stop_if(stops: bool, status: Status) -> Result<(), Status> {
    if stops { Err(status) } else { Ok(()) }
}

pub const CREDENTIALS: Credentials<'static> = Credentials {
    access_key_id: b"AKIDEXAMPLE",
    secret_access_key: b"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    session_token: b"",
};

/// A GET; a PUT once it has a body.
pub fn request<'a>(body: Body<'a>) -> Request<'a> {
    Request {
        endpoint: HOST,
        region: b"eu-west-1",
        service: b"s3",
        method: if body.is_empty() { b"GET" } else { b"PUT" },
        path: b"/key",
        query: b"",
        headers: Vec::new(),
        body,
        payload: Payload::Unsigned,
        expect_continue: false,
        ca: Pki::get().ca.as_bytes(),
        address: None,
        port: 0,
        timeout_ms: TIMEOUT_MS,
    }
}

/// Sends `request`, and gives the response to a sink that stops where `stop` says.
pub fn send_to(server: Server, mut request: Request<'_>, stop: Stop) -> (Call<u16>, Got) {
    let mut got = Got { stop, ..Got::default() };
    let call = timed(server, request.timeout_ms, |server| {
        let clock = server.clock.clone();
        send::send(&mut request, &CREDENTIALS, &mut got, &mut Fresh::new(server), &clock)
    });
    (call, got)
}

/// A GET from `server`.
pub fn download(server: Server) -> (Call<u16>, Got) {
    send_to(server, request(Body::Bytes(b"")), Stop::Never)
}

/// A PUT of `upload_body` to `server`.
pub fn upload(server: Server) -> Call<u16> {
    upload_within(TIMEOUT_MS, server)
}

pub fn upload_within(timeout_ms: u32, server: Server) -> Call<u16> {
    let body = upload_body();
    let request = Request {
        timeout_ms,
        ..request(Body::Bytes(&body))
    };
    send_to(server, request, Stop::Never).0
}

/// The same with `Expect: 100-continue`.
pub fn upload_asking_first(server: Server) -> Call<u16> {
    let body = upload_body();
    let request = Request {
        expect_continue: true,
        ..request(Body::Bytes(&body))
    };
    send_to(server, request, Stop::Never).0
}

/// A PUT of a body of `length` bytes that comes from `read`.
pub fn upload_from(server: Server, length: u64, read: &mut send::Source<'_>) -> Call<u16> {
    send_to(server, request(Body::Source { length, read }), Stop::Never).0
}

/// Credentials from `server`, with the device's certificate.
pub fn fetch_from(server: Server) -> Call<TemporaryCredentials> {
    fetch_within(TIMEOUT_MS, server)
}

pub fn fetch_within(timeout_ms: u32, server: Server) -> Call<TemporaryCredentials> {
    timed(server, timeout_ms, |server| {
        let clock = server.clock.clone();
        fetch::fetch(&config(timeout_ms), server, &clock, &|| 0).map(|fetched| fetched.credentials)
    })
}

/// The same by a wall clock that says `wall`, with a floor.
pub fn fetch_dated(server: Server, wall: Option<i64>, floor: Option<i64>) -> Call<TemporaryCredentials> {
    timed(server, TIMEOUT_MS, |server| {
        let clock = Dated(server.clock.clone(), wall.map(UnixTime));
        let config = Config {
            clock_floor: floor.map(UnixTime),
            ..config(TIMEOUT_MS)
        };
        fetch::fetch(&config, server, &clock, &|| 0).map(|fetched| fetched.credentials)
    })
}

struct Dated(Ticks, Option<UnixTime>);

impl Clock for Dated {
    fn unix_time(&self) -> Option<UnixTime> {
        self.1
    }

    fn monotonic_ms(&self) -> u64 {
        self.0.monotonic_ms()
    }
}

fn config(timeout_ms: u32) -> Config<'static> {
    let pki = Pki::get();
    Config {
        endpoint: HOST,
        role_alias: "Uploader",
        thing_name: None,
        certificate: pki.device_certificate.as_bytes(),
        private_key: pki.device_key.as_bytes(),
        signer: None,
        ca: pki.ca.as_bytes(),
        address: None,
        port: 0,
        timeout_ms,
        tries: 1,
        timings: None,
        clock_floor: None,
    }
}
