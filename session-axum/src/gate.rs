//! The gate: a layer that lets only some requests through.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum_core::response::{IntoResponse as _, Response};
use http::Request;
use http::request::Parts;
use session_core::{
    Access, CommitOn, Reads, Refusal, Session, SessionState, Sites, Usage, WithPrincipal,
};
use tower_layer::Layer;
use tower_service::Service;

use crate::extract::SessionRef;
use crate::guard::Commit;
use crate::requirement::{Authenticated, Existing, Requirement as _, check_fresh};
use crate::return_to::is_safe;
use crate::sessions::Sessions;
use crate::verdict::{Denied, Verdict};

/// A layer that lets only some requests through, from [`Sessions::gate`]: for whole routers, and for
/// services that are no handlers.
///
/// It is to routes what the options of [`#[require_session]`](crate::require_session) are to a handler,
/// and refuses in the same words. Requests that pass have their session loaded, once, however many gates
/// and handlers are inside; the response says that it depends on the session (`Vary: Cookie`, and
/// `no-store` while somebody is logged in).
///
/// What is asked runs in the order in which it is written, `allow` last. Two `allow` must both say yes;
/// so must two gates around each other. A gate that asks nothing lets everybody through, and has the session loaded before
/// the request goes on: for pages that are streamed, see [`RequestSession`](crate::RequestSession).
///
/// ```
/// use axum::{Router, http::request::Parts, routing::get};
/// use session_axum::{Gate, MemoryStore, SessionRef, Sessions, session};
///
/// #[session]
/// struct Shop {
///     #[session(principal)]
///     user: Option<u64>,
///     permissions: Vec<String>,
/// }
///
/// /// A permission by its name.
/// fn may(sessions: &Sessions<Shop>, permission: &'static str) -> Gate<Shop> {
///     sessions
///         .gate()
///         .authenticated()
///         .or_redirect("/login")
///         .allow(move |session, _| async move {
///             session.permissions.iter().any(|may| may == permission)
///         })
/// }
///
/// # #[derive(Clone)] struct Database;
/// # impl Database { async fn owns(&self, _: Option<u64>, _: &str) -> Result<bool, axum::http::StatusCode> { Ok(true) } }
/// /// A look into the database.
/// async fn is_owner(session: SessionRef<Shop>, parts: Parts, database: Database) -> Result<bool, axum::http::StatusCode> {
///     database.owns(session.user, parts.uri.path()).await
/// }
///
/// # fn main() -> Result<(), session_axum::BuildError> {
/// # let (sessions, database) = (Sessions::<Shop>::builder(MemoryStore::new()).build()?, Database);
/// let prices: Router = Router::new()
///     .route("/prices", get(async || "all prices"))
///     .route_layer(may(&sessions, "prices.read"));
/// let documents: Router = Router::new()
///     .route("/documents/{id}", get(async || "a document"))
///     .route_layer(sessions.gate().authenticated().allow_with_state(database, is_owner));
/// # Ok(()) }
/// ```
#[must_use = "a gate is a layer: `.route_layer(sessions.gate().authenticated())`"]
#[doc(alias("middleware", "guard", "login_required", "require_login"))]
pub struct Gate<T: SessionState> {
    sessions: Sessions<T>,
    access: Access,
    commit_on: CommitOn,
    log_in: Option<Arc<str>>,
    checks: Vec<Arc<Check<T>>>,
    permissions: Vec<Arc<Permission<T>>>,
}

type Check<T> = dyn Fn(&Session<T>) -> Result<(), Refusal> + Send + Sync;
type Permission<T> = dyn Fn(SessionRef<T>, Parts) -> Answering + Send + Sync;
type Answering = Pin<Box<dyn Future<Output = Result<(), Denied>> + Send>>;

impl<T: SessionState> Sessions<T> {
    /// A gate: a layer that lets only some requests through to the routes inside, by who is logged in or
    /// by a function of the application, which may ask a database. For whole routers, and for services that
    /// are no handlers, such as `ServeDir`. See [`Gate`].
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::{BuildError, MemoryStore, Sessions, session};
    /// # use std::time::Duration;
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64> }
    /// # fn main() -> Result<(), BuildError> {
    /// # let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
    /// let members: Router = Router::new()
    ///     .route("/members", get(async || "welcome"))
    ///     .route_layer(sessions.gate().authenticated().or_redirect("/login"));
    /// # Ok(()) }
    /// ```
    pub fn gate(&self) -> Gate<T> {
        Gate::new(self.clone())
    }
}

