//! The keys that seal records and cookies: one seals, all open.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use ctutils::CtEq as _;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::crypto::cipher::Cipher;
use crate::crypto::random::{Random as _, RandomError, System};
use crate::crypto::signing_key::SigningKey;

const LENGTH: usize = 32;

/// What generates a key in every shell; the errors name it.
const GENERATE: &str = "head -c 32 /dev/urandom | base64";

/// Keys of 32 bytes, each written in base64 or base64url.
///
/// The primary one seals; a `next` one only opens, until every node has it; a retired one only
/// opens, and what it sealed is sealed again with the primary one when it is used (a sealed cookie:
/// when its session changes). To rotate, deploy each of these in turn:
///
/// 1. `SESSION_KEYS="OLD next:NEW"`
/// 2. `SESSION_KEYS="NEW OLD"`
/// 3. `SESSION_KEYS="NEW"`, when the longest absolute limit of the sessions has passed
///
/// Generate a key once, and keep it with the program's other secrets. In a shell:
///
/// ```sh
/// export SESSION_KEYS=$(head -c 32 /dev/urandom | base64)
/// ```
///
/// [`KeyRing::generate`] does the same in a program.
///
/// ```
/// # use session_core::{KeyRing, KeyError};
/// let ring = KeyRing::parse("bW9yZSByYW5kb20gdGhhbiB0aGlzLCBvZiBjb3Vyc2U")?;
/// assert_eq!(format!("{ring:?}"), "KeyRing([redacted])");
/// # Ok::<(), KeyError>(())
/// ```
#[derive(Clone)]
#[doc(alias("key", "secret", "secret_key", "rotation"))]
pub struct KeyRing(Arc<Vec<Key>>);

/// What names a key: part of its digest, so that a name cannot be given to the wrong key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyId(pub(crate) [u8; Self::LENGTH]);

impl KeyId {
    pub(crate) const LENGTH: usize = 4;
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Next,
    Primary,
    Retired,
}

pub(crate) struct Key {
    pub(crate) id: KeyId,
    state: State,
    secret: Zeroizing<[u8; LENGTH]>,
    pub(crate) cipher: Cipher,
    /// Authenticates cookies. Derived, so that no key serves two algorithms.
    pub(crate) signing: SigningKey,
}

