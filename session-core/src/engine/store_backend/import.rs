//! The import of a session that its browser had elsewhere: asked for by a request that has none here.
//!
//! It is a rotation by age whose old secret is the id that the session had: the browser is offered the successor of
//! that, the same from every node and as often as it asks, and once it has shown the successor, the id is dead.
//!
//! Beside the session lies its mark, which says with which nonce that was stored, and stays until the old cookie ends:
//! so an id makes one session, once, whatever becomes of it.

use std::sync::Arc;
use std::time::Duration;

use http::header::USER_AGENT;
use http::request::Parts;
use tokio::time::timeout;

use crate::crypto::import_key::ImportKey;
use crate::crypto::token::{Digest, Nonce, Transport};
use crate::engine::committer::MAX_REFUSALS;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::{Ignored, SessionEvent};
use crate::engine::identity::{Identity, Presented, Proof, Proven, TokenCookie};
use crate::engine::import::{ImportError, Imported, with_authenticated};
use crate::engine::incoming::Request;
use crate::engine::new_session::NewSession;
use crate::engine::rotation::{Role, SecondarySecret, SecretMatch};
use crate::engine::sealing::NameId;
use crate::engine::store_clock::ClockReading;
use crate::engine::stored::Opened;
use crate::engine::uncancelled::Uncancelled;
use crate::state::session_state::SessionState;
use crate::store::{Insert, Inserted, Record};

/// How long a mark stays at most: longer than a browser keeps a cookie.
const LONGEST: Duration = Duration::from_hours(400 * 24);

/// The session that a request had elsewhere, if there was one: as one of these.
pub(crate) async fn import<T: SessionState>(
    engine: &Arc<Engine<T>>,
    request: &Request,
    parts: &Parts,
) -> Result<Identity<T>, Error> {
    let Some(finding) = engine.importer.as_ref().and_then(|find| find(parts)) else {
        return Ok(Identity::Anonymous);
    };
    let deadline = engine.store.deadline;
    let Ok(answer) = timeout(deadline, finding).await else {
        return Err(ImportError::Deadline(deadline).into());
    };
    let Some(imported) = answer.map_err(ImportError::Elsewhere)? else {
        return Ok(Identity::Anonymous);
    };
    if imported.has_short_id() {
        return Err(ImportError::ShortId.into());
    }
    let left = imported.ends.since(engine.store.current_time()).min(LONGEST);
    if left.is_zero() {
        return Ok(Identity::Anonymous);
    }
    let key = ImportKey::new(engine.policy.name(), &imported.id);
    let label = parts.headers.get(USER_AGENT).and_then(|agent| engine.policy.labels.of(agent));
    let import = Import { engine: Arc::clone(engine), key, left };
    let request = *request;
    // Whoever leaves meanwhile would leave a session without its mark.
    Uncancelled::new(async move {
        if let Some(record) = import.load().await? {
            return import.identify(record).await;
        }
        if !import.begin(imported, label, request).await? {
            return Ok(import.ignore());
        }
        match import.load().await? {
            Some(record) => import.identify(record).await,
            None => Ok(import.ignore()),
        }
    })
    .await
}

/// The import of one session.
struct Import<T> {
    engine: Arc<Engine<T>>,
    key: ImportKey,
    /// For how long its old cookie could still be taken.
    left: Duration,
}

impl<T: SessionState> Import<T> {
    async fn load(&self) -> Result<Option<Record>, Error> {
        Ok(self.engine.store.load(self.key.token.handle()).await?)
    }

    /// The old cookie is nobody's any more.
    fn ignore(&self) -> Identity<T> {
        self.engine.ignore(Some(self.key.token.handle()), Ignored::Imported)
    }

