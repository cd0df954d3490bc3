//! A call of a handler as a plain function, with a session of the test's own.

use std::sync::{Arc, Mutex, PoisonError};

use axum_core::extract::FromRequestParts as _;
use axum_core::response::{IntoResponse as _, Response};
use http::header::{ACCEPT, AUTHORIZATION, COOKIE};
use http::{HeaderName, HeaderValue, Request};
use session_core::store::Operation;
use session_core::{Handle, MemoryStore, SessionCookie, SessionEvent, SessionState, StoredSession};

use super::clock::Clock;
use super::faulty_store::FaultyStore;
use super::reply::Reply;
use super::sign_in::{authorization, bearer_token, header, try_begin};
use crate::builder::Builder;
use crate::guard::{Argument, Guard, Mode, Permission};
use crate::rejection::Rejection;
use crate::sessions::Sessions;

/// A call of a handler as a plain function: the session that its request has, and what becomes of
/// that. No router, no application's state, no store of your own.
///
/// A function under `#[require_session]` takes a [`Guard`] for each of its sessions, and
/// then its other arguments as they are:
///
/// ```
/// use axum::{extract::Path, response::Redirect};
/// use session_axum::testing::Call;
/// use session_axum::{require_session, session};
///
/// #[session]
/// struct Shop { #[session(principal)] user: Option<u64>, cart: Vec<String> }
///
/// #[require_session(authenticated)]
/// async fn add(shop: &mut Shop, Path(sku): Path<String>) -> Redirect {
///     shop.cart.push(sku);
///     Redirect::to("/cart")
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let call = Call::new(Shop { user: Some(7), cart: vec![] }).await;
/// call.run(|shop| add(shop, Path("tea".to_owned()))).await.assert_redirect("/cart");
/// assert_eq!(call.saved().await.unwrap().cart, ["tea"]);
///
/// let nobody = Call::new(Shop::default()).await;
/// nobody.run(|shop| add(shop, Path("tea".to_owned()))).await.assert_status(401);
/// assert!(nobody.saved().await.is_none());
/// # }
/// ```
///
/// Of two session types each has a call:
///
/// ```
/// # use session_axum::testing::{Call, Reply};
/// # use session_axum::{Rejection, require_session, session};
/// # #[session] struct Shop { orders: u32 }
/// # #[session] struct Office { done: u32 }
/// # #[require_session] async fn ship(shop: &mut Shop, office: &mut Office) { shop.orders -= 1; office.done += 1; }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Rejection> {
/// let (shop, office) = (Call::new(Shop { orders: 3 }).await, Call::new(Office { done: 4 }).await);
/// let response = ship(shop.guard().await?, office.guard().await?).await;
/// Reply::of(response).await.assert_status(200);
/// assert_eq!((shop.saved().await.unwrap().orders, office.saved().await.unwrap().done), (2, 5));
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Call<T: SessionState> {
    sessions: Sessions<T>,
    store: FaultyStore<MemoryStore>,
    clock: Clock,
    /// The cookie or bearer token of its request.
    shown: Option<(HeaderName, HeaderValue)>,
    /// The session that the browser would have.
    handle: Arc<Mutex<Option<Handle>>>,
}

impl<T: SessionState> Call<T> {
    /// With a stored session of this state, logged in just now as whom it says. With the default, a
    /// request without a session: nothing is ever stored of that.
    ///
    /// ```
    /// # use session_axum::testing::{Call, Reply};
    /// # use session_axum::{Error, Rejection, Session, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) { shop.visits += 1; }
    /// # #[require_session] async fn log_out(session: &mut Session<Shop>) { session.destroy(); }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Rejection> {
    /// let call = Call::new(Shop { user: Some(7), visits: 2 }).await;
    /// call.run(visit).await.assert_status(200);
    /// assert_eq!(call.saved().await.unwrap().visits, 3);
    /// # Ok(()) }
    /// ```
    pub async fn new(state: T) -> Self {
        let mut call = Self::without_session(|builder| builder);
        let lines = try_begin(&call.sessions, state).await;
        call.shown = (!lines.is_empty()).then(|| (COOKIE, header(&lines)));
        call.store.take_calls();
        call
    }

