//! The pages on a phone, in light and dark, for keyboards and screen readers: axe-core finds nothing to complain of.

use std::path::Path;

use serde_json::json;

use super::program::open;
use crate::browser::visitor::Visitor;

/// What `scripts/axe.sh` has fetched.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/axe-core/axe.min.js");

const PAGES: [&str; 6] = ["/", "/cart", "/login", "/devices", "/office", "/nothing"];

/// By how many pixels the page, or what scrolls in it, is too wide.
const OVERFLOW: &str =
    "const all = [document.documentElement, ...document.querySelectorAll('.content, .inner')];
    return Math.max(...all.map(element => element.scrollWidth - element.clientWidth))";

/// The rules that are broken, and by what.
async fn violations(visitor: &Visitor, axe: &str) -> serde_json::Value {
    visitor.runs(axe).await;
    let run = "return axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
        `${id}: ${nodes.map(({ target, failureSummary }) => target + ' ' + failureSummary).join(', ')}`))";
    visitor.runs(run).await
}

/// A visitor with something in every page: an administrator with a cart, an order, and an open drawer.
async fn administrator(port: u16) -> Visitor {
    let mia = Visitor::of(port).await;
    mia.is_let_in("Mia", "the long kettle", false).await;
    for ordered in ["#add-cup", "#add-teapot", "#add-sencha"] {
        mia.goes_to("/").await;
        mia.clicks(ordered).await;
        mia.sees("#in-cart", "1").await;
        if ordered != "#add-sencha" {
            mia.goes_to("/cart").await;
            mia.clicks("#order").await;
            mia.sees("#in-cart", "0").await;
        }
    }
    mia.clicks("#drawer summary").await;
    mia
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_no_violation_on_any_page_in_light_and_in_dark() {
    let axe = std::fs::read_to_string(Path::new(AXE))
        .expect("axe-core is there: run scripts/axe.sh, which fetches it by npm");
    let shop = open().await;
    let mia = administrator(shop.port).await;
    for scheme in ["light", "dark"] {
        mia.prefers(scheme).await;
        for width in [360, 1280] {
            mia.has_a_screen_of(width, 800).await;
            for page in PAGES {
                mia.goes_to(page).await;
                let found = violations(&mia, &axe).await;
                assert_eq!(found, json!([]), "{page}, {scheme}, {width} pixels");
            }
        }
    }
    // With a problem, and behind the veil.
    mia.goes_to("/login").await;
    mia.types("name-field", "mia").await;
    mia.types("password", "no").await;
    mia.clicks("#go").await;
    mia.sees("#problem", "There is no such user, or this is not the password.").await;
    assert_eq!(violations(&mia, &axe).await, json!([]));
    mia.runs("return fetch('/logout', { method: 'POST' }).then(reply => reply.status)").await;
    mia.sees("#veil-title", "You were logged out elsewhere").await;
    assert_eq!(violations(&mia, &axe).await, json!([]));
    mia.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_scrolls_sideways_on_a_phone() {
    let shop = open().await;
    let mia = administrator(shop.port).await;
    for width in [320, 360] {
        mia.has_a_screen_of(width, 720).await;
        for page in PAGES {
            mia.goes_to(page).await;
            assert_eq!(mia.runs("return innerWidth").await, json!(width));
            assert_eq!(mia.runs(OVERFLOW).await, json!(0), "{page} at {width} pixels");
        }
    }
    mia.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyboard_reaches_everything_and_sees_where_it_is() {
    let shop = open().await;
    let visitor = Visitor::of(shop.port).await;
    visitor.goes_to("/").await;
    visitor.is_at("Tea, and what it is made with").await;
    let mut order = Vec::new();
    for _ in 0..14 {
        visitor.presses_tab().await;
        let name = "const { activeElement } = document;
            const outline = getComputedStyle(activeElement).outlineStyle;
            return outline == 'none' ? 'no outline' : activeElement.id || activeElement.textContent.trim()";
        order.push(visitor.runs(name).await);
    }
    let expected = [
        "Skip to the content",
        "Leaf & Kettle",
        "Shop",
        "cart-link",
        "log-in",
        "add-sencha",
        "add-assam",
        "add-teapot",
        "add-cup",
        "add-kettle",
    ];
    assert_eq!(
        json!(order[..expected.len()]),
        json!(expected),
        "a product that is sold out has none"
    );
    let summary = order[expected.len()].as_str().unwrap_or_default();
    assert!(summary.starts_with("What the session did"), "{summary}");
    visitor.leaves().await;
}

/// The pictures of the README (`SCREENSHOTS=docs`).
#[tokio::test(flavor = "multi_thread")]
async fn the_shop_looks_as_in_its_pictures() {
    let shop = open().await;
    let ann = Visitor::of(shop.port).await;
    ann.has_a_screen_of(1280, 1000).await;
    ann.goes_to("/").await;
    ann.clicks("#add-sencha").await;
    ann.sees("#in-cart", "1").await;
    ann.is_ann().await;
    ann.clicks("#drawer summary").await;
    ann.clicks("#at-once button").await;
    ann.sees("#in-cart", "3").await;
    let mut papers = Vec::new();
    for (scheme, width, height, name) in [
        ("light", 1280, 1000, "shop-light"),
        ("dark", 1280, 1000, "shop-dark"),
        ("light", 390, 844, "shop-phone"),
    ] {
        ann.prefers(scheme).await;
        ann.has_a_screen_of(width, height).await;
        ann.runs(
            "document.getElementById('drawer').open = innerWidth > 600; document.querySelector('.content').scrollTo(0, 0); return 0",
        )
        .await;
        ann.takes_a_screenshot(name).await;
        papers.push(ann.runs("return getComputedStyle(document.body).backgroundColor").await);
        assert_eq!(ann.runs(OVERFLOW).await, json!(0));
    }
    assert_ne!(papers[0], papers[1], "dark is another colour than light");
    for (page, name) in
        [("/cart", "shop-cart"), ("/devices", "shop-devices"), ("/login", "shop-login")]
    {
        ann.goes_to(page).await;
        ann.takes_a_screenshot(name).await;
    }
    ann.leaves().await;
}
