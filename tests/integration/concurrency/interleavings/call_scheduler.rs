//! Where store calls wait: before and after each one's effect, until the scheduler lets it go on.

use std::sync::Mutex;
use std::time::Duration;

use session_core::StoreError;
use tokio::sync::oneshot;

use crate::watched::Watch;

/// Everybody who waits, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    waiting: Mutex<Vec<(String, oneshot::Sender<()>)>>,
    stops: Mutex<Stops>,
}

/// Where calls wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stops {
    #[default]
    Nowhere,
    Before,
    BeforeAndAfter,
}

impl Stage {
    pub(crate) fn set(&self, stops: Stops) {
        *self.stops.lock().unwrap() = stops;
    }

    /// Waits until everybody waits. Time passes only then: more of it than any pause between two
    /// attempts, and far less than a deadline.
    pub(crate) async fn settle(&self) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.waiting.lock().unwrap().retain(|(_, go)| !go.is_closed());
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.lock().unwrap().len()
    }

    /// Lets one go on, and answers where it waited.
    pub(crate) fn release(&self, nth: usize) -> String {
        let (place, go) = self.waiting.lock().unwrap().remove(nth);
        _ = go.send(());
        place
    }

    async fn wait(&self, place: String) -> Result<(), StoreError> {
        let (go, gone) = oneshot::channel();
        self.waiting.lock().unwrap().push((place, go));
        gone.await.map_err(StoreError::failed)
    }
}

impl Watch for Stage {
    async fn before(&self, call: &'static str) -> Result<(), StoreError> {
        let stops = *self.stops.lock().unwrap();
        if stops == Stops::Nowhere { Ok(()) } else { self.wait(format!("before {call}")).await }
    }

    async fn after(&self, call: &'static str) -> Result<(), StoreError> {
        let stops = *self.stops.lock().unwrap();
        if stops == Stops::BeforeAndAfter {
            self.wait(format!("after {call}")).await
        } else {
            Ok(())
        }
    }
}
