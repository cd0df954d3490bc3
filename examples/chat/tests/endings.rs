//! The end of a session ends what is open on it, on every node.

use session_axum::MemoryStore;
use session_axum::testing::stored;

use super::node::Node;

const NOT_HEARD: &str = r#"{"said":{"name":"Ben","text":"where is Ann?"}}"#;

#[tokio::test]
async fn a_log_out_ends_sockets_and_streams_on_every_node() {
    let store = MemoryStore::new();
    let (here, there) = (Node::on(&store).await, Node::on(&store).await);
    let (browser, ann) = here.logged_in("Ann").await;
    let ben = there.guest("Ben").await;
    let (mut anns, mut far) = (here.socket(&ann).await, there.socket(&ann).await);
    let mut bens = there.socket(&ben).await;
    let mut streams = [here.events(&ann).await.unwrap(), there.events(&ann).await.unwrap()];
    for stream in &mut streams {
        stream.next().await.expect("who is there");
    }
    browser.post("/logout").await.assert_redirect("/login");
    anns.is_closed(1008, "the session was ended by a log-out").await;
    far.is_closed(1008, "the session is over").await;
    bens.says("where is Ann?").await;
    bens.hears(r#"{"sent":1}"#).await;
    bens.hears(NOT_HEARD).await;
    for (node, stream) in [&here, &there].into_iter().zip(&mut streams) {
        while let Some(event) = stream.next().await {
            assert_ne!(event, NOT_HEARD);
        }
        assert_eq!(node.events(&ann).await.err(), Some(204), "a browser does not ask again");
    }
    // A page whose socket does not open any more asks why.
    browser.get("/here").await.assert_status(401);
}

#[tokio::test]
async fn a_socket_ends_when_somebody_else_logs_in_to_its_session() {
    let chat = Node::open().await;
    let (browser, ann) = chat.logged_in("Ann").await;
    let mut at_anns = chat.socket(&ann).await;
    browser.form("/login", &[("name", "Ann")]).await.assert_redirect("/");
    at_anns.says("still here").await;
    at_anns.hears(r#"{"sent":1}"#).await;
    at_anns.heard().await.expect("what she has said");
    browser.form("/login", &[("name", "Ben")]).await.assert_redirect("/");
    at_anns.is_closed(1008, "the session is another's now, or nobody's").await;
    let ben = stored(&chat.app.sessions, &browser).await.expect("he is logged in");
    assert_eq!((ben.name.as_deref(), ben.sent), (Some("Ben"), 0));
}

/// The sessions go on: the pages connect again, to another node.
#[tokio::test]
async fn a_server_that_stops_closes_what_is_open() {
    let store = MemoryStore::new();
    let (here, there) = (Node::on(&store).await, Node::on(&store).await);
    let ann = here.guest("Ann").await;
    let (mut socket, mut stream) = (here.socket(&ann).await, here.events(&ann).await.unwrap());
    stream.next().await.expect("who is there");
    here.app.sessions.close_live();
    socket.is_closed(1001, "the server is shutting down").await;
    while stream.next().await.is_some() {}
    socket.breaks().await;
    here.app.room.is_left().await;
    there.socket(&ann).await.next().await.expect("who is there");
}
