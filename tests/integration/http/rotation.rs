//! Rotation: secrets are renewed by age, and a copy of an old one gives itself away.

use std::time::Duration;

use session_axum::Lifetime;
use session_core::Now;
use session_tests::{Call, Client, TestStore, on_each_store};
use tokio::task::JoinSet;

use super::app::{TestApp, parts, state};

on_each_store!(
    with_keys_and_on_a_cluster;
    an_old_secret_has_a_successor,
    of_many_requests_at_once_one_gets_the_successor,
    of_those_who_stand_in_line_one_gets_the_successor,
    a_lost_response_logs_nobody_out,
    a_late_response_logs_nobody_out,
    an_offer_that_stands_replaces_no_log_in,
    who_shows_a_successor_meets_no_conflict,
    a_request_on_its_way_with_the_predecessor_is_served_and_saved,
    a_slow_request_that_came_with_the_predecessor_is_saved,
    a_slow_request_that_came_with_the_predecessor_brings_that_back_to_no_browser,
    a_failed_response_renews_nothing,
    who_wants_no_rotation_has_none,
    a_predecessor_after_its_time_ends_the_session,
    a_thief_who_hangs_up_ends_the_session_all_the_same,
    so_does_the_secret_from_before_a_log_in,
    a_guess_ends_nothing,
    whose_log_in_was_never_answered_is_no_thief,
);

const MINUTE: Duration = Duration::from_mins(1);
const SECOND: Duration = Duration::from_secs(1);
pub(super) const SET: &str = "200, cookie set, Vary: Cookie, Cache-Control: no-store";
pub(super) const KEPT: &str = "200, no Set-Cookie, Vary: Cookie";

/// Somebody whose secret is due for renewal: an hour old, and in use.
pub(super) async fn with_an_old_secret<S: TestStore>(app: &TestApp<S>) -> Client {
    let mut client = app.log_in_as("ann").await;
    app.clock.advance(30 * MINUTE);
    assert_eq!(client.get("/look").await.summary(), KEPT);
    app.clock.advance(30 * MINUTE);
    app.reset();
    client
}

fn secret(client: &Client) -> [u8; 32] {
    parts(client.session().expect("it has a cookie")).1
}

async fn an_old_secret_has_a_successor<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = with_an_old_secret(&app).await;
    let old = client.clone();
    assert_eq!(client.get("/look").await.summary(), SET);
    assert_ne!(secret(&client), secret(&old));
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    assert!(app.events.take().iter().any(|event| event.starts_with("rotated")));
    // The first request with the successor is the end of the old one, but for those on their way.
    assert_eq!(client.post("/account").await.ok(), "ann");
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    assert_eq!(client.get("/look").await.summary(), KEPT);
    assert_eq!(app.store.take_calls(), [Call::Load]);
    app.clock.advance(59 * MINUTE);
    assert_eq!(client.get("/look").await.summary(), KEPT);
    // And a while, since the moment in between is told by how long the request took.
    app.clock.advance(2 * MINUTE);
    let successor = client.clone();
    assert_eq!(client.get("/look").await.summary(), SET);
    for earlier in [&old, &successor] {
        assert_ne!(secret(&client), secret(earlier), "a successor has one of its own");
    }
    assert_eq!(app.live_sessions().await, 1);
}

async fn of_many_requests_at_once_one_gets_the_successor<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = with_an_old_secret(&app).await;
    // On two nodes.
    let other = TestApp::new(app.store.store().clone());
    other.clock.advance(60 * MINUTE);
    let mut successors = Vec::new();
    // Of the first fifty every response is lost.
    for round in 1..=2 {
        let mut requests = JoinSet::new();
        for number in 0..50 {
            let mut tab = client.clone();
            if number % 2 == 1 {
                tab.switch_to(&other.router);
            }
            requests.spawn(async move {
                let reply = tab.post("/visit").await;
                (reply.summary(), tab)
            });
        }
        for (summary, tab) in requests.join_all().await {
            if summary == SET {
                successors.push(tab);
            } else {
                assert_eq!(summary, KEPT);
            }
        }
        assert_eq!(successors.len(), round);
        app.clock.advance(2 * MINUTE);
        other.clock.advance(2 * MINUTE);
    }
    assert_eq!(secret(&successors[0]), secret(&successors[1]), "it is the same");
    for mut client in successors {
        let state = state(&mut client).await;
        assert_eq!((state.user.as_deref(), state.visits), (Some("ann"), 100));
    }
}

