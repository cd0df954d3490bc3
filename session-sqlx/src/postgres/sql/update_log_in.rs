//! Log-in by an update, which a revocation refuses, and which ends the oldest sessions beyond the
//! limit.

use std::time::Duration;

use session_core::Now;
use session_core::store::{self, Updated};
use sqlx::postgres::PgConnection;

use super::claims::Claims;
use super::prepared::Prepared;
use super::row::{by_handle, updated, uuid};
use super::statement::{Statement, column, in_order};
use super::timestamp::{Timestamptz, fixed_now, interval};
use super::update::revision;

/// Each holds a lock of the server's table of 64 for a connection (`max_locks_per_transaction`) as
/// long as it takes: this leaves half of them free.
pub(super) const MAX_LOG_INS: usize = 32;

/// The function takes the turn first, and looks for a revocation afterwards, with its own eyes: the
/// statement sees what was there when it began. The row it finds by its revision, whatever it saw.
///
/// Who is refused is answered no row, like one whose record is at another revision.
pub(super) const SINGLE: &str = r#"
UPDATE :"table" AS s SET
    revision = s.revision + 1,
    digest = $4,
    principal = $5,
    fields = $6,
    persistent = $7,
    seen = turn.moment,
    authenticated = turn.moment,
    expires = turn.moment + $8,
    absolute = turn.moment + $9,
    sweep_at = least(s.sweep_at, turn.moment + $8)
FROM :"admit"($1, $2, $5, $10, $11) AS turn (moment)
WHERE s.handle = $2 AND s.revision = $3 AND s.expires > turn.moment
RETURNING turn.moment, s.created, s.authenticated, s.seen, s.expires, s.absolute, s.handle,
    :"end_oldest"(turn.moment, $2, $5, $11)"#;

/// The rows are locked in the order of the arrays, which is that of the handles, so that two batches
/// never wait for each other.
pub(super) const BATCH: &str = r#"
UPDATE :"table" AS s SET
    revision = s.revision + 1,
    digest = item.digest,
    principal = item.principal,
    fields = item.fields,
    persistent = item.persistent,
    seen = item.moment,
    authenticated = item.moment,
    expires = item.moment + item.idle,
    absolute = item.moment + item.most,
    sweep_at = least(s.sweep_at, item.moment + item.idle)
FROM unnest(
    (SELECT :"admit_all"($1, $2, $5, $10, $11)), $2::uuid[], $3::bigint[], $4::bytea[], $5::text[],
    $6::bytea[], $7::boolean[], $8::interval[], $9::interval[], $11::integer[]
) AS item (
    moment, key, expected, digest, principal, fields, persistent, idle, most, places
)
WHERE s.handle = item.key AND s.revision = item.expected AND s.expires > item.moment
RETURNING item.moment, s.created, s.authenticated, s.seen, s.expires, s.absolute, s.handle,
    :"end_oldest"(item.moment, s.handle, s.principal, item.places)"#;

pub(crate) struct UpdateLogIn {
    pub(crate) update: store::Update,
    pub(crate) absolute: Duration,
    pub(crate) now: Now,
}

impl Statement for UpdateLogIn {
    /// None if the record is not there at the expected revision, or the log-in was refused.
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
        let Self { update, now, .. } = self;
        let row = sql
            .query()
            .bind(fixed_now(*now))
            .bind(uuid(update.handle))
            .bind(revision(update))
            .bind(update.digest.as_bytes())
            .bind(&update.principal)
            .bind(&update.fields)
            .bind(update.persistent)
            .bind(interval(self.idle(), *now))
            .bind(interval(self.absolute, *now))
            .bind(update.log_in.began.map(Timestamptz))
            .bind(limit(update.log_in))
            .fetch_optional(connection)
            .await?;
        row.as_ref().map(updated).transpose()
    }

    async fn run_batch(
        batch: &[&Self],
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Vec<Self::Answer>> {
        let ordered = in_order(batch, |it| it.update.handle);
        let rows = sql
            .query()
            .bind(column(&ordered, |it| fixed_now(it.now)))
            .bind(column(&ordered, |it| uuid(it.update.handle)))
            .bind(column(&ordered, |it| revision(&it.update)))
            .bind(column(&ordered, |it| it.update.digest.as_bytes().as_slice()))
            .bind(column(&ordered, |it| it.update.principal.as_deref()))
            .bind(column(&ordered, |it| &*it.update.fields))
            .bind(column(&ordered, |it| it.update.persistent))
            .bind(column(&ordered, |it| interval(it.idle(), it.now)))
            .bind(column(&ordered, |it| interval(it.absolute, it.now)))
            .bind(column(&ordered, |it| it.update.log_in.began.map(Timestamptz)))
            .bind(limits(&ordered, |it| it.update.log_in))
            .fetch_all(connection)
            .await?;
        let mut answers = by_handle(&rows, 6, updated)?;
        Ok(column(batch, |it| answers.remove(&uuid(it.update.handle))))
    }
}

impl UpdateLogIn {
    fn idle(&self) -> Duration {
        self.update.idle.unwrap_or(self.absolute).min(self.absolute)
    }
}

/// The limits of a batch; none where none of it has one.
pub(super) fn limits<S>(batch: &[&S], log_in: impl Fn(&S) -> store::LogIn) -> Vec<Option<i32>> {
    let limits = column(batch, |it| limit(log_in(it)));
    if limits.iter().any(Option::is_some) { limits } else { Vec::new() }
}

/// As the server counts. More than it can count is no limit.
pub(super) fn limit(log_in: store::LogIn) -> Option<i32> {
    i32::try_from(log_in.limit?.get()).ok()
}
