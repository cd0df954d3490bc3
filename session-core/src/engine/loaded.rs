//! The sessions that a request has loaded so far: each once, for all of its guards.

use std::any::{Any, TypeId};
use std::sync::Arc;

use http::request::Parts;

use crate::engine::engine::Engine;
use crate::engine::error::Refusal;
use crate::engine::load::load;
use crate::engine::transaction::{Transaction, Usage};
use crate::state::session_state::SessionState;

/// A request's transactions, one per session type: an extension of the request.
#[derive(Clone, Debug, Default)]
struct Loaded {
    /// Few requests have more than one.
    first: Option<Entry>,
    others: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    state: TypeId,
    cookie: Arc<str>,
    transaction: Arc<dyn Any + Send + Sync>,
}

/// The request's transaction on its session of this type; the session is loaded at the first call.
/// Whoever asks first has seen to it that the request may act on a session, and says whether it
/// counts as a use of it.
pub(crate) async fn transaction<T: SessionState>(
    parts: &mut Parts,
    engine: &Arc<Engine<T>>,
    usage: Usage,
) -> Result<Arc<Transaction<T>>, Refusal> {
    let cookie = engine.policy.cookie.shared_name();
    if let Some(loaded) = parts.extensions.get::<Loaded>() {
        let transaction = loaded.iter().find_map(Entry::transaction);
        if let Some(open) = transaction.filter(|transaction| !transaction.is_saved()) {
            return Ok(open);
        }
        let of_another = |entry: &Entry| entry.state != TypeId::of::<T>();
        if loaded.iter().any(|entry| of_another(entry) && entry.cookie == *cookie) {
            return Err(engine.refuse(Refusal::SharedCookie(cookie.to_string())));
        }
    }
    let transaction = load(&parts.headers, engine, usage).await?;
    let entry = Entry {
        state: TypeId::of::<T>(),
        cookie: Arc::clone(cookie),
        transaction: transaction.clone(),
    };
    parts.extensions.get_or_insert_default::<Loaded>().put(entry);
    Ok(transaction)
}

/// Whether the request's session of this type was asked for before.
pub(crate) fn is_loaded<T: SessionState>(parts: &Parts) -> bool {
    let loaded = parts.extensions.get::<Loaded>();
    loaded.is_some_and(|loaded| loaded.iter().any(|entry| entry.state == TypeId::of::<T>()))
}

impl Loaded {
    fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.first.iter().chain(&self.others)
    }

    /// In place of the one of the same type, which was saved, if there is one.
    fn put(&mut self, entry: Entry) {
        let Some(first) = &mut self.first else {
            self.first = Some(entry);
            return;
        };
        let mut all = std::iter::once(first).chain(&mut self.others);
        match all.find(|other| other.state == entry.state) {
            Some(saved) => *saved = entry,
            None => self.others.push(entry),
        }
    }
}

impl Entry {
    fn transaction<T: SessionState>(&self) -> Option<Arc<Transaction<T>>> {
        (self.state == TypeId::of::<T>()).then(|| Arc::clone(&self.transaction).downcast().ok())?
    }
}
