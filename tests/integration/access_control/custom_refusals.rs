//! `on_refusal`: an application that refuses in its own words.

use axum::Router;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::{LOCATION, VARY};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use session_axum::{
    MemoryStore, Principal, Refusal, Rejection, RequestHead, SessionRef, Sessions, require_session,
};
use session_tests::{Call, Fault, TestStore, on_each_store};

use super::app::{AppState, Shop, TestApp, ask, navigate, routes};

on_each_store!(
    every_refusal_is_answered_in_the_application_s_words,
    so_is_a_change_that_cannot_be_saved,
    an_extractor_without_a_guard_is_refused_with_the_line_that_is_missing,
    a_redirect_is_sent_all_the_same,
);

/// Teapots, but for what they are not asked for.
fn teapot(refusal: &Refusal, request: &RequestHead) -> Response {
    if matches!(refusal, Refusal::Forbidden) {
        return Rejection::from(refusal.clone()).into_response();
    }
    let name = request.headers.get("x-name").and_then(|name| name.to_str().ok()).unwrap_or("?");
    let body = format!("{} {} {name}: {refusal}", request.method, request.uri);
    (StatusCode::IM_A_TEAPOT, body).into_response()
}

struct Visits;

impl<S: Sync> FromRequestParts<S> for Visits
where
    Sessions<Shop>: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let shop = SessionRef::<Shop>::from_request_parts(parts, state).await?;
        if shop.visits == 0 {
            return Err(Refusal::NoSession.into());
        }
        Ok(Self)
    }
}

#[require_session]
async fn own(_: &Shop, _: Visits) {}

#[require_session]
async fn principal(_: Principal<Shop>, _: &Shop) {}

async fn unguarded(_: Principal<Shop>) {}

#[require_session]
async fn both(shop: &mut Shop, _: Principal<Shop>) {
    shop.visits += 1;
}

fn app<S: TestStore>(store: S) -> TestApp<S> {
    let inner: Router<AppState> = Router::new()
        .route("/own", any(own))
        .route("/principal", any(principal))
        .route("/unguarded", any(unguarded))
        .route("/both", post(both));
    TestApp::with_options(store, routes().nest("/inner", inner), |builder| {
        builder.on_refusal(teapot)
    })
}

async fn every_refusal_is_answered_in_the_application_s_words<S: TestStore>(store: S) {
    let app = app(store);
    let mut client = app.newcomer();
    for (method, path, expected) in [
        (Method::POST, "/cart", "POST /cart ann: this needs a session"),
        (Method::PUT, "/account?a=b", "PUT /account?a=b ann: this needs a log-in"),
        (Method::GET, "/transfer", "GET /transfer ann: this needs a log-in"),
        (Method::POST, "/inner/principal", "POST /inner/principal ann: this needs a log-in"),
        (Method::POST, "/inner/both", "POST /inner/both ann: this needs a log-in"),
    ] {
        let reply = ask(&mut client, method, path, &[("x-name", "ann")]).await;
        assert_eq!(reply.summary(), "418, no Set-Cookie, Vary: Cookie");
        assert_eq!(reply.body, expected);
    }
    let elsewhere = &[("sec-fetch-site", "cross-site")];
    for path in ["/visit", "/inner/own", "/inner/principal"] {
        let reply = ask(&mut client, Method::POST, path, elsewhere).await;
        assert_eq!(reply.summary(), "418, no Set-Cookie, Vary: Cookie");
        assert_eq!(reply.body, format!("POST {path} ?: this request comes from another site"));
    }
    assert_eq!(client.post("/admin").await.summary(), "403, no Set-Cookie, Vary: Cookie");
    assert_eq!(client.post("/inner/own").await.body, "this needs a session\n");
    let mut crowded = app.newcomer();
    crowded.set("a", &"b".repeat(17_000));
    assert_eq!(crowded.post("/visit").await.body, "POST /visit ?: too many cookies");
    let mut client = app.log_in_as("ann").await;
    app.store.inject(Call::Load, Fault::Fails);
    for path in ["/account", "/inner/own", "/inner/principal"] {
        let reply = client.post(path).await;
        assert_eq!(reply.summary(), "418, no Set-Cookie, Vary: Cookie");
        assert_eq!(reply.body, format!("POST {path} ?: the session could not be read or saved"));
    }
}

