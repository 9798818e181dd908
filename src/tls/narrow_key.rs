//! The device's own key in the narrow profile: P-256 or RSA, and SHA-256 alone. rustls's keys bring P-384 and the longer hashes along.
#![forbid(unsafe_code)]

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, KeyPair, RsaEncoding, RsaKeyPair};
use rustls::pki_types::{AlgorithmIdentifier, PrivateKeyDer, SubjectPublicKeyInfoDer, alg_id};
use rustls::sign::{Signer, SigningKey, public_key_to_spki};
use rustls::{Error, SignatureAlgorithm, SignatureScheme};
use zeroize::Zeroizing;

/// The key in `der`. Errors: `General`, with what ring says of an RSA key.
pub(super) fn signing_key(der: &PrivateKeyDer<'_>) -> Result<Arc<dyn SigningKey>, Error> {
    let pair = match ecdsa(der) {
        Some(key) => Pair::Ecdsa(key),
        None => Pair::Rsa(rsa(der)?),
    };
    Ok(Arc::new(Key(Arc::new(pair))))
}

fn ecdsa(der: &PrivateKeyDer<'_>) -> Option<EcdsaKeyPair> {
    let algorithm = &signature::ECDSA_P256_SHA256_ASN1_SIGNING;
    let random = SystemRandom::new();
    match der {
        PrivateKeyDer::Pkcs8(key) => EcdsaKeyPair::from_pkcs8(algorithm, key.secret_pkcs8_der(), &random),
        PrivateKeyDer::Sec1(key) => EcdsaKeyPair::from_pkcs8(algorithm, &in_pkcs8(key.secret_sec1_der())?, &random),
        _ => return None,
    }
    .ok()
}

fn rsa(der: &PrivateKeyDer<'_>) -> Result<RsaKeyPair, Error> {
    match der {
        PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
        _ => return Err(Error::General("no key".into())),
    }
    .map_err(|reason| Error::General(alloc::format!("{reason}")))
}

/// Of a P-256 key in PKCS#8 (RFC 5208 section 5) the version and the algorithm; the key, as SEC1 has it, follows.
const HEAD: &[u8] = b"\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";

/// A SEC1 key in PKCS#8, as ring wants it. `None`: it is longer than any of P-256.
fn in_pkcs8(sec1: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let key_len = u8::try_from(sec1.len()).ok()?;
    let mut key = Zeroizing::new(Vec::with_capacity(HEAD.len() + sec1.len() + 6));
    key.extend_from_slice(HEAD);
    push_head(&mut key, 0x04, key_len);
    key.extend_from_slice(sec1);
    let mut whole = Zeroizing::new(Vec::with_capacity(key.len() + 3));
    push_head(&mut whole, 0x30, u8::try_from(key.len()).ok()?);
    whole.extend_from_slice(&key);
    Some(whole)
}

/// A tag with a length, in DER's shortest form.
fn push_head(der: &mut Vec<u8>, tag: u8, len: u8) {
    der.push(tag);
    der.extend((len >= 0x80).then_some(0x81));
    der.push(len);
}

