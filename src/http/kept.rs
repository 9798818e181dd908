//! A small body kept in memory: a credentials document, or what a refusal says.
#![forbid(unsafe_code)]

use crate::error::{Error, Status};
use crate::memory;
use alloc::vec::Vec;
use zeroize::Zeroizing;

/// A body of bounded length. It may hold credentials: it is wiped, and its memory is of the full size from the start, so that growing leaves no copy.
#[derive(Default)]
pub struct Kept(Zeroizing<Vec<u8>>);

impl Kept {
    /// Prepares for a body of `length` bytes, if that is known, and of `max` at most. Errors: `ResponseTooLarge`, `Memory`.
    pub fn expect(&mut self, length: Option<u64>, max: usize) -> Result<(), Error> {
        let size = length.map_or(Ok(max), usize::try_from).unwrap_or(usize::MAX);
        if size > max {
            return Err(too_large(max));
        }
        self.0 = Zeroizing::new(memory::with_capacity(size, "the response's body")?);
        Ok(())
    }

    /// Appends `data`. Errors: `ResponseTooLarge` beyond what was expected.
    pub fn append(&mut self, data: &[u8]) -> Result<(), Error> {
        if data.len() > self.room() {
            return Err(too_large(self.0.capacity()));
        }
        self.0.extend_from_slice(data);
        Ok(())
    }

    /// Appends what fits, and says whether there is room for more.
    pub fn append_some(&mut self, data: &[u8]) -> bool {
        let room = self.room();
        self.0.extend_from_slice(data.get(..room).unwrap_or(data));
        self.room() > 0
    }

    /// What is kept.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn room(&self) -> usize {
        self.0.capacity() - self.0.len()
    }
}

fn too_large(max: usize) -> Error {
    Error::new(
        Status::ResponseTooLarge,
        format_args!("the response's body is longer than {max} bytes"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_grows_beyond_what_was_expected() {
        let mut kept = Kept::default();
        assert_eq!(kept.expect(Some(9), 8).unwrap_err().status, Status::ResponseTooLarge);
        kept.expect(Some(4), 8).unwrap();
        kept.append(b"abc").unwrap();
        assert_eq!(kept.append(b"de").unwrap_err().status, Status::ResponseTooLarge);
        assert!(!kept.append_some(b"defg"));
        assert_eq!(kept.bytes(), b"abcd");
    }
}
