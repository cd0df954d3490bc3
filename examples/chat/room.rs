//! The room: who is in it, and what is said there.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::{Stream, stream};
use tokio::sync::{broadcast, watch};

/// Who reads so slowly that as many messages wait for them misses the oldest.
const WAITING: usize = 64;

/// A room; a clone is the same room.
#[derive(Clone, Debug)]
pub(crate) struct Room(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    messages: broadcast::Sender<Said>,
    guests: watch::Sender<Guests>,
}

/// What somebody said.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Whose sockets are open, and how many.
#[derive(Debug, Default)]
struct Guests {
    sockets: BTreeMap<String, usize>,
    is_closed: bool,
}

impl Room {
    pub(crate) fn new() -> Self {
        let inner = Inner {
            messages: broadcast::Sender::new(WAITING),
            guests: watch::Sender::new(Guests::default()),
        };
        Self(Arc::new(inner))
    }

    /// Somebody is there until the seat is dropped.
    pub(crate) fn enter(&self, name: &str) -> Seat {
        let name = name.to_owned();
        self.0.guests.send_if_modified(|guests| {
            let sockets = guests.sockets.entry(name.clone()).or_default();
            *sockets += 1;
            *sockets == 1
        });
        Seat { room: self.clone(), name, messages: self.0.messages.subscribe() }
    }

    /// The names of those who are there: now, and whenever they change, until the room is closed.
    pub(crate) fn names(&self) -> impl Stream<Item = Vec<String>> + use<> {
        let mut guests = self.0.guests.subscribe();
        guests.mark_changed();
        stream::unfold(guests, async |mut guests| {
            guests.changed().await.ok()?;
            let now = guests.borrow_and_update();
            if now.is_closed {
                return None;
            }
            let names = now.sockets.keys().cloned().collect();
            drop(now);
            Some((names, guests))
        })
    }

    /// Ends what is open.
    pub(crate) fn close(&self) {
        self.0.guests.send_modify(|guests| guests.is_closed = true);
    }
}

/// A place in the room.
#[derive(Debug)]
pub(crate) struct Seat {
    room: Room,
    name: String,
    messages: broadcast::Receiver<Said>,
}

impl Seat {
    pub(crate) fn say(&self, text: &str) {
        let said = Said { name: self.name.clone(), text: text.into() };
        // Whoever says it is there to hear it.
        _ = self.room.0.messages.send(said);
    }

    /// What is said next.
    pub(crate) async fn hear(&mut self) -> Said {
        loop {
            match self.messages.recv().await {
                Ok(said) => return said,
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.room.0.guests.send_if_modified(|guests| {
            let left = guests.sockets.get(&self.name).map_or(0, |sockets| sockets - 1);
            if left > 0 {
                guests.sockets.insert(self.name.clone(), left);
                return false;
            }
            guests.sockets.remove(&self.name).is_some()
        });
    }
}
