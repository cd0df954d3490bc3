//! A store whose calls fail when a test says so.

use std::collections::HashMap;
use std::future::{Future, pending};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use session_core::store::{Insert, Inserted, Operation, Store, Update, Updated};
use session_core::{Now, StoreError, delegate_store};

/// A store around another, whose calls fail, hang or conflict when a test says so, and are counted. A clone
/// is the same store.
///
/// ```
/// # use axum::{Router, extract::FromRef, routing::post};
/// use session_axum::testing::{Client, Fault, FaultyStore, Operation};
/// use session_axum::{MemoryStore, Sessions};
/// # use session_axum::{require_session, session};
/// # #[session] struct Shop { visits: u64 }
/// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
/// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
/// let store = FaultyStore::new(MemoryStore::new());
/// let sessions = Sessions::builder(store.clone()).build()?;
/// # let app = Router::new().route("/visit", post(visit)).with_state(App { sessions });
/// let client = Client::new(app);
/// client.post("/visit").await.assert_status(200);
///
/// store.inject_next(1, Operation::Update, Fault::Fails);
/// client.post("/visit").await.assert_status(503);
/// assert_eq!(client.post("/visit").await.text(), "2");
/// assert_eq!(store.count(Operation::Update), 2);
/// # Ok(()) }
/// ```
///
/// A call that hangs ends at the sessions' [`deadline`](crate::Builder::deadline): at once where tokio's
/// clock is paused.
#[derive(Clone, Debug)]
#[doc(alias("mock", "fake", "chaos"))]
pub struct FaultyStore<S> {
    store: S,
    plan: Arc<Mutex<Plan>>,
}

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It fails, and has no effect.
    Fails,
    /// It has its effect, and then fails: the connection is lost before the answer.
    FailsAfterwards,
    /// It is never answered, and has no effect.
    Hangs,
    /// It panics, and has no effect.
    Panics,
    /// Somebody else was there before: an update meets a record that another request has written
    /// meanwhile, with nothing changed in it, and an insert a handle that is taken. Other operations
    /// know no conflict, and are as they are.
    Conflicts,
}

#[derive(Debug, Default)]
struct Plan {
    calls: Vec<Operation>,
    /// How many calls are left of it; none: until it is healed.
    faults: HashMap<Operation, (Fault, Option<usize>)>,
}

impl<S: Store> FaultyStore<S> {
    /// A store whose calls are only counted until a test says otherwise.
    ///
    /// ```
    /// # use session_axum::testing::FaultyStore;
    /// # use session_axum::{MemoryStore, Sessions, session};
    /// # #[session] struct Shop { visits: u64 }
    /// # fn main() -> Result<(), session_axum::BuildError> {
    /// let store = FaultyStore::new(MemoryStore::new());
    /// let sessions = Sessions::<Shop>::builder(store.clone()).build()?;       // the test keeps a clone
    /// # Ok(()) }
    /// ```
    pub fn new(store: S) -> Self {
        Self { store, plan: Arc::default() }
    }

    /// From now on each call of this operation goes wrong like this.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client, Fault, FaultyStore, Operation};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let store = FaultyStore::new(MemoryStore::new());
    /// # let sessions = Sessions::builder(store.clone()).build()?;
    /// let client = Client::new(app(sessions));
    /// store.inject(Operation::Insert, Fault::Fails);
    /// client.post("/visit").await.assert_status(503);
    /// client.post("/visit").await.assert_status(503);
    /// # Ok(()) }
    /// ```
    pub fn inject(&self, operation: Operation, fault: Fault) {
        self.plan().faults.insert(operation, (fault, None));
    }

    /// The next calls of this operation, so many of them, go wrong like this.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client, Fault, FaultyStore, Operation};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let store = FaultyStore::new(MemoryStore::new());
    /// # let sessions = Sessions::builder(store.clone()).build()?;
    /// let client = Client::new(app(sessions));
    /// store.inject_next(1, Operation::Insert, Fault::Fails);
    /// client.post("/visit").await.assert_status(503);
    /// client.post("/visit").await.assert_status(200);
    /// # Ok(()) }
    /// ```
    pub fn inject_next(&self, calls: usize, operation: Operation, fault: Fault) {
        self.plan().faults.insert(operation, (fault, Some(calls)));
    }

    /// From now on each call of any operation goes wrong like this: the store is down.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client, Fault, FaultyStore, Operation};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let store = FaultyStore::new(MemoryStore::new());
    /// # let sessions = Sessions::builder(store.clone()).build()?;
    /// let client = Client::new(app(sessions));
    /// store.inject_all(Fault::Fails);
    /// client.post("/visit").await.assert_status(503);
    /// # Ok(()) }
    /// ```
    pub fn inject_all(&self, fault: Fault) {
        for &operation in Operation::ALL {
            self.inject(operation, fault);
        }
    }

