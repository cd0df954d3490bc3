//! The batches: writes that wait at the same time are written in one transaction, reads beside it.

mod call;
mod calls;
mod file_watch;
mod queue;
mod reader;
mod shared;
mod writer;

pub(super) use file_watch::FileWatch;
pub(super) use queue::Queue;
pub(super) use shared::Shared;
