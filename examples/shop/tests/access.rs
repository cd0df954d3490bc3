//! Who may see what.

use super::tea_shop::{TeaShop, page};

#[tokio::test]
async fn the_office_is_open_to_administrators_alone() {
    let shop = TeaShop::open();
    let nobody = shop.browser();
    nobody.get("/office").await.assert_redirect("/login?next=%2Foffice");
    nobody.post("/office/whisk/restock").await.assert_status(401);
    let (ann, mia) = (shop.browser_of("ann").await, shop.browser_of("mia").await);
    ann.get("/office").await.assert_status(403);
    ann.post("/office/whisk/restock").await.assert_status(403);
    assert!(page(&mia, "/office").await.contains(r#"id="left-whisk">0<"#));
    mia.post("/office/whisk/restock").await.assert_redirect("/office");
    assert!(page(&mia, "/office").await.contains(r#"id="left-whisk">10<"#));
    assert!(!page(&ann, "/").await.contains(r#"href="/office""#));
}

#[tokio::test]
async fn another_site_fills_no_cart_and_ends_no_session() {
    let shop = TeaShop::open();
    let ann = shop.browser_of("ann").await;
    let evil = ann.cross_site("https://evil.example");
    for path in ["/cart/cup", "/logout", "/devices/all/end"] {
        let refused = evil.post(path).await.assert_status(403);
        assert!(refused.text().contains("This came from another site"), "{path}");
    }
    let cart = page(&ann, "/cart").await;
    assert!(cart.contains("It is empty.") && cart.contains("Ann"), "{cart}");
}

#[tokio::test]
async fn what_does_not_exist_is_a_page_that_leads_back() {
    let shop = TeaShop::open();
    let browser = shop.browser();
    for (reply, status) in [
        (browser.get("/teapots").await, 404),
        (browser.post("/cart/coffee").await, 404),
        (browser.get("/logout").await, 405),
    ] {
        let reply = reply.assert_status(status);
        assert!(reply.text().contains(r#"id="back" href="/""#), "{}", reply.text());
    }
    assert_eq!(browser.cookie("__Host-session"), None);
}
