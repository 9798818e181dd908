//! The credentials document: the body of the credentials provider's 200 response, read strictly.
//!
//! `{"credentials":{"accessKeyId":"…","secretAccessKey":"…","sessionToken":"…","expiration":"2026-01-17T15:00:00Z"}}`
//! Source: <https://docs.aws.amazon.com/iot/latest/developerguide/authorizing-direct-aws.html>
#![forbid(unsafe_code)]

use crate::credentials::TemporaryCredentials;
use crate::error::{Error, Status};
use crate::http::json::{Flaw, JsonStr, strings};
use crate::limits::{ACCESS_KEY_ID_MAX, EXPIRATION_MAX, JSON_DEPTH_MAX, SECRET_ACCESS_KEY_MAX, SESSION_TOKEN_MAX};
use crate::secret::Secret;
use crate::time::UnixTime;
use alloc::string::String;

const ACCESS_KEY_ID: &str = "accessKeyId";
const SECRET_ACCESS_KEY: &str = "secretAccessKey";
const SESSION_TOKEN: &str = "sessionToken";
const EXPIRATION: &str = "expiration";

/// Reads the credentials document. Members that it does not know are ignored; `server_time` is left for the caller to fill in.
///
/// Errors: `Document` for what is not JSON in UTF-8, is nested deeper than `JSON_DEPTH_MAX`, or has a member missing, empty, repeated, of
/// another type, or with a character that no credential has; `CredentialTooLong` with the length and the limit. The messages name the
/// member and hold nothing of what it says.
pub fn parse(document: &[u8]) -> Result<TemporaryCredentials, Error> {
    let names = [ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN, EXPIRATION];
    let [id, secret, token, expiration] = strings(document, "credentials", names).map_err(flawed)?;
    Ok(TemporaryCredentials {
        access_key_id: credential(ACCESS_KEY_ID, id, ACCESS_KEY_ID_MAX)?,
        secret_access_key: credential(SECRET_ACCESS_KEY, secret, SECRET_ACCESS_KEY_MAX).map(Secret::new)?,
        session_token: credential(SESSION_TOKEN, token, SESSION_TOKEN_MAX).map(Secret::new)?,
        expiration: date(EXPIRATION, expiration)?,
        server_time: None,
    })
}

/// The string with its escapes undone, in memory of the exact size, so that growing leaves no copy behind.
fn credential(name: &'static str, value: Option<JsonStr<'_>>, limit: usize) -> Result<String, Error> {
    let value = value.ok_or_else(|| flawed(Flaw::Missing(name)))?;
    let visible = value
        .chars()
        .all(|character| character.is_some_and(|c| c.is_ascii_graphic()));
    match value.chars().count() {
        0 => Err(document(format_args!("{name} is empty"))),
        _ if !visible => Err(document(format_args!("{name} has a character that no credential has"))),
        length if length > limit => Err(too_long(name, length, limit)),
        length => {
            let mut text = String::with_capacity(length);
            text.extend(value.chars().flatten());
            Ok(text)
        }
    }
}

fn date(name: &'static str, value: Option<JsonStr<'_>>) -> Result<UnixTime, Error> {
    let value = value.ok_or_else(|| flawed(Flaw::Missing(name)))?;
    let mut text = heapless::String::<EXPIRATION_MAX>::new();
    let fits = value.chars().try_for_each(|character| text.push(character?).ok());
    let time = fits.and_then(|()| UnixTime::parse_rfc3339(text.as_bytes()));
    time.ok_or_else(|| document(format_args!("{name} is no date such as 2026-01-17T15:00:00Z")))
}

fn flawed(flaw: Flaw) -> Error {
    match flaw {
        Flaw::Syntax => document(format_args!("the credentials document is not JSON")),
        Flaw::TooDeep => document(format_args!(
            "the credentials document is nested deeper than {JSON_DEPTH_MAX}"
        )),
        Flaw::Missing(name) => document(format_args!("{name} is missing")),
        Flaw::Repeated(name) => document(format_args!("{name} is there twice")),
        Flaw::NoObject("") => document(format_args!("the credentials document is no JSON object")),
        Flaw::NoObject(name) => document(format_args!("{name} is no object")),
        Flaw::NoString(name) => document(format_args!("{name} is no string")),
    }
}

fn document(message: core::fmt::Arguments<'_>) -> Error {
    Error::new(Status::Document, message)
}

