//! The batches: calls that wait at the same time travel together as one statement.

mod call;
mod call_queue;
mod in_flight;
mod queue;
mod scheduler;
mod shared;
mod worker;

pub(super) use queue::Queue;
pub(super) use scheduler::Scheduled;
pub(super) use shared::Shared;
