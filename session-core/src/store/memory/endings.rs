//! The feed of endings within this process.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender};

use crate::crypto::token::Handle;
use crate::store::{Ending, EndingSource, Endings};

/// How many endings wait for whoever listens before it is told that it missed some.
const CAPACITY: usize = 1024;

/// Tells every subscriber of the sessions that end.
#[derive(Default)]
pub(super) struct EndingFeed(std::sync::OnceLock<Sender<Handle>>);

impl EndingFeed {
    /// A store that nobody listens to keeps nothing.
    pub(super) fn tell(&self, handle: Handle) {
        if let Some(sender) = self.0.get() {
            // An error says that nobody listens any more.
            _ = sender.send(handle);
        }
    }

    pub(super) fn subscribe(&self) -> Endings {
        let receiver = self.0.get_or_init(|| Sender::new(CAPACITY)).subscribe();
        Endings::new(Subscription { next: next(receiver) })
    }
}

type Told = Pin<Box<dyn Future<Output = (Result<Handle, RecvError>, Receiver<Handle>)> + Send>>;

fn next(mut receiver: Receiver<Handle>) -> Told {
    Box::pin(async move { (receiver.recv().await, receiver) })
}

struct Subscription {
    next: Told,
}

impl EndingSource for Subscription {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Ending>> {
        let Poll::Ready((told, receiver)) = self.next.as_mut().poll(context) else {
            return Poll::Pending;
        };
        self.next = next(receiver);
        Poll::Ready(match told {
            Ok(handle) => Some(Ending::Of(handle)),
            Err(RecvError::Lagged(_)) => Some(Ending::Gap),
            Err(RecvError::Closed) => None,
        })
    }
}
