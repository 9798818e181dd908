//! As much of DER and X.509 (RFC 5280 section 4.1) as it takes to say what is wrong with a certificate. Nothing is judged here: webpki does that.
#![forbid(unsafe_code)]

use crate::crypto::copy;
use crate::time::UnixTime;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
/// The explicit tag of a certificate's version, which one of version 1 leaves out.
const VERSION: u8 = 0xa0;

/// The first DER element of `der`: its tag, its contents, and what comes after.
pub(super) fn tlv(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (header, rest) = der.split_at_checked(2)?;
    let (&tag, &first) = (header.first()?, header.get(1)?);
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f).min(4))?;
        (
            digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)),
            rest,
        )
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    Some((tag, contents, rest))
}

/// What a DER file of the two that a device has begins like: a SEQUENCE in a SEQUENCE is a certificate, an INTEGER in one a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    LikeCertificate,
    LikeKey,
}

/// What `der` looks like.
pub(super) fn looks(der: &[u8]) -> Option<Looks> {
    match tlv(der)? {
        (SEQUENCE, [SEQUENCE, ..], _) => Some(Looks::LikeCertificate),
        (SEQUENCE, [INTEGER, ..], _) => Some(Looks::LikeKey),
        _ => None,
    }
}

/// What a certificate says of itself.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) issuer: &'a [u8],
    pub(super) subject: &'a [u8],
    pub(super) not_before: UnixTime,
    pub(super) not_after: UnixTime,
}

impl<'a> Facts<'a> {
    /// Reads a certificate. `None` where it is none.
    pub(super) fn of(certificate: &'a [u8]) -> Option<Self> {
        let (_, certificate, _) = tlv(certificate)?;
        let (_, mut rest, _) = tlv(certificate)?;
        let mut next = || {
            let (tag, contents, after) = tlv(rest)?;
            rest = after;
            Some((tag, contents))
        };
        let (first, _) = next()?;
        if first == VERSION {
            next()?; // The serial number, which is the first without a version.
        }
        next()?; // The signature's algorithm.
        let ((_, issuer), (_, validity), (_, subject)) = (next()?, next()?, next()?);
        let (_, not_before, validity) = tlv(validity)?;
        let (_, not_after, _) = tlv(validity)?;
        Some(Self {
            issuer,
            subject,
            not_before: date(not_before)?,
            not_after: date(not_after)?,
        })
    }

    /// Whether the certificate is valid at `now`.
    pub(super) fn holds_at(&self, now: UnixTime) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }
}

/// UTCTime (`YYMMDDHHMMSSZ`, years 1950 to 2049) or GeneralizedTime (`YYYYMMDDHHMMSSZ`): RFC 5280 section 4.1.2.5.
fn date(text: &[u8]) -> Option<UnixTime> {
    let (century, rest): (&[u8], _) = match text.len() {
        13 if text < b"5" => (b"20", text),
        13 => (b"19", text),
        15 => text.split_at(2),
        _ => return None,
    };
    let mut rfc3339 = *b"0000-00-00T00:00:00Z";
    let (pairs, end) = rest.as_chunks::<2>();
    copy(&mut rfc3339, century);
    for (place, pair) in [2, 5, 8, 11, 14, 17].into_iter().zip(pairs) {
        copy(rfc3339.get_mut(place..)?, pair);
    }
    (end == b"Z").then(|| UnixTime::parse_rfc3339(&rfc3339)).flatten()
}