impl KeyRing {
    /// Keys apart by commas or white space, the first of them primary, the others retired except
    /// those that begin with `next:`.
    ///
    /// ```
    /// # use session_core::{KeyRing, KeyError};
    /// let [old, new] = ["bW9yZSByYW5kb20gdGhhbiB0aGlzLCBvZiBjb3Vyc2U", "YW5vdGhlciBvbmUsIGFsc28gb2YgMzIgYnl0ZXMuLi4"];
    /// let ring = KeyRing::parse(&format!("{old} next:{new}"))?;      // the first step of a rotation
    ///
    /// assert!(matches!(KeyRing::parse("secret"), Err(KeyError::Malformed { position: 1 })));
    /// # Ok::<(), KeyError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut keys = Vec::<Key>::new();
        let words = text.split(|char: char| char == ',' || char.is_whitespace());
        for (position, word) in words.filter(|word| !word.is_empty()).enumerate() {
            let position = position + 1;
            let (state, word) = match word.strip_prefix("next:") {
                Some(word) => (State::Next, word),
                None if keys.iter().any(|key| key.state == State::Primary) => {
                    (State::Retired, word)
                }
                None => (State::Primary, word),
            };
            let mut secret = Zeroizing::new([0; LENGTH]);
            match base64_of(word).decode_slice(unpadded(word), &mut *secret) {
                Ok(LENGTH) => keys.push(Key::new(secret, state, position, &keys)?),
                _ => return Err(KeyError::Malformed { position }),
            }
        }
        if !keys.iter().any(|key| key.state == State::Primary) {
            return Err(KeyError::NoPrimary);
        }
        Ok(Self(Arc::new(keys)))
    }

    /// The keys in the environment variable `SESSION_KEYS`, as [`KeyRing::parse`] reads them.
    ///
    /// # Errors
    /// When it is not set or holds something else. The error says how to set it:
    ///
    /// ```
    /// # use session_core::KeyRing;
    /// let error = KeyRing::from_env().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the environment variable SESSION_KEYS is not set: generate a key, once, with \
    ///      `export SESSION_KEYS=$(head -c 32 /dev/urandom | base64)`",
    /// );
    /// ```
    pub fn from_env() -> Result<Self, KeyError> {
        let text = std::env::var("SESSION_KEYS").map_err(|_| KeyError::NoVariable)?;
        Self::parse(&Zeroizing::new(text))
    }

    /// The keys in a file, as [`KeyRing::parse`] reads them.
    ///
    /// ```no_run
    /// # use session_core::{KeyRing, KeyError};
    /// # fn main() -> Result<(), KeyError> {
    /// let ring = KeyRing::from_file("/run/secrets/session-keys")?;
    /// # Ok(()) }
    /// ```
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let text = std::fs::read_to_string(&path)
            .map_err(|cause| KeyError::Unreadable { path: path.as_ref().to_owned(), cause })?;
        Self::parse(&Zeroizing::new(text))
    }

    /// A ring of one key, from bytes.
    ///
    /// ```
    /// # use session_core::{KeyRing, KeyError};
    /// # let bytes_of_a_vault = [7; 32];
    /// let ring = KeyRing::from_bytes(bytes_of_a_vault)?;
    /// # Ok::<(), KeyError>(())
    /// ```
    pub fn from_bytes(primary: [u8; LENGTH]) -> Result<Self, KeyError> {
        let key = Key::new(Zeroizing::new(primary), State::Primary, 1, &[])?;
        Ok(Self(Arc::new(vec![key])))
    }

    /// Generates a key, in the form that [`KeyRing::parse`] reads: 43 base64url characters. A program
    /// that uses it at every start loses its sessions at every start: keep the key.
    ///
    /// ```
    /// # use session_core::KeyRing;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let key = KeyRing::generate()?;
    /// let ring = KeyRing::parse(&key)?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the operating system's random source fails.
    pub fn generate() -> Result<String, RandomError> {
        let mut secret = Zeroizing::new([0; LENGTH]);
        System.fill(&mut *secret)?;
        Ok(URL_SAFE_NO_PAD.encode(*secret))
    }

    /// The key that seals.
    pub(crate) fn primary(&self) -> &Key {
        self.0.iter().find(|key| key.state == State::Primary).expect("a ring has a primary key")
    }

    /// All of them.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.0.iter()
    }

    /// The key of this name: the one that opens what it sealed, and no other is tried.
    pub(crate) fn find(&self, id: KeyId) -> Option<&Key> {
        self.0.iter().find(|key| key.id == id)
    }
}

impl Key {
    fn new(
        secret: Zeroizing<[u8; LENGTH]>,
        state: State,
        position: usize,
        others: &[Self],
    ) -> Result<Self, KeyError> {
        if bool::from(secret.ct_eq(&[0; LENGTH])) {
            return Err(KeyError::Zero { position });
        }
        if others.iter().any(|other| other.secret.ct_eq(&*secret).into()) {
            return Err(KeyError::Repeated { position });
        }
        let id = *derived("session key id", &secret);
        let id = KeyId([id[0], id[1], id[2], id[3]]);
        if others.iter().any(|other| other.id == id) {
            return Err(KeyError::SameId { position });
        }
        Ok(Self {
            id,
            state,
            cipher: Cipher::new(&secret),
            signing: SigningKey::new(&derived("session cookie signing", &secret)),
            secret,
        })
    }

    /// Whether what it sealed is to be sealed again with the primary key.
    pub(crate) fn is_retired(&self) -> bool {
        self.state == State::Retired
    }
}

