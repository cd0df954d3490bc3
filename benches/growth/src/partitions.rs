//! The table in partitions, beside one that is whole.

use session_test_support::Postgres;

use crate::database::Database;
use crate::operation::Operation::{List, Read, Write};
use crate::options::Options;
use crate::turns::{Samples, Way, compare};

/// How many partitions there are, by the hash of the handle.
pub(crate) const PARTITIONS: usize = 16;

pub(crate) async fn measure(options: &Options) -> Samples {
    let server = Postgres::durable().await;
    let mut ways = Vec::new();
    for name in ["one table".to_owned(), format!("{PARTITIONS} partitions")] {
        let database = Database::new(&server).await;
        let store = database.store().await;
        store.migrate().await.expect("the database is empty");
        if !ways.is_empty() {
            database.run_all(&partition()).await;
        }
        let population = database.fill(&store, options.million, 0).await;
        ways.push(Way { name, store, population, database: Some(database) });
    }
    let loads = [(Read, 1), (Read, 64), (Write, 1), (Write, 64), (List, 1), (List, 64)];
    compare(&ways, &loads, options).await
}

/// Puts a partitioned table in the place of the empty one that `migrate()` has made.
fn partition() -> Vec<String> {
    let table = [
        "ALTER TABLE sessions RENAME TO whole",
        "CREATE TABLE sessions (LIKE whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY HASH (handle)",
        "DROP TABLE whole",
        "ALTER TABLE sessions ADD CONSTRAINT sessions_pkey PRIMARY KEY (handle)",
        "CREATE INDEX sessions_by_principal ON sessions (principal, created DESC, handle) WHERE principal IS NOT NULL",
        "CREATE INDEX sessions_by_sweep_at ON sessions (sweep_at)",
    ];
    let parts = (0..PARTITIONS).map(|part| {
        format!(
            "CREATE TABLE sessions_{part} PARTITION OF sessions
             FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part}) WITH (fillfactor = 80)"
        )
    });
    table.into_iter().map(str::to_owned).chain(parts).collect()
}

#[cfg(test)]
mod tests {
    use session_sqlx::PostgresStore;
    use session_test_support::Postgres;

    use super::*;

    /// A store on a partitioned table of its own.
    async fn store() -> PostgresStore {
        let database = Database::new(Postgres::shared().await).await;
        let store = database.store().await;
        store.migrate().await.unwrap();
        database.run_all(&partition()).await;
        store
    }

    session_core::conformance!(super::store());
}
