//! `Sessions<T>`: everything that one session type needs, in the application's state.

use std::fmt;
use std::sync::Arc;

use http::request::Parts;
use session_core::store::Health;
use session_core::{
    Engine, Handle, ListSessions, Listed, Live, Refusal, Revocation, Session, SessionState,
    StoredSession, WithPrincipal,
};

use crate::error::Error;
use crate::rejection::{Rejection, Renderer};
use crate::request_head::RequestHead;

/// The sessions of type `T`: where they are kept, how long they live, which cookie names them.
///
/// Put it into the application's state, where handlers find it by its type: without it they do
/// not compile. A clone is cheap and means the same sessions.
///
/// ```
/// use axum::{Router, extract::FromRef, routing::get};
/// use session_axum::{MemoryStore, Sessions, require_session, session};
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
/// # fn main() -> Result<(), session_axum::BuildError> {
/// let sessions = Sessions::builder(MemoryStore::new()).build()?;
/// let app: Router = Router::new().route("/", get(visit)).with_state(App { sessions });
/// # Ok(()) }
/// ```
///
/// # Other states
///
/// Nothing but sessions, several session types, a state in an `Arc`, a generic one, a nested router's own:
/// [`FromState`](crate::FromState) shows each.
pub struct Sessions<T: SessionState>(Arc<Inner<T>>);

struct Inner<T: SessionState> {
    engine: Arc<Engine<T>>,
    renderer: Option<Renderer>,
}

impl<T: SessionState> Sessions<T> {
    pub(crate) fn new(engine: Arc<Engine<T>>, renderer: Option<Renderer>) -> Self {
        Self(Arc::new(Inner { engine, renderer }))
    }

    /// The session of this handle as it is stored; none if there is no such session (any more). To look
    /// at it is no use of it: its idle limit stays.
    ///
    /// # Errors
    /// [`ErrorKind::NotStored`](crate::ErrorKind::NotStored) for sealed cookies, which nobody but
    /// their browsers know; see [`ErrorKind`](crate::ErrorKind) for the others.
    ///
    /// ```
    /// # use session_axum::{Sessions, Error, Handle, session};
    /// # #[session] pub struct Shop { cart: Vec<String> }
    /// async fn forgotten_cart(sessions: &Sessions<Shop>, handle: &Handle) -> Result<usize, Error> {
    ///     Ok(sessions.get(handle).await?.map_or(0, |shop| shop.cart.len()))
    /// }
    /// ```
    pub async fn get(&self, handle: &Handle) -> Result<Option<StoredSession<T>>, Error> {
        Ok(self.engine().get(handle).await?)
    }

    /// Uses a session outside of a request: its idle limit starts anew, never past the absolute one.
    /// Answers whether there is such a session. A message on a socket is such a use, say.
    ///
    /// # Errors
    /// [`ErrorKind::NotStored`](crate::ErrorKind::NotStored) for sealed cookies; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    ///
    /// ```
    /// # use session_axum::{Sessions, Error, Handle, session};
    /// # #[session] pub struct Shop { cart: Vec<String> }
    /// async fn said_something(sessions: &Sessions<Shop>, handle: &Handle) -> Result<(), Error> {
    ///     if !sessions.touch(handle).await? {
    ///         // The session has ended: close the socket.
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub async fn touch(&self, handle: &Handle) -> Result<bool, Error> {
        Ok(self.engine().touch(handle).await?)
    }

    /// The session of this handle as long as it lives, for what goes on outside of a request: see [`Live`].
    ///
    /// # Errors
    /// [`ErrorKind::Ended`](crate::ErrorKind::Ended) when there is no such session (any more),
    /// [`ErrorKind::NotStored`](crate::ErrorKind::NotStored) for sealed cookies; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    ///
    /// ```
    /// # use session_axum::{Sessions, Error, Handle, session};
    /// # #[session] pub struct Shop { cart: Vec<String> }
    /// # async fn export() -> Vec<u8> { Vec::new() }
    /// async fn job(sessions: &Sessions<Shop>, handle: &Handle) -> Result<Vec<u8>, Error> {
    ///     Ok(sessions.live(handle).await?.run(export()).await?)
    /// }
    /// ```
    pub async fn live(&self, handle: &Handle) -> Result<Live, Error> {
        Ok(self.engine().live(handle).await?)
    }

