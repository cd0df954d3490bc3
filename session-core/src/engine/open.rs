//! The openings of a request's session: by a function around others, by an extractor that looks.

use std::sync::Arc;

use http::Extensions;
use http::header::{HOST, ORIGIN};
use http::request::Parts;

use crate::engine::authorization::shows_bearer_token;
use crate::engine::cross_site::SEC_FETCH_SITE;
use crate::engine::deferred::{Asked, Deferred, DeferredScope, Progress};
use crate::engine::engine::Engine;
use crate::engine::error::Refusal;
use crate::engine::event::SessionEvent;
use crate::engine::load::load;
use crate::engine::renewal;
use crate::engine::requested;
use crate::engine::scope::{Access, Mode, Scope, Sites};
use crate::engine::scopes::Opening;
use crate::engine::session::{Place, Session};
use crate::state::session_state::{SessionState, type_name};

impl<T: SessionState> Engine<T> {
    /// Opens the session of a request for a function around others, or for a handler. The first
    /// that asks loads it; it lies in the request's extensions from then on.
    ///
    /// Neither cookie nor bearer token, or a malformed, unknown or expired one: the state's default, and nothing is
    /// stored.
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
        Ok(Scope::new(Arc::clone(self), session))
    }

    /// Defers the session of a request: a function around others has it opened by whoever asks for
    /// it first inside. If nobody asks, nothing is loaded and the response says nothing of it.
    pub fn defer(self: &Arc<Self>, extensions: &mut Extensions, access: Access) -> Deferred<T> {
        let around = requested::find(extensions, self.name_in_use.engine);
        let (deferred, scope) = Deferred::new(Arc::clone(self), access, around);
        requested::put(extensions, Asked::Deferred(scope));
        deferred
    }

    /// The session of a request, to be looked at by an extractor. It is the session as it is at
    /// the moment. An extractor cannot tell caches that the response depends on it
    /// (`Vary: Cookie`), so a function around it must have opened the session: its [`Scope`] does.
    ///
    /// # Errors
    /// When no function around has opened it ([`Refusal::Unguarded`]), or the response has left
    /// ([`Refusal::AskedLate`]); else as for [`open`](Self::open).
    pub async fn look(self: &Arc<Self>, parts: &mut Parts) -> Result<Session<T>, Refusal> {
        let asked = requested::find::<T>(&parts.extensions, self.name_in_use.engine);
        let access = match asked {
            None => return Err(self.refuse(Refusal::Unguarded(type_name::<T>()))),
            Some(asked) if !asked.is_open() => {
                return Err(self.refuse(Refusal::AskedLate(type_name::<T>())));
            }
            // The scope around has decided which sites may act on it.
            Some(Asked::Opened(_)) => Access::default().sites(Sites::Any),
            Some(Asked::Deferred(deferred)) => deferred.access,
        };
        self.enter(parts, Opening::Look, access).await
    }

    async fn enter(
        self: &Arc<Self>,
        parts: &mut Parts,
        opening: Opening,
        access: Access,
    ) -> Result<Session<T>, Refusal> {
        let asked = requested::find(&parts.extensions, self.name_in_use.engine);
        let session = self.enter_in(parts, asked, opening, access).await?;
        // Whoever only looks, inside of what was cut off, leaves the request in its scope.
        if session.place.scope.is_some() {
            requested::put(&mut parts.extensions, Asked::Opened(session.place.clone()));
        }
        Ok(session)
    }

    /// The session, opened inside of what the request has of it.
    async fn enter_in(
        self: &Arc<Self>,
        parts: &Parts,
        asked: Option<Asked<T>>,
        opening: Opening,
        access: Access,
    ) -> Result<Session<T>, Refusal> {
        if access.sites == Sites::Ours
            && let Err(refusal) = self.policy.cross_site.permit(parts)
            && !shows_bearer_token(&self.policy, &parts.headers)
        {
            return Err(self.refuse_other_site(parts, refusal));
        }
        let place = match asked {
            None => None,
            Some(Asked::Opened(place)) => Some(place),
            Some(Asked::Deferred(deferred)) => {
                Box::pin(self.open_deferred(parts, &deferred, access)).await?
            }
        };
        let patience = self.store.deadline;
        if let Some(Place { transaction, scope }) = place {
            transaction.note_usage(access.usage);
            let opened = transaction.open(scope, opening, patience).await;
            if let Some((scope, copy)) = opened.map_err(|refusal| self.refuse(refusal))? {
                return Ok(Session::new(copy, Place { transaction, scope }));
            }
        } else if requested::is_shared(&parts.extensions, self) {
            return Err(self.refuse(Refusal::SharedCookie(self.policy.cookie.name().to_owned())));
        }
        // Boxed: in place, it would make the future of every handler large.
        let transaction = Box::pin(load(parts, self, access.usage)).await?;
        let (scope, copy) = transaction.open_first(opening);
        if scope.is_none() {
            Box::pin(renewal::at_once(self, &transaction)).await;
        }
        Ok(Session::new(copy, Place { transaction, scope }))
    }

    /// Opens a deferred scope, unless somebody has; by whom is to be decided by the caller. If it is over, where it
    /// was open, or none.
    pub(crate) async fn open_deferred(
        self: &Arc<Self>,
        parts: &Parts,
        deferred: &DeferredScope<T>,
        access: Access,
    ) -> Result<Option<Place<T>>, Refusal> {
        let opening = match deferred.progress() {
            Progress::Waiting => deferred.opening.lock().await,
            Progress::Open(place) => return Ok(Some(place)),
            Progress::Over(place) => return Ok(place),
        };
        // Somebody may have opened it meanwhile.
        match deferred.progress() {
            Progress::Waiting => {}
            Progress::Open(place) => return Ok(Some(place)),
            Progress::Over(place) => return Ok(place),
        }
        let (around, access) = (deferred.around.clone(), deferred.access.sites(access.sites));
        let session = self.enter_in(parts, around, Opening::Read, access).await?;
        let place = deferred.keep(Scope::new(Arc::clone(self), session));
        drop(opening);
        Ok(place)
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
}
