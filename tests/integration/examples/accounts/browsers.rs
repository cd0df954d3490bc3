//! Real browsers: each has a profile of its own, and so is a device.

use super::application::Application;
use crate::browser::visitor::{PASSWORD, Visitor};

const NEW: &str = "a horse and a battery";

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_up_logs_out_and_logs_in_finds_the_way_back_and_leaves_no_cookie() {
    let application = Application::start().await;
    let ann = Visitor::of(application.port).await;
    ann.goes_to("/").await;
    ann.is_at("Log in").await;
    ann.takes_a_screenshot("log_in").await;
    ann.clicks("#sign-up").await;
    ann.is_at("Sign up").await;
    ann.types("name", "ann").await;
    ann.types("password", PASSWORD).await;
    ann.takes_a_screenshot("sign_up").await;
    ann.clicks("#go").await;
    ann.is_at("Hello, ann").await;
    ann.takes_a_screenshot("home").await;
    let cookie = ann.browser.get_named_cookie("__Host-session").await.expect("there is a cookie");
    assert_eq!(cookie.expiry, None, "it ends with the browser");
    ann.clicks("#log-out").await;
    ann.is_at("Log in").await;
    ann.has_an_empty_jar().await;

    ann.goes_to("/devices").await;
    ann.logs_in("ann", "correct horse batterx").await;
    ann.sees(".problem", "There is no such user, or this is not the password.").await;
    ann.takes_a_screenshot("problem").await;
    ann.is_at("Log in").await;
    ann.types("password", PASSWORD).await;
    ann.clicks("#remember").await;
    ann.clicks("#go").await;
    ann.is_at("Where you are logged in").await;
    let cookie = ann.browser.get_named_cookie("__Host-session").await.expect("there is a cookie");
    assert!(cookie.expiry.is_some(), "it outlives the browser");
    ann.clicks("#log-out").await;
    ann.is_at("Log in").await;
    ann.has_an_empty_jar().await;
    ann.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_browser_is_logged_out_alone_with_the_others_and_everywhere() {
    let application = Application::start().await;
    let (here, there) = tokio::join!(Visitor::of(application.port), Visitor::of(application.port));
    here.signs_up("ann").await;
    let devices = "Where you are logged in";
    for way in [".devices li:not(.this) button", "#others", "#all"] {
        there.goes_to("/devices").await;
        there.logs_in("ann", PASSWORD).await;
        there.is_at(devices).await;
        assert_eq!(there.count(".devices li").await, 2);
        here.goes_to("/devices").await;
        here.is_at(devices).await;
        assert_eq!(here.count(".devices li.this").await, 1);
        assert_eq!(here.count(".devices li").await, 2);
        here.takes_a_screenshot("devices").await;

        here.clicks(way).await;
        if way == "#all" {
            here.is_at("Log in").await;
            here.has_an_empty_jar().await;
        } else {
            here.sees(".devices li:only-child em", "this one").await;
            assert_eq!(here.count(".notice").await, 1);
        }
        there.goes_to("/").await;
        there.is_at("Log in").await;
    }
    here.leaves().await;
    there.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_on_log_in_logs_in_and_so_does_a_log_in_over_another_user() {
    let application = Application::start().await;
    let visitor = Visitor::of(application.port).await;
    for name in ["ann", "bob"] {
        visitor.signs_up(name).await;
        visitor.clicks("#log-out").await;
        visitor.is_at("Log in").await;
    }
    for name in ["ann", "ann", "bob"] {
        visitor.goes_to("/login").await;
        visitor.is_at("Log in").await;
        visitor.types("name", name).await;
        visitor.types("password", PASSWORD).await;
        visitor.clicks_twice("#go").await;
        visitor.is_at(&format!("Hello, {name}")).await;
        visitor.goes_to("/").await;
        visitor.is_at(&format!("Hello, {name}")).await;
    }
    visitor.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_log_in_confirms_itself_before_the_password_changes_and_the_others_are_logged_out() {
    let application = Application::start().await;
    let (here, there) = tokio::join!(Visitor::of(application.port), Visitor::of(application.port));
    here.signs_up("ann").await;
    there.goes_to("/").await;
    there.logs_in("ann", PASSWORD).await;
    there.is_at("Hello, ann").await;

    here.goes_to("/password").await;
    here.is_at("Change your password").await;
    application.age_log_ins().await;
    here.types("password", NEW).await;
    here.clicks("#go").await;
    here.sees("#message", "This asks for your password again.").await;
    here.takes_a_screenshot("message").await;

    here.goes_to("/password").await;
    here.is_at("Confirm that it is you").await;
    here.types("password", NEW).await;
    here.clicks("#go").await;
    here.sees(".problem", "This is not your password.").await;
    here.takes_a_screenshot("confirm").await;
    here.types("password", PASSWORD).await;
    here.clicks("#go").await;
    here.is_at("Change your password").await;
    here.takes_a_screenshot("password").await;
    here.types("password", NEW).await;
    here.clicks("#go").await;
    here.is_at("Where you are logged in").await;
    here.sees(".notice", "Your password is changed. Other devices logged out: 1.").await;
    here.takes_a_screenshot("changed").await;

    there.goes_to("/").await;
    there.logs_in("ann", PASSWORD).await;
    there.sees(".problem", "There is no such user, or this is not the password.").await;
    there.types("password", NEW).await;
    there.clicks("#go").await;
    there.is_at("Hello, ann").await;
    here.leaves().await;
    there.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn through_the_provider_and_back_leads_to_the_page_that_was_asked_for() {
    let application = Application::start().await;
    let carol = Visitor::of(application.port).await;
    carol.goes_to("/devices").await;
    carol.is_at("Log in").await;
    carol.clicks("#example-id").await;
    carol.is_at("Example ID").await;
    carol.types("name", "carol <b>").await;
    carol.takes_a_screenshot("provider").await;
    carol.clicks("#go").await;
    carol.is_at("Where you are logged in").await;
    carol.goes_to("/").await;
    carol.is_at("Hello, carol <b>").await;

    // One without a password confirms with the provider.
    application.age_log_ins().await;
    carol.goes_to("/confirm?next=/devices").await;
    carol.is_at("Confirm that it is you").await;
    let before = carol.browser.get_named_cookie("__Host-session").await.expect("there is a cookie");
    carol.clicks("#example-id").await;
    carol.is_at("Example ID").await;
    carol.types("name", "carol <b>").await;
    carol.clicks("#go").await;
    carol.is_at("Where you are logged in").await;
    let after = carol.browser.get_named_cookie("__Host-session").await.expect("there is a cookie");
    assert_ne!(before.value, after.value, "a log-in of the same user draws a new secret");
    assert_eq!(carol.count(".devices li").await, 1);
    carol.clicks("#log-out").await;
    carol.is_at("Log in").await;
    carol.has_an_empty_jar().await;
    carol.leaves().await;
}
