//! Log-in by an insert, which a revocation refuses, and which ends the oldest sessions beyond the
//! limit.

use session_core::Now;
use session_core::store::{self, Times};
use sqlx::postgres::PgConnection;

use super::claims::Claims;
use super::insert::label;
use super::prepared::Prepared;
use super::row::{by_handle, times, uuid};
use super::statement::{Statement, column, in_order};
use super::timestamp::{Timestamptz, fixed_now, interval};
use super::update_log_in::{MAX_LOG_INS, limit, limits};

/// The function takes the turn first. Who is refused is answered no row, like one whose handle is taken.
pub(super) const SINGLE: &str = r#"
INSERT INTO :"table" AS s (
    handle, digest, revision, principal, fields, persistent, label,
    created, authenticated, seen, expires, absolute, sweep_at
)
SELECT
    $2, $3, 1, $4, $5, $6, $7, turn.moment, turn.moment, turn.moment,
    turn.moment + $8, turn.moment + $9, turn.moment + $8
FROM :"admit"($1, $2, $4, $10, $11) AS turn (moment)
WHERE turn.moment IS NOT NULL
ON CONFLICT (handle) DO NOTHING
RETURNING s.created, s.created, s.authenticated, s.seen, s.expires, s.absolute, s.handle,
    :"end_oldest"(s.created, $2, $4, $11)"#;

/// An insert returns only what it has inserted: the limit is looked up.
pub(super) const BATCH: &str = r#"
INSERT INTO :"table" AS s (
    handle, digest, revision, principal, fields, persistent, label,
    created, authenticated, seen, expires, absolute, sweep_at
)
SELECT
    item.key, item.digest, 1, item.principal, item.fields, item.persistent, item.label,
    item.moment, item.moment, item.moment,
    item.moment + item.idle, item.moment + item.most, item.moment + item.idle
FROM unnest(
    (SELECT :"admit_all"($1, $2, $4, $10, $11)), $2::uuid[], $3::bytea[], $4::text[], $5::bytea[],
    $6::boolean[], $7::text[], $8::interval[], $9::interval[]
) AS item (moment, key, digest, principal, fields, persistent, label, idle, most)
WHERE item.moment IS NOT NULL
ON CONFLICT (handle) DO NOTHING
RETURNING s.created, s.created, s.authenticated, s.seen, s.expires, s.absolute, s.handle, CASE
    WHEN cardinality($11::integer[]) > 0
    THEN :"end_oldest"(s.created, s.handle, s.principal, ($11)[array_position($2, s.handle)])
END"#;

pub(crate) struct InsertLogIn {
    pub(crate) insert: store::Insert,
    pub(crate) now: Now,
}

impl Statement for InsertLogIn {
    /// None if the handle is taken, or the log-in was refused.
    type Answer = Option<Times>;

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
        let Self { insert, now } = self;
        let row = sql
            .query()
            .bind(fixed_now(*now))
            .bind(uuid(insert.handle))
            .bind(insert.digest.as_bytes())
            .bind(&insert.principal)
            .bind(&insert.fields)
            .bind(insert.persistent)
            .bind(label(insert))
            .bind(interval(insert.idle.min(insert.absolute), *now))
            .bind(interval(insert.absolute, *now))
            .bind(insert.log_in.began.map(Timestamptz))
            .bind(limit(insert.log_in))
            .fetch_optional(connection)
            .await?;
        row.as_ref().map(times).transpose()
    }

    async fn run_batch(
        batch: &[&Self],
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Vec<Self::Answer>> {
        let ordered = in_order(batch, |it| it.insert.handle);
        let rows = sql
            .query()
            .bind(column(&ordered, |it| fixed_now(it.now)))
            .bind(column(&ordered, |it| uuid(it.insert.handle)))
            .bind(column(&ordered, |it| it.insert.digest.as_bytes().as_slice()))
            .bind(column(&ordered, |it| it.insert.principal.as_deref()))
            .bind(column(&ordered, |it| &*it.insert.fields))
            .bind(column(&ordered, |it| it.insert.persistent))
            .bind(column(&ordered, |it| label(&it.insert)))
            .bind(column(&ordered, |it| interval(it.insert.idle.min(it.insert.absolute), it.now)))
            .bind(column(&ordered, |it| interval(it.insert.absolute, it.now)))
            .bind(column(&ordered, |it| it.insert.log_in.began.map(Timestamptz)))
            .bind(limits(&ordered, |it| it.insert.log_in))
            .fetch_all(connection)
            .await?;
        let mut saved = by_handle(&rows, 6, times)?;
        Ok(column(batch, |it| saved.remove(&uuid(it.insert.handle))))
    }
}
