//! A middleware lends the session to what it runs: what it did before is seen inside, and what was done inside is
//! seen after.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use session_axum::{Session, require_session};
use session_tests::{Call, Client, TestStore, on_each_store};
use tower_http::catch_panic::CatchPanicLayer;

use super::app::{Shop, TestApp, description};

on_each_store!(
    what_a_middleware_did_before_is_seen_inside,
    both_count_and_both_counts_are_saved_in_one_write,
    what_was_done_inside_is_seen_after,
    a_log_in_in_a_middleware_is_one_inside,
    a_session_that_a_middleware_ends_is_ended_inside,
    a_log_out_inside_is_seen_after,
    three_deep_each_sees_what_the_others_did,
    a_rebuilt_request_has_the_session,
    what_ran_inside_is_kept_when_the_middleware_gives_up_waiting,
    no_form_token_is_given_for_a_secret_that_was_replaced,
    an_inner_5xx_leaves_the_session_as_it_was_handed_in,
    a_panic_inside_leaves_the_session_as_it_was_handed_in,
    a_discarded_middleware_takes_back_what_it_lent,
    what_is_saved_always_is_as_it_was_when_its_guard_ended,
    a_panic_drops_what_was_to_be_saved_always,
);

/// Counts a visit before and one after, and adds to the body what it sees then.
#[require_session]
async fn counting(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.visits += 1;
    let response = session.run(next, request).await;
    session.visits += 1;
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("the body comes to an end");
    let inside = String::from_utf8_lossy(&body);
    Response::from_parts(parts, Body::from(format!("{inside}; {}", description(session))))
}

#[require_session]
async fn logging_in(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.user = Some("bob".to_owned());
    session.run(next, request).await
}

#[require_session]
async fn ending(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
    session.destroy();
    session.run(next, request).await
}

/// Counts, and answers 200 whatever is answered inside.
#[require_session]
async fn soothing(session: &mut Session<Shop>, request: Request, next: Next) -> String {
    session.visits += 1000;
    let response = session.run(next, request).await;
    format!("{}: {}", response.status(), description(session))
}

/// Counts, and answers 500 whatever is answered inside.
#[require_session]
async fn failing(session: &mut Session<Shop>, request: Request, next: Next) -> StatusCode {
    session.visits += 1000;
    session.run(next, request).await;
    StatusCode::INTERNAL_SERVER_ERROR
}

/// Counts, runs what is inside, and panics.
#[require_session]
async fn panicking(session: &mut Session<Shop>, request: Request, next: Next) -> StatusCode {
    session.visits += 1000;
    session.run(next, request).await;
    panic!("as the test wants it");
}

/// Puts a middleware around all of this.
macro_rules! around {
    ($app:expr, $router:expr, $middleware:expr) => {
        $router.layer(from_fn_with_state($app.state.clone(), $middleware))
    };
}

/// The same client at another router.
fn at(client: &Client, router: &Router) -> Client {
    client.at(router)
}

async fn what_a_middleware_did_before_is_seen_inside<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = around!(app, app.routes(), counting);
    assert_eq!(Client::new(&router).get("/see").await.ok(), "nobody 1 new; nobody 2 new");
    assert_eq!(Client::new(&router).get("/looks").await.ok(), "nobody 1 new; nobody 2 new");
}

async fn both_count_and_both_counts_are_saved_in_one_write<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut ann = at(&app.ann().await, &around!(app, app.routes(), counting));
    assert_eq!(ann.post("/visit").await.ok(), "ann 3 stored; ann 4 stored");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    assert_eq!(app.stored().await.expect("it is there").visits, 4);
}

async fn what_was_done_inside_is_seen_after<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = Client::new(&around!(app, app.routes(), counting));
    assert_eq!(client.post("/log-in/ann").await.ok(), "ann 2 new; ann 3 new");
    assert_eq!(app.store.take_calls(), [Call::Insert]);
    assert_eq!(client.get("/members").await.ok(), "ann 4 stored; ann 5 stored");
}

