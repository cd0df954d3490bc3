//! The store client: any store as the engine calls it, each call with a deadline, each failure
//! reported.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Timeout, timeout};

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

    pub(crate) fn load(&self, handle: Handle) -> Call<'_, Option<Record>> {
        let answer = self.store.load(handle, self.now());
        self.call("load", answer).showing(|loaded| Some(loaded.as_ref()?.times.now))
    }

    pub(crate) fn insert(&self, insert: Insert) -> Call<'_, Inserted> {
        let answer = self.store.insert(insert, self.now());
        self.call("insert", answer).showing(|inserted| match inserted {
            Inserted::Saved(Times { now, .. }) | Inserted::Revoked(now) => Some(*now),
            Inserted::Occupied => None,
        })
    }

    /// Within what is left of a deadline, since a commit may take several attempts.
    pub(crate) fn update(&self, update: Update, left: Duration) -> Call<'_, Updated> {
        self.call("update", self.store.update(update, self.now())).within(left)
    }

    pub(crate) fn touch(&self, handle: Handle, idle: Duration) -> Call<'_, bool> {
        self.call("touch", self.store.touch(handle, idle, self.now()))
    }

    pub(crate) fn delete(&self, handle: Handle, remember: Option<Duration>) -> Call<'_, bool> {
        self.call("delete", self.store.delete(handle, remember, self.now()))
    }

    pub(crate) fn list<'a>(&'a self, principal: &'a str, query: ListQuery) -> Call<'a, Page> {
        self.call("list", self.store.list(principal, query, self.now()))
    }

    pub(crate) fn delete_all<'a>(
        &'a self,
        principal: &'a str,
        except: Option<Handle>,
    ) -> Call<'a, Ended> {
        let answer = self.store.delete_all(principal, except, self.now());
        self.call("delete_all", answer).showing(|ended| Some(ended.now))
    }

    pub(crate) fn sweep(&self, limit: u32) -> Call<'_, Swept> {
        self.call("sweep", self.store.sweep(limit, self.now()))
    }

    pub(crate) fn alive<'a>(&'a self, handles: &'a [Handle]) -> Call<'a, Vec<Option<Liveness>>> {
        self.call("alive", self.store.alive(handles, self.now()))
    }

    /// A feed takes a connection of its own, which a short deadline leaves no time for.
    pub(crate) fn endings(&self) -> Call<'_, Option<Endings>> {
        self.call("endings", self.store.endings()).within(self.deadline.max(FEED_DEADLINE))
    }

    pub(crate) fn health(&self) -> Call<'_, Health> {
        self.call("health", self.store.health())
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

    fn call<'a, R>(&'a self, operation: &'static str, answer: Answer<'a, R>) -> Call<'a, R> {
        let (within, shown) = (self.deadline, no_clock);
        Call { client: self, operation, within, shown, answer: Some(answer), waiting: None }
    }
}

/// A call of a store. Each `async fn` around an answer would move it.
pub(crate) struct Call<'a, R> {
    client: &'a StoreClient,
    operation: &'static str,
    within: Duration,
    /// What an answer shows of the store's clock.
    shown: fn(&R) -> Option<Timestamp>,
    /// Before it is polled. A store in memory answers at once: then no clock is needed, nor room for one.
    answer: Option<Answer<'a, R>>,
    /// The store takes its time.
    waiting: Option<Pin<Box<Timeout<Answer<'a, R>>>>>,
}

fn no_clock<R>(_: &R) -> Option<Timestamp> {
    None
}

impl<R> Call<'_, R> {
    fn within(self, within: Duration) -> Self {
        Self { within, ..self }
    }

    fn showing(self, shown: fn(&R) -> Option<Timestamp>) -> Self {
        Self { shown, ..self }
    }

    fn note(&self, answered: &Result<R, StoreError>) {
        let Self { client, operation, shown, .. } = *self;
        match answered {
            Ok(answer) => {
                if let Some(shown) = shown(answer) {
                    client.latest.observe(shown);
                }
            }
            Err(error) => client.report(&SessionEvent::StoreFailed { operation, error }),
        }
    }
}

impl<R> Future for Call<'_, R> {
    type Output = Result<R, StoreError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(mut answer) = self.answer.take() {
            if let Poll::Ready(answered) = answer.as_mut().poll(context) {
                self.note(&answered);
                return Poll::Ready(answered);
            }
            self.waiting = Some(Box::pin(timeout(self.within, answer)));
        }
        let waiting = self.waiting.as_mut().expect("not polled after it is done");
        let answered = ready!(waiting.as_mut().poll(context))
            .unwrap_or_else(|_| Err(StoreError::Deadline(self.within.max(self.client.deadline))));
        self.note(&answered);
        Poll::Ready(answered)
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
