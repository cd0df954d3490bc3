//! What `#[require_session]` writes in place of a session argument: the guard.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

use crate::axum::extract::found;
use crate::axum::from_state::FoundIn;
use crate::axum::rejection::Rejection;
use crate::axum::request_head::RequestHead;
use crate::axum::requirement::Rule;
use crate::axum::sessions::Sessions;
use crate::cookie::write::vary;
use crate::engine::save::{Work, settle};
use crate::engine::session::Session;
use crate::engine::transaction::{End, Transaction};
use crate::state::session_state::SessionState;

/// What a handler may borrow from a guard: a session's state `T`, or the `Session<T>` around it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a session",
    label = "in a `#[require_session]` function every reference is a session, and this is none",
    note = "put `#[session]` on the struct `{Self}`, or take an extractor by value"
)]
pub trait Argument {
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

/// One session of a handler, from the request to the response. `A` is what the handler borrows,
/// `R` the options of its `#[require_session]`.
pub struct Guard<A: Argument, R: Rule<A::State> = ()> {
    sessions: Sessions<A::State>,
    session: Session<A::State>,
    transaction: Transaction<A::State>,
    /// For a commit that fails, if the application has an answer of its own to that.
    head: Option<Box<RequestHead>>,
    rule: PhantomData<fn() -> R>,
}

impl<A: Argument, R: Rule<A::State>> Guard<A, R> {
    /// What a handler takes by `&`.
    pub fn read(&self) -> &A {
        A::of(&self.session)
    }

    /// What a handler takes by `&mut`.
    pub fn write(&mut self) -> &mut A {
        A::of_mut(&mut self.session)
    }

    /// Ends the guard with the handler's response. The outermost guard of a request saves what
    /// all have made of the session, and lets the response go only when that is stored.
    pub async fn finish(self, mut response: Response) -> Response {
        let Self { sessions, session, mut transaction, head, .. } = self;
        let end = match response.status() {
            _ if R::COMMIT_ALWAYS => End::MergeAlways,
            status if status.is_server_error() => End::Drop,
            _ => End::Merge,
        };
        let renews = response.status() != StatusCode::SWITCHING_PROTOCOLS;
        if let Some(outcome) = transaction.end(session, end)
            && let Some(work) = Work::of(&sessions, transaction.slot(), outcome, renews)
        {
            match settle(&sessions, Arc::clone(transaction.slot()), work).await {
                Ok(None) => {}
                Ok(Some(set)) => {
                    let shown = transaction.slot().shown;
                    set.write(sessions.cookie(), shown, response.headers_mut());
                }
                Err(error) => {
                    let refusal = sessions.refuse(error.into());
                    response = sessions.refused(refusal, head).into_response();
                }
            }
        }
        vary(response.headers_mut());
        response
    }
}

impl<S, A, R> FromRequestParts<S> for Guard<A, R>
where
    S: Sync,
    A: Argument,
    R: Rule<A::State>,
    Sessions<A::State>: FoundIn<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let sessions = Sessions::found_in(state);
        let slot = found(parts, &sessions, R::CROSS_SITE, !R::BACKGROUND).await?;
        let (transaction, session) = slot.open();
        if let Err(refusal) = R::check(&session) {
            return Err(sessions.sent_away(sessions.refuse(refusal), R::LOG_IN, parts));
        }
        let head = sessions.head(parts);
        Ok(Self { sessions, session, transaction, head, rule: PhantomData })
    }
}

impl<A: Argument, R: Rule<A::State>> Deref for Guard<A, R> {
    type Target = A;

    fn deref(&self) -> &A {
        A::of(&self.session)
    }
}

impl<A: Argument, R: Rule<A::State>> fmt::Debug for Guard<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("handle", &self.session.handle()).finish_non_exhaustive()
    }
}

/// What a handler returned, as a response. It may borrow from the guard, which ends after it.
pub fn respond<R: IntoResponse>(returned: R) -> Response {
    returned.into_response()
}
