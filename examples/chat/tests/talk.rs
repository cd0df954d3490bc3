//! What is said, and who hears it.

use std::time::Duration;

use session_axum::testing::{Clock, Fault, FaultyStore, Operation, stored};
use session_axum::{MemoryStore, Sessions};
use tokio_tungstenite::tungstenite::Message;

use super::node::Node;

#[tokio::test]
async fn what_one_says_all_hear_and_the_session_counts() {
    let chat = Node::open().await;
    let (ann, ben) = (chat.guest("Ann").await, chat.guest("Ben").await);
    let (mut at_anns, mut at_bens) = (chat.socket(&ann).await, chat.socket(&ben).await);
    for (count, text) in [(1, "hello"), (2, "<b>")] {
        at_anns.says(text).await;
        at_anns.hears(&format!(r#"{{"sent":{count}}}"#)).await;
        let said = format!(r#"{{"said":{{"name":"Ann","text":"{text}"}}}}"#);
        at_anns.hears(&said).await;
        at_bens.hears(&said).await;
        // While the socket is open, other requests see it.
        assert_eq!(stored(&chat.app.sessions, &ann).await.map(|guest| guest.sent), Some(count));
    }
    assert_eq!(stored(&chat.app.sessions, &ben).await.map(|guest| guest.sent), Some(0));
}

#[tokio::test]
async fn two_sockets_of_one_session_count_together() {
    let chat = Node::open().await;
    let ann = chat.guest("Ann").await;
    let mut sockets = [chat.socket(&ann).await, chat.socket(&ann).await];
    for socket in &mut sockets {
        for _ in 0..10 {
            socket.says("hello").await;
        }
    }
    for socket in &mut sockets {
        for _ in 0..30 {
            socket.heard().await.expect("ten counts, and what both have said");
        }
    }
    assert_eq!(stored(&chat.app.sessions, &ann).await.map(|guest| guest.sent), Some(20));
}

#[tokio::test]
async fn the_event_stream_tells_what_is_said_and_who_is_there() {
    let chat = Node::open().await;
    let (ann, ben) = (chat.guest("Ann").await, chat.guest("Ben").await);
    let mut at_anns = chat.events(&ann).await.unwrap();
    at_anns.tells(r#"{"here":[]}"#).await;
    let mut anns = chat.socket(&ann).await;
    assert_eq!(anns.next().await.as_deref(), Ok(r#"{"here":["Ann"]}"#), "a socket tells it too");
    at_anns.tells(r#"{"here":["Ann"]}"#).await;
    let bens = chat.socket(&ben).await;
    at_anns.tells(r#"{"here":["Ann","Ben"]}"#).await;
    let mut at_bens = chat.events(&ben).await.unwrap();
    at_bens.tells(r#"{"here":["Ann","Ben"]}"#).await;
    anns.says("hello").await;
    for stream in [&mut at_anns, &mut at_bens] {
        stream.tells(r#"{"said":{"name":"Ann","text":"hello"}}"#).await;
    }
    // A second tab of somebody who is there is no news.
    let tab = chat.socket(&ann).await;
    drop(anns);
    drop(bens);
    at_anns.tells(r#"{"here":["Ann"]}"#).await;
    drop(tab);
    at_bens.tells(r#"{"here":["Ann"]}"#).await;
    at_bens.tells(r#"{"here":[]}"#).await;
}

#[tokio::test]
async fn a_message_is_a_use_of_the_session_and_an_open_socket_is_none() {
    let clock = Clock::new();
    let sessions = Sessions::builder(MemoryStore::new()).clock(clock.reader());
    // The store tells what was ended, and is asked for what has expired by this clock.
    let chat = Node::with(sessions.check_every(Duration::from_millis(500))).await;
    let (ann, ben) = (chat.guest("Ann").await, chat.guest("Ben").await);
    let (mut anns, mut bens) = (chat.socket(&ann).await, chat.socket(&ben).await);
    clock.advance(Duration::from_mins(40));
    anns.says("hello").await;
    anns.hears(r#"{"sent":1}"#).await;
    // What a page does by itself: it answers keep-alives, and opens again what it has lost.
    bens.sends(Message::Ping("".into())).await;
    drop(chat.socket(&ben).await);
    chat.events(&ben).await.unwrap().tells(r#"{"here":["Ann","Ben"]}"#).await;
    let browser = chat.browser().header("cookie", ben.to_str().expect("cookies are ASCII"));
    browser.get("/here").await.assert_status(204);
    bens.hears(r#"{"said":{"name":"Ann","text":"hello"}}"#).await;
    clock.advance(Duration::from_mins(40));
    bens.is_closed(1008, "the session has expired").await;
    anns.says("still here").await;
    anns.hears(r#"{"said":{"name":"Ann","text":"hello"}}"#).await;
    anns.hears(r#"{"sent":2}"#).await;
}

#[tokio::test]
async fn what_cannot_be_counted_is_not_sent() {
    let (clock, store) = (Clock::new(), FaultyStore::new(MemoryStore::new()));
    let chat = Node::with(Sessions::builder(store.clone()).clock(clock.reader())).await;
    let ann = chat.guest("Ann").await;
    let mut socket = chat.socket(&ann).await;
    // After a while a message renews the idle limit.
    clock.advance(Duration::from_mins(20));
    for operation in [Operation::Load, Operation::Touch, Operation::Update] {
        store.inject_next(1, operation, Fault::Fails);
        socket.says("hello").await;
        socket.hears(r#""unsent""#).await;
    }
    socket.says("again").await;
    socket.hears(r#"{"sent":1}"#).await;
    socket.hears(r#"{"said":{"name":"Ann","text":"again"}}"#).await;
}

#[tokio::test]
async fn a_message_that_is_too_long_ends_the_socket() {
    let chat = Node::open().await;
    let ann = chat.guest("Ann").await;
    let mut socket = chat.socket(&ann).await;
    socket.next().await.expect("who is there");
    socket.says(&"a".repeat(4097)).await;
    socket.breaks().await;
    assert_eq!(stored(&chat.app.sessions, &ann).await.map(|guest| guest.sent), Some(0));
}