    /// Asks the store whether it can be used at this moment: for a readiness probe. The answer has what is not as
    /// it should be though it can: fewer connections than were asked for, a server that evicts sessions.
    ///
    /// For sealed cookies it is the store of the revocations; without one there is nothing to ask.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the store cannot be used, which a probe answers with 503.
    ///
    /// ```
    /// use axum::extract::State;
    /// use session_axum::{Error, Sessions};
    /// # #[session_axum::session] pub struct Shop { cart: Vec<String> }
    ///
    /// async fn ready(State(sessions): State<Sessions<Shop>>) -> Result<String, Error> {
    ///     Ok(sessions.health().await?.to_string())
    /// }
    /// ```
    #[doc(alias("health_check", "readiness", "probe"))]
    pub async fn health(&self) -> Result<Health, Error> {
        Ok(self.engine().health().await?)
    }

    /// Ends every live session of this process with [`EndReason::Shutdown`](crate::EndReason::Shutdown), and
    /// those that begin later. The sessions themselves go on. For a server that shuts down gracefully: it waits
    /// for its connections, and event streams would never end by themselves. For WebSockets `axum::serve` does not wait: a program
    /// that wants to close them waits for them itself before it ends.
    ///
    /// ```no_run
    /// # use session_axum::{Sessions, session};
    /// # #[session] pub struct Shop { cart: Vec<String> }
    /// # async fn serve(sessions: Sessions<Shop>, app: axum::Router, listener: tokio::net::TcpListener) -> std::io::Result<()> {
    /// # async fn signal() {}
    /// let stop = async move {
    ///     signal().await;
    ///     sessions.close_live();
    /// };
    /// axum::serve(listener, app).with_graceful_shutdown(stop).await
    /// # }
    /// ```
    pub fn close_live(&self) {
        self.engine().close_live();
    }

