//! The back end without a database: the record itself, sealed, is the cookie's value.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::axum::sessions::Sessions;
use crate::cookie::chunks::room;
use crate::cookie::write::SetCookie;
use crate::crypto::key_ring::KeyRing;
use crate::crypto::seal::Context;
use crate::crypto::time::Now;
use crate::crypto::token::{Handle, Token};
use crate::engine::change::Edit;
use crate::engine::draft::{Draft, max_age};
use crate::engine::error::Error;
use crate::engine::event::{Ignored, SessionEvent};
use crate::engine::lifetime::LONGEST;
use crate::engine::rotation::GRACE;
use crate::engine::sealed_record;
use crate::engine::stored::Stored;
use crate::engine::transaction::{Arrived, Bearer, Proof};
use crate::state::session_state::SessionState;
use crate::store::{
    Ended, Insert, Inserted, LogIn, Record, Store, StoreError, Swept, Times, Update, Updated,
};

/// How far a cookie's times may lie in the future, for nodes whose clocks differ.
const SKEW: Duration = Duration::from_mins(5);

/// The keys that seal cookies, and how large these may be.
#[derive(Debug)]
pub(crate) struct InCookie {
    pub(crate) ring: KeyRing,
    /// How many cookies a session may be spread over.
    pub(crate) chunks: usize,
}

impl InCookie {
    fn context(cookie: &str) -> Context<'_> {
        Context { purpose: "sealed session", cookie, handle: &[] }
    }
}

impl<T: SessionState> Sessions<T> {
    /// The session that a request's cookie holds, unless it is over.
    pub(crate) async fn unsealed(
        &self,
        place: &InCookie,
        value: &[u8],
        is_use: bool,
    ) -> Result<Arrived<T>, Error> {
        let Ok(sealed) = URL_SAFE_NO_PAD.decode(value) else {
            return Ok(self.ignore(None, Ignored::Malformed));
        };
        let Ok(opened) = place.ring.open(InCookie::context(self.cookie().name()), &sealed) else {
            return Ok(self.ignore(None, Ignored::Forged));
        };
        let now = self.backend().moment();
        let Some(record) = sealed_record::decode(&opened.bytes, now) else {
            return Ok(self.ignore(None, Ignored::Malformed));
        };
        let handle = record.handle;
        let is_from_the_future =
            record.times.seen > now.plus(SKEW) || record.times.absolute > now.plus(LONGEST + SKEW);
        if !record.is_live(now) || is_from_the_future {
            return Ok(self.ignore(Some(handle), Ignored::Unknown));
        }
        if let Some(revocation) = self.backend().load(handle).await? {
            let Times { now, created, .. } = revocation.times;
            let is_late = now.since(created) < GRACE;
            return Ok(if is_late {
                self.late(handle)
            } else {
                self.ignore(Some(handle), Ignored::Unknown)
            });
        }
        let aged = now.since(record.times.seen) >= self.lifetime().renewal();
        let mut stored = self.decode(record)?;
        stored.stale = opened.stale || (aged && is_use);
        Ok(Arrived::With(Bearer {
            proof: Proof::Seal(place.ring.clone()),
            stored: Arc::new(stored),
        }))
    }

    /// What a request made of its session, as the next cookie.
    pub(crate) async fn reseal(
        &self,
        place: &InCookie,
        stored: &Arc<Stored<T>>,
        mut edit: Edit<T>,
    ) -> Result<Option<SetCookie>, Error> {
        let mut draft = Draft::of(stored);
        let promise = draft.apply(&mut edit, self)?;
        let Some(mut update) = draft.update(self, stored.sight())? else { return Ok(None) };
        // Whom it is does not matter: cookies have that among their fields alone.
        update.principal = draft.state().principal().map(|_| Arc::from(""));
        let now = self.backend().moment();
        let mut record = stored.record.clone();
        record.become_of(update, now);
        if promise.token.is_some() {
            record.handle = Token::draw(self.random(), now)?.handle();
        }
        let set = self.set_sealed(place, &record)?;
        let mut saved = draft.saved(record.times);
        saved.record.handle = record.handle;
        self.remember(&saved, record.fields);
        if promise.token.is_some() {
            self.bury(stored.record.handle, stored.record.times.absolute.since(now)).await?;
            self.backend().tell(&SessionEvent::Rotated { handle: record.handle });
        }
        Ok(Some(set))
    }

    /// A session that began with this request, as its first cookie.
    pub(crate) fn first_sealed(
        &self,
        place: &InCookie,
        insert: Insert,
    ) -> Result<SetCookie, Error> {
        let record = Record::begun(insert, self.backend().moment());
        let set = self.set_sealed(place, &record)?;
        self.backend().tell(&SessionEvent::Created { handle: record.handle });
        Ok(set)
    }

    /// Makes a session's cookies worthless until they would have expired.
    pub(crate) async fn bury(&self, handle: Handle, left: Duration) -> Result<(), Error> {
        let insert = Insert {
            handle,
            digest: Token::draw(self.random(), self.backend().moment())?
                .digest(self.cookie().name()),
            principal: None,
            fields: Arc::default(),
            persistent: false,
            label: None,
            idle: left + SKEW,
            absolute: left + SKEW,
            log_in: LogIn::default(),
        };
        match self.backend().insert(insert).await? {
            Inserted::Saved(_) | Inserted::Occupied | Inserted::Revoked(_) => Ok(()),
        }
    }

    fn set_sealed(&self, place: &InCookie, record: &Record) -> Result<SetCookie, Error> {
        let name = self.cookie().name();
        let sealed = place.ring.seal(
            InCookie::context(name),
            &sealed_record::encode(record),
            self.random(),
        )?;
        let value = Zeroizing::new(URL_SAFE_NO_PAD.encode(sealed));
        let limit = room(name, place.chunks);
        if value.len() > limit {
            return Err(Error::TooLargeForCookie { bytes: value.len(), limit });
        }
        Ok(SetCookie::Keep { value, max_age: record.persistent.then(|| max_age(&record.times)) })
    }
}

/// The revocations of an application that accepts replay: none are kept.
#[derive(Debug)]
pub(crate) struct NoRevocations;

impl Store for NoRevocations {
    async fn load(&self, _: Handle, _: Now) -> Result<Option<Record>, StoreError> {
        Ok(None)
    }

    async fn insert(&self, insert: Insert, now: Now) -> Result<Inserted, StoreError> {
        Ok(Inserted::Saved(Record::begun(insert, now.on_this_machine()).times))
    }

    async fn update(&self, _: Update, _: Now) -> Result<Updated, StoreError> {
        Ok(Updated::Gone)
    }

    async fn touch(&self, _: Handle, _: Duration, _: Now) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn delete(&self, _: Handle, _: Now) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn list(&self, _: &str, _: Now) -> Result<Vec<Record>, StoreError> {
        Ok(Vec::new())
    }

    async fn delete_all(&self, _: &str, _: Option<Handle>, now: Now) -> Result<Ended, StoreError> {
        Ok(Ended { live: 0, now: now.on_this_machine() })
    }

    async fn sweep(&self, _: u32, _: Now) -> Result<Swept, StoreError> {
        Ok(Swept::All(0))
    }
}
