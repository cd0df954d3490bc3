//! One user in two browsers, each with a profile of its own: what one of them ends goes dark in the other.

use serde_json::json;

use super::program::open;
use super::tabs::two_tabs;
use crate::browser::visitor::Visitor;

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_logged_out_goes_dark_in_all_its_tabs() {
    let shop = open().await;
    let (laptop, phone) = tokio::join!(Visitor::of(shop.port), Visitor::of(shop.port));
    phone.has_a_screen_of(360, 720).await;
    laptop.is_ann().await;
    for button in [".end", "#others", "#all"] {
        phone.is_ann().await;
        let (first, second) = two_tabs(&phone).await;
        phone.runs("window.isSame = true; return 0").await;
        laptop.goes_to("/devices").await;
        laptop.is_at("Where you are logged in").await;
        assert_eq!(laptop.count("#devices li").await, 2);
        laptop.clicks(button).await;

        phone.sees("#veil-title", "You were logged out elsewhere").await;
        assert_eq!(phone.runs("return isSame").await, json!(true), "without a reload");
        assert_eq!(phone.runs("return document.activeElement.id").await, json!("again"));
        assert_eq!(phone.count("#page").await, 0, "nothing stays behind the veil");
        phone.takes_a_screenshot("shop-veil").await;
        phone.browser.close_window().await.expect("the tab closes");
        phone.shows(&first).await;
        phone.sees("#veil-title", "You were logged out elsewhere").await;
        phone.clicks("#again").await;
        phone.is_at("Log in").await;
        drop(second);
    }
    laptop.sees("#notice", "You are logged out everywhere.").await;
    phone.leaves().await;
    laptop.leaves().await;
}
