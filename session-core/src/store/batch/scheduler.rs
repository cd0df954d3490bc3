//! The scheduler: the policy of a store.

/// Which calls wait, and which of them are sent next: the policy of a store.
///
/// It is asked under a lock, so that it decides and does not wait.
pub trait Scheduler: Send + 'static {
    /// Calls that are run together.
    type Batch: Send + 'static;

    /// What is to be remembered of a batch while it runs.
    type Ticket: Send + 'static;

    /// How many calls wait.
    fn len(&self) -> usize;

    /// Whether no call waits.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a batch may be sent now: then a worker is woken.
    fn is_ready(&self) -> bool {
        !self.is_empty()
    }

    /// Takes the next batch, if there is one. Calls that are abandoned are dropped.
    fn take_batch(&mut self) -> Option<(Self::Batch, Self::Ticket)>;

    /// The batch was answered, or given up.
    fn returned(&mut self, ticket: &Self::Ticket) {
        _ = ticket;
    }
}
