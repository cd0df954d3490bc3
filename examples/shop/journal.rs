//! The journal: what the last requests of each session did, for the drawer of its pages.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use session_axum::Handle;

use crate::trace::{Step, Trace, milliseconds};

/// A journal; a clone is the same one.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    /// What kind of store the sessions are in.
    pub(crate) store: &'static str,
    entries: Arc<Mutex<Entries>>,
}

#[derive(Debug, Default)]
struct Entries {
    sessions: HashMap<Handle, VecDeque<Entry>>,
    /// The sessions in the order in which they came: the first is the first to go.
    order: VecDeque<Handle>,
}

/// What one request did.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The method and the route, not the address, in which handles may be.
    pub(crate) title: String,
    /// Of the response; none for what the session's queue has saved.
    pub(crate) status: Option<u16>,
    took: Duration,
    pub(crate) steps: Vec<Step>,
}

impl Entry {
    /// The time that it took, for a page.
    pub(crate) fn time(&self) -> String {
        milliseconds(self.took)
    }
}

impl Journal {
    /// So many sessions at most: it is in memory.
    const SESSIONS: usize = 1000;
    /// So many requests of each.
    const REQUESTS: usize = 6;

    pub(crate) fn new(store: &'static str) -> Self {
        Self { store, entries: Arc::default() }
    }

    /// The last requests of this session, the last one first.
    pub(crate) fn of(&self, handle: Handle) -> Vec<Entry> {
        let entries = self.entries();
        entries.sessions.get(&handle).into_iter().flatten().rev().cloned().collect()
    }

    /// Forgets what a session did: it is another user's from now on.
    pub(crate) fn forget(&self, handle: Handle) {
        if let Some(requests) = self.entries().sessions.get_mut(&handle) {
            requests.clear();
        }
    }

    /// Adds what the session's queue has saved, for the requests that wait in it.
    pub(crate) fn add_queued(&self, handle: Handle, step: Step) {
        let (title, took) = ("Queue".to_owned(), step.took.unwrap_or_default());
        self.add(handle, Entry { title, status: None, took, steps: vec![step] });
    }

    fn add(&self, handle: Handle, entry: Entry) {
        let Entries { sessions, order } = &mut *self.entries();
        let requests = sessions.entry(handle).or_insert_with(|| {
            order.push_back(handle);
            VecDeque::new()
        });
        if requests.len() == Self::REQUESTS {
            requests.pop_front();
        }
        requests.push_back(entry);
        if order.len() > Self::SESSIONS {
            order.pop_front().and_then(|first| sessions.remove(&first));
        }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A middleware that traces requests, and puts them into the journal of their sessions.
pub(crate) async fn keep(
    State(journal): State<Journal>,
    path: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    let title = format!("{} {}", request.method(), path.as_str());
    let (trace, began) = (Trace::default(), Instant::now());
    let response = trace.run(next.run(request)).await;
    if let Some((handle, _)) = trace.record() {
        let (status, took) = (Some(response.status().as_u16()), began.elapsed());
        journal.add(handle, Entry { title, status, took, steps: trace.steps() });
    }
    response
}
