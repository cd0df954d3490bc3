//! The store client: any store as the engine calls it, each call with a deadline, each failure
//! reported.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::crypto::time::{Now, Timestamp};
use crate::crypto::token::Handle;
use crate::engine::event::SessionEvent;
use crate::engine::store_clock::{Arrival, LatestReading};
use crate::store::{
    Ended, Endings, Health, Insert, Inserted, ListQuery, Liveness, Page, Record, Store, StoreError,
    Swept, Times, Update, Updated,
};

type Answer<'a, R> = Pin<Box<dyn Future<Output = Result<R, StoreError>> + Send + 'a>>;

/// [`Store`] behind a pointer, so that an engine is one type whatever it is kept in.
trait AnyStore: fmt::Debug + Send + Sync {
    fn load(&self, handle: Handle, now: Now) -> Answer<'_, Option<Record>>;
    fn insert(&self, insert: Insert, now: Now) -> Answer<'_, Inserted>;
    fn update(&self, update: Update, now: Now) -> Answer<'_, Updated>;
    fn touch(&self, handle: Handle, idle: Duration, now: Now) -> Answer<'_, bool>;
    fn delete(&self, handle: Handle, remember: Option<Duration>, now: Now) -> Answer<'_, bool>;
    fn list<'a>(&'a self, principal: &'a str, query: ListQuery, now: Now) -> Answer<'a, Page>;
    fn delete_all<'a>(
        &'a self,
        principal: &'a str,
        except: Option<Handle>,
        now: Now,
    ) -> Answer<'a, Ended>;
    fn sweep(&self, limit: u32, now: Now) -> Answer<'_, Swept>;
    fn alive<'a>(&'a self, handles: &'a [Handle], now: Now) -> Answer<'a, Vec<Option<Liveness>>>;
    fn endings(&self) -> Answer<'_, Option<Endings>>;
    fn health(&self) -> Answer<'_, Health>;
}

impl<S: Store> AnyStore for S {
    fn load(&self, handle: Handle, now: Now) -> Answer<'_, Option<Record>> {
        Box::pin(Store::load(self, handle, now))
    }
    fn insert(&self, insert: Insert, now: Now) -> Answer<'_, Inserted> {
        Box::pin(Store::insert(self, insert, now))
    }
    fn update(&self, update: Update, now: Now) -> Answer<'_, Updated> {
        Box::pin(Store::update(self, update, now))
    }
    fn touch(&self, handle: Handle, idle: Duration, now: Now) -> Answer<'_, bool> {
        Box::pin(Store::touch(self, handle, idle, now))
    }
    fn delete(&self, handle: Handle, remember: Option<Duration>, now: Now) -> Answer<'_, bool> {
        Box::pin(Store::delete(self, handle, remember, now))
    }
    fn list<'a>(&'a self, principal: &'a str, query: ListQuery, now: Now) -> Answer<'a, Page> {
        Box::pin(Store::list(self, principal, query, now))
    }
    fn delete_all<'a>(
        &'a self,
        principal: &'a str,
        except: Option<Handle>,
        now: Now,
    ) -> Answer<'a, Ended> {
        Box::pin(Store::delete_all(self, principal, except, now))
    }
    fn sweep(&self, limit: u32, now: Now) -> Answer<'_, Swept> {
        Box::pin(Store::sweep(self, limit, now))
    }
    fn alive<'a>(&'a self, handles: &'a [Handle], now: Now) -> Answer<'a, Vec<Option<Liveness>>> {
        Box::pin(Store::alive(self, handles, now))
    }
    fn endings(&self) -> Answer<'_, Option<Endings>> {
        Box::pin(Store::endings(self))
    }
    fn health(&self) -> Answer<'_, Health> {
        Box::pin(Store::health(self))
    }
}

/// How long a store may take to open its feed of endings.
const FEED_DEADLINE: Duration = Duration::from_secs(5);

