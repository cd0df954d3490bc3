//! What the drawer shows, and what it does not.

use session_axum::testing::{Client, Fault, Operation};

use super::tea_shop::{TeaShop, log_in, page};

/// The drawer of a page, without its tags: words with a space between them.
async fn drawer(browser: &Client, path: &str) -> String {
    let page = page(browser, path).await;
    let (_, drawer) = page.split_once("<aside").expect("the page has a drawer");
    let texts = drawer.split('<').filter_map(|piece| piece.split_once('>'));
    let words = texts.flat_map(|(_, text)| text.split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn it_shows_the_calls_and_events_of_the_last_requests() {
    let shop = TeaShop::open();
    let browser = shop.browser();
    browser.post("/cart/cup").await.assert_status(303);
    let first = drawer(&browser, "/").await;
    assert!(first.contains("revision 1"), "{first}");
    assert!(first.contains("POST /cart/{sku} 303"), "{first}");
    assert!(first.contains("insert saved as revision 1"), "{first}");
    assert!(first.contains("created stored for the first time"), "{first}");
    log_in(&browser, "ann").await.assert_status(303);
    let then = drawer(&browser, "/cart").await;
    assert!(then.contains("update a log-in: 2 → 3"), "{then}");
    assert!(then.contains("rotated it has a new secret"), "{then}");
    // The page has taken the notice after it was shown.
    assert!(then.contains("GET / 200") && then.contains("update fields: 1 → 2"), "{then}");
    for _ in 0..10 {
        browser.get("/").await.assert_status(200);
    }
    assert!(!drawer(&browser, "/").await.contains("insert"));
}

#[tokio::test]
async fn it_shows_a_conflict_and_the_merge() {
    let shop = TeaShop::open();
    let browser = shop.browser();
    browser.post("/cart/cup").await.assert_status(303);
    shop.store.inject_next(1, Operation::Update, Fault::Conflicts);
    browser.post("/cart/cup").await.assert_status(303);
    let drawer = drawer(&browser, "/").await;
    assert!(drawer.contains("update expected 1, found 2: merge"), "{drawer}");
    assert!(drawer.contains("update fields: 2 → 3"), "{drawer}");
    assert!(drawer.contains("Put into the cart so far: 2"), "{drawer}");
}

#[tokio::test]
async fn it_shows_what_failed() {
    let shop = TeaShop::open();
    let browser = shop.browser();
    browser.post("/cart/cup").await.assert_status(303);
    shop.store.inject_next(1, Operation::Update, Fault::Fails);
    browser.post("/cart/cup").await.assert_status(503);
    let drawer = drawer(&browser, "/").await;
    assert!(drawer.contains("POST /cart/{sku} 503"), "{drawer}");
    assert!(drawer.contains("update it failed"), "{drawer}");
    assert!(drawer.contains("store failed update"), "{drawer}");
}

#[tokio::test]
async fn it_has_no_secret_and_nothing_of_other_sessions() {
    let shop = TeaShop::open();
    let (ann, ben) = (shop.browser_of("ann").await, shop.browser_of("ben").await);
    let of_ben = &shop.app.sessions.list(&"ben".to_owned()).await.expect("the store answers")[0];
    ann.post(&format!("/devices/one/{}/end", of_ben.handle)).await.assert_status(404);
    ben.post("/cart/cup").await.assert_status(303);
    let page = page(&ann, "/").await;
    assert!(page.contains("POST /devices/one/{handle}/end"), "{page}");
    assert!(!page.contains("POST /cart/{sku}") && !page.contains(&of_ben.handle.to_string()));
    let token = ann.cookie("__Host-session").expect("she is logged in");
    assert!(!page.contains(&token[22..]), "the secret is on the page");
    assert!(!page.contains("two sugars"), "the password is on the page");
}

#[tokio::test]
async fn it_forgets_what_another_user_did() {
    let shop = TeaShop::open();
    let browser = shop.browser_of("ann").await;
    browser.post("/cart/cup").await.assert_status(303);
    assert!(drawer(&browser, "/").await.contains("POST /cart/{sku}"));
    log_in(&browser, "ben").await.assert_status(303);
    let of_ben = drawer(&browser, "/").await;
    assert!(of_ben.contains("POST /login") && !of_ben.contains("POST /cart/{sku}"), "{of_ben}");
}
