//! The end of those sessions of a principal that a predicate holds for.

use session_axum::store::Update;
use session_axum::{ErrorKind, MemoryStore, Sessions, session};
use session_core::Now;
use session_test_support::records::with;
use session_tests::{Call, Client, Fault, TestStore, on_each_store};

use super::app::{Shop, TestApp, with_keys_of};

on_each_store!(
    with_keys_and_on_a_cluster;
    those_that_the_predicate_holds_for_end_and_no_other,
    what_has_changed_meanwhile_is_asked_for_again,
    what_has_become_another_principals_goes_on,
    what_others_end_meanwhile_is_not_counted,
    a_request_under_way_on_one_that_ends_comes_to_nothing,
    one_that_cannot_be_read_ends,
    one_with_a_field_that_does_not_decode_ends,
    of_many_sessions_all_are_looked_at,
    what_cannot_be_ended_is_an_error,
);

fn ann() -> String {
    "ann".to_owned()
}

fn is_dark(shop: &Shop) -> bool {
    shop.theme == "dark"
}

/// A browser of this user's whose session has this theme.
async fn browser<S: TestStore>(app: &TestApp<S>, user: &str, theme: &str) -> Client {
    let mut client = app.log_in_as(user).await;
    client.post(&format!("/theme/{theme}")).await.ok();
    app.reset();
    client
}

async fn is_logged_in(client: &Client) -> bool {
    client.clone().post("/account").await.status == 200
}

async fn those_that_the_predicate_holds_for_end_and_no_other<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut browsers = Vec::new();
    for (user, theme) in
        [("ann", "dark"), ("ann", "light"), ("ann", "dark"), ("bob", "dark"), ("ann", "darker")]
    {
        browsers.push(browser(&app, user, theme).await);
    }
    app.reset();
    assert_eq!(app.sessions.revoke_where(&ann(), is_dark).await.expect("the store works"), 2);
    let ends = [Call::Update, Call::Delete];
    assert_eq!(app.store.take_calls(), [&[Call::List][..], &ends, &ends].concat());
    let mut events = app.events.take();
    events.sort_unstable();
    let inserted = app.store.inserted();
    let mut expected =
        [0, 2].map(|number: usize| format!("Revoked {{ handle: {:?} }}", inserted[number]));
    expected.sort_unstable();
    assert_eq!(events, expected);
    let mut logged_in = Vec::new();
    for browser in &browsers {
        logged_in.push(is_logged_in(browser).await);
    }
    assert_eq!(logged_in, [false, true, false, true, true]);
    assert_eq!(app.live_sessions().await, 3, "nothing is left of those that ended");
    assert_eq!(app.sessions.list(&ann()).await.expect("the store works").len(), 2);
    assert_eq!(app.sessions.revoke_where(&ann(), is_dark).await.expect("the store works"), 0);
    // A predicate may count, and borrow.
    let mut seen = Vec::new();
    let look = |shop: &Shop| {
        seen.push(shop.theme.clone());
        false
    };
    assert_eq!(app.sessions.revoke_where(&ann(), look).await.expect("the store works"), 0);
    seen.sort_unstable();
    assert_eq!(seen, ["darker", "light"]);
    assert_eq!(app.sessions.revoke_where(&"eve".to_owned(), |_| true).await.expect("it works"), 0);
}

/// Ends Ann's dark sessions, while this happens between the look at one and its end.
async fn revoked_while<S: TestStore>(app: &TestApp<S>, meanwhile: impl AsyncFnOnce()) -> u64 {
    let gate = app.store.pause(Call::Update);
    let happens = async {
        gate.reached().await;
        app.store.heal();
        meanwhile().await;
        gate.open();
    };
    let user = ann();
    let (ended, ()) = tokio::join!(app.sessions.revoke_where(&user, is_dark), happens);
    ended.expect("the store works")
}

async fn what_has_changed_meanwhile_is_asked_for_again<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for (path, is_to_end) in [("/theme/light", false), ("/visit", true), ("/rotate", true)] {
        let client = browser(&app, "ann", "dark").await;
        let mut tab = client.clone();
        let ended = revoked_while(&app, async || _ = tab.post(path).await.ok()).await;
        assert_eq!(ended, u64::from(is_to_end), "{path}");
        assert_eq!(is_logged_in(&tab).await, !is_to_end, "{path}");
    }
}

async fn what_has_become_another_principals_goes_on<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for path in ["/log-in/bob", "/sign-off"] {
        // The theme is carried along.
        let mut client = browser(&app, "ann", "dark").await;
        assert_eq!(revoked_while(&app, async || _ = client.post(path).await.ok()).await, 0);
        assert_eq!(super::app::state(&mut client).await.theme, "dark", "{path}");
    }
}

