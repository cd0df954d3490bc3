//! The rounds: in each, every server is asked for each of its routes once, so that what disturbs the machine meanwhile
//! disturbs all.

use crate::backends::Backends;
use crate::options::Options;
use crate::plan::Subject;
use crate::results::Sample;
use crate::server::Server;
use crate::wrk::Run;

pub(crate) async fn run(
    subjects: &[Subject],
    backends: &Backends,
    options: &Options,
) -> Vec<Sample> {
    let mut servers = Vec::new();
    for (number, subject) in subjects.iter().enumerate() {
        let place = backends.place(subject, number).await;
        servers.push((*subject, Server::start(subject, &place)));
    }
    for (subject, server) in &servers {
        for (route, connections) in subject.loads() {
            Run::of(server, route, connections, 1);
        }
    }
    let mut samples = Vec::new();
    for round in 0..options.rounds {
        for (subject, server) in &servers {
            for (route, connections) in subject.loads() {
                let run = Run::of(server, route, connections, options.seconds);
                eprintln!(
                    "round {} of {}: {}, {} × {connections}: {:.0} requests/s, {:.1} µs of CPU each",
                    round + 1,
                    options.rounds,
                    subject.name(),
                    route.name(),
                    run.per_second(),
                    run.cpu_per_request(),
                );
                samples.push(Sample { subject: *subject, route, connections, round, run });
            }
        }
        servers.rotate_left(1);
    }
    samples
}
