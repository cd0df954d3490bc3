//! One version's session of tower-sessions, in the extensions of a request: its store is the request's values.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use axum::response::{IntoResponse as _, Response};
use http::Extensions;
use session_axum::SessionState;

use super::tower_sessions_core::session::{Id, Record, Session};
use super::tower_sessions_core::session_store::{Error, Result, SessionStore};
use crate::attached_sessions::FirstId;
use crate::request_values::{End, RequestValues};

/// A request's `tower_sessions::Session`, until its response comes.
pub(crate) struct Attached<T: SessionState> {
    session: Session,
    store: Arc<RequestStore<T>>,
}

/// The store that this one session is loaded from and saved to.
struct RequestStore<T: SessionState> {
    values: RequestValues<T>,
    /// It has the store in turn: taken out at the end.
    session: Mutex<Option<Session>>,
}

impl<T: SessionState> Attached<T> {
    pub(crate) fn new(values: RequestValues<T>, id: FirstId, extensions: &mut Extensions) -> Self {
        let store = Arc::new(RequestStore { values, session: Mutex::default() });
        let id = match id {
            FirstId::Handle(handle) => Some(Id(i128::from_le_bytes(*handle.as_bytes()))),
            FirstId::None => None,
            FirstId::Unknown => Some(Id::default()),
        };
        let session = Session::new(id, Arc::clone(&store), None);
        *store.session() = Some(session.clone());
        extensions.insert(session.clone());
        Self { session, store }
    }

    /// Ends it with the response: what was made of it goes to the session, which is saved with a response that is no 5xx.
    ///
    /// # Errors
    /// The answer that takes the response's place.
    pub(crate) async fn end(self) -> std::result::Result<(), Response> {
        self.save().await;
        let values = &self.store.values;
        match values.take_rejection() {
            Some(rejection) => Err(rejection.into_response()),
            None => values.hand_over().await,
        }
    }

    /// As tower-sessions does when the response comes, also where nothing is left: the session may have more than these values.
    async fn save(&self) {
        if self.session.expiry().is_some() {
            tracing::warn!(
                session = T::NAME,
                "`set_expiry` has no effect here: the limits of a session are those of its `Sessions`, \
                 by `.lifetime(…)` on the builder; `session.remember(true)` at a log-in takes the second pair",
            );
        }
        if self.session.is_modified()
            && let Err(error) = self.session.save().await
        {
            // It came from this store, which has kept the rejection.
            tracing::debug!(%error, "the values could not be loaded");
        }
    }
}

impl<T: SessionState> Drop for Attached<T> {
    fn drop(&mut self) {
        self.store.values.close();
        self.store.session().take();
    }
}

impl<T: SessionState> RequestStore<T> {
    fn session(&self) -> MutexGuard<'_, Option<Session>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl<T: SessionState> SessionStore for RequestStore<T> {
    async fn create(&self, record: &mut Record) -> Result<()> {
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.values.leave(&record.data).map_err(Error::Backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let values = self.values.load().await.map_err(Error::Backend)?;
        // Nobody reads when it expires but a store.
        let expiry_date = std::time::SystemTime::now().into();
        Ok(values.map(|data| Record { id: *id, data, expiry_date }))
    }

    /// `cycle_id` has taken the session's id before it deletes that; `flush` and `delete` leave it until afterwards.
    async fn delete(&self, _: &Id) -> Result<()> {
        let session = self.session().clone();
        let end = match session.filter(|session| session.id().is_some()) {
            Some(session) => {
                // What it has now is no beginning of another session.
                session.save().await.map_err(|error| Error::Backend(error.to_string()))?;
                End::Destroyed
            }
            None => End::Rotated,
        };
        self.values.end(end).map_err(Error::Backend)
    }
}

/// The session, which it has, would print it in turn.
impl<T: SessionState> fmt::Debug for RequestStore<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestStore").field("name", &T::NAME).finish_non_exhaustive()
    }
}
