//! How a request ends whose session was changed by a closure.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts as _, Path};
use axum::http::header::{CACHE_CONTROL, VARY};
use axum::http::request::Parts;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use futures_util::{StreamExt as _, stream};
use session_axum::{Error, ErrorKind, Rejection, RequestSession};
use session_core::Now;
use session_tests::{Call, TestStore, on_each_store};
use tower::ServiceExt as _;

use super::app::{Shop, TestApp};

on_each_store!(
    a_5xx_discards_unless_told_otherwise,
    a_client_that_leaves_undoes_the_change,
    a_change_after_the_client_has_left_is_an_error,
    a_change_after_the_response_is_an_error,
    a_change_that_is_under_way_when_the_response_leaves_is_an_error,
    what_is_read_after_the_response_is_what_that_has_left,
    who_asks_again_after_the_response_reads_and_changes_nothing,
    who_asks_first_after_the_response_has_no_session,
    a_closure_that_panics_has_changed_nothing,
);

async fn a_5xx_discards_unless_told_otherwise<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.ann().await;
    assert_eq!(client.post("/visit/500").await.status, 500);
    assert_eq!(app.store.take_calls(), [Call::Load]);
    assert_eq!(client.post("/visit/404").await.status, 404);
    assert_eq!(app.stored_visits().await, [2]);
    let always = app.routes().layer(app.state.sessions.layer().commit_always());
    assert_eq!(client.at(&always).post("/visit/500").await.status, 500);
    assert_eq!(app.stored_visits().await, [3]);
}

async fn a_client_that_leaves_undoes_the_change<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.ann().await;
    {
        let mut request = std::pin::pin!(client.post("/waits"));
        tokio::select! {
            _ = &mut request => panic!("it waits for the gate"),
            () = app.state.gate.reached() => {}
        }
    }
    app.state.gate.open();
    assert_eq!(app.store.take_calls(), [Call::Load]);
    assert_eq!(app.stored_visits().await, [1]);
}

async fn a_change_after_the_client_has_left_is_an_error<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let gate = app.state.gate.clone();
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = std::sync::Arc::new(std::sync::Mutex::new(Some(tell)));
    let routes = app.routes().route(
        "/spawns",
        post(move |session: RequestSession<Shop>| {
            let tell = tell.lock().unwrap().take().expect("it is called once");
            let gate = gate.clone();
            tokio::spawn(async move {
                gate.pass().await;
                tell.send(kind(&session.change(|shop| shop.visits += 1))).expect("the test waits");
            });
            std::future::pending::<()>()
        }),
    );
    let mut client = app.ann().await.at(&routes.layer(app.state.sessions.layer()));
    {
        let mut request = std::pin::pin!(client.post("/spawns"));
        tokio::select! {
            _ = &mut request => panic!("it never answers"),
            () = app.state.gate.reached() => {}
        }
    }
    app.state.gate.open();
    assert_eq!(told.await.expect("it ends"), "saved");
    assert_eq!(app.stored_visits().await, [1]);
}

fn kind(result: &Result<(), Error>) -> &'static str {
    match result.as_ref().map_err(Error::kind) {
        Ok(()) => "changed",
        Err(ErrorKind::Held(_)) => "held",
        Err(ErrorKind::Saved(_)) => "saved",
        Err(other) => panic!("{other}"),
    }
}

/// A page that is streamed: its second half wants to count, when the head has left.
async fn streamed(session: RequestSession<Shop>) -> Result<Response, Error> {
    session.change(|shop| shop.visits += 1)?;
    let halves = stream::iter([0, 1]).map(move |half| {
        let done = if half == 0 { "first" } else { kind(&session.change(|shop| shop.visits += 1)) };
        Ok::<_, std::convert::Infallible>(Bytes::from(format!("{done} ")))
    });
    Ok(Response::new(Body::from_stream(halves)))
}

async fn a_change_after_the_response_is_an_error<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let routes = app.routes().route("/streamed", post(streamed));
    let routes = routes.layer(app.state.sessions.layer());
    let mut client = app.ann().await.at(&routes);
    assert_eq!(client.post("/streamed").await.ok(), "first saved ");
    assert_eq!(app.stored_visits().await, [2]);
}

async fn a_change_that_is_under_way_when_the_response_leaves_is_an_error<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let (begun, has_begun) = std::sync::mpsc::channel();
    let (let_go, goes_on) = std::sync::mpsc::channel::<()>();
    let (tell, told) = tokio::sync::oneshot::channel();
    let parts = std::sync::Mutex::new(Some((begun, goes_on, tell)));
    let parts = std::sync::Arc::new(parts);
    let has_begun = std::sync::Arc::new(std::sync::Mutex::new(has_begun));
    let routes = app.routes().route(
        "/thread",
        post(move |session: RequestSession<Shop>| {
            let (begun, goes_on, tell) = parts.lock().unwrap().take().expect("it is called once");
            let has_begun = std::sync::Arc::clone(&has_begun);
            async move {
                tokio::task::spawn_blocking(move || {
                    let changed = session.change(|shop| {
                        begun.send(()).expect("the handler waits");
                        goes_on.recv().expect("the test says so");
                        shop.visits += 1;
                    });
                    tell.send(kind(&changed)).expect("the test waits");
                });
                tokio::task::spawn_blocking(move || has_begun.lock().unwrap().recv().unwrap())
                    .await
                    .expect("it begins");
            }
        }),
    );
    let routes = routes.layer(app.state.sessions.layer());
    let mut client = app.ann().await.at(&routes);
    client.post("/thread").await.ok();
    let_go.send(()).expect("the closure waits");
    assert_eq!(told.await.expect("it ends"), "saved");
    assert_eq!(app.stored_visits().await, [1]);
}

