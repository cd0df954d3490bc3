//! The testing kit's faulty store with what our own tests ask besides: calls that wait, and what was ever inserted.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use session_axum::testing::{Fault, FaultyStore, Operation as Call};
use session_core::store::{Insert, Inserted, ListQuery, Page, Record, Update, Updated};
use session_core::{Digest, Handle, Now, Store, StoreError, delegate_store};
use session_test_support::Gate;

/// Any store, whose calls a test counts, pauses, or lets fail or hang. A clone is the same store. A call that
/// waits at a gate is counted when it has passed.
#[derive(Clone, Debug)]
pub struct ProbedStore<S> {
    store: FaultyStore<S>,
    probe: Arc<Mutex<Probe>>,
}

/// What a test wants, and what it may ask about.
#[derive(Debug, Default)]
struct Probe {
    inserted: Vec<Handle>,
    digests: Vec<Digest>,
    queries: Vec<ListQuery>,
    gates: HashMap<Call, Gate>,
}

impl<S: Store> ProbedStore<S> {
    /// A store whose calls are only counted until a test says otherwise.
    pub fn new(store: S) -> Self {
        Self { store: FaultyStore::new(store), probe: Arc::default() }
    }

    /// From now on every such call fails like this.
    pub fn inject(&self, call: Call, fault: Fault) {
        self.probe().gates.remove(&call);
        self.store.inject(call, fault);
    }

    /// From now on every such call waits at the gate that this returns.
    pub fn pause(&self, call: Call) -> Gate {
        let gate = Gate::closed();
        self.probe().gates.insert(call, gate.clone());
        gate
    }

    /// From now on no call fails or waits. Those that wait already wait on, at their gates.
    pub fn heal(&self) {
        self.probe().gates.clear();
        self.store.heal();
    }

    /// The calls since this was last asked.
    pub fn take_calls(&self) -> Vec<Call> {
        self.store.take_calls()
    }

    /// The handles that were ever to be inserted, in that order, whether or not they were.
    pub fn inserted(&self) -> Vec<Handle> {
        self.probe().inserted.clone()
    }

    /// Every digest that the store was ever to keep.
    pub fn digests(&self) -> Vec<Digest> {
        self.probe().digests.clone()
    }

    /// What lists were asked for since this was last asked.
    pub fn take_queries(&self) -> Vec<ListQuery> {
        std::mem::take(&mut self.probe().queries)
    }

    /// The records that the store holds at this time. This look at them neither counts nor fails.
    pub async fn records(&self, now: Now) -> Vec<Record> {
        let (mut records, mut seen) = (Vec::new(), HashSet::new());
        for handle in self.inserted().into_iter().filter(|handle| seen.insert(*handle)) {
            let record = self.store().load(handle, now).await.expect("the store works");
            records.extend(record);
        }
        records
    }

    /// The store itself.
    pub fn store(&self) -> &S {
        self.store.store()
    }

    fn probe(&self) -> MutexGuard<'_, Probe> {
        self.probe.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn call<R>(
        &self,
        call: Call,
        effect: impl Future<Output = Result<R, StoreError>> + Send,
    ) -> Result<R, StoreError> {
        let gate = self.probe().gates.get(&call).cloned();
        let Some(gate) = gate else { return effect.await };
        gate.pass().await;
        let answer = effect.await;
        gate.finish();
        answer
    }
}

impl<S: Store> Store for ProbedStore<S> {
    delegate_store!(self.store, through call, except insert, update, list);

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        {
            let mut probe = self.probe();
            probe.inserted.push(insert.handle);
            probe.digests.push(insert.digest);
        }
        self.call(Call::Insert, self.store.insert(insert, now)).await
    }

    async fn update(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        self.probe().digests.push(update.digest);
        self.call(Call::Update, self.store.update(update, now)).await
    }

    async fn list(&self, principal: &str, query: ListQuery, now: Now) -> Result<Page, StoreError> {
        self.probe().queries.push(query);
        self.call(Call::List, self.store.list(principal, query, now)).await
    }
}
