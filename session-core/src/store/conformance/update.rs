//! `Store::update`.

use std::sync::Arc;

use super::sample::{
    DAY, HOUR, at, insert, insert_of, listed, loaded, saved, second, stored, together, update_of,
    updated,
};
use crate::crypto::token::Digest;
use crate::store::{Insert, Store, Swept, Times, Update, Updated};

/// Changes the record if it is at the expected revision, which then goes up by one. `created`
/// and `label` stay.
pub async fn an_update_replaces_what_it_names_and_keeps_the_rest(store: impl Store) {
    let before =
        stored(&store, Insert { label: Some("curl".into()), ..insert_of("1") }, at(0)).await;
    let other = insert();
    let update = Update {
        digest: other.digest,
        principal: Some("2".into()),
        fields: vec![0, 1, 255].into(),
        persistent: true,
        ..update_of(&before)
    };
    let Updated::Saved(times) = updated(&store, update, at(10)).await else {
        panic!("it is saved")
    };
    let after = loaded(&store, before.handle, at(10)).await.expect("it is there");
    assert_eq!(after.times, times, "an update answers what a load finds");
    assert_eq!((after.revision, after.digest, after.persistent), (2, other.digest, true));
    assert_eq!((after.principal.as_deref(), &after.fields[..]), (Some("2"), &[0, 1, 255][..]));
    assert_eq!((after.label.as_deref(), after.times.created), (Some("curl"), second(0)));
    assert_eq!(after.times.seen, second(10));
}

/// At another revision nothing changes, and the answer is the record as it is now.
pub async fn a_stale_update_is_answered_with_the_record_as_it_is(store: impl Store) {
    let first = stored(&store, insert_of("1"), at(0)).await;
    let second = saved(&store, Update { fields: vec![2].into(), ..update_of(&first) }, at(0)).await;
    for revision in [0, 1, 3, u64::MAX >> 1] {
        let stale =
            Update { revision, fields: vec![3].into(), principal: None, ..update_of(&first) };
        assert_eq!(
            updated(&store, stale, at(0)).await,
            Updated::Conflict(Box::new(second.clone()))
        );
    }
    assert_eq!(loaded(&store, first.handle, at(0)).await, Some(second));
}

/// If it is missing nothing changes: an update never inserts.
pub async fn an_update_never_inserts(store: impl Store) {
    let mut record = stored(&store, insert_of("1"), at(0)).await;
    store.delete(record.handle, None, at(0)).await.expect("the store works");
    assert_eq!(updated(&store, update_of(&record), at(0)).await, Updated::Gone);
    assert_eq!(loaded(&store, record.handle, at(0)).await, None);
    record.handle = insert().handle;
    assert_eq!(updated(&store, update_of(&record), at(0)).await, Updated::Gone);
    assert_eq!(loaded(&store, record.handle, at(0)).await, None);
    assert_eq!(listed(&store, "1", at(0)).await, []);
}

/// If it is expired nothing changes, at whatever revision.
pub async fn an_expired_record_is_not_updated(store: impl Store) {
    let record = stored(&store, insert(), at(0)).await;
    for revision in [1, 2] {
        let late = Update { revision, ..update_of(&record) };
        assert_eq!(updated(&store, late, at(3600)).await, Updated::Gone);
    }
    assert_eq!(
        loaded(&store, record.handle, at(3599)).await.map(|record| record.revision),
        Some(1)
    );
}

/// `expires` becomes now and `idle` more, or `absolute`, whichever comes first.
pub async fn an_update_renews_the_idle_limit_and_never_the_absolute_one(store: impl Store) {
    let record = stored(&store, insert(), at(0)).await;
    let record = saved(&store, update_of(&record), at(3000)).await;
    assert_eq!((record.times.expires, record.times.absolute), (second(6600), second(86_400)));
    let record = saved(&store, Update { idle: Some(DAY), ..update_of(&record) }, at(6000)).await;
    assert_eq!((record.times.expires, record.times.absolute), (second(86_400), second(86_400)));
}

/// `expires` becomes now and `idle` more, even if that is sooner, and the sweep goes by it.
pub async fn an_update_or_touch_can_shorten_a_session(store: impl Store) {
    let minute = HOUR / 60;
    let updated = stored(&store, insert(), at(0)).await;
    saved(&store, Update { idle: Some(minute), ..update_of(&updated) }, at(0)).await;
    let touched = stored(&store, insert(), at(0)).await;
    assert!(store.touch(touched.handle, minute, at(0)).await.expect("the store works"));
    for record in [updated, touched] {
        assert!(loaded(&store, record.handle, at(59)).await.is_some());
        assert_eq!(loaded(&store, record.handle, at(60)).await, None);
    }
    assert_eq!(store.sweep(10, at(60)).await.expect("the store works"), Swept::All(2));
}

/// Without `idle`, `seen` and `expires` stay.
pub async fn an_update_that_is_no_use_renews_nothing(store: impl Store) {
    let before = stored(&store, insert_of("1"), at(0)).await;
    let after =
        saved(&store, Update { idle: None, fields: vec![9].into(), ..update_of(&before) }, at(100))
            .await;
    assert_eq!((after.revision, &after.fields[..]), (2, &[9][..]));
    assert_eq!(after.times, Times { now: second(100), ..before.times });
    assert_eq!(loaded(&store, before.handle, at(3600)).await, None);
    let stale = Update { idle: None, ..update_of(&before) };
    assert_eq!(updated(&store, stale, at(3600)).await, Updated::Gone);
    assert_eq!(store.sweep(10, at(3600)).await.expect("the store works"), Swept::All(1));
}

