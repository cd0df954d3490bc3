//! All that was measured: kept in a file between runs, and how to ask for it.

use std::fs;
use std::path::Path;

use report::Series;
use serde::{Deserialize, Serialize};

use crate::applications::Built;
use crate::counts::Counts;
use crate::failure::Failures;
use crate::instructions::Instructions;
use crate::options::Part;
use crate::plan::{Load, OURS, Route, Store, Subject};
use crate::wrk::Run;

/// What the parts measured, each in its last run.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Results {
    pub(crate) machine: String,
    pub(crate) rounds: usize,
    pub(crate) seconds: u64,
    /// The parts, in the order in which they were measured.
    pub(crate) parts: Vec<Measured>,
    pub(crate) built: Vec<Built>,
    pub(crate) instructions: Vec<Instructions>,
    pub(crate) counts: Vec<(Subject, Counts)>,
    pub(crate) samples: Vec<Sample>,
    /// Of several nodes.
    pub(crate) nodes: Vec<Sample>,
}

/// How a part went.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    part: Part,
    pub(crate) minutes: f64,
    pub(crate) failures: Failures,
}

/// One run of the load, and what of.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Sample {
    pub(crate) subject: Subject,
    pub(crate) load: Load,
    pub(crate) round: usize,
    pub(crate) run: Run,
}

