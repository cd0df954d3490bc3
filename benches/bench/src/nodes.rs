//! Several nodes: as many processes of one library's server share a PostgreSQL, the load and the core of the servers.

use crate::backends::Backends;
use crate::failure::{Failure, Failures};
use crate::options::Options;
use crate::plan::{Load, NODES, Route, Store, Subject};
use crate::results::{Results, Sample};
use crate::server::Server;
use crate::wrk::Run;

/// Half as many rounds as of one node.
pub(crate) async fn run(
    subjects: &[Subject],
    backends: &Backends,
    options: &Options,
    results: &mut Results,
    failures: &mut Failures,
) {
    results.nodes.clear();
    let on_postgres = |subject: &&Subject| subject.store == Store::Postgres;
    let mut subjects: Vec<Subject> = subjects.iter().filter(on_postgres).copied().collect();
    for round in 0..options.rounds.div_ceil(2) {
        for nodes in NODES {
            for subject in &subjects {
                let measured = measure(*subject, nodes, round, backends, options).await;
                let samples = failures.unless_failed(measured);
                results.nodes.extend(samples.unwrap_or_default());
            }
        }
        // Whoever was first in this round is last in the next.
        if !subjects.is_empty() {
            subjects.rotate_left(1);
        }
        results.keep_in(&options.results);
    }
}

/// With the servers of one library at a time: all of them would need more connections than PostgreSQL allows.
async fn measure(
    subject: Subject,
    nodes: usize,
    round: usize,
    backends: &Backends,
    options: &Options,
) -> Result<Vec<Sample>, Failure> {
    backends.without_connections().await;
    let place = backends.place(&subject, 0).await;
    // One after the other: the first makes the table.
    let servers: Result<Vec<Server>, Failure> =
        (0..nodes).map(|_| Server::start(&subject, &place, options.pool)).collect();
    let servers = servers?;
    let mut samples = Vec::new();
    for route in Route::ON_NODES {
        let load = Load::on(nodes, route);
        // Opens connections and prepares statements.
        Run::on_nodes(&servers, load, 1)?;
        samples.push(Sample::take(subject, &servers, load, round, options)?);
    }
    Ok(samples)
}
