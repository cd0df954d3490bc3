//! A change from outside of a request: a closure that is run on the stored state.

use std::sync::{Arc, Mutex, PoisonError};

use crate::crypto::token::Handle;
use crate::engine::change::{Change, SecretChange, StateChange};
use crate::engine::committer::commit;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::engine::uncancelled::Uncancelled;
use crate::state::restarts::Restarts;
use crate::state::session_state::SessionState;

/// Changes the stored session of this handle, and answers what the closure returned when it was
/// run for the last time.
pub(crate) async fn update<T: SessionState, R: Send + 'static>(
    engine: &Arc<Engine<T>>,
    handle: Handle,
    mut change: impl FnMut(&mut T) -> R + Send + 'static,
) -> Result<R, Error> {
    engine.backend.require_store()?;
    let stored = engine.load(handle).await?.ok_or(Error::Ended)?;
    let result = Arc::new(Mutex::new(None));
    let returned = Arc::clone(&result);
    let change = move |state: &mut T| {
        *returned.lock().unwrap_or_else(PoisonError::into_inner) = Some(change(state));
    };
    let change = Box::new(Change {
        state: StateChange::Run(Box::new(change)),
        request: None,
        secret: SecretChange::Keep,
        logs_in: false,
        persistent: None,
        restarts: Restarts::default(),
    });
    Uncancelled::new(commit(Arc::clone(engine), Arc::new(stored), change)).await?;
    let result = result.lock().unwrap_or_else(PoisonError::into_inner).take();
    result.ok_or(Error::Aborted)
}
