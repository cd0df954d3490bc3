//! `Sessions<T>`: everything that one session type needs, in the application's state.

use std::cmp::Reverse;
use std::fmt;
use std::sync::Arc;

use http::request::Parts;

use crate::axum::cross_site::CrossSite;
use crate::axum::rejection::{Rejection, Renderer};
use crate::axum::request_head::RequestHead;
use crate::crypto::token::Handle;
use crate::engine::engine::Engine;
use crate::engine::error::{Error, Refusal};
use crate::engine::event::SessionEvent;
use crate::engine::listed::Listed;
use crate::engine::session::Session;
use crate::engine::{clean, revoke, update};
use crate::state::codec;
use crate::state::session_state::{SessionState, WithPrincipal};
use crate::store::{Contents, ListQuery};

/// How many sessions of a principal a store is asked for at once.
const LIST_PAGE: u32 = 100;

/// The sessions of type `T`: where they are kept, how long they live, which cookie names them.
///
/// Put it into the application's state, where handlers find it by its type: without it they do
/// not compile. A clone is cheap and means the same sessions.
///
/// ```
/// use axum::{Router, extract::FromRef, routing::get};
/// use session_core::{MemoryStore, Sessions, require_session, session};
///
/// #[session]
/// struct Shop { visits: u64 }
///
/// #[require_session]
/// async fn visit(shop: &mut Shop) -> String {
///     shop.visits += 1;
///     format!("visit {}\n", shop.visits)
/// }
///
/// #[derive(Clone, FromRef)]
/// struct App { sessions: Sessions<Shop> }
///
/// # fn main() -> Result<(), session_core::BuildError> {
/// let sessions = Sessions::builder(MemoryStore::new()).build()?;
/// let app: Router = Router::new().route("/", get(visit)).with_state(App { sessions });
/// # Ok(()) }
/// ```
pub struct Sessions<T: SessionState>(Arc<Inner<T>>);

struct Inner<T> {
    engine: Arc<Engine<T>>,
    cross_site: CrossSite,
    renderer: Option<Renderer>,
}

impl<T: SessionState> Sessions<T> {
    pub(crate) fn new(
        engine: Engine<T>,
        cross_site: CrossSite,
        renderer: Option<Renderer>,
    ) -> Self {
        Self(Arc::new(Inner { engine: Arc::new(engine), cross_site, renderer }))
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
    ///
    /// ```
    /// # use session_core::{Sessions, Error, Handle, session};
    /// # #[session] pub struct Shop { notice: Option<String> }
    /// async fn report(sessions: &Sessions<Shop>, handle: &Handle) -> Result<(), Error> {
    ///     sessions.update(handle, |shop| shop.notice = Some("your export is ready".into())).await
    /// }
    /// ```
    pub async fn update<R: Send + 'static>(
        &self,
        handle: &Handle,
        change: impl FnMut(&mut T) -> R + Send + 'static,
    ) -> Result<R, Error> {
        update::update(self.engine(), *handle, change).await
    }

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
        revoke::end(self.engine(), handle, &SessionEvent::Revoked { handle }).await
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
        self.engine().policy.require_store()?;
        let mut records = Vec::new();
        for name in self.engine().policy.sealer.principals(&codec::principal_key::<T>(principal)?) {
            let mut query = ListQuery::first(Contents::WithoutFields, LIST_PAGE);
            loop {
                let page = self.engine().backend.list(&name, query).await?;
                records.extend(page.records);
                let Some(next) = page.next else { break };
                query.after = Some(next);
            }
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
        self.engine().policy.require_store()?;
        revoke::end_all(self.engine(), principal, None).await
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
        self.engine().policy.require_store()?;
        let (principal, handle) =
            session.principal().zip(session.handle()).ok_or(Error::NobodyThere)?;
        revoke::end_all(self.engine(), principal, Some(handle)).await
    }

    /// Removes the expired sessions that lie in the store, and answers how many there were.
    ///
    /// Reading never depends on it: an expired session does not exist for a request. A task
    /// that the first request starts does this once a minute, on one node at a time; call it
    /// where a job does so instead ([`Builder::without_cleaner`](crate::Builder::without_cleaner)).
    ///
    /// It also forgets what this process remembers of sessions that nobody has used for a while;
    /// where it is never called, requests see to that.
    pub async fn clean(&self) -> Result<u64, Error> {
        clean::clean(self.engine()).await
    }

    pub(crate) fn engine(&self) -> &Arc<Engine<T>> {
        &self.0.engine
    }

    /// Refuses a request by which another site would act on a session.
    pub(crate) fn permit(&self, parts: &Parts) -> Result<(), Refusal> {
        let is_permitted = self.0.cross_site.permits(parts);
        if is_permitted { Ok(()) } else { Err(self.engine().refuse(Refusal::CrossSite)) }
    }

    /// What a renderer will want to know of this request, if there is one.
    pub(crate) fn head(&self, parts: &Parts) -> Option<Box<RequestHead>> {
        self.0.renderer.as_ref().map(|_| Box::new(RequestHead::of(parts)))
    }

    /// The answer to a refusal of the request with this head.
    pub(crate) fn reject(&self, refusal: Refusal, head: Option<Box<RequestHead>>) -> Rejection {
        Rejection::of(refusal, self.0.renderer.as_ref(), head)
    }
}

impl<T: SessionState> Clone for Sessions<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: SessionState> fmt::Debug for Sessions<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Engine { backend, policy, .. } = &**self.engine();
        f.debug_struct("Sessions")
            .field("backend", backend)
            .field("cookie", &policy.cookie)
            .field("lifetime", &policy.lifetime)
            .finish_non_exhaustive()
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
    async fn a_session_that_ends_is_forgotten_by_the_decode_cache() {
        let store = MemoryStore::new();
        let sessions: Sessions<Shop> = Sessions::builder(store.clone()).build().unwrap();
        let (ended, other) = (insert(), insert());
        for insert in [&ended, &other] {
            drop(store.insert(insert.clone(), Now::Store).await.unwrap());
            assert_eq!(
                sessions.engine().load(insert.handle).await.unwrap().unwrap().state.visits,
                1
            );
        }
        sessions.revoke(&ended.handle).await.unwrap();
        assert!(sessions.engine().decode_cache.find(ended.handle, &ended.fields).is_none());
        assert!(sessions.engine().decode_cache.find(other.handle, &other.fields).is_some());
    }
}