async fn what_others_end_meanwhile_is_not_counted<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let mut client = browser(&app, "ann", "dark").await;
    assert_eq!(revoked_while(&app, async || _ = client.post("/log-out").await.ok()).await, 0);
}

async fn a_request_under_way_on_one_that_ends_comes_to_nothing<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = browser(&app, "ann", "dark").await;
    for path in ["/visit", "/theme/light", "/log-in-again"] {
        let mut client =
            if path == "/visit" { client.clone() } else { browser(&app, "ann", "dark").await };
        let gate = app.store.pause(Call::Update);
        let revoke = async {
            gate.reached().await;
            app.store.heal();
            let ended = app.sessions.revoke_where(&ann(), is_dark).await;
            assert_eq!(ended.expect("the store works"), 1, "{path}");
            gate.open();
        };
        let (reply, ()) = tokio::join!(client.post(path), revoke);
        assert_eq!(reply.status, 401, "{path}: {reply:?}");
        assert_eq!(app.live_sessions().await, 0, "{path}");
    }
}

/// Another release has written the record.
async fn one_that_cannot_be_read_ends<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    browser(&app, "ann", "light").await;
    let whole = browser(&app, "ann", "light").await;
    let handle = app.store.inserted()[0];
    let now = Now::At(app.clock.now());
    let record = app.store.store().load(handle, now).await.expect("the store works");
    let update = with(Update::of(&record.expect("it is there")), |update| {
        update.fields = b"\xff"[..].into();
    });
    drop(app.store.store().update(update, now).await.expect("the store works"));
    assert_eq!(app.sessions.revoke_where(&ann(), is_dark).await.expect("the store works"), 1);
    assert!(app.store.store().load(handle, now).await.expect("the store works").is_none());
    assert!(is_logged_in(&whole).await);
}

/// The shop in a release in which a field has another type.
#[session(name = "Shop")]
struct OtherShop {
    #[session(principal)]
    user: Option<String>,
    notice: Option<u64>,
}

async fn one_with_a_field_that_does_not_decode_ends<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let (mut noted, without) = (app.log_in_as("ann").await, app.log_in_as("ann").await);
    noted.post("/notice/sale").await.ok();
    let clock = app.clock.clone();
    let builder = Sessions::<OtherShop>::builder(app.store.store().clone());
    let other = with_keys_of(app.store.store(), builder)
        .clock(move || clock.now())
        .build()
        .expect("it is sound");
    assert_eq!(other.revoke_where(&ann(), |_| false).await.expect("the store works"), 1);
    assert!(!is_logged_in(&noted).await);
    assert!(is_logged_in(&without).await);
}

async fn of_many_sessions_all_are_looked_at<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for _ in 0..205 {
        app.log_in_as("ann").await;
    }
    let mut seen = 0;
    let ends = |_: &Shop| {
        seen += 1;
        seen % 2 == 0
    };
    assert_eq!(app.sessions.revoke_where(&ann(), ends).await.expect("the store works"), 102);
    assert_eq!(seen, 205);
    assert_eq!(app.live_sessions().await, 103);
}

async fn what_cannot_be_ended_is_an_error<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let client = browser(&app, "ann", "dark").await;
    for call in [Call::List, Call::Update] {
        app.store.inject(call, Fault::Fails);
        let error = app.sessions.revoke_where(&ann(), is_dark).await.expect_err("it fails");
        assert!(matches!(error.kind(), ErrorKind::Store(_)), "{error:?}");
        app.store.heal();
        assert!(is_logged_in(&client).await);
    }
    // Its record is empty: no session any more.
    app.store.inject(Call::Delete, Fault::Fails);
    assert_eq!(app.sessions.revoke_where(&ann(), is_dark).await.expect("it is over"), 1);
    app.store.heal();
    assert!(!is_logged_in(&client).await);
    assert_eq!(app.sessions.list(&ann()).await.expect("the store works"), []);
}

/// Whoever changes it again and again may do so for ever.
#[tokio::test]
async fn whatever_changes_again_and_again_is_an_error() {
    let app = TestApp::new(MemoryStore::new());
    let client = browser(&app, "ann", "dark").await;
    app.store.inject(Call::Update, Fault::Conflicts);
    let error = app.sessions.revoke_where(&ann(), is_dark).await.expect_err("it never ends");
    assert!(matches!(error.kind(), ErrorKind::Contended(_)), "{error:?}");
    app.store.heal();
    assert!(is_logged_in(&client).await);
}
