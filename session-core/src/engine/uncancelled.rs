//! A future that is finished even if whoever waits for it goes away.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::engine::background;

/// Runs in place, at no cost beyond a box. Dropped half-way (the client left, a time-out layer
/// fired), it goes on as a task of the runtime: a commit that has begun is not cancelled.
pub(crate) struct Uncancelled<R: Send + 'static>(Option<Pin<Box<dyn Future<Output = R> + Send>>>);

impl<R: Send + 'static> Uncancelled<R> {
    pub(crate) fn new(future: impl Future<Output = R> + Send + 'static) -> Self {
        Self(Some(Box::pin(future)))
    }
}

impl<R: Send + 'static> Future for Uncancelled<R> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        // Taken out while it is polled: one that panics must not be polled again by `drop`.
        let mut future = self.0.take().expect("not polled after it is done");
        let poll = future.as_mut().poll(context);
        if poll.is_pending() {
            self.0 = Some(future);
        }
        poll
    }
}

impl<R: Send + 'static> Drop for Uncancelled<R> {
    fn drop(&mut self) {
        if let Some(future) = self.0.take() {
            background::try_spawn(async { drop(future.await) });
        }
    }
}