/// What a person calls the bearer of a distinguished name: its common name, or what it has in its place.
pub(super) fn readable(name: &[u8]) -> &[u8] {
    /// commonName, organizationName, organizationalUnitName (RFC 5280 appendix A.1).
    const ATTRIBUTES: [u8; 3] = [3, 10, 11];
    let find = |attribute: u8| {
        let oid = [6, 3, 0x55, 4, attribute];
        let place = name.windows(oid.len()).rposition(|window| window == oid)?;
        let (_, text, _) = tlv(name.get(place + oid.len()..)?)?;
        Some(text)
    };
    ATTRIBUTES.into_iter().find_map(find).unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use alloc::vec::Vec;
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    pub(in super::super) fn certificate(name: &str, years: (i32, i32)) -> Vec<u8> {
        let mut params = CertificateParams::new([]).unwrap();
        params.not_before = date_time_ymd(years.0, 1, 2);
        params.not_after = date_time_ymd(years.1, 12, 31);
        params.distinguished_name.push(DnType::OrganizationName, "the maker");
        params.distinguished_name.push(DnType::CommonName, name);
        params
            .self_signed(&KeyPair::generate().unwrap())
            .unwrap()
            .der()
            .to_vec()
    }

    #[test]
    fn names_and_dates_of_either_form_are_read() {
        // From 2050 on RFC 5280 asks for the other form.
        for (years, dates) in [
            ((1975, 2049), ["1975-01-02T00:00:00Z", "2049-12-31T00:00:00Z"]),
            ((2026, 2050), ["2026-01-02T00:00:00Z", "2050-12-31T00:00:00Z"]),
        ] {
            let der = certificate("camera 17", years);
            let facts = Facts::of(&der).unwrap();
            assert_eq!(readable(facts.subject), b"camera 17");
            assert_eq!(facts.subject, facts.issuer);
            let read = [facts.not_before, facts.not_after].map(|date| date.to_rfc3339().unwrap());
            assert_eq!(
                read.map(|date| alloc::string::String::from_utf8(date.to_vec()).unwrap()),
                dates
            );
            assert!(facts.holds_at(facts.not_before) && facts.holds_at(facts.not_after));
            assert!(
                !facts.holds_at(UnixTime(facts.not_before.0 - 1)) && !facts.holds_at(UnixTime(facts.not_after.0 + 1))
            );
        }
    }

    #[test]
    fn a_certificate_that_is_cut_anywhere_or_changed_anywhere_does_no_harm() {
        let der = certificate("camera 17", (2026, 2050));
        for length in 0..der.len() {
            assert!(Facts::of(&der[..length]).is_none(), "{length}");
        }
        for place in 0..der.len() {
            for byte in [0, 0x7f, 0x80, 0x84, 0xff] {
                let mut changed = der.clone();
                changed[place] = byte;
                if let Some(facts) = Facts::of(&changed) {
                    readable(facts.issuer);
                }
            }
        }
    }

    #[test]
    fn dates_that_do_not_exist_are_none() {
        for text in [
            &b"261301000000Z"[..],
            b"2601010000Z",
            b"260101000000+",
            b"2601010000000",
            b"20260101000000",
            b"+260101000000Z",
            b"",
        ] {
            assert_eq!(date(text), None);
        }
        assert_eq!(date(b"700101000000Z"), Some(UnixTime(0)));
        assert_eq!(date(b"99991231235959Z"), Some(UnixTime(253_402_300_799)));
    }

    #[test]
    fn a_name_is_the_last_common_name_or_what_there_is() {
        // RDNs without their SETs: the search does not need them.
        let attribute = |kind: u8, text: &[u8]| [&[6, 3, 0x55, 4, kind, 0x0c, text.len() as u8][..], text].concat();
        let name = [attribute(3, b"first"), attribute(10, b"maker"), attribute(3, b"last")].concat();
        assert_eq!(readable(&name), b"last");
        assert_eq!(
            readable(&[attribute(11, b"unit"), attribute(10, b"maker")].concat()),
            b"maker"
        );
        assert_eq!(readable(&attribute(11, b"unit")), b"unit");
        assert_eq!(readable(b""), b"");
        assert_eq!(readable(&[6, 3, 0x55, 4, 3, 0x0c, 9, b'c']), b"");
    }

    #[test]
    fn a_certificate_looks_like_one_and_a_key_like_one() {
        assert_eq!(looks(&certificate("a", (2026, 2027))), Some(Looks::LikeCertificate));
        assert_eq!(
            looks(&KeyPair::generate().unwrap().serialize_der()),
            Some(Looks::LikeKey)
        );
        assert_eq!(looks(b"\x30\x03\x05"), None);
    }
}
