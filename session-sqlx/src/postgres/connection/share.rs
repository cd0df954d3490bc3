//! The share of a pooler's connections that a store is given at most.

use std::time::Duration;

use session_core::store::in_real_time;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// A pooler that gives no other connection for so long has no other. It may have to open them, one
/// after the other.
const PATIENCE: Duration = Duration::from_millis(250);

/// How many of so many transactions at once the pooler finds a connection for.
pub(super) async fn share(options: &PgConnectOptions, workers: usize) -> usize {
    let mut workers: JoinSet<_> = (0..workers).map(|_| begin(options.clone())).collect();
    let mut served = Vec::new();
    while let Ok(Some(begun)) = timeout(PATIENCE, in_real_time(PATIENCE, workers.join_next())).await
    {
        served.extend(begun.ok().flatten());
    }
    drop(workers);
    let share = served.len();
    for mut connection in served {
        // A connection that is closed in a transaction takes the pooler's with it.
        if sqlx::raw_sql("ROLLBACK").execute(&mut connection).await.is_ok() {
            connection.close().await.ok();
        }
    }
    share
}

async fn begin(options: PgConnectOptions) -> Option<PgConnection> {
    let mut connection = options.connect().await.ok()?;
    sqlx::raw_sql("BEGIN").execute(&mut connection).await.ok()?;
    Some(connection)
}
