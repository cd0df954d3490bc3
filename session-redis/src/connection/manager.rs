//! The connection manager: one connection to one server, shared by all callers and replaced when it is lost.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, Pipeline, RedisError, Value, cmd};
use session_core::store::in_real_time;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::connector::Connector;
use super::error::{CommandError, Retry};
use super::shared::{Connection, Shared, State};
use super::source::Source;
use super::subscription::Subscription;
use super::watch::ConnectionWatch;
use crate::inspection::{Findings, Inspector, Purpose};

/// The least time from one connection to the next, for a server that accepts each and serves none.
const MIN_RECONNECT_INTERVAL: Duration = Duration::from_millis(50);

/// How long a connection may lie idle before it is asked whether it still answers: whatever stands between may have
/// forgotten it, and a write that was lost so could not be sent again.
const MAX_IDLE: Duration = Duration::from_secs(10);

/// The least time from one inspection of a server that cannot be used to the next.
const MIN_INSPECTION_INTERVAL: Duration = Duration::from_millis(250);

/// How often a server is asked whose connection was lost, or that is no master any more.
const INSPECTION_ATTEMPTS: u32 = 3;

/// A connection that is opened at the first use. Clones share it.
#[derive(Clone)]
pub(crate) struct ConnectionManager(Arc<Shared>);

impl ConnectionManager {
    pub(crate) fn new(
        source: Source,
        inspector: Arc<Inspector>,
        response_timeout: Duration,
    ) -> Self {
        Self(Arc::new(Shared::new(source, inspector, response_timeout)))
    }

    /// Sends the command and waits for its answer.
    ///
    /// Dropping this is harmless: the answer is then thrown away when it comes.
    pub(crate) async fn send(
        &self,
        command: &Cmd,
        deadline: Instant,
    ) -> Result<Value, CommandError> {
        self.send_with(deadline, async |mut connection| {
            connection.send_packed_command(command).await
        })
        .await
    }

    /// The same, but fails if there is no connection now.
    pub(crate) async fn send_if_connected(&self, command: &Cmd) -> Result<Value, CommandError> {
        if !self.is_connected() {
            return Err(CommandError::NotConnected(None));
        }
        self.send(command, Instant::now() + self.0.response_timeout).await
    }

    /// Sends the command to a node that the key's slot is moving to.
    pub(crate) async fn send_asking(
        &self,
        command: &Cmd,
        deadline: Instant,
    ) -> Result<Value, CommandError> {
        let mut asking = Pipeline::new();
        asking.cmd("ASKING").add_command(command.clone());
        let send = async |mut connection: MultiplexedConnection| {
            let answers = connection.send_packed_commands(&asking, 0, 2).await?;
            Ok(answers.into_iter().last().unwrap_or(Value::Nil))
        };
        self.send_with(deadline, send).await
    }

    /// The address of the server that it is connected to, or is always looked for at.
    pub(crate) fn server(&self) -> Option<String> {
        let state = self.0.state.borrow();
        let connected = state.live(self.0.response_timeout);
        connected.map(|connection| connection.server.to_string()).or(self.0.source.fixed_address())
    }

    /// Finds out whether sessions can be kept on the server at this moment. What is over soon is waited for.
    pub(crate) async fn inspect(&self, deadline: Instant) -> Result<Findings, CommandError> {
        let mut attempt = 1;
        loop {
            match self.inspect_once(deadline).await {
                Err(error) if error.is_retryable(Retry::Safe) && attempt < INSPECTION_ATTEMPTS => {
                    attempt += 1;
                    sleep(MIN_RECONNECT_INTERVAL).await;
                }
                found => return found,
            }
        }
    }

    /// The error of a command, which says what to change if the user lacks this rule.
    pub(crate) fn explained(&self, error: CommandError, rule: &str) -> CommandError {
        let server = self.server().unwrap_or_default();
        match error {
            CommandError::Failed(error) => {
                let unfit = self.0.inspector.refused(&error, rule, &server);
                unfit.map_or(CommandError::Failed(error), |unfit| {
                    CommandError::Unfit(Arc::new(unfit))
                })
            }
            error => error,
        }
    }

    async fn inspect_once(&self, deadline: Instant) -> Result<Findings, CommandError> {
        let inspector = &self.0.inspector;
        let server = self.connection(deadline).await?.server;
        let answer = self.send(&inspector.command(Purpose::Writing), deadline).await;
        let answer = answer.map_err(|error| self.explained(error, "+eval"))?;
        inspector.read(answer, &server).map_err(|unfit| CommandError::Unfit(Arc::new(unfit)))
    }

