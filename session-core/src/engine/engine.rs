//! The engine of one session type: its policy, its store, and what it remembers between requests.

use std::sync::Arc;

use crate::crypto::token::Handle;
use crate::engine::backend::Backend;
use crate::engine::cleaner::Cleaner;
use crate::engine::commit_queue::CommitQueues;
use crate::engine::decode_cache::{CachedState, DecodeCache};
use crate::engine::error::{Error, Refusal};
use crate::engine::event::{Ignored, SessionEvent};
use crate::engine::identity::Identity;
use crate::engine::policy::Policy;
use crate::engine::stored::{Stored, Unsealed};
use crate::state::codec;
use crate::state::session_state::SessionState;
use crate::store::Record;

pub(crate) struct Engine<T> {
    pub(crate) policy: Policy,
    pub(crate) backend: Backend,
    pub(crate) cleaner: Cleaner,
    pub(crate) commit_queues: CommitQueues<T>,
    pub(crate) decode_cache: DecodeCache<T>,
}

impl<T: SessionState> Engine<T> {
    pub(crate) fn new(policy: Policy, backend: Backend, cleaner: Cleaner) -> Self {
        let (commit_queues, decode_cache) = (CommitQueues::default(), DecodeCache::default());
        Self { policy, backend, cleaner, commit_queues, decode_cache }
    }

    /// The stored session of this handle.
    pub(crate) async fn load(&self, handle: Handle) -> Result<Option<Stored<T>>, Error> {
        self.backend.load(handle).await?.map(|record| self.decode(record)).transpose()
    }

    /// The session that a record holds.
    pub(crate) fn decode(&self, record: Record) -> Result<Stored<T>, Error> {
        self.decode_unsealed(self.unseal(record)?)
    }

    /// The record with its fields as they were before they were sealed.
    pub(crate) fn unseal(&self, mut record: Record) -> Result<Unsealed<T>, Error> {
        let stored_bytes = Arc::clone(&record.fields);
        if let Some(cached) = self.decode_cache.find(record.handle, &stored_bytes) {
            record.fields = cached.fields;
            let state = Some(cached.state);
            return Ok(Unsealed { record, stored_bytes, seal: cached.seal, state });
        }
        let (fields, seal) = self.policy.sealer.open(record.handle, &stored_bytes)?;
        record.fields = fields;
        Ok(Unsealed { record, stored_bytes, seal, state: None })
    }

    /// The state of an unsealed record; fields that do not decode are reported.
    pub(crate) fn decode_unsealed(&self, unsealed: Unsealed<T>) -> Result<Stored<T>, Error> {
        let Unsealed { record, stored_bytes, seal, state } = unsealed;
        if let Some(state) = state {
            return Ok(Stored::new(record, state, true, seal));
        }
        let handle = record.handle;
        let mut whole = true;
        let state = codec::decode(&record.fields, |field| {
            whole = false;
            self.backend.report(&SessionEvent::FieldDefaulted { handle, field });
        })?;
        let stored = Stored::new(record, Arc::new(state), whole, seal);
        self.remember(&stored, stored_bytes);
        Ok(stored)
    }

    /// Remembers the state of these bytes, which the store holds of the session. One with fields
    /// that were not decoded is not remembered: those are reported each time.
    pub(crate) fn remember(&self, stored: &Stored<T>, stored_bytes: Arc<[u8]>) {
        if stored.whole {
            let Stored { record, state, seal, .. } = stored;
            let fields = Arc::clone(&record.fields);
            let cached = CachedState { fields, seal: *seal, state: Arc::clone(state) };
            self.decode_cache.remember(record.handle, stored_bytes, cached);
        }
    }

    /// Reports why a cookie is no session.
    pub(crate) fn ignore(&self, handle: Option<Handle>, reason: Ignored) -> Identity<T> {
        self.backend.report(&SessionEvent::Ignored { handle, reason });
        if reason == Ignored::Replaced { Identity::Replaced } else { Identity::Anonymous }
    }

    /// Reports that a request is refused.
    pub(crate) fn refuse(&self, refusal: Refusal) -> Refusal {
        self.backend.report(&SessionEvent::Refused { refusal: &refusal });
        refusal
    }
}
