//! A call: what is to be done, until when it is worth doing, and where its answer goes.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::store::error::StoreError;

/// What a caller waits for.
#[derive(Debug)]
pub struct Call<R, A, E = StoreError> {
    /// What is to be done.
    pub request: R,
    deadline: Instant,
    sender: oneshot::Sender<Result<A, E>>,
}

impl<R, A, E> Call<R, A, E> {
    /// A call, and where its answer arrives.
    pub fn new(request: R, deadline: Instant) -> (Self, Reply<A, E>) {
        let (sender, receiver) = oneshot::channel();
        (Self { request, deadline, sender }, Reply { deadline, receiver })
    }

    /// Until when its caller waits.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether its caller has left, or its deadline has passed: then it is not worth doing any more.
    pub fn is_abandoned(&self, now: Instant) -> bool {
        self.sender.is_closed() || self.deadline <= now
    }

    /// Answers it. If the caller has left in the meantime, the answer has nowhere to go.
    pub fn answer(self, answer: Result<A, E>) {
        self.sender.send(answer).ok();
    }
}

/// Where the answer to a [`Call`] arrives.
#[derive(Debug)]
#[must_use = "a call is abandoned when nobody waits for its answer"]
pub struct Reply<A, E = StoreError> {
    deadline: Instant,
    receiver: oneshot::Receiver<Result<A, E>>,
}

impl<A, E> Reply<A, E> {
    /// Waits for the answer, until the deadline.
    ///
    /// # Errors
    /// When there was none. What was called for may have happened.
    pub async fn wait(self) -> Result<Result<A, E>, Unanswered> {
        match timeout_at(self.deadline, self.receiver).await {
            Ok(Ok(answer)) => Ok(answer),
            // A worker drops a call that is abandoned, perhaps before its caller sees the time.
            Ok(Err(_)) if Instant::now() < self.deadline => Err(Unanswered::Lost),
            Ok(Err(_)) | Err(_) => Err(Unanswered::Deadline),
        }
    }
}

/// Why there was no answer. What was called for may have happened.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unanswered {
    /// The deadline has passed.
    ///
    /// Look at the store, as for a `StoreError` of this kind.
    #[error("there was no answer within the deadline")]
    Deadline,
    /// The worker panicked, or its runtime has ended.
    ///
    /// See the log for a panic.
    #[error(
        "what ran the operation ended before it answered: it panicked, or its runtime was shut down"
    )]
    Lost,
}

crate::error_words::debug_in_words!(Unanswered);

impl Unanswered {
    /// The error of a store whose calls have this long.
    pub fn store_error(self, limit: Duration) -> StoreError {
        match self {
            Self::Deadline => StoreError::Deadline(limit),
            Self::Lost => StoreError::failed(self),
        }
    }
}
