//! Data version: changes whenever another connection has written to the file.

use sqlx::sqlite::SqliteConnection;

use super::statement::Statement;
use super::texts::Texts;

/// To be compared with what the same connection answered before.
pub(crate) struct DataVersion;

impl Statement for DataVersion {
    type Answer = i64;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        _: &Texts,
    ) -> sqlx::Result<Self::Answer> {
        sqlx::query_scalar("PRAGMA data_version").fetch_one(connection).await
    }
}
