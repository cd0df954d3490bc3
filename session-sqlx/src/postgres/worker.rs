//! A worker: takes batches from the queue and runs them, one at a time, on its own connection.

use std::pin::pin;
use std::sync::Arc;

use session_core::StoreError;
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};

use super::call::Call;
use super::fault::Fault;
use super::lane::Batch;
use super::link::{Health, Link};
use super::queue::Waiting;
use super::server::Server;
use super::sql::{Statement, Table, Text, Texts};
use super::under_way::SLOW;

/// What the workers of a store have in common.
pub(super) struct Shared {
    pub(super) server: Server,
    pub(super) table: Table,
    pub(super) texts: Texts,
    pub(super) health: Arc<Health>,
}

pub(super) struct Worker {
    shared: Arc<Shared>,
    waiting: Arc<Waiting>,
    alive: watch::Receiver<()>,
    link: Link,
}

impl Worker {
    pub(super) fn new(
        shared: Arc<Shared>,
        waiting: Arc<Waiting>,
        alive: watch::Receiver<()>,
    ) -> Self {
        let link = Link::new(Arc::clone(&shared.health));
        Self { shared, waiting, alive, link }
    }

    /// Works until the store is dropped. Whoever has no connection takes no batch: another may.
    pub(super) async fn work(mut self) {
        loop {
            let (batch, mut under_way) = tokio::select! {
                batch = async {
                    self.link.connect(&self.shared.server).await;
                    self.waiting.next().await
                } => batch,
                _ = self.alive.changed() => return,
            };
            let mut work = pin!(self.run(batch));
            if timeout(SLOW, &mut work).await.is_err() {
                under_way.is_slow();
                work.await;
            }
        }
    }

    async fn run(&mut self, batch: Batch) {
        let shared = Arc::clone(&self.shared);
        let texts = &shared.texts;
        match batch {
            Batch::Load(calls) => self.serve(calls, &texts.load).await,
            Batch::Insert(calls) => self.serve(calls, &texts.insert).await,
            Batch::Update(calls) => self.serve(calls, &texts.update).await,
            Batch::Touch(calls) => self.serve(calls, &texts.touch).await,
            Batch::Delete(calls) => self.serve(calls, &texts.delete).await,
            Batch::UpdateLogIn(calls) => self.serve(calls, &texts.update_log_in).await,
            Batch::InsertLogIn(calls) => self.serve(calls, &texts.insert_log_in).await,
            Batch::List(calls) => self.serve(calls, &texts.list).await,
            Batch::DeleteAll(calls) => self.serve(calls, &texts.delete_all).await,
            Batch::Sweep(calls) => self.serve(calls, &texts.sweep).await,
        }
    }

    /// Runs them together; and one by one, if the server will not have one of them.
    async fn serve<S: Statement>(&mut self, mut calls: Vec<Call<S>>, text: &Text) {
        let Some(fault) = self.try_twice(&mut calls, text).await else {
            return;
        };
        if fault.may_be_of_one() && calls.len() > 1 {
            for call in calls {
                let mut alone = vec![call];
                if let Some(fault) = self.try_twice(&mut alone, text).await {
                    self.refuse(alone, &fault);
                }
            }
        } else {
            self.refuse(calls, &fault);
        }
    }

    fn refuse<S: Statement>(&self, calls: Vec<Call<S>>, fault: &Fault) {
        for call in calls {
            call.answer(Err(fault.to_error(&self.shared)));
        }
    }

    /// Answers the calls, unless there is a fault.
    async fn try_twice<S: Statement>(
        &mut self,
        calls: &mut Vec<Call<S>>,
        text: &Text,
    ) -> Option<Fault> {
        let answers = match self.attempt(calls, text).await {
            Err(fault) if fault.permits_again::<S>() => self.attempt(calls, text).await,
            answers => answers,
        };
        match answers {
            Ok(answers) => {
                for (call, answer) in calls.drain(..).zip(answers) {
                    call.answer(Ok(answer));
                }
                None
            }
            Err(fault) => Some(fault),
        }
    }

    /// Runs them once, without those that nobody waits for any more. The connection is out of its
    /// place meanwhile, and put back only when it is known to be in order: whatever ends this
    /// early, it is closed.
    async fn attempt<S: Statement>(
        &mut self,
        calls: &mut Vec<Call<S>>,
        text: &Text,
    ) -> Result<Vec<S::Answer>, Fault> {
        let server = &self.shared.server;
        let Some(last) = calls.iter().map(|call| call.deadline).max() else {
            return Ok(Vec::new());
        };
        let Ok(mut line) = timeout_at(last, self.link.take::<S>(server)).await else {
            return Err(Fault::Unreachable);
        };
        let now = Instant::now();
        calls.retain(|call| !call.is_over(now));
        if calls.is_empty() {
            self.link.put_back(line);
            return Ok(Vec::new());
        }
        let statements: Vec<&S> = calls.iter().map(|call| &call.statement).collect();
        let answers = async {
            let connection = line.connection();
            server.begin(connection).await?;
            let answers = text.run(&statements, connection).await;
            server.end(connection, answers).await
        };
        let answers = timeout(server.deadline(), answers).await;
        let answers = answers.map_or(Err(Fault::Silence), |answers| answers.map_err(Fault::of));
        if answers.as_ref().err().is_none_or(Fault::leaves_connection) {
            self.link.put_back(line);
        }
        answers
    }
}

impl Shared {
    /// That a call was not answered within the deadline.
    pub(super) fn late(&self) -> StoreError {
        self.health.why_so_late(self.server.deadline())
    }
}
