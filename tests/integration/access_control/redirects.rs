//! `or_redirect`: pages are sent to a log-in of this site, and know the way back.

use axum::Form;
use axum::Router;
use axum::http::Method;
use axum::response::Redirect;
use axum::routing::post;
use session_axum::{ReturnTo, require_session};
use session_tests::{Call, Client, TestStore, on_each_store};

use super::app::{AppState, NAVIGATION, Shop, TestApp, ask, navigate, routes};

const AWAY: &str = "303, no Set-Cookie, Vary: Cookie";
const REFUSED: &str = "401, no Set-Cookie, Vary: Cookie";

on_each_store!(
    login_guard_a_page_is_sent_to_the_log_in,
    login_guard_whoever_has_what_is_asked_passes,
    login_guard_what_is_refused_does_not_run,
    login_guard_a_forgotten_session_is_sent_to_the_log_in,
);

async fn login_guard_a_page_is_sent_to_the_log_in<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.newcomer();
    let reply = navigate(&mut client, "/account").await;
    assert_eq!(reply.summary(), AWAY);
    assert_eq!(reply.header("location"), "/login?next=%2Faccount");
    assert_eq!(reply.body, "");
    let reply = navigate(&mut client, "/account?tab=a%20b&c=%26#d").await;
    assert_eq!(reply.header("location"), "/login?next=%2Faccount%3Ftab%3Da%2520b%26c%3D%2526");
    let reply = navigate(&mut client, "/cart").await;
    assert_eq!(reply.header("location"), "/welcome?from=cart&next=%2Fcart");
    let reply = ask(&mut client, Method::HEAD, "/account", NAVIGATION).await;
    assert_eq!(reply.summary(), AWAY);
    let html = &[("accept", "text/html,*/*;q=0.8")];
    assert_eq!(ask(&mut client, Method::GET, "/account", html).await.summary(), AWAY);
    assert_eq!(app.store.take_calls(), []);
}

async fn login_guard_whoever_has_what_is_asked_passes<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut visitor = app.visitor().await;
    assert_eq!(navigate(&mut visitor, "/cart").await.ok(), "your cart");
    assert_eq!(navigate(&mut visitor, "/account").await.summary(), AWAY);
    let mut user = app.log_in_as("ann").await;
    assert_eq!(navigate(&mut user, "/cart").await.ok(), "your cart");
    assert_eq!(navigate(&mut user, "/account").await.ok(), "your account");
    assert_eq!(navigate(&mut user, "/transfer").await.ok(), "sent");
}

/// Not with a change, and not with a write of its own either.
async fn login_guard_what_is_refused_does_not_run<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    for path in ["/account", "/transfer", "/admin", "/accounts"] {
        for (method, headers) in [
            (Method::GET, NAVIGATION),
            (Method::GET, &[]),
            (Method::POST, NAVIGATION),
            (Method::DELETE, &[]),
        ] {
            let reply = ask(&mut client, method, path, headers).await;
            assert!(!reply.status.is_success() && reply.set_cookies().is_empty(), "{reply:?}");
            assert_eq!(app.store.take_calls(), [Call::Load], "{path}");
        }
    }
    assert_eq!(client.get("/visits").await.ok(), "1");
}

async fn login_guard_a_forgotten_session_is_sent_to_the_log_in<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await;
    app.advance(std::time::Duration::from_hours(2));
    assert_eq!(navigate(&mut client, "/account").await.summary(), AWAY);
    assert_eq!(navigate(&mut client, "/cart").await.summary(), AWAY);
}

#[tokio::test]
async fn login_guard_what_is_no_page_is_401() {
    let app = TestApp::new(session_axum::MemoryStore::new());
    let mut client = app.newcomer();
    for (method, headers) in [
        (Method::GET, &[][..]),
        (Method::GET, &[("sec-fetch-mode", "cors"), ("accept", "text/html")]),
        (Method::GET, &[("accept", "application/json")]),
        (Method::POST, NAVIGATION),
        (Method::POST, &[("accept", "text/html")]),
        (Method::PUT, NAVIGATION),
    ] {
        for path in ["/account", "/cart", "/transfer"] {
            let reply = ask(&mut client, method.clone(), path, headers).await;
            assert_eq!(reply.summary(), REFUSED, "{method} {path} {headers:?}");
            assert_eq!(reply.header("location"), "");
        }
    }
}

#[tokio::test]
async fn login_guard_the_way_back_is_all_of_it_under_nest() {
    let shop = Router::new().nest("/de", Router::new().nest("/shop", routes()));
    let app = TestApp::with_options(session_axum::MemoryStore::new(), shop, |builder| builder);
    let reply = navigate(&mut app.newcomer(), "/de/shop/account?page=2").await;
    assert_eq!(reply.header("location"), "/login?next=%2Fde%2Fshop%2Faccount%3Fpage%3D2");
}

#[derive(serde::Deserialize)]
struct LogIn {
    user: String,
    #[serde(default)]
    next: ReturnTo,
}

#[require_session]
async fn log_in_and_return(shop: &mut Shop, Form(form): Form<LogIn>) -> Redirect {
    shop.user = Some(form.user);
    Redirect::to(&form.next)
}

#[tokio::test]
async fn login_guard_a_log_in_goes_back_and_nowhere_else() {
    let routes: Router<AppState> = routes().route("/login", post(log_in_and_return));
    let app = TestApp::with_options(session_axum::MemoryStore::new(), routes, |builder| builder);
    let log_in = async |client: &mut Client, next: &str| {
        let request = axum::http::Request::post("/login")
            .header("content-type", "application/x-www-form-urlencoded");
        let body = format!("user=ann{next}").into();
        client.send(request.body(body).expect("a form")).await.header("location")
    };
    let mut client = app.newcomer();
    let away = navigate(&mut client, "/account?a=b%20c&d").await.header("location");
    let next = away.split_once('?').expect("it says the way back").1;
    assert_eq!(log_in(&mut client, &format!("&{next}")).await, "/account?a=b%20c&d");
    assert_eq!(navigate(&mut client, "/account?a=b%20c&d").await.ok(), "your account");
    for elsewhere in [
        "",
        "&next=",
        "&next=%2F%2Fevil.example",
        "&next=%2F%5Cevil.example",
        "&next=https%3A%2F%2Fevil.example",
        "&next=%2F%09%2Fevil.example",
        "&next=%2Fa%0d%0aSet-Cookie:+a=b",
    ] {
        assert_eq!(log_in(&mut app.newcomer(), elsewhere).await, "/", "{elsewhere}");
    }
}
