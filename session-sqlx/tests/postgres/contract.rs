//! What every store promises.

use session_sqlx::PostgresStore;

use crate::sample;

session_core::conformance!(async { sample::store(PostgresStore::builder()).await.0 });
