//! The tenure of a connection: the time in which it is the one that callers use.

use std::sync::Arc;

use super::liveness::Liveness;
use super::shared::Shared;

/// Tells whether a connection was replaced, or has to be.
pub(crate) struct Tenure {
    pub(super) shared: Arc<Shared>,
    pub(super) liveness: Arc<Liveness>,
}

impl Tenure {
    /// Whether callers still use the connection that they used when this began, and have used it alone since.
    pub(crate) fn lasts(&self) -> bool {
        let state = self.shared.state.borrow();
        let live = state.live(self.shared.response_timeout);
        live.is_some_and(|connection| Arc::ptr_eq(&connection.liveness, &self.liveness))
    }

    /// Whether another connection at the same time is to the same server, as far as anybody knows.
    pub(crate) fn has_one_address(&self) -> bool {
        self.shared.source.has_one_address()
    }
}
