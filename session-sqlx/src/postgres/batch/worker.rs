//! A worker: takes batches from the queue and runs them, one at a time, on its own connection.

use std::pin::pin;
use std::sync::Arc;

use session_core::store::batch::InFlight;
use session_core::store::{batch, in_real_time};
use tokio::time::{Instant, timeout, timeout_at};

use super::call::Call;
use super::in_flight::SLOW_AFTER;
use super::scheduler::{Batch, Scheduler};
use super::shared::Shared;
use crate::postgres::connection::{ConnectionManager, StatementError, run};
use crate::postgres::sql::{Statement, Text};

/// How often a statement is tried again on another connection: a server that ends one may be about to
/// end the next.
const RETRIES: usize = 3;

pub(super) struct Worker {
    shared: Arc<Shared>,
    connection: ConnectionManager,
}

impl batch::Worker for Worker {
    type Scheduler = Scheduler;

    async fn prepare(&mut self) {
        self.connection.connect(&self.shared.server).await;
    }

    async fn run(&mut self, batch: Batch, in_flight: &mut InFlight<Scheduler>) {
        let mut work = pin!(self.serve_batch(batch));
        if timeout(SLOW_AFTER, &mut work).await.is_err() {
            in_flight.update(Scheduler::slowed);
            work.await;
        }
    }
}

impl Worker {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let connection = ConnectionManager::new(Arc::clone(&shared.health));
        Self { shared, connection }
    }

    async fn serve_batch(&mut self, batch: Batch) {
        let shared = Arc::clone(&self.shared);
        let texts = &shared.texts;
        match batch {
            Batch::Load(calls) => self.serve(calls, &texts.load).await,
            Batch::Insert(calls) => self.serve(calls, &texts.insert).await,
            Batch::Update(calls) => self.serve(calls, &texts.update).await,
            Batch::UpdateWhole(calls) => self.serve(calls, &texts.update_whole).await,
            Batch::Touch(calls) => self.serve(calls, &texts.touch).await,
            Batch::Delete(calls) => self.serve(calls, &texts.delete).await,
            Batch::Remember(calls) => self.serve(calls, &texts.remember).await,
            Batch::UpdateLogIn(calls) => self.serve(calls, &texts.update_log_in).await,
            Batch::InsertLogIn(calls) => self.serve(calls, &texts.insert_log_in).await,
            Batch::Revoked(calls) => self.serve(calls, &texts.revoked).await,
            Batch::List(calls) => self.serve(calls, &texts.list).await,
            Batch::Alive(calls) => self.serve(calls, &texts.alive).await,
            Batch::DeleteAll(calls) => self.serve(calls, &texts.delete_all).await,
            Batch::Sweep(calls) => self.serve(calls, &texts.sweep).await,
            Batch::Channel(calls) => self.serve(calls, &texts.channel).await,
        }
    }

    /// Runs these together, or one by one if the server rejected one of them.
    async fn serve<S: Statement>(&mut self, mut calls: Vec<Call<S>>, text: &Text) {
        let Some(error) = self.run_with_retry(&mut calls, text).await else {
            return;
        };
        if error.may_be_of_one() && calls.len() > 1 {
            for call in calls {
                let mut alone = vec![call];
                if let Some(error) = self.run_with_retry(&mut alone, text).await {
                    self.fail(alone, &error);
                }
            }
        } else {
            self.fail(calls, &error);
        }
    }

    fn fail<S: Statement>(&self, calls: Vec<Call<S>>, error: &StatementError) {
        for call in calls {
            call.answer(Err(self.shared.store_error(error)));
        }
    }

    /// Answers the calls, unless there is an error.
    async fn run_with_retry<S: Statement>(
        &mut self,
        calls: &mut Vec<Call<S>>,
        text: &Text,
    ) -> Option<StatementError> {
        let mut answers = self.run_once(calls, text).await;
        for _ in 0..RETRIES {
            if answers.as_ref().err().is_none_or(|error| !error.is_retryable::<S>()) {
                break;
            }
            answers = self.run_once(calls, text).await;
        }
        match answers {
            Ok(answers) => {
                for (call, answer) in calls.drain(..).zip(answers) {
                    call.answer(Ok(answer));
                }
                None
            }
            Err(error) => Some(error),
        }
    }

    /// Runs the calls that are not abandoned. The connection is out of its place meanwhile, and put
    /// back only when it is known to be in order: whatever ends this early, it is closed.
    async fn run_once<S: Statement>(
        &mut self,
        calls: &mut Vec<Call<S>>,
        text: &Text,
    ) -> Result<Vec<S::Answer>, StatementError> {
        let server = &self.shared.server;
        let Some(last) = calls.iter().map(Call::deadline).max() else {
            return Ok(Vec::new());
        };
        let Ok(mut connection) = timeout_at(last, self.connection.take::<S>(server)).await else {
            return Err(StatementError::NotConnected);
        };
        let now = Instant::now();
        calls.retain(|call| !call.is_abandoned(now));
        if calls.is_empty() {
            self.connection.put_back(connection);
            return Ok(Vec::new());
        }
        let statements: Vec<&S> = calls.iter().map(|call| &call.request).collect();
        let answers = run(server, &statements, text, connection.as_mut());
        let answers = timeout(server.deadline(), in_real_time(server.deadline(), answers)).await;
        let answers = answers.unwrap_or(Err(StatementError::TimedOut));
        if answers.as_ref().err().is_none_or(StatementError::leaves_connection) {
            self.connection.put_back(connection);
        }
        answers
    }
}
