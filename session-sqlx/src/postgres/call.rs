//! A call: an operation, until when it is worth doing, and where its answer goes.

use session_core::StoreError;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::sql::Statement;

/// Where the answer to a call arrives.
pub(super) type Answer<S> = oneshot::Receiver<Result<<S as Statement>::Answer, StoreError>>;

/// An operation that somebody waits for.
pub(super) struct Call<S: Statement> {
    pub(super) statement: S,
    pub(super) deadline: Instant,
    reply: oneshot::Sender<Result<S::Answer, StoreError>>,
}

impl<S: Statement> Call<S> {
    pub(super) fn new(statement: S, deadline: Instant) -> (Self, Answer<S>) {
        let (reply, answer) = oneshot::channel();
        (Self { statement, deadline, reply }, answer)
    }

    /// Whether nobody waits for it any more.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.reply.is_closed() || self.deadline <= now
    }

    /// Answers it. If the caller has left in the meantime, the answer has nowhere to go.
    pub(super) fn answer(self, answer: Result<S::Answer, StoreError>) {
        self.reply.send(answer).ok();
    }
}
