//! The users of the demonstration, and whether a password is theirs.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

/// A user.
#[derive(Debug)]
pub(crate) struct User {
    /// The principal of this user's sessions.
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// The log-in's page tells it: this is a demonstration.
    pub(crate) password: &'static str,
    /// Whether the office is open to this user.
    pub(crate) is_admin: bool,
}

pub(crate) const USERS: &[User] = &[
    User { id: "ann", name: "Ann", password: "two sugars", is_admin: false },
    User { id: "ben", name: "Ben", password: "no milk", is_admin: false },
    User { id: "mia", name: "Mia", password: "the long kettle", is_admin: true },
];

impl User {
    pub(crate) fn find(id: &str) -> Option<&'static Self> {
        USERS.iter().find(|user| user.id == id)
    }
}

/// Compares passwords, in threads that may block, and only so many at once: each takes 19 MiB.
#[derive(Clone, Debug)]
pub(crate) struct Passwords {
    hashes: Arc<[(&'static str, String)]>,
    places: Arc<Semaphore>,
}

impl Passwords {
    const AT_ONCE: usize = 4;

    /// With the hashes of all users' passwords, as a database would have them.
    pub(crate) fn new() -> Self {
        let hash = |user: &User| {
            let hash = argon2().hash_password(user.password.as_bytes());
            (user.id, hash.expect("a password is short, and there is a salt").to_string())
        };
        let hashes = USERS.iter().map(hash).collect();
        Self { hashes, places: Arc::new(Semaphore::new(Self::AT_ONCE)) }
    }

    /// The user of this name, if the password is theirs. That nobody has the name takes as long to find out: the time does
    /// not tell who exists.
    pub(crate) async fn check(&self, name: &str, password: String) -> Option<&'static User> {
        let user = User::find(&name.trim().to_lowercase());
        let of = user.unwrap_or(&USERS[0]).id;
        let hashes = Arc::clone(&self.hashes);
        let place = Arc::clone(&self.places).acquire_owned().await;
        let matching = tokio::task::spawn_blocking(move || {
            // Until here, because the comparison goes on when its request is gone.
            let _place = place;
            let (_, hash) = hashes.iter().find(|(id, _)| *id == of).expect("each user has one");
            let hash = PasswordHash::new(hash).expect("it was written by `new`");
            argon2().verify_password(password.as_bytes(), &hash).is_ok()
        });
        let matches = matching.await.expect("to compare does not panic");
        user.filter(|_| matches)
    }
}

/// Argon2id with 19 MiB, 2 passes and 1 lane, after OWASP's Password Storage Cheat Sheet.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("they are within Argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}
