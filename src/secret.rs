//! Secrets: wiped when dropped, redacted when shown, and without `PartialEq`.
#![forbid(unsafe_code)]

use core::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A value that is wiped when it is dropped and that `Debug` does not show.
pub struct Secret<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Secret<T> {
    /// Takes `value` into custody.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value itself, for the one who needs it.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself, to be written.
    pub fn expose_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T: Zeroize> ZeroizeOnDrop for Secret<T> {}

/// Clears the stack below whoever holds it, when it is dropped: rustls and ring leave words of keys in frames that have ended, and nobody else comes by to overwrite
/// them in a device that sleeps. What no dropped frame holds (registers, what the kernel saved of them) it cannot reach.
#[cfg(feature = "client")]
#[derive(Default)]
struct StackScrub;

#[cfg(feature = "client")]
impl Drop for StackScrub {
    #[inline(never)]
    fn drop(&mut self) {
        let below = [0_u8; crate::limits::STACK_SCRUB];
        zeroize::optimization_barrier(&below);
    }
}

/// Runs `work` in frames of its own, and clears the stack that they took, also when it unwinds.
#[cfg(feature = "client")]
pub fn scrubbed<T>(work: impl FnOnce() -> T) -> T {
    /// What is inlined into `work` stands in this frame, and in none above it, which the scrub does not reach.
    #[inline(never)]
    fn within<T>(work: impl FnOnce() -> T) -> T {
        work()
    }
    let _scrub = StackScrub;
    within(work)
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(std::format!("{:?}", Secret::new([0x41_u8; 4])), "[redacted]");
    }
}
