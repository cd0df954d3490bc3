//! The watch of a connection: whether it is still the one that callers use.

use std::sync::Arc;

use super::liveness::Liveness;
use super::shared::Shared;

/// Tells whether a connection was replaced, or has to be.
pub(crate) struct ConnectionWatch {
    pub(super) shared: Arc<Shared>,
    pub(super) liveness: Arc<Liveness>,
}

impl ConnectionWatch {
    /// Whether callers still use the connection that they used when this began. Then they have used no other since.
    pub(crate) fn is_in_use(&self) -> bool {
        let state = self.shared.state.borrow();
        let live = state.live(self.shared.response_timeout);
        live.is_some_and(|connection| Arc::ptr_eq(&connection.liveness, &self.liveness))
    }

    /// Whether another connection at the same time is to the same server, as far as anybody knows: no sentinel may
    /// have named another one in between.
    pub(crate) fn has_fixed_address(&self) -> bool {
        self.shared.source.has_fixed_address()
    }
}
