//! The TLS client without I/O: bytes from the wire in, bytes for the wire out.
#![forbid(unsafe_code)]

use super::{Settings, failure};
use crate::error::{Error, Status};
use crate::limits::{
    RESERVE_HANDSHAKE, RESERVE_HELLO, RESERVE_RECORD, TLS_INCOMING_MAX, TLS_INCOMING_MIN, TLS_INCOMING_STEP,
    TLS_RECORD_MAX,
};
use crate::memory;
use alloc::vec::Vec;
use rustls::client::{ClientConnectionData, UnbufferedClientConnection};
use rustls::pki_types::ServerName;
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncodeTlsData, EncryptError, InsufficientSizeError, UnbufferedStatus, WriteTraffic,
};
use rustls::{AlertDescription, ProtocolVersion};
use zeroize::Zeroizing;

/// What memory is needed for, in an error.
const RECORD: &str = "a TLS record";

/// Takes plaintext as it is decrypted; an error ends the connection.
pub(super) type Sink<'s> = dyn FnMut(&[u8]) -> Result<(), Error> + 's;

/// Where the connection stands when nothing more can be done with the bytes at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The handshake waits for the server.
    Handshaking,
    /// Plaintext can be sent.
    Open,
    /// The server said that it will send no more (`close_notify`).
    PeerClosed,
}

/// One TLS connection.
pub struct Engine {
    connection: UnbufferedClientConnection,
    /// Ciphertext from the wire. rustls decrypts in place, so it holds plaintext too and is wiped. Its length is its capacity.
    incoming: Zeroizing<Vec<u8>>,
    /// How many bytes of `incoming` are filled.
    filled: usize,
    /// During the handshake: where in `incoming` the record begins that is being received.
    record: usize,
    /// The greatest length of `incoming` in the handshake: certificates of the server's are not longer.
    longest: usize,
    /// Bytes of the device's private key, as it was given: what it takes to sign.
    key_len: usize,
    /// Ciphertext for the wire.
    outgoing: Vec<u8>,
    /// The connection has failed: rustls must not see `incoming` again, since it panics on input that it has refused.
    failed: bool,
}

impl Engine {
    /// A connection to `host`, which is sent as SNI and which the certificate must be for. Errors: `Endpoint`, `Memory`.
    pub(super) fn new(settings: &Settings, host: &str) -> Result<Self, Error> {
        memory::check(RESERVE_HELLO, "a TLS connection")?;
        let name = ServerName::try_from(host).map_err(|_| Status::Endpoint)?.to_owned();
        let connection =
            UnbufferedClientConnection::new(settings.config.clone(), name).map_err(|error| failure::explain(&error))?;
        Ok(Self {
            connection,
            incoming: Zeroizing::default(),
            filled: 0,
            record: 0,
            longest: TLS_INCOMING_MIN,
            key_len: settings.key_len,
            outgoing: Vec::new(),
            failed: false,
        })
    }

    /// Where bytes from the wire go. Never empty. Errors: `Memory`; `ResponseTooLarge`, when a handshake message outgrows its bound.
    pub(super) fn space(&mut self) -> Result<&mut [u8], Error> {
        if self.connection.is_handshaking() && !memory::is_bounded() {
            let end = self.make_room_for_record()?;
            return Ok(self.incoming.get_mut(self.filled..end).unwrap_or_default());
        }
        if self.filled == self.incoming.len() {
            self.grow()?;
        } else if self.incoming.len() < TLS_INCOMING_MIN {
            self.resize(TLS_INCOMING_MIN)?;
        }
        Ok(self.incoming.get_mut(self.filled..).unwrap_or_default())
    }

    /// During the handshake, when memory is scarcest, `incoming` is exactly as large as the record that comes in: first its header, then all of it; its end. Not
    /// in an arena, where blocks that come and go leave holes: a fetch would need 4 KB more.
    fn make_room_for_record(&mut self) -> Result<usize, Error> {
        let mut end = self.record + record_length(self.incoming.get(self.record..self.filled).unwrap_or_default());
        if end <= self.filled {
            // It is there, and the message goes on in another.
            self.record = self.filled;
            end = self.filled + RECORD_HEADER;
        }
        self.resize(end)?;
        Ok(end)
    }

    /// Makes `incoming` as large as the record that it has the beginning of, or twice as large.
    fn grow(&mut self) -> Result<(), Error> {
        let length = self.incoming.len();
        let size = record_end(&self.incoming)
            .filter(|end| *end <= length + TLS_RECORD_MAX)
            .map_or(length * 2, |end| end.max(length + TLS_INCOMING_STEP))
            .clamp(TLS_INCOMING_MIN, TLS_INCOMING_MAX);
        if size == length {
            self.resize(TLS_INCOMING_MAX + 1)
        } else {
            self.resize(size)
        }
    }

