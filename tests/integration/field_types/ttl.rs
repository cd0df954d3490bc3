//! Fields that run out: `#[session(ttl = "10m")]`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use session_axum::{
    Builder, KeyRing, Sealing, Session, SessionState, Sessions, Timestamp, require_session, session,
};
use session_tests::{Call, Client, ProbedStore, TestStore, on_each_store};

on_each_store!(
    a_code_is_gone_ten_minutes_after_the_change_and_nothing_is_written_for_that,
    to_set_an_equal_code_renews_nothing_and_to_restart_does,
    sealed_at_rest_it_runs_out_the_same,
    a_rotation_and_a_log_in_leave_its_time_as_it_was,
    a_request_that_outlasts_the_code_does_not_revive_it,
    a_code_that_is_set_meanwhile_survives_a_request_that_saw_the_old_one_run_out,
    a_release_that_does_not_know_the_code_carries_it_and_its_time,
    by_the_stores_clock_a_code_lives_as_well,
);

#[session]
#[derive(Debug)]
struct Shop {
    #[session(principal)]
    user: Option<String>,
    #[session(merge = sum)]
    visits: u64,
    #[session(flatten)]
    login: Login,
}

/// As a crate of its own would have it.
#[session]
#[derive(Debug)]
struct Login {
    #[session(ttl = "10m", carry)]
    code: Option<String>,
}

/// Another release of the shop.
#[session(name = "Shop")]
struct NextRelease {
    visits: u64,
}

#[require_session]
async fn send(shop: &mut Shop, Path(code): Path<String>) {
    shop.login.code = Some(code);
}

#[require_session]
async fn send_again(session: &mut Session<Shop>, Path(code): Path<String>) {
    session.login.code = Some(code);
    session.restart(|shop| &shop.login.code);
}

#[require_session]
async fn check(shop: &mut Shop, Path(code): Path<String>) -> String {
    let is_right = shop.login.code.as_deref() == Some(&*code);
    if is_right {
        shop.login.code = None;
    }
    is_right.to_string()
}

#[require_session]
async fn log_in(session: &mut Session<Shop>, Path(user): Path<String>) {
    session.log_in(user);
}

#[require_session]
async fn rotate(session: &mut Session<Shop>) {
    session.rotate();
}

#[require_session]
async fn visit(shop: &mut Shop) {
    shop.visits += 1;
}

#[require_session]
async fn visit_other(shop: &mut NextRelease) {
    shop.visits += 1;
}

#[require_session]
async fn look(shop: &mut Shop) -> String {
    show_code(shop)
}

#[require_session]
async fn show(shop: &Shop) -> String {
    show_code(shop)
}

fn show_code(shop: &Shop) -> String {
    format!("{} {}", shop.login.code.as_deref().unwrap_or("-"), shop.visits)
}

/// A clock that a test sets.
#[derive(Clone)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1_720_000_000)))
    }

    fn advance(&self, minutes: u64) {
        self.0.fetch_add(minutes * 60, Ordering::Relaxed);
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_micros(0).plus(Duration::from_secs(self.0.load(Ordering::Relaxed)))
    }

    fn sessions<T: SessionState>(&self, builder: Builder<T>) -> Sessions<T> {
        let clock = self.clone();
        let builder = builder.clock(move || clock.now()).deadline(Duration::from_secs(20));
        builder.without_cleaner().build().expect("it is sound")
    }
}

fn routes(sessions: Sessions<Shop>) -> Router {
    Router::new()
        .route("/send/{code}", post(send))
        .route("/send-again/{code}", post(send_again))
        .route("/check/{code}", post(check))
        .route("/log-in/{user}", post(log_in))
        .route("/rotate", post(rotate))
        .route("/visit", post(visit))
        .route("/look", post(look))
        .route("/", get(show))
        .with_state(sessions)
}

/// A node, at a time that a test sets.
fn node<S: TestStore>(store: &ProbedStore<S>, clock: &Clock) -> Router {
    routes(clock.sessions(Sessions::builder(store.clone())))
}

async fn see(client: &mut Client) -> String {
    client.get("/").await.ok()
}

