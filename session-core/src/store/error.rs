//! The errors of a store.

use std::error::Error;
use std::time::Duration;

/// A store could not do what it was asked. Nothing can be said of the session then: neither
/// that it exists nor that it does not, so the request gets 503.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It did not answer in time; a write may or may not have happened.
    ///
    /// Check that the store runs, and that it and the network are fast enough. `.deadline(…)` on the builder sets how long to
    /// wait. A `GET` may be sent again, and so may a form whose effect is the same the second time.
    #[error("the session store did not answer within {0:?}")]
    Deadline(Duration),
    /// It answered with an error, or could not be reached.
    ///
    /// See its source, an error of the store: its tables are below.
    #[error("the session store failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
    /// It holds as many sessions as it may; nothing was stored.
    #[error(
        "the session store is full at {0} sessions; raise its capacity or shorten the lifetime"
    )]
    Full(usize),
    /// Too many operations wait for it already; nothing was stored.
    ///
    /// More callers wait than the builder of the store lets wait. Find out why it is slow, or raise its limit.
    #[error("the session store is overloaded: {0} operations are waiting")]
    Overloaded(usize),
}

crate::error_words::debug_in_words!(StoreError);

impl StoreError {
    /// With a back end's own error as the cause.
    pub fn failed(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(cause.into())
    }
}
