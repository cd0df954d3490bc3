//! A session that begins with its request, before it is saved for the first time.

use std::sync::Arc;
use std::time::Duration;

use crate::crypto::seal::SealAge;
use crate::crypto::time::Timestamp;
use crate::crypto::token::{Digest, Handle, Token};
use crate::engine::controls::Controls;
use crate::engine::decode_cache::CachedState;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::lifetime::Row;
use crate::engine::revocation::Revocation;
use crate::engine::sealing::NameId;
use crate::engine::store_clock::Arrival;
use crate::engine::transaction::Transaction;
use crate::engine::working_copy::WorkingCopy;
use crate::state::codec::{self, DecodedState, Encoded};
use crate::state::session_state::SessionState;
use crate::store::{Insert, LogIn};

/// What a request begins a session with.
pub(crate) struct NewSession<T> {
    /// Its fields, not sealed.
    pub(crate) fields: Arc<[u8]>,
    decoded: DecodedState<T>,
    principal: Option<Arc<str>>,
    persistent: bool,
    label: Option<Arc<str>>,
    pub(crate) arrival: Arrival,
    /// The bearer token that its client has been told.
    pub(crate) issued: Option<Arc<Token>>,
}

impl<T: SessionState> NewSession<T> {
    /// What a request has left.
    pub(crate) fn of(
        engine: &Engine<T>,
        transaction: &Transaction<T>,
        left: WorkingCopy<T>,
    ) -> Result<Self, Error> {
        let WorkingCopy { state, controls, issued, .. } = left;
        let Controls { persistent, after, .. } = controls;
        let arrival = after.map_or(transaction.incoming.request.arrival, Revocation::arrival);
        let label = transaction.label(&engine.policy.labels);
        let session = Self::new(engine, label, state, persistent.unwrap_or(false), arrival)?;
        Ok(Self { issued, ..session })
    }

    pub(crate) fn new(
        engine: &Engine<T>,
        label: Option<Arc<str>>,
        mut state: Arc<T>,
        persistent: bool,
        arrival: Arrival,
    ) -> Result<Self, Error> {
        let Encoded { fields, until } =
            codec::encode(engine.policy.name(), &mut state, Duration::ZERO, None)?;
        let principal = engine.policy.principal_of(&*state, NameId::NEW)?;
        if principal.is_some() && arrival.is_beyond_revocations() {
            return Err(Error::Ended);
        }
        let fields = engine.policy.lifetime.row(persistent).write_to(fields)?;
        let decoded = DecodedState { state, until };
        Ok(Self { fields, decoded, principal, persistent, label, arrival, issued: None })
    }

    /// What the store is asked, with its fields sealed if they are to be.
    pub(crate) fn insert(
        &self,
        engine: &Engine<T>,
        handle: Handle,
        digest: Digest,
        began: Option<Timestamp>,
    ) -> Result<Insert, Error> {
        let policy = &engine.policy;
        let limits = policy.lifetime.limits(Row::find(&self.fields));
        let fields = policy.sealer.seal(handle, NameId::NEW, &self.fields, &*policy.random)?;
        let mut insert = Insert::new(handle, digest, fields, limits.idle, limits.absolute);
        insert.principal.clone_from(&self.principal);
        insert.persistent = self.persistent;
        insert.label.clone_from(&self.label);
        insert.log_in = LogIn::new(began, policy.limit);
        Ok(insert)
    }

    /// The session, for the decode cache.
    pub(crate) fn cached(self) -> CachedState<T> {
        let (seal, name) = (SealAge::Current, NameId::NEW);
        CachedState { fields: self.fields, seal, name, decoded: self.decoded }
    }
}
