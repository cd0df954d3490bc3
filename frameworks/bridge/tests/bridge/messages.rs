//! Messages of axum-messages, as in its example `basic`.

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use axum_messages::{Messages, MessagesManagerLayer};
use session_axum::testing::{Client, FaultyStore, Operation, stored};
use session_axum::{MemoryStore, Sessions};
use session_tower::Bridge;

use crate::shop::Shop;

async fn set(messages: Messages) -> Redirect {
    messages.info("Hello, world!").debug("This is a debug message.");
    Redirect::to("/read")
}

async fn read(messages: Messages) -> String {
    let lines: Vec<_> = messages.map(|message| format!("{}: {message}", message.level)).collect();
    if lines.is_empty() { "No messages yet!".to_owned() } else { lines.join(", ") }
}

#[tokio::test]
async fn a_message_is_shown_once_on_the_page_after_the_redirect() {
    let store = FaultyStore::new(MemoryStore::new());
    let sessions = Sessions::<Shop>::builder(store.clone()).without_cleaner().build().unwrap();
    let routes = Router::new()
        .route("/", get(set))
        .route("/read", get(read))
        .layer(MessagesManagerLayer)
        .layer(Bridge::new(&sessions, |shop: &mut Shop| &mut shop.values));
    let client = Client::new(routes);

    assert_eq!(client.get("/read").await.text(), "No messages yet!");
    assert_eq!(store.take_calls(), [], "nothing is stored of whoever only looks");

    client.get("/").await.assert_redirect("/read");
    let stored = stored(&sessions, &client).await.unwrap();
    assert!(stored.values.contains_key("axum-messages.data"));
    let page = client.get("/read").await;
    assert_eq!(page.text(), "Info: Hello, world!, Debug: This is a debug message.");
    assert_eq!(client.get("/read").await.text(), "No messages yet!");

    store.take_calls();
    client.get("/read").await.assert_status(200);
    assert_eq!(store.count(Operation::Update), 0, "nothing has changed");
}
