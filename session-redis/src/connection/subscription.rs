//! The subscription: a connection of its own on which the messages of a channel arrive.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, PushInfo, PushKind, RedisError, Value};
use session_core::store::in_real_time;
use tokio::time::timeout;

use super::error::CommandError;
use super::inbox::Inbox;
use super::shared::Shared;

/// A subscribed connection, closed when both of its ends are dropped.
pub(crate) struct Subscription {
    pub(crate) inbox: Inbox,
    pub(crate) line: Line,
}

/// The end where questions are asked. What was published before the server answers one has arrived before the answer.
pub(crate) struct Line {
    connection: MultiplexedConnection,
    response_timeout: Duration,
}

impl Subscription {
    /// Subscribes to the channel of the server that the source names now.
    pub(super) async fn open(shared: &Shared, channel: &[u8]) -> Result<Self, CommandError> {
        let (delivery, inbox) = Inbox::new();
        let pushed = move |push: PushInfo| {
            if push.kind == PushKind::Message {
                delivery.deliver(push.data);
            }
        };
        let connection = shared.open(pushed).await?;
        let line = Line { connection, response_timeout: shared.response_timeout };
        line.within(async |mut connection| connection.subscribe(channel).await).await?;
        Ok(Self { inbox, line })
    }
}

impl Line {
    /// Sends the command and waits for its answer.
    pub(crate) async fn ask(&self, command: &Cmd) -> Result<Value, CommandError> {
        let send = async |mut connection: MultiplexedConnection| {
            connection.send_packed_command(command).await
        };
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
        let answer = in_real_time(limit, send(self.connection.clone()));
        Ok(timeout(limit, answer).await.map_err(|_| CommandError::TimedOut)??)
    }
}
