//! Requests of other sites: what is refused, what is told of it, and what comes to nothing because the
//! browser may have withheld the cookie.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery};
use axum::http::{Method, Request};
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use session_axum::{KeyRing, Session, Sessions, require_session};
use session_tests::{Call, Client, Reply, TestStore, on_each_store};
use tracing_subscriber::fmt::MakeWriter;

use super::app::{AppState, Shop, TestApp, routes, state};

on_each_store!(
    a_form_of_another_site_without_a_cookie_changes_nothing_and_sets_none,
    a_log_in_by_a_form_of_another_site_is_an_error_that_names_the_way,
    the_way_is_a_redirect_to_a_page_of_ones_own,
    with_its_cookie_a_form_of_another_site_is_as_any_other,
    of_ones_own_site_and_of_no_browser_nothing_is_withheld,
    a_trusted_site_cannot_replace_a_withheld_cookie_either,
    an_upgrade_to_http_2_is_no_socket,
    a_refusal_tells_where_the_request_came_from,
);

const CROSS: (&str, &str) = ("sec-fetch-site", "cross-site");
const EVIL: (&str, &str) = ("origin", "https://evil.example");

#[require_session(cross_site)]
async fn hook(session: &mut Session<Shop>) -> String {
    session.visits += 1;
    session.is_withheld().to_string()
}

#[require_session(cross_site)]
async fn log_in_here(shop: &mut Shop, Path(user): Path<String>) {
    shop.user = Some(user);
}

/// Where a provider posts its answer.
#[require_session(cross_site)]
async fn callback(_session: &Session<Shop>, RawQuery(query): RawQuery) -> Redirect {
    Redirect::to(&format!("/finish?{}", query.unwrap_or_default()))
}

/// The page that it leads to: the request carries the cookie.
#[require_session]
async fn finish(shop: &mut Shop, RawQuery(query): RawQuery) -> &'static str {
    if shop.notice.take() != query {
        return "not the log-in that began here";
    }
    shop.user = Some("carol".to_owned());
    "welcome"
}

fn with_hooks() -> Router<AppState> {
    routes()
        .route("/hook", post(hook))
        .route("/log-in-here/{user}", post(log_in_here))
        .route("/callback", post(callback))
        .route("/finish", get(finish))
}

fn client_of<S>(app: &TestApp<S>) -> Client {
    Client::new(&with_hooks().with_state(AppState { sessions: app.sessions.clone() }))
}

async fn send(client: &mut Client, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().method(method).uri(path).header("host", "shop.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(request.body(Body::empty()).expect("it is a request")).await
}

async fn a_form_of_another_site_without_a_cookie_changes_nothing_and_sets_none<S: TestStore>(
    store: S,
) {
    let app = TestApp::new(store);
    let mut client = client_of(&app);
    for headers in [&[CROSS][..], &[CROSS, EVIL], &[EVIL], &[("origin", "null")]] {
        let reply = send(&mut client, Method::POST, "/hook", headers).await;
        assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie", "{headers:?}");
        assert_eq!(reply.body, "true");
        assert_eq!(app.store.take_calls(), []);
        assert_eq!(app.events.take(), ["Withheld"]);
    }
}

async fn a_log_in_by_a_form_of_another_site_is_an_error_that_names_the_way<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, |builder| {
        builder.on_refusal(|refusal, _| refusal.to_string().into_response())
    });
    let mut client = client_of(&app);
    let reply = send(&mut client, Method::POST, "/log-in-here/mallory", &[CROSS]).await;
    assert!(reply.set_cookies().is_empty(), "{reply:?}");
    assert!(reply.body.contains("303") && reply.body.contains("Redirect::to"), "{reply:?}");
    assert_eq!(app.store.take_calls(), []);
    assert_eq!(app.events.take(), ["refused 500"]);
}

async fn the_way_is_a_redirect_to_a_page_of_ones_own<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = client_of(&app);
    client.post("/notice/state=a").await.ok();
    let without_its_cookie = &mut client_of(&app);
    let reply = send(without_its_cookie, Method::POST, "/callback?state=a", &[CROSS]).await;
    assert_eq!(reply.summary(), "303, no Set-Cookie, Vary: Cookie");
    let next = reply.header("location");
    let reply = send(&mut client, Method::GET, &next, &[CROSS]).await;
    assert_eq!(reply.summary(), "200, cookie set, Vary: Cookie, Cache-Control: no-store");
    assert_eq!(state(&mut client).await.user.as_deref(), Some("carol"));
}

