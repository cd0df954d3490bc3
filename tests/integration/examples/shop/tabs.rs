//! Two tabs of one browser on one session.

use serde_json::json;

use super::program::open;
use crate::browser::visitor::Visitor;

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_that_add_at_once_lose_nothing() {
    let shop = open().await;
    let visitor = Visitor::of(shop.port).await;
    visitor.goes_to("/").await;
    visitor.clicks("#add-sencha").await;
    visitor.sees("#in-cart", "1").await;
    let first = visitor.browser.window().await.expect("there is a window");
    let second = visitor.browser.new_tab().await.expect("there is another");
    visitor.shows(&second).await;
    visitor.goes_to("/").await;

    // The click is answered when the script has returned: both requests may be under way.
    visitor.runs("setTimeout(() => document.getElementById('add-teapot').click()); return 0").await;
    visitor.shows(&first).await;
    visitor.clicks("#add-cup").await;
    visitor.sees(".card:target h2", "Cup").await;
    visitor.shows(&second).await;
    visitor.sees(".card:target h2", "Teapot").await;
    visitor.goes_to("/cart").await;
    visitor.sees("#total", "€66.40").await;
    visitor.sees("#in-cart", "3").await;
    visitor.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_drawer_adds_two_at_once_and_stays_open() {
    let shop = open().await;
    let visitor = Visitor::of(shop.port).await;
    visitor.goes_to("/").await;
    visitor.clicks("#add-sencha").await;
    visitor.sees("#in-cart", "1").await;
    visitor.clicks("#drawer summary").await;
    visitor.sees("#at-once button", "Add two cups at once").await;
    visitor.clicks("#at-once button").await;
    visitor.sees("#in-cart", "3").await;
    visitor.sees("#added", "3").await;
    assert_eq!(visitor.runs("return document.getElementById('drawer').open").await, json!(true));
    let handle = visitor.runs("return document.getElementById('handle').textContent").await;
    let cookie = visitor.cookie("__Host-session").await;
    let page = visitor.browser.source().await.expect("the browser runs");
    assert!(!page.contains(&cookie[22..]), "the secret is on the page of {handle}");
    visitor.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_out_in_one_tab_darkens_the_other() {
    let shop = open().await;
    let ann = Visitor::of(shop.port).await;
    ann.is_ann().await;
    let (first, second) = two_tabs(&ann).await;
    ann.clicks("#log-out").await;
    ann.sees("#notice", "You are logged out. Good-bye!").await;
    ann.shows(&first).await;
    ann.sees("#veil-title", "You were logged out elsewhere").await;
    assert_eq!(ann.count("#page").await, 0);
    ann.shows(&second).await;
    assert_eq!(ann.count("#veil").await, 0, "the page of nobody has no veil");
    ann.leaves().await;
}

/// Two tabs with the shop, of which the second is in front.
pub(super) async fn two_tabs(
    visitor: &Visitor,
) -> (thirtyfour::WindowHandle, thirtyfour::WindowHandle) {
    let first = visitor.browser.window().await.expect("there is a window");
    let second = visitor.browser.new_tab().await.expect("there is another");
    visitor.shows(&second).await;
    visitor.goes_to("/").await;
    visitor.sees("#name", "Ann").await;
    (first, second)
}
