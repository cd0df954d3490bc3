//! The answer to a request, as the model expects it.

use super::stored_session::Token;

/// What a client is answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// None: the handler panicked.
    pub(crate) status: Option<u16>,
    pub(crate) body: String,
    pub(crate) cookie: CookieChange,
}

/// What a response says about the cookie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum CookieChange {
    Unchanged,
    Set { token: Token, max_age: Option<u64> },
    Remove,
}
