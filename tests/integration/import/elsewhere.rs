//! The library that the application used before: a table of sessions, each under what its cookie says.

use std::collections::BTreeMap;
use std::future::{Future, ready};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use axum::http::header::COOKIE;
use axum::http::request::Parts;
use session_axum::{Builder, Imported};
use session_tests::{Client, TestStore};

use crate::http::app::{Clock, Shop, TestApp};

/// The cookie of the other library.
pub(super) const OLD_COOKIE: &str = "sid";

pub(super) const DAY: Duration = Duration::from_hours(24);

/// Its sessions, and how often it was asked for one. A clone is the same table.
#[derive(Clone, Default)]
pub(super) struct Elsewhere {
    sessions: Arc<Mutex<BTreeMap<String, OldSession>>>,
    asked: Arc<AtomicUsize>,
}

#[derive(Clone)]
pub(super) struct OldSession {
    pub(super) user: Option<String>,
    pub(super) cart: Vec<String>,
    pub(super) ends: SystemTime,
    pub(super) logged_in: Option<SystemTime>,
    pub(super) persistent: bool,
}

impl OldSession {
    /// Of somebody who logged in at a time that nobody knows.
    pub(super) fn of(user: &str, ends: SystemTime) -> Self {
        let cart = vec![format!("{user}'s pear")];
        Self { user: Some(user.to_owned()), cart, ends, logged_in: None, persistent: false }
    }
}

impl Elsewhere {
    /// Begins a session there, and answers what its cookie says.
    pub(super) fn begin(&self, session: OldSession) -> String {
        let mut sessions = self.sessions.lock().expect("nobody panics here");
        let id = format!("secret-of-session-{:06}", sessions.len());
        sessions.insert(id.clone(), session);
        id
    }

    /// Changes a session there.
    pub(super) fn change(&self, id: &str, change: impl FnOnce(&mut OldSession)) {
        change(self.sessions.lock().expect("nobody panics here").get_mut(id).expect("it is there"));
    }

    /// How often it was asked for a session.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// What the application tells of the session that a request had there.
    pub(super) fn find(
        &self,
        parts: &Parts,
    ) -> Option<impl Future<Output = Result<Option<Imported<Shop>>, io::Error>> + Send + use<>>
    {
        let id = old_cookie(parts)?;
        self.asked.fetch_add(1, Ordering::Relaxed);
        let old = self.sessions.lock().expect("nobody panics here").get(&id).cloned();
        Some(ready(Ok(old.map(|old| imported(&id, old)))))
    }

    pub(super) fn import(&self, builder: Builder<Shop>) -> Builder<Shop> {
        let elsewhere = self.clone();
        builder.import(move |parts| elsewhere.find(parts))
    }
}

fn imported(id: &str, old: OldSession) -> Imported<Shop> {
    let shop = Shop { user: old.user, cart: old.cart, ..Shop::default() };
    let mut imported = Imported::new(id, shop, old.ends);
    if let Some(at) = old.logged_in {
        imported = imported.authenticated(at);
    }
    if old.persistent { imported.persistent() } else { imported }
}

/// What the old cookie says.
pub(super) fn old_cookie(parts: &Parts) -> Option<String> {
    let lines = parts.headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split("; "));
    pairs.find_map(|pair| pair.strip_prefix("sid=").map(str::to_owned))
}

/// The application, which takes over the sessions from there.
pub(super) fn app<S: TestStore>(store: S, elsewhere: &Elsewhere) -> TestApp<S> {
    TestApp::with_options(store, |builder| elsewhere.import(builder))
}

/// So many nodes of it, whose clocks are one.
pub(super) fn nodes<S: TestStore>(
    number: usize,
    store: &S,
    elsewhere: &Elsewhere,
) -> Vec<TestApp<S>> {
    let mut nodes: Vec<TestApp<S>> = Vec::new();
    for _ in 0..number {
        let clock = nodes.first().map(|node| node.clock.clone());
        nodes.push(TestApp::with_options(store.clone(), |builder| {
            let builder = elsewhere.import(builder);
            match clock {
                Some(clock) => builder.clock(move || clock.now()),
                None => builder,
            }
        }));
    }
    nodes
}

/// A moment on this clock, so much later.
pub(super) fn later(clock: &Clock, by: Duration) -> SystemTime {
    clock.now().plus(by).into()
}

/// A browser that has a session there.
pub(super) fn browser<S: TestStore>(app: &TestApp<S>, id: &str) -> Client {
    let mut client = app.newcomer();
    client.set(OLD_COOKIE, id);
    client
}
