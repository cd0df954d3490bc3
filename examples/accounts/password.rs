//! Passwords: what they may be, and how they are hashed and compared.

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::nonce::nonce;

/// A password as it was typed.
#[derive(serde::Deserialize)]
#[serde(from = "String")]
pub(crate) struct Password(Zeroizing<String>);

impl From<String> for Password {
    fn from(typed: String) -> Self {
        Self(Zeroizing::new(typed))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// A password that may be taken for one's own.
#[derive(Debug)]
pub(crate) struct NewPassword(Password);

impl NewPassword {
    /// In characters, where the password is all that is asked (NIST SP 800-63B-4, 3.1.1.2).
    pub(crate) const MIN: usize = 15;
    /// In bytes: room for any sentence, and little to hash.
    pub(crate) const MAX: usize = 256;

    /// None if it is too short or too long. A real application also looks it up in a list of
    /// passwords that have leaked.
    pub(crate) fn new(password: Password) -> Option<Self> {
        let fits = password.0.chars().count() >= Self::MIN && password.0.len() <= Self::MAX;
        fits.then_some(Self(password))
    }
}

/// Hashes passwords, in threads that may block, and only so many at once: each takes 19 MiB.
#[derive(Clone)]
pub(crate) struct Hasher {
    places: Arc<Semaphore>,
    /// What the password of somebody who does not exist is compared with.
    nobody: String,
}

impl Hasher {
    const AT_ONCE: usize = 4;

    pub(crate) async fn new() -> Self {
        let hasher =
            Self { places: Arc::new(Semaphore::new(Self::AT_ONCE)), nobody: String::new() };
        let nobody = hasher.hash(NewPassword(nonce().into())).await;
        Self { nobody, ..hasher }
    }

    /// The hash of a password, with a salt of its own and all that it takes to compare it.
    pub(crate) async fn hash(&self, NewPassword(password): NewPassword) -> String {
        self.run(move || {
            let hash = argon2().hash_password(password.0.as_bytes());
            hash.expect("a password is shorter than 4 GiB, and there is a salt").to_string()
        })
        .await
    }

    /// Whether the password is the one of this hash. Without a hash it is not, which takes as
    /// long to find out: the time does not tell who exists.
    pub(crate) async fn matches(&self, password: Password, hash: Option<String>) -> bool {
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let matches = self.run(move || {
            let hash = PasswordHash::new(&hash).expect("what is stored was written by `hash`");
            argon2().verify_password(password.0.as_bytes(), &hash).is_ok()
        });
        matches.await && exists
    }

    async fn run<R: Send + 'static>(&self, job: impl FnOnce() -> R + Send + 'static) -> R {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.expect("the semaphore is never closed");
        let job = tokio::task::spawn_blocking(move || {
            let result = job();
            // Here, because the job goes on when its request is gone.
            drop(place);
            result
        });
        job.await.expect("hashing does not panic")
    }
}

/// Argon2id with 19 MiB, 2 passes and 1 lane, after OWASP's Password Storage Cheat Sheet.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("they are within Argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}