    /// With a stored session of this state, whose request shows a bearer token. With none, the request of a
    /// client that has no token yet: a log-in's.
    ///
    /// ```
    /// use axum::Json;
    /// use session_axum::testing::Call;
    /// use session_axum::{BearerToken, Error, Session, require_session, session};
    ///
    /// #[session]
    /// struct Shop { #[session(principal)] user: Option<String> }
    ///
    /// #[require_session]
    /// async fn log_in(session: &mut Session<Shop>, user: String) -> Result<Json<BearerToken>, Error> {
    ///     session.log_in(user);
    ///     Ok(Json(session.bearer_token()?))
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let call = Call::with_bearer_token(None).await;
    /// let reply = call.run(|session| log_in(session, "ann".to_owned())).await;
    /// assert_eq!(reply.json::<String>().len(), 64);
    /// assert_eq!(call.saved().await.unwrap().user.as_deref(), Some("ann"));
    /// # }
    /// ```
    pub async fn with_bearer_token(state: Option<T>) -> Self {
        let mut call = Self::without_session(Builder::bearer);
        if let Some(state) = state {
            let token = bearer_token(&call.sessions, state).await;
            call.shown = Some((AUTHORIZATION, authorization(token.expose())));
            call.store.take_calls();
        }
        call
    }

    fn without_session(options: impl FnOnce(Builder<T>) -> Builder<T>) -> Self {
        let (store, clock) = (FaultyStore::new(MemoryStore::new()), Clock::new());
        let handle = Arc::new(Mutex::new(None));
        let created = Arc::clone(&handle);
        let builder = Sessions::builder(store.clone())
            .cookie(cookie::<T>())
            .clock(clock.reader())
            .without_cleaner()
            .on_event(move |event| {
                if let SessionEvent::Created { handle } = event {
                    *created.lock().unwrap_or_else(PoisonError::into_inner) = Some(*handle);
                }
            });
        let sessions = options(builder).build().expect("a name and an hour are sound");
        Self { sessions, store, clock, shown: None, handle }
    }

    /// Calls the handler, which the closure gives its other arguments, and answers what it answers, or
    /// what its options refuse it with: nobody is logged in for `authenticated`, say. The cookie that
    /// the browser is told is among [`Reply::set_cookies`].
    ///
    /// ```
    /// # use session_axum::testing::{Call, Reply};
    /// # use session_axum::{Error, Rejection, Session, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) { shop.visits += 1; }
    /// # #[require_session] async fn log_out(session: &mut Session<Shop>) { session.destroy(); }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Rejection> {
    /// let call = Call::new(Shop { user: None, visits: 2 }).await;
    /// call.run(|shop| visit(shop)).await.assert_status(200);
    /// # Ok(()) }
    /// ```
    pub async fn run<A, M, R, F>(&self, handler: impl FnOnce(Guard<A, M, R>) -> F) -> Reply
    where
        A: Argument<State = T>,
        M: Mode,
        R: Permission<T, Sessions<T>>,
        F: Future<Output = Response>,
    {
        match self.guard().await {
            Ok(guard) => Reply::of(handler(guard).await).await,
            Err(rejection) => Reply::of(rejection.into_response()).await,
        }
    }