/// Which of the two alphabets a key is written in.
fn base64_of(word: &str) -> &'static GeneralPurpose {
    if word.contains(['+', '/']) { &STANDARD_NO_PAD } else { &URL_SAFE_NO_PAD }
}

/// Without the `=` with which some programs end 32 bytes.
fn unpadded(word: &str) -> &str {
    word.strip_suffix('=').unwrap_or(word)
}

fn derived(purpose: &str, secret: &[u8; LENGTH]) -> Zeroizing<[u8; LENGTH]> {
    let hash = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(secret);
    Zeroizing::new(hash.finalize().into())
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing([redacted])")
    }
}

/// These make no key ring. Keys are named by their position, never shown.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not 32 bytes in base64 or base64url.
    #[error("key {position} is not 32 bytes in base64: generate one with `{GENERATE}`")]
    Malformed {
        /// Which, from 1.
        position: usize,
    },
    /// All its bytes are zero: a place-holder.
    #[error("key {position} is all zeros: generate one with `{GENERATE}`")]
    Zero {
        /// Which, from 1.
        position: usize,
    },
    /// It stands there twice.
    ///
    /// Remove one of the two.
    #[error("key {position} is there twice")]
    Repeated {
        /// Which, from 1.
        position: usize,
    },
    /// Another key has the same id by chance (one in four thousand million).
    #[error("key {position} has the id of another: generate a new one")]
    SameId {
        /// Which, from 1.
        position: usize,
    },
    /// There is no key that seals.
    #[error(
        "there is no primary key, which is the first one without `next:`; generate one with `{GENERATE}`"
    )]
    NoPrimary,
    /// The environment has no `SESSION_KEYS`, or it is not text.
    #[error(
        "the environment variable SESSION_KEYS is not set: generate a key, once, with `export SESSION_KEYS=$({GENERATE})`"
    )]
    NoVariable,
    /// The file cannot be read.
    ///
    /// See its source, and the rights of the file.
    #[error("the key file {} cannot be read", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
}

crate::error_words::debug_in_words!(KeyError);

#[cfg(test)]
mod tests {
    use zeroize::ZeroizeOnDrop;

    use super::*;
    use crate::crypto::form_token::{FormCode, FormKey};
    use crate::crypto::token::{Digest, Handle, Token};

    #[test]
    fn short_repeated_and_zero_keys_are_refused() {
        let (one, two) = (KeyRing::generate().unwrap(), KeyRing::generate().unwrap());
        assert!(matches!(KeyRing::parse(&one[1..]), Err(KeyError::Malformed { position: 1 })));
        assert!(matches!(
            KeyRing::parse(&format!("{one} {two}A")),
            Err(KeyError::Malformed { position: 2 })
        ));
        assert!(matches!(
            KeyRing::parse(&format!("{one},{two},{one}")),
            Err(KeyError::Repeated { position: 3 })
        ));
        assert!(matches!(KeyRing::parse(&"A".repeat(43)), Err(KeyError::Zero { position: 1 })));
        assert!(matches!(KeyRing::parse(&format!("next:{one}")), Err(KeyError::NoPrimary)));
        assert!(matches!(KeyRing::parse(" , \n"), Err(KeyError::NoPrimary)));
    }

    #[test]
    fn a_key_is_read_in_both_alphabets_and_with_padding() {
        for bytes in [[0xff; LENGTH], [0x3e; LENGTH], [7; LENGTH]] {
            for text in [
                base64::prelude::BASE64_STANDARD.encode(bytes),
                STANDARD_NO_PAD.encode(bytes),
                base64::prelude::BASE64_URL_SAFE.encode(bytes),
                URL_SAFE_NO_PAD.encode(bytes),
            ] {
                let ring = KeyRing::parse(&text).unwrap();
                assert!(ring.primary().id == KeyRing::from_bytes(bytes).unwrap().primary().id);
            }
        }
        let (mixed, twice) = (format!("+{}_", "A".repeat(41)), format!("{}==", "B".repeat(43)));
        for text in [mixed, twice] {
            assert!(matches!(KeyRing::parse(&text), Err(KeyError::Malformed { position: 1 })));
        }
    }

