//! A table that a newer release has migrated: what the tests of each database ask of it.

use session_core::store::{Inserted, Swept, Updated};
use session_core::{Now, Store};
use session_test_support::records::{
    DAY, HOUR, insert, insert_of, listed, loaded, saved, stored, update_of, with,
};

/// Every operation does what it does on a table of the store's own version. Whatever has expired in an
/// hour is swept.
pub(crate) async fn works(store: &impl Store) {
    let cart = stored(store, insert()).await;
    let change = with(update_of(&cart), |update| update.fields = vec![9].into());
    let cart = saved(store, change).await;
    assert_eq!((cart.revision, &cart.fields[..]), (2, &[9][..]));
    let log_in = with(update_of(&cart), |update| {
        update.principal = Some("ann".into());
        update.authenticated = Some(DAY);
    });
    let cart = saved(store, log_in).await;
    let other = stored(store, insert_of("ann")).await;
    assert!(store.touch(cart.handle, HOUR, Now::Store).await.expect("the store works"));
    let mut both = listed(store, "ann").await;
    both.sort_unstable();
    assert_eq!(both, [cart.handle, other.handle]);
    let stale = store.update(update_of(&with(cart.clone(), |cart| cart.revision = 1)), Now::Store);
    assert!(matches!(stale.await, Ok(Updated::Conflict(_))));
    assert!(store.delete(cart.handle, Some(HOUR), Now::Store).await.expect("the store works"));
    let taken = with(insert(), |insert| insert.handle = cart.handle);
    let taken = store.insert(taken, Now::Store).await;
    assert!(matches!(taken, Ok(Inserted::Occupied)), "{taken:?}");
    let alive = store.alive(&[cart.handle, other.handle], Now::Store).await;
    let alive = alive.expect("the store works");
    assert!(alive[0].is_none() && alive[1].is_some());
    let ended = store.delete_all("ann", None, Now::Store).await.expect("the store works");
    assert_eq!((ended.live, loaded(store, other.handle).await), (1, None));
    let late = with(insert_of("ann"), |insert| insert.log_in.began = Some(cart.times.created));
    let late = store.insert(late, Now::Store).await;
    assert!(matches!(late, Ok(Inserted::Revoked(_))), "{late:?}");
    assert!(store.delete(cart.handle, None, Now::Store).await.expect("the store works"));
    let over = with(insert(), |insert| insert.idle = HOUR);
    let over = stored(store, over).await;
    let later = Now::At(over.times.expires);
    let swept = store.sweep(10, later).await.expect("the store works");
    assert!(matches!(swept, Swept::All(1..)), "{swept:?}");
}
