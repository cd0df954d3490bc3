//! The fields whose `ttl` is to count anew though they are as before.

use std::any::TypeId;

use crate::state::field_set::FieldSet;
use crate::state::session_state::SessionState;
use crate::state::table::StoredField;

/// A set of fields with a `ttl`: bits in the order of the table, which has at most so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Restarts(u64);

impl Restarts {
    /// Adds the field that this is a reference to. Answers whether it is one with a `ttl`.
    pub(crate) fn add<T: SessionState, V: 'static>(&mut self, state: &T, value: &V) -> bool {
        let address = (TypeId::of::<V>(), std::ptr::from_ref(value).cast());
        let nth = expiring::<T>().position(|field| field.access.address(state) == address);
        self.0 |= nth.map_or(0, |nth| 1 << nth);
        nth.is_some()
    }

    /// Whether there is none.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Their places in the table.
    pub(crate) fn places<T: SessionState>(self) -> FieldSet {
        if self.is_empty() {
            return FieldSet::default();
        }
        let places = T::table().fields().iter().enumerate();
        let expiring = places.filter(|(_, field)| field.ttl.is_some()).enumerate();
        expiring.filter(|(nth, _)| self.0 & (1 << nth) != 0).map(|(_, (place, _))| place).collect()
    }

    /// Those that are not among these.
    pub(crate) fn since(self, before: Self) -> Self {
        Self(self.0 & !before.0)
    }
}

fn expiring<T: SessionState>() -> impl Iterator<Item = &'static StoredField<T>> {
    T::table().fields().iter().filter(|field| field.ttl.is_some())
}
