//! What may stand where a host name is asked for.
#![forbid(unsafe_code)]

use crate::error::{Error, Status};
use crate::limits::HOST_NAME_MAX;

/// Checks the name of a server as a person types it: no scheme, path or port, which are the usual mistakes. `status` names the field.
pub fn check_host(host: &str, status: Status) -> Result<(), Error> {
    if host.is_empty() {
        return Err(Error::new(status, format_args!("it is missing")));
    }
    if host.len() > HOST_NAME_MAX {
        return Err(Error::new(
            status,
            format_args!(
                "it has {} characters; a host name has at most {HOST_NAME_MAX}",
                host.len()
            ),
        ));
    }
    // By bytes: the standard library's search for a text is 1.5 KB.
    if host.as_bytes().windows(3).any(|window| window == b"://") {
        return Err(Error::new(
            status,
            format_args!("give the bare host name, without https://"),
        ));
    }
    if host.contains('/') {
        return Err(Error::new(
            status,
            format_args!("give the bare host name, without a path"),
        ));
    }
    if host.bytes().all(is_name_byte) {
        return Ok(());
    }
    let port = host.bytes().rev().take_while(u8::is_ascii_digit).count();
    let message = if port > 0 && host.bytes().rev().nth(port) == Some(b':') {
        "give the bare host name, without a port"
    } else {
        "a host name has only letters, digits, '-', '_' and '.'"
    };
    Err(Error::new(status, format_args!("{message}")))
}

/// Checks where to connect in place of the name: a host name, or an IPv4 or IPv6 address.
pub fn check_address(address: &str) -> Result<(), Error> {
    if crate::tls::is_ip_address(address) {
        return Ok(());
    }
    check_host(address, Status::Address)
}

/// RFC 1123 section 2.1, and the underscore, which appears in names that AWS's users give.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_mistakes_are_named() {
        let message = |host: &str| check_host(host, Status::Endpoint).unwrap_err().message;
        assert!(message("https://a.example").as_str().contains("https"));
        assert!(message("a.example/role").as_str().contains("path"));
        assert!(message("a.example:443").as_str().contains("port"));
        assert!(message("").as_str().contains("missing"));
        assert!(
            message(&alloc::string::String::from_utf8(alloc::vec![b'a'; 254]).unwrap())
                .as_str()
                .contains("254")
        );
        assert!(message("a b").as_str().contains("only"));
        assert!(
            check_host(
                "c2sak5sldr9l3k.credentials.iot.eu-west-1.amazonaws.com",
                Status::Endpoint
            )
            .is_ok()
        );
    }

    #[test]
    fn an_address_may_be_an_ip_address_of_either_kind() {
        assert!(
            check_address("127.0.0.1").is_ok()
                && check_address("::1").is_ok()
                && check_address("gateway.local").is_ok()
        );
        assert_eq!(check_address("[::1]").unwrap_err().status, Status::Address);
    }
}
