//! The load: a request's cookie is read, and the session that it proves is loaded.

use std::sync::Arc;

use http::HeaderMap;
use http::header::USER_AGENT;

use crate::cookie::read::Cookies;
use crate::crypto::seal::SealAge;
use crate::crypto::token::{Handle, Token};
use crate::engine::change::{Change, Requester, SecretChange, StateChange};
use crate::engine::clean;
use crate::engine::committer::commit;
use crate::engine::engine::Engine;
use crate::engine::error::{Error, Refusal};
use crate::engine::event::{Ignored, SessionEvent};
use crate::engine::identity::{Identity, Proof, Proven, TokenCookie};
use crate::engine::revoke;
use crate::engine::rotation::{GRACE, Role, SecondarySecret, SecretMatch};
use crate::engine::sealed_cookie::SealedCookie;
use crate::engine::store_clock::Arrival;
use crate::engine::stored::Stored;
use crate::engine::transaction::{Transaction, Usage};
use crate::engine::uncancelled::Uncancelled;
use crate::state::session_state::SessionState;
use crate::store::{Record, Times};

/// Loads the session of a request with these headers.
pub(crate) async fn load<T: SessionState>(
    headers: &HeaderMap,
    engine: &Arc<Engine<T>>,
    usage: Usage,
) -> Result<Arc<Transaction<T>>, Refusal> {
    clean::start(engine);
    let arrival = engine.backend.arrival();
    let cookies = Cookies::read(headers, engine.policy.cookie.name())
        .map_err(|_| engine.refuse(Refusal::TooManyCookies))?;
    let load = Load { engine, arrival, usage };
    let identity = match cookies.value() {
        Ok(None) => Identity::Anonymous,
        Ok(Some(value)) => {
            load.identify(&value).await.map_err(|error| engine.refuse(error.into()))?
        }
        Err(fault) => engine.ignore(None, fault.into()),
    };
    let user_agent = match &identity {
        Identity::Proven(Proven { proof: Proof::Token { .. }, .. }) => None,
        _ => headers.get(USER_AGENT).cloned(),
    };
    let presented = cookies.presented();
    Ok(Arc::new(Transaction::new(identity, arrival, usage, presented, user_agent)))
}

struct Load<'a, T> {
    engine: &'a Arc<Engine<T>>,
    arrival: Arrival,
    usage: Usage,
}

