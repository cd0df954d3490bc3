//! A feed of endings within one process, for stores that end sessions there.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender};
use tokio::time::{Instant, timeout_at};

use crate::crypto::token::Handle;
use crate::store::{Ending, EndingSource, Endings, PROOF_INTERVAL};

/// How many endings wait for whoever listens before it is told that it missed some.
const CAPACITY: usize = 1024;

/// Tells every subscriber of the sessions that this process ends. For authors of stores.
///
/// ```
/// use session_core::store::{Ending, InProcessEndings};
/// use session_core::Handle;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let endings = InProcessEndings::default();
/// let mut feed = endings.subscribe(async || Some(Ending::UpToDate));
/// let handle = Handle::from_bytes([7; 16]);
/// endings.tell(handle);
/// assert_eq!(feed.next().await, Some(Ending::Of(handle)));
/// # }
/// ```
#[derive(Default)]
pub struct InProcessEndings(OnceLock<Sender<Handle>>);

impl InProcessEndings {
    /// This session has ended, or become another's. Where nobody listens, nothing is kept.
    pub fn tell(&self, handle: Handle) {
        if let Some(sender) = self.0.get() {
            // An error says that nobody listens any more.
            _ = sender.send(handle);
        }
    }

    /// A feed of what is told from now on. Every [`PROOF_INTERVAL`] it asks `prove` for a hint beside them: the
    /// proof of life ([`Ending::UpToDate`]) if nobody else can have ended a session since the last time, none
    /// if that is not known.
    pub fn subscribe<P, F>(&self, prove: P) -> Endings
    where
        P: FnMut() -> F + Send + 'static,
        F: Future<Output = Option<Ending>> + Send + 'static,
    {
        let receiver = self.0.get_or_init(|| Sender::new(CAPACITY)).subscribe();
        let feed = Feed { receiver, prove, next_proof: Instant::now() + PROOF_INTERVAL };
        Endings::new(Subscription { next: Box::pin(next(feed)) })
    }
}

impl fmt::Debug for InProcessEndings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listeners = self.0.get().map_or(0, Sender::receiver_count);
        f.debug_struct("InProcessEndings").field("listeners", &listeners).finish()
    }
}

struct Feed<P> {
    receiver: Receiver<Handle>,
    prove: P,
    next_proof: Instant,
}

/// The next hint. Whatever was told before a proof is asked for is answered before it.
async fn next<P, F>(mut feed: Feed<P>) -> (Option<Ending>, Feed<P>)
where
    P: FnMut() -> F,
    F: Future<Output = Option<Ending>>,
{
    loop {
        // It waits for a hint first: at the deadline none is left.
        let Ok(told) = timeout_at(feed.next_proof, feed.receiver.recv()).await else {
            let proof = (feed.prove)().await;
            feed.next_proof = Instant::now() + PROOF_INTERVAL;
            if proof.is_some() {
                return (proof, feed);
            }
            continue;
        };
        let ending = match told {
            Ok(handle) => Some(Ending::Of(handle)),
            Err(RecvError::Lagged(_)) => Some(Ending::Gap),
            Err(RecvError::Closed) => None,
        };
        return (ending, feed);
    }
}

type Pending<P> = Pin<Box<dyn Future<Output = (Option<Ending>, Feed<P>)> + Send>>;

struct Subscription<P> {
    next: Pending<P>,
}

impl<P, F> EndingSource for Subscription<P>
where
    P: FnMut() -> F + Send + 'static,
    F: Future<Output = Option<Ending>> + Send + 'static,
{
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Ending>> {
        let Poll::Ready((ending, feed)) = self.next.as_mut().poll(context) else {
            return Poll::Pending;
        };
        self.next = Box::pin(next(feed));
        Poll::Ready(ending)
    }
}
