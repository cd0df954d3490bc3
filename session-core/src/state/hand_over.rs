//! The hand-over: what goes along when a session passes from one principal to another, or to none.

use crate::state::session_state::SessionState;

/// What is handed on of this state: the fields marked `carry`; the others are at their default.
pub(crate) fn carried<T: SessionState>(state: &T) -> T {
    let mut next = T::default();
    for field in T::table().fields().iter().filter(|field| field.carried) {
        field.access.copy(state, &mut next);
    }
    next
}

/// What is handed on of `theirs` by a handler that has made `mine` of `base`: also what it has set.
pub(crate) fn handed_on<T: SessionState>(base: &T, mine: &T, theirs: &T) -> T {
    let mut next = carried(theirs);
    for field in T::table().fields().iter().filter(|field| !field.access.same(base, mine)) {
        field.access.copy(mine, &mut next);
    }
    next
}
