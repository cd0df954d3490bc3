//! `allow`: who is logged in may still be the wrong one.

use session_tests::{Call, Fresh, on_each_store};

use crate::house::{House, navigate};

on_each_store!(
    whom_the_function_refuses_is_forbidden,
    whom_the_function_lets_in_passes,
    who_is_not_logged_in_is_told_so_first,
);

async fn whom_the_function_refuses_is_forbidden<S: Fresh>(store: S) {
    let house = House::new(store);
    for mut client in [house.newcomer(), house.regular().await, house.member("ann").await] {
        let reply = client.post("/admin").await;
        assert_eq!(reply.told(), "403, no Set-Cookie, Vary: Cookie");
        assert_eq!(reply.body, "this is not allowed\n");
        assert_eq!(navigate(&mut client, "/admin").await.status, 403);
    }
    let calls = house.store.calls();
    assert!(calls.iter().all(|call| *call == Call::Load), "{calls:?}");
}

async fn whom_the_function_lets_in_passes<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.member("admin").await;
    assert_eq!(client.post("/admin").await.ok(), "all prices");
    assert_eq!(client.post("/accounts").await.ok(), "all accounts");
    assert_eq!(client.get("/visits").await.ok(), "2");
}

/// And is sent to the log-in, which a second log-in would not do for who has the wrong name.
async fn who_is_not_logged_in_is_told_so_first<S: Fresh>(store: S) {
    let house = House::new(store);
    let mut client = house.regular().await;
    assert_eq!(client.post("/accounts").await.status, 401);
    assert_eq!(navigate(&mut client, "/accounts").await.status, 303);
    let mut client = house.member("ann").await;
    assert_eq!(client.post("/accounts").await.status, 403);
    assert_eq!(navigate(&mut client, "/accounts").await.status, 403);
}
