//! A worker: takes operations from the queue and runs them, one at a time, on its own connection.

use std::sync::Arc;

use session_core::StoreError;
use sqlx::SqlStr;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::time::{Instant, timeout, timeout_at};

use super::fault::Fault;
use super::job::{Call, Job};
use super::link::{Health, Link};
use super::name::Table;
use super::server::Server;
use super::statement::{Sql, Statement};

/// What the workers of a store have in common.
pub(super) struct Shared {
    pub(super) server: Server,
    pub(super) table: Table,
    pub(super) sql: Sql,
    pub(super) health: Arc<Health>,
}

/// The end of the queue that the workers take turns at.
pub(super) struct Jobs(Mutex<mpsc::Receiver<Job>>);

impl Jobs {
    pub(super) fn new(queue: mpsc::Receiver<Job>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(queue)))
    }

    /// The next job; `None` when the store was dropped.
    async fn next(&self) -> Option<Job> {
        self.0.lock().await.recv().await
    }
}

pub(super) struct Worker {
    shared: Arc<Shared>,
    jobs: Arc<Jobs>,
    alive: watch::Receiver<()>,
    link: Link,
}

impl Worker {
    pub(super) fn new(shared: Arc<Shared>, jobs: Arc<Jobs>, alive: watch::Receiver<()>) -> Self {
        let link = Link::new(Arc::clone(&shared.health));
        Self { shared, jobs, alive, link }
    }

    /// Works until the store is dropped. Whoever has no connection takes no job: another may.
    pub(super) async fn work(mut self) {
        loop {
            tokio::select! {
                () = self.link.connect(&self.shared.server) => {}
                _ = self.alive.changed() => return,
            }
            let Some(job) = self.jobs.next().await else {
                return;
            };
            self.run(job).await;
        }
    }

    async fn run(&mut self, job: Job) {
        let shared = Arc::clone(&self.shared);
        let sql = &shared.sql;
        match job {
            Job::Load(call) => self.serve(call, &sql.load).await,
            Job::Insert(call) => self.serve(call, &sql.insert).await,
            Job::Update(call) => self.serve(call, &sql.update).await,
            Job::Touch(call) => self.serve(call, &sql.touch).await,
            Job::Delete(call) => self.serve(call, &sql.delete).await,
            Job::List(call) => self.serve(call, &sql.list).await,
            Job::DeleteAll(call) => self.serve(call, &sql.delete_all).await,
            Job::Sweep(call) => self.serve(call, &sql.sweep).await,
        }
    }

    async fn serve<S: Statement>(&mut self, call: Call<S>, sql: &SqlStr) {
        if call.is_over() {
            return;
        }
        let answer = match self.attempt(&call.statement, sql, call.deadline).await {
            Err(fault) if fault.permits_again::<S>() => {
                self.attempt(&call.statement, sql, call.deadline).await
            }
            answer => answer,
        };
        call.answer(answer.map_err(|fault| fault.into_error(&self.shared)));
    }

    /// Runs the statement once. The connection is out of its place meanwhile, and put back only
    /// when it is known to be in order: whatever ends this early, it is closed.
    async fn attempt<S: Statement>(
        &mut self,
        statement: &S,
        sql: &SqlStr,
        deadline: Instant,
    ) -> Result<S::Answer, Fault> {
        let server = &self.shared.server;
        let Ok(mut line) = timeout_at(deadline, self.link.take::<S>(server)).await else {
            return Err(Fault::Unreachable);
        };
        let answer =
            timeout(server.deadline(), statement.run(line.connection(), sql.clone())).await;
        let answer = answer.map_or(Err(Fault::Silence), |answer| answer.map_err(Fault::of));
        if answer.as_ref().err().is_none_or(Fault::leaves_connection) {
            self.link.put_back(line);
        }
        answer
    }
}

impl Shared {
    /// That a call was not answered within the deadline.
    pub(super) fn late(&self) -> StoreError {
        self.health.why_so_late(self.server.deadline())
    }
}
