//! The `Set-Cookie` line: its attributes, and that there is one at most.

use std::time::Duration;

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::http::header::{HeaderName, SET_COOKIE};
use axum::routing::post;
use session_axum::{
    BuildError, Builder, CookieError, Lifetime, MemoryStore, Session, SessionCookie, Sessions,
    require_session,
};
use session_tests::{Client, Reply, TestStore, on_each_store};

use super::app::{AppState, Shop, TestApp, routes, state};

on_each_store!(
    with_keys;
    the_default_cookie_has_exactly_these_attributes,
    removal_repeats_the_attributes,
    one_line_at_most_and_removal_wins,
    what_is_set_after_a_log_out_is_another_session,
    a_line_of_our_name_that_a_handler_wrote_gives_way,
    a_large_session_has_a_small_cookie,
    without_remember_there_is_no_max_age,
    max_age_is_what_is_left,
    max_age_is_400_days_at_most,
    remember_is_kept_by_later_writes,
    another_principal_is_not_remembered,
    cookies_that_a_handler_sets_stay,
);

const DAY: Duration = Duration::from_hours(24);

/// The attributes of the one `Set-Cookie` line, sorted, without the value.
fn attributes(reply: &Reply) -> Vec<String> {
    let [line] = reply.set_cookies()[..] else { panic!("one line: {reply:?}") };
    attributes_of(line)
}

/// The same of one line.
fn attributes_of(line: &str) -> Vec<String> {
    let (pair, attributes) = line.split_once("; ").expect("it has attributes");
    let (name, _) = pair.split_once('=').expect("it is a pair");
    let mut attributes: Vec<_> = attributes.split("; ").map(str::to_owned).collect();
    attributes.sort();
    attributes.insert(0, name.to_owned());
    attributes
}

fn max_age(reply: &Reply) -> Option<String> {
    let attributes = attributes(reply);
    attributes.iter().find_map(|attribute| attribute.strip_prefix("Max-Age=").map(str::to_owned))
}

async fn the_default_cookie_has_exactly_these_attributes<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.newcomer();
    let expected = ["__Host-session", "HttpOnly", "Path=/", "SameSite=Lax", "Secure"];
    for path in ["/visit", "/log-in/ann", "/rotate", "/log-in/bob"] {
        assert_eq!(attributes(&client.post(path).await), expected);
    }
}

#[tokio::test]
async fn strict_is_one_call_away() {
    let strict = |builder: Builder<Shop>| builder.cookie(SessionCookie::default().strict());
    let app = TestApp::with_options(MemoryStore::new(), strict);
    let reply = app.newcomer().post("/visit").await;
    assert_eq!(
        attributes(&reply),
        ["__Host-session", "HttpOnly", "Path=/", "SameSite=Strict", "Secure"]
    );
}

#[test]
fn a_contradiction_cannot_be_built() {
    for name in ["__Host-session", "__Secure-session", "__host-x", "a b", "a=b", "a;b", ""] {
        for cookie in [
            SessionCookie::host(name),
            SessionCookie::insecure_for_development(name),
            SessionCookie::domain(name, "a.b"),
        ] {
            assert_eq!(cookie, Err(CookieError::Name(name.to_owned())));
        }
    }
    for domain in ["", ".example.com", "example.com; Path=/a", "exam ple", "localhost", "10.0.0.1"]
    {
        assert_eq!(
            SessionCookie::domain("session", domain),
            Err(CookieError::Domain(domain.to_owned()))
        );
    }
    let builder = Sessions::<Shop>::builder(MemoryStore::new()).deadline(Duration::ZERO);
    assert_eq!(builder.build().err(), Some(BuildError::ZeroDeadline));
    for odd in [Duration::ZERO, Duration::MAX, DAY * 401] {
        assert!(Lifetime::new(odd, DAY).is_err());
        assert!(Lifetime::new(DAY, odd).is_err());
    }
}

async fn removal_repeats_the_attributes<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for mut client in [app.visitor().await, app.log_in_as("ann").await] {
        client.post("/remember/true").await.ok();
        let reply = client.post("/log-out").await;
        let expected =
            ["__Host-session", "HttpOnly", "Max-Age=0", "Path=/", "SameSite=Lax", "Secure"];
        assert_eq!(attributes(&reply), expected);
        assert!(reply.set_cookies()[0].starts_with("__Host-session=;"), "{reply:?}");
        assert_eq!(client.session(), None);
    }
}

