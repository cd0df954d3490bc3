//! The values of one request: what it found in the field, and what it leaves there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::BoxError;
use axum::extract::FromRequestParts as _;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::request::Parts;
use session_axum::{ErrorKind, Refusal, Rejection, RequestSession, Session, SessionState};

use crate::bridge::{Bridge, Values};
use crate::changes::Changes;

const TOO_LATE: &str = "the response has left, and the session was saved with it: change it before that, or from outside of the request by `sessions.update(&handle, |session| …)`";

/// The values of one request, for one version of tower-sessions.
pub(crate) struct RequestValues<T: SessionState> {
    bridge: Bridge<T>,
    head: Arc<Parts>,
    notes: Mutex<Notes>,
}

/// What the request's code has asked for until now. The session gets it with the response.
#[derive(Default)]
struct Notes {
    /// As the request found them, or as they were when it destroyed the session.
    found: Option<Values>,
    /// As it wants to have them.
    left: Option<Values>,
    end: Option<End>,
    /// Why they could not be loaded.
    rejection: Option<Rejection>,
    is_over: bool,
}

/// What was the end of the id that the session had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    /// It goes on with another one.
    Rotated,
    Destroyed,
}

impl<T: SessionState> RequestValues<T> {
    pub(crate) fn new(bridge: Bridge<T>, head: Arc<Parts>) -> Self {
        Self { bridge, head, notes: Mutex::default() }
    }

    /// With values that are loaded already.
    pub(crate) fn with(self, found: Values) -> Self {
        self.notes().found = Some(found);
        self
    }

    /// The values as the request has left them so far; none if it has destroyed the session.
    ///
    /// # Errors
    /// The words of the rejection that answers the request.
    pub(crate) async fn load(&self) -> Result<Option<Values>, String> {
        {
            let mut notes = self.notes();
            if notes.is_over {
                return Err(TOO_LATE.to_owned());
            }
            if let Some(left) = &notes.left {
                return Ok(Some(left.clone()));
            }
            if notes.end == Some(End::Destroyed) {
                // It begins anew with nothing.
                notes.found = Some(Values::new());
                return Ok(None);
            }
            if let Some(found) = &notes.found {
                return Ok(Some(found.clone()));
            }
        }
        match self.read().await {
            Ok(found) => {
                self.notes().found = Some(found.clone());
                Ok(Some(found))
            }
            Err(rejection) => {
                let mut words = rejection.to_string();
                if let Refusal::Failed(ErrorKind::Held(_)) = rejection.refusal() {
                    words.push_str(", or have the bridge load it before: `.load_first()`");
                }
                self.notes().rejection.get_or_insert(rejection);
                Err(words)
            }
        }
    }

    /// Notes what the values are to be.
    pub(crate) fn leave(&self, values: &Values) -> Result<(), String> {
        let mut notes = self.open_notes()?;
        notes.left = Some(values.clone());
        Ok(())
    }

    /// Notes the end of the session's id. When the session is destroyed, what was left until then is gone with it.
    pub(crate) fn end(&self, end: End) -> Result<(), String> {
        let mut notes = self.open_notes()?;
        if end == End::Destroyed {
            notes.found = notes.left.take();
        }
        notes.end = notes.end.max(Some(end));
        Ok(())
    }

    /// Why they could not be loaded, once.
    pub(crate) fn take_rejection(&self) -> Option<Rejection> {
        self.notes().rejection.take()
    }

    /// From now on it is too late.
    pub(crate) fn close(&self) {
        self.notes().is_over = true;
    }

    /// Hands the session what the request has made of the values.
    ///
    /// # Errors
    /// The answer that takes the response's place.
    pub(crate) async fn hand_over(&self) -> Result<(), Response> {
        let Notes { found, left, end, .. } = {
            let closed = Notes { is_over: true, ..Notes::default() };
            std::mem::replace(&mut *self.notes(), closed)
        };
        if left.is_none() && end.is_none() {
            return Ok(());
        }
        let session = self.session().await.map_err(Rejection::into_response)?;
        let changed = session.change(|session| self.change(session, found, left, end));
        match changed {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                tracing::error!(
                    error,
                    session = T::NAME,
                    "the session's principal cannot be read from its values, and nothing was stored: \
                     `.principal(…)` of the bridge is to answer the type of the field marked `#[session(principal)]`",
                );
                let words = "the session is unavailable\n";
                Err((StatusCode::INTERNAL_SERVER_ERROR, words).into_response())
            }
            Err(error) => {
                let refusal = Refusal::from(error);
                Err(self.bridge.sessions.refuse(&self.head, refusal).into_response())
            }
        }
    }

    fn change(
        &self,
        session: &mut Session<T>,
        found: Option<Values>,
        left: Option<Values>,
        end: Option<End>,
    ) -> Result<(), BoxError> {
        let found = found.unwrap_or_else(|| self.bridge.values(session));
        match end {
            Some(End::Destroyed) => session.destroy(),
            Some(End::Rotated) => session.rotate(),
            None => {}
        }
        let Some(left) = left else { return Ok(()) };
        if let Some(follow) = &self.bridge.follow {
            follow(session, &found, &left)?;
        }
        let changes = Changes::between(&found, &left);
        if !changes.is_empty() {
            changes.apply((self.bridge.field)(session));
        }
        Ok(())
    }

    async fn read(&self) -> Result<Values, Rejection> {
        let session = self.session().await?;
        let values = session.read(|session| self.bridge.values(session));
        values.map_err(|error| self.bridge.sessions.refuse(&self.head, error.into()))
    }

    async fn session(&self) -> Result<RequestSession<T>, Rejection> {
        RequestSession::from_request_parts(&mut Parts::clone(&self.head), &()).await
    }

    fn open_notes(&self) -> Result<MutexGuard<'_, Notes>, String> {
        let notes = self.notes();
        if notes.is_over { Err(TOO_LATE.to_owned()) } else { Ok(notes) }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
