//! What a function may borrow of a session: its state, or the session around it.

use crate::engine::session::Session;
use crate::state::session_state::SessionState;

/// What a function may borrow from a request's session: its state `T`, or the [`Session<T>`] around
/// it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a session",
    label = "in a `#[require_session]` function every reference is a session, and this is none",
    note = "a session is a struct with `#[session]`, taken as `&{Self}` or `&mut {Self}`; an extractor is taken by value, without the `&`"
)]
pub trait Argument: 'static {
    /// The session type.
    type State: SessionState;

    /// This part of the session.
    fn of(session: &Session<Self::State>) -> &Self;

    /// This part of the session, to be changed.
    fn of_mut(session: &mut Session<Self::State>) -> &mut Self;
}

#[diagnostic::do_not_recommend]
impl<T: SessionState> Argument for T {
    type State = T;

    fn of(session: &Session<T>) -> &T {
        session
    }

    fn of_mut(session: &mut Session<T>) -> &mut T {
        session
    }
}

impl<T: SessionState> Argument for Session<T> {
    type State = T;

    fn of(session: &Self) -> &Self {
        session
    }

    fn of_mut(session: &mut Self) -> &mut Self {
        session
    }
}
