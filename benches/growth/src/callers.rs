//! Callers of a store, each of which asks again as soon as it is answered.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use report::float;
use session_core::Store;
use tokio::task::JoinSet;

use crate::operation::Operation;
use crate::population::Population;

/// What a run showed.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) operations: f64,
    pub(crate) seconds: f64,
    /// Microseconds.
    pub(crate) median: f64,
    pub(crate) p99: f64,
    pub(crate) longest: f64,
}

impl Run {
    /// Of calls that took so long each, and all together so long.
    pub(crate) fn new(mut latencies: Vec<Duration>, operations: u64, whole: Duration) -> Self {
        latencies.sort_unstable();
        let at = |share| percentile(&latencies, share).as_secs_f64() * 1e6;
        Self {
            operations: float(operations),
            seconds: whole.as_secs_f64(),
            median: at(50),
            p99: at(99),
            longest: at(100),
        }
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.operations / self.seconds
    }
}

/// The least of them that so many in a hundred do not exceed; they are in order.
fn percentile(latencies: &[Duration], hundredths: usize) -> Duration {
    let rank = (latencies.len() * hundredths).div_ceil(100).max(1);
    latencies.get(rank - 1).copied().unwrap_or_default()
}

/// So many callers do this with random sessions, as long as `go_on` says.
pub(crate) async fn run<S: Store + Clone>(
    store: &S,
    population: &Arc<Population>,
    operation: Operation,
    callers: u64,
    go_on: impl Fn() -> bool + Send + Sync + 'static,
) -> Run {
    let begun = Instant::now();
    let go_on = Arc::new(go_on);
    let mut tasks = JoinSet::new();
    for caller in 0..callers {
        let (store, population) = (store.clone(), Arc::clone(population));
        let go_on = Arc::clone(&go_on);
        tasks.spawn(async move {
            let mut draw = Rng::new();
            let mut latencies = Vec::new();
            while go_on() {
                let n = population.pick(caller, callers, &mut draw);
                let asked = Instant::now();
                operation.run(&store, &population, n, &mut draw).await;
                latencies.push(asked.elapsed());
            }
            latencies
        });
    }
    let latencies = tasks.join_all().await.concat();
    let operations = latencies.len() as u64;
    Run::new(latencies, operations, begun.elapsed())
}

/// The same for so long.
pub(crate) async fn run_for<S: Store + Clone>(
    store: &S,
    population: &Arc<Population>,
    operation: Operation,
    callers: u64,
    long: Duration,
) -> Run {
    let end = Instant::now() + long;
    run(store, population, operation, callers, move || Instant::now() < end).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(numbers: impl IntoIterator<Item = u64>) -> Vec<Duration> {
        numbers.into_iter().map(Duration::from_millis).collect()
    }

    #[test]
    fn a_percentile_is_the_least_that_so_many_do_not_exceed() {
        let hundred = millis(1..=100);
        for (hundredths, expected) in [(50, 50), (99, 99), (100, 100)] {
            assert_eq!(percentile(&hundred, hundredths), Duration::from_millis(expected));
        }
        assert_eq!(percentile(&millis([7]), 50), Duration::from_millis(7));
        assert_eq!(percentile(&[], 99), Duration::ZERO);
    }

    #[test]
    fn a_run_is_in_microseconds_whatever_order_its_calls_had() {
        let run = Run::new(millis([3, 1, 2]), 6, Duration::from_secs(2));
        assert!((run.median - 2000.0).abs() < 1e-9 && (run.longest - 3000.0).abs() < 1e-9);
        assert!((run.per_second() - 3.0).abs() < 1e-9);
    }
}
