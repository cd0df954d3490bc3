//! The session that a token proves.

use std::sync::Arc;

use super::end::end;
use super::renew::note_seen;
use crate::crypto::seal::SealAge;
use crate::crypto::token::Token;
use crate::engine::change::Requester;
use crate::engine::end_reason::EndReason;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::{Ignored, SessionEvent};
use crate::engine::identity::{Identity, Presented, Proof, Proven, TokenCookie};
use crate::engine::incoming::{Request, Usage};
use crate::engine::rotation::SecretMatch;
use crate::engine::stored::{Opened, OtherSession};
use crate::engine::uncancelled::Uncancelled;
use crate::state::session_state::SessionState;

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
        let Request { arrival, .. } = self.request;
        // Whether this is a use of it is not known yet.
        let (usage, renews) = (Usage::Background, false);
        let request = Requester { presented: digest, arrival, usage, renews };
        let replaced = || engine.ignore_replaced(handle, Presented::Secret { handle, digest });
        let secret = unsealed.match_secret(digest);
        let stored = match secret {
            SecretMatch::Current | SecretMatch::Predecessor => {
                Arc::new(engine.decode_unsealed(unsealed)?)
            }
            SecretMatch::Successor => {
                let stored = Arc::new(engine.decode_unsealed(unsealed)?);
                match Box::pin(note_seen(engine, stored, request)).await? {
                    Some(stored) if stored.record.digest == digest => stored,
                    // Maybe by a log-in that was stored with the same write.
                    Some(_) | None => return Ok(replaced()),
                }
            }
            SecretMatch::Replaced => return Ok(replaced()),
            SecretMatch::Stolen => {
                engine.store.report(&SessionEvent::TheftSuspected { handle });
                let engine = Arc::clone(engine);
                let revoke = async move { end(&engine, handle, EndReason::Stolen).await };
                // A thief would hang up.
                Uncancelled::new(revoke).await?;
                return Ok(self.engine.ignore(Some(handle), Ignored::Stolen));
            }
            SecretMatch::Unknown => return Ok(engine.ignore(Some(handle), Ignored::WrongSecret)),
        };
        let cookie = match (secret, signature) {
            (SecretMatch::Predecessor, _) => TokenCookie::Outdated,
            (_, SealAge::Stale) => TokenCookie::Stale,
            (_, SealAge::Current) => TokenCookie::Current,
        };
        let proof = Proof::Token { token, digest, cookie };
        Ok(Identity::Proven(Proven { proof, stored }))
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
}
