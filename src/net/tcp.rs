//! TCP, name resolution and clocks of the operating system. The only file that names `std::net`.
#![forbid(unsafe_code)]

use super::{Clock, Peer, Transport};
use crate::error::Status;
use crate::time::UnixTime;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::string::{String, ToString};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};
use std::vec::Vec;

/// Looks a name up. Blocks as long as it likes: it runs in a thread of its own.
pub type Resolver = fn(host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;

/// The operating system's resolver.
pub fn system_resolver(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok((host, port).to_socket_addrs()?.collect())
}

/// A TCP connection of the operating system's.
pub struct TcpTransport {
    resolver: Resolver,
    stream: Option<TcpStream>,
    resolve_ms: u32,
}

impl Default for TcpTransport {
    fn default() -> Self {
        Self::with_resolver(system_resolver)
    }
}

impl TcpTransport {
    /// A transport that asks `resolver` for addresses.
    pub fn with_resolver(resolver: Resolver) -> Self {
        Self {
            resolver,
            stream: None,
            resolve_ms: 0,
        }
    }

    fn stream(&mut self) -> Result<&mut TcpStream, Status> {
        self.stream.as_mut().ok_or(Status::ConnectionLost)
    }
}

impl Transport for TcpTransport {
    fn connect(&mut self, peer: &Peer<'_>, timeout_ms: u32) -> Result<(), Status> {
        let start = Instant::now();
        let deadline = start + milliseconds(timeout_ms);
        let host = peer.address.unwrap_or(peer.host);
        let addresses = match host.parse::<IpAddr>() {
            Ok(address) => Ok([SocketAddr::new(address, peer.port)].to_vec()),
            Err(_) => lookup(self.resolver, host, peer.port, deadline),
        };
        self.resolve_ms = u32::try_from(start.elapsed().as_millis()).unwrap_or(u32::MAX);
        let addresses = addresses?;
        let stream = connect_any(&addresses, deadline)?;
        // Requests are written in one piece: Nagle's algorithm could only delay their last segment.
        let _ = stream.set_nodelay(true);
        self.stream = Some(stream);
        Ok(())
    }

    fn send(&mut self, data: &[u8], timeout_ms: u32) -> Result<usize, Status> {
        let stream = self.stream()?;
        let sent = within(timeout_ms, |left| {
            stream.set_write_timeout(Some(left))?;
            stream.write(data)
        })?;
        if sent == 0 {
            Err(Status::ConnectionLost)
        } else {
            Ok(sent)
        }
    }

    fn recv(&mut self, buffer: &mut [u8], timeout_ms: u32) -> Result<usize, Status> {
        let stream = self.stream()?;
        if timeout_ms == 0 {
            stream.set_nonblocking(true).map_err(|_| Status::ConnectionLost)?;
            let received = within(1, |_| stream.read(buffer));
            stream.set_nonblocking(false).map_err(|_| Status::ConnectionLost)?;
            return received;
        }
        within(timeout_ms, |left| {
            stream.set_read_timeout(Some(left))?;
            stream.read(buffer)
        })
    }

    fn resolve_ms(&self) -> u32 {
        self.resolve_ms
    }

    fn close(&mut self) {
        self.stream = None;
    }
}

fn milliseconds(count: u32) -> Duration {
    Duration::from_millis(u64::from(count))
}

/// Does `operation` with the time that is left, again when a signal interrupted it, until `timeout_ms` have passed.
fn within(timeout_ms: u32, mut operation: impl FnMut(Duration) -> io::Result<usize>) -> Result<usize, Status> {
    let end = Instant::now() + milliseconds(timeout_ms);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Status::Deadline);
        }
        match operation(left) {
            Ok(count) => return Ok(count),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Err(Status::Deadline);
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return Err(Status::ConnectionReset),
            Err(_) => return Err(Status::ConnectionLost),
        }
    }
}

/// Why no connection came about.
fn refusal(error: &io::Error, deadline: Instant) -> Status {
    match error.kind() {
        ErrorKind::ConnectionRefused => Status::ConnectionRefused,
        ErrorKind::ConnectionReset => Status::ConnectionReset,
        ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::AddrNotAvailable => Status::NoRoute,
        ErrorKind::TimedOut if Instant::now() >= deadline => Status::Deadline,
        _ => Status::Connect,
    }
}

/// How far an attempt got: of several addresses the one that got furthest tells most. A name often has an IPv6 address to which there is no route.
fn distance(failure: Status) -> u8 {
    match failure {
        Status::ConnectionReset => 4,
        Status::ConnectionRefused => 3,
        Status::Deadline => 2,
        Status::Connect => 1,
        _ => 0,
    }
}

