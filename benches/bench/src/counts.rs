//! The counting pass: what the databases are asked per request, and what a session takes up there.
//!
//! It is a pass of its own, because to count is to slow down.

use std::collections::HashMap;
use std::slice;

use report::float;
use serde::{Deserialize, Serialize};

use crate::backends::{Backends, ask_redis};
use crate::cookies::{Cookies, SESSIONS};
use crate::failure::{Failure, Failures, failure};
use crate::options::Options;
use crate::plan::{Load, Route, Store, Subject};
use crate::server::Server;
use crate::wrk::Run;

/// What was counted of one library on one store.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// Bytes of a session where it is kept.
    pub(crate) bytes: Option<f64>,
    /// Per route and number of connections.
    pub(crate) asked: Vec<(Route, usize, Asked)>,
}

/// What one request asks of the database.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
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

pub(crate) async fn take(
    subjects: &[Subject],
    backends: &Backends,
    options: &Options,
    failures: &mut Failures,
) -> Vec<(Subject, Counts)> {
    let mut all = Vec::new();
    for subject in subjects {
        let counts = match subject.store {
            Store::Cookie => in_cookies(subject, options),
            Store::Redis => in_redis(subject, backends, options).await,
            Store::Postgres | Store::Cached => in_postgres(subject, backends, options).await,
            Store::Nowhere | Store::Memory | Store::Sqlite => continue,
        };
        let counts = counts.map_err(|error| failure!("statements of {}: {error}", subject.name()));
        if let Some(counts) = failures.unless_failed(counts) {
            eprintln!("counted {}: {counts:?}", subject.name());
            all.push((*subject, counts));
        }
    }
    all
}

/// How long each run is, in seconds.
const LONG: u64 = 1;

/// Every route over one connection and over many; connections have been opened and statements prepared before.
fn loads(server: &Server) -> impl Iterator<Item = (Route, usize)> {
    Route::OPERATIONS.into_iter().flat_map(|route| {
        // If it fails here, it fails again where it is counted, and is told there.
        let _ = Run::of(server, Load::over(64, route), 1);
        [(route, 1), (route, 64)]
    })
}

fn in_cookies(subject: &Subject, options: &Options) -> Result<Counts, Failure> {
    let server = Server::start(subject, "", options.pool)?;
    let bytes = Cookies::of_new_sessions(&server, SESSIONS)?.size();
    Ok(Counts { bytes: Some(bytes), ..Counts::default() })
}

async fn in_postgres(
    subject: &Subject,
    backends: &Backends,
    options: &Options,
) -> Result<Counts, Failure> {
    let database = backends.postgres.database().await;
    let proxy = backends.counting_proxy().await;
    let server = Server::start(subject, &proxy.url(&database), options.pool)?;
    drop(Cookies::of_new_sessions(&server, SESSIONS)?);
    let bytes = Some(backends.row_size(&database, subject.table).await?);
    let mut counts = Counts { bytes, ..Counts::default() };
    for (route, connections) in loads(&server) {
        let load = Load::over(connections, route);
        let servers = slice::from_ref(&server);
        let cookies = Cookies::to_ask_for(load, servers)?;
        backends.postgres.reset_statements(&database).await;
        proxy.reset_round_trips();
        let run = Run::with(servers, load, LONG, &cookies)?;
        let statements = backends.postgres.statements(&database).await;
        let asked = Asked {
            statements: float(statements.iter().map(|(_, calls)| calls).sum()) / run.requests,
            round_trips: float(proxy.round_trips()) / run.requests,
        };
        counts.asked.push((route, connections, asked));
    }
    Ok(counts)
}

async fn in_redis(
    subject: &Subject,
    backends: &Backends,
    options: &Options,
) -> Result<Counts, Failure> {
    let place = backends.place(subject, 0).await;
    ask_redis(&place, &["FLUSHALL"]);
    let server = Server::start(subject, &place, options.pool)?;
    drop(Cookies::of_new_sessions(&server, SESSIONS)?);
    let sum = "local sum = 0 for _, key in ipairs(redis.call('KEYS', '*')) do \
               sum = sum + redis.call('MEMORY', 'USAGE', key, 'SAMPLES', 0) end return sum";
    let sum = ask_redis(&place, &["EVAL", sum, "0"]);
    let bytes = sum.trim().parse::<f64>();
    let bytes = bytes.map_err(|_| failure!("Redis does not tell its memory: {sum}"))?;
    let bytes = bytes / float(SESSIONS as u64);
    let mut counts = Counts { bytes: Some(bytes), ..Counts::default() };
    for (route, connections) in loads(&server) {
        let load = Load::over(connections, route);
        let servers = slice::from_ref(&server);
        let cookies = Cookies::to_ask_for(load, servers)?;
        ask_redis(&place, &["CONFIG", "RESETSTAT"]);
        let run = Run::with(servers, load, LONG, &cookies)?;
        let (commands, reads) = commands(&ask_redis(&place, &["INFO", "ALL"]));
        let asked =
            Asked { statements: commands / run.requests, round_trips: reads / run.requests };
        counts.asked.push((route, connections, asked));
    }
    ask_redis(&place, &["FLUSHALL"]);
    Ok(counts)
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
