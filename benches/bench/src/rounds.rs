//! The rounds: in each, every server is asked for each of its routes once, so that what disturbs the machine meanwhile
//! disturbs all.

use std::slice;

use crate::backends::Backends;
use crate::cookies;
use crate::failure::{Failure, Failures, failure};
use crate::options::Options;
use crate::plan::{Load, Route, Subject};
use crate::results::{Results, Sample};
use crate::server::Server;
use crate::wrk::Run;

/// How many sessions one user has where all are one user's, beside those that the load shows.
const OF_ONE_USER: usize = 2_000;

pub(crate) async fn run(
    subjects: &[Subject],
    backends: &Backends,
    options: &Options,
    results: &mut Results,
    failures: &mut Failures,
) {
    results.samples.clear();
    (results.rounds, results.seconds) = (options.rounds, options.seconds);
    let mut servers = Vec::new();
    for (number, subject) in subjects.iter().enumerate() {
        let place = backends.place(subject, number).await;
        let server = Server::start(subject, &place, options.pool);
        if let Some(server) = failures.unless_failed(server) {
            eprintln!("warming up {}", subject.name());
            if let Err(failure) = warm_up(subject, &server) {
                failures.add(&failure);
            }
            servers.push((*subject, server));
        }
    }
    for round in 0..options.rounds {
        for (subject, server) in &servers {
            for load in subject.loads(round) {
                let sample = Sample::take(*subject, slice::from_ref(server), load, round, options);
                results.samples.extend(failures.unless_failed(sample));
            }
        }
        // Whoever was first in this round is last in the next.
        if !servers.is_empty() {
            servers.rotate_left(1);
        }
        results.keep_in(&options.results);
    }
}

/// Connections are opened and statements prepared; the one user has their sessions.
fn warm_up(subject: &Subject, server: &Server) -> Result<(), Failure> {
    for load in subject.loads(1) {
        if load.route == Route::LoginOne {
            cookies::begin_of_one_user(server, OF_ONE_USER)?;
        }
        Run::of(server, load, 1)?;
    }
    Ok(())
}

impl Sample {
    /// One run; a second one, if the first fails.
    pub(crate) fn take(
        subject: Subject,
        servers: &[Server],
        load: Load,
        round: usize,
        options: &Options,
    ) -> Result<Self, Failure> {
        let run = || Run::on_nodes(servers, load, options.seconds);
        let run = run().or_else(|_| run()).map_err(|failure| {
            let Load { route, connections, nodes } = load;
            let name = subject.name();
            failure!("{name}: {} × {connections}, nodes {nodes}: {failure}", route.name())
        })?;
        let sample = Self { subject, load, round, run };
        sample.tell(options);
        Ok(sample)
    }

    /// How it went, for whoever waits.
    fn tell(&self, options: &Options) {
        let Load { route, connections, nodes } = self.load;
        let nodes = if nodes == 1 { String::new() } else { format!(" on {nodes} nodes") };
        eprintln!(
            "round {} of {}: {}, {} × {connections}{nodes}: {:.0} requests/s, {:.1} µs of CPU each",
            self.round + 1,
            options.rounds,
            self.subject.name(),
            route.name(),
            self.run.per_second(),
            self.run.cpu_per_request(),
        );
    }
}