async fn an_extractor_without_a_guard_is_refused_with_the_line_that_is_missing<S: TestStore>(
    store: S,
) {
    let app = app(store);
    for mut client in [app.newcomer(), app.log_in_as("ann").await] {
        let reply = client.get("/inner/unguarded").await;
        assert_eq!(reply.summary(), "418, no Set-Cookie, Vary: Cookie");
        for named in ["`#[require_session]`", "`_: &Shop`", "`Principal<Shop>`"] {
            assert!(reply.body.contains(named), "{reply:?}");
        }
        assert_eq!(app.store.take_calls(), []);
    }
}

async fn so_is_a_change_that_cannot_be_saved<S: TestStore>(store: S) {
    let app = app(store);
    let mut client = app.log_in_as("ann").await;
    for call in [Call::Insert, Call::Update] {
        app.store.inject(call, Fault::Fails);
    }
    for (client, path) in [(&mut client, "/inner/both"), (&mut app.newcomer(), "/visit")] {
        let reply = ask(client, Method::POST, path, &[("x-name", "bob")]).await;
        assert_eq!(reply.summary(), "418, no Set-Cookie, Vary: Cookie");
        assert_eq!(reply.body, format!("POST {path} bob: the session could not be read or saved"));
    }
}

async fn a_redirect_is_sent_all_the_same<S: TestStore>(store: S) {
    let app = app(store);
    let reply = navigate(&mut app.newcomer(), "/account").await;
    assert_eq!(reply.summary(), "303, no Set-Cookie, Vary: Cookie");
    assert_eq!(reply.headers[LOCATION], "/login?next=%2Faccount");
}

/// The headers that it sets stay, and `Vary` gets its part.
#[tokio::test]
async fn what_the_application_answers_stays_as_it_is() {
    let store = MemoryStore::new();
    let app = TestApp::with_options(store, routes(), |builder| {
        builder.on_refusal(|refusal, _| {
            (refusal.status(), [(VARY, "accept-language")], "nein").into_response()
        })
    });
    let reply = app.newcomer().post("/account").await;
    assert_eq!(reply.summary(), "401, no Set-Cookie, Vary: accept-language, Cookie");
    assert_eq!(reply.body, "nein");
}

/// A page for a person, after a link and after a form; a sentence for a script. Neither says what failed on the server.
#[tokio::test]
async fn a_form_that_a_person_sent_is_answered_with_a_page_and_a_script_with_a_sentence() {
    let app = TestApp::with_options(MemoryStore::new(), routes(), |builder| {
        builder.on_refusal(|refusal, head| {
            let tag = if head.is_shown_as_page() { "<p>" } else { "" };
            format!("{tag}{}", refusal.client_message()).into_response()
        })
    });
    let mut client = app.newcomer();
    let link_or_form = &[("sec-fetch-mode", "navigate"), ("sec-fetch-site", "same-origin")];
    let script = &[("sec-fetch-mode", "cors"), ("sec-fetch-site", "same-origin")];
    for (headers, expected) in
        [(link_or_form, "<p>this needs a log-in"), (script, "this needs a log-in")]
    {
        let reply = ask(&mut client, Method::POST, "/account", headers).await;
        assert_eq!(reply.body, expected);
    }

    app.store.inject(Call::Insert, Fault::Fails);
    let form = ask(&mut client, Method::POST, "/visit", link_or_form).await;
    assert_eq!(form.body, "<p>the session is unavailable");
}
