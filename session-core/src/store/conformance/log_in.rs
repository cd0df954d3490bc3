//! `LogIn`: who comes too late, and who makes room.

use std::num::NonZeroU32;
use std::pin::Pin;
use std::time::Duration;

use super::sample::{
    DAY, at, insert, insert_of, just_before, listed, loaded, saved, second, stored, together,
    update_of, updated,
};
use crate::crypto::time::{Now, Timestamp};
use crate::crypto::token::Handle;
use crate::store::{Insert, Inserted, LogIn, Record, Store, Update, Updated};

fn began(moment: Timestamp) -> LogIn {
    LogIn { began: Some(moment), limit: None }
}

fn at_most(limit: u32) -> LogIn {
    LogIn { began: None, limit: NonZeroU32::new(limit) }
}

/// What logs "1" in to this record.
fn log_in(record: &Record, log_in: LogIn) -> Update {
    Update { principal: Some("1".into()), authenticated: Some(DAY), log_in, ..update_of(record) }
}

async fn handles(store: &impl Store, principal: &str, now: Now) -> Vec<Handle> {
    listed(store, principal, now).await.into_iter().map(|record| record.handle).collect()
}

async fn inserted(store: &impl Store, insert: Insert, now: Now) -> Inserted {
    store.insert(insert, now).await.expect("the store works")
}

async fn revoked(store: &impl Store, except: Option<Handle>, now: Now) -> u64 {
    let ended = store.delete_all("1", except, now).await.expect("the store works");
    assert_eq!(Some(ended.now), now.named());
    ended.live
}

/// `delete_all` removes every record of the principal, but the one of the handle `except`.
pub async fn a_revocation_spares_the_record_that_it_names(store: impl Store) {
    let mine = stored(&store, insert_of("1"), at(0)).await;
    let other = stored(&store, insert_of("1"), at(0)).await;
    let nobody = stored(&store, insert(), at(0)).await;
    assert_eq!(revoked(&store, Some(mine.handle), at(1)).await, 1);
    assert_eq!(handles(&store, "1", at(1)).await, [mine.handle]);
    assert_eq!(loaded(&store, other.handle, at(1)).await, None);
    // To it, what is under way may still be saved, even a log-in; to no other record.
    let mine = saved(&store, update_of(&mine), at(2)).await;
    saved(&store, log_in(&mine, LogIn::default()), at(2)).await;
    let late = updated(&store, log_in(&nobody, LogIn::default()), at(2)).await;
    assert_eq!(late, Updated::Revoked(second(2)));
    // One that is not the principal's is nobody to spare.
    assert_eq!(revoked(&store, Some(nobody.handle), at(3)).await, 1);
    assert_eq!(handles(&store, "1", at(3)).await, []);
    assert!(loaded(&store, nobody.handle, at(3)).await.is_some());
}

/// For as long as `REVOCATIONS_LAST` the store refuses a log-in of this principal that began
/// before `delete_all`, or nobody knows when; nothing changes.
pub async fn a_log_in_that_began_before_a_revocation_is_refused(store: impl Store) {
    let cart = stored(&store, insert(), at(0)).await;
    assert_eq!(revoked(&store, None, at(100)).await, 0);
    let Now::At(before) = just_before(second(100)) else { return };
    for late in [began(before), LogIn::default()] {
        for now in [at(100), at(3699)] {
            let Now::At(shown) = now else { return };
            let fresh = Insert { log_in: late, ..insert_of("1") };
            let handle = fresh.handle;
            assert_eq!(inserted(&store, fresh, now).await, Inserted::Revoked(shown));
            assert_eq!(loaded(&store, handle, now).await, None);
        }
        let answer = updated(&store, log_in(&cart, late), at(200)).await;
        assert_eq!(answer, Updated::Revoked(second(200)));
        assert_eq!(loaded(&store, cart.handle, at(0)).await.as_ref(), Some(&cart));
    }
    assert_eq!(handles(&store, "1", at(200)).await, []);
    // Whoever began then or later, and whoever is somebody else, is let in.
    let later = Insert { log_in: began(second(100)), ..insert_of("1") };
    assert!(matches!(inserted(&store, later, at(200)).await, Inserted::Saved(_)));
    assert!(matches!(inserted(&store, insert_of("2"), at(200)).await, Inserted::Saved(_)));
    let other = Update { principal: Some("2".into()), ..log_in(&cart, began(before)) };
    assert!(matches!(updated(&store, other, at(200)).await, Updated::Saved(_)));
    assert_eq!(handles(&store, "1", at(200)).await.len(), 1);
    // The latest revocation counts.
    assert_eq!(revoked(&store, None, at(300)).await, 1);
    let between = Insert { log_in: began(second(200)), ..insert_of("1") };
    assert_eq!(inserted(&store, between, at(400)).await, Inserted::Revoked(second(400)));
}

