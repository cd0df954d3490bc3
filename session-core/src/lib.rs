#![doc = include_str!("../../README.md")]

#[cfg(test)]
extern crate self as session_core;

mod state;
mod session;
mod sessions;
mod builder;
mod error;
mod event;

mod cookie;
mod keys;
mod lifetime;
mod time;
mod token;
mod seal;
mod vault;
mod random;

mod guard;
mod rule;
mod extract;
mod request;
mod slot;
mod settle;
mod commit;
mod draft;
mod detach;
mod backend;
mod cleaner;

mod codec;
mod field;
mod fields;
pub mod merge;

mod memory;
pub mod store;
pub mod testing;

pub use builder::{BuildError, Builder};
pub use codec::EncodeError;
pub use cookie::{Cookie, CookieError};
pub use error::{Error, Refusal};
pub use event::{Event, Ignored};
pub use extract::{Principal, SessionRef};
pub use fields::FieldsError;
pub use keys::{KeyError, KeyRing};
pub use lifetime::{Lifetime, LifetimeError};
pub use memory::MemoryStore;
pub use random::{Random, RandomError};
pub use seal::SealError;
pub use session::Session;
pub use session_macros::{require_session, session};
pub use sessions::{HasSessions, Sessions};
pub use state::{FieldValue, NoPrincipal, SessionState, WithPrincipal};
pub use store::{Store, StoreError};
pub use time::{Now, Timestamp};
pub use vault::Sealing;
pub use token::{Digest, Handle, HandleError};

/// What the attributes write against. Not for use by hand: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use axum_core::response::Response;
    pub use serde;

    pub use crate::field::{Field, Lens, PrincipalField};
    pub use crate::guard::{Argument, Guard, respond};
    pub use crate::rule::{Authenticated, CommitAlways, Existing, Rule};
}
