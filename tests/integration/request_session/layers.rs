//! The layer: it opens the session when somebody asks, and saves it with the response.

use axum::Router;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE, VARY};
use axum::http::{Method, Request};
use axum::routing::post;
use session_axum::{RequestSession, SessionCookie, Sessions, require_session};
use session_core::Now;
use session_tests::{Call, Client, Fault, TestStore, on_each_store};

use super::app::{AppState, Shop, TestApp};

on_each_store!(
    nobody_asks_and_nothing_is_loaded_or_said,
    a_closure_changes_the_session_and_the_layer_saves_it,
    a_service_has_the_session_from_the_request_alone,
    a_log_in_and_a_log_out_reach_the_browser,
    a_guard_inside_shares_the_load_and_the_write,
    a_layer_inside_of_a_layer_is_part_of_it,
    of_two_sessions_of_one_type_the_innermost_answers,
    without_a_layer_or_guard_the_refusal_names_the_line,
    a_form_of_another_site_is_refused_where_somebody_asks,
    a_store_that_fails_is_answered_in_the_words_of_the_application,
    a_layer_in_the_background_renews_nothing,
);

async fn nobody_asks_and_nothing_is_loaded_or_said<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.ann().await;
    let reply = client.get("/nobody-asks").await;
    for header in [SET_COOKIE, VARY, CACHE_CONTROL] {
        assert!(!reply.headers.contains_key(&header), "{header}");
    }
    assert_eq!(reply.ok(), "hello");
    assert_eq!(app.store.take_calls(), []);
}

async fn a_closure_changes_the_session_and_the_layer_saves_it<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.newcomer();
    let reply = client.post("/visit").await;
    assert!(reply.set_cookie().is_some());
    assert_eq!(reply.header(VARY), "Cookie");
    assert_eq!(reply.ok(), "1");
    assert_eq!(app.store.take_calls(), [Call::Insert]);
    assert_eq!(client.post("/visit").await.ok(), "2");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    assert_eq!(client.get("/visits").await.ok(), "- 2");
    assert_eq!(app.store.take_calls(), [Call::Load]);
    assert_eq!(app.stored_visits().await, [2]);
}

async fn a_service_has_the_session_from_the_request_alone<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.ann().await;
    assert_eq!(client.post("/service").await.ok(), "2");
    assert_eq!(client.get("/visits").await.ok(), "ann 2");
}

async fn a_log_in_and_a_log_out_reach_the_browser<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.newcomer();
    client.post("/visit").await.ok();
    let before = client.session().expect("it is stored").to_owned();
    client.post("/log-in/ann").await.ok();
    assert_ne!(client.session(), Some(&*before));
    let reply = client.get("/visits").await;
    assert_eq!(reply.header(CACHE_CONTROL), "no-store");
    assert_eq!(reply.ok(), "ann 1");
    let mut copy = client.clone();
    client.post("/log-out").await.ok();
    assert_eq!(client.session(), None);
    assert_eq!(copy.get("/visits").await.ok(), "- 0");
    assert_eq!(app.store.records(Now::Store).await.len(), 0);
}

/// Counts before and after what is inside.
async fn around(
    session: RequestSession<Shop>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Result<axum::response::Response, session_axum::Error> {
    session.change(|shop| shop.visits += 10)?;
    let response = next.run(request).await;
    session.change(|shop| shop.visits += 100)?;
    Ok(response)
}

async fn a_guard_inside_shares_the_load_and_the_write<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let routes = app.routes().layer(axum::middleware::from_fn(around));
    let routes = routes.layer(app.state.sessions.layer());
    let mut client = app.ann().await.at(&routes);
    assert_eq!(client.post("/guard").await.ok(), "12", "it sees what was changed around it");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    assert_eq!(client.post("/visit").await.ok(), "123");
    assert_eq!(app.stored_visits().await, [223]);
}

async fn a_layer_inside_of_a_layer_is_part_of_it<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let layer = || app.state.sessions.layer();
    let routes =
        app.routes().layer(layer()).layer(axum::middleware::from_fn(around)).layer(layer());
    let mut client = app.ann().await.at(&routes);
    assert_eq!(client.post("/visit").await.ok(), "12");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    // What is inside of the inner layer is as it was handed to it when that answers 5xx.
    assert_eq!(client.post("/visit/500").await.status, 500);
    assert_eq!(app.stored_visits().await, [112]);
}

