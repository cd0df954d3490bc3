//! One connection to one server, shared by everybody, and another when it is lost.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, Pipeline, RedisError, Value};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};

use crate::fault::Fault;
use crate::source::Source;

/// A connection takes several round trips and a password check: below this, a short deadline
/// for commands would mean that none is ever opened.
const LEAST_TO_CONNECT: Duration = Duration::from_secs(1);

/// The least time from one connection to the next, for a server that accepts each and serves none.
const REST: Duration = Duration::from_millis(50);

/// The pauses between attempts to connect grow from the first to the second.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(250));

/// A connection that is made when it is first needed and kept. Clones share it.
#[derive(Clone)]
pub(crate) struct Link(Arc<Inner>);

struct Inner {
    source: Source,
    /// How long a connection may be silent before it is given up.
    patience: Duration,
    state: watch::Sender<State>,
    /// Why the last attempt to connect failed.
    trouble: Mutex<Option<Arc<RedisError>>>,
}

enum State {
    Closed,
    /// A task is connecting.
    Opening,
    Open(Line),
}

#[derive(Clone)]
struct Line {
    connection: MultiplexedConnection,
    pulse: Arc<Pulse>,
}

impl Link {
    pub(crate) fn new(source: Source, patience: Duration) -> Self {
        Self(Arc::new(Inner {
            source,
            patience,
            state: watch::Sender::new(State::Closed),
            trouble: Mutex::default(),
        }))
    }

    /// Sends the command and waits for its answer.
    ///
    /// To drop this is harmless: the answer is then thrown away when it comes.
    pub(crate) async fn call(&self, command: &Cmd, until: Instant) -> Result<Value, Fault> {
        self.ask(until, async |mut connection| connection.send_packed_command(command).await).await
    }

    /// The same, if it is connected at this moment.
    pub(crate) async fn call_at_once(&self, command: &Cmd) -> Result<Value, Fault> {
        if !self.is_open() {
            return Err(Fault::Unreachable(None));
        }
        self.call(command, Instant::now() + self.0.patience).await
    }

    /// Waits until it is connected.
    pub(crate) async fn connected(&self, until: Instant) -> Result<(), Fault> {
        if self.is_open() {
            return Ok(());
        }
        Box::pin(self.line(until)).await.map(drop)
    }

    /// Sends the command to a node that the key's slot is moving to.
    pub(crate) async fn call_asking(&self, command: &Cmd, until: Instant) -> Result<Value, Fault> {
        let mut asking = Pipeline::new();
        asking.cmd("ASKING").add_command(command.clone());
        let answer = async |mut connection: MultiplexedConnection| {
            let answers = connection.send_packed_commands(&asking, 0, 2).await?;
            Ok(answers.into_iter().last().unwrap_or(Value::Nil))
        };
        self.ask(until, answer).await
    }

    /// Whether it is connected and nothing speaks against it.
    pub(crate) fn is_open(&self) -> bool {
        self.0.state.borrow().line(self.0.patience).is_some()
    }

    async fn ask(
        &self,
        until: Instant,
        command: impl AsyncFnOnce(MultiplexedConnection) -> Result<Value, RedisError>,
    ) -> Result<Value, Fault> {
        let line = self.line(until).await?;
        line.pulse.ask();
        let patience = until.min(Instant::now() + self.0.patience);
        let Ok(answer) = timeout_at(patience, command(line.connection)).await else {
            return Err(Fault::Silence);
        };
        line.pulse.answer();
        let fault = match answer {
            Ok(Value::ServerError(error)) => Fault::from(RedisError::from(error)),
            Ok(answer) => return Ok(answer),
            Err(error) => Fault::from(error),
        };
        if !fault.leaves_connection() {
            line.pulse.stop();
        }
        Err(fault)
    }

