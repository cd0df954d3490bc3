//! A store that fails, and requests that are refused.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use session_axum::testing::{Client, Clock, Fault, FaultyStore, Operation, Reply};
use session_axum::{
    Lifetime, MemoryStore, RequestSession, SessionCookie, Sessions, require_session, session,
};
use session_tower::Bridge;

use crate::shop::{Shop, TestShop};
use crate::site::Site;

/// It takes any error for a visitor without a session.
async fn careless(session: tower_sessions_0_14::Session) -> String {
    session.get::<u64>("a").await.ok().flatten().unwrap_or_default().to_string()
}

async fn insert(session: tower_sessions_0_14::Session) {
    session.insert("c", 3).await.ok();
}

fn site() -> Site {
    Site::new(Router::new().route("/", get(careless).post(insert)))
}

#[tokio::test]
async fn a_load_that_fails_is_answered_503_whatever_the_handler_makes_of_it() {
    let site = site().with_session().await;
    assert_eq!(site.client.get("/").await.text(), "1");
    site.store.inject_next(1, Operation::Load, Fault::Fails);
    site.client.get("/").await.assert_status(503);
    assert_eq!(site.client.get("/").await.text(), "1");

    let first = Router::new().route("/", get(careless));
    let site = Site::with(first, Bridge::load_first).with_session().await;
    site.store.inject_next(1, Operation::Load, Fault::Fails);
    site.client.get("/").await.assert_status(503);
}

#[tokio::test]
async fn axum_login_and_its_users_see_503_and_are_not_logged_out() {
    let shop = TestShop::new();
    shop.log_in(&shop.client, "ferris").await.assert_redirect("/");
    shop.store.inject_next(1, Operation::Load, Fault::Fails);
    shop.client.get("/").await.assert_status(503);
    shop.client.get("/").await.assert_status(200);
}

#[tokio::test]
async fn a_save_that_fails_is_answered_503() {
    let site = site().with_session().await;
    site.store.inject_next(1, Operation::Update, Fault::Fails);
    site.client.post("/").await.assert_status(503);
    assert_eq!(site.stored_keys().await.0, ["a", "b"]);

    let shop = TestShop::new();
    shop.store.inject_next(1, Operation::Insert, Fault::Fails);
    shop.log_in(&shop.client, "ferris").await.assert_status(503);
    shop.client.get("/").await.assert_redirect("/login?next=%2F");
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let site = site().with_session().await;
    let evil = site.client.cross_site("https://evil.example");
    evil.post("/").await.assert_status(403);
    assert_eq!(site.writes(), 0);

    let routes = Router::new().route("/", post(insert));
    let site = Site::with(routes, Bridge::cross_site).with_session().await;
    let evil = site.client.cross_site("https://evil.example");
    evil.post("/").await.assert_status(200);
    assert_eq!(site.writes(), 0, "the cookie stayed behind");
}

#[tokio::test]
async fn a_request_in_the_background_renews_no_limit() {
    let clock = Clock::new();
    let sessions = Sessions::builder(MemoryStore::new()).clock(clock.reader()).without_cleaner();
    let sessions = sessions.lifetime(Lifetime::AAL2).build().unwrap();
    let bridge = Bridge::new(&sessions, |shop: &mut Shop| &mut shop.values);
    let routes = |bridge| Router::new().route("/", get(careless)).layer(bridge);
    let client = Client::new(routes(bridge.clone().background())).clock(&clock);
    let used = client.copy().at(routes(bridge));
    for client in [&client, &used] {
        let values = [("a".to_owned(), 1.into())].into();
        client.sign_in(&sessions, Shop { values, ..Shop::default() }).await;
    }
    clock.advance(Duration::from_mins(50));
    assert_eq!((client.get("/").await.text(), used.get("/").await.text()), ("1", "1"));
    clock.advance(Duration::from_mins(20));
    assert_eq!((client.get("/").await.text(), used.get("/").await.text()), ("0", "1"));
}

