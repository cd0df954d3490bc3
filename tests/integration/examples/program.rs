//! The example programs, and the commands that a reader types to try them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use session_test_support::{TempDirectory, free_address};
use tokio::net::TcpStream;

/// Builds an example as the README says, and returns where the program is.
pub(super) fn build(name: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--example", name, "--message-format=json-render-diagnostics"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(built.status.success(), "the example builds");
    let messages = String::from_utf8(built.stdout).expect("cargo speaks JSON");
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .expect("cargo names the program")
}

/// Runs a line of a transcript as a shell would, in this directory, and answers what it printed.
pub(super) fn shell(line: &str, directory: &Path) -> String {
    let Output { status, stdout, stderr } =
        Command::new("bash").args(["-c", line]).current_dir(directory).output().expect("bash runs");
    assert!(status.success(), "{line}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).expect("the examples speak UTF-8").replace('\r', "")
}

/// A running example, on a free port, in a directory of its own.
pub(super) struct Program {
    pub(super) directory: TempDirectory,
    pub(super) port: u16,
}

impl Program {
    pub(super) async fn start(name: &str) -> Self {
        Self::run(&build(name), &[]).await
    }

    /// The program that was built here, with these options.
    pub(super) async fn run(built: &Path, options: &[&str]) -> Self {
        Self::on_free_port(|port| {
            let mut command = Command::new(built);
            command.env_remove("SESSION_KEYS");
            command.args(["--port", &port.to_string()]).args(options);
            command
        })
        .await
    }

    /// What this command starts on a port. Have it name a program that is built: the port is free now, and maybe not
    /// for long.
    pub(super) async fn on_free_port(command: impl Fn(u16) -> Command) -> Self {
        // Another process may take the port first.
        for _ in 0..5 {
            let program =
                Self { directory: TempDirectory::new("INT"), port: free_address().port() };
            if program.launch(&mut command(program.port)).await {
                return program;
            }
            let log = program.directory.log();
            assert!(log.contains("Address already in use"), "it does not start: {log}");
        }
        panic!("no port is free")
    }

    /// Runs the command in the program's directory until somebody listens at its port. False if it ended before.
    pub(super) async fn launch(&self, command: &mut Command) -> bool {
        let ready = async || TcpStream::connect(("127.0.0.1", self.port)).await.is_ok();
        self.directory.launch(command, ready).await
    }
}
