//! The plans of the statements: each uses an index, whatever plan the server makes of it.

use session_test_support::Postgres;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use super::migrations::MIGRATIONS;
use super::planning::PLANNING;
use super::prepared::{Preparation, Prepared};
use super::table::Table;
use super::texts::Texts;

const ROWS: &str = r"
INSERT INTO sessions SELECT
    gen_random_uuid(), sha256(''), 1, CASE WHEN n % 2 = 0 THEN 'user ' || n / 20 END, '\x', false, NULL,
    now(), NULL, now(), now() + n * interval '1 s', now() + interval '1 d', now() + n * interval '1 s'
FROM generate_series(1, 20000) AS n";

const HANDLE: &str = "'0192a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b'";

const FIELDS: &str = r"ARRAY[1], ARRAY['\x']::bytea[]";

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
    let terms = "'1 h', '1 d', now()";
    let hours = "ARRAY['1 h']::interval[]";
    let records = r"ARRAY[1], ARRAY['\x']::bytea[], ARRAY['1'], ARRAY['\x']::bytea[], ARRAY[false]";
    let statements = [
        ("pkey", &texts.load.single, format!("NULL, {HANDLE}")),
        ("pkey", &texts.load.batch, format!("NULL, {handles}")),
        ("pkey", &texts.update.single, format!(r"NULL, {HANDLE}, 1, '\x', '1 h'")),
        ("pkey", &texts.update.batch, format!("NULL, {handles}, {FIELDS}, '1 h'")),
        ("pkey", &texts.update_whole.single, format!("NULL, {HANDLE}, 1, {record}, '1 h'")),
        ("pkey", &texts.update_whole.batch, format!("NULL, {handles}, {records}, '1 h'")),
        (
            "pkey",
            &texts.update_log_in.single,
            format!("NULL, {HANDLE}, 1, {record}, {terms}, NULL"),
        ),
        (
            "pkey",
            &texts.update_log_in.batch,
            format!("{moments}, {handles}, {records}, {hours}, {hours}, {moments}, '{{}}'"),
        ),
        ("revocations_pkey", &texts.revoked.single, format!("NULL, '1', {HANDLE}, now()")),
        ("pkey", &texts.touch.single, format!("NULL, {HANDLE}, '1 h'")),
        ("pkey", &texts.touch.batch, format!("NULL, {handles}, '1 h'")),
        ("pkey", &texts.delete.single, format!("NULL, {HANDLE}")),
        ("pkey", &texts.delete.batch, format!("{moments}, {handles}")),
        ("pkey", &texts.alive.single, format!("NULL, {handles}")),
        ("by_principal", &texts.list.single, "NULL, 'user 7', NULL, NULL, 50, false".to_owned()),
        ("by_principal", &texts.list.single, format!("NULL, 'user 7', now(), {HANDLE}, 50, true")),
        ("by_sweep_at", &texts.sweep.single, "NULL, 100, '1 h'".to_owned()),
        ("revoked_at", &texts.sweep.single, "NULL, 100, '1 h'".to_owned()),
    ];
    for mode in ["force_generic_plan", "force_custom_plan"] {
        run(&mut connection, &format!("SET plan_cache_mode = {mode}")).await;
        for (index, sql, arguments) in &statements {
            let plan = plan(&mut connection, sql, arguments).await;
            assert!(plan.contains(&format!("sessions_{index}")), "{mode}: {plan}");
            assert!(!plan.contains("Seq Scan on sessions"), "{mode}: {plan}");
            let in_order = ["by_sweep_at", "by_principal"].contains(index);
            assert!(!in_order || !plan.contains("Sort"), "{mode}: {plan}");
        }
    }
}

/// Two batches that lock their rows in one order never wait for each other. The index has that order.
#[tokio::test]
async fn a_batch_takes_its_rows_in_the_order_of_the_index_whatever_the_statistics_say() {
    let url = Postgres::shared().await.database().await;
    let mut connection = PgConnection::connect(&url).await.expect("the server is up");
    for migration in MIGRATIONS.0 {
        run(&mut connection, &Table::default().render(migration.sql)).await;
    }
    for (name, value) in PLANNING {
        run(&mut connection, &format!("SET {name} = {value}")).await;
    }
    let texts = Texts::new(&Table::default(), Preparation::PerConnection);
    let handles = format!("ARRAY[{}]::uuid[]", [HANDLE; 3].join(", "));
    let records = r"ARRAY[1], ARRAY['\x']::bytea[], ARRAY['1'], ARRAY['\x']::bytea[], ARRAY[false]";
    let statements = [
        (&texts.load.batch, format!("NULL, {handles}")),
        (&texts.update.batch, format!("NULL, {handles}, {FIELDS}, '1 h'")),
        (&texts.update_whole.batch, format!("NULL, {handles}, {records}, '1 h'")),
        (&texts.touch.batch, format!("NULL, {handles}, '1 h'")),
    ];
    let few = ROWS.replace("20000", "5");
    for step in
        ["SELECT", "ANALYZE sessions", &few, "ANALYZE sessions", ROWS, "VACUUM ANALYZE sessions"]
    {
        run(&mut connection, step).await;
        for mode in ["force_generic_plan", "force_custom_plan"] {
            run(&mut connection, &format!("SET plan_cache_mode = {mode}")).await;
            for (sql, arguments) in &statements {
                let plan = plan(&mut connection, sql, arguments).await;
                assert!(plan.contains("Index Scan using sessions_pkey"), "{step}, {mode}: {plan}");
                let others = ["Seq Scan", "Bitmap", "Sort", "Join", "Nested Loop"];
                assert!(!others.iter().any(|it| plan.contains(it)), "{step}, {mode}: {plan}");
            }
        }
    }
}

