//! Removes expired sessions from the store, now and then.

use std::sync::{Arc, Weak};

use crate::engine::background;
use crate::engine::cleaner::Running;
use crate::engine::engine::Engine;
use crate::engine::error::Error;
use crate::state::session_state::SessionState;
use crate::store::Swept;

/// How many sessions one statement removes: few enough to hold no lock for long.
const BATCH: u32 = 1000;

/// Removes the expired sessions that lie in the store, and answers how many there were.
pub(crate) async fn clean<T: SessionState>(engine: &Engine<T>) -> Result<u64, Error> {
    engine.decode_cache.forget_unused();
    let mut removed = 0;
    loop {
        match engine.store.sweep(BATCH).await? {
            Swept::Some(more) => removed += more,
            Swept::All(last) => return Ok(removed + last),
            Swept::Elsewhere => return Ok(removed),
        }
    }
}

/// Starts the task that does so unless it runs: at a request, when there is a runtime to run it.
pub(crate) fn start<T: SessionState>(engine: &Arc<Engine<T>>) {
    if let Some(running) = engine.cleaner.begin() {
        background::spawn(run(Arc::downgrade(engine), running));
    }
}

/// An error was reported where it happened, and the next round tries again. The pauses differ, so
/// that nodes which started together do not sweep together.
async fn run<T: SessionState>(engine: Weak<Engine<T>>, running: Running) {
    let interval = running.interval;
    loop {
        let Some(pause) =
            engine.upgrade().map(|engine| interval / 2 + engine.policy.jitter(interval))
        else {
            return;
        };
        tokio::time::sleep(pause).await;
        let Some(engine) = engine.upgrade() else { return };
        _ = clean(&engine).await;
    }
}
