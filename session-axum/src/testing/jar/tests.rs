//! The cookie jar does as browsers do.

use super::*;

fn at(url: &str) -> Site {
    Site::parse(url)
}

fn circumstances<'a>(site: &'a Site, path: &'a str) -> Circumstances<'a> {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    Circumstances { site, path, initiator: Initiator::SameSite, now }
}

/// What the jar sends to `to` after it has received these lines from a page.
fn sent(from: &str, path: &str, lines: &[&str], to: &str, asked: &str) -> String {
    let (from, to, mut jar) = (at(from), at(to), Jar::default());
    for line in lines {
        jar.receive(line, &circumstances(&from, path));
    }
    jar.header(&circumstances(&to, asked)).unwrap_or_default()
}

const SHOP: &str = "https://shop.example";

#[test]
fn a_prefix_promises_how_a_cookie_was_set() {
    for (line, is_kept) in [
        ("__Host-a=1; Path=/; Secure", true),
        ("__Host-a=1; Path=/", false),
        ("__Host-a=1; Secure", false),
        ("__Host-a=1; Path=/cart; Secure", false),
        ("__Host-a=1; Path=/; Secure; Domain=shop.example", false),
        ("__host-a=1; Path=/", false),
        ("__Secure-a=1; Secure; Path=/cart", true),
        ("__Secure-a=1", false),
        ("__Secur-a=1", true),
    ] {
        assert_eq!(!sent(SHOP, "/cart", &[line], SHOP, "/cart").is_empty(), is_kept, "{line}");
    }
}

#[test]
fn a_secure_cookie_needs_https_or_this_machine() {
    let line = ["a=1; Secure"];
    assert_eq!(sent("http://shop.example", "/", &line, SHOP, "/"), "");
    assert_eq!(sent(SHOP, "/", &line, "http://shop.example", "/"), "");
    let local = "http://localhost:3000";
    assert_eq!(sent(local, "/", &line, local, "/"), "a=1");
    let mut jar = Jar::default();
    let (https, http) = (at(SHOP), at("http://shop.example"));
    jar.receive("a=1; Secure", &circumstances(&https, "/"));
    jar.receive("a=2", &circumstances(&http, "/"));
    assert_eq!(jar.header(&circumstances(&https, "/")).as_deref(), Some("a=1"));
}

#[test]
fn a_domain_reaches_the_hosts_below_it_and_no_others() {
    let line = ["a=1; Domain=.example.com"];
    assert_eq!(sent("https://www.example.com", "/", &line, "https://example.com", "/"), "a=1");
    assert_eq!(sent("https://example.com", "/", &line, "https://a.b.example.com", "/"), "a=1");
    assert_eq!(sent("https://badexample.com", "/", &line, "https://badexample.com", "/"), "");
    assert_eq!(
        sent("https://example.com", "/", &["a=1; Domain=com"], "https://example.com", "/"),
        ""
    );
    assert_eq!(sent("https://example.com", "/", &["a=1"], "https://www.example.com", "/"), "");
    assert_eq!(
        sent("https://localhost", "/", &["a=1; Domain=localhost"], "https://localhost", "/"),
        "a=1"
    );
}

#[test]
fn a_path_reaches_what_lies_below_it() {
    for (line, asked, is_sent) in [
        ("a=1; Path=/cart", "/cart", true),
        ("a=1; Path=/cart", "/cart/tea", true),
        ("a=1; Path=/cart", "/carts", false),
        ("a=1; Path=/cart/", "/cart/tea", true),
        ("a=1; Path=/cart/", "/cart", false),
        // Without one it is the folder of the page.
        ("a=1", "/shelf/tea", true),
        ("a=1", "/", false),
        ("a=1; Path=shelf", "/shelf", true),
    ] {
        let is = !sent(SHOP, "/shelf/list", &[line], SHOP, asked).is_empty();
        assert_eq!(is, is_sent, "{line} {asked}");
    }
    let both = ["a=1; Path=/", "a=2; Path=/cart"];
    assert_eq!(sent(SHOP, "/", &both, SHOP, "/cart"), "a=2; a=1");
}

#[test]
fn a_cookie_ends_at_its_max_age_or_else_when_it_expires() {
    let site = at(SHOP);
    for (line, seconds, is_sent) in [
        ("a=1; Max-Age=60", 59, true),
        ("a=1; Max-Age=60", 60, false),
        ("a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 1, true),
        // 1_700_000_000 is 2023-11-14 22:13:20.
        ("a=1; Expires=Tue, 14 Nov 2023 22:14:20 GMT", 59, true),
        ("a=1; Expires=Tue, 14 Nov 2023 22:14:20 GMT", 60, false),
        ("a=1; Max-Age=99999999999", 400 * 86_400 - 1, true),
        ("a=1; Max-Age=99999999999", 400 * 86_400, false),
        ("a=1", 4_000_000_000, true),
    ] {
        let mut jar = Jar::default();
        let mut request = circumstances(&site, "/");
        jar.receive(line, &request);
        request.now += Duration::from_secs(seconds);
        assert_eq!(jar.header(&request).is_some(), is_sent, "{line} {seconds}");
    }
}

#[test]
fn a_cookie_that_has_expired_is_deleted() {
    for gone in ["a=; Max-Age=0", "a=; Max-Age=-1", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"] {
        assert_eq!(sent(SHOP, "/", &["a=1", gone], SHOP, "/"), "", "{gone}");
    }
    // Another path is another cookie.
    assert_eq!(sent(SHOP, "/", &["a=1", "a=; Path=/cart; Max-Age=0"], SHOP, "/"), "a=1");
}

#[test]
fn another_site_gets_the_cookies_that_may_travel() {
    let site = at(SHOP);
    let mut jar = Jar::default();
    for line in [
        "s=1; SameSite=Strict",
        "l=1; SameSite=Lax",
        "n=1; SameSite=None; Secure",
        "u=1",
        "x=1; SameSite=None",
    ] {
        jar.receive(line, &circumstances(&site, "/"));
    }
    for (initiator, expected) in [
        (Initiator::SameSite, "s=1; l=1; n=1; u=1"),
        (Initiator::Link, "l=1; n=1; u=1"),
        (Initiator::CrossSite { navigates: true }, "n=1"),
        (Initiator::CrossSite { navigates: false }, "n=1"),
    ] {
        let request = Circumstances { initiator, ..circumstances(&site, "/") };
        assert_eq!(jar.header(&request).as_deref(), Some(expected), "{initiator:?}");
    }
    let mut jar = Jar::default();
    for navigates in [false, true] {
        let initiator = Initiator::CrossSite { navigates };
        let request = Circumstances { initiator, ..circumstances(&site, "/") };
        jar.receive("l=1; SameSite=Lax", &request);
        assert_eq!(jar.value("l", &site, request.now).is_some(), navigates);
    }
}

#[test]
fn what_is_too_long_is_not_kept() {
    let line = |length| format!("a={}", "x".repeat(length));
    assert_ne!(sent(SHOP, "/", &[&line(4095)], SHOP, "/"), "");
    assert_eq!(sent(SHOP, "/", &[&line(4096)], SHOP, "/"), "");
}

#[test]
fn what_lasts_until_the_browser_closes_is_gone_then() {
    let (site, mut jar) = (at(SHOP), Jar::default());
    jar.receive("a=1", &circumstances(&site, "/"));
    jar.receive("b=1; Max-Age=60", &circumstances(&site, "/"));
    jar.close();
    assert_eq!(jar.header(&circumstances(&site, "/")).as_deref(), Some("b=1"));
}