impl<T: SessionState> Gate<T> {
    pub(crate) fn new(sessions: Sessions<T>) -> Self {
        Self {
            sessions,
            access: Access::default(),
            commit_on: CommitOn::Success,
            log_in: None,
            checks: Vec::new(),
            permissions: Vec::new(),
        }
    }

    /// The request comes with a stored session; otherwise 401.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64> }
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
    /// # let pages: Router = Router::new().route("/", get(async || "welcome"));
    /// let cart = pages.route_layer(sessions.gate().existing());
    /// # Ok(()) }
    /// ```
    pub fn existing(self) -> Self {
        self.check(Existing::check)
    }

    /// Somebody is logged in; otherwise 401.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64> }
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
    /// # let pages: Router = Router::new().route("/", get(async || "welcome"));
    /// let members = pages.route_layer(sessions.gate().authenticated());
    /// # Ok(()) }
    /// ```
    #[doc(alias("login_required"))]
    pub fn authenticated(self) -> Self
    where
        T: WithPrincipal,
    {
        self.check(Authenticated::check)
    }

    /// Somebody has logged in less than this long ago; otherwise 401.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64> }
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
    /// # let pages: Router = Router::new().route("/", get(async || "welcome"));
    /// let passwords = pages.route_layer(sessions.gate().fresh(std::time::Duration::from_secs(600)));
    /// # Ok(()) }
    /// ```
    #[doc(alias("sudo", "reauthenticate"))]
    pub fn fresh(self, span: Duration) -> Self
    where
        T: WithPrincipal,
    {
        self.check(move |session| check_fresh(session, span))
    }

    /// Sends a page to the log-in at this path instead of a 401, with the way back as the parameter
    /// `next` ([`ReturnTo`](crate::ReturnTo)).
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64> }
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
    /// # let pages: Router = Router::new().route("/", get(async || "welcome"));
    /// let members = pages.route_layer(sessions.gate().authenticated().or_redirect("/login"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Panics
    /// If it is no path of this site: it begins with one `/`, and has neither `\` nor `#`.
    #[track_caller]
    pub fn or_redirect(self, log_in: &str) -> Self {
        let is_local = is_safe(log_in)
            && log_in.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\#".contains(&byte));
        assert!(
            is_local,
            "`or_redirect` takes a path of this site, such as \"/login\": {log_in:?}"
        );
        Self { log_in: Some(log_in.into()), ..self }
    }

    /// Lets a request through if this function says so: it gets the session and the request's head, may be slow,
    /// and answers `bool` or a `Result` (see [`Verdict`]). `false` is 403.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { is_staff: bool }
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
    /// # let pages: Router = Router::new().route("/", get(async || "welcome"));
    /// let office = pages.route_layer(sessions.gate().allow(|shop, _| async move { shop.is_staff }));
    /// # Ok(()) }
    /// ```
    #[doc(alias("role", "permission", "authorize"))]
    pub fn allow<F, A>(self, permission: F) -> Self
    where
        F: Fn(SessionRef<T>, Parts) -> A + Send + Sync + 'static,
        A: Future<Output: Verdict> + Send + 'static,
    {
        self.permission(move |session, parts| {
            let answer = permission(session, parts);
            Box::pin(async move { answer.await.verdict() })
        })
    }

    /// [`allow`](Self::allow) with something that the function needs, a connection to a database say:
    /// each call gets a clone.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64> }
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
    /// # let pages: Router = Router::new().route("/", get(async || "welcome"));
    /// # #[derive(Clone)] struct Roles;
    /// # impl Roles { async fn is_staff(&self, _: u64) -> Result<bool, axum::http::StatusCode> { Ok(true) } }
    /// # let roles = Roles;
    /// let office = pages.route_layer(sessions.gate().allow_with_state(roles, |shop, _, roles| async move {
    ///     match shop.user {
    ///         Some(user) => roles.is_staff(user).await,       // an error is answered as it is
    ///         None => Ok(false),
    ///     }
    /// }));
    /// # Ok(()) }
    /// ```
    pub fn allow_with_state<C, F, A>(self, state: C, permission: F) -> Self
    where
        C: Clone + Send + Sync + 'static,
        F: Fn(SessionRef<T>, Parts, C) -> A + Send + Sync + 'static,
        A: Future<Output: Verdict> + Send + 'static,
    {
        self.permission(move |session, parts| {
            let answer = permission(session, parts, state.clone());
            Box::pin(async move { answer.await.verdict() })
        })
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
    /// let ticker = pages.route_layer(sessions.gate().authenticated().background());
    /// # Ok(()) }
    /// ```
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
    /// let webhook = pages.route_layer(sessions.gate().cross_site());       // the routes check a signature of their own
    /// # Ok(()) }
    /// ```
    pub fn cross_site(self) -> Self {
        Self { access: self.access.sites(Sites::Any), ..self }
    }

    /// What was changed inside is saved after a 5xx too.
    ///
    /// ```
    /// # use axum::{Router, routing::get};
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64> }
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// # let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build()?;
    /// # let pages: Router = Router::new().route("/", get(async || "welcome"));
    /// let tries = pages.route_layer(sessions.gate().commit_always());       // counted, whatever is answered
    /// # Ok(()) }
    /// ```
    pub fn commit_always(self) -> Self {
        Self { commit_on: CommitOn::Always, ..self }
    }

    fn check(
        mut self,
        check: impl Fn(&Session<T>) -> Result<(), Refusal> + Send + Sync + 'static,
    ) -> Self {
        self.checks.push(Arc::new(check));
        self
    }

    fn permission(
        mut self,
        permission: impl Fn(SessionRef<T>, Parts) -> Answering + Send + Sync + 'static,
    ) -> Self {
        self.permissions.push(Arc::new(permission));
        self
    }

    /// Asks all that the gate asks.
    async fn ask(&self, session: &Session<T>, parts: &mut Parts) -> Result<(), Denied> {
        for check in &self.checks {
            check(session)?;
        }
        for permission in &self.permissions {
            let session = self.sessions.engine().look(parts).await;
            // The engine has reported it.
            let session = session.map_err(|refusal| Denied::Rejected(refusal.into()))?;
            permission(SessionRef(session), parts.clone()).await?;
        }
        Ok(())
    }
}

