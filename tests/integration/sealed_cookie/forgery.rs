//! Cookies that were not sealed here, or not with this name or key.

use session_axum::{SessionCookie, Sessions};
use session_tests::Client;

use super::app::{Clock, key, replayable, ring, router};

#[tokio::test]
async fn every_bit_and_every_prefix_is_refused_alike() {
    let router = replayable(&Clock::new());
    let mut client = Client::new(&router);
    client.post("/visit").await;
    let value = client.session().expect("it has begun").to_owned();
    let anonymous = Client::new(&router).get("/").await;
    let refused = async |forged: &str| {
        let reply = Client::with_session(&router, forged).get("/").await;
        assert_eq!(reply.status, anonymous.status);
        assert_eq!(reply.headers, anonymous.headers);
        assert_eq!(reply.body, anonymous.body);
    };
    for position in 0..value.len() {
        refused(&value[..position]).await;
        for bit in 0..7 {
            let mut bytes = value.clone().into_bytes();
            bytes[position] ^= 1 << bit;
            if bytes[position].is_ascii_graphic() && bytes[position] != b';' {
                refused(str::from_utf8(&bytes).expect("it is ASCII")).await;
            }
        }
    }
}

#[tokio::test]
async fn a_cookie_of_another_name_is_no_session() {
    let key = key();
    let clock = Clock::new();
    let mut client = Client::new(&router(
        Sessions::sealed_cookie(ring(&key)).accept_replay_until_expiry(),
        &clock,
    ));
    client.post("/login/ann").await;
    let value = client.session().expect("it has begun").to_owned();
    let admin = SessionCookie::host("admin").expect("it is a name");
    let other = router(
        Sessions::sealed_cookie(ring(&key)).accept_replay_until_expiry().cookie(admin),
        &clock,
    );
    let mut moved = Client::new(&other);
    moved.set("__Host-admin", &value);
    assert_eq!(moved.get("/").await.body, "- 0 0");
}

#[tokio::test]
async fn a_removed_key_ends_what_it_sealed() {
    let (old, new) = (key(), key());
    let clock = Clock::new();
    let node = |keys: &str| {
        router(Sessions::sealed_cookie(ring(keys)).accept_replay_until_expiry(), &clock)
    };
    let mut client = Client::new(&node(&old));
    client.post("/login/ann").await.ok();
    client.switch_to(&node(&format!("{new} {old}")));
    assert_eq!(client.get("/").await.ok(), "ann 0 0");
    client.switch_to(&node(&new));
    assert_eq!(client.get("/").await.ok(), "- 0 0", "nothing was changed meanwhile");
}

#[tokio::test]
async fn a_rotated_key_seals_anew_with_the_next_change() {
    let (old, new) = (key(), key());
    let clock = Clock::new();
    let node = |keys: &str| {
        router(Sessions::sealed_cookie(ring(keys)).accept_replay_until_expiry(), &clock)
    };
    let mut client = Client::new(&node(&old));
    client.post("/login/ann").await;
    for keys in [format!("{old} next:{new}"), format!("{new} {old}"), new.clone()] {
        client.switch_to(&node(&keys));
        let sealed = client.session().expect("it is logged in").to_owned();
        assert!(client.get("/").await.set_cookies().is_empty(), "a reader seals nothing");
        assert!(client.post("/note/0").await.set_cookies().is_empty(), "nor what changes nothing");
        client.post("/visit").await.ok();
        assert_ne!(client.session(), Some(&*sealed));
    }
    assert_eq!(client.get("/").await.body, "ann 3 0", "what the removed key has sealed is gone");
}
