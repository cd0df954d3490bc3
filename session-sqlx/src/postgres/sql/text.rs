//! The text of a statement, for one call and for a batch.

use sqlx::postgres::PgConnection;

use super::prepared::{Preparation, Prepared};
use super::statement::Statement;
use super::table::Table;

/// A statement's text, for one call and for a batch. A lone call takes the plainer.
pub(crate) struct Text {
    pub(super) single: Prepared,
    pub(super) batch: Prepared,
}

impl Text {
    pub(super) fn new(table: &Table, preparation: Preparation, single: &str, batch: &str) -> Self {
        Self {
            single: Prepared::new(table, preparation, single),
            batch: Prepared::new(table, preparation, batch),
        }
    }

    /// Runs the statements, and answers in their order.
    pub(crate) async fn run<S: Statement>(
        &self,
        batch: &[&S],
        connection: &mut PgConnection,
    ) -> sqlx::Result<Vec<S::Answer>> {
        match batch {
            [] => Ok(Vec::new()),
            [statement] => Ok(vec![statement.run(connection, self.single.clone()).await?]),
            _ => S::run_batch(batch, connection, self.batch.clone()).await,
        }
    }
}
