//! Whose a session is, as far as a live session needs to know.

use crate::engine::rotation::PrincipalDigest;
use crate::engine::stored::{Decoding, Stored};
use crate::state::session_state::SessionState;

/// Whose a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Person {
    Nobody,
    Known(PrincipalDigest),
    /// Somebody whom this release cannot read.
    Unreadable,
}

impl Person {
    pub(crate) fn of<T: SessionState>(principal: Option<&T::Principal>) -> Self {
        match principal.map(PrincipalDigest::of::<T>) {
            None => Self::Nobody,
            Some(Ok(digest)) => Self::Known(digest),
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
