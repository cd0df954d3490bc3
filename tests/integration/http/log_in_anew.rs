//! `log_in`: over another principal, by the same one again, twice at once, after a revocation.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use session_axum::{Session, Sessions, require_session};
use session_tests::{Call, Client, ProbedStore, TestStore, on_each_store};

use super::app::{AppState, Shop, TestApp, parts, routes, state};

on_each_store!(
    with_keys_and_on_a_cluster;
    to_log_in_again_is_fresh,
    to_log_in_again_keeps_the_data_and_starts_the_absolute_limit_anew,
    what_the_handler_sets_stays_even_where_it_equals_the_former_principals,
    what_another_request_stores_meanwhile_is_not_handed_on,
    what_is_carried_is_merged_with_what_another_request_stores_meanwhile,
    two_log_ins_at_once_are_both_answered_well,
    a_log_in_that_comes_late_begins_a_session_of_its_own,
    a_late_log_in_over_another_principal_hands_on_what_is_carried,
    nobody_logs_in_late_behind_a_log_out,
    nobody_logs_in_late_as_the_principal_of_the_dead_secret,
    a_late_log_in_that_was_revoked_is_refused,
    a_password_is_reset_in_one_handler,
    a_revocation_after_the_named_one_refuses_the_log_in,
    a_revocation_is_no_excuse_for_another_principal_s_log_in,
);

const SET: &str = "200, cookie set, Vary: Cookie, Cache-Control: no-store";

#[require_session(fresh = "10m")]
async fn fresh(_shop: &Shop) {}

/// Gives the next user exactly what the former one may have.
#[require_session]
async fn take_over(session: &mut Session<Shop>, Path(user): Path<String>) {
    session.log_in(user);
    session.cart.push("tea".to_owned());
    session.visits = 1;
}

#[require_session]
async fn reset(
    session: &mut Session<Shop>,
    State(sessions): State<Sessions<Shop>>,
    Path(user): Path<String>,
) -> String {
    let revocation = sessions.revoke_all(&user).await.expect("the store works");
    session.log_in_after(user, revocation);
    revocation.ended().to_string()
}

/// Somebody else ends all sessions between the two.
#[require_session]
async fn reset_and_be_revoked(
    session: &mut Session<Shop>,
    State(sessions): State<Sessions<Shop>>,
    Path(user): Path<String>,
) {
    let revocation = sessions.revoke_all(&user).await.expect("the store works");
    tokio::time::sleep(Duration::from_millis(2)).await;
    sessions.revoke_all(&user).await.expect("the store works");
    session.log_in_after(user, revocation);
}

/// Somebody else ends all sessions of this user; what this request ends are another's.
#[require_session]
async fn change_minds(
    session: &mut Session<Shop>,
    State(sessions): State<Sessions<Shop>>,
    Path((way, user)): Path<(String, String)>,
) {
    tokio::time::sleep(Duration::from_millis(2)).await;
    sessions.revoke_all(&user).await.expect("the store works");
    let other = "eve".to_owned();
    let revocation = sessions.revoke_all(&other).await.expect("the store works");
    if way == "at-once" {
        session.log_in_after(user, revocation);
        return;
    }
    session.log_in_after(other, revocation);
    if way == "log-in" {
        session.log_in(user);
    } else {
        session.user = Some(user);
    }
}

fn router(sessions: &Sessions<Shop>) -> Router {
    routes()
        .route("/fresh", post(fresh))
        .route("/take-over/{user}", post(take_over))
        .route("/reset/{user}", post(reset))
        .route("/reset-and-be-revoked/{user}", post(reset_and_be_revoked))
        .route("/change-minds/{way}/{user}", post(change_minds))
        .with_state(AppState { sessions: sessions.clone() })
}

fn at(router: &Router, client: &Client) -> Client {
    client.at(router)
}

async fn to_log_in_again_is_fresh<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = router(&app.sessions);
    let mut ann = at(&router, &app.log_in_as("ann").await);
    assert_eq!(ann.post("/fresh").await.status, StatusCode::OK);
    app.clock.advance(Duration::from_mins(10));
    assert_eq!(ann.post("/fresh").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ann.post("/assign/ann").await.status, StatusCode::OK);
    assert_eq!(ann.post("/fresh").await.status, StatusCode::UNAUTHORIZED, "that is no log-in");
    assert_eq!(ann.post("/log-in/ann").await.summary(), SET);
    assert_eq!(ann.post("/fresh").await.status, StatusCode::OK);
}

async fn to_log_in_again_keeps_the_data_and_starts_the_absolute_limit_anew<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut ann = app.log_in_as("ann").await;
    ann.post("/add/tea").await.ok();
    let before = ann.clone();
    for _ in 0..30 {
        app.clock.advance(Duration::from_mins(50));
        ann.post("/log-in/ann").await.ok();
    }
    assert_eq!(state(&mut ann).await.cart, ["tea"]);
    assert_eq!(before.clone().post("/account").await.status, 401, "its secret is dead");
    assert_eq!(app.live_sessions().await, 1);
}

