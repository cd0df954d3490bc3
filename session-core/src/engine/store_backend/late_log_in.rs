//! Whether a request whose secret was replaced meanwhile may begin a session by a log-in.

use crate::crypto::token::{Digest, Handle};
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::rotation::{PrincipalDigest, SecondarySecret};
use crate::state::session_state::SessionState;

/// Whether the session of this handle lives, has replaced this secret, and belonged to another than
/// this principal, or to nobody, when it did.
pub(crate) async fn lets_log_in_late<T: SessionState>(
    engine: &Engine<T>,
    handle: Handle,
    digest: Digest,
    principal: &T::Principal,
) -> Result<bool, Error> {
    let Some(stored) = engine.load(handle).await? else { return Ok(false) };
    let Some(secondary) = SecondarySecret::find(&stored.record.fields) else { return Ok(false) };
    let is_same = secondary.principal == Some(PrincipalDigest::of::<T>(principal)?);
    Ok(secondary.digest == digest && secondary.role.is_replaced() && !is_same)
}
