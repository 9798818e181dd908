//! Changes to what a server sends, from a seed.

/// Marsaglia's xorshift: no randomness, but the same numbers in each run.
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        // An odd multiplier spreads the seeds, and `| 1` keeps the state from 0, where it would stay.
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `end`; 0 if that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % end.max(1)
    }

    fn range(&mut self, end: usize) -> std::ops::Range<usize> {
        let (one, other) = (self.below(end), self.below(end));
        one.min(other)..one.max(other)
    }
}

/// One to three changes anywhere in `bytes`.
pub fn mutate(dice: &mut Dice, bytes: &mut Vec<u8>) {
    for _ in 0..=dice.below(3) {
        let position = dice.below(bytes.len());
        let range = dice.range(bytes.len());
        match dice.below(7) {
            0 => bytes.truncate(position),
            1 => drop(bytes.drain(range)),
            2 => drop(bytes.splice(position..position, bytes[range].to_vec())),
            3 => insert_record(dice, bytes),
            4 => split_first_record(dice, bytes),
            _ => {
                if let Some(byte) = bytes.get_mut(position) {
                    *byte = dice.below(256) as u8;
                }
            }
        }
    }
}

/// Alerts (warning and fatal), change of cipher, empty and cut handshake messages, empty data (RFC 8446 section 5.1).
const RECORDS: [&[u8]; 6] = [
    &[21, 3, 3, 0, 2, 1, 0],
    &[21, 3, 3, 0, 2, 2, 40],
    &[20, 3, 3, 0, 1, 1],
    &[22, 3, 3, 0, 4, 0, 0, 0, 0],
    &[23, 3, 3, 0, 0],
    &[22, 3, 3, 0, 2, 2, 0],
];

/// Inserts a record between two others.
fn insert_record(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let starts = record_starts(bytes);
    let at = starts[dice.below(starts.len())];
    let record = RECORDS[dice.below(RECORDS.len())];
    bytes.splice(at..at, record.iter().copied());
}

/// Where records begin, and where the last ends; at least 0.
fn record_starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    let mut at = 0;
    while let Some(&[_, _, _, high, low]) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        at += 5 + usize::from(u16::from_be_bytes([high, low]));
        if at <= bytes.len() {
            starts.push(at);
        }
    }
    starts
}

/// Makes two records of a first one that is not encrypted, and lets an alert stand between them or not.
fn split_first_record(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let Some(&[22, major, minor, high, low]) = bytes.first_chunk() else {
        return;
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length < 2 || bytes.len() < 5 + length {
        return;
    }
    let (first, second) = bytes[5..5 + length].split_at(1 + dice.below(length - 1));
    let record = |part: &[u8]| [&[22, major, minor], &(part.len() as u16).to_be_bytes()[..], part].concat();
    let between = [&[][..], RECORDS[1]][dice.below(2)];
    let split = [&record(first)[..], between, &record(second)].concat();
    bytes.splice(..5 + length, split);
}
