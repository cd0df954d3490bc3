//! Extractors for one's own extractors: the session to read, and the principal by value.

use std::ops::Deref;

use axum_core::extract::FromRequestParts;
use http::request::Parts;

use crate::error::Refusal;
use crate::request::{is_loaded, slot};
use crate::session::Session;
use crate::sessions::{FoundIn, Sessions};
use crate::state::{SessionState, WithPrincipal};

/// The request's session, to read. For one's own extractors: a handler takes `&T` under
/// [`#[require_session]`](crate::require_session), which also tells caches (`Vary: Cookie`) that
/// its response depends on the cookie. An extractor cannot, so a handler without the attribute
/// adds that header itself where its response may be cached.
///
/// ```
/// # use axum::{extract::{FromRef, FromRequestParts}, http::request::Parts};
/// # use session_core::{session, Refusal, SessionRef, Sessions};
/// # #[session] pub struct Shop { theme: Option<String> }
/// struct Theme(String);
///
/// impl<S: Sync> FromRequestParts<S> for Theme
/// where
///     Sessions<Shop>: FromRef<S>,
/// {
///     type Rejection = Refusal;
///
///     async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
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
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        Ok(Self(session(parts, &Sessions::found_in(state)).await?))
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
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let sessions = Sessions::found_in(state);
        let session = session(parts, &sessions).await?;
        match session.principal() {
            Some(principal) => Ok(Self(principal.clone())),
            None => Err(sessions.refuse(Refusal::NotAuthenticated)),
        }
    }
}

/// The request's session. Where a guard stands around, it has decided whether other sites may act
/// on it; where none does, they may not.
async fn session<T: SessionState>(
    parts: &mut Parts,
    sessions: &Sessions<T>,
) -> Result<Session<T>, Refusal> {
    if !is_loaded::<T>(parts) {
        sessions.permit(parts)?;
    }
    Ok(slot(parts, sessions).await?.session())
}
