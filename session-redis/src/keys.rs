//! How the keys are called.

use std::fmt::{self, Write as _};

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
        self.key(36, format_args!("{handle}"))
    }

    /// Of the index of a principal's sessions.
    pub(crate) fn principal(&self, principal: &str) -> Vec<u8> {
        self.key(10 + principal.len(), format_args!("principal:{principal}"))
    }

    /// Of the sessions that were inserted at a named moment.
    pub(crate) fn named(&self) -> Vec<u8> {
        self.key(5, format_args!("named"))
    }

    /// The prefix and this, which has so many bytes.
    fn key(&self, bytes: usize, rest: fmt::Arguments<'_>) -> Vec<u8> {
        let mut key = String::with_capacity(self.prefix.len() + bytes);
        key.push_str(&self.prefix);
        key.write_fmt(rest).expect("a string takes everything");
        key.into_bytes()
    }
}
