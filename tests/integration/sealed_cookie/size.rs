//! How much fits into a cookie, and into several.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use session_axum::{SessionEvent, Sessions};
use session_tests::Client;

use super::app::{Clock, key, replayable, ring, router};

#[tokio::test]
async fn what_does_not_fit_is_refused_and_the_old_session_stays() {
    let mut client = Client::new(&replayable(&Clock::new()));
    client.post("/visit").await;
    let mut longest = 0;
    for length in 2800..3100 {
        let reply = client.clone().post(&format!("/note/{length}")).await;
        let lines = reply.set_cookies();
        match reply.status {
            StatusCode::OK => {
                let pair = lines[0].split(';').next().expect("it has a pair");
                assert!(pair.len() - 1 <= 4096, "name and value have {} bytes", pair.len() - 1);
                longest = longest.max(pair.len() - 1);
            }
            status => assert_eq!((status, lines.len()), (StatusCode::INTERNAL_SERVER_ERROR, 0)),
        }
    }
    assert_eq!(longest, 4096, "all of the room is used");
    assert_eq!(client.get("/").await.body, "- 1 0", "the old session is as it was");
}

#[tokio::test]
async fn one_byte_more_than_4096_is_an_error_that_says_so() {
    let refused = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&refused);
    let builder = Sessions::sealed_cookie(ring(&key())).accept_replay_until_expiry();
    let builder = builder.on_event(move |event| {
        if let SessionEvent::Refused { refusal } = event {
            noted.lock().expect("nobody panics here").push(format!("{refusal:?}"));
        }
    });
    let mut client = Client::new(&router(builder, &Clock::new()));
    client.post("/visit").await;
    let size = async |length: usize| {
        let reply = client.clone().post(&format!("/note/{length}")).await;
        reply.set_cookies().first().map(|line| line.split(';').next().map_or(0, str::len) - 1)
    };
    let mut length = 2800;
    while size(length).await != Some(4096) {
        length += 1;
    }
    assert_eq!(size(length + 1).await, None);
    let refused = refused.lock().expect("nobody panics here").clone();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(refused[0].contains("needs 4083 bytes in its cookies, and 4082 fit"), "{refused:?}");
    assert_eq!(client.get("/").await.body, "- 1 0", "the old session is as it was");
}

#[tokio::test]
async fn a_larger_session_is_spread_over_cookies_and_stale_ones_are_removed() {
    let builder = Sessions::sealed_cookie(ring(&key())).chunks(3).accept_replay_until_expiry();
    let mut client = Client::new(&router(builder, &Clock::new()));
    assert_eq!(client.post("/note/8000").await.set_cookies().len(), 3);
    assert_eq!(client.get("/").await.body, "- 0 8000");
    let whole = client.clone();

    client.post("/note/4000").await;
    assert_eq!(client.get("/").await.body, "- 0 4000");
    assert!(client.cookie("__Host-session.1").is_some());
    assert!(client.cookie("__Host-session.2").is_none(), "the third cookie was removed");
    client.post("/note/1").await;
    assert!(client.cookie("__Host-session.1").is_none(), "the second cookie was removed");
    assert_eq!(client.get("/").await.body, "- 0 1");

    for lost in ["__Host-session", "__Host-session.1", "__Host-session.2"] {
        let mut partial = whole.clone();
        partial.forget(lost);
        assert_eq!(partial.get("/").await.body, "- 0 0", "without {lost} it is no session");
    }
    let mut mixed = whole.clone();
    mixed.set("__Host-session.1", &"A".repeat(100));
    assert_eq!(mixed.get("/").await.body, "- 0 0");
    let mut leaving = whole;
    leaving.post("/logout").await;
    for name in ["__Host-session", "__Host-session.1", "__Host-session.2"] {
        assert!(leaving.cookie(name).is_none(), "{name} was removed");
    }
}
