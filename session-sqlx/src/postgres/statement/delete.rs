//! Delete: the record of a handle.

use session_core::{Handle, Now};
use sqlx::SqlStr;
use sqlx::postgres::PgConnection;

use super::Statement;
use crate::postgres::moment::named;
use crate::postgres::row::uuid;

pub(super) const SQL: &str = r#"
DELETE FROM :"table" WHERE handle = $2 RETURNING expires > :now"#;

pub(in crate::postgres) struct Delete {
    pub(in crate::postgres) handle: Handle,
    pub(in crate::postgres) now: Now,
}

impl Statement for Delete {
    type Answer = bool;

    const REPEATABLE: bool = false;

    async fn run(&self, connection: &mut PgConnection, sql: SqlStr) -> sqlx::Result<Self::Answer> {
        let query = sqlx::query_scalar(sql).bind(named(self.now)).bind(uuid(self.handle));
        let was_live: Option<bool> = query.fetch_optional(connection).await?;
        Ok(was_live == Some(true))
    }
}
