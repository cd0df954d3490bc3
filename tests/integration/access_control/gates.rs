//! Gates: layers that let only some requests through, to whatever is inside.

use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Path};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION, VARY};
use axum::http::request::Parts;
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use session_axum::{
    Gate, Refusal, Rejection, RequestSession, Session, SessionRef, Sessions, require_session,
    session,
};
use session_core::Now;
use session_tests::{Call, Client, ProbedStore, TestStore, on_each_store};
use tower_http::services::ServeDir;

use super::app::navigate;

on_each_store!(
    a_gate_asks_what_the_attribute_would_ask,
    a_page_is_sent_to_the_log_in,
    a_permission_has_a_parameter_and_the_request,
    a_permission_looks_into_a_database,
    gates_stack_and_load_once,
    files_are_served_to_members_only,
    a_gate_refuses_in_the_words_of_the_application,
    a_gate_checks_where_a_form_comes_from,
    what_is_inside_changes_the_session,
);

#[session]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    permissions: Vec<String>,
    visits: u64,
}

#[derive(Clone, FromRef)]
struct AppState {
    sessions: Sessions<Shop>,
}

#[require_session]
async fn log_in(session: &mut Session<Shop>, Path(user): Path<String>) {
    session.log_in(user.clone());
    session.permissions = user.split('-').skip(1).map(str::to_owned).collect();
}

#[require_session]
async fn visit(shop: &mut Shop) -> String {
    shop.visits += 1;
    shop.visits.to_string()
}

/// Whose documents there are: a database.
#[derive(Clone)]
struct Documents(&'static [(&'static str, &'static str)]);

impl Documents {
    async fn owner(&self, path: &str) -> Result<&'static str, StatusCode> {
        tokio::task::yield_now().await;
        let found = self.0.iter().find(|(document, _)| path.ends_with(document));
        found.map(|(_, owner)| *owner).ok_or(StatusCode::NOT_FOUND)
    }
}

async fn is_owner(
    session: SessionRef<Shop>,
    parts: Parts,
    documents: Documents,
) -> Result<bool, StatusCode> {
    let owner = documents.owner(parts.uri.path()).await?;
    Ok(session.user.as_deref() == Some(owner))
}

fn may(sessions: &Sessions<Shop>, permission: &'static str) -> Gate<Shop> {
    sessions.gate().authenticated().allow(move |session, parts| async move {
        parts.uri.path() != "/never" && session.permissions.iter().any(|may| may == permission)
    })
}

struct TestApp<S> {
    store: ProbedStore<S>,
    sessions: Sessions<Shop>,
}

impl<S: TestStore> TestApp<S> {
    fn new(store: S) -> Self {
        let store = ProbedStore::new(store);
        let sessions = Sessions::builder(store.clone()).without_cleaner().build();
        Self { store, sessions: sessions.expect("it is sound") }
    }

    /// A client of these routes, behind a gate, and of the log-in beside them.
    fn client(&self, behind: Router) -> Client {
        let state = AppState { sessions: self.sessions.clone() };
        let log_in = Router::new().route("/log-in/{user}", post(log_in)).with_state(state);
        Client::new(&behind.merge(log_in))
    }
}

fn hello() -> Router {
    Router::new().fallback(async || "hello")
}

async fn log_in_as<S: TestStore>(app: &TestApp<S>, client: &mut Client, user: &str) {
    client.post(&format!("/log-in/{user}")).await.ok();
    app.store.take_calls();
}

async fn a_gate_asks_what_the_attribute_would_ask<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let gate = || app.sessions.gate();
    let fresh = |span| gate().fresh(Duration::from_secs(span));
    for (gate, newcomer, member) in [
        (gate(), 200, 200),
        (gate().existing(), 401, 200),
        (gate().authenticated(), 401, 200),
        (fresh(60), 401, 200),
        (fresh(0), 401, 401),
    ] {
        let mut client = app.client(hello().layer(gate));
        assert_eq!(client.get("/").await.status, newcomer);
        log_in_as(&app, &mut client, "ann").await;
        let reply = client.get("/").await;
        assert_eq!(reply.status, member);
        assert_eq!(
            (reply.header(VARY), reply.header(CACHE_CONTROL)),
            ("Cookie".into(), "no-store".into())
        );
        assert_eq!(app.store.take_calls(), [Call::Load]);
    }
}

async fn a_page_is_sent_to_the_log_in<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let gate = app.sessions.gate().authenticated().or_redirect("/login?by=gate");
    let gate = gate.allow(async |session, _| session.user.as_deref() != Some("eve"));
    let routes = Router::new().nest("/members", hello().layer(gate));
    let mut client = app.client(routes);
    let reply = navigate(&mut client, "/members/a?b=c").await;
    assert_eq!(reply.status, 303);
    assert_eq!(reply.header(LOCATION), "/login?by=gate&next=%2Fmembers%2Fa%3Fb%3Dc");
    assert_eq!(client.get("/members/a").await.status, 401);
    log_in_as(&app, &mut client, "eve").await;
    assert_eq!(navigate(&mut client, "/members/a").await.status, 403, "a log-in does not help");
}

