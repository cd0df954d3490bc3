//! A handler is called as a plain function, and what it saves is seen.

use std::time::Duration;

use axum::extract::Path;
use axum::http::StatusCode;
use session_axum::testing::{Call, Reply};
use session_axum::{Rejection, Session, require_session, session};

#[session]
#[derive(Debug)]
struct Shop {
    #[session(principal)]
    user: Option<u64>,
    visits: u64,
}

#[session]
struct Office {
    orders: Vec<u64>,
}

fn logged_in() -> Shop {
    Shop { user: Some(7), visits: 3 }
}

#[require_session]
async fn look(shop: &Shop) -> String {
    shop.visits.to_string()
}

#[require_session]
async fn visit(shop: &mut Shop, Path(times): Path<u64>) -> StatusCode {
    shop.visits += times;
    if times > 9 { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
}

#[require_session(fresh = "5m")]
async fn close(session: &mut Session<Shop>) {
    session.destroy();
}

#[require_session]
async fn log_in(session: &mut Session<Shop>, Path(user): Path<u64>) {
    session.log_in(user);
}

#[require_session(authenticated, or_redirect = "/login")]
async fn name(session: &Session<Shop>) -> String {
    session.handle().expect("it is stored").to_string()
}

#[require_session(authenticated)]
async fn order(shop: &Shop, office: &mut Office, Path(sku): Path<u64>) {
    office.orders.extend([shop.visits, sku]);
}

#[tokio::test]
async fn a_handler_that_reads_saves_nothing() {
    let call = Call::new(logged_in()).await;
    let reply = call.run(look).await.assert_status(200);
    assert_eq!(reply.text(), "3");
    assert!(reply.set_cookies().is_empty());
    assert!(call.saved().await.is_none() && !call.has_ended());
}

#[tokio::test]
async fn a_handler_that_writes_saves_what_it_has_written() {
    let call = Call::new(logged_in()).await;
    call.run(|shop| visit(shop, Path(2))).await.assert_status(200);
    let saved = call.saved().await.expect("it has changed");
    assert_eq!((saved.user, saved.visits), (Some(7), 5));
    let unchanged = Call::new(logged_in()).await;
    unchanged.run(|shop| visit(shop, Path(0))).await.assert_status(200);
    assert!(unchanged.saved().await.is_none());
    let failed = Call::new(logged_in()).await;
    failed.run(|shop| visit(shop, Path(10))).await.assert_status(500);
    assert!(failed.saved().await.is_none());
}

#[tokio::test]
async fn the_first_change_begins_a_session_and_tells_the_browser() {
    let call = Call::new(Shop::default()).await;
    let reply = call.run(|session| log_in(session, Path(8))).await;
    assert!(reply.set_cookies()[0].starts_with("__Host-shop="), "{reply:?}");
    assert_eq!(call.saved().await.unwrap().user, Some(8));
    let another = Call::new(logged_in()).await;
    another.run(|session| log_in(session, Path(8))).await.assert_status(200);
    let saved = another.saved().await.unwrap();
    assert_eq!((saved.user, saved.visits), (Some(8), 0), "it is somebody else's");
}

#[tokio::test]
async fn a_handlers_options_are_checked() {
    let nobody = Call::new(Shop::default()).await;
    nobody.run(name).await.assert_redirect("/login?next=%2F");
    nobody.run(close).await.assert_status(401);
    let call = Call::new(logged_in()).await;
    call.run(name).await.assert_status(200);
    call.clock().advance(Duration::from_mins(5));
    call.run(close).await.assert_status(401);
    assert!(!call.has_ended());
}

#[tokio::test]
async fn a_handler_that_logs_out_ends_the_session() {
    let call = Call::new(logged_in()).await;
    let reply = call.run(close).await.assert_status(200);
    assert!(reply.set_cookies()[0].contains("Max-Age=0"));
    assert!(call.has_ended());
    assert!(call.saved().await.is_none());
}

#[tokio::test]
async fn of_two_sessions_each_has_a_call() -> Result<(), Rejection> {
    let (shop, office) = (Call::new(logged_in()).await, Call::new(Office::default()).await);
    let response = order(shop.guard().await?, office.guard().await?, Path(5)).await;
    let reply = Reply::of(response).await.assert_status(200);
    assert!(reply.set_cookies()[0].starts_with("__Host-office="), "{reply:?}");
    assert!(shop.saved().await.is_none());
    assert_eq!(office.saved().await.unwrap().orders, [3, 5]);
    Ok(())
}
