//! What a browser is told after a change to its stored session was saved.

use crate::cookie::write::SetCookie;
use crate::crypto::token::Transport;
use crate::engine::change::Committed;
use crate::engine::engine::Engine;
use crate::engine::identity::Proven;
use crate::state::session_state::SessionState;

/// What the browser is told, if anything. The client of a bearer token has been told already.
pub(crate) fn told<T: SessionState>(
    engine: &Engine<T>,
    proven: &Proven<T>,
    committed: &Committed<T>,
) -> Option<SetCookie> {
    if proven.is_bearer() {
        return None;
    }
    let is_to_be_told =
        committed.is_current && (proven.cookie_is_stale() || committed.persistence_changed);
    let again = if is_to_be_told { proven.token() } else { None };
    committed.token.as_deref().or(again).map(|token| SetCookie::Keep {
        value: engine.policy.sealer.encode_token(token, Transport::Cookie),
        max_age: committed.max_age,
    })
}
