//! Whether a secret is the one that a key was derived from, without a block of SHA-256 for each signature.
//!
//! Two polynomials over the field of 2^61 - 1, with the secret as coefficients, at points that are the SHA-256 of the secret they were first computed for
//! (Carter and Wegman's universal hashing). A secret cannot be chosen to fit points that are not known, and by the lemma of Schwartz and Zippel another
//! secret of up to 41 bytes, which takes three steps, has the same values with a probability of at most (3 / 2^58)^2, less than 2^-112.
//!
//! What it gives away to one who can read the memory: at most 124 bits about the secret, of the 240 that one of AWS has, and, since the points are the
//! secret's own, no more the next day. The key of the day stands beside it.
#![forbid(unsafe_code)]

use crate::crypto::sha256::DIGEST;
use crate::crypto::{Wiped, equal};

/// The field's prime.
const PRIME: u64 = (1 << 61) - 1;

/// Bytes that a step takes: two words below the prime.
const STEP: usize = 14;

/// Of a point. So the sums below stay below 2^62, and what is multiplied fits.
const POINT: u64 = (1 << 58) - 1;

/// The values of both polynomials.
#[repr(C)]
#[derive(Default)]
pub struct Check([u64; 2]);

impl Check {
    /// Of a secret, at the points in a digest.
    #[inline(always)]
    pub fn of(points: &[u8; DIGEST], secret: &[u8]) -> Self {
        let (words, _) = points.as_chunks();
        let points = |i: usize| words.get(i).map_or(0, |word| u64::from_le_bytes(*word) & POINT);
        let points = [[points(0), points(1)], [points(2), points(3)]];
        let mut values = [0; 2];
        let mut step = |bytes: &[u8; STEP]| {
            let words = words_of(bytes);
            for (value, points) in values.iter_mut().zip(points) {
                *value = next(*value, words, points);
            }
        };
        // The last 14 bytes are taken as a whole, whatever of them was taken before: the length says how they lie.
        match secret.last_chunk() {
            Some(last) => {
                secret.as_chunks().0.iter().for_each(&mut step);
                step(last);
            }
            None => {
                let mut padded = Wiped([0; STEP]);
                padded
                    .0
                    .iter_mut()
                    .zip(secret)
                    .for_each(|(padded, byte)| *padded = *byte);
                step(&padded.0);
            }
        }
        Self(values.map(|value| value.wrapping_add(secret.len() as u64 & PRIME)))
    }

    /// Whether it is the same, in a time that does not tell where they differ.
    pub fn equals(&self, other: &Self) -> bool {
        let difference = |i: usize| self.0.get(i).zip(other.0.get(i)).map_or(1, |(a, b)| a ^ b);
        equal(&(difference(0) | difference(1)).to_ne_bytes(), &[0; 8])
    }
}

/// The two words, of 56 bits, that bytes are.
fn words_of(bytes: &[u8; STEP]) -> [u64; 2] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = *bytes;
    [
        u64::from_le_bytes([a, b, c, d, e, f, g, 0]),
        u64::from_le_bytes([h, i, j, k, l, m, n, 0]),
    ]
}

/// `(value + first word) * first point + second word * second point`, up to a multiple of the prime. Each coefficient gets a monomial of its own.
fn next(value: u64, words: [u64; 2], points: [u64; 2]) -> u64 {
    let product = |word: u64, point: u64| u128::from(word).wrapping_mul(u128::from(point));
    let sum = product(value.wrapping_add(words[0]), points[0]).wrapping_add(product(words[1], points[1]));
    (sum as u64 & PRIME).wrapping_add((sum >> 61) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::sha256::Sha256;
    extern crate std;
    use std::collections::HashSet;
    use std::vec::Vec;

    /// The same by the book: every product and every sum by the remainder of a division.
    fn by_division(points: &[u8; DIGEST], secret: &[u8]) -> [u128; 2] {
        let prime = u128::from(PRIME);
        let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u128::from(*byte));
        let point = |i: usize| word(&points[8 * i..8 * i + 8]) % (1 << 58);
        let mut steps: Vec<Vec<u8>> = secret.chunks_exact(STEP).map(<[u8]>::to_vec).collect();
        let mut last = secret[secret.len().saturating_sub(STEP)..].to_vec();
        last.resize(STEP, 0);
        steps.push(last);
        [0, 2].map(|first| {
            let value = steps.iter().fold(0, |value, step| {
                let (a, b) = step.split_at(7);
                ((value + word(a)) * point(first) + word(b) * point(first + 1)) % prime
            });
            (value + secret.len() as u128) % prime
        })
    }

    #[test]
    fn the_values_are_those_of_the_polynomials() {
        let secret: Vec<u8> = (0..1000)
            .map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        for (points, secret) in [
            ([0xff; DIGEST], [0xff; 1000].as_slice()),
            (Sha256::digest(b"points"), &secret),
        ] {
            for len in (0..100).chain([999, 1000]) {
                let Check(values) = Check::of(&points, &secret[..len]);
                let values = values.map(|value| u128::from(value) % u128::from(PRIME));
                assert_eq!(values, by_division(&points, &secret[..len]), "{len}");
            }
        }
    }

    #[test]
    fn secrets_that_differ_in_a_bit_a_place_or_their_length_are_told_apart() {
        for len in 1..100_usize {
            let secret: Vec<u8> = (0..len).map(|i| b'A' + (i % 50) as u8).collect();
            let points = Sha256::digest(&secret);
            let mut others = HashSet::new();
            for bit in 0..8 * len {
                let mut other = secret.clone();
                other[bit / 8] ^= 1 << (bit % 8);
                others.insert(other);
            }
            for (a, b) in (0..len).flat_map(|a| (0..a).map(move |b| (a, b))) {
                let mut other = secret.clone();
                other.swap(a, b);
                others.insert(other);
            }
            for shorter in 0..len {
                others.insert(secret[..shorter].to_vec());
                others.insert(secret[len - shorter..].to_vec());
            }
            for more in 1..40 {
                others.insert([secret.as_slice(), &[0].repeat(more)].concat());
                others.insert([&[0].repeat(more), secret.as_slice()].concat());
                others.insert([secret.as_slice(), &secret].concat());
            }
            others.remove(&secret);
            let check = Check::of(&points, &secret);
            assert!(check.equals(&Check::of(&points, &secret)));
            // Each of both values is another one: not both are needed to tell these apart.
            let same = |other: &Vec<u8>| (0..2).any(|i| Check::of(&points, other).0[i] == check.0[i]);
            assert!(!others.iter().any(same), "{len}");
            let told = |other: &Vec<u8>| !check.equals(&Check::of(&points, other));
            assert!(others.iter().all(told), "{len}");
        }
    }

    #[test]
    fn both_values_count() {
        assert!(Check([1, 2]).equals(&Check([1, 2])));
        for other in [[1, 3], [3, 2], [1 | 1 << 63, 2], [1, 2 | 1 << 63], [2, 1]] {
            assert!(!Check([1, 2]).equals(&Check(other)));
        }
    }
}
