//! A statement: one operation of the store with its arguments.

use std::future::Future;

use session_core::Handle;
use sqlx::sqlite::SqliteConnection;

use super::texts::Texts;

/// One operation with its arguments.
///
/// A writing one is run in a transaction and its answer given after the commit. Where it takes
/// more than one statement, all but the last change nothing, or nothing that is wrong alone, or
/// it needs a savepoint.
pub(crate) trait Statement: Send + Sync + 'static {
    /// What it answers.
    type Answer: Send + 'static;

    /// Whether a part of it is to be rolled back when another fails, which costs two statements.
    fn needs_savepoint(&self) -> bool {
        false
    }

    /// The sessions that it has ended, by its answer.
    fn ended<'a>(&'a self, _answer: &'a Self::Answer) -> &'a [Handle] {
        &[]
    }

    /// Runs it, once.
    fn run(
        &self,
        connection: &mut SqliteConnection,
        texts: &Texts,
    ) -> impl Future<Output = sqlx::Result<Self::Answer>> + Send;
}
