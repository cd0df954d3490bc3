//! The connector: the task that opens a connection, however often it takes.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use redis::{PushInfo, PushKind};
use tokio::time::{Instant, sleep, sleep_until};

use super::liveness::Liveness;
use super::shared::{Connection, Shared, State};

/// The pauses between attempts to connect grow from the first to the second.
const MIN_BACKOFF: Duration = Duration::from_millis(10);
const MAX_BACKOFF: Duration = Duration::from_millis(250);

/// The opening of a connection. It goes on when a caller leaves, and ends when all have left.
pub(super) struct Connector(Arc<Shared>);

impl Connector {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self(Arc::clone(shared))
    }

    pub(super) async fn run(self, not_before: Instant) {
        sleep_until(not_before).await;
        let mut backoff = MIN_BACKOFF;
        loop {
            let liveness = Arc::new(Liveness::new());
            let watched = Arc::clone(&liveness);
            let pushed = move |push: PushInfo| {
                if push.kind == PushKind::Disconnection {
                    watched.note_closed();
                }
            };
            let error = match self.0.open(pushed).await {
                Ok(inner) => {
                    let connection = Connection { inner, liveness };
                    *self.0.last_error() = None;
                    self.0.state.send_replace(State::Connected(connection));
                    return;
                }
                Err(error) => error,
            };
            *self.0.last_error() = Some(Arc::new(error));
            if self.0.state.receiver_count() == 0 {
                return;
            }
            sleep(jitter(backoff)).await;
            backoff = MAX_BACKOFF.min(backoff * 2);
        }
    }
}

impl Drop for Connector {
    /// Also when the runtime that it ran on has ended.
    fn drop(&mut self) {
        self.0.state.send_if_modified(|state| {
            let is_unfinished = matches!(state, State::Connecting);
            if is_unfinished {
                *state = State::Disconnected;
            }
            is_unfinished
        });
    }
}

/// Between half of it and all of it, so that nodes which lost a server together do not come back
/// to it together.
fn jitter(backoff: Duration) -> Duration {
    // The standard library's hash keys are its one source of randomness.
    let random = RandomState::new().hash_one(()) % 1024;
    backoff.mul_f64(0.5 + f64::from(u32::try_from(random).unwrap_or(0)) / 2048.0)
}
