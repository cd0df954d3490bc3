//! Many requests with one old cookie make one session, which keeps what they do.

use std::time::Duration;

use session_core::Now;
use session_tests::{Client, TestStore, on_each_store};
use tokio::task::JoinSet;

use super::elsewhere::{DAY, Elsewhere, OLD_COOKIE, OldSession, app, browser, later, nodes};
use crate::http::app::state;

async fn a_read_imports<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let app = app(store, &elsewhere);
    let id = elsewhere.begin(OldSession::of("ann", later(&app.clock, DAY)));
    let mut client = browser(&app, &id);
    let reply = client.get("/state").await;
    assert_eq!(reply.summary(), "200, cookie set, Vary: Cookie, Cache-Control: no-store");
    assert!(!reply.set_cookie().expect("it is set").contains("Max-Age"), "the old one is not kept");
    assert!(reply.body.contains("ann's pear"), "{}", reply.body);
    let devices = app.sessions.list(&"ann".to_owned()).await.expect("the store works");
    assert_eq!(devices.len(), 1);
    client.forget(OLD_COOKIE);
    let reply = client.get("/state").await;
    assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie");
    assert!(reply.body.contains("ann's pear"), "{}", reply.body);
    assert_eq!(elsewhere.asked(), 1);
}

async fn a_write_imports_and_is_saved<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let app = app(store, &elsewhere);
    let id = elsewhere.begin(OldSession::of("ann", later(&app.clock, DAY)));
    let mut client = browser(&app, &id);
    client.post("/add/apple").await.ok();
    client.forget(OLD_COOKIE);
    let shop = state(&mut client).await;
    assert_eq!(shop.user.as_deref(), Some("ann"));
    assert_eq!(shop.cart, ["ann's pear", "apple"]);
}

async fn a_session_of_nobody_is_imported_too<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let app = app(store, &elsewhere);
    let mut old = OldSession::of("", later(&app.clock, DAY));
    (old.user, old.persistent) = (None, true);
    let mut client = browser(&app, &elsewhere.begin(old));
    let reply = client.get("/state").await;
    assert!(reply.set_cookie().expect("it is set").contains("Max-Age"), "{reply:?}");
    client.post("/log-in/ann").await.ok();
    assert_eq!(state(&mut client).await.cart, ["'s pear"], "from nobody to somebody all stays");
}

/// The first answer is lost, and the browser goes on with any other.
async fn requests_at_once_on_three_nodes_make_one_session<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let nodes = nodes(3, &store, &elsewhere);
    let clock = &nodes[0].clock;
    let id = elsewhere.begin(OldSession::of("ann", later(clock, DAY)));
    let mut requests = JoinSet::new();
    for number in 0..4 {
        let mut client = browser(&nodes[number % nodes.len()], &id);
        requests.spawn(async move { (client.post("/visit").await, client) });
    }
    let mut cookies: Vec<String> = Vec::new();
    let mut last = None;
    for (reply, client) in requests.join_all().await {
        cookies.extend(client.session().map(str::to_owned));
        reply.ok();
        last = Some(client);
    }
    assert_eq!(cookies.len(), 4, "whichever answer is lost, the browser has a cookie");
    cookies.dedup();
    assert_eq!(cookies.len(), 1, "and whichever comes last, it is the same");
    let mut client: Client = last.expect("there were four");
    client.forget(OLD_COOKIE);
    for node in &nodes {
        let shop = state(client.switch_to(&node.router)).await;
        assert_eq!((shop.visits, shop.user.as_deref()), (4, Some("ann")));
    }
    let devices = nodes[0].sessions.list(&"ann".to_owned()).await.expect("the store works");
    assert_eq!(devices.len(), 1);
}

async fn a_browser_whose_answers_were_lost_is_given_its_session_again<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let app = app(store, &elsewhere);
    let id = elsewhere.begin(OldSession::of("ann", later(&app.clock, DAY)));
    let mut cookies = Vec::new();
    for _ in 0..3 {
        let mut client = browser(&app, &id);
        client.post("/visit").await.ok();
        cookies.extend(client.session().map(str::to_owned));
        app.clock.advance(Duration::from_mins(5));
    }
    assert_eq!(cookies.len(), 3);
    let mut client = app.newcomer();
    client.set("__Host-session", &cookies[2]);
    assert_eq!(state(&mut client).await.visits, 3);
}

/// It keeps no cookie of ours for longer than a secret lives, and is offered the same all the time.
async fn an_offer_does_not_age<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let app = app(store, &elsewhere);
    let id = elsewhere.begin(OldSession::of("ann", later(&app.clock, DAY)));
    let mut cookies = Vec::new();
    for _ in 0..4 {
        let mut client = browser(&app, &id);
        assert_eq!(state(&mut client).await.user.as_deref(), Some("ann"));
        cookies.extend(client.session().map(str::to_owned));
        app.clock.advance(Duration::from_mins(50));
    }
    cookies.dedup();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    let mut client = Client::with_session(&app.router, &cookies[0]);
    assert_eq!(state(&mut client).await.user.as_deref(), Some("ann"));
}

