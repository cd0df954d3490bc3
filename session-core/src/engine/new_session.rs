//! A session that begins with its request, before it is saved for the first time.

use std::sync::Arc;
use std::time::Duration;

use crate::crypto::seal::SealAge;
use crate::crypto::time::Timestamp;
use crate::crypto::token::Token;
use crate::engine::controls::Controls;
use crate::engine::decode_cache::CachedState;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::lifetime::Row;
use crate::engine::revocation::Revocation;
use crate::engine::sealing::NameId;
use crate::engine::store_clock::Arrival;
use crate::engine::transaction::Transaction;
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
}

impl<T: SessionState> NewSession<T> {
    pub(crate) fn new(
        engine: &Engine<T>,
        transaction: &Transaction<T>,
        mut state: Arc<T>,
        controls: Controls,
    ) -> Result<Self, Error> {
        let Controls { persistent, after, .. } = controls;
        let arrival = after.map_or(transaction.incoming.request.arrival, Revocation::arrival);
        let Encoded { fields, until } =
            codec::encode(engine.policy.name(), &mut state, Duration::ZERO, None)?;
        let principal = engine.policy.principal_of(&*state, NameId::NEW)?;
        if principal.is_some() && arrival.is_beyond_revocations() {
            return Err(Error::Ended);
        }
        let label = transaction.label();
        let persistent = persistent.unwrap_or(false);
        let fields = engine.policy.lifetime.row(persistent).write_to(fields)?;
        let decoded = DecodedState { state, until };
        Ok(Self { fields, decoded, principal, persistent, label, arrival })
    }

    /// What the store is asked, with a new token.
    pub(crate) fn insert(
        &self,
        engine: &Engine<T>,
        now: Timestamp,
        began: Option<Timestamp>,
    ) -> Result<(Token, Insert), Error> {
        let policy = &engine.policy;
        let token = Token::generate(&*policy.random, now)?;
        let limits = policy.lifetime.limits(Row::find(&self.fields));
        let digest = policy.sealer.digest(&token, NameId::NEW);
        let fields = Arc::clone(&self.fields);
        let mut insert = Insert::new(token.handle(), digest, fields, limits.idle, limits.absolute);
        insert.principal.clone_from(&self.principal);
        insert.persistent = self.persistent;
        insert.label.clone_from(&self.label);
        insert.log_in = LogIn::new(began, policy.limit);
        Ok((token, insert))
    }

    /// The session, for the decode cache.
    pub(crate) fn cached(self) -> CachedState<T> {
        let (seal, name) = (SealAge::Current, NameId::NEW);
        CachedState { fields: self.fields, seal, name, decoded: self.decoded }
    }
}
