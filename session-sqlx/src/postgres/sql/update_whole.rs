//! Update of the whole record: its next revision, if it is at the expected one.

use session_core::Now;
use session_core::store::{self, Updated};
use sqlx::postgres::PgConnection;

use super::claims::Claims;
use super::prepared::Prepared;
use super::row::{by_handle, updated, uuid};
use super::statement::{MAX_CALLS, Statement, column, in_order};
use super::timestamp::{fixed_now, interval};
use super::update::revision;

pub(super) const SINGLE: &str = r#"
UPDATE :"table" SET
    revision = revision + 1,
    digest = $4,
    principal = $5,
    fields = $6,
    persistent = $7,
    authenticated = CASE WHEN $5::text IS NOT NULL THEN authenticated END,
    seen = CASE WHEN $8::interval IS NULL THEN seen ELSE :now END,
    expires = CASE WHEN $8::interval IS NULL THEN expires ELSE least(:now + $8, absolute) END,
    sweep_at = least(sweep_at, :now + $8)
WHERE handle = $2 AND revision = $3 AND expires > :now
RETURNING :when"#;

/// The rows are locked in the order of the index, so that two batches never wait for each other.
pub(super) const BATCH: &str = r#"
UPDATE :"table" SET
    revision = revision + 1,
    digest = ($4::bytea[]):item,
    principal = ($5::text[]):item,
    fields = ($6::bytea[]):item,
    persistent = ($7::boolean[]):item,
    authenticated = CASE WHEN ($5::text[]):item IS NOT NULL THEN authenticated END,
    seen = CASE WHEN $8::interval IS NULL THEN seen ELSE :now END,
    expires = CASE WHEN $8::interval IS NULL THEN expires ELSE least(:now + $8, absolute) END,
    sweep_at = least(sweep_at, :now + $8)
WHERE handle = ANY ($2::uuid[]) AND revision = ($3::bigint[]):item AND expires > :now
RETURNING :when, handle"#;

pub(crate) struct UpdateWhole {
    pub(crate) update: store::Update,
    pub(crate) now: Now,
}

impl Statement for UpdateWhole {
    /// None if the record is not there at the expected revision.
    type Answer = Option<Updated>;

    const IDEMPOTENT: bool = false;
    const MAX_BATCH: usize = MAX_CALLS;

    fn claim(&self, claims: &mut Claims) -> bool {
        claims.row(self.update.handle)
            && claims.terms(self.now, self.update.idle)
            && claims.bytes(self.update.fields.len())
    }

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        let Self { update, now } = self;
        let row = sql
            .query()
            .bind(fixed_now(*now))
            .bind(uuid(update.handle))
            .bind(revision(update))
            .bind(update.digest.as_bytes())
            .bind(&update.principal)
            .bind(&update.fields)
            .bind(update.persistent)
            .bind(update.idle.map(|idle| interval(idle, *now)))
            .fetch_optional(connection)
            .await?;
        row.as_ref().map(updated).transpose()
    }

    async fn run_batch(
        batch: &[&Self],
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Vec<Self::Answer>> {
        let sorted = in_order(batch, |it| it.update.handle);
        let first = batch.first().map(|it| (it.now, it.update.idle));
        let (now, idle) = first.unwrap_or((Now::Store, None));
        let rows = sql
            .query()
            .bind(fixed_now(now))
            .bind(column(&sorted, |it| uuid(it.update.handle)))
            .bind(column(&sorted, |it| revision(&it.update)))
            .bind(column(&sorted, |it| it.update.digest.as_bytes().as_slice()))
            .bind(column(&sorted, |it| it.update.principal.as_deref()))
            .bind(column(&sorted, |it| &*it.update.fields))
            .bind(column(&sorted, |it| it.update.persistent))
            .bind(idle.map(|idle| interval(idle, now)))
            .fetch_all(connection)
            .await?;
        let mut answers = by_handle(&rows, 6, updated)?;
        Ok(column(batch, |it| answers.remove(&uuid(it.update.handle))))
    }
}
