//! The batches: calls that wait at the same time are sent as one command.

mod answer;
mod call;
mod queue;
mod scheduler;
mod worker;

pub(crate) use answer::Answer;
pub(crate) use queue::Queue;
