//! Where two canonical texts begin to differ: the signer's, as it is made, beside the server's, as it is decoded. Neither is held.
#![forbid(unsafe_code)]

use super::Line;
use super::answer::Text;
use crate::sign::sink::Sink;

/// Where the texts differ first. Up to there they are the same, so that line and columns are those of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What the line is.
    pub kind: Line,
    /// The line, from 0 on.
    pub line: usize,
    /// The column of the first byte that differs, from 0 on.
    pub column: usize,
    /// The column in which the parameter begins that differs, in a query; else 0.
    pub start: usize,
    /// Which part it is, from 0 on, of what has parts with slashes between them: of a scope, or of a parameter, in which a slash is `%2F`.
    pub part: usize,
    /// What became of the header or the parameter.
    pub fate: Fate,
}

/// What became of a line, or of a parameter in it, between the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is another.
    Changed,
    /// The server did not get it.
    Missing,
    /// The server got it, and it was not signed.
    Extra,
}

/// What comparing came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The texts are the same.
    Same,
    /// They are the same up to where the server's answer is cut.
    Cut,
    /// They differ.
    Differs(Difference),
}

/// Takes the signer's text, and compares.
pub struct Compare<'a> {
    theirs: Text<'a>,
    kind: Line,
    line: usize,
    column: usize,
    start: usize,
    part: usize,
    /// Whether the header's or parameter's name is over.
    named: bool,
    outcome: Outcome,
}

impl<'a> Compare<'a> {
    /// With the server's text, whose first line is of a kind: `Method` for a canonical request, `Algorithm` for a string to sign.
    pub fn new(theirs: Text<'a>, first: Line) -> Self {
        Self {
            theirs,
            kind: first,
            line: 0,
            column: 0,
            start: 0,
            part: 0,
            named: false,
            outcome: Outcome::Same,
        }
    }

    /// Ends the signer's text. White space behind the server's is none of it.
    pub fn finish(mut self) -> Outcome {
        let rest = self.theirs.clone().find(|byte| !byte.is_ascii_whitespace());
        if self.outcome == Outcome::Same && rest.is_some() {
            let next = self.theirs.next();
            self.differ(None, next);
        }
        self.outcome
    }

    fn byte(&mut self, ours: u8) {
        if self.outcome != Outcome::Same {
            return;
        }
        match self.theirs.next() {
            Some(theirs) if theirs == ours => self.advance(ours),
            theirs => self.differ(Some(ours), theirs),
        }
    }

    fn advance(&mut self, byte: u8) {
        if byte == b'\n' {
            self.kind = self.next_kind();
            self.line = self.line.saturating_add(1);
            (self.column, self.start, self.part, self.named) = (0, 0, 0, false);
            return;
        }
        self.column = self.column.saturating_add(1);
        match (self.kind, byte) {
            (Line::Query, b'&') => (self.start, self.part, self.named) = (self.column, 0, false),
            (Line::Scope, b'/') | (Line::Query, b'%') => self.part = self.part.saturating_add(1),
            (Line::Query, b'=') | (Line::Header, b':') => self.named = true,
            _ => {}
        }
    }

    fn next_kind(&self) -> Line {
        match self.kind {
            Line::Method => Line::Path,
            Line::Path => Line::Query,
            Line::Query => Line::Header,
            Line::Header if self.column == 0 => Line::SignedHeaders,
            Line::Algorithm => Line::Date,
            Line::Date => Line::Scope,
            Line::Scope => Line::CanonicalRequest,
            Line::SignedHeaders => Line::PayloadHash,
            last => last,
        }
    }

    fn differ(&mut self, ours: Option<u8>, theirs: Option<u8>) {
        if theirs.is_none() && !self.theirs.complete {
            self.outcome = Outcome::Cut;
            return;
        }
        let fate = match self.kind {
            Line::Query => self.fate_of_parameter(ours, theirs),
            Line::Header if !self.named => later_is_missing(self.rank_in_name(ours), self.rank_in_name(theirs)),
            _ => Fate::Changed,
        };
        self.outcome = Outcome::Differs(Difference {
            kind: self.kind,
            line: self.line,
            column: self.column,
            start: self.start,
            part: self.part,
            fate,
        });
    }

    /// Where a byte, or the end of the text, sorts a header's line: the end of the headers behind all, the end of a name before all.
    fn rank_in_name(&self, byte: Option<u8>) -> u16 {
        match byte {
            Some(b'\n') | None if self.column == 0 => u16::MAX,
            Some(b'\n' | b':') | None => 0,
            Some(byte) => byte.into(),
        }
    }

    /// Where one query ends and the other goes on, the parameter is the next one.
    fn fate_of_parameter(&mut self, ours: Option<u8>, theirs: Option<u8>) -> Fate {
        let ends = |byte: Option<u8>| matches!(byte, Some(b'\n') | None);
        let first = self.column == 0;
        let next = |byte: Option<u8>| first || byte == Some(b'&');
        let fate = match (ends(ours), ends(theirs)) {
            (true, false) if next(theirs) => Fate::Extra,
            (false, true) if next(ours) => Fate::Missing,
            _ if self.named => return Fate::Changed,
            _ => return later_is_missing(self.rank_of_parameter(ours), self.rank_of_parameter(theirs)),
        };
        if !first {
            self.start = self.column.saturating_add(1);
        }
        fate
    }

