//! For your own extractors: the session to read, and the principal by value.

use std::ops::Deref;

use axum_core::extract::FromRequestParts;
use http::request::Parts;
use session_core::{Refusal, Session, SessionState, WithPrincipal};

use crate::from_state::FromState;
use crate::rejection::Rejection;
use crate::sessions::Sessions;

/// The request's session, to read. For your own extractors: a handler takes `&T` under
/// [`#[require_session]`](crate::require_session).
///
/// Such a function, a [layer](Sessions::layer) or a [gate](Sessions::gate) must be around, be it the handler itself or a middleware: it tells caches that
/// the response depends on the session (`Vary: Cookie`, and `no-store` while somebody is logged in), which
/// an extractor cannot. Without one the request is refused with a 500 that says so
/// ([`Refusal::Unguarded`]).
///
/// ```
/// # use axum::{extract::{FromRef, FromRequestParts}, http::request::Parts};
/// # use session_axum::{session, Rejection, SessionRef, Sessions};
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
pub struct SessionRef<T>(pub(crate) Session<T>);

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
    Sessions<T>: FromState<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let sessions = Sessions::from_state(state);
        Ok(Self(session(parts, &sessions).await?))
    }
}

/// An extractor for the user who is logged in, by value; 401 if nobody is. As [`SessionRef`] it needs a function with the
/// session around, be it the handler itself:
///
/// ```
/// # use session_axum::{Principal, require_session, session};
/// # #[session] pub struct Shop { #[session(principal)] user: Option<u64> }
/// #[require_session]
/// async fn profile(_: &Shop, Principal(user): Principal<Shop>) -> String {
///     format!("you are user {user}")
/// }
/// ```
#[derive(Clone, Debug)]
#[doc(alias("current_user", "user", "auth"))]
pub struct Principal<T: SessionState>(pub T::Principal);

impl<S, T> FromRequestParts<S> for Principal<T>
where
    S: Sync,
    T: WithPrincipal,
    Sessions<T>: FromState<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let sessions = Sessions::from_state(state);
        let session = session(parts, &sessions).await?;
        let principal = session.principal().cloned().ok_or(Refusal::NotAuthenticated);
        principal.map(Self).map_err(|refusal| sessions.refuse(parts, refusal))
    }
}

/// The request's session, which a guard around has opened.
async fn session<T: SessionState>(
    parts: &mut Parts,
    sessions: &Sessions<T>,
) -> Result<Session<T>, Rejection> {
    let session = sessions.engine().look(parts).await;
    session.map_err(|refusal| sessions.reject_request(refusal, parts))
}