    /// The connection, or a new one if it is lost.
    async fn line(&self, until: Instant) -> Result<Line, Fault> {
        if let Some(line) = self.0.state.borrow().line(self.0.patience) {
            return Ok(line.clone());
        }
        let mut states = self.0.state.subscribe();
        loop {
            if let Some(line) = states.borrow_and_update().line(self.0.patience) {
                return Ok(line.clone());
            }
            self.open();
            if timeout_at(until, states.changed()).await.is_err() {
                return Err(Fault::Unreachable(self.0.trouble().clone()));
            }
        }
    }

    /// Has a connection made, unless that is being done.
    fn open(&self) {
        let mut not_before = Instant::now();
        let begins = self.0.state.send_if_modified(|state| {
            if matches!(state, State::Opening) || state.line(self.0.patience).is_some() {
                return false;
            }
            if let State::Open(line) = state {
                not_before = line.pulse.born + REST;
            }
            *state = State::Opening;
            true
        });
        if begins {
            tokio::spawn(Opening(Arc::clone(&self.0)).run(not_before));
        }
    }
}

impl Inner {
    fn trouble(&self) -> MutexGuard<'_, Option<Arc<RedisError>>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The connection, if nothing speaks against it.
    fn line(&self, patience: Duration) -> Option<&Line> {
        match self {
            Self::Open(line) if line.pulse.is_sound(patience) => Some(line),
            _ => None,
        }
    }
}

/// The making of a connection, which goes on when a caller leaves and ends when all have.
struct Opening(Arc<Inner>);

impl Opening {
    async fn run(self, not_before: Instant) {
        sleep_until(not_before).await;
        let patience = self.0.patience.max(LEAST_TO_CONNECT);
        let (mut pause, longest) = PAUSES;
        loop {
            let pulse = Arc::new(Pulse::new());
            let heard = Arc::clone(&pulse);
            let open = self.0.source.open(move || heard.stop());
            let error = match timeout(patience, open).await {
                Ok(Ok(connection)) => {
                    let line = Line { connection, pulse };
                    *self.0.trouble() = None;
                    self.0.state.send_replace(State::Open(line));
                    return;
                }
                Ok(Err(error)) => error,
                Err(_) => std::io::Error::from(std::io::ErrorKind::TimedOut).into(),
            };
            *self.0.trouble() = Some(Arc::new(error));
            if self.0.state.receiver_count() == 0 {
                return;
            }
            sleep(jittered(pause)).await;
            pause = longest.min(pause * 2);
        }
    }
}

impl Drop for Opening {
    /// Also when the runtime that it ran on has ended.
    fn drop(&mut self) {
        self.0.state.send_if_modified(|state| {
            let unfinished = matches!(state, State::Opening);
            if unfinished {
                *state = State::Closed;
            }
            unfinished
        });
    }
}

/// Between half of it and all of it, so that nodes which lost a server together do not come back
/// to it together.
fn jittered(pause: Duration) -> Duration {
    let random = RandomState::new().hash_one(()) % 1024;
    pause.mul_f64(0.5 + f64::from(u32::try_from(random).unwrap_or(0)) / 2048.0)
}

/// Whether a connection still answers, as far as anybody knows.
///
/// A caller may have left before it could tell. So each leaves word that it asked, an answer to
/// anyone strikes it out, and the next caller sees how long ago the question was.
struct Pulse {
    born: Instant,
    /// When it was asked without an answer since: microseconds of its life and one, or none.
    asked: AtomicU64,
    stopped: AtomicBool,
}

impl Pulse {
    fn new() -> Self {
        Self { born: Instant::now(), asked: AtomicU64::new(0), stopped: AtomicBool::new(false) }
    }

    fn age(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn ask(&self) {
        let now = self.age().saturating_add(1);
        // Only the first question counts; so a failure is as good.
        let _ = self.asked.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
    }

    fn answer(&self) {
        self.asked.store(0, Ordering::Relaxed);
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    fn is_sound(&self, patience: Duration) -> bool {
        let silent = match self.asked.load(Ordering::Relaxed) {
            0 => 0,
            asked => self.age().saturating_sub(asked - 1),
        };
        !self.stopped.load(Ordering::Relaxed) && Duration::from_micros(silent) < patience
    }
}