/// A copy of the old cookie is worth as much as a copy of one that was renewed.
async fn the_old_cookie_is_dead_once_the_browser_has_shown_ours<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let app = app(store, &elsewhere);
    let id = elsewhere.begin(OldSession::of("ann", later(&app.clock, DAY)));
    let mut client = browser(&app, &id);
    client.get("/state").await.ok();
    client.get("/state").await.ok();

    // It may have been on its way.
    let mut late = browser(&app, &id);
    let reply = late.post("/visit").await;
    assert_eq!(reply.set_cookie(), None);
    reply.ok();
    app.clock.advance(Duration::from_secs(11));
    let shop = state(&mut browser(&app, &id)).await;
    assert_eq!((shop.user, shop.visits), (None, 0));
    let shop = state(&mut client).await;
    assert_eq!((shop.user.as_deref(), shop.visits), (Some("ann"), 1), "it is no sign of theft");
}

async fn a_log_in_with_the_import_is_the_last_that_the_old_cookie_does<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let app = app(store, &elsewhere);
    let id = elsewhere.begin(OldSession::of("ann", later(&app.clock, DAY)));
    let mut client = browser(&app, &id);
    client.post("/log-in/bob").await.ok();
    assert_eq!(state(&mut browser(&app, &id)).await.user, None);
    client.forget(OLD_COOKIE);
    let shop = state(&mut client).await;
    assert_eq!(shop.user.as_deref(), Some("bob"));
    assert_eq!(shop.cart, [""; 0], "what belonged to ann is not bob's");
    assert_eq!(app.store.records(Now::At(app.clock.now())).await.len(), 2, "it and its mark");
}

/// A deploy was rolled back: the browser has a session of ours that is over, and one there.
async fn a_cookie_of_ours_that_is_over_hides_nothing<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let app = app(store, &elsewhere);
    let id = elsewhere.begin(OldSession::of("ann", later(&app.clock, DAY)));
    let mut client = app.visitor().await;
    let handle = app.store.inserted()[0];
    app.sessions.revoke(&handle).await.expect("the store works");
    client.set(OLD_COOKIE, &id);
    assert_eq!(state(&mut client).await.user.as_deref(), Some("ann"));
    client.forget(OLD_COOKIE);
    assert_eq!(state(&mut client).await.user.as_deref(), Some("ann"));
}

async fn a_session_of_ours_goes_before_one_elsewhere<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let app = app(store, &elsewhere);
    let id = elsewhere.begin(OldSession::of("ann", later(&app.clock, DAY)));
    let mut client = app.log_in_as("bob").await;
    client.set(OLD_COOKIE, &id);
    assert_eq!(state(&mut client).await.user.as_deref(), Some("bob"));
    assert_eq!(elsewhere.asked(), 0);
}

/// What is not known of a log-in is no fresh one.
async fn a_log_in_elsewhere_is_as_old_as_it_is<S: TestStore>(store: S) {
    let elsewhere = Elsewhere::default();
    let app = app(store, &elsewhere);
    for (is_known, fresh) in [(false, false), (true, true)] {
        let mut old = OldSession::of("ann", later(&app.clock, DAY));
        let before = app.clock.now().minus(Duration::from_mins(3));
        old.logged_in = is_known.then(|| before.into());
        let id = elsewhere.begin(old);
        let mut client = browser(&app, &id);
        for _ in 0..2 {
            let answer = client.get("/is-fresh").await.ok();
            assert_eq!(answer, fresh.to_string());
        }
        client.post("/add/apple").await.ok();
        assert_eq!(client.get("/is-fresh").await.ok(), fresh.to_string(), "after a write");
        app.clock.advance(Duration::from_mins(3));
        assert_eq!(client.get("/is-fresh").await.ok(), "false");
        client.post("/log-in/ann").await.ok();
        assert_eq!(client.get("/is-fresh").await.ok(), "true", "after a log-in here");
    }
}

on_each_store!(
    with_keys;
    a_read_imports,
    a_write_imports_and_is_saved,
    a_session_of_nobody_is_imported_too,
    requests_at_once_on_three_nodes_make_one_session,
    a_browser_whose_answers_were_lost_is_given_its_session_again,
    an_offer_does_not_age,
    the_old_cookie_is_dead_once_the_browser_has_shown_ours,
    a_log_in_with_the_import_is_the_last_that_the_old_cookie_does,
    a_cookie_of_ours_that_is_over_hides_nothing,
    a_session_of_ours_goes_before_one_elsewhere,
    a_log_in_elsewhere_is_as_old_as_it_is,
);
