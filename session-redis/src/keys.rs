//! How the keys are called.

use session_core::Handle;

/// The names of all keys of one store.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    prefix: String,
}

impl Keys {
    pub(crate) fn new(prefix: String) -> Self {
        Self { prefix }
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Of a record: the handle as it stands in logs and device lists.
    pub(crate) fn record(&self, handle: Handle) -> Vec<u8> {
        format!("{}{handle}", self.prefix).into_bytes()
    }

    /// Of the index of a principal's sessions.
    pub(crate) fn principal(&self, principal: &str) -> Vec<u8> {
        format!("{}principal:{principal}", self.prefix).into_bytes()
    }

    /// Of the sessions that were inserted at a named moment.
    pub(crate) fn named(&self) -> Vec<u8> {
        format!("{}named", self.prefix).into_bytes()
    }
}
