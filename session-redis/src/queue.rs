//! The way to one server: calls that wait at the same time travel as one command.
//!
//! No call waits for company: one that is alone is sent at once. What comes in the same turn of the runtime
//! goes with it, and what comes while [`AT_ONCE`] commands are under way goes when one of them is answered.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::call::{Answer, Call, Naming};
use crate::fault::Fault;
use crate::link::Link;

/// How many commands may be under way at the same time: enough that few calls wait for an answer to
/// others, and no more, since a server carries out one after the other and each would carry fewer calls.
const AT_ONCE: usize = 4;

/// How many calls one command may carry.
const MOST: usize = 128;

/// How many bytes it may carry, there and back, before it takes no further call.
const HEAVIEST: usize = 1 << 20;

/// Where calls to a server wait. Clones share it.
#[derive(Clone)]
pub(crate) struct Queue(Arc<Inner>);

struct Inner {
    link: Link,
    prefix: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Waiting>,
    carriers: usize,
    /// Whether one of the carriers is about to take what waits.
    gathers: bool,
    /// How many bytes the largest answer of the last command had: what answers weigh is not known
    /// before, and all of a command's come at once.
    largest: usize,
}

struct Waiting {
    call: Arc<Call>,
    naming: Naming,
    answer: oneshot::Sender<Result<Answer, Fault>>,
}

impl Queue {
    pub(crate) fn new(link: Link, prefix: &str) -> Self {
        Self(Arc::new(Inner { link, prefix: prefix.to_owned(), state: Mutex::default() }))
    }

    /// Has the call carried out, and waits for its answer.
    ///
    /// To drop this is harmless: a call that is not on its way is then not sent, and an answer thrown away.
    pub(crate) async fn ask(
        &self,
        call: Arc<Call>,
        naming: Naming,
        until: Instant,
    ) -> Result<Answer, Fault> {
        self.0.link.connected(until).await?;
        let (answer, answered) = oneshot::channel();
        self.push(Waiting { call, naming, answer });
        match timeout_at(until, answered).await {
            Ok(Ok(answer)) => answer,
            // The carrier's runtime has ended, or the time has.
            Ok(Err(_)) | Err(_) => Err(Fault::Silence),
        }
    }

    fn push(&self, waiting: Waiting) {
        let mut state = self.0.state();
        state.waiting.push_back(waiting);
        self.send_carrier(state);
    }

    /// Sends somebody for what waits, if nobody is about to take it and one more may.
    fn send_carrier(&self, mut state: MutexGuard<'_, State>) {
        if state.gathers || state.waiting.is_empty() || state.carriers == AT_ONCE {
            return;
        }
        state.gathers = true;
        state.carriers += 1;
        drop(state);
        tokio::spawn(Carrier { queue: self.clone(), doing: Doing::Gathering }.work());
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends these as one command, and tells each what it came to.
    async fn carry(&self, batch: Vec<Waiting>) {
        let calls: Vec<&Call> = batch.iter().map(|waiting| &*waiting.call).collect();
        let Some(first) = batch.first() else { return };
        let command = Call::command(&calls, first.naming, &self.prefix);
        let reply = self.link.call_at_once(&command).await;
        match reply.and_then(|reply| Answer::read(reply, batch.len())) {
            Ok(answers) => {
                let mut largest = 0;
                for (waiting, answer) in batch.into_iter().zip(answers) {
                    largest = largest.max(answer.as_ref().map_or(0, Answer::weight));
                    // Whoever has left does not need it.
                    let _ = waiting.answer.send(answer);
                }
                self.state().largest = largest;
            }
            Err(fault) => {
                for waiting in batch {
                    let _ = waiting.answer.send(Err(fault.clone()));
                }
            }
        }
    }
}

impl State {
    /// The call that has waited longest, and those that travel with it. The others keep their places;
    /// what nobody waits for any more is dropped.
    fn take(&mut self) -> Vec<Waiting> {
        let mut batch: Vec<Waiting> = Vec::new();
        let mut weight = 0;
        let mut left = Vec::new();
        while batch.len() < MOST
            && weight < HEAVIEST
            && let Some(waiting) = self.waiting.pop_front()
        {
            if waiting.answer.is_closed() {
                continue;
            }
            if batch.first().is_none_or(|first| first.travels_with(&waiting)) {
                weight += waiting.call.weight() + self.largest;
                batch.push(waiting);
            } else {
                left.push(waiting);
            }
        }
        for waiting in left.into_iter().rev() {
            self.waiting.push_front(waiting);
        }
        batch
    }
}

impl Waiting {
    fn travels_with(&self, other: &Self) -> bool {
        self.naming == other.naming && self.call.travels_with(&other.call)
    }
}

/// Takes what waits to the server, and goes on as long as there is more.
struct Carrier {
    queue: Queue,
    doing: Doing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    /// It is about to take what waits.
    Gathering,
    /// It is on its way.
    Carrying,
    Nothing,
}

impl Carrier {
    async fn work(mut self) {
        while self.doing == Doing::Gathering {
            // All that can run at this moment does so first, and what it asks goes with the rest.
            let_others_ask().await;
            let batch = self.take();
            self.queue.0.carry(batch).await;
            self.go_on_or_end();
        }
    }

    fn take(&mut self) -> Vec<Waiting> {
        let mut state = self.queue.0.state();
        let batch = state.take();
        state.gathers = false;
        self.doing = Doing::Carrying;
        // What does not travel with these does not wait for them.
        self.queue.send_carrier(state);
        batch
    }

    fn go_on_or_end(&mut self) {
        let mut state = self.queue.0.state();
        if state.gathers || state.waiting.is_empty() {
            state.carriers -= 1;
            self.doing = Doing::Nothing;
        } else {
            state.gathers = true;
            self.doing = Doing::Gathering;
        }
    }
}

impl Drop for Carrier {
    /// When the runtime that it ran on has ended before it was done.
    fn drop(&mut self) {
        if self.doing == Doing::Nothing {
            return;
        }
        let mut state = self.queue.0.state();
        state.carriers -= 1;
        state.gathers &= self.doing != Doing::Gathering;
        if state.carriers == 0 {
            // Nobody would come for these. They were not sent, and may try again.
            for waiting in state.waiting.drain(..) {
                let _ = waiting.answer.send(Err(Fault::Unreachable(None)));
            }
        }
    }
}

/// Lets the tasks go first that can run at this moment. tokio's own `yield_now` waits until its thread
/// has nothing else to do, which may be long; this stands at the end of the queue, where another
/// thread may take it.
async fn let_others_ask() {
    let mut asked = false;
    poll_fn(|context| {
        if std::mem::replace(&mut asked, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
