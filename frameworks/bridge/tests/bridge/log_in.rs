//! Log-ins by axum-login: the session's principal follows.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::post;
use session_axum::testing::{FaultyStore, stored};
use session_axum::{KeyRing, MemoryStore, Session, Sessions, SqliteStore, Store, require_session};
use session_tower::{Bridge, Values, axum_login_user};

use crate::shop::{Shop, TestShop, log_in_as, routes};
use crate::site::Site;

const COOKIE: &str = "__Host-session";

/// What axum-login's own test of its example does.
async fn the_flow_of_the_example<S: Store + Clone>(shop: TestShop<S>) {
    let browser = shop.client.following_redirects();
    let page = browser.get("/").await;
    assert_eq!(page.text(), "log in for / ");

    let page = log_in_as(&browser, "ferris", "bogus").await;
    assert_eq!(page.text(), "log in for  [Invalid credentials]");
    assert_eq!(browser.get("/login").await.text(), "log in for  ", "a message is shown once");

    let page = log_in_as(&browser, "ferris", "hunter42").await;
    assert_eq!(page.text(), "ferris [Successfully logged in as ferris]");
    assert_eq!(browser.get("/").await.text(), "ferris ");

    let thief = shop.client.copy();
    assert_eq!(browser.get("/logout").await.text(), "log in for  ");
    assert_eq!(browser.cookie(COOKIE), None);
    thief.get("/").await.assert_redirect("/login?next=%2F");
}

#[tokio::test]
async fn the_flow_of_the_example_of_axum_login_runs_in_memory() {
    the_flow_of_the_example(TestShop::new()).await;
}

#[tokio::test]
async fn the_flow_of_the_example_of_axum_login_runs_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path().join("sessions.db")).await.unwrap();
    store.migrate().await.unwrap();
    the_flow_of_the_example(TestShop::on(store)).await;
}

#[tokio::test]
async fn who_logs_in_is_listed_and_revoked() {
    let shop = TestShop::new();
    let (laptop, phone) = (shop.client.clone(), shop.client.copy());
    for device in [&laptop, &phone] {
        shop.log_in(device, "ferris").await.assert_redirect("/");
    }
    assert_eq!(shop.sessions.list(&1).await.unwrap().len(), 2);
    assert_eq!(shop.sessions.list(&2).await.unwrap().len(), 0);
    assert_eq!(shop.stored().await.unwrap().user, Some(1));

    assert_eq!(shop.sessions.revoke_all(&1).await.unwrap().ended(), 2);
    for device in [&laptop, &phone] {
        device.get("/").await.assert_redirect("/login?next=%2F");
    }
    shop.log_in(&laptop, "ferris").await.assert_redirect("/");
    laptop.get("/").await.assert_status(200);
}

#[tokio::test]
async fn typed_guards_see_who_has_logged_in_by_axum_login() {
    let shop = TestShop::new();
    shop.client.get("/mine").await.assert_status(401);
    shop.log_in(&shop.client, "ferris").await.assert_redirect("/");
    assert_eq!(shop.client.get("/mine").await.text(), "1");
    shop.client.get("/logout").await.assert_redirect("/login");
    shop.client.get("/mine").await.assert_status(401);
}

/// The bridge's session is the one that the middleware holds, and lends.
#[tokio::test]
async fn a_middleware_around_the_bridge_may_hold_the_session() {
    #[require_session]
    async fn count(session: &mut Session<Shop>, request: Request, next: Next) -> Response {
        session.cart.push("before".to_owned());
        let response = session.run(next, request).await;
        let user = session.user;
        session.cart.push(format!("{user:?}"));
        response
    }
    let shop = TestShop::new();
    let bridge = Bridge::new(&shop.sessions, |shop: &mut Shop| &mut shop.values);
    let routes = routes(&shop.sessions, &shop.backend, bridge.principal(axum_login_user))
        .layer(from_fn_with_state(shop.sessions.clone(), count));
    let client = shop.client.at(routes);
    shop.log_in(&client, "ferris").await.assert_redirect("/");
    let stored = stored(&shop.sessions, &client).await.unwrap();
    assert_eq!((stored.user, &*stored.cart), (Some(1), &["before".into(), "Some(1)".into()][..]));
}

#[tokio::test]
async fn it_runs_in_sealed_cookies() {
    let sessions = Sessions::sealed_cookie(KeyRing::from_bytes([7; 32]).unwrap());
    let sessions = sessions.accept_replay_until_expiry().build().unwrap();
    let shop = TestShop::of((), sessions);
    let browser = shop.client.following_redirects();
    let page = log_in_as(&browser, "ferris", "hunter42").await;
    assert_eq!(page.text(), "ferris [Successfully logged in as ferris]");
    assert_eq!(browser.get("/logout").await.text(), "log in for  ");
    assert_eq!(browser.cookies("/"), None);
}

#[tokio::test]
async fn a_log_in_ends_the_cookie_from_before_it_and_keeps_the_cart() {
    let shop = TestShop::new();
    shop.client.post("/add").await.assert_status(200);
    let (before, fixed) = (shop.client.cookie(COOKIE), shop.client.copy());
    shop.log_in(&shop.client, "ferris").await.assert_redirect("/");
    assert_ne!(shop.client.cookie(COOKIE), before);
    fixed.get("/").await.assert_redirect("/login?next=%2F");
    assert_eq!(shop.stored().await.unwrap().cart, ["tea"]);
}

