//! How the server goes about the statements: by an index, whatever plan it makes of them.

use session_tests::Postgres;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, SqlStr};

use super::Sql;
use crate::PostgresStore;
use crate::postgres::name::Table;

const ROWS: &str = r"
INSERT INTO sessions SELECT
    gen_random_uuid(), sha256(''), 1, CASE WHEN n % 2 = 0 THEN 'user ' || n / 20 END, '\x', false, NULL,
    now(), NULL, now(), now() + n * interval '1 s', now() + interval '1 d', now() + n * interval '1 s'
FROM generate_series(1, 20000) AS n";

const HANDLE: &str = "'0192a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b'";

#[tokio::test]
async fn every_statement_goes_by_an_index() {
    let url = Postgres::shared().await.database().await;
    let store = PostgresStore::connect(&url).await.expect("the server is up");
    store.migrate().await.expect("the database is empty");
    let mut connection = PgConnection::connect(&url).await.expect("the server is up");
    run(&mut connection, ROWS).await;
    run(&mut connection, "VACUUM ANALYZE sessions").await;

    let sql = Sql::new(&Table::default());
    let record = r"'\x', NULL, '\x', false";
    let statements = [
        ("pkey", sql.load, HANDLE.to_owned()),
        ("pkey", sql.update, format!("{HANDLE}, 1, {record}, '1 h', NULL")),
        ("pkey", sql.touch, format!("{HANDLE}, '1 h'")),
        ("pkey", sql.delete, HANDLE.to_owned()),
        ("by_principal", sql.list, "'user 7'".to_owned()),
        ("by_principal", sql.delete_all, "'user 7'".to_owned()),
        ("by_sweep_at", sql.sweep, "100".to_owned()),
    ];
    for mode in ["force_generic_plan", "force_custom_plan"] {
        run(&mut connection, &format!("SET plan_cache_mode = {mode}")).await;
        for (index, sql, arguments) in &statements {
            let plan = plan(&mut connection, sql, arguments).await;
            assert!(plan.contains(&format!("sessions_{index}")), "{mode}: {plan}");
            assert!(!plan.contains("Seq Scan on sessions"), "{mode}: {plan}");
            assert!(*index != "by_sweep_at" || !plan.contains("Sort"), "{mode}: {plan}");
        }
    }
}

async fn plan(connection: &mut PgConnection, sql: &SqlStr, arguments: &str) -> String {
    run(connection, &format!("PREPARE statement AS {}", sql.as_str())).await;
    let explain = format!("EXPLAIN EXECUTE statement (NULL, {arguments})");
    let rows = sqlx::query_scalar::<_, String>(AssertSqlSafe(explain)).persistent(false);
    let plan = rows.fetch_all(&mut *connection).await.expect("the arguments fit").join("\n");
    run(connection, "DEALLOCATE statement").await;
    plan
}

async fn run(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.expect("the statement is right");
}