async fn a_code_is_gone_ten_minutes_after_the_change_and_nothing_is_written_for_that<
    S: TestStore,
>(
    store: S,
) {
    let (store, clock) = (ProbedStore::new(store), Clock::new());
    let (here, there) = (node(&store, &clock), node(&store, &clock));
    let mut client = Client::new(&here);
    client.post("/visit").await.ok();
    clock.advance(5);
    client.post("/send/123").await.ok();
    clock.advance(9);
    client.post("/visit").await.ok();
    assert_eq!(see(&mut client).await, "123 2");
    assert_eq!(see(&mut client.at(&there)).await, "123 2");
    store.take_calls();
    // The nodes remember what they have decoded, and the store returns the same bytes.
    clock.advance(2);
    assert_eq!(see(&mut client).await, "- 2");
    assert_eq!(see(&mut client.at(&there)).await, "- 2");
    let reply = client.post("/look").await;
    assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!(store.take_calls(), [Call::Load; 3]);
    assert_eq!(client.post("/check/123").await.ok(), "false");
    client.post("/send/456").await.ok();
    clock.advance(9);
    assert_eq!(client.post("/check/456").await.ok(), "true");
    assert_eq!(client.post("/check/456").await.ok(), "false");
}

async fn to_set_an_equal_code_renews_nothing_and_to_restart_does<S: TestStore>(store: S) {
    let (store, clock) = (ProbedStore::new(store), Clock::new());
    let mut client = Client::new(&node(&store, &clock));
    client.post("/send/123").await.ok();
    clock.advance(6);
    assert_eq!(see(&mut client).await, "123 0");
    store.take_calls();
    client.post("/send/123").await.ok();
    assert_eq!(store.take_calls(), [Call::Load]);
    client.post("/send-again/123").await.ok();
    assert_eq!(store.take_calls(), [Call::Load, Call::Update]);
    clock.advance(9);
    assert_eq!(see(&mut client).await, "123 0");
    client.post("/send/123").await.ok();
    clock.advance(2);
    assert_eq!(see(&mut client).await, "- 0");
}

async fn sealed_at_rest_it_runs_out_the_same<S: TestStore>(store: S) {
    let (store, clock) = (ProbedStore::new(store), Clock::new());
    let sealed = || {
        let ring = KeyRing::from_bytes([7; 32]).expect("32 bytes are a key");
        let builder = Sessions::builder(store.clone()).sealing(Sealing::Required(ring));
        routes(clock.sessions(builder))
    };
    let (here, there) = (sealed(), sealed());
    let mut client = Client::new(&here);
    client.post("/send/123").await.ok();
    clock.advance(9);
    for node in [&here, &there] {
        assert_eq!(see(&mut client.at(node)).await, "123 0");
    }
    clock.advance(2);
    for node in [&here, &there] {
        assert_eq!(see(&mut client.at(node)).await, "- 0");
    }
}

async fn a_rotation_and_a_log_in_leave_its_time_as_it_was<S: TestStore>(store: S) {
    let (store, clock) = (ProbedStore::new(store), Clock::new());
    let mut client = Client::new(&node(&store, &clock));
    client.post("/send/123").await.ok();
    clock.advance(3);
    for path in ["/rotate", "/log-in/ann", "/log-in/bob"] {
        client.post(path).await.ok();
        clock.advance(2);
        assert_eq!(see(&mut client).await, "123 0", "{path}");
    }
    clock.advance(2);
    assert_eq!(see(&mut client).await, "- 0");
}

async fn a_request_that_outlasts_the_code_does_not_revive_it<S: TestStore>(store: S) {
    let (store, clock) = (ProbedStore::new(store), Clock::new());
    let (here, there) = (node(&store, &clock), node(&store, &clock));
    let mut client = Client::new(&here);
    client.post("/send/123").await.ok();
    clock.advance(9);
    let gate = store.pause(Call::Update);
    let mut late = client.at(&here);
    let slow = async { late.post("/visit").await.ok() };
    let fast = async {
        gate.reached().await;
        store.heal();
        clock.advance(2);
        client.at(&there).post("/visit").await.ok();
        gate.open();
    };
    tokio::join!(slow, fast);
    for node in [&here, &there] {
        assert_eq!(see(&mut client.at(node)).await, "- 2");
    }
}

