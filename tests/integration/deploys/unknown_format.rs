//! A record of a format that neither release knows.

use std::sync::Arc;

use session_core::Now;
use session_core::store::Updated;
use session_test_support::records::{update_of, with};
use session_tests::{TestStore, on_each_store};

use super::releases::Releases;

/// A record that a release to come has written in another format.
async fn a_record_of_an_unknown_format_is_refused_and_left_as_it_is<S: TestStore>(store: S) {
    let releases = Releases::on(store);
    let visitor = releases.visitor().await;
    let record = releases.record(&visitor).await.expect("it is stored");
    let mut fields = record.fields.to_vec();
    // Its format, and the oldest whose readers can read it.
    fields[..2].copy_from_slice(&[2, 2]);
    let fields: Arc<[u8]> = fields.into();
    let update = with(update_of(&record), |update| update.fields = fields.clone());
    let updated = releases.store.update(update, Now::Store).await;
    assert!(matches!(updated, Ok(Updated::Saved(_))), "{updated:?}");
    for app in [&releases.old, &releases.new] {
        for answer in [visitor.at(app).get("/").await, visitor.at(app).post("/shop/1").await] {
            assert_eq!(answer.summary(), "503, no Set-Cookie, Vary: Cookie");
        }
    }
    let after = releases.store.load(record.handle, Now::Store).await;
    let after = after.expect("the store answers").expect("it is still there");
    assert_eq!((after.fields, after.revision), (fields, record.revision + 1));
}

/// A record that a release to come has written in a format which only adds something.
async fn what_a_newer_format_adds_is_carried<S: TestStore>(store: S) {
    const ADDED: &[u8] = b"\x06.later\x013";
    let releases = Releases::on(store);
    let visitor = releases.visitor().await;
    let record = releases.record(&visitor).await.expect("it is stored");
    let fields = [&[2], &record.fields[1..], ADDED].concat();
    let update = with(update_of(&record), |update| update.fields = fields.into());
    let updated = releases.store.update(update, Now::Store).await;
    assert!(matches!(updated, Ok(Updated::Saved(_))), "{updated:?}");
    for app in [&releases.old, &releases.new] {
        assert_eq!(visitor.at(app).get("/").await.status, 200);
        assert_eq!(visitor.at(app).post("/shop/1").await.status, 200);
        let record = releases.record(&visitor).await.expect("it is stored");
        assert_eq!(record.fields[..2], [2, 1], "it still needs no newer reader");
        assert!(record.fields.windows(ADDED.len()).any(|part| part == ADDED));
    }
}

on_each_store!(
    a_record_of_an_unknown_format_is_refused_and_left_as_it_is,
    what_a_newer_format_adds_is_carried,
);
