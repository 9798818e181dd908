//! Step 4: the signing key, derived from the secret key for one day, region and service.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#derive-signing-key>
#![forbid(unsafe_code)]

use super::string_to_sign::{ALGORITHM, Scope, TERMINATOR};
use crate::crypto::hmac::{BlockKey, hmac};
use crate::crypto::{Digest, Hash};

/// Makes `key` the signing key. `derived` is room for what comes between.
pub fn derive_signing_key<H: Hash>(
    hash: &mut H,
    secret: &[u8],
    scope: &Scope<'_>,
    key: &mut BlockKey,
    derived: &mut Digest,
) {
    key.set(hash, ALGORITHM.split_at(4).0, secret, derived);
    for message in &[scope.date(), scope.region, scope.service, TERMINATOR] {
        hmac(hash, key, message, derived);
        key.set_digest(hash, derived);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::sha256::Sha256;
    use crate::sign::string_to_sign::ALGORITHM;

    #[test]
    fn example_of_the_documentation() {
        // <https://docs.aws.amazon.com/general/latest/gr/signature-v4-examples.html>: the signing key for this secret, date, region and service.
        let key = [
            0xc4, 0xaf, 0xb1, 0xcc, 0x57, 0x71, 0xd8, 0x71, 0x76, 0x3a, 0x39, 0x3e, 0x44, 0xb7, 0x03, 0x57, 0x1b, 0x55,
            0xcc, 0x28, 0x42, 0x4d, 0x1a, 0x5e, 0x86, 0xda, 0x6e, 0xd3, 0xc1, 0x54, 0xa4, 0xb9,
        ];
        let scope = Scope {
            algorithm: ALGORITHM,
            timestamp: b"20150830T123600Z",
            region: b"us-east-1",
            service: b"iam",
        };
        let mut hash = Sha256::new();
        let (mut derived, mut expected) = (BlockKey::new(), BlockKey::new());
        derive_signing_key(
            &mut hash,
            b"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            &scope,
            &mut derived,
            &mut Digest::new(),
        );
        expected.set(&mut hash, &key, b"", &mut Digest::new());
        let mut mac = |key: &BlockKey| {
            let mut mac = Digest::new();
            hmac(&mut hash, key, b"", &mut mac);
            *mac.as_array()
        };
        assert_eq!(mac(&derived), mac(&expected));
    }
}
