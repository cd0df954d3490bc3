//! The client does as browsers do.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{Method, Request, Response};
use futures_util::FutureExt as _;
use session_axum::MemoryStore;
use session_axum::testing::{Client, Clock};
use tower::service_fn;

use super::app::{Shop, sessions, shop};

fn client() -> Client {
    Client::new(shop(&sessions(MemoryStore::new(), |builder| builder)))
}

#[tokio::test]
async fn a_session_is_the_browsers_own() {
    let client = client();
    assert_eq!(client.post("/visit").await.text(), "1");
    assert_eq!(client.post("/visit").await.text(), "2");
    let (tab, thief) = (client.clone(), client.copy());
    tab.post("/logout").await.assert_redirect("/");
    assert_eq!(client.cookie("__Host-session"), None, "tabs have one jar");
    assert!(thief.cookie("__Host-session").is_some(), "a copy has its own");
    assert_eq!(thief.post("/visit").await.text(), "1", "what it has is worthless");
    assert_eq!(client.post("/visit").await.text(), "1");
}

#[tokio::test]
async fn two_tabs_send_requests_at_once() {
    let client = client();
    client.post("/visit").await.assert_status(200);
    let (one, two) = tokio::join!(client.post("/visit"), client.post("/visit"));
    one.assert_status(200);
    two.assert_status(200);
    let seen: Shop = client.get("/").await.json();
    assert_eq!(seen.visits, 3);
}

#[tokio::test]
async fn it_says_of_itself_what_browsers_say() {
    let client = client().header(USER_AGENT.as_str(), "test");
    for (reply, expected) in [
        (
            client.get("/headers").await,
            "host: shop.example\nsec-fetch-site: same-origin\nsec-fetch-mode: cors\nuser-agent: test\n",
        ),
        (
            client.post("/headers").await,
            "host: shop.example\norigin: https://shop.example\nsec-fetch-site: same-origin\nsec-fetch-mode: cors\nuser-agent: test\n",
        ),
        (
            client.form("/headers", &[("a", "1")]).await,
            "host: shop.example\norigin: https://shop.example\nsec-fetch-site: same-origin\nsec-fetch-mode: navigate\nuser-agent: test\n",
        ),
        (
            client.cross_site("https://evil.example").post("/headers").await,
            "host: shop.example\norigin: https://evil.example\nsec-fetch-site: cross-site\nsec-fetch-mode: cors\nuser-agent: test\n",
        ),
        (
            client.cross_site("https://evil.example").navigating().get("/headers").await,
            "host: shop.example\nsec-fetch-site: cross-site\nsec-fetch-mode: navigate\nuser-agent: test\n",
        ),
        (client.as_script().post("/headers").await, "host: shop.example\nuser-agent: test\n"),
        // Nothing is said over plain http.
        (
            client.clone().base_url("http://shop.example:8080").post("/headers").await,
            "host: shop.example:8080\norigin: http://shop.example:8080\nuser-agent: test\n",
        ),
    ] {
        assert_eq!(reply.text(), expected, "{}", reply.request);
    }
    let own = Request::post("/headers").header("origin", "null").header("cookie", "a=1");
    client.set_cookie("b", "2");
    let reply = client.send(own.body(Body::empty()).unwrap()).await;
    assert!(reply.text().contains("origin: null"), "a header of the request's own stays");
    assert!(reply.text().contains("cookie: a=1"));
}

#[tokio::test]
async fn another_site_cannot_act_on_the_session() {
    let client = client();
    client.form("/login", &[("user", "ann")]).await.assert_redirect("/account");
    let evil = client.cross_site("https://evil.example");
    evil.post("/visit").await.assert_status(403);
    evil.form("/login", &[("user", "eve")]).await.assert_status(403);
    evil.get("/account").await.assert_status(401);
    assert_eq!(evil.navigating().get("/account").await.text(), "ann", "a link brings the cookie");
    assert_eq!(client.get("/account").await.text(), "ann");
}

#[tokio::test]
async fn redirects_are_followed_within_the_application() {
    let client = client().following_redirects();
    let reply = client.form("/login", &[("user", "ann")]).await;
    assert_eq!((reply.text(), &*reply.request), ("ann", "GET /account"));
    // 307 keeps the method.
    let reply = client.post("/cart/tea").await;
    assert_eq!((reply.text(), &*reply.request), ("1", "POST /visit"));
    client.get("/away").await.assert_redirect("https://other.example/");
    let endless = AssertUnwindSafe(client.get("/loop")).catch_unwind().await.unwrap_err();
    assert!(endless.downcast_ref::<String>().unwrap().contains("again and again"));
}

