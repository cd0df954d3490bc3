//! What a page asks by itself keeps nobody logged in.

use std::time::Duration;

use session_tests::{Call, Fresh, on_each_store};

use crate::house::{House, state};

on_each_store!(
    polling_alone_keeps_no_session_alive,
    what_a_background_request_saves_extends_nothing,
    what_happens_outside_of_a_request_extends_nothing,
    a_background_request_renews_no_secret,
);

const MINUTE: Duration = Duration::from_mins(1);

async fn polling_alone_keeps_no_session_alive<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    for _ in 0..59 {
        house.clock.advance(MINUTE);
        assert_eq!(client.get("/poll").await.ok(), "1");
    }
    assert!(house.store.calls().iter().all(|call| *call == Call::Load));
    house.clock.advance(MINUTE);
    assert_eq!(client.get("/poll").await.ok(), "0");
    assert_eq!(house.live().await, 0);
    // Somebody who is there is another matter.
    let mut client = house.regular().await;
    house.clock.advance(30 * MINUTE);
    assert_eq!(client.get("/look").await.ok(), "1");
    house.clock.advance(59 * MINUTE);
    assert_eq!(client.get("/poll").await.ok(), "1");
}

async fn what_a_background_request_saves_extends_nothing<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    house.clock.advance(59 * MINUTE);
    client.post("/job").await.ok();
    assert_eq!(house.store.calls(), [Call::Load, Call::Update]);
    assert_eq!(state(&mut client.clone()).await.notice.as_deref(), Some("done"));
    let house = House::new(house.store.store().clone());
    house.clock.advance(59 * MINUTE);
    client.turn_to(&house.app);
    house.clock.advance(30 * MINUTE);
    assert_eq!(client.get("/poll").await.ok(), "1", "the look at the state was a use");
    house.clock.advance(30 * MINUTE);
    assert_eq!(client.get("/poll").await.ok(), "0", "the job was none");
}

async fn what_happens_outside_of_a_request_extends_nothing<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.member("ann").await;
    house.clock.advance(59 * MINUTE);
    let listed = house.sessions.list(&"ann".to_owned()).await.expect("the store works");
    let update = house.sessions.update(&listed[0].handle, |shop| shop.visits = 7);
    update.await.expect("the session is there");
    assert_eq!(client.get("/poll").await.ok(), "7");
    house.clock.advance(MINUTE);
    assert_eq!(client.get("/poll").await.ok(), "0");
}

async fn a_background_request_renews_no_secret<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    house.clock.advance(30 * MINUTE);
    client.get("/look").await.ok();
    house.clock.advance(30 * MINUTE);
    for path in ["/poll", "/job"] {
        let method = if path == "/poll" { "GET" } else { "POST" };
        let reply = client.ask(method.parse().expect("a method"), path).await;
        assert_eq!(reply.told(), "200, no Set-Cookie, Vary: Cookie", "{path}");
    }
    let reply = client.get("/look").await;
    assert!(reply.told().starts_with("200, cookie set"), "{}", reply.told());
}
