//! What `#[require_session]` writes in place of a session argument: the guard.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

use crate::axum::extract::transaction;
use crate::axum::from_state::FromState;
use crate::axum::rejection::Rejection;
use crate::axum::request_head::RequestHead;
use crate::axum::requirement::Requirement;
use crate::axum::sessions::Sessions;
use crate::cookie::write::vary;
use crate::engine::save::{Pending, SecretRenewal};
use crate::engine::session::Session;
use crate::engine::transaction::{End, Scope};
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
pub struct Guard<A: Argument, R: Requirement<A::State> = ()> {
    sessions: Sessions<A::State>,
    session: Session<A::State>,
    scope: Scope<A::State>,
    /// For a commit that fails, if the application has an answer of its own to that.
    head: Option<Box<RequestHead>>,
    requirement: PhantomData<fn() -> R>,
}

impl<A: Argument, R: Requirement<A::State>> Guard<A, R> {
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
        let Self { sessions, session, mut scope, head, .. } = self;
        let engine = sessions.engine();
        let end = match response.status() {
            _ if R::COMMIT_ALWAYS => End::MergeAlways,
            status if status.is_server_error() => End::Drop,
            _ => End::Merge,
        };
        let renewal = match response.status() {
            StatusCode::SWITCHING_PROTOCOLS => SecretRenewal::Suspended,
            _ => SecretRenewal::Allowed,
        };
        if let Some(outcome) = scope.end(session.into_changes(), end)
            && let Some(pending) = Pending::of(engine, scope.transaction(), outcome, renewal)
        {
            match pending.save(engine, Arc::clone(scope.transaction())).await {
                Ok(None) => {}
                Ok(Some(set)) => {
                    let presented = scope.transaction().presented_cookies;
                    set.write(&engine.policy.cookie, presented, response.headers_mut());
                }
                Err(error) => {
                    let refusal = engine.refuse(error.into());
                    response = sessions.reject(refusal, head).into_response();
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
    R: Requirement<A::State>,
    Sessions<A::State>: FromState<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let sessions = Sessions::from_state(state);
        let (scope, view) = transaction(parts, &sessions, R::SITES, R::USAGE).await?.open();
        let session = Session::new(view);
        if let Err(refusal) = R::check(&session) {
            let refusal = sessions.engine().refuse(refusal);
            let redirect =
                R::LOG_IN.and_then(|log_in| Rejection::redirect(&refusal, log_in, parts));
            return Err(redirect.unwrap_or_else(|| sessions.reject(refusal, sessions.head(parts))));
        }
        let head = sessions.head(parts);
        Ok(Self { sessions, session, scope, head, requirement: PhantomData })
    }
}

impl<A: Argument, R: Requirement<A::State>> Deref for Guard<A, R> {
    type Target = A;

    fn deref(&self) -> &A {
        A::of(&self.session)
    }
}

impl<A: Argument, R: Requirement<A::State>> fmt::Debug for Guard<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("handle", &self.session.handle()).finish_non_exhaustive()
    }
}

/// What a handler returned, as a response. It may borrow from the guard, which ends after it.
pub fn respond<R: IntoResponse>(returned: R) -> Response {
    returned.into_response()
}
