//! Log-in by a new record: an insert that a revocation refuses, and that makes room.

use session_core::Now;
use session_core::store::{self, Inserted};
use sqlx::postgres::{PgConnection, PgRow};

use super::insert::label;
use super::log_in::{MOST, limit};
use super::{Prepared, Statement, column};
use crate::postgres::lane::Claims;
use crate::postgres::moment::{Moment, named, span};
use crate::postgres::row::{by_handle, refused, times, uuid};

pub(super) const SQL: &str = r#"
SELECT * FROM :"log_in_fresh"($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"#;

pub(in crate::postgres) struct LogInFresh {
    pub(in crate::postgres) insert: store::Insert,
    pub(in crate::postgres) now: Now,
}

impl Statement for LogInFresh {
    type Answer = Inserted;

    const REPEATABLE: bool = false;
    const MOST: usize = MOST;

    fn joins(&self, claims: &mut Claims) -> bool {
        let insert = &self.insert;
        claims.log_in(insert.handle, insert.principal.as_deref(), insert.log_in)
            && claims.load(insert.fields.len())
    }

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        let answer = Self::run_all(&[self], connection, sql).await?.pop();
        Ok(answer.unwrap_or(Inserted::Occupied))
    }

    async fn run_all(
        batch: &[&Self],
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Vec<Self::Answer>> {
        let rows = sql
            .query()
            .bind(column(batch, |it| named(it.now)))
            .bind(column(batch, |it| uuid(it.insert.handle)))
            .bind(column(batch, |it| it.insert.digest.as_bytes().as_slice()))
            .bind(column(batch, |it| it.insert.principal.as_deref()))
            .bind(column(batch, |it| &*it.insert.fields))
            .bind(column(batch, |it| it.insert.persistent))
            .bind(column(batch, |it| label(&it.insert)))
            .bind(column(batch, |it| span(it.insert.idle.min(it.insert.absolute), it.now)))
            .bind(column(batch, |it| span(it.insert.absolute, it.now)))
            .bind(column(batch, |it| it.insert.log_in.began.map(Moment)))
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
    match refused(row)? {
        Some(moment) => Ok(Inserted::Revoked(moment)),
        None => times(row).map(Inserted::Saved),
    }
}
