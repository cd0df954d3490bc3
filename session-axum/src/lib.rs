#![cfg_attr(not(doctest), doc = include_str!("chapters.md"))]
#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate self as session_axum;

#[cfg(all(doc, not(doctest)))]
pub mod _guide;
mod builder;
mod clear_site_data;
mod error;
mod extract;
mod from_state;
mod gate;
pub mod guard;
mod layer;
mod mistakes;
mod rejection;
mod request_head;
mod request_session;
mod requirement;
mod return_to;
mod sealed_cookie_builder;
mod sessions;
#[cfg(feature = "testing")]
#[doc(alias("test", "mock"))]
pub mod testing;
mod verdict;

pub use builder::Builder;
pub use clear_site_data::ClearSiteData;
pub use error::Error;
pub use extract::{Principal, SessionRef};
pub use from_state::{FromArc, FromState};
pub use gate::{Gate, GateService};
pub use layer::{SessionLayer, SessionService};
pub use rejection::Rejection;
pub use request_head::RequestHead;
pub use request_session::RequestSession;
pub use return_to::ReturnTo;
pub use sealed_cookie_builder::SealedCookieBuilder;
pub use sessions::Sessions;
pub use verdict::Verdict;

pub use session_core::{
    Argument, BearerToken, BuildError, CookieError, EndReason, Engine, Error as ErrorKind,
    FieldValue, Handle, HandleError, Ignored, ImportError, Imported, KeyError, KeyRing, Lifetime,
    LifetimeError, ListPage, ListSessions, Listed, Live, MemoryStore, NoPrincipal, Now, Opaque,
    OrFail, OriginError, PageCursor, PageCursorError, PrivatePages, Random, RandomError, Reach,
    Refusal, Revocation, Sealing, Session, SessionCookie, SessionEvent, SessionPage, SessionState,
    Store, StoreError, StoredSession, Timestamp, UntilEnded, WithPrincipal, conformance,
    delegate_store, merge, state, store,
};
pub use session_macros::{require_session, session};
#[cfg(feature = "redis")]
pub use session_redis as redis;
#[cfg(feature = "redis")]
pub use session_redis::RedisStore;
#[cfg(feature = "postgres")]
pub use session_sqlx::PostgresStore;
#[cfg(feature = "sqlite")]
pub use session_sqlx::SqliteStore;

/// What `#[session]` needs of other crates.
#[doc(hidden)]
pub mod __private {
    pub use session_core::__private::serde;
}
