//! The worker: sends commands to the server, one at a time, on the connection that all share.

use std::sync::Arc;

use session_core::store::batch;
use session_core::store::batch::InFlight;

use super::answer::Answer;
use super::call::Call;
use super::scheduler::Scheduler;
use crate::connection::ConnectionManager;
use crate::scripts::Invocation;

/// Sends each batch as one command.
#[derive(Clone)]
pub(crate) struct Worker {
    connection: ConnectionManager,
    /// The prefix of the keys of indexes.
    prefix: Arc<str>,
}

impl Worker {
    pub(super) fn new(connection: ConnectionManager, prefix: Arc<str>) -> Self {
        Self { connection, prefix }
    }
}

impl batch::Worker for Worker {
    type Scheduler = Scheduler;

    /// Sends these as one command, and answers each.
    async fn run(&mut self, batch: Vec<Call>, in_flight: &mut InFlight<Scheduler>) {
        let invocations: Vec<&Invocation> =
            batch.iter().map(|call| &*call.request.invocation).collect();
        let Some(first) = batch.first() else { return };
        let command = Invocation::command(&invocations, first.request.eval, &self.prefix);
        let reply = self.connection.send_if_connected(&command).await;
        match reply.and_then(|reply| Answer::read_all(reply, batch.len())) {
            Ok(answers) => {
                let mut largest = 0;
                for (call, answer) in batch.into_iter().zip(answers) {
                    largest = largest.max(answer.as_ref().map_or(0, Answer::size));
                    call.answer(answer);
                }
                in_flight.update(|scheduler, ()| scheduler.note_largest_answer(largest));
            }
            Err(error) => {
                for call in batch {
                    call.answer(Err(error.clone()));
                }
            }
        }
    }
}
