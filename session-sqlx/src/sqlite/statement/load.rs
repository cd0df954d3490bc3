//! Load: the record of a handle.

use session_core::store::Record;
use session_core::{Handle, Now};
use sqlx::sqlite::SqliteConnection;

use super::{Sql, Statement, only};
use crate::sqlite::row::record;

pub(super) const SQL: &str = r#"
SELECT :times, :record FROM :"table" WHERE handle = ?1 AND expires > ?2"#;

pub(in crate::sqlite) struct Load {
    pub(in crate::sqlite) handle: Handle,
    pub(in crate::sqlite) now: Now,
}

impl Statement for Load {
    type Answer = Option<Record>;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        sql: &Sql,
    ) -> sqlx::Result<Self::Answer> {
        let now = self.now.on_this_machine();
        let query =
            sqlx::query(sql.load.clone()).bind(self.handle.as_bytes().to_vec()).bind(now.micros());
        let row = only(query.fetch_all(connection).await?);
        row.map(|row| record(&row, now)).transpose()
    }
}
