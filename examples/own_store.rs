//! A store of your own in one file: the whole contract, on a table under one lock.
//!
//! ```sh
//! cargo run --example own_store
//! curl -b jar -c jar -X POST localhost:3003/visit
//! ```
//!
//! A lock makes each operation atomic, as a transaction or a conditional write does on a server. The conformance suite at the end of the
//! file is what shows that a store is right.

use std::collections::HashMap;
use std::error::Error;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::post;
use session_axum::store::{
    Contents, Cursor, Ended, Insert, Inserted, ListQuery, LogIn, Page, REVOCATIONS_LAST, Record,
    Swept, Update, Updated,
};
use session_axum::{Handle, Now, Sessions, Store, StoreError, Timestamp, require_session, session};

/// The store. A clone is the same one.
#[derive(Clone, Debug, Default)]
struct TableStore(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    records: HashMap<Handle, Record>,
    /// When all sessions of a principal were ended, and the one that was spared.
    revocations: HashMap<String, (Timestamp, Option<Handle>)>,
}

impl TableStore {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// The record, unless it has expired: then it does not exist, though nobody has removed it yet.
    fn live(&mut self, handle: Handle, now: Timestamp) -> Option<&mut Record> {
        self.records.get_mut(&handle).filter(|record| record.is_live(now))
    }

    fn live_of(&self, principal: &str, now: Timestamp) -> Vec<&Record> {
        let records = self.records.values().filter(|record| record.is_live(now));
        records.filter(|record| record.principal.as_deref() == Some(principal)).collect()
    }

    /// Whether all sessions of the principal were ended after this log-in began.
    fn is_revoked(&self, principal: Option<&str>, handle: Handle, log_in: LogIn) -> bool {
        let revoked = principal.and_then(|principal| self.revocations.get(principal));
        revoked.is_some_and(|&(at, except)| {
            except != Some(handle) && log_in.began.is_none_or(|began| began < at)
        })
    }

    /// Ends the sessions that a principal has too many, those of the oldest log-ins first; not the one that has just been logged in to.
    fn keep_to(&mut self, limit: NonZeroU32, principal: &str, keep: Handle, now: Timestamp) {
        let mut records = self.live_of(principal, now);
        let excess = records.len().saturating_sub(limit.get() as usize);
        records.retain(|record| record.handle != keep);
        records.sort_by_key(|record| (record.times.authenticated, record.handle));
        let excess: Vec<_> = records.into_iter().take(excess).map(|record| record.handle).collect();
        self.records.retain(|handle, _| !excess.contains(handle));
    }

    fn logged_in(
        &mut self,
        principal: Option<&str>,
        handle: Handle,
        log_in: LogIn,
        now: Timestamp,
    ) {
        if let (Some(principal), Some(limit)) = (principal, log_in.limit) {
            self.keep_to(limit, principal, handle, now);
        }
    }
}

