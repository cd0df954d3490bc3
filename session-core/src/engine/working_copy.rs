//! The working copy: a request's session as its functions have made it so far.

use std::sync::Arc;

use crate::engine::controls::Controls;
use crate::state::merge::differ;
use crate::state::session_state::SessionState;

/// A request's session at one moment. A clone is cheap.
#[derive(Debug)]
pub(crate) struct WorkingCopy<T> {
    /// What the session was when the request began; after `destroy`, what it begins anew with.
    pub(crate) base: Arc<T>,
    pub(crate) state: Arc<T>,
    pub(crate) controls: Controls,
    /// Whether the session that the request came in with was destroyed.
    pub(crate) is_destroyed: bool,
}

impl<T> WorkingCopy<T> {
    /// Nothing has been made of it.
    pub(crate) fn new(base: Arc<T>) -> Self {
        let state = Arc::clone(&base);
        Self { base, state, controls: Controls::default(), is_destroyed: false }
    }
}

impl<T: SessionState> WorkingCopy<T> {
    /// What `destroy` leaves.
    pub(crate) fn destroyed() -> Self {
        Self { is_destroyed: true, ..Self::new(Arc::default()) }
    }

    /// Whether the state is as the request found it.
    pub(crate) fn is_unchanged(&self) -> bool {
        Arc::ptr_eq(&self.base, &self.state) || !differ(&*self.base, &*self.state)
    }

    /// What was made of the session since `handed`, as a change to whatever that has become.
    pub(crate) fn since(self, handed: Self) -> Self {
        if self.is_destroyed && !handed.is_destroyed {
            return self;
        }
        let controls = self.controls.since(handed.controls);
        Self { base: handed.state, state: self.state, controls, is_destroyed: false }
    }
}

impl<T> Clone for WorkingCopy<T> {
    fn clone(&self) -> Self {
        Self { base: Arc::clone(&self.base), state: Arc::clone(&self.state), ..*self }
    }
}
