//! What a page takes out of the session, a message say: two that do so at the same time.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::post;
use session_axum::{Error, Session, Sessions, Store, require_session, session};
use session_tests::{Client, TestStore, on_each_store};
use tokio::sync::Barrier;

on_each_store!(
    two_pages_at_once_both_show_a_message_and_a_later_one_does_not,
    what_is_set_while_it_is_taken_stays,
    what_update_takes_is_taken_once,
);

#[session]
struct Shop {
    #[session(merge = append)]
    notices: Vec<String>,
    voucher: Option<String>,
}

/// Where two handlers wait for each other, when both have loaded the session.
#[derive(Clone)]
struct Meeting(Arc<Barrier>);

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
    meeting: Meeting,
}

#[require_session]
async fn begin(shop: &mut Shop) {
    shop.notices.push("saved".to_owned());
    shop.voucher = Some("tea".to_owned());
}

#[require_session]
async fn page(shop: &mut Shop) -> String {
    mem::take(&mut shop.notices).join(" ")
}

#[require_session]
async fn page_together(shop: &mut Shop, State(meeting): State<Meeting>) -> String {
    meeting.0.wait().await;
    mem::take(&mut shop.notices).join(" ")
}

#[require_session]
async fn set_together(shop: &mut Shop, State(meeting): State<Meeting>) {
    meeting.0.wait().await;
    shop.notices.push("added".to_owned());
}

#[require_session(existing)]
async fn redeem_together(
    session: &Session<Shop>,
    State(sessions): State<Sessions<Shop>>,
    State(meeting): State<Meeting>,
) -> Result<String, Error> {
    meeting.0.wait().await;
    let handle = session.handle().expect("it is stored");
    Ok(sessions.update(&handle, |shop| shop.voucher.take()).await?.unwrap_or_default())
}

/// Two nodes on this store, and a browser with a session.
async fn nodes(store: &(impl Store + Clone)) -> [Client; 2] {
    let meeting = Meeting(Arc::new(Barrier::new(2)));
    let [first, second] = [(), ()].map(|()| {
        let sessions = Sessions::builder(store.clone()).without_cleaner();
        let sessions = sessions.deadline(Duration::from_secs(20)).build();
        let sessions = sessions.expect("the deadline is not zero");
        Router::new()
            .route("/begin", post(begin))
            .route("/page", post(page))
            .route("/page/together", post(page_together))
            .route("/set/together", post(set_together))
            .route("/redeem/together", post(redeem_together))
            .with_state(App { sessions, meeting: meeting.clone() })
    });
    let mut visitor = Client::new(&first);
    visitor.post("/begin").await.ok();
    let second = visitor.at(&second);
    [visitor, second]
}

async fn two_pages_at_once_both_show_a_message_and_a_later_one_does_not<S: TestStore>(store: S) {
    let [mut first, mut second] = nodes(&store).await;
    let both = tokio::join!(first.post("/page/together"), second.post("/page/together"));
    assert_eq!((both.0.ok().as_str(), both.1.ok().as_str()), ("saved", "saved"));
    assert_eq!(first.post("/page").await.ok(), "");
}

async fn what_is_set_while_it_is_taken_stays<S: TestStore>(store: S) {
    let [mut first, mut second] = nodes(&store).await;
    let both = tokio::join!(first.post("/page/together"), second.post("/set/together"));
    both.1.ok();
    assert_eq!(both.0.ok(), "saved");
    assert_eq!(first.post("/page").await.ok(), "added");
}

async fn what_update_takes_is_taken_once<S: TestStore>(store: S) {
    let [mut first, mut second] = nodes(&store).await;
    let both = tokio::join!(first.post("/redeem/together"), second.post("/redeem/together"));
    let mut taken = [both.0.ok(), both.1.ok()];
    taken.sort();
    assert_eq!(taken, ["", "tea"]);
}
