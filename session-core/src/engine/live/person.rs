//! Whose a session is, as far as a live session needs to know.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

use crate::engine::stored::{Decoding, Stored};
use crate::state::codec;
use crate::state::session_state::SessionState;

/// Whose a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Person {
    Nobody,
    /// Of whom this is the hash, under a key of this process.
    Known(u64),
    /// Somebody whom this release cannot read.
    Unreadable,
}

impl Person {
    pub(crate) fn of<T: SessionState>(principal: Option<&T::Principal>) -> Self {
        static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        match principal.map(codec::principal_key::<T>) {
            None => Self::Nobody,
            Some(Ok(key)) => Self::Known(KEY.hash_one(key)),
            Some(Err(_)) => Self::Unreadable,
        }
    }

    pub(crate) fn of_stored<T: SessionState>(stored: &Stored<T>) -> Self {
        match stored.decoding {
            Decoding::OfUnknown => Self::Unreadable,
            Decoding::Whole | Decoding::Partial => Self::of::<T>(stored.state.principal()),
        }
    }
}
