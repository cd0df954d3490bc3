//! All that was measured, and how to ask for it.

use report::Series;

use crate::counts::Counts;
use crate::instructions::Instructions;
use crate::plan::{Route, Store, Subject};
use crate::wrk::Run;

/// What one run command measured.
#[derive(Debug, Default)]
pub(crate) struct Results {
    pub(crate) samples: Vec<Sample>,
    pub(crate) counts: Vec<(Subject, Counts)>,
    pub(crate) instructions: Vec<Instructions>,
}

/// One run of the load, and what of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) subject: Subject,
    pub(crate) route: Route,
    pub(crate) connections: usize,
    pub(crate) round: usize,
    pub(crate) run: Run,
}

impl Results {
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
        let wanted = |subject: &Subject| subject.library == library && subject.store == store;
        self.subjects().into_iter().find(wanted)
    }

    /// A figure of each round's run.
    pub(crate) fn each(
        &self,
        subject: Subject,
        route: Route,
        connections: usize,
        figure: impl Fn(&Sample) -> Option<f64>,
    ) -> Option<Series> {
        let wanted = |sample: &&Sample| {
            (sample.subject, sample.route, sample.connections) == (subject, route, connections)
        };
        Series::new(self.samples.iter().filter(wanted).filter_map(figure))
    }

    /// Requests per second.
    pub(crate) fn throughput(&self, subject: Subject, route: Route, at: usize) -> Option<Series> {
        self.each(subject, route, at, |sample| Some(sample.run.per_second()))
    }

    /// Requests per second, as a share of the plain route's in the same round.
    pub(crate) fn share(&self, subject: Subject, route: Route, at: usize) -> Option<Series> {
        self.each(subject, route, at, |sample| {
            let plain = self.plain(sample)?;
            Some(sample.run.per_second() / plain.run.per_second())
        })
    }

    /// Microseconds of the server's processor time per request, above the plain route's in the same round.
    pub(crate) fn cpu(&self, subject: Subject, route: Route) -> Option<Series> {
        self.each(subject, route, 64, |sample| {
            let plain = self.plain(sample)?;
            Some(sample.run.cpu_per_request() - plain.run.cpu_per_request())
        })
    }

    /// Requests per second, as a multiple of another's in the same round.
    pub(crate) fn times(
        &self,
        subject: Subject,
        other: Subject,
        route: Route,
        at: usize,
    ) -> Option<Series> {
        self.each(subject, route, at, |sample| {
            let other = self.samples.iter().find(|candidate| {
                (candidate.subject, candidate.route, candidate.connections, candidate.round)
                    == (other, route, at, sample.round)
            })?;
            Some(sample.run.per_second() / other.run.per_second())
        })
    }

    pub(crate) fn counts(&self, subject: Subject) -> Option<&Counts> {
        self.counts.iter().find(|(other, _)| *other == subject).map(|(_, counts)| counts)
    }

    /// Instructions per call of this case.
    pub(crate) fn instructions(&self, case: &str) -> Option<f64> {
        self.instructions.iter().find(|count| count.case == case).map(|count| count.each)
    }

    /// The same round's plain route on the same server, over as many connections.
    fn plain(&self, sample: &Sample) -> Option<&Sample> {
        self.samples.iter().find(|other| {
            (other.subject, other.round, other.route, other.connections)
                == (sample.subject, sample.round, Route::Plain, sample.connections)
        })
    }
}
