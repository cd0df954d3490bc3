//! A store that fails, hangs or loses its answer, and values that no store can hold.

use std::time::{Duration, Instant};

use session_tests::{Call, Client, Fault, TestStore, on_each_store};
use tokio::time::timeout;

use super::app::TestApp;

on_each_store!(
    a_failed_load_is_503_and_no_empty_session,
    a_hung_load_is_503_at_the_deadline,
    a_failed_first_save_is_503_without_a_cookie,
    a_failed_save_is_503_and_the_old_session_goes_on,
    a_failed_rotation_is_503_and_the_old_token_goes_on,
    a_failed_log_in_is_503_and_nobody_is_logged_in,
    a_failed_log_out_is_503_and_the_session_goes_on,
    a_failed_save_under_commit_always_is_503,
    a_hung_save_is_503_at_the_deadline,
    a_lost_answer_is_503_and_may_have_saved,
    what_cannot_be_stored_is_500_and_changes_nothing,
    a_session_that_ended_meanwhile_is_401,
);

const UNAVAILABLE: &str = "503, no Set-Cookie, Vary: Cookie";
/// Long enough for a call that nothing holds up.
const DEADLINE: Duration = Duration::from_secs(3);

async fn a_failed_load_is_503_and_no_empty_session<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    app.store.inject(Call::Load, Fault::Fails);
    for path in ["/answer/200", "/visits", "/log-out/200", "/log-in/200"] {
        assert_eq!(client.post(path).await.summary(), UNAVAILABLE);
    }
    assert_eq!(app.store.take_calls(), [Call::Load; 4]);
    assert_eq!(app.stored_visits().await, [1]);
    app.store.heal();
    assert_eq!(client.get("/visits").await.ok(), "1");
}

async fn a_hung_load_is_503_at_the_deadline<S: TestStore>(store: S) {
    let app = TestApp::with_deadline(store, DEADLINE);
    let mut client = app.visitor().await;
    app.store.inject(Call::Load, Fault::Hangs);
    let reply = at_the_deadline(&mut client, "/answer/200").await;
    assert_eq!(reply, UNAVAILABLE);
    assert_eq!(app.stored_visits().await, [1]);
}

async fn a_failed_first_save_is_503_without_a_cookie<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    app.store.inject(Call::Insert, Fault::Fails);
    assert_eq!(app.newcomer().post("/answer/200").await.summary(), UNAVAILABLE);
    assert!(app.stored_visits().await.is_empty());
}

async fn a_failed_save_is_503_and_the_old_session_goes_on<S: TestStore>(store: S) {
    fails_and_goes_on(store, Call::Update, "/answer/200").await;
}

async fn a_failed_rotation_is_503_and_the_old_token_goes_on<S: TestStore>(store: S) {
    fails_and_goes_on(store, Call::Update, "/rotate/200").await;
}

async fn a_failed_log_in_is_503_and_nobody_is_logged_in<S: TestStore>(store: S) {
    fails_and_goes_on(store, Call::Update, "/log-in/200").await;
}

async fn a_failed_log_out_is_503_and_the_session_goes_on<S: TestStore>(store: S) {
    fails_and_goes_on(store, Call::Delete, "/log-out/200").await;
}

async fn a_failed_save_under_commit_always_is_503<S: TestStore>(store: S) {
    fails_and_goes_on(store, Call::Update, "/always/500").await;
}

async fn fails_and_goes_on<S: TestStore>(store: S, call: Call, path: &str) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    app.store.inject(call, Fault::Fails);
    let reply = client.post(path).await;
    assert_eq!(reply.summary(), UNAVAILABLE);
    assert_eq!(reply.body, "the session is unavailable\n");
    app.store.heal();
    assert_eq!(client.get("/visits").await.ok(), "1");
    assert_eq!(app.states().await[0].user, None);
    assert_eq!(client.post("/members").await.status, 401);
}

async fn a_hung_save_is_503_at_the_deadline<S: TestStore>(store: S) {
    let app = TestApp::with_deadline(store, DEADLINE);
    let visitor = app.visitor().await;
    let (mut newcomer, mut changing, mut leaving) =
        (app.newcomer(), visitor.clone(), visitor.clone());
    for call in [Call::Insert, Call::Update, Call::Delete] {
        app.store.inject(call, Fault::Hangs);
    }
    let replies = tokio::join!(
        at_the_deadline(&mut newcomer, "/answer/200"),
        at_the_deadline(&mut changing, "/answer/200"),
        at_the_deadline(&mut leaving, "/log-out/200"),
    );
    assert_eq!(<[String; 3]>::from(replies), [UNAVAILABLE; 3]);
    assert_eq!(app.stored_visits().await, [1]);
    app.store.heal();
    assert_eq!(
        visitor.clone().post("/answer/200").await.summary(),
        "200, no Set-Cookie, Vary: Cookie"
    );
    assert_eq!(app.stored_visits().await, [2]);
}

async fn at_the_deadline(client: &mut Client, path: &str) -> String {
    let asked = Instant::now();
    let reply = timeout(DEADLINE * 10, client.post(path)).await.expect("there is a deadline");
    assert!(asked.elapsed() >= DEADLINE, "{path} took {:?}", asked.elapsed());
    reply.summary()
}

/// Nobody can tell, so the client is told that it failed, and what is stored stays.
async fn a_lost_answer_is_503_and_may_have_saved<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    app.store.inject(Call::Update, Fault::FailsAfterwards);
    app.store.inject(Call::Insert, Fault::FailsAfterwards);
    assert_eq!(client.post("/answer/200").await.summary(), UNAVAILABLE);
    assert_eq!(app.newcomer().post("/answer/200").await.summary(), UNAVAILABLE);
    app.store.heal();
    assert_eq!(client.get("/visits").await.ok(), "2");
    assert_eq!(app.stored_visits().await, [2, 1]);
}

async fn what_cannot_be_stored_is_500_and_changes_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    for client in [&mut client, &mut app.newcomer()] {
        assert_eq!(client.post("/price").await.summary(), "500, no Set-Cookie, Vary: Cookie");
    }
    assert_eq!(app.stored_visits().await, [1]);
    assert_eq!(client.get("/visits").await.ok(), "1");
}

/// A slow request, the log-out in another tab, and then its save.
async fn a_session_that_ended_meanwhile_is_401<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    let (mut slow, mut leaving) = (client.clone(), client.clone());
    let log_out = async {
        app.state.handler_gate.reached().await;
        let reply = leaving.post("/log-out/303").await;
        assert_eq!(reply.summary(), "303, cookie removed, Vary: Cookie, Cache-Control: no-store");
        app.state.handler_gate.open();
    };
    let (reply, ()) = tokio::join!(slow.post("/wait"), log_out);
    assert_eq!(reply.summary(), "401, no Set-Cookie, Vary: Cookie");
    assert!(app.stored_visits().await.is_empty());
}