#[tokio::test]
async fn a_log_in_has_the_terms_of_one() {
    let store = FaultyStore::new(MemoryStore::new());
    let sessions = Sessions::builder(store.clone()).without_cleaner().max_per_principal(1);
    let shop = TestShop::of(store, sessions.build().unwrap());
    let other = shop.client.copy();
    shop.log_in(&shop.client, "ferris").await.assert_redirect("/");
    shop.log_in(&other, "ferris").await.assert_redirect("/");
    other.get("/").await.assert_status(200);
    shop.client.get("/").await.assert_redirect("/login?next=%2F");
}

#[tokio::test]
async fn another_person_gets_nothing_of_the_one_before() {
    let shop = TestShop::new();
    shop.client.post("/add").await.assert_status(200);
    shop.log_in(&shop.client, "ferris").await.assert_redirect("/");
    shop.client.post("/note").await.assert_status(200);
    let before = shop.client.copy();
    shop.log_in(&shop.client, "admin").await.assert_redirect("/");
    let stored = shop.stored().await.unwrap();
    assert_eq!((stored.user, stored.cart.len(), stored.values.get("note")), (Some(2), 0, None));
    assert_eq!(shop.sessions.list(&1).await.unwrap().len(), 0);
    assert_eq!(shop.client.get("/").await.text(), "admin [Successfully logged in as admin]");
    before.get("/").await.assert_redirect("/login?next=%2F");
}

#[tokio::test]
async fn a_changed_password_ends_the_session() {
    let shop = TestShop::new();
    shop.log_in(&shop.client, "ferris").await.assert_redirect("/");
    shop.backend.set_password(1, "correct horse");
    shop.client.get("/").await.assert_redirect("/login?next=%2F");
    assert_eq!(shop.client.cookie(COOKIE), None);
    assert_eq!(shop.sessions.list(&1).await.unwrap().len(), 0);
}

#[tokio::test]
async fn whose_key_is_taken_away_is_logged_out() {
    for log_out in ["/forget", "/clear"] {
        let shop = TestShop::new();
        shop.log_in(&shop.client, "ferris").await.assert_redirect("/");
        let thief = shop.client.copy();
        shop.client.post(log_out).await.assert_status(200);
        assert_eq!(shop.sessions.list(&1).await.unwrap().len(), 0, "{log_out}");
        for browser in [&shop.client, &thief] {
            browser.get("/").await.assert_redirect("/login?next=%2F");
        }
    }
}

#[tokio::test]
async fn a_log_in_whose_handler_fails_is_none() {
    let shop = TestShop::new();
    shop.client.post("/fail-after-log-in").await.assert_status(500);
    assert_eq!(shop.client.cookie(COOKIE), None);
    shop.client.get("/").await.assert_redirect("/login?next=%2F");
}

#[tokio::test]
async fn without_a_principal_of_the_bridge_nobody_is_listed() {
    let shop = TestShop::new();
    let bridge = Bridge::new(&shop.sessions, |shop: &mut Shop| &mut shop.values);
    let client = shop.client.at(routes(&shop.sessions, &shop.backend, bridge));
    shop.log_in(&client, "ferris").await.assert_redirect("/");
    client.get("/").await.assert_status(200);
    assert_eq!(shop.sessions.list(&1).await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_principal_that_cannot_be_read_is_refused_and_nothing_is_stored() {
    let shop = TestShop::new();
    let bridge = Bridge::new(&shop.sessions, |shop: &mut Shop| &mut shop.values);
    let bridge = bridge.principal(|values: &Values| match values.get("axum-login.data") {
        Some(_) => Err("a user's id is a name here"),
        None => Ok(None),
    });
    let client = shop.client.at(routes(&shop.sessions, &shop.backend, bridge));
    shop.log_in(&client, "ferris").await.assert_status(500);
    assert_eq!(client.cookie(COOKIE), None);
    log_in_as(&client, "ferris", "bogus").await.assert_redirect("/login");
}

/// axum-login does not say so, and the typed session does not guess.
#[tokio::test]
async fn the_same_person_again_is_no_log_in() {
    let shop = TestShop::new();
    shop.log_in(&shop.client, "ferris").await.assert_redirect("/");
    let cookie = shop.client.cookie(COOKIE);
    shop.log_in(&shop.client, "ferris").await.assert_redirect("/");
    assert_eq!(shop.client.cookie(COOKIE), cookie);
}

#[tokio::test]
async fn a_principal_that_could_not_be_read_before_keeps_nobody_from_other_values() {
    let note = async |session: tower_sessions_0_14::Session| {
        session.insert("note", "mine").await.unwrap();
    };
    let unreadable = |bridge: Bridge<Shop>| {
        bridge.principal(|values: &Values| match values.get("a") {
            Some(_) => Err("it was another type in the last release"),
            None => Ok(None),
        })
    };
    let site = Site::with(Router::new().route("/", post(note)), unreadable).with_session().await;
    site.client.post("/").await.assert_status(200);
    assert_eq!(site.stored_keys().await.0, ["a", "b", "note"]);
}
