//! What names a session (the handle), what proves it (the secret), and both as one cookie value.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ctutils::CtEq as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::crypto::base64url;
use crate::crypto::random::{Random, RandomError};
use crate::crypto::time::Timestamp;

const HANDLE: usize = 16;
const SECRET: usize = 32;

const SUCCESSOR: &str = "session successor";

/// The public name of a session: fit for logs and device lists, worth nothing as a cookie.
///
/// A `UUIDv7`, so that new rows lie together in a large index. It tells when the session was
/// created and nothing else.
///
/// ```
/// # use session_core::{Handle, HandleError};
/// let handle: Handle = "0192a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b".parse()?;      // out of a form
/// assert_eq!(handle.to_string(), "0192a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b");
/// # Ok::<(), HandleError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[doc(alias("session_id", "id"))]
pub struct Handle(Uuid);

impl Handle {
    /// The handle of these bytes, as a store kept them.
    pub const fn from_bytes(bytes: [u8; HANDLE]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The bytes for a store to keep.
    pub const fn as_bytes(&self) -> &[u8; HANDLE] {
        self.0.as_bytes()
    }

    /// When it was generated, in whole milliseconds; the beginning of time for one that was not.
    pub(crate) fn generated(&self) -> Timestamp {
        let bytes = self.as_bytes();
        let mut millis = [0; 8];
        if bytes[6] >> 4 == 7 {
            millis[2..].copy_from_slice(&bytes[..6]);
        }
        Timestamp::from_micros(i64::from_be_bytes(millis) * 1000)
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({})", self.0)
    }
}

/// The text is not a handle, which is written as a UUID.
#[derive(Clone, thiserror::Error)]
#[error("not a session handle: expected a UUID such as 0192a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")]
pub struct HandleError(#[source] uuid::Error);

crate::error_words::debug_in_words!(HandleError);

impl FromStr for Handle {
    type Err = HandleError;

    fn from_str(text: &str) -> Result<Self, HandleError> {
        Uuid::from_str(text).map(Self).map_err(HandleError)
    }
}

/// The SHA-256 of a session's secret and of what it is bound to: all that a store ever sees of it.
///
/// Equality takes the same time wherever two digests differ.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes, as a store kept them.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes for a store to keep.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What tells a nonce from others, and does not tell the nonce.
    pub(crate) fn of(nonce: &Nonce) -> Self {
        Self(Sha256::digest(nonce.0).into())
    }
}

impl Digest {
    /// Four numbers are compared in fewer steps than 32 bytes.
    fn words(&self) -> [u64; 4] {
        let (words, _) = self.0.as_chunks();
        [0, 1, 2, 3].map(|index| u64::from_ne_bytes(words[index]))
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.words().ct_eq(&other.words()).into()
    }
}

impl Eq for Digest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(..)")
    }
}

/// A session's handle and secret: what its cookie or bearer token carries, as 64 base64url characters.
///
/// 48 bytes fill 64 characters to the last bit, so that a token has one encoding only.
#[derive(Clone)]
pub(crate) struct Token {
    /// The handle, then the secret.
    bytes: Zeroizing<[u8; HANDLE + SECRET]>,
}

impl Token {
    /// How many characters a token has.
    pub(crate) const LENGTH: usize = 64;

    /// Generates a new session's token.
    pub(crate) fn generate(random: &dyn Random, at: Timestamp) -> Result<Self, RandomError> {
        /// How many bytes of a handle say when it was generated.
        const TIME: usize = 6;
        let mut bytes = Zeroizing::new([0; HANDLE + SECRET]);
        random.fill(&mut bytes[TIME..])?;
        let (handle, _) = bytes.split_first_chunk_mut::<HANDLE>().expect("it is longer");
        let bits = handle.last_chunk().expect("it is longer");
        let millis = u64::try_from(at.micros() / 1000).unwrap_or(0);
        *handle = uuid::Builder::from_unix_timestamp_millis(millis, bits).into_uuid().into_bytes();
        Ok(Self { bytes })
    }

    /// Generates a new secret for the session of this handle.
    pub(crate) fn rotate(handle: Handle, random: &dyn Random) -> Result<Self, RandomError> {
        let mut token = Self::without_secret(handle);
        random.fill(&mut token.bytes[HANDLE..])?;
        Ok(token)
    }

    /// The token of this handle and secret.
    pub(crate) fn new(handle: Handle, secret: &[u8; SECRET]) -> Self {
        let mut token = Self::without_secret(handle);
        token.bytes[HANDLE..].copy_from_slice(secret);
        token
    }

    fn without_secret(handle: Handle) -> Self {
        let mut bytes = Zeroizing::new([0; HANDLE + SECRET]);
        bytes[..HANDLE].copy_from_slice(handle.as_bytes());
        Self { bytes }
    }

    /// The token that succeeds this one by age. Its secret is made with this one's: whoever has that,
    /// and the nonce, gets the same as often as it asks.
    pub(crate) fn successor(&self, nonce: &Nonce, key: &DigestKey) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(self.secret()).expect("any length will do");
        let mac = mac.chain_update(SUCCESSOR).chain_update(key.0).chain_update(nonce.0);
        let mut token = Self::without_secret(self.handle());
        token.bytes[HANDLE..].copy_from_slice(&mac.finalize().into_bytes());
        token
    }

    /// The token of a cookie's value or a bearer token, if it is one.
    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; HANDLE + SECRET]);
        base64url::decode(value, &mut *bytes)?;
        Some(Self { bytes })
    }

    /// The value of its cookie or bearer token.
    pub(crate) fn encode(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(*self.bytes))
    }

    pub(crate) fn handle(&self) -> Handle {
        Handle::from_bytes(*self.bytes.first_chunk().expect("it is longer"))
    }

    /// What proves the session: fit for nothing but a digest or a form key.
    pub(crate) fn secret(&self) -> &[u8; SECRET] {
        self.bytes.last_chunk().expect("it is longer")
    }

    /// What the store keeps of the secret. Under the key of other sessions that share the store,
    /// the same token proves nothing.
    pub(crate) fn digest(&self, key: &DigestKey) -> Digest {
        let hash = Sha256::new().chain_update(key.0).chain_update(self.secret());
        Digest(hash.finalize().into())
    }
}

