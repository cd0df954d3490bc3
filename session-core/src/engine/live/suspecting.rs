//! The end of sessions of one person, of which only the store knows which they are.

use super::person::Person;
use super::registry::Registry;
use crate::engine::end_reason::EndReason;

/// Sessions of a person are being ended. When this is dropped they have been, or nobody knows.
#[derive(Debug)]
pub(crate) struct Suspecting<'a> {
    registry: &'a Registry,
    person: Person,
    reason: EndReason,
}

impl<'a> Suspecting<'a> {
    pub(crate) fn new(registry: &'a Registry, person: Person, reason: EndReason) -> Self {
        registry.note_endings(person, reason);
        Self { registry, person, reason }
    }
}

impl Drop for Suspecting<'_> {
    fn drop(&mut self) {
        self.registry.suspect(self.person, self.reason);
    }
}