/// Tries every address in order. Each gets an equal share of the time that is left, so that one that does not answer cannot use up the others'.
fn connect_any(addresses: &[SocketAddr], deadline: Instant) -> Result<TcpStream, Status> {
    let mut failure = Status::NoRoute;
    for (tried, address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Status::Deadline);
        }
        let share = left / u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        match TcpStream::connect_timeout(address, share.max(Duration::from_millis(1))) {
            Ok(stream) => return Ok(stream),
            Err(error) => {
                let other = refusal(&error, deadline);
                if distance(other) > distance(failure) {
                    failure = other;
                }
            }
        }
    }
    Err(failure)
}

/// Whether a lookup is under way. An operating system's resolver cannot be cancelled, so at most one runs per process: a fleet of threads
/// that fetch while the DNS server is dead must not pile up threads.
static LOOKUP: Mutex<bool> = Mutex::new(false);
static LOOKUP_ENDED: Condvar = Condvar::new();

fn lookup_under_way() -> MutexGuard<'static, bool> {
    LOOKUP.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The right to look up; gives it back when dropped, also by a panic of the resolver.
struct Turn;

impl Turn {
    fn wait(deadline: Instant) -> Result<Self, Status> {
        let left = deadline.saturating_duration_since(Instant::now());
        let (mut busy, _) = LOOKUP_ENDED
            .wait_timeout_while(lookup_under_way(), left, |busy| *busy)
            .unwrap_or_else(PoisonError::into_inner);
        if *busy {
            return Err(Status::DnsDeadline);
        }
        *busy = true;
        Ok(Self)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *lookup_under_way() = false;
        LOOKUP_ENDED.notify_one();
    }
}

/// Looks `host` up in a helper thread and waits for it until `deadline`. A thread that is late ends by itself and frees what it holds.
fn lookup(resolver: Resolver, host: &str, port: u16, deadline: Instant) -> Result<Vec<SocketAddr>, Status> {
    let turn = Turn::wait(deadline)?;
    let (sender, receiver) = mpsc::channel();
    let host: String = host.to_string();
    let helper = move || {
        let answer = resolver(&host, port);
        drop(turn);
        // The caller may have given up: nobody wants the answer then.
        let _ = sender.send(answer);
    };
    thread::Builder::new()
        .name("iotcred-dns".into())
        .spawn(helper)
        .map_err(|_| Status::Dns)?;
    match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
        Ok(_) | Err(RecvTimeoutError::Disconnected) => Err(Status::Dns),
        Err(RecvTimeoutError::Timeout) => Err(Status::DnsDeadline),
    }
}

/// The clocks of the operating system.
pub struct SystemClock {
    monotonic_ms: fn() -> u64,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::with_monotonic(instant_ms)
    }
}

impl SystemClock {
    /// The system's clocks, but for the monotonic one: std's stops in suspend on some systems.
    pub fn with_monotonic(monotonic_ms: fn() -> u64) -> Self {
        Self { monotonic_ms }
    }
}

/// std's monotonic clock, from the first look at it.
pub fn instant_ms() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_millis()).unwrap_or(u64::MAX)
}

impl Clock for SystemClock {
    fn unix_time(&self) -> Option<UnixTime> {
        Some(system_time())
    }

    fn monotonic_ms(&self) -> u64 {
        (self.monotonic_ms)()
    }

    fn sleep(&self, ms: u32) -> bool {
        thread::sleep(milliseconds(ms));
        true
    }
}

