//! The end of sessions: one, or all of a principal.

use std::time::Duration;

use crate::crypto::token::Handle;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::lifetime::MAX_LIFETIME;
use crate::engine::sealed_cookie::CLOCK_SKEW;
use crate::state::codec;
use crate::state::session_state::SessionState;

/// Ends a session, and reports the event if there was one.
pub(crate) async fn end<T: SessionState>(
    engine: &Engine<T>,
    handle: Handle,
    event: &SessionEvent<'_>,
) -> Result<bool, Error> {
    let ended = if engine.policy.sealed_cookie.is_some() {
        revoke_cookie(engine, handle, MAX_LIFETIME).await?;
        true
    } else {
        engine.backend.delete(handle, None).await?
    };
    engine.decode_cache.forget(handle);
    if ended {
        engine.backend.report(event);
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
        ended += engine.backend.delete_all(&name, except).await?;
    }
    engine.backend.report(&SessionEvent::AllRevoked { ended, except });
    Ok(ended)
}

/// Makes a sealed cookie worthless for as long as it could be good: its end is remembered.
pub(crate) async fn revoke_cookie<T: SessionState>(
    engine: &Engine<T>,
    handle: Handle,
    left: Duration,
) -> Result<(), Error> {
    engine.backend.delete(handle, Some(left + CLOCK_SKEW)).await?;
    Ok(())
}
