//! The end of a stored session: its record is deleted.

use crate::crypto::token::Handle;
use crate::engine::end_reason::EndReason;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::state::session_state::SessionState;

/// Ends a session for this reason, and reports it if there was one.
pub(crate) async fn end<T: SessionState>(
    engine: &Engine<T>,
    handle: Handle,
    reason: EndReason,
) -> Result<bool, Error> {
    engine.live.note_ending(handle, Some(reason));
    let deleted = engine.store.delete(handle, None).await;
    let ended = deleted.inspect_err(|_| engine.live.note_ending(handle, None))?;
    engine.decode_cache.forget(handle);
    engine.live.end(handle, reason);
    if ended {
        engine.store.report(&SessionEvent::of_end(handle, reason));
    }
    Ok(ended)
}
