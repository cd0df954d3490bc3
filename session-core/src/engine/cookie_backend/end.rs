//! The end of sealed cookies: their handles are remembered.

use crate::crypto::time::Timestamp;
use crate::crypto::token::Handle;
use crate::engine::end_reason::EndReason;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::sealed_cookie::{CLOCK_SKEW, latest_end};
use crate::state::session_state::SessionState;
use crate::store::Times;

/// Makes a sealed cookie worthless for this reason, and reports it. Of one that only its browser knows the
/// answer is always that there was one.
pub(crate) async fn end<T: SessionState>(
    engine: &Engine<T>,
    handle: Handle,
    times: Option<&Times>,
    reason: EndReason,
) -> Result<bool, Error> {
    let now = engine.store.current_time();
    let until = match times {
        Some(times) => times.absolute,
        // A handle of the future is one of a node whose clock is ahead.
        None => latest_end(&engine.policy, handle).min(now.plus(engine.policy.lifetime.longest())),
    };
    engine.live.note_ending(handle, Some(reason));
    let remembered = remember(engine, handle, until, now).await;
    remembered.inspect_err(|_| engine.live.note_ending(handle, None))?;
    engine.decode_cache.forget(handle);
    engine.live.end(handle, reason);
    engine.store.report(&SessionEvent::of_end(handle, reason));
    Ok(true)
}

/// Remembers the end of a session that would have ended by itself at this moment: until then, and
/// as much longer as the clocks of nodes may differ. Answers whether it was remembered already.
pub(super) async fn remember<T: SessionState>(
    engine: &Engine<T>,
    handle: Handle,
    until: Timestamp,
    now: Timestamp,
) -> Result<bool, Error> {
    Ok(engine.store.delete(handle, Some(until.since(now) + CLOCK_SKEW)).await?)
}
