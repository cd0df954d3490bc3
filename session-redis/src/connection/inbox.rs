//! The inbox of a subscription: messages that nobody has read yet, of which there may be so many.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use redis::Value;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// How many messages wait for a reader before others are missed.
const CAPACITY: usize = 1024;

/// What a subscriber reads.
#[derive(Debug)]
pub(crate) enum Message {
    /// This was published.
    Published(Vec<u8>),
    /// Something was, which did not fit.
    Missed,
}

/// Where messages are read.
pub(crate) struct Inbox {
    messages: Receiver<Vec<u8>>,
    has_missed: Arc<AtomicBool>,
}

/// Where messages arrive. When it is dropped, there will be no more.
pub(super) struct InboxSender {
    sender: Sender<Vec<u8>>,
    has_missed: Arc<AtomicBool>,
}

impl Inbox {
    pub(super) fn new() -> (InboxSender, Self) {
        let (sender, messages) = channel(CAPACITY);
        let has_missed = Arc::new(AtomicBool::new(false));
        (InboxSender { sender, has_missed: Arc::clone(&has_missed) }, Self { messages, has_missed })
    }

    /// A message, if one has arrived that was not read yet. Unlike [`poll_next`](Self::poll_next), which tokio may
    /// have pause before the inbox is empty, this finds all.
    pub(crate) fn arrived(&mut self) -> Option<Message> {
        if self.takes_missed() {
            return Some(Message::Missed);
        }
        self.messages.try_recv().ok().map(Message::Published)
    }

    /// The next message; none when there will be no more.
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Message>> {
        if self.takes_missed() {
            return Poll::Ready(Some(Message::Missed));
        }
        Poll::Ready(ready!(self.messages.poll_recv(context)).map(Message::Published))
    }

    fn takes_missed(&self) -> bool {
        self.has_missed.swap(false, Ordering::Relaxed)
    }
}

impl InboxSender {
    /// Delivers a message in the form in which a server pushes it: the channel, and what was published there.
    pub(super) fn deliver(&self, mut pushed: Vec<Value>) {
        let Some(Value::BulkString(message)) = pushed.pop() else { return };
        if self.sender.try_send(message).is_err() {
            self.has_missed.store(true, Ordering::Relaxed);
        }
    }
}
