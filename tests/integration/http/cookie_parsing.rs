//! The `Cookie` header: which requests carry a token, and what the others cost.

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderValue};
use axum::http::{Method, Request};
use session_tests::{COOKIE_NAME, Call, Client, TestStore, on_each_store};

use super::app::{TestApp, state};

on_each_store!(
    with_keys;
    any_other_spelling_is_anonymous_without_a_read,
    a_wrong_secret_costs_what_a_right_one_does,
    no_text_of_a_cookie_reaches_the_store,
    the_token_counts_in_the_cookie_only,
    an_odd_byte_in_another_cookie_logs_nobody_out,
    only_the_very_name_is_the_name,
    every_cookie_line_is_read,
    a_second_cookie_of_the_name_is_anonymous_without_a_read,
    quotes_and_commas_have_no_meaning,
    too_many_cookies_are_431_without_a_read,
);

/// Asks with these `Cookie` lines, and answers the visits that the session has.
async fn ask<S: TestStore>(app: &TestApp<S>, lines: &[&[u8]]) -> String {
    let mut request = Request::get("/look");
    for line in lines {
        request = request.header(COOKIE, HeaderValue::from_bytes(line).expect("http allows it"));
    }
    let request = request.body(Body::empty()).expect("it is a request");
    let reply = app.newcomer().send(request).await;
    assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie");
    reply.body
}

/// Whether a cookie of this value is anonymous, and the store never heard of it.
async fn is_anonymous<S: TestStore>(app: &TestApp<S>, value: &str) {
    assert_eq!(ask(app, &[format!("{COOKIE_NAME}={value}").as_bytes()]).await, "0", "{value:?}");
    assert_eq!(app.store.take_calls(), [], "{value:?}");
}

async fn any_other_spelling_is_anonymous_without_a_read<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    let token = client.session().expect("it was set");
    let whole = if app.store.store().sealing().is_some() { 96 } else { 64 };
    assert_eq!(token.len(), whole);
    for length in 0..whole {
        is_anonymous(&app, &token[..length]).await;
    }
    for value in [format!("{token}A"), format!("{token}="), token.repeat(2), "A".repeat(4000)] {
        is_anonymous(&app, &value).await;
    }
    for odd in ["+", "/", "=", "%", ".", "~", "é", "%41"] {
        is_anonymous(&app, &format!("{odd}{}", &token[odd.len()..])).await;
        is_anonymous(&app, &format!("{}{odd}", &token[..whole - odd.len()])).await;
    }
    assert_eq!(client.clone().get("/look").await.ok(), "1");
}

async fn a_wrong_secret_costs_what_a_right_one_does<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    let token = client.session().expect("it was set");
    // Where cookies are signed, none is asked for that was not issued.
    let calls = if app.store.store().sealing().is_some() { &[][..] } else { &[Call::Load] };
    for wrong in [62, 43, 22] {
        // Another character, and so another secret: from the last bits to the first.
        let other = if &token[wrong..=wrong] == "A" { "B" } else { "A" };
        let guess = format!("{}{other}{}", &token[..wrong], &token[wrong + 1..]);
        assert_eq!(Client::with_session(&app.router, &guess).get("/look").await.ok(), "0");
        assert_eq!(app.store.take_calls(), calls);
    }
    assert_eq!(client.clone().get("/look").await.ok(), "1");
    assert_eq!(app.store.take_calls(), [Call::Load]);
}

async fn no_text_of_a_cookie_reaches_the_store<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for payload in [
        "../../../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "' OR '1'='1",
        "'; DROP TABLE sessions; --",
        "*",
        "{}",
        "FLUSHALL",
        "$(reboot)",
        "\\\\host\\share",
        "null",
        "__proto__",
    ] {
        is_anonymous(&app, payload).await;
        is_anonymous(&app, &format!("{payload:.<64}")).await;
    }
}

async fn the_token_counts_in_the_cookie_only<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    let token = client.session().expect("it was set");
    let requests = [
        Request::get(format!("/look?{COOKIE_NAME}={token}&session={token}&sid={token}")),
        Request::get("/look").header(AUTHORIZATION, format!("Bearer {token}")),
        Request::get("/look").header(AUTHORIZATION, token),
        Request::get("/look").header(COOKIE_NAME, token),
        Request::get("/look").header("x-session", token),
        Request::get("/look").header("cookie2", format!("{COOKIE_NAME}={token}")),
        Request::get("/look").header("set-cookie", format!("{COOKIE_NAME}={token}")),
    ];
    for request in requests {
        let reply = app.newcomer().send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(reply.ok(), "0");
    }
    let body = format!("{COOKIE_NAME}={token}");
    let form = Request::post("/visit").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let reply = app.newcomer().send(form.body(Body::from(body)).expect("a request")).await;
    assert_eq!(reply.ok(), "1");
    let path = format!("/add/{COOKIE_NAME}={token}");
    assert_eq!(app.newcomer().ask(Method::POST, &path).await.status, 200);
    assert_eq!(
        app.store.take_calls(),
        [Call::Insert, Call::Insert],
        "two newcomers, and nobody else"
    );
}

