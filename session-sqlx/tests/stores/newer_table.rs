//! A table that a newer release has migrated: what the tests of each database ask of it.

use std::fmt::{self, Debug, Write as _};
use std::sync::{Arc, Mutex};

use session_core::store::{Inserted, Swept, Updated};
use session_core::{Now, Store};
use session_test_support::records::{
    DAY, HOUR, insert, insert_of, listed, loaded, saved, stored, update_of, with,
};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{DefaultGuard, Interest};
use tracing::{Event, Level, Metadata, Subscriber};

/// The warnings of this library that are logged by this thread, from now on.
pub(crate) struct Warnings {
    said: Arc<Mutex<Vec<String>>>,
    _guard: DefaultGuard,
}

impl Warnings {
    pub(crate) fn capture() -> Self {
        Self::capture_with(Level::WARN)
    }

    /// The warnings, and what is logged at this level.
    pub(crate) fn capture_with(level: Level) -> Self {
        let said = Arc::default();
        let guard = tracing::subscriber::set_default(Listener(Arc::clone(&said), level));
        Self { said, _guard: guard }
    }

    /// What was said since the last time.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.said.lock().expect("no panic"))
    }
}

struct Listener(Arc<Mutex<Vec<String>>>, Level);

impl Subscriber for Listener {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "session" && *metadata.level() <= self.1
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut words = Words(String::new());
        event.record(&mut words);
        self.0.lock().expect("no panic").push(words.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{}={value:?} ", field.name()).unwrap_or_else(|fmt::Error| unreachable!());
    }
}

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
