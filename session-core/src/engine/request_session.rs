//! A request's session for code that is no function with a guard: an owned handle to read and to change
//! it.

use std::fmt;

use http::request::Parts;

use crate::engine::deferred::Asked;
use crate::engine::error::{Error, Refusal};
use crate::engine::event::SessionEvent;
use crate::engine::live::Live;
use crate::engine::requested;
use crate::engine::scopes::ScopeId;
use crate::engine::session::{Place, Session};
use crate::engine::transaction::Transaction;
use crate::state::session_state::{SessionState, type_name};

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
    /// [`Refusal::Unguarded`] when no function around has it, [`Refusal::AskedLate`] when the response has left and
    /// nobody had asked until then. If this is the first that asks for it, as for
    /// [`Engine::open`](crate::Engine::open).
    pub async fn of(parts: &mut Parts) -> Result<Self, Refusal> {
        match requested::find_innermost::<T>(&parts.extensions) {
            None => {
                let refusal = Refusal::Unguarded(type_name::<T>());
                // Nobody knows whose session it would be.
                SessionEvent::Refused { refusal: &refusal }.trace();
                Err(refusal)
            }
            Some(Asked::Opened(place)) => Ok(Self(place)),
            Some(Asked::Deferred(deferred)) => {
                let (engine, access) = (&deferred.engine, deferred.access);
                let place = Box::pin(engine.open_deferred(parts, &deferred, access)).await?;
                place.map(Self).ok_or_else(|| engine.refuse(Refusal::AskedLate(type_name::<T>())))
            }
        }
    }

    /// Runs a closure on the session as it is at the moment; after the response, as that has left it.
    ///
    /// # Errors
    /// [`Error::Held`] while a function or a closure has it to change, [`Error::Saved`] in what outlives a function
    /// that it was lent to.
    pub fn read<R>(&self, read: impl FnOnce(&Session<T>) -> R) -> Result<R, Error> {
        let Place { transaction, scope } = &self.0;
        let copy = transaction.read(*scope)?;
        Ok(read(&Session::new(copy, self.0.clone())))
    }

    /// The session as long as it lives, for what outlasts the request: see [`Session::live`].
    pub fn live(&self) -> Live {
        self.0.transaction.live_now()
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
