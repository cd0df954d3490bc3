//! Tokens for forms, which only who has the session's cookie can be given.
//!
//! Made with the secret in the cookie, which no store has; they change when a log-in or a rotation
//! replaces it, and not when it is renewed by age. Each is masked with other random bytes: a page that
//! is compressed repeats nothing that an onlooker could find by guessing (BREACH).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ctutils::CtEq as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::crypto::key_ring::{KeyId, KeyRing};
use crate::crypto::random::{Random as _, System};
use crate::crypto::seal::Context;
use crate::crypto::token::Handle;

const LENGTH: usize = 32;

const PURPOSE: &str = "session form token";
const WRAPPING: &str = "session form code";

/// What a session's form tokens are made with.
#[derive(Clone)]
pub(crate) enum FormKey {
    /// The code that its secret has made.
    Code(FormCode),
    /// The keys that seal its cookie, which has no secret, and its handle, which a rotation changes. A
    /// token names the key that it was made with: nodes whose keys are being rotated take each
    /// other's.
    Sealed(KeyRing, Handle),
}

/// What is in the form tokens of a session, unmasked, if its cookie has a secret: made with that, and
/// kept while that is renewed by age.
#[derive(Clone)]
pub(crate) struct FormCode(Zeroizing<[u8; LENGTH]>);

/// A form code as only a certain secret opens it.
pub(crate) type WrappedCode = [u8; LENGTH];

impl FormCode {
    /// That of a secret which took no other's place by age.
    pub(crate) fn first(secret: &[u8; LENGTH]) -> Self {
        Self(derived(PURPOSE, secret))
    }

    /// The code for who has this secret. It wraps no other, so that it may be used once.
    pub(crate) fn wrapped(&self, secret: &[u8; LENGTH]) -> WrappedCode {
        let mut bytes = *derived(WRAPPING, secret);
        xor(&mut bytes, &*self.0);
        bytes
    }

    /// The code that was wrapped with this secret.
    pub(crate) fn unwrapped(wrapped: WrappedCode, secret: &[u8; LENGTH]) -> Self {
        let mut bytes = derived(WRAPPING, secret);
        xor(&mut *bytes, &wrapped);
        Self(bytes)
    }
}

impl PartialEq for FormCode {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&*other.0).into()
    }
}

fn derived(purpose: &str, secret: &[u8; LENGTH]) -> Zeroizing<[u8; LENGTH]> {
    let mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    Zeroizing::new(mac.chain_update(purpose).finalize().into_bytes().into())
}

impl FormKey {
    /// A token, encoded as no other; none if the operating system has no random bytes.
    pub(crate) fn token(&self) -> Option<String> {
        let mut bytes = [0; 2 * LENGTH];
        let (mask, masked) = bytes.split_at_mut(LENGTH);
        System.fill(mask).ok()?;
        masked.copy_from_slice(&self.code());
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
        self.accepts(masked)
    }

    /// What is in a token, unmasked.
    fn code(&self) -> [u8; LENGTH] {
        match self {
            Self::Code(FormCode(code)) => **code,
            Self::Sealed(ring, handle) => {
                let key = ring.primary();
                let code = key.mac(context(handle), &[]).finalize().into_bytes();
                let mut named = [0; LENGTH];
                let (id, rest) = named.split_at_mut(KeyId::LENGTH);
                id.copy_from_slice(&key.id.0);
                rest.copy_from_slice(&code[..rest.len()]);
                named
            }
        }
    }

    fn accepts(&self, code: &[u8]) -> bool {
        match self {
            Self::Code(FormCode(ours)) => code.ct_eq(&**ours).into(),
            Self::Sealed(ring, handle) => {
                let Some((id, code)) = code.split_first_chunk() else { return false };
                let key = ring.find(KeyId(*id));
                key.is_some_and(|key| {
                    key.mac(context(handle), &[]).verify_truncated_left(code).is_ok()
                })
            }
        }
    }
}

fn context(handle: &Handle) -> Context<'_> {
    Context { purpose: PURPOSE, owner: "", handle: handle.as_bytes() }
}

fn xor(bytes: &mut [u8], mask: &[u8]) {
    for (byte, mask) in bytes.iter_mut().zip(mask) {
        *byte ^= mask;
    }
}

impl fmt::Debug for FormCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormCode(..)")
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
            FormKey::Code(FormCode::first(&Zeroizing::new([1; LENGTH]))),
            FormKey::Code(FormCode::first(&Zeroizing::new([2; LENGTH]))),
        );
        let (one, two) = (ours.token().unwrap(), ours.token().unwrap());
        assert_ne!(one, two);
        assert!(ours.verify(&one) && ours.verify(&two));
        assert!(!theirs.verify(&one));
    }

    #[test]
    fn a_sealed_session_s_token_is_good_while_its_key_is_in_the_ring() {
        let [old, new] = [(); 2].map(|()| KeyRing::generate().unwrap());
        let key = |ring: &str, byte| {
            FormKey::Sealed(KeyRing::parse(ring).unwrap(), Handle::from_bytes([byte; 16]))
        };
        let (before, after) = (format!("{old} next:{new}"), format!("{new} {old}"));
        for (maker, taker) in [(&before, &after), (&after, &before), (&old, &after), (&after, &new)]
        {
            let token = key(maker, 1).token().unwrap();
            assert!(key(taker, 1).verify(&token));
            assert!(!key(taker, 2).verify(&token), "another session's");
        }
        for (maker, taker) in [(&before, &new), (&after, &old)] {
            assert!(!key(taker, 1).verify(&key(maker, 1).token().unwrap()), "its key is removed");
        }
    }

    /// The key that would make it is in the ring, and not the one that it names.
    #[test]
    fn the_key_is_chosen_by_its_id() {
        let [old, new] = [(); 2].map(|()| KeyRing::generate().unwrap());
        let ring = KeyRing::parse(&format!("{new} {old}")).unwrap();
        let other = KeyRing::parse(&old).unwrap().primary().id.0;
        let key = FormKey::Sealed(ring, Handle::from_bytes([1; 16]));
        let mut code = key.code();
        assert!(key.accepts(&code));
        code[..KeyId::LENGTH].copy_from_slice(&other);
        assert!(!key.accepts(&code));
    }

    #[test]
    fn no_other_encoding_is_a_token() {
        let ring = KeyRing::from_bytes([3; LENGTH]).unwrap();
        for key in [
            FormKey::Code(FormCode::first(&Zeroizing::new([1; LENGTH]))),
            FormKey::Sealed(ring, Handle::from_bytes([1; 16])),
        ] {
            no_other_encoding_is_one_of(&key);
        }
    }

    fn no_other_encoding_is_one_of(key: &FormKey) {
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
