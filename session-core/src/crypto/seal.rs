//! Sealing, bound to what is sealed and where it belongs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::crypto::cipher::{NONCE, TAG};
use crate::crypto::key_ring::{Key, KeyId, KeyRing};
use crate::crypto::random::{Random, RandomError};

/// How much of an HMAC-SHA-256 authenticates a cookie: 160 bits.
const CODE: usize = 20;

/// A key's id, and the code it makes.
pub(crate) type Signature = [u8; KeyId::LENGTH + CODE];

/// What sealed bytes are, and where they belong. Moved anywhere else, they do not open.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// What the bytes are for.
    pub(crate) purpose: &'static str,
    /// The sessions that they belong to: their cookie, and their name where that is known without
    /// opening.
    pub(crate) owner: &'a str,
    /// The session's handle, where it is known without opening.
    pub(crate) handle: &'a [u8],
}

/// The bytes do not open: they were sealed by another key or for another place, or have been changed. The error
/// does not say which.
///
/// Is each key that was in use in the ring of every node? After a change of keys, see the three steps at `KeyRing`.
/// If keys are lost, so are the sessions: people log in again.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed session does not open: it was changed or moved, or its key is not in the ring")]
pub struct SealError;

crate::error_words::debug_in_words!(SealError);

/// Whether a seal or signature should be made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SealAge {
    Current,
    /// It was made with a retired key, or is missing though there are keys.
    Stale,
}

impl SealAge {
    fn of(key: &Key) -> Self {
        Self::stale_if(key.is_retired())
    }

    pub(crate) fn stale_if(is_stale: bool) -> Self {
        if is_stale { Self::Stale } else { Self::Current }
    }

    pub(crate) fn is_stale(self) -> bool {
        self == Self::Stale
    }
}

/// How long bytes of this length are when they are sealed.
pub(crate) const fn sealed_length(plain: usize) -> usize {
    KeyId::LENGTH + NONCE + plain + TAG
}

/// What was opened.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) bytes: Vec<u8>,
    pub(crate) seal: SealAge,
}

impl KeyRing {
    /// Key id, nonce, ciphertext and tag.
    pub(crate) fn seal(
        &self,
        context: Context<'_>,
        bytes: &[u8],
        random: &dyn Random,
    ) -> Result<Vec<u8>, RandomError> {
        let key = self.primary();
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce)?;
        let sealed = key.cipher.encrypt(nonce, &context.encode(key.id), bytes);
        Ok([&key.id.0[..], &nonce, &sealed].concat())
    }

    /// Chosen by its id, one key is tried and no other.
    pub(crate) fn open(&self, context: Context<'_>, sealed: &[u8]) -> Result<Opened, SealError> {
        let (id, rest) = sealed.split_first_chunk::<{ KeyId::LENGTH }>().ok_or(SealError)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(SealError)?;
        let key = self.find(KeyId(*id)).ok_or(SealError)?;
        let bytes = key.cipher.decrypt(*nonce, &context.encode(key.id), sealed).ok_or(SealError)?;
        Ok(Opened { bytes, seal: SealAge::of(key) })
    }

    /// Key id and a code that authenticates `bytes`.
    pub(crate) fn sign(&self, context: Context<'_>, bytes: &[u8]) -> Signature {
        let key = self.primary();
        let mut signed = [0; KeyId::LENGTH + CODE];
        signed[..KeyId::LENGTH].copy_from_slice(&key.id.0);
        signed[KeyId::LENGTH..]
            .copy_from_slice(&key.mac(context, bytes).finalize().into_bytes()[..CODE]);
        signed
    }

    /// How old the key is with which `signed` authenticates `bytes`; an error if it does not.
    pub(crate) fn verify(
        &self,
        context: Context<'_>,
        bytes: &[u8],
        signed: &[u8],
    ) -> Result<SealAge, SealError> {
        let (id, code) = signed.split_first_chunk::<{ KeyId::LENGTH }>().ok_or(SealError)?;
        let key = self.find(KeyId(*id)).ok_or(SealError)?;
        if code.len() != CODE {
            return Err(SealError);
        }
        key.mac(context, bytes).verify_truncated_left(code).map_err(|_| SealError)?;
        Ok(SealAge::of(key))
    }
}