/// The wall clock. A time before 1970 counts as 1970: it is not believed either way.
pub fn system_time() -> UnixTime {
    let since_epoch = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    UnixTime(i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, TcpListener};

    /// Tests that look up take turns: there is one lookup per process, and they depend on how long it takes.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

    fn peer(host: &str, port: u16) -> Peer<'_> {
        Peer {
            host,
            address: None,
            port,
        }
    }

    fn connect(resolver: Resolver, host: &str, port: u16, timeout_ms: u32) -> Result<(), Status> {
        TcpTransport::with_resolver(resolver).connect(&peer(host, port), timeout_ms)
    }

    #[test]
    fn a_dead_address_does_not_hide_a_good_one() {
        let _turn = ONE_AT_A_TIME.lock();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        // Nothing listens at 127.0.0.2 on that port: refused, then the good one.
        let resolver: Resolver = |_, port| Ok([([127, 0, 0, 2], port).into(), ([127, 0, 0, 1], port).into()].to_vec());
        assert_eq!(connect(resolver, "dead-then-good.test", port, 2_000), Ok(()));
    }

    #[test]
    fn when_every_address_refuses_the_status_says_so() {
        let _turn = ONE_AT_A_TIME.lock();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let resolver: Resolver = |_, port| Ok([([127, 0, 0, 1], port).into(), ([127, 0, 0, 2], port).into()].to_vec());
        assert_eq!(
            connect(resolver, "dead.test", port, 2_000),
            Err(Status::ConnectionRefused)
        );
    }

    #[test]
    fn a_name_without_addresses_is_a_dns_failure() {
        let _turn = ONE_AT_A_TIME.lock();
        assert_eq!(
            connect(|_, _| Ok(Vec::new()), "empty.test", 443, 2_000),
            Err(Status::Dns)
        );
        assert_eq!(
            connect(|_, _| Err(io::Error::other("no")), "error.test", 443, 2_000),
            Err(Status::Dns)
        );
        assert_eq!(
            connect(|_, _| panic!("as a test"), "panic.test", 443, 2_000),
            Err(Status::Dns)
        );
    }

    #[test]
    fn a_resolver_that_sleeps_past_the_deadline_does_not_hold_the_caller() {
        let _turn = ONE_AT_A_TIME.lock();
        let slow: Resolver = |_, _| {
            thread::sleep(Duration::from_millis(600));
            Ok(Vec::new())
        };
        let start = Instant::now();
        assert_eq!(connect(slow, "slow.test", 443, 100), Err(Status::DnsDeadline));
        // The second finds the first still under way, and waits no longer than its own deadline.
        assert_eq!(
            connect(|_, _| Ok(Vec::new()), "behind.test", 443, 100),
            Err(Status::DnsDeadline)
        );
        assert!(start.elapsed() < Duration::from_millis(550), "{:?}", start.elapsed());
        // And a third that has the time comes to its turn.
        assert_eq!(
            connect(|_, _| Ok(Vec::new()), "after.test", 443, 2_000),
            Err(Status::Dns)
        );
    }

    #[test]
    fn nothing_received_in_time_is_the_deadline() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut transport = TcpTransport::default();
        transport
            .connect(
                &Peer {
                    host: "any.test",
                    address: Some("127.0.0.1"),
                    port,
                },
                2_000,
            )
            .unwrap();
        assert_eq!(transport.recv(&mut [0; 8], 0), Err(Status::Deadline));
        assert_eq!(transport.recv(&mut [0; 8], 20), Err(Status::Deadline));
        let (mut accepted, _) = listener.accept().unwrap();
        accepted.write_all(b"abc").unwrap();
        assert_eq!(transport.recv(&mut [0; 8], 2_000), Ok(3));
        drop(accepted);
        assert_eq!(transport.recv(&mut [0; 8], 2_000), Ok(0));
        transport.close();
        assert_eq!(transport.recv(&mut [0; 8], 20), Err(Status::ConnectionLost));
    }

    #[test]
    fn a_reset_is_told_from_an_end() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut transport = TcpTransport::default();
        transport.connect(&peer("127.0.0.1", port), 2_000).unwrap();
        let (mut accepted, _) = listener.accept().unwrap();
        transport.send(b"unread", 2_000).unwrap();
        // A socket that is closed with bytes unread in it resets the connection.
        accepted.read_exact(&mut [0; 1]).unwrap();
        drop(accepted);
        assert_eq!(transport.recv(&mut [0; 8], 2_000), Err(Status::ConnectionReset));
    }

    #[test]
    fn of_several_failures_the_furthest_counts() {
        let kinds = [
            (ErrorKind::NetworkUnreachable, Status::NoRoute),
            (ErrorKind::HostUnreachable, Status::NoRoute),
            (ErrorKind::PermissionDenied, Status::Connect),
            (ErrorKind::TimedOut, Status::Deadline),
            (ErrorKind::ConnectionRefused, Status::ConnectionRefused),
            (ErrorKind::ConnectionReset, Status::ConnectionReset),
        ];
        let mut last = 0;
        for (kind, status) in kinds {
            assert_eq!(refusal(&kind.into(), Instant::now()), status, "{kind:?}");
            assert!(distance(status) >= last, "{kind:?}");
            last = distance(status);
        }
        let later = Instant::now() + Duration::from_secs(60);
        assert_eq!(refusal(&ErrorKind::TimedOut.into(), later), Status::Connect);
    }

    #[test]
    fn signals_do_not_prolong_the_wait() {
        let start = Instant::now();
        let interrupted = || io::Error::from(ErrorKind::Interrupted);
        let outcome = within(50, |_| {
            thread::sleep(Duration::from_millis(5));
            Err(interrupted())
        });
        assert_eq!(outcome, Err(Status::Deadline));
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}
