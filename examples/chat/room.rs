//! The room of this node: who is in it, and what is said there.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Arc;

use futures_util::{Stream, stream};
use tokio::select;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

/// Who reads so slowly that as many messages wait for them misses the oldest.
const WAITING: usize = 64;

/// A room; a clone is the same room.
#[derive(Clone, Debug)]
pub(crate) struct Room(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    messages: broadcast::Sender<Said>,
    /// Whose sockets are open, and how many.
    guests: watch::Sender<BTreeMap<String, usize>>,
}

/// What somebody said.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct Said {
    name: String,
    text: String,
}

/// What is to be heard in a room.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Heard {
    Said(Said),
    /// Who is there: at first, and whenever that changes.
    Here(Vec<String>),
}

impl Room {
    pub(crate) fn new() -> Self {
        let inner = Inner {
            messages: broadcast::Sender::new(WAITING),
            guests: watch::Sender::new(BTreeMap::new()),
        };
        Self(Arc::new(inner))
    }

    /// Somebody is there until the seat is dropped.
    pub(crate) fn enter(&self, name: &str) -> Seat {
        let name = name.to_owned();
        self.0.guests.send_if_modified(|guests| {
            let sockets = guests.entry(name.clone()).or_default();
            *sockets += 1;
            *sockets == 1
        });
        Seat { room: self.clone(), name, listener: self.listen() }
    }

    pub(crate) fn listen(&self) -> Listener {
        let mut guests = self.0.guests.subscribe();
        guests.mark_changed();
        Listener { messages: self.0.messages.subscribe(), guests }
    }

    /// Waits until nobody is there.
    pub(crate) async fn is_left(&self) {
        let mut guests = self.0.guests.subscribe();
        _ = guests.wait_for(BTreeMap::is_empty).await;
    }
}

/// Somebody who listens.
#[derive(Debug)]
pub(crate) struct Listener {
    messages: broadcast::Receiver<Said>,
    guests: watch::Receiver<BTreeMap<String, usize>>,
}

impl Listener {
    /// What is heard next.
    pub(crate) async fn hear(&mut self) -> Heard {
        loop {
            select! {
                biased;
                Ok(()) = self.guests.changed() => {
                    let names = self.guests.borrow_and_update().keys().cloned().collect();
                    return Heard::Here(names);
                }
                said = self.messages.recv() => match said {
                    Ok(said) => return Heard::Said(said),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => pending().await,
                },
            }
        }
    }

    pub(crate) fn stream(self) -> impl Stream<Item = Heard> {
        stream::unfold(self, async |mut listener| Some((listener.hear().await, listener)))
    }
}

/// A place in the room.
#[derive(Debug)]
pub(crate) struct Seat {
    room: Room,
    name: String,
    listener: Listener,
}

impl Seat {
    pub(crate) fn say(&self, text: &str) {
        let said = Said { name: self.name.clone(), text: text.into() };
        // Whoever says it is there to hear it.
        _ = self.room.0.messages.send(said);
    }

    /// What is heard next.
    pub(crate) async fn hear(&mut self) -> Heard {
        self.listener.hear().await
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.room.0.guests.send_if_modified(|guests| {
            let left = guests.get(&self.name).map_or(0, |sockets| sockets - 1);
            if left > 0 {
                guests.insert(self.name.clone(), left);
                return false;
            }
            guests.remove(&self.name).is_some()
        });
    }
}
