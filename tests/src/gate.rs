//! A place where a task waits until a test lets it go on.

use std::sync::Arc;

use tokio::sync::watch;

/// A gate, closed at first. A clone is the same gate.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    arrivals: watch::Sender<usize>,
    is_open: watch::Sender<bool>,
}

impl Gate {
    /// A closed gate.
    pub fn closed() -> Self {
        let (arrivals, is_open) = (watch::Sender::new(0), watch::Sender::new(false));
        Self(Arc::new(Inner { arrivals, is_open }))
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

    /// Waits until this many have arrived in all.
    pub async fn reached_by(&self, number: usize) {
        let mut arrivals = self.0.arrivals.subscribe();
        let arrived = arrivals.wait_for(|arrivals| *arrivals >= number).await;
        drop(arrived.expect("the gate is ours"));
    }

    /// Waits until somebody has arrived.
    pub async fn reached(&self) {
        self.reached_by(1).await;
    }

    /// Lets everybody through, now and later.
    pub fn open(&self) {
        self.0.is_open.send_replace(true);
    }
}
