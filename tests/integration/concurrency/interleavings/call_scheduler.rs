//! The scheduler of store calls: each waits before and after its effect until it is let go on.

use std::sync::Mutex;
use std::time::Duration;

use session_axum::StoreError;
use tokio::sync::oneshot;

use crate::intercepted_store::Interceptor;

/// Everybody who waits, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct CallScheduler {
    waiting: Mutex<Vec<(String, oneshot::Sender<()>)>>,
    pause_points: Mutex<PausePoints>,
}

/// Where calls wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PausePoints {
    #[default]
    Nowhere,
    Before,
    BeforeAndAfter,
}

impl CallScheduler {
    pub(crate) fn set(&self, pause_points: PausePoints) {
        *self.pause_points.lock().unwrap() = pause_points;
    }

    /// Waits until everybody waits. Time passes only then: more of it than any pause between two
    /// attempts, and far less than a deadline.
    pub(crate) async fn until_all_wait(&self) {
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

impl Interceptor for CallScheduler {
    async fn before(&self, call: &'static str) -> Result<(), StoreError> {
        let pause_points = *self.pause_points.lock().unwrap();
        if pause_points == PausePoints::Nowhere {
            Ok(())
        } else {
            self.wait(format!("before {call}")).await
        }
    }

    async fn after(&self, call: &'static str) -> Result<(), StoreError> {
        let pause_points = *self.pause_points.lock().unwrap();
        if pause_points == PausePoints::BeforeAndAfter {
            self.wait(format!("after {call}")).await
        } else {
            Ok(())
        }
    }
}