    /// In any shell, without anything of this workspace.
    #[cfg(unix)]
    #[test]
    fn the_command_that_an_error_names_generates_a_key() {
        let error = KeyError::NoVariable.to_string();
        let command = error.split('`').nth(1).unwrap();
        let script = format!("{command}; printf %s \"$SESSION_KEYS\"");
        let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        let key = String::from_utf8(output.stdout).unwrap();
        assert!(KeyRing::parse(&key).is_ok(), "{key:?}");
        for error in [
            KeyError::Malformed { position: 1 },
            KeyError::Zero { position: 1 },
            KeyError::NoPrimary,
        ] {
            assert!(error.to_string().contains(GENERATE), "{error}");
        }
    }

    #[test]
    fn the_first_key_that_is_not_next_is_primary() {
        let keys: Vec<_> = (0..3).map(|_| KeyRing::generate().unwrap()).collect();
        let ring = KeyRing::parse(&format!("next:{} {}\n{}", keys[0], keys[1], keys[2])).unwrap();
        let states: Vec<_> = ring.0.iter().map(|key| key.state).collect();
        assert_eq!(states, [State::Next, State::Primary, State::Retired]);
        assert!(ring.primary().id == ring.0[1].id);
    }

    /// A field that is added to a key does not compile here before it is looked at.
    #[cfg(feature = "sealing")]
    #[test]
    fn every_part_of_a_key_that_is_secret_is_zeroized() {
        fn is_zeroized<T: ZeroizeOnDrop>(_: &T) {}
        let ring = KeyRing::parse(&KeyRing::generate().unwrap()).unwrap();
        let Key { id: KeyId(_), state: _, secret, cipher, signing } = ring.primary();
        is_zeroized(secret);
        is_zeroized(&cipher.0);
        is_zeroized(signing);
    }

    /// Of a type that has the trait, there are two candidates for `_`, and this does not compile.
    macro_rules! assert_lacks {
        ($($name:ty: $bound:path),* $(,)?) => {
            $(const _: fn() = || {
                trait Ambiguous<Candidate> {
                    fn candidate() {}
                }
                impl<T: ?Sized> Ambiguous<()> for T {}
                struct Other;
                impl<T: ?Sized + $bound> Ambiguous<Other> for T {}
                <$name as Ambiguous<_>>::candidate();
            };)*
        };
    }

    assert_lacks! {
        KeyRing: fmt::Display, KeyRing: serde::Serialize, KeyRing: serde::de::DeserializeOwned,
        Key: fmt::Debug, Key: fmt::Display, Key: serde::Serialize, Key: serde::de::DeserializeOwned,
        Token: fmt::Display, Token: serde::Serialize, Token: serde::de::DeserializeOwned,
        Digest: fmt::Display, Digest: serde::Serialize, Digest: serde::de::DeserializeOwned,
        FormKey: fmt::Display, FormKey: serde::Serialize, FormKey: serde::de::DeserializeOwned,
        FormCode: fmt::Display, FormCode: serde::Serialize, FormCode: serde::de::DeserializeOwned,
    }

    #[test]
    fn no_key_is_printed() {
        let key = KeyRing::generate().unwrap();
        let ring = KeyRing::parse(&key).unwrap();
        let error = KeyRing::parse(&format!("{key} {key}")).unwrap_err();
        assert_eq!(format!("{ring:?}"), "KeyRing([redacted])");
        assert_eq!(
            format!("{:?}", FormKey::Sealed(ring.clone(), Handle::from_bytes([1; 16]))),
            "FormKey(..)"
        );
        let code = FormCode::first(&ring.primary().secret);
        assert_eq!(
            format!("{code:?} {:?}", FormKey::Code(code.clone())),
            "FormCode(..) FormKey(..)"
        );
        assert!(!format!("{error:?} {error}").contains(&key));
    }
}