impl<T: SessionState> Load<'_, T> {
    /// The session that a cookie's value proves or holds.
    async fn identify(&self, value: &[u8]) -> Result<Identity<T>, Error> {
        if let Some(sealed_cookie) = &self.engine.policy.sealed_cookie {
            return self.unseal(sealed_cookie, value).await;
        }
        match self.engine.policy.sealer.decode_token(value) {
            Ok((token, signature)) => self.prove(token, signature).await,
            Err(reason) => Ok(self.engine.ignore(None, reason)),
        }
    }

    /// The session that this token proves.
    ///
    /// What few requests do is boxed: the future of every request would be as large as the largest
    /// of it.
    async fn prove(&self, token: Token, signature: SealAge) -> Result<Identity<T>, Error> {
        let engine = self.engine;
        let handle = token.handle();
        let Some(record) = engine.backend.load(handle).await? else {
            engine.decode_cache.forget(handle);
            return Ok(self.ignore(handle, Ignored::Unknown));
        };
        let digest = token.digest(engine.policy.cookie.name());
        let request = Requester { presented: digest, arrival: self.arrival, usage: self.usage };
        let unsealed = engine.unseal(record)?;
        let secret = unsealed.match_secret(digest);
        let mut stored = match secret {
            SecretMatch::Current | SecretMatch::Predecessor => engine.decode_unsealed(unsealed)?,
            SecretMatch::Successor => {
                let stored = engine.decode_unsealed(unsealed)?;
                if !Box::pin(self.note_seen(&stored, request)).await? {
                    return Ok(self.ignore(handle, Ignored::Replaced));
                }
                stored
            }
            SecretMatch::Replaced => return Ok(self.ignore(handle, Ignored::Replaced)),
            SecretMatch::Stolen => {
                engine.backend.report(&SessionEvent::TheftSuspected { handle });
                let revoked = SessionEvent::Revoked { handle };
                Box::pin(revoke::end(engine, handle, &revoked)).await?;
                return Ok(self.ignore(handle, Ignored::Stolen));
            }
            SecretMatch::Unknown => return Ok(self.ignore(handle, Ignored::WrongSecret)),
        };
        if request.usage == Usage::Foreground && self.is_to_be_renewed(&stored) {
            match Box::pin(self.renew(&mut stored, request)).await? {
                Renewed::Done => {}
                Renewed::Gone => return Ok(self.ignore(handle, Ignored::Unknown)),
                Renewed::Replaced => return Ok(self.ignore(handle, Ignored::Replaced)),
            }
        }
        let cookie = match (secret, signature) {
            (SecretMatch::Predecessor, _) => TokenCookie::Outdated,
            (_, SealAge::Stale) => TokenCookie::Stale,
            (_, SealAge::Current) => TokenCookie::Current,
        };
        let proof = Proof::Token { token, digest, cookie };
        Ok(Identity::Proven(Proven { proof, stored: Arc::new(stored) }))
    }

    /// The session that a cookie's value holds, unless it is over.
    async fn unseal(
        &self,
        sealed_cookie: &SealedCookie,
        value: &[u8],
    ) -> Result<Identity<T>, Error> {
        let engine = self.engine;
        let now = engine.backend.current_time();
        let (record, seal) = match sealed_cookie.open(engine.policy.cookie.name(), value, now) {
            Ok(opened) => opened,
            Err((handle, reason)) => return Ok(engine.ignore(handle, reason)),
        };
        let handle = record.handle;
        if let Some(revocation) = engine.backend.load(handle).await? {
            let Times { now, created, .. } = revocation.times;
            let was_on_its_way = now.since(created) < GRACE;
            let reason = if was_on_its_way { Ignored::Replaced } else { Ignored::Unknown };
            return Ok(self.ignore(handle, reason));
        }
        let aged = now.since(record.times.seen) >= engine.policy.lifetime.renewal();
        let mut stored = engine.decode(record)?;
        let is_renewed = aged && self.usage == Usage::Foreground;
        stored.seal = SealAge::stale_if(seal.is_stale() || is_renewed);
        let proof = Proof::Seal(sealed_cookie.ring.clone());
        Ok(Identity::Proven(Proven { proof, stored: Arc::new(stored) }))
    }

    /// Whether so much of the session's idle limit is gone that a use makes it start anew.
    fn is_to_be_renewed(&self, stored: &Stored<T>) -> bool {
        let Times { now, seen, .. } = stored.record.times;
        now.since(seen) >= self.engine.policy.lifetime.renewal()
    }

    /// The session is in use once more: its idle limit starts anew.
    async fn renew(&self, stored: &mut Stored<T>, request: Requester) -> Result<Renewed, Error> {
        let Record { handle, times, .. } = stored.record;
        let idle = self.engine.policy.lifetime.idle();
        let secondary = SecondarySecret::find(&stored.record.fields);
        if secondary.is_some_and(|secondary| secondary.role == Role::Replaced) {
            if !self.note_seen(stored, request).await? {
                return Ok(Renewed::Replaced);
            }
        } else if !self.engine.backend.touch(handle, idle).await? {
            return Ok(Renewed::Gone);
        }
        stored.record.times.seen_at(times.now, idle);
        self.engine.backend.report(&SessionEvent::Renewed { handle });
        Ok(Renewed::Done)
    }

    /// Notes that the browser has shown this secret: the one before it will be dead soon. Answers
    /// whether it was still good for the session.
    async fn note_seen(&self, stored: &Stored<T>, request: Requester) -> Result<bool, Error> {
        let state = || Arc::clone(&stored.state);
        let change = Change {
            state: StateChange::Merge { base: state(), mine: state() },
            request: Some(request),
            secret: SecretChange::Seen,
            reauthenticated: false,
            persistent: None,
        };
        let commit = commit(Arc::clone(self.engine), Arc::new(stored.clone()), change);
        match Uncancelled::new(commit).await {
            Ok(_) => Ok(true),
            Err(Error::Ended) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn ignore(&self, handle: Handle, reason: Ignored) -> Identity<T> {
        self.engine.ignore(Some(handle), reason)
    }
}

/// What became of a session that is in use.
enum Renewed {
    Done,
    /// It has ended meanwhile.
    Gone,
    /// Its secret was replaced meanwhile, or it has ended.
    Replaced,
}
