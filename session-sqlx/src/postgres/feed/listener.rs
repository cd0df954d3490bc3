//! The listener: a connection on which messages arrive, and which proves that none is missing.

use std::io;
use std::sync::Arc;

use session_core::StoreError;
use session_core::store::{Ending, PROOF_INTERVAL, in_real_time};
use sqlx::Acquire as _;
use sqlx::postgres::PgListener;
use tokio::time::{Instant, timeout, timeout_at};

use super::message::endings;
use super::outbox::Outbox;
use crate::postgres::batch::Shared;
use crate::postgres::connection::{OpenError, StatementError, run};
use crate::postgres::sql::{Channel, ChannelSeen};

/// A connection for messages.
pub(super) struct Listener {
    connection: PgListener,
    shared: Arc<Shared>,
    channel: ChannelSeen,
}

/// Why a listener could not connect.
pub(super) enum ListenError {
    Open(OpenError),
    Statement(StatementError),
}

impl ListenError {
    pub(super) fn store_error(&self, shared: &Shared) -> StoreError {
        match self {
            Self::Open(error) => error.store_error(),
            Self::Statement(error) => shared.store_error(error),
        }
    }
}

impl Listener {
    /// Connects, and does not listen yet. None if not every ending is told.
    pub(super) async fn connect(shared: Arc<Shared>) -> Result<Option<Self>, ListenError> {
        let mut connection = shared.server.listen().await.map_err(ListenError::Open)?;
        let channel = channel(&shared, &mut connection).await.map_err(ListenError::Statement)?;
        Ok(channel.map(|channel| Self { connection, shared, channel }))
    }

    /// Whether it is served by a process of its own, as far as one can see: not by that which
    /// serves this other connection. A pooler may lend each connection another, and each process to
    /// others.
    pub(super) async fn is_apart_from(
        &mut self,
        other: &ChannelSeen,
    ) -> Result<bool, StatementError> {
        Ok(other.process != self.channel.process && self.prove().await?)
    }

    /// Listens from now on.
    pub(super) async fn subscribe(&mut self) -> Result<(), StatementError> {
        let limit = self.shared.server.deadline();
        let listening = in_real_time(limit, self.connection.listen(&self.channel.name));
        timeout(limit, listening).await.map_err(|_| StatementError::TimedOut)??;
        Ok(())
    }

    /// Whether this message arrives, which was sent over another connection. What comes before it
    /// is told.
    pub(super) async fn hears(
        &mut self,
        message: &str,
        outbox: &mut Outbox,
    ) -> Result<bool, StatementError> {
        let wait = in_real_time(PROOF_INTERVAL, self.wait_for(message, outbox));
        if let Ok(arrived) = timeout(PROOF_INTERVAL, wait).await {
            return Ok(arrived.map(|()| true)?);
        }
        // The server may be slow: what it was to tell before the question it tells first.
        let mut is_heard = false;
        let is_proven = self.prove().await?;
        while let Some(notification) = self.connection.next_buffered() {
            is_heard |= notification.payload() == message;
            tell(notification.payload(), outbox);
        }
        Ok(is_proven && is_heard)
    }

    async fn wait_for(&mut self, message: &str, outbox: &mut Outbox) -> sqlx::Result<()> {
        loop {
            let Some(notification) = self.connection.try_recv().await? else {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            };
            if notification.payload() == message {
                return Ok(());
            }
            tell(notification.payload(), outbox);
        }
    }

    /// Tells what it hears, until the connection is lost, proves nothing in time, or nobody reads.
    pub(super) async fn listen(mut self, mut outbox: Outbox) {
        while matches!(self.prove().await, Ok(true)) {
            while let Some(notification) = self.connection.next_buffered() {
                tell(notification.payload(), &mut outbox);
            }
            outbox.tell(Ending::UpToDate);
            let next = Instant::now() + PROOF_INTERVAL;
            while Instant::now() < next {
                let received = tokio::select! {
                    received = timeout_at(next, self.connection.try_recv()) => received,
                    () = outbox.closed() => return,
                };
                match received {
                    Ok(Ok(Some(notification))) => tell(notification.payload(), &mut outbox),
                    Ok(Ok(None) | Err(_)) => return,
                    Err(_) => break,
                }
            }
        }
    }

    /// Asks the server whether it still tells everything, over this connection. Whatever was
    /// committed before the question has arrived before the answer.
    async fn prove(&mut self) -> Result<bool, StatementError> {
        let seen = channel(&self.shared, &mut self.connection).await?;
        Ok(seen.as_ref() == Some(&self.channel))
    }
}

/// The channel as this connection sees it.
async fn channel(
    shared: &Shared,
    connection: &mut PgListener,
) -> Result<Option<ChannelSeen>, StatementError> {
    let Shared { server, texts, .. } = shared;
    let answer = async {
        let connection = connection.acquire().await?;
        run(server, &[&Channel::default()], &texts.channel, connection).await
    };
    let limit = server.deadline();
    let answers = timeout(limit, in_real_time(limit, answer)).await;
    Ok(answers.map_err(|_| StatementError::TimedOut)??.pop().flatten())
}

fn tell(message: &str, outbox: &mut Outbox) {
    for ending in endings(message) {
        outbox.tell(ending);
    }
}
