//! The list of devices, and the pages that go dark.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::ACCEPT;
use session_axum::testing::{Client, Streaming};
use session_axum::{KeyRing, Sessions};

use super::tea_shop::{TeaShop, log_in, page};
use crate::app::{App, set_up};
use crate::journal::Journal;
use crate::routes;

/// The stream of a page that is open.
async fn stream(browser: &Client) -> Streaming {
    let request = Request::get("/events").header(ACCEPT, "text/event-stream");
    browser.stream(request.body(Body::empty()).expect("a request")).await
}

/// The same, of a session that lives.
async fn open_stream(browser: &Client) -> Streaming {
    let mut events = stream(browser).await;
    assert_eq!(events.status, 200);
    assert_eq!(events.text().await.as_deref(), Some(": open\n\n"));
    events
}

/// Waits for its last event.
async fn last_event(events: Streaming) -> String {
    events.rest().await.assert_status(200).text().to_owned()
}

#[tokio::test]
async fn a_device_is_ended_alone_with_the_others_and_everywhere() {
    let shop = TeaShop::open();
    let laptop = shop.browser_of("ann").await;
    for way in ["one", "others", "all"] {
        shop.clock.advance(Duration::from_secs(1));
        let phone = shop.browser_of("ann").await;
        let open = open_stream(&phone).await;
        let list = page(&laptop, "/devices").await;
        let end = match way {
            "one" => {
                let (_, form) = list.split_once(r#"action="/devices/one/"#).expect("a button");
                format!("/devices/one/{}", form.split('"').next().expect("an address"))
            }
            way => format!("/devices/{way}/end"),
        };
        laptop.post(&end).await.assert_status(303);
        assert_eq!(
            last_event(open).await,
            "event: ended\ndata: the session was ended from elsewhere\n\n",
            "{way}"
        );
        stream(&phone).await.rest().await.assert_status(204);
        phone.get("/here").await.assert_status(401);
        phone.get("/devices").await.assert_redirect("/login?next=%2Fdevices");
        assert_eq!(page(&laptop, "/").await.contains(r#"id="name">Ann<"#), way != "all");
    }
}

#[tokio::test]
async fn a_log_out_reaches_the_other_tabs() {
    let shop = TeaShop::open();
    let ann = shop.browser_of("ann").await;
    let tab = open_stream(&ann).await;
    ann.post("/cart/cup").await.assert_status(303);
    ann.post("/logout").await.assert_status(303);
    let ended = "event: ended\ndata: the session was ended by a log-out\n\n";
    assert_eq!(last_event(tab).await, ended);
}

#[tokio::test]
async fn a_server_that_stops_ends_streams_and_no_session() {
    let shop = TeaShop::open();
    let ann = shop.browser_of("ann").await;
    let tab = open_stream(&ann).await;
    shop.app.sessions.close_live();
    assert_eq!(last_event(tab).await, "");
    ann.get("/here").await.assert_status(204);
}

#[tokio::test]
async fn nobody_ends_a_session_of_somebody_else() {
    let shop = TeaShop::open();
    let (ann, ben) = (shop.browser_of("ann").await, shop.browser_of("ben").await);
    let of_ann = &shop.app.sessions.list(&"ann".to_owned()).await.expect("the store answers")[0];
    let end = format!("/devices/one/{}/end", of_ann.handle);
    ben.post(&end).await.assert_status(404);
    shop.browser().post(&end).await.assert_status(401);
    assert!(page(&ann, "/").await.contains(r#"id="name">Ann<"#));
}

#[tokio::test]
async fn the_shop_works_without_a_store_and_has_no_list_of_devices() {
    let key = KeyRing::generate().expect("the system's random source works");
    let ring = KeyRing::parse(&key).expect("it is a key");
    let sessions = Sessions::sealed_cookie(ring).accept_replay_until_expiry();
    let sessions = set_up(sessions).build().expect("the options are sound");
    let browser = Client::new(routes(App::new(sessions, Journal::new("sealed cookies"))));
    let browser = browser.navigating();
    browser.post("/cart/cup").await.assert_status(303);
    log_in(&browser, "ann").await.assert_redirect("/");
    let list = page(&browser, "/devices").await;
    assert!(list.contains("nobody has a list of them"), "{list}");
    browser.post("/order").await.assert_redirect("/cart");
    assert!(page(&browser, "/cart").await.contains("Your order has number 1."));
    let tab = open_stream(&browser).await;
    browser.post("/logout").await.assert_status(303);
    assert!(last_event(tab).await.contains("ended by a log-out"));
}
