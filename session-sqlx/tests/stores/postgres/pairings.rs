//! Each pooler, with each method of the builder: it works, or `connect` says which one to call.

use session_core::{Now, Store as _};
use session_sqlx::{ConnectError, PostgresBuilder, PostgresStore};
use session_test_support::{PgBouncer, PoolMode, Postgres};
use tokio::sync::OnceCell;

use super::fixtures::{insert, is_unchanged, patient, stored};

const SESSION: &str = "`session_pooler()`";
const TRANSACTION: &str = "`transaction_pooler()`";
const STATEMENTS: &str = "`pooler_with_prepared_statements()`";

/// Not told of a pooler, then told of each.
fn builders() -> [PostgresBuilder; 4] {
    [
        patient(),
        patient().session_pooler(),
        patient().transaction_pooler(),
        patient().pooler_with_prepared_statements(),
    ]
}

/// Tries all builders on this database: each works, or its error names what is to be called.
async fn try_all(url: &str, expected: [Option<&str>; 4]) {
    for (number, (builder, expected)) in builders().into_iter().zip(expected).enumerate() {
        match (builder.connect(url).await, expected) {
            (Ok(store), None) => works(&store).await,
            (Err(ConnectError::WrongPooler(error)), Some(cure)) => {
                let words = error.to_string();
                assert!(
                    words.ends_with(&format!("call {cure} on its builder")),
                    "{number}: {words}"
                );
            }
            (Ok(_), Some(cure)) => panic!("{number}: it connects, and should ask for {cure}"),
            (Err(error), _) => panic!("{number}: {error:?}"),
        }
    }
}

async fn works(store: &PostgresStore) {
    store.migrate().await.expect("nothing stands in the way");
    let mut records = Vec::new();
    for _ in 0..20 {
        records.push(stored(store, insert()).await);
    }
    for record in records {
        assert!(is_unchanged(store, &record).await);
        assert!(store.delete(record.handle, None, Now::Store).await.expect("it works"));
    }
}

#[tokio::test]
async fn without_a_pooler_each_method_works() {
    let url = Postgres::shared().await.database().await;
    try_all(&url, [None; 4]).await;
}

#[tokio::test]
async fn behind_a_pooler_in_session_mode() {
    let server = Postgres::shared().await;
    for settings in ["", IGNORED] {
        let pooler = PgBouncer::start(server, PoolMode::Session, 40, settings).await;
        let url = pooler.url(&server.database().await);
        try_all(&url, [Some(SESSION), None, None, None]).await;
    }
}

#[tokio::test]
async fn behind_a_pooler_in_transaction_mode() {
    let server = Postgres::shared().await;
    for (size, settings) in [(1, ""), (3, ""), (40, IGNORED)] {
        let pooler = PgBouncer::start(server, PoolMode::Transaction, size, settings).await;
        let url = pooler.url(&server.database().await);
        let cure = Some(TRANSACTION);
        try_all(&url, [cure, cure, None, cure]).await;
    }
}

#[tokio::test]
async fn behind_a_pooler_in_transaction_mode_that_keeps_statements() {
    let server = Postgres::shared().await;
    for (size, settings) in [(1, ""), (3, ""), (40, IGNORED)] {
        let pooler = PgBouncer::start(server, PoolMode::PreparedStatements, size, settings).await;
        let url = pooler.url(&server.database().await);
        let cure = Some(STATEMENTS);
        try_all(&url, [cure, cure, None, None]).await;
    }
}

/// A pooler that takes start-up options, and forgets them.
const IGNORED: &str = "ignore_startup_parameters = options";

/// One worker after the other is given the connection to the server that is free.
#[tokio::test]
async fn a_pooler_that_others_use_at_the_same_time_is_known_as_well() {
    static BUSY: OnceCell<PgBouncer> = OnceCell::const_new();
    let server = Postgres::shared().await;
    let start = async || PgBouncer::start(server, PoolMode::Transaction, 4, "").await;
    let pooler = BUSY.get_or_init(start).await;
    let url = pooler.url(&server.database().await);
    let store = patient().transaction_pooler().connect(&url).await.expect("the pooler is up");
    store.migrate().await.expect("nothing stands in the way");
    let mut others = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        others.spawn(async move {
            loop {
                stored(&store, insert()).await;
            }
        });
    }
    for _ in 0..5 {
        let wrong = patient().session_pooler().connect(&url).await;
        assert!(matches!(wrong, Err(ConnectError::WrongPooler(_))), "{wrong:?}");
    }
    others.shutdown().await;
}
