//! The sessions of tower-sessions that a request gets, one of each version.

use std::sync::Arc;

use axum::extract::FromRequestParts as _;
use axum::response::Response;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::request::Parts;
use session_axum::{Handle, Rejection, RequestSession, SessionState};

use crate::bridge::{Bridge, Load, Values};
use crate::request_values::RequestValues;
#[cfg(feature = "tower-sessions-0-14")]
use crate::v0_14;
#[cfg(feature = "tower-sessions-0-15")]
use crate::v0_15;

/// The id that a session has before anybody asks it for a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FirstId {
    Handle(Handle),
    /// There is no session yet.
    None,
    /// Nobody knows the session yet.
    Unknown,
}

/// The request's sessions, until its response comes.
pub(crate) struct AttachedSessions<T: SessionState> {
    #[cfg(feature = "tower-sessions-0-14")]
    v0_14: v0_14::Attached<T>,
    #[cfg(feature = "tower-sessions-0-15")]
    v0_15: v0_15::Attached<T>,
}

impl<T: SessionState> AttachedSessions<T> {
    /// Puts them into the request's extensions.
    ///
    /// # Errors
    /// When the session is to be loaded first, and cannot be.
    pub(crate) async fn attach(bridge: &Bridge<T>, parts: &mut Parts) -> Result<Self, Rejection> {
        let (id, found) = match bridge.load {
            Load::Deferred => (FirstId::Unknown, None),
            Load::First => {
                let (id, found) = load(bridge, parts).await?;
                (id, Some(found))
            }
        };
        let head = Arc::new(parts.clone());
        let values = || {
            let values = RequestValues::new(bridge.clone(), Arc::clone(&head));
            match &found {
                Some(found) => values.with(found.clone()),
                None => values,
            }
        };
        let extensions = &mut parts.extensions;
        Ok(Self {
            #[cfg(feature = "tower-sessions-0-14")]
            v0_14: v0_14::Attached::new(values(), id, extensions),
            #[cfg(feature = "tower-sessions-0-15")]
            v0_15: v0_15::Attached::new(values(), id, extensions),
        })
    }

    /// Ends them with the response, and answers that or what takes its place.
    pub(crate) async fn end(self, response: Response) -> Response {
        #[cfg(feature = "tower-sessions-0-14")]
        if let Err(answer) = self.v0_14.end().await {
            return replace(response, answer);
        }
        #[cfg(feature = "tower-sessions-0-15")]
        if let Err(answer) = self.v0_15.end().await {
            return replace(response, answer);
        }
        response
    }
}

async fn load<T: SessionState>(
    bridge: &Bridge<T>,
    parts: &mut Parts,
) -> Result<(FirstId, Values), Rejection> {
    let session = RequestSession::<T>::from_request_parts(parts, &()).await?;
    let loaded = session.read(|session| (session.handle(), bridge.values(session)));
    let (handle, found) = loaded.map_err(|error| bridge.sessions.refuse(parts, error.into()))?;
    let id = match handle {
        Some(handle) => FirstId::Handle(handle),
        None if found.is_empty() => FirstId::None,
        None => FirstId::Unknown,
    };
    Ok((id, found))
}

/// The answer in the place of a response, whose cookies stay: other sessions that are stored already may have set them.
fn replace(response: Response, mut answer: Response) -> Response {
    let (head, _body) = response.into_parts();
    for line in head.headers.get_all(SET_COOKIE) {
        answer.headers_mut().append(SET_COOKIE, line.clone());
        answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    answer.extensions_mut().extend(head.extensions);
    answer
}
