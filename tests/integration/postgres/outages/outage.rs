//! An outage of the database under load: before, during and after it.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use tokio::time::sleep;

use super::app::router;
use super::load::{Load, USERS};
use super::samples::StoreCalls;

/// How long there is load before the outage, and after it.
const HEALTHY: Duration = Duration::from_millis(800);

/// What a busy machine may add to a deadline.
const MARGIN: Duration = Duration::from_secs(10);

/// How long it may take until everybody is served again.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Load on a database that is about to fail.
pub(crate) struct Outage {
    name: &'static str,
    load: Load,
    /// When all was well.
    well: (Instant, Instant),
    /// When the database had failed for all, and when it still had.
    down: Mutex<Option<(Instant, Instant)>>,
}

impl Outage {
    /// Puts load on the database; everybody is served.
    pub(crate) async fn of(name: &'static str, database: &str) -> Self {
        let load = Load::start(router(database).await).await;
        let began = Instant::now();
        sleep(HEALTHY).await;
        Self { name, load, well: (began, Instant::now()), down: Mutex::default() }
    }

    /// The database fails, and does so for a while, and until everybody has noticed.
    pub(crate) async fn lasts(&self, span: Duration) {
        let from = Instant::now();
        sleep(span).await;
        while !self.load.samples().all_have_asked_since(from, USERS) {
            assert!(from.elapsed() < TIMEOUT, "{}: some are not answered", self.name);
            sleep(Duration::from_millis(10)).await;
        }
        *self.down.lock().expect("nobody panics with it") = Some((from, Instant::now()));
    }

    /// The database is back: everybody is served again, and what was acknowledged is there.
    pub(crate) async fn ends(self) {
        let healed = Instant::now();
        while !self.load.samples().all_are_served_since(healed, USERS) {
            assert!(healed.elapsed() < TIMEOUT, "{}: some are not served", self.name);
            sleep(Duration::from_millis(10)).await;
        }
        let recovered = Instant::now();
        sleep(HEALTHY).await;
        let ended = Instant::now();
        let samples = self.load.stop().await;
        println!("{}: {samples}; all were served again after {:?}", self.name, recovered - healed);

        if let Some((from, until)) = self.down.into_inner().expect("nobody panics with it") {
            let mut refused = 0;
            for sample in samples.between(from, until) {
                if sample.calls != StoreCalls::None {
                    assert_eq!(sample.status, StatusCode::SERVICE_UNAVAILABLE, "{sample:?}");
                    refused += 1;
                }
            }
            assert!(refused >= USERS - 1, "only {refused} requests in the outage");
        }
        for (from, until) in [self.well, (recovered, ended)] {
            for sample in samples.between(from, until) {
                assert_eq!(sample.status, StatusCode::OK, "{sample:?}");
            }
        }
        for sample in &samples.0 {
            let limit = sample.calls.deadline() + MARGIN;
            assert!(sample.took() <= limit, "over {limit:?}: {sample:?}");
        }
    }
}
