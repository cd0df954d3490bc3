//! The issuer of bearer tokens: what a request's session needs of its engine to get one.

use std::fmt;

use zeroize::Zeroizing;

use crate::crypto::random::RandomError;
use crate::crypto::token::{Handle, Token};

/// Issues bearer tokens, whatever the type of the sessions.
pub(crate) trait TokenIssuer: fmt::Debug + Send + Sync {
    /// A token for a session that begins with its request.
    fn begin(&self) -> Result<Token, RandomError>;

    /// The next token of a stored session.
    fn rotate(&self, handle: Handle) -> Result<Token, RandomError>;

    /// A token as its client has it.
    fn encode(&self, token: &Token) -> Zeroizing<String>;
}
