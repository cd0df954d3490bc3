//! The log-in.

use std::time::Duration;

use super::tea_shop::{TeaShop, log_in, page};
use crate::users::User;

#[tokio::test]
async fn a_wrong_password_is_answered_with_the_form() {
    let shop = TeaShop::open();
    let browser = shop.browser();
    for name in ["ann", "nobody"] {
        let fields = [("name", name), ("password", "milk"), ("next", "/cart")];
        let form = browser.form("/login", &fields).await.assert_status(401);
        let form = form.text();
        assert!(form.contains(r#"role="alert">There is no such user, or this is not"#), "{form}");
        assert!(form.contains(&format!(r#"value="{name}""#)) && form.contains(r#"value="/cart""#));
        assert!(!form.contains("milk\""), "{form}");
    }
    assert_eq!(browser.cookie("__Host-session"), None);
}

#[tokio::test]
async fn the_way_back_leads_nowhere_else() {
    let shop = TeaShop::open();
    let password = User::find("ann").expect("she is a user").password;
    for (next, location) in [("/cart", "/cart"), ("https://evil.example/", "/")] {
        let fields = [("name", "Ann"), ("password", password), ("next", next)];
        shop.browser().form("/login", &fields).await.assert_redirect(location);
    }
}

#[tokio::test]
async fn who_is_remembered_outlives_the_browser_and_the_day() {
    let shop = TeaShop::open();
    let forgotten = shop.browser_of("ann").await;
    let remembered = shop.browser();
    let password = User::find("ann").expect("she is a user").password;
    let fields = [("name", "ann"), ("password", password), ("remember", "on")];
    remembered.form("/login", &fields).await.assert_status(303);
    for (browser, is_in) in [(forgotten, false), (remembered, true)] {
        browser.restart();
        assert_eq!(page(&browser, "/").await.contains(r#"id="name">Ann<"#), is_in);
        shop.clock.advance(Duration::from_hours(48));
        assert_eq!(page(&browser, "/").await.contains(r#"id="name">Ann<"#), is_in);
    }
}

#[tokio::test]
async fn what_a_visitor_types_is_no_html() {
    let shop = TeaShop::open();
    let fields = [("name", "\"><script>"), ("password", "a")];
    let form = shop.browser().form("/login", &fields).await.assert_status(401);
    assert!(!form.text().contains("<script>"), "{}", form.text());
}

#[tokio::test]
async fn a_log_in_by_another_user_empties_the_cart() {
    let shop = TeaShop::open();
    let browser = shop.browser_of("ann").await;
    browser.post("/cart/cup").await.assert_status(303);
    log_in(&browser, "ben").await.assert_status(303);
    let cart = page(&browser, "/cart").await;
    assert!(cart.contains("It is empty.") && cart.contains("Ben"), "{cart}");
}