/// A page that is streamed, whose second half reads, and how it answers.
async fn read_late(
    session: RequestSession<Shop>,
    Path(status): Path<u16>,
) -> Result<Response, Error> {
    session.change(|shop| shop.visits += 1)?;
    let rest = stream::once(async move {
        let visits = session.read(|shop| shop.visits.to_string());
        Ok::<_, std::convert::Infallible>(Bytes::from(visits.unwrap_or_else(|e| e.to_string())))
    });
    let mut response = Response::new(Body::from_stream(rest));
    *response.status_mut() = StatusCode::from_u16(status).expect("it is one");
    Ok(response)
}

async fn what_is_read_after_the_response_is_what_that_has_left<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let routes = app.routes().route("/read-late/{status}", post(read_late));
    let mut client = app.ann().await.at(&routes.clone().layer(app.state.sessions.layer()));
    assert_eq!(client.post("/read-late/200").await.body, "2");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    assert_eq!(client.post("/read-late/500").await.body, "2", "what was stored");
    assert_eq!(app.stored_visits().await, [2]);
    let always = routes.layer(app.state.sessions.layer().commit_always());
    assert_eq!(client.at(&always).post("/read-late/500").await.body, "3");
    assert_eq!(app.stored_visits().await, [3]);
}

async fn ask(parts: &Parts) -> Result<RequestSession<Shop>, Rejection> {
    RequestSession::from_request_parts(&mut parts.clone(), &()).await
}

/// As a framework does that keeps the request's head: it extracts anew in each part of the page.
async fn asks_again(request: axum::extract::Request) -> Response {
    let (parts, _) = request.into_parts();
    ask(&parts).await.expect("there is a layer");
    let rest = stream::once(async move {
        let session = ask(&parts).await.expect("it was asked for before");
        let user = session.read(|shop| shop.user.clone()).expect("it can be read");
        let changed = session.change(|shop| shop.visits += 1);
        let text = format!("{} {}", user.as_deref().unwrap_or("-"), kind(&changed));
        Ok::<_, std::convert::Infallible>(Bytes::from(text))
    });
    Response::new(Body::from_stream(rest))
}

async fn who_asks_again_after_the_response_reads_and_changes_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let routes = app.routes().route("/asks-again", get(asks_again));
    for routes in
        [routes.clone().layer(app.state.sessions.layer()), routes.layer(app.state.sessions.gate())]
    {
        let mut client = app.ann().await.at(&routes);
        let reply = client.get("/asks-again").await;
        assert_eq!(reply.header(VARY), "Cookie");
        assert_eq!(reply.header(CACHE_CONTROL), "no-store");
        assert_eq!(reply.ok(), "ann saved");
        assert_eq!(app.store.take_calls(), [Call::Load]);
    }
    assert_eq!(app.stored_visits().await, [1, 1]);
}

async fn who_asks_first_after_the_response_has_no_session<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let gate = app.state.gate.clone();
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = std::sync::Arc::new(std::sync::Mutex::new(Some(tell)));
    let inner = app.routes();
    let routes = axum::Router::new()
        .route(
            "/spawns",
            get(move |mut request: axum::extract::Request| {
                let (gate, inner) = (gate.clone(), inner.clone());
                let tell = tell.lock().unwrap().take().expect("it is called once");
                *request.uri_mut() = "/visits".parse().expect("it is a path");
                async move {
                    tokio::spawn(async move {
                        gate.pass().await;
                        let Ok(response) = inner.oneshot(request).await;
                        let status = response.status().as_u16();
                        let body = axum::body::to_bytes(response.into_body(), 1000).await;
                        let body = String::from_utf8(body.expect("it is whole").into());
                        tell.send((status, body.expect("it is text"))).expect("the test waits");
                    });
                }
            }),
        )
        .layer(app.state.sessions.layer());
    let mut client = app.ann().await.at(&routes);
    client.get("/spawns").await.ok();
    app.state.gate.open();
    let (status, words) = told.await.expect("it ends");
    assert_eq!(status, 500);
    assert!(words.contains("`.route_layer(sessions.gate())`"), "{words}");
    assert_eq!(app.store.take_calls(), []);
    assert_eq!(app.store.records(Now::Store).await.len(), 1);
}

async fn a_closure_that_panics_has_changed_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let routes = app.routes().route(
        "/panics",
        post(async |session: RequestSession<Shop>| {
            session.change(|shop| shop.visits += 10)?;
            let change = std::panic::AssertUnwindSafe(|| {
                session.change(|shop| {
                    shop.visits += 100;
                    panic!("as it should")
                })
            });
            let panicked = std::panic::catch_unwind(change).is_err();
            session.change(|shop| shop.visits += 1)?;
            Ok::<_, Error>(panicked.to_string())
        }),
    );
    let mut client = app.ann().await.at(&routes.layer(app.state.sessions.layer()));
    let request = Request::post("/panics").body(Body::empty()).expect("it is a request");
    assert_eq!(client.send(request).await.ok(), "true");
    assert_eq!(app.stored_visits().await, [12]);
}
