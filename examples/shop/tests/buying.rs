//! The cart and the order.

use session_axum::testing::{Fault, Operation, stored};

use super::tea_shop::{TeaShop, log_in, page};

#[tokio::test]
async fn a_look_at_the_shop_stores_nothing() {
    let shop = TeaShop::open();
    let browser = shop.browser();
    for path in ["/", "/cart", "/login"] {
        assert!(page(&browser, path).await.contains("There is no session yet"));
    }
    assert_eq!(browser.cookie("__Host-session"), None);
    assert_eq!(shop.store.take_calls(), []);
}

#[tokio::test]
async fn a_cart_survives_the_log_in_and_not_the_log_out() {
    let shop = TeaShop::open();
    let browser = shop.browser();
    browser.post("/cart/sencha").await.assert_redirect("/#sencha");
    browser.post("/cart/cup").await.assert_redirect("/#cup");
    let of_nobody = browser.cookie("__Host-session");
    log_in(&browser, "ann").await.assert_redirect("/");
    assert_ne!(browser.cookie("__Host-session"), of_nobody);
    let seen = stored(&shop.app.sessions, &browser).await.expect("it is stored");
    assert_eq!((seen.user.as_deref(), seen.cart.len()), (Some("ann"), 2));
    let thief = browser.copy();
    browser.post("/logout").await.assert_redirect("/");
    assert!(page(&browser, "/cart").await.contains("It is empty."));
    assert!(page(&thief, "/cart").await.contains("It is empty."));
}

#[tokio::test]
async fn a_notice_is_shown_once() {
    let shop = TeaShop::open();
    let browser = shop.browser();
    browser.post("/cart/sencha").await.assert_status(303);
    assert!(page(&browser, "/").await.contains("In your cart: Sencha."));
    assert!(!page(&browser, "/").await.contains("In your cart: Sencha."));
    browser.post("/cart/sencha/remove").await.assert_redirect("/cart");
    assert!(page(&browser, "/cart").await.contains("Taken out of your cart: Sencha."));
}

#[tokio::test]
async fn two_tabs_that_add_at_once_lose_nothing() {
    let shop = TeaShop::open();
    let browser = shop.browser();
    browser.post("/cart/sencha").await.assert_status(303);
    let tab = browser.clone();
    let replies = tokio::join!(browser.post("/cart/cup/slowly"), tab.post("/cart/teapot"));
    assert_eq!((replies.0.status.as_u16(), replies.1.status.as_u16()), (303, 303));
    let seen = stored(&shop.app.sessions, &browser).await.expect("it is stored");
    let mut cart = seen.cart.clone();
    cart.sort();
    assert_eq!((cart, seen.added), (["cup", "sencha", "teapot"].map(String::from).into(), 3));
}

#[tokio::test]
async fn a_cart_has_room_for_fifty_pieces() {
    let shop = TeaShop::open();
    let browser = shop.browser();
    for _ in 0..51 {
        browser.post("/cart/cup").await.assert_status(303);
    }
    assert!(page(&browser, "/cart").await.contains("Your cart is full"));
    assert_eq!(stored(&shop.app.sessions, &browser).await.map(|seen| seen.cart.len()), Some(50));
}

#[tokio::test]
async fn an_order_takes_a_log_in_and_empties_the_cart() {
    let shop = TeaShop::open();
    let browser = shop.browser();
    browser.post("/cart/kettle").await.assert_status(303);
    browser.post("/order").await.assert_status(401);
    log_in(&browser, "ann").await.assert_status(303);
    browser.post("/order").await.assert_redirect("/cart");
    let cart = page(&browser, "/cart").await;
    assert!(cart.contains("Your order has number 1.") && cart.contains("It is empty."), "{cart}");
    // An empty cart is no order.
    browser.post("/order").await.assert_redirect("/cart");
    let office = page(&shop.browser_of("mia").await, "/office").await;
    assert!(office.contains("No. 1, Ann") && office.contains(r#"id="left-kettle">2<"#), "{office}");
}

#[tokio::test]
async fn an_order_whose_session_could_not_be_saved_is_one_order() {
    let shop = TeaShop::open();
    let ann = shop.browser_of("ann").await;
    for number in [1, 2] {
        ann.post("/cart/kettle").await.assert_status(303);
        shop.store.inject_next(1, Operation::Update, Fault::Fails);
        let failed = ann.post("/order").await.assert_status(503);
        assert!(failed.text().contains("cannot be read or saved"), "{}", failed.text());
        assert!(page(&ann, "/cart").await.contains(r#"id="total">€59.00<"#));
        ann.post("/order").await.assert_status(303);
        assert!(page(&ann, "/cart").await.contains(&format!("Your order has number {number}.")));
    }
    assert_eq!(shop.app.warehouse.orders().len(), 2);
}

#[tokio::test]
async fn orders_of_two_users_on_one_session_are_two_orders() {
    let shop = TeaShop::open();
    let browser = shop.browser();
    for user in ["ann", "ben", "ann"] {
        log_in(&browser, user).await.assert_status(303);
        browser.post("/cart/cup").await.assert_status(303);
        browser.post("/order").await.assert_status(303);
    }
    let users: Vec<_> = shop.app.warehouse.orders().iter().map(|order| order.user).collect();
    assert_eq!(users, ["Ann", "Ben", "Ann"]);
}

#[tokio::test]
async fn nothing_is_ordered_that_is_not_in_stock() {
    let shop = TeaShop::open();
    let ann = shop.browser_of("ann").await;
    for sku in ["cup", "kettle", "kettle", "kettle", "kettle"] {
        ann.post(&format!("/cart/{sku}")).await.assert_status(303);
    }
    ann.post("/order").await.assert_status(303);
    assert!(page(&ann, "/cart").await.contains("There are only 3 left of Kettle."));
    assert!(shop.app.warehouse.orders().is_empty());
    ann.post("/cart/kettle/remove").await.assert_status(303);
    ann.post("/order").await.assert_status(303);
    assert!(page(&ann, "/").await.contains("Your order has number 1."));
    assert!(page(&ann, "/").await.contains("sold out"));
}