impl Key {
    /// The start of an HMAC-SHA-256, bound to its context.
    pub(crate) fn mac(&self, context: Context<'_>, bytes: &[u8]) -> Hmac<Sha256> {
        self.signing.begin().chain_update(context.encode(self.id)).chain_update(bytes)
    }
}

impl KeyRing {
    /// A name for `bytes` under each key that only key holders can find, the primary key's
    /// first: an index that does not show what it is an index of.
    pub(crate) fn blinded(&self, context: Context<'_>, bytes: &[u8]) -> Vec<String> {
        let mut keys: Vec<&Key> = self.keys().collect();
        keys.sort_by_key(|key| key.id != self.primary().id);
        let name =
            |key: &Key| URL_SAFE_NO_PAD.encode(key.mac(context, bytes).finalize().into_bytes());
        keys.into_iter().map(name).collect()
    }
}

impl Context<'_> {
    /// Each part with its length, so that two contexts never encode the same.
    fn encode(self, key: KeyId) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(96);
        for part in [self.purpose.as_bytes(), self.owner.as_bytes(), &key.0, self.handle] {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Mutex;

    use super::*;
    use crate::crypto::random::System;

    const HERE: Context<'_> =
        Context { purpose: "record", owner: "__Host-session", handle: &[7; 16] };

    fn ring() -> KeyRing {
        KeyRing::parse(&KeyRing::generate().unwrap()).unwrap()
    }

    /// A source that says what it drew.
    #[derive(Default)]
    struct Recorder(Mutex<Vec<Vec<u8>>>);

    impl Random for Recorder {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
            System.fill(bytes)?;
            self.0.lock().unwrap().push(bytes.to_vec());
            Ok(())
        }
    }

    struct Failing;

    impl Random for Failing {
        fn fill(&self, _: &mut [u8]) -> Result<(), RandomError> {
            Err(RandomError::new("no random bytes"))
        }
    }

    #[test]
    fn each_message_has_a_nonce_of_its_own_from_the_random_source() {
        let (ring, random) = (ring(), Recorder::default());
        let sealed: Vec<_> =
            (0..1000).map(|_| ring.seal(HERE, b"visits", &random).unwrap()).collect();
        let draws = random.0.into_inner().unwrap();
        assert_eq!(draws.len(), 1000);
        for (sealed, draw) in sealed.iter().zip(&draws) {
            assert_eq!(sealed[KeyId::LENGTH..][..NONCE], draw[..], "the nonce is what was drawn");
        }
        let nonces: HashSet<_> = draws.iter().collect();
        let messages: HashSet<_> =
            sealed.iter().map(|sealed| &sealed[KeyId::LENGTH + NONCE..]).collect();
        assert_eq!((nonces.len(), messages.len()), (1000, 1000));
        assert!(ring.seal(HERE, b"visits", &Failing).is_err());
    }

    /// Where one part ends and the next begins is part of what is bound.
    #[test]
    fn parts_that_are_cut_elsewhere_are_another_context() {
        let ring = ring();
        let context = |purpose, owner| Context { purpose, owner, handle: &[7; 16] };
        let sealed = ring.seal(context("record", "session"), b"plain", &System).unwrap();
        assert!(ring.open(context("record", "session"), &sealed).is_ok());
        for (purpose, owner) in
            [("recor", "dsession"), ("records", "ession"), ("", "recordsession")]
        {
            assert!(ring.open(context(purpose, owner), &sealed).is_err(), "{purpose} {owner}");
        }
    }

    /// <https://c2sp.org/XAES-256-GCM>, "Test Vectors".
    #[test]
    fn the_published_vectors_pass() {
        let nonce = *b"ABCDEFGHIJKLMNOPQRSTUVWX";
        for (byte, aad, expected) in [
            (1, &b""[..], "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
            (
                3,
                b"c2sp.org/XAES-256-GCM",
                "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d",
            ),
        ] {
            let ring = KeyRing::from_bytes([byte; 32]).unwrap();
            let sealed = ring.primary().cipher.encrypt(nonce, aad, b"XAES-256-GCM");
            let expected: Vec<u8> = (0..expected.len() / 2)
                .map(|index| u8::from_str_radix(&expected[2 * index..2 * index + 2], 16).unwrap())
                .collect();
            assert_eq!(sealed, expected);
            assert_eq!(
                ring.primary().cipher.decrypt(nonce, aad, &sealed).unwrap(),
                b"XAES-256-GCM"
            );
        }
    }

    #[test]
    fn no_bit_and_no_prefix_opens() {
        let ring = ring();
        let sealed = ring.seal(HERE, b"visits", &System).unwrap();
        assert_eq!(ring.open(HERE, &sealed).unwrap().bytes, b"visits");
        for bit in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(ring.open(HERE, &flipped).unwrap_err(), SealError);
        }
        for length in 0..sealed.len() {
            assert_eq!(ring.open(HERE, &sealed[..length]).unwrap_err(), SealError);
        }
    }

    #[test]
    fn elsewhere_it_does_not_open() {
        let ring = ring();
        let sealed = ring.seal(HERE, b"visits", &System).unwrap();
        let signed = ring.sign(HERE, b"token");
        for elsewhere in [
            Context { purpose: "cookie", ..HERE },
            Context { owner: "__Host-admin", ..HERE },
            Context { handle: &[8; 16], ..HERE },
            Context { handle: &[], ..HERE },
        ] {
            assert!(ring.open(elsewhere, &sealed).is_err());
            assert!(ring.verify(elsewhere, b"token", &signed).is_err());
        }
        assert!(ring.verify(HERE, b"token", &signed).is_ok());
        assert!(ring.verify(HERE, b"tokem", &signed).is_err());
        assert!(self::ring().open(HERE, &sealed).is_err());
    }

    #[test]
    fn a_key_is_chosen_by_its_id_and_never_by_trial() {
        let (one, two) = (KeyRing::generate().unwrap(), KeyRing::generate().unwrap());
        let ring = KeyRing::parse(&format!("{one} {two}")).unwrap();
        let other = KeyRing::parse(&two).unwrap();
        let mut sealed = ring.seal(HERE, b"visits", &System).unwrap();
        let mut signed = ring.sign(HERE, b"token");
        assert!(ring.open(HERE, &sealed).is_ok() && ring.verify(HERE, b"token", &signed).is_ok());
        // The key that would open it is in the ring, and not the one that it names.
        sealed[..4].copy_from_slice(&other.primary().id.0);
        signed[..4].copy_from_slice(&other.primary().id.0);
        assert!(ring.open(HERE, &sealed).is_err());
        assert!(ring.verify(HERE, b"token", &signed).is_err());
    }

    #[test]
    fn the_primary_seals_the_retired_opens_the_removed_does_not() {
        let (old, new) = (KeyRing::generate().unwrap(), KeyRing::generate().unwrap());
        let before = KeyRing::parse(&old).unwrap();
        let sealed = before.seal(HERE, b"visits", &System).unwrap();
        let signed = before.sign(HERE, b"token");
        let after = KeyRing::parse(&format!("{new} {old}")).unwrap();
        assert!(after.open(HERE, &sealed).unwrap().seal.is_stale());
        assert!(after.verify(HERE, b"token", &signed).unwrap().is_stale());
        let again = after.seal(HERE, b"visits", &System).unwrap();
        assert!(!after.open(HERE, &again).unwrap().seal.is_stale());
        assert_eq!(again[..4], after.primary().id.0);
        let next = KeyRing::parse(&format!("{old} next:{new}")).unwrap();
        assert!(
            !next.open(HERE, &again).unwrap().seal.is_stale(),
            "what another node seals with the next key stays so"
        );
        let removed = KeyRing::parse(&new).unwrap();
        assert!(removed.open(HERE, &sealed).is_err());
        assert!(removed.verify(HERE, b"token", &signed).is_err());
    }
}
