//! A request that was spawned, and outlives the function around it: it saves for itself.

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::routing::post;
use axum::{Router, http::StatusCode};
use session_axum::{Session, require_session};
use session_test_support::Gate;
use session_tests::{TestStore, on_each_store};

use super::app::{AppState, Shop, TestApp};

on_each_store!(
    what_outlives_its_middleware_saves_for_itself,
    what_outlives_a_loan_saves_for_itself_while_the_lender_goes_on,
    what_outlives_a_loan_and_fails_saves_nothing,
    what_outlives_a_log_out_saves_nothing,
    what_is_opened_after_the_save_is_a_request_of_its_own,
);

#[require_session]
async fn waits(shop: &mut Shop, State(gate): State<Gate>) {
    shop.visits += 10;
    gate.pass().await;
}

#[require_session]
async fn fails(shop: &mut Shop, State(gate): State<Gate>) -> StatusCode {
    shop.visits += 10;
    gate.pass().await;
    StatusCode::INTERNAL_SERVER_ERROR
}

/// Counts, lends the session to a task until that has opened it, and does not wait for its end.
#[require_session]
async fn impatient(
    session: &mut Session<Shop>,
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> StatusCode {
    session.visits += 1;
    let logs_out = request.uri().query() == Some("log-out");
    session
        .lend(async {
            tokio::spawn(next.run(request));
            state.gate.reached().await;
        })
        .await;
    session.visits += 100;
    if logs_out {
        session.destroy();
    }
    StatusCode::ACCEPTED
}

/// The same, and then waits for its end, without lending any more, and is content with whatever it is.
#[require_session]
async fn regretful(
    session: &mut Session<Shop>,
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> StatusCode {
    session.visits += 1;
    let mut spawned = None;
    let loan = async {
        spawned = Some(tokio::spawn(next.run(request)));
        state.gate.reached().await;
    };
    session.lend(loan).await;
    session.visits += 100;
    state.gate.open();
    let spawned = spawned.expect("it was spawned");
    let status = spawned.await.expect("it does not panic").status();
    if status.is_server_error() { StatusCode::ACCEPTED } else { status }
}

/// Runs the handler in a task that begins when the request is over.
#[require_session]
async fn late(shop: &Shop, State(gate): State<Gate>, request: Request, next: Next) -> StatusCode {
    assert_eq!(shop.visits, 1);
    tokio::spawn(async move {
        gate.pass().await;
        next.run(request).await
    });
    StatusCode::ACCEPTED
}

async fn what_outlives_its_middleware_saves_for_itself<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = Router::new()
        .route("/waits", post(waits))
        .layer(from_fn_with_state(app.state.clone(), impatient))
        .with_state(app.state.clone());
    let mut ann = app.ann().await.at(&router);
    assert_eq!(ann.post("/waits").await.summary(), "202, no Set-Cookie, Vary: Cookie");
    assert_eq!(app.stored().await.expect("it is there").visits, 102);
    app.state.gate.open();
    // Each change is saved once.
    app.until_visits(112).await;
}

async fn what_outlives_a_loan_saves_for_itself_while_the_lender_goes_on<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = Router::new()
        .route("/waits", post(waits))
        .layer(from_fn_with_state(app.state.clone(), regretful))
        .with_state(app.state.clone());
    let mut ann = app.ann().await.at(&router);
    assert_eq!(ann.post("/waits").await.status, 200);
    assert_eq!(app.stored().await.expect("it is there").visits, 112, "each change is saved once");
}

async fn what_outlives_a_loan_and_fails_saves_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = Router::new()
        .route("/fails", post(fails))
        .layer(from_fn_with_state(app.state.clone(), regretful))
        .with_state(app.state.clone());
    let mut ann = app.ann().await.at(&router);
    assert_eq!(ann.post("/fails").await.status, 202);
    assert_eq!(app.stored().await.expect("it is there").visits, 102);
}

async fn what_outlives_a_log_out_saves_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = Router::new()
        .route("/waits", post(waits))
        .layer(from_fn_with_state(app.state.clone(), impatient))
        .with_state(app.state.clone());
    let mut ann = app.ann().await.at(&router);
    assert_eq!(ann.post("/waits?log-out").await.status, 202);
    assert!(app.stored().await.is_none());
    app.state.gate.open();
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(app.stored().await.is_none(), "a log-out wins");
}

async fn what_is_opened_after_the_save_is_a_request_of_its_own<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = app.routes().layer(from_fn_with_state(app.state.clone(), late));
    let mut ann = app.ann().await.at(&router);
    assert_eq!(ann.post("/visit").await.status, 202);
    assert_eq!(app.stored().await.expect("it is there").visits, 1);
    app.state.gate.open();
    app.until_visits(2).await;
}
