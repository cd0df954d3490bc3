//! The answer to a request, as the model expects it.

use super::session::PerKind;
use super::stored_session::Token;

/// What a client is answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// None: a function panicked.
    pub(crate) status: Option<u16>,
    pub(crate) body: &'static str,
    pub(crate) cookies: PerKind<CookieChange>,
}

/// What a response says about a cookie.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum CookieChange {
    #[default]
    Unchanged,
    Set {
        token: Token,
        max_age: Option<u64>,
    },
    Remove,
}

impl Answer {
    pub(crate) fn new(status: Option<u16>, body: &'static str) -> Self {
        Self { status, body, cookies: Default::default() }
    }
}
