//! The engine: the way of a session from the cookie to the handler, and of its changes to the store.

pub(crate) mod backend;
pub(crate) mod change;
pub(crate) mod cleaner;
pub(crate) mod committer;
pub(crate) mod decode_cache;
pub(crate) mod draft;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod handle_hasher;
pub(crate) mod lifetime;
pub(crate) mod listed;
pub(crate) mod load;
pub(crate) mod revoke;
pub(crate) mod rotation;
pub(crate) mod save;
pub(crate) mod sealed_cookie;
pub(crate) mod sealed_record;
pub(crate) mod sealing;
pub(crate) mod session;
pub(crate) mod store_clock;
pub(crate) mod stored;
pub(crate) mod transaction;
pub(crate) mod uncancelled;
