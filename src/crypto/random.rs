//! Random numbers: ring's source, which is the operating system's or the firmware's.
#![forbid(unsafe_code)]

use ring::rand::{SecureRandom, SystemRandom};

/// A number, uniform over 64 bits. A source that fails gives 0, the earliest of every draw: without randomness the next handshake fails anyway, and
/// says so.
pub fn random() -> u64 {
    let mut bytes = [0; 8];
    fill_random(&mut bytes).map_or(0, |()| u64::from_ne_bytes(bytes))
}

/// Fills `buffer` with bytes that are fit for keys. `None`: the source failed.
pub fn fill_random(buffer: &mut [u8]) -> Option<()> {
    SystemRandom::new().fill(buffer).ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_are_alike() {
        assert_ne!(super::random(), super::random());
    }
}
