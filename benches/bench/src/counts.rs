//! The counting pass: what the databases are asked per request, and what a session takes up there.
//!
//! It is a pass of its own, because to count is to slow down.

use std::collections::HashMap;

use report::float;

use crate::backends::{Backends, ask_redis};
use crate::cookies::{Cookies, SESSIONS};
use crate::plan::{Route, Store, Subject};
use crate::server::Server;
use crate::wrk::Run;

/// What was counted of one library on one store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    /// Bytes of a session where it is kept.
    pub(crate) bytes: Option<f64>,
    /// Per route and number of connections.
    pub(crate) asked: Vec<(Route, usize, Asked)>,
}

/// What one request asks of the database.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) statements: f64,
    pub(crate) round_trips: f64,
}

impl Counts {
    pub(crate) fn asked(&self, route: Route, connections: usize) -> Option<Asked> {
        let wanted = |(r, c, _): &&(Route, usize, Asked)| (*r, *c) == (route, connections);
        self.asked.iter().find(wanted).map(|(_, _, asked)| *asked)
    }
}

pub(crate) async fn take(subjects: &[Subject], backends: &Backends) -> Vec<(Subject, Counts)> {
    let mut all = Vec::new();
    for subject in subjects {
        let counts = match subject.store {
            Store::Cookie => {
                let server = Server::start(subject, "");
                let bytes = Cookies::of_new_sessions(&server, SESSIONS).size();
                Counts { bytes: Some(bytes), ..Counts::default() }
            }
            Store::Redis => in_redis(subject, backends).await,
            Store::Postgres | Store::Cached => in_postgres(subject, backends).await,
            Store::Nowhere | Store::Memory | Store::Sqlite => continue,
        };
        eprintln!("counted {}: {counts:?}", subject.name());
        all.push((*subject, counts));
    }
    all
}

/// How long each run is, in seconds.
const LONG: u64 = 2;

/// Every route over one connection and over many; connections have been opened and statements prepared before.
fn loads(server: &Server) -> impl Iterator<Item = (Route, usize)> {
    Route::WITH_SESSION.into_iter().flat_map(|route| {
        Run::of(server, route, 64, 1);
        [(route, 1), (route, 64)]
    })
}

async fn in_postgres(subject: &Subject, backends: &Backends) -> Counts {
    let database = backends.postgres.database().await;
    let proxy = backends.counting_proxy().await;
    let server = Server::start(subject, &proxy.url(&database));
    drop(Cookies::of_new_sessions(&server, SESSIONS));
    let bytes = Some(backends.row_size(&database, subject.table).await);
    let mut counts = Counts { bytes, ..Counts::default() };
    for (route, connections) in loads(&server) {
        let cookies = Cookies::to_ask_for(route, &server);
        backends.postgres.reset_statements(&database).await;
        proxy.reset_round_trips();
        let run = Run::with(&server, route, connections, LONG, &cookies);
        let statements = backends.postgres.statements(&database).await;
        let asked = Asked {
            statements: float(statements.iter().map(|(_, calls)| calls).sum()) / run.requests,
            round_trips: float(proxy.round_trips()) / run.requests,
        };
        counts.asked.push((route, connections, asked));
    }
    counts
}

async fn in_redis(subject: &Subject, backends: &Backends) -> Counts {
    let place = backends.place(subject, 0).await;
    ask_redis(&place, &["FLUSHALL"]);
    let server = Server::start(subject, &place);
    drop(Cookies::of_new_sessions(&server, SESSIONS));
    let sum = "local sum = 0 for _, key in ipairs(redis.call('KEYS', '*')) do \
               sum = sum + redis.call('MEMORY', 'USAGE', key, 'SAMPLES', 0) end return sum";
    let sum = ask_redis(&place, &["EVAL", sum, "0"]);
    let bytes = sum.trim().parse::<f64>().expect("a script answers with a number");
    let bytes = bytes / float(SESSIONS as u64);
    let mut counts = Counts { bytes: Some(bytes), ..Counts::default() };
    for (route, connections) in loads(&server) {
        let cookies = Cookies::to_ask_for(route, &server);
        ask_redis(&place, &["CONFIG", "RESETSTAT"]);
        let run = Run::with(&server, route, connections, LONG, &cookies);
        let (commands, reads) = commands(&ask_redis(&place, &["INFO", "ALL"]));
        let asked =
            Asked { statements: commands / run.requests, round_trips: reads / run.requests };
        counts.asked.push((route, connections, asked));
    }
    ask_redis(&place, &["FLUSHALL"]);
    counts
}

/// How many commands clients have sent, by Redis's own account, and in how many pieces it read them. What a script
/// calls is part of the script.
fn commands(info: &str) -> (f64, f64) {
    let lines: HashMap<&str, &str> =
        info.lines().filter_map(|line| line.trim().split_once(':')).collect();
    let calls = |name: &str| -> f64 {
        let line = lines.get(&*format!("cmdstat_{name}")).copied().unwrap_or_default();
        let calls = line.strip_prefix("calls=").and_then(|rest| rest.split(',').next());
        calls.and_then(|calls| calls.parse().ok()).unwrap_or(0.0)
    };
    let scripts = calls("evalsha") + calls("eval") + calls("fcall");
    let all: f64 = lines
        .keys()
        .filter_map(|key| key.strip_prefix("cmdstat_"))
        .filter(|name| !["info", "config|resetstat"].contains(name))
        .map(calls)
        .sum();
    let reads = lines.get("total_reads_processed").and_then(|reads| reads.parse().ok());
    (if scripts > 0.0 { scripts } else { all }, reads.unwrap_or(0.0))
}
