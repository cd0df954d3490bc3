//! A principal's sessions: with their states, and in pages.

use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use session_axum::store::{Contents, Update};
use session_axum::{
    Error, ErrorKind, KeyRing, Listed, PageCursor, SessionPage, Sessions, StoredSession,
};
use session_core::Now;
use session_test_support::records::with;
use session_tests::{Call, Client, TestStore, on_each_store};

use super::app::{AppState, Shop, TestApp};

on_each_store!(
    with_keys_and_on_a_cluster;
    pages_have_every_session_once,
    what_begins_or_ends_between_two_pages_moves_no_other,
    a_list_has_the_states_if_they_are_asked_for,
    a_session_that_cannot_be_read_is_no_gap_in_a_list_with_states,
    a_list_of_many_sessions_has_all_of_them,
    the_next_page_is_a_word_in_a_url,
);

const SECOND: Duration = Duration::from_secs(1);

fn ann() -> String {
    "ann".to_owned()
}

/// So many sessions of Ann's, some of which begin at one moment, and one of Bob's.
async fn log_in_often<S: TestStore>(app: &TestApp<S>, number: usize) -> Vec<Client> {
    let mut clients = Vec::new();
    for number in 0..number {
        clients.push(app.log_in_as("ann").await);
        if number % 3 == 0 {
            app.clock.advance(SECOND);
        }
    }
    app.log_in_as("bob").await;
    clients
}

async fn page<S: TestStore>(
    app: &TestApp<S>,
    size: u32,
    after: Option<PageCursor>,
) -> SessionPage<Listed> {
    app.sessions.list(&ann()).page_size(size).after(after).await.expect("the store works")
}

async fn pages_have_every_session_once<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    log_in_often(&app, 7).await;
    let all = app.sessions.list(&ann()).await.expect("the store works");
    assert_eq!(all.len(), 7);
    for size in [1, 2, 3, 6, 7, 8, 1000] {
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let page = page(&app, size, after).await;
            let left = all.len() - listed.len();
            assert_eq!(page.sessions.len(), left.min(size as usize), "in pages of {size}");
            listed.extend(page.sessions);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(listed, all, "in pages of {size}");
    }
    let nobodys =
        app.sessions.list(&"nobody".to_owned()).page_size(3).await.expect("the store works");
    assert_eq!((nobodys.sessions.len(), nobodys.next), (0, None));
}

async fn what_begins_or_ends_between_two_pages_moves_no_other<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    log_in_often(&app, 7).await;
    let all = app.sessions.list(&ann()).await.expect("the store works");
    let first = page(&app, 3, None).await;
    assert_eq!(first.sessions, all[..3]);
    // The one that the next page begins after, and the first one of that.
    for gone in [2, 3] {
        assert!(app.sessions.revoke(&all[gone].handle).await.expect("the store works"));
    }
    app.log_in_as("ann").await;
    let second = page(&app, 3, first.next).await;
    assert_eq!(second.sessions, all[4..]);
    assert_eq!(second.next, None);
}

async fn a_list_has_the_states_if_they_are_asked_for<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut clients = log_in_often(&app, 3).await;
    clients[1].post("/theme/dark").await.ok();
    app.reset();
    let listed = app.sessions.list(&ann()).await.expect("the store works");
    let queries = app.store.take_queries();
    assert!(queries.iter().all(|query| query.contents == Contents::WithoutFields), "{queries:?}");
    let whole = app.sessions.list(&ann()).with_state().await.expect("the store works");
    assert_eq!(whole.iter().map(|shop| shop.listed().clone()).collect::<Vec<_>>(), listed);
    let mut themes: Vec<_> = whole.iter().map(|shop| &*shop.theme).collect();
    themes.sort_unstable();
    assert_eq!(themes, ["", "", "dark"]);
    let first = app.sessions.list(&ann()).page_size(2).with_state().await.expect("the store works");
    let second = app.sessions.list(&ann()).with_state().page_size(2).after(first.next).await;
    let second = second.expect("the store works");
    assert_eq!((first.sessions.len(), second.sessions.len(), second.next), (2, 1, None));
    let paged = first.sessions.iter().chain(&second.sessions).map(StoredSession::listed);
    assert!(paged.eq(&listed));
    assert_eq!(app.store.take_calls(), [Call::List; 4], "each is one operation");
    let queries = app.store.take_queries();
    assert!(queries.iter().all(|query| query.contents == Contents::Whole), "{queries:?}");
}

