//! The test: random schedules, each played on the library and on the model.

use std::cell::Cell;

use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use super::coverage::Coverage;
use super::harness::Harness;
use super::schedule::{Schedule, schedules};

/// How many schedules are tried unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 600;

#[test]
fn whatever_happens_in_whatever_order_the_library_does_what_the_model_says() {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = CASES;
    }
    let cases = config.cases;
    let coverage = Cell::new(Coverage::default());
    let result = TestRunner::new(config).run(&schedules(), |schedule| {
        let mut sum = coverage.get();
        sum += play(&schedule).map_err(TestCaseError::fail)?;
        coverage.set(sum);
        Ok(())
    });
    match result {
        Ok(()) => println!("{:?}", coverage.get()),
        Err(TestError::Fail(difference, schedule)) => {
            panic!("{schedule:?}{}", difference.message())
        }
        Err(TestError::Abort(reason)) => panic!("no schedules: {reason}"),
    }
    assert!(
        cases < CASES || coverage.get().enough(),
        "the schedules met too little: {:?}",
        coverage.get()
    );
}

/// Plays a schedule on a runtime of its own, whose time passes when nothing else is left to do.
pub(crate) fn play(schedule: &Schedule) -> Result<Coverage, String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime starts").block_on(async {
        let mut harness = Harness::new();
        for (number, step) in schedule.0.iter().enumerate() {
            harness
                .step(step)
                .await
                .map_err(|difference| format!("step {}: {difference}", number + 1))?;
        }
        Ok(harness.coverage())
    })
}
