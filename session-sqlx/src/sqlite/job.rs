//! What waits in the queue: an operation, until when it is worth doing, and where its answer goes.

use std::future::Future;
use std::pin::Pin;

use session_core::StoreError;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::statement::{Sql, Statement};

/// Where the answer to a call arrives.
pub(super) type Answer<S> = oneshot::Receiver<Result<<S as Statement>::Answer, StoreError>>;

/// A statement that runs.
pub(super) type Running<'a> = Pin<Box<dyn Future<Output = sqlx::Result<()>> + Send + 'a>>;

/// An operation of any kind.
pub(super) trait Job: Send {
    /// Whether nobody waits for it any more.
    fn is_over(&self) -> bool;

    /// Runs it, and keeps its answer. A second run replaces the answer of the first.
    fn run<'a>(&'a mut self, connection: &'a mut SqliteConnection, sql: &'a Sql) -> Running<'a>;

    /// Gives the answer that was kept.
    fn settle(self: Box<Self>);

    /// Answers that it did not happen.
    fn fail(self: Box<Self>, error: StoreError);
}

/// An operation that somebody waits for.
pub(super) struct Call<S: Statement> {
    statement: S,
    deadline: Instant,
    kept: Option<S::Answer>,
    reply: oneshot::Sender<Result<S::Answer, StoreError>>,
}

impl<S: Statement> Call<S> {
    pub(super) fn of(statement: S, deadline: Instant) -> (Box<dyn Job>, Answer<S>) {
        let (reply, answer) = oneshot::channel();
        let call = Self { statement, deadline, kept: None, reply };
        (Box::new(call), answer)
    }
}

impl<S: Statement> Job for Call<S> {
    fn is_over(&self) -> bool {
        self.reply.is_closed() || self.deadline <= Instant::now()
    }

    fn run<'a>(&'a mut self, connection: &'a mut SqliteConnection, sql: &'a Sql) -> Running<'a> {
        Box::pin(async move {
            self.kept = None;
            self.kept = Some(if self.statement.must_be_whole() {
                run_whole(&self.statement, connection, sql).await?
            } else {
                self.statement.run(connection, sql).await?
            });
            Ok(())
        })
    }

    /// If the caller has left in the meantime, the answer has nowhere to go. One that was not
    /// run has none: its caller sees that this end is gone.
    fn settle(self: Box<Self>) {
        if let Some(answer) = self.kept {
            self.reply.send(Ok(answer)).ok();
        }
    }

    fn fail(self: Box<Self>, error: StoreError) {
        self.reply.send(Err(error)).ok();
    }
}

/// Runs all of it or nothing, within the transaction that others are in too.
async fn run_whole<S: Statement>(
    statement: &S,
    connection: &mut SqliteConnection,
    sql: &Sql,
) -> sqlx::Result<S::Answer> {
    sqlx::query("SAVEPOINT whole").execute(&mut *connection).await?;
    let done = statement.run(connection, sql).await;
    if done.is_err() {
        // There is nothing to go back to if SQLite has taken back the whole transaction.
        sqlx::query("ROLLBACK TO whole").execute(&mut *connection).await.ok();
    }
    let released = sqlx::query("RELEASE whole").execute(connection).await;
    let answer = done?;
    released?;
    Ok(answer)
}
