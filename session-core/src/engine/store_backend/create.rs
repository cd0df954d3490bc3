//! The save of a session that began with its request: an insert under a handle of its own.

use std::sync::Arc;

use crate::cookie::write::SetCookie;
use crate::crypto::random::RandomError;
use crate::crypto::token::{Token, Transport};
use crate::engine::committer::MAX_REFUSALS;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::lifetime::max_age;
use crate::engine::live::StoredAs;
use crate::engine::new_session::NewSession;
use crate::engine::sealing::NameId;
use crate::engine::store_clock::ClockReading;
use crate::state::session_state::SessionState;
use crate::store::Inserted;

/// How often a new session's handle is generated before the random source is taken to be broken.
const MAX_HANDLES: u32 = 3;

/// Stores a session that began with this request.
pub(crate) async fn create<T: SessionState>(
    engine: &Engine<T>,
    session: NewSession<T>,
) -> Result<(StoredAs, Option<SetCookie>), Error> {
    let Engine { policy, store, .. } = engine;
    let arrival = session.arrival;
    let mut began = arrival.known();
    let (mut occupied, mut refusals) = (0, 0);
    let is_told = session.issued.is_some();
    // A token that its client has been told cannot be another.
    let max_handles = if is_told { 1 } else { MAX_HANDLES };
    while occupied < max_handles {
        let (token, transport) = match &session.issued {
            Some(issued) => (Token::clone(issued), Transport::Bearer),
            None => (Token::generate(&*policy.random, store.current_time())?, Transport::Cookie),
        };
        let handle = token.handle();
        let digest = policy.sealer.digest(&token, NameId::NEW, transport);
        let insert = session.insert(engine, handle, digest, began)?;
        let (stored_bytes, persistent) = (Arc::clone(&insert.fields), insert.persistent);
        match store.insert(insert).await? {
            Inserted::Saved(times) => {
                engine.decode_cache.remember(handle, stored_bytes, session.cached());
                store.report(&SessionEvent::Created { handle });
                let set = (!is_told).then(|| SetCookie::Keep {
                    value: policy.sealer.encode_token(&token, Transport::Cookie),
                    max_age: persistent.then(|| max_age(&times)),
                });
                return Ok((StoredAs { handle, ends: times.expires }, set));
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
