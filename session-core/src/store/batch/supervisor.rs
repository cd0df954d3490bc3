//! The supervisor of a worker: replaces it when it panics, and ends with the queue.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::dispatcher::{Dispatcher, Presence};
use super::worker::Worker;

/// Between a panic and the next worker: one that panics at once must not keep a processor busy.
const PAUSE: Duration = Duration::from_millis(50);

/// Closed when the queue is dropped.
pub(super) type Shutdown = watch::Receiver<()>;

/// What every worker of a queue is started with.
pub(super) struct Supervisor<W: Worker> {
    pub(super) make_worker: Arc<dyn Fn() -> W + Send + Sync>,
    pub(super) dispatcher: Arc<Dispatcher<W::Scheduler>>,
    pub(super) shutdown: Shutdown,
}

impl<W: Worker> Supervisor<W> {
    /// Starts a worker, which is replaced whenever it panics.
    pub(super) fn start(self) {
        // There from the start, so that a runtime which ends before it runs this is noticed.
        let presence = self.dispatcher.enter();
        tokio::spawn(self.supervise(presence));
    }

    async fn supervise(mut self, _presence: Presence<W::Scheduler>) {
        loop {
            let worker = (self.make_worker)();
            let work = work(worker, Arc::clone(&self.dispatcher), self.shutdown.clone());
            match tokio::spawn(work).await {
                Err(error) if error.is_panic() => tracing::error!(
                    target: "session",
                    %error,
                    "a worker of the session store panicked; another one takes its place"
                ),
                // The queue was dropped, or the runtime ends.
                Ok(()) | Err(_) => return,
            }
            if unless_closed(&mut self.shutdown, sleep(PAUSE)).await.is_none() {
                return;
            }
        }
    }
}

/// Works until the queue is dropped.
async fn work<W: Worker>(
    mut worker: W,
    dispatcher: Arc<Dispatcher<W::Scheduler>>,
    mut shutdown: Shutdown,
) {
    loop {
        let next = async {
            worker.prepare().await;
            dispatcher.next().await
        };
        let Some((batch, mut in_flight)) = unless_closed(&mut shutdown, next).await else { return };
        worker.run(batch, &mut in_flight).await;
    }
}

/// What the future answers, unless the queue is dropped before.
async fn unless_closed<A>(shutdown: &mut Shutdown, future: impl Future<Output = A>) -> Option<A> {
    let (mut closed, mut future) = (pin!(shutdown.changed()), pin!(future));
    poll_fn(|context| {
        if closed.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        future.as_mut().poll(context).map(Some)
    })
    .await
}
