//! `Sessions<T>`: everything that one session type needs, in the application's state.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::axum::builder::Builder;
use crate::axum::cross_site::CrossSite;
use crate::axum::rejection::Renderer;
use crate::axum::sealed_cookie_builder::SealedCookieBuilder;
use crate::cookie::session_cookie::SessionCookie;
use crate::crypto::key_ring::KeyRing;
use crate::crypto::random::Random;
use crate::crypto::token::Handle;
use crate::engine::backend::Backend;
use crate::engine::change::{Change, Edit, Secret};
use crate::engine::cleaner::Cleaner;
use crate::engine::committer::{Lines, commit};
use crate::engine::decode_cache::{Decoded, Found};
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::lifetime::Lifetime;
use crate::engine::sealed_cookie::InCookie;
use crate::engine::sealing::Vault;
use crate::engine::stored::{Opened, Stored};
use crate::engine::uncancelled::Detach;
use crate::state::codec;
use crate::state::session_state::SessionState;
use crate::store::{Record, Store, Swept};

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

pub(crate) struct Inner<T: SessionState> {
    pub(crate) backend: Backend,
    pub(crate) cookie: SessionCookie,
    pub(crate) vault: Vault,
    pub(crate) in_cookie: Option<InCookie>,
    pub(crate) cross_site: CrossSite,
    pub(crate) renderer: Option<Renderer>,
    pub(crate) lifetime: Lifetime,
    pub(crate) limit: Option<NonZeroU32>,
    pub(crate) random: Box<dyn Random>,
    pub(crate) cleaner: Cleaner,
    pub(crate) lines: Lines<T>,
    pub(crate) decoded: Decoded<T>,
}

impl<T: SessionState> Sessions<T> {
    /// Sessions without a database: the record itself, sealed, is the cookie's value. Whether a
    /// log-out then kills copies of the cookie is a choice that [`SealedCookieBuilder`] asks for.
    pub fn sealed_cookie(ring: KeyRing) -> SealedCookieBuilder<T> {
        SealedCookieBuilder::new(ring)
    }

    /// Begins with a store; everything else has a safe default.
    pub fn builder(store: impl Store) -> Builder<T> {
        Builder::new(store)
    }

    pub(crate) fn new(inner: Inner<T>) -> Self {
        Self(Arc::new(inner))
    }