/// However many log in at the moment of a `delete_all`: whoever began before it is gone after.
pub async fn a_revocation_leaves_no_log_in_that_began_before_it(store: impl Store) {
    for round in 0..5 {
        let start = 10 * round;
        let mut carts = Vec::new();
        for _ in 0..8 {
            carts.push(stored(&store, insert(), at(start)).await);
            stored(&store, Insert { log_in: began(second(start)), ..insert_of("1") }, at(start))
                .await;
        }
        let writes = carts.iter().map(|cart| {
            let (store, early) = (&store, began(second(start)));
            async move {
                let fresh = Insert { log_in: early, ..insert_of("1") };
                _ = inserted(store, fresh, at(start + 1)).await;
                _ = updated(store, log_in(cart, early), at(start + 1)).await;
            }
        });
        let writes = writes.map(|write| Box::pin(write) as Pin<Box<dyn Future<Output = ()>>>);
        let all = Box::pin(async { _ = revoked(&store, None, at(start + 1)).await });
        let mut acts: Vec<_> = writes.collect();
        acts.insert(4, all);
        together(acts).await;
        assert_eq!(handles(&store, "1", at(start + 1)).await, []);
    }
}

/// If the principal has more than `limit` live records with this one, those that authenticated
/// the longest ago are removed before the answer.
pub async fn a_log_in_makes_room_for_itself(store: impl Store) {
    let first = stored(&store, insert_of("1"), at(0)).await;
    let second = stored(&store, insert_of("1"), at(1)).await;
    let other = stored(&store, insert_of("2"), at(0)).await;
    // Created later, and yet the one that authenticated the longest ago.
    let cart = stored(&store, insert(), at(2)).await;
    saved(&store, log_in(&first, LogIn::default()), at(3)).await;
    let third = stored(&store, Insert { log_in: at_most(2), ..insert_of("1") }, at(4)).await;
    assert_eq!(loaded(&store, second.handle, at(4)).await, None);
    assert_eq!(handles(&store, "1", at(4)).await, [third.handle, first.handle]);
    // By an update too.
    saved(&store, log_in(&cart, at_most(2)), at(5)).await;
    assert_eq!(handles(&store, "1", at(5)).await, [third.handle, cart.handle]);
    // Again to the same one: nobody has to go.
    let cart = loaded(&store, cart.handle, at(5)).await.expect("it was saved");
    let cart = saved(&store, log_in(&cart, at_most(2)), at(6)).await;
    assert_eq!(handles(&store, "1", at(6)).await, [third.handle, cart.handle]);
    // What is no log-in makes no room, and what has expired takes none.
    saved(&store, Update { log_in: at_most(1), ..update_of(&cart) }, at(3000)).await;
    assert_eq!(handles(&store, "1", at(3000)).await, [third.handle, cart.handle]);
    let fourth = Insert { log_in: at_most(2), ..insert_of("1") };
    let fourth = stored(&store, fourth, at(3604)).await;
    assert_eq!(handles(&store, "1", at(3604)).await, [fourth.handle, cart.handle]);
    assert!(loaded(&store, other.handle, at(3599)).await.is_some());
    stored(&store, Insert { log_in: at_most(1), ..insert_of("1") }, at(3605)).await;
    assert_eq!(handles(&store, "1", at(3605)).await.len(), 1);
}

/// The limit holds however many log in at once.
pub async fn of_log_ins_at_once_no_more_than_the_limit_stay(store: impl Store) {
    let log_ins = (0..40_u32).map(|number| {
        let store = &store;
        let now = Now::At(second(0).plus(Duration::from_micros(number.into())));
        async move {
            let fresh = Insert { log_in: at_most(5), ..insert_of("1") };
            assert!(matches!(inserted(store, fresh, now).await, Inserted::Saved(_)));
        }
    });
    together(log_ins).await;
    assert_eq!(handles(&store, "1", at(1)).await.len(), 5);
}
