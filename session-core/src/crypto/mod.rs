//! Tokens, keys, and what is made with them: seals, signatures, digests and form tokens.

pub(crate) mod base64url;
mod cipher;
pub(crate) mod form_token;
pub(crate) mod import_key;
pub(crate) mod key_ring;
pub(crate) mod random;
pub(crate) mod seal;
mod signing_key;
pub(crate) mod time;
pub(crate) mod token;
