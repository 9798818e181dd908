//! Authenticated encryption of what leaves the library's hands: ring's ChaCha20-Poly1305 (RFC 8439), which is fast and of constant time also without AES instructions.
#![forbid(unsafe_code)]

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};

/// Bytes of a key.
pub const KEY: usize = 32;
/// Bytes of a nonce.
pub const NONCE: usize = 12;
/// Bytes of a tag.
pub const TAG: usize = 16;

/// A random nonce. `None` where the random source fails.
pub fn nonce() -> Option<[u8; NONCE]> {
    let mut nonce = [0; NONCE];
    SystemRandom::new().fill(&mut nonce).ok()?;
    Some(nonce)
}

/// Encrypts `text` in place; the tag covers `head` too. `None`: ring refuses so long a text.
pub fn seal(key: &[u8; KEY], nonce: &[u8; NONCE], head: &[u8], text: &mut [u8]) -> Option<[u8; TAG]> {
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let tag = self::key(key)?
        .seal_in_place_separate_tag(nonce, Aad::from(head), text)
        .ok()?;
    tag.as_ref().try_into().ok()
}

/// Decrypts in place what `seal` made, its tag behind it. `None`: something was changed, or the key is another.
pub fn open<'a>(key: &[u8; KEY], nonce: &[u8; NONCE], head: &[u8], sealed: &'a mut [u8]) -> Option<&'a [u8]> {
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let text = self::key(key)?.open_in_place(nonce, Aad::from(head), sealed).ok()?;
    Some(text)
}

fn key(key: &[u8; KEY]) -> Option<LessSafeKey> {
    UnboundKey::new(&CHACHA20_POLY1305, key).ok().map(LessSafeKey::new)
}
