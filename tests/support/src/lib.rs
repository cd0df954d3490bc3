//! Test support: real servers that a test can freeze, kill and cut off, and a real browser.
//!
//! | module | feature | what is in it |
//! | --- | --- | --- |
//! | [`temp_directory`] | | a temporary directory, and the processes in it, all of which end with the test process |
//! | [`proxy`] | | a TCP proxy that delays, swallows or cuts, and counts PostgreSQL's round trips |
//! | [`Gate`] | | a place where a task waits until a test lets it go on |
//! | [`Warnings`] | | what a store says in the log |
//! | [`records`] | | records as the tests of a store write and read them |
//! | [`resilience`] | | checks that every store must pass: a silent server, lost connections, a runtime that ends |
//! | `postgres` | `postgres` | throw-away PostgreSQL servers, pairs of them, and PgBouncer |
//! | `redis` | `redis` | throw-away Redis servers, Sentinels and Redis Clusters |
//! | `browser` | `browser` | a headless Chromium or Firefox with an empty profile |
//!
//! Each feature builds only what it needs, so that no crate's tests build the servers of another. SQLite has no server:
//! a file in a [`TempDirectory`] will do.
//!
//! What goes wrong in here panics with the server's log: a test has nothing better to do about it. Linux only,
//! because processes are found in `/proc`.

#![expect(clippy::missing_panics_doc, reason = "see above: a panic is how test support reports")]

#[cfg(feature = "browser")]
pub mod browser;
mod free_address;
mod gate;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod proxy;
pub mod records;
#[cfg(feature = "redis")]
pub mod redis;
pub mod resilience;
pub mod temp_directory;
mod warnings;

#[cfg(feature = "browser")]
pub use browser::{Browser, BrowserKind};
pub use free_address::free_address;
pub use gate::Gate;
#[cfg(feature = "postgres")]
pub use postgres::{PgBouncer, PoolMode, Postgres};
pub use proxy::Proxy;
#[cfg(feature = "redis")]
pub use redis::{Redis, RedisCluster, RedisSentinel};
pub use temp_directory::TempDirectory;
pub use warnings::Warnings;
