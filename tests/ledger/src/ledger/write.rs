//! A write: when it was sent, and what came of it.

use std::time::Instant;

/// One write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Write {
    pub(crate) sent: Instant,
    pub(crate) state: WriteState,
}

/// What is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WriteState {
    /// It may be there.
    Unknown,
    /// It must be there, since this moment.
    Acknowledged(Instant),
    /// It was never sent, or was refused: it must not be there.
    Refused,
}

impl Write {
    pub(crate) fn new() -> Self {
        Self { sent: Instant::now(), state: WriteState::Unknown }
    }

    /// Whether whoever asked at this moment must see it.
    pub(crate) fn must_be_seen(self, asked: Instant) -> bool {
        self.acknowledged().is_some_and(|at| at <= asked)
    }

    /// Whether whoever was answered at this moment may have seen it.
    pub(crate) fn may_be_seen(self, answered: Instant) -> bool {
        self.state != WriteState::Refused && self.sent <= answered
    }

    pub(crate) fn acknowledged(self) -> Option<Instant> {
        match self.state {
            WriteState::Acknowledged(at) => Some(at),
            WriteState::Unknown | WriteState::Refused => None,
        }
    }
}
