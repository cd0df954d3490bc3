//! What a client's crate has for a log-in that is under way: secrets that nobody may compare by accident, or copy.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use session_axum::KeyRing;
use sha2::{Digest as _, Sha256};

/// Comes back with the browser. It has no `PartialEq`.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct State(String);

/// Proves that whoever redeems the code has asked for it (RFC 7636). It has no `Clone`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Verifier(String);

impl State {
    pub(crate) fn generate() -> Self {
        Self(random())
    }

    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

impl Verifier {
    pub(crate) fn generate() -> Self {
        Self(random())
    }

    pub(crate) fn challenge(&self) -> String {
        challenge(&self.0)
    }

    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

/// What the provider is shown of a verifier beforehand.
pub(crate) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// 43 characters that nobody can guess.
pub(crate) fn random() -> String {
    let key = KeyRing::generate().expect("the system's random source works");
    challenge(&key)
}
