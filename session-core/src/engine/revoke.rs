//! The end of sessions: one, or all of a principal.

use crate::crypto::token::Handle;
use crate::engine::backend::Backend;
use crate::engine::cookie_backend;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::state::codec;
use crate::state::session_state::SessionState;

/// Ends a session, and reports the event if there was one.
pub(crate) async fn end<T: SessionState>(
    engine: &Engine<T>,
    handle: Handle,
    event: &SessionEvent<'_>,
) -> Result<bool, Error> {
    let ended = match &engine.backend {
        Backend::Store => engine.store.delete(handle, None).await?,
        Backend::Cookie(_) => cookie_backend::end(engine, handle).await?,
    };
    engine.decode_cache.forget(handle);
    if ended {
        engine.store.report(event);
    }
    Ok(ended)
}

/// Ends all sessions of a principal but one, and answers how many there were.
pub(crate) async fn end_all<T: SessionState>(
    engine: &Engine<T>,
    principal: &T::Principal,
    except: Option<Handle>,
) -> Result<u64, Error> {
    let mut ended = 0;
    for name in engine.policy.sealer.principals(&codec::principal_key::<T>(principal)?) {
        ended += engine.store.delete_all(&name, except).await?;
    }
    engine.store.report(&SessionEvent::AllRevoked { ended, except });
    Ok(ended)
}
