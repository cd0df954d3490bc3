//! A request's session for code that is no function with a guard: an owned handle to read and to change
//! it.

use std::fmt;

use http::request::Parts;

use crate::engine::deferred::{Asked, Progress};
use crate::engine::error::{Error, Refusal};
use crate::engine::event::SessionEvent;
use crate::engine::requested;
use crate::engine::scopes::ScopeId;
use crate::engine::session::{Place, Session};
use crate::engine::transaction::Transaction;
use crate::state::session_state::SessionState;

/// A request's session, for code inside of a function that has it: an owned handle, which can be
/// cloned and moved into a closure or a task of the request. What [`change`](Self::change) does is
/// part of what the function around saves.
///
/// The function around has it open ([`Engine::open`](crate::Engine::open)) or will open it
/// ([`Engine::defer`](crate::Engine::defer)).
pub struct RequestSession<T>(Place<T>);

impl<T: SessionState> RequestSession<T> {
    /// The session of this type that the innermost function around has. It needs no engine: of
    /// several, the innermost function's counts.
    ///
    /// # Errors
    /// [`Refusal::Unguarded`] when no function around has it; [`Error::Saved`] when this is the first that
    /// asks for it, after the response. If it is the first before that, as for
    /// [`Engine::open`](crate::Engine::open).
    pub async fn of(parts: &mut Parts) -> Result<Self, Refusal> {
        let place = match requested::find_innermost::<T>(&parts.extensions) {
            // Nobody knows whose session it would be.
            None => return Err(reported(Refusal::Unguarded(T::NAME))),
            Some(Asked::Opened(place)) => Some(place),
            Some(Asked::Deferred(deferred)) => match deferred.progress() {
                Progress::Waiting => {
                    let (engine, access) = (&deferred.engine, deferred.access);
                    Box::pin(engine.open_deferred(parts, &deferred, access)).await?
                }
                Progress::Open(place) => Some(place),
                Progress::Over(place) => place,
            },
        };
        place.map(Self).ok_or_else(|| reported(Error::Saved(T::NAME).into()))
    }

    /// Runs a closure on the session as it is at the moment; after the response, as the request has
    /// left it.
    ///
    /// # Errors
    /// [`Error::Held`] while a function or a closure has it to change.
    pub fn read<R>(&self, read: impl FnOnce(&Session<T>) -> R) -> Result<R, Error> {
        let Place { transaction, scope } = &self.0;
        let copy = transaction.read(*scope)?;
        Ok(read(&Session::new(copy, self.0.clone())))
    }

    /// Runs a closure that may change the session. What it changes is seen by whatever runs after it
    /// in the request, and saved by the function around, if its response lets it. A closure that
    /// panics has changed nothing. While it runs, other threads wait for it.
    ///
    /// # Errors
    /// [`Error::Held`] while a function or another closure has it, also for a change inside of a
    /// change; [`Error::Saved`] after the response; [`Error::BeforeBody`] for a log-in or log-out by
    /// an extractor of a function that has it to change. On each, nothing was changed.
    pub fn change<R>(&self, change: impl FnOnce(&mut Session<T>) -> R) -> Result<R, Error> {
        let Place { transaction, scope } = &self.0;
        let (scope, copy) = transaction.begin_change(*scope)?;
        let _release = Changing { transaction, scope };
        let place = Place { scope: Some(scope), ..self.0.clone() };
        let mut session = Session::new(copy, place);
        let answer = change(&mut session);
        transaction.end_change(scope, session.working_copy())?;
        Ok(answer)
    }
}

/// The refusal, for the log.
fn reported(refusal: Refusal) -> Refusal {
    SessionEvent::Refused { refusal: &refusal }.trace();
    refusal
}

/// A change under way; dropped, it is over.
struct Changing<'a, T: SessionState> {
    transaction: &'a Transaction<T>,
    scope: ScopeId,
}

impl<T: SessionState> Drop for Changing<'_, T> {
    fn drop(&mut self) {
        self.transaction.release_change(self.scope);
    }
}

impl<T> Clone for RequestSession<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: SessionState> fmt::Debug for RequestSession<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestSession").field("name", &T::NAME).finish_non_exhaustive()
    }
}