/// All were let in with the old one before the first of them got another.
async fn of_those_who_stand_in_line_one_gets_the_successor<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = with_an_old_secret(&app).await;
    let gate = app.store.pause(Call::Update);
    let mut requests = JoinSet::new();
    for _ in 0..10 {
        let mut tab = client.clone();
        requests.spawn(async move { tab.get("/look").await.summary() });
    }
    gate.reached().await;
    let mut loads = 0;
    while loads < 10 {
        loads += app.store.take_calls().iter().filter(|call| **call == Call::Load).count();
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    app.store.heal();
    gate.open();
    let summaries = requests.join_all().await;
    assert_eq!(summaries.iter().filter(|summary| *summary == SET).count(), 1, "{summaries:?}");
}

async fn a_lost_response_logs_nobody_out<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = with_an_old_secret(&app).await;
    for _ in 0..3 {
        let mut lost = client.clone();
        assert_eq!(lost.get("/look").await.summary(), SET);
        app.clock.advance(30 * SECOND);
        assert_eq!(client.get("/look").await.summary(), KEPT, "it may still be on its way");
        assert_eq!(client.post("/visit").await.summary(), KEPT);
        app.clock.advance(60 * SECOND);
    }
    assert_eq!(client.get("/look").await.summary(), SET, "it is offered again");
    assert_eq!(client.post("/account").await.ok(), "ann");
    assert_eq!(state(&mut client).await.visits, 3);
}

/// A browser keeps the cookie of whichever response comes last. Each of these is made a minute after the
/// one before, and on another node; between them the browser goes on with what it has.
async fn a_late_response_logs_nobody_out<S: TestStore>(store: S) {
    for order in [&[0, 1][..], &[1, 0], &[0, 1, 2], &[2, 1, 0], &[1, 2, 0]] {
        let app = TestApp::new(store.clone());
        let other = TestApp::new(app.store.store().clone());
        let client = with_an_old_secret(&app).await;
        other.clock.advance(60 * MINUTE);
        let advance = || {
            app.clock.advance(61 * SECOND);
            other.clock.advance(61 * SECOND);
        };
        let mut responses = Vec::new();
        for node in [&app, &other, &app].iter().take(order.len()) {
            let mut tab = client.at(&node.router);
            assert_eq!(tab.get("/look").await.summary(), SET);
            responses.push(tab);
            advance();
        }
        for nth in order {
            let mut client = responses[*nth].clone();
            assert_eq!(client.post("/account").await.ok(), "ann", "{nth} of {order:?}");
            advance();
        }
    }
}

/// A slow request would offer it again; meanwhile somebody logs in, whose cookie stays.
async fn an_offer_that_stands_replaces_no_log_in<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = with_an_old_secret(&app).await;
    assert_eq!(client.clone().get("/look").await.summary(), SET, "it is lost");
    app.clock.advance(2 * MINUTE);
    let node = TestApp::new(app.store.store().clone());
    node.clock.advance(62 * MINUTE);
    let mut slow = client.at(&node.router);
    let gate = node.store.pause(Call::Update);
    let meanwhile = async {
        gate.reached().await;
        assert_eq!(client.post("/log-in/bob").await.summary(), SET);
        gate.open();
    };
    let (reply, ()) = tokio::join!(slow.get("/look"), meanwhile);
    assert_eq!(reply.set_cookie(), None, "{}", reply.summary());
    assert_eq!(client.post("/account").await.ok(), "bob");
}

