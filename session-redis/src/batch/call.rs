//! A call: an invocation, how its script is named, and where its answer goes.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::answer::Answer;
use crate::connection::CommandError;
use crate::scripts::{Eval, Invocation};

/// An invocation that a caller waits for.
pub(super) struct Call {
    pub(super) invocation: Arc<Invocation>,
    pub(super) eval: Eval,
    sender: oneshot::Sender<Result<Answer, CommandError>>,
}

impl Call {
    /// A call, and where its answer arrives.
    pub(super) fn new(
        invocation: Arc<Invocation>,
        eval: Eval,
    ) -> (Self, oneshot::Receiver<Result<Answer, CommandError>>) {
        let (sender, answer) = oneshot::channel();
        (Self { invocation, eval, sender }, answer)
    }

    /// Whether one command can carry both.
    pub(super) fn shares_command_with(&self, other: &Self) -> bool {
        self.eval == other.eval && self.invocation.shares_command_with(&other.invocation)
    }

    /// Whether its caller has left.
    pub(super) fn is_abandoned(&self) -> bool {
        self.sender.is_closed()
    }

    /// Answers it. If the caller has left in the meantime, the answer has nowhere to go.
    pub(super) fn answer(self, answer: Result<Answer, CommandError>) {
        self.sender.send(answer).ok();
    }
}
