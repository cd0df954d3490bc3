//! The outbox: hints that wait for the reader of a feed.

use std::task::{Context, Poll};

use session_core::store::{Ending, EndingSource};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// How many hints wait for a reader before it is told that it missed some.
const CAPACITY: usize = 1024;

/// Takes hints without waiting for the reader: the server keeps what a connection does not read, and
/// at last refuses whatever would end a session.
pub(super) struct Outbox {
    sender: Sender<Ending>,
    /// Whether something found no room.
    missed: bool,
}

/// The reader's end.
pub(super) struct Inbox(Receiver<Ending>);

impl Outbox {
    pub(super) fn new() -> (Self, Inbox) {
        let (sender, receiver) = channel(CAPACITY);
        (Self { sender, missed: false }, Inbox(receiver))
    }

    /// Tells this, or that something was missed before.
    pub(super) fn tell(&mut self, ending: Ending) {
        let ending = if self.missed { Ending::Gap } else { ending };
        let sent = self.sender.try_send(ending);
        self.missed = matches!(sent, Err(TrySendError::Full(_)));
    }

    /// Waits until nobody reads any more.
    pub(super) async fn closed(&self) {
        self.sender.closed().await;
    }
}

impl EndingSource for Inbox {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Ending>> {
        self.0.poll_recv(context)
    }
}

#[cfg(test)]
mod tests {
    use session_core::Handle;
    use session_core::store::Endings;

    use super::*;

    #[tokio::test]
    async fn a_late_reader_is_told_of_a_gap_before_the_next_proof() {
        let (mut outbox, inbox) = Outbox::new();
        let of = |number: usize| {
            let number = u128::try_from(number).unwrap();
            Ending::Of(Handle::from_bytes(number.to_be_bytes()))
        };
        for number in 0..CAPACITY {
            outbox.tell(of(number));
        }
        outbox.tell(of(CAPACITY));
        outbox.tell(Ending::UpToDate);
        let mut endings = Endings::new(inbox);
        for number in 0..CAPACITY {
            assert_eq!(endings.next().await, Some(of(number)));
        }
        outbox.tell(Ending::UpToDate);
        outbox.tell(Ending::UpToDate);
        assert_eq!(endings.next().await, Some(Ending::Gap));
        assert_eq!(endings.next().await, Some(Ending::UpToDate));
        drop(outbox);
        assert_eq!(endings.next().await, None);
    }
}