    /// From now on nothing goes wrong. What hangs already hangs on.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client, Fault, FaultyStore, Operation};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let store = FaultyStore::new(MemoryStore::new());
    /// # let sessions = Sessions::builder(store.clone()).build()?;
    /// let client = Client::new(app(sessions));
    /// store.inject_all(Fault::Fails);
    /// client.post("/visit").await.assert_status(503);
    /// store.heal();
    /// client.post("/visit").await.assert_status(200);
    /// # Ok(()) }
    /// ```
    pub fn heal(&self) {
        self.plan().faults.clear();
    }

    /// How many calls of this operation there were, good or bad.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client, Fault, FaultyStore, Operation};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let store = FaultyStore::new(MemoryStore::new());
    /// # let sessions = Sessions::builder(store.clone()).build()?;
    /// Client::new(app(sessions)).post("/visit").await;
    /// assert_eq!((store.count(Operation::Insert), store.count(Operation::Update)), (1, 0));
    /// # Ok(()) }
    /// ```
    pub fn count(&self, operation: Operation) -> usize {
        self.plan().calls.iter().filter(|call| **call == operation).count()
    }

    /// The calls since this was last asked, in their order; they are not counted any more.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client, Fault, FaultyStore, Operation};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let store = FaultyStore::new(MemoryStore::new());
    /// # let sessions = Sessions::builder(store.clone()).build()?;
    /// let client = Client::new(app(sessions));
    /// client.post("/visit").await;
    /// store.take_calls();
    /// client.post("/visit").await;
    /// assert_eq!(store.take_calls(), [Operation::Load, Operation::Update]);
    /// # Ok(()) }
    /// ```
    pub fn take_calls(&self) -> Vec<Operation> {
        std::mem::take(&mut self.plan().calls)
    }

    /// The store itself, whose calls are neither counted nor go wrong.
    ///
    /// ```
    /// # use axum::{Router, extract::FromRef, routing::post};
    /// # use session_axum::testing::{Client, Fault, FaultyStore, Operation};
    /// # use session_axum::{MemoryStore, Sessions, require_session, session};
    /// # #[session] struct Shop { #[session(principal)] user: Option<u64>, visits: u64 }
    /// # #[require_session] async fn visit(shop: &mut Shop) -> String { shop.visits += 1; shop.visits.to_string() }
    /// # #[derive(Clone, FromRef)] struct App { sessions: Sessions<Shop> }
    /// # fn app(sessions: Sessions<Shop>) -> Router { Router::new().route("/visit", post(visit)).with_state(App { sessions }) }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), session_axum::BuildError> {
    /// # let store = FaultyStore::new(MemoryStore::new());
    /// # let sessions = Sessions::builder(store.clone()).build()?;
    /// Client::new(app(sessions)).post("/visit").await;
    /// assert_eq!(store.store().len(), 1);                     // of a `MemoryStore`
    /// # Ok(()) }
    /// ```
    pub fn store(&self) -> &S {
        &self.store
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call, and answers how it is to go wrong.
    fn note(&self, operation: Operation) -> Option<Fault> {
        let mut plan = self.plan();
        plan.calls.push(operation);
        let (fault, left) = plan.faults.get_mut(&operation)?;
        match left {
            None => Some(*fault),
            Some(0) => None,
            Some(left) => {
                *left -= 1;
                Some(*fault)
            }
        }
    }

    async fn call<R>(
        &self,
        operation: Operation,
        effect: impl Future<Output = Result<R, StoreError>> + Send,
    ) -> Result<R, StoreError> {
        let fault = self.note(operation);
        self.run(operation, fault, effect).await
    }

    async fn run<R>(
        &self,
        operation: Operation,
        fault: Option<Fault>,
        effect: impl Future<Output = Result<R, StoreError>> + Send,
    ) -> Result<R, StoreError> {
        match fault {
            None | Some(Fault::Conflicts) => effect.await,
            Some(Fault::Fails) => {
                Err(StoreError::failed(format!("{operation:?} fails, says the test")))
            }
            Some(Fault::FailsAfterwards) => {
                effect.await?;
                Err(StoreError::failed(format!(
                    "the answer to {operation:?} is lost, says the test"
                )))
            }
            Some(Fault::Hangs) => pending().await,
            Some(Fault::Panics) => panic!("{operation:?} panics, says the test"),
        }
    }
}

impl<S: Store> Store for FaultyStore<S> {
    delegate_store!(self.store, through call, except insert, update);

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        let fault = self.note(Operation::Insert);
        if fault == Some(Fault::Conflicts) {
            return Ok(Inserted::Occupied);
        }
        self.run(Operation::Insert, fault, self.store.insert(insert, now)).await
    }

    async fn update(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        let fault = self.note(Operation::Update);
        if fault == Some(Fault::Conflicts)
            && let Some(record) = self.store.load(update.handle, now).await?
        {
            drop(self.store.update(Update::of(&record), now).await?);
        }
        self.run(Operation::Update, fault, self.store.update(update, now)).await
    }
}
