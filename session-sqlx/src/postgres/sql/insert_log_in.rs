//! Log-in by an insert, which a revocation refuses, and which ends the oldest sessions beyond the
//! limit.

use session_core::Now;
use session_core::store::{self, Inserted};
use sqlx::postgres::{PgConnection, PgRow};

use super::claims::Claims;
use super::insert::label;
use super::prepared::Prepared;
use super::row::{by_handle, revoked, times, uuid};
use super::statement::{Statement, column};
use super::timestamp::{Timestamptz, fixed_now, interval};
use super::update_log_in::{MAX_LOG_INS, limit};

pub(super) const SQL: &str = r#"
SELECT moment, created, authenticated, seen, expires, absolute, handle
FROM :"log_in_fresh"($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"#;

pub(crate) struct InsertLogIn {
    pub(crate) insert: store::Insert,
    pub(crate) now: Now,
}

impl Statement for InsertLogIn {
    type Answer = Inserted;

    const IDEMPOTENT: bool = false;
    const MAX_BATCH: usize = MAX_LOG_INS;

    fn claim(&self, claims: &mut Claims) -> bool {
        let insert = &self.insert;
        claims.log_in(insert.handle, insert.principal.as_deref(), insert.log_in)
            && claims.bytes(insert.fields.len())
    }

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        let answer = Self::run_batch(&[self], connection, sql).await?.pop();
        Ok(answer.unwrap_or(Inserted::Occupied))
    }

    async fn run_batch(
        batch: &[&Self],
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Vec<Self::Answer>> {
        let rows = sql
            .query()
            .bind(column(batch, |it| fixed_now(it.now)))
            .bind(column(batch, |it| uuid(it.insert.handle)))
            .bind(column(batch, |it| it.insert.digest.as_bytes().as_slice()))
            .bind(column(batch, |it| it.insert.principal.as_deref()))
            .bind(column(batch, |it| &*it.insert.fields))
            .bind(column(batch, |it| it.insert.persistent))
            .bind(column(batch, |it| label(&it.insert)))
            .bind(column(batch, |it| interval(it.insert.idle.min(it.insert.absolute), it.now)))
            .bind(column(batch, |it| interval(it.insert.absolute, it.now)))
            .bind(column(batch, |it| it.insert.log_in.began.map(Timestamptz)))
            .bind(column(batch, |it| limit(it.insert.log_in)))
            .fetch_all(connection)
            .await?;
        let mut answers = by_handle(&rows, 6, inserted)?;
        Ok(column(batch, |it| {
            answers.remove(&uuid(it.insert.handle)).unwrap_or(Inserted::Occupied)
        }))
    }
}

fn inserted(row: &PgRow) -> sqlx::Result<Inserted> {
    match revoked(row)? {
        Some(now) => Ok(Inserted::Revoked(now)),
        None => times(row).map(Inserted::Saved),
    }
}