async fn a_log_in_in_a_middleware_is_one_inside<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = around!(app, app.routes(), logging_in);
    for path in ["/members", "/fresh"] {
        let mut client = Client::new(&router);
        let reply = client.get(path).await;
        assert_eq!(reply.summary(), "200, cookie set, Vary: Cookie, Cache-Control: no-store");
        assert_eq!(reply.body, "bob 0 new");
    }
    // Over ann's session it is bob's inside, and a log-in.
    let mut ann = at(&app.ann().await, &router);
    let before = ann.session().map(str::to_owned);
    assert_eq!(ann.get("/fresh").await.ok(), "bob 1 stored");
    assert_ne!(ann.session().map(str::to_owned), before, "a log-in has a new secret");
}

async fn a_session_that_a_middleware_ends_is_ended_inside<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let ann = app.ann().await;
    let router = around!(app, app.routes(), ending);
    for path in ["/members", "/fresh", "/see", "/looks"] {
        let mut blocked = at(&ann, &router);
        let reply = blocked.get(path).await;
        let refused = path != "/see" && path != "/looks";
        assert_eq!(reply.status, if refused { 401 } else { 200 }, "{path}");
        assert!(!reply.body.contains("ann"), "{path}: {}", reply.body);
        assert_eq!(blocked.session(), None, "{path}: its cookie is removed");
        assert!(app.stored().await.is_none(), "{path}");
        assert_eq!(at(&ann, &app.routes()).get("/members").await.status, 401, "a copy is dead");
    }
}

async fn a_log_out_inside_is_seen_after<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut ann = at(&app.ann().await, &around!(app, app.routes(), soothing));
    assert_eq!(ann.post("/log-out").await.ok(), "200 OK: nobody 0 new");
    assert_eq!(ann.session(), None);
    assert!(app.stored().await.is_none());
    // What is set after it begins a new session.
    let mut ann = at(&app.ann().await, &around!(app, app.routes(), counting));
    let old = ann.session().map(str::to_owned);
    assert_eq!(ann.post("/log-out").await.ok(), "nobody 0 new; nobody 1 new");
    assert!(ann.session().is_some() && ann.session().map(str::to_owned) != old);
    assert_eq!(app.stored().await.expect("it has begun").visits, 1);
}

async fn three_deep_each_sees_what_the_others_did<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = around!(app, app.routes(), counting);
    let router = around!(app, router, soothing);
    let router = around!(app, router, counting);
    let mut ann = at(&app.ann().await, &router);
    assert_eq!(ann.post("/visit").await.ok(), "200 OK: ann 1005 stored; ann 1006 stored");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    assert_eq!(app.stored().await.expect("it is there").visits, 1006);
}

async fn a_rebuilt_request_has_the_session<S: TestStore>(store: S) {
    #[require_session]
    async fn rebuilding(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
        session.visits += 1;
        let (parts, body) = request.into_parts();
        let mut rebuilt = Request::builder().method(parts.method).uri(parts.uri);
        *rebuilt.headers_mut().expect("nothing is wrong with it") = parts.headers;
        session.run(next, rebuilt.body(body).expect("it is a request")).await
    }
    let app = TestApp::new(store);
    let mut ann = at(&app.ann().await, &around!(app, app.routes(), rebuilding));
    assert_eq!(ann.post("/visit").await.ok(), "ann 3 stored");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
}

async fn what_ran_inside_is_kept_when_the_middleware_gives_up_waiting<S: TestStore>(store: S) {
    /// Runs the handler, and then something that takes too long, in one loan.
    #[require_session]
    async fn hasty(session: &mut Session<Shop>, request: Request, next: Next) -> String {
        session.visits += 1;
        let slow = async {
            next.run(request).await;
            std::future::pending::<()>().await;
        };
        let loan = Box::pin(session.lend(slow));
        let timer = Box::pin(tokio::time::sleep(std::time::Duration::from_millis(300)));
        futures_util::future::select(loan, timer).await;
        description(session)
    }
    let app = TestApp::new(store);
    let mut ann = at(&app.ann().await, &around!(app, app.routes(), hasty));
    assert_eq!(ann.post("/visit").await.ok(), "ann 3 stored");
    assert_eq!(app.stored().await.expect("it is there").visits, 3);
}

