//! A scope: one function's part in the request's session.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use http::header::{HOST, ORIGIN};
use http::request::Parts;

use crate::cookie::private_pages::PrivatePages;
use crate::engine::cross_site::SEC_FETCH_SITE;
use crate::engine::engine::Engine;
use crate::engine::error::Refusal;
use crate::engine::event::SessionEvent;
use crate::engine::load::load;
use crate::engine::renewal;
use crate::engine::requested;
use crate::engine::scopes::Opening;
use crate::engine::session::{Place, Session};
use crate::engine::transaction::{End, Left, Transaction, Usage};
use crate::engine::working_copy::WorkingCopy;
use crate::state::session_state::SessionState;

/// What a function asks for when it opens a request's session.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    sites: Sites,
    usage: Usage,
}

/// Which sites may act on a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sites {
    /// This one, and the trusted origins.
    Ours,
    /// Others too.
    Any,
}

impl Access {
    /// Which sites may act on the session: [`Sites::Ours`] unless told otherwise.
    pub const fn sites(self, sites: Sites) -> Self {
        Self { sites, ..self }
    }

    /// Whether the request counts as a use of it: it does unless told otherwise.
    pub const fn usage(self, usage: Usage) -> Self {
        Self { usage, ..self }
    }
}

impl Default for Access {
    fn default() -> Self {
        Self { sites: Sites::Ours, usage: Usage::Foreground }
    }
}

/// Whether a scope may change its session: [`Reads`] or [`Writes`].
pub trait Mode: sealed::Mode + Send + Sync + 'static {}

/// To read. The session is passed on freely to whoever opens it inside; this one's view of it stays
/// as it was.
#[derive(Clone, Copy, Debug)]
pub struct Reads;

/// To change. Until the scope ends the session is held: who opens it inside is refused, unless it
/// is [lent](Session::lend).
#[derive(Clone, Copy, Debug)]
pub struct Writes;

mod sealed {
    pub trait Mode {
        #[doc(hidden)]
        const WRITES: bool;
    }

    impl Mode for super::Reads {
        const WRITES: bool = false;
    }

    impl Mode for super::Writes {
        const WRITES: bool = true;
    }
}

impl Mode for Reads {}
impl Mode for Writes {}

impl<T: SessionState> Engine<T> {
    /// Opens the session of a request for a function around others, or for a handler. The first
    /// that asks loads it; it lies in the request's extensions from then on.
    ///
    /// No cookie, a malformed, unknown or expired one: the state's default, and nothing is stored.
    ///
    /// # Errors
    /// When another site sends an unsafe request, the store fails or is too slow, there are too
    /// many cookies, or a function around this one holds the session and does not lend it.
    pub async fn open<M: Mode>(
        self: &Arc<Self>,
        parts: &mut Parts,
        access: Access,
    ) -> Result<Scope<T, M>, Refusal> {
        let opening = if M::WRITES { Opening::Write } else { Opening::Read };
        let session = self.enter(parts, opening, access).await?;
        Ok(Scope { engine: Arc::clone(self), session, mode: PhantomData })
    }

    /// The session of a request, to be looked at by an extractor. It is the session as it is at
    /// the moment. An extractor cannot tell caches that the response depends on it
    /// (`Vary: Cookie`), so a function around it must have opened the session: its [`Scope`] does.
    ///
    /// # Errors
    /// When no function around has opened it ([`Refusal::Unguarded`]); else as for
    /// [`open`](Self::open).
    pub async fn look(self: &Arc<Self>, parts: &mut Parts) -> Result<Session<T>, Refusal> {
        let place = requested::find::<T>(&parts.extensions, self.name_in_use.engine);
        if !place.is_some_and(|place| place.transaction.is_open(place.scope)) {
            return Err(self.refuse(Refusal::Unguarded(T::NAME)));
        }
        // The scope around has decided which sites may act on it.
        self.enter(parts, Opening::Look, Access::default().sites(Sites::Any)).await
    }

    /// Reports a request that is refused because of where it comes from, with what tells that.
    fn refuse_other_site(&self, parts: &Parts, refusal: Refusal) -> Refusal {
        let header =
            |name| parts.headers.get(name).map(|value| value.to_str().unwrap_or("(unreadable)"));
        let authority = parts.uri.authority().map(http::uri::Authority::as_str);
        self.store.report(&SessionEvent::OtherSite {
            host: authority.or_else(|| header(HOST)),
            origin: header(ORIGIN),
            sec_fetch_site: header(SEC_FETCH_SITE),
        });
        self.refuse(refusal)
    }

