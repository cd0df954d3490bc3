//! The request's session for code that is no handler under the attribute.

use std::fmt;

use axum_core::extract::FromRequestParts;
use http::request::Parts;
use session_core::{Live, Session, SessionState};

use crate::error::Error;
use crate::rejection::Rejection;
use crate::sessions::Sessions;

/// The request's session, for code that is no function under [`#[require_session]`](crate::require_session):
/// closures, services, your own extractors that write, GraphQL resolvers, server functions. An
/// owned handle: clone it, and move it wherever the request's work is done. It needs no state.
///
/// What [`change`](Self::change) does is saved with the request's response by whoever has the session:
/// a [`layer`](Sessions::layer) around, or a function under the attribute that takes it by `&` or lends
/// it. Without either the request is refused with a 500 that names the line which is missing
/// ([`Refusal::Unguarded`](crate::Refusal::Unguarded)).
///
/// A page that is streamed goes on after its head has left. There it can be read, as the head has left it, if somebody has
/// asked for it before: only then the head tells caches that the page depends on it. Put a gate without conditions around such
/// routes, which loads it first: `.route_layer(sessions.gate())`. Whoever asks first after the head is refused
/// ([`Refusal::AskedLate`](crate::Refusal::AskedLate)), and a change after it is an error.
///
/// In a closure, which is a handler:
///
/// ```
/// # use axum::{Router, routing::post};
/// # use session_axum::{BuildError, Error, MemoryStore, RequestSession, Sessions, session};
/// # #[session] struct Shop { cart: Vec<String> }
/// # fn main() -> Result<(), BuildError> {
/// # let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
/// let app: Router = Router::new()
///     .route("/cart", post(async |session: RequestSession<Shop>, sku: String| {
///         session.change(|shop| shop.cart.push(sku))
///     }))
///     .layer(sessions.layer());
/// # Ok(()) }
/// ```
///
/// In a service, out of the request:
///
/// ```
/// # use axum::{extract::{FromRequestParts, Request}, response::{IntoResponse, Response}};
/// # use session_axum::{Error, Rejection, RequestSession, session};
/// # #[session] struct Shop { visits: u64 }
/// async fn serve(request: Request) -> Response {
///     let (mut parts, _body) = request.into_parts();
///     match RequestSession::<Shop>::from_request_parts(&mut parts, &()).await {
///         Ok(session) => session.change(|shop| shop.visits += 1).into_response(),
///         Err(rejection) => rejection.into_response(),
///     }
/// }
/// let service = tower::service_fn(async |request| Ok::<_, std::convert::Infallible>(serve(request).await));
/// ```
///
/// In your own extractor that writes:
///
/// ```
/// # use axum::{extract::FromRequestParts, http::request::Parts};
/// # use session_axum::{Rejection, RequestSession, session};
/// # #[session] struct Shop { form_id: u64 }
/// struct FormId(u64);
///
/// impl<S: Sync> FromRequestParts<S> for FormId {
///     type Rejection = Rejection;
///
///     async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
///         let session = RequestSession::<Shop>::from_request_parts(parts, state).await?;
///         let id = session.change(|shop| { shop.form_id += 1; shop.form_id })?;
///         Ok(Self(id))
///     }
/// }
/// ```
#[doc(alias("extension", "extractor"))]
pub struct RequestSession<T>(session_core::RequestSession<T>);

impl<T: SessionState> RequestSession<T> {
    /// Runs a closure on the session as it is at the moment, and answers what it returns. After the response, it is the
    /// session as that has left it.
    ///
    /// ```
    /// # use session_axum::{Error, RequestSession, session};
    /// # #[session] struct Shop { cart: Vec<String> }
    /// async fn count(session: RequestSession<Shop>) -> Result<String, Error> {
    ///     session.read(|shop| shop.cart.len().to_string())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Held`](crate::ErrorKind::Held) while a function or a closure has the session to change it,
    /// [`ErrorKind::Saved`](crate::ErrorKind::Saved) in a task that outlives a function which had it from one that lent it.
    pub fn read<R>(&self, read: impl FnOnce(&Session<T>) -> R) -> Result<R, Error> {
        Ok(self.0.read(read)?)
    }

    /// The session as long as it lives, for what outlasts the request: see [`Live`] and [`Session::live`].
    ///
    /// ```
    /// # use session_axum::{RequestSession, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # async fn export() {}
    /// async fn begin(session: RequestSession<Shop>) {
    ///     let live = session.live();
    ///     tokio::spawn(async move { live.run(export()).await });      // until the session ends
    /// }
    /// ```
    pub fn live(&self) -> Live {
        self.0.live()
    }

    /// Runs a closure that may change the session, and answers what it returns. Whatever runs after
    /// it in the request sees the change. A closure that panics has changed nothing. While it runs,
    /// the request's other threads wait for it: do nothing slow in it.
    ///
    /// ```
    /// # use session_axum::{Error, RequestSession, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
    /// async fn add(session: RequestSession<Shop>, sku: String) -> Result<(), Error> {
    ///     session.change(|shop| shop.cart.push(sku))
    /// }
    ///
    /// async fn log_out(session: RequestSession<Shop>) -> Result<(), Error> {
    ///     session.change(|session| session.destroy())
    /// }
    /// ```
    ///
    /// # Errors
    /// On each, nothing was changed: [`ErrorKind::Held`](crate::ErrorKind::Held) while a function or another closure
    /// has the session to change it, also for a change inside of a change;
    /// [`ErrorKind::Saved`](crate::ErrorKind::Saved) after the response;
    /// [`ErrorKind::BeforeBody`](crate::ErrorKind::BeforeBody) for a log-in or log-out by an extractor of a function
    /// that takes the session by `&mut`.
    pub fn change<R>(&self, change: impl FnOnce(&mut Session<T>) -> R) -> Result<R, Error> {
        Ok(self.0.change(change)?)
    }
}

/// The sessions of a layer, in the extensions of its requests: they have the words for refusals.
#[derive(Debug)]
pub(crate) struct Layered<T: SessionState>(pub(crate) Sessions<T>);

impl<T: SessionState> Clone for Layered<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S, T> FromRequestParts<S> for RequestSession<T>
where
    S: Sync,
    T: SessionState,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        match session_core::RequestSession::of(parts).await {
            Ok(session) => Ok(Self(session)),
            Err(refusal) => match parts.extensions.get::<Layered<T>>() {
                Some(Layered(sessions)) => Err(sessions.reject_request(refusal, parts)),
                None => Err(refusal.into()),
            },
        }
    }
}

impl<T> Clone for RequestSession<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: SessionState> fmt::Debug for RequestSession<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
