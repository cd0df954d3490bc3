//! A place where a task waits until a test lets it go on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// How long a test waits for somebody to come.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A gate, closed at first. A clone is the same gate.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    arrivals: watch::Sender<usize>,
    finishes: watch::Sender<usize>,
    is_open: watch::Sender<bool>,
}

impl Gate {
    /// A closed gate.
    pub fn closed() -> Self {
        Self(Arc::new(Inner {
            arrivals: watch::Sender::new(0),
            finishes: watch::Sender::new(0),
            is_open: watch::Sender::new(false),
        }))
    }

    /// Arrives, and waits until it is open.
    pub async fn pass(&self) {
        self.arrive();
        let mut open = self.0.is_open.subscribe();
        let open = open.wait_for(|open| *open).await;
        drop(open.expect("the gate is ours"));
    }

    /// Arrives, and does not wait.
    pub fn arrive(&self) {
        self.0.arrivals.send_modify(|arrivals| *arrivals += 1);
    }

    /// Has done what was to be done behind the gate.
    pub fn finish(&self) {
        self.0.finishes.send_modify(|finishes| *finishes += 1);
    }

    /// Waits until somebody has arrived.
    pub async fn reached(&self) {
        some(&self.0.arrivals).await;
    }

    /// Waits until somebody has finished.
    pub async fn finished(&self) {
        some(&self.0.finishes).await;
    }

    /// Lets everybody pass, now and later.
    pub fn open(&self) {
        self.0.is_open.send_replace(true);
    }
}

async fn some(counter: &watch::Sender<usize>) {
    let mut counter = counter.subscribe();
    let some = timeout(TIMEOUT, counter.wait_for(|count| *count > 0)).await;
    let some = some.expect("somebody comes within a minute");
    drop(some.expect("the gate is ours"));
}
