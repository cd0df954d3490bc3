//! Requests of other sites: refused, unless the handler, or the builder, says otherwise.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::post;
use session_axum::{Builder, MemoryStore, Refusal, require_session};
use session_core::{Access, Engine, EngineBuilder, Writes};
use session_tests::{Client, Reply, TestStore, on_each_store};

use super::app::{AppState, Shop, TestApp, routes, state};

on_each_store!(
    with_keys;
    only_a_handler_that_says_so_is_open_to_other_sites,
    a_trusted_origin_acts_on_sessions_and_no_other_does,
    in_strict_mode_a_request_says_where_it_comes_from,
);

type Headers = [(&'static str, &'static str)];

/// What a browser of today says of a form on another site.
const FOREIGN: &Headers =
    &[("sec-fetch-site", "cross-site"), ("origin", "https://partner.example")];
/// The same in an older browser.
const OLD_FOREIGN: &Headers = &[("origin", "https://partner.example")];
const OWN: &Headers = &[("sec-fetch-site", "same-origin")];
const REFUSED: &str = "403, no Set-Cookie, Vary: Cookie";

#[require_session(cross_site)]
async fn hook(shop: &mut Shop) -> String {
    shop.visits += 1;
    shop.visits.to_string()
}

#[require_session(cross_site, authenticated, commit = always)]
async fn members_hook(shop: &mut Shop) -> String {
    shop.visits += 1;
    shop.visits.to_string()
}

fn router<S: TestStore>(app: &TestApp<S>) -> Router {
    let hooks = Router::new().route("/hook", post(hook)).route("/members-hook", post(members_hook));
    hooks.merge(routes()).with_state(AppState { sessions: app.sessions.clone() })
}

async fn ask(client: &mut Client, path: &str, headers: &Headers) -> Reply {
    let mut request = Request::post(path).header("host", "shop.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(request.body(Body::empty()).expect("it is a request")).await
}

async fn only_a_handler_that_says_so_is_open_to_other_sites<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.log_in_as("ann").await.at(&router(&app));
    for headers in [FOREIGN, OLD_FOREIGN] {
        for path in ["/visit", "/log-in/eve", "/log-out", "/account"] {
            let reply = ask(&mut client, path, headers).await;
            assert_eq!(reply.summary(), REFUSED, "{path}");
            let events = app.events.take();
            assert_eq!(events.last().map(String::as_str), Some("refused 403"), "{path}");
        }
    }
    assert_eq!(app.store.take_calls(), [], "a refused request costs no store call");
    assert_eq!(ask(&mut client, "/hook", FOREIGN).await.ok(), "1");
    assert_eq!(ask(&mut client, "/hook", OLD_FOREIGN).await.ok(), "2");
    assert_eq!(ask(&mut client, "/members-hook", FOREIGN).await.ok(), "3");
    let shop = state(&mut client).await;
    assert_eq!((shop.user.as_deref(), shop.visits), (Some("ann"), 3));
}

async fn a_trusted_origin_acts_on_sessions_and_no_other_does<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, |builder| {
        let builder = builder.trusted_origin("https://other.example").expect("it is an origin");
        builder.trusted_origin("https://partner.example").expect("it is an origin")
    });
    let mut client = app.visitor().await;
    assert_eq!(ask(&mut client, "/visit", FOREIGN).await.ok(), "2");
    assert_eq!(ask(&mut client, "/visit", OLD_FOREIGN).await.ok(), "3");
    assert_eq!(ask(&mut client, "/visit", &[("origin", "https://other.example")]).await.ok(), "4");
    for origin in [
        "http://partner.example",
        "https://partner.example:8443",
        "https://partner.example.evil.example",
        "https://evil.example",
        "https://a.partner.example",
        "null",
    ] {
        for headers in
            [&[("origin", origin)][..], &[("sec-fetch-site", "cross-site"), ("origin", origin)]]
        {
            let reply = ask(&mut client, "/visit", headers).await;
            assert_eq!(reply.summary(), REFUSED, "{headers:?}");
        }
    }
    assert_eq!(state(&mut client).await.visits, 4);
}

async fn in_strict_mode_a_request_says_where_it_comes_from<S: TestStore>(store: S) {
    let lenient = TestApp::new(store.clone());
    assert_eq!(ask(&mut lenient.visitor().await, "/visit", &[]).await.ok(), "2");
    let app = TestApp::with_options(store, Builder::refuse_requests_without_origin);
    let mut client = app.newcomer();
    assert_eq!(ask(&mut client, "/visit", &[]).await.summary(), REFUSED);
    assert_eq!(app.store.take_calls(), []);
    assert_eq!(ask(&mut client, "/visit", OWN).await.ok(), "1");
    assert_eq!(ask(&mut client, "/visit", &[("origin", "https://shop.example")]).await.ok(), "2");
    assert_eq!(ask(&mut client, "/visit", FOREIGN).await.summary(), REFUSED);
    assert_eq!(state(&mut client).await.visits, 2);
}

/// Those who use the engine without axum.
#[tokio::test]
async fn the_engines_own_builder_takes_both_options() {
    async fn is_refused(
        options: impl FnOnce(EngineBuilder<Shop>) -> EngineBuilder<Shop>,
        headers: &Headers,
    ) -> bool {
        let builder = Engine::<Shop>::builder(MemoryStore::new()).without_cleaner();
        let engine = options(builder).build().expect("the options are sound");
        let mut request = Request::post("/").header("host", "shop.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).expect("it is a request").into_parts();
        match engine.open::<Writes>(&mut parts, Access::default()).await {
            Ok(_) => false,
            Err(Refusal::CrossSite | Refusal::WithoutOrigin) => true,
            Err(refusal) => panic!("{refusal}"),
        }
    }
    let plain = |builder: EngineBuilder<Shop>| builder;
    let trusting = |builder: EngineBuilder<Shop>| {
        builder.trusted_origin("https://partner.example").expect("it is an origin")
    };
    assert!(is_refused(plain, FOREIGN).await);
    assert!(!is_refused(trusting, FOREIGN).await);
    assert!(!is_refused(plain, &[]).await);
    assert!(is_refused(EngineBuilder::refuse_requests_without_origin, &[]).await);
    assert!(!is_refused(EngineBuilder::refuse_requests_without_origin, OWN).await);
}
