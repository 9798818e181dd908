//! The head of a request (RFC 9112 sections 2 and 3), written in one piece.
#![forbid(unsafe_code)]

use crate::error::Status;
use alloc::string::String;
use alloc::vec::Vec;
use zeroize::Zeroizing;

/// A header: its name, a token, and its value, without line ends.
pub type Header<'a> = (&'a [u8], &'a [u8]);

/// The library as a server sees it.
pub const USER_AGENT: &[u8] = concat!("iotcred/", env!("CARGO_PKG_VERSION")).as_bytes();

const VERSION: &[u8] = b" HTTP/1.1\r\n";

/// Writes a request head, request line to empty line, with its headers in the order given. It may hold a session token: it is wiped when
/// dropped, and its memory is of the exact size from the start, so that growing leaves no copy behind.
///
/// Errors: `Method` when the method is no token (RFC 9110 section 9.1); `Path` when the target is not an absolute path with an optional
/// query, in visible ASCII and without `#` (RFC 9112 section 3.2.1); `HeaderName` when a name is no token, `Header` when a value holds a control character
/// other than the tab (RFC 9110 section 5.5). So no CR, LF or NUL gets through.
pub fn write_head(method: &[u8], target: &[u8], headers: &[Header<'_>]) -> Result<Zeroizing<Vec<u8>>, Status> {
    check(is_token(method), Status::Method)?;
    check(is_origin_form(target), Status::Path)?;
    for (name, value) in headers {
        check(is_token(name), Status::HeaderName)?;
        check(value.iter().all(|&byte| is_field_byte(byte)), Status::Header)?;
    }
    let mut head = Zeroizing::new(Vec::with_capacity(head_len(method, target, headers)));
    append(&mut head, &[method, b" ", target, VERSION]);
    for (name, value) in headers {
        append(&mut head, &[name, b": ", value, b"\r\n"]);
    }
    append(&mut head, &[b"\r\n"]);
    Ok(head)
}

/// Percent-encodes one segment of a path: every byte but the unreserved `A-Z a-z 0-9 - . _ ~` (RFC 3986 section 2.3), the slash included.
pub fn encode_segment(segment: &[u8]) -> String {
    let mut encoded = String::with_capacity(segment.len().saturating_mul(3));
    for &byte in segment {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', hex_digit(byte >> 4), hex_digit(byte & 0xF)]);
        }
    }
    encoded
}

/// Whether `bytes` are a token: a method or a header's name (RFC 9110 section 5.6.2).
pub fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| is_token_byte(byte))
}

/// Whether `byte` may stand in a token (RFC 9110 section 5.6.2: `tchar`).
pub fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether `byte` may stand in a header's value (RFC 9110 section 5.5: visible, space, tab, and the obsolete bytes from 0x80).
pub fn is_field_byte(byte: u8) -> bool {
    byte == b'\t' || !byte.is_ascii_control()
}

fn is_origin_form(target: &[u8]) -> bool {
    target.starts_with(b"/") && target.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'#')
}

fn head_len(method: &[u8], target: &[u8], headers: &[Header<'_>]) -> usize {
    let lines: usize = headers
        .iter()
        .map(|(name, value)| name.len() + value.len() + ": \r\n".len())
        .sum();
    method.len() + " ".len() + target.len() + VERSION.len() + lines + "\r\n".len()
}

fn append(head: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        head.extend_from_slice(part);
    }
}

fn check(holds: bool, otherwise: Status) -> Result<(), Status> {
    if holds { Ok(()) } else { Err(otherwise) }
}

/// `digit` is below 16, so there always is a character.
fn hex_digit(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16)
        .unwrap_or('0')
        .to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_written_as_the_rfc_has_it() {
        let headers: [Header<'_>; 2] = [(b"Host", b"example.com"), (b"x-amz-security-token", b"tok en")];
        let head = write_head(b"GET", b"/a?b=c", &headers).unwrap();
        assert_eq!(
            head.as_slice(),
            b"GET /a?b=c HTTP/1.1\r\nHost: example.com\r\nx-amz-security-token: tok en\r\n\r\n"
        );
    }

    #[test]
    fn a_head_never_moves_while_it_grows() {
        let headers: [Header<'_>; 2] = [(b"Host", b"example.com"), (b"x-amz-security-token", &[b'a'; 5000])];
        let head = write_head(b"DELETE", b"/x", &headers).unwrap();
        assert_eq!(head.len(), head_len(b"DELETE", b"/x", &headers));
    }

    #[test]
    fn no_line_end_and_no_nul_gets_through() {
        for bad in [b"\r".as_slice(), b"\n", b"\r\n", b"\0", b"\x7f", b"\x1b"] {
            let with = |before: &[u8], after: &[u8]| [before, bad, after].concat();
            assert_eq!(write_head(&with(b"GE", b"T"), b"/", &[]).unwrap_err(), Status::Method);
            assert_eq!(write_head(b"GET", &with(b"/a", b"b"), &[]).unwrap_err(), Status::Path);
            assert_eq!(
                write_head(b"GET", b"/", &[(&with(b"ho", b"st"), b"v")]).unwrap_err(),
                Status::HeaderName
            );
            assert_eq!(
                write_head(b"GET", b"/", &[(b"host", &with(b"v", b""))]).unwrap_err(),
                Status::Header
            );
        }
    }

    #[test]
    fn methods_targets_and_names_have_a_form() {
        for method in [b"".as_slice(), b"GET ", b"G/T", b"G\xC3\xA4T"] {
            assert_eq!(write_head(method, b"/", &[]).unwrap_err(), Status::Method);
        }
        for target in [
            b"".as_slice(),
            b"a",
            b"*",
            b"/a b",
            b"/a#b",
            b"/\xC3\xA4",
            b"http://host/",
        ] {
            assert_eq!(write_head(b"GET", target, &[]).unwrap_err(), Status::Path);
        }
        for name in [b"".as_slice(), b"a b", b"a:", b"a\xC3\xA4"] {
            assert_eq!(
                write_head(b"GET", b"/", &[(name, b"v")]).unwrap_err(),
                Status::HeaderName
            );
        }
        assert!(write_head(b"GET", b"/", &[(b"a", b""), (b"b", b"x\ty \xC3\xA4")]).is_ok());
    }

    #[test]
    fn a_segment_is_encoded_but_for_the_unreserved() {
        assert_eq!(encode_segment(b"AZaz09-._~"), "AZaz09-._~");
        assert_eq!(encode_segment(b"a=b,c@d"), "a%3Db%2Cc%40d");
        assert_eq!(encode_segment(b"../\r\n\0 %\xC3\xA4"), "..%2F%0D%0A%00%20%25%C3%A4");
    }
}
