#![doc = include_str!("../../README.md")]

#[cfg(test)]
extern crate self as session_core;

mod builder;
mod clear_site_data;
mod cookie_builder;
mod ends;
mod error;
mod event;
mod found;
mod listed;
mod next;
mod refused;
mod request_head;
mod session;
mod sessions;
mod state;

mod cookie;
mod cross_site;
mod keys;
mod lifetime;
mod random;
mod seal;
mod secrets;
mod time;
mod token;
mod vault;

mod arrival;
mod backend;
mod by_handle;
mod cleaner;
mod commit;
mod decoded;
mod detach;
mod draft;
mod edit;
mod extract;
mod form_key;
mod guard;
mod request;
mod rule;
mod settle;
mod slot;
mod stored;

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
pub use clear_site_data::ClearSiteData;
pub use codec::EncodeError;
pub use cookie::{CookieError, SessionCookie};
pub use cookie_builder::SealedCookieBuilder;
pub use cross_site::OriginError;
pub use error::{Error, Refusal};
pub use event::{Ignored, SessionEvent};
pub use extract::{Principal, SessionRef};
pub use fields::FieldsError;
pub use keys::{KeyError, KeyRing};
pub use lifetime::{Lifetime, LifetimeError};
pub use listed::Listed;
pub use memory::MemoryStore;
pub use next::ReturnTo;
pub use random::{Random, RandomError};
pub use refused::Rejection;
pub use request_head::RequestHead;
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
    pub use crate::found::FoundIn;
    pub use crate::guard::{Argument, Guard, respond};
    pub use crate::rule::{
        Allow, Allows, Authenticated, Background, CommitAlways, CrossSite, Existing, Fresh,
        OrRedirect, Redirects, Rule,
    };
}
