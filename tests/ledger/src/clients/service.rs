//! The application as its clients see it: nodes that answer.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::http::{Outcome, Reply, Request};
use super::samples::{Sample, Samples, Went};
use crate::ledger::{Came, Finding, Ledger, Violation};

/// What clients share.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) ledger: Ledger,
    pub(crate) nodes: Vec<SocketAddr>,
    pub(crate) samples: Samples,
    /// Whether sessions are records in a store: can be listed, and changed by many at once.
    pub(crate) has_records: bool,
    over: AtomicBool,
    refused_log_ins: AtomicUsize,
}

/// What a request came to.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// 2xx.
    Served(Reply),
    /// 401.
    Refused,
    /// The node is not there.
    NotSent,
    /// 503, or no answer: nobody knows what came of it.
    Unknown,
}

impl Service {
    pub(crate) fn new(ledger: Ledger, nodes: Vec<SocketAddr>, has_records: bool) -> Self {
        let (samples, over) = (Samples::default(), AtomicBool::new(false));
        let refused_log_ins = AtomicUsize::new(0);
        Self { ledger, nodes, samples, has_records, over, refused_log_ins }
    }

    pub(crate) fn goes_on(&self) -> bool {
        !self.over.load(Ordering::Relaxed)
    }

    /// Nobody asks any more.
    pub(crate) fn close(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// A log-in was taken for one from before the revocation that came before it.
    pub(crate) fn note_refused_log_in(&self) {
        self.refused_log_ins.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn refused_log_ins(&self) -> usize {
        self.refused_log_ins.load(Ordering::Relaxed)
    }

    pub(crate) async fn get(&self, node: usize, path: &str, cookie: Option<&str>) -> Answer {
        self.ask(node, Request { method: "GET", path, cookie }, None).await
    }

    pub(crate) async fn post(&self, node: usize, path: &str, cookie: Option<&str>) -> Answer {
        self.ask(node, Request { method: "POST", path, cookie }, None).await
    }

    /// Asks, and hangs up after so long if that is said.
    pub(crate) async fn ask(
        &self,
        node: usize,
        request: Request<'_>,
        leave: Option<Duration>,
    ) -> Answer {
        let address = self.nodes[node];
        let outcome = match leave {
            Some(after) => request.send_and_leave(address, after).await,
            None => request.send(address).await,
        };
        let (went, answer) = match outcome {
            Outcome::Reply(reply) => self.judge(reply, request),
            Outcome::NotSent => (Went::Lost, Answer::NotSent),
            Outcome::Lost if leave.is_some() => (Went::Left, Answer::Unknown),
            Outcome::Lost => (Went::Lost, Answer::Unknown),
        };
        self.samples.add(Sample { node, answered: Instant::now(), went });
        if went == Went::Lost {
            // A node that is down answers quickly.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        answer
    }

    fn judge(&self, reply: Reply, request: Request<'_>) -> (Went, Answer) {
        match reply.status {
            200..300 => (Went::Served, Answer::Served(reply)),
            401 => (Went::Refused, Answer::Refused),
            503 if !reply.body.trim().is_empty() => (Went::Unavailable, Answer::Unknown),
            status => {
                let what = format!("{} {}: {status} {}", request.method, request.path, reply.body);
                self.ledger.report([Finding::new(Violation::WrongAnswer, None, what)]);
                (Went::Wrong, Answer::Unknown)
            }
        }
    }
}

impl Answer {
    pub(crate) fn came(&self) -> Came {
        match self {
            Self::Served(reply) => Came::Acknowledged(reply.cookie.clone()),
            Self::Refused | Self::NotSent => Came::Nothing,
            Self::Unknown => Came::Unknown,
        }
    }
}
