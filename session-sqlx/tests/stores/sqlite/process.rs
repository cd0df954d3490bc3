//! A test that runs itself once more as a process of its own: one that can be killed, or stands beside.

use std::env;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::fixtures::Database;

const DATABASE: &str = "SESSION_SQLX_TEST_DATABASE";

/// A running test. It is killed when this is dropped.
pub(crate) struct Process {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts the test of this name as a process; there, it is [`given`] this file.
    pub(crate) fn start(test: &str, database: &Database) -> Self {
        let this = env::current_exe().expect("the system knows");
        let mut child = Command::new(this)
            .args([test, "--exact", "--nocapture"])
            .env(DATABASE, &database.0)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it was started once already");
        let output = child.stdout.take().expect("it is piped");
        Self { child, output: BufReader::new(output).lines() }
    }

    /// The next line that it says after this word.
    pub(crate) fn hear(&mut self, word: &str) -> Option<String> {
        loop {
            let line = self.output.next()?.ok()?;
            // The harness leaves its own line open: `test … ` stands before the first one.
            if let Some((_, said)) = line.split_once(word) {
                return Some(said.trim().to_owned());
            }
        }
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it runs");
    }

    /// Whether it came to a good end.
    pub(crate) fn ends_well(mut self) -> bool {
        self.output.by_ref().for_each(drop);
        self.child.wait().expect("it was started").success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The file that this process was started for; none if it is not one of these.
pub(crate) fn given() -> Option<Database> {
    env::var_os(DATABASE).map(|path| Database(PathBuf::from(path)))
}
