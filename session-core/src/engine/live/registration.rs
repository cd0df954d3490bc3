//! A holder's place in the registry.

use std::fmt;
use std::sync::Arc;

use super::known::Known;
use super::registry::Registry;
use super::watched::Watched;
use super::watcher;

/// A live session is watched until this is dropped.
pub(crate) struct Registration {
    pub(crate) watched: Arc<Watched>,
    pub(crate) registry: Arc<Registry>,
}

impl Registration {
    /// Of a session that is not stored yet.
    pub(crate) fn new(registry: &Arc<Registry>) -> Self {
        let registration = Self::unplaced(registry);
        registry.wait_for(&registration.watched);
        registration
    }

    fn unplaced(registry: &Arc<Registry>) -> Self {
        Self { watched: Arc::new(Watched::new()), registry: Arc::clone(registry) }
    }

    pub(crate) fn of(registry: &Arc<Registry>, known: Known) -> Self {
        let registration = Self::unplaced(registry);
        registration.watch(known);
        registration
    }

    /// From here on it is this session.
    pub(crate) fn watch(&self, known: Known) {
        self.registry.leave(&self.watched);
        self.registry.watch(&self.watched, known);
        watcher::start(&self.registry);
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.registry.leave(&self.watched);
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registration").field(&self.watched).finish()
    }
}
