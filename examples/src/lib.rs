//! Programs that a newcomer runs: `cargo run --example quickstart`, `accounts` and `hyper`.
//!
//! The programs in the READMEs are doc tests of this crate: it may depend on every store, which the
//! crates that they describe may not.

/// The README's programs.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Workspace;

/// The programs in the page on a request and its session.
#[cfg(doctest)]
#[doc = include_str!("../../docs/sessions.md")]
pub struct OneRequest;

/// The programs in session-macros' README.
#[cfg(doctest)]
#[doc = include_str!("../../session-macros/README.md")]
pub struct Macros;

/// The programs in session-sqlx's README.
#[cfg(doctest)]
#[doc = include_str!("../../session-sqlx/README.md")]
pub struct Sqlx;

/// The programs in session-redis's README.
#[cfg(doctest)]
#[doc = include_str!("../../session-redis/README.md")]
pub struct Redis;
