//! A visit from the first look to the log-out, and what the browser keeps of it.

use serde_json::json;
use thirtyfour::SameSite;

use super::program::open;
use crate::browser::visitor::Visitor;

const COOKIE: &str = "__Host-session";

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_survives_the_log_in_and_the_back_button_shows_nothing_after_the_log_out() {
    let shop = open().await;
    let ann = Visitor::of(shop.port).await;
    ann.goes_to("/").await;
    ann.is_at("Tea, and what it is made with").await;
    ann.has_an_empty_jar().await;
    ann.clicks("#add-sencha").await;
    ann.sees("#notice", "In your cart: Sencha.").await;
    ann.sees("#in-cart", "1").await;

    let cookie = ann.browser.get_named_cookie(COOKIE).await.expect("there is a cookie");
    assert_eq!((cookie.secure, cookie.http_only), (Some(true), Some(true)));
    assert_eq!(cookie.same_site, Some(SameSite::Lax));
    assert_eq!((cookie.path.as_deref(), cookie.domain.as_deref()), (Some("/"), Some("localhost")));
    assert_eq!(cookie.expiry, None, "it ends with the browser");
    assert_eq!(ann.runs("return document.cookie").await, json!(""));

    ann.is_let_in("Ann", "two sugars", true).await;
    ann.sees("#in-cart", "1").await;
    let remembered = ann.browser.get_named_cookie(COOKIE).await.expect("there is a cookie");
    assert_ne!(remembered.value, cookie.value);
    assert!(remembered.expiry.is_some(), "it outlives the browser");

    ann.goes_to("/cart").await;
    ann.sees("#total", "€12.90").await;
    ann.clicks("#order").await;
    ann.sees("#notice", "Thank you, Ann. Your order has number 1.").await;
    ann.sees("#in-cart", "0").await;
    ann.goes_to("/").await;
    ann.clicks("#add-sencha").await;
    ann.sees("#in-cart", "1").await;
    ann.goes_to("/cart").await;
    ann.clicks_twice("#order").await;
    // Whether the notice is seen depends on the clicks: the answer to the first may take it, and is not shown.
    ann.sees("#in-cart", "0").await;

    ann.goes_to("/devices").await;
    ann.is_at("Where you are logged in").await;
    ann.clicks("#log-out").await;
    ann.sees("#notice", "You are logged out. Good-bye!").await;
    assert_eq!(ann.count("#name").await, 0);
    ann.goes_back().await;
    ann.is_at("Log in").await;
    assert_eq!(ann.count("#name, #devices").await, 0);

    // Two clicks at once were one order; the office is for others.
    ann.goes_to("/office").await;
    ann.is_at("Log in").await;
    ann.types("name-field", "ann").await;
    ann.types("password", "two sugars").await;
    ann.clicks("#go").await;
    ann.sees("#message", "The office is for administrators.").await;
    ann.is_let_in("Mia", "the long kettle", false).await;
    ann.goes_to("/office").await;
    ann.is_at("Office").await;
    assert_eq!(ann.count("#order-list li").await, 2);
    ann.clicks("#restock-whisk").await;
    ann.sees("#left-whisk", "10").await;
    ann.leaves().await;
}
