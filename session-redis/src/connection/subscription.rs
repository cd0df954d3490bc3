//! The subscription: a connection of its own on which the messages of a channel arrive.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, PushInfo, PushKind, RedisError, Value};
use session_core::store::in_real_time;
use tokio::time::timeout;

use super::error::CommandError;
use super::inbox::Inbox;
use super::shared::Shared;

/// What is published on a channel, and the connection on which it arrives. It is closed when both are dropped.
pub(crate) struct Subscription {
    pub(crate) inbox: Inbox,
    pub(crate) connection: SubscribedConnection,
}

/// A subscribed connection, on which the server can be asked as well. What was published before it answers has
/// arrived before the answer.
pub(crate) struct SubscribedConnection {
    inner: MultiplexedConnection,
    response_timeout: Duration,
}

impl Subscription {
    /// Subscribes to the channel of the server that the source names now.
    pub(super) async fn open(shared: &Shared, channel: &[u8]) -> Result<Self, CommandError> {
        let (sender, inbox) = Inbox::new();
        let pushed = move |push: PushInfo| {
            if push.kind == PushKind::Message {
                sender.deliver(push.data);
            }
        };
        let inner = shared.open(&shared.server().await?, pushed).await?;
        let connection = SubscribedConnection { inner, response_timeout: shared.response_timeout };
        connection.within(async |mut inner| inner.subscribe(channel).await).await?;
        Ok(Self { inbox, connection })
    }
}

impl SubscribedConnection {
    /// Sends the command and waits for its answer.
    pub(crate) async fn ask(&self, command: &Cmd) -> Result<Value, CommandError> {
        let send =
            async |mut inner: MultiplexedConnection| inner.send_packed_command(command).await;
        match self.within(send).await? {
            Value::ServerError(error) => Err(RedisError::from(error).into()),
            answer => Ok(answer),
        }
    }

    async fn within<T>(
        &self,
        send: impl AsyncFnOnce(MultiplexedConnection) -> Result<T, RedisError>,
    ) -> Result<T, CommandError> {
        let limit = self.response_timeout;
        let answer = in_real_time(limit, send(self.inner.clone()));
        Ok(timeout(limit, answer).await.map_err(|_| CommandError::TimedOut)??)
    }
}
