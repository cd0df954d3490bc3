//! Permissions as stacked middleware: a single sign-on that logs in by a header, a list of kicked users, groups.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use session_axum::{Session, Sessions, require_session, session};
use session_core::Now;
use session_tests::{Call, Client, ProbedStore, Reply, TestStore, on_each_store};

on_each_store!(
    whoever_the_proxy_names_is_logged_in_and_sees_the_page_at_once,
    who_is_in_no_group_is_refused_and_stays_logged_in,
    a_kicked_user_is_out_with_the_request_that_finds_it,
    a_request_of_nobody_is_refused_and_its_session_is_nobodys,
    a_page_is_counted_by_each_layer_in_one_write,
);

#[session]
#[derive(Debug)]
struct Member {
    #[session(principal)]
    user: Option<String>,
    groups: Vec<String>,
    requests: u64,
    pages: u64,
}

#[derive(Clone, Default)]
struct Kicked(Arc<Mutex<HashSet<String>>>);

#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Member>,
    kicked: Kicked,
}

/// The proxy in front has asked who it is.
#[require_session]
async fn single_sign_on(session: &mut Session<Member>, request: Request, next: Next) -> Response {
    let named = request.headers().get("x-sso-user").and_then(|user| user.to_str().ok());
    if let Some(user) = named.map(str::to_owned)
        && session.user.as_ref() != Some(&user)
    {
        session.groups = if user == "root" { vec!["admins".into()] } else { Vec::new() };
        session.user = Some(user);
    }
    session.requests += 1;
    session.run(next, request).await
}

/// Ends the session of whoever was kicked out, and runs the rest all the same.
#[require_session]
async fn without_the_kicked(
    session: &mut Session<Member>,
    State(Kicked(kicked)): State<Kicked>,
    request: Request,
    next: Next,
) -> Response {
    let user = session.user.clone();
    if user.is_some_and(|user| kicked.lock().expect("nobody panics").contains(&user)) {
        session.destroy();
    }
    session.run(next, request).await
}

/// Reads, and passes on.
#[require_session(authenticated)]
async fn admins_only(member: &Member, request: Request, next: Next) -> Response {
    if !member.groups.iter().any(|group| group == "admins") {
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(request).await
}

#[require_session(authenticated)]
async fn page(member: &mut Member) -> String {
    member.pages += 1;
    format!("{:?} {} {}", member.user, member.requests, member.pages)
}

#[require_session(authenticated)]
async fn log_out(session: &mut Session<Member>) {
    session.destroy();
}

struct TestApp<S> {
    store: ProbedStore<S>,
    kicked: Kicked,
    router: Router,
}

impl<S: TestStore> TestApp<S> {
    fn new(store: S) -> Self {
        let store = ProbedStore::new(store);
        let sessions = Sessions::builder(store.clone()).without_cleaner();
        let sessions = sessions.deadline(Duration::from_secs(20)).build();
        let sessions = sessions.expect("the deadline is not zero");
        let state = AppState { sessions, kicked: Kicked::default() };
        let admin = Router::new()
            .route("/admin", get(page))
            .layer(from_fn_with_state(state.clone(), admins_only));
        let router = Router::new()
            .route("/page", get(page))
            .route("/log-out", post(log_out))
            .merge(admin)
            .layer(from_fn_with_state(state.clone(), without_the_kicked))
            .layer(from_fn_with_state(state.clone(), single_sign_on))
            .with_state(state.clone());
        Self { store, kicked: state.kicked, router }
    }
}

async fn ask(client: &mut Client, path: &str, user: Option<&str>) -> Reply {
    let mut request = Request::builder().uri(path);
    if let Some(user) = user {
        request = request.header("x-sso-user", user);
    }
    client.send(request.body(Body::empty()).expect("it is a request")).await
}

async fn whoever_the_proxy_names_is_logged_in_and_sees_the_page_at_once<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = Client::new(&app.router);
    assert_eq!(ask(&mut client, "/page", Some("ann")).await.ok(), r#"Some("ann") 1 1"#);
    assert_eq!(app.store.take_calls(), [Call::Insert]);
    assert_eq!(ask(&mut client, "/page", None).await.ok(), r#"Some("ann") 2 2"#);
    assert_eq!(ask(&mut client, "/page", Some("bob")).await.ok(), r#"Some("bob") 3 3"#);
    assert_eq!(ask(&mut client, "/admin", Some("root")).await.status, 200);
}

async fn who_is_in_no_group_is_refused_and_stays_logged_in<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = Client::new(&app.router);
    assert_eq!(ask(&mut client, "/admin", Some("ann")).await.status, 403);
    assert_eq!(ask(&mut client, "/page", None).await.ok(), r#"Some("ann") 2 1"#);
}

async fn a_kicked_user_is_out_with_the_request_that_finds_it<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = Client::new(&app.router);
    ask(&mut client, "/page", Some("ann")).await.ok();
    let copy = client.clone();
    app.kicked.0.lock().expect("nobody panics").insert("ann".to_owned());
    for path in ["/page", "/admin"] {
        let reply = ask(&mut copy.clone(), path, None).await;
        assert_eq!(reply.status, 401, "never the page");
        assert!(!reply.body.contains("ann"));
    }
    assert_eq!(ask(&mut client, "/page", None).await.status, 401);
    let records = app.store.records(Now::Store).await;
    assert!(records.iter().all(|record| record.principal.is_none()), "hers is gone");
}

async fn a_request_of_nobody_is_refused_and_its_session_is_nobodys<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = Client::new(&app.router);
    // The first layer counts it, so that a session begins; it is nobody's.
    let reply = ask(&mut client, "/page", None).await;
    assert_eq!(reply.summary(), "401, cookie set, Vary: Cookie, Cache-Control: no-store");
    assert_eq!(client.post("/log-out").await.status, 401);
    assert_eq!(app.store.records(Now::Store).await.len(), 1);
}

async fn a_page_is_counted_by_each_layer_in_one_write<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = Client::new(&app.router);
    ask(&mut client, "/admin", Some("root")).await.ok();
    app.store.take_calls();
    assert_eq!(ask(&mut client, "/admin", None).await.ok(), r#"Some("root") 2 2"#);
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    client.post("/log-out").await.ok();
    assert!(client.session().is_none() && app.store.records(Now::Store).await.is_empty());
}
