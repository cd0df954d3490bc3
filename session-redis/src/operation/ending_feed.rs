//! The feed of endings: the messages of a subscription, and what shows that none is missing.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::stream::{Stream, unfold};
use redis::Value;
use session_core::store::{Ending, EndingSource, PROOF_INTERVAL};
use session_core::{Handle, Now};
use tokio::time::sleep;

use crate::connection::{
    CommandError, ConnectionWatch, Inbox, Message, SubscribedConnection, Subscription,
};
use crate::scripts::{self, Eval, Invocation, Published};

/// The endings that scripts have told, and what a question to the server has shown, about once a second.
pub(super) struct EndingFeed {
    inbox: Inbox,
    /// The rest of the last message.
    handles: std::vec::IntoIter<Handle>,
    /// It ends at the first answer that is not as it should be.
    answers: Pin<Box<dyn Stream<Item = Guarantee> + Send>>,
    /// Whether every session is told that ended before the last question, once the inbox is empty.
    is_up_to_date: bool,
}

/// What the subscribed server's answer to a question shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guarantee {
    /// All that was published before the question has arrived.
    UpToDate,
    /// The server lives. What others of its cluster have published may be under way.
    Alive,
}

impl EndingFeed {
    /// The feed of this subscription. As long as the watched connection is in use, if there is one, the store writes
    /// to the subscribed server alone. The key is one of a record that cannot exist.
    pub(super) fn new(
        subscription: Subscription,
        watch: Option<ConnectionWatch>,
        key: Vec<u8>,
    ) -> Self {
        let Subscription { inbox, connection } = subscription;
        let load = Invocation::new(&scripts::LOAD, Now::Store, key, &[]);
        let question = Question { load, connection, watch };
        let answers = unfold((question, Duration::ZERO), |(question, pause)| async move {
            sleep(pause).await;
            let guarantee = question.ask().await?;
            Some((guarantee, (question, PROOF_INTERVAL)))
        });
        let handles = Vec::new().into_iter();
        Self { inbox, handles, answers: Box::pin(answers), is_up_to_date: false }
    }

    /// What this message tells first.
    fn read(&mut self, message: Message) -> Option<Ending> {
        let Message::Published(message) = message else {
            return Some(Ending::Gap);
        };
        match Published::read(&message) {
            Published::Endings(handles) => self.handles = handles.into_iter(),
            Published::Mark(_) => {}
            Published::Unknown => return Some(Ending::Gap),
        }
        self.handles.next().map(Ending::Of)
    }
}

impl EndingSource for EndingFeed {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Ending>> {
        loop {
            if let Some(handle) = self.handles.next() {
                return Poll::Ready(Some(Ending::Of(handle)));
            }
            let message = if self.is_up_to_date {
                self.inbox.arrived()
            } else {
                match self.inbox.poll_next(context) {
                    Poll::Ready(None) => return Poll::Ready(None),
                    Poll::Ready(message) => message,
                    Poll::Pending => None,
                }
            };
            if let Some(message) = message {
                match self.read(message) {
                    Some(ending) => return Poll::Ready(Some(ending)),
                    None => continue,
                }
            }
            if std::mem::take(&mut self.is_up_to_date) {
                return Poll::Ready(Some(Ending::UpToDate));
            }
            match ready!(self.answers.as_mut().poll_next(context)) {
                Some(guarantee) => self.is_up_to_date = guarantee == Guarantee::UpToDate,
                None => return Poll::Ready(None),
            }
        }
    }
}

/// What the subscribed server is asked: for a record, as only a master answers that.
struct Question {
    load: Invocation,
    connection: SubscribedConnection,
    watch: Option<ConnectionWatch>,
}

impl Question {
    /// None if the answer is not as it should be.
    async fn ask(&self) -> Option<Guarantee> {
        let mut answer = self.send(Eval::ByHash).await;
        if let Err(CommandError::NoScript(_)) = answer {
            answer = self.send(Eval::ByCode).await;
        }
        match (answer, &self.watch) {
            (Ok(_), Some(watch)) if watch.is_in_use() => Some(Guarantee::UpToDate),
            // A node that knows which one has the key is a part of the cluster.
            (Ok(_) | Err(CommandError::Redirected(_)), None) => Some(Guarantee::Alive),
            _ => None,
        }
    }

    async fn send(&self, eval: Eval) -> Result<Value, CommandError> {
        self.connection.ask(&Invocation::command(&[&self.load], eval, "")).await
    }
}
