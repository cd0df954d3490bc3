//! A call: a statement, until when it is worth running, and where its answer goes.

use std::future::Future;
use std::pin::Pin;

use session_core::{Handle, StoreError};
use sqlx::sqlite::SqliteConnection;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::sqlite::sql::{Statement, Texts};

/// Where the answer to a call arrives.
pub(super) type Answer<S> = oneshot::Receiver<Result<<S as Statement>::Answer, StoreError>>;

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
    statement: S,
    deadline: Instant,
    answer: Option<S::Answer>,
    sender: oneshot::Sender<Result<S::Answer, StoreError>>,
}

impl<S: Statement> Call<S> {
    pub(super) fn boxed(statement: S, deadline: Instant) -> (Box<dyn AnyCall>, Answer<S>) {
        let (sender, receiver) = oneshot::channel();
        let call = Self { statement, deadline, answer: None, sender };
        (Box::new(call), receiver)
    }
}

impl<S: Statement> AnyCall for Call<S> {
    fn is_abandoned(&self) -> bool {
        self.sender.is_closed() || self.deadline <= Instant::now()
    }

    fn run<'a>(
        &'a mut self,
        connection: &'a mut SqliteConnection,
        texts: &'a Texts,
    ) -> Running<'a> {
        Box::pin(async move {
            self.answer = None;
            self.answer = Some(if self.statement.needs_savepoint() {
                run_in_savepoint(&self.statement, connection, texts).await?
            } else {
                self.statement.run(connection, texts).await?
            });
            Ok(())
        })
    }

    fn ended(&self) -> &[Handle] {
        self.answer.as_ref().map_or(&[], |answer| self.statement.ended(answer))
    }

    /// If the caller has left in the meantime, the answer has nowhere to go. One that was not
    /// run has none: its caller sees that this end is gone.
    fn send_answer(self: Box<Self>) {
        if let Some(answer) = self.answer {
            self.sender.send(Ok(answer)).ok();
        }
    }

    fn fail(self: Box<Self>, error: StoreError) {
        self.sender.send(Err(error)).ok();
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
