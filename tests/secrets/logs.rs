//! Whatever happens, no log line, panic message or error shows a token, a secret,
//! a digest or what a session holds.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::COOKIE;
use session_axum::{ErrorKind, Handle, MemoryStore, Sessions, require_session, session};
use session_tests::{Call, Client, Fault, TestStore, on_each_store};

use crate::app::TestApp;
use crate::output;
use crate::secret::{Secret, none_is_in};

on_each_store!(with_keys; nothing_secret_is_said_whatever_happens);

/// What a merge says that its author got wrong.
const MERGE: &str = "these two cannot be merged";

async fn nothing_secret_is_said_whatever_happens<S: TestStore>(store: S) {
    output::capture();
    let app = TestApp::new(store);
    ordinary_requests(&app).await;
    let shown = foreign_cookies(&app).await;
    store_failures(&app).await;
    conflicts(&app).await;
    another_release(&app).await;
    ended_sessions(&app).await;

    let said = output::captured();
    // Where cookies are signed, a guess is known by its missing signature.
    let guess = if app.store.store().sealing().is_some() { "Forged" } else { "WrongSecret" };
    assert_the_log_is_full(&said, &[guess, "Unknown", "stored field did not decode", MERGE]);
    assert!(app.issued.all().len() > 20);
    none_is_in(&said, "what was said", &app.secrets());
    none_is_in(&said, "what was said", &shown);
}

/// The same of sessions in their cookies.
#[tokio::test]
async fn nothing_in_a_sealed_cookie_is_said_whatever_happens() {
    output::capture();
    let app = TestApp::with_sealed_cookies(MemoryStore::new());
    ordinary_requests(&app).await;
    let shown = foreign_cookies(&app).await;
    for fault in [Fault::Fails, Fault::FailsAfterwards, Fault::Hangs] {
        for (call, path) in [(Call::Load, "/rotate"), (Call::Delete, "/log-out")] {
            let mut client = app.log_in().await;
            app.store.inject(call, fault);
            assert_eq!(client.post(path).await.status, 503);
            app.store.heal();
        }
    }
    let client = app.log_in().await;
    client.clone().post("/log-out").await.ok();
    assert_eq!(client.clone().get("/me").await.status, 401, "a copy is dead");

    let said = output::captured();
    assert_the_log_is_full(&said, &["Forged"]);
    assert!(app.issued.all().len() > 20);
    assert!(app.issued.all().iter().all(|value| value.len() > 96));
    none_is_in(&said, "what was said", &app.secrets());
    none_is_in(&said, "what was said", &shown);
}

/// What goes well.
async fn ordinary_requests<S: TestStore>(app: &TestApp<S>) {
    let mut client = app.log_in().await;
    for path in ["/rotate", "/remember", "/rotate", "/traced", "/notice"] {
        assert_eq!(client.post(path).await.status, 200, "{path}");
    }
    client.get("/notice").await.ok();
    client.get("/me").await.ok();
    assert_eq!(client.post("/fail").await.status, 500);
    assert_eq!(client.post("/panic").await.status, 500);
    assert_eq!(client.post("/price").await.status, 500);
    assert_eq!(Client::new(&app.router).get("/me").await.status, 401);
}

/// Cookies that are not taken, and what they say.
async fn foreign_cookies<S: TestStore>(app: &TestApp<S>) -> Vec<Secret> {
    let client = app.log_in().await;
    let token = client.session().expect("it was set").to_owned();
    let guess = format!("{}{:-<42}", &token[..22], "canary-as-a-secret");
    let unknown = format!("{:A<64}", "canary-as-a-token");
    let malformed = "canary in a cookie that is no token".to_owned();
    for value in [&guess, &unknown, &malformed] {
        Client::with_session(&app.router, value).get("/notice").await.ok();
    }
    let twice = format!("__Host-session={token}; __Host-session={token}");
    let many = vec![format!("__Host-session={token}"); 200].join("; ");
    for line in [twice, many] {
        let request = Request::get("/notice").header(COOKIE, line).body(Body::empty());
        Client::new(&app.router).send(request.expect("it is a request")).await;
    }
    ["canary-as-a-secret", "canary-as-a-token", &malformed].into_iter().map(Secret::text).collect()
}

