//! The plans of the statements: each uses an index.

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use super::migrations::MIGRATIONS;
use super::render::texts_of;
use super::table::Table;

#[tokio::test]
async fn every_statement_goes_by_an_index() {
    let table = Table::new("sessions".to_owned()).expect("it is a plain name");
    let mut connection =
        SqliteConnection::connect("sqlite::memory:").await.expect("it needs nothing");
    for migration in MIGRATIONS.0 {
        sqlx::raw_sql(AssertSqlSafe(table.render(migration.sql)))
            .execute(&mut connection)
            .await
            .expect("the statement is right");
    }
    let texts = texts_of(&table);
    for (index, sql) in [
        ("sqlite_autoindex_sessions_1", texts.load),
        ("sqlite_autoindex_sessions_1", texts.update),
        ("sqlite_autoindex_sessions_1", texts.update_with_indexes),
        ("sqlite_autoindex_sessions_1", texts.touch),
        ("sqlite_autoindex_sessions_1", texts.touch_with_index),
        ("sqlite_autoindex_sessions_1", texts.delete),
        ("sqlite_autoindex_sessions_1", texts.is_live),
        ("sqlite_autoindex_sessions_1", texts.alive),
        ("sessions_by_principal (principal=? AND created<?)", texts.list),
        ("sessions_by_principal", texts.delete_all),
        ("sessions_by_principal", texts.make_room),
        ("PRIMARY KEY (principal=?)", texts.is_revoked),
        ("sessions_by_sweep_at", texts.put_off),
        ("sessions_by_sweep_at", texts.sweep),
        ("sessions_revoked_at", texts.forget),
    ] {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", sql.as_str()));
        let steps = sqlx::raw_sql(explain)
            .fetch_all(&mut connection)
            .await
            .expect("the statement is right");
        let steps = steps.iter().map(|step| step.get::<String, _>("detail"));
        let plan = steps.collect::<Vec<_>>().join("\n");
        assert!(plan.contains(index), "{}: {plan}", sql.as_str());
        assert!(!plan.contains("SCAN sessions"), "{}: {plan}", sql.as_str());
        // Only making room sorts a principal's sessions: by when they logged in.
        let sorts = plan.contains("TEMP B-TREE");
        assert_eq!(sorts, sql.as_str().contains("OFFSET"), "{}: {plan}", sql.as_str());
    }
}
