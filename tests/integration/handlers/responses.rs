//! Exits by a response: below 500 they save, from 500 they discard.

use session_tests::{Fresh, on_each_store};

use crate::House;

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

async fn a_response_below_500_saves_a_new_session<S: Fresh>(store: S) {
    let house = House::new(store);
    for (index, status) in SAVED.into_iter().enumerate() {
        let reply = house.newcomer().post(&format!("/answer/{status}")).await;
        let expected = format!("{status}, cookie set, Vary: Cookie, Cache-Control: no-store");
        assert_eq!(reply.told(), expected);
        assert_eq!(house.held().await, vec![1; index + 1]);
    }
}

async fn a_response_below_500_saves_a_change<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    for (visits, status) in (2..).zip(SAVED) {
        let reply = client.post(&format!("/answer/{status}")).await;
        assert_eq!(reply.told(), format!("{status}, no Set-Cookie, Vary: Cookie"));
        assert_eq!(house.held().await, [visits]);
    }
}

async fn a_5xx_discards_a_new_session<S: Fresh>(store: S) {
    let house = House::new(store);
    for status in DISCARDED {
        let reply = house.newcomer().post(&format!("/answer/{status}")).await;
        assert_eq!(reply.told(), format!("{status}, no Set-Cookie, Vary: Cookie"));
    }
    assert_eq!(house.store.calls(), []);
}

async fn a_5xx_discards_a_change<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    for status in DISCARDED {
        let reply = client.post(&format!("/answer/{status}")).await;
        assert_eq!(reply.told(), format!("{status}, no Set-Cookie, Vary: Cookie"));
        assert_eq!(house.held().await, [1]);
    }
    assert_eq!(client.get("/visits").await.ok(), "1");
}

async fn an_err_is_the_response_that_it_becomes<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    assert_eq!(client.post("/err/422").await.told(), "422, no Set-Cookie, Vary: Cookie");
    assert_eq!(house.held().await, [2]);
    assert_eq!(client.post("/err/502").await.told(), "502, no Set-Cookie, Vary: Cookie");
    assert_eq!(house.held().await, [2]);

    let refused = house.newcomer().post("/err/422").await;
    assert_eq!(refused.told(), "422, cookie set, Vary: Cookie, Cache-Control: no-store");
    assert_eq!(house.newcomer().post("/err/502").await.told(), "502, no Set-Cookie, Vary: Cookie");
    assert_eq!(house.held().await, [2, 1]);
}

async fn commit_always_saves_on_5xx_too<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.newcomer();
    let first = client.post("/always/500").await;
    assert_eq!(first.told(), "500, cookie set, Vary: Cookie, Cache-Control: no-store");
    assert_eq!(house.held().await, [1]);
    assert_eq!(client.post("/always/503").await.told(), "503, no Set-Cookie, Vary: Cookie");
    assert_eq!(house.held().await, [2]);
}

async fn a_5xx_discards_a_rotation<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    assert_eq!(client.post("/rotate/500").await.told(), "500, no Set-Cookie, Vary: Cookie");
    assert_eq!(client.get("/visits").await.ok(), "1");
}

async fn a_5xx_discards_a_log_in<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    assert_eq!(client.post("/log-in/500").await.told(), "500, no Set-Cookie, Vary: Cookie");
    assert_eq!(client.get("/visits").await.ok(), "1");
    assert_eq!(house.states().await[0].user, None);
}

async fn a_5xx_discards_a_log_out<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    assert_eq!(client.post("/log-out/500").await.told(), "500, no Set-Cookie, Vary: Cookie");
    assert_eq!(client.get("/visits").await.ok(), "1");
}
