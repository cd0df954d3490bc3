//! A store in a test's hands: it counts its calls, and lets them fail, hang or wait.

use std::collections::{HashMap, HashSet};
use std::future::{Future, pending};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use session_core::store::{Ended, Insert, Inserted, Record, Swept, Update, Updated};
use session_core::{Digest, Handle, Now, Store, StoreError};

use crate::Gate;

/// Any store, which a test watches and meddles with. A clone is the same store.
#[derive(Clone, Debug)]
pub struct Staged<S> {
    store: S,
    stage: Arc<Mutex<Stage>>,
}

/// What a store can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "they are the methods of `Store`")]
pub enum Call {
    Load,
    Insert,
    Update,
    Touch,
    Delete,
    List,
    DeleteAll,
    Sweep,
}

/// What is to become of a call.
#[derive(Clone, Debug)]
pub enum Fate {
    /// It fails, and has no effect.
    Fails,
    /// It has its effect, and then fails.
    FailsAfterwards,
    /// It is never answered, and has no effect.
    Hangs,
    /// It waits at this gate before it has its effect.
    WaitsAt(Gate),
}

#[derive(Debug, Default)]
struct Stage {
    calls: Vec<Call>,
    inserted: Vec<Handle>,
    digests: Vec<Digest>,
    fates: HashMap<Call, Fate>,
}

impl<S: Store> Staged<S> {
    /// The store, left alone for the time being.
    pub fn new(store: S) -> Self {
        Self { store, stage: Arc::default() }
    }

    /// From now on this becomes of every such call.
    pub fn fate(&self, call: Call, fate: Fate) {
        self.stage().fates.insert(call, fate);
    }

    /// Every such call waits at the gate that this answers.
    pub fn hold(&self, call: Call) -> Gate {
        let gate = Gate::closed();
        self.fate(call, Fate::WaitsAt(gate.clone()));
        gate
    }

    /// From now on every call is left alone.
    pub fn heal(&self) {
        self.stage().fates.clear();
    }

    /// The calls since this was last asked.
    pub fn calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.stage().calls)
    }

    /// The handles that were ever to be inserted, in that order, whether or not they were.
    pub fn inserted(&self) -> Vec<Handle> {
        self.stage().inserted.clone()
    }

    /// Every digest that the store was ever to keep.
    pub fn digests(&self) -> Vec<Digest> {
        self.stage().digests.clone()
    }

    /// The records that the store holds, by this clock. Nothing becomes of this look at them.
    pub async fn records(&self, now: Now) -> Vec<Record> {
        let (mut records, mut seen) = (Vec::new(), HashSet::new());
        for handle in self.inserted().into_iter().filter(|handle| seen.insert(*handle)) {
            let record = self.store.load(handle, now).await.expect("the store works");
            records.extend(record);
        }
        records
    }

    /// The store itself.
    pub fn store(&self) -> &S {
        &self.store
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn play<R>(
        &self,
        call: Call,
        effect: impl Future<Output = Result<R, StoreError>> + Send,
    ) -> Result<R, StoreError> {
        let fate = {
            let mut stage = self.stage();
            stage.calls.push(call);
            stage.fates.get(&call).cloned()
        };
        match fate {
            None => effect.await,
            Some(Fate::Fails) => Err(StoreError::failed(format!("{call:?} fails, says the test"))),
            Some(Fate::FailsAfterwards) => {
                effect.await?;
                Err(StoreError::failed(format!("the answer to {call:?} is lost, says the test")))
            }
            Some(Fate::Hangs) => pending().await,
            Some(Fate::WaitsAt(gate)) => {
                gate.pass().await;
                let answer = effect.await;
                gate.leave();
                answer
            }
        }
    }
}

impl<S: Store> Store for Staged<S> {
    async fn load(&self, handle: Handle, now: Now) -> Result<Option<Record>, StoreError> {
        self.play(Call::Load, self.store.load(handle, now)).await
    }

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        {
            let mut stage = self.stage();
            stage.inserted.push(insert.handle);
            stage.digests.push(insert.digest);
        }
        self.play(Call::Insert, self.store.insert(insert, now)).await
    }

    async fn update(&self, update: Update, now: Now) -> Result<Updated, StoreError> {
        self.stage().digests.push(update.digest);
        self.play(Call::Update, self.store.update(update, now)).await
    }

    async fn touch(&self, handle: Handle, idle: Duration, now: Now) -> Result<bool, StoreError> {
        self.play(Call::Touch, self.store.touch(handle, idle, now)).await
    }

    async fn delete(&self, handle: Handle, now: Now) -> Result<bool, StoreError> {
        self.play(Call::Delete, self.store.delete(handle, now)).await
    }

    async fn list(&self, principal: &str, now: Now) -> Result<Vec<Record>, StoreError> {
        self.play(Call::List, self.store.list(principal, now)).await
    }

    async fn delete_all(
        &self,
        principal: &str,
        except: Option<Handle>,
        now: Now,
    ) -> Result<Ended, StoreError> {
        self.play(Call::DeleteAll, self.store.delete_all(principal, except, now)).await
    }

    async fn sweep(&self, limit: u32, now: Now) -> Result<Swept, StoreError> {
        self.play(Call::Sweep, self.store.sweep(limit, now)).await
    }
}