/// A page costs as much wherever it lies in a list, and however long that is.
#[tokio::test]
async fn a_page_of_a_long_list_reads_no_more_than_its_records() {
    const LONG: &str =
        "UPDATE sessions SET principal = 'robot', created = created - n * interval '1 s'
        FROM (SELECT handle AS key, row_number() OVER () AS n FROM sessions) AS numbered
        WHERE handle = key AND n <= 10000";
    let mut connection = connection().await;
    run(&mut connection, LONG).await;
    run(&mut connection, "VACUUM ANALYZE sessions").await;
    let texts = Texts::new(&Table::default(), Preparation::PerConnection);
    for mode in ["force_generic_plan", "force_custom_plan"] {
        run(&mut connection, &format!("SET plan_cache_mode = {mode}")).await;
        for after in ["NULL, NULL".to_owned(), format!("now() - interval '1 h', {HANDLE}")] {
            let arguments = format!("NULL, 'robot', {after}, 50, false");
            let analyze = "ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF";
            let plan = explain(&mut connection, analyze, &texts.list.single, &arguments).await;
            assert!(!plan.contains("Sort"), "{mode}: {plan}");
            let pages = plan.split("shared hit=").nth(1).expect("it is told");
            let pages =
                pages.split(|it: char| !it.is_ascii_digit()).next().expect("it is a number");
            assert!(pages.parse::<u32>().expect("it is a number") < 100, "{mode}: {plan}");
        }
    }
}

/// The table of a newer release has more columns, whatever they are called.
#[tokio::test]
async fn no_statement_minds_a_column_that_it_does_not_know() {
    let mut connection = connection().await;
    for name in ["now", "key", "number", "moment", "idle", "most", "expected", "memory", "live"] {
        run(&mut connection, &format!("ALTER TABLE sessions ADD COLUMN {name} text")).await;
    }
    let texts = Texts::new(&Table::default(), Preparation::PerConnection);
    for text in [
        &texts.load,
        &texts.insert,
        &texts.update,
        &texts.update_whole,
        &texts.touch,
        &texts.delete,
        &texts.remember,
        &texts.insert_log_in,
        &texts.update_log_in,
    ] {
        prepare(&mut connection, &text.single).await;
        prepare(&mut connection, &text.batch).await;
    }
    for text in [&texts.list, &texts.alive, &texts.revoked, &texts.delete_all, &texts.sweep] {
        prepare(&mut connection, &text.single).await;
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
        format!("log_in_known({common}, {known}, {terms}, ARRAY[NULL::integer])"),
        format!("log_in_known({common}, {known}, {terms}, ARRAY[3])"),
        format!("log_in({common}, {known}, {terms}, ARRAY[NULL::integer])"),
        format!("log_in({common}, {known}, {terms}, ARRAY[3])"),
        "revoke(NULL, 'user 7', NULL)".to_owned(),
        format!("admit(NULL, {HANDLE}, 'user 7', now(), NULL)"),
        format!("admit(NULL, {HANDLE}, 'user 7', now(), 3)"),
        format!("admit_all({common}, ARRAY['user 7'], ARRAY[now()], '{{}}')"),
        format!("admit_all({common}, ARRAY['user 107'], ARRAY[now()], '{{}}')"),
        format!("admit_all({common}, ARRAY['user 7'], ARRAY[now()], ARRAY[3])"),
        format!("end_oldest(now(), {HANDLE}, 'user 7', 3)"),
    ];
    for mode in ["force_generic_plan", "force_custom_plan"] {
        run(&mut connection, &format!("SET plan_cache_mode = {mode}")).await;
        for function in &functions {
            let mut transaction = connection.begin().await.expect("the server is up");
            // The server may not have counted off the transactions before this one yet.
            let before = number(&mut transaction, READ).await;
            run(&mut transaction, &format!("SELECT FROM sessions_{function}")).await;
            let read = number(&mut transaction, READ).await - before;
            assert!(read < 200, "{mode}: {function} read {read} rows");
            transaction.rollback().await.expect("the server is up");
        }
    }
}

async fn prepare(connection: &mut PgConnection, sql: &Prepared) {
    run(connection, &format!("PREPARE statement AS {}", sql.text.as_str())).await;
    run(connection, "DEALLOCATE statement").await;
}

async fn plan(connection: &mut PgConnection, sql: &Prepared, arguments: &str) -> String {
    explain(connection, "COSTS OFF", sql, arguments).await
}

async fn explain(
    connection: &mut PgConnection,
    options: &str,
    sql: &Prepared,
    arguments: &str,
) -> String {
    run(connection, &format!("PREPARE statement AS {}", sql.text.as_str())).await;
    let explain = format!("EXPLAIN ({options}) EXECUTE statement ({arguments})");
    let rows = sqlx::query_scalar::<_, String>(AssertSqlSafe(explain)).persistent(false);
    let plan = rows.fetch_all(&mut *connection).await.expect("the arguments fit").join("\n");
    run(connection, "DEALLOCATE statement").await;
    plan
}

async fn number(connection: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(connection).await.expect("the statement is right")
}

async fn run(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.expect("the statement is right");
}
