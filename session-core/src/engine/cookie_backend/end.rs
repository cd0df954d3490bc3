//! The end of sealed cookies: their handles are remembered.

use std::time::Duration;

use crate::crypto::token::Handle;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::lifetime::MAX_LIFETIME;
use crate::engine::sealed_cookie::CLOCK_SKEW;
use crate::state::session_state::SessionState;

/// Makes a sealed cookie worthless, and reports the event. Of one that only its browser knows the answer is always that
/// there was one.
pub(crate) async fn end<T: SessionState>(
    engine: &Engine<T>,
    handle: Handle,
    event: &SessionEvent<'_>,
) -> Result<bool, Error> {
    remember(engine, handle, MAX_LIFETIME).await?;
    engine.decode_cache.forget(handle);
    engine.store.report(event);
    Ok(true)
}

/// Remembers the end of a cookie for as long as that could be good.
pub(super) async fn remember<T: SessionState>(
    engine: &Engine<T>,
    handle: Handle,
    left: Duration,
) -> Result<(), Error> {
    engine.store.delete(handle, Some(left + CLOCK_SKEW)).await?;
    Ok(())
}
