//! The plans of the statements: each uses an index, whatever plan the server makes of it.

use session_test_support::Postgres;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use super::migrations::MIGRATIONS;
use super::prepared::{Preparation, Prepared};
use super::table::Table;
use super::texts::Texts;

const ROWS: &str = r"
INSERT INTO sessions SELECT
    gen_random_uuid(), sha256(''), 1, CASE WHEN n % 2 = 0 THEN 'user ' || n / 20 END, '\x', false, NULL,
    now(), NULL, now(), now() + n * interval '1 s', now() + interval '1 d', now() + n * interval '1 s'
FROM generate_series(1, 20000) AS n";

const HANDLE: &str = "'0192a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b'";

const REVOCATIONS: &str = r"
INSERT INTO sessions_revocations SELECT 'user ' || n + 100, now() - interval '2 h', NULL
FROM generate_series(1, 20000) AS n";

/// A connection to a database with 20,000 sessions, ten of each of 1,000 users, and revocations.
async fn connection() -> PgConnection {
    let url = Postgres::shared().await.database().await;
    let mut connection = PgConnection::connect(&url).await.expect("the server is up");
    for migration in MIGRATIONS.0 {
        run(&mut connection, &Table::default().render(migration.sql)).await;
    }
    for sql in [ROWS, REVOCATIONS, "VACUUM ANALYZE sessions, sessions_revocations"] {
        run(&mut connection, sql).await;
    }
    connection
}

#[tokio::test]
async fn every_statement_goes_by_an_index() {
    let mut connection = connection().await;
    let texts = Texts::new(&Table::default(), Preparation::PerConnection);
    let record = r"'\x', NULL, '\x', false";
    let (moments, handles) = ("ARRAY[NULL]::timestamptz[]", format!("ARRAY[{HANDLE}]::uuid[]"));
    let hours = "ARRAY['1 h']::interval[]";
    let records = r"ARRAY[1], ARRAY['\x']::bytea[], ARRAY['1'], ARRAY['\x']::bytea[], ARRAY[false]";
    let statements = [
        ("pkey", &texts.load.single, format!("NULL, {HANDLE}")),
        ("pkey", &texts.load.batch, format!("{moments}, {handles}")),
        ("pkey", &texts.update.single, format!("NULL, {HANDLE}, 1, {record}, '1 h'")),
        ("pkey", &texts.update.batch, format!("{moments}, {handles}, {records}, {hours}")),
        ("pkey", &texts.touch.single, format!("NULL, {HANDLE}, '1 h'")),
        ("pkey", &texts.touch.batch, format!("{moments}, {handles}, {hours}")),
        ("pkey", &texts.delete.single, format!("NULL, {HANDLE}")),
        ("pkey", &texts.delete.batch, format!("{moments}, {handles}")),
        ("by_principal", &texts.list.single, "NULL, 'user 7'".to_owned()),
        ("by_sweep_at", &texts.sweep.single, "NULL, 100, '1 h'".to_owned()),
        ("revoked_at", &texts.sweep.single, "NULL, 100, '1 h'".to_owned()),
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

/// What a function does shows in no plan, but in what was read meanwhile.
#[tokio::test]
async fn every_function_reads_only_what_it_is_about() {
    const READ: &str = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint
        FROM pg_stat_xact_user_tables WHERE relname IN ('sessions', 'sessions_revocations')";
    let mut connection = connection().await;
    let common = format!(r"ARRAY[NULL::timestamptz], ARRAY[{HANDLE}::uuid]");
    let fresh =
        r"ARRAY[sha256('')], ARRAY['user 7'], ARRAY['\x'::bytea], ARRAY[false], ARRAY[NULL]";
    let known = r"ARRAY[1], ARRAY[sha256('')], ARRAY['user 7'], ARRAY['\x'::bytea], ARRAY[false]";
    let terms = "ARRAY[interval '1 h'], ARRAY[interval '1 d'], ARRAY[now()]";
    let functions = [
        format!("log_in_fresh({common}, {fresh}, {terms}, ARRAY[NULL::integer])"),
        format!("log_in_fresh({common}, {fresh}, {terms}, ARRAY[3])"),
        format!("log_in({common}, {known}, {terms}, ARRAY[NULL::integer])"),
        format!("log_in({common}, {known}, {terms}, ARRAY[3])"),
        "revoke(NULL, 'user 7', NULL)".to_owned(),
    ];
    for mode in ["force_generic_plan", "force_custom_plan"] {
        run(&mut connection, &format!("SET plan_cache_mode = {mode}")).await;
        for function in &functions {
            let mut transaction = connection.begin().await.expect("the server is up");
            run(&mut transaction, &format!("SELECT FROM sessions_{function}")).await;
            let read = sqlx::query_scalar(READ).fetch_one(&mut *transaction).await;
            let read: i64 = read.expect("the statement is right");
            assert!(read < 200, "{mode}: {function} read {read} rows");
            transaction.rollback().await.expect("the server is up");
        }
    }
}

async fn plan(connection: &mut PgConnection, sql: &Prepared, arguments: &str) -> String {
    run(connection, &format!("PREPARE statement AS {}", sql.text.as_str())).await;
    let explain = format!("EXPLAIN EXECUTE statement ({arguments})");
    let rows = sqlx::query_scalar::<_, String>(AssertSqlSafe(explain)).persistent(false);
    let plan = rows.fetch_all(&mut *connection).await.expect("the arguments fit").join("\n");
    run(connection, "DEALLOCATE statement").await;
    plan
}

async fn run(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.expect("the statement is right");
}