#[tokio::test]
async fn removal_repeats_the_domain() {
    let domain = |builder: Builder<Shop>| {
        builder.cookie(SessionCookie::domain("shop", "shop.example").expect("a name and a domain"))
    };
    let app = TestApp::with_options(MemoryStore::new(), domain);
    let mut client = app.newcomer();
    let mut expected = vec![
        "__Secure-shop",
        "Domain=shop.example",
        "HttpOnly",
        "Path=/",
        "SameSite=Lax",
        "Secure",
    ];
    assert_eq!(attributes(&client.post("/visit").await), expected);
    expected.insert(3, "Max-Age=0");
    let reply = client.post("/log-out").await;
    assert_eq!(attributes_of(reply.set_cookies().last().expect("it is removed")), expected);
    // That for the host alone, which another configuration may have left.
    expected.remove(1);
    assert_eq!(attributes_of(reply.set_cookies()[0]), expected);
    assert_eq!(client.cookie("__Secure-shop"), None);
}

/// Does all that changes a cookie, in the order of the letters.
#[require_session]
async fn everything(session: &mut Session<Shop>, Path(order): Path<String>) {
    for letter in order.chars() {
        match letter {
            's' => session.visits += 1,
            'u' => session.user = Some("ann".to_owned()),
            'r' => session.rotate(),
            'm' => session.remember(true),
            'd' => session.destroy(),
            other => panic!("no meaning for {other}"),
        }
    }
}

async fn one_line_at_most_and_removal_wins<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = routes().route("/everything/{order}", post(everything));
    let router = router.with_state(AppState { sessions: app.sessions.clone() });
    for order in ["d", "sd", "surmd", "rd", "umrsd", "dd", "dr", "dm", "drm"] {
        let client = app.visitor().await;
        let mut client = Client::with_session(&router, client.session().expect("set"));
        let reply = client.post(&format!("/everything/{order}")).await;
        assert_eq!(
            reply.summary(),
            "200, cookie removed, Vary: Cookie, Cache-Control: no-store",
            "{order}"
        );
        assert_eq!(reply.set_cookies().len(), 1, "{order}");
        assert_eq!(app.live_sessions().await, 0, "{order}");
    }
    for order in ["surm", "ur", "rmu", "rr", "mr"] {
        let client = app.visitor().await;
        let mut client = Client::with_session(&router, client.session().expect("set"));
        let reply = client.post(&format!("/everything/{order}")).await;
        assert_eq!(reply.set_cookies().len(), 1, "{order}");
        assert_eq!(
            reply.summary(),
            "200, cookie set, Vary: Cookie, Cache-Control: no-store",
            "{order}"
        );
    }
}

async fn what_is_set_after_a_log_out_is_another_session<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let router = routes().route("/everything/{order}", post(everything));
    let router = router.with_state(AppState { sessions: app.sessions.clone() });
    let old = app.log_in_as("bob").await;
    let mut client = Client::with_session(&router, old.session().expect("set"));
    let reply = client.post("/everything/sds").await;
    assert_eq!(reply.summary(), "200, cookie set, Vary: Cookie, Cache-Control: no-store");
    assert_eq!(reply.set_cookies().len(), 1);
    assert_ne!(client.session(), old.session());
    assert_eq!(state(&mut client).await, Shop { visits: 1, ..Shop::default() });
    assert_eq!(state(&mut old.clone()).await, Shop::default());
    assert_eq!(app.live_sessions().await, 1);
}

async fn a_large_session_has_a_small_cookie<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.newcomer();
    let large = "x".repeat(60_000);
    let reply = client.post(&format!("/notice/{large}")).await;
    assert!(reply.set_cookies()[0].len() < 200, "{reply:?}");
    assert_eq!(state(&mut client).await.notice, Some(large));
}

async fn without_remember_there_is_no_max_age<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.newcomer();
    for path in ["/visit", "/rotate", "/log-in/ann", "/rotate"] {
        let reply = client.post(path).await;
        assert_eq!(max_age(&reply), None);
        assert!(!reply.set_cookies()[0].contains("Expires"), "{reply:?}");
    }
    assert_eq!(max_age(&client.post("/remember/true").await).as_deref(), Some("86400"));
    assert_eq!(max_age(&client.post("/remember/false").await), None);
    assert_eq!(max_age(&client.post("/rotate").await), None);
}

