//! The page in a browser: a phone, light and dark, what can be pressed, and a restart.

use serde_json::json;

use super::shop::Shop;
use crate::browser::visitor::Visitor;
use session_test_support::Postgres;

const HEADING: &str = "A small shop";

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_still_there_after_a_restart() {
    let database = Postgres::shared().await.database().await;
    let shop = Shop::open(&database).await;
    let visitor = Visitor::of(shop.port).await;
    visitor.goes_to("/").await;
    visitor.sees("#user", "nobody yet").await;
    visitor.clicks("#visit").await;
    visitor.sees("#visits", "1").await;
    visitor.clicks("#tea").await;
    visitor.sees("#cart", "tea").await;
    visitor.clicks("#cup").await;
    visitor.sees("#cart", "tea\ncup").await;
    visitor.types("name", "ann").await;
    visitor.clicks("#login").await;
    visitor.sees("#user", "ann").await;

    shop.directory.kill();
    shop.start_again(&database, None).await;
    visitor.goes_to("/").await;
    visitor.sees("#user", "ann").await;
    visitor.sees("#visits", "1").await;
    visitor.sees("#cart", "tea\ncup").await;

    let cookie = visitor.browser.get_named_cookie("__Host-session").await.expect("it is there");
    assert_eq!((cookie.secure, cookie.path.as_deref()), (Some(true), Some("/")));
    visitor.clicks("#logout").await;
    visitor.sees("#user", "nobody yet").await;
    visitor.has_an_empty_jar().await;
    visitor.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_button_leads_back_to_the_page_with_a_notice_that_is_shown_once() {
    let shop = Shop::open("memory:").await;
    let visitor = Visitor::of(shop.port).await;
    visitor.goes_to("/").await;
    visitor.is_at(HEADING).await;
    for (button, notice) in [
        ("#visit", "Your visit is counted."),
        ("#tea", "In your cart: tea."),
        ("#cup", "In your cart: cup."),
        ("#login", "Welcome, ann <b>."),
    ] {
        if button == "#login" {
            visitor.types("name", "ann <b>").await;
        }
        visitor.clicks(button).await;
        visitor.sees("#notice", notice).await;
        visitor.is_at(HEADING).await;
        visitor.goes_to("/").await;
        visitor.is_at(HEADING).await;
        assert_eq!(visitor.count("#notice").await, 0, "{notice} is shown once");
    }
    assert_eq!(visitor.count("button").await, 4, "each button but the last was pressed");
    visitor.clicks("#logout").await;
    visitor.sees("#user", "nobody yet").await;

    // An address that was typed, or is in the history.
    for (path, message) in [
        ("/visit", "Only a button of the shop leads here."),
        ("/favicon", "There is nothing at this address."),
    ] {
        visitor.goes_to(path).await;
        visitor.is_at(message).await;
        visitor.clicks("#back").await;
        visitor.is_at(HEADING).await;
    }
    visitor.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_a_page_that_leads_back_and_a_line_for_programs() {
    let shop = Shop::open("memory:").await;
    let elsewhere = "-X POST -H 'Sec-Fetch-Site: cross-site' SHOP/visit -w '%{http_code}'";
    let page = shop.curl(shop.directory.path(), &format!("-H 'Accept: text/html' {elsewhere}"));
    assert!(page.contains("This came from another site") && page.ends_with("403"), "{page}");
    assert!(page.contains(r#"href="/">Back to the shop</a>"#), "{page}");
    let line = shop.curl(shop.directory.path(), elsewhere);
    assert!(line.ends_with("\n403") && line.lines().count() == 2 && !line.contains('<'), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_fits_a_phone_and_its_buttons_fit_a_thumb_in_light_and_in_dark() {
    let shop = Shop::open("memory:").await;
    let visitor = Visitor::of(shop.port).await;
    let mut papers = Vec::new();
    for (scheme, width) in [("light", 320), ("dark", 320), ("light", 1024), ("dark", 1024)] {
        visitor.has_a_screen_of(width, 720).await;
        visitor.prefers(scheme).await;
        visitor.goes_to("/").await;
        visitor.clicks("#tea").await;
        visitor.sees("#notice", "In your cart: tea.").await;
        visitor.takes_a_screenshot(&format!("quickstart-{scheme}-{width}")).await;
        assert_eq!(visitor.runs("return innerWidth").await, json!(width));
        let overflow =
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(visitor.runs(overflow).await, json!(0), "it scrolls sideways at {width}");
        assert_eq!(visitor.runs(SMALL).await, json!([]), "too small for a thumb at {width}");
        assert_eq!(visitor.runs(FAINT).await, json!([]), "hard to read in {scheme}");
        papers.push(visitor.runs("return getComputedStyle(document.body).backgroundColor").await);
    }
    assert_ne!(papers[0], papers[1], "dark is another colour than light");
    assert_eq!(papers[..2], papers[2..]);

    // A name and a product without a space.
    visitor.has_a_screen_of(320, 720).await;
    visitor.types("name", &"a".repeat(40)).await;
    visitor.clicks("#login").await;
    visitor.sees("#user", &"a".repeat(40)).await;
    let overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(visitor.runs(overflow).await, json!(0), "a long name makes it scroll sideways");
    visitor.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_used_with_a_keyboard_and_read_aloud() {
    let shop = Shop::open("memory:").await;
    let visitor = Visitor::of(shop.port).await;
    visitor.goes_to("/").await;
    visitor.is_at(HEADING).await;
    assert_eq!(visitor.runs("return document.documentElement.lang").await, json!("en"));
    assert_eq!(visitor.runs("return document.title").await, json!("A small shop · Quickstart"));
    let landmarks = "return ['header', 'main', 'footer'].map(name =>
        document.querySelectorAll(name).length)";
    assert_eq!(visitor.runs(landmarks).await, json!([1, 1, 1]));
    let names = "return [...document.querySelectorAll('section')].map(section =>
        document.getElementById(section.getAttribute('aria-labelledby')).textContent)";
    assert_eq!(visitor.runs(names).await, json!(["You", "Your visits", "Your cart"]));

    let mut order = Vec::new();
    for _ in 0..5 {
        visitor.presses_tab().await;
        let outline = "const style = getComputedStyle(document.activeElement);
            return style.outlineStyle == 'none' ? 'no outline' : document.activeElement.id";
        order.push(visitor.runs(outline).await);
    }
    assert_eq!(json!(order), json!(["name", "login", "visit", "tea", "cup"]));
    visitor.clicks("#visit").await;
    visitor.sees("[role=status]", "Your visit is counted.").await;
    visitor.leaves().await;
}

/// Whoever can be pressed and has less than 44 pixels either way.
const SMALL: &str = "return [...document.querySelectorAll('button, input, a')]
    .filter(element => {
        const { width, height } = element.getBoundingClientRect();
        return width < 44 || height < 44;
    })
    .map(element => element.id)";

/// The texts with less contrast than 4.5 to 1 (WCAG 2.2, 1.4.3).
const FAINT: &str = "const rgb = colour => colour.match(/[\\d.]+/g).map(Number);
    const luminance = colour => {
        const [red, green, blue] = rgb(colour).map(part => {
            const share = part / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const paper = element => {
        const colour = getComputedStyle(element).backgroundColor;
        return rgb(colour)[3] === 0 ? paper(element.parentElement) : colour;
    };
    return [...document.querySelectorAll('h1, h2, p, li, label, strong, button, code')]
        .map(element => {
            const [one, other] = [getComputedStyle(element).color, paper(element)].map(luminance);
            const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
            return contrast < 4.5 ? `${element.textContent.trim()}: ${contrast}` : null;
        })
        .filter(fault => fault)";
