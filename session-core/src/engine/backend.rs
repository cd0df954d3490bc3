//! The back end: where sessions are kept, in the store or in their cookies.

use crate::engine::error::Error;
use crate::engine::sealed_cookie::SealedCookie;

/// Where the sessions of an engine are kept.
#[derive(Debug)]
pub(crate) enum Backend {
    /// In the store; the cookie has a token.
    Store,
    /// In their cookies, sealed; the store has those that were ended.
    Cookie(SealedCookie),
}

impl Backend {
    /// Sessions in cookies can only be found by the request that shows one.
    pub(crate) fn require_store(&self) -> Result<(), Error> {
        match self {
            Self::Store => Ok(()),
            Self::Cookie(_) => Err(Error::NotStored),
        }
    }
}
