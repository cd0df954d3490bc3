//! The session that a sealed cookie holds.

use std::sync::Arc;

use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::Ignored;
use crate::engine::identity::{Identity, Presented, Proof, Proven};
use crate::engine::rotation::GRACE;
use crate::engine::sealed_cookie::SealedCookie;
use crate::engine::sealed_cookie::Unopened;
use crate::state::session_state::SessionState;
use crate::store::Times;

/// The session that a cookie's value holds, unless it is over. A retired key's seal is as good as another: it
/// is made anew with the session's next change, since a request that only reads never writes it.
pub(crate) async fn identify<T: SessionState>(
    sealed_cookie: &SealedCookie,
    engine: &Arc<Engine<T>>,
    value: &[u8],
    seen: &[&[u8]],
) -> Result<Identity<T>, Error> {
    let now = engine.store.current_time();
    let record = match sealed_cookie.open(&engine.policy, value, seen, now) {
        Ok(record) => record,
        Err(Unopened { handle, reason, name }) => {
            if let Some((handle, name)) = handle.zip(name) {
                engine.report_other(handle, &name);
            }
            return Ok(engine.ignore(handle, reason));
        }
    };
    let handle = record.handle;
    if let Some(revocation) = engine.store.load(handle).await? {
        let Times { now, created, .. } = revocation.times;
        let was_on_its_way = now.since(created) < GRACE;
        if !was_on_its_way {
            return Ok(engine.ignore(Some(handle), Ignored::Unknown));
        }
        let of_nobody = engine.decode(record)?.is_some_and(|stored| stored.is_of_nobody());
        return Ok(engine.ignore_replaced(handle, Presented::Seal { of_nobody }));
    }
    let Some(stored) = engine.decode(record)? else {
        return Ok(engine.ignore(Some(handle), Ignored::OtherName));
    };
    let proof = Proof::Seal(sealed_cookie.ring.clone());
    Ok(Identity::Proven(Proven { proof, stored: Arc::new(stored) }))
}
