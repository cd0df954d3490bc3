#![doc = include_str!("../../README.md")]

#[cfg(test)]
extern crate self as session_core;

mod builder;
mod cookie_builder;
mod error;
mod event;
mod session;
mod sessions;
mod state;

mod cookie;
mod cross_site;
mod keys;
mod lifetime;
mod random;
mod retired;
mod seal;
mod time;
mod token;
mod vault;

mod backend;
mod cleaner;
mod commit;
mod detach;
mod draft;
mod extract;
mod guard;
mod request;
mod rule;
mod settle;
mod slot;

mod codec;
mod field;
mod fields;
pub mod merge;

mod kept;
mod lifecycle;
mod memory;
mod sealed;
pub mod store;
pub mod testing;

pub use builder::{BuildError, Builder};
pub use codec::EncodeError;
pub use cookie::{Cookie, CookieError};
pub use cookie_builder::CookieBuilder;
pub use cross_site::OriginError;
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
pub use sessions::Sessions;
pub use state::{FieldValue, NoPrincipal, SessionState, WithPrincipal};
pub use store::{Store, StoreError};
pub use time::{Now, Timestamp};
pub use token::{Digest, Handle, HandleError};
pub use vault::Sealing;

/// What the attributes write against. Not for use by hand: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use axum_core::response::Response;
    pub use serde;

    pub use crate::field::{Field, Lens, PrincipalField};
    pub use crate::guard::{Argument, Guard, respond};
    pub use crate::rule::{Authenticated, CommitAlways, CrossSite, Existing, Rule};
    pub use crate::sessions::FoundIn;
}
