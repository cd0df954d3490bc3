//! Servers that follow another, and take its place.

use std::fs;
use std::time::Duration;

use sqlx::AssertSqlSafe;

use super::{Postgres, data_directory};

impl Postgres {
    /// Starts a standby of this server, with a copy of its data, which it follows from then on. Whatever this server
    /// acknowledges is on the standby's disk before.
    pub async fn standby(&self) -> Self {
        let directory = data_directory::owned_directory("QUIT");
        let mut backup = data_directory::command("pg_basebackup");
        backup.args(["-h", &self.address().ip().to_string()]);
        backup.args(["-p", &self.address().port().to_string()]);
        backup.args([
            "-U",
            "postgres",
            "--checkpoint=fast",
            "--no-sync",
            "--write-recovery-conf",
            "-D",
        ]);
        data_directory::run(backup.arg(directory.path().join("data")), &directory, "");
        let standby = Self::launch_in(directory, false).await;
        self.set("synchronous_standby_names", "*").await;
        let is_followed = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        self.wait_until(is_followed, 1).await;
        standby
    }

    /// The URL of one of its databases, changed to name another server as well.
    pub fn url_or(&self, other: &Self, url: &str) -> String {
        let database = url.rsplit('/').next().expect("a URL ends with the database");
        format!("postgres://postgres@{},{}/{database}", self.address(), other.address())
    }

    /// Makes a standby the primary of its data.
    pub async fn promote(&self) {
        let promoted: bool = sqlx::query_scalar("SELECT pg_promote()")
            .fetch_one(&mut self.connect().await)
            .await
            .expect("it is a standby");
        assert!(promoted, "the server is promoted within a minute");
    }

    /// Restarts it as a standby, which follows nobody.
    pub async fn demote(&self) {
        self.kill();
        let signal = self.directory().join("data/standby.signal");
        fs::write(signal, "").expect("the directory is ours");
        self.restart().await;
    }

    /// Changes a setting for all connections, also those that are open.
    pub async fn set(&self, name: &str, value: &str) {
        let mut connection = self.connect().await;
        for sql in
            [format!("ALTER SYSTEM SET {name} = '{value}'"), "SELECT pg_reload_conf()".to_owned()]
        {
            let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await;
            done.expect("there is such a setting");
        }
        self.wait_until(&format!("SELECT (current_setting('{name}') = '{value}')::int::bigint"), 1)
            .await;
    }

    async fn wait_until(&self, sql: &str, number: i64) {
        let mut connection = self.connect().await;
        for _ in 0..6000 {
            let query = sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false);
            let found: i64 =
                query.fetch_one(&mut connection).await.expect("the statement is right");
            if found == number {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("never {number}: {sql}");
    }
}
