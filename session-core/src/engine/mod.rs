//! The engine: the way of a session from the cookie to the handler, and of its changes to the store.

pub(crate) mod backend;
pub(crate) mod change;
pub(crate) mod clean;
pub(crate) mod cleaner;
pub(crate) mod commit_queue;
pub(crate) mod committer;
pub(crate) mod controls;
pub(crate) mod create;
pub(crate) mod decode_cache;
pub(crate) mod draft;
#[expect(clippy::module_inception, reason = "the room is named for what stands in its middle")]
pub(crate) mod engine;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod handle_hasher;
pub(crate) mod identity;
pub(crate) mod lifetime;
pub(crate) mod listed;
pub(crate) mod load;
pub(crate) mod loaded;
pub(crate) mod no_revocations;
pub(crate) mod policy;
pub(crate) mod reseal;
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
pub(crate) mod update;
