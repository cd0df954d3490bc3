//! The engine of one session type: its policy, its store, and what it remembers between requests.

use std::fmt;
use std::sync::Arc;

use crate::cookie::write::Vary;
use crate::crypto::token::Handle;
use crate::engine::backend::Backend;
use crate::engine::cleaner::Cleaner;
use crate::engine::commit_queue::CommitQueues;
use crate::engine::decode_cache::{CachedState, DecodeCache};
use crate::engine::error::{Error, Refusal};
use crate::engine::event::{Ignored, SessionEvent};
use crate::engine::identity::{Identity, Presented};
use crate::engine::import::Importer;
use crate::engine::live::Registry;
use crate::engine::names::NameInUse;
use crate::engine::policy::Policy;
use crate::engine::store_client::StoreClient;
use crate::engine::stored::{Decoding, Opened, OtherSession, Stored, Unsealed};
use crate::state::codec;
use crate::state::frame::{Contents, FieldsError, Head};
use crate::state::hand_over::carried;
use crate::state::session_state::SessionState;
use crate::store::Record;

/// The engine of one session type: it loads sessions for requests, and saves what these make of
/// them. Frameworks stand on it; an application on axum has `session_axum::Sessions` in its place.
///
/// From [`Engine::builder`], or [`Engine::sealed_cookie`] for sessions without a database.
pub struct Engine<T> {
    pub(crate) name_in_use: NameInUse,
    pub(crate) policy: Policy,
    pub(crate) backend: Backend,
    pub(crate) store: StoreClient,
    pub(crate) cleaner: Cleaner,
    pub(crate) commit_queues: CommitQueues<T>,
    pub(crate) decode_cache: DecodeCache<T>,
    /// Asks the application for sessions from elsewhere.
    pub(crate) importer: Option<Importer<T>>,
    /// The live sessions of this process.
    pub(crate) live: Arc<Registry>,
}

impl<T: SessionState> Engine<T> {
    pub(crate) fn new(
        policy: Policy,
        backend: Backend,
        store: StoreClient,
        cleaner: Cleaner,
        live: Registry,
        importer: Option<Importer<T>>,
    ) -> Self {
        let name_in_use = NameInUse::new(policy.name());
        let (commit_queues, decode_cache) = (CommitQueues::default(), DecodeCache::default());
        let live = Arc::new(live);
        Self {
            name_in_use,
            policy,
            backend,
            store,
            cleaner,
            commit_queues,
            decode_cache,
            importer,
            live,
        }
    }

    /// The stored session of this handle.
    pub(crate) async fn load(&self, handle: Handle) -> Result<Option<Stored<T>>, Error> {
        match self.store.load(handle).await? {
            Some(record) => self.decode(record),
            None => Ok(None),
        }
    }

    /// The session that a record holds, if it holds one of this type.
    pub(crate) fn decode(&self, mut record: Record) -> Result<Option<Stored<T>>, Error> {
        match self.unseal(&mut record)? {
            Opened::Ours(unsealed) => self.decode_unsealed(record, unsealed).map(Some),
            Opened::Ended => Ok(None),
            Opened::OfAnother(other) => {
                self.report_other(other.handle, &other.name);
                Ok(None)
            }
        }
    }

    /// Gives a record its fields as they were before they were sealed. It stays where it is: it is large.
    pub(crate) fn unseal(&self, record: &mut Record) -> Result<Opened<T>, Error> {
        let handle = record.handle;
        if record.is_ended() {
            return Ok(Opened::Ended);
        }
        let stored_bytes = Arc::clone(&record.fields);
        if let Some(cached) = self.decode_cache.find(handle, &stored_bytes, record.times.age()) {
            record.fields = cached.fields;
            let (seal, name, decoded) = (cached.seal, cached.name, Some(cached.decoded));
            return Ok(Opened::Ours(Unsealed { stored_bytes, seal, name, decoded }));
        }
        let (head, rest) = Head::parse(&stored_bytes)?;
        let Some(name) = self.policy.sealer.find(head.name) else {
            let (name, digest) = (head.name.to_owned(), record.digest);
            return Ok(Opened::OfAnother(OtherSession { handle, name, digest }));
        };
        let opened = self.policy.sealer.open(handle, name, &stored_bytes, (head.contents, rest))?;
        // A change writes the fields under the name that they have.
        if head.contents == Contents::Sealed && Head::parse(&opened.fields)?.0.name != head.name {
            return Err(FieldsError::Malformed("it has another name under its seal").into());
        }
        record.fields = opened.fields;
        let seal = opened.seal;
        Ok(Opened::Ours(Unsealed { stored_bytes, seal, name, decoded: None }))
    }

    /// The state of an unsealed record; fields that do not decode are reported. If the principal does
    /// not, nobody knows whose the others are.
    pub(crate) fn decode_unsealed(
        &self,
        record: Record,
        unsealed: Unsealed<T>,
    ) -> Result<Stored<T>, Error> {
        let Unsealed { stored_bytes, seal, name, decoded } = unsealed;
        if let Some(decoded) = decoded {
            return Ok(Stored::new(record, decoded, Decoding::Whole, seal, name));
        }
        let handle = record.handle;
        let mut decoding = Decoding::Whole;
        let mut decoded = codec::decode(&record.fields, record.times.age(), |field| {
            let is_principal = codec::principal_field::<T>() == Some(field);
            let found = if is_principal { Decoding::OfUnknown } else { Decoding::Partial };
            decoding = decoding.max(found);
            self.store.report(&SessionEvent::FieldDefaulted { handle, field });
        })?;
        if decoding == Decoding::OfUnknown {
            decoded.state = Arc::new(carried::<T>(&decoded.state));
        }
        let stored = Stored::new(record, decoded, decoding, seal, name);
        self.remember(&stored, stored_bytes);
        Ok(stored)
    }

