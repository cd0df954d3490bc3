//! The connector: the task that opens a connection, however often it takes.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Client, PushInfo, PushKind, RedisResult};
use session_core::store::batch::Backoff;
use tokio::time::{Instant, sleep_until};

use super::client::with_database;
use super::error::CommandError;
use super::liveness::Liveness;
use super::master_watch::watch_master;
use super::shared::{Connection, Shared, State};
use crate::inspection::{Inspector, UnfitServer};

/// The pauses between attempts to connect grow from the first to the second.
const MIN_BACKOFF: Duration = Duration::from_millis(10);
const MAX_BACKOFF: Duration = Duration::from_millis(250);

/// The opening of a connection. It goes on when a caller leaves, and ends when all have left.
pub(super) struct Connector(Arc<Shared>);

impl Connector {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self(Arc::clone(shared))
    }

    pub(super) async fn run(self, not_before: Instant) {
        sleep_until(not_before).await;
        let mut backoff = Backoff::new(MIN_BACKOFF, MAX_BACKOFF);
        loop {
            let liveness = Arc::new(Liveness::new());
            let watched = Arc::clone(&liveness);
            let pushed = move |push: PushInfo| {
                if push.kind == PushKind::Disconnection {
                    watched.note_closed();
                }
            };
            let error = match self.open(pushed).await {
                Ok(Ok((inner, server))) => {
                    let connection = Connection { inner, server, liveness };
                    if !self.0.source.has_fixed_address() {
                        let shared = Arc::downgrade(&self.0);
                        tokio::spawn(watch_master(shared, connection.clone()));
                    }
                    *self.0.last_error() = CommandError::NotConnected(None);
                    self.0.state.send_replace(State::Connected(connection));
                    return;
                }
                Ok(Err(unfit)) => {
                    let unfit = Arc::new(unfit);
                    *self.0.last_error() = CommandError::Unfit(Arc::clone(&unfit));
                    self.0.state.send_replace(State::Refused(unfit, Instant::now()));
                    return;
                }
                Err(error) => error,
            };
            *self.0.last_error() = CommandError::NotConnected(Some(Arc::new(error)));
            if self.0.state.receiver_count() == 0 {
                return;
            }
            backoff.wait().await;
        }
    }

    /// Opens a connection, and has its server inspected. An outer error is of the moment.
    async fn open(
        &self,
        pushed: impl Fn(PushInfo) + Send + Sync + 'static,
    ) -> RedisResult<Result<(MultiplexedConnection, Arc<str>), UnfitServer>> {
        let client = self.0.server().await?;
        let server = client.get_connection_info().addr().to_string();
        let mut connection = match self.0.open(&client, pushed).await {
            Ok(connection) => connection,
            Err(error) => {
                let unfit = match Inspector::refused_to_connect(&error, &server) {
                    None if self.0.inspector.may_be_of_database(&error) => {
                        self.unfit_in_default_database(&client, &server).await
                    }
                    unfit => unfit,
                };
                return unfit.map(Err).ok_or(error);
            }
        };
        let inspected = self.0.inspect(&mut connection, &server).await?;
        Ok(inspected.map(|()| (connection, server.into())))
    }

    /// Why the server cannot be used, as far as a connection to its default database can tell.
    async fn unfit_in_default_database(
        &self,
        client: &Client,
        server: &str,
    ) -> Option<UnfitServer> {
        let client = Client::open(with_database(client.get_connection_info(), 0)).ok()?;
        let mut connection = self.0.open(&client, drop).await.ok()?;
        self.0.inspect(&mut connection, server).await.ok()?.err()
    }
}

impl Drop for Connector {
    /// Also when the runtime that it ran on has ended.
    fn drop(&mut self) {
        self.0.state.send_if_modified(|state| {
            let is_unfinished = matches!(state, State::Connecting);
            if is_unfinished {
                *state = State::Disconnected;
            }
            is_unfinished
        });
    }
}
