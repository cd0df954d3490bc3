#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]

#[cfg(test)]
extern crate self as session_core;

mod axum;
mod cookie;
mod crypto;
mod engine;
mod state;
pub mod store;

pub use axum::builder::{BuildError, Builder};
pub use axum::clear_site_data::ClearSiteData;
pub use axum::cross_site::OriginError;
pub use axum::extract::{Principal, SessionRef};
pub use axum::rejection::Rejection;
pub use axum::request_head::RequestHead;
pub use axum::return_to::ReturnTo;
pub use axum::sealed_cookie_builder::SealedCookieBuilder;
pub use axum::sessions::Sessions;
pub use cookie::session_cookie::{CookieError, SessionCookie};
pub use crypto::key_ring::{KeyError, KeyRing};
pub use crypto::random::{Random, RandomError};
pub use crypto::seal::SealError;
pub use crypto::time::{Now, Timestamp};
pub use crypto::token::{Digest, Handle, HandleError};
pub use engine::error::{Error, Refusal};
pub use engine::event::{Ignored, SessionEvent};
pub use engine::lifetime::{Lifetime, LifetimeError};
pub use engine::listed::Listed;
pub use engine::sealing::Sealing;
pub use engine::session::Session;
pub use session_macros::{require_session, session};
pub use state::field::FieldValue;
pub use state::frame::{EncodeError, FieldsError};
pub use state::merge;
pub use state::session_state::{NoPrincipal, SessionState, WithPrincipal};
pub use store::memory::MemoryStore;
pub use store::{Store, StoreError};

/// What the attributes write against. Not for use by hand: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use axum_core::response::Response;
    pub use serde;

    pub use crate::axum::from_state::FromState;
    pub use crate::axum::guard::{Argument, Guard, respond};
    pub use crate::axum::requirement::{
        Allow, Allows, Authenticated, Background, CommitAlways, CrossSite, Existing, Fresh,
        OrRedirect, Redirects, Requirement, Sites,
    };
    pub use crate::engine::transaction::Usage;
    pub use crate::state::field::{Field, Lens, PrincipalField};
}
