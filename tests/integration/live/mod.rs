//! Live sessions: what goes on beyond its request, and ends with its session, on every node.

mod app;
mod endings;
#[cfg(all(feature = "postgres", feature = "redis"))]
mod outages;
mod polling;
mod requests;
mod sealed;
mod streams;
