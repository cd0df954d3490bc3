//! The machine's cores: which is whose.

use std::path::Path;
use std::process::{self, Command};
use std::thread;

/// Servers have the first core, and everything else the second.
const SERVER: &str = "0";
const LOAD: &str = "1";

/// Moves this process to the core of the load; what it starts stays there, unless told otherwise.
pub(crate) fn pin_to_the_load_core() {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    assert!(cores >= 2, "two cores are needed: one for the server, one for the load");
    let pid = process::id().to_string();
    // All of its threads.
    let output = Command::new("taskset").args(["-acp", LOAD, &pid]).output();
    assert!(output.is_ok_and(|output| output.status.success()), "`taskset` does not work");
}

/// This program, on the core of the servers.
pub(crate) fn on_the_server_core(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", SERVER]).arg(program);
    command
}
