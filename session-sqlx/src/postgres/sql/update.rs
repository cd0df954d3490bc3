//! Update: the next revision of a record of which only the fields change, if it is at the expected one.

use session_core::{Now, Timestamp, store};
use sqlx::postgres::PgConnection;

use super::claims::Claims;
use super::prepared::Prepared;
use super::row::{by_handle, clock, uuid};
use super::statement::{MAX_CALLS, Statement, column, in_order};
use super::timestamp::{fixed_now, interval};

/// What stays is neither sent nor answered: nobody has changed it since the expected revision.
pub(super) const SINGLE: &str = r#"
UPDATE :"table" SET
    revision = revision + 1,
    fields = $4,
    seen = :now,
    expires = least(:now + $5, absolute)
WHERE handle = $2 AND revision = $3 AND expires > :now
RETURNING :now"#;

/// The index is read in its order, and each row is locked when it is reached, so that two batches
/// never wait for each other.
pub(super) const BATCH: &str = r#"
UPDATE :"table" SET
    revision = revision + 1,
    fields = ($4::bytea[]):item,
    seen = :now,
    expires = least(:now + $5, absolute)
WHERE handle = ANY ($2::uuid[]) AND revision = ($3::bigint[]):item AND expires > :now
RETURNING :now, handle"#;

/// One that [says it all](Self::says_all).
pub(crate) struct Update {
    pub(crate) update: store::Update,
    pub(crate) now: Now,
}

impl Statement for Update {
    /// None if the record is not there at the expected revision.
    type Answer = Option<store::Times>;

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
            .bind(&update.fields)
            .bind(update.idle.map(|idle| interval(idle, *now)))
            .fetch_optional(connection)
            .await?;
        Ok(row.as_ref().map(clock).transpose()?.map(|now| self.times(now)))
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
            .bind(column(&sorted, |it| &*it.update.fields))
            .bind(idle.map(|idle| interval(idle, now)))
            .fetch_all(connection)
            .await?;
        let saved = by_handle(&rows, 1, clock)?;
        Ok(column(batch, |it| saved.get(&uuid(it.update.handle)).map(|now| it.times(*now))))
    }
}

impl Update {
    /// Whether this is all that the update changes: the fields, and an end that does not come sooner, so that the
    /// cleaner need not come sooner either.
    pub(crate) fn says_all(update: &store::Update, now: Now) -> bool {
        let before = &update.before.times;
        let now = now.named().unwrap_or(before.now);
        let is_later = |idle| now.plus(idle) >= before.expires;
        update.changes_only_fields() && update.idle.is_some_and(is_later)
    }

    /// The times of the record that was saved when the server's clock showed this.
    fn times(&self, now: Timestamp) -> store::Times {
        let mut times = self.update.before.times;
        let end = self.update.idle.map_or(times.expires, |idle| now.plus(idle));
        (times.now, times.seen, times.expires) = (now, now, end.min(times.absolute));
        times
    }
}

/// A revision past the column's range is one that no record is at.
pub(super) fn revision(update: &store::Update) -> i64 {
    i64::try_from(update.revision).unwrap_or(i64::MAX)
}
