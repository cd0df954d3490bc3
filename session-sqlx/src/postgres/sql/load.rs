//! Load: the record of a handle.

use std::collections::{HashMap, HashSet};

use session_core::store::Record;
use session_core::{Handle, Now};
use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow};

use super::claims::Claims;
use super::prepared::Prepared;
use super::row::{record, uuid};
use super::statement::{MAX_CALLS, Statement, column};
use super::timestamp::fixed_now;

/// The row says whether the server writes. To make a condition of it is a step of its own in the plan, at a fifth of
/// what the rest costs: only a statement that has found nothing is run again with the condition.
pub(super) const SINGLE: &str = r#"
SELECT :when, :record, current_setting('transaction_read_only')
FROM :"table" WHERE handle = $2 AND expires > :now"#;

pub(super) const BATCH: &str = r#"
SELECT :when, :record FROM :"table" WHERE handle = ANY ($2::uuid[]) AND expires > :now
    AND :writable"#;

pub(crate) struct Load {
    pub(crate) handle: Handle,
    pub(crate) now: Now,
}

impl Statement for Load {
    type Answer = Option<Record>;

    const IDEMPOTENT: bool = true;
    const READ_ONLY: bool = true;
    const MAX_BATCH: usize = MAX_CALLS;

    fn claim(&self, claims: &mut Claims) -> bool {
        claims.terms(self.now, None)
    }

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        let query = |sql: Prepared| sql.query().bind(fixed_now(self.now)).bind(uuid(self.handle));
        let mut row = query(sql.clone()).fetch_optional(&mut *connection).await?;
        let read_only = row.as_ref().map(|row| row.try_get::<&str, _>(13)).transpose()?;
        if read_only != Some("off") {
            row = query(sql.and_writable()).fetch_optional(connection).await?;
        }
        row.as_ref().map(|row| record_of(self.handle, row)).transpose()
    }

    async fn run_batch(
        batch: &[&Self],
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Vec<Self::Answer>> {
        let now = batch.first().map_or(Now::Store, |load| load.now);
        let rows = sql
            .query()
            .bind(fixed_now(now))
            .bind(column(batch, |load| uuid(load.handle)))
            .fetch_all(connection)
            .await?;
        let asked: HashSet<_> = batch.iter().map(|load| load.handle).collect();
        let mut found = HashMap::with_capacity(rows.len());
        for row in &rows {
            let record = record(row)?;
            if !asked.contains(&record.handle) {
                return Err(another());
            }
            found.insert(record.handle, record);
        }
        // Two may be the same.
        Ok(column(batch, |load| found.get(&load.handle).cloned()))
    }
}

/// The record in this row. That of another handle is never an answer, whatever has come between the
/// store and its server.
fn record_of(handle: Handle, row: &PgRow) -> sqlx::Result<Record> {
    let record = record(row)?;
    if record.handle == handle { Ok(record) } else { Err(another()) }
}

fn another() -> sqlx::Error {
    let cause = "the answer is of another session than was asked for, as behind a pooler in transaction \
        mode: call `transaction_pooler()` on the store's builder";
    sqlx::Error::Protocol(cause.to_owned())
}

#[cfg(test)]
mod tests {
    use session_test_support::Postgres;
    use sqlx::Connection as _;

    use super::super::migrations::MIGRATIONS;
    use super::super::prepared::Preparation;
    use super::super::table::Table;
    use super::*;

    /// What a pooler does that runs a statement which somebody else has prepared under this name.
    #[tokio::test]
    async fn the_record_of_another_handle_is_no_answer() {
        let url = Postgres::shared().await.database().await;
        let mut connection = PgConnection::connect(&url).await.expect("the server is up");
        let table = Table::default();
        for migration in MIGRATIONS.0 {
            let sql = sqlx::AssertSqlSafe(table.render(migration.sql));
            sqlx::raw_sql(sql).execute(&mut connection).await.expect("the migration is right");
        }
        let insert = "INSERT INTO sessions
            SELECT repeat('01', 16)::uuid, sha256(''), 1, NULL, '\\x', false, NULL,
                now(), NULL, now(), now() + interval '1 h', now() + interval '1 h', now()";
        sqlx::raw_sql(insert).execute(&mut connection).await.expect("the row is right");
        let wrong = [SINGLE, BATCH].map(|sql| {
            let sql = sql.replace("handle = $2", "$2::uuid IS NOT NULL");
            let sql = sql.replace("handle = ANY ($2::uuid[])", "$2::uuid[] IS NOT NULL");
            Prepared::new(&table, Preparation::PerConnection, &sql)
        });
        for (handle, is_its_own) in [(1, true), (2, false)] {
            let load = Load { handle: Handle::from_bytes([handle; 16]), now: Now::Store };
            let alone = load.run(&mut connection, wrong[0].clone()).await;
            let batch = Load::run_batch(&[&load, &load], &mut connection, wrong[1].clone()).await;
            assert_eq!(alone.is_ok(), is_its_own, "{alone:?}");
            assert_eq!(batch.is_ok(), is_its_own, "{batch:?}");
        }
    }
}
