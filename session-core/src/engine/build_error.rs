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
    /// The name is empty, over 64 bytes, or has control characters.
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
