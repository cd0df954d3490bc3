//! Two releases on one store, and what they tell of it.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::FromRef;
use session_core::store::Record;
use session_core::{Handle, Now, SessionEvent, SessionState, Sessions, Store};
use session_tests::Client;
use tokio::sync::Barrier;

use crate::{new, old};

/// What the releases have in common beside the table.
#[derive(Clone)]
pub(crate) struct Common {
    told: Arc<Mutex<Told>>,
    /// Where a slow request waits: when it has loaded its session, and before it goes on.
    pub(crate) meeting: Arc<Barrier>,
}

/// What the releases have told of their sessions.
#[derive(Default)]
struct Told {
    /// The fields that could not be read.
    defaulted: Vec<&'static str>,
    /// All events, as `Debug` prints them.
    printed: String,
}

/// One release's part of the wiring.
#[derive(Clone)]
pub(crate) struct App<T: SessionState> {
    sessions: Sessions<T>,
    common: Common,
}

impl<T: SessionState> FromRef<App<T>> for Sessions<T> {
    fn from_ref(app: &App<T>) -> Self {
        app.sessions.clone()
    }
}

impl<T: SessionState> FromRef<App<T>> for Common {
    fn from_ref(app: &App<T>) -> Self {
        app.common.clone()
    }
}

impl Common {
    fn new() -> Self {
        Self { told: Arc::default(), meeting: Arc::new(Barrier::new(2)) }
    }

    fn note(&self, event: &SessionEvent<'_>) {
        let mut told = self.told();
        writeln!(told.printed, "{event:?}").expect("a string takes everything");
        if let SessionEvent::FieldDefaulted { field, .. } = event {
            told.defaulted.push(field);
        }
    }

    /// The fields that could not be read since the last time.
    pub(crate) fn defaulted(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.told().defaulted)
    }

    /// All events, as `Debug` prints them.
    pub(crate) fn printed(&self) -> String {
        self.told().printed.clone()
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn app<T: SessionState>(&self, store: impl Store) -> App<T> {
        let common = self.clone();
        let sessions = Sessions::builder(store)
            .without_cleaner()
            .on_event(move |event| common.note(event))
            .build()
            .expect("the defaults are sound");
        App { sessions, common: self.clone() }
    }
}

/// Both releases, each a node on the same store, and the store.
pub(crate) struct Deploy<S> {
    pub(crate) old: Router,
    pub(crate) new: Router,
    pub(crate) common: Common,
    pub(crate) store: S,
}

impl<S: Store + Clone> Deploy<S> {
    /// Both releases on this store.
    pub(crate) fn on(store: S) -> Self {
        let common = Common::new();
        Self {
            old: old::app(common.app(store.clone())),
            new: new::app(common.app(store.clone())),
            common,
            store,
        }
    }

    /// Somebody who logged in to the old release.
    pub(crate) async fn visitor(&self) -> Client {
        let mut visitor = Client::new(&self.old);
        visitor.post("/login").await.ok();
        visitor
    }

    pub(crate) async fn record(&self, visitor: &Client) -> Option<Record> {
        let handle = visitor.at(&self.new).get("/handle").await.ok();
        let handle: Handle = handle.parse().expect("there is a session");
        self.store.load(handle, Now::Store).await.expect("the store answers")
    }
}
