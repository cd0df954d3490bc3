//! The end of all sessions of a principal, or all but one.

use crate::crypto::token::Handle;
use crate::engine::end_reason::EndReason;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::live::{Person, Suspecting};
use crate::engine::revocation::Revocation;
use crate::engine::rotation::PrincipalDigest;
use crate::engine::store_clock::ClockReading;
use crate::state::session_state::SessionState;

/// Ends all sessions of a principal but one.
pub(crate) async fn end_all<T: SessionState>(
    engine: &Engine<T>,
    principal: &T::Principal,
    except: Option<Handle>,
) -> Result<Revocation, Error> {
    let digest = PrincipalDigest::of::<T>(principal)?;
    let mut revocation: Option<Revocation> = None;
    let person = Person::of::<T>(Some(principal));
    let _suspected = Suspecting::new(&engine.live, person, EndReason::Revoked);
    for name in engine.policy.names_of::<T>(principal)? {
        let ended = engine.store.delete_all(&name, except).await?;
        let first = || Revocation::new(digest, ended.live, ClockReading::now(ended.now));
        let all = revocation.map_or_else(first, |before| before.and(ended.live, ended.now));
        revocation = Some(all);
    }
    let revocation = revocation.expect("a principal has at least one name");
    let ended = revocation.ended();
    engine.store.report(&SessionEvent::AllRevoked { ended, except });
    Ok(revocation)
}
