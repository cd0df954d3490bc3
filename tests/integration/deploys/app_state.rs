//! The state of a release's router, and what both releases share beside the table: their events, and a barrier.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::FromRef;
use session_axum::{SessionEvent, SessionState, Sessions, Store};
use tokio::sync::Barrier;

/// What the releases share beside the table.
#[derive(Clone)]
pub(crate) struct Shared {
    reported: Arc<Mutex<Reported>>,
    /// Where a slow request waits: when it has loaded its session, and before it goes on.
    pub(crate) meeting: Arc<Barrier>,
}

/// The events of both releases.
#[derive(Default)]
struct Reported {
    /// The fields that could not be read.
    defaulted: Vec<&'static str>,
    /// All events, as `Debug` prints them.
    printed: String,
}

/// One release's part of the wiring.
#[derive(Clone)]
pub(crate) struct AppState<T: SessionState> {
    sessions: Sessions<T>,
    shared: Shared,
}

impl<T: SessionState> FromRef<AppState<T>> for Sessions<T> {
    fn from_ref(app: &AppState<T>) -> Self {
        app.sessions.clone()
    }
}

impl<T: SessionState> FromRef<AppState<T>> for Shared {
    fn from_ref(app: &AppState<T>) -> Self {
        app.shared.clone()
    }
}

impl Shared {
    pub(crate) fn new() -> Self {
        Self { reported: Arc::default(), meeting: Arc::new(Barrier::new(2)) }
    }

    fn note(&self, event: &SessionEvent<'_>) {
        let mut reported = self.reported();
        writeln!(reported.printed, "{event:?}").expect("a string takes everything");
        if let SessionEvent::FieldDefaulted { field, .. } = event {
            reported.defaulted.push(field);
        }
    }

    /// The fields that could not be read since the last time.
    pub(crate) fn defaulted(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.reported().defaulted)
    }

    /// All events, as `Debug` prints them.
    pub(crate) fn printed(&self) -> String {
        self.reported().printed.clone()
    }

    fn reported(&self) -> MutexGuard<'_, Reported> {
        self.reported.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A release's state, on this store.
    pub(crate) fn state<T: SessionState>(&self, store: impl Store) -> AppState<T> {
        let shared = self.clone();
        let sessions = Sessions::builder(store)
            .without_cleaner()
            .deadline(Duration::from_secs(20))
            .on_event(move |event| shared.note(event))
            .build()
            .expect("the defaults are sound");
        AppState { sessions, shared: self.clone() }
    }
}