    /// Gives `incoming` another size. While it is copied both blocks are there; the old one is wiped.
    fn resize(&mut self, size: usize) -> Result<(), Error> {
        if size > TLS_INCOMING_MAX {
            return Err(Error::new(
                Status::ResponseTooLarge,
                format_args!("a TLS message is longer than {TLS_INCOMING_MAX} bytes"),
            ));
        }
        if self.connection.is_handshaking() {
            self.longest = self.longest.max(size);
        }
        if size != self.incoming.len() {
            let mut other = Zeroizing::new(memory::zeros(size, RECORD)?);
            let kept = self.incoming.iter().take(self.filled);
            other.iter_mut().zip(kept).for_each(|(new, old)| *new = *old);
            self.incoming = other;
        }
        Ok(())
    }

    /// Says that `count` bytes were written into `space`.
    pub(super) fn received(&mut self, count: usize) {
        self.filled = (self.filled + count).min(self.incoming.len());
    }

    /// The bytes that the wire must carry next; the caller sends them all and calls `sent`.
    pub(super) fn outgoing(&self) -> &[u8] {
        &self.outgoing
    }

    /// Says that `outgoing` was sent. During the handshake, when memory is scarcest, its block is given back.
    pub(super) fn sent(&mut self) {
        if self.connection.is_handshaking() {
            self.outgoing = Vec::new();
        } else {
            self.outgoing.clear();
        }
    }

    /// Does what can be done with the bytes received so far, and hands plaintext to `sink`. On an error `outgoing` may hold an alert for the server.
    pub(super) fn advance(&mut self, sink: &mut Sink<'_>) -> Result<Stage, Error> {
        if self.failed {
            return Err(Status::ConnectionLost.into());
        }
        // Also where this unwinds.
        self.failed = true;
        let stage = self.run(sink).map_err(|error| self.judge(error));
        if stage.is_err() {
            self.collect_alert();
        }
        self.failed = stage.is_err();
        stage
    }

    fn run(&mut self, sink: &mut Sink<'_>) -> Result<Stage, Error> {
        loop {
            self.check_memory()?;
            let filled = self.incoming.get_mut(..self.filled).unwrap_or_default();
            let UnbufferedStatus { mut discard, state, .. } = self.connection.process_tls_records(filled);
            let mut outcome = Ok(None);
            match state.map_err(|error| failure::explain(&error))? {
                ConnectionState::ReadTraffic(mut traffic) => {
                    while let Some(record) = traffic.next_record() {
                        let record = record.map_err(|error| failure::explain(&error))?;
                        discard += record.discard;
                        outcome = outcome.and_then(|stage| sink(record.payload).map(|()| stage));
                    }
                }
                ConnectionState::EncodeTlsData(data) => encode(data, &mut self.outgoing)?,
                // The caller sends `outgoing` before it waits for the server, so the data counts as transmitted.
                ConnectionState::TransmitTlsData(data) => data.done(),
                ConnectionState::BlockedHandshake => outcome = Ok(Some(Stage::Handshaking)),
                ConnectionState::WriteTraffic(_) => outcome = Ok(Some(Stage::Open)),
                ConnectionState::PeerClosed | ConnectionState::Closed => outcome = Ok(Some(Stage::PeerClosed)),
                _ => outcome = Err(Status::Internal.into()),
            }
            self.discard(discard);
            if let Some(stage) = outcome? {
                return Ok(stage);
            }
        }
    }

    /// Whether rustls may work on what is in `incoming`: it copies certificates and the transcript. Errors: `Memory`.
    fn check_memory(&self) -> Result<(), Error> {
        if self.connection.is_handshaking() {
            let certificates = self.longest + self.longest / 2;
            memory::check(RESERVE_HANDSHAKE + self.key_len + certificates, "the TLS handshake")
        } else {
            memory::check(RESERVE_RECORD + self.filled + self.longest, RECORD)
        }
    }

    /// `handshake_failure` is the answer to what we offer until the server has our certificate, and then to that, or to the lack of one (RFC 5246 sections 7.2.2
    /// and 7.4.6). With TLS 1.3 the handshake is over for us once it is sent.
    fn judge(&self, mut error: Error) -> Error {
        if error.tls_alert == u8::from(AlertDescription::HandshakeFailure) {
            let is_ours_sent = match self.connection.protocol_version() {
                None => false,
                Some(ProtocolVersion::TLSv1_3) => !self.connection.is_handshaking(),
                Some(_) => true,
            };
            error.status = if is_ours_sent {
                Status::ClientRefused
            } else {
                Status::TlsNoCommon
            };
        }
        error
    }

