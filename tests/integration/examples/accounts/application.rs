//! The example, running on a free port with a new database.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::examples::program::{self, Program, shell};
use session_test_support::TempDirectory;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

/// A running example.
pub(crate) struct Application {
    directory: TempDirectory,
    pub(crate) port: u16,
}

impl Application {
    pub(crate) async fn start() -> Self {
        static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
        let built = PROGRAM.get_or_init(|| program::build("accounts"));
        let Program { directory, port } = Program::run(built, &[]).await;
        Self { directory, port }
    }

    /// What curl prints, in a directory where the jars lie. `@` is the application.
    pub(crate) fn curl(&self, arguments: &str) -> String {
        let origin = format!("http://localhost:{}", self.port);
        shell(&format!("curl -s {}", arguments.replace('@', &origin)), self.jars())
    }

    pub(crate) fn jars(&self) -> &Path {
        self.directory.path()
    }

    /// How long it has computed, in ticks: a busy machine does not add to it.
    pub(crate) fn cpu_ticks(&self) -> u64 {
        let processes = fs::read_dir("/proc").expect("/proc is mounted").filter_map(Result::ok);
        let stat = processes.map(|entry| entry.path()).find_map(|process| {
            let is_it = fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd == self.jars())
                && fs::read_link(process.join("exe")).is_ok_and(|exe| exe.ends_with("accounts"));
            is_it.then(|| fs::read_to_string(process.join("stat")).ok())?
        });
        let stat = stat.expect("it runs");
        // After the name in parentheses; user and system are fields 14 and 15 (proc(5)).
        let (_, fields) = stat.rsplit_once(") ").expect("the name is in parentheses");
        let ticks = fields.split(' ').skip(11).take(2);
        ticks.map(|ticks| ticks.parse::<u64>().expect("ticks are a number")).sum()
    }

    /// Has all log-ins be eleven minutes old.
    pub(crate) async fn age_log_ins(&self) {
        let options = SqliteConnectOptions::new().filename(self.jars().join("accounts.db"));
        let mut database =
            SqliteConnection::connect_with(&options).await.expect("the file is there");
        sqlx::query("UPDATE sessions SET authenticated = authenticated - 11 * 60 * 1000000")
            .execute(&mut database)
            .await
            .expect("the sessions are in there");
        database.close().await.expect("it closes");
    }
}