async fn an_odd_byte_in_another_cookie_logs_nobody_out<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    let ours = format!("{COOKIE_NAME}={}", client.session().expect("it was set"));
    for odd in [
        &b"a=\xff\xfe"[..],
        b"\x80\x81=1",
        "ü=ö".as_bytes(),
        b"=",
        b"",
        b"a",
        b";;",
        b"a=\"",
        b"a={\"b\":[1]}",
    ] {
        for line in [[odd, b"; ", ours.as_bytes()].concat(), [ours.as_bytes(), b"; ", odd].concat()]
        {
            assert_eq!(ask(&app, &[&line]).await, "1", "{odd:?}");
        }
        assert_eq!(ask(&app, &[odd, ours.as_bytes()]).await, "1", "{odd:?}");
    }
}

async fn only_the_very_name_is_the_name<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    let token = client.session().expect("it was set");
    for name in [
        "__host-session",
        "__HOST-SESSION",
        "__Host-Session",
        "__Host%2Dsession",
        "__Host-session%20",
        "%5F%5FHost-session",
        "\u{a0}__Host-session",
        "\u{2000}__Host-session",
        "__Host-session\u{a0}",
        "$__Host-session",
        "session",
        "__Host-session[]",
        "__Host-session\"",
    ] {
        assert_eq!(ask(&app, &[format!("{name}={token}").as_bytes()]).await, "0", "{name:?}");
        assert_eq!(app.store.take_calls(), [], "{name:?}");
    }
    for space in [" ", "\t", " \t "] {
        let line = format!("a=b;{space}{COOKIE_NAME}{space}={space}{token}{space}");
        assert_eq!(ask(&app, &[line.as_bytes()]).await, "1");
    }
}

async fn every_cookie_line_is_read<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    let ours = format!("{COOKIE_NAME}={}", client.session().expect("it was set"));
    for place in 0..5 {
        let mut lines = vec![&b"a=1"[..], b"b=2; c=3", b"", b"d=4"];
        lines.insert(place, ours.as_bytes());
        assert_eq!(ask(&app, &lines).await, "1");
    }
}

async fn a_second_cookie_of_the_name_is_anonymous_without_a_read<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    let ours = format!("{COOKIE_NAME}={}", client.session().expect("it was set"));
    let other = app.visitor().await;
    let theirs = format!("{COOKIE_NAME}={}", other.session().expect("it was set"));
    let empty = format!("{COOKIE_NAME}=");
    for second in [&ours, &theirs, &empty] {
        for (first, second) in [(&ours, second), (second, &ours)] {
            let one_line = format!("{first}; {second}");
            assert_eq!(ask(&app, &[one_line.as_bytes()]).await, "0");
            assert_eq!(ask(&app, &[first.as_bytes(), b"a=1", second.as_bytes()]).await, "0");
        }
    }
    assert_eq!(app.store.take_calls(), []);
    let events = app.events.take();
    assert_eq!(events.len(), 12);
    assert!(events.iter().all(|event| event == "ignored Repeated"), "{events:?}");
}

async fn quotes_and_commas_have_no_meaning<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = app.visitor().await;
    let token = client.session().expect("it was set");
    for value in [
        format!("\"{token}\""),
        format!("{token},{token}"),
        format!("{token}, a=1"),
        format!("'{token}'"),
    ] {
        is_anonymous(&app, &value).await;
    }
    let versioned = format!("$Version=1; {COOKIE_NAME}={token}; $Path=/; $Domain=example.com");
    assert_eq!(ask(&app, &[versioned.as_bytes()]).await, "1");
    let in_quotes = format!("a=\"; {COOKIE_NAME}={token}; b=\"");
    assert_eq!(ask(&app, &[in_quotes.as_bytes()]).await, "1", "a quote hides nothing");
}

async fn too_many_cookies_are_431_without_a_read<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = app.visitor().await;
    let ours = format!("{COOKIE_NAME}={}", client.session().expect("it was set"));
    let pairs = |count: usize| vec!["a=1"; count].join("; ");
    let long = |length: usize| format!("{ours}; b={}", "x".repeat(length - ours.len() - 4));
    for line in [format!("{ours}; {}", pairs(127)), long(16 * 1024)] {
        assert_eq!(ask(&app, &[line.as_bytes()]).await, "1");
    }
    app.reset();
    for line in
        [format!("{ours}; {}", pairs(128)), pairs(60_000), long(16 * 1024 + 1), "c".repeat(450_000)]
    {
        let request = Request::post("/visit").header(COOKIE, line).body(Body::empty());
        let reply = app.newcomer().send(request.expect("it is a request")).await;
        assert_eq!(reply.summary(), "431, no Set-Cookie, Vary: Cookie");
        assert_eq!(app.events.take(), ["refused 431"]);
    }
    assert_eq!(app.store.take_calls(), []);
    assert_eq!(state(&mut client).await.visits, 1);
}