impl Store for TableStore {
    async fn load(&self, handle: Handle, now: Now) -> Result<Option<Record>, StoreError> {
        let now = now.on_this_machine();
        let mut record = self.table().live(handle, now).cloned();
        if let Some(record) = &mut record {
            record.times.now = now;
        }
        Ok(record)
    }

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        let now = now.on_this_machine();
        let (handle, principal, log_in) = (insert.handle, insert.principal.clone(), insert.log_in);
        let mut table = self.table();
        if table.is_revoked(principal.as_deref(), handle, log_in) {
            return Ok(Inserted::Revoked(now));
        }
        // An expired record that nobody has removed yet takes its handle, too.
        if table.records.contains_key(&handle) {
            return Ok(Inserted::Occupied);
        }
        let record = Record::inserted(insert, now);
        let times = record.times;
        table.records.insert(handle, record);
        table.logged_in(principal.as_deref(), handle, log_in, now);
        Ok(Inserted::Saved(times))
    }

    async fn update(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        let now = now.on_this_machine();
        let (handle, log_in) = (update.handle, update.log_in);
        // Only then is it a log-in.
        let principal = update.principal.clone().filter(|_| update.authenticated.is_some());
        let mut table = self.table();
        let is_revoked = table.is_revoked(principal.as_deref(), handle, log_in);
        let Some(record) = table.live(handle, now) else { return Ok(Updated::Gone) };
        if record.revision != update.revision {
            let mut record = record.clone();
            record.times.now = now;
            return Ok(Updated::Conflict(Box::new(record)));
        }
        if is_revoked {
            return Ok(Updated::Revoked(now));
        }
        record.apply(update, now);
        let times = record.times;
        table.logged_in(principal.as_deref(), handle, log_in, now);
        Ok(Updated::Saved(times))
    }

    async fn touch(&self, handle: Handle, idle: Duration, now: Now) -> Result<bool, StoreError> {
        let now = now.on_this_machine();
        let mut table = self.table();
        let Some(record) = table.live(handle, now) else { return Ok(false) };
        record.times.seen_at(now, idle);
        Ok(true)
    }

    async fn delete(
        &self,
        handle: Handle,
        remember: Option<Duration>,
        now: Now,
    ) -> Result<bool, StoreError> {
        let now = now.on_this_machine();
        let mut table = self.table();
        let removed = table.records.remove(&handle);
        if let Some(remember) = remember {
            let revision = removed.as_ref().map_or(1, |record| record.revision + 1);
            table.records.insert(handle, Record::ended(handle, revision, remember, now));
        }
        Ok(removed.is_some_and(|record| record.is_live(now)))
    }

    async fn list(&self, principal: &str, query: ListQuery, now: Now) -> Result<Page, StoreError> {
        let now = now.on_this_machine();
        let table = self.table();
        let mut records: Vec<_> = table.live_of(principal, now).into_iter().cloned().collect();
        records.retain(|record| query.after.is_none_or(|after| Cursor::of(record) > after));
        records.sort_by_key(Cursor::of);
        records.truncate(query.limit as usize);
        for record in &mut records {
            record.times.now = now;
            if query.contents == Contents::WithoutFields {
                record.fields = Arc::default();
            }
        }
        Ok(Page::new(records, &query))
    }

    async fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
        now: Now,
    ) -> Result<Ended, StoreError> {
        let now = now.on_this_machine();
        let mut table = self.table();
        let live = table.live_of(principal, now).into_iter();
        let live = live.filter(|record| Some(record.handle) != except).count() as u64;
        let is_theirs = |record: &Record| record.principal.as_deref() == Some(principal);
        table.records.retain(|handle, record| Some(*handle) == except || !is_theirs(record));
        table.revocations.insert(principal.to_owned(), (now, except));
        Ok(Ended::new(live, now))
    }

    async fn sweep(&self, limit: u32, now: Now) -> Result<Swept, StoreError> {
        let now = now.on_this_machine();
        let mut table = self.table();
        let expired = table.records.values().filter(|record| !record.is_live(now));
        let expired: Vec<_> = expired.map(|record| record.handle).take(limit as usize).collect();
        table.records.retain(|handle, _| !expired.contains(handle));
        table.revocations.retain(|_, (at, _)| now.since(*at) <= REVOCATIONS_LAST);
        let removed = expired.len() as u64;
        Ok(if removed < u64::from(limit) { Swept::All(removed) } else { Swept::Some(removed) })
    }
}

#[session]
struct Shop {
    #[session(merge = sum)]
    visits: u64,
}

#[require_session]
async fn visit(shop: &mut Shop) -> String {
    shop.visits += 1;
    format!("{}\n", shop.visits)
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<Shop>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sessions = Sessions::builder(TableStore::default()).build()?;
    let app = Router::new().route("/visit", post(visit)).with_state(App { sessions });
    let port = std::env::var("PORT").unwrap_or("3003".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

#[cfg(test)]
session_axum::conformance!(async { TableStore::default() });
