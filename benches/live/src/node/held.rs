//! Live sessions that are held without a connection.

use std::sync::Mutex;

use session_axum::{Handle, Live};

#[derive(Debug, Default)]
pub(super) struct Held {
    /// Each with its user, where that is known.
    lives: Mutex<Vec<(String, Live)>>,
    /// The handles of those that have ended, and when they were told, in microseconds.
    ended: Mutex<Vec<(Handle, u128)>>,
}

impl Held {
    pub(super) fn keep(&self, user: String, live: Live) {
        self.lives.lock().expect("no panic").push((user, live));
    }

    pub(super) fn take(&self) -> Vec<(String, Live)> {
        std::mem::take(&mut *self.lives.lock().expect("no panic"))
    }

    pub(super) fn note(&self, handle: Handle, moment: u128) {
        self.ended.lock().expect("no panic").push((handle, moment));
    }

    pub(super) fn take_ended(&self) -> Vec<(Handle, u128)> {
        std::mem::take(&mut *self.ended.lock().expect("no panic"))
    }
}
