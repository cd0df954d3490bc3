//! One person in two browsers, each on a node of its own: what one of them ends goes dark in the other.

use std::time::{Duration, Instant};

use serde_json::json;
use session_test_support::{Postgres, Redis};

use super::program::node;
use crate::browser::visitor::Visitor;

/// The promise is a second, and what browsers take comes on top. What a node was not told of it would find within a
/// minute.
const PROMPT: Duration = Duration::from_secs(30);
const OVER: &str = "You are not logged in here any more: the session is over.";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ended_from_another_node_goes_dark_without_a_reload() {
    let redis = Redis::start().await;
    let postgres = Postgres::shared().await.database().await;
    let (mut phone, mut laptop) = tokio::join!(Visitor::of(0), Visitor::of(0));
    phone.has_a_screen_of(320, 720).await;
    for store in [postgres, redis.url()] {
        let nodes = [node(&store).await, node(&store).await];
        phone.goes_over_to(nodes[0].port);
        laptop.goes_over_to(nodes[1].port);
        phone.joins_as("Ann").await;
        fits_the_screen(&phone).await;
        let talk = phone.browser.window().await.expect("there is a window");
        let watch = phone.browser.new_tab().await.expect("there is another");
        phone.shows(&watch).await;
        phone.goes_to("/watch").await;
        phone.sees("#state", "You only watch.").await;
        phone.sees("#guests", "Ann").await;
        phone.runs("window.isSame = true").await;
        phone.shows(&talk).await;
        phone.runs("window.isSame = true").await;
        laptop.joins_as("Ann").await;
        laptop.goes_to("/devices").await;
        laptop.is_at("Where you are logged in").await;
        assert_eq!(laptop.count("#devices li").await, 2);
        laptop.takes_a_screenshot("chat_devices").await;

        let clicked = Instant::now();
        laptop.clicks("#devices button").await;
        phone.sees("#why", OVER).await;
        assert!(clicked.elapsed() < PROMPT, "{:?}", clicked.elapsed());
        phone.takes_a_screenshot("chat_over").await;
        assert_eq!(
            phone.runs("return [isSame, document.activeElement.id]").await,
            json!([true, "log-in"])
        );
        assert_eq!(phone.count("#said, #say, #nav").await, 0);
        fits_the_screen(&phone).await;

        // The browser has asked for the stream once more, and leaves it at the answer: the page says so only then.
        phone.shows(&watch).await;
        phone.sees("#why", OVER).await;
        assert_eq!(phone.runs("return isSame").await, json!(true));
        phone.browser.close_window().await.expect("the tab closes");
        phone.shows(&talk).await;
        phone.clicks("#log-in").await;
        phone.is_at("Who are you?").await;

        laptop.sees("#notice", "That device is logged out.").await;
        assert_eq!(laptop.count("#devices li").await, 1);
        laptop.goes_to("/").await;
        laptop.sees("#state", "").await;
    }
    phone.leaves().await;
    laptop.leaves().await;
}

async fn fits_the_screen(visitor: &Visitor) {
    let overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(visitor.runs(overflow).await, json!(0), "it scrolls sideways");
}
