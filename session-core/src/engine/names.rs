//! The names of a process's session types, which tell their sessions apart.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// An engine of this process; no other ever has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EngineId(u64);

/// How many engines live under each name.
static LIVE: Mutex<Option<HashMap<String, usize>>> = Mutex::new(None);

/// An engine's entry among the names in use, for as long as it lives.
#[derive(Debug)]
pub(crate) struct NameInUse {
    name: String,
    pub(crate) engine: EngineId,
}

impl NameInUse {
    /// Enters an engine, and warns if another has the name.
    pub(crate) fn new(name: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let others = {
            let mut live = lock();
            let count = live.get_or_insert_default().entry(name.to_owned()).or_default();
            *count += 1;
            *count - 1
        };
        if others > 0 {
            tracing::warn!(
                target: "session",
                name,
                "sessions of this name are built twice: clone those that were built first, or give one of \
                 them another name by `.name(\"…\")` on its builder, so that they are told apart"
            );
        }
        let engine = EngineId(NEXT.fetch_add(1, Ordering::Relaxed));
        Self { name: name.to_owned(), engine }
    }
}

impl Drop for NameInUse {
    fn drop(&mut self) {
        let mut live = lock();
        let Some(names) = live.as_mut() else { return };
        if let Some(count) = names.get_mut(&self.name) {
            *count -= 1;
            if *count == 0 {
                names.remove(&self.name);
            }
        }
    }
}

fn lock() -> MutexGuard<'static, Option<HashMap<String, usize>>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}