/// Its request knows the record as it is since then.
async fn who_shows_a_successor_meets_no_conflict<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = with_an_old_secret(&app).await;
    assert_eq!(client.get("/look").await.summary(), SET);
    app.clock.advance(2 * MINUTE);
    app.reset();
    assert_eq!(client.post("/visit").await.summary(), KEPT);
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update, Call::Update]);
    assert_eq!(state(&mut client).await.visits, 1);
}

async fn a_request_on_its_way_with_the_predecessor_is_served_and_saved<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = with_an_old_secret(&app).await;
    let mut old = client.clone();
    assert_eq!(client.get("/look").await.summary(), SET);
    assert_eq!(client.get("/look").await.summary(), KEPT);
    app.clock.advance(SECOND);
    for path in ["/visit", "/remember/true"] {
        assert_eq!(old.post(path).await.summary(), KEPT, "{path} does not bring the old one back");
    }
    assert_eq!(state(&mut client).await.visits, 2);
    // It may even log somebody else in.
    assert_eq!(old.post("/log-in/bob").await.summary(), SET);
    assert_eq!(old.post("/account").await.ok(), "bob");
}

/// It was let in with the secret that was renewed, and seen renewed, while it took its time.
async fn a_slow_request_that_came_with_the_predecessor_is_saved<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = with_an_old_secret(&app).await;
    let mut slow = client.clone();
    let gate = app.store.pause(Call::Update);
    let meanwhile = async {
        gate.reached().await;
        app.store.heal();
        let node = TestApp::new(app.store.store().clone());
        node.clock.advance(60 * MINUTE);
        client.switch_to(&node.router);
        assert_eq!(client.get("/look").await.summary(), SET);
        assert_eq!(client.get("/look").await.summary(), KEPT);
        node.clock.advance(MINUTE);
        app.clock.advance(MINUTE);
        assert_eq!(client.post("/visit").await.ok(), "1");
        gate.open();
    };
    let (reply, ()) = tokio::join!(slow.post("/visit"), meanwhile);
    assert_eq!(reply.summary(), KEPT);
    assert_eq!(state(&mut client).await.visits, 2);
}

async fn a_slow_request_that_came_with_the_predecessor_brings_that_back_to_no_browser<
    S: TestStore,
>(
    store: S,
) {
    let app = TestApp::new(store);
    let mut client = with_an_old_secret(&app).await;
    let mut slow = client.clone();
    let gate = app.store.pause(Call::Update);
    let rotation = async {
        gate.reached().await;
        app.store.heal();
        let node = TestApp::new(app.store.store().clone());
        node.clock.advance(60 * MINUTE);
        client.switch_to(&node.router);
        assert_eq!(client.get("/look").await.summary(), SET);
        assert_eq!(client.get("/look").await.summary(), KEPT);
        gate.open();
    };
    let (reply, ()) = tokio::join!(slow.post("/remember/true"), rotation);
    assert_eq!(reply.summary(), KEPT, "the browser has the successor");
    client.switch_to(&app.router);
    assert_eq!(client.post("/visit").await.body, "2", "what it did is stored");
}

async fn a_failed_response_renews_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = with_an_old_secret(&app).await;
    app.store.inject(Call::Update, session_tests::Fault::Fails);
    assert_eq!(client.get("/look").await.summary(), "503, no Set-Cookie, Vary: Cookie");
    app.store.heal();
    assert_eq!(client.get("/look").await.summary(), SET);
}

async fn who_wants_no_rotation_has_none<S: TestStore>(store: S) {
    let calm = Lifetime::AAL2.without_rotation();
    let app = TestApp::with_options(store.clone(), |builder| builder.lifetime(calm));
    let mut client = with_an_old_secret(&app).await;
    assert_eq!(client.get("/look").await.summary(), KEPT);
    let often = Lifetime::AAL2.rotating_every(5 * MINUTE).expect("it is a minute and more");
    let app = TestApp::with_options(store, |builder| builder.lifetime(often));
    let mut client = app.visitor().await;
    app.clock.advance(5 * MINUTE);
    assert_eq!(client.get("/look").await.summary(), SET);
}

