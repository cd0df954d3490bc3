//! A session as it is stored, for whoever looks at it from outside of a request.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::engine::listed::Listed;
use crate::engine::stored::Stored;

/// A session as it was stored when somebody looked: derefs to its state.
///
/// From [`Engine::get`](crate::Engine::get), and from [`Engine::list`](crate::Engine::list) with states. A change of
/// it is [`Engine::update`](crate::Engine::update).
#[derive(Clone)]
pub struct StoredSession<T> {
    state: Arc<T>,
    listed: Listed,
}

impl<T> StoredSession<T> {
    /// Its handle and its times, as a device list has them.
    pub fn listed(&self) -> &Listed {
        &self.listed
    }

    /// Its state.
    pub fn into_state(self) -> T
    where
        T: Clone,
    {
        Arc::unwrap_or_clone(self.state)
    }
}

impl<T> From<Stored<T>> for StoredSession<T> {
    fn from(stored: Stored<T>) -> Self {
        Self { state: stored.state, listed: stored.record.into() }
    }
}

impl<T> Deref for StoredSession<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.state
    }
}

/// The state is not printed: what is in it is the application's to know.
impl<T> fmt::Debug for StoredSession<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredSession").field("listed", &self.listed).finish_non_exhaustive()
    }
}