    /// Waits until there is a connection.
    pub(crate) async fn connect(&self, deadline: Instant) -> Result<(), CommandError> {
        if self.is_connected() {
            return Ok(());
        }
        Box::pin(self.connection(deadline)).await.map(drop)
    }

    /// Whether there is a connection, neither closed nor silent.
    pub(crate) fn is_connected(&self) -> bool {
        self.0.state.borrow().live(self.0.response_timeout).is_some()
    }

    /// Subscribes to a channel of the server, by a connection beside this one.
    pub(crate) async fn subscribe(
        &self,
        channel: &[u8],
        deadline: Instant,
    ) -> Result<Subscription, CommandError> {
        let subscribed = timeout_at(deadline, Subscription::open(&self.0, channel)).await;
        subscribed.unwrap_or(Err(CommandError::TimedOut))
    }

    /// Watches the connection, or a new one if it is lost.
    pub(crate) async fn watch(&self, deadline: Instant) -> Result<ConnectionWatch, CommandError> {
        let Connection { liveness, .. } = self.connection(deadline).await?;
        Ok(ConnectionWatch { shared: Arc::clone(&self.0), liveness })
    }

    async fn send_with(
        &self,
        deadline: Instant,
        send: impl AsyncFnOnce(MultiplexedConnection) -> Result<Value, RedisError>,
    ) -> Result<Value, CommandError> {
        let mut connection = self.connection(deadline).await?;
        if connection.liveness.is_idle(MAX_IDLE) && !Box::pin(self.answers(&connection)).await {
            connection = self.connection(deadline).await?;
        }
        let Connection { inner, liveness, .. } = connection;
        liveness.note_sent();
        let deadline = deadline.min(Instant::now() + self.0.response_timeout);
        let Ok(answer) =
            timeout_at(deadline, in_real_time(self.0.response_timeout, send(inner))).await
        else {
            return Err(CommandError::TimedOut);
        };
        liveness.note_answered();
        let error = match answer {
            Ok(Value::ServerError(error)) => CommandError::from(RedisError::from(error)),
            Ok(answer) => return Ok(answer),
            Err(error) => CommandError::from(error),
        };
        if !error.leaves_connection() {
            liveness.note_closed();
        }
        Err(error)
    }

    /// Whether the connection still answers a question that changes nothing. It is lost if not.
    async fn answers(&self, connection: &Connection) -> bool {
        let (limit, mut inner) = (self.0.response_timeout / 2, connection.inner.clone());
        connection.liveness.note_sent();
        let question = cmd("TIME");
        let asked = in_real_time(limit, inner.send_packed_command(&question));
        let answers = matches!(timeout(limit, asked).await, Ok(Ok(_)));
        if answers {
            connection.liveness.note_answered();
        } else {
            connection.liveness.note_closed();
        }
        answers
    }

    /// The connection, or a new one if it is lost.
    async fn connection(&self, deadline: Instant) -> Result<Connection, CommandError> {
        if let Some(connection) = self.0.state.borrow().live(self.0.response_timeout) {
            return Ok(connection.clone());
        }
        let mut states = self.0.state.subscribe();
        // What was found before this is not believed: it may have been changed.
        let mut has_waited = false;
        loop {
            match &*states.borrow_and_update() {
                State::Refused(unfit, _) if has_waited => {
                    return Err(CommandError::Unfit(Arc::clone(unfit)));
                }
                state => {
                    if let Some(connection) = state.live(self.0.response_timeout) {
                        return Ok(connection.clone());
                    }
                }
            }
            self.start_connecting();
            if timeout_at(deadline, states.changed()).await.is_err() {
                return Err(self.0.last_error().clone());
            }
            has_waited = true;
        }
    }

    /// Starts a task that connects, unless there is one, or a connection.
    fn start_connecting(&self) {
        let mut not_before = Instant::now();
        let starts = self.0.state.send_if_modified(|state| {
            if matches!(state, State::Connecting) || state.live(self.0.response_timeout).is_some() {
                return false;
            }
            match state {
                State::Connected(connection) => {
                    not_before = connection.liveness.opened() + MIN_RECONNECT_INTERVAL;
                }
                State::Refused(_, at) => not_before = *at + MIN_INSPECTION_INTERVAL,
                State::Disconnected | State::Connecting => {}
            }
            *state = State::Connecting;
            true
        });
        if starts {
            tokio::spawn(Connector::new(&self.0).run(not_before));
        }
    }
}