/// What makes a secret's successor another each time that one is due: random bytes, which prove nothing
/// without the secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Nonce([u8; SECRET]);

impl Nonce {
    pub(crate) fn generate(random: &dyn Random) -> Result<Self, RandomError> {
        let mut bytes = [0; SECRET];
        random.fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The nonce of these bytes, as a record has them.
    pub(crate) const fn from_bytes(bytes: [u8; SECRET]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; SECRET] {
        &self.0
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(..)")
    }
}

/// By what a client shows its token. A secret proves a session by one of them only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// The session cookie, of a browser.
    Cookie,
    /// `Authorization: Bearer`, of a non-browser client.
    Bearer,
}

/// What the digests of some sessions are bound to: their cookie, their name, and by what their tokens
/// are shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DigestKey([u8; 16]);

impl DigestKey {
    /// Short enough that it fits one block of SHA-256 together with a secret. Neither a cookie nor a name
    /// has a zero byte.
    pub(crate) fn new(cookie: &str, name: &str, transport: Transport) -> Self {
        let hash = Sha256::new().chain_update(cookie).chain_update([0]).chain_update(name);
        let hash = match transport {
            Transport::Cookie => hash,
            Transport::Bearer => hash.chain_update("\0bearer"),
        };
        let hash: [u8; 32] = hash.finalize().into();
        let (key, _) = hash.split_first_chunk().expect("32 bytes are more than 16");
        Self(*key)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::Transport::{Bearer, Cookie};
    use super::*;
    use crate::crypto::random::System;

    fn token() -> Token {
        Token::generate(&System, Timestamp::now()).unwrap()
    }

    #[test]
    fn a_token_is_read_as_it_was_encoded() {
        let token = token();
        let read = Token::parse(token.encode().as_bytes()).unwrap();
        assert_eq!(token.encode().len(), Token::LENGTH);
        assert_eq!(read.handle(), token.handle());
        let here = DigestKey::new("session", "Shop", Cookie);
        assert_eq!(read.digest(&here), token.digest(&here));
        for (cookie, name, transport) in [
            ("admin", "Shop", Cookie),
            ("session", "Admin", Cookie),
            ("sessio", "nShop", Cookie),
            ("session", "Shop", Bearer),
        ] {
            let elsewhere = DigestKey::new(cookie, name, transport);
            assert_ne!(read.digest(&elsewhere), token.digest(&here));
        }
    }

    #[test]
    fn a_handle_tells_when_it_was_generated() {
        let at = Timestamp::from_micros(1_720_000_000_123_456);
        let token = Token::generate(&System, at).unwrap();
        assert_eq!(token.handle().generated(), Timestamp::from_micros(1_720_000_000_123_000));
        let [beginning, end] =
            [[7; 16], [0xff; 16]].map(|bytes| Handle::from_bytes(bytes).generated());
        assert_eq!((beginning.micros(), end.micros()), (0, 0), "they have another version");
        let mut bytes = [0xff; 16];
        bytes[6] = 0x7f;
        let latest = Handle::from_bytes(bytes).generated();
        assert_eq!(latest.micros(), 281_474_976_710_655_000);
    }

    #[test]
    fn any_other_length_or_alphabet_is_no_token() {
        let encoded = token().encode();
        for length in 0..Token::LENGTH {
            assert!(Token::parse(&encoded.as_bytes()[..length]).is_none());
        }
        assert!(Token::parse(format!("{}A", *encoded).as_bytes()).is_none());
        for odd in ["+", "/", "=", " ", "\"", "%", "\0", "é"] {
            let value = format!("{odd}{}", &encoded[odd.len()..]);
            assert!(Token::parse(value.as_bytes()).is_none(), "{odd:?}");
        }
    }

    #[test]
    fn a_successor_is_its_secret_s_and_its_nonce_s() {
        let token = token();
        let [one, two] = [1, 2].map(|byte| Nonce::from_bytes([byte; SECRET]));
        let here = DigestKey::new("session", "Shop", Cookie);
        let successor = token.successor(&one, &here);
        assert_eq!(successor.handle(), token.handle());
        assert_eq!(*successor.encode(), *token.successor(&one, &here).encode());
        let another = Token::rotate(token.handle(), &System).unwrap();
        for other in [
            token.clone(),
            token.successor(&two, &here),
            token.successor(&one, &DigestKey::new("session", "Admin", Cookie)),
            another.successor(&one, &here),
            successor.successor(&one, &here),
        ] {
            assert_ne!(*successor.encode(), *other.encode());
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        let token = token();
        assert_eq!(
            format!(
                "{token:?} {:?} {:?}",
                token.digest(&DigestKey::new("session", "Shop", Cookie)),
                Nonce::from_bytes([1; SECRET]),
            ),
            "Token(..) Digest(..) Nonce(..)"
        );
    }

    #[test]
    fn secrets_of_one_millisecond_share_nothing() {
        let at = Timestamp::now();
        let (one, two) =
            (Token::generate(&System, at).unwrap(), Token::generate(&System, at).unwrap());
        let differing: u32 =
            one.secret().iter().zip(two.secret()).map(|(a, b)| (a ^ b).count_ones()).sum();
        assert!((96..=160).contains(&differing), "{differing} of 256 bits differ");
    }
}
