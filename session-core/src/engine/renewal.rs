//! The renewal: a session that is in use lives on.
//!
//! Whether a request is a use of its session is known when its outermost function has ended: a
//! background guard may stand anywhere in it.

use std::sync::Arc;

use crate::cookie::write::SetCookie;
use crate::engine::change::Requester;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::identity::Proven;
use crate::engine::incoming::Request;
use crate::engine::operations;
use crate::engine::transaction::Transaction;
use crate::engine::uncancelled::Uncancelled;
use crate::state::session_state::SessionState;
use crate::store::Times;

/// The times of a session once it is renewed, if a use of it renews it: a tenth of its idle limit is
/// gone.
pub(crate) fn renewed_times<T: SessionState>(
    engine: &Engine<T>,
    proven: &Proven<T>,
) -> Option<Times> {
    let (stored, lifetime) = (&proven.stored, engine.policy.lifetime);
    let is_aged = proven.is_in_store() && stored.is_to_be_renewed(lifetime);
    is_aged.then(|| {
        let mut times = stored.record.times;
        times.seen_at(times.now, stored.limits(lifetime).idle);
        times
    })
}

/// The renewal of a request that is over, if it was a use of its session; of each only one. That it
/// failed is reported, and spoils no response: the next use tries again.
pub(crate) fn renewal<T: SessionState>(
    engine: &Arc<Engine<T>>,
    transaction: &Arc<Transaction<T>>,
) -> Option<Uncancelled<Result<Option<SetCookie>, Error>>> {
    let is_ours = transaction.is_over() && transaction.take_renewal();
    is_ours.then(|| {
        let (engine, transaction) = (Arc::clone(engine), Arc::clone(transaction));
        Uncancelled::new(async move {
            renew(&engine, &transaction).await;
            Ok(None)
        })
    })
}

/// Renews the session of a request that has no scope: nobody can tell when it is over.
pub(crate) async fn at_once<T: SessionState>(
    engine: &Arc<Engine<T>>,
    transaction: &Arc<Transaction<T>>,
) {
    if transaction.take_renewal() {
        let (engine, transaction) = (Arc::clone(engine), Arc::clone(transaction));
        Uncancelled::new(async move { renew(&engine, &transaction).await }).await;
    }
}

async fn renew<T: SessionState>(engine: &Arc<Engine<T>>, transaction: &Transaction<T>) {
    let Some(proven) = transaction.proven() else { return };
    let Request { arrival, usage, .. } = transaction.request();
    let request = Requester { presented: proven.digest(), arrival, usage, renews: true };
    if let Err(error) = operations::renew(engine, proven, request).await {
        let handle = proven.stored.record.handle;
        engine.store.report(&SessionEvent::RenewalFailed { handle, error: &error });
    }
}
