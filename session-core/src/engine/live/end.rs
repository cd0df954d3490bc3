//! The end of a live session, as a future.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio::sync::futures::OwnedNotified;

use super::registration::Registration;
use super::watcher;
use crate::engine::end_reason::EndReason;

pin_project! {
    /// Is ready when the session has ended, as often as it is asked.
    pub(super) struct End {
        registration: Arc<Registration>,
        #[pin]
        notified: OwnedNotified,
    }
}

impl End {
    pub(super) fn of(registration: &Arc<Registration>) -> Self {
        let registration = Arc::clone(registration);
        let notified = registration.watched.notified();
        Self { registration, notified }
    }
}

impl Future for End {
    type Output = EndReason;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<EndReason> {
        let mut this = self.as_mut().project();
        // Where it was begun there may have been no runtime, or another.
        watcher::start(&this.registration.registry);
        loop {
            // From here on its end is not missed.
            this.notified.as_mut().enable();
            if let Some(reason) = this.registration.watched.end() {
                return Poll::Ready(reason);
            }
            if this.notified.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            this.notified.set(this.registration.watched.notified());
        }
    }
}