    async fn enter(
        self: &Arc<Self>,
        parts: &mut Parts,
        opening: Opening,
        access: Access,
    ) -> Result<Session<T>, Refusal> {
        if access.sites == Sites::Ours {
            let permitted = self.policy.cross_site.permit(parts);
            permitted.map_err(|refusal| self.refuse_other_site(parts, refusal))?;
        }
        let (engine, patience) = (self.name_in_use.engine, self.store.deadline);
        if let Some(Place { transaction, scope }) = requested::find(&parts.extensions, engine) {
            transaction.note_usage(access.usage);
            let opened = transaction.open(scope, opening, patience).await;
            if let Some((inner, copy)) = opened.map_err(|refusal| self.refuse(refusal))? {
                let place = Place { transaction, scope: inner };
                if inner.is_some() {
                    requested::put(&mut parts.extensions, &place);
                }
                return Ok(Session::new(copy, place));
            }
        } else if requested::is_shared(&parts.extensions, engine, self.policy.cookie.name()) {
            return Err(self.refuse(Refusal::SharedCookie(self.policy.cookie.name().to_owned())));
        }
        let transaction = load(parts, self, access.usage).await?;
        let opened = transaction.open(None, opening, patience).await;
        let opened = opened.map_err(|refusal| self.refuse(refusal))?;
        let (scope, copy) = opened.expect("nobody else knows it yet");
        if scope.is_none() {
            Box::pin(renewal::at_once(self, &transaction)).await;
        }
        let place = Place { transaction, scope };
        // Whoever only looks, inside of what was cut off, leaves the request in its scope.
        if scope.is_some() {
            requested::put(&mut parts.extensions, &place);
        }
        Ok(Session::new(copy, place))
    }
}

/// One function's part in a request's session, from [`Engine::open`]. It ends with the function's
/// response, in a [`Commit`](crate::Commit); the outermost scope of a request saves what all have
/// made of the session. Dropped before that (a panic, a time-out, a refused request), it leaves no
/// trace.
#[must_use = "a scope that is dropped leaves no trace: end it with the response, in a `Commit`"]
pub struct Scope<T: SessionState, M: Mode> {
    pub(crate) engine: Arc<Engine<T>>,
    session: Session<T>,
    mode: PhantomData<fn() -> M>,
}

impl<T: SessionState> Scope<T, Writes> {
    /// The session to be changed: the body of the function begins. From here on only the
    /// function has it.
    pub fn begin(&mut self) -> &mut Session<T> {
        if let Place { transaction, scope: Some(scope) } = &self.session.place {
            transaction.begin(*scope);
        }
        &mut self.session
    }
}

impl<T: SessionState, M: Mode> Scope<T, M> {
    /// What browsers and caches may keep of the function's response. A [`Commit`](crate::Commit)
    /// tells them by itself; a response that takes its place (a refusal) is told of by
    /// [`PrivatePages::mark`].
    pub fn private_pages(&self) -> PrivatePages {
        let transaction = self.transaction();
        let began_with =
            transaction.proven().and_then(|proven| proven.stored.state.principal()).is_some();
        if began_with || self.session.principal().is_some() {
            self.engine.policy.private_pages
        } else {
            PrivatePages::Unset
        }
    }

    /// Ends it, and answers what there may be to save.
    pub(crate) fn end(&mut self, end: End) -> Option<WorkingCopy<T>> {
        let left = if M::WRITES { Left::Written(self.session.working_copy()) } else { Left::Read };
        let Place { transaction, scope } = &mut self.session.place;
        // Taken: dropped after this, it has nothing to abandon.
        transaction.end(scope.take()?, left, end)
    }

    pub(crate) fn transaction(&self) -> &Arc<Transaction<T>> {
        &self.session.place.transaction
    }
}

impl<T: SessionState, M: Mode> Deref for Scope<T, M> {
    type Target = Session<T>;

    fn deref(&self) -> &Session<T> {
        &self.session
    }
}

impl<T: SessionState, M: Mode> Drop for Scope<T, M> {
    fn drop(&mut self) {
        if let Place { transaction, scope: Some(scope) } = &self.session.place {
            transaction.abandon(*scope);
        }
    }
}

impl<T: SessionState, M: Mode> fmt::Debug for Scope<T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("handle", &self.session.handle()).finish_non_exhaustive()
    }
}
