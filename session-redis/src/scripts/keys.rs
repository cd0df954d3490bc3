//! The keys of a store.

use std::fmt::{self, Write as _};

use session_core::Handle;

/// Names the keys of one store.
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

    /// The key of a record: the handle as it stands in logs and device lists.
    pub(crate) fn record(&self, handle: Handle) -> Vec<u8> {
        self.key(36, format_args!("{handle}"))
    }

    /// The key of the index of a principal's sessions.
    pub(crate) fn principal(&self, principal: &str) -> Vec<u8> {
        self.key(10 + principal.len(), format_args!("principal:{principal}"))
    }

    /// The key of the set of sessions that were inserted at a named time.
    pub(crate) fn named(&self) -> Vec<u8> {
        self.key(5, format_args!("named"))
    }

    /// The channel on which scripts tell what they have ended, as `lua/tell.lua` names it.
    pub(crate) fn endings(&self) -> Vec<u8> {
        self.key(7, format_args!("endings"))
    }

    /// The prefix and this, which has so many bytes.
    fn key(&self, bytes: usize, rest: fmt::Arguments<'_>) -> Vec<u8> {
        let mut key = String::with_capacity(self.prefix.len() + bytes);
        key.push_str(&self.prefix);
        key.write_fmt(rest).expect("a string takes everything");
        key.into_bytes()
    }
}