async fn a_predecessor_after_its_time_ends_the_session<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = with_an_old_secret(&app).await;
    let mut thief = client.clone();
    assert_eq!(client.get("/look").await.summary(), SET);
    assert_eq!(client.get("/look").await.summary(), KEPT);
    app.clock.advance(60 * SECOND);
    app.reset();
    assert_eq!(thief.get("/look").await.summary(), KEPT);
    let handle = handle_of(&app.events.take(), &["TheftSuspected", "Revoked"]);
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Delete]);
    assert_eq!(thief.post("/account").await.status, 401);
    assert_eq!(client.post("/account").await.status, 401, "nobody knows who is the thief");
    assert!(app.store.records(Now::At(app.clock.now())).await.is_empty(), "{handle}");
}

async fn a_thief_who_hangs_up_ends_the_session_all_the_same<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = with_an_old_secret(&app).await;
    let mut thief = client.clone();
    assert_eq!(client.get("/look").await.summary(), SET);
    assert_eq!(client.get("/look").await.summary(), KEPT);
    app.clock.advance(60 * SECOND);
    app.reset();
    let gate = app.store.pause(Call::Delete);
    tokio::select! {
        reply = thief.get("/look") => panic!("the gate is closed: {reply:?}"),
        () = gate.reached() => {}
    }
    gate.open();
    gate.finished().await;
    app.store.heal();
    assert_eq!(app.live_sessions().await, 0);
    assert_eq!(client.post("/account").await.status, 401);
    handle_of(&app.events.take(), &["TheftSuspected", "Revoked"]);
}

async fn so_does_the_secret_from_before_a_log_in<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for seen_by in ["/visit", "/look"] {
        let mut client = app.visitor().await;
        let mut thief = client.clone();
        client.post("/log-in/ann").await.ok();
        // A write shows it, or the use that renews the idle limit.
        app.clock.advance(6 * MINUTE);
        let method = if seen_by == "/look" { "GET" } else { "POST" };
        client.ask(method.parse().expect("a method"), seen_by).await.ok();
        assert_eq!(thief.get("/look").await.ok(), "0");
        assert_eq!(client.post("/account").await.status, 401, "{seen_by}");
    }
    assert_eq!(app.live_sessions().await, 0);
}

async fn a_guess_ends_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = with_an_old_secret(&app).await;
    let handle = &client.session().expect("it has a cookie")[..22];
    let guess = format!("{handle}{}", "A".repeat(42));
    let mut guesser = Client::with_session(&app.router, &guess);
    for _ in 0..3 {
        assert_eq!(guesser.get("/look").await.ok(), "0");
        client.get("/look").await.ok();
        app.clock.advance(30 * MINUTE);
    }
    assert_eq!(client.post("/account").await.ok(), "ann");
}

async fn whose_log_in_was_never_answered_is_no_thief<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    let mut lost = client.clone();
    lost.post("/log-in/ann").await.ok();
    app.clock.advance(11 * SECOND);
    assert_eq!(client.get("/look").await.ok(), "0");
    assert_eq!(client.post("/log-in/ann").await.summary(), SET);
    assert_eq!(lost.post("/account").await.ok(), "ann", "nobody was ended on a guess");
}

/// The handle that these events are about, one after the other among others.
fn handle_of(events: &[String], kinds: &[&str]) -> String {
    let found: Vec<_> =
        events.iter().filter(|event| kinds.iter().any(|k| event.contains(k))).collect();
    assert_eq!(found.len(), kinds.len(), "{events:?}");
    for (event, kind) in found.iter().zip(kinds) {
        assert!(event.starts_with(kind), "{events:?}");
    }
    found[0].clone()
}