impl Results {
    /// What is kept in this directory; nothing, if it is not readable as what this program measures.
    pub(crate) fn kept_in(directory: &Path) -> Self {
        let Ok(bytes) = fs::read(directory.join("results.json")) else { return Self::default() };
        serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            eprintln!("the results in {} are not used: {error}", directory.display());
            Self::default()
        })
    }

    /// Keeps all of it, so that what was measured is there even if the rest fails.
    pub(crate) fn keep_in(&self, directory: &Path) {
        let bytes = serde_json::to_vec_pretty(self).expect("the results are JSON");
        fs::create_dir_all(directory).expect("the directory can be made");
        fs::write(directory.join("results.json"), bytes).expect("the directory can be written to");
    }

    /// Takes down how a part went, instead of how it went before.
    pub(crate) fn done(&mut self, part: Part, minutes: f64, failures: Failures) {
        eprintln!("measured {part:?} in {minutes:.1} minutes");
        self.parts.retain(|measured| measured.part != part);
        self.parts.push(Measured { part, minutes, failures });
    }

    /// Whatever was measured, in the order of the first round.
    pub(crate) fn subjects(&self) -> Vec<Subject> {
        let mut subjects: Vec<Subject> = Vec::new();
        for sample in &self.samples {
            if !subjects.contains(&sample.subject) {
                subjects.push(sample.subject);
            }
        }
        subjects
    }

    /// A library on a store, if it was measured.
    pub(crate) fn subject(&self, library: &str, store: Store) -> Option<Subject> {
        let all = self.samples.iter().chain(&self.nodes).map(|sample| sample.subject);
        let mut all = all.chain(self.counts.iter().map(|(subject, _)| *subject));
        all.find(|subject| subject.library == library && subject.store == store)
    }

    fn runs(&self, subject: Subject, load: Load) -> impl Iterator<Item = &Sample> {
        let samples = self.samples.iter().chain(&self.nodes);
        samples.filter(move |sample| (sample.subject, sample.load) == (subject, load))
    }

    /// A figure of each round's run.
    pub(crate) fn each(
        &self,
        subject: Subject,
        load: Load,
        figure: impl Fn(&Sample) -> Option<f64>,
    ) -> Option<Series> {
        Series::new(self.runs(subject, load).filter_map(figure))
    }

    /// Requests per second.
    pub(crate) fn throughput(&self, subject: Subject, load: Load) -> Option<Series> {
        self.each(subject, load, |sample| Some(sample.run.per_second()))
    }

    /// Requests per second, as a share of the plain route's in the same round.
    pub(crate) fn share(&self, subject: Subject, load: Load) -> Option<Series> {
        self.each(subject, load, |sample| {
            let plain = self.plain(sample)?;
            Some(sample.run.per_second() / plain.run.per_second())
        })
    }

    /// Microseconds of the server's processor time per request over 64 connections, above the plain route's in the
    /// same round.
    pub(crate) fn cpu(&self, subject: Subject, route: Route) -> Option<Series> {
        self.each(subject, Load::over(64, route), |sample| {
            let plain = self.plain(sample)?;
            Some(sample.run.cpu_per_request() - plain.run.cpu_per_request())
        })
    }

    /// Requests per second, as a multiple of another's in the same round.
    pub(crate) fn times(&self, subject: Subject, other: Subject, load: Load) -> Option<Series> {
        self.each(subject, load, |sample| {
            let other = self.runs(other, load).find(|other| other.round == sample.round)?;
            Some(sample.run.per_second() / other.run.per_second())
        })
    }

    /// The other libraries on a store.
    pub(crate) fn peers(&self, store: Store) -> impl Iterator<Item = Subject> {
        let peer = move |subject: &Subject| subject.store == store && subject.library != OURS;
        self.subjects().into_iter().filter(peer)
    }

    pub(crate) fn counts(&self, subject: Subject) -> Option<&Counts> {
        self.counts.iter().find(|(other, _)| *other == subject).map(|(_, counts)| counts)
    }

    /// What callgrind counted of this case.
    pub(crate) fn instructions(&self, case: &str) -> Option<&Instructions> {
        self.instructions.iter().find(|count| count.case == case)
    }

    /// The same round's plain route on the same server, over as many connections.
    fn plain(&self, sample: &Sample) -> Option<&Sample> {
        let plain = Load { route: Route::Plain, ..sample.load };
        self.runs(sample.subject, plain).find(|other| other.round == sample.round)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::failure::Failure;
    use crate::plan::{ALL, YARDSTICK};

    fn sample(subject: Subject, load: Load, round: usize, requests: f64) -> Sample {
        let (median, p99) = (Duration::from_millis(1), Duration::from_millis(2));
        let run = Run { requests, seconds: 1.0, cpu: 0.5, median, p99 };
        Sample { subject, load, round, run }
    }

    fn on_memory(library: &str) -> Subject {
        ALL.into_iter().find(|subject| subject.name() == format!("{library}, memory")).unwrap()
    }

    #[test]
    fn ratios_are_taken_within_a_round() {
        let (ours, theirs) = (on_memory(OURS), on_memory(YARDSTICK));
        let load = Load::over(64, Route::Read);
        let samples = vec![
            sample(ours, load, 0, 300.0),
            sample(theirs, load, 0, 100.0),
            sample(ours, load, 1, 400.0),
            // The other's second round failed.
        ];
        let results = Results { samples, ..Results::default() };
        let times = results.times(ours, theirs, load).unwrap();
        assert!((times.least() - 3.0).abs() < 1e-9 && (times.most() - 3.0).abs() < 1e-9);
        assert!(results.times(theirs, ours, Load::over(1, Route::Read)).is_none());
    }

    #[test]
    fn kept_results_are_found_again() {
        let directory = std::env::temp_dir().join(format!("results-{}", std::process::id()));
        let ours = on_memory(OURS);
        let load = Load::on(8, Route::LoginOne);
        let mut results = Results { nodes: vec![sample(ours, load, 0, 7.0)], ..Results::default() };
        let mut failures = Failures::default();
        failures.add(&Failure("a server does not start\nfor some reason".to_owned()));
        results.done(Part::Nodes, 1.0, failures);
        results.keep_in(&directory);
        let kept = Results::kept_in(&directory);
        fs::remove_dir_all(&directory).unwrap();
        assert!((kept.throughput(ours, load).unwrap().median() - 7.0).abs() < 1e-9);
        assert!(kept.parts[0].failures.lines().eq(["a server does not start"]));
        results.done(Part::Nodes, 1.0, Failures::default());
        assert_eq!(results.parts.len(), 1, "how it went before is forgotten");
        assert!(Results::kept_in(&directory).samples.is_empty());
    }
}
