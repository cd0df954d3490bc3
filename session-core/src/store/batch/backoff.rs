//! The pauses between attempts to connect.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use tokio::time::sleep;

/// Pauses between attempts, each twice as long as the one before, up to a limit. Of each, between half of it and
/// all of it is waited, so that those who lost a server together do not come back to it together.
#[derive(Clone, Debug)]
pub struct Backoff {
    pause: Duration,
    limit: Duration,
}

impl Backoff {
    /// From the first pause to the longest.
    pub fn new(first: Duration, limit: Duration) -> Self {
        Self { pause: first.min(limit), limit }
    }

    /// Waits before the next attempt.
    pub async fn wait(&mut self) {
        sleep(jitter(self.pause)).await;
        self.pause = self.limit.min(self.pause * 2);
    }
}

fn jitter(pause: Duration) -> Duration {
    // The standard library's hash keys are its one source of randomness.
    let random = RandomState::new().hash_one(());
    let share = u32::try_from(random % 1024).unwrap_or(0);
    pause / 2 + pause * share / 2048
}
