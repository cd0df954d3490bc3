//! Values: what is stored is loaded again.

use std::sync::Arc;
use std::time::Duration;

use session_core::store::{Inserted, Updated};
use session_core::{Digest, Now, Store as _, Timestamp};

use super::fixtures::{
    DAY, handle, insert, insert_of, is_unchanged, loaded, patient, records, store, stored,
    update_of, updated, with,
};

#[tokio::test]
async fn every_record_is_there_when_the_file_is_opened_again() {
    let (store, database) = store(patient()).await;
    let mut written = Vec::new();
    for principal in [None, Some("\"ann\""), Some("1"), Some("1.0"), Some("NULL"), Some("x'00'")] {
        let insert = with(insert(), |insert| insert.principal = principal.map(Into::into));
        written.push(stored(&store, insert).await);
    }
    drop(store);
    let store = database.store(patient()).await;
    for record in &written {
        assert!(is_unchanged(&store, record).await, "{:?}", record.principal);
    }
    for record in &written[1..] {
        let principal = record.principal.as_deref().expect("these have one");
        let found = records(&store, principal, Now::At(record.times.now)).await;
        assert_eq!(found, std::slice::from_ref(record));
    }
}

#[tokio::test]
async fn text_of_any_kind_comes_back_whole() {
    let (store, _) = store(patient()).await;
    for text in [
        "",
        "\0",
        "a\0b",
        "naïve 日本語 \u{1F980}\u{200D}\u{1F680} \u{202E}",
        "e\u{301} is not é",
        "\u{FEFF}'; DROP TABLE sessions; --",
        &"ß".repeat(100_000),
    ] {
        let insert = with(insert(), |insert| {
            insert.principal = Some(text.into());
            insert.label = Some(text.into());
        });
        let record = stored(&store, insert).await;
        assert!(record.principal.as_deref() == Some(text), "the principal");
        assert!(record.label.as_deref() == Some(text), "the label");
        assert_eq!(records(&store, text, Now::Store).await.len(), 1);
        let removed = store.delete_all(text, None, Now::Store).await;
        assert_eq!(removed.expect("the store works").live, 1);
    }
}

#[tokio::test]
async fn a_mebibyte_can_be_written_again_and_again() {
    let (store, database) = store(patient()).await;
    let mut record = stored(&store, insert()).await;
    for number in 0..20 {
        let fields: Arc<[u8]> = vec![number; 1 << 20].into();
        let update = with(update_of(&record), |update| update.fields = fields.clone());
        assert!(matches!(updated(&store, update).await, Updated::Saved(_)));
        record = loaded(&store, record.handle).await.expect("it is there");
        assert!(record.fields == fields, "the bytes are the same");
    }
    let pages = database.number("PRAGMA page_count").await;
    assert!(pages < 1000, "what was replaced is used again: {pages} pages");
}

#[tokio::test]
async fn the_last_timestamp_is_a_valid_time() {
    let (store, _) = store(patient()).await;
    for now in [0, 1, -1, 253_402_300_800_000_000, i64::MAX - 1] {
        let now = Timestamp::from_micros(now);
        let insert = with(insert(), |insert| {
            insert.principal = Some("ann".into());
            insert.idle = Duration::MAX;
            insert.absolute = Duration::MAX;
        });
        let handle = insert.handle;
        let inserted = store.insert(insert, Now::At(now)).await;
        let Inserted::Saved(times) = inserted.expect("the store works") else {
            panic!("a new handle is free")
        };
        assert_eq!((times.now, times.created, times.seen), (now, now, now));
        assert_eq!(times.expires, now.plus(Duration::MAX));
        let found = store.load(handle, Now::At(now)).await;
        let found = found.expect("the store works").expect("it lives for ever");
        assert_eq!(found.times, times);
        let removed = store.delete(handle, Some(Duration::MAX), Now::At(now)).await;
        assert!(removed.expect("the store works"));
        let found = store.load(handle, Now::At(now)).await;
        let ended = found.expect("the store works").expect("it is remembered for ever");
        assert!(ended.is_ended() && ended.times.expires == now.plus(Duration::MAX));
    }
}

/// A statement may have 32766 arguments.
#[tokio::test]
async fn any_number_of_sessions_is_asked_for_at_once() {
    let (store, _) = store(patient()).await;
    let record = stored(&store, insert_of("ann")).await;
    let mut handles: Vec<_> = (0..40_000).map(|_| handle()).collect();
    for place in [0, 20_000, 39_999] {
        handles[place] = record.handle;
    }
    let began = std::time::Instant::now();
    let alive = store.alive(&handles, Now::Store).await.expect("the store works");
    println!("40000 sessions are asked for in {:?}", began.elapsed());
    let found =
        alive.iter().enumerate().filter_map(|(place, answer)| Some((place, answer.as_ref()?)));
    let found: Vec<_> = found.map(|(place, alive)| (place, alive.principal.as_deref())).collect();
    assert_eq!(found, [0, 20_000, 39_999].map(|place| (place, Some("ann"))));
}

#[tokio::test]
async fn an_ending_is_remembered_when_the_file_is_opened_again() {
    let (store, database) = store(patient()).await;
    let record = stored(&store, insert_of("ann")).await;
    let removed = store.delete(record.handle, Some(DAY), Now::Store).await;
    assert!(removed.expect("the store works"));
    drop(store);
    let store = database.store(patient()).await;
    let update = updated(&store, update_of(&record)).await;
    assert!(matches!(update, Updated::Conflict(newer) if newer.is_ended()));
    assert_eq!(store.alive(&[record.handle], Now::Store).await.expect("the store works"), [None]);
    let personal = "SELECT count(*) FROM sessions WHERE principal IS NOT NULL OR label IS NOT NULL";
    assert_eq!(database.number(personal).await, 0, "nothing of the session is left");
}

#[tokio::test]
async fn a_damaged_record_is_an_error_and_harms_no_other() {
    let (store, database) = store(patient()).await;
    let damaged = stored(&store, insert()).await;
    let whole = stored(&store, insert()).await;
    let mut past = database.connect().await;
    super::fixtures::execute(
        &mut past,
        "PRAGMA ignore_check_constraints = on;
         UPDATE sessions SET digest = x'07' WHERE rowid = 1",
    )
    .await;
    let found = store.load(damaged.handle, Now::Store).await;
    found.expect_err("a digest has 32 bytes");
    assert!(is_unchanged(&store, &whole).await);
}

/// The engine never asks for this; both back ends in this process answer it alike.
#[tokio::test]
async fn without_a_principal_nobody_has_authenticated() {
    let (store, _) = store(patient()).await;
    let record = stored(&store, insert()).await;
    let update = with(update_of(&record), |update| {
        update.authenticated = Some(DAY);
        update.digest = Digest::from_bytes([9; 32]);
    });
    let Updated::Saved(times) = updated(&store, update).await else {
        panic!("it is at this revision")
    };
    assert_eq!(times.authenticated, None);
    assert_eq!(times.absolute, times.now.plus(DAY));
}
