//! The laws of the source that a program can check: which module may name which, and what stands in one place alone.
#![forbid(unsafe_code)]

use std::fs;
use std::path::{Path, PathBuf};

/// Modules from the top down. A module names those of its own tier and below.
const TIERS: [&[&str]; 5] = [
    &["ffi"],
    &["aws_sdk"],
    &["cache", "fetch", "send", "sign"],
    &["tls", "http", "net"],
    &[
        "credentials",
        "time",
        "crypto",
        "memory",
        "error",
        "limits",
        "secret",
        "unescape",
    ],
];

/// Pairs that never name each other, whatever their tier: credentials are the only word that they share.
const STRANGERS: [(&str, &str); 2] = [("sign", "fetch"), ("fetch", "sign")];

struct Source {
    /// Below `src`, with slashes.
    path: String,
    text: String,
}

impl Source {
    fn module(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap_or_default()
    }

    /// Lines that are code: no comments.
    fn code(&self) -> impl Iterator<Item = &str> {
        self.text.lines().filter(|line| !line.trim_start().starts_with("//"))
    }

    fn names(&self, text: &str) -> bool {
        self.code().any(|line| line.contains(text))
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    assert!(found.len() > 40, "the sources were not found");
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    let entries: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder of the sources")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    for path in entries {
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let below = path
                .strip_prefix(root)
                .expect("below src")
                .to_string_lossy()
                .replace('\\', "/");
            found.push(Source {
                path: below,
                text: fs::read_to_string(&path).expect("UTF-8"),
            });
        }
    }
}

fn tier(module: &str) -> Option<usize> {
    TIERS.iter().position(|tier| tier.contains(&module))
}

/// The modules that a source names as `crate::module`, also in a group `crate::{a, b}`.
fn named(source: &Source) -> Vec<&str> {
    source
        .code()
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap_or_default()
        })
        .collect()
}

#[test]
fn every_module_has_a_tier() {
    for source in sources().iter().filter(|source| source.path != "lib.rs") {
        assert!(
            tier(source.module()).is_some(),
            "{} is in no tier: add it to TIERS",
            source.path
        );
    }
}

#[test]
fn dependencies_point_one_way() {
    for source in sources().iter().filter(|source| source.path != "lib.rs") {
        let own = tier(source.module()).expect("checked above");
        for module in named(source) {
            assert!(
                tier(module).is_none_or(|tier| tier >= own),
                "{} names crate::{module}",
                source.path
            );
            assert!(
                !STRANGERS.contains(&(source.module(), module)),
                "{} names crate::{module}",
                source.path
            );
        }
    }
}

#[test]
fn no_source_hides_a_dependency_in_a_group() {
    for source in sources() {
        assert!(
            !source.names("crate::{"),
            "{}: write `use crate::module::...`, so that this test can see it",
            source.path
        );
    }
}

#[test]
fn unsafe_stands_in_ffi_alone() {
    for source in sources() {
        let forbids = source.text.contains("#![forbid(unsafe_code)]");
        match source.module() {
            "ffi" => {}
            "lib" => assert!(source.text.contains("#![deny(unsafe_code)]")),
            _ => assert!(forbids, "{} does not forbid unsafe code", source.path),
        }
        if source.module() != "ffi" {
            for word in ["unsafe ", "extern \"C\"", "no_mangle"] {
                assert!(!source.names(word), "{} has {word:?}", source.path);
            }
        }
    }
}

#[test]
fn every_unsafe_block_says_why_it_is_safe() {
    for source in sources().iter().filter(|source| source.module() == "ffi") {
        let lines: Vec<&str> = source.text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let opens = line.contains("unsafe {") || line.trim_start().starts_with("unsafe impl");
            let before = &lines[number.saturating_sub(5)..=number];
            assert!(
                !opens || before.iter().any(|line| line.contains("// SAFETY:")),
                "{}:{}: {line}",
                source.path,
                number + 1
            );
        }
    }
}

#[test]
fn what_belongs_in_one_place_stands_there() {
    let places: [(&str, &[&str]); 6] = [
        ("std::net", &["net/tcp.rs"]),
        // Not `std::thread_local`, which tests count with.
        ("std::thread::", &["net/tcp.rs"]),
        ("std::thread;", &["net/tcp.rs"]),
        ("rustls::", &["tls/"]),
        ("sha2::", &["crypto/"]),
        ("SystemTime", &["net/tcp.rs"]),
    ];
    for source in sources() {
        for (name, allowed) in places {
            let at_home = allowed.iter().any(|place| source.path.starts_with(place));
            assert!(at_home || !source.names(name), "{} names {name}", source.path);
        }
    }
}

#[test]
fn nothing_prints() {
    for source in sources() {
        for word in ["println!(", "eprintln!(", "print!(", "dbg!(", "log::"] {
            assert!(!source.names(word), "{} has {word}", source.path);
        }
    }
}