/// Shows a moment in place of the store's clock.
pub(crate) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Is told what happens.
pub(crate) type Hook = Arc<dyn Fn(&SessionEvent<'_>) + Send + Sync>;

/// A store, and how it is called.
pub(crate) struct StoreClient {
    store: Box<dyn AnyStore>,
    latest: LatestReading,
    pub(crate) deadline: Duration,
    pub(crate) clock: Option<Clock>,
    pub(crate) hook: Option<Hook>,
}

impl StoreClient {
    pub(crate) fn new(store: impl Store) -> Self {
        Self {
            store: Box::new(store),
            latest: LatestReading::default(),
            deadline: Duration::from_secs(2),
            clock: None,
            hook: None,
        }
    }

    pub(crate) async fn load(&self, handle: Handle) -> Result<Option<Record>, StoreError> {
        let loaded = self.call("load", self.deadline, self.store.load(handle, self.now())).await?;
        if let Some(record) = &loaded {
            self.latest.observe(record.times.now);
        }
        Ok(loaded)
    }

    pub(crate) async fn insert(&self, insert: Insert) -> Result<Inserted, StoreError> {
        let answer = self.store.insert(insert, self.now());
        let inserted = self.call("insert", self.deadline, answer).await?;
        if let Inserted::Saved(Times { now, .. }) | Inserted::Revoked(now) = inserted {
            self.latest.observe(now);
        }
        Ok(inserted)
    }

    /// Within what is left of a deadline, since a commit may take several attempts.
    pub(crate) fn update(
        &self,
        update: Update,
        left: Duration,
    ) -> impl Future<Output = Result<Updated, StoreError>> + Send {
        self.call("update", left, self.store.update(update, self.now()))
    }

    pub(crate) async fn touch(&self, handle: Handle, idle: Duration) -> Result<bool, StoreError> {
        self.call("touch", self.deadline, self.store.touch(handle, idle, self.now())).await
    }

    pub(crate) async fn delete(
        &self,
        handle: Handle,
        remember: Option<Duration>,
    ) -> Result<bool, StoreError> {
        let answer = self.store.delete(handle, remember, self.now());
        self.call("delete", self.deadline, answer).await
    }

    pub(crate) async fn list(&self, principal: &str, query: ListQuery) -> Result<Page, StoreError> {
        self.call("list", self.deadline, self.store.list(principal, query, self.now())).await
    }

    pub(crate) async fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
    ) -> Result<Ended, StoreError> {
        let answer = self.store.delete_all(principal, except, self.now());
        let ended = self.call("delete_all", self.deadline, answer).await?;
        self.latest.observe(ended.now);
        Ok(ended)
    }

    pub(crate) async fn sweep(&self, limit: u32) -> Result<Swept, StoreError> {
        self.call("sweep", self.deadline, self.store.sweep(limit, self.now())).await
    }

    pub(crate) async fn alive(
        &self,
        handles: &[Handle],
    ) -> Result<Vec<Option<Liveness>>, StoreError> {
        self.call("alive", self.deadline, self.store.alive(handles, self.now())).await
    }

    /// A feed takes a connection of its own, which a short deadline leaves no time for.
    pub(crate) async fn endings(&self) -> Result<Option<Endings>, StoreError> {
        self.call("endings", self.deadline.max(FEED_DEADLINE), self.store.endings()).await
    }

    pub(crate) async fn health(&self) -> Result<Health, StoreError> {
        self.call("health", self.deadline, self.store.health()).await
    }

    /// Reports to `tracing` and the application's hook.
    pub(crate) fn report(&self, event: &SessionEvent<'_>) {
        event.trace();
        if let Some(hook) = &self.hook {
            hook(event);
        }
    }

    /// The moment for a new handle, which says when it was made.
    pub(crate) fn current_time(&self) -> Timestamp {
        self.now().on_this_machine()
    }

    /// A request comes in at this moment.
    pub(crate) fn arrival(&self) -> Arrival {
        Arrival::now(self.named_time(), &self.latest)
    }

    /// What a clock shows that is named in place of the store's, if there is one.
    pub(crate) fn named_time(&self) -> Option<Timestamp> {
        self.now().named()
    }

    fn now(&self) -> Now {
        self.clock.as_ref().map_or(Now::Store, |clock| Now::At(clock()))
    }

    async fn call<R>(
        &self,
        operation: &'static str,
        within: Duration,
        mut answer: Answer<'_, R>,
    ) -> Result<R, StoreError> {
        // A store in memory answers at once: then no clock is needed, nor room for one.
        let at_once = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await;
        let answered = match at_once {
            Poll::Ready(answered) => answered,
            Poll::Pending => Box::pin(tokio::time::timeout(within, answer))
                .await
                .unwrap_or_else(|_| Err(StoreError::Deadline(within.max(self.deadline)))),
        };
        answered.inspect_err(|error| self.report(&SessionEvent::StoreFailed { operation, error }))
    }
}

impl fmt::Debug for StoreClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreClient")
            .field("store", &self.store)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
