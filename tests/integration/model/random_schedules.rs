//! Random schedules of requests, checked step by step against a small model of what sessions promise.
//!
//! `PROPTEST_CASES=10000 cargo test -p session-tests --test model` runs more of them. A failing
//! schedule is shrunk and printed one step to a line.

mod faults;
#[path = "coverage.rs"]
mod met;
mod reference;
mod request;
mod schedule;
#[path = "session.rs"]
mod shop;
#[path = "app.rs"]
mod site;
#[path = "stored_session.rs"]
mod stored;
#[path = "../intercepted_store.rs"]
mod watched;
#[path = "harness.rs"]
mod world;

use std::cell::Cell;

use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use crate::met::Met;
use crate::schedule::{Schedule, schedules};
use crate::world::World;

/// How many schedules are tried unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 600;

#[test]
fn whatever_happens_in_whatever_order_the_library_does_what_the_model_says() {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = CASES;
    }
    let cases = config.cases;
    let met = Cell::new(Met::default());
    let result = TestRunner::new(config).run(&schedules(), |schedule| {
        let mut sum = met.get();
        sum += play(&schedule).map_err(TestCaseError::fail)?;
        met.set(sum);
        Ok(())
    });
    match result {
        Ok(()) => println!("{:?}", met.get()),
        Err(TestError::Fail(difference, schedule)) => {
            panic!("{schedule:?}{}", difference.message())
        }
        Err(TestError::Abort(reason)) => panic!("no schedules: {reason}"),
    }
    assert!(cases < CASES || met.get().enough(), "the schedules met too little: {:?}", met.get());
}

/// Plays a schedule on a runtime of its own, whose time passes when nothing else is left to do.
fn play(schedule: &Schedule) -> Result<Met, String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime starts").block_on(async {
        let mut world = World::new();
        for (number, step) in schedule.0.iter().enumerate() {
            world
                .step(step)
                .await
                .map_err(|difference| format!("step {}: {difference}", number + 1))?;
        }
        Ok(world.met())
    })
}