    /// Takes `count` bytes off the front of `incoming`, and wipes what the move leaves behind.
    fn discard(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        let left = self.filled.saturating_sub(count);
        self.incoming.copy_within(self.filled - left..self.filled, 0);
        zeroize::Zeroize::zeroize(self.incoming.get_mut(left..self.filled).unwrap_or_default());
        self.filled = left;
        self.record = self.record.saturating_sub(count);
    }

    /// Encrypts `plaintext` into `outgoing`. The connection must be open. Errors: `ConnectionLost` if the server has closed it.
    pub(super) fn encrypt(&mut self, plaintext: &[u8]) -> Result<(), Error> {
        self.write(|traffic, free| traffic.encrypt(plaintext, free))
    }

    /// Puts a `close_notify` into `outgoing`.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        self.write(|traffic, free| traffic.queue_close_notify(free))
    }

    fn write(
        &mut self,
        mut operation: impl FnMut(&mut WriteTraffic<'_, ClientConnectionData>, &mut [u8]) -> Result<usize, EncryptError>,
    ) -> Result<(), Error> {
        if self.failed {
            return Err(Status::ConnectionLost.into());
        }
        self.check_memory()?;
        // `advance` left at most an incomplete record in `incoming`, so this asks for the state alone.
        let filled = self.incoming.get_mut(..self.filled).unwrap_or_default();
        let UnbufferedStatus { state, .. } = self.connection.process_tls_records(filled);
        let ConnectionState::WriteTraffic(mut traffic) = state.map_err(|error| failure::explain(&error))? else {
            return Err(Status::ConnectionLost.into());
        };
        append(&mut self.outgoing, |free| {
            operation(&mut traffic, free).map_err(|error| match error {
                EncryptError::InsufficientSize(InsufficientSizeError { required_size }) => Some(required_size),
                EncryptError::EncryptExhausted => None,
            })
        })
    }

    /// Nothing will be sent or received for a while: gives memory back. What has come of a record is kept.
    pub(super) fn rest(&mut self) {
        self.outgoing = Vec::new();
        let size = self.filled.max(TLS_INCOMING_MIN);
        if size < self.incoming.len() {
            // Where there is no memory for a smaller one, the larger one stays.
            if let Ok(smaller) = memory::zeros(size, RECORD) {
                let mut smaller = Zeroizing::new(smaller);
                smaller
                    .iter_mut()
                    .zip(self.incoming.iter())
                    .for_each(|(new, old)| *new = *old);
                self.incoming = smaller;
            }
        }
    }

    /// After an error: the alert that tells the server why, if rustls has one ready. Else it would go on reading where it failed, and panic.
    fn collect_alert(&mut self) {
        if !self.connection.wants_write() || memory::check(RESERVE_RECORD, RECORD).is_err() {
            return;
        }
        if let Ok(ConnectionState::EncodeTlsData(data)) = self.connection.process_tls_records(&mut []).state {
            let _ = encode(data, &mut self.outgoing);
        }
    }
}

fn encode(mut data: EncodeTlsData<'_, ClientConnectionData>, outgoing: &mut Vec<u8>) -> Result<(), Error> {
    append(outgoing, |free| {
        data.encode(free).map_err(|error| match error {
            EncodeError::InsufficientSize(InsufficientSizeError { required_size }) => Some(required_size),
            EncodeError::AlreadyEncoded => None,
        })
    })
}

/// Lets `write` append to `buffer`: it is asked once how much it needs (an error with the size), and then has that much.
fn append(buffer: &mut Vec<u8>, mut write: impl FnMut(&mut [u8]) -> Result<usize, Option<usize>>) -> Result<(), Error> {
    let start = buffer.len();
    let needed = match write(&mut []) {
        Ok(_) => return Ok(()),
        Err(Some(needed)) => needed,
        Err(None) => return Err(Status::Internal.into()),
    };
    memory::check(start + needed, RECORD)?;
    buffer.reserve_exact(needed);
    buffer.resize(start + needed, 0);
    let written = write(buffer.get_mut(start..).unwrap_or_default()).map_err(|_| Status::Internal)?;
    buffer.truncate(start + written);
    Ok(())
}

/// Bytes of a record's header: type, version, length (RFC 8446 section 5.1).
const RECORD_HEADER: usize = 5;

/// How long the record is that `bytes` are the beginning of; of its header alone when that is not there yet, or is of no record that there can be, which
/// rustls refuses.
fn record_length(bytes: &[u8]) -> usize {
    match bytes.first_chunk() {
        Some([_, _, _, high, low]) => {
            let length = RECORD_HEADER + usize::from(u16::from_be_bytes([*high, *low]));
            if length <= TLS_RECORD_MAX {
                length
            } else {
                RECORD_HEADER
            }
        }
        None => RECORD_HEADER,
    }
}

