//! The layer: routes whose handlers, services and extractors may ask for the session, and need not.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum_core::response::Response;
use http::Request;
use session_core::{Access, CommitOn, SessionState, Sites, Usage};
use tower_layer::Layer;
use tower_service::Service;

use crate::guard::Commit;
use crate::request_session::Layered;
use crate::sessions::Sessions;

/// A layer for routes whose code may ask for the session, from [`Sessions::layer`].
///
/// The first that asks inside (a [`RequestSession`](crate::RequestSession), a guard, an extractor) loads
/// it. When the response comes, what all inside have made of it is saved, and only then the
/// response leaves: 1xx to 4xx saves, 5xx discards, as for a handler under
/// [`#[require_session]`](crate::require_session). If nobody asks, nothing is loaded, and the response
/// is left as it is.
///
/// ```
/// # use axum::{Router, routing::get};
/// # use session_axum::{Error, MemoryStore, RequestSession, Sessions, session};
/// # #[session] struct Shop { visits: u64 }
/// # fn main() -> Result<(), session_axum::BuildError> {
/// # let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
/// let app: Router = Router::new()
///     .route("/", get(async |session: RequestSession<Shop>| session.change(|shop| shop.visits += 1)))
///     .layer(sessions.layer());
/// # Ok(()) }
/// ```
#[doc(alias("middleware"))]
pub struct SessionLayer<T: SessionState> {
    sessions: Sessions<T>,
    access: Access,
    commit_on: CommitOn,
}

impl<T: SessionState> Sessions<T> {
    /// A layer for routes whose code may ask for the session without being a function under
    /// [`#[require_session]`](crate::require_session): closures, services, your own extractors, server functions.
    /// They take a [`RequestSession`](crate::RequestSession), which needs no state.
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use session_axum::{Error, MemoryStore, RequestSession, Sessions, session};
    ///
    /// #[session]
    /// struct Shop { visits: u64 }
    ///
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
    /// let app: Router = Router::new()
    ///     .route("/", get(async |session: RequestSession<Shop>| {
    ///         let visits = session.change(|shop| { shop.visits += 1; shop.visits })?;
    ///         Ok::<_, Error>(format!("visit {visits}\n"))
    ///     }))
    ///     .layer(sessions.layer());
    /// # Ok(()) }
    /// ```
    ///
    /// A request in which nobody asks is left alone: nothing is loaded, and its response says nothing of sessions.
    pub fn layer(&self) -> SessionLayer<T> {
        SessionLayer::new(self.clone())
    }
}

impl<T: SessionState> SessionLayer<T> {
    pub(crate) fn new(sessions: Sessions<T>) -> Self {
        Self { sessions, access: Access::default(), commit_on: CommitOn::Success }
    }

    /// Requests of a page that refreshes itself: they renew no limit.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64> }
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
    /// # let pages: Router = Router::new().route("/", get(async || "welcome"));
    /// let ticker = pages.layer(sessions.layer().background());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn background(self) -> Self {
        Self { access: self.access.usage(Usage::Background), ..self }
    }

    /// Other sites may send forms here, which come without the cookie.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64> }
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
    /// # let pages: Router = Router::new().route("/", get(async || "welcome"));
    /// let webhook = pages.layer(sessions.layer().cross_site());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn cross_site(self) -> Self {
        Self { access: self.access.sites(Sites::Any), ..self }
    }

    /// What was changed is saved after a 5xx too.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64> }
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
    /// # let pages: Router = Router::new().route("/", get(async || "welcome"));
    /// let tries = pages.layer(sessions.layer().commit_always());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn commit_always(self) -> Self {
        Self { commit_on: CommitOn::Always, ..self }
    }
}

impl<T: SessionState, S> Layer<S> for SessionLayer<T> {
    type Service = SessionService<T, S>;

    fn layer(&self, inner: S) -> Self::Service {
        SessionService { layer: self.clone(), inner }
    }
}

/// A service inside of a [`SessionLayer`].
pub struct SessionService<T: SessionState, S> {
    layer: SessionLayer<T>,
    inner: S,
}

impl<T, S, Q, B> Service<Request<Q>> for SessionService<T, S>
where
    T: SessionState,
    S: Service<Request<Q>, Response = http::Response<B>>,
    S::Future: Send + 'static,
    S::Error: Send,
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        let SessionLayer { sessions, access, commit_on } = self.layer.clone();
        let (mut parts, body) = request.into_parts();
        let deferred = sessions.engine().defer(&mut parts.extensions, access);
        let head = sessions.head(&parts);
        if head.is_some() {
            parts.extensions.insert(Layered(sessions.clone()));
        }
        let response = self.inner.call(Request::from_parts(parts, body));
        Box::pin(async move {
            let response = response.await?.map(Body::new);
            let Some(scope) = deferred.end() else { return Ok(response) };
            Ok(Commit::one(response, sessions, scope, head, commit_on).await)
        })
    }
}

impl<T: SessionState> Clone for SessionLayer<T> {
    fn clone(&self) -> Self {
        Self { sessions: self.sessions.clone(), ..*self }
    }
}

impl<T: SessionState, S: Clone> Clone for SessionService<T, S> {
    fn clone(&self) -> Self {
        Self { layer: self.layer.clone(), inner: self.inner.clone() }
    }
}

impl<T: SessionState> fmt::Debug for SessionLayer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionLayer").field("sessions", &self.sessions).finish_non_exhaustive()
    }
}

impl<T: SessionState, S> fmt::Debug for SessionService<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionService").field("layer", &self.layer).finish_non_exhaustive()
    }
}