enum Pair {
    Ecdsa(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

struct Key(Arc<Pair>);

impl SigningKey for Key {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let schemes: &[SignatureScheme] = match *self.0 {
            Pair::Ecdsa(_) => &[SignatureScheme::ECDSA_NISTP256_SHA256],
            Pair::Rsa(_) => &[SignatureScheme::RSA_PSS_SHA256, SignatureScheme::RSA_PKCS1_SHA256],
        };
        let scheme = *schemes.iter().find(|scheme| offered.contains(scheme))?;
        Some(Box::new(KeySigner {
            pair: self.0.clone(),
            scheme,
        }))
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        let (algorithm, key): (&AlgorithmIdentifier, &[u8]) = match &*self.0 {
            Pair::Ecdsa(pair) => (&alg_id::ECDSA_P256, pair.public_key().as_ref()),
            Pair::Rsa(pair) => (&alg_id::RSA_ENCRYPTION, pair.public_key().as_ref()),
        };
        Some(public_key_to_spki(algorithm, key))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        match *self.0 {
            Pair::Ecdsa(_) => SignatureAlgorithm::ECDSA,
            Pair::Rsa(_) => SignatureAlgorithm::RSA,
        }
    }
}

struct KeySigner {
    pair: Arc<Pair>,
    scheme: SignatureScheme,
}

impl Signer for KeySigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let random = SystemRandom::new();
        let signature = match &*self.pair {
            Pair::Ecdsa(pair) => pair.sign(&random, message).map(|signature| signature.as_ref().into()),
            Pair::Rsa(pair) => {
                let encoding: &dyn RsaEncoding = match self.scheme {
                    SignatureScheme::RSA_PSS_SHA256 => &signature::RSA_PSS_SHA256,
                    _ => &signature::RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(encoding, &random, message, &mut signature)
                    .map(|()| signature)
            }
        };
        signature.map_err(|_| Error::General("signing failed".into()))
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}

shows_its_name!(Key);
shows_its_name!(KeySigner);

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::PKCS_ECDSA_P384_SHA384;
    use rustls::crypto::ring::sign::any_ecdsa_type;
    use rustls::pki_types::{PrivatePkcs8KeyDer, PrivateSec1KeyDer};
    extern crate std;

    fn pkcs8(der: &[u8]) -> PrivateKeyDer<'_> {
        PrivateKeyDer::from(PrivatePkcs8KeyDer::from(der))
    }

    /// ring's verifier is the judge, and rustls's key the one to be like.
    #[test]
    fn a_p256_key_signs_and_is_the_one_that_rustls_reads() {
        let made = rcgen::KeyPair::generate().unwrap().serialize_der();
        let (ours, theirs) = (
            signing_key(&pkcs8(&made)).unwrap(),
            any_ecdsa_type(&pkcs8(&made)).unwrap(),
        );
        assert_eq!(ours.public_key(), theirs.public_key());
        assert_eq!(ours.algorithm(), theirs.algorithm());
        let offered = [
            SignatureScheme::ECDSA_NISTP384_SHA384,
            SignatureScheme::ECDSA_NISTP256_SHA256,
        ];
        assert!(ours.choose_scheme(&offered[..1]).is_none());
        let signer = ours.choose_scheme(&offered).unwrap();
        assert_eq!(signer.scheme(), SignatureScheme::ECDSA_NISTP256_SHA256);
        let signature = signer.sign(b"message").unwrap();
        let spki = ours.public_key().unwrap();
        // The point is the last 65 bytes.
        let point = &spki[spki.len() - 65..];
        let key = signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, point);
        assert!(key.verify(b"message", &signature).is_ok());
        assert!(key.verify(b"massage", &signature).is_err());
    }

    #[test]
    fn sec1_is_read_as_pkcs8_is() {
        let made = rcgen::KeyPair::generate().unwrap().serialize_der();
        let whole = signing_key(&pkcs8(&made)).unwrap();
        // What the OCTET STRING at the end wraps, after PKCS#8's own head.
        let start = made.windows(HEAD.len()).position(|window| window == HEAD).unwrap() + HEAD.len();
        assert_eq!(made[start], 0x04);
        let sec1 = &made[start + 2..][..usize::from(made[start + 1])];
        let bare = signing_key(&PrivateKeyDer::from(PrivateSec1KeyDer::from(sec1))).unwrap();
        assert_eq!(bare.public_key(), whole.public_key());
        for wrong in [&sec1[1..], &sec1[..sec1.len() - 1], &[], &[0x30; 300]] {
            assert!(signing_key(&PrivateKeyDer::from(PrivateSec1KeyDer::from(wrong))).is_err());
        }
    }

    #[test]
    fn a_key_of_p384_is_none_of_this_profile() {
        let made = rcgen::KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384)
            .unwrap()
            .serialize_der();
        assert!(any_ecdsa_type(&pkcs8(&made)).is_ok());
        assert!(signing_key(&pkcs8(&made)).is_err());
    }
}
