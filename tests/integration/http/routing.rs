//! Routing: sessions in nested routers, fallbacks and middleware, for HEAD and OPTIONS.

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{any, get};
use session_axum::guard::{Commit, Guard, Reads};
use session_axum::{Principal, Rejection, Session, SessionRef, Sessions, require_session};
use session_tests::{Call, Client, TestStore, on_each_store};

use super::app::{AppState, Shop, TestApp, routes, state};

on_each_store!(
    with_keys;
    a_session_works_under_nest_and_merge,
    a_fallback_has_a_session,
    head_and_options_have_a_session,
    a_middleware_and_its_handler_share_one_load_and_one_save,
    extractors_share_the_load,
    what_an_extractor_reads_is_what_the_guards_have_made_of_it,
    a_middleware_after_the_save_begins_anew,
    an_extractor_after_its_guard_has_ended_is_refused,
);

fn client_of<S: TestStore>(app: &TestApp<S>, router: Router<AppState>) -> Client {
    Client::new(&router.with_state(AppState { sessions: app.sessions.clone() }))
}

#[require_session]
async fn lost(shop: &mut Shop) -> (StatusCode, String) {
    shop.visits += 1;
    (StatusCode::NOT_FOUND, shop.visits.to_string())
}

async fn a_session_works_under_nest_and_merge<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let inner = Router::new().nest("/inner", routes());
    let router = Router::new().nest("/outer", inner).merge(routes());
    let mut client = client_of(&app, router);
    let reply = client.post("/outer/inner/visit").await;
    assert_eq!(reply.summary(), "200, cookie set, Vary: Cookie, Cache-Control: no-store");
    assert!(!reply.set_cookies()[0].contains("Path=/outer"), "{reply:?}");
    assert_eq!(client.post("/visit").await.ok(), "2");
    assert_eq!(client.post("/outer/inner/visit").await.ok(), "3");

    let service = routes().with_state(AppState { sessions: app.sessions.clone() });
    let mut client = client_of(&app, Router::new().nest_service("/service", service));
    client.post("/service/visit").await.ok();
    assert_eq!(client.post("/service/visit").await.ok(), "2");
}

async fn a_fallback_has_a_session<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = routes().fallback(lost).method_not_allowed_fallback(lost);
    let mut client = client_of(&app, router);
    let first = client.get("/nowhere").await;
    assert_eq!(first.summary(), "404, cookie set, Vary: Cookie, Cache-Control: no-store");
    assert_eq!(client.get("/nowhere/else").await.body, "2");
    assert_eq!(client.get("/visit").await.body, "3");
    assert_eq!(app.live_sessions().await, 1);
}

async fn head_and_options_have_a_session<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client =
        client_of(&app, Router::new().route("/visit", get(lost)).route("/any", any(lost)));
    let head = client.ask(Method::HEAD, "/visit").await;
    assert_eq!(head.summary(), "404, cookie set, Vary: Cookie, Cache-Control: no-store");
    assert_eq!(head.body, "");
    assert_eq!(client.ask(Method::OPTIONS, "/any").await.body, "2");
    assert_eq!(
        client.ask(Method::HEAD, "/any").await.summary(),
        "404, no Set-Cookie, Vary: Cookie"
    );
    assert_eq!(client.ask(Method::OPTIONS, "/visit").await.summary(), "405, no Set-Cookie");
    assert_eq!(client.get("/visit").await.body, "4");
}

#[require_session]
async fn greeting(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.notice = Some("hello".to_owned());
    session.run(next, request).await
}

