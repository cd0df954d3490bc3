//! Who may ask for the token: middleware around a handler, and code beside the attribute.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::post;
use session_axum::{Builder, Error, RequestSession, Session, require_session};
use session_tests::{TestStore, on_each_store};

use super::super::app::{AppState, Shop, TestApp};
use super::app::{BearerApp, Program, token_of};

on_each_store!(
    inside_of_a_middleware_that_lends,
    a_middleware_that_asked_and_a_handler_that_logs_in,
    in_a_closure_under_a_layer,
    an_inner_function_that_fails_has_asked_for_nothing,
);

#[require_session]
async fn counting(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.visits += 1;
    session.run(next, request).await
}

/// Asks before it runs what is inside.
#[require_session]
async fn asking(
    session: &mut Session<Shop>,
    request: Request,
    next: Next,
) -> Result<(HeaderMap, Response), Error> {
    let token = session.bearer_token()?;
    let response = session.run(next, request).await;
    let mut headers = HeaderMap::new();
    headers.insert("x-token", token.expose().parse().expect("it is base64url"));
    Ok((headers, response))
}

#[require_session]
async fn log_in(session: &mut Session<Shop>) -> Result<String, Error> {
    session.log_in("ann".to_owned());
    Ok(session.bearer_token()?.expose().to_owned())
}

#[require_session]
async fn failing(session: &mut Session<Shop>) -> Result<(StatusCode, String), Error> {
    session.log_in("eve".to_owned());
    let token = session.bearer_token()?.expose().to_owned();
    Ok((StatusCode::INTERNAL_SERVER_ERROR, token))
}

/// Lets an inner error through as a success.
#[require_session]
async fn forgiving(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.visits += 1;
    let mut response = session.run(next, request).await;
    *response.status_mut() = StatusCode::OK;
    response
}

fn app<S: TestStore>(store: S) -> TestApp<S> {
    TestApp::with_options(store, Builder::bearer)
}

fn program(router: &Router, token: Option<String>) -> Program {
    Program { router: router.clone(), token }
}

async fn inside_of_a_middleware_that_lends<S: TestStore>(store: S) {
    let app = app(store);
    let state = AppState { sessions: app.sessions.clone() };
    let router = Router::new()
        .route("/", post(log_in))
        .layer(from_fn_with_state(state.clone(), counting))
        .with_state(state);
    let token = token_of(program(&router, None).post("/").await);
    let next = token_of(program(&router, Some(token)).post("/").await);
    let shop: Shop = BearerApp::of(app).program(&next).get("/state").await.json();
    assert_eq!((shop.user.as_deref(), shop.visits), (Some("ann"), 2));
}

async fn a_middleware_that_asked_and_a_handler_that_logs_in<S: TestStore>(store: S) {
    let app = app(store);
    let state = AppState { sessions: app.sessions.clone() };
    let router = Router::new()
        .route("/", post(log_in))
        .layer(from_fn_with_state(state.clone(), asking))
        .with_state(state);
    let reply = program(&router, None).post("/").await;
    assert_eq!(reply.header("x-token"), reply.body, "it is one token");
    let token = token_of(reply);
    assert_eq!(BearerApp::of(app).program(&token).post("/account").await.ok(), "ann");
}

async fn in_a_closure_under_a_layer<S: TestStore>(store: S) {
    let app = app(store);
    let handler = async |session: RequestSession<Shop>| {
        session.change(|session| {
            session.log_in("ann".to_owned());
            Ok::<_, Error>(session.bearer_token()?.expose().to_owned())
        })?
    };
    let router = Router::new().route("/", post(handler)).layer(app.sessions.layer());
    let token = token_of(program(&router, None).post("/").await);
    assert_eq!(BearerApp::of(app).program(&token).post("/account").await.ok(), "ann");
}

async fn an_inner_function_that_fails_has_asked_for_nothing<S: TestStore>(store: S) {
    let app = app(store);
    let state = AppState { sessions: app.sessions.clone() };
    let router = Router::new()
        .route("/", post(failing))
        .layer(from_fn_with_state(state.clone(), forgiving))
        .with_state(state);
    let app = BearerApp::of(app);
    let phone = app.log_in_as("ann").await;
    let reply = program(&router, phone.token.clone()).post("/").await;
    assert_eq!(reply.status, 200);
    assert_eq!(app.program(&reply.body).post("/account").await.status, 401);
    let shop: Shop = phone.get("/state").await.json();
    assert_eq!((shop.user.as_deref(), shop.visits), (Some("ann"), 1));
}
