//! A call: an invocation that a caller waits for, and how its script is named.

use std::sync::Arc;

use session_core::store::batch;

use super::answer::Answer;
use crate::connection::CommandError;
use crate::scripts::{Eval, Invocation};

/// An invocation that a caller waits for.
pub(super) type Call = batch::Call<Request, Answer, CommandError>;

/// An invocation, and how its script is named.
pub(crate) struct Request {
    pub(super) invocation: Arc<Invocation>,
    pub(super) eval: Eval,
}

impl Request {
    /// Whether one command can carry both.
    pub(super) fn shares_command_with(&self, other: &Self) -> bool {
        self.eval == other.eval && self.invocation.shares_command_with(&other.invocation)
    }
}
