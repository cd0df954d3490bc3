//! What lies on the disk: every file of every store, searched for secrets and for the content of sessions.

mod app;
#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
mod files;
#[cfg(feature = "postgres")]
mod postgres;
mod record_size;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "sqlite")]
mod sqlite;
