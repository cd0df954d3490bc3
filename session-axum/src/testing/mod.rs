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
//! | [`stored()`] | what is stored of a session |
//! | [`Call`] | a handler as a plain function, with a session of the test's own, and what it saves |
//! | [`Clock`] | a clock that a test moves by hand |
//! | [`FaultyStore`] | a store whose calls fail, hang or conflict, and are counted |

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
pub use faulty_store::{Fault, FaultyStore, Operation};
pub use reply::Reply;
pub use sign_in::sign_in;
pub use stored::{Locator, stored};
pub use streaming::Streaming;
