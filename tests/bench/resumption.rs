//! Whether TLS resumption pays for its heap: the handshake of a device that shows a P-256 certificate, in full and resumed, by the time that its side takes and the heap that it
//! holds at most; and the heap of the session that must be kept for it between two connections.
//!
//! `cargo bench --bench resumption` prints a Markdown table. The server is rustls in the same process, with a P-256 chain of two certificates; its work is not counted.
// An allocator cannot be counted without.
#![allow(unsafe_code)]

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::client::Resumption;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::version::TLS13;
use rustls::{
    ClientConfig, ClientConnection, HandshakeKind, RootCertStore, ServerConfig, ServerConnection,
    SupportedProtocolVersion,
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};
use std::time::{Duration, Instant};

/// The heap that is allocated while the client works.
struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static HELD: AtomicIsize = AtomicIsize::new(0);
static PEAK: AtomicIsize = AtomicIsize::new(0);

fn count(bytes: isize) {
    if COUNTS.load(Ordering::Relaxed) {
        let held = HELD.fetch_add(bytes, Ordering::Relaxed) + bytes;
        PEAK.fetch_max(held, Ordering::Relaxed);
    }
}

// SAFETY: the system's allocator does it all.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs a part of the client's work, its time and its heap counted.
fn client<T>(took: &mut Duration, work: impl FnOnce() -> T) -> T {
    COUNTS.store(true, Ordering::Relaxed);
    let start = Instant::now();
    let result = work();
    *took += start.elapsed();
    COUNTS.store(false, Ordering::Relaxed);
    result
}

struct Pki {
    roots: RootCertStore,
    server: (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>),
    device: (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>),
}

fn pki() -> Pki {
    let authority = |issuer: Option<&Issuer<'_, KeyPair>>| {
        let mut params = CertificateParams::new([]).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = match issuer {
            Some(issuer) => params.signed_by(&key, issuer),
            None => params.self_signed(&key),
        };
        (
            certificate.expect("a certificate").der().clone(),
            Issuer::new(params, key),
        )
    };
    let (root, root_issuer) = authority(None);
    let (middle, issuer) = authority(Some(&root_issuer));
    let leaf = |name: &str| {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new([name.to_string()]).expect("a name");
        let certificate = params.signed_by(&key, &issuer).expect("a certificate");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        (vec![certificate.der().clone(), middle.clone()], key)
    };
    let mut roots = RootCertStore::empty();
    roots.add(root).expect("a root");
    Pki {
        roots,
        server: leaf("server.test"),
        device: leaf("device.test"),
    }
}

fn server_config(pki: &Pki, version: &'static SupportedProtocolVersion) -> Arc<ServerConfig> {
    let provider = Arc::new(default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(pki.roots.clone().into(), provider.clone());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .expect("a version")
        .with_client_cert_verifier(verifier.build().expect("a verifier"))
        .with_single_cert(pki.server.0.clone(), pki.server.1.clone_key());
    Arc::new(config.expect("a key and its certificate"))
}

fn client_config(pki: &Pki, resumption: Resumption) -> ClientConfig {
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&TLS13])
        .expect("versions")
        .with_root_certificates(pki.roots.clone())
        .with_client_auth_cert(pki.device.0.clone(), pki.device.1.clone_key())
        .expect("a key and its certificate");
    config.resumption = resumption;
    config
}

/// What one connection cost the client: its time, its heap at most beyond what was held before, and what is held after it.
struct Cost {
    took: Duration,
    peak: isize,
    kept: isize,
    kind: HandshakeKind,
}

fn connect(client_config: &Arc<ClientConfig>, server_config: &Arc<ServerConfig>) -> Cost {
    let mut took = Duration::ZERO;
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let name = ServerName::try_from("server.test").expect("a name");
    let mut device = client(&mut took, || ClientConnection::new(client_config.clone(), name)).expect("a connection");
    let mut server = ServerConnection::new(server_config.clone()).expect("a connection");
    // The tickets come behind the handshake.
    while device.wants_write() || server.wants_write() {
        let mut wire = Vec::with_capacity(64 * 1024);
        client(&mut took, || {
            while device.wants_write() {
                device.write_tls(&mut wire).expect("room");
            }
        });
        let mut rest = &wire[..];
        while !rest.is_empty() {
            server.read_tls(&mut rest).expect("memory");
            server.process_new_packets().expect("TLS");
        }
        let mut wire = Vec::with_capacity(64 * 1024);
        while server.wants_write() {
            server.write_tls(&mut wire).expect("room");
        }
        let mut rest = &wire[..];
        while !rest.is_empty() {
            client(&mut took, || {
                device.read_tls(&mut rest).expect("memory");
                device.process_new_packets().expect("TLS");
                let _ = device.reader().read(&mut [0; 1]);
            });
        }
    }
    let kind = device.handshake_kind().expect("a handshake");
    client(&mut took, || drop(device));
    Cost {
        took,
        peak: PEAK.load(Ordering::Relaxed) - before,
        kept: HELD.load(Ordering::Relaxed) - before,
        kind,
    }
}

fn main() {
    let pki = pki();
    println!(
        "| | time of the client's side, us | heap at most, bytes | heap kept until the next connection, bytes |\n| --- | ---: | ---: | ---: |"
    );
    for (version, name) in [(&TLS13, "TLS 1.3")] {
        let server = server_config(&pki, version);
        let never = Arc::new(client_config(&pki, Resumption::disabled()));
        let keeps = Arc::new(client_config(&pki, Resumption::in_memory_sessions(1)));
        let first = connect(&keeps, &server);
        let (mut full, mut resumed) = (Vec::new(), Vec::new());
        for _ in 0..300 {
            full.push(connect(&never, &server));
            resumed.push(connect(&keeps, &server));
        }
        for (what, costs, kept, kind) in [
            ("in full", &mut full, 0, HandshakeKind::Full),
            ("resumed", &mut resumed, first.kept, HandshakeKind::Resumed),
        ] {
            assert!(costs.iter().all(|cost| cost.kind == kind), "{name}, {what}");
            costs.sort_by_key(|cost| cost.took);
            let median = &costs[costs.len() / 2];
            println!(
                "| {name}, {what} | {} | {} | {kept} |",
                median.took.as_micros(),
                median.peak
            );
        }
    }
}