    /// Where a byte sorts a parameter's name.
    fn rank_of_parameter(&self, byte: Option<u8>) -> u16 {
        match byte {
            Some(b'\n' | b'=' | b'&') | None => 0,
            Some(byte) => byte.into(),
        }
    }
}

/// Lists are sorted, so where two names differ, the one that comes first is not in the other list.
fn later_is_missing(ours: u16, theirs: u16) -> Fate {
    if ours < theirs { Fate::Missing } else { Fate::Extra }
}

impl Sink for Compare<'_> {
    fn put(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.byte(*byte));
    }
}

/// Takes a text that may be the same as another.
pub struct Same<I> {
    /// The other.
    pub rest: I,
    /// Whether they are the same so far.
    pub same: bool,
}

impl<I: Iterator<Item = u8>> Sink for Same<I> {
    fn put(&mut self, bytes: &[u8]) {
        self.same = self.same && bytes.iter().all(|byte| self.rest.next() == Some(*byte));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = "GET\n/a\na=1&ab=2\nhost:h\nx-a:1\nx-a-b:2\n\nhost;x-a;x-a-b\nhash";

    fn compare(ours: &str, theirs: &str, first: Line) -> Outcome {
        let mut compare = Compare::new(Text::plain(theirs.as_bytes()), first);
        ours.as_bytes().chunks(3).for_each(|piece| compare.put(piece));
        compare.finish()
    }

    #[track_caller]
    fn differs(from: &str, to: &str, kind: Line, fate: Fate, (line, start): (usize, usize)) {
        let theirs = REQUEST.replacen(from, to, 1);
        match compare(REQUEST, &theirs, Line::Method) {
            Outcome::Differs(found) => assert_eq!(
                (found.kind, found.fate, found.line, found.start),
                (kind, fate, line, start),
                "{theirs}"
            ),
            other => panic!("{other:?}: {theirs}"),
        }
    }

    #[test]
    fn each_line_of_a_canonical_request() {
        use Fate::{Changed, Extra, Missing};
        differs("GET", "GETS", Line::Method, Changed, (0, 0));
        differs("/a\n", "/\n", Line::Path, Changed, (1, 0));
        differs("a=1&", "a=12&", Line::Query, Changed, (2, 0));
        differs("ab=2", "ab=", Line::Query, Changed, (2, 4));
        differs("&ab=2", "", Line::Query, Missing, (2, 4));
        differs("a=1&", "", Line::Query, Missing, (2, 0));
        differs("a=1&ab=2", "", Line::Query, Missing, (2, 0));
        differs("a=1&", "a=1&aa=1&", Line::Query, Extra, (2, 4));
        differs("ab=2", "ab=2&b=", Line::Query, Extra, (2, 9));
        differs("a=1", "a=1&a-b=", Line::Query, Extra, (2, 4));
        differs("host:h", "host:i", Line::Header, Changed, (3, 0));
        differs("x-a:1", "x-a:", Line::Header, Changed, (4, 0));
        differs("x-a:1\n", "", Line::Header, Missing, (4, 0));
        differs("x-a-b:2\n", "", Line::Header, Missing, (5, 0));
        differs("x-a:1\n", "x-a:1\nx-a-a:1\n", Line::Header, Extra, (5, 0));
        differs("x-a-b:2\n", "x-a-b:2\nz:\n", Line::Header, Extra, (6, 0));
        differs("host:h\n", "a:b\nhost:h\n", Line::Header, Extra, (3, 0));
        differs(";x-a;", ";", Line::SignedHeaders, Changed, (7, 0));
        differs("hash", "has", Line::PayloadHash, Changed, (8, 0));
        differs("hash", "hash1", Line::PayloadHash, Changed, (8, 0));
    }

    #[test]
    fn a_query_that_was_added() {
        let ours = "GET\n/\n\nhost:h\n";
        let Outcome::Differs(found) = compare(ours, "GET\n/\na=1\nhost:h\n", Line::Method) else {
            panic!("they differ");
        };
        assert_eq!((found.kind, found.fate, found.start), (Line::Query, Fate::Extra, 0));
    }

    #[test]
    fn each_line_of_a_string_to_sign() {
        let ours = "A\n20150830T\n20150830/r/s/aws4_request\nhash";
        for (theirs, kind, part) in [
            (ours.replace("A\n", "B\n"), Line::Algorithm, 0),
            (ours.replace("0T", "1T"), Line::Date, 0),
            (ours.replace("0/r", "1/r"), Line::Scope, 0),
            (ours.replace("/r", "/R"), Line::Scope, 1),
            (ours.replace("/s", "/ss"), Line::Scope, 2),
            (ours.replace("hash", "HASH"), Line::CanonicalRequest, 0),
        ] {
            let Outcome::Differs(found) = compare(ours, &theirs, Line::Algorithm) else {
                panic!("they differ");
            };
            assert_eq!((found.kind, found.part), (kind, part));
        }
    }

    #[test]
    fn the_same_text_and_one_that_is_cut() {
        assert_eq!(compare(REQUEST, REQUEST, Line::Method), Outcome::Same);
        let behind = std::format!("{REQUEST}\n ");
        assert_eq!(compare(REQUEST, &behind, Line::Method), Outcome::Same);
        for end in 0..REQUEST.len() {
            let mut theirs = Text::plain(&REQUEST.as_bytes()[..end]);
            theirs.complete = false;
            let mut compare = Compare::new(theirs, Line::Method);
            compare.put(REQUEST.as_bytes());
            assert_eq!(compare.finish(), Outcome::Cut);
        }
    }

    extern crate std;
}
