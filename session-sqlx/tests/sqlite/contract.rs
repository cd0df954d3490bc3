//! What every store promises.

use session_sqlx::SqliteStore;

use crate::sample;

session_core::conformance!(async { sample::store(SqliteStore::builder()).await.0 });
