//! The shop with bearer tokens: handlers that hand them out, and a client that shows one.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, USER_AGENT};
use axum::http::{Method, Request, StatusCode};
use axum::routing::{get, post};
use session_axum::{BearerToken, Builder, Error, Session, Sessions, require_session};
use session_tests::{Client, Reply, TestStore};

use super::super::app::{AppState, Shop, TestApp, routes};

/// The shop, whose sessions have bearer tokens.
pub(super) struct BearerApp<S> {
    pub(super) app: TestApp<S>,
    pub(super) router: Router,
}

impl<S: TestStore> BearerApp<S> {
    pub(super) fn new(store: S) -> Self {
        Self::with_options(store, |builder| builder)
    }

    /// With other options.
    pub(super) fn with_options(
        store: S,
        options: impl FnOnce(Builder<Shop>) -> Builder<Shop>,
    ) -> Self {
        Self::of(TestApp::with_options(store, |builder| options(builder.bearer())))
    }

    /// With the handlers for such clients beside those of the shop.
    pub(super) fn of(app: TestApp<S>) -> Self {
        let router = api().merge(routes()).with_state(AppState { sessions: app.sessions.clone() });
        Self { app, router }
    }

    /// A client without a token.
    pub(super) fn stranger(&self) -> Program {
        Program { router: self.router.clone(), token: None }
    }

    /// A client that shows this.
    pub(super) fn program(&self, token: &str) -> Program {
        Program { router: self.router.clone(), token: Some(token.to_owned()) }
    }

    /// A client that has logged in as this user.
    pub(super) async fn log_in_as(&self, user: &str) -> Program {
        let token = self.stranger().post(&format!("/api/log-in/{user}")).await.ok();
        self.app.reset();
        self.program(&token)
    }
}

/// A non-browser client: it shows its token, and looks at no cookie.
#[derive(Clone)]
pub(super) struct Program {
    pub(super) router: Router,
    pub(super) token: Option<String>,
}

impl Program {
    pub(super) fn token(&self) -> &str {
        self.token.as_deref().expect("it has a token")
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, &[]).await
    }

    pub(super) async fn post(&self, path: &str) -> Reply {
        self.ask(Method::POST, path, &[]).await
    }

    /// Sends a request with more headers. Its answer never sets a cookie, unless there was no token.
    pub(super) async fn ask(&self, method: Method, path: &str, more: &[(&str, &str)]) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header(USER_AGENT, "phone/1");
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("it is a request");
        let reply = Client::new(&self.router).send(request).await;
        if self.token.is_some() {
            assert!(reply.set_cookies().is_empty(), "{reply:?}");
        }
        reply
    }
}

/// That a response has a token, in no cookie and for no cache; and the token.
#[track_caller]
pub(super) fn token_of(reply: Reply) -> String {
    assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie, Authorization");
    assert!(reply.set_cookies().is_empty());
    assert_eq!(reply.header(CACHE_CONTROL), "no-store");
    reply.ok()
}

fn api() -> Router<AppState> {
    Router::new()
        .route("/api/log-in/{user}", post(log_in))
        .route("/api/log-in-and-remember/{user}", post(log_in_and_remember))
        .route("/api/token", post(token))
        .route("/api/tokens", post(tokens))
        .route("/api/public", get(cacheable))
        .route("/api/fail", post(fail))
        .route("/api/reset/{user}", post(reset))
        .route("/api/switch/{user}", post(switch))
        .route("/api/farewell", post(farewell))
        .route("/api/end-and-log-in/{user}", post(end_and_log_in))
        .route("/api/is-bearer", get(is_bearer))
        .route("/api/is-withheld", post(is_withheld))
        .route("/api/hook/{user}", post(hook))
}

type Told = Result<String, Error>;

fn told(token: &BearerToken) -> String {
    token.expose().to_owned()
}

#[require_session]
async fn log_in(session: &mut Session<Shop>, Path(user): Path<String>) -> Told {
    session.log_in(user);
    Ok(told(&session.bearer_token()?))
}

#[require_session]
async fn log_in_and_remember(session: &mut Session<Shop>, Path(user): Path<String>) -> Told {
    let token = session.bearer_token()?;
    session.log_in(user);
    session.remember(true);
    Ok(told(&token))
}

#[require_session]
async fn token(session: &mut Session<Shop>) -> Told {
    Ok(told(&session.bearer_token()?))
}

/// Asks twice.
#[require_session]
async fn tokens(session: &mut Session<Shop>) -> Told {
    let first = session.bearer_token()?;
    assert_eq!(format!("{first:?}"), "BearerToken(..)");
    assert_eq!(first.expose(), session.bearer_token()?.expose());
    session.visits += 1;
    Ok(told(&first))
}

/// Says that caches may keep it.
#[require_session]
async fn cacheable(
    session: &mut Session<Shop>,
) -> Result<([(&'static str, &'static str); 1], String), Error> {
    let token = told(&session.bearer_token()?);
    Ok(([("cache-control", "public, max-age=60")], token))
}

/// Answers a token, and an error.
#[require_session]
async fn fail(session: &mut Session<Shop>) -> Result<(StatusCode, String), Error> {
    session.log_in("ann".to_owned());
    Ok((StatusCode::INTERNAL_SERVER_ERROR, told(&session.bearer_token()?)))
}

#[require_session]
async fn reset(
    session: &mut Session<Shop>,
    State(sessions): State<Sessions<Shop>>,
    Path(user): Path<String>,
) -> Told {
    let revocation = sessions.revoke_all(&user).await?;
    session.log_in_after(user, revocation);
    Ok(told(&session.bearer_token()?))
}

/// Logs in as another, twice.
#[require_session]
async fn switch(session: &mut Session<Shop>, Path(user): Path<String>) -> Told {
    session.log_in("somebody".to_owned());
    let token = session.bearer_token()?;
    session.log_in(user);
    session.cart.push("new".to_owned());
    Ok(told(&token))
}

#[require_session]
async fn farewell(session: &mut Session<Shop>) {
    session.destroy();
    session.notice = Some("good-bye".to_owned());
}

#[require_session]
async fn end_and_log_in(session: &mut Session<Shop>, Path(user): Path<String>) -> Told {
    let dead = session.bearer_token()?;
    session.destroy();
    session.log_in(user);
    let token = session.bearer_token()?;
    assert_ne!(dead.expose(), token.expose());
    Ok(told(&token))
}

#[require_session]
async fn is_bearer(session: &Session<Shop>) -> String {
    session.is_bearer().to_string()
}

#[require_session]
async fn is_withheld(session: &Session<Shop>) -> String {
    session.is_withheld().to_string()
}

/// Open to other sites, as a single-page application's on a host of its own.
#[require_session(cross_site)]
async fn hook(session: &mut Session<Shop>, Path(user): Path<String>) -> Told {
    session.log_in(user);
    let token = session.bearer_token()?;
    assert!(!session.is_withheld());
    Ok(told(&token))
}
