//! The names of a process's session types, which tell their sessions apart.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// An engine of this process; no other ever has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EngineId(u64);

/// How many engines live under each name.
static LIVE: LazyLock<Mutex<HashMap<String, usize>>> = LazyLock::new(Mutex::default);

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
            let count = live.entry(name.to_owned()).or_default();
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
        if let Some(count) = live.get_mut(&self.name) {
            *count -= 1;
            if *count == 0 {
                live.remove(&self.name);
            }
        }
    }
}

fn lock() -> MutexGuard<'static, HashMap<String, usize>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Level, Metadata, Subscriber};

    use super::*;

    /// The names that were warned of.
    #[derive(Clone, Default)]
    struct Warned(Arc<Mutex<Vec<String>>>);

    impl Subscriber for Warned {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            *metadata.level() == Level::WARN && metadata.target() == "session"
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, event: &Event<'_>) {
            event.record(&mut Names(self));
        }

        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    struct Names<'a>(&'a Warned);

    impl Visit for Names<'_> {
        fn record_str(&mut self, field: &Field, value: &str) {
            if field.name() == "name" {
                self.0.0.lock().unwrap().push(value.to_owned());
            }
        }

        fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
    }

    #[test]
    fn two_engines_of_one_name_are_warned_of_while_both_live() {
        let warned = Warned::default();
        tracing::subscriber::with_default(warned.clone(), || {
            let first = NameInUse::new("a name of this test");
            let other = NameInUse::new("another name of this test");
            assert_ne!(first.engine, other.engine);
            let second = NameInUse::new("a name of this test");
            assert_ne!(first.engine, second.engine);
            drop((first, second));
            drop(NameInUse::new("a name of this test"));
        });
        assert_eq!(*warned.0.lock().unwrap(), ["a name of this test"]);
    }
}
