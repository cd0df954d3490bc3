//! Stored records: what a store holds opens no session.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_core::Now;
use session_tests::{Client, TestStore, on_each_store};

use crate::app::TestApp;
use crate::secret::{none_is_in, secrets_of};

on_each_store!(with_keys; a_stored_handle_and_digest_open_nothing, no_record_holds_a_token_or_secret,);

/// An application in which every kind of request was made.
pub(crate) async fn used<S: TestStore>(store: S) -> TestApp<S> {
    let app = TestApp::new(store);
    for path in ["/rotate", "/remember", "/fail", "/panic", "/price", "/add"] {
        app.log_in().await.post(path).await;
    }
    app
}

async fn a_stored_handle_and_digest_open_nothing<S: TestStore>(store: S) {
    let app = used(store).await;
    let at = session_axum::Timestamp::from_micros(1_720_000_000_000_000);
    let records = app.store.records(Now::At(at)).await;
    assert_eq!(records.len(), 6);
    for record in records {
        let bytes = [&record.handle.as_bytes()[..], record.digest.as_bytes()].concat();
        let mut thief = Client::with_session(&app.router, &URL_SAFE_NO_PAD.encode(bytes));
        assert_eq!(thief.get("/me").await.status, 401);
        assert_eq!(thief.get("/notice").await.ok(), "");
    }
}

async fn no_record_holds_a_token_or_secret<S: TestStore>(store: S) {
    let app = used(store).await;
    let at = session_axum::Timestamp::from_micros(1_720_000_000_000_000);
    let records = app.store.records(Now::At(at)).await;
    let tokens = app.issued.all();
    assert!(tokens.len() > records.len());
    for record in &records {
        let text = format!("{:?} {:?} {:?}", record.principal, record.label, record.handle);
        let record = [text.as_bytes(), &record.fields, record.digest.as_bytes()].concat();
        for token in &tokens {
            none_is_in(&record, "a record", &secrets_of(token));
        }
    }
}
