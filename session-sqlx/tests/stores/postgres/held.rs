//! A store that is held up, so that what it is asked waits and is sent together.

use std::future::Future;

use session_core::store::{Record, Updated};
use session_sqlx::PostgresStore;
use session_test_support::Postgres;
use sqlx::{Executor as _, PgConnection};
use tokio::task::JoinHandle;

use super::fixtures::{Database, database, insert, migrated, patient, stored, update_of, updated};

/// A store whose one worker waits for a lock, so that what is asked next waits together.
pub(super) struct Held {
    pub(super) store: PostgresStore,
    pub(super) database: Database,
    pub(super) other: PgConnection,
    pub(super) first: JoinHandle<Updated>,
}

impl Held {
    pub(super) async fn new() -> Self {
        Self::on(database().await).await
    }

    pub(super) async fn on(database: Database) -> Self {
        let store = migrated(patient().workers(1), &database.0).await;
        let record = stored(&store, insert()).await;
        let mut other = database.connect().await;
        let lock =
            format!("BEGIN; SELECT FROM sessions WHERE handle = '{}' FOR UPDATE", record.handle);
        other.execute(sqlx::AssertSqlSafe(lock)).await.expect("nobody has it");
        let first = tokio::spawn({
            let (store, update) = (store.clone(), update_of(&record));
            async move { updated(&store, update).await }
        });
        database.until_blocked(1).await;
        Self { store, database, other, first }
    }

    /// Asks all of this, in this order, and answers once the worker could go on.
    pub(super) async fn ask<A>(
        mut self,
        calls: impl IntoIterator<Item = impl Future<Output = A> + Send + 'static>,
    ) -> Vec<A>
    where
        A: Send + 'static,
    {
        let calls: Vec<_> = calls.into_iter().map(|call| tokio::spawn(call)).collect();
        tokio::task::yield_now().await;
        self.database_statements_reset().await;
        self.other.execute("ROLLBACK").await.expect("the server is up");
        assert!(matches!(self.first.await, Ok(Updated::Saved(_))));
        let mut answers = Vec::new();
        for call in calls {
            answers.push(call.await.expect("it does not panic"));
        }
        answers
    }

    async fn database_statements_reset(&self) {
        Postgres::shared().await.reset_statements(&self.database.0).await;
    }
}

/// Records of a store that is not held, in the order in which a batch locks them.
pub(super) async fn records(number: usize, database: &Database) -> Vec<Record> {
    let store = migrated(patient(), &database.0).await;
    let mut records = Vec::new();
    for _ in 0..number {
        records.push(stored(&store, insert()).await);
    }
    records.sort_by_key(|record| record.handle);
    records
}