async fn a_middleware_and_its_handler_share_one_load_and_one_save<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let app_state = AppState { sessions: app.sessions.clone() };
    let plain = async |request: Request, next: Next| next.run(request).await;
    let layered = routes()
        .layer(from_fn_with_state(app_state.clone(), greeting))
        .layer(from_fn(plain))
        .layer(from_fn_with_state(app_state.sessions.clone(), greeting));
    let mut client = client_of(&app, layered);
    let reply = client.post("/visit").await;
    assert_eq!(reply.summary(), "200, cookie set, Vary: Cookie, Cache-Control: no-store");
    assert_eq!(reply.set_cookies().len(), 1);
    assert_eq!(app.store.take_calls(), [Call::Insert]);
    assert_eq!(client.post("/add/tea").await.summary(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    let shop = state(&mut client).await;
    assert_eq!((shop.visits, shop.cart.len(), shop.notice.as_deref()), (1, 1, Some("hello")));
    app.reset();
    let reply = client.post("/log-in/ann").await;
    assert_eq!(reply.set_cookies().len(), 1);
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
}

/// An application's own extractor.
struct Visits(u64);

impl<S: Sync> FromRequestParts<S> for Visits
where
    Sessions<Shop>: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let shop = SessionRef::<Shop>::from_request_parts(parts, state).await?;
        Ok(Self(shop.visits))
    }
}

#[require_session]
async fn several(
    Visits(before): Visits,
    shop: &mut Shop,
    Principal(user): Principal<Shop>,
    Visits(after): Visits,
) -> String {
    shop.visits += 1;
    format!("{user} {before} {after} {}", shop.visits)
}

async fn extractors_share_the_load<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = routes().route("/several", any(several));
    let mut client = client_of(&app, router);
    assert_eq!(client.get("/several").await.summary(), "401, no Set-Cookie, Vary: Cookie");
    client.post("/log-in/ann").await.ok();
    app.reset();
    assert_eq!(client.get("/several").await.ok(), "ann 0 0 1");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
}

/// What looks after the guard has ended is not in its response.
async fn an_extractor_after_its_guard_has_ended_is_refused<S: TestStore>(store: S) {
    async fn visits(Visits(visits): Visits) -> String {
        visits.to_string()
    }
    let app = TestApp::new(store);
    let app_state = AppState { sessions: app.sessions.clone() };
    let inner =
        Router::new().route("/visits", get(visits)).layer(from_fn_with_state(app_state, twice));
    let mut client = client_of(&app, routes().merge(inner));
    client.post("/visit").await.ok();
    app.reset();
    assert_eq!(client.get("/visits").await.summary(), "500, no Set-Cookie, Vary: Cookie");
    assert_eq!(app.store.take_calls(), [Call::Load]);
    assert_eq!(app.events.take(), ["refused 500"]);
}

/// Counts before its handler is asked for, and lends the session to it.
async fn what_an_extractor_reads_is_what_the_guards_have_made_of_it<S: TestStore>(store: S) {
    #[require_session]
    async fn outer(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
        session.visits += 1;
        session.run(next, request).await
    }
    async fn visits(Visits(visits): Visits) -> String {
        visits.to_string()
    }
    let app = TestApp::new(store);
    let app_state = AppState { sessions: app.sessions.clone() };
    let inner =
        Router::new().route("/visits", get(visits)).layer(from_fn_with_state(app_state, outer));
    let mut client = client_of(&app, routes().merge(inner));
    client.post("/visit").await.ok();
    app.reset();
    assert_eq!(client.get("/visits").await.ok(), "2");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    assert_eq!(state(&mut client).await.visits, 2);
}

/// Runs the handler inside of its guard, and once more after that has ended.
async fn twice(guard: Guard<Shop, Reads>, request: Request, next: Next) -> Response {
    let (parts, _) = request.into_parts();
    let first = Request::from_parts(parts.clone(), Body::empty());
    let mut commit = Commit::new(next.clone().run(first).await);
    guard.end(&mut commit);
    commit.save().await;
    next.run(Request::from_parts(parts, Body::empty())).await
}

async fn a_middleware_after_the_save_begins_anew<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    let app_state = AppState { sessions: app.sessions.clone() };
    let router = routes().layer(from_fn_with_state(app_state.clone(), twice)).with_state(app_state);
    let mut doubled = Client::with_session(&router, client.session().expect("set"));
    assert_eq!(doubled.post("/visit").await.ok(), "3");
    assert_eq!(state(&mut client).await.visits, 3);
    assert_eq!(
        app.store.take_calls(),
        [Call::Load, Call::Update, Call::Load, Call::Update, Call::Load]
    );
}