#[tokio::test]
async fn a_page_that_needs_a_log_in_leads_there() {
    let client = client();
    client.get("/account").await.assert_status(401);
    client.navigating().get("/account").await.assert_redirect("/login?next=%2Faccount");
}

#[tokio::test]
async fn json_goes_in_and_out() {
    let client = client();
    client.json("/cart", &["tea", "cup"]).await.assert_status(204);
    let seen: Shop = client.get("/").await.json();
    assert_eq!(seen.cart, ["tea", "cup"]);
}

#[tokio::test]
async fn a_stream_is_read_as_it_comes() {
    let client = client();
    client.post("/visit").await.assert_status(200);
    client.post("/visit").await.assert_status(200);
    let mut events = client.open("/events").await;
    assert_eq!(events.headers["content-type"], "text/event-stream");
    for expected in ["data: 1\n\n", "data: 0\n\n"] {
        assert_eq!(events.text().await.as_deref(), Some(expected));
    }
}

#[tokio::test]
async fn a_body_that_is_cut_short_is_no_whole_one() {
    let cut = async |_: Request<Body>| {
        let chunks = [Ok("half"), Err("cut")];
        Ok::<_, Infallible>(Response::new(Body::from_stream(futures_util::stream::iter(chunks))))
    };
    let client = Client::new(service_fn(cut));
    let mut streaming = client.open("/").await;
    assert_eq!(streaming.chunk().await.unwrap().unwrap(), "half");
    assert!(streaming.chunk().await.unwrap().is_err());
    assert!(AssertUnwindSafe(client.get("/")).catch_unwind().await.is_err());
}

#[tokio::test]
async fn cookies_expire_by_the_tests_clock() {
    let clock = Clock::new();
    let sessions = sessions(MemoryStore::new(), |builder| builder.clock(clock.reader()));
    let client = Client::new(shop(&sessions)).clock(&clock);
    client.form("/login", &[("user", "ann"), ("remember", "on")]).await.assert_status(303);
    client.restart();
    clock.advance(Duration::from_hours(13 * 24));
    assert_eq!(client.get("/account").await.text(), "ann");
    clock.advance(Duration::from_hours(17 * 24));
    assert_eq!(client.cookie("__Host-session"), None);
}

#[tokio::test]
async fn what_is_not_remembered_is_gone_when_the_browser_closes() {
    let client = client();
    client.form("/login", &[("user", "ann")]).await.assert_status(303);
    client.restart();
    client.get("/account").await.assert_status(401);
}

#[tokio::test]
async fn another_node_gets_the_same_cookies() {
    let store = MemoryStore::new();
    let node = || shop(&sessions(store.clone(), |builder| builder));
    let client = Client::new(node());
    client.post("/visit").await.assert_status(200);
    assert_eq!(client.at(node()).post("/visit").await.text(), "2");
}

#[tokio::test]
async fn what_is_not_as_the_test_says_is_shown_whole() {
    let set = async |_: Request<Body>| {
        let response = Response::builder().status(418).header(SET_COOKIE, "a=1");
        Ok::<_, Infallible>(response.body(Body::from("short and stout")).unwrap())
    };
    let client = Client::new(service_fn(set));
    let reply = client.request(Method::PUT, "/pot").await;
    assert_eq!(client.cookie("a").as_deref(), Some("1"));
    for failed in [
        std::panic::catch_unwind(AssertUnwindSafe(|| drop(reply.clone().assert_status(200)))),
        std::panic::catch_unwind(AssertUnwindSafe(|| drop(reply.clone().assert_redirect("/")))),
        std::panic::catch_unwind(AssertUnwindSafe(|| _ = reply.json::<u32>())),
    ] {
        let message = failed.unwrap_err();
        let message = message.downcast_ref::<String>().unwrap();
        for part in ["PUT /pot", "418", "set-cookie", "short and stout"] {
            assert!(message.contains(part), "{message}");
        }
    }
    reply.assert_status(axum::http::StatusCode::IM_A_TEAPOT);
}
