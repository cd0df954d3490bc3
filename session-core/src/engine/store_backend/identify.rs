//! The session that a token proves.

use std::pin::Pin;
use std::sync::Arc;

use super::end::end;
use super::renew::note_seen;
use crate::crypto::seal::SealAge;
use crate::crypto::token::{Handle, Token, Transport};
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
use crate::store::Record;

/// The session that the token in a cookie's value proves.
///
/// What few requests wait for is boxed, and what others need to know is found without waiting: the
/// future of every request would be as large as the largest of it.
pub(crate) async fn identify<T: SessionState>(
    engine: &Arc<Engine<T>>,
    request: &Request,
    value: &[u8],
) -> Result<Identity<T>, Error> {
    let (token, signature) = match engine.policy.sealer.decode_token(value, Transport::Cookie) {
        Ok(token) => token,
        Err(reason) => return Ok(engine.ignore(None, reason)),
    };
    look_up(engine, request, token, signature).await
}

/// The session that a bearer token proves.
pub(crate) async fn identify_bearer<T: SessionState>(
    engine: &Arc<Engine<T>>,
    request: &Request,
    token: Token,
) -> Result<Identity<T>, Error> {
    look_up(engine, request, token, SealAge::Current).await
}

async fn look_up<T: SessionState>(
    engine: &Arc<Engine<T>>,
    request: &Request,
    token: Token,
    signature: SealAge,
) -> Result<Identity<T>, Error> {
    let loaded = engine.store.load(token.handle()).await?;
    match (Lookup { engine, request, token, signature }).answered(loaded)? {
        Answer::Known(identity) => Ok(identity),
        Answer::Awaited(identity) => identity.await,
    }
}

/// A session is looked up for a request's token.
struct Lookup<'a, T> {
    engine: &'a Arc<Engine<T>>,
    request: &'a Request,
    token: Token,
    signature: SealAge,
}

/// Whose session the token proves.
enum Answer<T> {
    Known(Identity<T>),
    /// The store is to be told of it first.
    Awaited(Pin<Box<dyn Future<Output = Result<Identity<T>, Error>> + Send>>),
}

impl<T: SessionState> Lookup<'_, T> {
    /// The store has this under the token's handle.
    fn answered(self, loaded: Option<Record>) -> Result<Answer<T>, Error> {
        let Self { engine, request, token, signature } = self;
        let handle = token.handle();
        let ignored = |reason| Ok(Answer::Known(engine.ignore(Some(handle), reason)));
        let Some(mut record) = loaded else {
            engine.decode_cache.forget(handle);
            return ignored(Ignored::Unknown);
        };
        let unsealed = match engine.unseal(&mut record)? {
            Opened::Ours(unsealed) => unsealed,
            Opened::Ended => return ignored(Ignored::Unknown),
            Opened::OfAnother(other) => {
                return Ok(Answer::Known(of_another(engine, request, &token, &other)));
            }
        };
        let digest = engine.policy.sealer.digest(&token, unsealed.name, request.transport);
        let secret = record.match_secret(digest);
        match secret {
            SecretMatch::Current | SecretMatch::Predecessor | SecretMatch::Successor => {}
            SecretMatch::Replaced => {
                let presented = Presented::Secret { handle, digest };
                return Ok(Answer::Known(engine.ignore_replaced(handle, presented)));
            }
            SecretMatch::Stolen => return Ok(Answer::Awaited(stolen(Arc::clone(engine), handle))),
            SecretMatch::Unknown => return ignored(Ignored::WrongSecret),
        }
        let stored = Arc::new(engine.decode_unsealed(record, unsealed)?);
        let cookie = match (request.transport, secret, signature) {
            (Transport::Bearer, ..) => TokenCookie::Absent,
            (_, SecretMatch::Predecessor, _) => TokenCookie::Outdated,
            (_, _, SealAge::Stale) => TokenCookie::Stale,
            (_, _, SealAge::Current) => TokenCookie::Current,
        };
        let proven = Proven { proof: Proof::Token { token, digest, cookie }, stored };
        Ok(match secret {
            SecretMatch::Successor => {
                Answer::Awaited(Box::pin(succeeded(Arc::clone(engine), *request, proven)))
            }
            _ => Answer::Known(Identity::Proven(proven)),
        })
    }
}

/// The session whose offered secret has come back.
async fn succeeded<T: SessionState>(
    engine: Arc<Engine<T>>,
    Request { arrival, .. }: Request,
    proven: Proven<T>,
) -> Result<Identity<T>, Error> {
    let (digest, presented) = (proven.digest(), proven.presented());
    let Proven { proof, stored } = proven;
    let handle = stored.record.handle;
    // Whether this is a use of it is not known yet.
    let (usage, renews) = (Usage::Background, false);
    let request = Requester { presented: digest, arrival, usage, renews };
    Ok(match note_seen(&engine, stored, request).await? {
        Some(stored) if stored.record.digest == digest => {
            Identity::Proven(Proven { proof, stored })
        }
        // Maybe by a log-in that was stored with the same write.
        Some(_) | None => engine.ignore_replaced(handle, presented),
    })
}

/// A session whose secret somebody else has.
fn stolen<T: SessionState>(
    engine: Arc<Engine<T>>,
    handle: Handle,
) -> Pin<Box<dyn Future<Output = Result<Identity<T>, Error>> + Send>> {
    engine.store.report(&SessionEvent::TheftSuspected { handle });
    let revoked = Arc::clone(&engine);
    // A thief would hang up.
    let revoke = Uncancelled::new(async move { end(&revoked, handle, EndReason::Stolen).await });
    Box::pin(async move {
        revoke.await?;
        Ok(engine.ignore(Some(handle), Ignored::Stolen))
    })
}

/// A session of another name: that is told only of who has its secret, since a handle is no
/// secret.
fn of_another<T: SessionState>(
    engine: &Engine<T>,
    request: &Request,
    token: &Token,
    other: &OtherSession,
) -> Identity<T> {
    let sealer = &engine.policy.sealer;
    let is_proven = sealer.digest_under(token, &other.name, request.transport) == other.digest;
    if is_proven {
        engine.report_other(other.handle, &other.name);
    }
    let reason = if is_proven { Ignored::OtherName } else { Ignored::WrongSecret };
    engine.ignore(Some(other.handle), reason)
}
