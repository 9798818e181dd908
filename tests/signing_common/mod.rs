//! What the signer's tests share.
#![forbid(unsafe_code)]
#![allow(dead_code, reason = "each test takes what it needs")]

use iotcred::credentials::Credentials;
use iotcred::sign::{self, Header, Request, Sink};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
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

/// How many cases a test runs that has so many by default, where the largest has `whole`: `IOTCRED_CASES` says how many the largest has.
pub fn cases(default: u32, whole: u32) -> u32 {
    let Ok(wanted) = std::env::var("IOTCRED_CASES") else {
        return default;
    };
    let wanted: u64 = wanted.parse().unwrap();
    u32::try_from((wanted * u64::from(default)).div_ceil(whole.into())).unwrap()
}

/// The rules that generated cases have reached. Each is noted with every case, so that one that is never reached is known.
#[derive(Default)]
pub struct Reached {
    rules: RefCell<BTreeMap<&'static str, u64>>,
    bytes: RefCell<BTreeMap<&'static str, BTreeSet<u8>>>,
}

impl Reached {
    pub fn note(&self, rules: &[(&'static str, bool)]) {
        let mut counts = self.rules.borrow_mut();
        for (rule, reached) in rules {
            *counts.entry(rule).or_default() += u64::from(*reached);
        }
    }

    pub fn note_bytes(&self, place: &'static str, bytes: &[u8]) {
        self.bytes.borrow_mut().entry(place).or_default().extend(bytes);
    }

    /// Fails if a rule was not reached, or of a place not every byte that `wanted` names. Fewer cases than the default prove nothing.
    pub fn check(&self, cases: u32, default: u32, wanted: impl Fn(&str, u8) -> bool) {
        let mut missed: Vec<String> = Vec::new();
        for (rule, count) in &*self.rules.borrow() {
            println!("{count:>9} {rule}");
            if *count == 0 {
                missed.push((*rule).to_owned());
            }
        }
        for (place, bytes) in &*self.bytes.borrow() {
            println!("{:>9} different bytes in {place}", bytes.len());
            let absent = (0..=u8::MAX).filter(|byte| wanted(place, *byte) && !bytes.contains(byte));
            missed.extend(absent.map(|byte| format!("byte {byte:02x} in {place}")));
        }
        assert!(cases < default || missed.is_empty(), "not reached: {missed:?}");
    }
}

/// Whether the signer leaves a header out by itself; `name` in lower case.
pub fn is_unsigned(name: &str) -> bool {
    sign::UNSIGNED_HEADERS.split(' ').any(|other| other == name)
}

/// Whether a byte occurs in UTF-8.
pub fn is_in_utf8(byte: u8) -> bool {
    !matches!(byte, 0xc0 | 0xc1 | 0xf5..)
}

/// Whether one name is the beginning of another.
pub fn has_prefixes<T: AsRef<[u8]>>(names: &[T]) -> bool {
    let names = || names.iter().map(AsRef::as_ref);
    names().any(|a: &[u8]| names().any(|b| a.len() < b.len() && !a.is_empty() && b.starts_with(a)))
}

/// Whether two of them are equal.
pub fn has_equals<T: AsRef<[u8]>>(names: &[T]) -> bool {
    names.iter().map(AsRef::as_ref).collect::<BTreeSet<&[u8]>>().len() < names.len()
}

/// A text with each `%41` decoded.
pub fn percent_decode(text: &str) -> Vec<u8> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).unwrap());
        bytes.extend(rest.as_bytes());
    }
    bytes
}

/// Percent-encodes as an HTTP client does that leaves alone what `kept` says.
pub fn percent_encode(bytes: &[u8], kept: impl Fn(u8) -> bool) -> String {
    let one = |byte: &u8| match byte {
        byte if kept(*byte) => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    bytes.iter().map(one).collect()
}

pub fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
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
