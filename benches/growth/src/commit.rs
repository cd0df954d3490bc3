//! What the server's settings of its log are worth.

use session_test_support::Postgres;

use crate::database::Database;
use crate::operation::Operation::{LogInFresh, Write};
use crate::options::Options;
use crate::turns::{Samples, Way, compare};

pub(crate) async fn measure(options: &Options) -> Samples {
    let server = Postgres::durable().await;
    let mut ways = Vec::new();
    for setting in ["", "synchronous_commit = off", "wal_compression = lz4"] {
        let database = Database::new(&server).await;
        let name = if setting.is_empty() { "as it comes" } else { setting };
        database.set(setting).await;
        let store = database.store().await;
        let population = database.fill(&store, options.million, 0).await;
        ways.push(Way { name: name.to_owned(), store, population, database: Some(database) });
    }
    let loads = [(Write, 1), (Write, 64), (LogInFresh, 1), (LogInFresh, 64)];
    compare(&ways, &loads, options).await
}