async fn a_session_that_cannot_be_read_is_no_gap_in_a_list_with_states<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    log_in_often(&app, 3).await;
    let listed = app.sessions.list(&ann()).await.expect("the store works");
    let now = Now::At(app.clock.now());
    let record = app.store.store().load(listed[1].handle, now).await.expect("the store works");
    let update = with(Update::of(&record.expect("it is there")), |update| {
        update.fields = b"\xff"[..].into();
    });
    drop(app.store.store().update(update, now).await.expect("the store works"));
    let error = app.sessions.list(&ann()).with_state().await.expect_err("one cannot be read");
    assert!(matches!(error.kind(), ErrorKind::Fields(_)), "{error:?}");
    let page = app.sessions.list(&ann()).with_state().page_size(1).await.expect("it is not on it");
    let second = app.sessions.list(&ann()).with_state().page_size(1).after(page.next).await;
    assert!(matches!(second.expect_err("it is on it").kind(), ErrorKind::Fields(_)));
    assert_eq!(app.sessions.list(&ann()).await.expect("the store works"), listed);
}

/// More than the engine asks a store for at once.
async fn a_list_of_many_sessions_has_all_of_them<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let clients = log_in_often(&app, 205).await;
    let listed = app.sessions.list(&ann()).await.expect("the store works");
    let mut handles: Vec<_> = listed.iter().map(|listed| listed.handle).collect();
    assert!(listed.is_sorted_by_key(|listed| (std::cmp::Reverse(listed.created), listed.handle)));
    handles.sort_unstable();
    handles.dedup();
    assert_eq!(handles.len(), clients.len());
    let whole = app.sessions.list(&ann()).with_state().await.expect("the store works");
    assert!(whole.iter().map(StoredSession::listed).eq(&listed));
}

#[derive(serde::Deserialize)]
struct Paging {
    after: Option<PageCursor>,
    size: u32,
}

async fn devices(
    State(sessions): State<Sessions<Shop>>,
    Query(paging): Query<Paging>,
) -> Result<String, Error> {
    let page = sessions.list(&ann()).page_size(paging.size).after(paging.after).await?;
    let mut lines = String::new();
    for listed in &page.sessions {
        lines.extend([listed.handle.to_string(), "\n".to_owned()]);
    }
    if let Some(next) = page.next {
        lines.extend([format!("/devices?size={}&after={next}", paging.size)]);
    }
    Ok(lines)
}

async fn the_next_page_is_a_word_in_a_url<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    log_in_often(&app, 5).await;
    let state = AppState { sessions: app.sessions.clone() };
    let router: Router = Router::new().route("/devices", get(devices)).with_state(state);
    let mut client = Client::new(&router);
    let (mut next, mut handles) = ("/devices?size=2".to_owned(), Vec::new());
    while !next.is_empty() {
        let body = client.get(&next).await.ok();
        let (lines, link) = body.rsplit_once('\n').expect("no page is empty");
        handles.extend(lines.lines().map(str::to_owned));
        link.clone_into(&mut next);
    }
    let all = app.sessions.list(&ann()).await.expect("the store works");
    assert!(all.iter().map(|listed| listed.handle.to_string()).eq(handles));
    let page = page(&app, 2, None).await.next.expect("there are more").to_string();
    for wrong in ["", "x", &page[1..], &format!("{page}A")] {
        let reply = client.get(&format!("/devices?size=2&after={wrong}")).await;
        assert_eq!(reply.status, 400, "{wrong}");
        assert!(reply.body.contains("not a place in a list of sessions"), "{}", reply.body);
    }
    for size in ["0", "1001", "4294967295"] {
        let reply = client.get(&format!("/devices?size={size}")).await;
        assert_eq!(reply.status, 400);
        assert!(reply.body.contains(&format!("1 to 1000 of them, and `.page_size({size})`")));
    }
}

#[tokio::test]
async fn sealed_cookies_are_in_no_list() {
    let ring = KeyRing::parse(&KeyRing::generate().unwrap()).unwrap();
    let sessions = Sessions::<Shop>::sealed_cookie(ring);
    let sessions = sessions.accept_replay_until_expiry().build().unwrap();
    let user = ann();
    let list = || sessions.list(&user);
    let errors = [
        list().await.unwrap_err(),
        list().with_state().await.unwrap_err(),
        list().page_size(2).await.unwrap_err(),
        list().page_size(2).with_state().await.unwrap_err(),
        sessions.revoke_where(&user, |_| true).await.unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error.kind(), ErrorKind::NotStored), "{error:?}");
    }
}