    /// Changes a session outside of a request: a job that ran for it is done, say.
    ///
    /// The closure sees the state as it is stored, and what it changes is saved field by field;
    /// when another change comes in between it is run again on what that left. It cannot change
    /// the principal: that needs a new token, which only a response can carry to the browser. Nor
    /// is it a use of the session: its idle limit stays.
    ///
    /// # Errors
    /// [`ErrorKind::Ended`](crate::ErrorKind::Ended) when there is no such session (any more); see [`ErrorKind`](crate::ErrorKind) for the others.
    /// On every error nothing was stored, except that after a deadline nobody can tell.
    ///
    /// ```
    /// # use session_axum::{Sessions, Error, Handle, session};
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
        Ok(self.engine().update(handle, change).await?)
    }

    /// Ends the session of this handle, wherever its browser is, and answers whether there was
    /// one. Requests under way on it are answered 401 if they want to change it.
    ///
    /// It ends anybody's. Of a handle that a form names, first look whether it is in the
    /// [`list`](Self::list) of whoever sends the form.
    ///
    /// Of a sealed cookie nobody but its browser knows: it is made worthless, and the answer is
    /// always that there was one.
    ///
    /// ```
    /// # use session_axum::{Error, Handle, Sessions, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64> }
    /// /// Ends one of the user's own devices.
    /// async fn end(sessions: &Sessions<Shop>, user: u64, handle: Handle) -> Result<bool, Error> {
    ///     let own = sessions.list(&user).await?;
    ///     Ok(own.iter().any(|device| device.handle == handle) && sessions.revoke(&handle).await?)
    /// }
    /// ```
    #[doc(alias("kick"))]
    pub async fn revoke(&self, handle: &Handle) -> Result<bool, Error> {
        Ok(self.engine().revoke(handle).await?)
    }

    /// The sessions that this principal is logged in to, the last created first.
    ///
    /// By `.await` it is all of them, each as [`Listed`]: a handle and times, without the state, which is not even read.
    /// `.with_state()` reads it too, for what an application keeps there: a device's name, a city. `.page_size(n)` makes
    /// it a [page](crate::SessionPage), and `.after(cursor)` the next one.
    ///
    /// ```
    /// # use session_axum::{Error, PageCursor, Session, Sessions, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, city: String }
    /// async fn devices(
    ///     sessions: &Sessions<Shop>,
    ///     here: &Session<Shop>,
    ///     after: Option<PageCursor>,      // out of the URL
    /// ) -> Result<String, Error> {
    ///     let Some(user) = &here.user else { return Ok(String::new()) };
    ///     let page = sessions.list(user).page_size(20).after(after).with_state().await?;
    ///     let mut lines = String::new();
    ///     for shop in &page.sessions {
    ///         let this = if shop.listed().is(here) { "this one" } else { "" };
    ///         lines += &format!("{} {} {this}\n", shop.listed().handle, shop.city);
    ///     }
    ///     if let Some(next) = page.next {
    ///         lines += &format!("/devices?after={next}\n");
    ///     }
    ///     Ok(lines)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotStored`](crate::ErrorKind::NotStored) for sealed cookies,
    /// [`ErrorKind::PageSize`](crate::ErrorKind::PageSize); see [`ListSessions`] for sessions that cannot be read.
    #[doc(alias("devices"))]
    pub fn list<'a>(&'a self, principal: &'a T::Principal) -> ListSessions<'a, T, Listed, Error>
    where
        T: WithPrincipal,
    {
        self.engine().list(principal).with_error()
    }

    /// Ends those of this principal's sessions whose state is one that `ends` says yes to, and answers how many
    /// there were: by the `sid` of an identity provider that logs somebody out, say, or all tablets.
    ///
    /// A session ends only if `ends` says yes to what it is at that moment: of one that changes meanwhile it is
    /// asked again, and one that has become another principal's goes on. **One that cannot be read whole ends too**,
    /// without a question: a field that does not decode in this release, or a record that does not open, may hold
    /// what the answer hangs on, and a log-in costs less than a log-out that came to nothing.
    ///
    /// It does not catch sessions that begin meanwhile, nor log-ins that are under way, as
    /// [`revoke_all`](Self::revoke_all) does.
    ///
    /// ```
    /// # use session_axum::{Error, Sessions, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64>, sid: Option<String> }
    /// async fn logged_out_there(sessions: &Sessions<Shop>, user: u64, sid: &str) -> Result<u64, Error> {
    ///     sessions.revoke_where(&user, |shop| shop.sid.as_deref() == Some(sid)).await
    /// }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotStored`](crate::ErrorKind::NotStored) for sealed cookies; see
    /// [`ErrorKind`](crate::ErrorKind) for the others, after which some may have ended: ask again.
    pub async fn revoke_where(
        &self,
        principal: &T::Principal,
        ends: impl FnMut(&T) -> bool + Send,
    ) -> Result<u64, Error>
    where
        T: WithPrincipal,
    {
        Ok(self.engine().revoke_where(principal, ends).await?)
    }

    /// Ends every session that this principal is logged in to, and answers how many there were, and
    /// when. A log-in that began before comes to nothing, even if it is saved later: its request is
    /// answered 401.
    ///
    /// A handler that goes on with its own session calls [`revoke_others`](Self::revoke_others). One
    /// that logs in itself says after which revocation. A password is reset, say:
    ///
    /// ```
    /// # use session_axum::{Error, Session, Sessions, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64> }
    /// async fn reset(sessions: &Sessions<Shop>, here: &mut Session<Shop>, user: u64) -> Result<u64, Error> {
    ///     let revocation = sessions.revoke_all(&user).await?;
    ///     here.log_in_after(user, revocation);
    ///     Ok(revocation.ended())
    /// }
    /// ```
    #[doc(alias("log_out_everywhere", "kick"))]
    pub async fn revoke_all(&self, principal: &T::Principal) -> Result<Revocation, Error>
    where
        T: WithPrincipal,
    {
        Ok(self.engine().revoke_all(principal).await?)
    }

    /// Ends every session that the principal of this one is logged in to, but this one, and
    /// answers how many there were. As [`revoke_all`](Self::revoke_all), it catches log-ins that
    /// are under way. After a change of password, say:
    ///
    /// ```
    /// # use session_axum::{Error, Session, Sessions, session};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64> }
    /// async fn changed(sessions: &Sessions<Shop>, here: &mut Session<Shop>, user: u64) -> Result<u64, Error> {
    ///     here.log_in(user);
    ///     sessions.revoke_others(here).await
    /// }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NobodyThere`](crate::ErrorKind::NobodyThere) when the session was not stored yet, or nobody is logged in to it.
    pub async fn revoke_others(&self, session: &Session<T>) -> Result<u64, Error>
    where
        T: WithPrincipal,
    {
        Ok(self.engine().revoke_others(session).await?)
    }

    /// Removes the expired sessions that lie in the store, and answers how many there were.
    ///
    /// Reading never depends on it: an expired session does not exist for a request. A task
    /// that the first request starts does this once a minute, on one node at a time; call it
    /// where a job does so instead ([`Builder::without_cleaner`](crate::Builder::without_cleaner)).
    ///
    /// It also forgets what this process remembers of sessions that nobody has used for a while;
    /// where it is never called, requests see to that.
    ///
    /// ```
    /// # use session_axum::{Error, Sessions, session};
    /// # #[session] pub struct Shop { cart: Vec<String> }
    /// async fn nightly(sessions: &Sessions<Shop>) -> Result<(), Error> {
    ///     println!("{} expired sessions are removed", sessions.clean().await?);
    ///     Ok(())
    /// }
    /// ```
    #[doc(alias("cleanup", "gc", "delete_expired"))]
    pub async fn clean(&self) -> Result<u64, Error> {
        Ok(self.engine().clean().await?)
    }

    /// Refuses a request from your own extractor or middleware, in the application's words
    /// ([`Builder::on_refusal`](crate::Builder::on_refusal)). It is reported as
    /// [`SessionEvent::Refused`](crate::SessionEvent::Refused), like those of the guards.
    ///
    /// ```
    /// # use axum::{extract::{FromRef, FromRequestParts}, http::request::Parts};
    /// # use session_axum::{session, Refusal, Rejection, SessionRef, Sessions};
    /// # #[session] pub struct Shop { #[session(principal)] user: Option<u64> }
    /// struct Editor(u64);
    ///
    /// impl<S: Sync> FromRequestParts<S> for Editor
    /// where
    ///     Sessions<Shop>: FromRef<S>,
    /// {
    ///     type Rejection = Rejection;
    ///
    ///     async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
    ///         let shop = SessionRef::<Shop>::from_request_parts(parts, state).await?;
    ///         let refuse = |refusal| Sessions::<Shop>::from_ref(state).refuse(parts, refusal);
    ///         match shop.user {
    ///             Some(user) if user < 10 => Ok(Self(user)),
    ///             Some(_) => Err(refuse(Refusal::Forbidden)),
    ///             None => Err(refuse(Refusal::NotAuthenticated).or_redirect("/login")),
    ///         }
    ///     }
    /// }
    /// ```
    pub fn refuse(&self, parts: &Parts, refusal: Refusal) -> Rejection {
        self.reject_request(self.engine().refuse(refusal), parts)
    }

    /// The engine that these sessions stand on.
    pub fn engine(&self) -> &Arc<Engine<T>> {
        &self.0.engine
    }

    /// What a renderer will want to know of this request, if there is one.
    pub(crate) fn head(&self, parts: &Parts) -> Option<Box<RequestHead>> {
        self.0.renderer.as_ref().map(|_| Box::new(RequestHead::of(parts)))
    }

    /// The answer to a refusal of the request with this head.
    pub(crate) fn reject(&self, refusal: Refusal, head: Option<Box<RequestHead>>) -> Rejection {
        Rejection::of(refusal, self.0.renderer.as_ref(), head).varying(self.engine().vary())
    }

    /// The answer to a refusal of the request with these parts.
    pub(crate) fn reject_request(&self, refusal: Refusal, parts: &Parts) -> Rejection {
        let rejection = Rejection::of_request(refusal, self.0.renderer.as_ref(), parts);
        rejection.varying(self.engine().vary())
    }
}

impl<T: SessionState> Clone for Sessions<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: SessionState> fmt::Debug for Sessions<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("engine", self.engine()).finish_non_exhaustive()
    }
}