    /// Whose the request is that shows the old cookie of this session.
    async fn identify(&self, mut record: Record) -> Result<Identity<T>, Error> {
        let Self { engine, key, .. } = self;
        let unsealed = match engine.unseal(&mut record)? {
            Opened::Ours(unsealed) => unsealed,
            Opened::Ended | Opened::OfAnother(_) => return Ok(self.ignore()),
        };
        let (handle, digest) = (record.handle, key.digest);
        let sealer = &engine.policy.sealer;
        let (token, cookie) = match record.match_secret(digest) {
            SecretMatch::Current => {
                let secondary = SecondarySecret::find(&record.fields);
                let Some(Role::Offered(nonce)) = secondary.map(|secondary| secondary.role) else {
                    return Ok(self.ignore());
                };
                if !self.mark(&nonce).await? {
                    return Ok(self.ignore());
                }
                (sealer.successor(&key.token, &nonce, unsealed.name), TokenCookie::Offered)
            }
            SecretMatch::Predecessor => (key.token.clone(), TokenCookie::Outdated),
            SecretMatch::Replaced => {
                return Ok(engine.ignore_replaced(handle, Presented::Secret { handle, digest }));
            }
            SecretMatch::Successor | SecretMatch::Stolen | SecretMatch::Unknown => {
                return Ok(self.ignore());
            }
        };
        let stored = Arc::new(engine.decode_unsealed(record, unsealed)?);
        Ok(Identity::Proven(Proven { proof: Proof::Token { token, digest, cookie }, stored }))
    }

    /// Stores the session, unless somebody does so at the same time. No if it was imported before, and has ended.
    async fn begin(
        &self,
        imported: Imported<T>,
        label: Option<Arc<str>>,
        request: Request,
    ) -> Result<bool, Error> {
        let Self { engine, key, .. } = self;
        let Engine { policy, store, .. } = &**engine;
        if let Some(mark) = store.load(key.mark).await? {
            self.keep(&mark).await?;
            return Ok(false);
        }
        let Imported { state, authenticated, persistent, .. } = imported;
        let mut session =
            NewSession::new(engine, label, Arc::new(state), persistent, request.arrival)?;
        session.fields = with_authenticated(&session.fields, authenticated)?;
        let nonce = SecondarySecret::nonce(None, &*policy.random)?;
        let successor = policy.sealer.successor(&key.token, &nonce, NameId::NEW);
        let secondary = SecondarySecret {
            digest: policy.sealer.digest(&successor, NameId::NEW, Transport::Cookie),
            at: store.current_time(),
            role: Role::Offered(nonce),
            principal: None,
        };
        session.fields = secondary.write_to(&session.fields)?;
        let arrival = request.arrival;
        let mut began = arrival.known();
        for _ in 0..MAX_REFUSALS {
            let insert = session.insert(engine, key.token.handle(), key.digest, began)?;
            let handle = insert.handle;
            match store.insert(insert).await? {
                Inserted::Saved(_) => {
                    store.report(&SessionEvent::Imported { handle });
                    return Ok(true);
                }
                Inserted::Occupied => return Ok(true),
                Inserted::Revoked(time) => {
                    let later = arrival.on_store(ClockReading::now(time));
                    if began.is_some_and(|began| began >= later) {
                        break;
                    }
                    began = Some(later);
                }
            }
        }
        Ok(false)
    }

    /// Leaves the mark of the session that was stored with this nonce. No if it bears another's: that one has ended,
    /// and this one was begun by who did not know.
    async fn mark(&self, nonce: &Nonce) -> Result<bool, Error> {
        let Self { engine, key, left } = self;
        let digest = Digest::of(nonce);
        let mark = Insert::new(key.mark, digest, Arc::default(), *left, LONGEST);
        match engine.store.insert(mark).await? {
            Inserted::Saved(_) => return Ok(true),
            Inserted::Occupied | Inserted::Revoked(_) => {}
        }
        // One that has expired was this session's too: another would have kept this one from being stored.
        let Some(mark) = engine.store.load(key.mark).await? else { return Ok(true) };
        if mark.digest == digest {
            self.keep(&mark).await?;
            return Ok(true);
        }
        engine.store.delete(key.token.handle(), None).await?;
        Ok(false)
    }

    /// The old cookie could be taken for longer than when the mark was left: its library moves the end with each use.
    async fn keep(&self, mark: &Record) -> Result<(), Error> {
        if mark.times.expires < mark.times.now.plus(self.left) {
            self.engine.store.touch(mark.handle, self.left).await?;
        }
        Ok(())
    }
}