/// A store that fails, loses answers and hangs, at every call.
async fn store_failures<S: TestStore>(app: &TestApp<S>) {
    for fault in [Fault::Fails, Fault::FailsAfterwards, Fault::Hangs] {
        for call in [Call::Load, Call::Insert, Call::Update, Call::Delete] {
            let mut client = app.log_in().await;
            let path = if call == Call::Delete { "/log-out" } else { "/rotate" };
            app.store.inject(call, fault);
            if call == Call::Insert {
                client = Client::new(&app.router);
                assert_eq!(client.post("/notice").await.status, 503);
            } else {
                assert_eq!(client.post(path).await.status, 503);
            }
            app.store.heal();
        }
    }
}

/// Two nodes, a merge function that panics, and jobs.
async fn conflicts<S: TestStore>(app: &TestApp<S>) {
    let node = TestApp::on(app.store.clone());
    let client = app.log_in().await;
    let (mut here, mut there) =
        (client.clone(), Client::with_session(&node.router, client.session().expect("set")));
    for path in ["/notice", "/add"] {
        let gate = app.store.pause(Call::Update);
        let other = async {
            gate.reached().await;
            app.store.heal();
            there.post(path).await.ok();
            gate.open();
        };
        let (reply, ()) = tokio::join!(here.post(path), other);
        assert_eq!(reply.status.as_u16(), if path == "/add" { 500 } else { 200 }, "{path}");
    }
    let handle = last(app);
    app.sessions.update(&handle, |shop| shop.notice.clone()).await.expect("it is there");
    let refused = app.sessions.update(&handle, |shop| shop.user = None).await;
    output::print_error(&refused.expect_err("only a response can carry the new token"));
}

/// A release in which the notice is a number and the cart is a text.
async fn another_release<S: TestStore>(app: &TestApp<S>) {
    #[session(name = "Shop")]
    #[derive(Debug)]
    struct Next {
        #[session(principal)]
        user: Option<u64>,
        notice: u64,
        cart: String,
    }

    #[require_session]
    async fn count(shop: &mut Next) {
        shop.notice += 1;
    }

    let client = app.log_in().await;
    let sessions = Sessions::<Next>::builder(app.store.clone()).without_cleaner();
    let sessions = match app.store.store().sealing() {
        Some(sealing) => sessions.sealing(sealing),
        None => sessions,
    };
    let at = *app.hours.lock().expect("nobody panics here");
    let sessions = sessions
        .clock(move || {
            let begin = session_axum::Timestamp::from_micros(1_720_000_000_000_000);
            begin.plus(std::time::Duration::from_hours(at))
        })
        .on_event(output::print_event)
        .build()
        .expect("the defaults are sound");
    let router =
        axum::Router::new().route("/count", axum::routing::post(count)).with_state(sessions);
    let mut next = Client::with_session(&router, client.session().expect("set"));
    assert_eq!(next.post("/count").await.status, 200);
}

/// Sessions that end, and requests that come too late.
async fn ended_sessions<S: TestStore>(app: &TestApp<S>) {
    let mut client = app.log_in().await;
    let late = client.clone();
    client.post("/log-out").await.ok();
    assert_eq!(late.clone().get("/me").await.status, 401);
    let gone = app.sessions.update(&last(app), |shop| shop.cart.clear()).await;
    assert!(gone.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::Ended)));
    output::print_error(&gone.expect_err("it is gone"));
    let client = app.log_in().await;
    *app.hours.lock().expect("nobody panics here") += 48;
    assert_eq!(client.clone().get("/me").await.status, 401);
    assert!(app.sessions.clean().await.expect("the store works") > 0);
    output::print(format!("{:?} {:?}\n", app.sessions, app.store.store()).as_bytes());
}

fn last<S: TestStore>(app: &TestApp<S>) -> Handle {
    *app.store.inserted().last().expect("there was one")
}

/// An empty log would prove nothing.
fn assert_the_log_is_full(said: &[u8], further: &[&str]) {
    let said = String::from_utf8_lossy(said);
    for line in [
        "session created",
        "session rotated",
        "session destroyed",
        "session token ignored",
        "Repeated",
        "Malformed",
        "request refused",
        "too many cookies",
        "session store failed",
        "did not answer within",
        "the handler's own words",
        "Sensitive",
        "tower_http::trace",
        "a handler's finest",
    ]
    .iter()
    .chain(further)
    {
        assert!(said.contains(line), "nobody said {line:?}");
    }
}
