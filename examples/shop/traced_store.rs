//! A store around another, whose calls are in the trace of the request that makes them.

use std::time::{Duration, Instant};

use session_axum::store::{Ended, Insert, Inserted, ListQuery, Page, Record, Update, Updated};
use session_axum::{Handle, Now, Store, StoreError, delegate_store};
use session_examples::place::Around;

use crate::journal::Journal;
use crate::trace::{Kind, Step, Trace};

/// A store whose calls are traced.
#[derive(Debug)]
pub(crate) struct TracedStore<S> {
    store: S,
    journal: Journal,
}

/// Puts it around any store.
#[derive(Clone, Debug)]
pub(crate) struct Traced(pub(crate) Journal);

impl Around for Traced {
    fn around(self, store: impl Store) -> impl Store {
        TracedStore { store, journal: self.0 }
    }
}

/// What a call has come to, in words, and the record that it has loaded or saved.
struct Outcome {
    kind: Kind,
    words: String,
    record: Option<(Handle, u64)>,
}

impl Outcome {
    fn of(words: impl Into<String>) -> Self {
        Self { kind: Kind::Call, words: words.into(), record: None }
    }

    fn with(self, handle: Handle, revision: u64) -> Self {
        Self { record: Some((handle, revision)), ..self }
    }
}

/// What an update changes, in words.
fn changes(update: &Update) -> &'static str {
    if update.authenticated.is_some() {
        "a log-in"
    } else if update.changes_only_fields() {
        "fields"
    } else if update.digest == update.before.digest {
        "more than fields"
    } else {
        "a new secret"
    }
}

impl<S: Store> TracedStore<S> {
    /// Makes the call, and adds it to the trace of its request. What no request does is the queue's of the session: while one change
    /// is being saved others wait, and are saved together.
    async fn traced<R>(
        &self,
        name: &'static str,
        call: impl Future<Output = Result<R, StoreError>>,
        outcome: impl FnOnce(&R) -> Outcome,
    ) -> Result<R, StoreError> {
        let began = Instant::now();
        let answer = call.await;
        let Outcome { kind, words, record } = match &answer {
            Ok(answer) => outcome(answer),
            Err(_) => Outcome::of("it failed"),
        };
        let step = Step { kind, name, outcome: words, took: Some(began.elapsed()) };
        match (Trace::current(), record) {
            (Some(trace), record) => trace.add_call(step, record),
            (None, Some((handle, _))) if name == "update" => self.journal.add_queued(handle, step),
            (None, _) => {}
        }
        answer
    }
}

impl<S: Store> Store for TracedStore<S> {
    delegate_store!(self.store, except load, insert, update, touch, delete, list, delete_all);

    async fn load(&self, handle: Handle, now: Now) -> Result<Option<Record>, StoreError> {
        self.traced("load", self.store.load(handle, now), |record| match record {
            Some(Record { revision, .. }) => {
                Outcome::of(format!("revision {revision}")).with(handle, *revision)
            }
            None => Outcome::of("there is no such session"),
        })
        .await
    }

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        let handle = insert.handle;
        self.traced("insert", self.store.insert(insert, now), |inserted| match inserted {
            Inserted::Saved(_) => Outcome::of("saved as revision 1").with(handle, 1),
            Inserted::Occupied => Outcome::of("the handle is taken"),
            _ => Outcome::of("refused: the user's sessions were ended"),
        })
        .await
    }

    async fn update(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        let (handle, revision, changes) = (update.handle, update.revision, changes(&update));
        self.traced("update", self.store.update(update, now), |updated| match updated {
            Updated::Saved(_) => {
                let saved = revision + 1;
                Outcome::of(format!("{changes}: {revision} → {saved}")).with(handle, saved)
            }
            Updated::Conflict(record) => Outcome {
                kind: Kind::Conflict,
                words: format!("expected {revision}, found {}: merge", record.revision),
                record: Some((handle, record.revision)),
            },
            Updated::Gone => Outcome::of("the session is over"),
            _ => Outcome::of("refused: the user's sessions were ended"),
        })
        .await
    }

    async fn touch(&self, handle: Handle, idle: Duration, now: Now) -> Result<bool, StoreError> {
        self.traced("touch", self.store.touch(handle, idle, now), |was_there| {
            Outcome::of(if *was_there { "it is in use" } else { "the session is over" })
        })
        .await
    }

    async fn delete(
        &self,
        handle: Handle,
        remember: Option<Duration>,
        now: Now,
    ) -> Result<bool, StoreError> {
        self.traced("delete", self.store.delete(handle, remember, now), |was_there| {
            Outcome::of(if *was_there { "it is gone" } else { "it was gone" })
        })
        .await
    }

    async fn list(&self, principal: &str, query: ListQuery, now: Now) -> Result<Page, StoreError> {
        self.traced("list", self.store.list(principal, query, now), |page| {
            Outcome::of(format!("{} of the user's", page.records.len()))
        })
        .await
    }

    async fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
        now: Now,
    ) -> Result<Ended, StoreError> {
        self.traced("delete_all", self.store.delete_all(principal, except, now), |ended| {
            Outcome::of(format!("{} of the user's ended", ended.live))
        })
        .await
    }
}
