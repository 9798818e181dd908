//! `include/iotcred.h` is what cbindgen makes of `src/ffi`, and every declaration in it is documented.
#![forbid(unsafe_code)]

use iotcred::sign::UNSIGNED_HEADERS;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What every size has, in the order of the header.
const EVERY_SIZE: [&str; 8] = [
    "status", "about", "types", "sign", "presign", "sha256", "chunk", "explain",
];
/// What the `sign` size lacks.
const CLIENT: [&str; 11] = [
    "port",
    "signer",
    "config",
    "credentials",
    "error",
    "check",
    "fetch",
    "cache",
    "seal",
    "send",
    "connection",
];

/// `IOTCRED_STR`, and a reference to the ABI's symbol that no compiler drops.
const CLOSING: &str = r#"
// A sigv4_str of a string literal: as an expression, and as the initialiser of a static one.
#define IOTCRED_STR_INIT(literal) {(literal), sizeof(literal) - 1}
#ifdef __cplusplus
#define IOTCRED_STR(literal) (sigv4_str{(literal), sizeof(literal) - 1})
#else
#define IOTCRED_STR(literal) ((sigv4_str){(literal), sizeof(literal) - 1})
#endif

// The headers that are not signed, unless `unsigned_headers` names others: those that a hop may change or remove (RFC 9110 section 7.6.1), and those
// that AWS's SDKs leave out because a proxy or a client library changes them. A list of your own can begin with it, as literals concatenate.
#define IOTCRED_UNSIGNED_HEADERS \
    "connection expect keep-alive proxy-authorization proxy-connection te trailer transfer-encoding upgrade user-agent x-amzn-trace-id"

// Not for use: makes a program fail to link with an archive of another ABI.
#if defined(__GNUC__)
__attribute__((used)) static const uint8_t *const iotcred_abi_needed = &iotcred_abi_1;
#endif

#ifdef __cplusplus
}
#endif

#endif // IOTCRED_H
"#;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn declarations(modules: &[&str]) -> String {
    let config = cbindgen::Config::from_file(root().join("cbindgen.toml")).expect("cbindgen.toml is readable");
    let builder = modules
        .iter()
        .fold(cbindgen::Builder::new().with_config(config), |builder, module| {
            builder.with_src(root().join("src/ffi").join(module).with_extension("rs"))
        });
    let mut text = Vec::new();
    builder.generate().expect("cbindgen reads src/ffi").write(&mut text);
    String::from_utf8(text).expect("cbindgen writes UTF-8")
}

fn generated() -> String {
    let mut header = std::fs::read_to_string(root().join("src/ffi/conventions.h")).expect("the conventions are there");
    let (every_size, client) = (declarations(&EVERY_SIZE), declarations(&CLIENT));
    write!(
        header,
        "\n{every_size}\n#if !defined(IOTCRED_SIGN_ONLY) || defined(IOTCRED_CLIENT)\n\n{client}\n#endif // IOTCRED_SIGN_ONLY\n{CLOSING}"
    )
    .expect("a String takes it");
    header
}

#[test]
fn the_committed_header_is_the_generated_one() {
    let path = root().join("include/iotcred.h");
    let generated = generated();
    if std::env::var_os("IOTCRED_BLESS").is_some() {
        std::fs::write(&path, &generated).expect("include/ is writable");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "include/iotcred.h is stale: run IOTCRED_BLESS=1 cargo test --test header"
    );
}

#[test]
fn the_headers_that_are_not_signed_are_those_of_the_signer() {
    assert!(CLOSING.contains(&format!("\"{UNSIGNED_HEADERS}\"\n")));
}

#[test]
fn every_file_of_the_abi_is_in_the_header() {
    let inner = [
        "mod",
        "archive",
        "arena",
        "args",
        "aws_sdk",
        "clock",
        "guard",
        "logged",
        "panic_hook",
        "platform",
    ];
    for entry in Path::new(&root().join("src/ffi")).read_dir().expect("src/ffi is there") {
        let path = entry.expect("src/ffi is readable").path();
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("file names are ASCII")
            .to_owned();
        if path.extension().is_some_and(|extension| extension == "rs") {
            assert!(
                [&EVERY_SIZE[..], &CLIENT, &inner].concat().contains(&name.as_str()),
                "{name}.rs is in no part of the header"
            );
        }
    }
}

#[test]
fn every_declaration_is_documented() {
    let header = generated();
    let lines: Vec<&str> = header.lines().collect();
    let start = lines
        .iter()
        .position(|line| line.starts_with("extern \"C\""))
        .expect("the declarations begin there");
    for (number, line) in lines.iter().enumerate().skip(start) {
        let declares = line.starts_with("#define IOTCRED_")
            || line.starts_with("typedef ")
            || line.contains("iotcred_abi_1;")
            || (line.ends_with(';') && line.starts_with("    ") && !line.starts_with("     "))
            || (line.contains('(') && !line.starts_with([' ', '#', '/', '_']));
        if declares && !line.contains("sizeof") && !line.contains("iotcred_abi_needed") {
            assert!(
                lines[number - 1].trim_start().starts_with("//"),
                "line {}: {line}",
                number + 1
            );
        }
    }
}