/// A function that has the session and changes nothing.
#[require_session]
async fn passes(
    _: &Shop,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> axum::response::Response {
    next.run(request).await
}

async fn of_two_sessions_of_one_type_the_innermost_answers<S: TestStore>(store: S) {
    let app = TestApp::new(store.clone());
    let office = Sessions::<Shop>::builder(store)
        .name("office")
        .cookie(SessionCookie::host("office").expect("it is a name"));
    let office = office.build().expect("it is sound");
    let state = AppState { sessions: office.clone(), gate: app.state.gate.clone() };
    let passes = axum::middleware::from_fn_with_state(state, passes);
    let (shop, office) = (app.state.sessions.layer(), office.layer());
    let names = |reply: &session_tests::Reply| -> Vec<String> {
        let names = reply.set_cookies().into_iter().map(|line| line.split('=').next());
        names.map(|name| name.unwrap_or_default().to_owned()).collect()
    };
    let mut client = Client::new(&app.routes().layer(shop.clone()).layer(office.clone()));
    assert_eq!(names(&client.post("/visit").await), ["__Host-session"]);
    let inside_of_a_guard = app.routes().layer(passes).layer(shop.clone()).layer(office.clone());
    for routes in [app.routes().layer(office).layer(shop), inside_of_a_guard] {
        assert_eq!(names(&Client::new(&routes).post("/visit").await), ["__Host-office"]);
    }
}

async fn without_a_layer_or_guard_the_refusal_names_the_line<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.ann().await.at(&app.routes());
    let reply = client.post("/visit").await;
    assert_eq!(reply.status, 500);
    assert_eq!(app.store.take_calls(), []);
    let refusal = session_core::Refusal::Unguarded("Shop").to_string();
    assert!(refusal.contains("`.layer(sessions.layer())`"), "{refusal}");
}

async fn a_form_of_another_site_is_refused_where_somebody_asks<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.ann().await;
    let form = |method: Method, path: &str| {
        let request = Request::builder().method(method).uri(path);
        request.header("sec-fetch-site", "cross-site").body(Body::empty()).expect("it is a request")
    };
    let reply = client.send(form(Method::POST, "/visit")).await;
    assert_eq!(
        (reply.status.as_u16(), &*reply.body),
        (403, "/visit: this request comes from another site")
    );
    assert_eq!(app.store.take_calls(), []);
    assert_eq!(client.send(form(Method::GET, "/nobody-asks")).await.ok(), "hello");
    let open = app.routes().layer(app.state.sessions.layer().cross_site());
    assert_eq!(client.at(&open).send(form(Method::POST, "/visit")).await.ok(), "2");
}

async fn a_store_that_fails_is_answered_in_the_words_of_the_application<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.ann().await;
    for call in [Call::Load, Call::Update] {
        app.store.inject(call, Fault::Fails);
        let reply = client.post("/visit").await;
        assert_eq!(reply.status, 503);
        assert!(reply.body.starts_with("/visit: "), "{}", reply.body);
        assert!(reply.set_cookies().is_empty());
        assert_eq!(client.get("/nobody-asks").await.ok(), "hello");
        app.store.heal();
    }
    assert_eq!(app.stored_visits().await, [1]);
}

/// A page that asks by itself.
#[require_session]
async fn page(shop: &Shop) -> String {
    shop.visits.to_string()
}

async fn a_layer_in_the_background_renews_nothing<S: TestStore>(store: S) {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::{Duration, SystemTime};

    let hours = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&hours);
    let began = SystemTime::now();
    let store = session_tests::ProbedStore::new(store);
    let sessions = Sessions::<Shop>::builder(store.clone())
        .without_cleaner()
        .clock(move || (began + Duration::from_secs(60 * clock.load(Ordering::Relaxed))).into());
    let sessions = sessions.build().expect("it is sound");
    let routes = || {
        Router::new()
            .route(
                "/",
                axum::routing::get(async |session: RequestSession<Shop>| {
                    session.read(|shop| shop.visits.to_string())
                }),
            )
            .route("/page", axum::routing::get(page))
            .route(
                "/",
                post(async |session: RequestSession<Shop>| session.change(|shop| shop.visits += 1)),
            )
            .with_state(AppState {
                sessions: sessions.clone(),
                gate: session_test_support::Gate::closed(),
            })
    };
    let mut client = Client::new(&routes().layer(sessions.layer()));
    client.post("/").await.ok();
    let mut in_background = client.at(&routes().layer(sessions.layer().background()));
    hours.store(30, Ordering::Relaxed);
    store.take_calls();
    in_background.get("/").await.ok();
    in_background.get("/page").await.ok();
    assert_eq!(store.take_calls(), [Call::Load, Call::Load]);
    client.get("/").await.ok();
    assert_eq!(store.take_calls(), [Call::Load, Call::Touch]);
}