async fn no_form_token_is_given_for_a_secret_that_was_replaced<S: TestStore>(store: S) {
    /// Asks for a form token before what it runs and after.
    #[require_session]
    async fn asking(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
        let before = session.form_token().is_some();
        session.run(next, request).await;
        let after = session.form_token().is_some();
        format!("{before} {after}").into_response()
    }
    let app = TestApp::new(store);
    let ann = app.ann().await;
    let router = around!(app, app.routes(), asking);
    assert_eq!(at(&ann, &router).post("/visit").await.ok(), "true true");
    assert_eq!(at(&ann, &router).post("/log-in/bob").await.ok(), "true false");
    let ann = app.ann().await;
    assert_eq!(at(&ann, &router).post("/log-out").await.ok(), "true false");
    // Nor inside of a middleware that replaced it.
    let mut ann = at(&app.ann().await, &around!(app, app.routes(), logging_in));
    assert_eq!(ann.get("/token").await.ok(), "none");
}

async fn an_inner_5xx_leaves_the_session_as_it_was_handed_in<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = around!(app, app.routes(), soothing);
    let mut ann = at(&app.ann().await, &router);
    let reply = ann.post("/visit/500").await;
    assert_eq!(reply.ok(), "500 Internal Server Error: ann 1001 stored");
    assert_eq!(app.stored().await.expect("it is there").visits, 1001);
}

async fn a_panic_inside_leaves_the_session_as_it_was_handed_in<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = app.routes().layer(CatchPanicLayer::new());
    let mut ann = at(&app.ann().await, &around!(app, router, soothing));
    assert_eq!(ann.post("/panic").await.ok(), "500 Internal Server Error: ann 1001 stored");
    assert_eq!(app.stored().await.expect("it is there").visits, 1001);
}

async fn a_discarded_middleware_takes_back_what_it_lent<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = around!(app, app.routes(), failing);
    let mut ann = at(&app.ann().await, &around!(app, router, soothing));
    let reply = ann.post("/log-in/bob").await;
    assert_eq!(reply.ok(), "500 Internal Server Error: ann 1001 stored");
    assert_eq!(app.stored().await.expect("it is there").user.as_deref(), Some("ann"));
}

async fn what_is_saved_always_is_as_it_was_when_its_guard_ended<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut ann = at(&app.ann().await, &around!(app, app.routes(), failing));
    assert_eq!(ann.post("/always/500").await.status, 500);
    assert_eq!(app.stored().await.expect("it is there").visits, 1011);
    // The discarded middleware in between has it as it was then.
    let router = around!(app, app.routes(), failing);
    let mut ann = at(&ann, &around!(app, router, soothing));
    let reply = ann.post("/always/500").await;
    assert_eq!(reply.ok(), "500 Internal Server Error: ann 3021 stored");
    assert_eq!(app.stored().await.expect("it is there").visits, 3021);
}

async fn a_panic_drops_what_was_to_be_saved_always<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = around!(app, app.routes(), panicking).layer(CatchPanicLayer::new());
    let mut ann = at(&app.ann().await, &router);
    assert_eq!(ann.post("/always/200").await.status, 500);
    assert_eq!(app.stored().await.expect("it is there").visits, 1);
    let mut ann = at(&ann, &around!(app, router, soothing));
    assert_eq!(ann.post("/always/200").await.ok(), "500 Internal Server Error: ann 1001 stored");
    assert_eq!(app.stored().await.expect("it is there").visits, 1001);
}
