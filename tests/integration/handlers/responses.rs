//! Responses: below 500 they save, from 500 they discard.

use session_tests::{TestStore, on_each_store};

use super::app::TestApp;

const SAVED: [u16; 9] = [101, 200, 204, 206, 303, 304, 400, 404, 499];
const DISCARDED: [u16; 4] = [500, 501, 503, 599];

on_each_store!(
    a_response_below_500_saves_a_new_session,
    a_response_below_500_saves_a_change,
    a_5xx_discards_a_new_session,
    a_5xx_discards_a_change,
    an_err_is_the_response_that_it_becomes,
    commit_always_saves_on_5xx_too,
    a_5xx_discards_a_rotation,
    a_5xx_discards_a_log_in,
    a_5xx_discards_a_log_out,
);

async fn a_response_below_500_saves_a_new_session<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for (index, status) in SAVED.into_iter().enumerate() {
        let reply = app.newcomer().post(&format!("/answer/{status}")).await;
        let expected = format!("{status}, cookie set, Vary: Cookie, Cache-Control: no-store");
        assert_eq!(reply.summary(), expected);
        assert_eq!(app.stored_visits().await, vec![1; index + 1]);
    }
}

async fn a_response_below_500_saves_a_change<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    for (visits, status) in (2..).zip(SAVED) {
        let reply = client.post(&format!("/answer/{status}")).await;
        assert_eq!(reply.summary(), format!("{status}, no Set-Cookie, Vary: Cookie"));
        assert_eq!(app.stored_visits().await, [visits]);
    }
}

async fn a_5xx_discards_a_new_session<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for status in DISCARDED {
        let reply = app.newcomer().post(&format!("/answer/{status}")).await;
        assert_eq!(reply.summary(), format!("{status}, no Set-Cookie, Vary: Cookie"));
    }
    assert_eq!(app.store.take_calls(), []);
}

async fn a_5xx_discards_a_change<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    for status in DISCARDED {
        let reply = client.post(&format!("/answer/{status}")).await;
        assert_eq!(reply.summary(), format!("{status}, no Set-Cookie, Vary: Cookie"));
        assert_eq!(app.stored_visits().await, [1]);
    }
    assert_eq!(client.get("/visits").await.ok(), "1");
}

async fn an_err_is_the_response_that_it_becomes<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    assert_eq!(client.post("/err/422").await.summary(), "422, no Set-Cookie, Vary: Cookie");
    assert_eq!(app.stored_visits().await, [2]);
    assert_eq!(client.post("/err/502").await.summary(), "502, no Set-Cookie, Vary: Cookie");
    assert_eq!(app.stored_visits().await, [2]);

    let refused = app.newcomer().post("/err/422").await;
    assert_eq!(refused.summary(), "422, cookie set, Vary: Cookie, Cache-Control: no-store");
    assert_eq!(app.newcomer().post("/err/502").await.summary(), "502, no Set-Cookie, Vary: Cookie");
    assert_eq!(app.stored_visits().await, [2, 1]);
}

async fn commit_always_saves_on_5xx_too<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.newcomer();
    let first = client.post("/always/500").await;
    assert_eq!(first.summary(), "500, cookie set, Vary: Cookie, Cache-Control: no-store");
    assert_eq!(app.stored_visits().await, [1]);
    assert_eq!(client.post("/always/503").await.summary(), "503, no Set-Cookie, Vary: Cookie");
    assert_eq!(app.stored_visits().await, [2]);
}

async fn a_5xx_discards_a_rotation<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    assert_eq!(client.post("/rotate/500").await.summary(), "500, no Set-Cookie, Vary: Cookie");
    assert_eq!(client.get("/visits").await.ok(), "1");
}

async fn a_5xx_discards_a_log_in<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    assert_eq!(client.post("/log-in/500").await.summary(), "500, no Set-Cookie, Vary: Cookie");
    assert_eq!(client.get("/visits").await.ok(), "1");
    assert_eq!(app.states().await[0].user, None);
}

async fn a_5xx_discards_a_log_out<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    assert_eq!(client.post("/log-out/500").await.summary(), "500, no Set-Cookie, Vary: Cookie");
    assert_eq!(client.get("/visits").await.ok(), "1");
}
