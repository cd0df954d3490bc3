//! What is known of a session when somebody begins to watch it.

use super::keeper::Owner;
use super::person::Person;
use crate::crypto::time::Timestamp;
use crate::crypto::token::Handle;
use crate::engine::stored::Stored;
use crate::state::session_state::SessionState;

/// What is known of a session when somebody begins to watch it.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) handle: Handle,
    pub(crate) person: Person,
    pub(crate) owner: Option<Owner>,
    pub(crate) ends: Option<Timestamp>,
}

impl Known {
    /// What a loaded session is known by.
    pub(crate) fn of<T: SessionState>(stored: &Stored<T>) -> Self {
        let record = &stored.record;
        let person = Person::of_stored(stored);
        let owner = Some(Owner { spelled: record.principal.clone(), person });
        Self { handle: record.handle, person, owner, ends: Some(record.times.expires) }
    }
}
