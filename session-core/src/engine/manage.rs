//! What an application does to sessions outside of their requests: look at, list, change, end and clean them.

use std::sync::Arc;
use std::time::Duration;

use crate::crypto::token::Handle;
use crate::engine::end_reason::EndReason;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::list_sessions::ListSessions;
use crate::engine::live::{Known, Live};
use crate::engine::revocation::Revocation;
use crate::engine::session::Session;
use crate::engine::stored_session::StoredSession;
use crate::engine::{clean, operations, revoke, revoke_where, update};
use crate::state::session_state::{SessionState, WithPrincipal};
use crate::store::Health;

impl<T: SessionState> Engine<T> {
    /// The session of this handle as it is stored; none if there is no such session (any more). To look
    /// at it is no use of it: its idle limit stays.
    ///
    /// # Errors
    /// [`Error::NotStored`] for sealed cookies, which nobody but their browsers know.
    pub async fn get(&self, handle: &Handle) -> Result<Option<StoredSession<T>>, Error> {
        self.backend.require_store()?;
        Ok(self.load(*handle).await?.map(StoredSession::from))
    }

    /// Uses a session outside of a request: its idle limit starts anew, never past the absolute one.
    /// Answers whether there is such a session.
    ///
    /// # Errors
    /// [`Error::NotStored`] for sealed cookies.
    pub async fn touch(&self, handle: &Handle) -> Result<bool, Error> {
        self.backend.require_store()?;
        let handle = *handle;
        let Some(stored) = self.load(handle).await? else { return Ok(false) };
        let idle = stored.limits(self.policy.lifetime).idle;
        self.note_use(handle, idle).await
    }

    /// The session is in use: its idle limit starts anew. Answers whether it was there.
    pub(crate) async fn note_use(&self, handle: Handle, idle: Duration) -> Result<bool, Error> {
        let is_renewed = self.store.touch(handle, idle).await?;
        if is_renewed {
            self.store.report(&SessionEvent::Renewed { handle });
        }
        Ok(is_renewed)
    }

    /// The session of this handle as long as it lives, for what goes on outside of a request: see [`Live`].
    ///
    /// # Errors
    /// [`Error::Ended`] when there is no such session (any more), [`Error::NotStored`] for sealed cookies.
    pub async fn live(&self, handle: &Handle) -> Result<Live, Error> {
        self.backend.require_store()?;
        let stored = self.load(*handle).await?.ok_or(Error::Ended)?;
        Ok(Live::of(&self.live, Known::of(&stored)))
    }

    /// Asks the store whether it can be used at this moment: for a readiness probe. The answer has what is not as
    /// it should be though it can.
    ///
    /// For sealed cookies it is the store of the revocations; without one there is nothing to ask.
    ///
    /// # Errors
    /// [`Error::Store`] when it cannot be used.
    pub async fn health(&self) -> Result<Health, Error> {
        Ok(self.store.health().await?)
    }

    /// Ends every live session of this process with [`EndReason::Shutdown`], and those that begin later: the
    /// server shuts down, and waits for its connections. The sessions themselves go on.
    pub fn close_live(&self) {
        self.live.close();
    }

    /// Changes a session outside of a request: a job that ran for it is done, say.
    ///
    /// The closure sees the state as it is stored, and what it changes is saved field by field;
    /// when another change comes in between it is run again on what that left. It cannot change
    /// the principal: that needs a new token, which only a response can carry to the browser. Nor
    /// is it a use of the session: its idle limit stays.
    ///
    /// # Errors
    /// [`Error::Ended`] when there is no such session (any more); see [`Error`] for the others.
    /// On every error nothing was stored, except that after a deadline nobody can tell.
    pub async fn update<R: Send + 'static>(
        self: &Arc<Self>,
        handle: &Handle,
        change: impl FnMut(&mut T) -> R + Send + 'static,
    ) -> Result<R, Error> {
        update::update(self, *handle, change).await
    }

    /// Ends the session of this handle, wherever its browser is, and answers whether there was
    /// one. Requests under way on it are answered 401 if they want to change it. Of a sealed
    /// cookie nobody but its browser knows: the answer is always that there was one.
    pub async fn revoke(&self, handle: &Handle) -> Result<bool, Error> {
        let handle = *handle;
        operations::end(self, handle, None, EndReason::Revoked).await
    }

    /// The sessions that this principal is logged in to, the last created first: all of them by `.await`, with their
    /// states or in pages by what [`ListSessions`] has.
    ///
    /// # Errors
    /// [`Error::NotStored`] for sealed cookies.
    pub fn list<'a>(&'a self, principal: &'a T::Principal) -> ListSessions<'a, T>
    where
        T: WithPrincipal,
    {
        ListSessions::new(self, principal)
    }

    /// Ends those of this principal's sessions whose state is one that `ends` says yes to, and answers how many
    /// there were.
    ///
    /// A session ends only if `ends` says yes to what it is at that moment: of one that changes meanwhile it is
    /// asked again, and one that has become another principal's goes on. **One that cannot be read whole ends too**,
    /// without a question: a field that does not decode in this release, or a record that does not open, may hold
    /// what the answer hangs on, and a log-in costs less than a log-out that came to nothing.
    ///
    /// It does not catch sessions that begin meanwhile, nor log-ins that are under way, as
    /// [`revoke_all`](Self::revoke_all) does.
    ///
    /// # Errors
    /// [`Error::NotStored`] for sealed cookies; see [`Error`] for the others, after which some may have ended: ask
    /// again.
    pub async fn revoke_where(
        &self,
        principal: &T::Principal,
        ends: impl FnMut(&T) -> bool + Send,
    ) -> Result<u64, Error>
    where
        T: WithPrincipal,
    {
        self.backend.require_store()?;
        revoke_where::end_those(self, principal, ends).await
    }

    /// Ends every session that this principal is logged in to, and answers how many there were, and
    /// when. A log-in that began before comes to nothing, even if it is saved later: its request is
    /// answered 401. The one exception is [`Session::log_in_after`].
    pub async fn revoke_all(&self, principal: &T::Principal) -> Result<Revocation, Error>
    where
        T: WithPrincipal,
    {
        self.backend.require_store()?;
        revoke::end_all(self, principal, None).await
    }

    /// Ends every session that the principal of this one is logged in to, but this one, and
    /// answers how many there were. As [`revoke_all`](Self::revoke_all), it catches log-ins that
    /// are under way.
    ///
    /// # Errors
    /// [`Error::NobodyThere`] when the session was not stored yet, or nobody is logged in to it.
    pub async fn revoke_others(&self, session: &Session<T>) -> Result<u64, Error>
    where
        T: WithPrincipal,
    {
        self.backend.require_store()?;
        let (principal, handle) =
            session.principal().zip(session.handle()).ok_or(Error::NobodyThere)?;
        Ok(revoke::end_all(self, principal, Some(handle)).await?.ended())
    }

    /// Removes the expired sessions that lie in the store, and answers how many there were. A task
    /// that the first request starts does this once a minute, on one node at a time.
    ///
    /// It also forgets what this process remembers of sessions that nobody has used for a while.
    pub async fn clean(&self) -> Result<u64, Error> {
        clean::clean(self).await
    }
}