async fn a_code_that_is_set_meanwhile_survives_a_request_that_saw_the_old_one_run_out<
    S: TestStore,
>(
    store: S,
) {
    let (store, clock) = (ProbedStore::new(store), Clock::new());
    let (here, there) = (node(&store, &clock), node(&store, &clock));
    let mut client = Client::new(&here);
    client.post("/send/123").await.ok();
    clock.advance(11);
    let gate = store.pause(Call::Update);
    let mut late = client.at(&here);
    let slow = async { late.post("/visit").await.ok() };
    let fast = async {
        gate.reached().await;
        store.heal();
        client.at(&there).post("/send/456").await.ok();
        gate.open();
    };
    tokio::join!(slow, fast);
    clock.advance(9);
    for node in [&here, &there] {
        assert_eq!(see(&mut client.at(node)).await, "456 1");
    }
    clock.advance(2);
    assert_eq!(see(&mut client).await, "- 1");
}

async fn a_release_that_does_not_know_the_code_carries_it_and_its_time<S: TestStore>(store: S) {
    let (store, clock) = (ProbedStore::new(store), Clock::new());
    let sessions = clock.sessions(Sessions::<NextRelease>::builder(store.clone()));
    let other = Router::new().route("/visit", post(visit_other)).with_state(sessions);
    let mut client = Client::new(&node(&store, &clock));
    client.post("/send/123").await.ok();
    clock.advance(9);
    client.at(&other).post("/visit").await.ok();
    assert_eq!(see(&mut client).await, "123 1");
    clock.advance(2);
    client.at(&other).post("/visit").await.ok();
    assert_eq!(see(&mut client).await, "- 2");
}

/// Without a clock of the test's: its time is far from over.
async fn by_the_stores_clock_a_code_lives_as_well<S: TestStore>(store: S) {
    let builder = Sessions::builder(store).deadline(Duration::from_secs(20)).without_cleaner();
    let mut client = Client::new(&routes(builder.build().expect("it is sound")));
    client.post("/send/123").await.ok();
    assert_eq!(see(&mut client).await, "123 0");
    client.post("/send/456").await.ok();
    assert_eq!(client.post("/check/456").await.ok(), "true");
}

#[tokio::test]
async fn in_a_sealed_cookie_it_runs_out_the_same() {
    let clock = Clock::new();
    let ring = || KeyRing::from_bytes([7; 32]).expect("32 bytes are a key");
    let node =
        || routes(clock.sessions(Sessions::sealed_cookie(ring()).accept_replay_until_expiry()));
    let (here, there) = (node(), node());
    let mut client = Client::new(&here);
    client.post("/visit").await.ok();
    clock.advance(5);
    client.post("/send/123").await.ok();
    clock.advance(5);
    client.post("/log-in/ann").await.ok();
    clock.advance(4);
    for node in [&here, &there] {
        assert_eq!(see(&mut client.at(node)).await, "123 1");
    }
    clock.advance(2);
    for node in [&here, &there] {
        assert_eq!(see(&mut client.at(node)).await, "- 1");
    }
    client.post("/send/456").await.ok();
    clock.advance(6);
    client.post("/send-again/456").await.ok();
    clock.advance(6);
    assert_eq!(client.post("/check/456").await.ok(), "true");
}

#[tokio::test]
#[should_panic(expected = "`restart` takes a field with a `ttl`")]
async fn to_restart_another_field_is_a_mistake() {
    #[require_session]
    async fn restart(session: &mut Session<Shop>) {
        session.restart(|shop| &shop.visits);
    }

    let sessions = Sessions::builder(session_axum::MemoryStore::new()).without_cleaner();
    let sessions = sessions.build().expect("it is sound");
    let router = Router::new().route("/", post(restart)).with_state(sessions);
    Client::new(&router).post("/").await;
}
