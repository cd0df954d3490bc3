//! What a use of a session leaves in its record: the idle limit starts anew, and a secret was seen.

use std::sync::Arc;

use crate::engine::change::{Change, FormerData, Requester, SecretChange, StateChange};
use crate::engine::committer::commit;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::event::SessionEvent;
use crate::engine::rotation::{Role, SecondarySecret};
use crate::engine::stored::Stored;
use crate::engine::uncancelled::Uncancelled;
use crate::state::field_set::FieldSet;
use crate::state::restarts::Restarts;
use crate::state::session_state::SessionState;

/// The session is in use once more: its idle limit starts anew, unless it has ended or its secret was
/// replaced meanwhile.
pub(crate) async fn renew<T: SessionState>(
    engine: &Arc<Engine<T>>,
    stored: &Arc<Stored<T>>,
    request: Requester,
) -> Result<(), Error> {
    let handle = stored.record.handle;
    let secondary = SecondarySecret::find(&stored.record.fields);
    let is_renewed = if secondary.is_some_and(|secondary| secondary.role == Role::Replaced) {
        note_seen(engine, Arc::clone(stored), request).await?.is_some()
    } else {
        let idle = stored.limits(engine.policy.lifetime).idle;
        engine.store.touch(handle, idle).await?
    };
    if is_renewed {
        engine.store.report(&SessionEvent::Renewed { handle });
    }
    Ok(())
}

/// Notes that the browser has shown this secret: the one before it will be dead soon. Answers the session as it
/// is then; none if the secret was good for it no more.
pub(super) async fn note_seen<T: SessionState>(
    engine: &Arc<Engine<T>>,
    stored: Arc<Stored<T>>,
    request: Requester,
) -> Result<Option<Arc<Stored<T>>>, Error> {
    let state = || Arc::clone(&stored.state);
    let change = Box::new(Change {
        state: StateChange::Merge {
            base: state(),
            mine: state(),
            changed: FieldSet::default(),
            former: FormerData::Kept,
        },
        request: Some(request),
        secret: SecretChange::Seen,
        logs_in: false,
        persistent: None,
        restarts: Restarts::default(),
    });
    match Uncancelled::new(commit(Arc::clone(engine), stored, change)).await {
        Ok(committed) => Ok(Some(committed.stored)),
        Err(Error::Ended) => Ok(None),
        Err(error) => Err(error),
    }
}
