//! Tokens for forms, which only who has the session's cookie can be given.
//!
//! Made with the secret in the cookie, which no store has, so they change when it does. Each is
//! masked with other random bytes: a page that is compressed repeats nothing that an onlooker
//! could find by guessing (BREACH).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::crypto::key_ring::KeyRing;
use crate::crypto::random::{Random as _, System};
use crate::crypto::seal::Context;
use crate::crypto::token::Handle;

const LENGTH: usize = 32;

/// What a session's form tokens are made with.
#[derive(Clone)]
pub(crate) enum FormKey {
    /// The secret in its cookie.
    Secret(Zeroizing<[u8; LENGTH]>),
    /// The keys that sealed its cookie, which has no secret, and its handle, which a rotation
    /// changes.
    Sealed(KeyRing, Handle),
}

impl FormKey {
    /// A token, encoded as no other; none if the operating system has no random bytes.
    pub(crate) fn token(&self) -> Option<String> {
        let mut bytes = [0; 2 * LENGTH];
        let (mask, masked) = bytes.split_at_mut(LENGTH);
        System.fill(mask).ok()?;
        masked.copy_from_slice(&self.mac());
        xor(masked, mask);
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Whether it is one of this session's.
    pub(crate) fn verify(&self, token: &str) -> bool {
        let mut bytes = [0; 2 * LENGTH];
        // Longer ones do not fit.
        if URL_SAFE_NO_PAD.decode_slice(token, &mut bytes) != Ok(bytes.len()) {
            return false;
        }
        let (mask, masked) = bytes.split_at_mut(LENGTH);
        xor(masked, mask);
        masked.ct_eq(&self.mac()).into()
    }

    fn mac(&self) -> [u8; LENGTH] {
        const PURPOSE: &str = "session form token";
        match self {
            Self::Secret(secret) => {
                let mac = Hmac::<Sha256>::new_from_slice(&**secret);
                let mac = mac.expect("HMAC takes keys of any length").chain_update(PURPOSE);
                mac.finalize().into_bytes().into()
            }
            Self::Sealed(ring, handle) => {
                let context = Context { purpose: PURPOSE, owner: "", handle: handle.as_bytes() };
                ring.primary().mac(context, &[]).finalize().into_bytes().into()
            }
        }
    }
}

fn xor(bytes: &mut [u8], mask: &[u8]) {
    for (byte, mask) in bytes.iter_mut().zip(mask) {
        *byte ^= mask;
    }
}

impl fmt::Debug for FormKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_its_key_s_and_never_encoded_twice() {
        let (ours, theirs) = (
            FormKey::Secret(Zeroizing::new([1; LENGTH])),
            FormKey::Secret(Zeroizing::new([2; LENGTH])),
        );
        let (one, two) = (ours.token().unwrap(), ours.token().unwrap());
        assert_ne!(one, two);
        assert!(ours.verify(&one) && ours.verify(&two));
        assert!(!theirs.verify(&one));
    }

    #[test]
    fn no_other_encoding_is_a_token() {
        let key = FormKey::Secret(Zeroizing::new([1; LENGTH]));
        let token = key.token().unwrap();
        for length in 0..token.len() {
            assert!(!key.verify(&token[..length]));
        }
        assert!(!key.verify(&format!("{token}A")));
        assert!(!key.verify(&format!("{token}{token}")));
        assert!(!key.verify(&"A".repeat(token.len())));
        assert!(!key.verify("ü+/= \0"));
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert!(!key.verify(&String::from_utf8(bytes).unwrap()), "at {at}");
        }
    }
}
