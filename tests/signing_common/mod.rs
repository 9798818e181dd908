//! What the signer's tests share.
#![forbid(unsafe_code)]
#![allow(dead_code, reason = "each test takes what it needs")]

use iotcred::credentials::Credentials;
use iotcred::sign::{self, Header, Request, Sink};
use std::path::PathBuf;
use std::process::Command;

/// Text that is collected.
#[derive(Default)]
pub struct Text(pub Vec<u8>);

impl Sink for Text {
    fn put(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

impl Text {
    fn into_string(self) -> String {
        String::from_utf8(self.0).unwrap()
    }
}

pub fn canonical_request(request: &Request<'_>, credentials: &Credentials<'_>) -> String {
    let mut text = Text::default();
    sign::put_canonical_request(request, credentials, &mut text).unwrap();
    text.into_string()
}

pub fn string_to_sign(request: &Request<'_>, credentials: &Credentials<'_>) -> String {
    let mut text = Text::default();
    sign::put_string_to_sign(request, credentials, &mut text).unwrap();
    text.into_string()
}

pub fn signature(request: &Request<'_>, credentials: &Credentials<'_>) -> String {
    String::from_utf8(sign::signature(request, credentials, None).unwrap().to_vec()).unwrap()
}

pub fn headers(pairs: &[(String, String)]) -> Vec<Header<'_>> {
    pairs
        .iter()
        .map(|(name, value)| Header {
            name: name.as_bytes(),
            value: value.as_bytes(),
        })
        .collect()
}

/// The value of a member that is a text without escapes, wherever it stands in a JSON document.
pub fn json_text(json: &str, name: &str) -> Option<String> {
    let (_, rest) = json.split_once(&format!("\"{name}\":"))?;
    let rest = rest.trim_start().strip_prefix('"')?;
    Some(rest.split_once('"')?.0.to_owned())
}

/// Where the `aws-sigv4` crate keeps AWS's test suite.
pub fn suite_folder() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version=1",
            "--locked",
            "--manifest-path",
            manifest,
        ])
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {complaint}");
    let metadata = String::from_utf8(output.stdout).unwrap();
    let end = "/Cargo.toml\"";
    let manifest = metadata
        .split("\"manifest_path\":\"")
        .filter_map(|rest| rest.split_once(end).map(|(folder, _)| folder))
        .find(|folder| {
            folder
                .rsplit('/')
                .next()
                .is_some_and(|name| name.starts_with("aws-sigv4-"))
        })
        .expect("aws-sigv4 is a dev-dependency");
    PathBuf::from(manifest).join("aws-signing-test-suite/v4")
}

/// A request of the suite.
pub struct Case {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// Reads a request as an HTTP parser would: a line that begins with a space continues the value before it (RFC 9112 section 5.2: "replace each received
/// obs-fold with one or more SP octets").
pub fn read_request(text: &str) -> Case {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.trim_start_matches('\n').lines();
    let (method, rest) = lines.next().unwrap().split_once(' ').unwrap();
    let target = rest.strip_suffix(" HTTP/1.1").unwrap().to_owned();
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines.filter(|line| !line.is_empty()) {
        if line.starts_with(' ') {
            headers.last_mut().unwrap().1 += line;
        } else {
            let (name, value) = line.split_once(':').unwrap();
            headers.push((name.to_owned(), value.to_owned()));
        }
    }
    Case {
        method: method.to_owned(),
        target,
        headers,
        body: body.to_owned(),
    }
}
