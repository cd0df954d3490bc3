//! The worker: sends batches to the server, and ends when no more calls wait.

use std::future::poll_fn;
use std::sync::{Arc, MutexGuard};
use std::task::Poll;

use super::answer::Answer;
use super::call::Call;
use super::scheduler::Scheduler;
use super::shared::Shared;
use crate::connection::CommandError;
use crate::scripts::Invocation;

/// Sends batches, as long as there is one.
pub(super) struct Worker {
    shared: Arc<Shared>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It is about to take a batch.
    Collecting,
    /// Its batch is in flight.
    Sending,
    Done,
}

impl Worker {
    /// Starts a worker for the calls that wait, unless one is about to take them or there are enough.
    pub(super) fn start_if_needed(shared: &Arc<Shared>, mut scheduler: MutexGuard<'_, Scheduler>) {
        if scheduler.add_worker() {
            drop(scheduler);
            let worker = Self { shared: Arc::clone(shared), state: State::Collecting };
            tokio::spawn(worker.work());
        }
    }

    async fn work(mut self) {
        while self.state == State::Collecting {
            // All tasks that can run now do so first, and their calls join this batch.
            let_others_call().await;
            let batch = self.take_batch();
            self.send(batch).await;
            self.continue_or_end();
        }
    }

    fn take_batch(&mut self) -> Vec<Call> {
        let mut scheduler = self.shared.scheduler();
        let batch = scheduler.take_batch();
        self.state = State::Sending;
        // A call that cannot share this command does not wait for it.
        Self::start_if_needed(&self.shared, scheduler);
        batch
    }

    /// Sends these as one command, and answers each.
    async fn send(&self, batch: Vec<Call>) {
        let invocations: Vec<&Invocation> = batch.iter().map(|call| &*call.invocation).collect();
        let Some(first) = batch.first() else { return };
        let command = Invocation::command(&invocations, first.eval, &self.shared.prefix);
        let reply = self.shared.connection.send_if_connected(&command).await;
        match reply.and_then(|reply| Answer::read_all(reply, batch.len())) {
            Ok(answers) => {
                let mut largest = 0;
                for (call, answer) in batch.into_iter().zip(answers) {
                    largest = largest.max(answer.as_ref().map_or(0, Answer::size));
                    call.answer(answer);
                }
                self.shared.scheduler().note_largest_answer(largest);
            }
            Err(error) => {
                for call in batch {
                    call.answer(Err(error.clone()));
                }
            }
        }
    }

    fn continue_or_end(&mut self) {
        let continues = self.shared.scheduler().continue_or_end();
        self.state = if continues { State::Collecting } else { State::Done };
    }
}

impl Drop for Worker {
    /// When the runtime that it ran on has ended before it was done.
    fn drop(&mut self) {
        if self.state == State::Done {
            return;
        }
        let was_collecting = self.state == State::Collecting;
        let mut scheduler = self.shared.scheduler();
        for call in scheduler.lost_worker(was_collecting) {
            // It was not sent, and may try again.
            call.answer(Err(CommandError::NotConnected(None)));
        }
    }
}

/// Lets the tasks run first that can run now. tokio's own `yield_now` waits until its thread
/// has nothing else to do, which may be long; this stands at the end of the queue, where another
/// thread may take it.
async fn let_others_call() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
