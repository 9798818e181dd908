//! Picks the roots that AWS's certificates end in out of webpki-roots, so that the other hundred and more are not linked (55 KB); and without `every-suite` only those
//! whose signatures can be verified then (src/tls/provider.rs).

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "client")]
    roots::write();
}

#[cfg(feature = "client")]
mod roots {
    use std::fmt::Write;

    /// Common names of the roots. Source: <https://docs.aws.amazon.com/iot/latest/developerguide/server-authentication.html>
    const WANTED: &[&str] = &[
        "Amazon Root CA 1",
        #[cfg(feature = "every-suite")]
        "Amazon Root CA 2",
        "Amazon Root CA 3",
        #[cfg(feature = "every-suite")]
        "Amazon Root CA 4",
        "Starfield Services Root Certificate Authority - G2",
    ];

    pub fn write() {
        let mut code = String::from("[\n");
        for name in WANTED {
            let anchor = webpki_roots::TLS_SERVER_ROOTS
                .iter()
                .find(|anchor| anchor.subject.as_ref().ends_with(name.as_bytes()))
                .unwrap_or_else(|| {
                    panic!("webpki-roots has no \"{name}\": pin an earlier version, or update the list")
                });
            assert!(
                anchor.name_constraints.is_none(),
                "\"{name}\" has name constraints, which this list does not carry"
            );
            let (subject, key) = (anchor.subject.as_ref(), anchor.subject_public_key_info.as_ref());
            writeln!(code, "    // {name}\n    (&{subject:?}, &{key:?}),").expect("a String takes it");
        }
        code.push_str("]\n");
        let path = std::path::Path::new(&std::env::var_os("OUT_DIR").expect("cargo sets it")).join("roots.rs");
        std::fs::write(path, code).expect("cargo's OUT_DIR is writable");
    }
}
