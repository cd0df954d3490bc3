//! Exits by a store that fails, hangs or loses its answer, and by what no store can hold.

use std::time::{Duration, Instant};

use session_tests::{Call, Client, Fate, Fresh, on_each_store};
use tokio::time::timeout;

use crate::House;

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

async fn a_failed_load_is_503_and_no_empty_session<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    house.store.fate(Call::Load, Fate::Fails);
    for path in ["/answer/200", "/visits", "/log-out/200", "/log-in/200"] {
        assert_eq!(client.post(path).await.told(), UNAVAILABLE);
    }
    assert_eq!(house.store.calls(), [Call::Load; 4]);
    assert_eq!(house.held().await, [1]);
    house.store.heal();
    assert_eq!(client.get("/visits").await.ok(), "1");
}

async fn a_hung_load_is_503_at_the_deadline<S: Fresh>(store: S) {
    let house = House::with_deadline(store, DEADLINE);
    let mut client = house.regular().await;
    house.store.fate(Call::Load, Fate::Hangs);
    let reply = at_the_deadline(&mut client, "/answer/200").await;
    assert_eq!(reply, UNAVAILABLE);
    assert_eq!(house.held().await, [1]);
}

async fn a_failed_first_save_is_503_without_a_cookie<S: Fresh>(store: S) {
    let house = House::new(store);
    house.store.fate(Call::Insert, Fate::Fails);
    assert_eq!(house.newcomer().post("/answer/200").await.told(), UNAVAILABLE);
    assert!(house.held().await.is_empty());
}

async fn a_failed_save_is_503_and_the_old_session_goes_on<S: Fresh>(store: S) {
    fails_and_goes_on(store, Call::Update, "/answer/200").await;
}

async fn a_failed_rotation_is_503_and_the_old_token_goes_on<S: Fresh>(store: S) {
    fails_and_goes_on(store, Call::Update, "/rotate/200").await;
}

async fn a_failed_log_in_is_503_and_nobody_is_logged_in<S: Fresh>(store: S) {
    fails_and_goes_on(store, Call::Update, "/log-in/200").await;
}

async fn a_failed_log_out_is_503_and_the_session_goes_on<S: Fresh>(store: S) {
    fails_and_goes_on(store, Call::Delete, "/log-out/200").await;
}

async fn a_failed_save_under_commit_always_is_503<S: Fresh>(store: S) {
    fails_and_goes_on(store, Call::Update, "/always/500").await;
}

async fn fails_and_goes_on<S: Fresh>(store: S, call: Call, path: &str) {
    let house = House::new(store);
    let mut client = house.regular().await;
    house.store.fate(call, Fate::Fails);
    let reply = client.post(path).await;
    assert_eq!(reply.told(), UNAVAILABLE);
    assert_eq!(reply.body, "the session is unavailable\n");
    house.store.heal();
    assert_eq!(client.get("/visits").await.ok(), "1");
    assert_eq!(house.states().await[0].user, None);
    assert_eq!(client.post("/members").await.status, 401);
}

async fn a_hung_save_is_503_at_the_deadline<S: Fresh>(store: S) {
    let house = House::with_deadline(store, DEADLINE);
    let regular = house.regular().await;
    let (mut newcomer, mut changing, mut leaving) =
        (house.newcomer(), regular.clone(), regular.clone());
    for call in [Call::Insert, Call::Update, Call::Delete] {
        house.store.fate(call, Fate::Hangs);
    }
    let replies = tokio::join!(
        at_the_deadline(&mut newcomer, "/answer/200"),
        at_the_deadline(&mut changing, "/answer/200"),
        at_the_deadline(&mut leaving, "/log-out/200"),
    );
    assert_eq!(<[String; 3]>::from(replies), [UNAVAILABLE; 3]);
    assert_eq!(house.held().await, [1]);
    house.store.heal();
    assert_eq!(
        regular.clone().post("/answer/200").await.told(),
        "200, no Set-Cookie, Vary: Cookie"
    );
    assert_eq!(house.held().await, [2]);
}

async fn at_the_deadline(client: &mut Client, path: &str) -> String {
    let asked = Instant::now();
    let reply = timeout(DEADLINE * 10, client.post(path)).await.expect("there is a deadline");
    assert!(asked.elapsed() >= DEADLINE, "{path} took {:?}", asked.elapsed());
    reply.told()
}

/// Nobody can tell, so the client is told that it failed, and what is stored stays.
async fn a_lost_answer_is_503_and_may_have_saved<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    house.store.fate(Call::Update, Fate::FailsAfterwards);
    house.store.fate(Call::Insert, Fate::FailsAfterwards);
    assert_eq!(client.post("/answer/200").await.told(), UNAVAILABLE);
    assert_eq!(house.newcomer().post("/answer/200").await.told(), UNAVAILABLE);
    house.store.heal();
    assert_eq!(client.get("/visits").await.ok(), "2");
    assert_eq!(house.held().await, [2, 1]);
}

async fn what_cannot_be_stored_is_500_and_changes_nothing<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    for client in [&mut client, &mut house.newcomer()] {
        assert_eq!(client.post("/price").await.told(), "500, no Set-Cookie, Vary: Cookie");
    }
    assert_eq!(house.held().await, [1]);
    assert_eq!(client.get("/visits").await.ok(), "1");
}

/// A slow request, the log-out in another tab, and then its save.
async fn a_session_that_ended_meanwhile_is_401<S: Fresh>(store: S) {
    let house = House::new(store);
    let client = house.regular().await;
    let (mut slow, mut leaving) = (client.clone(), client.clone());
    let log_out = async {
        house.state.inside.reached().await;
        let reply = leaving.post("/log-out/303").await;
        assert_eq!(reply.told(), "303, cookie removed, Vary: Cookie, Cache-Control: no-store");
        house.state.inside.open();
    };
    let (reply, ()) = tokio::join!(slow.post("/wait"), log_out);
    assert_eq!(reply.told(), "401, no Set-Cookie, Vary: Cookie");
    assert!(house.held().await.is_empty());
}