async fn what_the_handler_sets_stays_even_where_it_equals_the_former_principals<S: TestStore>(
    store: S,
) {
    let app = TestApp::new(store);
    let router = router(&app.sessions);
    let mut client = at(&router, &app.log_in_as("ann").await);
    for path in ["/add/tea", "/visit", "/notice/anns", "/theme/dark"] {
        client.post(path).await.ok();
    }
    client.post("/take-over/bob").await.ok();
    let left = Shop {
        user: Some("bob".to_owned()),
        visits: 1,
        cart: vec!["tea".to_owned()],
        theme: "dark".to_owned(),
        notice: None,
    };
    assert_eq!(state(&mut client).await, left);
}

async fn what_another_request_stores_meanwhile_is_not_handed_on<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = router(&app.sessions);
    let mut client = at(&router, &app.log_in_as("ann").await);
    let gate = app.store.pause(Call::Update);
    let meanwhile = async {
        gate.reached().await;
        app.store.heal();
        let node = TestApp::new(app.store.store().clone());
        let mut other = Client::with_session(&node.router, client.session().expect("set"));
        for path in ["/add/anns", "/visit", "/theme/dark"] {
            other.post(path).await.ok();
        }
        gate.open();
    };
    let mut bob = client.clone();
    let (reply, ()) = tokio::join!(bob.post("/take-over/bob"), meanwhile);
    assert_eq!(reply.summary(), SET);
    client.set("__Host-session", bob.session().expect("set"));
    let shop = state(&mut client).await;
    assert_eq!((shop.visits, &*shop.cart, &*shop.theme), (1, &["tea".to_owned()][..], "dark"));
}

/// A session of which one field is both carried and merged.
mod trail {
    use super::{Path, Session, Sessions, require_session};

    #[session_axum::session]
    pub(super) struct Trail {
        #[session(principal)]
        user: Option<String>,
        #[session(carry, merge = append)]
        steps: Vec<String>,
    }

    #[require_session]
    async fn log_in(session: &mut Session<Trail>, Path(user): Path<String>) -> String {
        session.log_in(user.clone());
        session.steps.push(user);
        session.steps.join(",")
    }

    #[require_session]
    async fn step(trail: &mut Trail, Path(step): Path<String>) -> String {
        trail.steps.push(step);
        trail.steps.join(",")
    }

    pub(super) fn router(sessions: Sessions<Trail>) -> axum::Router {
        axum::Router::new()
            .route("/log-in/{user}", super::post(log_in))
            .route("/step/{step}", super::post(step))
            .with_state(sessions)
    }
}

async fn what_is_carried_is_merged_with_what_another_request_stores_meanwhile<S: TestStore>(
    store: S,
) {
    let store = ProbedStore::new(store);
    let node = || {
        let builder = Sessions::<trail::Trail>::builder(store.clone()).without_cleaner();
        trail::router(builder.build().expect("the defaults are sound"))
    };
    let mut ann = Client::new(&node());
    ann.post("/log-in/ann").await.ok();
    let mut other_tab = ann.at(&node());
    let gate = store.pause(Call::Update);
    let meanwhile = async {
        gate.reached().await;
        store.heal();
        other_tab.post("/step/tea").await.ok();
        gate.open();
    };
    let (reply, ()) = tokio::join!(ann.post("/log-in/bob"), meanwhile);
    assert_eq!(reply.summary(), SET);
    assert_eq!(ann.post("/step/end").await.ok(), "ann,tea,bob,end");
}

async fn two_log_ins_at_once_are_both_answered_well<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut first = app.visitor().await;
    first.post("/add/tea").await.ok();
    let mut second = first.clone();
    let gate = app.store.pause(Call::Update);
    let other = async {
        gate.reached().await;
        app.store.heal();
        let node = TestApp::new(app.store.store().clone());
        let mut other = Client::with_session(&node.router, first.session().expect("set"));
        assert_eq!(other.post("/log-in/ann").await.summary(), SET);
        gate.open();
        other
    };
    let (reply, mut other) = tokio::join!(second.post("/log-in/ann"), other);
    assert_eq!(reply.summary(), SET);
    for client in [&mut other, &mut second] {
        let shop = state(client).await;
        assert_eq!((shop.user.as_deref(), &*shop.cart), (Some("ann"), &["tea".to_owned()][..]));
    }
    let handles = [other, second].map(|client| parts(client.session().expect("it has a cookie")).0);
    assert_ne!(handles[0], handles[1], "each has a session of its own");
}

async fn a_log_in_that_comes_late_begins_a_session_of_its_own<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut first = app.visitor().await;
    let late = first.clone();
    first.post("/log-in/ann").await.ok();
    for user in ["ann", "eve"] {
        let mut late = late.clone();
        assert_eq!(late.post(&format!("/log-in/{user}")).await.summary(), SET);
        assert_eq!(late.post("/account").await.ok(), user);
        assert_eq!(state(&mut late).await.visits, 0, "it saw nothing of the other");
    }
    assert_eq!(first.post("/account").await.ok(), "ann");
    assert_eq!(app.live_sessions().await, 3);
}

