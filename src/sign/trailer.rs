//! What follows the last chunk of an upload: one header, mostly a checksum that is computed on the way.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>
#![forbid(unsafe_code)]

use super::text::Bytes;
use crate::limits::TRAILER_NAME_MAX;
use crc::Crc;

/// Bit by bit where flash is short, by a table of 1 or 2 KiB elsewhere. A checksum's code is linked only where chunks are made.
#[cfg(target_os = "none")]
type Table = crc::NoTable;
#[cfg(not(target_os = "none"))]
type Table = crc::Table<1>;

static CRC32: Crc<u32, Table> = Crc::<u32, Table>::new(&crc::CRC_32_ISO_HDLC);
static CRC32C: Crc<u32, Table> = Crc::<u32, Table>::new(&crc::CRC_32_ISCSI);
static CRC64NVME: Crc<u64, Table> = Crc::<u64, Table>::new(&crc::CRC_64_NVME);

/// A checksum that the library computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// CRC-32 as in zlib and Ethernet.
    Crc32,
    /// CRC-32C, Castagnoli's.
    Crc32c,
    /// CRC-64 of NVM Express.
    Crc64Nvme,
}

impl Checksum {
    /// The one that a trailer's name, in lower case, stands for.
    pub fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"x-amz-checksum-crc32" => Some(Self::Crc32),
            b"x-amz-checksum-crc32c" => Some(Self::Crc32c),
            b"x-amz-checksum-crc64nvme" => Some(Self::Crc64Nvme),
            _ => None,
        }
    }

    /// The checksum of what `sum` is the checksum of and `data` behind it. That of no bytes is 0.
    ///
    /// All three begin with ones, are reflected, and are inverted at the end. So to go on from a finished one, it is inverted back, and reflected, as the
    /// crate reflects what it begins with.
    pub fn update(self, sum: u64, data: &[u8]) -> u64 {
        match self {
            Self::Crc32 => u64::from(update32(&CRC32, sum as u32, data)),
            Self::Crc32c => u64::from(update32(&CRC32C, sum as u32, data)),
            Self::Crc64Nvme => {
                let mut digest = CRC64NVME.digest_with_initial((!sum).reverse_bits());
                digest.update(data);
                digest.finalize()
            }
        }
    }

    /// The header's value: the checksum's bytes, the highest first, in base64.
    pub fn text(self, sum: u64) -> ChecksumText {
        let bytes = sum.to_be_bytes();
        match self {
            Self::Crc64Nvme => ChecksumText::base64(&bytes),
            Self::Crc32 | Self::Crc32c => ChecksumText::base64(bytes.get(4..).unwrap_or_default()),
        }
    }

    /// Length of the header's value in bytes.
    pub fn text_len(self) -> usize {
        match self {
            Self::Crc64Nvme => 12,
            Self::Crc32 | Self::Crc32c => 8,
        }
    }
}

fn update32(crc: &'static Crc<u32, Table>, sum: u32, data: &[u8]) -> u32 {
    let mut digest = crc.digest_with_initial((!sum).reverse_bits());
    digest.update(data);
    digest.finalize()
}

/// A checksum in base64.
pub struct ChecksumText {
    text: [u8; 12],
    len: usize,
}

impl ChecksumText {
    /// RFC 4648 section 4, of 8 bytes at most. A crate for this would be larger than it, and most want an allocator or can panic.
    fn base64(bytes: &[u8]) -> Self {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = [b'='; 12];
        let (quads, _) = text.as_chunks_mut::<4>();
        for (quad, three) in quads.iter_mut().zip(bytes.chunks(3)) {
            let byte = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
            let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
            let digits = quad.iter_mut().zip([18, 12, 6, 0]).take(three.len().wrapping_add(1));
            digits.for_each(|(digit, shift)| *digit = ALPHABET[(bits >> shift & 63) as usize]);
        }
        let len = bytes.len().div_ceil(3).wrapping_mul(4);
        Self { text, len }
    }

    /// The text.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.len).unwrap_or_default()
    }
}

/// A trailer's name in lower case; empty where there is no trailer. Plain integers: any bytes are one.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TrailerName {
    text: [u8; TRAILER_NAME_MAX],
    len: u32,
}

impl TrailerName {
    /// No trailer.
    pub const NONE: Self = Self {
        text: [0; TRAILER_NAME_MAX],
        len: 0,
    };

    /// One name, as `x-amz-trailer` says it.
    pub fn new(name: &[u8]) -> Option<Self> {
        let mut own = Self::NONE;
        let place = own.text.get_mut(..name.len())?;
        place
            .iter_mut()
            .zip(name)
            .for_each(|(own, byte)| *own = byte.to_ascii_lowercase());
        own.len = u32::try_from(name.len()).ok()?;
        Bytes::TOKEN.holds(name).then_some(own)
    }

    /// The name.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.len as usize).unwrap_or_default()
    }

    /// The checksum that it stands for, if the library computes that.
    pub fn checksum(&self) -> Option<Checksum> {
        Checksum::named(self.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;

    const ALL: [Checksum; 3] = [Checksum::Crc32, Checksum::Crc32c, Checksum::Crc64Nvme];

    #[test]
    fn check_values_of_the_catalogue() {
        // <https://reveng.sourceforge.io/crc-catalogue/all.htm>: the checksums of "123456789".
        let sums = ALL.map(|checksum| checksum.update(0, b"123456789"));
        assert_eq!(sums, [0xcbf4_3926, 0xe306_9283, 0xae8b_1486_0a79_9888]);
    }

    #[test]
    fn pieces_give_the_same_as_the_whole() {
        let data: [u8; 100] = core::array::from_fn(|i| (i * 37) as u8);
        for checksum in ALL {
            assert_eq!(checksum.update(0, b""), 0);
            for cut in 0..=data.len() {
                let (head, tail) = data.split_at(cut);
                let pieces = checksum.update(checksum.update(0, head), tail);
                assert_eq!(pieces, checksum.update(0, &data));
            }
        }
    }

    #[test]
    fn examples_of_rfc_4648() {
        let known: [(&[u8], &str); 7] = [
            (b"", ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg=="),
            (b"fooba", "Zm9vYmE="),
            (b"foobar", "Zm9vYmFy"),
        ];
        for (bytes, text) in known {
            assert_eq!(ChecksumText::base64(bytes).as_bytes(), text.as_bytes());
        }
        for checksum in ALL {
            assert_eq!(checksum.text(u64::MAX).as_bytes().len(), checksum.text_len());
        }
    }

    #[test]
    fn a_name_is_one_token() {
        assert_eq!(
            TrailerName::new(b"X-Amz-A").map(|name| name.text),
            TrailerName::new(b"x-amz-a").map(|name| name.text)
        );
        for bad in [&b""[..], b"a,b", b"a b", b"a:", &[b'a'; TRAILER_NAME_MAX + 1]] {
            assert!(TrailerName::new(bad).is_none());
        }
        assert!(TrailerName::new(&[b'a'; TRAILER_NAME_MAX]).is_some());
    }
}
