//! Whether the memory for the next step is there. Rust's `alloc` cannot fail softly, and rustls allocates by it: so before each step that allocates, the
//! arena is asked whether it holds a measured reserve (`limits.rs`), and a status is returned where it does not.
#![forbid(unsafe_code)]

use crate::error::{Error, Status};
use crate::limits::{RESERVE_CONFIG, RESERVE_CONFIG_LONGEST, RESERVE_ERROR};
use alloc::vec;
use alloc::vec::Vec;

/// The largest block that the arena could give now, in bytes. Without an arena memory has no bound that is known.
#[cfg(not(test))]
mod largest {
    use core::sync::atomic::{AtomicUsize, Ordering};

    static LARGEST: AtomicUsize = AtomicUsize::new(usize::MAX);

    pub fn set(largest: usize) {
        LARGEST.store(largest, Ordering::Relaxed);
    }

    pub fn get() -> usize {
        LARGEST.load(Ordering::Relaxed)
    }
}

/// Says what the arena could give now.
pub fn publish(largest: usize) {
    largest::set(largest);
}

/// Whether a block of `bytes` can be had, and what an error needs besides; `step` is for the message. Errors: `Memory`, with the bytes that are lacking.
pub fn check(bytes: usize, step: &str) -> Result<(), Error> {
    let needed = bytes.saturating_add(RESERVE_ERROR);
    match needed.saturating_sub(largest::get()) {
        0 => Ok(()),
        lacking => Err(Error::new(
            Status::Memory,
            format_args!("the arena lacks {lacking} bytes for {step}"),
        )),
    }
}

/// The same for what it takes to read certificates and keys.
pub fn check_for_files(files: &[&[u8]]) -> Result<(), Error> {
    let longest = files.iter().map(|file| file.len()).max().unwrap_or(0);
    let all: usize = files.iter().map(|file| file.len()).sum();
    check(
        RESERVE_CONFIG + RESERVE_CONFIG_LONGEST * longest + all,
        "the configuration",
    )
}

/// `length` zeros. Errors: `Memory`.
pub fn zeros(length: usize, step: &str) -> Result<Vec<u8>, Error> {
    check(length, step)?;
    Ok(vec![0; length])
}

/// A vector with room for `capacity` bytes. Errors: `Memory`.
pub fn with_capacity(capacity: usize, step: &str) -> Result<Vec<u8>, Error> {
    check(capacity, step)?;
    Ok(Vec::with_capacity(capacity))
}

/// The same for each thread: tests of the arena run beside tests of what asks it.
#[cfg(test)]
mod largest {
    extern crate std;
    use core::cell::Cell;

    std::thread_local!(static LARGEST: Cell<usize> = const { Cell::new(usize::MAX) });

    pub fn set(largest: usize) {
        LARGEST.set(largest);
    }

    pub fn get() -> usize {
        LARGEST.get()
    }
}