    /// Remembers the state of these bytes, which the store holds of the session. One with fields
    /// that were not decoded is not remembered: those are reported each time.
    pub(crate) fn remember(&self, stored: &Stored<T>, stored_bytes: Arc<[u8]>) {
        if stored.decoding == Decoding::Whole {
            let Stored { record, seal, name, .. } = stored;
            let (fields, decoded) = (Arc::clone(&record.fields), stored.decoded());
            let cached = CachedState { fields, seal: *seal, name: *name, decoded };
            self.decode_cache.remember(record.handle, stored_bytes, cached);
        }
    }

    /// Reports that a session has a name that its type does not have.
    pub(crate) fn report_other(&self, handle: Handle, stored: &str) {
        let expected = self.policy.name();
        self.store.report(&SessionEvent::OtherName { handle, stored, expected });
    }

    /// What of a request its session depends on: for an answer that is no function's response, but depends on the
    /// session all the same. A [`Commit`](crate::Commit) says it by itself.
    pub fn vary(&self) -> Vary {
        self.policy.vary()
    }

    /// Reports why a cookie or bearer token is no session.
    pub(crate) fn ignore(&self, handle: Option<Handle>, reason: Ignored) -> Identity<T> {
        self.store.report(&SessionEvent::Ignored { handle, reason });
        Identity::Anonymous
    }

    /// Reports that a cookie or bearer token was replaced while its request was on its way.
    pub(crate) fn ignore_replaced(&self, handle: Handle, presented: Presented) -> Identity<T> {
        let reason = Ignored::Replaced;
        self.store.report(&SessionEvent::Ignored { handle: Some(handle), reason });
        Identity::Replaced(presented)
    }

    /// Reports that a request is refused, and answers the refusal again: for what a framework
    /// refuses by itself.
    pub fn refuse(&self, refusal: Refusal) -> Refusal {
        self.store.report(&SessionEvent::Refused { refusal: &refusal });
        refusal
    }
}

/// Nobody could tell what is live that it has ended.
impl<T> Drop for Engine<T> {
    fn drop(&mut self) {
        self.live.close();
    }
}

impl<T> fmt::Debug for Engine<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, store, .. } = self;
        f.debug_struct("Engine")
            .field("name", &policy.name())
            .field("store", store)
            .field("cookie", &policy.cookie)
            .field("lifetime", &policy.lifetime)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::crypto::random::System;
    use crate::crypto::time::Now;
    use crate::engine::error::Error;
    use crate::engine::sealing::NameId;
    use crate::state::frame::Head;
    use crate::store::Store as _;
    use crate::store::conformance::sample::insert;
    use crate::{Engine, KeyRing, MemoryStore, Sealing, session};

    #[session]
    struct Shop {
        visits: u64,
    }

    /// The bytes are sealed by a holder of the key.
    #[tokio::test]
    async fn sealed_fields_have_the_name_that_stands_before_them() {
        let ring = || KeyRing::from_bytes([7; 32]).unwrap();
        let store = MemoryStore::new();
        let sealing = Sealing::Prepared(ring());
        let engine = Engine::<Shop>::builder(store.clone()).sealing(sealing).build().unwrap();
        for (plain, is_read) in [
            (b"\x01\x01\0\x04Shop\x06visits\x011", true),
            (b"\x01\x01\0\x04Hops\x06visits\x011", false),
        ] {
            let mut insert = insert();
            let sealer = &engine.policy.sealer;
            let context = sealer.context("record", NameId::NEW, insert.handle.as_bytes());
            let bytes = ring().seal(context, plain, &System).unwrap();
            insert.fields = Head::new("Shop").sealed(&bytes);
            let handle = insert.handle;
            drop(store.insert(insert, Now::Store).await.unwrap());
            match engine.load(handle).await {
                Ok(stored) => assert!(is_read && stored.unwrap().state.visits == 1),
                Err(error) => assert!(!is_read && matches!(error, Error::Fields(_))),
            }
        }
    }

    #[tokio::test]
    async fn a_session_that_ends_is_forgotten_by_the_decode_cache() {
        let store = MemoryStore::new();
        let engine = Engine::<Shop>::builder(store.clone()).build().unwrap();
        let (ended, other) = (insert(), insert());
        for insert in [&ended, &other] {
            drop(store.insert(insert.clone(), Now::Store).await.unwrap());
            let stored = engine.load(insert.handle).await.unwrap().unwrap();
            assert_eq!(stored.state.visits, 1);
        }
        engine.revoke(&ended.handle).await.unwrap();
        assert!(engine.decode_cache.find(ended.handle, &ended.fields, Duration::ZERO).is_none());
        assert!(engine.decode_cache.find(other.handle, &other.fields, Duration::ZERO).is_some());
    }
}
