//! Whatever happens, no log line, panic message or error shows a token, a secret,
//! a digest or what a session holds.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::COOKIE;
use session_core::{Error, Handle, Sessions, require_session, session};
use session_tests::{Call, Client, Fate, Fresh, on_each_store};

use crate::capture;
use crate::needles::{Secret, none_is_in};
use crate::shop::House;

on_each_store!(nothing_secret_is_said_whatever_happens);

async fn nothing_secret_is_said_whatever_happens<S: Fresh>(store: S) {
    capture::listen();
    let house = House::new(store);
    everyday(&house).await;
    let shown = strangers(&house).await;
    failures(&house).await;
    conflicts(&house).await;
    another_release(&house).await;
    endings(&house).await;

    let said = capture::said();
    assert_the_log_is_full(&said);
    assert!(house.issued.all().len() > 20);
    none_is_in(&said, "what was said", &house.secrets());
    none_is_in(&said, "what was said", &shown);
}

/// What goes well.
async fn everyday<S: Fresh>(house: &House<S>) {
    let mut client = house.member().await;
    for path in ["/rotate", "/remember", "/rotate", "/traced", "/notice"] {
        assert_eq!(client.post(path).await.status, 200, "{path}");
    }
    client.get("/notice").await.ok();
    client.get("/me").await.ok();
    assert_eq!(client.post("/fail").await.status, 500);
    assert_eq!(client.post("/panic").await.status, 500);
    assert_eq!(client.post("/price").await.status, 500);
    assert_eq!(Client::new(&house.app).get("/me").await.status, 401);
}

/// Cookies that are not taken, and what they say.
async fn strangers<S: Fresh>(house: &House<S>) -> Vec<Secret> {
    let client = house.member().await;
    let token = client.session().expect("it was set").to_owned();
    let guess = format!("{}{:-<42}", &token[..22], "canary-as-a-secret");
    let unknown = format!("{:A<64}", "canary-as-a-token");
    let malformed = "canary in a cookie that is no token".to_owned();
    for value in [&guess, &unknown, &malformed] {
        Client::with_session(&house.app, value).get("/notice").await.ok();
    }
    let twice = format!("__Host-session={token}; __Host-session={token}");
    let many = vec![format!("__Host-session={token}"); 200].join("; ");
    for line in [twice, many] {
        let request = Request::get("/notice").header(COOKIE, line).body(Body::empty());
        Client::new(&house.app).send(request.expect("it is a request")).await;
    }
    ["canary-as-a-secret", "canary-as-a-token", &malformed].into_iter().map(Secret::text).collect()
}

/// A store that fails, loses answers and hangs, at every call.
async fn failures<S: Fresh>(house: &House<S>) {
    for fate in [Fate::Fails, Fate::FailsAfterwards, Fate::Hangs] {
        for call in [Call::Load, Call::Insert, Call::Update, Call::Delete] {
            let mut client = house.member().await;
            let path = if call == Call::Delete { "/log-out" } else { "/rotate" };
            house.store.fate(call, fate.clone());
            if call == Call::Insert {
                client = Client::new(&house.app);
                assert_eq!(client.post("/notice").await.status, 503);
            } else {
                assert_eq!(client.post(path).await.status, 503);
            }
            house.store.heal();
        }
    }
}

/// Two nodes, a merge function that panics, and jobs.
async fn conflicts<S: Fresh>(house: &House<S>) {
    let node = House::on(house.store.clone());
    let client = house.member().await;
    let (mut here, mut there) =
        (client.clone(), Client::with_session(&node.app, client.session().expect("set")));
    for path in ["/notice", "/add"] {
        let gate = house.store.hold(Call::Update);
        let other = async {
            gate.reached().await;
            house.store.heal();
            there.post(path).await.ok();
            gate.open();
        };
        let (reply, ()) = tokio::join!(here.post(path), other);
        assert_eq!(reply.status.as_u16(), if path == "/add" { 500 } else { 200 }, "{path}");
    }
    let handle = last(house);
    house.sessions.update(&handle, |shop| shop.notice.clone()).await.expect("it is there");
    let refused = house.sessions.update(&handle, |shop| shop.user = None).await;
    capture::say_error(&refused.expect_err("only a response can carry the new token"));
}

/// A release in which the notice is a number and the cart is a text.
async fn another_release<S: Fresh>(house: &House<S>) {
    #[session]
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

    let client = house.member().await;
    let sessions = Sessions::<Next>::builder(house.store.clone()).without_cleaner();
    let at = *house.hours.lock().expect("nobody panics here");
    let sessions = sessions
        .clock(move || {
            let begin = session_core::Timestamp::from_micros(1_720_000_000_000_000);
            begin.plus(std::time::Duration::from_hours(at))
        })
        .on_event(capture::say_event)
        .build()
        .expect("the defaults are sound");
    let app = axum::Router::new().route("/count", axum::routing::post(count)).with_state(sessions);
    let mut next = Client::with_session(&app, client.session().expect("set"));
    assert_eq!(next.post("/count").await.status, 200);
}

/// Sessions that end, and requests that come too late.
async fn endings<S: Fresh>(house: &House<S>) {
    let mut client = house.member().await;
    let late = client.clone();
    client.post("/log-out").await.ok();
    assert_eq!(late.clone().get("/me").await.status, 401);
    let gone = house.sessions.update(&last(house), |shop| shop.cart.clear()).await;
    assert!(matches!(gone, Err(Error::Ended)));
    capture::say_error(&gone.expect_err("it is gone"));
    let client = house.member().await;
    *house.hours.lock().expect("nobody panics here") += 48;
    assert_eq!(client.clone().get("/me").await.status, 401);
    assert!(house.sessions.clean().await.expect("the store works") > 0);
    capture::say(format!("{:?} {:?}\n", house.sessions, house.store.store()).as_bytes());
}

fn last<S: Fresh>(house: &House<S>) -> Handle {
    *house.store.inserted().last().expect("there was one")
}

/// An empty log would prove nothing.
fn assert_the_log_is_full(said: &[u8]) {
    let said = String::from_utf8_lossy(said);
    for line in [
        "session created",
        "session rotated",
        "session destroyed",
        "session cookie ignored",
        "Repeated",
        "WrongSecret",
        "Unknown",
        "Malformed",
        "request refused",
        "too many cookies",
        "stored field did not decode",
        "session store failed",
        "did not answer within",
        "these two cannot be merged",
        "the handler's own words",
        "Sensitive",
        "tower_http::trace",
        "a handler's finest",
    ] {
        assert!(said.contains(line), "nobody said {line:?}");
    }
}
