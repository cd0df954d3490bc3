//! The end of all sessions of a principal, or all but one.

use crate::crypto::token::Handle;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::state::codec;
use crate::state::session_state::SessionState;

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
