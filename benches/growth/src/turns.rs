//! Ways to keep sessions, measured in turns: in each round every way does everything once, so that what disturbs the machine
//! meanwhile disturbs all.

use std::sync::Arc;
use std::time::Duration;

use report::Series;
use session_core::Store;

use crate::callers::{Run, run_for};
use crate::database::{Asked, Database};
use crate::operation::Operation;
use crate::options::Options;
use crate::population::Population;

/// What comes before each run: connections are opened, statements prepared.
const WARM_UP: Duration = Duration::from_millis(200);

/// A store with sessions in it.
#[derive(Debug)]
pub(crate) struct Way<'server, S> {
    pub(crate) name: String,
    pub(crate) store: S,
    pub(crate) population: Arc<Population>,
    /// Where it is, unless it is elsewhere than in PostgreSQL.
    pub(crate) database: Option<Database<'server>>,
}

/// One run, and what of.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) way: usize,
    pub(crate) operation: Operation,
    pub(crate) callers: u64,
    pub(crate) round: usize,
    pub(crate) run: Run,
    pub(crate) asked: Asked,
}

/// All runs of some ways.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples {
    pub(crate) ways: Vec<String>,
    pub(crate) all: Vec<Sample>,
}

/// Each way does each of these, by so many callers.
pub(crate) async fn compare<S: Store + Clone>(
    ways: &[Way<'_, S>],
    loads: &[(Operation, u64)],
    options: &Options,
) -> Samples {
    let mut samples = Samples::of(ways);
    for round in 0..options.few_rounds {
        for turn in 0..ways.len() {
            let number = (turn + round) % ways.len();
            for &(operation, callers) in loads {
                let (run, asked) = ways[number].run(operation, callers, options.long).await;
                samples.add(Sample { way: number, operation, callers, round, run, asked });
            }
        }
    }
    samples
}

impl<S: Store + Clone> Way<'_, S> {
    /// One run, and what it cost the server.
    pub(crate) async fn run(
        &self,
        operation: Operation,
        callers: u64,
        long: Duration,
    ) -> (Run, Asked) {
        run_for(&self.store, &self.population, operation, callers, WARM_UP).await;
        let Some(database) = &self.database else {
            let run = run_for(&self.store, &self.population, operation, callers, long).await;
            return (run, Asked::default());
        };
        let meter = database.meter().await;
        let run = run_for(&self.store, &self.population, operation, callers, long).await;
        (run, meter.read("").await)
    }
}

impl Sample {
    /// Microseconds that one operation costs. For one caller that is how long it usually waits; for many, how much time passes
    /// for each that is done.
    pub(crate) fn cost(&self) -> f64 {
        if self.callers == 1 && self.operation != Operation::Clean {
            self.run.median
        } else {
            1e6 / self.run.per_second()
        }
    }

    /// Microseconds of the processor that one operation costs, the server's and the caller's.
    pub(crate) fn work(&self) -> f64 {
        self.each(|asked| asked.processor)
    }

    /// Something that the server counted, for each operation.
    pub(crate) fn each(&self, counted: impl Fn(&Asked) -> f64) -> f64 {
        counted(&self.asked) / self.run.operations
    }
}

impl Samples {
    pub(crate) fn of<S>(ways: &[Way<'_, S>]) -> Self {
        Self { ways: ways.iter().map(|way| way.name.clone()).collect(), all: Vec::new() }
    }

    /// Keeps it, and tells of it.
    pub(crate) fn add(&mut self, sample: Sample) {
        eprintln!(
            "round {}: {}, {} × {}: {:.0} operations/s, median {:.0} µs",
            sample.round + 1,
            self.ways[sample.way],
            sample.operation.name(),
            sample.callers,
            sample.run.per_second(),
            sample.run.median,
        );
        self.all.push(sample);
    }

    /// A figure of each round's run.
    pub(crate) fn series(
        &self,
        way: usize,
        operation: Operation,
        callers: u64,
        figure: impl Fn(&Sample) -> f64,
    ) -> Option<Series> {
        let wanted = |sample: &&Sample| {
            (sample.way, sample.operation, sample.callers) == (way, operation, callers)
        };
        Series::new(self.all.iter().filter(wanted).map(figure))
    }

    /// A figure, as a multiple of another way's in the same round.
    pub(crate) fn times(
        &self,
        (way, other): (usize, usize),
        operation: Operation,
        callers: u64,
        figure: impl Fn(&Sample) -> f64,
    ) -> Option<Series> {
        let ratio = |sample: &Sample| {
            let other = self.all.iter().find(|candidate| {
                (candidate.way, candidate.operation, candidate.callers, candidate.round)
                    == (other, operation, callers, sample.round)
            })?;
            Some(figure(sample) / figure(other)).filter(|ratio| ratio.is_finite())
        };
        let wanted = |sample: &&Sample| {
            (sample.way, sample.operation, sample.callers) == (way, operation, callers)
        };
        Series::new(self.all.iter().filter(wanted).filter_map(ratio))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(way: usize, round: usize, millis: u64) -> Sample {
        let took = Duration::from_millis(millis);
        let run = Run::new(vec![took], 1, took);
        Sample { way, operation: Operation::Read, callers: 64, round, run, asked: Asked::default() }
    }

    #[test]
    fn a_ratio_is_taken_within_a_round() {
        let all = vec![sample(0, 0, 1), sample(1, 0, 2), sample(0, 1, 10), sample(1, 1, 30)];
        let samples = Samples { ways: Vec::new(), all };
        let times = samples.times((1, 0), Operation::Read, 64, Sample::cost).unwrap();
        assert_eq!(times.show(1), "2.5 (2.0–3.0)");
        assert!(samples.times((1, 0), Operation::Write, 64, Sample::cost).is_none());
    }
}
