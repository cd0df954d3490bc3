//! Extractors for one's own extractors: the session to read, and the principal by value.

use std::ops::Deref;
use std::sync::Arc;

use axum_core::extract::FromRequestParts;
use http::request::Parts;

use crate::axum::from_state::FoundIn;
use crate::axum::rejection::Rejection;
use crate::axum::sessions::Sessions;
use crate::engine::error::Refusal;
use crate::engine::load::{is_loaded, slot};
use crate::engine::session::Session;
use crate::engine::transaction::Slot;
use crate::state::session_state::{SessionState, WithPrincipal};

/// The request's session, to read. For one's own extractors: a handler takes `&T` under
/// [`#[require_session]`](crate::require_session), which also tells caches (`Vary: Cookie`) that
/// its response depends on the cookie. An extractor cannot, so a handler without the attribute
/// adds that header itself where its response may be cached.
///
/// ```
/// # use axum::{extract::{FromRef, FromRequestParts}, http::request::Parts};
/// # use session_core::{session, Rejection, SessionRef, Sessions};
/// # #[session] pub struct Shop { theme: Option<String> }
/// struct Theme(String);
///
/// impl<S: Sync> FromRequestParts<S> for Theme
/// where
///     Sessions<Shop>: FromRef<S>,
/// {
///     type Rejection = Rejection;
///
///     async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
///         let shop = SessionRef::<Shop>::from_request_parts(parts, state).await?;
///         Ok(Self(shop.theme.clone().unwrap_or_else(|| "light".to_owned())))
///     }
/// }
/// ```
#[derive(Debug)]
pub struct SessionRef<T>(Session<T>);

impl<T> Deref for SessionRef<T> {
    type Target = Session<T>;

    fn deref(&self) -> &Session<T> {
        &self.0
    }
}

impl<S, T> FromRequestParts<S> for SessionRef<T>
where
    S: Sync,
    T: SessionState,
    Sessions<T>: FoundIn<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let sessions = Sessions::found_in(state);
        Ok(Self(session(parts, &sessions).await?))
    }
}

/// Who is logged in, by value; 401 when nobody is.
///
/// ```
/// # use session_core::{session, Principal};
/// # #[session] pub struct Shop { #[session(principal)] user: Option<u64> }
/// async fn profile(Principal(user): Principal<Shop>) -> String {
///     format!("you are user {user}")
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Principal<T: SessionState>(pub T::Principal);

impl<S, T> FromRequestParts<S> for Principal<T>
where
    S: Sync,
    T: WithPrincipal,
    Sessions<T>: FoundIn<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let sessions = Sessions::found_in(state);
        let session = session(parts, &sessions).await?;
        let principal = session.principal().cloned().ok_or(Refusal::NotAuthenticated);
        principal
            .map(Self)
            .map_err(|refusal| sessions.refused(sessions.refuse(refusal), sessions.head(parts)))
    }
}

/// The request's session. Where a guard stands around, it has decided whether other sites may act
/// on it; where none does, they may not.
async fn session<T: SessionState>(
    parts: &mut Parts,
    sessions: &Sessions<T>,
) -> Result<Session<T>, Rejection> {
    let is_open = is_loaded::<T>(parts);
    Ok(found(parts, sessions, is_open, true).await?.session())
}

/// The request's slot, unless another site may not act on it: it may if the slot `is_open` to all.
/// Whether the request counts as a use of the session says `is_use`.
pub(crate) async fn found<T: SessionState>(
    parts: &mut Parts,
    sessions: &Sessions<T>,
    is_open: bool,
    is_use: bool,
) -> Result<Arc<Slot<T>>, Rejection> {
    let permitted = if is_open { Ok(()) } else { sessions.permit(parts) };
    let found = match permitted {
        Ok(()) => slot(parts, sessions, is_use).await,
        Err(refusal) => Err(refusal),
    };
    found.map_err(|refusal| sessions.refused(refusal, sessions.head(parts)))
}
