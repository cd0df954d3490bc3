//! The revocation of all sessions of a principal.

use crate::crypto::time::Timestamp;
use crate::engine::store_clock::{Arrival, ClockReading};

/// All sessions of a principal were ended: how many, and when.
///
/// A log-in that began before this is refused, so that nobody slips through. A handler that ends them
/// and logs in says so by [`Session::log_in_after`](crate::Session::log_in_after).
#[derive(Clone, Copy, Debug)]
pub struct Revocation {
    ended: u64,
    at: ClockReading,
}

impl Revocation {
    /// So many sessions were ended when the store's clock showed this.
    pub(crate) fn new(ended: u64, at: ClockReading) -> Self {
        Self { ended, at }
    }

    /// The same, with more of the principal's sessions that were ended just now.
    pub(crate) fn and(self, ended: u64, now: Timestamp) -> Self {
        let at = ClockReading::now(now.max(self.at.time));
        Self { ended: self.ended + ended, at }
    }

    /// How many sessions there were.
    pub fn ended(&self) -> u64 {
        self.ended
    }

    /// The arrival of a request whose log-in comes after this.
    pub(crate) fn arrival(self) -> Arrival {
        Arrival::at(self.at)
    }
}
