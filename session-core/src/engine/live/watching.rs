//! Who watches over the live sessions of a registry: one at a time.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use super::registry::Registry;

/// How long nobody watches after a watcher has panicked.
const AFTER_PANIC: Duration = Duration::from_secs(1);

impl Registry {
    /// Whether there is something to watch over, and nobody does.
    pub(crate) fn is_unwatched(&self) -> bool {
        !self.is_empty() && !self.is_watched.load(Ordering::Relaxed)
    }

    /// For whoever is to watch over them, since nobody does.
    pub(crate) fn begin_watching(self: &Arc<Self>) -> Option<Watching> {
        let mut sessions = self.lock();
        let begins = !sessions.is_closed && !self.is_watched.swap(true, Ordering::Relaxed);
        let not_before = sessions.not_before.take_if(|_| begins);
        begins.then(|| {
            // What the last one was about to ask for, nobody knows.
            sessions.ask_for_those(|_, _| true);
            Watching { registry: Arc::clone(self), not_before, is_over: false }
        })
    }
}

/// Somebody watches over the live sessions, until this is dropped.
pub(crate) struct Watching {
    pub(crate) registry: Arc<Registry>,
    /// When it is to begin.
    pub(crate) not_before: Option<Instant>,
    is_over: bool,
}

impl Watching {
    /// Ends it, if there is none to watch over. Whoever comes later begins anew.
    pub(crate) fn end_if_idle(&mut self) -> bool {
        let sessions = self.registry.lock();
        if sessions.by_handle.is_empty() {
            self.registry.is_watched.store(false, Ordering::Relaxed);
            self.is_over = true;
        }
        self.is_over
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        // A store has panicked, or the runtime has ended: the holders begin anew, on the runtimes that they
        // wait on.
        let mut sessions = self.registry.lock();
        self.registry.is_watched.store(false, Ordering::Relaxed);
        if std::thread::panicking() {
            sessions.not_before = Some(Instant::now() + AFTER_PANIC);
            tracing::error!(target: "session", "a panic while live sessions were looked at: they are again in a second");
        }
        for session in sessions.by_handle.values() {
            for holder in &session.holders {
                holder.wake();
            }
        }
    }
}
