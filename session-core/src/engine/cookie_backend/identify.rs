//! The session that a sealed cookie holds.

use std::sync::Arc;

use crate::crypto::seal::SealAge;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::Ignored;
use crate::engine::identity::{Identity, Presented, Proof, Proven};
use crate::engine::lifetime::Row;
use crate::engine::rotation::GRACE;
use crate::engine::sealed_cookie::SealedCookie;
use crate::engine::sealed_cookie::Unopened;
use crate::engine::transaction::{Request, Usage};
use crate::state::session_state::SessionState;
use crate::store::Times;

/// The session that a cookie's value holds, unless it is over.
pub(crate) async fn identify<T: SessionState>(
    sealed_cookie: &SealedCookie,
    engine: &Arc<Engine<T>>,
    request: Request,
    value: &[u8],
) -> Result<Identity<T>, Error> {
    let now = engine.store.current_time();
    let (record, seal) = match sealed_cookie.open(&engine.policy, value, now) {
        Ok(opened) => opened,
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
        let of_nobody =
            engine.decode(record)?.is_some_and(|stored| stored.state.principal().is_none());
        return Ok(engine.ignore_replaced(handle, Presented::Seal { of_nobody }));
    }
    let Some(mut stored) = engine.decode(record)? else {
        return Ok(engine.ignore(Some(handle), Ignored::OtherName));
    };
    let limits = engine.policy.lifetime.limits(Row::find(&stored.record.fields));
    let aged = now.since(stored.record.times.seen) >= limits.renewal();
    let is_renewed = aged && request.usage == Usage::Foreground;
    stored.seal = SealAge::stale_if(seal.is_stale() || is_renewed);
    let proof = Proof::Seal(sealed_cookie.ring.clone());
    Ok(Identity::Proven(Proven { proof, stored: Arc::new(stored) }))
}
