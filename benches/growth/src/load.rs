//! Fills a table with rows as the store writes them, by SQL.

use std::sync::Arc;

use session_core::store::Record;
use session_core::{Now, Store as _};
use session_sqlx::PostgresStore;
use site::Site;
use sqlx::{AssertSqlSafe, Row as _};

use crate::database::Database;
use crate::population::{FIRST_USER, Population, SPREAD};

/// More rows than this are put in before their indexes are made, which is much faster.
const MANY: u64 = 100_000;

/// Those numbered from `$1` to `$2`, each of `$3`. Handles lie in the order of time, as the library's do; what a session holds is
/// copied from one that the store has written.
const ROWS: &str = "
INSERT INTO sessions (
    handle, digest, revision, principal, fields, persistent, label,
    created, authenticated, seen, expires, absolute, sweep_at
)
SELECT
    begun.handle, sha256(uuid_send(begun.handle)), 1, ($7 + n % $6)::text, fields, persistent, label,
    begun.created, begun.created, begun.seen,
    CASE WHEN over THEN begun.seen ELSE begun.seen + idle END, begun.created + life,
    CASE WHEN over THEN begun.seen ELSE begun.created + idle END
FROM (
    SELECT
        n, created, created + random() * (to_timestamp($4::float8 / 1000) - created) AS seen,
        (
            lpad(to_hex(millis), 12, '0') || '7' || lpad(to_hex(mix & 4095), 3, '0')
            || '8' || lpad(to_hex(mix), 15, '0')
        )::uuid AS handle,
        $8 > 0 AND n % greatest($8, 1) = 0 AS over
    FROM (
        SELECT
            n, millis, to_timestamp(millis::float8 / 1000) AS created,
            (n * 1103515245 + 12345) % 2147483648 AS mix
        FROM (
            SELECT n, $4 - $9 + n * $9 / $5 AS millis FROM (SELECT generate_series($1, $2, $3) AS n) AS n
        ) AS n
    ) AS n
) AS begun CROSS JOIN model
CROSS JOIN (SELECT interval '7 d' AS idle, interval '30 d' AS life) AS lifetime";

/// What makes the indexes, those behind a constraint last, and what drops them.
const INDEXES: &str = "
SELECT
    array_agg(
        CASE WHEN conname IS NULL THEN pg_get_indexdef(indexrelid)
        ELSE format('ALTER TABLE sessions ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(c.oid)) END
        ORDER BY conname NULLS FIRST, indexrelid::regclass::text
    ),
    array_agg(
        CASE WHEN conname IS NULL THEN format('DROP INDEX %s', indexrelid::regclass)
        ELSE format('ALTER TABLE sessions DROP CONSTRAINT %I', conname) END
        ORDER BY conname NULLS FIRST, indexrelid::regclass::text
    )
FROM pg_index LEFT JOIN pg_constraint AS c ON conindid = indexrelid AND contype = 'p'
WHERE indrelid = 'sessions'::regclass";

impl Database<'_> {
    /// Makes the table, with so many rows, and settles it. Each of `expired` has expired, if that is not zero.
    pub(crate) async fn fill(
        &self,
        store: &PostgresStore,
        rows: u64,
        expired: u64,
    ) -> Arc<Population> {
        eprintln!("loading {rows} rows");
        store.migrate().await.expect("the database is empty, or its table is");
        let model = self.model(store).await;
        let population = Population::new(rows, expired, model);
        let kind = self.text("SELECT relkind::text FROM pg_class WHERE oid = 'sessions'::regclass");
        if rows > MANY && kind.await == "r" {
            self.fill_bare(&population).await;
        } else {
            self.insert(&population, 0, 1).await;
        }
        self.run_all(&["VACUUM (ANALYZE) sessions", "CHECKPOINT"]).await;
        let first = store.load(population.handle(1), Now::Store).await.expect("the store works");
        assert!(first.is_some(), "the rows have other handles than they should");
        Arc::new(population)
    }

    /// A record that the store wrote, which a table of its own keeps.
    async fn model(&self, store: &PostgresStore) -> Record {
        let mut site = Site::on(store.clone()).await;
        site.cookie = site.begin_as(FIRST_USER).await;
        let handle = site.handle().await;
        let model = store.load(handle, Now::Store).await.expect("the store works");
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let keep = format!(
            "CREATE TABLE model AS SELECT fields, persistent, '{agent}'::text AS label FROM sessions
             WHERE handle = '{handle}'"
        );
        self.run_all(&[&*keep, "TRUNCATE sessions"]).await;
        model.expect("it was begun")
    }

    async fn fill_bare(&self, population: &Population) {
        let (create, drop) = self.indexes().await;
        self.run_all(&drop).await;
        self.insert(population, 0, 1).await;
        self.run_all(&[&["SET maintenance_work_mem = '1GB'".to_owned()], &*create].concat()).await;
        assert_eq!((create, drop), self.indexes().await, "the table is as it was made");
    }

    /// Statements that make the indexes anew, and statements that drop them.
    async fn indexes(&self) -> (Vec<String>, Vec<String>) {
        let row = self.row(INDEXES).await;
        (row.get(0), row.get(1))
    }

    /// Adds each `step`th session from the number `first`.
    pub(crate) async fn insert(&self, population: &Population, first: u64, step: u64) {
        let Population { rows, until, expired, .. } = *population;
        let mut query = sqlx::query(AssertSqlSafe(ROWS));
        for number in
            [first, rows - 1, step, until, rows, population.people(), FIRST_USER, expired, SPREAD]
        {
            query = query.bind(number.cast_signed());
        }
        query.execute(&mut self.connect().await).await.expect("the rows fit the table");
    }
}
