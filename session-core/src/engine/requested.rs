//! The sessions that a request has asked for: each is loaded once, and passed on in the request's
//! extensions.

use std::any::Any;
use std::sync::Arc;

use http::Extensions;

use crate::engine::deferred::{Asked, DeferredScope};
use crate::engine::engine::Engine;
use crate::engine::names::EngineId;
use crate::engine::scopes::ScopeId;
use crate::engine::session::Place;
use crate::engine::transaction::Transaction;
use crate::state::session_state::SessionState;

/// A request's sessions, one per engine: an extension of the request.
#[derive(Clone, Debug, Default)]
struct Requested {
    /// Few requests have more than one.
    first: Option<Entry>,
    others: Vec<Entry>,
    /// The engine of the one that was noted last: the innermost.
    innermost: Option<EngineId>,
}

#[derive(Clone, Debug)]
struct Entry {
    engine: EngineId,
    cookie: Arc<str>,
    /// A `Transaction<T>`, or a `DeferredScope<T>`.
    session: Arc<dyn Any + Send + Sync>,
    /// The innermost scope of the transaction that this request is in.
    scope: Option<ScopeId>,
}

/// What the request has of this engine's session, if it has asked for it.
pub(crate) fn find<T: SessionState>(extensions: &Extensions, engine: EngineId) -> Option<Asked<T>> {
    extensions.get::<Requested>()?.iter().find(|entry| entry.engine == engine)?.asked()
}

/// What the request has of a session of this type: of several engines, the one that was asked last.
pub(crate) fn find_innermost<T: SessionState>(extensions: &Extensions) -> Option<Asked<T>> {
    let requested = extensions.get::<Requested>()?;
    let innermost = requested.iter().find(|entry| Some(entry.engine) == requested.innermost);
    innermost.and_then(Entry::asked).or_else(|| requested.iter().rev().find_map(Entry::asked))
}

/// Whether the request has asked for a session of another engine whose cookie has this one's name.
pub(crate) fn is_shared<T>(extensions: &Extensions, engine: &Engine<T>) -> bool {
    let (id, cookie) = (engine.name_in_use.engine, engine.policy.cookie.name());
    extensions.get::<Requested>().is_some_and(|requested| {
        requested.iter().any(|entry| entry.engine != id && *entry.cookie == *cookie)
    })
}

/// Notes a session and the innermost scope of it, in place of what was noted of it before.
pub(crate) fn put<T: SessionState>(extensions: &mut Extensions, asked: Asked<T>) {
    let entry = Entry::new(asked);
    let requested = extensions.get_or_insert_default::<Requested>();
    requested.innermost = Some(entry.engine);
    let mut all = requested.first.iter_mut().chain(&mut requested.others);
    if let Some(noted) = all.find(|noted| noted.engine == entry.engine) {
        *noted = entry;
        return;
    }
    match requested.first {
        None => requested.first = Some(entry),
        Some(_) => requested.others.push(entry),
    }
}

impl Requested {
    fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.first.iter().chain(&self.others)
    }
}

impl Entry {
    fn new<T: SessionState>(asked: Asked<T>) -> Self {
        match asked {
            Asked::Opened(Place { transaction, scope }) => {
                let cookie = Arc::clone(&transaction.incoming.cookie);
                Self { engine: transaction.incoming.engine, cookie, session: transaction, scope }
            }
            Asked::Deferred(deferred) => {
                let engine = deferred.engine.name_in_use.engine;
                let cookie = Arc::clone(deferred.engine.policy.cookie.shared_name());
                Self { engine, cookie, session: deferred, scope: None }
            }
        }
    }

    fn asked<T: SessionState>(&self) -> Option<Asked<T>> {
        let session = Arc::clone(&self.session);
        match session.downcast::<Transaction<T>>() {
            Ok(transaction) => Some(Asked::Opened(Place { transaction, scope: self.scope })),
            Err(session) => session.downcast::<DeferredScope<T>>().ok().map(Asked::Deferred),
        }
    }
}
