//! A call: a statement, until when it is worth running, and where its answer goes.

use session_core::StoreError;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::postgres::sql::Statement;

/// Where the answer to a call arrives.
pub(super) type Answer<S> = oneshot::Receiver<Result<<S as Statement>::Answer, StoreError>>;

/// A statement that a caller waits for.
pub(crate) struct Call<S: Statement> {
    pub(super) statement: S,
    pub(super) deadline: Instant,
    sender: oneshot::Sender<Result<S::Answer, StoreError>>,
}

impl<S: Statement> Call<S> {
    pub(super) fn new(statement: S, deadline: Instant) -> (Self, Answer<S>) {
        let (sender, answer) = oneshot::channel();
        (Self { statement, deadline, sender }, answer)
    }

    /// Whether its caller has left, or its deadline has passed.
    pub(super) fn is_abandoned(&self, now: Instant) -> bool {
        self.sender.is_closed() || self.deadline <= now
    }

    /// Answers it. If the caller has left in the meantime, the answer has nowhere to go.
    pub(super) fn answer(self, answer: Result<S::Answer, StoreError>) {
        self.sender.send(answer).ok();
    }
}