fn days(absolute: u32) -> impl FnOnce(Builder<Shop>) -> Builder<Shop> {
    let lifetime = Lifetime::new(DAY * absolute, DAY * absolute).expect("400 days at most");
    move |builder| builder.lifetime(lifetime)
}

async fn max_age_is_what_is_left<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, days(1));
    let mut client = app.newcomer();
    assert_eq!(max_age(&client.post("/remember/true").await).as_deref(), Some("86400"));
    app.clock.advance(DAY.saturating_sub(Duration::from_mins(1)));
    assert_eq!(max_age(&client.post("/rotate").await).as_deref(), Some("60"));
    assert_eq!(max_age(&client.post("/log-in/ann").await).as_deref(), Some("86400"));
}

async fn max_age_is_400_days_at_most<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, days(400));
    let reply = app.newcomer().post("/remember/true").await;
    assert_eq!(max_age(&reply).as_deref(), Some("34560000"));
}

async fn remember_is_kept_by_later_writes<S: TestStore>(store: S) {
    let app = TestApp::with_options(store, days(30));
    let mut client = app.newcomer();
    assert_eq!(max_age(&client.post("/remember/true").await).as_deref(), Some("2592000"));
    app.clock.advance(DAY * 10);
    assert_eq!(client.post("/visit").await.set_cookie(), None);
    assert_eq!(max_age(&client.post("/rotate").await).as_deref(), Some("1728000"));
    app.clock.advance(DAY * 19);
    assert_eq!(client.post("/add/tea").await.set_cookie(), None);
    assert_eq!(max_age(&client.post("/rotate").await).as_deref(), Some("86400"));
    app.clock.advance(DAY);
    assert_eq!(state(&mut client).await, Shop::default());
}

async fn another_principal_is_not_remembered<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.newcomer();
    client.post("/remember/true").await.ok();
    assert_eq!(max_age(&client.post("/log-in/ann").await).as_deref(), Some("2592000"));
    assert_eq!(max_age(&client.post("/log-in/bob").await), None);
    client.post("/remember/true").await.ok();
    assert_eq!(max_age(&client.post("/sign-off").await), None);
}

async fn cookies_that_a_handler_sets_stay<S: TestStore>(store: S) {
    #[require_session]
    async fn both(shop: &mut Shop) -> (HeaderMap, &'static str) {
        shop.visits += 1;
        let mut headers = HeaderMap::new();
        headers.append(SET_COOKIE, "theme=dark; Path=/".parse().expect("a header"));
        headers.append(SET_COOKIE, "lang=de".parse().expect("a header"));
        (headers, "")
    }
    let app = TestApp::new(store);
    let router = routes().route("/both", post(both));
    let mut client = Client::new(&router.with_state(AppState { sessions: app.sessions.clone() }));
    let reply = client.post("/both").await;
    assert_eq!(reply.set_cookies()[..2], ["theme=dark; Path=/", "lang=de"]);
    assert_eq!(reply.set_cookies().len(), 3);
    assert!(client.session().is_some());
    let reply = client.post("/both").await;
    assert_eq!(reply.set_cookies(), ["theme=dark; Path=/", "lang=de"]);
    assert_eq!(state(&mut client).await.visits, 2);
}

/// Two lines of one name are an error (RFC 6265bis, 4.1.1), and which one a browser keeps is a guess.
async fn a_line_of_our_name_that_a_handler_wrote_gives_way<S: TestStore>(store: S) {
    #[require_session]
    async fn by_hand(
        session: &mut Session<Shop>,
    ) -> ([(HeaderName, &'static str); 1], &'static str) {
        session.rotate();
        ([(SET_COOKIE, "__Host-session=stale; Path=/; Secure")], "")
    }
    let app = TestApp::new(store);
    let router = routes().route("/by-hand", post(by_hand));
    let router = router.with_state(AppState { sessions: app.sessions.clone() });
    let client = app.visitor().await;
    let mut client = Client::with_session(&router, client.session().expect("set"));
    let reply = client.post("/by-hand").await;
    assert_eq!(reply.set_cookies().len(), 1, "{reply:?}");
    assert_eq!(state(&mut client).await.visits, 1);
}