fn too_long(name: &str, length: usize, limit: usize) -> Error {
    Error::new(
        Status::CredentialTooLong,
        format_args!("{name} has {length} characters, the limit is {limit}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use proptest::prelude::*;
    use std::{format, string::String};

    /// A document in the form that AWS's developer guide prints.
    fn with(id: &str, secret: &str, token: &str, expiration: &str) -> String {
        format!(
            r#"{{"credentials":{{"accessKeyId":{id},"secretAccessKey":{secret},"sessionToken":{token},"expiration":{expiration}}}}}"#
        )
    }

    const ID: &str = r#""ASIAEXAMPLE""#;
    const SECRET: &str = r#""SECRET/key+1""#;
    const TOKEN: &str = r#""SECRETtoken==""#;
    const EXPIRATION: &str = r#""2026-01-17T15:00:00Z""#;

    fn good() -> String {
        with(ID, SECRET, TOKEN, EXPIRATION)
    }

    #[track_caller]
    fn refused(document: &str, status: Status, message: &str) {
        let error = parse(document.as_bytes()).unwrap_err();
        assert_eq!(
            (error.status, error.message.as_str()),
            (status, message),
            "{document:.200}"
        );
        assert!(!error.message.as_str().contains("SECRET"));
    }

    #[test]
    fn a_document_of_aws_gives_its_credentials() {
        let credentials = parse(good().as_bytes()).unwrap();
        assert_eq!(credentials.access_key_id, "ASIAEXAMPLE");
        assert_eq!(credentials.secret_access_key.expose(), "SECRET/key+1");
        assert_eq!(credentials.session_token.expose(), "SECRETtoken==");
        // `date -u -d 2026-01-17T15:00:00Z +%s`
        assert_eq!(credentials.expiration, UnixTime(1_768_662_000));
        assert_eq!(credentials.server_time, None);
    }

    #[test]
    fn members_that_it_does_not_know_are_ignored() {
        let other = r#""x":{"credentials":{"accessKeyId":null}},"y":[1,true,"}"]"#;
        let document = good().replace("{\"credentials\":{", &format!("{{{other},\"credentials\":{{{other},"));
        assert_eq!(parse(document.as_bytes()).unwrap().access_key_id, "ASIAEXAMPLE");
    }

    #[test]
    fn escapes_are_undone() {
        let document = with(
            r#""\u0041SIA""#,
            r#""a\/b\u002Bc\u002f""#,
            r#""\\\"x""#,
            r#""2026-01-17T15\u003A00:00Z""#,
        );
        let credentials = parse(document.as_bytes()).unwrap();
        assert_eq!(credentials.access_key_id, "ASIA");
        assert_eq!(credentials.secret_access_key.expose(), "a/b+c/");
        assert_eq!(credentials.session_token.expose(), "\\\"x");
        assert_eq!(credentials.expiration, UnixTime(1_768_662_000));
    }

    #[test]
    fn the_memory_of_a_secret_never_moves_while_it_grows() {
        let document = with(ID, SECRET, &format!("\"{}\"", "\\u0041".repeat(1000)), EXPIRATION);
        let credentials = parse(document.as_bytes()).unwrap();
        assert_eq!(credentials.session_token.expose().capacity(), 1000);
    }

    #[test]
    fn each_member_must_be_there_once() {
        for (name, value) in [
            ("accessKeyId", ID),
            ("secretAccessKey", SECRET),
            ("sessionToken", TOKEN),
            ("expiration", EXPIRATION),
        ] {
            let member = format!("\"{name}\":{value}");
            refused(
                &good().replace(&member, "\"x\":1"),
                Status::Document,
                &format!("{name} is missing"),
            );
            refused(
                &good().replace(&member, &format!("{member},{member}")),
                Status::Document,
                &format!("{name} is there twice"),
            );
            let escaped = format!("\"\\u00{:02x}{}\":{value}", name.as_bytes()[0], &name[1..]);
            refused(
                &good().replace(&member, &format!("{member},{escaped}")),
                Status::Document,
                &format!("{name} is there twice"),
            );
        }
        refused("{}", Status::Document, "credentials is missing");
        refused(
            &good().replace("credentials", "Credentials"),
            Status::Document,
            "credentials is missing",
        );
        refused(
            &format!("{},\"credentials\":{{}}}}", good().strip_suffix('}').unwrap()),
            Status::Document,
            "credentials is there twice",
        );
    }

    #[test]
    fn each_member_must_be_a_string() {
        for (name, value) in [
            ("accessKeyId", ID),
            ("secretAccessKey", SECRET),
            ("sessionToken", TOKEN),
            ("expiration", EXPIRATION),
        ] {
            for other in [
                "null",
                "true",
                "1768662000",
                "1.768662E9",
                "[]",
                "{}",
                "[\"SECRET\"]",
                "{\"a\":\"SECRET\"}",
            ] {
                let document = good().replace(&format!("\"{name}\":{value}"), &format!("\"{name}\":{other}"));
                refused(&document, Status::Document, &format!("{name} is no string"));
            }
        }
        for other in ["null", "1", "\"SECRET\"", "[{}]"] {
            refused(
                &format!("{{\"credentials\":{other}}}"),
                Status::Document,
                "credentials is no object",
            );
            refused(other, Status::Document, "the credentials document is no JSON object");
        }
    }

    #[test]
    fn a_credential_is_visible_ascii() {
        for (name, value) in [
            ("accessKeyId", ID),
            ("secretAccessKey", SECRET),
            ("sessionToken", TOKEN),
        ] {
            let member = |text: &str| good().replace(&format!("\"{name}\":{value}"), &format!("\"{name}\":\"{text}\""));
            refused(&member(""), Status::Document, &format!("{name} is empty"));
            for bad in [
                "a b",
                " a",
                "a\\n",
                "a\\r\\nb",
                "\\u0000",
                "a\\u0000",
                "\u{7f}",
                "\\u007f",
                "\u{e9}",
                "\\u00e9",
                "\u{1D11E}",
                "\\ud834\\udd1e",
                "a\\ud834",
                "\\t",
            ] {
                refused(
                    &member(bad),
                    Status::Document,
                    &format!("{name} has a character that no credential has"),
                );
            }
            refused(
                &member("a\u{1}"),
                Status::Document,
                "the credentials document is not JSON",
            );
        }
    }

    #[test]
    fn a_credential_that_is_too_long_is_refused_with_the_size_it_needs() {
        let text = |length: usize| format!("\"{}\"", "A".repeat(length));
        assert_eq!(
            parse(with(ID, SECRET, &text(4096), EXPIRATION).as_bytes())
                .unwrap()
                .session_token
                .expose()
                .len(),
            4096
        );
        assert!(parse(with(&text(128), &text(128), TOKEN, EXPIRATION).as_bytes()).is_ok());
        let too_long = |document: String, message: &str| refused(&document, Status::CredentialTooLong, message);
        too_long(
            with(ID, SECRET, &text(4097), EXPIRATION),
            "sessionToken has 4097 characters, the limit is 4096",
        );
        too_long(
            with(&text(129), SECRET, TOKEN, EXPIRATION),
            "accessKeyId has 129 characters, the limit is 128",
        );
        too_long(
            with(ID, &text(200), TOKEN, EXPIRATION),
            "secretAccessKey has 200 characters, the limit is 128",
        );
        // What counts is the token, not how it is written.
        let escaped = format!("\"{}\"", "\\/".repeat(4096));
        assert_eq!(
            parse(with(ID, SECRET, &escaped, EXPIRATION).as_bytes())
                .unwrap()
                .session_token
                .expose(),
            &"/".repeat(4096)
        );
    }

    #[test]
    fn an_expiration_is_a_date() {
        for bad in [
            "",
            "2026",
            "2026-01-17",
            "2026-13-17T15:00:00Z",
            "2026-01-17T25:00:00Z",
            "2026-01-17T15:00:00Zx",
            "2026-01-17T15:00:00Z\\u0000",
            "\\ud834",
            "1768662000",
            "2026-01-17T15:00:00Z                                         ",
        ] {
            refused(
                &with(ID, SECRET, TOKEN, &format!("\"{bad}\"")),
                Status::Document,
                "expiration is no date such as 2026-01-17T15:00:00Z",
            );
        }
    }

    #[test]
    fn what_is_not_one_json_value_is_refused() {
        let not_json = "the credentials document is not JSON";
        for document in ["", " ", "<html>", "null x", "{\"credentials\":", "\u{feff}{}"] {
            refused(document, Status::Document, not_json);
        }
        for trail in ["x", "{}", "\0", "}", ","] {
            refused(&format!("{}{trail}", good()), Status::Document, not_json);
        }
        assert!(parse(format!(" {}\r\n", good()).as_bytes()).is_ok());
        let not_utf8 = [good().as_bytes(), b"\xff"].concat();
        assert_eq!(parse(&not_utf8).unwrap_err().message.as_str(), not_json);
    }

    #[test]
    fn a_document_that_is_cut_is_refused_at_every_offset() {
        for cut in 0..good().len() {
            refused(&good()[..cut], Status::Document, "the credentials document is not JSON");
        }
    }

    #[test]
    fn deep_nesting_is_refused_without_deep_recursion() {
        let too_deep = "the credentials document is nested deeper than 8";
        for open in ["[", "{\"credentials\":", "{\"a\":["] {
            refused(&open.repeat(100_000), Status::Document, too_deep);
        }
        let nested = |depth: usize| {
            good().replace(
                "{\"credentials\"",
                &format!("{{\"x\":{}{},\"credentials\"", "[".repeat(depth), "]".repeat(depth)),
            )
        };
        assert!(parse(nested(7).as_bytes()).is_ok());
        refused(&nested(8), Status::Document, too_deep);
        refused(&nested(5000), Status::Document, too_deep);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(parse(&bytes).is_err());
        }

        #[test]
        fn a_changed_byte_never_makes_it_panic(at in any::<prop::sample::Index>(), to in any::<u8>()) {
            let mut document = good().into_bytes();
            let at = at.index(document.len());
            document[at] = to;
            if let Err(error) = parse(&document) {
                prop_assert!(!error.message.as_str().contains("SECRET"));
            }
        }

        #[test]
        fn any_visible_token_comes_through(token in "[!-~]{1,300}", solidus in any::<bool>()) {
            let mut escaped = token.replace('\\', "\\\\").replace('"', "\\\"");
            if solidus {
                escaped = escaped.replace('/', "\\/").replace('+', "\\u002B");
            }
            let credentials = parse(with(ID, SECRET, &format!("\"{escaped}\""), EXPIRATION).as_bytes()).unwrap();
            prop_assert_eq!(credentials.session_token.expose(), &token);
        }
    }
}
