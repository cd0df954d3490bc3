//! The permissions: an administrator and an editor in browsers of their own.

use crate::browser::visitor::Visitor;
use crate::examples::program::Program;

#[tokio::test(flavor = "multi_thread")]
async fn what_an_administrator_takes_is_gone_with_the_next_click() {
    let program = Program::start("permissions").await;
    let (ann, ben) = tokio::join!(Visitor::of(program.port), Visitor::of(program.port));
    ben.goes_to("/prices").await;
    ben.is_at("Who are you?").await;
    ben.takes_a_screenshot("permissions_log_in").await;
    ben.clicks("#user-2").await;
    ben.is_at("Prices").await;
    ben.runs("document.getElementById('tea').value = 500; return 0").await;
    ben.clicks("#change-tea").await;
    ben.is_at("Prices").await;
    let price = "return document.getElementById('tea').value";
    assert_eq!(ben.runs(price).await, "500");
    ben.takes_a_screenshot("permissions_prices").await;

    ann.goes_to("/admin/groups").await;
    ann.clicks("#user-1").await;
    ann.is_at("Groups").await;
    ann.takes_a_screenshot("permissions_groups").await;
    ann.takes_a_screenshot_in_the_dark("permissions_groups_dark").await;
    ann.clicks("button[aria-label='Take prices.edit from editors']").await;
    ann.sees("button[aria-label='Give prices.edit to editors']", "Give").await;

    ben.clicks("#change-tea").await;
    ben.is_at("Sorry").await;
    ben.sees("#message", "You may not do this. An administrator can give you the permission.")
        .await;
    ben.goes_to("/prices").await;
    ben.is_at("Prices").await;
    assert_eq!(ben.count("#change-tea").await, 0, "he reads them still");

    ben.goes_to("/handbook/").await;
    ben.is_at("Handbook").await;
    ben.goes_to("/").await;
    ben.is_at("Hello, Ben").await;
    ben.takes_a_screenshot("permissions_home").await;
    ben.clicks("#log-out").await;
    ben.is_at("Who are you?").await;
    ben.goes_to("/handbook/").await;
    ben.is_at("Who are you?").await;
    ann.leaves().await;
    ben.leaves().await;
}
