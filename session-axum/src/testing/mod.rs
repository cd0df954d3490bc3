//! The testing kit: what tests of an application on sessions need. It takes the feature `testing`, in
//! `[dev-dependencies]`:
//!
//! ```toml
//! [dev-dependencies]
//! session-axum = { version = "0.1", features = ["testing"] }
//! ```
//!
//! | | |
//! | --- | --- |
//! | [`Client`] | a browser without a window, over any router |
//! | [`sign_in()`] | a session that is stored without a request, and its cookie |
//! | [`bearer_token()`] | the same for a non-browser client, and its token |
//! | [`stored()`] | what is stored of a session |
//! | [`Call`] | a handler as a plain function, with a session of the test's own, and what it saves |
//! | [`Clock`] | a clock that a test moves by hand |
//! | [`FaultyStore`] | a store whose calls fail, hang or conflict, and are counted |
//!
//! ```
//! # use axum::{Router, extract::FromRef, routing::post};
//! # use session_axum::{MemoryStore, Sessions, require_session, session};
//! use session_axum::testing::{Client, stored};
//! # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
//! # #[require_session(authenticated)] async fn visit(shop: &mut Shop) { shop.visits += 1; }
//! # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
//! # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
//! let sessions = Sessions::builder(MemoryStore::new()).build()?;
//! let client = Client::new(app(sessions.clone()));
//! client.sign_in(&sessions, Shop { user: Some(7), visits: 1 }).await;
//! client.post("/visit").await.assert_status(200);
//! assert_eq!(stored(&sessions, &client).await.unwrap().visits, 2);
//! # Ok(()) }
//! ```
//!
//! All of it works under `#[tokio::test(start_paused = true)]`, also where sessions are in PostgreSQL, SQLite or
//! Redis: while one of these is waited for, the paused clock stands still, and a store that does not
//! answer fails at its deadline in real time. A [`FaultyStore`] that hangs fails there at once.

#![expect(clippy::missing_panics_doc, reason = "a panic is how a test reports")]

mod application;
mod call;
mod client;
mod clock;
mod faulty_store;
mod jar;
mod reply;
mod sender;
mod sign_in;
mod site;
mod stored;
mod streaming;

pub use call::Call;
pub use client::Client;
pub use clock::Clock;
pub use faulty_store::{Fault, FaultyStore};
pub use reply::Reply;
#[doc(no_inline)]
pub use session_core::store::Operation;
pub use sign_in::{bearer_token, sign_in};
pub use stored::{Locator, stored};
pub use streaming::Streaming;
