//! The save of a change to a stored session, and what its browser is told.

use std::sync::Arc;

use crate::cookie::write::SetCookie;
use crate::engine::change::Change;
use crate::engine::committer;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::identity::Proven;
use crate::state::session_state::SessionState;

/// Saves a change, and answers what the browser is told.
pub(crate) async fn commit<T: SessionState>(
    engine: &Arc<Engine<T>>,
    proven: &Proven<T>,
    change: Change<T>,
) -> Result<Option<SetCookie>, Error> {
    let stored = Arc::clone(&proven.stored);
    let committed = committer::commit(Arc::clone(engine), stored, change).await?;
    let is_to_be_told = proven.cookie_is_stale() || committed.persistence_changed;
    let again = if is_to_be_told { proven.token() } else { None };
    Ok(committed.token.as_ref().or(again).map(|token| SetCookie::Keep {
        value: engine.policy.sealer.encode_token(token),
        max_age: committed.max_age,
    }))
}
