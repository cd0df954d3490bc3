//! The feed of endings: hints that sessions have ended, or become another's.

use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::crypto::token::Handle;

/// How often a feed proves that it misses nothing, if it can.
pub const PROOF_INTERVAL: Duration = Duration::from_secs(1);

/// What a feed tells. Each is a hint: whoever needs to know asks the store
/// ([`Store::alive`](crate::Store::alive)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// This session was deleted, or went from a principal to another or to none.
    Of(Handle),
    /// Something may have been missed: every session that matters is to be asked for.
    Gap,
    /// The proof of life: whatever ended before the question that this answers has been told. A
    /// feed asks it every [`PROOF_INTERVAL`] and gives up (it is over) when there is no answer to it; one that can
    /// prove nothing never says so, and sessions are asked for beside it.
    UpToDate,
}

/// A feed of endings, from [`Store::endings`](crate::Store::endings).
pub struct Endings(Box<dyn EndingSource>);

/// Where a store's endings come from.
pub trait EndingSource: Send + 'static {
    /// The next hint; none when there will be no more.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Ending>>;
}

impl Endings {
    /// The feed of this source.
    pub fn new(source: impl EndingSource) -> Self {
        Self(Box::new(source))
    }

    /// The next hint. None when the feed is over: the store is to be asked for another, and what
    /// ended in between is missed.
    pub async fn next(&mut self) -> Option<Ending> {
        poll_fn(|context| self.poll_next(context)).await
    }

    /// The same, for whoever waits for other things beside it.
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Ending>> {
        self.0.poll_next(context)
    }
}

impl fmt::Debug for Endings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Endings(..)")
    }
}
