//! Log-in by an update, which a revocation refuses, and which ends the oldest sessions beyond the
//! limit.

use std::time::Duration;

use session_core::Now;
use session_core::store::{self, Updated};
use sqlx::postgres::PgConnection;

use super::claims::Claims;
use super::prepared::Prepared;
use super::row::{by_handle, updated, uuid};
use super::statement::{Statement, column};
use super::timestamp::{Timestamptz, fixed_now, interval};
use super::update::revision;

/// Each holds a lock of the server's table of 64 for a connection (`max_locks_per_transaction`) as
/// long as it takes: this leaves half of them free.
pub(super) const MAX_LOG_INS: usize = 32;

pub(super) const SQL: &str = r#"
SELECT moment, created, authenticated, seen, expires, absolute, handle
FROM :"log_in_known"($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"#;

pub(crate) struct UpdateLogIn {
    pub(crate) update: store::Update,
    pub(crate) absolute: Duration,
    pub(crate) now: Now,
}

impl Statement for UpdateLogIn {
    /// None if the record is not there at the expected revision.
    type Answer = Option<Updated>;

    const IDEMPOTENT: bool = false;
    const MAX_BATCH: usize = MAX_LOG_INS;

    fn claim(&self, claims: &mut Claims) -> bool {
        let update = &self.update;
        claims.log_in(update.handle, update.principal.as_deref(), update.log_in)
            && claims.bytes(update.fields.len())
    }

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        Ok(Self::run_batch(&[self], connection, sql).await?.pop().flatten())
    }

    async fn run_batch(
        batch: &[&Self],
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Vec<Self::Answer>> {
        let idle = |it: &Self| it.update.idle.unwrap_or(it.absolute).min(it.absolute);
        let rows = sql
            .query()
            .bind(column(batch, |it| fixed_now(it.now)))
            .bind(column(batch, |it| uuid(it.update.handle)))
            .bind(column(batch, |it| revision(&it.update)))
            .bind(column(batch, |it| it.update.digest.as_bytes().as_slice()))
            .bind(column(batch, |it| it.update.principal.as_deref()))
            .bind(column(batch, |it| &*it.update.fields))
            .bind(column(batch, |it| it.update.persistent))
            .bind(column(batch, |it| interval(idle(it), it.now)))
            .bind(column(batch, |it| interval(it.absolute, it.now)))
            .bind(column(batch, |it| it.update.log_in.began.map(Timestamptz)))
            .bind(column(batch, |it| limit(it.update.log_in)))
            .fetch_all(connection)
            .await?;
        let mut answers = by_handle(&rows, 6, updated)?;
        Ok(column(batch, |it| answers.remove(&uuid(it.update.handle))))
    }
}

/// As the server counts. More than it can count is no limit.
pub(super) fn limit(log_in: store::LogIn) -> Option<i32> {
    i32::try_from(log_in.limit?.get()).ok()
}
