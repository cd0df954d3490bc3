//! The batch engine: a bounded queue before a store's connections, from which calls that wait at the same time are
//! sent together. For your own stores; those of this library are built on it.
//!
//! A [`Call`] is what one caller wants, until when it is worth doing, and where the answer goes. The [`Queue`] keeps
//! the calls, as many as it may, and runs [`Worker`]s, each with a connection of its own, say. Which calls wait, and
//! which of them are sent next, is the [`Scheduler`]'s to say: that is the policy of a store.
//!
//! - No call waits for company. One that is alone is sent at once; those that arrive in one turn of the runtime, or
//!   while all workers are busy, are sent together.
//! - Workers start at the first call. They end with the queue, or with the runtime that they were started in; a later
//!   call in another runtime starts new ones.
//! - A worker that panics is replaced, with an error in the log. The callers of its batch learn that their call was
//!   [`Lost`](Unanswered::Lost).
//! - [`Backoff`] is the pause between a worker's attempts to connect.
//! - To drop a caller's future is harmless: a call that was not sent yet is [abandoned](Call::is_abandoned).
//!
//! ```
//! use std::time::Duration;
//!
//! use session_core::StoreError;
//! use session_core::store::batch::{Call, Fifo, InFlight, Queue, Worker};
//! use tokio::time::Instant;
//!
//! /// Adds up: a call is a number, its answer the sum so far.
//! #[derive(Default)]
//! struct Adder(u64);
//!
//! impl Worker for Adder {
//!     type Scheduler = Fifo<Call<u64, u64>>;
//!
//!     async fn run(&mut self, calls: Vec<Call<u64, u64>>, _: &mut InFlight<Self::Scheduler>) {
//!         for call in calls {
//!             self.0 += call.request;
//!             call.answer(Ok(self.0));
//!         }
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), StoreError> {
//! let queue = Queue::new(1024, 1, || Fifo::new(64), Adder::default);
//! let limit = Duration::from_secs(2);
//! let (call, reply) = Call::new(20, Instant::now() + limit);
//! queue.push(|fifo| fifo.push(call))?;
//! let sum = match reply.wait().await {
//!     Ok(answer) => answer?,
//!     Err(unanswered) => return Err(unanswered.store_error(limit)),
//! };
//! assert_eq!(sum, 20);
//! # Ok(()) }
//! ```

// Imports run from top to bottom.
mod backoff;
mod call;
mod dispatcher;
mod fifo;
mod queue;
mod scheduler;
mod supervisor;
mod worker;

#[cfg(test)]
mod tests;

pub use backoff::Backoff;
pub use call::{Call, Reply, Unanswered};
pub use dispatcher::InFlight;
pub use fifo::Fifo;
pub use queue::Queue;
pub use scheduler::Scheduler;
pub use worker::Worker;
