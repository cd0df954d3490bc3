//! The session that a token proves.

use std::sync::Arc;

use super::end::end;
use crate::crypto::seal::SealAge;
use crate::crypto::token::Token;
use crate::engine::change::{Change, FormerData, Requester, SecretChange, StateChange};
use crate::engine::committer::commit;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::{Ignored, SessionEvent};
use crate::engine::identity::{Identity, Presented, Proof, Proven, TokenCookie};
use crate::engine::rotation::{Role, SecondarySecret, SecretMatch};
use crate::engine::stored::{Opened, OtherSession, Stored};
use crate::engine::transaction::{Request, Usage};
use crate::engine::uncancelled::Uncancelled;
use crate::state::restarts::Restarts;
use crate::state::session_state::SessionState;
use crate::store::Record;

/// The session that the token in a cookie's value proves.
pub(crate) async fn identify<T: SessionState>(
    engine: &Arc<Engine<T>>,
    request: Request,
    value: &[u8],
) -> Result<Identity<T>, Error> {
    match engine.policy.sealer.decode_token(value) {
        Ok((token, signature)) => Load { engine, request }.prove(token, signature).await,
        Err(reason) => Ok(engine.ignore(None, reason)),
    }
}

struct Load<'a, T> {
    engine: &'a Arc<Engine<T>>,
    request: Request,
}

impl<T: SessionState> Load<'_, T> {
    /// The session that this token proves.
    ///
    /// What few requests do is boxed: the future of every request would be as large as the largest
    /// of it.
    async fn prove(&self, token: Token, signature: SealAge) -> Result<Identity<T>, Error> {
        let engine = self.engine;
        let handle = token.handle();
        let Some(record) = engine.store.load(handle).await? else {
            engine.decode_cache.forget(handle);
            return Ok(engine.ignore(Some(handle), Ignored::Unknown));
        };
        let unsealed = match engine.unseal(record)? {
            Opened::Ours(unsealed) => unsealed,
            Opened::Ended => return Ok(engine.ignore(Some(handle), Ignored::Unknown)),
            Opened::OfAnother(other) => return Ok(self.of_another(&token, &other)),
        };
        let digest = engine.policy.sealer.digest(&token, unsealed.name);
        let Request { arrival, usage } = self.request;
        let request = Requester { presented: digest, arrival, usage };
        let replaced = || engine.ignore_replaced(handle, Presented::Secret { handle, digest });
        let secret = unsealed.match_secret(digest);
        let mut stored = match secret {
            SecretMatch::Current | SecretMatch::Predecessor => engine.decode_unsealed(unsealed)?,
            SecretMatch::Successor => {
                let stored = engine.decode_unsealed(unsealed)?;
                if !Box::pin(self.note_seen(&stored, request)).await? {
                    return Ok(replaced());
                }
                stored
            }
            SecretMatch::Replaced => return Ok(replaced()),
            SecretMatch::Stolen => {
                engine.store.report(&SessionEvent::TheftSuspected { handle });
                let engine = Arc::clone(engine);
                let revoke =
                    async move { end(&engine, handle, &SessionEvent::Revoked { handle }).await };
                // A thief would hang up.
                Uncancelled::new(revoke).await?;
                return Ok(self.engine.ignore(Some(handle), Ignored::Stolen));
            }
            SecretMatch::Unknown => return Ok(engine.ignore(Some(handle), Ignored::WrongSecret)),
        };
        if request.usage == Usage::Foreground && stored.is_to_be_renewed(engine.policy.lifetime) {
            match Box::pin(self.renew(&mut stored, request)).await? {
                Renewed::Done => {}
                Renewed::Gone => return Ok(engine.ignore(Some(handle), Ignored::Unknown)),
                Renewed::Replaced => return Ok(replaced()),
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

    /// A session of another name: that is told only of who has its secret, since a handle is no
    /// secret.
    fn of_another(&self, token: &Token, other: &OtherSession) -> Identity<T> {
        let engine = self.engine;
        let is_proven = engine.policy.sealer.digest_under(token, &other.name) == other.digest;
        if is_proven {
            engine.report_other(other.handle, &other.name);
        }
        let reason = if is_proven { Ignored::OtherName } else { Ignored::WrongSecret };
        engine.ignore(Some(other.handle), reason)
    }

    /// The session is in use once more: its idle limit starts anew.
    async fn renew(&self, stored: &mut Stored<T>, request: Requester) -> Result<Renewed, Error> {
        let Record { handle, times, .. } = stored.record;
        let idle = stored.limits(self.engine.policy.lifetime).idle;
        let secondary = SecondarySecret::find(&stored.record.fields);
        if secondary.is_some_and(|secondary| secondary.role == Role::Replaced) {
            if !self.note_seen(stored, request).await? {
                return Ok(Renewed::Replaced);
            }
        } else if !self.engine.store.touch(handle, idle).await? {
            return Ok(Renewed::Gone);
        }
        stored.record.times.seen_at(times.now, idle);
        self.engine.store.report(&SessionEvent::Renewed { handle });
        Ok(Renewed::Done)
    }

    /// Notes that the browser has shown this secret: the one before it will be dead soon. Answers
    /// whether it was still good for the session.
    async fn note_seen(&self, stored: &Stored<T>, request: Requester) -> Result<bool, Error> {
        let state = || Arc::clone(&stored.state);
        let change = Change {
            state: StateChange::Merge { base: state(), mine: state(), former: FormerData::Kept },
            request: Some(request),
            secret: SecretChange::Seen,
            logs_in: false,
            persistent: None,
            restarts: Restarts::default(),
            form_code: None,
        };
        let commit = commit(Arc::clone(self.engine), Arc::new(stored.clone()), change);
        match Uncancelled::new(commit).await {
            Ok(_) => Ok(true),
            Err(Error::Ended) => Ok(false),
            Err(error) => Err(error),
        }
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
