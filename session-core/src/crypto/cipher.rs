//! The cipher of seals, XAES-256-GCM: the feature `sealing`. Without it no engine is built that would seal, and
//! nothing opens.

#[cfg(not(feature = "sealing"))]
pub(super) use absent::Cipher;
#[cfg(feature = "sealing")]
pub(super) use present::Cipher;

pub(crate) const NONCE: usize = 24;
pub(crate) const TAG: usize = 16;

pub(super) type Nonce = [u8; NONCE];

#[cfg(feature = "sealing")]
mod present {
    use xaes_256_gcm::Xaes256Gcm;
    use xaes_256_gcm::aead::{Aead as _, KeyInit as _, Payload};

    use super::Nonce;

    /// A key, prepared.
    pub(crate) struct Cipher(pub(in crate::crypto) Xaes256Gcm);

    impl Cipher {
        pub(in crate::crypto) fn new(key: &[u8; 32]) -> Self {
            Self(Xaes256Gcm::new(key.into()))
        }

        pub(in crate::crypto) fn encrypt(&self, nonce: Nonce, aad: &[u8], bytes: &[u8]) -> Vec<u8> {
            let sealed = self.0.encrypt(&nonce.into(), Payload { msg: bytes, aad });
            sealed.expect("a session is shorter than the cipher's limit of 64 GiB")
        }

        /// None if they do not open.
        pub(in crate::crypto) fn decrypt(
            &self,
            nonce: Nonce,
            aad: &[u8],
            sealed: &[u8],
        ) -> Option<Vec<u8>> {
            self.0.decrypt(&nonce.into(), Payload { msg: sealed, aad }).ok()
        }
    }
}

#[cfg(not(feature = "sealing"))]
mod absent {
    use super::Nonce;

    pub(crate) struct Cipher;

    #[expect(clippy::unused_self, reason = "it is called like the one that is present")]
    impl Cipher {
        pub(in crate::crypto) fn new(_: &[u8; 32]) -> Self {
            Self
        }

        pub(in crate::crypto) fn encrypt(&self, _: Nonce, _: &[u8], _: &[u8]) -> Vec<u8> {
            unreachable!("without the feature `sealing` no engine is built that seals")
        }

        /// None if they do not open.
        pub(in crate::crypto) fn decrypt(&self, _: Nonce, _: &[u8], _: &[u8]) -> Option<Vec<u8>> {
            None
        }
    }
}