    /// Changes a session outside of a request: a job that ran for it is done, say.
    ///
    /// The closure sees the state as it is stored, and what it changes is saved field by field;
    /// when another change comes in between it is run again on what that left. It cannot change
    /// the principal: that draws a new token, which only a response can carry to the browser. Nor
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
        mut change: impl FnMut(&mut T) -> R + Send + 'static,
    ) -> Result<R, Error> {
        self.needs_store()?;
        let stored = self.load(*handle).await?.ok_or(Error::Ended)?;
        let result = Arc::new(Mutex::new(None));
        let returned = Arc::clone(&result);
        let change = move |state: &mut T| {
            *returned.lock().unwrap_or_else(PoisonError::into_inner) = Some(change(state));
        };
        let edit = Edit {
            change: Change::Run(Box::new(change)),
            request: None,
            secret: Secret::Keep,
            reauthenticated: false,
            persistent: None,
        };
        Detach::new(commit(self.clone(), Arc::new(stored), edit)).await?;
        let result = result.lock().unwrap_or_else(PoisonError::into_inner).take();
        result.ok_or(Error::Aborted)
    }

    /// Removes the expired sessions that lie in the store, and answers how many there were.
    ///
    /// Reading never depends on it: an expired session does not exist for a request. A task
    /// that the first request starts does this once a minute, on one node at a time; call it
    /// where a job does so instead ([`Builder::without_cleaner`]).
    ///
    /// It also forgets what this process remembers of sessions that nobody has used for a while;
    /// where it is never called, requests see to that.
    pub async fn clean(&self) -> Result<u64, Error> {
        self.decoded().forget_unused();
        let mut removed = 0;
        loop {
            match self.backend().sweep(Cleaner::BATCH).await? {
                Swept::Some(more) => removed += more,
                Swept::All(last) => return Ok(removed + last),
                Swept::Elsewhere => return Ok(removed),
            }
        }
    }

    pub(crate) fn from_inner(inner: Arc<Inner<T>>) -> Self {
        Self(inner)
    }

    pub(crate) fn backend(&self) -> &Backend {
        &self.0.backend
    }

    pub(crate) fn cookie(&self) -> &SessionCookie {
        &self.0.cookie
    }

    /// What keeps other sites from acting on a session.
    pub(crate) fn cross_site(&self) -> &CrossSite {
        &self.0.cross_site
    }

    /// The application's own answer to refusals.
    pub(crate) fn renderer(&self) -> Option<&Renderer> {
        self.0.renderer.as_ref()
    }

    /// Where sessions are, if the cookie itself holds them.
    pub(crate) fn in_cookie(&self) -> Option<&InCookie> {
        self.0.in_cookie.as_ref()
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// What the store keeps of whom this state belongs to.
    pub(crate) fn principal_of(&self, state: &T) -> Result<Option<Arc<str>>, Error> {
        let key = state.principal().map(codec::principal_key::<T>).transpose()?;
        Ok(key.map(|key| self.vault().principal(&key).into()))
    }

    pub(crate) fn lifetime(&self) -> Lifetime {
        self.0.lifetime
    }

    /// How many sessions a principal may have.
    pub(crate) fn limit(&self) -> Option<NonZeroU32> {
        self.0.limit
    }

    pub(crate) fn random(&self) -> &dyn Random {
        &*self.0.random
    }

    pub(crate) fn lines(&self) -> &Lines<T> {
        &self.0.lines
    }

    /// What was decoded lately.
    pub(crate) fn decoded(&self) -> &Decoded<T> {
        &self.0.decoded
    }

    /// Starts the cleaner at the first request, when there is a runtime to run it.
    pub(crate) fn start_cleaner(&self) {
        self.0.cleaner.start(&self.0);
    }

    /// What is kept in cookies can only be found by the request that shows it.
    pub(crate) fn needs_store(&self) -> Result<(), Error> {
        if self.in_cookie().is_some() { Err(Error::NotStored) } else { Ok(()) }
    }

    /// The stored session of this handle.
    pub(crate) async fn load(&self, handle: Handle) -> Result<Option<Stored<T>>, Error> {
        self.backend().load(handle).await?.map(|record| self.decode(record)).transpose()
    }

    /// The session that a record spells.
    pub(crate) fn decode(&self, record: Record) -> Result<Stored<T>, Error> {
        self.read(self.open(record)?)
    }

    /// The record with its fields as they were before they were sealed.
    pub(crate) fn open(&self, mut record: Record) -> Result<Opened<T>, Error> {
        let kept = Arc::clone(&record.fields);
        if let Some(found) = self.decoded().find(record.handle, &kept) {
            record.fields = found.fields;
            return Ok(Opened { record, kept, stale: found.stale, state: Some(found.state) });
        }
        let (fields, stale) = self.vault().open(record.handle, &kept)?;
        record.fields = fields;
        Ok(Opened { record, kept, stale, state: None })
    }

    /// The state that an opened record spells; fields that do not decode are told of.
    pub(crate) fn read(&self, opened: Opened<T>) -> Result<Stored<T>, Error> {
        let Opened { record, kept, stale, state } = opened;
        if let Some(state) = state {
            return Ok(Stored::new(record, state, true, stale));
        }
        let handle = record.handle;
        let mut whole = true;
        let state = codec::decode(&record.fields, |field| {
            whole = false;
            self.backend().tell(&SessionEvent::FieldDefaulted { handle, field });
        })?;
        let stored = Stored::new(record, Arc::new(state), whole, stale);
        self.remember(&stored, kept);
        Ok(stored)
    }

    /// Remembers what a session's fields spell, which the store keeps like this. Those that were
    /// not decoded are to be told of each time.
    pub(crate) fn remember(&self, stored: &Stored<T>, kept: Arc<[u8]>) {
        if stored.whole {
            let Stored { record, state, stale, .. } = stored;
            let fields = Arc::clone(&record.fields);
            let found = Found { fields, stale: *stale, state: Arc::clone(state) };
            self.decoded().remember(record.handle, kept, found);
        }
    }

    /// A random part of this span; none of it when no random bytes can be had.
    pub(crate) fn jitter(&self, span: Duration) -> Duration {
        let mut bytes = [0; 4];
        _ = self.random().fill(&mut bytes);
        span.mul_f64(f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
    }
}

impl<T: SessionState> Clone for Sessions<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: SessionState> fmt::Debug for Sessions<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("backend", &self.0.backend)
            .field("cookie", &self.0.cookie)
            .field("lifetime", &self.0.lifetime)
            .finish_non_exhaustive()
    }
}
