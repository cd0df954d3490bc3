//! The signing key: an HMAC that has its key, kept for all messages. To give it the key takes as long as
//! a message does.

use hmac::{Hmac, KeyInit as _};
use sha2::Sha256;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// What authenticates cookies.
pub(crate) struct SigningKey(Hmac<Sha256>);

impl SigningKey {
    pub(crate) fn new(secret: &Zeroizing<[u8; 32]>) -> Self {
        Self(Hmac::new_from_slice(&**secret).expect("HMAC takes keys of any length"))
    }

    /// The HMAC of a message to come.
    pub(crate) fn begin(&self) -> Hmac<Sha256> {
        self.0.clone()
    }
}

/// It is two states of SHA-256, which are zeroized.
impl ZeroizeOnDrop for SigningKey {}

#[cfg(test)]
mod tests {
    use hmac::Mac as _;

    use super::*;

    #[test]
    fn the_states_that_it_is_made_of_are_zeroized() {
        fn is_zeroized<T: ZeroizeOnDrop>() {}
        is_zeroized::<Sha256>();
        assert!(size_of::<SigningKey>() <= 2 * size_of::<Sha256>());
    }

    #[test]
    fn each_message_has_the_code_of_the_key_alone() {
        let secret = Zeroizing::new([7; 32]);
        let key = SigningKey::new(&secret);
        for message in [&b"one"[..], b"another", b"one"] {
            let expected = Hmac::<Sha256>::new_from_slice(&*secret).unwrap().chain_update(message);
            let code = key.begin().chain_update(message).finalize();
            assert!(code == expected.finalize());
        }
    }
}
