//! The headers as an HTTP client has built them: one text of lines. Nothing is stored: a header's position is the offset of its line.
#![forbid(unsafe_code)]

use super::Status;
use crate::sign::headers::{Header, Headers, same_name};
use crate::sign::sink::Sink;
use crate::sign::sort::Position;
use crate::sign::text::Bytes;

/// A block of headers that was found well-formed.
pub struct HeaderBlock<'a> {
    text: &'a [u8],
    /// Lines end in LF instead of CR LF, and are signed as they stand.
    canonical: bool,
}

/// A line of the block.
struct Line<'a> {
    name: &'a [u8],
    value: &'a [u8],
    /// Bytes of the line, with its end.
    len: usize,
}

impl<'a> HeaderBlock<'a> {
    /// Checks every line: first that all of them are lines, and then that none lacks a name or a value.
    pub fn new(text: &'a [u8], canonical: bool) -> Result<Self, Status> {
        let block = Self { text, canonical };
        let mut next = Some(0);
        let mut complete = true;
        while let Some(position) = next {
            let line = block.line(position).ok_or(Status::InvalidHttpHeaders)?;
            Status::require(line.is_well_formed(), Status::InvalidHttpHeaders)?;
            complete &= !line.name.is_empty() && (canonical || !line.value.is_empty());
            next = block.after(position.wrapping_add(line.len));
        }
        Status::require(complete, Status::InvalidParameter)?;
        Ok(block)
    }

    /// The line at a position. `None` if it has no colon or no end.
    fn line(&self, position: usize) -> Option<Line<'a>> {
        let rest = self.text.get(position..)?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let (line, len) = (rest.get(..end)?, end.wrapping_add(1));
        let line = match line {
            line if self.canonical => line,
            [line @ .., b'\r'] => line,
            _ => return None,
        };
        let (name, value) = line.split_at_checked(line.iter().position(|byte| *byte == b':')?)?;
        let (name, value) = (name, value.get(1..)?);
        Some(if self.canonical {
            Line { name, value, len }
        } else {
            Line {
                name: trimmed(name),
                value: trimmed(value),
                len,
            }
        })
    }

    /// The position of the next line, behind one that ends there, if there is one. An empty line, which canonical headers have not, ends the block.
    fn after(&self, next: usize) -> Option<usize> {
        let ends = match self.text.get(next..)? {
            [] => true,
            [b'\r', b'\n'] => !self.canonical,
            _ => false,
        };
        (!ends).then_some(next)
    }

    /// The position of the last header with a name, given in lower case.
    pub fn find(&self, name: &[u8]) -> Option<usize> {
        let (mut found, mut from) = (None, 0);
        while let Some(position) = self.next(from) {
            if same_name(self.name(position.index()), name) {
                found = Some(position.index());
            }
            from = position.behind();
        }
        found
    }

    /// Whether they are in canonical form as they stand.
    pub fn is_canonical(&self) -> bool {
        self.canonical
    }

    /// Writes all headers in canonical form, if that is how they stand.
    pub fn put_canonical(&self, sink: &mut dyn Sink) -> bool {
        if self.canonical {
            sink.put(self.text);
        }
        self.canonical
    }
}

impl Line<'_> {
    /// Whether the name, if there is one, is a token, and the value has no control character.
    fn is_well_formed(&self) -> bool {
        (self.name.is_empty() || Bytes::TOKEN.holds(self.name))
            && self
                .value
                .iter()
                .all(|byte| *byte >= b' ' && *byte != 0x7f || *byte == b'\t')
    }
}

impl Headers for HeaderBlock<'_> {
    fn next(&self, from: usize) -> Option<Position> {
        let mut next = 0;
        if from != 0 {
            let line_feed = self.text.get(from..)?.iter().position(|byte| *byte == b'\n')?;
            next = self.after(from.wrapping_add(line_feed).wrapping_add(1))?;
        }
        Position::new(next)
    }

    fn at(&self, position: usize) -> Header<'_> {
        let line = self.line(position);
        line.map(|line| Header {
            name: line.name,
            value: line.value,
        })
        .unwrap_or_default()
    }

    fn name(&self, position: usize) -> &[u8] {
        let line = self.text.get(position..).unwrap_or_default();
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        if self.canonical { name } else { trimmed(name) }
    }

    /// All of them, as in the original.
    fn is_signed(&self, _: &[u8], _: &[u8]) -> bool {
        true
    }
}

fn trimmed(value: &[u8]) -> &[u8] {
    Header { name: b"", value }.trimmed()
}
