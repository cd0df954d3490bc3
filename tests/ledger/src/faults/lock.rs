//! Another program that keeps an `SQLite` file locked.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, raw_sql};
use tokio::time::sleep;

/// Takes the file's one write lock, and gives it back after so long.
pub(crate) async fn hold(file: &Path, span: Duration) {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_mins(1));
    let mut connection = options.connect().await.expect("the file is there");
    raw_sql("BEGIN IMMEDIATE").execute(&mut connection).await.expect("its turn comes");
    sleep(span).await;
    raw_sql("ROLLBACK").execute(&mut connection).await.expect("nothing was written");
    connection.close().await.expect("it can be closed");
}
