//! Delete all: deletes the records of a principal, and revokes the log-ins that began before.

use session_core::store::Ended;
use session_core::{Handle, Now};
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use super::prepared::Prepared;
use super::row::uuid;
use super::statement::Statement;
use super::timestamp::{Timestamptz, fixed_now};

pub(super) const SQL: &str = r#"
SELECT :now, :"revoke"($1, $2, $3)"#;

pub(crate) struct DeleteAll {
    pub(crate) principal: String,
    pub(crate) except: Option<Handle>,
    pub(crate) now: Now,
}

impl Statement for DeleteAll {
    type Answer = Ended;

    const IDEMPOTENT: bool = false;

    async fn run(
        &self,
        connection: &mut PgConnection,
        sql: Prepared,
    ) -> sqlx::Result<Self::Answer> {
        let query =
            sql.query().bind(fixed_now(self.now)).bind(&self.principal).bind(self.except.map(uuid));
        let row = query.fetch_one(connection).await?;
        let Timestamptz(now) = row.try_get(0)?;
        Ok(Ended::new(row.try_get::<i64, _>(1)?.unsigned_abs(), now))
    }
}