#[tokio::test]
async fn a_refusal_is_in_the_words_of_the_application() {
    let site = site().with_session().await;
    let sessions = Sessions::builder(site.store.clone()).without_cleaner();
    let sessions = sessions
        .on_refusal(|refusal, _| (refusal.status(), "come back later").into_response())
        .build()
        .unwrap();
    let bridge = Bridge::new(&sessions, |shop: &mut Shop| &mut shop.values);
    let client = site.client.at(Router::new().route("/", get(careless)).layer(bridge));
    site.store.inject_next(1, Operation::Load, Fault::Fails);
    let reply = client.get("/").await.assert_status(503);
    assert_eq!(reply.text(), "come back later");
}

#[tokio::test]
async fn so_is_one_of_a_function_that_holds_the_session() {
    #[require_session]
    async fn both(_: &mut Shop, session: tower_sessions_0_14::Session) {
        session.insert("c", 3).await.ok();
    }
    let sessions = Sessions::<Shop>::builder(MemoryStore::new())
        .on_refusal(|refusal, _| (refusal.status(), "come back later").into_response())
        .build()
        .unwrap();
    let bridge = Bridge::new(&sessions, |shop: &mut Shop| &mut shop.values);
    let routes = Router::new().route("/", post(both)).layer(bridge).with_state(sessions);
    let reply = Client::new(routes).post("/").await.assert_status(500);
    assert_eq!(reply.text(), "come back later");
}

#[session]
struct Office {
    notes: u64,
}

#[session]
struct Desk {
    notes: u64,
}

/// The office's session is stored when its function returns. Then the bridge's answer takes the response's place, and then one
/// for the desk, whose session is not stored.
#[tokio::test]
async fn another_session_that_is_stored_already_keeps_its_cookie() {
    #[require_session]
    async fn note(office: &mut Office, session: tower_sessions_0_14::Session) {
        office.notes += 1;
        session.insert("c", 3).await.ok();
    }
    let count = async |desk: RequestSession<Desk>, request: Request, next: Next| {
        desk.change(|desk| desk.notes += 1).unwrap();
        next.run(request).await
    };
    let named = |name| SessionCookie::host(name).unwrap();
    let sessions = Sessions::<Shop>::builder(MemoryStore::new()).build().unwrap();
    let offices = Sessions::<Office>::builder(MemoryStore::new()).cookie(named("office"));
    let store = FaultyStore::new(MemoryStore::new());
    let desks = Sessions::<Desk>::builder(store.clone()).cookie(named("desk")).build().unwrap();
    let bridge = Bridge::new(&sessions, |shop: &mut Shop| &mut shop.values);
    let bridge = bridge.principal(|values| match values.get("c") {
        Some(_) => Err("no user's id"),
        None => Ok(None),
    });
    let routes = Router::new()
        .route("/", post(note))
        .layer(bridge)
        .layer(from_fn(count))
        .layer(desks.layer().commit_always())
        .with_state(offices.build().unwrap());
    let client = Client::new(routes);
    let cookies = |reply: &Reply| {
        let set = reply.set_cookies();
        ["office", "desk", "session"].map(|name| set.iter().any(|line| line.contains(name)))
    };
    let reply = client.copy().post("/").await.assert_status(500);
    assert_eq!(cookies(&reply), [true, true, false]);
    store.inject(Operation::Insert, Fault::Fails);
    let reply = client.post("/").await.assert_status(503);
    assert_eq!(cookies(&reply), [true, false, false]);
}

#[tokio::test]
async fn the_sessions_of_both_versions_are_saved() {
    let both = async |one: tower_sessions_0_14::Session, other: tower_sessions_0_15::Session| {
        one.insert("one", 1).await.unwrap();
        other.insert("other", 1).await.unwrap();
        one.remove_value("a").await.unwrap();
    };
    let site = Site::new(Router::new().route("/", post(both))).with_session().await;
    site.client.post("/").await.assert_status(200);
    assert_eq!(site.stored_keys().await.0, ["b", "one", "other"]);
}
