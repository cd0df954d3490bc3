//! Extractors for one's own extractors: the session to read, and the principal by value.

use std::ops::Deref;
use std::sync::Arc;

use axum_core::extract::FromRequestParts;
use http::request::Parts;

use crate::axum::from_state::FromState;
use crate::axum::rejection::Rejection;
use crate::axum::requirement::Sites;
use crate::axum::sessions::Sessions;
use crate::engine::error::Refusal;
use crate::engine::loaded::{self, is_loaded};
use crate::engine::session::Session;
use crate::engine::transaction::{Transaction, Usage};
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
    Sessions<T>: FromState<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let sessions = Sessions::from_state(state);
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
    Sessions<T>: FromState<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let sessions = Sessions::from_state(state);
        let session = session(parts, &sessions).await?;
        let principal = session.principal().cloned().ok_or(Refusal::NotAuthenticated);
        principal.map(Self).map_err(|refusal| {
            sessions.reject(sessions.engine().refuse(refusal), sessions.head(parts))
        })
    }
}

/// The request's session. Where a guard stands around, it has decided which sites may act on it;
/// where none does, only this one may.
async fn session<T: SessionState>(
    parts: &mut Parts,
    sessions: &Sessions<T>,
) -> Result<Session<T>, Rejection> {
    let sites = if is_loaded::<T>(parts) { Sites::Any } else { Sites::Ours };
    Ok(Session::new(transaction(parts, sessions, sites, Usage::Foreground).await?.view()))
}

/// The request's transaction, unless it comes from a site that may not act on it.
pub(crate) async fn transaction<T: SessionState>(
    parts: &mut Parts,
    sessions: &Sessions<T>,
    sites: Sites,
    usage: Usage,
) -> Result<Arc<Transaction<T>>, Rejection> {
    let permitted = match sites {
        Sites::Any => Ok(()),
        Sites::Ours => sessions.permit(parts),
    };
    let transaction = match permitted {
        Ok(()) => loaded::transaction(parts, sessions.engine(), usage).await,
        Err(refusal) => Err(refusal),
    };
    transaction.map_err(|refusal| sessions.reject(refusal, sessions.head(parts)))
}