impl<T: SessionState, S> Layer<S> for Gate<T> {
    type Service = GateService<T, S>;

    fn layer(&self, inner: S) -> Self::Service {
        GateService { gate: self.clone(), inner }
    }
}

/// A service behind a [`Gate`].
pub struct GateService<T: SessionState, S> {
    gate: Gate<T>,
    inner: S,
}

impl<T, S, Q, B> Service<Request<Q>> for GateService<T, S>
where
    T: SessionState,
    S: Service<Request<Q>, Response = http::Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    Q: Send + 'static,
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        let gate = self.gate.clone();
        // The one that is ready.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        Box::pin(async move {
            let sessions = &gate.sessions;
            let (mut parts, body) = request.into_parts();
            let scope = match sessions.engine().open::<Reads>(&mut parts, gate.access).await {
                Ok(scope) => scope,
                Err(refusal) => {
                    return Ok(sessions.reject_request(refusal, &parts).into_response());
                }
            };
            if let Err(denied) = gate.ask(&scope, &mut parts).await {
                let rejection = denied.reject(sessions, gate.log_in.as_deref(), &parts);
                return Ok(rejection.keeping(scope.private_pages()).into_response());
            }
            let head = sessions.head(&parts);
            let response = inner.call(Request::from_parts(parts, body)).await?.map(Body::new);
            Ok(Commit::one(response, gate.sessions, scope, head, gate.commit_on).await)
        })
    }
}

impl<T: SessionState> Clone for Gate<T> {
    fn clone(&self) -> Self {
        let Self { sessions, access, commit_on, log_in, checks, permissions } = self;
        Self {
            sessions: sessions.clone(),
            access: *access,
            commit_on: *commit_on,
            log_in: log_in.clone(),
            checks: checks.clone(),
            permissions: permissions.clone(),
        }
    }
}

impl<T: SessionState, S: Clone> Clone for GateService<T, S> {
    fn clone(&self) -> Self {
        Self { gate: self.gate.clone(), inner: self.inner.clone() }
    }
}

impl<T: SessionState> fmt::Debug for Gate<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("sessions", &self.sessions)
            .field("log_in", &self.log_in)
            .finish_non_exhaustive()
    }
}

impl<T: SessionState, S> fmt::Debug for GateService<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GateService").field("gate", &self.gate).finish_non_exhaustive()
    }
}
