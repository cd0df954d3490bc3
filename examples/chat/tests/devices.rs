//! The list of devices.

use session_axum::testing::{Client, stored};
use session_axum::{Handle, MemoryStore};

use super::node::Node;

/// The devices on the page that can be ended.
async fn others(browser: &Client) -> Vec<Handle> {
    let page = browser.get("/devices").await.assert_status(200);
    let forms = page.text().split("action=\"/devices/one/").skip(1);
    let handles = forms.map(|form| form.split('/').next().expect("a handle").parse());
    handles.collect::<Result<_, _>>().expect("handles are in the forms")
}

#[tokio::test]
async fn another_device_is_ended_with_what_is_open_there() {
    let store = MemoryStore::new();
    let (here, there) = (Node::on(&store).await, Node::on(&store).await);
    let (browser, _) = here.logged_in("Ann").await;
    let (other, cookie) = there.logged_in("Ann").await;
    let mut socket = there.socket(&cookie).await;
    let [handle] = *others(&browser).await else { panic!("there is one other") };
    let page = browser.get("/devices").await;
    assert_eq!(page.text().matches("<em>this one</em>").count(), 1);

    browser.post(&format!("/devices/one/{handle}/end")).await.assert_redirect("/devices");
    socket.is_closed(1008, "the session is over").await;
    let page = browser.get("/devices").await;
    assert!(page.text().contains("That device is logged out."), "{}", page.text());
    assert!(others(&browser).await.is_empty());
    other.navigating().get("/devices").await.assert_redirect("/login?next=%2Fdevices");
}

#[tokio::test]
async fn all_others_are_ended_and_this_one_goes_on() {
    let chat = Node::open().await;
    let (browser, ann) = chat.logged_in("Ann").await;
    let mut here = chat.socket(&ann).await;
    let mut sockets = Vec::new();
    for _ in 0..2 {
        let (_, cookie) = chat.logged_in("Ann").await;
        sockets.push(chat.socket(&cookie).await);
    }
    browser.post("/devices/others/end").await.assert_redirect("/devices");
    for socket in &mut sockets {
        socket.is_closed(1008, "the session was ended from elsewhere").await;
    }
    let page = browser.get("/devices").await;
    assert!(page.text().contains("Other devices logged out: 2."), "{}", page.text());
    here.says("alone at last").await;
    here.hears(r#"{"sent":1}"#).await;
}

#[tokio::test]
async fn nobody_ends_what_is_another_guests() {
    let chat = Node::open().await;
    let (ann, _) = chat.logged_in("Ann").await;
    let (ben, _) = chat.logged_in("Ben").await;
    chat.logged_in("Ann").await;
    let [handle] = *others(&ann).await else { panic!("there is one other") };
    ben.post(&format!("/devices/one/{handle}/end")).await.assert_status(404);
    let evil = ann.cross_site("https://evil.example");
    evil.post(&format!("/devices/one/{handle}/end")).await.assert_status(403);
    assert_eq!(others(&ann).await, [handle]);
    assert!(stored(&chat.app.sessions, &ann).await.is_some());
}
