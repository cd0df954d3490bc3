//! Where a handler's sessions come from: the application's state, by their type.

use axum_core::extract::FromRef;

use session_core::SessionState;

use crate::sessions::Sessions;

/// What can be taken out of an application's state `S`: `Sessions<T>` where it is `FromRef<S>`.
/// The same bound as axum's, said in the words of sessions when it does not hold.
#[diagnostic::on_unimplemented(
    message = "the application's state `{S}` has no `{Self}`",
    label = "no `{Self}` in this state",
    note = "add a field `sessions: {Self}` to `{S}`, put `#[derive(Clone, FromRef)]` on it, and give it to the router with `.with_state(…)`",
    note = "build them with `Sessions::builder(MemoryStore::new()).build()?`"
)]
pub trait FromState<S> {
    /// Out of the state.
    fn from_state(state: &S) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: SessionState, S> FromState<S> for Sessions<T>
where
    Self: FromRef<S>,
{
    fn from_state(state: &S) -> Self {
        Self::from_ref(state)
    }
}
