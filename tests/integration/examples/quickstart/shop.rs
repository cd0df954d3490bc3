//! The example, running on a free port in a directory of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::examples::program::{self, shell};
use session_test_support::{TempDirectory, free_address};

/// The example, built once as the README says.
pub(super) fn quickstart() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| program::build("quickstart"))
}

/// A running quickstart.
pub(super) struct Shop {
    pub(super) directory: TempDirectory,
    pub(super) port: u16,
}

impl Shop {
    pub(super) fn new() -> Self {
        Self { directory: TempDirectory::new("INT"), port: free_address().port() }
    }

    /// With its sessions in this store.
    pub(super) async fn open(store: &str) -> Self {
        let shop = Self::new();
        shop.start(store, &[], None).await;
        shop
    }

    pub(super) async fn start(&self, store: &str, options: &[&str], keys: Option<&str>) {
        let mut command = Command::new(quickstart());
        command.env_remove("SESSION_KEYS").envs(keys.map(|keys| ("SESSION_KEYS", keys)));
        command.args(["--port", &self.port.to_string(), "--store", store]).args(options);
        let port = self.port;
        let ready = async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok();
        assert!(
            self.directory.launch(&mut command, ready).await,
            "it starts: {}",
            self.directory.log()
        );
    }

    /// What curl prints, with its jar in this directory. `SHOP` is the program.
    pub(super) fn curl(&self, jars: &Path, rest: &str) -> String {
        let rest = rest.replace("SHOP", &format!("localhost:{}", self.port));
        shell(&format!("curl -s -b jar -c jar {rest}"), jars)
    }
}
