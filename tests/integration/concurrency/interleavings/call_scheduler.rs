//! The scheduler of store calls: each waits before and after its effect until it is let go on.

use std::sync::Mutex;
use std::time::Duration;

use session_axum::StoreError;
use session_axum::store::Operation;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::orders::Orders;
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
    /// Lets the calls of these clients, which have yet to begin, go on one by one: `orders` says
    /// which, or, if `clients_leave`, which client leaves. Answers what was chosen.
    pub(crate) async fn play<R>(
        &self,
        clients: &[JoinHandle<R>],
        pause_points: PausePoints,
        clients_leave: bool,
        orders: &mut Orders,
    ) -> Vec<String> {
        self.set(pause_points);
        let mut order = Vec::new();
        loop {
            self.until_all_wait().await;
            let waiting = self.waiting();
            if waiting == 0 {
                break;
            }
            let leave: Vec<usize> = (0..clients.len())
                .filter(|nth| clients_leave && !clients[*nth].is_finished())
                .collect();
            let choice = orders.choose(waiting + leave.len());
            if choice < waiting {
                order.push(self.release(choice));
            } else {
                let client = leave[choice - waiting];
                order.push(format!("client {client} leaves"));
                clients[client].abort();
            }
        }
        self.set(PausePoints::Nowhere);
        order
    }

    fn set(&self, pause_points: PausePoints) {
        *self.pause_points.lock().unwrap() = pause_points;
    }

    /// Waits until everybody waits. Time passes only then: more of it than any pause between two
    /// attempts, and far less than a deadline.
    async fn until_all_wait(&self) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.waiting.lock().unwrap().retain(|(_, go)| !go.is_closed());
    }

    fn waiting(&self) -> usize {
        self.waiting.lock().unwrap().len()
    }

    /// Lets one go on, and answers where it waited.
    fn release(&self, nth: usize) -> String {
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
    async fn before(&self, call: Operation) -> Result<(), StoreError> {
        let pause_points = *self.pause_points.lock().unwrap();
        if pause_points == PausePoints::Nowhere {
            Ok(())
        } else {
            self.wait(format!("before {call:?}")).await
        }
    }

    async fn after(&self, call: Operation) -> Result<(), StoreError> {
        let pause_points = *self.pause_points.lock().unwrap();
        if pause_points == PausePoints::BeforeAndAfter {
            self.wait(format!("after {call:?}")).await
        } else {
            Ok(())
        }
    }
}