async fn with_its_cookie_a_form_of_another_site_is_as_any_other<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app
        .visitor()
        .await
        .at(&with_hooks().with_state(AppState { sessions: app.sessions.clone() }));
    assert_eq!(send(&mut client, Method::POST, "/hook", &[CROSS, EVIL]).await.body, "false");
    assert_eq!(state(&mut client).await.visits, 2);
    let reply = send(&mut client, Method::POST, "/log-in-here/ann", &[CROSS]).await;
    assert_eq!(reply.summary(), "200, cookie set, Vary: Cookie, Cache-Control: no-store");
    assert_eq!(state(&mut client).await.user.as_deref(), Some("ann"));
    // Nor is anything withheld of one whose cookie is no session any more.
    client.clone().post("/log-out").await.ok();
    assert_eq!(send(&mut client, Method::POST, "/hook", &[CROSS]).await.body, "false");
    assert_eq!(state(&mut client).await.visits, 1);
}

async fn of_ones_own_site_and_of_no_browser_nothing_is_withheld<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for headers in [
        &[][..],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "same-site"), ("origin", "https://blog.shop.example")],
        &[("sec-fetch-site", "none")],
        &[("origin", "https://shop.example")],
    ] {
        let mut client = client_of(&app);
        let reply = send(&mut client, Method::POST, "/hook", headers).await;
        let expected = "200, cookie set, Vary: Cookie, Cache-Control: no-store";
        assert_eq!(reply.summary(), expected, "{headers:?}");
        assert_eq!(reply.body, "false");
    }
}

async fn a_trusted_site_cannot_replace_a_withheld_cookie_either<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, |builder| {
        builder.trusted_origin("https://partner.example").expect("it is an origin")
    });
    let partner = ("origin", "https://partner.example");
    let mut client = client_of(&app);
    for headers in [&[CROSS, partner][..], &[partner]] {
        let reply = send(&mut client, Method::POST, "/visit", headers).await;
        assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie");
    }
    let mut client = app.visitor().await;
    assert_eq!(send(&mut client, Method::POST, "/visit", &[CROSS, partner]).await.body, "2");
}

#[tokio::test]
async fn a_sealed_cookie_that_may_be_withheld_is_not_replaced() {
    let ring = KeyRing::parse(&KeyRing::generate().expect("random bytes")).expect("a key");
    let sessions = Sessions::sealed_cookie(ring).accept_replay_until_expiry().build();
    let sessions = sessions.expect("the options are sound");
    let mut client = Client::new(&with_hooks().with_state(AppState { sessions }));
    let reply = send(&mut client, Method::POST, "/hook", &[CROSS]).await;
    assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(send(&mut client, Method::POST, "/log-in-here/ann", &[CROSS]).await.status, 500);
    let reply = send(&mut client, Method::POST, "/hook", &[]).await;
    assert_eq!(reply.summary(), "200, cookie set, Vary: Cookie, Cache-Control: no-store");
}

/// What curl sends with `--http2`.
async fn an_upgrade_to_http_2_is_no_socket<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    let upgrade = [("connection", "Upgrade, HTTP2-Settings"), ("upgrade", "h2c")];
    assert_eq!(send(&mut client, Method::GET, "/state", &upgrade).await.status, 200);
    let socket = [("connection", "Upgrade"), ("upgrade", "websocket")];
    let reply = send(&mut client, Method::GET, "/state", &socket).await;
    assert_eq!((reply.status.as_u16(), reply.body.contains("`Origin`")), (403, true), "{reply:?}");
    let ours = [socket[0], socket[1], ("origin", "https://shop.example")];
    assert_eq!(send(&mut client, Method::GET, "/state", &ours).await.status, 200);
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Load]);
}

async fn a_refusal_tells_where_the_request_came_from<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    let reply = send(&mut client, Method::POST, "/visit", &[CROSS, EVIL]).await;
    assert_eq!(reply.summary(), "403, no Set-Cookie, Vary: Cookie");
    let [told, refused] = &app.events.take()[..] else { panic!("two events") };
    for said in ["OtherSite", "\"shop.example\"", "\"https://evil.example\"", "\"cross-site\""] {
        assert!(told.contains(said), "{told}");
    }
    assert_eq!(refused, "refused 403");
    assert_eq!(app.store.take_calls(), []);
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics here").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_log_has_the_headers_and_the_cures() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let app = TestApp::in_memory();
    let mut client = app.newcomer();
    let proxied = [("host", "10.0.0.7:3000"), ("origin", "https://shop.example")];
    let request = Request::post("/visit").header(proxied[0].0, proxied[0].1);
    let request = request.header(proxied[1].0, proxied[1].1).body(Body::empty());
    assert_eq!(client.send(request.expect("it is a request")).await.status, 403);
    let log = String::from_utf8(log.0.lock().expect("nobody panics").clone()).expect("text");
    for said in
        ["10.0.0.7:3000", "https://shop.example", "(none)", "forward `Host`", "trusted_origin"]
    {
        assert!(log.contains(said), "{said}: {log}");
    }
}
