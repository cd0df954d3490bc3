//! The sessions that a request has asked for: each is loaded once, and passed on in the request's
//! extensions.

use std::any::Any;
use std::sync::Arc;

use http::Extensions;

use crate::engine::names::EngineId;
use crate::engine::scopes::ScopeId;
use crate::engine::session::Place;
use crate::state::session_state::SessionState;

/// A request's sessions, one per engine: an extension of the request.
#[derive(Clone, Debug, Default)]
struct Requested {
    /// Few requests have more than one.
    first: Option<Entry>,
    others: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    engine: EngineId,
    cookie: Arc<str>,
    transaction: Arc<dyn Any + Send + Sync>,
    /// The innermost scope that this request is in.
    scope: Option<ScopeId>,
}

/// The session of this engine, if the request has asked for it.
pub(crate) fn find<T: SessionState>(extensions: &Extensions, engine: EngineId) -> Option<Place<T>> {
    let entry = extensions.get::<Requested>()?.iter().find(|entry| entry.engine == engine)?;
    let transaction = Arc::clone(&entry.transaction).downcast().ok()?;
    Some(Place { transaction, scope: entry.scope })
}

/// Whether the request has asked for a session of another engine whose cookie has this name.
pub(crate) fn is_shared(extensions: &Extensions, engine: EngineId, cookie: &str) -> bool {
    extensions.get::<Requested>().is_some_and(|requested| {
        requested.iter().any(|entry| entry.engine != engine && *entry.cookie == *cookie)
    })
}

/// Notes a session and the innermost scope of it, in place of what was noted of it before.
pub(crate) fn put<T: SessionState>(extensions: &mut Extensions, place: &Place<T>) {
    let transaction = &place.transaction;
    let requested = extensions.get_or_insert_default::<Requested>();
    let mut all = requested.first.iter_mut().chain(&mut requested.others);
    let entry = all.find(|entry| entry.engine == transaction.incoming.engine);
    if let Some(entry) = entry {
        if !std::ptr::addr_eq(Arc::as_ptr(&entry.transaction), Arc::as_ptr(transaction)) {
            entry.transaction = Arc::clone(transaction) as Arc<dyn Any + Send + Sync>;
        }
        entry.scope = place.scope;
        return;
    }
    let entry = Entry {
        engine: transaction.incoming.engine,
        cookie: Arc::clone(&transaction.incoming.cookie),
        transaction: Arc::clone(transaction) as Arc<dyn Any + Send + Sync>,
        scope: place.scope,
    };
    match requested.first {
        None => requested.first = Some(entry),
        Some(_) => requested.others.push(entry),
    }
}

impl Requested {
    fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.first.iter().chain(&self.others)
    }
}