    /// What the handler takes in place of its session, whether by `&` or `&mut`, as the state or as
    /// [`Session`](crate::Session). A page asks for it; a call is one request, and takes one guard. A handler
    /// whose `allow` is given a `state` has that from its router alone: ask it through a [`Client`](super::Client).
    ///
    /// ```
    /// # use session_axum::testing::{Call, Reply};
    /// # use session_axum::{Error, Rejection, Session, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) { shop.visits += 1; }
    /// # #[require_session] async fn log_out(session: &mut Session<Shop>) { session.destroy(); }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Rejection> {
    /// let call = Call::new(Shop { user: None, visits: 2 }).await;
    /// Reply::of(visit(call.guard().await?).await).await.assert_status(200);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// What the handler's options refuse.
    pub async fn guard<A, M, R>(&self) -> Result<Guard<A, M, R>, Rejection>
    where
        A: Argument<State = T>,
        M: Mode,
        R: Permission<T, Sessions<T>>,
    {
        let mut request = Request::new(());
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("text/html"));
        if let Some((name, value)) = self.shown.clone() {
            request.headers_mut().insert(name, value);
        }
        let (mut parts, ()) = request.into_parts();
        Guard::from_request_parts(&mut parts, &self.sessions).await
    }

    /// What the handler has saved; none if nothing was stored: nothing had changed, it answered a
    /// server error (5xx), or it ended the session.
    ///
    /// ```
    /// # use session_axum::testing::{Call, Reply};
    /// # use session_axum::{Error, Rejection, Session, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) { shop.visits += 1; }
    /// # #[require_session] async fn log_out(session: &mut Session<Shop>) { session.destroy(); }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Rejection> {
    /// let call = Call::new(Shop { user: None, visits: 2 }).await;
    /// call.run(visit).await;
    /// assert_eq!(call.saved().await.map(|shop| shop.visits), Some(3));
    /// # Ok(()) }
    /// ```
    pub async fn saved(&self) -> Option<T> {
        let writes = [Operation::Insert, Operation::Update];
        if !writes.iter().any(|write| self.store.count(*write) > 0) {
            return None;
        }
        let handle = *self.handle.lock().unwrap_or_else(PoisonError::into_inner);
        let stored = self.sessions.get(&handle?).await.expect("a store in memory works");
        stored.map(StoredSession::into_state)
    }

    /// Whether the handler has ended the session that the request had: by
    /// [`destroy`](crate::Session::destroy), say.
    ///
    /// ```
    /// # use session_axum::testing::{Call, Reply};
    /// # use session_axum::{Error, Rejection, Session, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) { shop.visits += 1; }
    /// # #[require_session] async fn log_out(session: &mut Session<Shop>) { session.destroy(); }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Rejection> {
    /// let call = Call::new(Shop { user: Some(7), visits: 2 }).await;
    /// call.run(log_out).await;
    /// assert!(call.has_ended());
    /// # Ok(()) }
    /// ```
    pub fn has_ended(&self) -> bool {
        self.store.count(Operation::Delete) > 0
    }

    /// The clock that the session goes by, to be moved before the [`guard`](Self::guard) is taken: a log-in
    /// is not [`fresh`](crate::Session::is_fresh) for ever.
    ///
    /// ```
    /// # use session_axum::testing::{Call, Reply};
    /// # use session_axum::{Error, Rejection, Session, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) { shop.visits += 1; }
    /// # #[require_session] async fn log_out(session: &mut Session<Shop>) { session.destroy(); }
    /// # #[require_session(fresh = "10m")] async fn change_password(_: &mut Shop) {}
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Rejection> {
    /// let call = Call::new(Shop { user: Some(7), visits: 2 }).await;
    /// call.clock().advance(std::time::Duration::from_secs(601));
    /// call.run(change_password).await.assert_status(401);
    /// # Ok(()) }
    /// ```
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The sessions among which this one is, for handlers that take those too.
    ///
    /// ```
    /// # use session_axum::testing::{Call, Reply};
    /// # use session_axum::{Error, Rejection, Session, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) { shop.visits += 1; }
    /// # #[require_session] async fn log_out(session: &mut Session<Shop>) { session.destroy(); }
    /// # use axum::extract::State;
    /// # use session_axum::Sessions;
    /// # #[require_session] async fn log_out_others(session: &Session<Shop>, State(sessions): State<Sessions<Shop>>) -> Result<(), Error> {
    /// #     sessions.revoke_others(session).await?;
    /// #     Ok(())
    /// # }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Rejection> {
    /// let call = Call::new(Shop { user: Some(7), visits: 2 }).await;
    /// let sessions = State(call.sessions().clone());
    /// call.run(|session| log_out_others(session, sessions)).await.assert_status(200);
    /// # Ok(()) }
    /// ```
    pub fn sessions(&self) -> &Sessions<T> {
        &self.sessions
    }
}

/// Each type has its own: a handler may have several.
fn cookie<T: SessionState>() -> SessionCookie {
    let name = T::NAME.to_ascii_lowercase();
    SessionCookie::host(&name).unwrap_or_default()
}