async fn a_late_log_in_over_another_principal_hands_on_what_is_carried<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for path in ["/log-in/bob", "/assign/bob"] {
        let mut first = app.log_in_as("ann").await;
        for path in ["/add/tea", "/theme/dark"] {
            first.post(path).await.ok();
        }
        let mut second = first.clone();
        let gate = app.store.pause(Call::Update);
        let other = async {
            gate.reached().await;
            app.store.heal();
            let node = TestApp::new(app.store.store().clone());
            let mut other = Client::with_session(&node.router, first.session().expect("set"));
            assert_eq!(other.post("/log-in/bob").await.summary(), SET);
            gate.open();
        };
        let (reply, ()) = tokio::join!(second.post(path), other);
        assert_eq!(reply.summary(), SET, "{path}");
        let left =
            Shop { user: Some("bob".to_owned()), theme: "dark".to_owned(), ..Shop::default() };
        assert_eq!(state(&mut second).await, left, "{path}");
    }
}

async fn nobody_logs_in_late_behind_a_log_out<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut first = app.visitor().await;
    let mut late = first.clone();
    let mut slow = first.clone();
    let gate = app.store.pause(Call::Update);
    let other = async {
        gate.reached().await;
        app.store.heal();
        let node = TestApp::new(app.store.store().clone());
        let mut other = Client::with_session(&node.router, first.session().expect("set"));
        other.post("/log-in/ann").await.ok();
        other.post("/log-out").await.ok();
        gate.open();
    };
    let (reply, ()) = tokio::join!(slow.post("/log-in/ann"), other);
    assert_eq!(reply.summary(), "401, no Set-Cookie, Vary: Cookie");
    assert_eq!(app.live_sessions().await, 0);
    // The cookie is nobody's by now: this is a log-in like any other.
    assert_eq!(late.post("/log-in/ann").await.summary(), SET);
    first.forget("__Host-session");
}

async fn nobody_logs_in_late_as_the_principal_of_the_dead_secret<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for replacing in ["/log-in/ann", "/rotate", "/log-in/bob", "/sign-off"] {
        let mut first = app.log_in_as("ann").await;
        let late = first.clone();
        first.post(replacing).await.ok();
        let reply = late.clone().post("/log-in/ann").await;
        assert_eq!(reply.summary(), "401, no Set-Cookie, Vary: Cookie", "{replacing}");
        assert_eq!(late.clone().post("/log-in/eve").await.summary(), SET, "{replacing}");
    }
}

async fn a_late_log_in_that_was_revoked_is_refused<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut first = app.visitor().await;
    let mut late = first.clone();
    first.post("/log-in/bob").await.ok();
    let gate = app.store.pause(Call::Insert);
    let revoke = async {
        gate.reached().await;
        app.store.heal();
        app.clock.advance(Duration::from_secs(1));
        app.sessions.revoke_all(&"ann".to_owned()).await.expect("the store works");
        gate.open();
    };
    let (reply, ()) = tokio::join!(late.post("/log-in/ann"), revoke);
    assert_eq!(reply.summary(), "401, no Set-Cookie, Vary: Cookie");
}

async fn a_password_is_reset_in_one_handler<S: TestStore>(store: S) {
    for logged_in in [false, true] {
        let app = TestApp::on_the_stores_clock(store.clone());
        let router = router(&app.sessions);
        let mut elsewhere = app.log_in_as("ann").await;
        let here = if logged_in { app.log_in_as("ann").await } else { app.visitor().await };
        let mut here = at(&router, &here);
        here.post("/add/tea").await.ok();
        let reply = here.post("/reset/ann").await;
        assert_eq!(reply.summary(), SET, "{logged_in}");
        assert_eq!(reply.body, if logged_in { "2" } else { "1" });
        assert_eq!(elsewhere.post("/account").await.status, 401);
        assert_eq!(here.post("/account").await.ok(), "ann");
        assert_eq!(state(&mut here).await.cart, ["tea"]);
        here.post("/log-out").await.ok();
    }
}

async fn a_revocation_after_the_named_one_refuses_the_log_in<S: TestStore>(store: S) {
    let app = TestApp::on_the_stores_clock(store);
    let router = router(&app.sessions);
    for client in [app.newcomer(), app.visitor().await, app.log_in_as("ann").await] {
        let reply = at(&router, &client).post("/reset-and-be-revoked/ann").await;
        assert_eq!(reply.summary(), "401, no Set-Cookie, Vary: Cookie");
    }
}

async fn a_revocation_is_no_excuse_for_another_principal_s_log_in<S: TestStore>(store: S) {
    let app = TestApp::on_the_stores_clock(store);
    for way in ["log-in", "assign", "at-once"] {
        let mut client = Client::new(&router(&app.sessions));
        let reply = client.post(&format!("/change-minds/{way}/ann")).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{way}: {reply:?}");
    }
}