async fn a_permission_has_a_parameter_and_the_request<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.client(hello().layer(may(&app.sessions, "edit")));
    log_in_as(&app, &mut client, "ann").await;
    assert_eq!(client.get("/").await.status, 403);
    log_in_as(&app, &mut client, "ben-read-edit").await;
    assert_eq!(client.get("/").await.ok(), "hello");
    assert_eq!(client.get("/never").await.status, 403);
    let both = may(&app.sessions, "read").allow(async |_, parts: Parts| parts.uri.path() != "/no");
    let mut client = client.at(&hello().layer(both));
    assert_eq!(client.get("/").await.ok(), "hello");
    assert_eq!(client.get("/no").await.status, 403, "both must say yes");
}

async fn a_permission_looks_into_a_database<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let documents = Documents(&[("/1", "ann"), ("/2", "ben")]);
    let gate = app.sessions.gate().authenticated().allow_with_state(documents, is_owner);
    let mut client = app.client(hello().layer(gate));
    log_in_as(&app, &mut client, "ann").await;
    for (path, status) in [("/1", 200), ("/2", 403), ("/3", 404)] {
        let reply = client.get(path).await;
        assert_eq!(reply.status, status, "{path}");
        assert_eq!(reply.header(VARY), "Cookie", "{path}");
        assert_eq!(reply.header(CACHE_CONTROL), "no-store", "{path}");
    }
}

async fn gates_stack_and_load_once<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let state = AppState { sessions: app.sessions.clone() };
    let routes = Router::new().route("/visit", post(visit)).with_state(state);
    let routes = routes
        .layer(may(&app.sessions, "edit"))
        .layer(may(&app.sessions, "read"))
        .layer(app.sessions.gate().authenticated());
    let mut client = app.client(routes);
    for (user, status) in [("ann-edit", 403), ("ann-read", 403), ("ann-read-edit", 200)] {
        log_in_as(&app, &mut client, user).await;
        assert_eq!(client.post("/visit").await.status, status, "{user}");
        let expected = if status == 200 { &[Call::Load, Call::Update][..] } else { &[Call::Load] };
        assert_eq!(app.store.take_calls(), expected);
    }
}

async fn files_are_served_to_members_only<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let files = ServeDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/integration/access_control"));
    let gate = app.sessions.gate().authenticated();
    let mut client = app.client(Router::new().fallback_service(tower::Layer::layer(&gate, files)));
    assert_eq!(client.get("/gates.rs").await.status, 401);
    log_in_as(&app, &mut client, "ann").await;
    let reply = client.get("/gates.rs").await;
    assert_eq!(reply.header(VARY), "Cookie");
    assert!(reply.ok().starts_with("//! Gates"));
}

async fn a_gate_refuses_in_the_words_of_the_application<S: TestStore>(store: S) {
    let sessions = Sessions::<Shop>::builder(store.clone()).without_cleaner().on_refusal(
        |refusal, request| {
            (refusal.status(), format!("{}: {refusal}", request.uri.path())).into_response()
        },
    );
    let app = TestApp {
        store: ProbedStore::new(store),
        sessions: sessions.build().expect("it is sound"),
    };
    let own_words = app.sessions.gate().allow(async |_, parts: Parts| match parts.uri.path() {
        "/forbidden" => Err(Refusal::Forbidden.into()),
        "/log-in" => Err(Rejection::from(Refusal::NotFresh)),
        _ => Ok(()),
    });
    let own_words = own_words.or_redirect("/login");
    let mut client = app.client(hello().layer(own_words));
    assert_eq!(client.get("/").await.ok(), "hello");
    let reply = client.get("/forbidden").await;
    assert_eq!((reply.status.as_u16(), &*reply.body), (403, "/forbidden: this is not allowed"));
    let reply = client.get("/log-in").await;
    assert_eq!((reply.status.as_u16(), &*reply.body), (401, "/log-in: this needs a new log-in"));
    assert_eq!(navigate(&mut client, "/log-in").await.header(LOCATION), "/login?next=%2Flog-in");
}

async fn a_gate_checks_where_a_form_comes_from<S: TestStore>(store: S) {
    use axum::body::Body;
    use axum::http::Request;

    let app = TestApp::new(store);
    let form = || {
        let request = Request::post("/").header("sec-fetch-site", "cross-site");
        request.body(Body::empty()).expect("it is a request")
    };
    let mut client = app.client(hello().layer(app.sessions.gate()));
    assert_eq!(client.send(form()).await.status, 403);
    assert_eq!(app.store.take_calls(), []);
    let mut client = app.client(hello().layer(app.sessions.gate().cross_site()));
    assert_eq!(client.send(form()).await.ok(), "hello");
}

async fn what_is_inside_changes_the_session<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let routes = Router::new().route(
        "/",
        post(async |session: RequestSession<Shop>| session.change(|shop| shop.visits += 1)),
    );
    let fails = async |session: RequestSession<Shop>| {
        session.change(|shop| shop.visits += 10).map(|()| StatusCode::INTERNAL_SERVER_ERROR)
    };
    let routes = routes.route("/fails", get(fails));
    let gate = || app.sessions.gate().authenticated();
    let mut client = app.client(routes.clone().layer(gate()));
    log_in_as(&app, &mut client, "ann").await;
    client.post("/").await.ok();
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    assert_eq!(client.get("/fails").await.status, 500);
    assert_eq!(app.store.take_calls(), [Call::Load]);
    let mut client = client.at(&routes.layer(gate().commit_always()));
    assert_eq!(client.get("/fails").await.status, 500);
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    let records = app.store.records(Now::Store).await;
    let visits = app.sessions.get(&records[0].handle).await.expect("the store works");
    assert_eq!(visits.expect("it is stored").visits, 11);
}
