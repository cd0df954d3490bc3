//! The save of a session that began with its request: an insert under a handle of its own.

use std::sync::Arc;

use crate::cookie::write::SetCookie;
use crate::crypto::random::RandomError;
use crate::crypto::seal::SealAge;
use crate::crypto::token::Token;
use crate::engine::committer::MAX_REFUSALS;
use crate::engine::decode_cache::CachedState;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::lifetime::max_age;
use crate::engine::sealed_cookie::SealedCookie;
use crate::engine::store_clock::ClockReading;
use crate::engine::transaction::Transaction;
use crate::state::codec::{self, Encoded};
use crate::state::session_state::SessionState;
use crate::store::{Insert, Inserted, LogIn, Record};

/// How often a new session's handle is generated before the random source is taken to be broken.
const MAX_HANDLES: u32 = 3;

/// Stores a session that began with this request.
pub(crate) async fn create<T: SessionState>(
    engine: &Engine<T>,
    transaction: &Transaction<T>,
    state: &T,
    persistent: bool,
) -> Result<SetCookie, Error> {
    let (policy, backend) = (&engine.policy, &engine.backend);
    let (arrival, label) = (transaction.arrival, transaction.label());
    let Encoded { fields, state } = codec::encode(state)?;
    let principal = policy.principal_of(&*state)?;
    if principal.is_some() && arrival.is_beyond_revocations() {
        return Err(Error::Ended);
    }
    let mut began = arrival.known();
    let (mut occupied, mut refusals) = (0, 0);
    while occupied < MAX_HANDLES {
        let token = Token::generate(&*policy.random, backend.current_time())?;
        let insert = Insert {
            handle: token.handle(),
            digest: token.digest(policy.cookie.name()),
            principal: principal.clone(),
            fields: Arc::clone(&fields),
            persistent,
            label: label.clone(),
            idle: policy.lifetime.idle(),
            absolute: policy.lifetime.absolute(),
            log_in: LogIn { began, limit: policy.limit },
        };
        let cached = CachedState {
            fields: Arc::clone(&fields),
            seal: SealAge::Current,
            state: Arc::clone(&state),
        };
        if let Some(sealed_cookie) = &policy.sealed_cookie {
            let set = first_cookie(engine, sealed_cookie, insert)?;
            engine.decode_cache.remember(token.handle(), fields, cached);
            return Ok(set);
        }
        let stored_bytes = policy.sealer.seal(insert.handle, &fields, &*policy.random)?;
        let insert = Insert { fields: Arc::clone(&stored_bytes), ..insert };
        match backend.insert(insert).await? {
            Inserted::Saved(times) => {
                engine.decode_cache.remember(token.handle(), stored_bytes, cached);
                backend.report(&SessionEvent::Created { handle: token.handle() });
                return Ok(SetCookie::Keep {
                    value: policy.sealer.encode_token(&token),
                    max_age: persistent.then(|| max_age(&times)),
                });
            }
            Inserted::Occupied => occupied += 1,
            Inserted::Revoked(time) => {
                refusals += 1;
                let later = arrival.on_store(ClockReading::now(time));
                let is_no_later = began.is_some_and(|began| began >= later);
                if refusals == MAX_REFUSALS || is_no_later {
                    return Err(Error::Ended);
                }
                began = Some(later);
            }
        }
    }
    Err(RandomError::new("it gave the handle of another session again and again").into())
}

/// A session that began with this request, as its first sealed cookie.
fn first_cookie<T: SessionState>(
    engine: &Engine<T>,
    sealed_cookie: &SealedCookie,
    insert: Insert,
) -> Result<SetCookie, Error> {
    let policy = &engine.policy;
    let record = Record::inserted(insert, engine.backend.current_time());
    let set = sealed_cookie.seal(policy.cookie.name(), &record, &*policy.random)?;
    engine.backend.report(&SessionEvent::Created { handle: record.handle });
    Ok(set)
}
