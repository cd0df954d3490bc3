//! What a store says in the log.

use std::fmt::{self, Debug, Write as _};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{DefaultGuard, Interest};
use tracing::{Event, Level, Metadata, Subscriber};

/// What this library logs in this thread, from now on until this is dropped.
#[derive(Debug)]
pub struct Warnings {
    said: Arc<Mutex<Vec<String>>>,
    _guard: DefaultGuard,
}

impl Warnings {
    /// The warnings and errors.
    pub fn capture() -> Self {
        Self::capture_with(Level::WARN)
    }

    /// The same, and what is logged at this level.
    pub fn capture_with(level: Level) -> Self {
        let said = Arc::default();
        let guard = tracing::subscriber::set_default(Listener(Arc::clone(&said), level));
        Self { said, _guard: guard }
    }

    /// What was said so far.
    pub fn said(&self) -> Vec<String> {
        self.said.lock().expect("no panic").clone()
    }

    /// What was said since the last time.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.said.lock().expect("no panic"))
    }
}

struct Listener(Arc<Mutex<Vec<String>>>, Level);

impl Subscriber for Listener {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "session" && *metadata.level() <= self.1
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut words = Words(String::new());
        event.record(&mut words);
        self.0.lock().expect("no panic").push(words.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{}={value:?} ", field.name()).unwrap_or_else(|fmt::Error| unreachable!());
    }
}
