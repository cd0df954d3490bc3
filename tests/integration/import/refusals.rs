//! What is not imported, and what a request is told then.

use std::future::{pending, ready};
use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use session_axum::{BuildError, Imported, KeyRing, MemoryStore, Sessions};

use super::elsewhere::{DAY, Elsewhere, OLD_COOKIE, OldSession, app, browser, later, old_cookie};
use crate::http::app::{Shop, TestApp};

#[tokio::test]
async fn a_request_of_another_site_asks_nobody_elsewhere() {
    let elsewhere = Elsewhere::default();
    let app = app(MemoryStore::new(), &elsewhere);
    let id = elsewhere.begin(OldSession::of("ann", later(&app.clock, DAY)));
    let mut client = browser(&app, &id);
    let request = Request::post("/visit").header("Sec-Fetch-Site", "cross-site");
    let reply = client.send(request.body(Body::empty()).expect("it is a request")).await;
    assert_eq!(reply.summary(), "403, no Set-Cookie, Vary: Cookie");
    assert_eq!(elsewhere.asked(), 0);
    assert_eq!(app.store.inserted(), []);
}

#[tokio::test]
async fn without_an_old_cookie_nothing_is_looked_for() {
    let elsewhere = Elsewhere::default();
    let app = app(MemoryStore::new(), &elsewhere);
    app.newcomer().get("/state").await.ok();
    assert_eq!((elsewhere.asked(), app.store.take_calls().len()), (0, 0));
    let mut client = browser(&app, "an-id-that-nobody-has-there");
    let reply = client.get("/state").await;
    assert_eq!(reply.summary(), "200, no Set-Cookie, Vary: Cookie");
    assert_eq!((elsewhere.asked(), app.store.take_calls().len()), (1, 0));
}

/// It is no empty session.
#[tokio::test]
async fn what_cannot_be_read_elsewhere_is_an_error() {
    let fails = |_: &str| ready(Err::<Option<Imported<Shop>>, _>(io::Error::other("it is down")));
    let app = TestApp::with_options(MemoryStore::new(), |builder| {
        builder.import(move |parts| Some(fails(&old_cookie(parts)?)))
    });
    for path in ["/state", "/look"] {
        let reply = browser(&app, "secret-of-session-000000").get(path).await;
        assert_eq!(reply.summary(), "503, no Set-Cookie, Vary: Cookie");
    }
    assert!(app.events.take().iter().any(|event| event == "refused 503"));
    app.newcomer().get("/state").await.ok();
}

#[tokio::test]
async fn what_is_not_read_elsewhere_in_time_is_an_error() {
    let app = TestApp::with_options(MemoryStore::new(), |builder| {
        builder.deadline(Duration::from_millis(50)).import(|parts| {
            old_cookie(parts)?;
            Some(pending::<Result<Option<Imported<Shop>>, io::Error>>())
        })
    });
    let reply = browser(&app, "secret-of-session-000000").get("/state").await;
    assert_eq!(reply.summary(), "503, no Set-Cookie, Vary: Cookie");
}

/// The number of a row, say.
#[tokio::test]
async fn an_id_that_could_be_guessed_is_a_mistake() {
    let app = TestApp::with_options(MemoryStore::new(), |builder| {
        builder.import(|parts| {
            let ends = std::time::SystemTime::now() + DAY;
            let imported = Imported::new(old_cookie(parts)?, Shop::default(), ends);
            Some(ready(Ok::<_, io::Error>(Some(imported))))
        })
    });
    let mut client = app.newcomer();
    client.set(OLD_COOKIE, "42");
    let reply = client.get("/state").await;
    assert_eq!(reply.status, 500);
    assert_eq!(app.store.inserted(), []);
}

#[test]
fn sealed_cookies_import_nothing() {
    let ring = KeyRing::parse(&KeyRing::generate().expect("the system is random"));
    let builder = Sessions::<Shop>::sealed_cookie(ring.expect("it is a key"))
        .accept_replay_until_expiry()
        .import(|_| None::<std::future::Ready<Result<_, io::Error>>>);
    assert_eq!(builder.build().err(), Some(BuildError::Unimportable));
}

/// Of many that log in at once no more stay than the limit says, those that are imported among them.
#[tokio::test]
async fn an_import_counts_as_a_log_in() {
    let elsewhere = Elsewhere::default();
    let app = TestApp::with_options(MemoryStore::new(), |builder| {
        elsewhere.import(builder).max_per_principal(2)
    });
    for _ in 0..3 {
        let id = elsewhere.begin(OldSession::of("ann", later(&app.clock, DAY)));
        browser(&app, &id).get("/state").await.ok();
        app.clock.advance(Duration::from_secs(1));
    }
    let devices = app.sessions.list(&"ann".to_owned()).await.expect("the store works");
    assert_eq!(devices.len(), 2);
}
