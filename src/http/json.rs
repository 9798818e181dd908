//! The JSON of response bodies: a check that the text is JSON and not too deep, then the string members of one object.
//!
//! serde-json-core reads the members. It recurses without bound, takes any letters for a number where a member is ignored, and leaves
//! escapes as they are; so it gets checked text alone, and the escapes are undone here.
#![forbid(unsafe_code)]

use crate::limits::JSON_DEPTH_MAX;
use crate::unescape;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::json_syntax::check;

/// Why a text does not give the members that are asked for. It names members, and holds nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It is not UTF-8, or not one JSON value.
    Syntax,
    /// It is nested deeper than `JSON_DEPTH_MAX`.
    TooDeep,
    /// This member is not there.
    Missing(&'static str),
    /// This member is there more than once.
    Repeated(&'static str),
    /// This member (or the whole, when the name is empty) is no object.
    NoObject(&'static str),
    /// This member is no string.
    NoString(&'static str),
}

/// Reads the members called `names` of the object that is the member `inside` of the text's outermost object, or of that object itself
/// when `inside` is empty. Each is a string or is not there; other members are ignored, whatever they are.
pub fn strings<'a, const N: usize>(
    text: &'a [u8],
    inside: &'static str,
    names: [&'static str; N],
) -> Result<[Option<JsonStr<'a>>; N], Flaw> {
    let text = check(text, JSON_DEPTH_MAX)?;
    let mut members = Members {
        names,
        values: [None; N],
        flaw: Flaw::NoObject(""),
    };
    let mut reader = serde_json_core::de::Deserializer::new(text.as_bytes(), None);
    let read = match inside {
        "" => Object(&mut members).deserialize(&mut reader).map(|()| true),
        name => Wrapper {
            name,
            members: &mut members,
        }
        .deserialize(&mut reader),
    };
    match read {
        Ok(true) => Ok(members.values),
        Ok(false) => Err(Flaw::Missing(inside)),
        Err(_) => Err(members.flaw),
    }
}

/// What was found, and what is to blame if the reader fails now.
struct Members<'de, const N: usize> {
    names: [&'static str; N],
    values: [Option<JsonStr<'de>>; N],
    flaw: Flaw,
}

impl<'de, const N: usize> Members<'de, N> {
    fn read<A: MapAccess<'de>>(&mut self, key: JsonStr<'de>, map: &mut A) -> Result<(), A::Error> {
        let named = self
            .names
            .iter()
            .copied()
            .zip(&mut self.values)
            .find(|(name, _)| key.is(name));
        let Some((name, value)) = named else {
            return map.next_value::<IgnoredAny>().map(|_| ());
        };
        if value.is_some() {
            self.flaw = Flaw::Repeated(name);
            return Err(A::Error::custom(""));
        }
        self.flaw = Flaw::NoString(name);
        *value = Some(JsonStr(map.next_value()?));
        self.flaw = Flaw::Syntax;
        Ok(())
    }
}

/// Reads one object into `Members`.
struct Object<'m, 'de, const N: usize>(&'m mut Members<'de, N>);

impl<'de, const N: usize> DeserializeSeed<'de> for Object<'_, 'de, N> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for Object<'_, 'de, N> {
    type Value = ();
    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.flaw = Flaw::Syntax;
        while let Some(key) = map.next_key::<&str>()? {
            self.0.read(JsonStr(key), &mut map)?;
        }
        Ok(())
    }
}

/// Reads the object that is the member `name`, and says whether it is there.
struct Wrapper<'m, 'de, const N: usize> {
    name: &'static str,
    members: &'m mut Members<'de, N>,
}

impl<'de, const N: usize> DeserializeSeed<'de> for Wrapper<'_, 'de, N> {
    type Value = bool;
    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<bool, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for Wrapper<'_, 'de, N> {
    type Value = bool;
    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut found = false;
        while let Some(key) = map.next_key::<&str>()? {
            if !JsonStr(key).is(self.name) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            self.members.flaw = if found {
                Flaw::Repeated(self.name)
            } else {
                Flaw::NoObject(self.name)
            };
            if found {
                return Err(A::Error::custom(""));
            }
            map.next_value_seed(Object(self.members))?;
            found = true;
        }
        Ok(found)
    }
}

/// A string as it stands in the text, escapes and all.
#[derive(Clone, Copy)]
pub struct JsonStr<'a>(&'a str);

impl<'a> JsonStr<'a> {
    /// The characters with the escapes undone (RFC 8259 section 7). `None` is half of a surrogate pair, which is no character.
    pub fn chars(self) -> impl Iterator<Item = Option<char>> + Clone + use<'a> {
        unescape::Json::of(self.0)
    }

    /// Whether the string is `other`, escapes undone.
    pub fn is(self, other: &str) -> bool {
        self.chars().eq(other.chars().map(Some))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use proptest::prelude::*;
    use std::{format, string::String};

    fn read(text: &str, inside: &'static str) -> Result<[Option<String>; 2], Flaw> {
        let text_of = |value: JsonStr<'_>| value.chars().map(|c| c.unwrap_or('\u{fffd}')).collect();
        strings(text.as_bytes(), inside, ["a", "b"]).map(|values| values.map(|value| value.map(text_of)))
    }

    fn found(a: &str, b: Option<&str>) -> Result<[Option<String>; 2], Flaw> {
        Ok([Some(a.into()), b.map(Into::into)])
    }

    #[test]
    fn the_members_that_are_asked_for_are_read_and_no_others() {
        assert_eq!(read(r#"{"a":"1","b":"2"}"#, ""), found("1", Some("2")));
        assert_eq!(
            read(r#" { "x" : { "a" : "0" } , "a" : "1" , "y" : [ "b" ] , "A" : 1 } "#, ""),
            found("1", None)
        );
        assert_eq!(read("{}", ""), Ok([None, None]));
        assert_eq!(
            read(r#"{"a":"0","o":{"b":"2","a":"1"},"b":null}"#, "o"),
            found("1", Some("2"))
        );
    }

    #[test]
    fn members_of_any_kind_are_ignored() {
        for other in [
            "null",
            "true",
            "-1.5e3",
            "\"}\\\"{\"",
            "[]",
            "{}",
            "[1,[\"]\"],{\"a\":2}]",
            "{\"a\":{\"b\":[null]}}",
        ] {
            assert_eq!(
                read(&format!(r#"{{"x":{other},"a":"1","y":{other}}}"#), ""),
                found("1", None),
                "{other}"
            );
            assert_eq!(
                read(
                    &format!(r#"{{"x":{other},"o":{{"x":{other},"a":"1","y":{other}}},"y":{other}}}"#),
                    "o"
                ),
                found("1", None)
            );
        }
    }

    #[test]
    fn a_flaw_names_its_member() {
        assert_eq!(read(r#"{"a":"1","a":"1"}"#, ""), Err(Flaw::Repeated("a")));
        assert_eq!(read(r#"{"a":"1","\u0061":"1"}"#, ""), Err(Flaw::Repeated("a")));
        for other in ["null", "true", "1", "[\"1\"]", "{\"a\":\"1\"}"] {
            assert_eq!(
                read(&format!(r#"{{"a":"1","b":{other}}}"#), ""),
                Err(Flaw::NoString("b")),
                "{other}"
            );
        }
        for other in ["null", "true", "1", "[{\"a\":\"1\"}]", "\"a\""] {
            assert_eq!(
                read(&format!(r#"{{"o":{other}}}"#), "o"),
                Err(Flaw::NoObject("o")),
                "{other}"
            );
            assert_eq!(read(other, "o"), Err(Flaw::NoObject("")), "{other}");
            assert_eq!(read(other, ""), Err(Flaw::NoObject("")), "{other}");
        }
        assert_eq!(read(r#"{"x":{"o":{"a":"1"}}}"#, "o"), Err(Flaw::Missing("o")));
        assert_eq!(read(r#"{"o":{"a":"1"},"o":{}}"#, "o"), Err(Flaw::Repeated("o")));
        assert_eq!(read(r#"{"a":"1"} x"#, ""), Err(Flaw::Syntax));
        assert_eq!(read(r#"{"a":"1""#, ""), Err(Flaw::Syntax));
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(
            read(r#"{"a":"\"\\\/\b\f\n\r\t"}"#, ""),
            found("\"\\/\u{8}\u{c}\n\r\t", None)
        );
        assert_eq!(read(r#"{"a":"\u002B\u002b\u00e9"}"#, ""), found("++\u{e9}", None));
        assert_eq!(read(r#"{"\u0061":"\uD834\uDD1Ex"}"#, ""), found("\u{1D11E}x", None));
        assert_eq!(read(r#"{"a":"\uDBFF\uDFFF"}"#, ""), found("\u{10FFFF}", None));
    }

    #[test]
    fn half_a_surrogate_pair_is_no_character() {
        for half in [
            r"\uD834",
            r"\uDD1E",
            r"\uD834x",
            r"\uD834\n",
            r"\uD834\u0041",
            r"\uD834\uD834",
            r"\uDFFF\uD800",
        ] {
            let text = format!(r#"{{"a":"{half}"}}"#);
            let [a] = strings(text.as_bytes(), "", ["a"]).unwrap();
            assert!(a.unwrap().chars().any(|character| character.is_none()), "{half}");
        }
    }

    #[test]
    fn deep_nesting_does_not_reach_the_reader_that_recurses() {
        for open in ["[", "{\"a\":", "{\"o\":{\"x\":[", "{\"x\":1 \"},\",\":[[[\""] {
            let text = open.repeat(100_000);
            assert!(matches!(read(&text, ""), Err(Flaw::TooDeep | Flaw::Syntax)), "{open}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}:,\"\\\\ aobux01e.+-]{0,60}") {
            let _ = read(&text, "");
            let _ = read(&format!(r#"{{"o":{{"a":"{text}"}}"#), "o");
            let _ = read(&format!(r#"{{"o":{{"a":"\u{text}"}}}}"#), "o");
        }
    }
}