/// `Update::before` is what the record was at the expected revision, but for touches since, which leave the revision.
pub async fn an_update_knows_of_a_touch_since_the_load(store: impl Store) {
    for idle in [None, Some(HOUR)] {
        let before = stored(&store, insert_of("1"), at(0)).await;
        assert!(store.touch(before.handle, HOUR, at(100)).await.expect("the store works"));
        let update = Update { idle, fields: vec![9].into(), ..update_of(&before) };
        let Updated::Saved(times) = updated(&store, update, at(200)).await else {
            panic!("it is saved")
        };
        let used = if idle.is_some() { 200 } else { 100 };
        assert_eq!((times.seen, times.expires), (second(used), second(3600 + used)));
        let after = loaded(&store, before.handle, at(200)).await.expect("it is there");
        assert_eq!((after.times, &after.fields[..]), (times, &[9][..]));
    }
}

/// With `authenticated`, `authenticated` becomes now and `absolute` starts anew.
pub async fn authenticating_starts_the_absolute_limit_anew(store: impl Store) {
    let nobody = stored(&store, insert(), at(0)).await;
    let log_in =
        Update { principal: Some("1".into()), authenticated: Some(HOUR * 2), ..update_of(&nobody) };
    let ann = saved(&store, log_in, at(100)).await;
    assert_eq!(ann.times.authenticated, Some(second(100)));
    assert_eq!(ann.times.absolute, second(7300));
    let later = saved(&store, Update { idle: Some(HOUR * 2), ..update_of(&ann) }, at(3650)).await;
    assert_eq!(later.times.authenticated, Some(second(100)), "an ordinary update leaves it");
    assert_eq!((later.times.absolute, later.times.expires), (second(7300), second(7300)));
}

/// Without a principal, `authenticated` becomes none.
pub async fn without_a_principal_nobody_is_authenticated(store: impl Store) {
    let ann = stored(&store, insert_of("1"), at(0)).await;
    let nobody = saved(&store, Update { principal: None, ..update_of(&ann) }, at(1)).await;
    assert_eq!(nobody.times.authenticated, None);
    assert_eq!(nobody.times.absolute, ann.times.absolute);
}

/// A new digest is a rotation: the same record at the next revision.
pub async fn a_rotation_keeps_the_record(store: impl Store) {
    let before = stored(&store, insert_of("1"), at(0)).await;
    let digest = Digest::from_bytes([9; 32]);
    let after = saved(&store, Update { digest, ..update_of(&before) }, at(1)).await;
    assert_eq!(after.digest, digest);
    assert_ne!(after.digest, before.digest);
    assert_eq!((after.handle, after.revision, after.times.created), (before.handle, 2, second(0)));
    assert_eq!(listed(&store, "1", at(1)).await, [after]);
}

/// Of updates at once that expect one revision, exactly one is saved; the others see it.
pub async fn of_updates_at_once_one_is_saved(store: impl Store) {
    let record = stored(&store, insert(), at(0)).await;
    let tries = (0..16_u8).map(|number| {
        store.update(Update { fields: vec![number].into(), ..update_of(&record) }, at(0))
    });
    let answers = together(tries).await;
    let after = loaded(&store, record.handle, at(0)).await.expect("it is there");
    let mut saved = 0;
    for (number, answer) in (0..16_u8).zip(answers) {
        match answer.expect("the store works") {
            Updated::Saved(_) => {
                saved += 1;
                assert_eq!(*after.fields, [number]);
            }
            Updated::Conflict(current) => assert_eq!(*current, after),
            other => panic!("the record is there: {other:?}"),
        }
    }
    assert_eq!((saved, after.revision), (1, 2));
}

/// The answer to a stale update has every write that was acknowledged before the call, so that
/// trying again with it comes to an end and loses nothing.
pub async fn changes_under_contention_are_all_kept(store: impl Store) {
    const TASKS: usize = 8;
    const CHANGES: usize = 10;
    let record = stored(&store, Insert { fields: Arc::default(), ..insert() }, at(0)).await;
    let tasks = (0..TASKS).map(async |_| {
        let mut current = record.clone();
        for _ in 0..CHANGES {
            loop {
                let fields = [&current.fields[..], &[1]].concat().into();
                match updated(&store, Update { fields, ..update_of(&current) }, at(0)).await {
                    Updated::Saved(_) => {
                        break current =
                            loaded(&store, record.handle, at(0)).await.expect("it is there");
                    }
                    Updated::Conflict(newer) => {
                        assert!(
                            newer.revision > current.revision,
                            "a conflict shows what is newer"
                        );
                        current = *newer;
                    }
                    other => panic!("the record is there: {other:?}"),
                }
            }
        }
    });
    together(tasks).await;
    let after = loaded(&store, record.handle, at(0)).await.expect("it is there");
    assert_eq!(after.fields.len(), TASKS * CHANGES);
    assert_eq!(usize::try_from(after.revision), Ok(1 + TASKS * CHANGES));
}