/// Where the record ends of which `bytes` hold the beginning, when all before it are whole; `None` when not even its length is there (RFC 8446
/// section 5.1: type, version, length). What rustls has moved together does not begin with a record: the result means nothing then.
fn record_end(bytes: &[u8]) -> Option<usize> {
    let mut end = 0;
    while end <= bytes.len() {
        let [_, _, _, high, low] = *bytes.get(end..)?.first_chunk()?;
        end += RECORD_HEADER + usize::from(u16::from_be_bytes([high, low]));
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Clock;
    use crate::time::UnixTime;
    use crate::tls::Roots;

    struct Noon;

    impl Clock for Noon {
        fn unix_time(&self) -> Option<UnixTime> {
            Some(UnixTime(1_800_000_000))
        }

        fn monotonic_ms(&self) -> u64 {
            0
        }
    }

    fn engine() -> Engine {
        let settings = Settings::new(Roots::amazon(), None, &Noon, None).unwrap();
        Engine::new(&settings, "example.com").unwrap()
    }

    fn feed(engine: &mut Engine, bytes: &[u8]) -> Result<Stage, Error> {
        let mut phase = engine.advance(&mut |_| Ok(()));
        for byte in bytes {
            engine.space()?[0] = *byte;
            engine.received(1);
            phase = engine.advance(&mut |_| Ok(()));
            phase.clone()?;
        }
        phase
    }

    #[test]
    fn it_speaks_first_and_then_waits() {
        let mut engine = engine();
        assert_eq!(engine.advance(&mut |_| Ok(())).unwrap(), Stage::Handshaking);
        // A handshake record (RFC 8446 section 5.1) with a ClientHello.
        assert_eq!(engine.outgoing().first_chunk::<2>(), Some(&[22, 3]));
        engine.sent();
        assert!(engine.outgoing().is_empty());
    }

    #[test]
    fn what_is_no_tls_is_a_tls_failure() {
        for garbage in [
            &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
            b"SSH-2.0-OpenSSH_9.2\r\n",
            &[0; 64],
            &[22, 3, 3, 0, 0, 0],
        ] {
            let mut engine = engine();
            let error = feed(&mut engine, garbage).unwrap_err();
            assert_eq!(error.status, Status::Tls, "{error:?}");
            // It tells the server so (RFC 8446 section 6: an alert is a record of type 21), and is of no more use.
            assert!(
                engine
                    .outgoing()
                    .windows(3)
                    .any(|window| window == [21, 3, 3] || window == [21, 3, 1])
            );
            assert_eq!(engine.close().unwrap_err().status, Status::ConnectionLost);
            assert_eq!(feed(&mut engine, &[0]).unwrap_err().status, Status::ConnectionLost);
        }
    }

    /// A ServerHello of which only the beginning is there, and then an alert between its parts: rustls refuses it without an alert of its own.
    #[test]
    fn an_error_within_a_handshake_message_is_a_failure_and_no_panic() {
        let mut engine = engine();
        let cut_hello = [22, 3, 3, 0, 10, 2, 0, 0, 0x50, 3, 3, 1, 2, 3, 4];
        let alert = [21, 3, 3, 0, 2, 2, 40];
        let error = feed(&mut engine, &[&cut_hello[..], &alert].concat()).unwrap_err();
        assert_eq!(error.status, Status::Tls);
        assert!(engine.close().is_err());
    }

    #[test]
    fn during_the_handshake_memory_is_asked_for_a_header_and_then_for_its_record() {
        let mut engine = engine();
        engine.advance(&mut |_| Ok(())).unwrap();
        // A ServerHello of 80 bytes in two records, of 10 bytes and of 74.
        for (record, begins) in [(10, &[2, 0, 0, 80, 3, 3][..]), (74, &[])] {
            assert_eq!(engine.space().unwrap().len(), 5);
            assert_eq!(feed(&mut engine, &[22, 3, 3, 0, record]).unwrap(), Stage::Handshaking);
            assert_eq!(engine.space().unwrap().len(), usize::from(record));
            feed(&mut engine, begins).unwrap();
            assert_eq!(engine.space().unwrap().len(), usize::from(record) - begins.len());
            let left = alloc::vec![3; usize::from(record) - begins.len()];
            if feed(&mut engine, &left).is_err() {
                assert_eq!(record, 74, "only the whole message can be refused");
            }
        }
    }

    #[test]
    fn a_record_that_is_not_whole_says_where_it_ends() {
        assert_eq!(
            record_end(&[22, 3, 3, 0, 2, 1, 1, 22, 3, 3, 1, 0, 7]),
            Some(7 + 5 + 256)
        );
        assert_eq!(record_end(&[22, 3, 3, 0, 2, 1, 1, 22, 3, 3]), None);
        assert_eq!(record_end(&[22, 3, 3, 0, 2, 1, 1]), None);
    }
}
