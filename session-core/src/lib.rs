#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate self as session_core;

mod cookie;
mod crypto;
mod engine;
mod error_words;
pub mod state;
pub mod store;

pub use cookie::private_pages::PrivatePages;
pub use cookie::session_cookie::{CookieError, SessionCookie};
pub use cookie::write::Vary;
pub use crypto::key_ring::{KeyError, KeyRing};
pub use crypto::random::{Random, RandomError};
pub use crypto::seal::SealError;
pub use crypto::time::{Now, Timestamp};
pub use crypto::token::{Digest, Handle, HandleError};
pub use engine::argument::Argument;
pub use engine::bearer_token::BearerToken;
pub use engine::build_error::BuildError;
pub use engine::builder::EngineBuilder;
pub use engine::commit::{Commit, CommitOn, Unsaved};
pub use engine::deferred::Deferred;
pub use engine::end_reason::EndReason;
pub use engine::engine::Engine;
pub use engine::error::{Error, Refusal};
pub use engine::event::{Ignored, SessionEvent};
pub use engine::import::{ImportError, Imported};
pub use engine::incoming::Usage;
pub use engine::lifetime::{Lifetime, LifetimeError};
pub use engine::list_sessions::{ListPage, ListSessions, SessionPage};
pub use engine::listed::Listed;
pub use engine::live::{Live, OrFail, Reach, UntilEnded};
pub use engine::origin::OriginError;
pub use engine::page_cursor::{PageCursor, PageCursorError};
pub use engine::request_session::RequestSession;
pub use engine::revocation::Revocation;
pub use engine::scope::{Access, Mode, Reads, Scope, Sites, Writes};
pub use engine::sealed_builder::SealedEngineBuilder;
pub use engine::sealing::Sealing;
pub use engine::session::Session;
pub use engine::stored_session::StoredSession;
pub use session_macros::core_session as session;
pub use state::field_value::FieldValue;
pub use state::frame::{EncodeError, FieldsError};
pub use state::merge;
pub use state::opaque::Opaque;
pub use state::ownership::NoPrincipal;
pub use state::session_state::{SessionState, WithPrincipal};
pub use store::memory::MemoryStore;
pub use store::{Store, StoreError};

/// What `#[session]` and the stores need beside the public API.
#[doc(hidden)]
pub mod __private {
    pub use crate::error_words::write as write_error;
    pub use serde;
}
