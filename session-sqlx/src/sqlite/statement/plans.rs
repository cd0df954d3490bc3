//! How SQLite goes about the statements: by an index.

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use super::Sql;
use crate::sqlite::migrate::STEPS;
use crate::sqlite::name::Table;

#[tokio::test]
async fn every_statement_goes_by_an_index() {
    let table = Table::new("sessions".to_owned()).expect("it is a plain name");
    let mut connection =
        SqliteConnection::connect("sqlite::memory:").await.expect("it needs nothing");
    for step in STEPS.0 {
        sqlx::raw_sql(AssertSqlSafe(table.put_into(step.sql)))
            .execute(&mut connection)
            .await
            .expect("the statement is right");
    }
    let sql = Sql::new(&table);
    for (index, sql) in [
        ("sqlite_autoindex_sessions_1", sql.load),
        ("sqlite_autoindex_sessions_1", sql.update),
        ("sqlite_autoindex_sessions_1", sql.update_with_indexes),
        ("sqlite_autoindex_sessions_1", sql.touch),
        ("sqlite_autoindex_sessions_1", sql.touch_with_index),
        ("sqlite_autoindex_sessions_1", sql.delete),
        ("sessions_by_principal", sql.list),
        ("sessions_by_principal", sql.delete_all),
        ("sessions_by_principal", sql.make_room),
        ("PRIMARY KEY (principal=?)", sql.is_late),
        ("sessions_by_sweep_at", sql.put_off),
        ("sessions_by_sweep_at", sql.sweep),
        ("sessions_revoked_at", sql.forget),
    ] {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", sql.as_str()));
        let steps = sqlx::raw_sql(explain)
            .fetch_all(&mut connection)
            .await
            .expect("the statement is right");
        let steps = steps.iter().map(|step| step.get::<String, _>("detail"));
        let plan = steps.collect::<Vec<_>>().join("\n");
        assert!(plan.contains(index), "{}: {plan}", sql.as_str());
        assert!(!plan.contains("SCAN"), "{}: {plan}", sql.as_str());
    }
}
