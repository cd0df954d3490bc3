//! The counts that callgrind writes for each process of the server.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use sqlx::{Connection as _, PgConnection};

use crate::database::store;
use crate::operation::Operation;

/// How often an operation is done, and how often by the next store.
const TIMES: [usize; 2] = [20, 120];

/// Where the counts are: `callgrind.PID`.
#[derive(Debug)]
pub(crate) struct Counts(pub(crate) PathBuf);

impl Counts {
    /// The instructions of one operation.
    pub(crate) async fn each(&self, url: &str, operation: Operation) -> f64 {
        let [few, many] =
            [self.of(url, operation, TIMES[0]).await, self.of(url, operation, TIMES[1]).await];
        (many - few) / f64::from(u32::try_from(TIMES[1] - TIMES[0]).expect("it is small"))
    }

    /// The instructions of a process that did it so often.
    async fn of(&self, url: &str, operation: Operation, times: usize) -> f64 {
        let prepared = operation.prepare(&store(url).await, times).await;
        let store = store(url).await;
        // Its connection is opened, and its statements are planned anew, before the difference.
        operation.run(&store, prepared).await;
        let process = process(url).await;
        drop(store);
        self.read(process).await
    }

    /// The count of this process, once it has ended.
    async fn read(&self, process: i32) -> f64 {
        let file = self.0.join(format!("callgrind.{process}"));
        for _ in 0..600 {
            let text = fs::read_to_string(&file).unwrap_or_default();
            let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
            if let Some(total) = total {
                return total.trim().parse().expect("it is a number");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{} has no count", file.display());
    }
}

/// The newest process of the server that serves a store.
async fn process(url: &str) -> i32 {
    let mut connection = PgConnection::connect(url).await.expect("the server is up");
    let newest = "SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'session-sqlx'
        ORDER BY backend_start DESC LIMIT 1";
    sqlx::query_scalar(newest).fetch_one(&mut connection).await.expect("the store is connected")
}
