//! Which sessions a principal has, and how sessions are ended from elsewhere.

use std::cmp::Reverse;

use crate::axum::sessions::Sessions;
use crate::crypto::token::Handle;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::lifetime::LONGEST;
use crate::engine::listed::Listed;
use crate::engine::session::Session;
use crate::state::codec;
use crate::state::session_state::{SessionState, WithPrincipal};

impl<T: SessionState> Sessions<T> {
    /// Ends the session of this handle, wherever its browser is, and answers whether there was
    /// one. Requests under way on it are answered 401 if they want to change it.
    ///
    /// It ends anybody's. Of a handle that a form names, first look whether it is in the
    /// [`list`](Self::list) of whoever sends the form.
    ///
    /// Of a sealed cookie nobody but its browser knows: it is made worthless, and the answer is
    /// always that there was one.
    pub async fn revoke(&self, handle: &Handle) -> Result<bool, Error> {
        let handle = *handle;
        self.end(handle, &SessionEvent::Revoked { handle }).await
    }

    /// The sessions that this principal is logged in to, newest first.
    ///
    /// ```
    /// # use session_core::{Error, Session, Sessions, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64> }
    /// async fn devices(sessions: &Sessions<Shop>, here: &Session<Shop>) -> Result<String, Error> {
    ///     let Some(user) = &here.user else { return Ok(String::new()) };
    ///     let listed = sessions.list(user).await?;
    ///     let lines = listed.iter().map(|listed| {
    ///         let this = if listed.is(here) { "this one" } else { "" };
    ///         format!("{} {} {this}\n", listed.handle, listed.label.as_deref().unwrap_or("?"))
    ///     });
    ///     Ok(lines.collect())
    /// }
    /// ```
    pub async fn list(&self, principal: &T::Principal) -> Result<Vec<Listed>, Error>
    where
        T: WithPrincipal,
    {
        self.needs_store()?;
        let mut records = Vec::new();
        for name in self.vault().principals(&codec::principal_key::<T>(principal)?) {
            records.extend(self.backend().list(&name).await?);
        }
        records.sort_by_key(|record| (Reverse(record.times.created), record.handle));
        Ok(records.into_iter().map(Listed::from).collect())
    }

    /// Ends every session that this principal is logged in to, and answers how many there were. A
    /// log-in that began before comes to nothing, even if it is saved later: its request is
    /// answered 401.
    ///
    /// A handler that goes on with its own session calls [`revoke_others`](Self::revoke_others).
    pub async fn revoke_all(&self, principal: &T::Principal) -> Result<u64, Error>
    where
        T: WithPrincipal,
    {
        self.needs_store()?;
        self.end_all(principal, None).await
    }

    /// Ends every session that the principal of this one is logged in to, but this one, and
    /// answers how many there were. As [`revoke_all`](Self::revoke_all), it catches log-ins that
    /// are under way. After a change of password, say:
    ///
    /// ```
    /// # use session_core::{Error, Session, Sessions, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64> }
    /// async fn changed(sessions: &Sessions<Shop>, here: &mut Session<Shop>) -> Result<u64, Error> {
    ///     here.reauthenticate();
    ///     sessions.revoke_others(here).await
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::NobodyThere`] when the session was not stored yet, or nobody is logged in to it.
    pub async fn revoke_others(&self, session: &Session<T>) -> Result<u64, Error>
    where
        T: WithPrincipal,
    {
        self.needs_store()?;
        let (principal, handle) =
            session.principal().zip(session.handle()).ok_or(Error::NobodyThere)?;
        self.end_all(principal, Some(handle)).await
    }

    async fn end_all(
        &self,
        principal: &T::Principal,
        except: Option<Handle>,
    ) -> Result<u64, Error> {
        let mut ended = 0;
        for name in self.vault().principals(&codec::principal_key::<T>(principal)?) {
            ended += self.backend().delete_all(&name, except).await?;
        }
        self.backend().tell(&SessionEvent::AllRevoked { ended, except });
        Ok(ended)
    }

    /// Ends a session, and tells of it if there was one.
    pub(crate) async fn end(
        &self,
        handle: Handle,
        event: &SessionEvent<'_>,
    ) -> Result<bool, Error> {
        let ended = if self.in_cookie().is_some() {
            self.bury(handle, LONGEST).await?;
            true
        } else {
            self.backend().delete(handle).await?
        };
        self.decoded().forget(handle);
        if ended {
            self.backend().tell(event);
        }
        Ok(ended)
    }
}

#[cfg(test)]
mod tests {
    use session_core::session;

    use crate::crypto::time::Now;
    use crate::store::Store as _;
    use crate::store::conformance::sample::insert;
    use crate::{MemoryStore, Sessions};

    #[session]
    struct Shop {
        visits: u64,
    }

    #[tokio::test]
    async fn what_was_decoded_of_a_session_is_forgotten_when_it_ends() {
        let store = MemoryStore::new();
        let sessions: Sessions<Shop> = Sessions::builder(store.clone()).build().unwrap();
        let (ended, other) = (insert(), insert());
        for insert in [&ended, &other] {
            drop(store.insert(insert.clone(), Now::Store).await.unwrap());
            assert_eq!(sessions.load(insert.handle).await.unwrap().unwrap().state.visits, 1);
        }
        sessions.revoke(&ended.handle).await.unwrap();
        assert!(sessions.decoded().find(ended.handle, &ended.fields).is_none());
        assert!(sessions.decoded().find(other.handle, &other.fields).is_some());
    }
}
