//! Update: the next revision, only if the record is at the expected one.

use session_core::Now;
use session_core::store::{self, Updated};
use sqlx::SqlStr;
use sqlx::postgres::PgConnection;

use super::Statement;
use crate::postgres::moment::{named, span};
use crate::postgres::row::{has_record, record, times, uuid};

/// A plain read in the second part would show the record as it was when the statement began, and
/// so could miss the very write that it lost to. The row lock makes it the current one: it
/// waits for a writer at work, and then reads what that one left. It is taken only where nothing
/// was saved.
pub(super) const SQL: &str = r#"
WITH saved AS (
    UPDATE :"table" SET
        revision = revision + 1,
        digest = $4,
        principal = $5,
        fields = $6,
        persistent = $7,
        seen = :now,
        authenticated = CASE
            WHEN $9::interval IS NOT NULL THEN :now
            WHEN $5::text IS NOT NULL THEN authenticated
        END,
        expires = least(:now + $8, coalesce(:now + $9::interval, absolute)),
        absolute = coalesce(:now + $9::interval, absolute),
        sweep_at = least(sweep_at, :now + $8, coalesce(:now + $9::interval, absolute))
    WHERE handle = $2 AND revision = $3 AND expires > :now
    RETURNING created, authenticated, seen, expires, absolute
), current AS (
    SELECT * FROM :"table"
    WHERE handle = $2 AND expires > :now AND NOT EXISTS (SELECT FROM saved)
    FOR NO KEY UPDATE
)
SELECT :times, NULL::uuid, NULL::bytea, NULL::bigint, NULL::text, NULL::bytea, NULL::boolean, NULL::text
FROM saved
UNION ALL
SELECT :times, :record FROM current"#;

pub(in crate::postgres) struct Update {
    pub(in crate::postgres) update: store::Update,
    pub(in crate::postgres) now: Now,
}

impl Statement for Update {
    type Answer = Updated;

    const REPEATABLE: bool = false;

    async fn run(&self, connection: &mut PgConnection, sql: SqlStr) -> sqlx::Result<Self::Answer> {
        let Self { update, now } = self;
        let row = sqlx::query(sql)
            .bind(named(*now))
            .bind(uuid(update.handle))
            // A revision past the column's range is one that no record is at.
            .bind(i64::try_from(update.revision).unwrap_or(i64::MAX))
            .bind(update.digest.as_bytes())
            .bind(&update.principal)
            .bind(&update.fields)
            .bind(update.persistent)
            .bind(span(update.idle, *now))
            .bind(update.authenticated.map(|absolute| span(absolute, *now)))
            .fetch_optional(connection)
            .await?;
        let Some(row) = row else {
            return Ok(Updated::Gone);
        };
        if has_record(&row)? {
            Ok(Updated::Conflict(Box::new(record(&row)?)))
        } else {
            Ok(Updated::Saved(times(&row)?))
        }
    }
}
