//! A session that somebody has to change: a closure is told so, and never waits for itself.

use axum::extract::Request;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use session_axum::{Error, ErrorKind, RequestSession, Session, require_session};
use session_tests::{Call, TestStore, on_each_store};

use super::app::{Shop, TestApp};

on_each_store!(
    a_function_that_has_it_to_change_holds_it,
    a_function_that_reads_passes_it_on_and_keeps_its_view,
    a_closure_inside_of_a_closure_is_refused,
    a_middleware_that_lends_it_sees_what_was_made_of_it,
    a_middleware_that_holds_it_is_named,
    a_layer_inside_of_a_holder_that_nobody_asks_is_no_mistake,
);

fn kind<R>(result: &Result<R, Error>) -> &'static str {
    match result.as_ref().map_err(Error::kind) {
        Ok(_) => "done",
        Err(ErrorKind::Held(_)) => "held",
        Err(other) => panic!("{other}"),
    }
}

/// Asks for the session that it has.
#[require_session]
async fn holds(shop: &mut Shop, session: RequestSession<Shop>) -> String {
    shop.visits += 1;
    let (read, changed) = (session.read(|_| ()), session.change(|shop| shop.visits += 10));
    format!("{} {}", kind(&read), kind(&changed))
}

#[require_session]
async fn reads(shop: &Shop, session: RequestSession<Shop>) -> Result<String, Error> {
    session.change(|shop| shop.visits += 10)?;
    let now = session.read(|shop| shop.visits)?;
    Ok(format!("{} {now}", shop.visits))
}

async fn a_function_that_has_it_to_change_holds_it<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let routes = axum::Router::new().route("/holds", post(holds)).with_state(app.state.clone());
    for routes in [routes.clone(), routes.layer(app.state.sessions.layer())] {
        let mut client = app.ann().await.at(&routes);
        assert_eq!(client.post("/holds").await.ok(), "held held");
        assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    }
    assert_eq!(app.stored_visits().await, [2, 2]);
}

async fn a_function_that_reads_passes_it_on_and_keeps_its_view<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let routes = axum::Router::new().route("/reads", get(reads)).with_state(app.state.clone());
    let mut client = app.ann().await.at(&routes);
    assert_eq!(client.get("/reads").await.ok(), "1 11");
    assert_eq!(app.stored_visits().await, [11]);
}

async fn a_closure_inside_of_a_closure_is_refused<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let routes = app.routes().route(
        "/nested",
        post(async |session: RequestSession<Shop>, other: RequestSession<Shop>| {
            let in_change = session.change(|shop| {
                shop.visits += 10;
                let read = kind(&other.read(|_| ()));
                let changed = kind(&session.clone().change(|shop| shop.visits += 100));
                format!("{read} {changed}")
            })?;
            let in_read = session.read(|_| kind(&other.change(|shop| shop.visits += 1)))?;
            Ok::<_, Error>(format!("{in_change} {in_read}"))
        }),
    );
    let mut client = app.ann().await.at(&routes.layer(app.state.sessions.layer()));
    assert_eq!(client.post("/nested").await.ok(), "held held done");
    assert_eq!(app.stored_visits().await, [12]);
}

#[require_session]
async fn lends(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.visits += 10;
    let response = session.run(next, request).await;
    session.visits *= 2;
    response
}

#[require_session]
async fn keeps(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.visits += 10;
    next.run(request).await
}

async fn a_middleware_that_lends_it_sees_what_was_made_of_it<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let lends = || from_fn_with_state(app.state.clone(), lends);
    let layer = || app.state.sessions.layer();
    for routes in [
        app.routes().layer(lends()),
        app.routes().layer(layer()).layer(lends()),
        app.routes().layer(lends()).layer(layer()),
    ] {
        let mut client = app.ann().await.at(&routes);
        client.post("/visit").await.ok();
        assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    }
    assert_eq!(app.stored_visits().await, [24, 24, 24]);
}

async fn a_middleware_that_holds_it_is_named<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let keeps = || from_fn_with_state(app.state.clone(), keeps);
    let layer = || app.state.sessions.layer();
    for routes in [app.routes().layer(keeps()), app.routes().layer(layer()).layer(keeps())] {
        let mut client = app.ann().await.at(&routes);
        assert_eq!(client.post("/visit").await.status, 500);
    }
    assert_eq!(app.stored_visits().await, [1, 1]);
}

async fn a_layer_inside_of_a_holder_that_nobody_asks_is_no_mistake<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let keeps = from_fn_with_state(app.state.clone(), keeps);
    let routes = app.routes().layer(app.state.sessions.layer()).layer(keeps);
    let mut client = app.ann().await.at(&routes);
    assert_eq!(client.get("/nobody-asks").await.ok(), "hello");
    assert_eq!(app.stored_visits().await, [11]);
}
