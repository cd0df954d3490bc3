//! Why an engine cannot be built.

/// The engine, or the sessions on it, cannot be built like this.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No store answers in no time.
    #[error("the store's deadline is zero: every request would be answered 503")]
    ZeroDeadline,
    /// Sessions kept in their cookies are sealed with a ring of their own.
    #[error("sessions kept in their cookies are sealed already: leave out `.sealing(…)`")]
    SealedTwice,
    /// The program was built without the cipher.
    #[error(
        "this program cannot seal: it is built without the feature `sealing` of session-axum and session-core, which is on \
        unless `default-features = false`"
    )]
    NoCipher,
    /// Nobody could log in.
    #[error("a principal may have no session at all: `.max_per_principal(…)` takes 1 or more")]
    ZeroSessions,
    /// Sessions kept in their cookies cannot be counted.
    #[error("sessions kept in their cookies cannot be counted: leave out `.max_per_principal(…)`")]
    Uncountable,
    /// Nobody would know of a session in a cookie that it was imported before.
    #[error(
        "sessions from elsewhere cannot be imported into cookies, where nothing tells that one was imported before: leave out `.import(…)`, or keep sessions in a store"
    )]
    Unimportable,
    /// Sessions kept in their cookies have no tokens.
    #[error(
        "sessions kept in their cookies have no token that another client than a browser could show: leave out `.bearer()`, \
        or keep the sessions in a store"
    )]
    NoTokens,
    /// The name is empty, over 64 bytes, or has control characters.
    ///
    /// Give it one by `.name("…")`.
    #[error("a name of sessions has 1 to 64 bytes and no control characters")]
    Name,
    /// The cleaner would never rest.
    #[error("the cleaner's interval is zero: use `.without_cleaner()` to have none")]
    ZeroInterval,
    /// The store would be asked for live sessions without a pause.
    #[error(
        "live sessions would be asked for without a pause: `.check_every(…)` takes more than zero"
    )]
    ZeroCheck,
}

crate::error_words::debug_in_words!(BuildError);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::key_ring::KeyRing;
    use crate::engine::engine::Engine;
    use crate::engine::sealing::Sealing;
    use crate::store::memory::MemoryStore;

    #[session_macros::core_session]
    struct Visits {
        number: u32,
    }

    fn ring() -> KeyRing {
        KeyRing::from_bytes([7; 32]).expect("it is a key")
    }

    /// `scripts/test.sh` runs it with and without the feature.
    #[tokio::test]
    async fn only_a_program_with_the_cipher_seals() {
        let in_store = Engine::<Visits>::builder(MemoryStore::new());
        let sealed = in_store.sealing(Sealing::Required(ring())).build();
        let in_cookie = Engine::<Visits>::sealed_cookie(ring()).accept_replay_until_expiry();
        let unsealed = Engine::<Visits>::builder(MemoryStore::new()).build();
        assert!(unsealed.is_ok());
        for built in [sealed, in_cookie.build()] {
            let error = built.err();
            let expected =
                if cfg!(feature = "sealing") { None } else { Some(BuildError::NoCipher) };
            assert_eq!(error, expected);
        }
        assert!(BuildError::NoCipher.to_string().contains("the feature `sealing`"));
    }
}
