//! The trace of a request: the calls of the store and the events of sessions, in their order. It has handles and revisions, and nothing
//! of what is in a session.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use session_axum::{Handle, SessionEvent};

tokio::task_local! {
    /// Of the request that this task works for. The engine works within it, but for changes that wait for one another.
    static CURRENT: Trace;
}

/// The trace of a request; a clone is the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    record: Option<(Handle, u64)>,
    steps: Vec<Step>,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) kind: Kind,
    /// The store's operation, or the event.
    pub(crate) name: &'static str,
    pub(crate) outcome: String,
    /// How long the call took; none for an event.
    pub(crate) took: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Call,
    /// A call that met another revision: the change is merged, and sent again.
    Conflict,
    Event,
}

impl Trace {
    /// Runs what a request does; what happens in it is in this trace.
    pub(crate) async fn run<F: Future>(&self, request: F) -> F::Output {
        CURRENT.scope(self.clone(), request).await
    }

    /// The trace of this task's request; none outside of one.
    pub(crate) fn current() -> Option<Self> {
        CURRENT.try_with(Self::clone).ok()
    }

    /// Adds a call, and the record that it has loaded or saved, with its revision.
    pub(crate) fn add_call(&self, step: Step, record: Option<(Handle, u64)>) {
        let mut inner = self.inner();
        inner.steps.push(step);
        inner.record = record.or(inner.record);
    }

    /// The session of the request, as far as the store was asked for it, and its revision.
    pub(crate) fn record(&self) -> Option<(Handle, u64)> {
        self.inner().record
    }

    pub(crate) fn steps(&self) -> Vec<Step> {
        self.inner().steps.clone()
    }

    /// Adds an event to the trace of its request: for `on_event`.
    pub(crate) fn note_event(event: &SessionEvent<'_>) {
        let (name, outcome) = match event {
            SessionEvent::Created { .. } => ("created", "stored for the first time".to_owned()),
            SessionEvent::Rotated { .. } => ("rotated", "it has a new secret".to_owned()),
            SessionEvent::Renewed { .. } => ("renewed", "the idle limit starts anew".to_owned()),
            SessionEvent::Destroyed { .. } => ("destroyed", "ended by its own request".to_owned()),
            SessionEvent::Revoked { .. } => ("revoked", "ended from elsewhere".to_owned()),
            SessionEvent::AllRevoked { ended, .. } => ("all revoked", format!("{ended} ended")),
            SessionEvent::TheftSuspected { .. } => {
                ("theft suspected", "an old secret was shown again".to_owned())
            }
            SessionEvent::Refused { refusal } => ("refused", refusal.to_string()),
            SessionEvent::Ignored { reason, .. } => ("cookie ignored", format!("{reason:?}")),
            SessionEvent::StoreFailed { operation, .. } => {
                ("store failed", (*operation).to_owned())
            }
            _ => return,
        };
        if let Some(trace) = Self::current() {
            trace.inner().steps.push(Step { kind: Kind::Event, name, outcome, took: None });
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Step {
    /// The time that it took, for a page.
    pub(crate) fn time(&self) -> String {
        self.took.map(milliseconds).unwrap_or_default()
    }

    /// A class for the style sheet.
    pub(crate) const fn class(&self) -> &'static str {
        match self.kind {
            Kind::Call => "call",
            Kind::Conflict => "conflict",
            Kind::Event => "event",
        }
    }
}

/// A time for a page: `0.4 ms`.
pub(crate) fn milliseconds(span: Duration) -> String {
    format!("{:.1} ms", span.as_secs_f64() * 1000.0)
}
