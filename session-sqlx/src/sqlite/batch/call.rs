//! A call: a statement that a caller waits for, whose answer is held back until it is committed.

use std::future::Future;
use std::pin::Pin;

use session_core::store::batch::{self, Reply};
use session_core::{Handle, StoreError};
use sqlx::sqlite::SqliteConnection;
use tokio::time::Instant;

use crate::sqlite::sql::{Statement, Texts};

/// A statement that runs.
pub(super) type Running<'a> = Pin<Box<dyn Future<Output = sqlx::Result<()>> + Send + 'a>>;

/// A call of any statement.
pub(super) trait AnyCall: Send {
    /// Whether its caller has left, or its deadline has passed.
    fn is_abandoned(&self) -> bool;

    /// Runs it, and notes its answer. A second run replaces the answer of the first.
    fn run<'a>(&'a mut self, connection: &'a mut SqliteConnection, texts: &'a Texts)
    -> Running<'a>;

    /// The sessions that the last run has ended.
    fn ended(&self) -> &[Handle];

    /// Sends the answer of the last run.
    fn send_answer(self: Box<Self>);

    /// Answers that it did not happen.
    fn fail(self: Box<Self>, error: StoreError);
}

/// A statement that a caller waits for.
pub(super) struct Call<S: Statement> {
    call: batch::Call<S, S::Answer>,
    answer: Option<S::Answer>,
}

impl<S: Statement> Call<S> {
    pub(super) fn boxed(statement: S, deadline: Instant) -> (Box<dyn AnyCall>, Reply<S::Answer>) {
        let (call, reply) = batch::Call::new(statement, deadline);
        (Box::new(Self { call, answer: None }), reply)
    }
}

impl<S: Statement> AnyCall for Call<S> {
    fn is_abandoned(&self) -> bool {
        self.call.is_abandoned(Instant::now())
    }

    fn run<'a>(
        &'a mut self,
        connection: &'a mut SqliteConnection,
        texts: &'a Texts,
    ) -> Running<'a> {
        Box::pin(async move {
            self.answer = None;
            let statement = &self.call.request;
            self.answer = Some(if statement.needs_savepoint() {
                run_in_savepoint(statement, connection, texts).await?
            } else {
                statement.run(connection, texts).await?
            });
            Ok(())
        })
    }

    fn ended(&self) -> &[Handle] {
        self.answer.as_ref().map_or(&[], |answer| self.call.request.ended(answer))
    }

    /// If the caller has left in the meantime, the answer has nowhere to go. One that was not
    /// run has none: its caller sees that this end is gone.
    fn send_answer(self: Box<Self>) {
        if let Some(answer) = self.answer {
            self.call.answer(Ok(answer));
        }
    }

    fn fail(self: Box<Self>, error: StoreError) {
        self.call.answer(Err(error));
    }
}

/// Runs all of it or nothing, within the transaction that others are in too.
async fn run_in_savepoint<S: Statement>(
    statement: &S,
    connection: &mut SqliteConnection,
    texts: &Texts,
) -> sqlx::Result<S::Answer> {
    sqlx::query("SAVEPOINT whole").execute(&mut *connection).await?;
    let done = statement.run(connection, texts).await;
    if done.is_err() {
        // There is no savepoint any more if SQLite has rolled back the whole transaction.
        sqlx::query("ROLLBACK TO whole").execute(&mut *connection).await.ok();
    }
    let released = sqlx::query("RELEASE whole").execute(connection).await;
    let answer = done?;
    released?;
    Ok(answer)
}
