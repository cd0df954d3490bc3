//! A pooler (`PgBouncer`) in transaction mode, beside a direct connection.

use session_test_support::{PgBouncer, Postgres};

use crate::database::Database;
use crate::operation::Operation::{Read, Write};
use crate::options::Options;
use crate::turns::{Samples, Way, compare};

pub(crate) async fn measure(options: &Options) -> Samples {
    let server = Postgres::durable().await;
    let pooler = PgBouncer::before(&server).await;
    let mut ways = Vec::new();
    for name in ["direct", "through PgBouncer"] {
        let database = Database::new(&server).await;
        let direct = database.store().await;
        let population = database.fill(&direct, options.million / 10, 0).await;
        let store = if ways.is_empty() {
            direct
        } else {
            Database::store_through(&pooler.url(&database.url)).await
        };
        ways.push(Way { name: name.to_owned(), store, population, database: Some(database) });
    }
    compare(&ways, &[(Read, 1), (Read, 64), (Write, 1), (Write, 64)], options).await
}
