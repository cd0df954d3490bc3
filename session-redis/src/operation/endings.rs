//! `endings`.

use std::fmt;
use std::future::poll_fn;
use std::hash::{BuildHasher as _, RandomState};

use redis::{ErrorKind, RedisError, ServerErrorKind};
use session_core::store::{Endings, in_real_time};
use session_core::{Handle, Now};
use tokio::time::{Instant, timeout_at};

use super::ending_feed::EndingFeed;
use super::executor::Topology;
use super::operations::Operations;
use crate::connection::{CommandError, ConnectionWatch, Inbox, Message, Retry, Subscription};
use crate::scripts::{self, Argument, Mark, Published};

impl Operations {
    /// Subscribes to what the scripts tell, and has one of them publish a mark: the feed is as good as that is
    /// heard. None, which is told once, if the user lacks the right to one or the other, or if nothing is heard.
    pub(crate) async fn endings(&self) -> Result<Option<Endings>, CommandError> {
        let deadline = self.deadline();
        let (mut subscription, watch) = match self.subscribe(deadline).await {
            Err(CommandError::Failed(error)) if is_refusal(&error) => {
                return Ok(self.no_feed(&error));
            }
            subscribed => subscribed?,
        };
        let mark = Mark::new();
        // That of a record that cannot exist.
        let key = self.keys.record(Handle::from_bytes([0; 16]));
        let (refusal, _): (Option<String>, _) = self
            .run(
                &scripts::PROBE,
                key.clone(),
                &[Argument::Bytes(mark.as_bytes())],
                Now::Store,
                Retry::Safe,
                deadline,
            )
            .await?;
        if let Some(refusal) = refusal {
            return Ok(self.no_feed(&refusal));
        }
        let heard = in_real_time(self.timeout, hears(&mut subscription.inbox, mark));
        match timeout_at(deadline, heard).await {
            Ok(true) => Ok(Some(Endings::new(EndingFeed::new(subscription, watch, key)))),
            // Where a server may have taken another's place, it may just have done so.
            Err(_) if watch.is_some_and(|watch| watch.is_in_use() && watch.has_fixed_address()) => {
                Ok(self.no_feed(&"what is published is not heard"))
            }
            Ok(false) | Err(_) => Err(CommandError::TimedOut),
        }
    }

    /// A subscription to the server that the store is connected to, and a watch of that connection; or to some node
    /// of a cluster, each of which passes on what is published on the others.
    async fn subscribe(
        &self,
        deadline: Instant,
    ) -> Result<(Subscription, Option<ConnectionWatch>), CommandError> {
        let channel = self.keys.endings();
        match self.executor.topology() {
            Topology::Standalone(queue) => {
                let watch = queue.connection().watch(deadline).await?;
                Ok((queue.connection().subscribe(&channel, deadline).await?, Some(watch)))
            }
            Topology::Cluster(router) => {
                // The standard library's hash keys are its one source of randomness.
                let turn = RandomState::new().hash_one(());
                let node = router.node(usize::try_from(turn % 1024).unwrap_or(0))?;
                Ok((node.subscribe(&channel, deadline).await?, None))
            }
        }
    }

    /// Says why there is none, once.
    fn no_feed(&self, reason: &dyn fmt::Display) -> Option<Endings> {
        self.refusal_told.call_once(|| {
            tracing::warn!(
                target: "session",
                %reason,
                "Redis does not tell which sessions end, so that they are asked for now and then: the user needs \
                 the rules +subscribe, +publish and &{}",
                String::from_utf8_lossy(&self.keys.endings()),
            );
        });
        None
    }
}

/// Whether the user may not do it.
fn is_refusal(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoPerm)
}

/// Waits until the mark is published; false if nothing will be any more.
async fn hears(inbox: &mut Inbox, mark: Mark) -> bool {
    while let Some(message) = poll_fn(|context| inbox.poll_next(context)).await {
        if let Message::Published(message) = message
            && Published::read(&message) == Published::Mark(mark)
        {
            return true;
        }
    }
    false
}
