//! The save of a session that began with its request: its first cookie.

use crate::cookie::write::SetCookie;
use crate::crypto::token::{Token, Transport};
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::live::StoredAs;
use crate::engine::new_session::NewSession;
use crate::engine::sealed_cookie::{SealedCookie, SealedSession};
use crate::engine::sealing::NameId;
use crate::state::session_state::SessionState;
use crate::store::Record;

/// A session that began with this request, as its first sealed cookie.
pub(crate) fn create<T: SessionState>(
    sealed_cookie: &SealedCookie,
    engine: &Engine<T>,
    session: NewSession<T>,
) -> Result<(StoredAs, Option<SetCookie>), Error> {
    let now = engine.store.current_time();
    let token = Token::generate(&*engine.policy.random, now)?;
    let digest = engine.policy.sealer.digest(&token, NameId::NEW, Transport::Cookie);
    let insert = session.insert(engine, token.handle(), digest, None)?;
    let record = Record::inserted(insert, now);
    let SealedSession { value, max_age } =
        sealed_cookie.seal(&engine.policy, NameId::NEW, &record)?;
    engine.decode_cache.remember(record.handle, record.fields, session.cached());
    engine.store.report(&SessionEvent::Created { handle: record.handle });
    let stored_as = StoredAs { handle: record.handle, ends: record.times.expires };
    Ok((stored_as, Some(SetCookie::Keep { value, max_age })))
}
