//! The end of a stored session: its record is deleted.

use crate::crypto::token::Handle;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::state::session_state::SessionState;

/// Ends a session, and reports the event if there was one.
pub(crate) async fn end<T: SessionState>(
    engine: &Engine<T>,
    handle: Handle,
    event: &SessionEvent<'_>,
) -> Result<bool, Error> {
    let ended = engine.store.delete(handle, None).await?;
    engine.decode_cache.forget(handle);
    if ended {
        engine.store.report(event);
    }
    Ok(ended)
}
