//! The example, running on a free port in a directory of its own.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::examples::program::{self, Program, shell};

/// The example, built once as the README says.
pub(super) fn quickstart() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| program::build("quickstart"))
}

fn command(port: u16, store: &str, options: &[&str], keys: Option<&str>) -> Command {
    let mut command = Command::new(quickstart());
    command.env_remove("SESSION_KEYS").envs(keys.map(|keys| ("SESSION_KEYS", keys)));
    command.args(["--port", &port.to_string(), "--store", store]).args(options);
    command
}

/// A running quickstart.
pub(super) struct Shop(Program);

impl Shop {
    /// With its sessions in this store.
    pub(super) async fn open(store: &str) -> Self {
        Self::start(store, &[], None).await
    }

    pub(super) async fn start(store: &str, options: &[&str], keys: Option<&str>) -> Self {
        // Before a port is chosen.
        quickstart();
        Self(Program::on_free_port(|port| command(port, store, options, keys)).await)
    }

    /// Once more after its end, on the same port.
    pub(super) async fn start_again(&self, store: &str, keys: Option<&str>) {
        let started = self.launch(&mut command(self.port, store, &[], keys)).await;
        assert!(started, "it starts: {}", self.directory.log());
    }

    /// What curl prints, with its jar in this directory. `SHOP` is the program.
    pub(super) fn curl(&self, jars: &Path, rest: &str) -> String {
        let rest = rest.replace("SHOP", &format!("localhost:{}", self.port));
        shell(&format!("curl -s -b jar -c jar {rest}"), jars)
    }
}

impl Deref for Shop {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.0
    }
}
