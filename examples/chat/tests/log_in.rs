//! The log-in, and the page after it.

use super::node::Node;

#[tokio::test]
async fn one_logs_in_with_a_name_and_finds_the_count_on_the_page() {
    let chat = Node::open().await;
    let browser = chat.browser();
    browser.navigating().get("/").await.assert_redirect("/login?next=%2F");
    browser.get("/login").await.assert_status(200);
    for name in ["", " ", &"a".repeat(31)] {
        browser.form("/login", &[("name", name)]).await.assert_status(422);
    }
    browser.form("/login", &[("name", " <i>Ann ")]).await.assert_redirect("/");
    let page = browser.get("/").await.assert_status(200);
    assert!(page.text().contains(">&#60;i&#62;Ann<"), "{}", page.text());
    let cookie = browser.cookies("/").expect("she is logged in");
    let mut socket = chat.socket(&cookie).await;
    socket.says("hello").await;
    socket.hears(r#"{"sent":1}"#).await;
    let page = browser.get("/").await.assert_status(200);
    assert!(page.text().contains(r#"<strong id="sent">1</strong>"#));
    browser.get("/watch").await.assert_status(200);
}
