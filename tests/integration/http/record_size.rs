//! How large a session may be: 16 MiB as it is stored, when it is written and when it is read.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::post;
use session_axum::require_session;
use session_core::Now;
use session_core::store::{Record, Updated};
use session_test_support::records::{update_of, with};
use session_tests::{Call, Client, TestStore, on_each_store};

use super::app::{AppState, Shop, TestApp, routes, state};

on_each_store!(
    a_session_over_16_mib_is_refused_and_the_stored_one_stays,
    a_record_over_16_mib_is_an_error_and_no_empty_session,
);

const MAX: usize = 16 * 1024 * 1024;
const TOO_LARGE: &str = "500, no Set-Cookie, Vary: Cookie";

#[require_session]
async fn grow(shop: &mut Shop, Path(length): Path<usize>) {
    shop.notice = Some("x".repeat(length));
}

fn router<S: TestStore>(app: &TestApp<S>) -> Router {
    let router = routes().route("/grow/{length}", post(grow));
    router.with_state(AppState { sessions: app.sessions.clone() })
}

/// A visitor with a long notice, and the length of the notice with which the record has exactly 16 MiB.
async fn grown<S: TestStore>(app: &TestApp<S>) -> (Client, usize) {
    let mut client = app.visitor().await.at(&router(app));
    // Long enough that its length takes as many bytes as that of 16 MiB.
    let length = MAX / 4;
    client.post(&format!("/grow/{length}")).await.ok();
    let room = MAX - newest_record(app).await.fields.len();
    app.reset();
    (client, length + room)
}

async fn newest_record<S: TestStore>(app: &TestApp<S>) -> Record {
    let mut records = app.store.records(Now::At(app.clock.now())).await;
    records.pop().expect("one was inserted")
}

async fn a_session_over_16_mib_is_refused_and_the_stored_one_stays<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let (mut client, largest) = grown(&app).await;
    client.post(&format!("/grow/{largest}")).await.ok();
    let record = newest_record(&app).await;
    assert_eq!(record.fields.len(), MAX);
    app.reset();

    assert_eq!(client.post(&format!("/grow/{}", largest + 1)).await.summary(), TOO_LARGE);
    assert_eq!(app.store.take_calls(), [Call::Load]);
    assert_eq!(app.events.take(), ["refused 500"]);
    assert_eq!(newest_record(&app).await.revision, record.revision);
    assert_eq!(state(&mut client).await.notice.map(|notice| notice.len()), Some(largest));

    app.reset();
    let mut newcomer = app.newcomer().at(&router(&app));
    assert_eq!(newcomer.post(&format!("/grow/{MAX}")).await.summary(), TOO_LARGE);
    assert_eq!(app.store.take_calls(), []);
}

async fn a_record_over_16_mib_is_an_error_and_no_empty_session<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    for (short_of_the_largest, status) in [(2, 200), (1, 503)] {
        let (mut client, largest) = grown(&app).await;
        client.post(&format!("/grow/{}", largest - short_of_the_largest)).await.ok();
        let record = newest_record(&app).await;
        // A field without a name or a value: two bytes more.
        let fields: Arc<[u8]> = [&record.fields[..], &[0, 0]].concat().into();
        let update = with(update_of(&record), |update| update.fields = Arc::clone(&fields));
        let updated = app.store.store().update(update, Now::At(app.clock.now())).await;
        assert!(matches!(updated, Ok(Updated::Saved(_))), "{updated:?}");
        for path in ["/state", "/visit"] {
            let reply = client.post(path).await;
            assert_eq!(reply.status, status, "{path} with {} bytes", fields.len());
        }
        let after = newest_record(&app).await;
        assert!(status == 200 || after.fields == fields, "it was left as it was");
    }
}
