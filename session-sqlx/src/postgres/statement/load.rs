//! Load: the record of a handle.

use session_core::store::Record;
use session_core::{Handle, Now};
use sqlx::SqlStr;
use sqlx::postgres::PgConnection;

use super::Statement;
use crate::postgres::moment::named;
use crate::postgres::row::{record, uuid};

pub(super) const SQL: &str = r#"
SELECT :times, :record FROM :"table" WHERE handle = $2 AND expires > :now"#;

pub(in crate::postgres) struct Load {
    pub(in crate::postgres) handle: Handle,
    pub(in crate::postgres) now: Now,
}

impl Statement for Load {
    type Answer = Option<Record>;

    const REPEATABLE: bool = true;

    async fn run(&self, connection: &mut PgConnection, sql: SqlStr) -> sqlx::Result<Self::Answer> {
        let query = sqlx::query(sql).bind(named(self.now)).bind(uuid(self.handle));
        let row = query.fetch_optional(connection).await?;
        row.as_ref().map(record).transpose()
    }
}
