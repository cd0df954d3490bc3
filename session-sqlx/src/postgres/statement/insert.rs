//! Insert: a new record, only if its handle is free.

use session_core::Now;
use session_core::store::{self, Inserted};
use sqlx::SqlStr;
use sqlx::postgres::PgConnection;

use super::Statement;
use crate::postgres::moment::{named, span};
use crate::postgres::row::{times, uuid};

pub(super) const SQL: &str = r#"
INSERT INTO :"table" (
    handle, digest, revision, principal, fields, persistent, label,
    created, authenticated, seen, expires, absolute, sweep_at
) VALUES (
    $2, $3, 1, $4, $5, $6, $7,
    :now, CASE WHEN $4::text IS NOT NULL THEN :now END, :now, :now + $8, :now + $9, :now + $8
) ON CONFLICT (handle) DO NOTHING RETURNING :times"#;

pub(in crate::postgres) struct Insert {
    pub(in crate::postgres) insert: store::Insert,
    pub(in crate::postgres) now: Now,
}

impl Statement for Insert {
    type Answer = Inserted;

    const REPEATABLE: bool = false;

    async fn run(&self, connection: &mut PgConnection, sql: SqlStr) -> sqlx::Result<Self::Answer> {
        let Self { insert, now } = self;
        // PostgreSQL's text has no NUL. No header has one either, so no browser loses anything.
        let label = insert.label.as_ref().map(|label| label.replace('\0', ""));
        let row = sqlx::query(sql)
            .bind(named(*now))
            .bind(uuid(insert.handle))
            .bind(insert.digest.as_bytes())
            .bind(&insert.principal)
            .bind(&insert.fields)
            .bind(insert.persistent)
            .bind(label)
            .bind(span(insert.idle.min(insert.absolute), *now))
            .bind(span(insert.absolute, *now))
            .fetch_optional(connection)
            .await?;
        match row {
            Some(row) => Ok(Inserted::Saved(times(&row)?)),
            None => Ok(Inserted::Occupied),
        }
    }
}
